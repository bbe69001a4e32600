//! Appeals (V8): once for each matter, decided one level up within the same five working days.

mod decisions;
mod missing;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both};

on_both!(
    v8_h7_what_was_declared_anew_meanwhile_counts_once,
    v8_h8_the_years_cap_holds_for_what_is_upheld,
    v8_v3_a_late_appeal_is_flagged_listed_and_told,
    v8_v2_due_days_of_appeals_follow_the_arrangement,
    v8_w1_nothing_moves_in_the_freeze,
    v8_who_nobody_decides_about_themselves,
    v8_one_matter_one_appeal
);

fn bring(client: &Client, matter: Value) -> Call {
    let mut body = matter;
    body["statement"] = json!("材料齐全，请复核");
    client.post("/v1/appeals").json(body)
}

fn about(client: &Client, declaration: &Value) -> Call {
    bring(client, json!({"declaration_id": declaration["id"]}))
}

fn path(appeal: &Value) -> String {
    format!("/v1/appeals/{}", text(appeal, "id"))
}

fn decide(client: &Client, appeal: &Value, decision: &str) -> Call {
    let body = json!({"decision": decision, "comment": "经复核"});
    client.post(&format!("{}/decision", path(appeal))).json(body)
}

fn withdraw(client: &Client, appeal: &Value) -> Call {
    client.post(&format!("{}/withdrawal", path(appeal))).if_match("*")
}

/// A declaration of the doctor's public hours that the hospital has rejected.
async fn rejected(server: &Server, doctor: &Client) -> Value {
    let draft = steps::draft_of(doctor, "public").await;
    steps::submission(doctor, &draft).await.is(200);
    let employer = server.login("hospital.admin").await;
    steps::decision(&employer, &text(&draft, "id"), "reject").await.is(200);
    draft
}

async fn unit_of(client: &Client) -> Value {
    client.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone()
}

/// Another officer of the municipal bureau.
async fn second_officer(server: &Server) -> Client {
    let admin = server.login("city.admin").await;
    let bureau = unit_of(&admin).await;
    let account = steps::bare_account(&admin, "second.officer", "a long enough password").await;
    let body = json!({"role": "municipal_officer", "organization_id": bureau});
    admin.post(&format!("/v1/accounts/{account}/grants")).json(body).await.is(201);
    server.login_with("second.officer", "a long enough password").await
}

async fn revoke(officer: &Client, declaration: &str) -> Value {
    let call = officer.post(&format!("/v1/declarations/{declaration}/revocation")).if_match("*");
    call.json(json!({"reason": "名册核查不符"})).await.is(200)
}

async fn class(server: &Server, season: &str) -> Value {
    let client = server.login("engineer").await;
    let classes = steps::all_pages(&client, "/v1/classes?year=2023&limit=200").await;
    let found = classes.iter().find(|class| text(class, "title").contains(season));
    found.unwrap_or_else(|| panic!("no class of {season}")).clone()
}

/// V8, H7: rejected learning was declared again while the appeal waited: it cannot be approved twice.
async fn v8_h7_what_was_declared_anew_meanwhile_counts_once(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    let anew = steps::draft_of(&doctor, "public").await;
    let reviewer = server.login("health.reviewer").await;
    let problem = decide(&reviewer, &appeal, "uphold").await.refused(422, "duplicate-learning");
    assert_eq!(problem["standing_id"], anew["id"]);
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "rejected");
    steps::assert_totals_add_up(server, &text(&draft, "professional_id"), 2023).await;
    // Once that one is taken back, the way is free.
    let path = format!("/v1/declarations/{}/withdrawal", text(&anew, "id"));
    doctor.post(&path).if_match("*").await.is(200);
    decide(&reviewer, &appeal, "uphold").await.is(200);
    let record = steps::records(&doctor, "public").await.remove(0);
    steps::declare_record(&doctor, 2023, &text(&record, "id"))
        .await
        .refused(422, "duplicate-learning");
}

/// V8, H8: five conferences took the year's 60 hours while the appeal about a sixth waited.
async fn v8_h8_the_years_cap_holds_for_what_is_upheld(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let first = steps::conference_with_evidence(&doctor, "会议", "04-10", "04-11", 12).await;
    steps::submission(&doctor, &first).await.is(200);
    steps::decision(&employer, &text(&first, "id"), "reject").await.is(200);
    let appeal = about(&doctor, &first).await.is(201);
    for day in [1, 4, 7, 10, 13] {
        let (from, to) = (format!("05-{day:02}"), format!("05-{:02}", day + 1));
        let next =
            steps::conference_with_evidence(&doctor, &format!("会议 {day}"), &from, &to, 12).await;
        steps::submission(&doctor, &next).await.is(200);
    }
    let reviewer = server.login("health.reviewer").await;
    let problem = decide(&reviewer, &appeal, "uphold").await.refused(422, "hours-over-limit");
    assert_eq!((&problem["used"], &problem["max"]), (&json!(60), &json!(60)));
    assert_eq!(decide(&reviewer, &appeal, "dismiss").await.is(200)["state"], "dismissed");
}

