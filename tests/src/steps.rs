//! The acts that many tests begin with.

use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::server::Server;

/// The people of the demo world who can log in (contract, "Sandbox").
pub const ACCOUNTS: [&str; 13] = [
    "professional",
    "engineer",
    "hospital.admin",
    "company.admin",
    "school.admin",
    "health.reviewer",
    "jinshui.reviewer",
    "education.reviewer",
    "base.admin",
    "institute.admin",
    "city.officer",
    "city.admin",
    "auditor",
];

/// A person whose 2023 is certified.
#[derive(Debug, Clone)]
pub struct Certified {
    /// The person.
    pub professional_id: String,
    /// The certificate's number.
    pub number: String,
    /// The certificate's verification code.
    pub code: String,
    /// The declaration of 30 public hours.
    pub public: String,
    /// The declaration of 60 professional hours.
    pub professional: String,
}

/// A string member.
///
/// # Panics
/// When it is missing.
#[track_caller]
pub fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no `{member}` in {value:#}")).to_owned()
}

/// A small PDF; two of different words differ in content.
#[must_use]
pub fn pdf(words: &str) -> Vec<u8> {
    format!("%PDF-1.4\n% {words}\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n").into_bytes()
}

/// A conference of the given days in 2023 (`05-08`), as a declaration.
#[must_use]
pub fn conference(title: &str, from: &str, to: &str, hours: impl Into<Value>) -> Value {
    json!({
        "year": 2023, "subject": "professional", "way": "conference", "title": title,
        "learning_start": format!("2023-{from}"), "learning_end": format!("2023-{to}"), "hours": hours.into(),
    })
}

/// The caller's learning records of 2023 of a subject.
pub async fn records(client: &Client, subject: &str) -> Vec<Value> {
    let page =
        client.get(&format!("/v1/learning-records?year=2023&subject={subject}")).await.is(200);
    page["data"].as_array().unwrap().clone()
}

/// The caller's id as a professional.
pub async fn professional_id(client: &Client) -> String {
    text(&client.get("/v1/me").await.is(200)["professional"], "id")
}

/// Declares delivered learning.
pub fn declare_record(client: &Client, year: i32, record: &str) -> Call {
    client.post("/v1/declarations").json(json!({"year": year, "learning_record_id": record}))
}

/// Declares the caller's only learning record of a subject in 2023: the draft.
pub async fn draft_of(client: &Client, subject: &str) -> Value {
    let records = records(client, subject).await;
    declare_record(client, 2023, &text(&records[0], "id")).await.is(201)
}

/// Submits a draft as it is.
pub fn submission(client: &Client, declaration: &Value) -> Call {
    let tag = format!("\"{}\"", declaration["version"]);
    client.post(&format!("/v1/declarations/{}/submission", text(declaration, "id"))).if_match(&tag)
}

/// A conference that was drafted and has evidence: ready to be submitted.
pub async fn conference_with_evidence(
    client: &Client,
    title: &str,
    from: &str,
    to: &str,
    hours: impl Into<Value>,
) -> Value {
    let draft =
        client.post("/v1/declarations").json(conference(title, from, to, hours)).await.is(201);
    attach(client, &text(&draft, "id"), "proof_of_attendance", &pdf(title)).await;
    reread(client, &draft).await
}

/// Adds evidence.
pub async fn attach(client: &Client, declaration: &str, kind: &str, bytes: &[u8]) -> Value {
    let call = client.post(&format!("/v1/declarations/{declaration}/attachments"));
    call.file(kind, "evidence.pdf", bytes).await.is(201)
}

/// The declaration as it stands now.
pub async fn reread(client: &Client, declaration: &Value) -> Value {
    client.get(&format!("/v1/declarations/{}", text(declaration, "id"))).await.is(200)
}

/// A decision on a declaration.
pub fn decision(client: &Client, declaration: &str, decision: &str) -> Call {
    let comment = format!("{decision} by {}", "a test");
    let path = format!("/v1/declarations/{declaration}/reviews");
    client.post(&path).json(json!({"decision": decision, "comment": comment}))
}

/// Submits a draft and has it approved at both stages.
pub async fn approve_fully(client: &Client, draft: &Value, employer: &Client, authority: &Client) {
    let id = text(draft, "id");
    submission(client, draft).await.is(200);
    decision(employer, &id, "approve").await.is(200);
    let approved = decision(authority, &id, "approve").await.is(200);
    assert_eq!(approved["state"], "approved");
}

/// The verification of one person's 2023.
pub fn verification(client: &Client, professional_id: &str) -> Call {
    client
        .post("/v1/annual-records:verify")
        .json(json!({"year": 2023, "professional_ids": [professional_id]}))
}

