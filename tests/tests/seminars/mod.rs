//! P6: advanced seminars, from the proposal to the hours, and every way in which one is refused.

mod refused;
mod road;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server};

/// The unit that an account acts for.
async fn unit(client: &Client) -> String {
    text(&client.get("/v1/me").await.is(200)["grants"][0]["organization"], "id")
}

fn proposal(host: &str) -> Value {
    json!({"organization_id": host, "theme": "智能制造关键技术", "need": "全市装备制造业数字化改造急需掌握该技术的骨干人才。",
        "audience": "高级工程师", "venue": "郑州市高新区", "starts_on": "2023-11-06", "ends_on": "2023-11-10",
        "hours": 40, "places": 3})
}

/// A step of a seminar as it was read.
pub(crate) fn step(client: &Client, seminar: &Value, step: &str) -> Call {
    let path = format!("/v1/seminars/{}/{step}", text(seminar, "id"));
    client.post(&path).if_match(&format!("\"{}\"", seminar["version"]))
}

fn decision(client: &Client, seminar: &Value, decision: &str) -> Call {
    let body = json!({"decision": decision, "comment": "依据申报材料"});
    step(client, seminar, "decision").json(body)
}

pub(crate) fn admission(client: &Client, seminar: &Value, people: &Value) -> Call {
    let path = format!("/v1/seminars/{}/admissions", text(seminar, "id"));
    let call = client.put(&path).json(json!({"people": people}));
    call.if_match(&format!("\"{}\"", seminar["version"]))
}

pub(crate) fn report(client: &Client, seminar: &Value, results: &Value) -> Call {
    let summary = "完成全部课程与现场教学，形成三份改造方案。";
    step(client, seminar, "report").json(json!({"summary": summary, "results": results}))
}

/// A seminar of the company that was submitted.
pub(crate) async fn submitted(server: &Server) -> Value {
    let host = server.login("company.admin").await;
    let draft = host.post("/v1/seminars").json(proposal(&unit(&host).await)).await.is(201);
    step(&host, &draft, "submission").await.is(200)
}

/// A seminar of the company that was approved.
pub(crate) async fn approved(server: &Server) -> Value {
    let seminar = submitted(server).await;
    decision(&server.login("city.officer").await, &seminar, "approve").await.is(200)
}

async fn person(server: &Server, account: &str) -> String {
    steps::professional_id(&server.login(account).await).await
}
