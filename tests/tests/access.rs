//! Who may do what: every operation × every credential, inside and outside of the caller's units.
//!
//! `access.txt` is the table, reviewed by hand against the rulebook. The test fails when an operation is missing from it or
//! an answer differs. `XUESHI_WRITE_ACCESS=1` writes it anew, to be reviewed as a difference.

use std::fmt::Write as _;
use std::fs;
use std::future::IntoFuture;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{
    Answer, Call, Client, Operation, Server, form, imports, makeup, on_both, operations,
};

on_both!(every_operation_with_every_credential);

const HEAD: &str = "\
# Every operation × every credential. Reviewed by hand against the rulebook; see access.rs.
#
# ok   the request got past login and rights: done, or refused for another reason (400, 409, 412, 415, 422, 428)
# 401  not logged in; 403 logged in and not entitled; 404 not to be known by this caller
# ref  the same as 404 for a unit or person that stands in the body: 422 unknown-reference
#
# of   H: a resource of the hospital (health commission); C: the same of the company (Jinshui); -: of nobody
#      For classes, filings and plans H is the base's, C the institution's that is not filed.
# no tokens: none, garbage, expired, tampered (another audience, old signature), foreign (this key, another issuer)
# people:    pro eng, the administrators of hospital, company and school, the reviewers of health, Jinshui and education,
#            the administrators of base and institute, city.officer, city.admin, auditor
# machines:  province, hnzjzx
#
# Lists and batches answer for each row: what a caller sees of them is in rules_review.rs and visibility.rs.
";

const COLUMNS: [&str; 20] = [
    "none", "garb", "expd", "tamp", "forn", "pro", "eng", "hosp", "comp", "scho", "hlth", "jins",
    "educ", "base", "inst", "offi", "admi", "audi", "prov", "hnzj",
];

/// The ids that stand in paths and bodies: of one side.
struct Side {
    name: &'static str,
    declaration: String,
    revoked: String,
    attachment: String,
    professional: String,
    certified: String,
    record: String,
    certificate: String,
    code: String,
    unit: String,
    parent: String,
    account: String,
    grant: String,
    class: String,
    seminar: String,
    exemption: String,
    appeal: String,
    moves: Moves,
    training: Training,
    job: String,
    import: String,
    export: String,
    makeup_application: String,
    makeup_item: String,
    makeup_grant: String,
    webhook: [String; 2],
    conflict: String,
}

/// What waits for a side's employer and its body: a transfer away, someone who asks to join, a unit that registers.
struct Moves {
    transfer: String,
    employment_request: String,
    registration: String,
}

/// Where everybody is transferred to here.
const SCHOOL: &str = "12410100MA0000074K";

async fn moves(server: &Server, name: &str, person: &str, administrator: &Client) -> Moves {
    let (number, employer, body, code) = if name == "H" {
        ("410102198506151238", "12410100MA0000058X", "11410100MA00000319", "91350100M000100Y43")
    } else {
        ("41010519900101002X", "91410105MA0000066U", "11410105MA0000023N", "914403001922038216")
    };
    let transfer = json!({"professional_id": person, "to_unit_code": SCHOOL});
    let transfer = administrator.post("/v1/transfers").json(transfer).await.is(201);
    let nobody = server.nobody();
    let newcomer = json!({"username": format!("newcomer.{}", name.to_lowercase()), "password": "a long enough password",
        "name": "郑小满", "id_type": "resident_id", "id_number": number, "post": "technical", "employer_unit_code": employer});
    let request = nobody.post("/v1/registrations").json(newcomer).await.is(201);
    let unit = json!({"kind": "employer", "name": "新单位", "unit_code": code, "reviewing_body_code": body,
        "username": format!("unit.{}", name.to_lowercase()), "password": "a long enough password",
        "administrator_name": "新管理员"});
    let registration = nobody.post("/v1/organization-registrations").json(unit).await.is(201);
    Moves {
        transfer: text(&transfer, "id"),
        employment_request: text(&request, "id"),
        registration: text(&registration, "id"),
    }
}

/// What a unit that trains has filed.
struct Training {
    unit: String,
    filing: String,
    plan: String,
    item: String,
    amendment: String,
}

