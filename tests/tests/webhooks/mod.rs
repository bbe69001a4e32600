//! Webhooks: what is delivered, to whom, when it is tried again, and when not any more (ADR 0022).

mod delivered;
mod failing;
mod managed;
mod sight;
mod survives;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use xueshi_tests::steps::text;
use xueshi_tests::{Client, Received, Receiver, Reply, Server};

/// A receiver that takes everything.
fn willing() -> Receiver {
    Receiver::start(|_| Reply::status(204))
}

/// A webhook of a caller to a receiver, with other members beside the address.
async fn hook(client: &Client, receiver: &Receiver, more: Value) -> Value {
    let mut new = json!({"url": receiver.url()});
    for (name, value) in more.as_object().unwrap() {
        new[name] = value.clone();
    }
    client.post("/v1/webhooks").json(new).await.is(201)
}

/// The address of a webhook.
fn path(webhook: &Value, behind: &str) -> String {
    format!("/v1/webhooks/{}{behind}", text(webhook, "id"))
}

/// The deliveries of a webhook, oldest first.
async fn log(client: &Client, webhook: &Value) -> Vec<Value> {
    let path = path(webhook, "/deliveries?sort=created_at&limit=200");
    xueshi_tests::steps::all_pages(client, &path).await
}

/// Waits until something holds of a webhook.
async fn until(
    client: &Client,
    webhook: &Value,
    what: &str,
    holds: impl Fn(&Value) -> bool,
) -> Value {
    for _ in 0..400 {
        let now = client.get(&path(webhook, "")).await.is(200);
        if holds(&now) {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{what}: {:#}", client.get(&path(webhook, "")).await.is(200));
}

/// Waits until something holds of the deliveries of a webhook.
async fn until_log(
    client: &Client,
    webhook: &Value,
    what: &str,
    holds: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    for _ in 0..400 {
        let now = log(client, webhook).await;
        if holds(&now) {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{what}: {:#?}", log(client, webhook).await);
}

/// Whether the library of Standard Webhooks verifies a request.
fn verifies(secret: &str, request: &Received) -> bool {
    // The library is of the same `http` as the client of these tests.
    let headers: &HeaderMap = &request.headers;
    Webhook::new(secret).unwrap().verify(&request.body, headers).is_ok()
}

/// Makes something happen of which everyone above the hospital hears: a completion is claimed by a draft, and let go.
async fn happen(server: &Server, times: usize) {
    let doctor = server.login("professional").await;
    for _ in 0..times {
        let draft = xueshi_tests::steps::draft_of(&doctor, "public").await;
        let withdrawal =
            doctor.post(&format!("/v1/declarations/{}/withdrawal", text(&draft, "id")));
        withdrawal.if_match("*").await.is(200);
    }
}

/// The ids under which requests came.
fn ids(received: &[Received]) -> Vec<String> {
    received.iter().map(|request| request.header("webhook-id").to_owned()).collect()
}
