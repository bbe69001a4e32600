//! What is told to auditors only stands nowhere else: not in lists of events, not in the feed, not in deliveries, not in the document of
//! any of them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Follower, Receiver, Reply, Server, on_both, operations};

use super::{account, for_auditors, found, kinds, words};

on_both!(
    it_stands_in_no_list_feed_or_delivery,
    it_cannot_be_asked_for,
    looking_at_a_record_is_no_change_of_it,
);

/// Brings about something of what auditors alone are told, and then one thing that everyone in the city may know.
async fn happen(server: &Server, code: &str) {
    for who in ["hospital.admin", "city.officer", "auditor"] {
        server.login(who).await;
    }
    let admin = server.login("city.admin").await;
    steps::bare_account(&admin, &format!("account.{code}"), "a long enough password").await;
    let export = json!({"list": "organizations", "parameters": {}, "format": "csv"});
    admin.post("/v1/exports").json(export).await.is(202);
    let figures = admin.get("/v1/statistics/completion?year=2023").header("accept", "text/csv");
    assert_eq!(figures.await.status, 200);
    server.machine("province").await.get("/v1/sync/snapshot").await;
    let platform = json!({"code": code, "name": "新平台"});
    admin.post("/v1/platforms").json(platform).await.is(201);
}

async fn it_stands_in_no_list_feed_or_delivery(server: &Server) {
    let hidden = for_auditors();
    let receiver = Receiver::start(|_| Reply::status(204));
    let province = server.machine("province").await;
    province.post("/v1/webhooks").json(json!({"url": receiver.url()})).await.is(201);
    happen(server, "first").await;
    let auditor = server.login("auditor").await;
    let told = found(&auditor, "limit=200").await;
    let of_them: BTreeSet<&str> =
        kinds(&told).into_iter().filter(|kind| hidden.contains(*kind)).collect();
    let expected = [
        "account.created",
        "account.logged_in",
        "export.asked",
        "export.downloaded",
        "snapshot.read",
    ];
    let missing: Vec<&&str> = expected.iter().filter(|kind| !of_them.contains(*kind)).collect();
    assert!(missing.is_empty(), "they are in the audit log: {missing:?} of {of_them:?}");

    for who in ["auditor", "city.admin", "city.officer", "hospital.admin"] {
        let client = server.login(who).await;
        let listed = steps::all_pages(&client, "/v1/events?limit=200").await;
        let listed: Vec<&str> = listed.iter().filter_map(|event| event["type"].as_str()).collect();
        assert!(listed.iter().all(|kind| !hidden.contains(*kind)), "{who}: {listed:?}");
        let mut follower = Follower::default();
        follower.catch_up(&client, "limit=50").await;
        let followed = follower.types();
        assert!(followed.iter().all(|kind| !hidden.contains(*kind)), "{who}: {followed:?}");
    }
    // Who follows all of the city meets what lies between them, page by page.
    let mut follower = Follower::default();
    follower.catch_up(&province, "limit=1").await;
    let followed = follower.types();
    assert!(followed.iter().all(|kind| !hidden.contains(*kind)), "{followed:?}");
    assert!(followed.contains(&"platform.registered"), "{followed:?}");
    let everyone = told.iter().filter(|event| !hidden.contains(event["kind"].as_str().unwrap()));
    assert!(followed.len() >= everyone.count(), "and nothing else is left out");
    // Nor in the events behind a cursor, one of which is waited for: it does not come before its time.
    let page = province.get(&follower.path("wait=1")).await.is(200);
    assert_eq!(page["data"], json!([]));
    server.login("hospital.admin").await;
    let page = province.get(&follower.path("wait=1")).await.is(200);
    assert_eq!((&page["data"], &page["more"]), (&json!([]), &json!(false)));

    for _ in 0..super::TRIES {
        let received: Vec<Value> =
            receiver.wait_for(1).await.iter().map(xueshi_tests::Received::json).collect();
        let types: Vec<&str> = received.iter().filter_map(|body| body["type"].as_str()).collect();
        assert!(types.iter().all(|kind| !hidden.contains(*kind)), "{types:?}");
        if types.contains(&"platform.registered") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("what everyone may know was not delivered");
}

async fn it_cannot_be_asked_for(server: &Server) {
    let hidden = for_auditors();
    assert!(hidden.len() >= 9 && words("EventType").is_disjoint(&hidden), "{hidden:?}");
    let (admin, province) = (server.login("city.admin").await, server.machine("province").await);
    for kind in &hidden {
        let query = format!("/v1/events?type={kind}");
        admin.get(&query).undocumented().await.refused(400, "invalid-parameter");
        let query = format!("/v1/sync/changes?types={kind}");
        province.get(&query).undocumented().await.refused(400, "invalid-parameter");
        let hook = json!({"url": "https://province.example/hook", "types": [kind]});
        province.post("/v1/webhooks").json(hook).undocumented().await.refused(422, "invalid-value");
    }
    // The document names them in no operation but those of the audit.
    for operation in operations() {
        let names_it = operation.value.to_string().contains("schemas/AuditEvent");
        assert_eq!(
            names_it,
            operation.template.starts_with("/v1/audit/events"),
            "{}",
            operation.id()
        );
    }
}

/// That an export of it was asked for, or somebody logged in, does not make a record newer for those who keep copies.
async fn looking_at_a_record_is_no_change_of_it(server: &Server) {
    let province = server.machine("province").await;
    let mut follower = Follower::default();
    follower.catch_up(&province, "limit=200").await;
    let before = follower.events.len();
    let hospital = server.login("hospital.admin").await;
    let id = account(&hospital).await;
    assert!(!id.is_empty());
    follower.catch_up(&province, "limit=200").await;
    assert_eq!(follower.events.len(), before, "{:#?}", &follower.events[before..]);
    let auditor = server.login("auditor").await;
    let told = found(&auditor, &format!("subject={id}")).await;
    assert_eq!(text(&told[0], "kind"), "account.logged_in", "{told:#?}");
}