/// The base has its approved plan, with an amendment begun; the institution a filing that waits and a plan that is a draft.
async fn training(server: &Server, class: &Value) -> Training {
    let unit = text(class, "organization_id");
    let item = json!({"subject": "professional", "theme": "主题", "hours": 8, "starts_on": "2023-11-01",
        "ends_on": "2023-11-02", "places": 10, "audience": "全市"});
    if class["plan_item"].is_null() {
        let client = server.login("institute.admin").await;
        let filing = json!({"organization_id": unit, "years": [2023], "statement": "申请备案"});
        let filed = client.post("/v1/filings").json(filing).await.is(200);
        let plan = json!({"organization_id": unit, "year": 2023, "title": "计划", "items": [item]});
        let plan = client.post("/v1/training-plans").json(plan).await.is(201);
        return Training {
            filing: text(&filed["results"][0]["filing"], "id"),
            item: text(&plan["items"][0], "id"),
            plan: text(&plan, "id"),
            amendment: unit.clone(),
            unit,
        };
    }
    let client = server.login("base.admin").await;
    let filings = client.get("/v1/filings?year=2023").await.is(200);
    let plan = text(&class["plan_item"], "plan_id");
    let change = json!({"reason": "增加一项", "changes": [{"action": "add", "item": item}]});
    let path = format!("/v1/training-plans/{plan}/amendments");
    let amendment = client.post(&path).json(change).await.is(201);
    Training {
        filing: text(&filings["data"][0], "id"),
        item: text(&class["plan_item"], "id"),
        plan,
        amendment: text(&amendment, "id"),
        unit,
    }
}

/// A conference that its owner has submitted, so that their units see it, with its evidence.
async fn submitted(client: &Client) -> (String, String) {
    let draft = steps::conference_with_evidence(client, "会议", "05-08", "05-09", 1).await;
    let id = text(&draft, "id");
    let files = client.get(&format!("/v1/declarations/{id}/attachments")).await.is(200);
    steps::submission(client, &draft).await.is(200);
    (id, text(&files["data"][0], "id"))
}

/// A conference whose approval was taken back, so that there is a reason to be read.
async fn revoked(server: &Server, client: &Client, employer: &Client, authority: &str) -> String {
    let draft = steps::conference_with_evidence(client, "撤销的会议", "04-10", "04-11", 1).await;
    let authority = server.login(authority).await;
    steps::approve_fully(client, &draft, employer, &authority).await;
    let path = format!("/v1/declarations/{}/revocation", text(&draft, "id"));
    let call = server.login("city.officer").await.post(&path).if_match("*");
    call.json(json!({"reason": "核查不符"})).await.is(200);
    text(&draft, "id")
}

/// An application for make-up that was submitted, its item, and a grant, of two people who joined after 2022.
async fn made_up(
    server: &Server,
    administrator: &Client,
    unit: &str,
    authority: &str,
) -> [String; 3] {
    let officer = server.login("city.officer").await;
    let mut people = Vec::new();
    for number in [1, 2] {
        let person = json!({"name": format!("补学人员{number}"), "id_type": "passport",
            "id_number": format!("E{number}{}", &unit[28..]), "post": "technical", "employer_id": unit,
            "started_on": "2023-01-03"});
        let person = administrator.post("/v1/professionals").json(person).await.is(201);
        people.push(text(&person, "id"));
    }
    let waiting = makeup::submitted(administrator, &[&people[0]]).await;
    let decided = makeup::submitted(administrator, &[&people[1]]).await;
    let granted = makeup::granted(&decided, &server.login(authority).await, &officer).await;
    [text(&waiting, "id"), text(&waiting["items"][0], "id"), text(&granted["items"][0], "grant_id")]
}

