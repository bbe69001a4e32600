//! What becomes of a person's side roads when they change employer, or the employer its reviewing body (U2): exemptions (A5),
//! make-up (M1–M3), appeals (V8). That nobody joins who works elsewhere by then (U0) stands in `people_registration.rs`.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, makeup, on_both};

on_both!(
    u2_a5_an_open_exemption_follows_the_person,
    u2_a5_m2_another_reviewing_body_takes_over_what_waits,
    m1_who_was_transferred_before_the_grant_is_not_granted,
    u2_m3_a_grant_follows_the_person,
    u2_v8_an_appeal_stays_with_the_unit_above_the_one_that_decided,
);

const COMPANY: &str = "91410105MA0000066U";
const HOSPITAL: &str = "12410100MA0000058X";

async fn transfer(from: &Client, to: &Client, person: &str, code: &str) {
    let body = json!({"professional_id": person, "to_unit_code": code});
    let asked = from.post("/v1/transfers").json(body).await.is(201);
    let path = format!("/v1/transfers/{}/decision", text(&asked, "id"));
    let answer = json!({"decision": "accept", "comment": "已核对"});
    to.post(&path).if_match("\"1\"").json(answer).await.is(200);
}

async fn exemption(employer: &Client, person: &str) -> Value {
    let body = json!({"professional_id": person, "year": 2023, "kind": "long_illness", "starts_on": "2023-03-01",
        "ends_on": "2023-08-31", "statement": "长期病休"});
    employer.post("/v1/exemptions").json(body).await.is(201)
}

async fn unit_id(client: &Client) -> Value {
    client.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone()
}

/// A unit's reviewing body is the municipal bureau from now on.
async fn under_the_bureau(server: &Server, unit: &Value) {
    let admin = server.login("city.admin").await;
    let bureau = unit_id(&admin).await;
    let path = format!("/v1/organizations/{}", unit.as_str().unwrap());
    let body = json!({"reviewing_body_id": bureau});
    admin.patch(&path).if_match("*").json(body).await.is(200);
}

/// A5: the bureau decides as before; correcting, handing in and taking back is the new employer's, which hears of it.
async fn u2_a5_an_open_exemption_follows_the_person(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let hospital = server.login("hospital.admin").await;
    let company = server.login("company.admin").await;
    let made = exemption(&hospital, &person).await;
    let path = format!("/v1/exemptions/{}", text(&made, "id"));
    company.get(&path).await.refused(404, "not-found");
    transfer(&hospital, &company, &person, COMPANY).await;
    hospital.get(&path).await.refused(404, "not-found");
    let now = company.get(&path).await.is(200);
    assert_eq!(
        (&now["employer_id"], &now["state"]),
        (&unit_id(&company).await, &json!("submitted")),
        "{now:#}"
    );
    server.login("jinshui.reviewer").await.get(&path).await.is(200);
    let told = company.get("/v1/events?type=exemption.rerouted").await.is(200);
    assert_eq!(told["data"][0]["subject_id"], made["id"], "{told:#}");
    assert_eq!(told["data"][0]["data"]["from_unit_id"], made["employer_id"]);

    let officer = server.login("city.officer").await;
    let decide = |decision: &str| {
        let body = json!({"decision": decision, "comment": "请补充证明"});
        officer.post(&format!("{path}/decision")).json(body)
    };
    decide("return").await.is(200);
    let better = json!({"statement": "长期病休，附诊断证明"});
    company.patch(&path).if_match("*").json(better).await.is(200);
    company.post(&format!("{path}/submission")).if_match("*").await.is(200);
    assert_eq!(decide("grant").await.is(200)["state"], "granted");
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["state"], "exempt");
    // Granted, it is of its time: the next employer reads it, the one that applied keeps what it had.
    transfer(&company, &hospital, &person, HOSPITAL).await;
    let granted = hospital.get(&path).await.is(200);
    assert_eq!(granted["employer_id"], now["employer_id"], "{granted:#}");
    hospital.post(&format!("{path}/withdrawal")).if_match("*").await.refused(403, "forbidden");
}

