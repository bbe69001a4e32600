//! What stands on each side: declarations, cases and units for the paths and bodies.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, imports, makeup};

use super::asked::{example_of, with};
use super::{Moves, SCHOOL, Side, Training};

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

pub(super) async fn side(
    server: &Server,
    name: &'static str,
    person: &str,
    admin: &str,
    class: &str,
) -> Side {
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
    let told = format!("/v1/audit/events?subject={declaration}&limit=1");
    let told = server.login("auditor").await.get(&told).await.is(200);
    let event = text(&told["data"][0], "id");
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
        event,
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
