//! What people of the story do, day by day.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server};

use super::cast::District;

pub(super) const PASSWORD: &str = "a long enough password";

/// A day on which the clock stands still; everyone logs in once.
pub(super) struct Day<'a> {
    server: &'a Server,
    clients: Mutex<BTreeMap<String, Client>>,
}

impl<'a> Day<'a> {
    pub(super) async fn begin(server: &'a Server, at: &str) -> Self {
        server.freeze_clock(at).await;
        Self { server, clients: Mutex::default() }
    }

    pub(super) async fn login(&self, username: &str) -> Client {
        let known = self.clients.lock().unwrap().get(username).cloned();
        if let Some(client) = known {
            return client;
        }
        let password = if username.starts_with("erqi.") { PASSWORD } else { "sandbox" };
        let client = self.server.login_with(username, password).await;
        self.clients.lock().unwrap().insert(username.to_owned(), client.clone());
        client
    }

    pub(super) async fn person(&self, _: &District, person: usize) -> Client {
        self.login(&format!("erqi.person.{person}")).await
    }

    /// Approves all that waits for somebody's unit but these, in batches (V6); how many there were.
    pub(super) async fn approve_all(&self, username: &str, but: &[String]) -> usize {
        let client = self.login(username).await;
        let unit = text(&client.get("/v1/me").await.is(200)["grants"][0]["organization"], "id");
        let path = format!("/v1/review-queue?holder_id={unit}&limit=200");
        let waiting = steps::all_pages(&client, &path).await;
        let ids: Vec<String> = waiting.iter().map(|row| text(row, "id")).collect();
        let ids: Vec<String> = ids.into_iter().filter(|id| !but.contains(id)).collect();
        for batch in ids.chunks(100) {
            let items: Vec<Value> = batch
                .iter()
                .map(|id| json!({"declaration_id": id, "decision": "approve"}))
                .collect();
            let results =
                client.post("/v1/reviews:batch").json(json!({"items": items})).await.is(200);
            let results = results["results"].as_array().unwrap();
            assert!(results.iter().all(|result| result["problem"].is_null()), "{results:#?}");
        }
        ids.len()
    }
}

/// Does something for each person, several at a time; the answers in their order.
pub(super) async fn each<T>(people: Range<usize>, act: impl AsyncFn(usize) -> T) -> Vec<T> {
    stream::iter(people).map(|person| act(person)).buffered(8).collect().await
}

/// The `If-Match` of something as it was read.
pub(super) fn tag(value: &Value) -> String {
    format!("\"{}\"", value["version"])
}

/// A decision of the bureau on a filing or a plan.
pub(super) fn decide(client: &Client, kind: &str, case: &Value, decision: &str) -> Call {
    let path = format!("/v1/{kind}/{}/decision", text(case, "id"));
    client.post(&path).if_match(&tag(case)).json(json!({"decision": decision, "comment": "已核实"}))
}

/// The platform delivers a course of 30 hours to each of these people; the records by person.
pub(super) async fn deliver(
    day: &Day<'_>,
    district: &District,
    people: Range<usize>,
    course: &str,
    [start, end]: [&str; 2],
) -> BTreeMap<usize, String> {
    let machine = day.server.machine("hnzjzx").await;
    let records = each(people.clone(), async |person| {
        let delivery = json!({"id_type": "resident_id", "id_number": district.numbers[person], "platform": "hnzjzx",
            "course_code": course, "title": "公需科目", "hours": 30, "started_on": start, "completed_on": end});
        text(&machine.post("/v1/learning-records").json(delivery).await.is(201), "id")
    });
    people.zip(records.await).collect()
}

/// Declares and submits, without evidence.
pub(super) async fn declare(client: &Client, declaration: Value) -> Value {
    let draft = client.post("/v1/declarations").json(declaration).await.is(201);
    steps::submission(client, &draft).await.is(200)
}

pub(super) async fn declare_course(client: &Client, year: i32, record: &str) -> Value {
    declare(client, json!({"year": year, "learning_record_id": record})).await
}

/// Five conferences of twelve hours, two days each, in a month (`2023-05`); under a grant for 2022.
pub(super) async fn five_conferences(client: &Client, month: &str, grant: Option<&str>) {
    for number in 0..5 {
        let [from, to] = [11 + 2 * number, 12 + 2 * number];
        let mut conference = json!({"year": if grant.is_some() { 2022 } else { 2023 }, "subject": "professional",
            "way": "conference", "title": format!("学术年会{number}"), "hours": 12,
            "learning_start": format!("{month}-{from}"), "learning_end": format!("{month}-{to}")});
        if let Some(grant) = grant {
            conference["makeup_grant_id"] = json!(grant);
        }
        let draft = client.post("/v1/declarations").json(conference).await.is(201);
        let evidence = steps::pdf(&format!("{month} {number}"));
        steps::attach(client, &text(&draft, "id"), "proof_of_attendance", &evidence).await;
        steps::submission(client, &steps::reread(client, &draft).await).await.is(200);
    }
}

/// The declaration of a person that waits for somebody's unit.
pub(super) async fn waiting_of(day: &Day<'_>, username: &str, person: &str) -> String {
    let client = day.login(username).await;
    let waiting = steps::all_pages(&client, "/v1/review-queue?limit=200").await;
    let found = waiting.iter().find(|row| row["professional_id"] == person);
    text(found.unwrap_or_else(|| panic!("nothing of {person} waits for {username}")), "id")
}

/// A unit's training funds of 2023, in fen: 1.5 % of the payroll accrued, most of it spent.
pub(super) async fn report_funds(client: &Client, unit: &str, payroll: i64) {
    let body = json!({"payroll_fen": payroll, "accrued_fen": payroll / 100 * 3 / 2, "spent_fen": payroll / 100});
    let path = format!("/v1/funding-reports/{unit}/2023");
    client.put(&path).json(body).await.is(201);
}

/// Waits for a job.
pub(super) async fn until_over(client: &Client, location: &str) {
    for _ in 0..600 {
        let job = client.get(location).await.is(200);
        match job["state"].as_str().unwrap() {
            "queued" | "running" => tokio::time::sleep(Duration::from_millis(50)).await,
            "succeeded" => return,
            _ => panic!("{job:#}"),
        }
    }
    panic!("{location} does not end");
}