/// V8, V3: late is visible: flagged, listed for the levels above, told once; it can still be decided.
async fn v8_v3_a_late_appeal_is_flagged_listed_and_told(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    server.set_clock("2023-10-23T23:59:00+08:00").await;
    let officer = server.login("city.officer").await;
    let late = officer.get("/v1/appeals?overdue=true").await.is(200);
    assert!(late["data"].as_array().unwrap().is_empty(), "{late:#}");
    for instant in ["2023-10-24T00:00:00+08:00", "2023-10-25T09:00:00+08:00"] {
        server.set_clock(instant).await;
        let reviewer = server.login("health.reviewer").await;
        let officer = server.login("city.officer").await;
        for client in [&reviewer, &officer] {
            let late = client.get("/v1/appeals?overdue=true").await.is(200);
            assert_eq!(late["data"][0]["id"], appeal["id"], "{late:#}");
            assert_eq!(late["data"][0]["overdue"], true);
            let punctual = client.get("/v1/appeals?overdue=false").await.is(200);
            assert!(punctual["data"].as_array().unwrap().is_empty());
        }
        let told = steps::all_pages(&officer, "/v1/events?limit=200").await;
        let overdue = told.iter().filter(|event| event["type"] == "appeal.overdue");
        assert_eq!(overdue.count(), 1, "told once at {instant}");
    }
    let reviewer = server.login("health.reviewer").await;
    let upheld = decide(&reviewer, &appeal, "uphold").await.is(200);
    assert_eq!(upheld["overdue"], false, "what is decided is not late any more");
}

/// V8, V2: an arrangement that is loaded moves the due days of what waits.
async fn v8_v2_due_days_of_appeals_follow_the_arrangement(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    let officer = server.login("city.officer").await;
    let known = officer.get("/v1/working-days/2023").await;
    let mut days = known.is(200)["days"].as_array().unwrap().clone();
    days.push(json!({"date": "2023-10-18", "kind": "holiday"}));
    let days: Vec<Value> =
        days.iter().map(|day| json!({"date": day["date"], "kind": day["kind"]})).collect();
    let load = officer.put("/v1/working-days/2023").json(json!({"days": days}));
    let loaded = load.if_match(&known.etag()).await.is(200);
    assert!(loaded["recomputed"].as_u64().unwrap() > 1, "declarations and the appeal: {loaded:#}");
    let moved = doctor.get(&path(&appeal)).await.is(200);
    assert_eq!(moved["due_at"], "2023-10-25T00:00:00+08:00", "{moved:#}");
}

/// V8, W1: no appeal and no decision on one in the freeze.
async fn v8_w1_nothing_moves_in_the_freeze(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    server.set_clock("2023-12-20T00:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let reviewer = server.login("health.reviewer").await;
    for decision in ["uphold", "dismiss"] {
        decide(&reviewer, &appeal, decision).await.refused(422, "year-end-freeze");
    }
    withdraw(&doctor, &appeal).await.refused(422, "year-end-freeze");
    let summer = class(server, "夏季").await;
    let engineer = server.login("engineer").await;
    let call = bring(&engineer, json!({"class_id": summer["id"]}));
    call.await.refused(422, "year-end-freeze");
    // After it the appeal goes on, also about a year that is over.
    server.set_clock("2024-01-02T09:00:00+08:00").await;
    let reviewer = server.login("health.reviewer").await;
    decide(&reviewer, &appeal, "uphold").await.is(200);
    let doctor = server.login("professional").await;
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "approved");
    steps::assert_totals_add_up(server, &text(&draft, "professional_id"), 2023).await;
}

/// V8, Who: the deciding body's reviewer appeals about her own declaration.
async fn v8_who_nobody_decides_about_themselves(server: &Server) {
    let admin = server.login("city.admin").await;
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    about(&server.login("health.reviewer").await, &draft).await.refused(403, "forbidden");
    let appoint = async |who: &Client| {
        let body = json!({"account_id": who.get("/v1/me").await.is(200)["id"], "role": "reviewer"});
        let path = format!("/v1/organizations/{}/administrators", text(&appeal, "decider_id"));
        admin.post(&path).json(body).await.is(201);
    };
    appoint(&doctor).await;
    let both = server.login("professional").await;
    decide(&both, &appeal, "uphold").await.refused(403, "own-case");
    // The hospital's administrator, who rejected, as a reviewer of the body above.
    let employer = server.login("hospital.admin").await;
    appoint(&employer).await;
    let employer = server.login("hospital.admin").await;
    decide(&employer, &appeal, "dismiss").await.refused(403, "same-decider");
    // Nobody appeals for others, nor about what they cannot see.
    let engineer = server.login("engineer").await;
    let problem = about(&engineer, &draft).await.refused(422, "unknown-reference");
    assert_eq!(problem["errors"][0]["pointer"], "/declaration_id");
    about(&employer, &draft).await.refused(422, "unknown-reference");
    withdraw(&server.login("professional").await, &appeal).await.is(200);
}

/// V8: once; a withdrawn appeal was the one.
async fn v8_one_matter_one_appeal(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let both = json!({"declaration_id": draft["id"], "class_id": draft["id"]});
    bring(&doctor, both).await.refused(422, "validation-failed");
    bring(&doctor, json!({})).await.refused(422, "validation-failed");
    let appeal = about(&doctor, &draft).await.is(201);
    about(&doctor, &draft).await.refused(409, "appealed-already");
    let stale = doctor.post(&format!("{}/withdrawal", path(&appeal))).if_match("\"7\"");
    stale.await.refused(412, "precondition-failed");
    assert_eq!(withdraw(&doctor, &appeal).await.is(200)["state"], "withdrawn");
    let problem = about(&doctor, &draft).await.refused(409, "appealed-already");
    assert_eq!(problem["state"], "withdrawn");
    decide(&server.login("health.reviewer").await, &appeal, "uphold")
        .await
        .refused(409, "wrong-state");
}
