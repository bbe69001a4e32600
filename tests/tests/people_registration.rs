//! People and units that register by themselves (U0), and whose record nobody gets that way (U4).

use serde_json::{Value, json};
use xueshi_api::settings::RateChoice;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both};

on_both!(
    u0_a_person_registers_and_is_taken_in,
    u0_a_request_to_the_wrong_unit_is_withdrawn,
    u0_a_stranger_learns_nothing_and_takes_over_nobody,
    u0_who_had_left_joins_another_employer,
    u0_registrations_are_limited_by_address,
    u0_a_unit_registers_and_its_body_appoints_its_administrator,
    u0_which_units_do_not_get_in,
    u4b_the_series_of_a_title_exists,
);

const HOSPITAL: &str = "12410100MA0000058X";
pub(crate) const COMPANY: &str = "91410105MA0000066U";
const HEALTH: &str = "11410100MA00000319";
const PASSWORD: &str = "a long enough password";

fn newcomer(username: &str, name: &str, number: &str, employer: &str) -> Value {
    json!({"username": username, "password": PASSWORD, "name": name, "id_type": "resident_id", "id_number": number,
        "phone": "13800001234", "title_series": "卫生技术", "title_level": "assistant", "post": "technical",
        "employer_unit_code": employer, "statement": "请接收"})
}

fn register(server: &Server, body: Value) -> Call {
    server.nobody().post("/v1/registrations").json(body)
}

fn answer(client: &Client, request: &Value, body: Value) -> Call {
    let path = format!("/v1/employment-requests/{}/decision", text(request, "id"));
    client.post(&path).if_match(&format!("\"{}\"", request["version"])).json(body)
}

fn accept(client: &Client, request: &Value) -> Call {
    let body = json!({"decision": "accept", "identity_checked": true, "started_on": "2023-09-01"});
    answer(client, request, body)
}

/// U0: register, ask, be accepted, declare.
async fn u0_a_person_registers_and_is_taken_in(server: &Server) {
    let body = newcomer("zheng.xiaoman", "郑小满", "410102198506151238", HOSPITAL);
    let dry = server.nobody().post("/v1/registrations?dry_run=true").json(body.clone());
    dry.await.is(201);
    let request = register(server, body.clone()).await.is(201);
    assert_eq!(
        (&request["state"], &request["masked_id_number"]),
        (&json!("submitted"), &json!("410102********1238"))
    );
    let problem = register(server, body.clone()).await.refused(409, "already-exists");
    assert_eq!(problem["errors"][0]["pointer"], "/username");
    for (member, value, pointer) in [
        ("id_number", "410102198506151239", "/id_number"),
        ("password", "zheng.xiaoman1", "/password"),
        ("employer_unit_code", "12410100MA0000058Y", "/employer_unit_code"),
        ("title_series", "医生", "/title_series"),
    ] {
        let mut wrong = body.clone();
        wrong[member] = json!(value);
        let problem = register(server, wrong).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    let mut unknown = body.clone();
    unknown["employer_unit_code"] = json!("91350100M000100Y43");
    register(server, unknown).await.refused(422, "unknown-reference");

    // Until the employer has accepted, the account may do nothing but look after its request.
    let zheng = server.login_with("zheng.xiaoman", PASSWORD).await;
    assert_eq!(zheng.get("/v1/me").await.is(200)["professional"], Value::Null);
    zheng
        .post("/v1/declarations")
        .json(steps::conference("会议", "09-08", "09-09", 8))
        .await
        .refused(403, "forbidden");
    assert_eq!(zheng.get("/v1/employment-requests").await.is(200)["data"][0]["id"], request["id"]);
    accept(&zheng, &request).await.refused(403, "forbidden");

    let hospital = server.login("hospital.admin").await;
    let company = server.login("company.admin").await;
    let waiting = hospital.get("/v1/employment-requests?state=submitted").await.is(200);
    assert_eq!(waiting["data"][0]["id"], request["id"], "{waiting:#}");
    assert_eq!(company.get("/v1/employment-requests").await.is(200)["data"], json!([]));
    accept(&company, &request).await.refused(404, "not-found");
    let unchecked = json!({"decision": "accept"});
    let problem = answer(&hospital, &request, unchecked).await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["pointer"], "/identity_checked");
    let silent = json!({"decision": "refuse"});
    answer(&hospital, &request, silent).await.refused(422, "validation-failed");
    let accepted = accept(&hospital, &request).await.is(200);
    assert_eq!(
        (&accepted["state"], &accepted["joining"]),
        (&json!("accepted"), &json!("register"))
    );
    accept(&hospital, &accepted).await.refused(409, "wrong-state");

    let me = zheng.get("/v1/me").await.is(200);
    assert_eq!(me["professional"]["employer"]["name"], "郑州市示范医院");
    zheng
        .post("/v1/declarations")
        .json(steps::conference("会议", "09-08", "09-09", 8))
        .await
        .is(201);
    // U4: one person, one record.
    let again = json!({"name": "郑小满", "id_type": "resident_id", "id_number": "410102198506151238", "post": "technical",
        "employer_id": me["professional"]["employer"]["id"], "started_on": "2023-09-01"});
    hospital.post("/v1/professionals").json(again).await.refused(409, "already-exists");
    let events = hospital.get("/v1/events?type=professional.registered").await.is(200);
    assert_eq!(events["data"].as_array().unwrap().len(), 1, "{events:#}");
}

