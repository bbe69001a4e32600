//! New floors for a year that has begun: who follows them, when, and who may not publish them (W3, H1, A1, A3, W1).

use serde_json::{Value, json};
use xueshi_tests::steps::another;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both, on_sqlite};

use crate::settlement::hold_jobs;

on_both!(
    w3_new_floors_move_the_years_that_are_not_certified,
    w3_a1_lower_floors_after_the_windows_certify_what_they_complete,
    w1_w3_a_freeze_cannot_be_moved_away_for_new_floors,
    w3_a3_the_windows_of_a_settled_year_stand,
    w3_a2_a_certified_year_keeps_the_floors_of_its_certificate,
    w3_m1_a_settled_year_lacks_what_its_own_floors_ask,
    a1_w3_nobody_certifies_their_own_year_by_publishing,
);
on_sqlite!(a3_w3_a_settlement_goes_on_with_the_floors_that_it_began_with);

/// A draft of the policy of 2023 with these floors: the path of its publication, and its tag.
async fn draft_floors(admin: &Client, [total, public, professional]: [i32; 3]) -> (String, String) {
    let mut document = admin.get("/v1/policies/2023").await.is(200)["document"].clone();
    document["floors"] = json!({"total": total, "public": public, "professional": professional});
    draft(admin, &document).await
}

async fn draft(admin: &Client, document: &Value) -> (String, String) {
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({"document": document})).await;
    let version = &begun.is(201)["version"];
    (format!("/v1/policies/2023/drafts/{version}/publication"), begun.etag())
}

fn publication(admin: &Client, (path, tag): &(String, String)) -> Call {
    admin.post(path).json(json!({"reason": "按通知调整"})).if_match(tag)
}

async fn publish_floors(admin: &Client, floors: [i32; 3]) {
    publication(admin, &draft_floors(admin, floors).await).await.is(200);
}

/// W3, H1: what is not certified follows the floors in force, up and down; what is certified stands.
async fn w3_new_floors_move_the_years_that_are_not_certified(server: &Server) {
    let authority = server.login("health.reviewer").await;
    let admin = server.login("city.admin").await;
    let rows = async |state: &str| {
        let path = format!("/v1/annual-records?year=2023&state={state}&limit=200");
        authority.get(&path).await.is(200)["data"].as_array().unwrap().clone()
    };
    let (satisfied, certified) = (rows("satisfied").await, rows("certified").await);
    let person = text(&satisfied[0], "professional_id");
    assert!(!certified.is_empty());
    let path = format!("/v1/professionals/{person}/annual-records/2023");
    let record = authority.get(&path).await.is(200);
    let hours = steps::tenths(&record["approved"]["total"]);
    assert!((900..1000).contains(&hours), "enough before, not after: {record:#}");

    publish_floors(&admin, [100, 30, 70]).await;
    let raised = authority.get(&path).await.is(200);
    assert_eq!(
        (&raised["state"], &raised["approved"]),
        (&json!("in_progress"), &record["approved"])
    );
    assert_eq!(steps::tenths(&raised["shortfall"]["total"]), 1000 - hours, "{raised:#}");
    let results = steps::verification(&authority, &person).await.is(200);
    assert_ne!(results["results"][0]["outcome"], "certified", "{results:#}");
    assert_eq!(rows("certified").await, certified, "a certificate stands under its own version");

    publish_floors(&admin, [90, 30, 60]).await;
    let lowered = authority.get(&path).await.is(200);
    assert_eq!(
        (&lowered["state"], &lowered["approved"]),
        (&json!("satisfied"), &record["approved"])
    );
    let ids =
        |rows: &[Value]| rows.iter().map(|row| text(row, "professional_id")).collect::<Vec<_>>();
    assert_eq!(ids(&rows("satisfied").await), ids(&satisfied), "all of them are back");
    let results = steps::verification(&authority, &person).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "certified", "{results:#}");
}

/// W3, A1, W1: lower floors complete no year in a freeze; after it, when nobody can verify the year any more, whoever is complete by
/// them is certified with the publication, for its reason.
async fn w3_a1_lower_floors_after_the_windows_certify_what_they_complete(server: &Server) {
    let admin = server.login("city.admin").await;
    let authority = server.login("health.reviewer").await;
    let path = "/v1/annual-records?year=2023&state=satisfied&limit=200";
    let person = text(&authority.get(path).await.is(200)["data"][0], "professional_id");
    let path = format!("/v1/professionals/{person}/annual-records/2023");
    publish_floors(&admin, [100, 30, 70]).await;
    assert_eq!(authority.get(&path).await.is(200)["state"], "in_progress");

    server.set_clock("2023-12-21T10:00:00+08:00").await;
    let admin = server.login("city.admin").await;
    let draft = draft_floors(&admin, [90, 30, 60]).await;
    publication(&admin, &draft).await.refused(422, "year-end-freeze");
    let authority = server.login("health.reviewer").await;
    assert_eq!(authority.get(&path).await.is(200)["state"], "in_progress");

    server.set_clock("2024-01-03T10:00:00+08:00").await;
    let admin = server.login("city.admin").await;
    publication(&admin, &draft).await.is(200);
    let authority = server.login("health.reviewer").await;
    let record = authority.get(&path).await.is(200).clone();
    assert_eq!(record["state"], "certified", "{record:#}");
    let number = text(&record["certificate"], "number");
    let certificate = authority.get(&format!("/v1/certificates/{number}")).await.is(200).clone();
    assert_eq!(
        (&certificate["state"], &certificate["hours"]["total"]),
        (&json!("valid"), &record["approved"]["total"])
    );
}

