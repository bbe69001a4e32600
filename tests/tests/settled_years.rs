//! What still happens to a year that is over: certificates, addenda, floors and units (A1, A2, A3a, A5, V8, V10, W3, U2, H8).

use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, makeup, on_both};

on_both!(
    v8_a1_an_appeal_upheld_after_the_year_certifies_it,
    v8_a_missing_record_upheld_after_the_window_is_declared_with_it,
    v8_u3_who_left_since_gets_what_was_learnt_before,
    a5_a1_an_exemption_ended_after_the_year_certifies_it,
    a3a_h8_the_years_cap_holds_for_what_is_reinstated,
    w3_v10_a_settled_year_keeps_its_floors_and_says_who_changed_it,
    u2_m4_made_up_hours_leave_a_settled_year_at_its_unit,
);

const FREEZE: &str = "2023-12-20T00:00:00+08:00";
const AFTER: &str = "2024-01-08T10:00:00+08:00";

/// Settles 2023 in its freeze, and goes on after it.
pub(crate) async fn settle(server: &Server) {
    server.set_clock(FREEZE).await;
    let officer = server.login("city.officer").await;
    let asked = officer.post("/v1/settlements/2023").await;
    asked.is(202);
    for _ in 0..600 {
        let job = officer.get(asked.header("location")).await.is(200);
        if job["state"] == "succeeded" {
            server.set_clock(AFTER).await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the settlement does not end");
}

async fn employer_and_authority(server: &Server) -> (Client, Client) {
    (server.login("hospital.admin").await, server.login("health.reviewer").await)
}

pub(crate) async fn sealed(client: &Client, person: &str, year: i32) -> Value {
    client.get(&format!("/v1/professionals/{person}/appraisals/{year}")).await.is(200)
}

pub(crate) async fn record(server: &Server, person: &str, year: i32) -> Value {
    let auditor = server.login("auditor").await;
    auditor.get(&format!("/v1/professionals/{person}/annual-records/{year}")).await.is(200)
}

/// The account and the unit that somebody acts for.
async fn who(client: &Client) -> (Value, Value) {
    let me = client.get("/v1/me").await.is(200);
    (me["id"].clone(), me["grants"][0]["organization"]["id"].clone())
}

fn appeal(client: &Client, mut matter: Value) -> xueshi_tests::Call {
    matter["statement"] = json!("材料齐全，请复核");
    client.post("/v1/appeals").json(matter)
}

fn uphold(client: &Client, appeal: &Value) -> xueshi_tests::Call {
    let path = format!("/v1/appeals/{}/decision", text(appeal, "id"));
    client.post(&path).json(json!({"decision": "uphold", "comment": "经复核，材料属实"}))
}

/// V8, A1, V10: rejected in the year, upheld after its settlement: nobody can verify any more, so the decision certifies.
async fn v8_a1_an_appeal_upheld_after_the_year_certifies_it(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let (employer, authority) = employer_and_authority(server).await;
    let public = steps::draft_of(&doctor, "public").await;
    steps::approve_fully(&doctor, &public, &employer, &authority).await;
    let class = steps::draft_of(&doctor, "professional").await;
    steps::submission(&doctor, &class).await.is(200);
    steps::decision(&employer, &text(&class, "id"), "reject").await.is(200);
    settle(server).await;

    let doctor = server.login("professional").await;
    let brought = appeal(&doctor, json!({"declaration_id": class["id"]})).await.is(201);
    let authority = server.login("health.reviewer").await;
    uphold(&authority, &brought).await.is(200);
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["state"], "certified", "{year:#}");
    let number = text(&year["certificate"], "number");
    let certificate = doctor.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!(
        (&certificate["state"], &certificate["completed"], &certificate["hours"]["total"]),
        (&json!("valid"), &json!("in_year"), &json!(90))
    );
    let now = sealed(&doctor, &person, 2023).await;
    assert_eq!(now["outcome"], "incomplete", "what was sealed stays");
    let (account, unit) = who(&authority).await;
    let addendum = added(&now, false);
    assert_eq!(
        (&addendum["cause"], &addendum["outcome_after"], &addendum["declaration_id"]),
        (&json!("appeal"), &json!("completed_in_year"), &class["id"])
    );
    assert_eq!(
        (&addendum["account_id"], &addendum["unit_id"], &addendum["reason"]),
        (&account, &unit, &json!("经复核，材料属实"))
    );
    certificate_added(server, &now, ("appeal", "经复核，材料属实")).await;
    steps::assert_totals_add_up(server, &person, 2023).await;
}

async fn summer_class(server: &Server) -> Value {
    let client = server.login("engineer").await;
    let classes = steps::all_pages(&client, "/v1/classes?year=2023&limit=200").await;
    let found = classes.iter().find(|class| text(class, "title").contains("夏季"));
    found.expect("no summer class").clone()
}

/// V8: what a class owed is upheld when its year can be declared no more: declared and approved with the decision, once.
async fn v8_a_missing_record_upheld_after_the_window_is_declared_with_it(server: &Server) {
    let summer = summer_class(server).await;
    let person = steps::professional_id(&server.login("engineer").await).await;
    settle(server).await;
    let before = record(server, &person, 2023).await;
    let engineer = server.login("engineer").await;
    let brought = appeal(&engineer, json!({"class_id": summer["id"]})).await.is(201);
    let officer = server.login("city.officer").await;
    let upheld = uphold(&officer, &brought).await.is(200);
    let declared = format!("/v1/declarations/{}", text(&upheld, "declaration_id"));
    let declared = engineer.get(&declared).await.is(200);
    assert_eq!(
        (&declared["state"], &declared["learning_record_id"], &declared["hours"]),
        (&json!("approved"), &upheld["learning_record_id"], &summer["hours"])
    );
    let after = record(server, &person, 2023).await;
    assert_eq!(
        steps::tenths(&after["approved"]["total"]),
        steps::tenths(&before["approved"]["total"]) + steps::tenths(&summer["hours"])
    );
    steps::assert_totals_add_up(server, &person, 2023).await;
    let (account, unit) = who(&officer).await;
    let addenda = sealed(&engineer, &person, 2023).await["addenda"].clone();
    assert_eq!(
        (&addenda[0]["cause"], &addenda[0]["account_id"], &addenda[0]["unit_id"]),
        (&json!("appeal"), &account, &unit),
        "{addenda:#}"
    );
    // V7: the decision keeps what was asked of it.
    let path = format!("/v1/explanations/declaration/{}", text(&declared, "id"));
    let why = engineer.get(&path).await.is(200);
    assert!(why["decisions"].to_string().contains(&text(&brought, "id")), "{why:#}");
    // H7: it counts once.
    appeal(&engineer, json!({"class_id": summer["id"]})).await.refused(409, "record-not-missing");
    let record = text(&upheld, "learning_record_id");
    steps::declare_record(&engineer, 2023, &record).await.refused(422, "window-closed");
}

/// V8, U3: whoever left while the appeal waited has a claim to what they learnt before, at the employer of that day.
async fn v8_u3_who_left_since_gets_what_was_learnt_before(server: &Server) {
    let summer = summer_class(server).await;
    let person = steps::professional_id(&server.login("engineer").await).await;
    settle(server).await;
    let engineer = server.login("engineer").await;
    let brought = appeal(&engineer, json!({"class_id": summer["id"]})).await.is(201);
    let company = server.login("company.admin").await;
    let path = format!("/v1/professionals/{person}");
    let tag = company.get(&path).await.etag();
    let end = json!({"ended_on": "2024-01-05", "reason": "left"});
    company.post(&format!("{path}/departure")).json(end).if_match(&tag).await.is(200);
    let officer = server.login("city.officer").await;
    let upheld = uphold(&officer, &brought).await.is(200);
    let declared = format!("/v1/declarations/{}", text(&upheld, "declaration_id"));
    let declared = officer.get(&declared).await.is(200);
    let (_, unit) = who(&company).await;
    assert_eq!((&declared["state"], &declared["employer_id"]), (&json!("approved"), &unit));
    steps::assert_totals_add_up(server, &person, 2023).await;
}

/// A5, A1, V10: exempt, complete all the same, and settled as exempt: when the exemption ends after the year, it is certified.
async fn a5_a1_an_exemption_ended_after_the_year_certifies_it(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let (employer, authority) = employer_and_authority(server).await;
    let application = json!({"professional_id": person, "year": 2023, "kind": "parental_leave",
        "starts_on": "2023-03-01", "ends_on": "2023-08-31", "statement": "产假及育儿假"});
    let exemption = employer.post("/v1/exemptions").json(application).await.is(201);
    let path = format!("/v1/exemptions/{}", text(&exemption, "id"));
    let officer = server.login("city.officer").await;
    let grant = json!({"decision": "grant", "comment": "经核实"});
    officer.post(&format!("{path}/decision")).json(grant).await.is(200);
    for subject in ["public", "professional"] {
        let draft = steps::draft_of(&doctor, subject).await;
        steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    }
    settle(server).await;
    let officer = server.login("city.officer").await;
    assert_eq!(record(server, &person, 2023).await["outcome"], "exempt");
    let ending = officer.post(&format!("{path}/ending")).json(json!({"reason": "提前返岗"}));
    ending.if_match("*").await.is(200);
    let doctor = server.login("professional").await;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(
        (&year["state"], &year["outcome"]),
        (&json!("certified"), &json!("completed_in_year"))
    );
    let number = text(&year["certificate"], "number");
    assert_eq!(doctor.get(&format!("/v1/certificates/{number}")).await.is(200)["state"], "valid");
    let now = sealed(&doctor, &person, 2023).await;
    let (account, unit) = who(&officer).await;
    let addendum = added(&now, false);
    assert_eq!((&now["outcome"], &addendum["cause"]), (&json!("exempt"), &json!("exemption")));
    assert_eq!(
        (&addendum["account_id"], &addendum["unit_id"], &addendum["reason"]),
        (&account, &unit, &json!("提前返岗"))
    );
    certificate_added(server, &now, ("exemption", "提前返岗")).await;
}

/// What was added beside a seal with a certificate, or without one; what one act adds has one instant.
pub(crate) fn added(sealed: &Value, certified: bool) -> &Value {
    let addenda = sealed["addenda"].as_array().unwrap();
    addenda.iter().find(|addendum| addendum["certificate_id"].is_string() == certified).unwrap()
}

/// M5, V7, V10: the certificate that a decision issued for a settled year stands beside its seal, with that decision's reason, and
/// says that nobody verified the year.
async fn certificate_added(server: &Server, sealed: &Value, why: (&str, &str)) {
    let addendum = added(sealed, true);
    assert_eq!(
        (&addendum["cause"], &addendum["reason"]),
        (&json!(why.0), &json!(why.1)),
        "{sealed:#}"
    );
    assert!(addendum["certificate_id"].is_string(), "{sealed:#}");
    let person = text(sealed, "professional_id");
    let path = format!("/v1/explanations/annual_record/{person}:{}", sealed["year"]);
    let told = server.login("auditor").await.get(&path).await.is(200).to_string();
    assert!(told.contains("certified_by_decision"), "{told}");
}

/// A3a, H8: what lapsed has left its room below the year's cap to others: it is not approved on top of them.
async fn a3a_h8_the_years_cap_holds_for_what_is_reinstated(server: &Server) {
    server.set_clock("2023-11-20T10:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let (employer, authority) = employer_and_authority(server).await;
    for day in [1, 4, 7, 10] {
        let (from, to) = (format!("05-{day:02}"), format!("05-{:02}", day + 1));
        let title = format!("会议 {day}");
        let held = steps::conference_with_evidence(&doctor, &title, &from, &to, 12).await;
        steps::approve_fully(&doctor, &held, &employer, &authority).await;
    }
    let rejected = steps::conference_with_evidence(&doctor, "被驳", "06-05", "06-06", 12).await;
    steps::submission(&doctor, &rejected).await.is(200);
    steps::decision(&employer, &text(&rejected, "id"), "reject").await.is(200);
    let late = steps::conference_with_evidence(&doctor, "逾期", "06-12", "06-13", 12).await;
    steps::submission(&doctor, &late).await.is(200);
    settle(server).await;

    let doctor = server.login("professional").await;
    let brought = appeal(&doctor, json!({"declaration_id": rejected["id"]})).await.is(201);
    uphold(&server.login("health.reviewer").await, &brought).await.is(200);
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}", text(&late, "id"));
    let call = officer.post(&format!("{path}/reinstatement")).json(json!({"reason": "逾期未审"}));
    let problem = call.if_match("*").await.refused(422, "hours-over-limit");
    assert_eq!((&problem["used"], &problem["max"]), (&json!(60), &json!(60)));
    assert_eq!(officer.get(&path).await.is(200)["state"], "lapsed");
}

/// W3, A2, V10: higher floors published after the settlement move nothing of it: hours above the old floors are revoked, the year
/// stays complete, and both the revocation and the corrected certificate are added beside the snapshot.
async fn w3_v10_a_settled_year_keeps_its_floors_and_says_who_changed_it(server: &Server) {
    let doctor = server.login("professional").await;
    let (employer, authority) = employer_and_authority(server).await;
    let more = steps::conference_with_evidence(&doctor, "学术会议", "05-08", "05-09", 8).await;
    steps::approve_fully(&doctor, &more, &employer, &authority).await;
    let person = steps::certified_person(server).await;
    settle(server).await;
    let admin = server.login("city.admin").await;
    let mut document = admin.get("/v1/policies/2023").await.is(200)["document"].clone();
    document["floors"] = json!({"total": 95, "public": 30, "professional": 60});
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({"document": document})).await;
    let version = begun.is(201)["version"].clone();
    let call = admin.post(&format!("/v1/policies/2023/drafts/{version}/publication"));
    call.json(json!({"reason": "按通知调整"})).if_match(&begun.etag()).await.is(200);

    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}/revocation", text(&more, "id"));
    let call = officer.post(&path).json(json!({"reason": "会议证明不实"})).if_match("*");
    call.await.is(200);
    let doctor = server.login("professional").await;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(
        (&year["state"], &year["outcome"], &year["requirement"]["total"]),
        (&json!("certified"), &json!("completed_in_year"), &json!(90)),
        "{year:#}"
    );
    let now = sealed(&doctor, &person.professional_id, 2023).await;
    let addenda = now["addenda"].as_array().unwrap();
    let (account, unit) = who(&officer).await;
    let causes: Vec<&Value> = addenda.iter().map(|addendum| &addendum["cause"]).collect();
    assert_eq!(causes, ["revocation", "correction"], "{addenda:#?}");
    for addendum in addenda {
        assert_eq!(
            (&addendum["account_id"], &addendum["unit_id"], &addendum["reason"]),
            (&account, &unit, &json!("会议证明不实"))
        );
    }
    let number = text(&year["certificate"], "number");
    let certificate = doctor.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!(certificate["hours"]["total"], 90);
    assert_ne!(addenda[0]["certificate_id"], addenda[1]["certificate_id"]);
    let years = doctor.get("/v1/annual-records?year=2023").await.is(200);
    assert_eq!(addenda[1]["certificate_id"], years["data"][0]["certificate_id"], "{years:#}");
}

