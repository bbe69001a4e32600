//! The end of a year: settlement, what lapses, what is sealed, reinstatement, standing (A2, A3, A3a, A4, M5, E9, E13), and jobs.

use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Database, Server, on_both, on_sqlite};

on_both!(
    a3_a_year_is_settled_once_in_its_freeze,
    a3_is_refused_before_the_freeze_and_to_others,
    a3_counts_who_was_employed_when_the_freeze_began,
    a3_u4b_who_counts_is_not_changed_by_a_post,
    a3_a_sealed_snapshot_never_changes,
    a3a_what_a_late_unit_let_lapse_is_reinstated,
    a3a_is_refused_in_the_freeze_and_where_nobody_was_late,
    a3a_u2_a_transfer_before_the_settlement_leaves_lateness_where_it_was,
    a4_standing_depends_on_the_purpose,
    a2_e13_a_revocation_after_the_settlement,
    w3_new_floors_leave_settled_years_alone,
);
on_sqlite!(a_job_is_seen_cancelled_and_resumed, jobs_of_a_killed_service_go_on);

const FREEZE: &str = "2023-12-20T00:00:00+08:00";
const AFTER: &str = "2024-01-08T10:00:00+08:00";

/// Asks for the settlement of 2023 and waits until the job is over: the settlement.
async fn settle(server: &Server) -> Value {
    let officer = server.login("city.officer").await;
    let asked = officer.post("/v1/settlements/2023").await;
    asked.is(202);
    let job = over(&officer, asked.header("location")).await;
    assert_eq!(
        (&job["state"], &job["result"]),
        (&json!("succeeded"), &json!("/v1/settlements/2023"))
    );
    officer.get("/v1/settlements/2023").await.is(200)
}

