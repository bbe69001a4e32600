//! Make-up, as the tests go through it: apply, review, grant, register.

use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::server::Server;
use crate::steps::{self, text};

/// The demo world's person who is short for 2022: 20 professional hours of the company.
pub const SHORT: &str = "韩立言";

/// The person of a name, as the municipal bureau sees them.
///
/// # Panics
/// When there is none.
pub async fn person(server: &Server, name: &str) -> String {
    let auditor = server.login("auditor").await;
    let people = steps::all_pages(&auditor, "/v1/professionals?limit=200").await;
    let found = people.iter().find(|person| person["name"] == name);
    text(found.unwrap_or_else(|| panic!("no {name}")), "id")
}

/// An application for people and 2022.
pub fn application(employer: &Client, people: &[&str]) -> Call {
    let items: Vec<_> =
        people.iter().map(|person| json!({"professional_id": person, "year": 2022})).collect();
    employer.post("/v1/makeup-applications").json(json!({"items": items}))
}

/// The submission of an application as it is.
pub fn submission(employer: &Client, application: &Value) -> Call {
    let path = format!("/v1/makeup-applications/{}/submission", text(application, "id"));
    employer.post(&path).if_match(&format!("\"{}\"", application["version"]))
}

/// An application of people for 2022 that was submitted.
pub async fn submitted(employer: &Client, people: &[&str]) -> Value {
    let draft = application(employer, people).await.is(201);
    submission(employer, &draft).await.is(200)
}

/// One decision on everything that waits in an application.
pub fn decision(client: &Client, application: &str, decision: &str) -> Call {
    let path = format!("/v1/makeup-applications/{application}/reviews");
    client.post(&path).json(json!({"decision": decision, "comment": "经核实"}))
}

/// Approval at both steps; the application then.
pub async fn granted(application: &Value, body: &Client, officer: &Client) -> Value {
    let id = text(application, "id");
    decision(body, &id, "approve").await.is(200);
    let granted = decision(officer, &id, "approve").await.is(200);
    assert_eq!(granted["state"], "granted", "{granted:#}");
    granted
}

/// The demo world's short person with a grant for 2022: their client, and the grant's id.
pub async fn person_with_grant(server: &Server) -> (Client, String) {
    let client = steps::account_of(server, SHORT, "han.liyan").await;
    let application =
        submitted(&server.login("company.admin").await, &[&person(server, SHORT).await]).await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let granted = granted(&application, &body, &officer).await;
    (client, text(&granted["items"][0], "grant_id"))
}

/// A conference of the days in the year in which it is attended (`2023-10-17`), for 2022 under a grant.
#[must_use]
pub fn conference(grant: &str, title: &str, from: &str, to: &str, hours: i32) -> Value {
    json!({"year": 2022, "makeup_grant_id": grant, "subject": "professional", "way": "conference", "title": title,
        "learning_start": from, "learning_end": to, "hours": hours})
}

/// The same, drafted and with its evidence.
pub async fn drafted(client: &Client, conference: &Value) -> Value {
    let draft = client.post("/v1/declarations").json(conference.clone()).await.is(201);
    let evidence = steps::pdf(&text(conference, "title"));
    steps::attach(client, &text(&draft, "id"), "proof_of_attendance", &evidence).await;
    steps::reread(client, &draft).await
}
