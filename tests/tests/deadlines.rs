//! Working days and due dates (V1–V3, V5, E5, E6, E6a).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both, on_sqlite};

on_sqlite!(e6a_working_days_are_counted_by_the_arrangement, working_days_say_what_each_day_is);
on_both!(
    e5_a_submission_before_the_october_holiday,
    e6_a_submission_before_spring_festival,
    v1_each_stage_has_its_own_five_days,
    v2_loading_an_arrangement_moves_due_dates,
    v2_an_arrangement_is_not_replaced_unseen,
    v3_overdue_is_flagged_and_comes_first,
    v5_a_late_submission_is_warned,
);

/// E5, E6, E6a through the public calendar.
async fn e6a_working_days_are_counted_by_the_arrangement(server: &Server) {
    for (from, add, date) in [
        ("2023-09-28", 5, "2023-10-11"),
        ("2023-01-20", 5, "2023-02-01"),
        ("2023-12-13", 5, "2023-12-20"),
        ("2024-02-05", 5, "2024-02-18"),
        ("2024-09-26", 5, "2024-10-09"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2023-10-16", 5, "2023-10-23"),
        ("2023-10-16", 0, "2023-10-16"),
    ] {
        let answer =
            server.nobody().get(&format!("/v1/working-days?from={from}&add={add}")).await.is(200);
        assert_eq!(answer, json!({"date": date, "provisional": false}), "{from} + {add}");
    }
    // V2: a year without an arrangement counts Monday to Friday and says so.
    let answer = server.nobody().get("/v1/working-days?from=2031-09-29&add=5").await.is(200);
    assert_eq!(answer, json!({"date": "2031-10-06", "provisional": true}));
}

/// The days of October 2023, as the contract asks for them.
async fn working_days_say_what_each_day_is(server: &Server) {
    let answer =
        server.nobody().get("/v1/working-days?from=2023-10-01&to=2023-10-31").await.is(200);
    let days = answer["data"].as_array().unwrap();
    assert_eq!(days.len(), 31);
    for (index, working, kind) in [
        (0, false, "holiday"),
        (5, false, "holiday"),
        (6, true, "moved_workday"),
        (7, true, "moved_workday"),
        (8, true, "weekday"),
        (13, false, "weekend"),
    ] {
        assert_eq!(days[index]["is_working_day"], working, "{}", days[index]);
        assert_eq!(days[index]["kind"], kind, "{}", days[index]);
    }
    for query in
        ["from=2023-10-01", "from=2023-10-01&add=1&to=2023-10-02", "from=2023-02-29&add=1", "add=5"]
    {
        let answer = server.nobody().get(&format!("/v1/working-days?{query}")).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
}

async fn due_when_submitted_at(server: &Server, instant: &str, declaration: &Value) -> Value {
    server.set_clock(instant).await;
    let doctor = server.login("professional").await;
    steps::submission(&doctor, declaration).await.is(200)["due_at"].clone()
}

/// E5: it arrives on Thursday 28 September; days 1–5 are 7, 8, 9, 10 and 11 October.
async fn e5_a_submission_before_the_october_holiday(server: &Server) {
    server.set_clock("2023-09-28T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    // The hour of the arrival does not matter: its day is day 0.
    let due = due_when_submitted_at(server, "2023-09-28T23:59:58+08:00", &draft).await;
    assert_eq!(due, "2023-10-12T00:00:00+08:00");
}

/// E6: it arrives on Friday 20 January; 28 and 29 January are worked.
async fn e6_a_submission_before_spring_festival(server: &Server) {
    server.set_clock("2023-01-20T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let draft = steps::conference_with_evidence(&doctor, "新年学术会议", "01-09", "01-10", 8).await;
    let submitted = steps::submission(&doctor, &draft).await.is(200);
    assert_eq!(submitted["due_at"], "2023-02-02T00:00:00+08:00");
    assert_eq!(submitted["due_provisional"], false);
}

/// V1: the second stage begins to count when the declaration arrives there.
async fn v1_each_stage_has_its_own_five_days(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    let submitted = steps::submission(&doctor, &draft).await.is(200);
    assert_eq!(submitted["due_at"], "2023-10-24T00:00:00+08:00");
    server.set_clock("2023-10-20T16:00:00+08:00").await;
    let employer = server.login("hospital.admin").await;
    let passed = steps::decision(&employer, &text(&draft, "id"), "approve").await.is(200);
    assert_eq!(passed["due_at"], "2023-10-28T00:00:00+08:00");
    // Returned and submitted again: a new revision with a fresh clock.
    server.set_clock("2023-10-23T10:00:00+08:00").await;
    let authority = server.login("health.reviewer").await;
    let returned = steps::decision(&authority, &text(&draft, "id"), "return").await.is(200);
    assert_eq!((&returned["state"], &returned["due_at"]), (&json!("returned"), &Value::Null));
    let doctor = server.login("professional").await;
    let again = steps::submission(&doctor, &returned).await.is(200);
    assert_eq!((&again["state"], &again["revision"]), (&json!("employer_review"), &json!(2)));
    assert_eq!(again["due_at"], "2023-10-31T00:00:00+08:00");
}

/// V2: due dates follow an arrangement that is loaded later, and are provisional until then.
async fn v2_loading_an_arrangement_moves_due_dates(server: &Server) {
    // A year whose arrangement is unknown: 2024 with an empty one loaded is not unknown, so 2027 is the first.
    let admin = server.login("city.admin").await;
    let document = server.nobody().get("/v1/policies/2024").await.is(200)["document"].to_string();
    let document: Value =
        serde_json::from_str(&document.replace("2025-", "2028-").replace("2024", "2027")).unwrap();
    let begun = admin.post("/v1/policies/2027/drafts").json(json!({"document": document})).await;
    let path = format!("/v1/policies/2027/drafts/{}/publication", begun.is(201)["version"]);
    admin.post(&path).json(json!({})).if_match(&begun.etag()).await.is(200);

    server.set_clock("2027-09-27T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let new = json!({"year": 2027, "subject": "professional", "way": "conference", "title": "学术会议",
        "learning_start": "2027-05-10", "learning_end": "2027-05-11", "hours": 8});
    let draft = doctor.post("/v1/declarations").json(new).await.is(201);
    steps::attach(&doctor, &text(&draft, "id"), "proof_of_attendance", &steps::pdf("2027")).await;
    let draft = steps::reread(&doctor, &draft).await;
    let submitted = steps::submission(&doctor, &draft).await.is(200);
    // 28, 29, 30 September, 1 and 4 October, by Monday to Friday.
    assert_eq!(submitted["due_at"], "2027-10-05T00:00:00+08:00");
    assert_eq!(submitted["due_provisional"], true);

    let days: Vec<Value> =
        (1..=7).map(|day| json!({"date": format!("2027-10-0{day}"), "kind": "holiday"})).collect();
    let admin = server.login("city.officer").await;
    let loaded = admin.put("/v1/working-days/2027").json(json!({"days": days})).await.is(200);
    assert_eq!(loaded["recomputed"], 1, "{loaded:#}");
    let moved = steps::reread(&doctor, &draft).await;
    // 28, 29, 30 September, 8 and 11 October.
    assert_eq!(moved["due_at"], "2027-10-12T00:00:00+08:00");
    assert_eq!(moved["due_provisional"], false);
    let answer = server.nobody().get("/v1/working-days?from=2027-09-27&add=5").await.is(200);
    assert_eq!(answer, json!({"date": "2027-10-11", "provisional": false}));
}

/// V2: due dates hang on it, so whoever replaces an arrangement names the one that they have seen.
async fn v2_an_arrangement_is_not_replaced_unseen(server: &Server) {
    let officer = server.login("city.officer").await;
    let path = "/v1/working-days/2023";
    let before = officer.get(path).await;
    let mut days = before.is(200)["days"].clone();
    days.as_array_mut().unwrap().push(json!({"date": "2023-10-18", "kind": "holiday"}));
    let load = || officer.put(path).json(json!({"days": days}));
    load().await.refused(428, "precondition-required");
    load().if_match("\"999\"").await.refused(412, "precondition-failed");
    let unchanged = officer.get(path).await;
    assert_eq!((unchanged.is(200), unchanged.etag()), (before.is(200), before.etag()));
    let loaded = load().if_match(&before.etag()).await;
    assert_eq!(loaded.is(200)["days"].as_array().unwrap().len(), days.as_array().unwrap().len());
    assert_ne!(loaded.etag(), before.etag());
    load().if_match(&before.etag()).await.refused(412, "precondition-failed");
    let answer = server.nobody().get("/v1/working-days?from=2023-10-16&add=5").await.is(200);
    assert_eq!(answer["date"], "2023-10-24", "one day later than in E6a");
}

/// V3: late ones keep their state, are flagged, come first, can be asked for, and are seen by the levels above.
async fn v3_overdue_is_flagged_and_comes_first(server: &Server) {
    let employer = server.login("hospital.admin").await;
    let queue = employer.get("/v1/review-queue?include=total").await.is(200);
    let items = queue["data"].as_array().unwrap();
    assert_eq!(queue["total"], items.len(), "{queue:#}");
    let due: Vec<&str> = items.iter().map(|item| item["due_at"].as_str().unwrap()).collect();
    assert!(due.is_sorted(), "the most urgent first: {due:?}");
    // 沈一舟's, which arrived on 28 September (E5).
    assert_eq!(
        (&items[0]["due_at"], &items[0]["overdue"]),
        (&json!("2023-10-12T00:00:00+08:00"), &json!(true))
    );
    assert_eq!(items[0]["state"], "employer_review");

    let late = employer.get("/v1/review-queue?overdue=true").await.is(200);
    let in_time = employer.get("/v1/review-queue?overdue=false").await.is(200);
    let count = |page: &Value| page["data"].as_array().unwrap().len();
    assert_eq!(count(&late) + count(&in_time), items.len());
    assert!(
        late["data"].as_array().unwrap().iter().all(|item| item["overdue"] == true),
        "{late:#}"
    );
    assert!(
        in_time["data"].as_array().unwrap().iter().all(|item| item["overdue"] == false),
        "{in_time:#}"
    );

    let officer = server.login("city.officer").await;
    let path = format!(
        "/v1/review-queue?overdue=true&stage=employer&holder_id={}",
        text(&items[0], "holder_id")
    );
    let above = officer.get(&path).await.is(200);
    assert_eq!(above["data"][0]["id"], items[0]["id"], "the level above sees it: {above:#}");
    let authority = officer.get("/v1/review-queue?stage=authority&limit=200").await.is(200);
    assert!(count(&authority) > 0);
    assert!(
        authority["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["state"] == "authority_review")
    );
    let pages = steps::all_pages(&officer, "/v1/review-queue?limit=2").await;
    let whole = officer.get("/v1/review-queue?limit=200").await.is(200);
    assert_eq!(Value::from(pages), whole["data"], "pages of two are the whole");

    // Nothing is approved by itself, and a late decision says that it was late.
    let decided = steps::decision(&employer, &text(&items[0], "id"), "approve").await.is(200);
    assert_eq!(decided["overdue"], false, "the next stage has its own days");
    let reviews =
        employer.get(&format!("/v1/declarations/{}/reviews", text(&items[0], "id"))).await.is(200);
    assert_eq!(reviews["data"][0]["overdue"], true, "{reviews:#}");
}

/// V5: under ten working days before the end of review, the submission is accepted with a warning.
async fn v5_a_late_submission_is_warned(server: &Server) {
    let doctor = server.login("professional").await;
    let first = steps::conference_with_evidence(&doctor, "第一场会议", "05-08", "05-09", 8).await;
    let second = steps::conference_with_evidence(&doctor, "第二场会议", "06-08", "06-09", 8).await;
    // Ten working days are left after Tuesday 5 December: 6–8, 11–15, 18 and 19.
    server.set_clock("2023-12-05T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    assert_eq!(steps::submission(&doctor, &first).await.is(200)["warnings"], json!([]));
    server.set_clock("2023-12-06T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let warned = steps::submission(&doctor, &second).await.is(200);
    assert_eq!(warned["state"], "employer_review");
    let warning = &warned["warnings"][0];
    assert_eq!(warning["code"], "review-may-not-finish");
    assert_eq!(
        (&warning["working_days_left"], &warning["working_days_needed"]),
        (&json!(9), &json!(10))
    );
}
