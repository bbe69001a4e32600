//! Batches: their forms and limits, keys, places in work, and completions of platforms.

use std::future::IntoFuture;

use serde_json::{Value, json};
use xueshi_tests::steps::text;
use xueshi_tests::{HeldRequest, Server, on_both, on_sqlite};

use super::{completion, outcomes, person, push, with};

on_both!(
    a_key_replays_the_first_answer_of_a_batch,
    many_lines_go_in_several_transactions,
    platforms_deliver_many_completions,
    batches_at_once_leave_the_same_as_one,
);
on_sqlite!(forms_and_limits, more_batches_than_places_are_refused_at_once);

async fn forms_and_limits(server: &Server) {
    let province = server.machine("province").await;
    let post = |kind: &str, body: String| province.post("/v1/sync/records").text(kind, body);
    // A single object is a batch of one.
    let one = post("application/json", person(1, json!({})).to_string()).await.is(200);
    assert_eq!(one["results"].as_array().map(Vec::len), Some(1));
    post("application/json", "[".to_owned()).await.refused(400, "malformed-json");
    post("text/csv", "a,b".to_owned()).await.refused(415, "unsupported-media-type");
    for (kind, empty) in [("application/json", "[]"), ("application/x-ndjson", "\n\n")] {
        post(kind, empty.to_owned()).await.refused(422, "validation-failed");
    }
    let many = post("application/x-ndjson", "{}\n".repeat(1_001)).await;
    assert_eq!(many.refused(413, "payload-too-large")["max_lines"], 1_000);
    let large = post("application/x-ndjson", "{}\n".repeat(700_000)).await;
    assert_eq!(large.refused(413, "payload-too-large")["max_bytes"], 2 * 1024 * 1024);
}

async fn a_key_replays_the_first_answer_of_a_batch(server: &Server) {
    let province = server.machine("province").await;
    let body = json!([person(1, json!({})), completion(1, json!({}))]);
    let push = |body: Value| province.post("/v1/sync/records").json(body).key("batch-1");
    let first = push(body.clone()).await;
    let results = first.is(200);
    assert_eq!(outcomes(results["results"].as_array().unwrap()), ["created", "created"]);
    let again = push(body.clone()).await;
    assert_eq!((again.status, &again.bytes), (200, &first.bytes));
    assert_eq!(again.header("idempotent-replayed"), "true");
    push(json!([person(2, json!({}))])).await.refused(422, "idempotency-key-reused");
    // Without the key the lines speak for themselves.
    let plain = province.post("/v1/sync/records").json(body).await.is(200);
    assert_eq!(outcomes(plain["results"].as_array().unwrap()), ["unchanged", "unchanged"]);
}

/// 450 lines are three transactions, each with a line that is refused; the answer is one, in the order of the lines.
async fn many_lines_go_in_several_transactions(server: &Server) {
    let province = server.machine("province").await;
    let mut lines = vec![person(1, json!({}))];
    for number in 1..450 {
        let course = if number % 150 == 0 { json!({"hours": 0}) } else { json!({}) };
        let course = with(course, json!({"course_code": format!("sheng-{number}")}));
        lines.push(with(completion(1, course), json!({"external_id": format!("C{number}")})));
    }
    let results = push(&province, &lines).await;
    let numbers: Vec<i64> = results.iter().filter_map(|result| result["line"].as_i64()).collect();
    assert_eq!(numbers, (1..=450).collect::<Vec<i64>>());
    for (place, result) in results.iter().enumerate() {
        let refused = place > 0 && place % 150 == 0;
        let expected = if refused { "refused" } else { "created" };
        assert_eq!(result["outcome"], expected, "{result:#}");
    }
}

