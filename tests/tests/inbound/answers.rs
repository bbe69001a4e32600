//! What the province made of our records: accepted, refused, and pending again after a change.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Follower, Server, on_both};

on_both!(
    accepted_is_synced_until_the_record_changes,
    a_refusal_shows_up_in_the_queues,
    answers_are_kept_in_the_order_of_what_they_answer_to,
    wrong_answers_are_refused,
);

pub(super) async fn answer(client: &Client, lines: Value) -> Vec<Value> {
    let answer = client.post("/v1/sync/acknowledgements").json(lines).await.is(200);
    answer["results"].as_array().unwrap().clone()
}

/// The year of a person, as their employer sees it.
async fn year(server: &Server, person: &str) -> Value {
    let admin = server.login("hospital.admin").await;
    admin.get(&format!("/v1/professionals/{person}/annual-records/2023")).await.is(200)
}

async fn accepted_is_synced_until_the_record_changes(server: &Server) {
    let person = steps::certified_person(server).await;
    let id = &person.professional_id;
    let province = server.machine("province").await;
    let mut follower = Follower::default();
    follower.catch_up(&province, "limit=200").await;
    let before = year(server, id).await;
    assert_eq!(before["sync"]["record"]["state"], "pending_sync", "{before:#}");
    assert_eq!(before["sync"]["certificate"]["state"], "pending_sync");
    assert_eq!(before["sync"]["declarations"].as_array().map(Vec::len), Some(2));

    let issued = follower.events.iter().rfind(|event| event["type"] == "certificate.issued");
    let issued = issued.unwrap();
    let certificate = &issued["data"]["resources"]["certificate"];
    let officer = server.login("city.officer").await;
    let declaration = officer.get(&format!("/v1/declarations/{}", person.public)).await.is(200);
    let lines = json!([
        {"kind": "annual_record", "id": format!("{id}:2023"), "version": before["version"], "state": "accepted"},
        {"kind": "certificate", "id": certificate["id"], "event": issued["id"], "state": "accepted"},
        {"kind": "declaration", "id": person.public, "version": declaration["version"], "state": "accepted"},
    ]);
    for outcome in ["created", "unchanged"] {
        for result in answer(&province, lines.clone()).await {
            assert_eq!(
                (&result["outcome"], &result["state"]),
                (&json!(outcome), &json!("synced")),
                "{result:#}"
            );
        }
    }
    let synced = year(server, id).await;
    assert_eq!(synced["sync"]["record"]["state"], "synced", "{synced:#}");
    assert!(synced["sync"]["record"]["acknowledged_at"].is_string());
    assert_eq!(synced["sync"]["certificate"]["state"], "synced");
    let of = |year: &Value, declaration: &str| {
        let rows = year["sync"]["declarations"].as_array().unwrap().clone();
        let row = rows.into_iter().find(|row| row["id"] == declaration).unwrap();
        text(&row, "state")
    };
    assert_eq!(of(&synced, &person.public), "synced");
    assert_eq!(of(&synced, &person.professional), "pending_sync");

    // E13: the approval is taken back, and everything is pending again.
    let path = format!("/v1/declarations/{}/revocation", person.public);
    let call = officer.post(&path).json(json!({"reason": "证明材料不实"})).if_match("*");
    call.await.is(200);
    let changed = year(server, id).await;
    assert_eq!(changed["sync"]["record"]["state"], "pending_sync", "{changed:#}");
    assert_eq!(changed["sync"]["record"]["acknowledged_at"], Value::Null);
    assert_eq!(of(&changed, &person.public), "pending_sync");
    // An answer by the event that issued the certificate is too late: it is revoked by now.
    let late = json!([{"kind": "certificate", "id": certificate["id"], "event": issued["id"], "state": "accepted"}]);
    let late = answer(&province, late).await;
    assert_eq!(late[0]["state"], "pending_sync", "{late:#?}");
}

