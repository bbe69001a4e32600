//! When it is tried again, and when not any more.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Receiver, Reply, Server, on_both};

use super::{happen, hook, ids, log, path, until, until_log, willing};

on_both!(
    ten_attempts_over_75_hours_then_it_is_disabled_and_told,
    retry_after_is_honoured,
    gone_disables_at_once_and_redirects_are_not_followed,
    who_fails_nine_times_of_ten_gets_everything,
    a_dead_receiver_holds_up_nobody,
);

/// Waits before the second and each further attempt, in seconds.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

fn instant(value: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(value.as_str().unwrap(), &Rfc3339).unwrap()
}

async fn freeze_at(server: &Server, at: OffsetDateTime) {
    server.freeze_clock(&at.format(&Rfc3339).unwrap()).await;
}

/// A fresh login: the clock has gone on for longer than a token lasts.
async fn province(server: &Server) -> Client {
    server.machine("province").await
}

async fn ten_attempts_over_75_hours_then_it_is_disabled_and_told(server: &Server) {
    server.freeze_clock("2023-10-16T09:00:00+08:00").await;
    let receiver = Receiver::start(|_| Reply::status(500));
    let types = json!({"types": ["learning_record.changed"]});
    let hook = hook(&province(server).await, &receiver, types).await;
    happen(server, 1).await;
    let mut tried = 0;
    for wait in WAITS {
        tried += 1;
        receiver.wait_for(tried).await;
        let client = province(server).await;
        let log = until_log(&client, &hook, "it waits", |log| {
            log.first().is_some_and(|row| row["attempts"] == tried)
        });
        let row = log.await.swap_remove(0);
        assert_eq!(
            (&row["state"], &row["last_attempt"]["failure"]),
            (&json!("pending"), &json!("refused"))
        );
        let last = instant(&row["last_attempt"]["at"]);
        let next = instant(&row["next_attempt_at"]);
        let waits = (next - last).whole_milliseconds();
        let most = i128::from(wait) * 1_000;
        assert!((most * 9 / 10..=most).contains(&waits), "{waits} ms before attempt {}", tried + 1);
        // Not before its time.
        freeze_at(server, next - time::Duration::SECOND).await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(receiver.received().len(), tried);
        freeze_at(server, next).await;
    }
    receiver.wait_for(10).await;
    let client = province(server).await;
    let off = until(&client, &hook, "it is disabled", |hook| hook["enabled"] == false).await;
    assert_eq!(off["disabled_because"], "failing");
    let row = log(&client, &hook).await.swap_remove(0);
    assert_eq!((&row["state"], &row["attempts"]), (&json!("failed"), &json!(10)));
    let failing = instant(&off["disabled_at"]) - instant(&off["failing_since"]);
    assert!((67..=76).contains(&failing.whole_hours()), "{failing}");
    assert_eq!(BTreeSet::from_iter(ids(&receiver.received())).len(), 1, "always the same id");
    // It is told, in the feed and as an event.
    let officer = server.login("city.officer").await;
    let told = officer.get("/v1/events?type=webhook.disabled").await.is(200);
    let told = &told["data"][0];
    assert_eq!(told["subject_id"], hook["id"]);
    assert_eq!(told["data"]["disabled_because"], "failing");
    assert!(!told.to_string().contains("127.0.0.1"), "no address: {told:#}");
    // Nothing more is sent, and what happens meanwhile is not lost.
    happen(server, 1).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.received().len(), 10);
    receiver.answers(|_| Reply::status(200));
    let on = client.patch(&path(&hook, "")).if_match("*").json(json!({"enabled": true}));
    assert_eq!(on.await.is(200)["disabled_because"], Value::Null);
    let taken = receiver.wait_for(12).await;
    let taken: BTreeSet<String> = ids(&taken[10..]).into_iter().collect();
    assert_eq!(taken.len(), 2, "what was given up, and what has happened since");
}

