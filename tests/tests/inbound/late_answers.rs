//! Answers that come late: the record says something else by now, though what changed it happened to a roster, a declaration or a
//! filing (ADR 0023).

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE, change, item, line, roster};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Follower, Server, makeup, on_both};

use super::answers::answer;
use crate::rosters::ended_class;

on_both!(
    an_answer_from_before_a_roster_was_corrected_is_too_late,
    an_answer_from_before_a_waiting_correction_was_freed_is_too_late,
    an_answer_from_before_a_waiting_correction_was_handed_in_is_too_late,
    a_class_is_pending_when_its_filing_changes,
);

/// The name of the demo world's `engineer`.
const ENGINEER: &str = "梁子衡";

/// The engineer's learning record of a class.
async fn record_of(engineer: &Client, class: &Value) -> String {
    let records = steps::records(engineer, "professional").await;
    text(records.iter().find(|record| record["class_id"] == class["id"]).unwrap(), "id")
}

/// Corrects the engineer's line of the roster.
async fn correct(server: &Server, base: &Client, class: &Value, hours: i32) {
    let person = makeup::person(server, ENGINEER).await;
    let held = training::reread_class(base, class).await;
    roster(base, &held, &[line(&person, hours, true)]).await.is(200);
}

/// The latest event of a type by which a learning record came.
async fn event_of(province: &Client, kind: &str, record: &str) -> Value {
    let mut follower = Follower::default();
    follower.catch_up(province, &format!("limit=200&types={kind}")).await;
    let came = |event: &&Value| event["data"]["resources"]["learning_record"]["id"] == record;
    let found = follower.events.iter().rfind(came);
    found.unwrap_or_else(|| panic!("no {kind} of {record}")).clone()
}

/// Accepts a learning record as it came by an event: what became of the answer, and how far the province has the record.
async fn accept(province: &Client, record: &str, event: &Value) -> (String, String) {
    let said = json!([{"kind": "learning_record", "id": record, "event": event["id"], "state": "accepted"}]);
    let results = answer(province, said).await;
    (text(&results[0], "outcome"), text(&results[0], "state"))
}

fn said(outcome: &str, state: &str) -> (String, String) {
    (outcome.to_owned(), state.to_owned())
}

async fn an_answer_from_before_a_roster_was_corrected_is_too_late(server: &Server) {
    let (base, class) = ended_class(server).await;
    let person = makeup::person(server, ENGINEER).await;
    roster(&base, &class, &[line(&person, 24, true)]).await.is(200);
    let record = record_of(&server.login("engineer").await, &class).await;
    let province = server.machine("province").await;
    let delivered = event_of(&province, "learning_record.delivered", &record).await;
    assert_eq!(delivered["data"]["resources"]["learning_record"]["hours"], 24);

    correct(server, &base, &class, 10).await;
    let late = accept(&province, &record, &delivered).await;
    assert_eq!(late, said("created", "pending_sync"), "it never saw 10 hours");
    let revised = event_of(&province, "roster.revised", &record).await;
    assert_eq!(revised["data"]["resources"]["learning_record"]["hours"], 10);
    assert_eq!(accept(&province, &record, &revised).await, said("updated", "synced"));
    // What the roster comes to say of others is nothing to this record.
    let other = makeup::person(server, "唐若溪").await;
    let held = training::reread_class(&base, &class).await;
    let both = [line(&person, 10, true), line(&other, 24, true)];
    roster(&base, &held, &both).await.is(200);
    assert_eq!(accept(&province, &record, &revised).await, said("unchanged", "synced"));
}

/// A declaration of 24 hours in review which the roster says were 20 (P4), as the province has read it.
struct Flagged {
    engineer: Client,
    province: Client,
    record: String,
    declaration: Value,
    event: Value,
}

