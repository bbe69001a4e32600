//! A second city in the same installation (W3): its own rules, people and units; neither sees anything of the other.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Operation, Server, form, on_both, operations};

on_both!(
    w3_a_second_city_lives_by_its_own_rules,
    w3_neither_city_sees_anything_of_the_other,
    w3_a_city_is_added_once,
);

const KAIFENG: &str = "410200";
const PASSWORD: &str = "a long enough password";

/// The second city as its people see it.
struct Kaifeng {
    admin: Client,
    officer: Client,
    reviewer: Client,
    employer: Client,
    professional: Client,
    auditor: Client,
    unit: String,
}

impl Kaifeng {
    fn people(&self) -> [&Client; 6] {
        [
            &self.admin,
            &self.officer,
            &self.reviewer,
            &self.employer,
            &self.professional,
            &self.auditor,
        ]
    }
}

/// An account with a role on a unit, logged in.
async fn acting(
    server: &Server,
    admin: &Client,
    username: &str,
    role: &str,
    unit: &Value,
) -> Client {
    let account = steps::bare_account(admin, username, PASSWORD).await;
    let body = json!({"role": role, "organization_id": unit});
    admin.post(&format!("/v1/accounts/{account}/grants")).json(body).await.is(201);
    server.login_with(username, PASSWORD).await
}

/// Kaifeng's policy of 2023: other floors, other dates, three working days, one platform of its own.
async fn document(server: &Server) -> Value {
    let mut document = server.nobody().get("/v1/policies/2023").await.is(200)["document"].clone();
    document["floors"] = json!({"total": 72, "public": 24, "professional": 48});
    document["windows"] = json!({
        "declare": {"opens": "2023-03-01T00:00:00+08:00", "closes": "2023-11-30T00:00:00+08:00"},
        "review": {"opens": "2023-03-01T00:00:00+08:00", "closes": "2023-12-10T00:00:00+08:00"},
        "freeze": {"opens": "2023-12-25T00:00:00+08:00", "closes": "2024-01-01T00:00:00+08:00"},
    });
    document["review"]["working_days_per_stage"] = json!(3);
    document["platforms"] = json!(["kfjx"]);
    document
}

/// Sets the second city up: by the sandbox's route, and from there on through the API alone.
async fn kaifeng(server: &Server) -> Kaifeng {
    let new = json!({"code": KAIFENG, "name": "开封市", "administrator": "kaifeng.admin"});
    let city = server.nobody().post("/v1/sandbox/cities").json(new).await.is(201);
    let admin = server.login("kaifeng.admin").await;
    let platform = json!({"code": "kfjx", "name": "开封继续教育网"});
    admin.post("/v1/platforms").json(platform).await.is(201);
    let body = json!({"document": document(server).await});
    let begun = admin.post("/v1/policies/2023/drafts").json(body).await;
    assert_eq!(begun.is(201)["jurisdiction"], KAIFENG);
    let publication = admin.post("/v1/policies/2023/drafts/1/publication").json(json!({}));
    publication.if_match(&begun.etag()).await.is(200);
    let days = json!({"days": [{"date": "2023-10-18", "kind": "holiday"}]});
    admin.put("/v1/working-days/2023").json(days).await.is(200);

    let unit = |parent: &Value, kind: &str, name: &str, code: &str, reviewer: &Value| {
        let mut body = json!({"parent_id": parent, "kind": kind, "name": name, "unit_code": code});
        if !reviewer.is_null() {
            body["reviewing_body_id"] = reviewer.clone();
        }
        admin.post("/v1/organizations").json(body)
    };
    let bureau = &city["bureau_id"];
    let district =
        unit(bureau, "district_bureau", "龙亭区人社局", "91350100M000100Y43", &Value::Null);
    let district = district.await.is(201)["id"].clone();
    let unit = unit(&district, "employer", "开封市示范医院", "914403001922038216", &district);
    let unit = unit.await.is(201)["id"].clone();
    let officer = acting(server, &admin, "kaifeng.officer", "municipal_officer", bureau).await;
    let auditor = acting(server, &admin, "kaifeng.auditor", "auditor", bureau).await;
    let reviewer = acting(server, &admin, "kaifeng.reviewer", "reviewer", &district).await;
    let employer =
        acting(server, &admin, "kaifeng.employer", "employer_administrator", &unit).await;
    // The same number as nobody's in Zhengzhou would be refused there; each city has its own people.
    let person = json!({"name": "郑小满", "id_type": "resident_id", "id_number": "410102198506151238", "post": "technical",
        "employer_id": unit, "started_on": "2023-01-01"});
    let person = employer.post("/v1/professionals").json(person).await.is(201);
    let account = json!({"username": "kaifeng.doctor", "display_name": "郑小满", "password": PASSWORD, "professional_id": person["id"]});
    admin.post("/v1/accounts").json(account).await.is(201);
    let professional = server.login_with("kaifeng.doctor", PASSWORD).await;
    let unit = unit.as_str().unwrap().to_owned();
    Kaifeng { admin, officer, reviewer, employer, professional, auditor, unit }
}