async fn side(server: &Server, name: &'static str, person: &str, admin: &str, class: &str) -> Side {
    let client = server.login(person).await;
    let (declaration, attachment) = submitted(&client).await;
    let administrator = server.login(admin).await;
    let authority = if name == "H" { "health.reviewer" } else { "jinshui.reviewer" };
    let revoked = revoked(server, &client, &administrator, authority).await;
    let me = administrator.get("/v1/me").await.is(200);
    let grants = me["grants"].as_array().unwrap();
    let grant = grants.iter().find(|grant| grant["role"] == "employer_administrator").unwrap();
    let records = client.get("/v1/learning-records").await.is(200);
    let years = administrator.get("/v1/annual-records?year=2023&state=certified").await.is(200);
    let certified = text(&years["data"][0], "professional_id");
    let path = format!("/v1/professionals/{certified}/annual-records/2023");
    let certificate = administrator.get(&path).await.is(200)["certificate"].clone();
    let unit = text(&grant["organization"], "id");
    let parent = administrator.get(&format!("/v1/organizations/{unit}")).await.is(200);
    let funds = json!({"payroll_fen": 100, "accrued_fen": 2, "spent_fen": 1});
    let path = format!("/v1/funding-reports/{unit}/2023");
    administrator.put(&path).json(funds).await.is(201);
    let classes =
        steps::all_pages(&server.login("city.officer").await, "/v1/classes?limit=200").await;
    let class = classes.iter().find(|row| row["title"] == class).unwrap();
    let professional = steps::professional_id(&client).await;
    let exemption = example_of("apply_for_exemption");
    let exemption = with(exemption, "professional_id", &professional);
    let exemption = administrator.post("/v1/exemptions").json(exemption).await.is(201);
    let spring = classes.iter().find(|row| text(row, "title").contains("春季")).unwrap();
    let appeal = json!({"class_id": spring["id"], "statement": "名册漏报"});
    let appeal = client.post("/v1/appeals").json(appeal).await.is(201);
    let moves = moves(server, name, &professional, &administrator).await;
    let settled = server.login("city.officer").await.get("/v1/settlements/2022").await.is(200);
    let [makeup_application, makeup_item, makeup_grant] =
        made_up(server, &administrator, &unit, authority).await;
    let import = import(&administrator, &unit).await;
    let export = export(&administrator).await;
    Side {
        name,
        declaration,
        revoked,
        attachment,
        professional,
        certified,
        record: text(&records["data"][0], "id"),
        certificate: text(&certificate, "number"),
        code: text(&certificate, "verification_code"),
        seminar: seminar(&administrator, &unit).await,
        unit,
        parent: text(&parent, "parent_id"),
        account: text(&me, "id"),
        grant: text(grant, "id"),
        class: text(class, "id"),
        exemption: text(&exemption, "id"),
        appeal: text(&appeal, "id"),
        moves,
        training: training(server, class).await,
        job: text(&settled["job"], "id"),
        import,
        export,
        makeup_application,
        makeup_item,
        makeup_grant,
        webhook: webhook(&administrator).await,
        conflict: conflict(server, name).await,
    }
}

/// A webhook and a delivery of it. Nobody listens there, and it waits for what does not happen.
async fn webhook(administrator: &Client) -> [String; 2] {
    let new = json!({"url": "http://127.0.0.1:1/", "types": ["settlement.finished"]});
    let webhook = administrator.post("/v1/webhooks").json(new).await.is(201);
    let id = text(&webhook, "id");
    let delivery = administrator.post(&format!("/v1/webhooks/{id}/test")).await.is(202);
    [id, text(&delivery, "id")]
}

/// A file of which nothing was taken in.
async fn import(administrator: &Client, unit: &str) -> String {
    let fields = [("kind", "people"), ("unit_id", unit)];
    let file = "姓名,证件号码,入职日期\n测试,4.10102E+17,2020-07-01\n";
    let import =
        imports::over(administrator, imports::send(administrator, &fields, file.as_bytes()));
    text(&import.await, "id")
}

/// A list that was taken out.
async fn export(administrator: &Client) -> String {
    let body = json!({"list": "classes", "parameters": {"year": "2023"}, "format": "csv"});
    let asked = administrator.post("/v1/exports").json(body).await;
    let id = text(&asked.is(202), "id");
    crate::settlement::over(administrator, asked.header("location")).await;
    id
}

/// Something that the province says otherwise than the school decided.
async fn conflict(server: &Server, name: &str) -> String {
    let number = format!("E{name}1234567");
    let line = |revision: i64, post: &str| {
        json!([{"kind": "person", "source": "province", "external_id": name, "revision": revision, "data": {
            "name": "冲突人员", "id_type": "passport", "id_number": number, "post": post, "employer_code": SCHOOL,
            "started_on": "2023-03-01"}}])
    };
    let province = server.machine("province").await;
    let first = province.post("/v1/sync/records").json(line(1, "technical")).await.is(200);
    let path = format!("/v1/professionals/{}", text(&first["results"][0], "id"));
    let school = server.login("school.admin").await;
    school.patch(&path).if_match("*").json(json!({"post": "management"})).await.is(200);
    let second = province.post("/v1/sync/records").json(line(2, "civil_servant")).await.is(200);
    text(&second["results"][0], "conflict_id")
}