impl Flagged {
    async fn new(server: &Server) -> Self {
        let (base, class) = ended_class(server).await;
        let person = makeup::person(server, ENGINEER).await;
        roster(&base, &class, &[line(&person, 24, true)]).await.is(200);
        let engineer = server.login("engineer").await;
        let record = record_of(&engineer, &class).await;
        let declaration = steps::declare_record(&engineer, 2023, &record).await.is(201);
        steps::submission(&engineer, &declaration).await.is(200);
        correct(server, &base, &class, 20).await;
        let province = server.machine("province").await;
        let event = event_of(&province, "roster.revised", &record).await;
        let came = &event["data"]["resources"]["learning_record"];
        assert_eq!((&came["hours"], &came["correction"]["hours"]), (&json!(24), &json!(20)));
        assert_eq!(accept(&province, &record, &event).await, said("created", "synced"));
        Self { engineer, province, record, declaration, event }
    }

    /// The correction has taken effect: an answer to what was read before does not count, one to what was told since does.
    async fn assert_told(&self) {
        let late = accept(&self.province, &self.record, &self.event).await;
        assert_eq!(late, said("updated", "pending_sync"), "it never saw the 20 hours stand");
        let changed = event_of(&self.province, "learning_record.changed", &self.record).await;
        assert_eq!(changed["data"]["facts"]["hours"], 20, "{changed:#}");
        let again = accept(&self.province, &self.record, &changed).await;
        assert_eq!(again, said("updated", "synced"));
    }
}

async fn an_answer_from_before_a_waiting_correction_was_freed_is_too_late(server: &Server) {
    let flagged = Flagged::new(server).await;
    let path = format!("/v1/declarations/{}/withdrawal", text(&flagged.declaration, "id"));
    flagged.engineer.post(&path).if_match("*").await.is(200);
    flagged.assert_told().await;
}

async fn an_answer_from_before_a_waiting_correction_was_handed_in_is_too_late(server: &Server) {
    let flagged = Flagged::new(server).await;
    let company = server.login("company.admin").await;
    let id = text(&flagged.declaration, "id");
    steps::decision(&company, &id, "return").await.is(200);
    let returned = steps::reread(&flagged.engineer, &flagged.declaration).await;
    steps::submission(&flagged.engineer, &returned).await.is(200);
    flagged.assert_told().await;
}

/// P5, H5: whether a class counts is not written in it, so that its version stays.
async fn a_class_is_pending_when_its_filing_changes(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let items = [item("主题", 24, "10-17", "11-30")];
    let plan = training::approved_plan(server, &base, &unit, &items).await;
    let class = training::class(&plan["items"][0], "早已公布", "10-18", "10-20", 8);
    let class = base.post("/v1/classes").json(class).await.is(201);
    let province = server.machine("province").await;
    let accepted = async || {
        let line = json!([{"kind": "class", "id": class["id"], "version": class["version"], "state": "accepted"}]);
        let results = answer(&province, line).await;
        (text(&results[0], "outcome"), text(&results[0], "state"))
    };
    assert_eq!(accepted().await, said("created", "synced"));
    assert_eq!(accepted().await, said("unchanged", "synced"));

    let officer = server.login("city.officer").await;
    let path = format!("/v1/filings?year=2023&organization_id={unit}");
    let filing = officer.get(&path).await.is(200)["data"][0].clone();
    let path = format!("/v1/filings/{}/suspension", text(&filing, "id"));
    let body = json!({"reason": "年度检查"});
    change(&officer, &path, &filing["version"], body).await.is(200);
    let now = training::reread_class(&base, &class).await;
    assert_eq!((&now["filed"], &now["version"]), (&json!(false), &class["version"]));
    let path = format!("/v1/sync/acknowledgements?kind=class&record_id={}", text(&class, "id"));
    let rows = officer.get(&path).await.is(200);
    assert_eq!(rows["data"][0]["state"], "pending_sync", "{rows:#}");
    assert_eq!(accepted().await, said("updated", "synced"));
}
