//! A year is settled once, in its freeze: who is counted, what lapses, what is sealed (A3).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{AFTER, FREEZE, held_too_long, settle, snapshots};

on_both!(
    a3_a_year_is_settled_once_in_its_freeze,
    a3_is_refused_before_the_freeze_and_to_others,
    a3_counts_who_was_employed_when_the_freeze_began,
    a3_u4b_who_counts_is_not_changed_by_a_post,
    a3_a_sealed_snapshot_never_changes,
);

fn sum(rows: &[Value], subject: &str) -> i64 {
    rows.iter().map(|row| steps::tenths(&row["approved"][subject])).sum()
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