/// W3: other floors, other dates, other working days, other platforms, other certificate numbers.
async fn w3_a_second_city_lives_by_its_own_rules(server: &Server) {
    let kaifeng = kaifeng(server).await;
    let doctor = &kaifeng.professional;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["requirement"], json!({"total": 72, "public": 24, "professional": 48}));
    let zhengzhou = server.login("professional").await;
    let theirs = zhengzhou.get("/v1/me/years/2023").await.is(200);
    assert_eq!(theirs["requirement"], json!({"total": 90, "public": 30, "professional": 60}));

    // Both read the rules of either city, each under its code (W5).
    let public = |path: &str| server.nobody().get(&format!("{path}jurisdiction={KAIFENG}"));
    assert_eq!(public("/v1/policies/2023?").await.is(200)["document"]["floors"]["total"], 72);
    let calendar = public("/v1/policies/2023/calendar?").await.is(200);
    assert_eq!(calendar["windows"][0]["closes"], "2023-11-30T00:00:00+08:00");
    let feed = public("/v1/policies/2023/calendar.ics?").await;
    assert!(feed.text().contains("开封") && !feed.text().contains("郑州"), "{feed:?}");
    let policies = public("/v1/policies?").await.is(200);
    assert_eq!(policies["data"].as_array().unwrap().len(), 1, "2023 only");
    public("/v1/policies/2024?").await.refused(404, "not-found");
    let platforms = public("/v1/platforms?").await.is(200);
    assert_eq!(platforms["data"][0]["code"], "kfjx", "{platforms:#}");
    let listed = server.nobody().get("/v1/platforms?limit=200").await;
    assert!(!listed.text().contains("kfjx"), "{listed:?}");
    let day = public("/v1/working-days?from=2023-10-16&add=2&").await.is(200);
    assert_eq!(day["date"], "2023-10-19", "the 18th is off in Kaifeng");
    let day = server.nobody().get("/v1/working-days?from=2023-10-16&add=2").await.is(200);
    assert_eq!(day["date"], "2023-10-18");

    // The main road by the rules of this city: three working days, of which the 18th is none.
    let draft = steps::conference_with_evidence(doctor, "学术年会", "05-08", "05-09", 8).await;
    let submitted = steps::submission(doctor, &draft).await.is(200);
    assert_eq!(submitted["due_at"], "2023-10-21T00:00:00+08:00", "{submitted:#}");
    let id = text(&draft, "id");
    steps::decision(&kaifeng.employer, &id, "approve").await.is(200);
    let approved = steps::decision(&kaifeng.reviewer, &id, "approve").await.is(200);
    assert_eq!(approved["state"], "approved");

    // Declaring has ended there while Zhengzhou goes on; in Zhengzhou's freeze Kaifeng still reviews nothing but withdraws.
    server.freeze_clock("2023-12-05T09:00:00+08:00").await;
    let doctor = server.login_with("kaifeng.doctor", PASSWORD).await;
    let new = steps::conference("另一场年会", "06-08", "06-09", 8);
    doctor.post("/v1/declarations").json(new.clone()).await.refused(422, "window-closed");
    let zhengzhou = server.login("professional").await;
    let draft = zhengzhou.post("/v1/declarations").json(new).await.is(201);
    server.freeze_clock("2023-12-21T09:00:00+08:00").await;
    let officer = server.login_with("kaifeng.officer", PASSWORD).await;
    let revocation = officer.post(&format!("/v1/declarations/{id}/revocation")).if_match("*");
    revocation.json(json!({"reason": "核查不符"})).await.is(200);
    let zhengzhou = server.login("professional").await;
    let withdrawal = zhengzhou.post(&format!("/v1/declarations/{}/withdrawal", text(&draft, "id")));
    withdrawal.if_match("*").await.refused(422, "year-end-freeze");
}

