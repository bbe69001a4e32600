//! What is delivered, how it is signed, and how it is asked for once more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Follower, Received, Receiver, Reply, Server, on_both};

use super::{hook, ids, path, until, until_log, verifies, willing};

on_both!(
    everything_comes_once_and_signed_as_the_feed_shows_it,
    a_hint_says_what_and_where_only,
    a_rotated_secret_signs_beside_the_new_one_for_a_while,
    replay_reads_the_feed_again,
    a_test_shows_whether_the_receiver_answers,
);

/// The ids under which requests came. The order is not held here: the servers of one test process share what draws ids, with clocks
/// of their own.
fn set(received: &[Received]) -> BTreeSet<String> {
    ids(received).into_iter().collect()
}

async fn everything_comes_once_and_signed_as_the_feed_shows_it(server: &Server) {
    let province = server.machine("province").await;
    let receiver = willing();
    let hook = hook(&province, &receiver, json!({"signatures": ["v1", "v1a"]})).await;
    let mut follower = Follower { cursor: Some(text(&hook, "cursor")), ..Follower::default() };
    let person = steps::certified_person(server).await;
    follower.catch_up(&province, "limit=200").await;
    let feed: Vec<Value> = follower.events.clone();
    let feed: Vec<Value> =
        feed.into_iter().filter(|event| event["type"] != "webhook.created").collect();
    let received = receiver.wait_for(feed.len()).await;
    let expected: BTreeSet<String> = feed.iter().map(|event| text(event, "id")).collect();
    assert_eq!((set(&received), received.len()), (expected, feed.len()));
    let secret = text(&hook, "secret");
    for request in &received {
        let event = feed.iter().find(|event| event["id"] == request.header("webhook-id")).unwrap();
        assert!(verifies(&secret, request), "{request:?}");
        assert!(!verifies("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", request));
        let signatures: Vec<_> = request.header("webhook-signature").split(' ').collect();
        assert_eq!(signatures.len(), 2, "{signatures:?}");
        assert!(signatures.iter().any(|signature| signature.starts_with("v1a,")));
        assert_eq!(request.path, "/hook");
        assert_eq!(request.header("content-type"), "application/json");
        let mut body = request.json();
        let cursor = body.as_object_mut().unwrap().remove("cursor").unwrap();
        for member in ["specversion", "id", "source", "type", "subject", "time", "sequence"] {
            assert_eq!(body[member], event[member], "{body:#}");
        }
        assert_eq!(body["data"]["facts"], event["data"]["facts"]);
        // A cursor of the feed: what comes next stands behind it.
        let behind = format!("/v1/sync/changes?limit=1&cursor={}", cursor.as_str().unwrap());
        let next = province.get(&behind).await.is(200);
        assert_ne!(next["data"][0]["id"], event["id"]);
    }
    let last = received.iter().rfind(|request| request.json()["type"] == "certificate.issued");
    let certificate = &last.unwrap().json()["data"]["resources"]["certificate"];
    assert_eq!(certificate["number"], person.number.as_str());
    let now = until(&province, &hook, "it has come to the end", |hook| {
        hook["cursor"].as_str() == follower.cursor.as_deref()
    });
    let now = now.await;
    assert_eq!(now["failing_since"], Value::Null);
    let log = until_log(&province, &hook, "all is delivered", |log| {
        log.iter().all(|delivery| delivery["state"] == "delivered")
    });
    assert_eq!(log.await.len(), feed.len());
    // The public key is shown, the secret never again.
    let shown = province.get(&path(&hook, "")).await.is(200);
    assert!(shown.get("secret").is_none());
    let keys = shown["keys"].as_array().unwrap();
    assert!(
        keys.iter()
            .any(|key| key["public_key"].as_str().is_some_and(|key| key.starts_with("whpk_")))
    );
    assert!(!server.nobody().get("/metrics").await.text().is_empty());
    let metrics = server.nobody().get("/metrics").await.text();
    assert!(metrics.contains("xueshi_webhook_attempts_total{outcome=\"delivered\"}"), "{metrics}");
}