/// A job once it is over.
pub(crate) async fn over(client: &Client, location: &str) -> Value {
    for _ in 0..600 {
        let job = client.get(location).await.is(200);
        if !["queued", "running"].contains(&job["state"].as_str().unwrap()) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{location} does not end");
}

/// All snapshots of a year.
async fn snapshots(client: &Client, year: i32) -> Vec<Value> {
    steps::all_pages(client, &format!("/v1/appraisals?year={year}&limit=200")).await
}

fn sum(rows: &[Value], subject: &str) -> i64 {
    rows.iter().map(|row| steps::tenths(&row["approved"][subject])).sum()
}

/// A decision of an office that came late: the doctor's class was submitted on 1 December and not looked at.
async fn held_too_long(server: &Server) -> (Client, String) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let public = steps::draft_of(&doctor, "public").await;
    steps::approve_fully(&doctor, &public, &employer, &authority).await;
    server.set_clock("2023-12-01T10:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let class = steps::draft_of(&doctor, "professional").await;
    steps::submission(&doctor, &class).await.is(200);
    (doctor, text(&class, "id"))
}

/// A3: pending declarations lapse with stage, unit and time; outcomes and snapshots are written once; the sums agree.
async fn a3_a_year_is_settled_once_in_its_freeze(server: &Server) {
    let (_, held) = held_too_long(server).await;
    server.set_clock(FREEZE).await;
    let auditor = server.login("auditor").await;
    let waiting = steps::all_pages(&auditor, "/v1/review-queue?limit=200").await;
    assert!(waiting.len() > 3, "something waits: {}", waiting.len());
    let settled = settle(server).await;
    let auditor = server.login("auditor").await;
    assert_eq!(settled["state"], "finished");
    assert_eq!(text(&settled, "digest").len(), 64);
    assert_eq!(
        (&settled["counting_day"], &settled["freeze_opens"]),
        (&json!("2023-12-20"), &json!(FREEZE))
    );

    // What waited has lapsed, with who held it for how long; nothing waits any more.
    assert!(steps::all_pages(&auditor, "/v1/review-queue?limit=200").await.is_empty());
    let lapses = steps::all_pages(&auditor, "/v1/settlements/2023/lapses?limit=200").await;
    assert_eq!(lapses.len(), waiting.len());
    for was in &waiting {
        let lapse = lapses.iter().find(|lapse| lapse["declaration_id"] == was["id"]).unwrap();
        assert_eq!(lapse["unit_id"], was["holder_id"]);
        assert_eq!(
            format!("{}_review", lapse["stage"].as_str().unwrap()),
            was["state"].as_str().unwrap()
        );
        assert_eq!(lapse["overdue"], text(was, "due_at").as_str() <= FREEZE, "{lapse:#}");
        let now = auditor.get(&format!("/v1/declarations/{}", text(was, "id"))).await.is(200);
        assert_eq!((&now["state"], &now["holder_id"]), (&json!("lapsed"), &Value::Null));
    }
    let lapse = lapses.iter().find(|lapse| lapse["declaration_id"] == held.as_str()).unwrap();
    // Friday 1 December to the freeze: 4–8, 11–15, 18 and 19 December.
    assert_eq!((&lapse["working_days"], &lapse["overdue"]), (&json!(12), &json!(true)));

    // Outcomes, sums and snapshots agree, and each person is counted once.
    let rows = snapshots(&auditor, 2023).await;
    let totals = &settled["totals"];
    assert_eq!(totals["people"], rows.len());
    for outcome in ["completed_in_year", "completed_by_makeup", "incomplete", "exempt"] {
        let count = rows.iter().filter(|row| row["outcome"] == outcome).count();
        assert_eq!(totals[outcome], count, "{outcome}");
    }
    let records = steps::all_pages(&auditor, "/v1/annual-records?year=2023&limit=200").await;
    for subject in ["public", "professional", "total"] {
        assert_eq!(sum(&rows, subject), steps::tenths(&totals["approved"][subject]), "{subject}");
    }
    let mut idle = 0;
    for row in &rows {
        let record = records.iter().find(|one| one["professional_id"] == row["professional_id"]);
        let record = record.unwrap_or_else(|| panic!("no record behind {row:#}"));
        assert_eq!((&record["approved"], &record["outcome"]), (&row["approved"], &row["outcome"]));
        assert_eq!(steps::tenths(&record["pending"]["total"]), 0, "{record:#}");
        let state = record["state"].as_str().unwrap();
        assert_eq!(row["outcome"] == "incomplete", state == "incomplete", "{record:#}");
        idle += i32::from(steps::tenths(&row["approved"]["total"]) == 0);
    }
    assert!(idle > 0, "people who declared nothing are settled too");
    let person = text(lapse, "professional_id");
    steps::assert_totals_add_up(server, &person, 2023).await;

    // Twice: nothing changes, and no second job.
    let officer = server.login("city.officer").await;
    let before = officer.get("/v1/settlements/2023").await.is(200);
    let again = officer.post("/v1/settlements/2023").await;
    assert_eq!(again.is(200), before);
    assert_eq!(again.header("location"), format!("/v1/jobs/{}", text(&before["job"], "id")));
    assert_eq!(snapshots(&auditor, 2023).await, rows);
    server.set_clock(AFTER).await;
    let officer = server.login("city.officer").await;
    assert_eq!(officer.post("/v1/settlements/2023").await.is(200)["digest"], before["digest"]);

    // It is told: once for the year, once for each person.
    let count = async |kind: &str| {
        let officer = server.login("city.officer").await;
        steps::all_pages(&officer, &format!("/v1/events?type={kind}&limit=200")).await.len()
    };
    assert_eq!(count("settlement.started").await, 1);
    assert_eq!(count("settlement.finished").await, 1);
    assert_eq!(count("annual_record.settled").await, rows.len());
    assert_eq!(count("declaration.lapsed").await, lapses.len());
}

/// A3: not before the freeze, not without a policy, not by others; a part of the city does not see the whole.
async fn a3_is_refused_before_the_freeze_and_to_others(server: &Server) {
    let officer = server.login("city.officer").await;
    let early = officer.post("/v1/settlements/2023").await.refused(422, "settlement-too-early");
    assert_eq!((&early["opens"], &early["rule"]["id"]), (&json!(FREEZE), &json!("A3")));
    server.freeze_clock("2023-12-19T23:59:59+08:00").await;
    let officer = server.login("city.officer").await;
    let english = officer.post("/v1/settlements/2023").english().await;
    english.refused(422, "settlement-too-early");
    officer.get("/v1/settlements/2023").await.refused(404, "not-found");
    server.freeze_clock(FREEZE).await;
    for other in ["professional", "hospital.admin", "health.reviewer", "base.admin", "auditor"] {
        let client = server.login(other).await;
        client.post("/v1/settlements/2023").await.refused(403, "forbidden");
    }
    let officer = server.login("city.officer").await;
    officer.post("/v1/settlements/2031").await.refused(422, "no-policy");
    let dry = officer.post("/v1/settlements/2023?dry_run=true").await;
    assert_eq!(dry.is(202)["state"], "running");
    officer.get("/v1/settlements/2023").await.refused(404, "not-found");
    for part in ["hospital.admin", "health.reviewer"] {
        let client = server.login(part).await;
        client.get("/v1/settlements/2022").await.refused(403, "forbidden");
        let job = text(&officer.get("/v1/settlements/2022").await.is(200)["job"], "id");
        client.get(&format!("/v1/jobs/{job}")).await.refused(404, "not-found");
        client.post(&format!("/v1/jobs/{job}/cancellation")).await.refused(404, "not-found");
    }
    server.login("auditor").await.get("/v1/settlements/2022").await.is(200);
}

/// A3, U3, A6: employed when the freeze began counts, whatever comes later; who came, or was entered, afterwards does not, in the
/// figures neither. Nobody's floors are divided.
async fn a3_counts_who_was_employed_when_the_freeze_began(server: &Server) {
    server.set_clock("2023-12-19T23:59:59+08:00").await;
    let register = async |name: &str, number: &str, since: &str| {
        let employer = server.login("hospital.admin").await;
        let unit = text(&employer.get("/v1/me").await.is(200)["grants"][0]["organization"], "id");
        let person = json!({"name": name, "id_type": "resident_id", "id_number": number, "post": "technical",
            "employer_id": unit, "started_on": since});
        (employer.post("/v1/professionals").json(person).await, json!(unit))
    };
    let (counted, unit) = register("郑小满", "410102198506151238", "2023-12-19").await;
    let (leaving, _) = register("郑大雪", "410102198805164514", "2023-03-01").await;
    let (left, _) = register("郑小寒", "410102198711124511", "2023-03-01").await;
    server.set_clock("2023-12-22T09:00:00+08:00").await;
    let (entered, _) = register("郑冬至", "410102199212224512", "2023-12-01").await;
    let (late, _) = register("郑立冬", "410102199003074511", "2023-12-21").await;
    // What changes who counts is not the employer's any more.
    let employer = server.login("hospital.admin").await;
    let officer = server.login("city.officer").await;
    let people = async || {
        let figures = officer.get("/v1/statistics/completion?year=2023").await.is(200);
        figures["total"]["people"].as_i64().unwrap_or_else(|| panic!("{figures:#}"))
    };
    let before = people().await;
    for (client, answer, day) in
        [(&employer, &leaving, "2023-12-21"), (&officer, &left, "2023-12-20")]
    {
        let path = format!("/v1/professionals/{}/departure", text(&answer.is(201), "id"));
        let end = json!({"ended_on": day, "reason": "left"});
        client.post(&path).json(end).if_match(&answer.etag()).await.is(200);
    }
    settle(server).await;
    let auditor = server.login("auditor").await;
    let rows = snapshots(&auditor, 2023).await;
    let of = |answer: &xueshi_tests::Answer| {
        let id = answer.is(201)["id"].clone();
        rows.iter().find(|row| row["professional_id"] == id)
    };
    let row = of(&counted).expect("joined on the day on which the freeze began");
    assert_eq!((&row["outcome"], &row["employer_id"]), (&json!("incomplete"), &json!(unit)));
    assert_eq!(row["public_institution"], true);
    assert!(of(&leaving).is_some(), "left in the freeze");
    assert!(of(&late).is_none(), "joined in the freeze");
    assert!(of(&entered).is_none(), "entered in the freeze");
    assert!(of(&left).is_none(), "left on the day on which it began");
    let standing = async |answer: &xueshi_tests::Answer| {
        let id = text(&answer.is(201), "id");
        let path = format!("/v1/professionals/{id}/standing?from=2023&to=2023&purpose=appraisal");
        auditor.get(&path).await.is(200)["years"][0]["answer"].clone()
    };
    assert_eq!(standing(&counted).await, "not_met");
    assert_eq!(standing(&late).await, "not_counted");
    assert_eq!(standing(&entered).await, "not_counted");
    // Settled are those whom the figures counted, but for the mistake that the bureau corrected.
    assert_eq!((people().await, i64::try_from(rows.len()).unwrap()), (before, before - 1));
}

/// A3, U4b: from the freeze on nobody gets a post that does not count, until the year is settled; the bureau corrects mistakes.
async fn a3_u4b_who_counts_is_not_changed_by_a_post(server: &Server) {
    let person = steps::professional_id(&server.login("professional").await).await;
    server.set_clock("2023-12-22T09:00:00+08:00").await;
    let path = format!("/v1/professionals/{person}");
    let post = async |who: &str, post: &str| {
        let client = server.login(who).await;
        client.patch(&path).if_match("*").json(json!({"post": post})).await
    };
    let problem = post("hospital.admin", "civil_servant").await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["code"], "before-the-freeze", "{problem:#}");
    settle(server).await;
    let officer = server.login("city.officer").await;
    officer.get(&format!("/v1/professionals/{person}/appraisals/2023")).await.is(200);
    post("hospital.admin", "civil_servant").await.is(200);
}