/// A5, M2: the new body sees the exemption and reviews the make-up that waited for the former one; what waits for the bureau stays.
async fn u2_a5_m2_another_reviewing_body_takes_over_what_waits(server: &Server) {
    let company = server.login("company.admin").await;
    let (short, other) =
        (makeup::person(server, makeup::SHORT).await, makeup::person(server, "邓思源").await);
    let first = makeup::submitted(&company, &[&short]).await;
    let second = makeup::submitted(&company, &[&other]).await;
    let jinshui = server.login("jinshui.reviewer").await;
    makeup::decision(&jinshui, &text(&second, "id"), "approve").await.is(200);
    let exempt =
        exemption(&company, &steps::professional_id(&server.login("engineer").await).await).await;
    let bureau = unit_id(&server.login("city.admin").await).await;
    let former = first["body_id"].clone();
    under_the_bureau(server, &unit_id(&company).await).await;

    let now = company.get(&format!("/v1/exemptions/{}", text(&exempt, "id"))).await.is(200);
    assert_eq!(now["authority_id"], bureau, "{now:#}");
    let body_of = async |application: &Value| {
        let path = format!("/v1/makeup-applications/{}", text(application, "id"));
        company.get(&path).await.is(200)["body_id"].clone()
    };
    assert_eq!(body_of(&first).await, bureau);
    assert_eq!(
        body_of(&second).await,
        former,
        "what waits for the bureau keeps who reviewed it first"
    );
    let told = company.get("/v1/events?type=makeup.rerouted").await.is(200);
    assert_eq!(told["data"].as_array().unwrap().len(), 1, "{told:#}");
    assert_eq!(told["data"][0]["data"]["from_unit_id"], former);
    let answer = makeup::decision(&jinshui, &text(&first, "id"), "approve").await;
    assert!([403, 404].contains(&answer.status), "{answer:?}");
    let officer = server.login("city.officer").await;
    let forwarded = makeup::decision(&officer, &text(&first, "id"), "approve").await.is(200);
    assert_eq!(forwarded["state"], "municipal_review", "{forwarded:#}");
}

/// M1: only for people whom the employer has now, when it is granted too. The new employer's own application is not in the way of
/// the one that can only be refused.
async fn m1_who_was_transferred_before_the_grant_is_not_granted(server: &Server) {
    let company = server.login("company.admin").await;
    let hospital = server.login("hospital.admin").await;
    let jinshui = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let person = makeup::person(server, makeup::SHORT).await;
    let sent = makeup::submitted(&company, &[&person]).await;
    let id = text(&sent, "id");
    makeup::decision(&jinshui, &id, "approve").await.is(200);
    transfer(&company, &hospital, &person, HOSPITAL).await;
    let problem = makeup::decision(&officer, &id, "approve").await.refused(422, "not-employed");
    assert_eq!(problem["rule"]["id"], "U3", "{problem:#}");
    let anew = makeup::submitted(&hospital, &[&person]).await;
    let health = server.login("health.reviewer").await;
    makeup::granted(&anew, &health, &officer).await;
    assert_eq!(makeup::decision(&officer, &id, "reject").await.is(200)["state"], "rejected");
}

/// M3: a grant is a person's: they go on under it at the new employer, whose people it reviews.
async fn u2_m3_a_grant_follows_the_person(server: &Server) {
    let (_, grant) = makeup::person_with_grant(server).await;
    let person = makeup::person(server, makeup::SHORT).await;
    let (company, hospital) =
        (server.login("company.admin").await, server.login("hospital.admin").await);
    transfer(&company, &hospital, &person, HOSPITAL).await;
    let path = format!("/v1/makeup-grants/{grant}");
    assert_eq!(hospital.get(&path).await.is(200)["state"], "granted");
    company.get(&path).await.refused(404, "not-found");
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let conference = makeup::conference(&grant, "会议", "2023-10-17", "2023-10-18", 8);
    let draft = makeup::drafted(&han, &conference).await;
    let hospital = server.login("hospital.admin").await;
    let health = server.login("health.reviewer").await;
    steps::approve_fully(&han, &draft, &hospital, &health).await;
    steps::assert_totals_add_up(server, &person, 2022).await;
}

/// V8: the next level up from whoever rejected decides, wherever the person works by then; the year is the new employer's.
async fn u2_v8_an_appeal_stays_with_the_unit_above_the_one_that_decided(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let hospital = server.login("hospital.admin").await;
    let company = server.login("company.admin").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    steps::decision(&hospital, &text(&draft, "id"), "reject").await.is(200);
    let body = json!({"declaration_id": draft["id"], "statement": "学时属实"});
    let appeal = doctor.post("/v1/appeals").json(body).await.is(201);
    transfer(&hospital, &company, &person, COMPANY).await;
    let path = format!("/v1/appeals/{}/decision", text(&appeal, "id"));
    let body = json!({"decision": "uphold", "comment": "经核实，学时属实"});
    let jinshui = server.login("jinshui.reviewer").await;
    jinshui.post(&path).json(body.clone()).await.refused(404, "not-found");
    let health = server.login("health.reviewer").await;
    assert_eq!(health.post(&path).json(body).await.is(200)["state"], "upheld");
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "approved");
    let rows = steps::all_pages(&company, "/v1/annual-records?year=2023&limit=200").await;
    let year = rows.iter().find(|row| row["professional_id"] == json!(person)).unwrap();
    assert_eq!(year["employer_id"], unit_id(&company).await, "{year:#}");
    steps::assert_totals_add_up(server, &person, 2023).await;
}