async fn a_hint_says_what_and_where_only(server: &Server) {
    let province = server.machine("province").await;
    let receiver = willing();
    let more =
        json!({"content": "hint", "types": ["certificate.issued", "annual_record.satisfied"]});
    let hint = hook(&province, &receiver, more).await;
    assert_eq!(hint["content"], "hint");
    steps::certified_person(server).await;
    let received = receiver.wait_for(2).await;
    let types: BTreeSet<String> =
        received.iter().map(|request| text(&request.json(), "type")).collect();
    assert!(types.contains("annual_record.satisfied") && types.contains("certificate.issued"));
    for request in &received {
        let body = request.json();
        assert!(body.get("data").is_none() && body["cursor"].is_string(), "{body:#}");
        assert!(verifies(&text(&hint, "secret"), request));
    }
    // From a cursor of the feed on, for instance a snapshot's: what happened before the webhook was there.
    let late = willing();
    let more = json!({"cursor": hint["cursor"], "types": ["certificate.issued"]});
    hook(&province, &late, more).await;
    let issued = received.iter().find(|request| request.json()["type"] == "certificate.issued");
    assert_eq!(ids(&late.wait_for(1).await), [issued.unwrap().header("webhook-id")]);
}

async fn a_rotated_secret_signs_beside_the_new_one_for_a_while(server: &Server) {
    server.freeze_clock("2023-10-16T09:00:00+08:00").await;
    let province = server.machine("province").await;
    let receiver = willing();
    let first = hook(&province, &receiver, json!({})).await;
    let rotate = |grace: u32| {
        let call = province.post(&path(&first, "/secret-rotation"));
        call.json(json!({"grace_seconds": grace}))
    };
    let second = rotate(600).key("rotate").await.is(200);
    assert_eq!(second["keys"].as_array().unwrap().len(), 2);
    // The same request again shows the same secret: the answer is kept, encrypted.
    let again = rotate(600).key("rotate").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.is(200)["secret"], second["secret"]);
    let (old, new) = (text(&first, "secret"), text(&second, "secret"));
    let test = || async { province.post(&path(&first, "/test")).await.is(202) };
    test().await;
    let both = receiver.wait_for(1).await.pop().unwrap();
    assert_eq!(both.header("webhook-signature").split(' ').count(), 2);
    assert!(verifies(&old, &both) && verifies(&new, &both));
    server.freeze_clock("2023-10-16T09:10:00+08:00").await;
    test().await;
    let one = receiver.wait_for(2).await.pop().unwrap();
    assert!(!verifies(&old, &one) && verifies(&new, &one));
    let third = rotate(0).await.is(200);
    assert_eq!(third["keys"].as_array().unwrap().len(), 1, "at once");
    test().await;
    let last = receiver.wait_for(3).await.pop().unwrap();
    assert!(!verifies(&new, &last) && verifies(&text(&third, "secret"), &last));
    let stale = rotate(0).if_match("\"1\"").await;
    stale.refused(412, "precondition-failed");
    rotate(604_801).await.refused(422, "validation-failed");
}

