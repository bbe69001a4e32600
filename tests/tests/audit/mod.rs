//! Audit queries: who did what, to whom, when, from where, under which rule.

mod files;
mod filters;
mod kept_apart;
mod sight;
mod told;

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, document};

/// How often something is looked for that happens beside the service.
const TRIES: usize = 600;

/// The events of a query, all pages of them.
async fn found(client: &Client, query: &str) -> Vec<Value> {
    steps::all_pages(client, &format!("/v1/audit/events?{query}")).await
}

/// The events of a query once there are some of them.
async fn awaited(client: &Client, query: &str) -> Vec<Value> {
    for _ in 0..TRIES {
        let events = found(client, query).await;
        if !events.is_empty() {
            return events;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{query}: nothing is told");
}

fn ids(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| text(event, "id")).collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(|event| event["kind"].as_str()).collect()
}

/// When something happened.
fn at(event: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(&text(event, "occurred_at"), &Rfc3339).unwrap()
}

/// A value as it stands in a URL.
fn escaped(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// The words of a named enumeration of the document.
fn words(name: &str) -> BTreeSet<String> {
    let words = document()["components"]["schemas"][name]["enum"].as_array();
    let words = words.unwrap_or_else(|| panic!("{name} is no enumeration of the document"));
    words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The kinds that only auditors are told.
fn for_auditors() -> BTreeSet<String> {
    words("AuditEventType").difference(&words("EventType")).cloned().collect()
}

/// The account of whoever is logged in.
async fn account(client: &Client) -> String {
    text(&client.get("/v1/me").await.is(200), "id")
}
