//! What is asked about a settled year, and what still changes beside its seal (A2, A4, E13, W3).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{AFTER, FREEZE, settle, snapshots};

on_both!(
    a4_standing_depends_on_the_purpose,
    a2_e13_a_revocation_after_the_settlement,
    w3_new_floors_leave_settled_years_alone,
);

/// A4: what is asked for decides; years in the wrong order and without a policy are refused, and strangers see nobody.
async fn a4_standing_depends_on_the_purpose(server: &Server) {
    let auditor = server.login("auditor").await;
    let rows = snapshots(&auditor, 2022).await;
    let short = rows.iter().find(|row| row["outcome"] == "incomplete").unwrap();
    let whole = rows.iter().find(|row| row["outcome"] == "completed_in_year").unwrap();
    let of = |row: &Value, query: &str| {
        let id = text(row, "professional_id");
        auditor.get(&format!("/v1/professionals/{id}/standing?{query}"))
    };
    for purpose in ["appraisal", "title_review", "appointment", "registration"] {
        let query = format!("from=2022&to=2022&purpose={purpose}");
        let answer = of(short, &query).await.is(200);
        assert_eq!((&answer["met"], &answer["verdict"]), (&json!(false), &json!("not_met")));
        assert_eq!(answer["years"][0]["answer"], "not_met");
        let answer = of(whole, &query).await.is(200);
        assert_eq!((&answer["met"], &answer["years"][0]["settled"]), (&json!(true), &json!(true)));
        assert!(!answer["years"][0]["certificate_number"].is_null());
    }
    // 2023 is not settled yet: open, and open together with a year that was met.
    let answer = of(short, "from=2023&to=2023&purpose=title_review").await.is(200);
    assert_eq!((&answer["met"], &answer["years"][0]["answer"]), (&Value::Null, &json!("open")));
    of(whole, "from=2023&to=2022&purpose=appraisal").await.refused(400, "invalid-parameter");
    of(whole, "from=2022&to=2099&purpose=appraisal").await.refused(400, "invalid-parameter");
    of(whole, "from=2022&to=2023&purpose=fun").await.refused(400, "invalid-parameter");
    of(whole, "from=2021&to=2022&purpose=appraisal").await.refused(422, "no-policy");
    let id = text(short, "professional_id");
    let path = format!("/v1/professionals/{id}/standing?from=2022&to=2022&purpose=appraisal");
    server.login("professional").await.get(&path).await.refused(404, "not-found");
}

/// A2, E13, M5: a revocation after the settlement takes the certificate, the year is incomplete, the snapshot stays.
async fn a2_e13_a_revocation_after_the_settlement(server: &Server) {
    let person = steps::certified_person(server).await;
    server.set_clock(FREEZE).await;
    settle(server).await;
    server.set_clock(AFTER).await;
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}", person.professional);
    let tag = officer.get(&path).await.etag();
    let call = officer.post(&format!("{path}/revocation")).json(json!({"reason": "名册核查不符"}));
    call.if_match(&tag).await.is(200);
    let doctor = server.login("professional").await;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!((&year["state"], &year["certificate"]), (&json!("incomplete"), &Value::Null));
    let certificate = doctor.get(&format!("/v1/certificates/{}", person.number)).await.is(200);
    assert_eq!(certificate["state"], "revoked");
    let id = &person.professional_id;
    let sealed = doctor.get(&format!("/v1/professionals/{id}/appraisals/2023")).await.is(200);
    assert_eq!(sealed["outcome"], "completed_in_year", "what was sealed stays");
    let addendum = &sealed["addenda"][0];
    assert_eq!(
        (&addendum["cause"], &addendum["outcome_after"]),
        (&json!("revocation"), &json!("incomplete"))
    );
    assert_eq!(addendum["approved"], json!({"total": 30, "public": 30, "professional": 0}));
    let standing = format!("/v1/professionals/{id}/standing?from=2023&to=2023&purpose=appraisal");
    assert_eq!(doctor.get(&standing).await.is(200)["met"], false);
    steps::assert_totals_add_up(server, id, 2023).await;
}

/// W3, A3: a new version of a settled year's policy moves nobody any more.
async fn w3_new_floors_leave_settled_years_alone(server: &Server) {
    let auditor = server.login("auditor").await;
    server.set_clock(FREEZE).await;
    settle(server).await;
    server.set_clock(AFTER).await;
    let path = "/v1/annual-records?year=2023&limit=200";
    let auditor_then = server.login("auditor").await;
    let before = steps::all_pages(&auditor_then, path).await;
    drop(auditor);
    let admin = server.login("city.admin").await;
    let mut document = admin.get("/v1/policies/2023").await.is(200)["document"].clone();
    document["floors"] = json!({"total": 9, "public": 3, "professional": 6});
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({"document": document})).await;
    let version = begun.is(201)["version"].clone();
    let call = admin.post(&format!("/v1/policies/2023/drafts/{version}/publication"));
    call.json(json!({"reason": "按通知调整"})).if_match(&begun.etag()).await.is(200);
    assert_eq!(steps::all_pages(&auditor_then, path).await, before);
}