/// The demo world's `professional` taken the whole road: 30 public and 60 professional hours, certified.
pub async fn certified_person(server: &Server) -> Certified {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let mut declarations = Vec::new();
    for subject in ["public", "professional"] {
        let draft = draft_of(&doctor, subject).await;
        approve_fully(&doctor, &draft, &employer, &authority).await;
        declarations.push(text(&draft, "id"));
    }
    let professional_id = professional_id(&doctor).await;
    let results = verification(&authority, &professional_id).await.is(200);
    let result = &results["results"][0];
    assert_eq!(result["outcome"], "certified", "{results:#}");
    let number = text(result, "certificate_number");
    let certificate = doctor.get(&format!("/v1/certificates/{number}")).await.is(200);
    let [public, professional] = declarations.try_into().unwrap();
    Certified {
        professional_id,
        number,
        code: text(&certificate, "verification_code"),
        public,
        professional,
    }
}

/// The totals of every year in the database, recomputed: nothing may differ.
pub async fn assert_totals_add_up(server: &Server, professional_id: &str, year: i32) {
    let auditor = server.login("auditor").await;
    let path = format!("/v1/declarations?year={year}&professional_id={professional_id}&limit=200");
    let declarations = auditor.get(&path).await.is(200);
    let mut sums = [[0_i64; 2]; 2];
    for declaration in declarations["data"].as_array().unwrap() {
        let bucket = match declaration["state"].as_str().unwrap() {
            "approved" => 0,
            "employer_review" | "authority_review" => 1,
            _ => continue,
        };
        let subject = usize::from(declaration["subject"] == "professional");
        sums[bucket][subject] += tenths(&declaration["hours"]);
    }
    let record = auditor
        .get(&format!("/v1/professionals/{professional_id}/annual-records/{year}"))
        .await
        .is(200);
    for (bucket, name) in ["approved", "pending"].iter().enumerate() {
        let hours = &record[*name];
        let stored = [tenths(&hours["public"]), tenths(&hours["professional"])];
        assert_eq!(
            stored, sums[bucket],
            "{name} hours of {professional_id} against {declarations:#}"
        );
        assert_eq!(tenths(&hours["total"]), sums[bucket].iter().sum::<i64>(), "{record:#}");
    }
}

/// Hours as tenths, exactly as they are written.
///
/// # Panics
/// When it is not a number with at most one decimal.
#[must_use]
#[track_caller]
pub fn tenths(hours: &Value) -> i64 {
    let text = hours.to_string();
    let (whole, decimal) = text.split_once('.').unwrap_or((&text, "0"));
    assert_eq!(decimal.len(), 1, "hours have at most one decimal: {text}");
    whole.parse::<i64>().unwrap() * 10 + decimal.parse::<i64>().unwrap()
}

/// All rows of a list, page by page.
///
/// # Panics
/// When the pages do not end.
pub async fn all_pages(client: &Client, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut next = path.to_owned();
    for _ in 0..1000 {
        let page = client.get(&next).await;
        let body = page.is(200);
        rows.extend(body["data"].as_array().unwrap().iter().cloned());
        let Some(cursor) = body["next_cursor"].as_str() else {
            assert_eq!(page.header("link"), "", "the last page has no next one: {page:?}");
            return rows;
        };
        assert!(page.header("link").contains("rel=\"next\""), "{page:?}");
        next = format!("{path}&cursor={cursor}");
    }
    panic!("{path} does not end");
}

/// An account for a person of the demo world who has none, and its client.
pub async fn account_of(server: &Server, name: &str, username: &str) -> Client {
    let admin = server.login("city.admin").await;
    let people = all_pages(&admin, "/v1/professionals?limit=200").await;
    let person =
        people.iter().find(|person| person["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    let password = "a long enough password";
    let account = json!({"username": username, "display_name": name, "password": password, "professional_id": person["id"]});
    admin.post("/v1/accounts").json(account).await.is(201);
    server.login_with(username, password).await
}

/// An account without any right, to be given one; its id.
pub async fn bare_account(admin: &Client, username: &str, password: &str) -> String {
    let account = json!({"username": username, "display_name": "新账号", "password": password});
    text(&admin.post("/v1/accounts").json(account).await.is(201), "id")
}

/// Somebody else with an office on a unit, logged in.
pub async fn another(server: &Server, name: &str, role: &str, unit: &Value) -> Client {
    let (admin, password) = (server.login("city.admin").await, "a long enough password");
    let account = json!({"username": name, "display_name": name, "password": password});
    let account = admin.post("/v1/accounts").json(account).await.is(201);
    let office = json!({"role": role, "organization_id": unit});
    let grants = format!("/v1/accounts/{}/grants", text(&account, "id"));
    admin.post(&grants).json(office).await.is(201);
    server.login_with(name, password).await
}
