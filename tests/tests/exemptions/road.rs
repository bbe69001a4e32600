//! An exemption on its way, and what it does to the year (A5).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{application, apply, decide, granted, leave, path, person, transfer, year};

on_both!(
    a5_the_employer_applies_and_the_bureau_grants,
    a5_what_is_returned_is_corrected_and_what_is_rejected_is_final,
    a5_what_waits_for_review_goes_on_in_an_exempt_year,
    a5_someone_exempt_who_reaches_the_floors_is_verified_once_it_ends,
    a5_a_settled_year_follows_and_is_settled_again,
    a5_u2_a_year_begins_where_the_person_is_now,
);

/// A5: applied for by the employer, granted by the bureau: the year is exempt, and everyone concerned sees why.
async fn a5_the_employer_applies_and_the_bureau_grants(server: &Server) {
    let engineer = server.login("engineer").await;
    let id = steps::professional_id(&engineer).await;
    let employer = server.login("company.admin").await;
    let trial = employer.post("/v1/exemptions?dry_run=true").json(application(&id, 2023));
    trial.await.is(201);
    let none = employer.get("/v1/exemptions?year=2023").await.is(200);
    assert!(none["data"].as_array().unwrap().is_empty(), "a dry run keeps nothing");
    let made = apply(&employer, &id, 2023).await;
    assert_eq!(made.header("location"), path(&made.is(201)));
    let made = made.json();
    assert_eq!((&made["state"], &made["version"]), (&json!("submitted"), &json!(1)));
    for who in ["engineer", "company.admin", "jinshui.reviewer", "city.officer", "auditor"] {
        let client = server.login(who).await;
        let found = client.get("/v1/exemptions?year=2023&state=submitted,returned").await.is(200);
        assert_eq!(found["data"], json!([made]), "{who}");
        assert_eq!(client.get(&path(&made)).await.is(200), made, "{who}");
    }
    for who in ["professional", "hospital.admin", "health.reviewer"] {
        let client = server.login(who).await;
        client.get(&path(&made)).await.refused(404, "not-found");
        client.get(&format!("{}/steps", path(&made))).await.refused(404, "not-found");
    }
    let before = engineer.get("/v1/me/years/2023").await.is(200);
    let officer = server.login("city.officer").await;
    let decided = decide(&officer, &made, "grant").await.is(200);
    assert_eq!((&decided["state"], &decided["version"]), (&json!("granted"), &json!(2)));
    let after = engineer.get("/v1/me/years/2023").await.is(200);
    assert_eq!(after["state"], "exempt");
    assert_eq!(after["approved"], before["approved"], "the hours stay");
    let reviewer = server.login("jinshui.reviewer").await;
    let verified = steps::verification(&reviewer, &id).await.is(200);
    assert_eq!(verified["results"][0]["outcome"], "exempt");
    // V10: who, for which unit, when, under which policy version, and the comment.
    let steps = engineer.get(&format!("{}/steps", path(&made))).await.is(200);
    let steps = steps["data"].as_array().unwrap().clone();
    let events: Vec<&Value> = steps.iter().map(|step| &step["event"]).collect();
    assert_eq!(events, ["submit", "grant"]);
    let me = officer.get("/v1/me").await.is(200);
    assert_eq!(steps[1]["account_id"], me["id"]);
    assert_eq!(steps[1]["unit_id"], me["grants"][0]["organization"]["id"]);
    assert_eq!((&steps[1]["comment"], &steps[1]["policy_version"]), (&json!("经核实"), &json!(1)));
    // What happened was told.
    let told = steps::all_pages(&officer, "/v1/events?limit=200").await;
    let kinds: Vec<&str> = told.iter().filter_map(|event| event["type"].as_str()).collect();
    for kind in ["exemption.applied", "exemption.granted", "annual_record.exempted"] {
        assert_eq!(kinds.iter().filter(|known| **known == kind).count(), 1, "{kind}: {kinds:?}");
    }
    // Someone of whom nothing was recorded in the year: the record begins exempt.
    let newcomer = steps::account_of(server, "邓思源", "deng.siyuan").await;
    let to_learn = async || {
        let year = newcomer.get("/v1/me/years/2022").await.is(200);
        year["next_actions"].to_string().contains("\"learn\"")
    };
    assert!(to_learn().await);
    let joined = steps::professional_id(&newcomer).await;
    granted(server, "company.admin", &joined, 2022).await;
    assert_eq!(year(server, &joined, 2022).await["state"], "exempt");
    assert!(!to_learn().await, "nothing is owed");
    // Decided once: a second decision, and a withdrawal, find another state (V4).
    decide(&officer, &made, "reject").await.refused(409, "wrong-state");
    leave(&employer, &made, "withdrawal").await.refused(409, "wrong-state");
    let stale = officer.post(&format!("{}/ending", path(&made))).json(json!({"reason": "x"}));
    stale.if_match("\"1\"").await.refused(412, "precondition-failed");
}

