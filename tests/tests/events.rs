//! What is told: each change, deadlines (V3) and windows (W5), to those whom it concerns.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

on_both!(
    events_follow_a_declaration_to_its_certificate,
    v3_due_soon_and_overdue_are_told_once,
    w5_windows_tell_when_they_open_and_close,
    events_are_seen_by_those_whom_they_concern,
);

async fn kinds(client: &Client, query: &str) -> Vec<String> {
    let events = steps::all_pages(client, &format!("/v1/events?{query}")).await;
    events.iter().map(|event| text(event, "type")).collect()
}

async fn events_follow_a_declaration_to_its_certificate(server: &Server) {
    let person = steps::certified_person(server).await;
    let officer = server.login("city.officer").await;
    let query = format!("professional_id={}&year=2023", person.professional_id);
    let told = kinds(&officer, &query).await;
    for (kind, times) in [
        ("declaration.submitted", 2),
        ("declaration.forwarded", 2),
        ("declaration.approved", 2),
        ("annual_record.satisfied", 1),
        ("annual_record.certified", 1),
        ("certificate.issued", 1),
    ] {
        assert_eq!(told.iter().filter(|other| *other == kind).count(), times, "{kind}: {told:?}");
    }
}

/// V3: nothing is told twice, and nothing is approved by time.
async fn v3_due_soon_and_overdue_are_told_once(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let query = format!("subject_id={}", text(&draft, "id"));
    let expected = [
        ("2023-10-19T09:00:00+08:00", vec!["declaration.submitted"]),
        ("2023-10-20T09:00:00+08:00", vec!["declaration.submitted", "declaration.due_soon"]),
        ("2023-10-23T23:59:59+08:00", vec!["declaration.submitted", "declaration.due_soon"]),
        (
            "2023-10-24T00:00:00+08:00",
            vec!["declaration.submitted", "declaration.due_soon", "declaration.overdue"],
        ),
        (
            "2023-10-30T00:00:00+08:00",
            vec!["declaration.submitted", "declaration.due_soon", "declaration.overdue"],
        ),
    ];
    for (now, told) in expected {
        server.set_clock(now).await;
        let admin = server.login("hospital.admin").await;
        assert_eq!(kinds(&admin, &query).await, told, "{now}");
        let queue = admin.get("/v1/review-queue").await.is(200);
        assert!(queue.to_string().contains(&text(&draft, "id")), "it waits on: {queue}");
    }
}

async fn w5_windows_tell_when_they_open_and_close(server: &Server) {
    let windows = async |now: &str| -> Vec<Value> {
        server.set_clock(now).await;
        let officer = server.login("city.officer").await;
        let events = steps::all_pages(&officer, "/v1/events?year=2023").await;
        let of_windows = events.into_iter().filter(|event| event["subject"] == "window");
        of_windows.map(|event| json!([event["type"], event["data"]["window"]])).collect()
    };
    let before = windows("2023-11-30T23:59:59+08:00").await;
    assert!(before.contains(&json!(["window.opened", "makeup_application"])), "{before:?}");
    assert!(!before.contains(&json!(["window.closed", "makeup_application"])), "{before:?}");
    let after = windows("2023-12-20T00:00:00+08:00").await;
    for told in [
        json!(["window.closed", "makeup_application"]),
        json!(["window.closed", "declare"]),
        json!(["window.opened", "freeze"]),
    ] {
        assert_eq!(after.iter().filter(|other| **other == told).count(), 1, "{told}: {after:?}");
    }
}

async fn events_are_seen_by_those_whom_they_concern(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let query = format!("subject_id={}", text(&draft, "id"));
    for (account, sees) in [
        ("professional", true),
        ("hospital.admin", true),
        ("health.reviewer", true),
        ("city.officer", true),
        ("auditor", true),
        ("engineer", false),
        ("company.admin", false),
        ("jinshui.reviewer", false),
        ("base.admin", false),
    ] {
        let seen = kinds(&server.login(account).await, &query).await;
        assert_eq!(seen, if sees { vec!["declaration.submitted"] } else { vec![] }, "{account}");
    }
}