/// U0: a request to the wrong unit can be withdrawn, by its applicant, and another unit asked.
async fn u0_a_request_to_the_wrong_unit_is_withdrawn(server: &Server) {
    let body = newcomer("zheng.xiaoman", "郑小满", "410102198506151238", COMPANY);
    let request = register(server, body).await.is(201);
    let zheng = server.login_with("zheng.xiaoman", PASSWORD).await;
    let ask = |code: &str| {
        zheng.post("/v1/employment-requests").json(json!({"employer_unit_code": code}))
    };
    ask(HOSPITAL).await.refused(409, "already-exists");
    let company = server.login("company.admin").await;
    let path = format!("/v1/employment-requests/{}/withdrawal", text(&request, "id"));
    company.post(&path).if_match("*").await.refused(403, "forbidden");
    zheng.post(&path).if_match("\"9\"").await.refused(412, "precondition-failed");
    assert_eq!(zheng.post(&path).if_match("\"1\"").await.is(200)["state"], "withdrawn");
    zheng.post(&path).if_match("*").await.refused(409, "wrong-state");
    let at = format!("/v1/employment-requests/{}", text(&request, "id"));
    accept(&company, &company.get(&at).await.is(200)).await.refused(409, "wrong-state");

    let request = ask(HOSPITAL).await.is(201);
    let hospital = server.login("hospital.admin").await;
    let refusal = json!({"decision": "refuse", "comment": "查无此人"});
    assert_eq!(answer(&hospital, &request, refusal).await.is(200)["state"], "refused");
    let request = ask(HOSPITAL).await.is(201);
    assert_eq!(accept(&hospital, &request).await.is(200)["joining"], "register");
    // Who is employed goes by a transfer; accounts of nobody ask nobody.
    let problem = ask(COMPANY).await.refused(409, "employed-elsewhere");
    assert_eq!(problem["rule"]["id"], "U2");
    let officer = server.login("city.officer").await;
    let body = json!({"employer_unit_code": COMPANY});
    officer.post("/v1/employment-requests").json(body).await.refused(403, "forbidden");
}

/// U0, U4: the answer to a known number is that to an unknown one; and nobody gets somebody else's record.
async fn u0_a_stranger_learns_nothing_and_takes_over_nobody(server: &Server) {
    // Zhou Yiheng is known, at the hospital, without an account; the other number is nobody's.
    let (zhou, nobody) = ("410199197911219034", "410102198506151238");
    let known = register(server, newcomer("first", "周以恒", zhou, HOSPITAL)).await.is(201);
    let unknown = register(server, newcomer("second", "郑小满", nobody, HOSPITAL)).await.is(201);
    let members = |value: &Value| {
        let object = value.as_object().unwrap();
        object.iter().map(|(name, value)| (name.clone(), value.is_null())).collect::<Vec<_>>()
    };
    assert_eq!(members(&known), members(&unknown));
    let hospital = server.login("hospital.admin").await;
    let company = server.login("company.admin").await;

    let other_name = register(server, newcomer("third", "周一横", zhou, HOSPITAL)).await.is(201);
    let problem = accept(&hospital, &other_name).await.refused(422, "identity-mismatch");
    assert_eq!(problem["rule"]["id"], "U0");
    let elsewhere = register(server, newcomer("fourth", "周以恒", zhou, COMPANY)).await.is(201);
    accept(&company, &elsewhere).await.refused(409, "employed-elsewhere");
    // 林知远 logs in already: nobody else does in his name, whatever they know of him.
    let lin = newcomer("fifth", "林知远", "410199198507129015", HOSPITAL);
    let lin = register(server, lin).await.is(201);
    accept(&hospital, &lin).await.refused(409, "record-has-account");
    let fifth = server.login_with("fifth", PASSWORD).await;
    assert_eq!(fifth.get("/v1/me").await.is(200)["professional"], Value::Null);

    // The one whose record it is gets it, with everything in it.
    let first = server.login_with("first", PASSWORD).await;
    assert_eq!(accept(&hospital, &known).await.is(200)["joining"], "link");
    let year = first.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["state"], "certified", "{year:#}");
    // And from then on nobody else does.
    let late = register(server, newcomer("sixth", "周以恒", zhou, HOSPITAL)).await.is(201);
    accept(&hospital, &late).await.refused(409, "record-has-account");
}

