//! Every checkpoint is the past of every later one, and holds its entries, while others write.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use xueshi_tests::merkle::{Hash, grown, leaf_hash, root, whole};
use xueshi_tests::steps::text;
use xueshi_tests::{Server, on_both};

use super::{Head, entries, hash, head, leaf_hashes, settled, something_happens};

on_both!(
    checkpoints_hold_together_while_others_write,
    a_decision_is_sealed_with_its_event,
    what_cannot_be_proved_is_refused,
);

/// Writers beside whoever checks.
const WRITERS: usize = 8;
/// Checkpoints that are compared.
const CHECKPOINTS: usize = 12;

fn hashes(proof: &Value) -> Vec<Hash> {
    let all = proof["hashes"].as_array().unwrap();
    all.iter().map(|one| hash(one.as_str().unwrap())).collect()
}

async fn proof(server: &Server, query: &str) -> Value {
    server.nobody().get(&format!("/v1/audit/proofs?{query}")).await.is(200)
}

async fn checkpoints_hold_together_while_others_write(server: &Server) {
    let mut people = Vec::new();
    for _ in 0..WRITERS {
        people.push(server.login("professional").await);
    }
    let writing = async {
        let write = async |person: &xueshi_tests::Client| {
            for number in 0..12 {
                let learning = xueshi_tests::steps::conference(
                    &format!("学术会议{number}"),
                    "05-08",
                    "05-09",
                    8,
                );
                person.post("/v1/declarations").json(learning).await.is(201);
            }
        };
        futures_util::future::join_all(people.iter().map(write)).await;
    };
    let watching = async {
        let mut seen: BTreeMap<u64, Head> = BTreeMap::new();
        while seen.len() < CHECKPOINTS {
            let head = head(server).await;
            let before = seen.insert(head.size, head.clone());
            assert!(before.is_none_or(|before| before == head), "one root for one size");
            if seen.len() > 3 {
                // Enough is going on by itself at first.
                server.login("hospital.admin").await.get("/v1/me").await.is(200);
                something(server).await;
            }
        }
        seen
    };
    let ((), seen) = futures_util::future::join(writing, watching).await;
    let all = entries(server, *seen.keys().next_back().unwrap()).await;
    let leaves = leaf_hashes(&all);
    for (first, smaller) in &seen {
        assert_eq!(whole(&leaves[..usize::try_from(*first).unwrap()]), smaller.root, "{first}");
        for (second, larger) in seen.range(first..) {
            let hashes = hashes(&proof(server, &format!("first={first}&second={second}")).await);
            let led = grown(*first, *second, smaller.root, &hashes);
            assert_eq!(led, Some((smaller.root, larger.root)), "{first} to {second}");
        }
        for place in [0, first / 2, first - 1] {
            let proof = proof(server, &format!("leaf_index={place}&tree_size={first}")).await;
            let leaf = &all[usize::try_from(place).unwrap()];
            assert_eq!(proof["leaf"], leaf.as_str());
            let led = root(leaf_hash(leaf.as_bytes()), place, *first, &hashes(&proof));
            assert_eq!(led, Some(smaller.root), "{place} of {first}");
        }
    }
}

/// A small change, to make the log grow.
async fn something(server: &Server) {
    let learning = xueshi_tests::steps::conference("学术会议", "05-08", "05-09", 8);
    let doctor = server.login("professional").await;
    doctor.post("/v1/declarations").json(learning).await.is(201);
}

/// V10, U1: what somebody decided is an entry of the log, whose digest is that of the event with its salt; nobody's name is in it.
async fn a_decision_is_sealed_with_its_event(server: &Server) {
    let declaration = something_happens(server).await;
    // Who logs in makes the log grow.
    let told = server.login("city.officer").await;
    let head = settled(server).await;
    let events = told.get(&format!("/v1/events?subject_id={declaration}")).await.is(200);
    let all = entries(server, head.size).await;
    for event in events["data"].as_array().unwrap() {
        let (id, kind) = (text(event, "id"), text(event, "type"));
        let leaf = all.iter().find(|leaf| leaf.contains(&id)).expect(&kind);
        let entry: Value = serde_json::from_str(leaf).unwrap();
        assert_eq!(entry["kind"], kind.as_str());
        assert_eq!(entry.to_string(), *leaf, "RFC 8785");
        let mut members: Vec<&String> = entry.as_object().unwrap().keys().collect();
        members.sort();
        assert_eq!(members, ["at", "city", "digest", "id", "kind", "v"], "nothing but a digest");
        assert_eq!(STANDARD.decode(text(&entry, "digest")).unwrap().len(), 32);
        let proof = proof(server, &format!("entry={id}")).await;
        let index = proof["leaf_index"].as_u64().unwrap();
        let size = proof["tree_size"].as_u64().unwrap();
        let led = root(leaf_hash(leaf.as_bytes()), index, size, &hashes(&proof));
        assert_eq!(led, Some(head.root), "{proof:#}");
    }
    assert_eq!(events["data"].as_array().unwrap().len(), 2, "{events:#}");
}

async fn what_cannot_be_proved_is_refused(server: &Server) {
    let size = settled(server).await.size;
    let nobody = server.nobody();
    let log = nobody.get("/v1/audit/log").await.is(200);
    assert_eq!(log["tree_size"], json!(size));
    for query in [
        String::new(),
        "first=0".to_owned(),
        format!("first={}", size + 1),
        format!("first=1&second={}", size + 1),
        "first=2&second=1".to_owned(),
        format!("leaf_index={size}"),
        format!("leaf_index=0&tree_size={}", size + 1),
        "leaf_index=0&tree_size=0".to_owned(),
        "leaf_index=5&tree_size=5".to_owned(),
        "leaf_index=0&first=1".to_owned(),
        "leaf_index=-1".to_owned(),
        "leaf_index=18446744073709551615".to_owned(),
        "second=2".to_owned(),
        "entry=1".to_owned(),
    ] {
        let answer = nobody.get(&format!("/v1/audit/proofs?{query}")).await;
        answer.refused(400, "invalid-parameter");
    }
    let nothing = "018b0000-0000-7000-8000-000000000000";
    nobody.get(&format!("/v1/audit/proofs?entry={nothing}")).await.refused(404, "not-found");
}
