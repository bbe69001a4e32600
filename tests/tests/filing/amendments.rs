//! Amendments of approved plans (P2, P3).

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE, change, decide, item};
use xueshi_tests::steps::text;
use xueshi_tests::{Server, on_both, on_sqlite};

use super::plan_path;

on_both!(p2_an_approved_plan_is_changed_by_an_amendment);
on_sqlite!(p2_refused_an_amendment_takes_nothing_from_a_class);

fn amendment_path(plan: &Value, amendment: &Value) -> String {
    format!("{}/amendments/{}", plan_path(plan), text(amendment, "id"))
}

/// P2, P3: an amendment goes the same way and takes effect at its approval; a class that began before keeps what was approved.
async fn p2_an_approved_plan_is_changed_by_an_amendment(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let officer = server.login("city.officer").await;
    let first = item("数据安全", 24, "10-17", "11-30");
    let plan = training::approved_plan(server, &base, &unit, &[first]).await;
    let old = plan["items"][0].clone();
    server.set_clock("2023-10-20T09:00:00+08:00").await;
    let (base, officer2) = (server.login("base.admin").await, server.login("city.officer").await);
    drop(officer);
    let body = json!({"reason": "需求增加", "changes": [
        {"action": "change", "item_id": old["id"], "item": item("数据安全", 40, "10-17", "11-30")},
        {"action": "add", "item": item("人工智能", 16, "11-01", "11-30")},
    ]});
    let path = format!("{}/amendments", plan_path(&plan));
    let amendment = base.post(&path).json(body.clone()).await.is(201);
    let path = amendment_path(&plan, &amendment);
    let edited = base.patch(&path).if_match("\"1\"").json(body).await.is(200);
    assert_eq!(edited["version"], 2);
    let sent = base.post(&format!("{path}/submission")).if_match("\"2\"").await.is(200);
    let back = decide(&officer2, &path, &sent["version"], "return").await.is(200);
    assert_eq!(back["state"], "returned");
    let tag = format!("\"{}\"", back["version"]);
    let sent = base.post(&format!("{path}/submission")).if_match(&tag).await.is(200);
    let before = base.get(&plan_path(&plan)).await.is(200);
    assert_eq!(before["items"].as_array().unwrap().len(), 1, "not before its approval");
    let done = decide(&officer2, &path, &sent["version"], "approve").await.is(200);
    assert_eq!(done["history"].as_array().unwrap().len(), 4);
    let after = base.get(&plan_path(&plan)).await.is(200);
    assert_eq!(
        (&after["items"][0]["hours"], &after["items"][1]["theme"]),
        (&json!(40), &json!("人工智能"))
    );
    assert_eq!(after["items"][0]["approvals"].as_array().unwrap().len(), 2, "{after:#}");
    assert!(after["version"].as_i64() > plan["version"].as_i64());

    // Began before the amendment: 24 hours are all that was approved then. From tomorrow on: 40.
    let early = training::class(&old, "数据安全一期", "10-18", "10-24", 25);
    let problem = base.post("/v1/classes").json(early).await.refused(422, "hours-over-limit");
    assert_eq!((&problem["rule"]["id"], &problem["max"]), (&json!("P3"), &json!(24)));
    let early = training::class(&old, "数据安全一期", "10-18", "10-24", 24);
    let early = base.post("/v1/classes").json(early).await.is(201);
    assert_eq!(early["plan_item"]["hours"], 24);
    let late = training::class(&old, "数据安全二期", "10-21", "10-27", 40);
    let late = base.post("/v1/classes").json(late).await.is(201);
    assert_eq!((&late["plan_item"]["hours"], &late["filed"]), (&json!(40), &json!(true)));
    let listed = base.get(&format!("{}/amendments", plan_path(&plan))).await.is(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    server.login("health.reviewer").await.get(&path).await.refused(403, "forbidden");
}

/// P2: an item with classes is neither removed nor narrowed.
async fn p2_refused_an_amendment_takes_nothing_from_a_class(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let items = [item("数据安全", 24, "10-17", "11-30"), item("空项目", 24, "10-17", "11-30")];
    let plan = training::approved_plan(server, &base, &unit, &items).await;
    let (used, free) = (plan["items"][0].clone(), plan["items"][1].clone());
    let class = training::class(&used, "数据安全一期", "10-18", "10-20", 20);
    base.post("/v1/classes").json(class).await.is(201);
    let path = format!("{}/amendments", plan_path(&plan));
    let ask = async |change: Value| {
        base.post(&path).json(json!({"reason": "调整", "changes": [change]})).await
    };
    let narrow = json!({"action": "change", "item_id": used["id"], "item": item("数据安全", 19.9, "10-17", "11-30")});
    let problem = ask(narrow).await.refused(422, "plan-item-in-use");
    assert_eq!((&problem["classes"], &problem["most_hours"]), (&json!(1), &json!(20)));
    let gone = json!({"action": "remove", "item_id": used["id"]});
    ask(gone).await.refused(422, "plan-item-in-use");
    let fine = json!({"action": "change", "item_id": used["id"], "item": item("数据安全", 20, "10-17", "11-30")});
    ask(fine).await.is(201);
    ask(json!({"action": "remove", "item_id": unit})).await.refused(422, "unknown-reference");
    ask(json!({"action": "remove"})).await.refused(422, "validation-failed");
    let none = json!({"action": "add", "item": item("零学时", 0, "10-17", "11-30")});
    ask(none).await.refused(422, "hours-not-positive");

    // A class that came meanwhile: the amendment can no longer take effect.
    let amendment = ask(json!({"action": "remove", "item_id": free["id"]})).await.is(201);
    let path = amendment_path(&plan, &amendment);
    let sent = base.post(&format!("{path}/submission")).if_match("\"1\"").await.is(200);
    let class = training::class(&free, "临时班", "10-18", "10-20", 8);
    let class = base.post("/v1/classes").json(class).await.is(201);
    let officer = server.login("city.officer").await;
    decide(&officer, &path, &sent["version"], "approve").await.refused(422, "plan-item-in-use");
    // It is called off: now it can, and nothing new stands on the item from then on.
    let cancel = format!("/v1/classes/{}/cancellation", text(&class, "id"));
    change(&base, &cancel, &class["version"], json!({"reason": "报名不足"})).await.is(200);
    decide(&officer, &path, &sent["version"], "approve").await.is(200);
    let class = training::class(&free, "又一班", "10-18", "10-20", 8);
    let problem = base.post("/v1/classes").json(class).await.refused(422, "class-not-in-plan");
    assert_eq!(problem["mismatch"], "item");
}