async fn a_refusal_shows_up_in_the_queues(server: &Server) {
    let person = steps::certified_person(server).await;
    let id = &person.professional_id;
    let province = server.machine("province").await;
    let version = year(server, id).await["version"].clone();
    let record = format!("{id}:2023");
    let line = json!({"kind": "annual_record", "id": record, "version": version, "state": "refused", "reason": "省平台没有该人员"});
    let result = answer(&province, json!([line])).await;
    assert_eq!(
        (&result[0]["outcome"], &result[0]["state"]),
        (&json!("created"), &json!("refused"))
    );
    let refused = year(server, id).await;
    assert_eq!(refused["sync"]["record"]["reason"], "省平台没有该人员", "{refused:#}");
    for (account, sees) in [
        ("hospital.admin", true),
        ("health.reviewer", true),
        ("city.officer", true),
        ("auditor", true),
        ("company.admin", false),
        ("jinshui.reviewer", false),
    ] {
        let client = server.login(account).await;
        let queue = client.get("/v1/sync/acknowledgements?answer=refused").await.is(200);
        let rows = queue["data"].as_array().unwrap();
        assert_eq!(rows.len(), usize::from(sees), "{account}: {queue:#}");
        let events = client.get("/v1/events?type=sync.refused").await.is(200);
        let events = events["data"].as_array().unwrap();
        assert_eq!(events.len(), usize::from(sees), "{account}: {events:#?}");
        if sees {
            assert_eq!(
                (&rows[0]["state"], &rows[0]["record_id"]),
                (&json!("refused"), &json!(record))
            );
            assert_eq!(rows[0]["reason"], "省平台没有该人员");
            assert!(!events[0].to_string().contains("没有该人员"), "the reason may be personal");
        }
    }
    let mut follower = Follower::default();
    follower.catch_up(&province, "types=sync.refused").await;
    assert_eq!(follower.events.len(), 1);
    // Corrected, it is pending until it is answered to again; then it leaves the queue.
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}/revocation", person.public);
    let call = officer.post(&path).json(json!({"reason": "证明材料不实"})).if_match("*");
    call.await.is(200);
    let queue = officer.get("/v1/sync/acknowledgements?answer=refused").await.is(200);
    assert_eq!(queue["data"][0]["state"], "pending_sync", "{queue:#}");
    let version = year(server, id).await["version"].clone();
    let line =
        json!({"kind": "annual_record", "id": record, "version": version, "state": "accepted"});
    assert_eq!(answer(&province, json!([line])).await[0]["outcome"], "updated");
    let queue = officer.get("/v1/sync/acknowledgements?answer=refused").await.is(200);
    assert_eq!(queue["data"], json!([]));
    let path = format!(
        "/v1/sync/acknowledgements?record_id={}&kind=annual_record&year=2023",
        record.replace(':', "%3A")
    );
    assert_eq!(officer.get(&path).await.is(200)["data"][0]["state"], "synced");
}

async fn answers_are_kept_in_the_order_of_what_they_answer_to(server: &Server) {
    let person = steps::certified_person(server).await;
    let province = server.machine("province").await;
    let id = format!("{}:2023", person.professional_id);
    let version = year(server, &person.professional_id).await["version"].as_i64().unwrap();
    let line = |version: i64, state: &str| {
        let mut line =
            json!({"kind": "annual_record", "id": id, "version": version, "state": state});
        if state == "refused" {
            line["reason"] = json!("原因");
        }
        line
    };
    let lines =
        json!([line(version, "accepted"), line(version - 1, "refused"), line(version, "refused")]);
    let results = answer(&province, lines).await;
    let said: Vec<(&Value, &Value)> =
        results.iter().map(|result| (&result["outcome"], &result["state"])).collect();
    let expected = [("created", "synced"), ("stale", "synced"), ("updated", "refused")];
    for ((outcome, state), expected) in said.into_iter().zip(expected) {
        assert_eq!((outcome, state), (&json!(expected.0), &json!(expected.1)), "{results:#?}");
    }
}

async fn wrong_answers_are_refused(server: &Server) {
    let person = steps::certified_person(server).await;
    let province = server.machine("province").await;
    let id = format!("{}:2023", person.professional_id);
    let nobody = "018b3b1e-7c00-7a10-8c11-000000000801";
    let lines = json!([
        {"kind": "annual_record", "id": id, "version": 999, "state": "accepted"},
        {"kind": "annual_record", "id": id, "state": "accepted"},
        {"kind": "annual_record", "id": id, "version": 1, "state": "refused"},
        {"kind": "annual_record", "id": "x", "version": 1, "state": "accepted"},
        {"kind": "declaration", "id": nobody, "version": 1, "state": "accepted"},
        {"kind": "dragon", "id": nobody, "version": 1, "state": "accepted"},
        {"kind": "certificate", "id": nobody, "event": nobody, "state": "accepted"},
    ]);
    let results = answer(&province, lines).await;
    let said: Vec<(String, String)> = results
        .iter()
        .map(|result| {
            let problem = &result["problem"];
            assert_eq!(result["outcome"], "refused", "{result:#}");
            (text(problem, "code"), text(&problem["errors"][0], "pointer"))
        })
        .collect();
    let expected = [
        ("validation-failed", "/version"),
        ("validation-failed", "/version"),
        ("validation-failed", ""),
        ("unknown-reference", "/id"),
        ("unknown-reference", "/id"),
        ("invalid-value", "/kind"),
        ("unknown-reference", "/id"),
    ];
    let said: Vec<(&str, &str)> = said.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(said, expected);
    let admin = server.login("hospital.admin").await;
    let line = json!([{"kind": "annual_record", "id": id, "version": 1, "state": "accepted"}]);
    admin.post("/v1/sync/acknowledgements").json(line).await.refused(403, "forbidden");
}