/// U0, U3: someone whose employment ended is known, keeps the record and begins anew.
async fn u0_who_had_left_joins_another_employer(server: &Server) {
    let luo = newcomer("luo", "罗国栋", "410199196306289072", COMPANY);
    let request = register(server, luo).await.is(201);
    let company = server.login("company.admin").await;
    let too_early =
        json!({"decision": "accept", "identity_checked": true, "started_on": "2023-06-01"});
    answer(&company, &request, too_early).await.refused(422, "validation-failed");
    assert_eq!(accept(&company, &request).await.is(200)["joining"], "employ");
    let luo = server.login_with("luo", PASSWORD).await;
    let me = luo.get("/v1/me").await.is(200);
    assert_eq!(
        (&me["professional"]["state"], &me["professional"]["employer"]["name"]),
        (&json!("active"), &json!("郑州示范科技有限公司"))
    );
    let person = text(&me["professional"], "id");
    let jobs = luo.get(&format!("/v1/professionals/{person}/employments")).await.is(200);
    assert_eq!(jobs["data"].as_array().unwrap().len(), 2, "{jobs:#}");
    luo.get("/v1/me/years/2022").await.is(200);
}

/// U0: one address registers only so often.
async fn u0_registrations_are_limited_by_address(server: &Server) {
    let limited = Server::with(server.database(), |settings| {
        settings.registration_limit = "2/600s".parse::<RateChoice>().unwrap().0;
    })
    .await;
    for (username, status) in [("first", 201), ("second", 201), ("third", 429), ("fourth", 429)] {
        let body = newcomer(username, "郑小满", "410102198506151238", HOSPITAL);
        let answer = register(&limited, body).await;
        if status == 201 {
            answer.is(201);
        } else {
            answer.refused(429, "rate-limited");
            assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
        }
    }
    limited.login("auditor").await;
}

fn unit(username: &str, name: &str, code: &str, body: &str) -> Value {
    json!({"kind": "employer", "name": name, "unit_code": code, "reviewing_body_code": body, "is_public_institution": true,
        "username": username, "password": PASSWORD, "administrator_name": "新管理员"})
}

fn register_unit(server: &Server, body: Value) -> Call {
    server.nobody().post("/v1/organization-registrations").json(body)
}

fn decide_unit(client: &Client, registration: &Value, decision: &str) -> Call {
    let path = format!("/v1/organizations/{}/registration/decision", text(registration, "id"));
    let call = client.post(&path).if_match(&format!("\"{}\"", registration["version"]));
    call.json(json!({"decision": decision, "comment": "已核对"}))
}

/// U0, U1: the named body accepts the unit, which then stands below it with the applicant as its administrator.
async fn u0_a_unit_registers_and_its_body_appoints_its_administrator(server: &Server) {
    let body = unit("clinic.admin", "郑州市示范诊所", "91350100M000100Y43", HEALTH);
    let registration = register_unit(server, body.clone()).await.is(201);
    assert_eq!(registration["state"], "submitted");
    let clinic = server.login_with("clinic.admin", PASSWORD).await;
    assert_eq!(clinic.get("/v1/me").await.is(200)["grants"], json!([]));
    let path = format!("/v1/organizations/{}/registration", text(&registration, "id"));
    clinic.get(&path).await.is(200);
    clinic.get("/v1/organizations").await.refused(403, "forbidden");

    let health = server.login("health.reviewer").await;
    let jinshui = server.login("jinshui.reviewer").await;
    let list = "/v1/organization-registrations?state=submitted";
    assert_eq!(health.get(list).await.is(200)["data"][0]["id"], registration["id"]);
    assert_eq!(jinshui.get(list).await.is(200)["data"], json!([]));
    decide_unit(&jinshui, &registration, "accept").await.refused(404, "not-found");
    decide_unit(&clinic, &registration, "accept").await.refused(403, "forbidden");
    assert_eq!(decide_unit(&health, &registration, "accept").await.is(200)["state"], "accepted");
    let at = format!("/v1/organizations/{}", text(&registration, "id"));
    let made = clinic.get(&at).await.is(200);
    assert_eq!(
        (&made["reviewing_body_id"], &made["parent_id"], &made["state"]),
        (
            &registration["reviewing_body"]["id"],
            &registration["reviewing_body"]["id"],
            &json!("active")
        )
    );
    let me = clinic.get("/v1/me").await.is(200);
    assert_eq!(me["grants"][0]["role"], "employer_administrator");
    let person = json!({"name": "郑小满", "id_type": "resident_id", "id_number": "410102198506151238", "post": "technical",
        "employer_id": made["id"], "started_on": "2023-09-01"});
    clinic.post("/v1/professionals").json(person).await.is(201);
    decide_unit(&health, &health.get(&path).await.is(200), "refuse")
        .await
        .refused(409, "wrong-state");
    // U4: a unit code is one unit.
    let mut again = body;
    again["username"] = json!("another.admin");
    let problem = register_unit(server, again).await.refused(409, "already-exists");
    assert_eq!(problem["errors"][0]["pointer"], "/unit_code");
}

