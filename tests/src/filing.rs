//! Acts of those who train, that several tests begin with.

use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::server::Server;
use crate::steps::{all_pages, text};

/// The id of a unit of the demo world by its name.
pub async fn unit(server: &Server, name: &str) -> String {
    let admin = server.login("city.admin").await;
    let units = all_pages(&admin, "/v1/organizations?limit=200").await;
    let found = units.iter().find(|unit| unit["name"] == name);
    text(found.unwrap_or_else(|| panic!("no {name}")), "id")
}

/// The demo world's base.
pub const BASE: &str = "郑州市专业技术人员继续教育示范基地";
/// The demo world's institution that is not filed.
pub const INSTITUTE: &str = "郑州示范职业培训学校";

/// An item of a plan: professional, for the given days of 2023 (`05-08`).
#[must_use]
pub fn item(theme: &str, hours: impl Into<Value>, from: &str, to: &str) -> Value {
    json!({
        "subject": "professional", "theme": theme, "hours": hours.into(), "places": 60, "audience": "全市专业技术人员",
        "starts_on": format!("2023-{from}"), "ends_on": format!("2023-{to}"),
    })
}

/// A change of something that has a version, under that version.
pub fn change(client: &Client, path: &str, version: &Value, body: Value) -> Call {
    client.post(path).if_match(&format!("\"{version}\"")).json(body)
}

/// A decision of the municipal bureau on a filing, a plan or an amendment.
pub fn decide(client: &Client, path: &str, version: &Value, decision: &str) -> Call {
    let body = json!({"decision": decision, "comment": "已核实"});
    change(client, &format!("{path}/decision"), version, body)
}

/// A plan of a unit for 2023 with these items, approved now.
pub async fn approved_plan(server: &Server, author: &Client, unit: &str, items: &[Value]) -> Value {
    let body = json!({"organization_id": unit, "year": 2023, "title": "补充计划", "items": items});
    let plan = author.post("/v1/training-plans").json(body).await.is(201);
    let path = format!("/v1/training-plans/{}", text(&plan, "id"));
    let call = author.post(&format!("{path}/submission")).if_match("\"1\"");
    let plan = call.await.is(200);
    let officer = server.login("city.officer").await;
    decide(&officer, &path, &plan["version"], "approve").await.is(200)
}

/// A class of the given days of 2023 under an item.
#[must_use]
pub fn class(item: &Value, title: &str, from: &str, to: &str, hours: impl Into<Value>) -> Value {
    json!({
        "plan_item_id": item["id"], "title": title, "subject": "professional", "way": "training_class",
        "starts_on": format!("2023-{from}"), "ends_on": format!("2023-{to}"), "hours": hours.into(), "place": "基地一号教室",
    })
}

/// A line of a roster.
#[must_use]
pub fn line(person: &str, hours: impl Into<Value>, passed: bool) -> Value {
    json!({"professional_id": person, "hours": hours.into(), "passed": passed})
}

/// Hands a roster in.
pub fn roster(client: &Client, class: &Value, lines: &[Value]) -> Call {
    let path = format!("/v1/classes/{}/roster", text(class, "id"));
    let tag = format!("\"{}\"", class["version"]);
    client.put(&path).if_match(&tag).json(json!({"lines": lines, "reason": "按签到表更正"}))
}

/// A class as it stands now.
pub async fn reread_class(client: &Client, class: &Value) -> Value {
    client.get(&format!("/v1/classes/{}", text(class, "id"))).await.is(200)
}