/// A3, M5: there is no way to change a snapshot, not even behind the program's back.
async fn a3_a_sealed_snapshot_never_changes(server: &Server) {
    let auditor = server.login("auditor").await;
    let before = snapshots(&auditor, 2022).await;
    assert!(before.len() > 10, "2022 is settled in the demo world: {}", before.len());
    for change in ["outcome = 'completed_in_year'", "approved_professional = 600", "digest = ''"] {
        assert!(server.refuses_sql(&format!("update appraisals set {change}")), "{change}");
    }
    for statement in [
        // A record that was merged keeps its snapshot: not even the person of one changes (U4).
        "update appraisals set professional_id = professional_id",
        "delete from appraisals",
        "update settlements set digest = '' where year = 2022",
        "update settlements set state = 'running' where year = 2022",
        "delete from settlements where year = 2022",
    ] {
        assert!(server.refuses_sql(statement), "{statement}");
    }
    assert_eq!(snapshots(&auditor, 2022).await, before);
    let path = format!("/v1/professionals/{}/appraisals/2022", text(&before[0], "professional_id"));
    let one = auditor.get(&path).await.is(200);
    assert_eq!((&one["digest"], &one["addenda"]), (&before[0]["digest"], &json!([])));
    auditor.get(&path.replace("2022", "2023")).await.refused(404, "not-found");
    server.login("engineer").await.get(&path).await.refused(404, "not-found");
}

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

