//! What a late unit let lapse is approved after all (A3a).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{AFTER, FREEZE, held_too_long, settle};

on_both!(
    a3a_what_a_late_unit_let_lapse_is_reinstated,
    a3a_is_refused_in_the_freeze_and_where_nobody_was_late,
    a3a_u2_a_transfer_before_the_settlement_leaves_lateness_where_it_was,
);

/// A3a: the person does not pay: approved, certified, with an addendum to what was sealed; the lateness stays with the unit.
async fn a3a_what_a_late_unit_let_lapse_is_reinstated(server: &Server) {
    let (doctor, held) = held_too_long(server).await;
    let person = steps::professional_id(&doctor).await;
    server.set_clock(FREEZE).await;
    settle(server).await;
    server.set_clock(AFTER).await;
    let doctor = server.login("professional").await;
    let sealed = doctor.get(&format!("/v1/professionals/{person}/appraisals/2023")).await.is(200);
    assert_eq!((&sealed["outcome"], &sealed["lapsed_overdue"]), (&json!("incomplete"), &json!(1)));
    let standing = async |purpose: &str| {
        let path =
            format!("/v1/professionals/{person}/standing?from=2022&to=2023&purpose={purpose}");
        doctor.get(&path).await.is(200)
    };
    assert_eq!(standing("appraisal").await["met"], false);

    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{held}");
    let lapsed = officer.get(&path).await;
    assert_eq!(lapsed.is(200)["state"], "lapsed");
    officer.get(&format!("{path}/reinstatement")).await.refused(404, "not-found");
    let reason = json!({"reason": "单位逾期未审，材料属实"});
    let call = officer.post(&format!("{path}/reinstatement")).json(reason.clone());
    let reinstated = call.if_match(&lapsed.etag()).await.is(200);
    assert_eq!(
        (&reinstated["state"], &reinstated["reinstated"]),
        (&json!("approved"), &json!(true))
    );

    // The record says so, and the year is certified at once.
    let told = doctor.get(&format!("{path}/reinstatement")).await.is(200);
    assert_eq!((&told["reason"], &told["lapse"]["overdue"]), (&reason["reason"], &json!(true)));
    assert!(!told["lapse"]["reinstated_at"].is_null());
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["state"], "certified", "{year:#}");
    let number = text(&year["certificate"], "number");
    let certificate = doctor.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!(
        (&certificate["completed"], &certificate["state"]),
        (&json!("in_year"), &json!("valid"))
    );
    steps::assert_totals_add_up(server, &person, 2023).await;

    // What was sealed stands, with an addendum beside it; the answer for the appraisal follows.
    let mut now = doctor.get(&format!("/v1/professionals/{person}/appraisals/2023")).await.is(200);
    let addenda = now["addenda"].take();
    assert_eq!(addenda[0]["cause"], "reinstatement", "{addenda:#}");
    assert_eq!(addenda[0]["outcome_after"], "completed_in_year");
    now["addenda"] = json!([]);
    assert_eq!(now, sealed, "the snapshot is as it was");
    let answer = standing("appraisal").await;
    assert_eq!((&answer["met"], &answer["verdict"]), (&json!(true), &json!("met")), "{answer:#}");
    assert_eq!(answer["years"][1]["sealed_outcome"], "incomplete");
    let lapses = server.login("hospital.admin").await;
    let lapses =
        lapses.get("/v1/settlements/2023/lapses?overdue=true&reinstated=true").await.is(200);
    assert_eq!(
        lapses["data"][0]["declaration_id"],
        held.as_str(),
        "the unit still sees its lateness"
    );

    let again = officer.get(&path).await.etag();
    let call = officer.post(&format!("{path}/reinstatement")).json(reason).if_match(&again);
    call.await.refused(409, "wrong-state");
    let events = "/v1/events?type=declaration.reinstated&limit=10";
    assert_eq!(officer.get(events).await.is(200)["data"].as_array().unwrap().len(), 1);
}