/// A5: a return goes back to the employer, a rejection is final, a new application is another case.
async fn a5_what_is_returned_is_corrected_and_what_is_rejected_is_final(server: &Server) {
    let id = steps::professional_id(&server.login("engineer").await).await;
    let (employer, officer) =
        (server.login("company.admin").await, server.login("city.officer").await);
    let made = apply(&employer, &id, 2023).await.is(201);
    let edit = |body: Value| employer.patch(&path(&made)).json(body).if_match("*");
    edit(json!({"statement": "改"})).await.refused(409, "wrong-state");
    edit(json!({})).await.refused(422, "validation-failed");
    let silent = officer.post(&format!("{}/decision", path(&made)));
    silent.json(json!({"decision": "return"})).await.refused(422, "validation-failed");
    assert_eq!(decide(&officer, &made, "return").await.is(200)["state"], "returned");
    // Until it is handed in again there is nothing to decide.
    decide(&officer, &made, "grant").await.refused(409, "wrong-state");
    let outside = json!({"starts_on": "2022-03-01", "ends_on": "2022-08-31"});
    edit(outside).await.refused(422, "absence-outside-year");
    let edited = edit(json!({"kind": "long_illness", "ends_on": "2023-12-31"})).await.is(200);
    assert_eq!((&edited["kind"], &edited["state"]), (&json!("long_illness"), &json!("returned")));
    let submit = employer.post(&format!("{}/submission", path(&made))).if_match("*");
    assert_eq!(submit.await.is(200)["state"], "submitted");
    assert_eq!(decide(&officer, &made, "reject").await.is(200)["state"], "rejected");
    let again = employer.post(&format!("{}/submission", path(&made))).if_match("*");
    again.await.refused(409, "wrong-state");
    assert_eq!(year(server, &id, 2023).await["state"], "in_progress");
    let second = apply(&employer, &id, 2023).await.is(201);
    assert_eq!(leave(&employer, &second, "withdrawal").await.is(200)["state"], "withdrawn");
    let steps = officer.get(&format!("{}/steps", path(&made))).await.is(200);
    let events: Vec<&Value> =
        steps["data"].as_array().unwrap().iter().map(|step| &step["event"]).collect();
    assert_eq!(events, ["submit", "return", "submit", "reject"]);
}

/// A5: granted while declarations wait: they are reviewed as before, the hours count, the year stays exempt; ended again, its
/// state follows its hours.
async fn a5_what_waits_for_review_goes_on_in_an_exempt_year(server: &Server) {
    let doctor = server.login("professional").await;
    let id = steps::professional_id(&doctor).await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let exemption = granted(server, "hospital.admin", &id, 2023).await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let found = year(server, &id, 2023).await;
    assert_eq!((&found["state"], &found["pending"]["public"]), (&json!("exempt"), &json!(30)));
    for client in [&employer, &authority] {
        steps::decision(client, &text(&draft, "id"), "approve").await.is(200);
    }
    let found = year(server, &id, 2023).await;
    assert_eq!((&found["state"], &found["approved"]["public"]), (&json!("exempt"), &json!(30)));
    steps::assert_totals_add_up(server, &id, 2023).await;
    let officer = server.login("city.officer").await;
    assert_eq!(leave(&officer, &exemption, "ending").await.is(200)["state"], "ended");
    let found = year(server, &id, 2023).await;
    assert_eq!(
        (&found["state"], &found["approved"]["public"]),
        (&json!("in_progress"), &json!(30))
    );
    leave(&officer, &exemption, "ending").await.refused(409, "wrong-state");
    // It can be applied for again.
    apply(&employer, &id, 2023).await.is(201);
}

/// A5: someone exempt who reaches the floors all the same stays exempt, and can be verified once the exemption has ended.
async fn a5_someone_exempt_who_reaches_the_floors_is_verified_once_it_ends(server: &Server) {
    let doctor = server.login("professional").await;
    let id = steps::professional_id(&doctor).await;
    let exemption = granted(server, "hospital.admin", &id, 2023).await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    for subject in ["public", "professional"] {
        let draft = steps::draft_of(&doctor, subject).await;
        steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    }
    let found = year(server, &id, 2023).await;
    assert_eq!((&found["state"], &found["approved"]["total"]), (&json!("exempt"), &json!(90)));
    let results = steps::verification(&authority, &id).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "exempt");
    leave(&server.login("city.officer").await, &exemption, "ending").await.is(200);
    assert_eq!(year(server, &id, 2023).await["state"], "satisfied");
    let results = steps::verification(&authority, &id).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "certified");
    steps::assert_totals_add_up(server, &id, 2023).await;
}

/// A5: a settled year follows a late exemption, and is incomplete again when it ends.
async fn a5_a_settled_year_follows_and_is_settled_again(server: &Server) {
    let id = person(server, "韩立言").await;
    server.sql(
        "update annual_records set state = 'incomplete', outcome = 'incomplete', settled_at = updated_at \
         where year = 2022 and state in ('in_progress', 'incomplete')",
    );
    assert_eq!(year(server, &id, 2022).await["state"], "incomplete");
    let exemption = granted(server, "company.admin", &id, 2022).await;
    assert_eq!(year(server, &id, 2022).await["state"], "exempt");
    leave(&server.login("city.officer").await, &exemption, "ending").await.is(200);
    assert_eq!(year(server, &id, 2022).await["state"], "incomplete");
}

/// A5, U2: applied for by one employer, granted when the person works for another: the year begins at that one.
async fn a5_u2_a_year_begins_where_the_person_is_now(server: &Server) {
    let id = person(server, "邓思源").await;
    let made = apply(&server.login("company.admin").await, &id, 2022).await.is(201);
    transfer(server, &id).await;
    decide(&server.login("city.officer").await, &made, "grant").await.is(200);
    let hospital = server.login("hospital.admin").await.get("/v1/me").await.is(200);
    let hospital = &hospital["grants"][0]["organization"]["id"];
    let years = server.login("auditor").await.get("/v1/annual-records?year=2022&limit=200").await;
    let years = years.is(200);
    let mut years = years["data"].as_array().unwrap().iter();
    let begun = years.find(|year| year["professional_id"] == id.as_str()).unwrap();
    assert_eq!((&begun["state"], &begun["employer_id"]), (&json!("exempt"), hospital));
}
