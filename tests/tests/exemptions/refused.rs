//! Whom and what the rule refuses (A5).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{application, apply, decide, granted, leave, person, year};

on_both!(
    a5_who_and_what_is_refused,
    a5_a_year_completed_meanwhile_is_not_exempted,
    a5_nothing_moves_in_the_freeze,
    a5_nobody_decides_their_own_case,
);

/// A5: whom and what the rule refuses.
async fn a5_who_and_what_is_refused(server: &Server) {
    let engineer = steps::professional_id(&server.login("engineer").await).await;
    let (company, hospital) =
        (server.login("company.admin").await, server.login("hospital.admin").await);
    // Of another employer's people nothing is known.
    let problem = apply(&hospital, &engineer, 2023).await.refused(422, "unknown-reference");
    assert_eq!(problem["errors"][0]["pointer"], "/professional_id");
    // U3: someone who has retired.
    let retired = person(server, "罗国栋").await;
    let call = apply(&hospital, &retired, 2023).await;
    assert!(matches!(call.json()["code"].as_str(), Some("not-employed" | "unknown-reference")));
    // A complete year: certified, and satisfied.
    for (name, state) in [("周以恒", "certified"), ("欧阳若曦", "satisfied")] {
        let id = person(server, name).await;
        let problem = apply(&hospital, &id, 2023).await.refused(409, "year-complete");
        assert_eq!((&problem["rule"]["id"], &problem["state"]), (&json!("A5"), &json!(state)));
    }
    let mut outside = application(&engineer, 2023);
    outside["starts_on"] = json!("2022-01-01");
    outside["ends_on"] = json!("2022-12-31");
    let problem = company.post("/v1/exemptions").json(outside).await;
    let problem = problem.refused(422, "absence-outside-year");
    assert_eq!(problem["errors"][0]["pointer"], "/starts_on");
    apply(&company, &engineer, 2030).await.refused(422, "no-policy");
    // One for a person's year at a time.
    let made = apply(&company, &engineer, 2023).await.is(201);
    let problem = apply(&company, &engineer, 2023).await.refused(409, "already-exists");
    assert_eq!(problem["exemption_id"], made["id"]);
    // Only the employer applies and takes back, only the bureau decides and ends.
    for who in ["engineer", "jinshui.reviewer", "city.officer", "city.admin", "auditor"] {
        let client = server.login(who).await;
        apply(&client, &engineer, 2023).await.refused(403, "forbidden");
        leave(&client, &made, "withdrawal").await.refused(403, "forbidden");
    }
    for who in ["engineer", "company.admin", "jinshui.reviewer", "city.admin", "auditor"] {
        let client = server.login(who).await;
        decide(&client, &made, "grant").await.refused(403, "forbidden");
        leave(&client, &made, "ending").await.refused(403, "forbidden");
    }
    leave(&hospital, &made, "withdrawal").await.refused(404, "not-found");
    let officer = server.login("city.officer").await;
    leave(&officer, &made, "ending").await.refused(409, "wrong-state");
}

/// A5: the year became complete between application and decision.
async fn a5_a_year_completed_meanwhile_is_not_exempted(server: &Server) {
    let doctor = server.login("professional").await;
    let id = steps::professional_id(&doctor).await;
    let made = apply(&server.login("hospital.admin").await, &id, 2023).await.is(201);
    steps::certified_person(server).await;
    let officer = server.login("city.officer").await;
    let problem = decide(&officer, &made, "grant").await.refused(409, "year-complete");
    assert_eq!(problem["state"], "certified");
    assert_eq!(year(server, &id, 2023).await["state"], "certified");
    assert_eq!(decide(&officer, &made, "reject").await.is(200)["state"], "rejected");
}

/// A5, W1: no application, decision, ending or withdrawal in the freeze, of whatever year.
async fn a5_nothing_moves_in_the_freeze(server: &Server) {
    let id = steps::professional_id(&server.login("engineer").await).await;
    let made = apply(&server.login("company.admin").await, &id, 2023).await.is(201);
    let other = person(server, "冯嘉禾").await;
    let standing = granted(server, "company.admin", &other, 2023).await;
    server.set_clock("2023-12-20T00:00:00+08:00").await;
    let (employer, officer) =
        (server.login("company.admin").await, server.login("city.officer").await);
    let third = person(server, "邓思源").await;
    for year in [2022, 2023, 2024] {
        apply(&employer, &third, year).await.refused(422, "year-end-freeze");
    }
    decide(&officer, &made, "grant").await.refused(422, "year-end-freeze");
    leave(&officer, &standing, "ending").await.refused(422, "year-end-freeze");
    leave(&employer, &made, "withdrawal").await.refused(422, "year-end-freeze");
    assert_eq!(year(server, &other, 2023).await["state"], "exempt", "reading goes on");
}

/// Gives an account another role on a unit.
async fn grant_role(server: &Server, account: &Value, role: &str, unit: &Value) {
    let admin = server.login("city.admin").await;
    let body = json!({"role": role, "organization_id": unit});
    admin.post(&format!("/v1/accounts/{}/grants", text(account, "id"))).json(body).await.is(201);
}

/// A5, Who: not the person, and not whoever applied.
async fn a5_nobody_decides_their_own_case(server: &Server) {
    let officer = server.login("city.officer").await;
    let bureau = officer.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    // The engineer as an officer of the bureau.
    let engineer = server.login("engineer").await;
    let id = steps::professional_id(&engineer).await;
    let made = apply(&server.login("company.admin").await, &id, 2023).await.is(201);
    let me = engineer.get("/v1/me").await.is(200);
    grant_role(server, &me, "municipal_officer", &bureau).await;
    let engineer = server.login("engineer").await;
    decide(&engineer, &made, "grant").await.refused(403, "own-case");
    // The employer's administrator as an officer of the bureau.
    let employer = server.login("company.admin").await;
    let me = employer.get("/v1/me").await.is(200);
    grant_role(server, &me, "municipal_officer", &bureau).await;
    let employer = server.login("company.admin").await;
    decide(&employer, &made, "grant").await.refused(403, "own-case");
    let decided = decide(&officer, &made, "grant").await.is(200);
    for own in [&engineer, &employer] {
        leave(own, &decided, "ending").await.refused(403, "own-case");
    }
    // An administrator may apply for herself: somebody else decides.
    let hospital = server.login("hospital.admin").await;
    let own = steps::professional_id(&hospital).await;
    let made = apply(&hospital, &own, 2023).await.is(201);
    decide(&officer, &made, "grant").await.is(200);
}