/// U0, E12b: kinds that do not register, wrong codes, bodies that do not review, and a code that was taken in between.
async fn u0_which_units_do_not_get_in(server: &Server) {
    let body = unit("clinic.admin", "郑州市示范诊所", "91350100M000100Y43", HEALTH);
    for (member, value, pointer) in [
        ("kind", "district_bureau", "/kind"),
        ("unit_code", "91350100M000100Y44", "/unit_code"),
        ("reviewing_body_code", "11410100MA00000310", "/reviewing_body_code"),
        ("reviewing_body_code", HOSPITAL, "/reviewing_body_code"),
        ("password", "clinic.admin1", "/password"),
    ] {
        let mut wrong = body.clone();
        wrong[member] = json!(value);
        let problem = register_unit(server, wrong).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    let mut unknown = body.clone();
    unknown["reviewing_body_code"] = json!("914403001922038216");
    register_unit(server, unknown).await.refused(422, "unknown-reference");

    let health = server.login("health.reviewer").await;
    let one = register_unit(server, body.clone()).await.is(201);
    let mut second = body.clone();
    second["username"] = json!("second.admin");
    let other = register_unit(server, second).await.is(201);
    decide_unit(&health, &one, "accept").await.is(200);
    decide_unit(&health, &other, "accept").await.refused(409, "already-exists");
    assert_eq!(decide_unit(&health, &other, "refuse").await.is(200)["state"], "refused");

    // Its applicant takes a registration back; nobody else does.
    let third = unit("third.admin", "第三单位", "914403001922038216", HEALTH);
    let third = register_unit(server, third).await.is(201);
    let path = format!("/v1/organizations/{}/registration/withdrawal", text(&third, "id"));
    health.post(&path).if_match("*").await.refused(403, "forbidden");
    let applicant = server.login_with("third.admin", PASSWORD).await;
    assert_eq!(applicant.post(&path).if_match("\"1\"").await.is(200)["state"], "withdrawn");

    // A body that is closed in between accepts nobody.
    let admin = server.login("city.admin").await;
    let units = steps::all_pages(&admin, "/v1/organizations?limit=200").await;
    let bureau = units.iter().find(|unit| unit["kind"] == "municipal_bureau").unwrap();
    let district = json!({"parent_id": bureau["id"], "kind": "district_bureau", "name": "惠济区人社局",
        "unit_code": "914403001922038216"});
    let district = admin.post("/v1/organizations").json(district).await.is(201);
    let fourth = unit("fourth.admin", "第四单位", "52410100MA00000905", "914403001922038216");
    let mut taken = fourth.clone();
    taken["unit_code"] = json!("91440300192203821X");
    register_unit(server, taken).await.refused(422, "validation-failed");
    register_unit(server, fourth.clone()).await.refused(409, "already-exists");
    let mut fourth = fourth;
    fourth["unit_code"] = json!("91330106673959654P");
    let fourth = register_unit(server, fourth).await.is(201);
    let path = format!("/v1/organizations/{}/disablement", text(&district, "id"));
    admin.post(&path).if_match("*").json(json!({"reason": "撤并"})).await.is(200);
    decide_unit(&admin, &fourth, "accept").await.refused(422, "unit-disabled");
}

/// U4b: titles are of one of the 27 series.
async fn u4b_the_series_of_a_title_exists(server: &Server) {
    let series = server.nobody().get("/v1/title-series").await.is(200);
    assert_eq!(series["data"].as_array().unwrap().len(), 27);
    let hospital = server.login("hospital.admin").await;
    let person = steps::professional_id(&server.login("professional").await).await;
    let edit = |series: &str| {
        let call = hospital.patch(&format!("/v1/professionals/{person}")).if_match("*");
        call.json(json!({"title_series": series, "title_level": "senior"}))
    };
    let problem = edit("医生").await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["code"], "unknown-title-series");
    assert_eq!(edit("自然科学研究").await.is(200)["title_series"], "自然科学研究");
}