/// The ids that stand in a text.
fn ids(text: &str) -> BTreeSet<String> {
    let is_id = |word: &&str| word.len() == 36 && word.matches('-').count() == 4;
    let words = text.split(|character: char| !(character.is_ascii_hexdigit() || character == '-'));
    words.filter(is_id).map(str::to_owned).collect()
}

fn takes(operation: &Operation, name: &str) -> bool {
    let parameters = operation.value["parameters"].as_array().into_iter().flatten();
    parameters.into_iter().any(|parameter| parameter["name"] == name)
}

/// The query that an operation cannot do without, and a dry run where there is one.
fn query(operation: &Operation) -> String {
    let wanted = [
        ("year", "2023"),
        ("from", "2023-10-01"),
        ("add", "5"),
        ("limit", "200"),
        ("dry_run", "true"),
    ];
    let given: Vec<_> = wanted.into_iter().filter(|(name, _)| takes(operation, name)).collect();
    if given.is_empty() { String::new() } else { format!("?{}", form(&given)) }
}

fn is_public(operation: &Operation) -> bool {
    operation.value["security"].as_array().is_some_and(Vec::is_empty)
}

/// Everything without a part in its path that is read with a token: the lists, and what is one's own.
fn lists() -> Vec<Operation> {
    let fits = |operation: &Operation| {
        operation.method == "GET" && !operation.template.contains('{') && !is_public(operation)
    };
    operations().into_iter().filter(fits).collect()
}

/// All ids of a city that any of its people can read in any list.
async fn seen_by(people: &[&Client]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for person in people {
        for operation in lists() {
            let answer = person.get(&format!("{}{}", operation.template, query(&operation))).await;
            if answer.status == 200 {
                seen.extend(ids(&answer.text()));
            }
        }
    }
    seen
}

/// The document's own example of a body.
fn example(operation: &Operation) -> Option<Value> {
    let content = operation.value["requestBody"]["content"].get("application/json")?;
    let named = content["examples"].as_object().and_then(|examples| examples.values().next());
    Some(named.map_or_else(|| content["example"].clone(), |example| example["value"].clone()))
}

/// Asks for every operation on every one of the ids, and demands that nothing of it is found.
async fn cannot_reach(people: &[&Client], foreign: &BTreeSet<String>) {
    for person in people {
        for operation in operations() {
            if !operation.template.contains("{id}") || is_public(&operation) {
                continue;
            }
            for id in foreign {
                let mut path = operation.template.replace("{id}", id);
                for name in ["{attachment_id}", "{grant_id}", "{item_id}", "{person_id}"] {
                    path = path.replace(name, id);
                }
                if path.contains('{') {
                    path = path.replace("{year}", "2023").replace("{kind}", "declaration");
                }
                if path.contains('{') {
                    continue;
                }
                let call =
                    person.method(&operation.method, &format!("{path}{}", query(&operation)));
                let call = if takes(&operation, "If-Match") { call.if_match("*") } else { call };
                let answer = match example(&operation) {
                    Some(body) => call.json(body).undocumented().await,
                    None => call.undocumented().await,
                };
                assert!(
                    [400, 403, 404, 415, 422].contains(&answer.status),
                    "{} of another city: {answer:?}",
                    operation.id()
                );
                let problem = answer.json();
                assert!(
                    answer.status != 422
                        || problem["rule"].is_null()
                        || !problem["errors"].is_null(),
                    "a rule looked at what it must not know: {answer:?}"
                );
            }
        }
    }
}

/// A sample with something of every kind: the more ids share their last group, the less they tell.
fn sample(all: &BTreeSet<String>) -> BTreeSet<String> {
    let step = (all.len() / 12).max(1);
    all.iter().step_by(step).cloned().collect()
}