/// Keeps every worker on this database away, as another process would that is at work.
pub(crate) fn hold_jobs(server: &Server) -> std::fs::File {
    let file = format!("{}.jobs.lock", server.database_url().trim_start_matches("sqlite://"));
    let file = std::fs::File::options().create(true).truncate(false).write(true).open(file);
    let file = file.unwrap();
    file.lock().unwrap();
    file
}

/// Long work: one process works; a job can be watched, cancelled, asked for again; it streams its progress and its end.
async fn a_job_is_seen_cancelled_and_resumed(server: &Server) {
    server.set_clock(FREEZE).await;
    let officer = server.login("city.officer").await;
    let held = hold_jobs(server);
    let asked = officer.post("/v1/settlements/2023").key("settle-2023").await;
    let first = asked.is(202);
    let path = asked.header("location").to_owned();
    let job = officer.get(&path).await.is(200);
    assert_eq!((&job["state"], &job["done"]), (&json!("queued"), &json!(0)));
    assert!(job["total"].as_i64().unwrap() > 15, "{job:#}");
    let auditor = server.login("auditor").await;
    assert_eq!(auditor.get(&path).await.is(200), job);
    auditor.post(&format!("{path}/cancellation")).await.refused(403, "forbidden");
    let same = officer.post("/v1/settlements/2023").await;
    assert_eq!(
        (same.is(202)["job"]["id"].clone(), same.header("location")),
        (first["job"]["id"].clone(), &*path)
    );

    let cancel = || officer.post(&format!("{path}/cancellation"));
    cancel().if_match("\"99\"").await.refused(412, "precondition-failed");
    let cancelled = cancel().await.is(200);
    assert_eq!(
        (&cancelled["state"], &cancelled["cancel_requested"]),
        (&json!("cancelled"), &json!(true))
    );
    cancel().await.refused(409, "wrong-state");
    let stopped = officer.get("/v1/settlements/2023").await.is(200);
    assert_eq!((&stopped["state"], &stopped["totals"]), (&json!("running"), &Value::Null));

    let resumed = officer.post("/v1/settlements/2023").await.is(202);
    assert_eq!(
        (&resumed["job"]["id"], &resumed["job"]["state"]),
        (&first["job"]["id"], &json!("queued"))
    );
    let stream = tokio::spawn({
        let (officer, path) = (officer.clone(), path.clone());
        async move { officer.get(&format!("{path}/events")).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(held);
    let stream = stream.await.unwrap();
    assert_eq!((stream.status, stream.header("content-type")), (200, "text/event-stream"));
    let text = String::from_utf8(stream.bytes.clone()).unwrap();
    assert!(text.contains("event: progress\ndata: {"), "{text}");
    assert!(text.contains("event: end\n") && text.contains("\"state\":\"succeeded\""), "{text}");
    let done = officer.get(&path).await.is(200);
    assert_eq!((&done["done"], &done["failed_items"]), (&done["total"], &json!(0)));
    assert_eq!(done["result"], "/v1/settlements/2023");
    let over = officer.get(&format!("{path}/events")).await;
    assert!(String::from_utf8(over.bytes).unwrap().contains("event: end\n"));
    let random = "/v1/jobs/018c83f2-1c00-7000-8000-00000000ffff";
    officer.get(random).await.refused(404, "not-found");
    officer.get(&format!("{random}/events")).await.refused(404, "not-found");
}

/// A service that is started takes up what another one left behind.
async fn jobs_of_a_killed_service_go_on(_: &Server) {
    let mut first = Server::start(Database::Sqlite).await;
    first.freeze_clock(FREEZE).await;
    let officer = first.login("city.officer").await;
    let held = hold_jobs(&first);
    let path = officer.post("/v1/settlements/2023").await.header("location").to_owned();
    // As it is found when a worker was killed in the middle of it.
    first.sql("update jobs set state = 'running' where state = 'queued'");
    first.stop();
    drop(held);
    first.start_again();
    let officer = first.login("city.officer").await;
    assert_eq!(over(&officer, &path).await["state"], "succeeded");
}