/// A seminar that its host has submitted.
async fn seminar(host: &Client, unit: &str) -> String {
    let proposal = json!({"organization_id": unit, "theme": "前沿技术", "need": "我市急需掌握该技术的骨干人才。",
        "audience": "高级工程师", "venue": "郑州市", "starts_on": "2023-11-06", "ends_on": "2023-11-10", "hours": 40, "places": 50});
    let draft = host.post("/v1/seminars").json(proposal).await.is(201);
    let id = text(&draft, "id");
    host.post(&format!("/v1/seminars/{id}/submission")).if_match("*").await.is(200);
    id
}

impl Side {
    /// The path of an operation with this side's ids.
    fn path(&self, operation: &Operation, draft: &str) -> String {
        let id = |template: &str| match template.split('/').nth(2).unwrap_or_default() {
            "declarations" if operation.id() == "get_revocation" => &self.revoked,
            "declarations" | "explanations" => &self.declaration,
            "professionals" => &self.professional,
            "transfers" => &self.moves.transfer,
            "employment-requests" => &self.moves.employment_request,
            "organizations" if template.contains("/registration") => &self.moves.registration,
            "organizations" => &self.unit,
            "accounts" => &self.account,
            "classes" => &self.class,
            "exemptions" => &self.exemption,
            "appeals" => &self.appeal,
            "learning-records" => &self.record,
            "seminars" => &self.seminar,
            "funding-reports" => &self.unit,
            "filings" => &self.training.filing,
            "training-plans" => &self.training.plan,
            "jobs" => &self.job,
            "imports" => &self.import,
            "exports" => &self.export,
            "makeup-applications" => &self.makeup_application,
            "makeup-grants" => &self.makeup_grant,
            "webhooks" => &self.webhook[0],
            "sync" => &self.conflict,
            other => panic!("{other}: which id stands in {template}? Add it to access.rs"),
        };
        let mut path = operation.template.clone();
        if path.contains("{id}") {
            path = path.replace("{id}", id(&operation.template));
        }
        let code = match operation.template.split('/').nth(2) {
            Some("verify") => &self.code,
            Some("platforms") => "hnzjzx",
            _ => "not-found",
        };
        // 2022 is settled in the demo world.
        let settled = operation.template.contains("/settlements/")
            || operation.template.contains("/appraisals/");
        let year = if settled { "2022" } else { "2023" };
        for (name, value) in [
            ("{attachment_id}", self.attachment.as_str()),
            ("{grant_id}", &self.grant),
            ("{item_id}", &self.training.item),
            ("{amendment_id}", &self.training.amendment),
            ("{number}", &self.certificate),
            ("{delivery_id}", &self.webhook[1]),
            ("{year}", year),
            ("{version}", draft),
            (
                "{kind}",
                if operation.template.contains("/import-templates/") {
                    "people"
                } else {
                    "declaration"
                },
            ),
            ("{code}", code),
            ("{family}", "completion"),
        ] {
            path = path.replace(name, value);
        }
        assert!(!path.contains('{'), "{path}: what stands there? Add it to access.rs");
        path
    }

