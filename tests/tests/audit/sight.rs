//! An auditor sees what concerns the units of their office; another city never.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{found, ids};

on_both!(
    an_auditor_of_a_district_sees_the_district,
    neither_city_sees_anything_of_the_other,
    an_event_comes_with_its_proof,
);

async fn submitted(server: &Server, who: &str) -> String {
    let client = server.login(who).await;
    let draft = steps::conference_with_evidence(&client, "会议", "05-08", "05-09", 1).await;
    steps::submission(&client, &draft).await.is(200);
    text(&draft, "id")
}

async fn unit_of(client: &Client) -> Value {
    client.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone()
}

async fn of_subject(client: &Client, subject: &str) -> Vec<Value> {
    found(client, &format!("subject={subject}")).await
}

async fn an_auditor_of_a_district_sees_the_district(server: &Server) {
    let district = unit_of(&server.login("jinshui.reviewer").await).await;
    let local = steps::another(server, "jinshui.auditor", "auditor", &district).await;
    let city = server.login("auditor").await;
    let (ours, others) =
        (submitted(server, "engineer").await, submitted(server, "professional").await);
    assert_eq!(of_subject(&local, &ours).await.len(), 1);
    assert_eq!(of_subject(&local, &others).await, Vec::<Value>::new());
    assert_eq!(of_subject(&city, &ours).await.len(), 1);
    let hidden = of_subject(&city, &others).await;
    assert_eq!(hidden.len(), 1);
    let path = format!("/v1/audit/events/{}", text(&hidden[0], "id"));
    local.get(&path).await.refused(404, "not-found");
    city.get(&path).await.is(200);
    // Logins of the district's people, and of nobody else's.
    for who in ["company.admin", "hospital.admin", "city.officer"] {
        server.login(who).await;
    }
    let logins = found(&local, "kind=account.logged_in").await;
    let names: BTreeSet<String> =
        logins.iter().map(|event| text(&event["actor"], "username")).collect();
    assert!(names.contains("company.admin") && names.contains("jinshui.reviewer"), "{names:?}");
    for other in ["hospital.admin", "city.officer", "auditor"] {
        assert!(!names.contains(other), "{names:?}");
    }
    // What it sees is a part of what the city's sees; counted, it is the same.
    let all: BTreeSet<String> = ids(&found(&city, "limit=200").await).into_iter().collect();
    let part = ids(&found(&local, "limit=200").await);
    assert!(part.iter().all(|id| all.contains(id)) && part.len() < all.len());
    let total = local.get("/v1/audit/events?limit=1&include=total").await.is(200);
    assert!(total["total"].as_u64().unwrap() >= part.len() as u64, "{total:#}");
    let file = local.get("/v1/audit/events").header("accept", "application/x-ndjson").await;
    assert!(file.text().lines().count() >= part.len() && !file.text().contains(&others));
    // The office ends: on the next request nothing is seen any more.
    let admin = server.login("city.admin").await;
    let me = local.get("/v1/me").await.is(200);
    let end = format!("/v1/accounts/{}/grants/{}", text(&me, "id"), text(&me["grants"][0], "id"));
    admin.delete(&end).await.is(204);
    local.get("/v1/audit/events").await.refused(403, "forbidden");
}

async fn neither_city_sees_anything_of_the_other(server: &Server) {
    let new = json!({"code": "410200", "name": "开封市", "administrator": "kaifeng.admin"});
    server.nobody().post("/v1/sandbox/cities").json(new).await.is(201);
    let kaifeng = server.login("kaifeng.admin").await;
    let platform = json!({"code": "kfjx", "name": "开封继续教育网"});
    kaifeng.post("/v1/platforms").json(platform).await.is(201);
    let ours = submitted(server, "professional").await;
    let auditor = server.login("auditor").await;
    let (here, there) = (found(&auditor, "limit=200").await, found(&kaifeng, "limit=200").await);
    let (here_ids, there_ids): (BTreeSet<_>, BTreeSet<_>) =
        (ids(&here).into_iter().collect(), ids(&there).into_iter().collect());
    assert!(here_ids.is_disjoint(&there_ids) && !there_ids.is_empty());
    for (who, id) in [(&auditor, &there[0]), (&kaifeng, &here[0])] {
        who.get(&format!("/v1/audit/events/{}", text(id, "id"))).await.refused(404, "not-found");
    }
    assert_eq!(of_subject(&kaifeng, &ours).await, Vec::<Value>::new());
    let of_actor = format!("actor={}", text(&there[0]["actor"], "id"));
    assert_eq!(found(&auditor, &of_actor).await, Vec::<Value>::new());
}

/// The proof comes within a second of the event, with the entry that the list shows.
async fn an_event_comes_with_its_proof(server: &Server) {
    let subject = submitted(server, "professional").await;
    let auditor = server.login("auditor").await;
    let event = of_subject(&auditor, &subject).await.remove(0);
    let path = format!("/v1/audit/events/{}", text(&event, "id"));
    for _ in 0..super::TRIES {
        let shown = auditor.get(&path).await.is(200);
        for member in ["kind", "occurred_at", "actor", "address", "request_id", "data", "rule"] {
            assert_eq!(shown[member], event[member], "{member}");
        }
        assert_eq!(shown["log"]["leaf"], event["log"]["leaf"], "{shown:#}");
        if let Some(index) = shown["inclusion"]["leaf_index"].as_u64() {
            assert_eq!(shown["log"]["leaf_index"], index, "{shown:#}");
            assert!(shown["inclusion"]["tree_size"].as_u64().unwrap() > index, "{shown:#}");
            assert!(!text(&shown["inclusion"], "checkpoint").is_empty(), "{shown:#}");
            return;
        }
        assert_eq!(shown["inclusion"], Value::Null, "{shown:#}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the entry is not sealed");
}