/// H6, H7: the same in many as in one.
async fn platforms_deliver_many_completions(server: &Server) {
    let province = server.machine("province").await;
    push(&province, &[person(1, json!({}))]).await;
    let platform = server.machine("hnzjzx").await;
    let course = |code: &str, changes: Value| {
        with(with(completion(1, json!({}))["data"].clone(), json!({"course_code": code})), changes)
    };
    let lines = [
        course("a", json!({})),
        course("b", json!({})),
        course("a", json!({})),
        course("b", json!({"hours": 9})),
        course("c", json!({"platform": "another"})),
        course("d", json!({"completed_on": "2024-01-09"})),
    ];
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let path = "/v1/learning-records:batch";
    let answer = platform.post(path).text("application/x-ndjson", body.clone()).await.is(200);
    let results = answer["results"].as_array().unwrap();
    let expected = ["created", "created", "unchanged", "refused", "refused", "refused"];
    assert_eq!(outcomes(results), expected, "{results:#?}");
    let code = |place: usize| text(&results[place]["problem"], "code");
    assert_eq!([code(3), code(4), code(5)], ["duplicate-learning", "forbidden", "spans-two-years"]);
    assert_eq!(results[3]["problem"]["standing_id"], results[1]["id"]);
    assert_eq!(results[0]["id"], results[2]["id"]);
    let again = platform.post(path).text("application/x-ndjson", body).await.is(200);
    let expected = ["unchanged", "unchanged", "unchanged", "refused", "refused", "refused"];
    assert_eq!(outcomes(again["results"].as_array().unwrap()), expected);
    // One by one it is what it was.
    let one = platform.post("/v1/learning-records").json(course("a", json!({}))).await.is(200);
    assert_eq!(one["id"], results[0]["id"]);
    let doctor = server.login("professional").await;
    doctor.post(path).json(json!([course("a", json!({}))])).await.refused(403, "forbidden");
}

/// Whoever waits with half a body has a place; who finds none is told at once, and nothing piles up.
async fn more_batches_than_places_are_refused_at_once(server: &Server) {
    let province = server.machine("province").await;
    let body = json!([person(1, json!({}))]);
    let mut held = Vec::new();
    for _ in 0..12 {
        held.push(HeldRequest::begin(server, &province, "/v1/sync/records", &body, "").await);
    }
    // From the last one on: the first ones have the places.
    let mut statuses = Vec::new();
    while let Some(request) = held.pop() {
        let (status, _) = request.finish().await;
        statuses.push(status);
        if status == 503 {
            break;
        }
    }
    let refused = province.post("/v1/sync/records").json(body.clone()).await;
    refused.refused(503, "overloaded");
    assert_eq!(refused.header("retry-after"), "1");
    // Nobody else is held up.
    province.get("/v1/sync/changes?limit=1").await.is(200);
    for request in held {
        statuses.push(request.finish().await.0);
    }
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert!(count(200) >= 4 && count(200) + count(503) == 12, "{statuses:?}");
    province.post("/v1/sync/records").json(body).await.is(200);
}

/// Four at a time push the same lines in other orders: what is there afterwards is there once.
async fn batches_at_once_leave_the_same_as_one(server: &Server) {
    let province = server.machine("province").await;
    push(&province, &[person(1, json!({}))]).await;
    let mut lines: Vec<Value> = (0..60)
        .map(|number| {
            let course = completion(1, json!({"course_code": format!("sheng-{number}")}));
            with(course, json!({"external_id": format!("C{number}")}))
        })
        .collect();
    let mut pushes = Vec::new();
    for _ in 0..4 {
        lines.rotate_left(17);
        pushes.push(province.post("/v1/sync/records").json(json!(lines)).into_future());
    }
    let answers = futures_util::future::join_all(pushes).await;
    let mut created = 0;
    for answer in answers {
        for result in answer.is(200)["results"].as_array().unwrap() {
            assert!(
                ["created", "unchanged"].contains(&text(result, "outcome").as_str()),
                "{result:#}"
            );
            created += i32::from(result["outcome"] == "created");
        }
    }
    assert_eq!(created, 60, "each came about once");
}