    /// A body that the operation takes, so that rights and not the body decide.
    fn body(&self, operation: &Operation) -> Option<Value> {
        let content = &operation.value["requestBody"]["content"]["application/json"];
        if content.is_null() {
            return None;
        }
        Some(match operation.id() {
            "create_declaration" => steps::conference("一天的会议", "06-08", "06-09", 1),
            "create_makeup_application" => {
                json!({"items": [{"professional_id": self.professional, "year": 2022}]})
            }
            "review_makeup_application" => {
                json!({"items": [{"item_id": self.makeup_item, "decision": "approve"}]})
            }
            "edit_makeup_application" => json!({"reason": "补充说明"}),
            "assign_makeup_body" => json!({"body_id": null}),
            "edit_declaration" => json!({"title": "改名"}),
            "review_declaration" => json!({"decision": "approve"}),
            "review_batch" => {
                json!({"items": [{"declaration_id": self.declaration, "decision": "approve"}]})
            }
            "revoke_declaration" => json!({"reason": "核查不符"}),
            "verify_annual_records" => {
                json!({"year": 2023, "professional_ids": [self.professional]})
            }
            "deliver_learning_record" => {
                json!({"professional_id": self.professional, "platform": "hnzjzx",
                "course_code": "access", "title": "课程", "hours": 1, "started_on": "2023-05-08", "completed_on": "2023-05-09"})
            }
            "apply_for_filing" => {
                json!({"organization_id": self.training.unit, "years": [2024], "statement": "申请备案"})
            }
            "create_training_plan" => {
                json!({"organization_id": self.training.unit, "year": 2024, "title": "计划"})
            }
            "create_class" => json!({"plan_item_id": self.training.item, "title": "新班",
                "subject": "professional", "way": "training_class", "starts_on": "2023-11-06",
                "ends_on": "2023-11-10", "hours": 8, "place": "郑州"}),
            "login" => json!({"username": "auditor", "password": "sandbox"}),
            "register_professional" => json!({"name": "郑小满", "id_type": "resident_id",
                "id_number": "410102198506151238", "post": "technical", "employer_id": self.unit, "started_on": "2023-09-01"}),
            "create_account" => {
                json!({"username": "somebody", "display_name": "新账号", "password": "a long enough password"})
            }
            "create_organization" => {
                json!({"parent_id": self.parent, "kind": "employer", "name": "新单位",
                "unit_code": "914403001922038216", "reviewing_body_id": self.parent})
            }
            "create_seminar" => {
                json!({"organization_id": self.unit, "theme": "前沿技术", "need": "我市急需掌握该技术的骨干人才。",
                "audience": "高级工程师", "venue": "郑州市", "starts_on": "2023-11-06", "ends_on": "2023-11-10", "hours": 40, "places": 50})
            }
            "apply_for_exemption" => with(example(content), "professional_id", &self.professional),
            "bring_appeal" => with(example(content), "declaration_id", &self.revoked),
            "request_transfer" => {
                json!({"professional_id": self.professional, "to_unit_code": SCHOOL})
            }
            "register_person" => {
                json!({"username": "newcomer", "password": "a long enough password", "name": "郑小满",
                "id_type": "resident_id", "id_number": "410102198506151238", "post": "technical",
                "employer_unit_code": SCHOOL})
            }
            "merge_professionals" => {
                json!({"kept_id": self.professional, "merged_id": self.certified, "reason": "重复登记"})
            }
            "request_employment" => json!({"employer_unit_code": SCHOOL}),
            "register_organization" => {
                json!({"kind": "employer", "name": "新单位", "unit_code": "91350100M000100Y43",
                "reviewing_body_code": "11410100MA00000319", "username": "unit.new", "password": "a long enough password",
                "administrator_name": "新管理员"})
            }
            "relocate_organization" => json!({"parent_id": self.parent}),
            "edit_professional" => json!({"post": "management"}),
            "edit_organization" => json!({"is_public_institution": false}),
            "edit_account" => json!({"display_name": "改名"}),
            "appoint_administrator" => {
                json!({"account_id": self.account, "role": "employer_administrator"})
            }
            "create_webhook" => json!({"url": "http://127.0.0.1:1/"}),
            "edit_webhook" => json!({"description": "改名"}),
            "grant_role" => json!({"role": "auditor", "organization_id": self.unit}),
            _ => example(content),
        })
    }
}

/// The example of an operation's body.
fn example_of(id: &str) -> Value {
    let operations = operations();
    let operation = operations.iter().find(|operation| operation.id() == id).unwrap();
    example(&operation.value["requestBody"]["content"]["application/json"])
}

fn with(mut body: Value, member: &str, value: &str) -> Value {
    body[member] = json!(value);
    body
}

/// The document's own example.
fn example(content: &Value) -> Value {
    let named = content["examples"].as_object().and_then(|examples| examples.values().next());
    named.map_or_else(|| content["example"].clone(), |example| example["value"].clone())
}

/// The request of an operation; wherever there is a dry run it is one, so that nothing that is asked here changes the next.
fn request(client: &Client, operation: &Operation, side: &Side, draft: &str) -> Call {
    let parameters: Vec<&Value> =
        operation.value["parameters"].as_array().into_iter().flatten().collect();
    let takes = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
    let mut query = Vec::new();
    if takes("dry_run") {
        query.push(("dry_run", "true"));
    }
    let known: &[(&str, &str)] = match operation.id() {
        "get_standing" => &[("from", "2022"), ("to", "2022"), ("purpose", "title_review")],
        _ => &[("year", "2023"), ("from", "2023-10-01"), ("add", "5"), ("figure", "people")],
    };
    for (name, value) in known.iter().copied() {
        if parameters
            .iter()
            .any(|parameter| parameter["name"] == name && parameter["in"] == "query")
        {
            query.push((name, value));
        }
    }
    let mut path = side.path(operation, draft);
    if !query.is_empty() {
        path = format!("{path}?{}", form(&query));
    }
    let mut call = client.method(&operation.method, &path);
    if takes("If-Match") {
        call = call.if_match("*");
    }
    let content = &operation.value["requestBody"]["content"];
    if content.get("multipart/form-data").is_some() {
        call = call.file("certificate", "a.pdf", &steps::pdf("access"));
    } else if content.get("application/x-www-form-urlencoded").is_some() {
        call = call.form(&[("grant_type", "client_credentials")]);
    } else if let Some(body) = side.body(operation) {
        call = call.json(body);
    }
    call
}

