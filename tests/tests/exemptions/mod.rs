//! Exemptions (A5, A6): what shows each rule, and what is refused.

mod newcomers;
mod refused;
mod road;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server};

/// The id of a person of the demo world.
async fn person(server: &Server, name: &str) -> String {
    let admin = server.login("city.admin").await;
    let people = steps::all_pages(&admin, "/v1/professionals?limit=200").await;
    text(people.iter().find(|person| person["name"] == name).unwrap(), "id")
}

fn application(person: &str, year: i32) -> Value {
    json!({"professional_id": person, "year": year, "kind": "parental_leave", "starts_on": format!("{year}-03-01"),
        "ends_on": format!("{year}-08-31"), "statement": "产假及育儿假，附单位证明"})
}

fn apply(employer: &Client, person: &str, year: i32) -> Call {
    employer.post("/v1/exemptions").json(application(person, year))
}

fn path(exemption: &Value) -> String {
    format!("/v1/exemptions/{}", text(exemption, "id"))
}

fn decide(officer: &Client, exemption: &Value, decision: &str) -> Call {
    let body = json!({"decision": decision, "comment": "经核实"});
    officer.post(&format!("{}/decision", path(exemption))).json(body)
}

/// Ends one, or takes one back, whatever its version.
fn leave(client: &Client, exemption: &Value, how: &str) -> Call {
    let call = client.post(&format!("{}/{how}", path(exemption))).if_match("*");
    if how == "ending" { call.json(json!({"reason": "提前返岗"})) } else { call }
}

/// Where a person's year stands.
async fn year(server: &Server, person: &str, year: i32) -> Value {
    let auditor = server.login("auditor").await;
    auditor.get(&format!("/v1/professionals/{person}/annual-records/{year}")).await.is(200)
}

async fn granted(server: &Server, employer: &str, person: &str, year: i32) -> Value {
    let made = apply(&server.login(employer).await, person, year).await.is(201);
    decide(&server.login("city.officer").await, &made, "grant").await.is(200)
}

/// From the company to the hospital.
async fn transfer(server: &Server, person: &str) {
    let to = json!({"professional_id": person, "to_unit_code": "12410100MA0000058X"});
    let asked = server.login("company.admin").await.post("/v1/transfers").json(to).await.is(201);
    let path = format!("/v1/transfers/{}/decision", text(&asked, "id"));
    let accept = json!({"decision": "accept", "comment": "已核对"});
    let hospital = server.login("hospital.admin").await;
    hospital.post(&path).if_match("*").json(accept).await.is(200);
}
