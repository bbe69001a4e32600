//! Yearly plans, from draft to approval (P2).

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE, decide, item};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

use super::plan_path;

on_both!(p2_a_plan_goes_from_draft_to_approval);
on_sqlite!(p2_refused_items_states_and_other_peoples_plans);

async fn draft_plan(client: &Client, unit: &str, items: &[Value]) -> Value {
    let body =
        json!({"organization_id": unit, "year": 2023, "title": "下半年计划", "items": items});
    client.post("/v1/training-plans").json(body).await.is(201)
}

/// P2: items come and go in a draft; returned, corrected, approved.
async fn p2_a_plan_goes_from_draft_to_approval(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let officer = server.login("city.officer").await;
    let plan = draft_plan(&base, &unit, &[]).await;
    let path = plan_path(&plan);
    let empty = base.post(&format!("{path}/submission")).if_match("\"1\"").await;
    assert_eq!(empty.refused(422, "plan-empty")["rule"]["id"], "P2");
    let call = base.post(&format!("{path}/items")).if_match("\"1\"");
    let added = call.json(item("数据安全", 24, "11-01", "11-30")).await;
    let two = base.post(&format!("{path}/items")).if_match(&added.etag());
    let two = two.json(item("错误项目", 8, "11-01", "11-30")).await.is(201);
    let items = two["items"].as_array().unwrap().clone();
    let item_path = |index: usize| format!("{path}/items/{}", text(&items[index], "id"));
    let edited =
        base.patch(&item_path(0)).if_match("\"3\"").json(json!({"hours": 32})).await.is(200);
    assert_eq!(edited["items"][0]["hours"], 32);
    let one = base.delete(&item_path(1)).if_match("\"4\"").await.is(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let named =
        base.patch(&path).if_match("\"5\"").json(json!({"title": "第四季度计划"})).await.is(200);
    assert_eq!((&named["title"], &named["state"]), (&json!("第四季度计划"), &json!("draft")));
    let sent = base.post(&format!("{path}/submission")).if_match("\"6\"").await.is(200);
    assert_eq!(sent["state"], "submitted");
    let back = decide(&officer, &path, &sent["version"], "return").await.is(200);
    let fixed = base.patch(&item_path(0)).if_match(&format!("\"{}\"", back["version"]));
    let fixed = fixed.json(json!({"hours": 24, "places": 40})).await.is(200);
    let tag = format!("\"{}\"", fixed["version"]);
    let sent = base.post(&format!("{path}/submission")).if_match(&tag).await.is(200);
    // While it is not approved, only its own unit and those above see it.
    server.login("health.reviewer").await.get(&path).await.refused(404, "not-found");
    let approved = decide(&officer, &path, &sent["version"], "approve").await.is(200);
    assert_eq!(approved["state"], "approved");
    assert_eq!(approved["items"][0]["approvals"].as_array().unwrap().len(), 1, "{approved:#}");
    let seen = server.login("health.reviewer").await.get(&path).await.is(200);
    assert_eq!((&seen["state"], &seen["history"]), (&json!("approved"), &json!([])));
    let history: Vec<_> =
        approved["history"].as_array().unwrap().iter().map(|act| text(act, "event")).collect();
    assert_eq!(history, ["submit", "return", "submit", "approve"]);
    let listed =
        base.get("/v1/training-plans?year=2023&state=approved&sort=-created_at").await.is(200);
    assert_eq!(listed["data"][0]["id"], plan["id"]);
    let told =
        steps::all_pages(&officer, &format!("/v1/events?subject_id={}", text(&plan, "id"))).await;
    let told = told.iter().map(|event| text(event, "type"));
    // Edits of a draft are told to those who keep a copy.
    let told: Vec<_> = told.filter(|kind| kind != "training_plan.changed").collect();
    let sent = "training_plan.submitted";
    assert_eq!(told, [sent, "training_plan.returned", sent, "training_plan.approved"]);
}

/// P2: what an item must not be, and what is not open in a state.
async fn p2_refused_items_states_and_other_peoples_plans(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let officer = server.login("city.officer").await;
    let body = |item: Value| json!({"organization_id": unit, "year": 2023, "title": "计划", "items": [item]});
    let mut next_year = item("主题", 8, "11-01", "11-02");
    (next_year["starts_on"], next_year["ends_on"]) = (json!("2024-01-08"), json!("2024-01-09"));
    for (item, code, pointer) in [
        (item("主题", 0, "11-01", "11-02"), "hours-not-positive", "/items/0/hours"),
        (item("主题", 8, "11-03", "11-02"), "learning-dates-inverted", "/items/0/ends_on"),
        (next_year.clone(), "year-mismatch", "/items/0/ends_on"),
    ] {
        let problem = base.post("/v1/training-plans").json(body(item)).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    next_year["starts_on"] = json!("2023-12-30");
    let call = base.post("/v1/training-plans").json(body(next_year));
    call.await.refused(422, "spans-two-years");
    let mut over = body(item("主题", 8, "11-01", "11-02"));
    over["year"] = json!(2022);
    base.post("/v1/training-plans").json(over).await.refused(422, "filing-year-over");
    let institute = server.login("institute.admin").await;
    let foreign = body(item("主题", 8, "11-01", "11-02"));
    institute.post("/v1/training-plans").json(foreign).await.refused(422, "unknown-reference");

    let plan = draft_plan(&base, &unit, &[item("主题", 8, "11-01", "11-02")]).await;
    let path = plan_path(&plan);
    decide(&officer, &path, &plan["version"], "approve").await.refused(409, "wrong-state");
    let sent = base.post(&format!("{path}/submission")).if_match("\"1\"").await.is(200);
    let tag = format!("\"{}\"", sent["version"]);
    base.patch(&path)
        .if_match(&tag)
        .json(json!({"title": "晚了"}))
        .await
        .refused(409, "wrong-state");
    base.patch(&path).json(json!({"title": "晚了"})).await.refused(428, "precondition-required");
    let items = base.post(&format!("{path}/items")).if_match(&tag);
    items.json(item("晚了", 8, "11-01", "11-02")).await.refused(409, "wrong-state");
    decide(&base, &path, &sent["version"], "approve").await.refused(403, "forbidden");
    let amendment = json!({"reason": "理由", "changes": [{"action": "add", "item": item("新", 8, "11-01", "11-02")}]});
    base.post(&format!("{path}/amendments")).json(amendment).await.refused(409, "wrong-state");
    decide(&officer, &path, &sent["version"], "reject").await.is(200);
    base.post(&format!("{path}/submission")).if_match("*").await.refused(409, "wrong-state");
}