async fn retry_after_is_honoured(server: &Server) {
    server.freeze_clock("2023-10-16T09:00:00+08:00").await;
    let receiver = Receiver::start(|number| match number {
        1 => Reply::status(503).header("retry-after", "120"),
        2 => Reply::status(429)
            .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .header("retry-after", "Sun, 06 Nov 1994 09:49:37 GMT"),
        _ => Reply::status(200),
    });
    let types = json!({"types": ["learning_record.changed"]});
    let client = province(server).await;
    let hook = hook(&client, &receiver, types).await;
    let waits = |row: &Value| {
        (instant(&row["next_attempt_at"]) - instant(&row["last_attempt"]["at"])).whole_seconds()
    };
    for (tried, status, asked) in [(1, 503, 120), (2, 429, 3_600)] {
        // The second one waits too: it is the receiver that asked to be left alone.
        happen(server, 1).await;
        receiver.wait_for(tried).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(receiver.received().len(), tried);
        let client = province(server).await;
        let tried = |row: &Value| row["last_attempt"]["status"] == status;
        let log = until_log(&client, &hook, "it waits", |log| log.iter().any(tried)).await;
        let row = log.iter().find(|row| tried(row)).unwrap();
        assert_eq!(waits(row), asked, "{row:#}");
        let now = client.get(&path(&hook, "")).await.is(200);
        assert_eq!(now["resting_until"], row["next_attempt_at"]);
        freeze_at(server, instant(&row["next_attempt_at"])).await;
        receiver.wait_for(2).await;
    }
    receiver.wait_for(4).await;
    let client = province(server).await;
    until_log(&client, &hook, "taken", |log| {
        log.len() == 2 && log.iter().all(|row| row["state"] == "delivered")
    })
    .await;
    let now = client.get(&path(&hook, "")).await.is(200);
    assert_eq!(now["resting_until"], Value::Null);
}

async fn gone_disables_at_once_and_redirects_are_not_followed(server: &Server) {
    let client = province(server).await;
    let elsewhere = willing();
    let to = elsewhere.url();
    let receiver = Receiver::start(move |number| match number {
        1 => Reply::status(307).header("location", to.clone()),
        _ => Reply::status(410),
    });
    let types = json!({"types": ["learning_record.changed"]});
    let hook = hook(&client, &receiver, types).await;
    happen(server, 1).await;
    let log = until_log(&client, &hook, "tried", |log| {
        log.first().is_some_and(|row| row["attempts"] == 1)
    });
    assert_eq!(log.await[0]["last_attempt"]["failure"], "redirected");
    // Five seconds later, by the clock that runs on.
    let off = until(&client, &hook, "it is disabled", |hook| hook["enabled"] == false).await;
    assert_eq!(off["disabled_because"], "gone");
    assert_eq!(receiver.received().len(), 2);
    assert!(elsewhere.received().is_empty(), "nobody followed");
    let told = server.login("city.officer").await.get("/v1/events?type=webhook.disabled").await;
    assert_eq!(told.is(200)["data"][0]["data"]["disabled_because"], "gone");
}

async fn who_fails_nine_times_of_ten_gets_everything(server: &Server) {
    let client = province(server).await;
    let receiver =
        Receiver::start(|number| Reply::status(if number % 10 == 0 { 200 } else { 503 }));
    let hook = hook(&client, &receiver, json!({"content": "hint"})).await;
    let mut follower =
        xueshi_tests::Follower { cursor: Some(text(&hook, "cursor")), ..Default::default() };
    happen(server, 5).await;
    steps::certified_person(server).await;
    follower.catch_up(&client, "limit=200").await;
    let mut all: BTreeSet<String> = follower.events.iter().map(|event| text(event, "id")).collect();
    let own = follower.events.iter().find(|event| event["type"] == "webhook.created").unwrap();
    all.remove(&text(own, "id"));
    assert!(all.len() >= 20, "{}", all.len());
    // The dust settles: hours pass.
    let mut now = OffsetDateTime::parse("2023-10-16T09:30:00+08:00", &Rfc3339).unwrap();
    let begun = Instant::now();
    loop {
        let taken: BTreeSet<String> = ids(&receiver.taken()).into_iter().collect();
        // More may have happened by then: days come near, windows close.
        if taken.is_superset(&all) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{} of {}", taken.len(), all.len());
        tokio::time::sleep(Duration::from_millis(300)).await;
        now += time::Duration::hours(1);
        server.set_clock(&now.format(&Rfc3339).unwrap()).await;
    }
    let taken = ids(&receiver.taken());
    let once: BTreeSet<&String> = taken.iter().collect();
    assert_eq!(once.len(), taken.len(), "each was taken once");
    let client = province(server).await;
    until_log(&client, &hook, "the log agrees", |log| {
        let delivered = log.iter().filter(|row| row["state"] == "delivered");
        let delivered: BTreeSet<String> = delivered.map(|row| text(row, "webhook_id")).collect();
        delivered.is_superset(&all) && log.iter().all(|row| row["state"] != "failed")
    })
    .await;
}

async fn a_dead_receiver_holds_up_nobody(server: &Server) {
    let client = province(server).await;
    let hanging: Vec<Receiver> = (0..10)
        .map(|_| Receiver::start(|_| Reply::status(200).after(Duration::from_secs(60))))
        .collect();
    for dead in &hanging {
        hook(&client, dead, json!({})).await;
    }
    let receiver = willing();
    hook(&client, &receiver, json!({"types": ["certificate.issued"]})).await;
    let begun = Instant::now();
    steps::certified_person(server).await;
    receiver.wait_for(1).await;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}