/// U2, A3, M4: who moved since makes up a settled year at the new employer; the year stays with the unit of its freeze, and the
/// body that reviewed the hours verifies.
async fn u2_m4_made_up_hours_leave_a_settled_year_at_its_unit(server: &Server) {
    let company = server.login("company.admin").await;
    let person = makeup::person(server, makeup::SHORT).await;
    let before = record(server, &person, 2022).await;
    let to = json!({"professional_id": person, "to_unit_code": "12410100MA0000058X"});
    let transfer = company.post("/v1/transfers").json(to).await.is(201);
    let (hospital, health) = employer_and_authority(server).await;
    let path = format!("/v1/transfers/{}/decision", text(&transfer, "id"));
    let accept = json!({"decision": "accept", "comment": "已核对"});
    hospital.post(&path).if_match("*").json(accept).await.is(200);
    let han = steps::account_of(server, makeup::SHORT, "han.liyan").await;
    let sent = makeup::submitted(&hospital, &[&person]).await;
    let officer = server.login("city.officer").await;
    let granted = makeup::granted(&sent, &health, &officer).await;
    let grant = text(&granted["items"][0], "grant_id");
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let han_now = server.login_with("han.liyan", "a long enough password").await;
    drop(han);
    let (hospital, health) = employer_and_authority(server).await;
    for (title, from, to, hours) in
        [("会议一", "2023-10-17", "2023-10-18", 12), ("会议二", "2023-10-24", "2023-10-25", 8)]
    {
        let conference = makeup::conference(&grant, title, from, to, hours);
        let draft = makeup::drafted(&han_now, &conference).await;
        steps::approve_fully(&han_now, &draft, &hospital, &health).await;
    }
    let after = record(server, &person, 2022).await;
    assert_eq!(
        (&after["state"], &after["outcome"]),
        (&json!("satisfied"), &json!("completed_by_makeup"))
    );
    assert_eq!(
        (&after["employer_id"], &after["authority_id"]),
        (&before["employer_id"], &before["authority_id"])
    );
    let body = json!({"year": 2022, "professional_ids": [person]});
    let results = health.post("/v1/annual-records:verify").json(body).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "certified", "{results:#}");
    // M5: the certificate stands beside the seal of its year.
    let addenda =
        sealed(&server.login("city.officer").await, &person, 2022).await["addenda"].clone();
    let last = addenda.as_array().unwrap().last().unwrap();
    assert_eq!(last["cause"], "makeup", "{addenda:#}");
    assert!(last["certificate_id"].is_string(), "{addenda:#}");
}
