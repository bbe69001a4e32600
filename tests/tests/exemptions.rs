//! Exemptions (A5, A6): what shows each rule, and what is refused.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both};

on_both!(
    a5_the_employer_applies_and_the_bureau_grants,
    a5_what_is_returned_is_corrected_and_what_is_rejected_is_final,
    a5_what_waits_for_review_goes_on_in_an_exempt_year,
    a5_someone_exempt_who_reaches_the_floors_is_verified_once_it_ends,
    a5_a_settled_year_follows_and_is_settled_again,
    a5_who_and_what_is_refused,
    a5_a_year_completed_meanwhile_is_not_exempted,
    a5_nothing_moves_in_the_freeze,
    a5_nobody_decides_their_own_case,
    a6_who_joined_in_the_year_owes_the_full_floors,
    a6_the_policy_may_let_off_from_a_day_on,
    a5_u2_a_year_begins_where_the_person_is_now,
);

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

/// From the company to the hospital.
async fn transfer(server: &Server, person: &str) {
    let to = json!({"professional_id": person, "to_unit_code": "12410100MA0000058X"});
    let asked = server.login("company.admin").await.post("/v1/transfers").json(to).await.is(201);
    let path = format!("/v1/transfers/{}/decision", text(&asked, "id"));
    let accept = json!({"decision": "accept", "comment": "已核对"});
    let hospital = server.login("hospital.admin").await;
    hospital.post(&path).if_match("*").json(accept).await.is(200);
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

fn late(person: &str) -> Value {
    json!({"professional_id": person, "year": 2023, "kind": "joined_in_year", "starts_on": "2023-07-03",
        "ends_on": "2023-12-31", "statement": "七月入职"})
}

/// A6: the floors of someone who joined in July are the whole ones, and joining late is no ground for an exemption.
async fn a6_who_joined_in_the_year_owes_the_full_floors(server: &Server) {
    let newcomer = steps::account_of(server, "邓思源", "deng.siyuan").await;
    let year = newcomer.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["requirement"], json!({"total": 90, "public": 30, "professional": 60}));
    let id = steps::professional_id(&newcomer).await;
    let employer = server.login("company.admin").await;
    let problem = employer.post("/v1/exemptions").json(late(&id)).await;
    let problem = problem.refused(422, "no-pro-rating");
    assert_eq!(
        (&problem["rule"]["id"], &problem["joined_on"]),
        (&json!("A6"), &json!("2023-07-03"))
    );
    assert_eq!(problem["errors"][0]["pointer"], "/kind");
    // Another ground stands for them as for everybody.
    apply(&employer, &id, 2023).await.is(201);
}

/// A6, W3: unless the policy says otherwise.
async fn a6_the_policy_may_let_off_from_a_day_on(server: &Server) {
    let admin = server.login("city.admin").await;
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({})).await;
    let mut document = begun.is(201)["document"].clone();
    document["exemptions"] = json!({"joined_from": "2023-07-01"});
    let path = format!("/v1/policies/2023/drafts/{}", begun.json()["version"]);
    let edited = admin.put(&path).json(json!({"document": document})).if_match(&begun.etag()).await;
    edited.is(200);
    let publication = admin.post(&format!("{path}/publication"));
    let publication = publication.json(json!({"reason": "下半年入职人员当年免除"}));
    publication.if_match(&edited.etag()).await.is(200);

    let employer = server.login("company.admin").await;
    let id = person(server, "邓思源").await;
    let made = employer.post("/v1/exemptions").json(late(&id)).await.is(201);
    decide(&server.login("city.officer").await, &made, "grant").await.is(200);
    assert_eq!(year(server, &id, 2023).await["state"], "exempt");
    // Who joined before that day owes everything still, also at an employer to which they came since.
    let moved = person(server, "韩立言").await;
    transfer(server, &moved).await;
    let problem = server.login("hospital.admin").await.post("/v1/exemptions").json(late(&moved));
    problem.await.refused(422, "no-pro-rating");
    let early = person(server, "冯嘉禾").await;
    let problem = employer.post("/v1/exemptions").json(late(&early)).await;
    assert_eq!(problem.refused(422, "no-pro-rating")["let_off_from"], "2023-07-01");
}