fn cell(operation: &Operation, answer: &Answer) -> &'static str {
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    // Public operations look at no token: a 401 of theirs is about what stands in the body.
    let public = operation.value["security"].as_array().is_some_and(Vec::is_empty);
    match answer.status {
        401 if !public
            && ["unauthenticated", "invalid-token", "token-expired"].contains(&code.as_str()) =>
        {
            "401"
        }
        422 if code == "unknown-reference" => "ref",
        403 => "403",
        404 => "404",
        500.. => panic!("{answer:?}"),
        _ => "ok",
    }
}

/// A good token with another audience and the old signature.
fn tampered(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let mut claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["aud"] = json!("another-api");
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
}

/// All credentials in the order of the columns. They are made last, so that none has expired.
async fn credentials(server: &Server) -> Vec<Client> {
    let other = Server::start(server.database()).await;
    let foreign = other.login("city.admin").await;
    server.set_clock("2023-10-16T09:00:00+08:00").await;
    let old = server.login("city.admin").await;
    server.set_clock("2023-10-16T09:20:00+08:00").await;
    let good = server.login("city.admin").await;
    let nobody = server.nobody();
    let mut all = vec![
        nobody.clone(),
        nobody.with_token("garbage").named("garbage"),
        old.named("expired"),
        nobody.with_token(&tampered(good.token())).named("tampered"),
        nobody.with_token(foreign.token()).named("foreign"),
    ];
    for account in steps::ACCOUNTS {
        all.push(server.login(account).await);
    }
    for machine in ["province", "hnzjzx"] {
        all.push(server.machine(machine).await);
    }
    all
}

fn row(name: &str, of: &str, cells: &[String]) -> String {
    let mut line = format!("{name:<30} {of}");
    for cell in cells {
        let _ = write!(line, " {cell:>4}");
    }
    line
}

async fn every_operation_with_every_credential(server: &Server) {
    let hospital = side(
        server,
        "H",
        "professional",
        "hospital.admin",
        "2023年专业技术人员知识更新研修班（夏季）",
    )
    .await;
    let company = side(server, "C", "engineer", "company.admin", "数据分析实训营").await;
    let draft = server
        .login("city.admin")
        .await
        .post("/v1/policies/2023/drafts")
        .json(json!({}))
        .await
        .is(201);
    let draft = draft["version"].to_string();
    let clients = credentials(server).await;

    let mut table = String::from(HEAD);
    let columns: Vec<String> = COLUMNS.iter().map(|&column| column.to_owned()).collect();
    let _ = writeln!(table, "{}", row("# operation", " ", &columns).trim_end());
    let mut operations = operations();
    // The one that ends its caller's session comes last.
    operations.sort_by_key(|operation| operation.id() == "logout");
    for operation in &operations {
        let of_one = ["{id}", "{number}"].iter().any(|name| operation.template.contains(name))
            || hospital.body(operation) != company.body(operation);
        let sides: &[&Side] = if of_one { &[&hospital, &company] } else { &[&hospital] };
        for side in sides {
            let calls =
                clients.iter().map(|client| request(client, operation, side, &draft).into_future());
            let cells: Vec<String> = join_all(calls)
                .await
                .iter()
                .map(|answer| cell(operation, answer).to_owned())
                .collect();
            let _ = writeln!(
                table,
                "{}",
                row(operation.id(), if of_one { side.name } else { "-" }, &cells)
            );
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/access.txt");
    if std::env::var_os("XUESHI_WRITE_ACCESS").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let reviewed = fs::read_to_string(&path).expect("tests/access.txt");
    let lines = |table: &str| table.lines().map(str::to_owned).collect::<Vec<_>>();
    let (now, reviewed) = (lines(&table), lines(&reviewed));
    let changed: Vec<&String> = now.iter().filter(|line| !reviewed.contains(line)).collect();
    let gone: Vec<&String> = reviewed.iter().filter(|line| !now.contains(line)).collect();
    assert!(changed.is_empty() && gone.is_empty(), "now:\n{changed:#?}\nreviewed:\n{gone:#?}");
}