/// W3: no list of one city names an id of the other, and no operation finds one.
async fn w3_neither_city_sees_anything_of_the_other(server: &Server) {
    let kaifeng = kaifeng(server).await;
    let draft =
        steps::conference_with_evidence(&kaifeng.professional, "学术年会", "05-08", "05-09", 8)
            .await;
    steps::approve_fully(&kaifeng.professional, &draft, &kaifeng.employer, &kaifeng.reviewer).await;
    let waiting =
        steps::conference_with_evidence(&kaifeng.professional, "另一场", "06-08", "06-09", 8).await;
    steps::submission(&kaifeng.professional, &waiting).await.is(200);
    let theirs = steps::certified_person(server).await;
    let mut zhengzhou = Vec::new();
    for account in [
        "professional",
        "hospital.admin",
        "health.reviewer",
        "base.admin",
        "city.officer",
        "city.admin",
        "auditor",
    ] {
        zhengzhou.push(server.login(account).await);
    }
    let zhengzhou: Vec<&Client> = zhengzhou.iter().collect();

    let (here, there) = (seen_by(&kaifeng.people()).await, seen_by(&zhengzhou).await);
    assert!(here.contains(&kaifeng.unit) && here.contains(&text(&draft, "id")), "{here:?}");
    assert!(there.contains(&theirs.public) && there.len() > 50, "{} ids", there.len());
    let both: Vec<&String> = here.intersection(&there).collect();
    assert!(both.is_empty(), "ids that both cities see: {both:?}");

    // Of the units, people, declarations and accounts of each city the other finds none.
    let mut of_zhengzhou = sample(&there);
    of_zhengzhou.extend([theirs.public.clone(), theirs.professional_id.clone()]);
    cannot_reach(&[&kaifeng.admin, &kaifeng.officer, &kaifeng.auditor], &of_zhengzhou).await;
    let of_kaifeng: BTreeSet<String> =
        [text(&draft, "id"), text(&waiting, "id"), kaifeng.unit.clone()].into();
    cannot_reach(&zhengzhou, &of_kaifeng).await;

    // Named in filters and bodies they are as good as nothing.
    let units = kaifeng
        .auditor
        .get(&format!("/v1/declarations?professional_id={}", theirs.professional_id))
        .await;
    assert!(units.status != 200 || units.json()["data"] == json!([]), "{units:?}");
    let verify = json!({"year": 2023, "professional_ids": [theirs.professional_id]});
    let results = kaifeng.reviewer.post("/v1/annual-records:verify").json(verify).await.is(200);
    assert_eq!(results["results"][0]["problem"]["code"], "not-found", "{results:#}");
    let batch = json!({"items": [{"declaration_id": text(&waiting, "id"), "decision": "approve"}]});
    let results =
        server.login("hospital.admin").await.post("/v1/reviews:batch").json(batch).await.is(200);
    assert_eq!(results["results"][0]["problem"]["code"], "not-found", "{results:#}");
    let path = format!("/v1/certificates/{}", theirs.number);
    kaifeng.auditor.get(&path).await.refused(404, "not-found");
    // The code on the paper opens it to anyone, wherever they are (A1).
    let path = format!("/v1/verify/{}", theirs.code);
    kaifeng.auditor.get(&path).header("accept", "application/json").await.is(200);
    // A person who is in both cities has a record in each; neither finds the other's.
    let employer = server.login("hospital.admin").await;
    let unit = employer.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let person = json!({"name": "郑小满", "id_type": "resident_id", "id_number": "410102198506151238", "post": "technical",
        "employer_id": unit, "started_on": "2023-09-01"});
    employer.post("/v1/professionals").json(person).await.is(201);
}

/// A city is added once, and a name to log in with belongs to one account of the installation.
async fn w3_a_city_is_added_once(server: &Server) {
    let add = |code: &str, administrator: &str| {
        let new = json!({"code": code, "name": "开封市", "administrator": administrator});
        server.nobody().post("/v1/sandbox/cities").json(new)
    };
    add(KAIFENG, "kaifeng.admin").await.is(201);
    add(KAIFENG, "another.admin").await.refused(409, "already-exists");
    add("410300", "city.admin").await.refused(409, "already-exists");
    add("4103", "luoyang.admin").await.is(422);
    // A city without a policy has no rules yet, and no public calendar.
    let admin = server.login("kaifeng.admin").await;
    assert_eq!(admin.get("/v1/organizations").await.is(200)["data"].as_array().unwrap().len(), 1);
    let path = format!("/v1/policies/2023?jurisdiction={KAIFENG}");
    server.nobody().get(&path).await.refused(404, "not-found");
    server.nobody().get("/v1/policies/2023?jurisdiction=410400").await.refused(404, "not-found");
    // A reset takes it away again.
    server.nobody().post("/v1/sandbox/reset").await.is(200);
    let login = json!({"username": "kaifeng.admin", "password": "sandbox"});
    server.nobody().post("/v1/auth/login").json(login).await.is(401);
}
