//! What the provincial platform pushes (ADR 0023): lines and their results, conflicts, answers, and a platform that behaves badly.

mod answers;
mod batches;
mod bulk;
mod conflicts;
mod late_answers;
mod lines;
mod merged;
mod province;

use serde_json::{Value, json};
use xueshi_tests::Client;
use xueshi_tests::steps::text;

/// The unit codes of the demo world's technology company and hospital, and of the company's reviewing body.
const COMPANY: &str = "91410105MA0000066U";
const HOSPITAL: &str = "12410100MA0000058X";
const JINSHUI: &str = "11410105MA0000023N";
/// An id number and a unit code that nobody has.
const NUMBER: &str = "410102198506151238";
const FREE_CODE: &str = "914403001922038216";

fn line(kind: &str, name: &str, revision: i64, data: Value) -> Value {
    json!({"kind": kind, "source": "province", "external_id": name, "revision": revision, "data": data})
}

fn person(revision: i64, changes: Value) -> Value {
    let data = json!({"name": "郑小满", "id_type": "resident_id", "id_number": NUMBER, "post": "technical",
        "employer_code": COMPANY, "started_on": "2023-03-01"});
    line("person", "P1", revision, with(data, changes))
}

fn unit(revision: i64, changes: Value) -> Value {
    let data = json!({"name": "省平台登记的单位", "unit_code": FREE_CODE, "kind": "employer", "parent_code": JINSHUI,
        "reviewing_body_code": JINSHUI});
    line("unit", "U1", revision, with(data, changes))
}

fn completion(revision: i64, changes: Value) -> Value {
    let data = json!({"id_type": "resident_id", "id_number": NUMBER, "platform": "hnzjzx", "course_code": "sheng-1",
        "title": "公需课程", "hours": 8, "started_on": "2023-05-08", "completed_on": "2023-05-09"});
    line("completion", "C1", revision, with(data, changes))
}

fn prior_year(revision: i64, changes: Value) -> Value {
    let data = json!({"id_type": "resident_id", "id_number": NUMBER, "year": 2022, "outcome": "completed_in_year",
        "public_hours": 30, "professional_hours": 60});
    line("prior_year_record", "Y1", revision, with(data, changes))
}

fn with(mut data: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().into_iter().flatten() {
        data[name] = value.clone();
    }
    data
}

/// Pushes lines as NDJSON; the results.
async fn push(client: &Client, lines: &[Value]) -> Vec<Value> {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let answer = client.post("/v1/sync/records").text("application/x-ndjson", body).await.is(200);
    answer["results"].as_array().unwrap().clone()
}

/// Pushes one line; its outcome and the whole result.
async fn push_one(client: &Client, line: Value) -> (String, Value) {
    let results = push(client, &[line]).await;
    assert_eq!(results.len(), 1, "{results:#?}");
    (text(&results[0], "outcome"), results[0].clone())
}

fn outcomes(results: &[Value]) -> Vec<String> {
    results.iter().map(|result| text(result, "outcome")).collect()
}