/// A3a, U2: the freeze is over and the year not settled yet; who goes to another employer then takes along no lateness, and loses
/// nothing by it.
async fn a3a_u2_a_transfer_before_the_settlement_leaves_lateness_where_it_was(server: &Server) {
    let (doctor, held) = held_too_long(server).await;
    let person = steps::professional_id(&doctor).await;
    server.set_clock("2024-01-05T10:00:00+08:00").await;
    let hospital = server.login("hospital.admin").await;
    let to = json!({"professional_id": person, "to_unit_code": "12410100MA0000074K"});
    let asked = hospital.post("/v1/transfers").json(to).await.is(201);
    let path = format!("/v1/transfers/{}/decision", text(&asked, "id"));
    let accept = json!({"decision": "accept", "comment": "已核对"});
    let school = server.login("school.admin").await;
    school.post(&path).if_match("*").json(accept).await.is(200);
    server.set_clock(AFTER).await;
    settle(server).await;
    let officer = server.login("city.officer").await;
    let lapses = steps::all_pages(&officer, "/v1/settlements/2023/lapses?limit=200").await;
    let lapse = lapses.iter().find(|lapse| lapse["declaration_id"] == held.as_str()).unwrap();
    let unit = hospital_of(server).await;
    assert_eq!((&lapse["overdue"], &lapse["unit_id"]), (&json!(true), &unit), "{lapse:#}");
    let path = format!("/v1/declarations/{held}/reinstatement");
    let reason = json!({"reason": "单位逾期未审，材料属实"});
    let reinstated = officer.post(&path).json(reason).if_match("*").await.is(200);
    assert_eq!(reinstated["state"], "approved");
}

async fn hospital_of(server: &Server) -> Value {
    let me = server.login("hospital.admin").await.get("/v1/me").await.is(200);
    me["grants"][0]["organization"]["id"].clone()
}

/// A3a: not in the freeze, not by others, not what had not lapsed, and not what nobody held too long.
async fn a3a_is_refused_in_the_freeze_and_where_nobody_was_late(server: &Server) {
    let (doctor, held) = held_too_long(server).await;
    let conference =
        steps::conference_with_evidence(&doctor, "十二月年会", "11-08", "11-09", 8).await;
    server.set_clock("2023-12-18T10:00:00+08:00").await;
    let doctor = server.login("professional").await;
    steps::submission(&doctor, &conference).await.is(200);
    server.set_clock(FREEZE).await;
    let reason = json!({"reason": "单位逾期未审"});
    let reinstate = async |who: &str, id: &str| {
        let client = server.login(who).await;
        let path = format!("/v1/declarations/{id}");
        let tag = client.get(&path).await.etag();
        let tag = if tag.is_empty() { "*".to_owned() } else { tag };
        client.post(&format!("{path}/reinstatement")).json(reason.clone()).if_match(&tag).await
    };
    reinstate("city.officer", &held).await.refused(409, "wrong-state");
    settle(server).await;
    reinstate("city.officer", &held).await.refused(422, "year-end-freeze");
    server.set_clock(AFTER).await;
    for other in ["professional", "hospital.admin", "health.reviewer", "city.admin", "auditor"] {
        reinstate(other, &held).await.refused(403, "forbidden");
    }
    let late = text(&conference, "id");
    let refused = reinstate("city.officer", &late).await.refused(422, "not-overdue");
    assert_eq!((&refused["rule"]["id"], &refused["stage"]), (&json!("A3a"), &json!("employer")));
    assert_eq!(refused["due_at"], "2023-12-26T00:00:00+08:00", "{refused:#}");
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{held}/reinstatement");
    officer.post(&path).json(reason.clone()).await.refused(428, "precondition-required");
    officer.post(&path).json(reason).if_match("\"1\"").await.refused(412, "precondition-failed");
    let blank = officer.post(&path).json(json!({"reason": " "})).if_match("*").await;
    blank.refused(422, "validation-failed");
    // Nothing of this has changed anything.
    assert_eq!(officer.get(&format!("/v1/declarations/{held}")).await.is(200)["state"], "lapsed");
}