/// The person of the health authority whose year is complete and not certified, and the path of that year.
async fn satisfied(server: &Server) -> (String, String) {
    let authority = server.login("health.reviewer").await;
    let path = "/v1/annual-records?year=2023&state=satisfied&limit=200";
    let person = text(&authority.get(path).await.is(200)["data"][0], "professional_id");
    let path = format!("/v1/professionals/{person}/annual-records/2023");
    (person, path)
}

/// The municipal bureau's id.
async fn bureau(server: &Server) -> Value {
    let admin = server.login("city.admin").await;
    admin.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone()
}

/// W1, W3: in a freeze, a version that ends it is not a way around it: neither with lower floors, nor as the first step to them.
async fn w1_w3_a_freeze_cannot_be_moved_away_for_new_floors(server: &Server) {
    let admin = server.login("city.admin").await;
    let (_, path) = satisfied(server).await;
    publish_floors(&admin, [100, 30, 70]).await;
    server.set_clock("2023-12-21T10:00:00+08:00").await;
    let admin = server.login("city.admin").await;
    let mut document = admin.get("/v1/policies/2023").await.is(200)["document"].clone();
    document["windows"]["freeze"]["opens"] = json!("2023-12-28T00:00:00+08:00");
    let moved = draft(&admin, &document).await;
    publication(&admin, &moved).await.refused(422, "year-end-freeze");
    document["floors"] = json!({"total": 90, "public": 30, "professional": 60});
    let edited = admin.put(moved.0.trim_end_matches("/publication"));
    let edited = edited.json(json!({"document": document})).if_match(&moved.1).await;
    edited.is(200);
    publication(&admin, &(moved.0, edited.etag())).await.refused(422, "year-end-freeze");
    let auditor = server.login("auditor").await;
    assert_eq!(auditor.get(&path).await.is(200)["state"], "in_progress");
}

/// W3, A3: what would be declared in a window that opens again after the settlement would be in none.
async fn w3_a3_the_windows_of_a_settled_year_stand(server: &Server) {
    crate::settled_years::settle(server).await;
    let admin = server.login("city.admin").await;
    let mut document = admin.get("/v1/policies/2023").await.is(200)["document"].clone();
    document["windows"]["review"]["opens"] = json!("2023-09-20T00:00:00+08:00");
    let again = draft(&admin, &document).await;
    let problem = publication(&admin, &again).await.refused(422, "validation-failed");
    let codes: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
    assert!(codes.contains(&&json!("year-settled")), "{problem:#}");
}

/// W3, A2, A3: a year that was certified under 90 hours needs no 100 later: neither when something else is declared, nor at the
/// settlement, whose seal names the version; and by that version it is measured for ever.
async fn w3_a2_a_certified_year_keeps_the_floors_of_its_certificate(server: &Server) {
    let certified = steps::certified_person(server).await;
    publish_floors(&server.login("city.admin").await, [100, 30, 70]).await;
    let doctor = server.login("professional").await;
    let more = steps::conference_with_evidence(&doctor, "学术年会", "05-08", "05-09", 8).await;
    steps::submission(&doctor, &more).await.is(200);
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(
        (&year["state"], &year["certificate"]["number"], &year["requirement"]["total"]),
        (&json!("certified"), &json!(certified.number), &json!(90)),
        "{year:#}"
    );
    crate::settled_years::settle(server).await;
    let officer = server.login("city.officer").await;
    let seal = crate::settled_years::sealed(&officer, &certified.professional_id, 2023).await;
    assert_eq!(
        (&seal["outcome"], &seal["policy_version"]),
        (&json!("completed_in_year"), &json!(1)),
        "{seal:#}"
    );
    assert!(seal["certificate_id"].is_string(), "{seal:#}");
    let path = format!("/v1/declarations/{}/revocation", certified.public);
    let revocation = officer.post(&path).json(json!({"reason": "核查不符"}));
    revocation.if_match("*").await.is(200);
    let path = format!("/v1/professionals/{}/annual-records/2023", certified.professional_id);
    let fallen = officer.get(&path).await.is(200);
    assert_eq!(
        (&fallen["state"], &fallen["certificate"], &fallen["shortfall"]["total"]),
        (&json!("incomplete"), &Value::Null, &json!(30)),
        "by the version of the seal: {fallen:#}"
    );
    let doctor = server.login("professional").await;
    let appeal = json!({"declaration_id": certified.public, "statement": "材料齐全，请复核"});
    let appeal = doctor.post("/v1/appeals").json(appeal).await.is(201);
    let path = format!("/v1/appeals/{}/decision", text(&appeal, "id"));
    let uphold = json!({"decision": "uphold", "comment": "经复核，材料属实"});
    let other = another(server, "second.officer", "municipal_officer", &bureau(server).await).await;
    other.post(&path).json(uphold).await.is(200);
    let back = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(
        (&back["state"], &back["outcome"]),
        (&json!("certified"), &json!("completed_in_year")),
        "{back:#}"
    );
}

