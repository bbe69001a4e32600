//! Answers to records that came to be of another person's record (U4): what was answered to named another one.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Follower, Replica, Server, on_both};

use super::answers::answer;
use crate::people_merging::{approved, deliver, merge, second_record};

on_both!(
    u4_what_was_accepted_is_pending_once_it_is_of_another_record,
    u4_a_copy_follows_a_merge_of_what_both_have_learnt,
);

/// The latest event of a type.
fn last(follower: &Follower, kind: &str) -> Value {
    let event = follower.events.iter().rfind(|event| event["type"] == kind);
    event.unwrap_or_else(|| panic!("no {kind}")).clone()
}

/// How far the province has the records to which it answers.
async fn states(province: &Client, lines: &Value) -> Vec<String> {
    let results = answer(province, lines.clone()).await;
    results.iter().map(|result| text(result, "state")).collect()
}

async fn u4_what_was_accepted_is_pending_once_it_is_of_another_record(server: &Server) {
    let person = steps::certified_person(server).await;
    let record = deliver(server, &person.professional_id, "another", 5).await;
    let (kept, _) = second_record(server).await;
    let province = server.machine("province").await;
    let mut copy = Replica::begin(&province).await;
    let mut follower = Follower::default();
    follower.catch_up(&province, "limit=200").await;
    let issued = last(&follower, "certificate.issued");
    let delivered = last(&follower, "learning_record.delivered");
    let certificate = text(&issued["data"]["resources"]["certificate"], "id");
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}", person.public);
    let before = officer.get(&path).await;
    let lines = |version: &Value, issued: &Value, delivered: &Value| {
        json!([
            {"kind": "declaration", "id": person.public, "version": version, "state": "accepted"},
            {"kind": "certificate", "id": certificate, "event": issued["id"], "state": "accepted"},
            {"kind": "learning_record", "id": record, "event": delivered["id"], "state": "accepted"},
        ])
    };
    let said = lines(&before.is(200)["version"], &issued, &delivered);
    assert_eq!(states(&province, &said).await, ["synced"; 3]);

    merge(&officer, &kept, &person.professional_id).await.is(200);
    let moved = [
        ("declaration", &person.public),
        ("certificate", &certificate),
        ("learning_record", &record),
    ];
    for (kind, id) in moved {
        let query = format!("/v1/sync/acknowledgements?kind={kind}&record_id={id}");
        let rows = officer.get(&query).await.is(200);
        assert_eq!(rows["data"][0]["state"], "pending_sync", "{rows:#}");
    }
    let hospital = server.login("hospital.admin").await;
    let year = hospital.get(&format!("/v1/professionals/{kept}/annual-records/2023")).await.is(200);
    assert_eq!(year["sync"]["certificate"]["state"], "pending_sync", "{year:#}");
    let declarations = year["sync"]["declarations"].as_array().unwrap();
    assert!(declarations.iter().all(|one| one["state"] == "pending_sync"), "{year:#}");
    // An answer that was on its way never saw whose they are now; neither did whoever read before.
    assert_eq!(states(&province, &said).await, ["pending_sync"; 3]);
    let revocation = officer.post(&format!("{path}/revocation"));
    let revocation = revocation.json(json!({"reason": "证明材料不实"}));
    revocation.if_match(&before.etag()).await.refused(412, "precondition-failed");

    follower.catch_up(&province, "limit=200").await;
    let merged = last(&follower, "professional.merged");
    for (kind, id) in moved {
        let told = &merged["data"]["resources"][format!("{kind}s")];
        let found = told.as_array().unwrap().iter().find(|one| one["id"] == id.as_str()).unwrap();
        assert_eq!(found["professional_id"], kept.as_str(), "{kind}");
    }
    let now = officer.get(&path).await.is(200);
    assert_eq!(states(&province, &lines(&now["version"], &merged, &merged)).await, ["synced"; 3]);
    copy.catch_up(&province).await;
    copy.assert_equals_source(&province).await;
}

/// H7: the merged record's own copy of the learning stays with the shell, where no declaration rests on it any more.
async fn u4_a_copy_follows_a_merge_of_what_both_have_learnt(server: &Server) {
    let doctor = server.login("professional").await;
    let kept = steps::professional_id(&doctor).await;
    let (merged, other) = second_record(server).await;
    let own = steps::records(&doctor, "public").await.remove(0);
    let same = deliver(server, &merged, &text(&own, "course_code"), 30).await;
    let waiting = steps::declare_record(&doctor, 2023, &text(&own, "id")).await.is(201);
    steps::submission(&doctor, &waiting).await.is(200);
    approved(server, &other, &same).await;
    let province = server.machine("province").await;
    let mut copy = Replica::begin(&province).await;
    let key = ("learning_record".to_owned(), same);
    assert_eq!(copy.records[&key]["declared"], true);

    let officer = server.login("city.officer").await;
    let done = merge(&officer, &kept, &merged).await.is(200);
    assert_eq!(done["ended_declarations"][0]["declaration_id"], waiting["id"], "{done:#}");
    copy.catch_up(&province).await;
    copy.assert_equals_source(&province).await;
    assert_eq!(copy.records[&key]["declared"], false);
    assert_eq!(copy.records[&key]["professional_id"], merged.as_str());
}