async fn replay_reads_the_feed_again(server: &Server) {
    let officer = server.login("city.officer").await;
    let receiver = willing();
    let types = json!({"types": ["declaration.approved", "certificate.issued"]});
    let hook = hook(&officer, &receiver, types).await;
    let beginning = text(&hook, "cursor");
    steps::certified_person(server).await;
    let first = ids(&receiver.wait_for(3).await);
    let log = until_log(&officer, &hook, "all came", |log| {
        log.len() == 3 && log.iter().all(|delivery| delivery["state"] == "delivered")
    });
    let log = log.await;
    let replay = |body: Value| officer.post(&path(&hook, "/replay")).json(body);
    // One.
    let second = log.iter().find(|row| row["webhook_id"] == first[1].as_str()).unwrap();
    let answer = replay(json!({"delivery_id": second["id"]})).await;
    let one = answer.is(202);
    assert_eq!(one["delivery"]["kind"], "replay");
    assert_eq!(
        officer.get(answer.header("location")).await.is(200)["webhook_id"],
        first[1].as_str()
    );
    assert_eq!(ids(&receiver.wait_for(4).await)[3], first[1]);
    // From a cursor, from a time: under the same ids.
    let all: BTreeSet<String> = first.iter().cloned().collect();
    replay(json!({"cursor": beginning})).await.is(202);
    assert_eq!(set(&receiver.wait_for(7).await[4..]), all);
    replay(json!({"since": "2023-10-16T09:00:00+08:00"})).await.is(202);
    assert_eq!(set(&receiver.wait_for(10).await[7..]), all);
    let head = officer.get(&path(&hook, "")).await.is(200);
    let later = replay(json!({"since": "2024-10-16T09:00:00+08:00"})).await.is(202);
    assert_eq!(later["cursor"], head["cursor"], "nothing has happened since then");
    // The log finds them.
    let log = until_log(&officer, &hook, "all is delivered", |log| {
        log.len() == 10 && log.iter().all(|delivery| delivery["state"] == "delivered")
    });
    let log = log.await;
    let found = |query: &str| {
        let call = officer.get(&path(&hook, &format!("/deliveries?{query}")));
        async move { call.await.is(200)["data"].as_array().unwrap().len() }
    };
    assert_eq!(found("types=certificate.issued").await, 3);
    assert_eq!(found("state=failed,pending").await, 0);
    assert_eq!(
        found("since=2023-10-16T09:00:00%2B08:00&until=2023-10-17T09:00:00%2B08:00").await,
        10
    );
    assert_eq!(found("until=2023-10-16T09:00:00%2B08:00").await, 0);
    let page = officer.get(&path(&hook, "/deliveries?limit=4&include=total")).await.is(200);
    assert_eq!((page["data"].as_array().unwrap().len(), &page["total"]), (4, &json!(10)));
    // What cannot be.
    for wrong in [json!({}), json!({"cursor": beginning, "delivery_id": log[1]["id"]})] {
        replay(wrong).await.refused(422, "validation-failed");
    }
    replay(json!({"cursor": "abc"})).await.refused(400, "invalid-cursor");
    replay(json!({"delivery_id": hook["id"]})).await.refused(422, "unknown-reference");
}

async fn a_test_shows_whether_the_receiver_answers(server: &Server) {
    let admin = server.login("company.admin").await;
    let receiver = Receiver::start(|number| Reply::status(if number == 1 { 200 } else { 500 }));
    let hook = hook(&admin, &receiver, json!({"types": ["settlement.finished"]})).await;
    let dry = admin.post(&path(&hook, "/test?dry_run=true")).await.is(202);
    assert_eq!(dry["kind"], "test");
    let mut outcomes = BTreeMap::new();
    for state in ["delivered", "failed"] {
        let answer = admin.post(&path(&hook, "/test")).await;
        let sent = answer.is(202);
        let done = until_log(&admin, &hook, "it was tried", |log| {
            log.iter().any(|row| row["id"] == sent["id"] && row["state"] == state)
        });
        let done = done.await.into_iter().find(|row| row["id"] == sent["id"]).unwrap();
        outcomes.insert(state, done["last_attempt"]["status"].clone());
        assert_eq!(done["webhook_id"], sent["id"]);
        assert!(done["last_attempt"]["duration_ms"].is_number());
    }
    assert_eq!(outcomes["delivered"], 200);
    assert_eq!(outcomes["failed"], 500);
    let received = receiver.wait_for(2).await;
    assert_eq!(received.len(), 2, "a test is tried once");
    assert_eq!(received[0].json()["type"], "webhook.test");
    assert!(verifies(&text(&hook, "secret"), &received[0]));
    let unique: BTreeSet<String> = ids(&received).into_iter().collect();
    assert_eq!(unique.len(), 2);
    // A failed test says nothing of the webhook; a disabled one is tested all the same.
    let now = admin.get(&path(&hook, "")).await.is(200);
    assert_eq!(now["failing_since"], Value::Null);
    let off = admin.patch(&path(&hook, "")).if_match("*").json(json!({"enabled": false}));
    assert_eq!(off.await.is(200)["disabled_because"], "owner");
    receiver.answers(|_| Reply::status(200));
    admin.post(&path(&hook, "/test")).await.is(202);
    receiver.wait_for(3).await;
}