/// W3, M1: lower floors that are published for a settled year complete nobody, and keep nobody from making it up.
async fn w3_m1_a_settled_year_lacks_what_its_own_floors_ask(server: &Server) {
    let admin = server.login("city.admin").await;
    let mut document = admin.get("/v1/policies/2022").await.is(200)["document"].clone();
    document["floors"] = json!({"total": 20, "public": 0, "professional": 20});
    let begun = admin.post("/v1/policies/2022/drafts").json(json!({"document": document})).await;
    let path = format!("/v1/policies/2022/drafts/{}/publication", begun.is(201)["version"]);
    publication(&admin, &(path, begun.etag())).await.is(200);
    let (han, grant) = xueshi_tests::makeup::person_with_grant(server).await;
    let year = han.get("/v1/me/years/2022").await.is(200);
    assert_eq!((&year["state"], &year["requirement"]["total"]), (&json!("incomplete"), &json!(90)));
    assert!(!grant.is_empty());
}

/// A1, W3, Who: after the windows, whoever would be certified by their own publication cannot publish; somebody else can.
async fn a1_w3_nobody_certifies_their_own_year_by_publishing(server: &Server) {
    let admin = server.login("city.admin").await;
    let (person, path) = satisfied(server).await;
    publish_floors(&admin, [100, 30, 70]).await;
    let password = "a long enough password";
    let account = json!({"username": "own.case", "display_name": "兼职管理员", "password": password,
        "professional_id": person});
    let account = admin.post("/v1/accounts").json(account).await.is(201);
    let bureau = bureau(server).await;
    let office = json!({"role": "municipal_administrator", "organization_id": bureau});
    let grants = format!("/v1/accounts/{}/grants", text(&account, "id"));
    admin.post(&grants).json(office).await.is(201);
    server.set_clock("2024-01-03T10:00:00+08:00").await;
    let own = server.login_with("own.case", password).await;
    let draft = draft_floors(&own, [90, 30, 60]).await;
    assert_eq!(publication(&own, &draft).await.refused(403, "own-case")["rule"]["id"], "Who");
    let auditor = server.login("auditor").await;
    assert_eq!(auditor.get(&path).await.is(200)["state"], "in_progress");
    publication(&server.login("city.admin").await, &draft).await.is(200);
    assert_eq!(auditor.get(&path).await.is(200)["state"], "certified");
}

/// A3, W3: lower floors that are published while a settlement stands unfinished certify nobody whom it then finds incomplete.
async fn a3_w3_a_settlement_goes_on_with_the_floors_that_it_began_with(server: &Server) {
    let (_, path) = satisfied(server).await;
    publish_floors(&server.login("city.admin").await, [100, 30, 70]).await;
    server.set_clock("2023-12-21T10:00:00+08:00").await;
    let held = hold_jobs(server);
    let officer = server.login("city.officer").await;
    let job = officer.post("/v1/settlements/2023").await.header("location").to_owned();

    server.set_clock("2024-01-03T10:00:00+08:00").await;
    publish_floors(&server.login("city.admin").await, [90, 30, 60]).await;
    let auditor = server.login("auditor").await;
    assert_eq!(auditor.get(&path).await.is(200)["state"], "in_progress");
    let why = path.replace("/v1/professionals/", "").replace("/annual-records/", ":");
    let why = auditor.get(&format!("/v1/explanations/annual_record/{why}")).await.is(200);
    assert_eq!(why["standing"]["policy_version"], 2, "{why:#}");
    drop(held);
    let over = crate::settlement::over(&auditor, &job).await;
    assert_eq!(over["state"], "succeeded", "{over:#}");
    let record = auditor.get(&path).await.is(200);
    assert_eq!(
        (&record["state"], &record["outcome"], &record["certificate"]),
        (&json!("incomplete"), &json!("incomplete"), &Value::Null),
        "{record:#}"
    );
}
