//! Employments that end (U3), units that are closed, opened and moved, and their administrators (U1, "Who").

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both};

on_both!(
    u3_an_announced_retirement_comes_on_its_day,
    u3_an_announced_end_is_taken_back,
    u1_a_unit_without_administrator_is_listed,
    u1_who_may_not_appoint_and_what_cannot_be_held,
    u1_a_unit_is_closed_when_nothing_rests_on_it,
    who_another_reviewing_body_takes_over_what_waits,
    who_a_unit_moves_with_what_waits,
);

async fn units(client: &Client) -> Vec<Value> {
    steps::all_pages(client, "/v1/organizations?limit=200").await
}

fn named<'a>(units: &'a [Value], name: &str) -> &'a Value {
    units.iter().find(|unit| unit["name"] == name).unwrap()
}

fn departure(client: &Client, person: &str, day: &str, reason: &str) -> Call {
    let path = format!("/v1/professionals/{person}/departure");
    client.post(&path).if_match("*").json(json!({"ended_on": day, "reason": reason}))
}

/// U3: announced ahead; the person declares until that day and not from it on, and what waits is still reviewed.
async fn u3_an_announced_retirement_comes_on_its_day(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let person = steps::professional_id(&server.login("professional").await).await;
    for (day, reason) in
        [("2009-01-01", "retired"), ("2024-11-01", "retired"), ("2023-10-17", "deceased")]
    {
        let problem =
            departure(&hospital, &person, day, reason).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], "/ended_on", "{day} {reason}");
    }
    let announced = departure(&hospital, &person, "2023-11-01", "retired").await.is(200);
    assert_eq!(announced["state"], "active");

    server.set_clock("2023-10-31T23:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let waiting = steps::draft_of(&doctor, "public").await;
    let late = steps::draft_of(&doctor, "professional").await;
    steps::submission(&doctor, &waiting).await.is(200);
    server.set_clock("2023-11-01T00:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let problem = steps::submission(&doctor, &late).await.refused(422, "not-employed");
    assert_eq!(problem["rule"]["id"], "U3");
    let hospital = server.login("hospital.admin").await;
    let path = format!("/v1/professionals/{person}");
    assert_eq!(hospital.get(&path).await.is(200)["state"], "ended");
    let events = hospital.get("/v1/events?type=professional.ended").await.is(200);
    assert_eq!(events["data"].as_array().unwrap().len(), 1, "{events:#}");
    departure(&hospital, &person, "2023-11-02", "left").await.refused(422, "not-employed");
    let health = server.login("health.reviewer").await;
    let id = text(&waiting, "id");
    steps::decision(&hospital, &id, "approve").await.is(200);
    assert_eq!(steps::decision(&health, &id, "approve").await.is(200)["state"], "approved");
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["approved"]["public"], json!(30));
}

/// U3: before its day it can be taken back; afterwards it cannot.
async fn u3_an_announced_end_is_taken_back(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let person = steps::professional_id(&server.login("professional").await).await;
    let path = format!("/v1/professionals/{person}/departure");
    hospital.delete(&path).if_match("*").await.refused(422, "validation-failed");
    departure(&hospital, &person, "2023-11-01", "retired").await.is(200);
    departure(&hospital, &person, "2023-12-01", "retired").await.is(200);
    server.login("company.admin").await.delete(&path).if_match("*").await.refused(404, "not-found");
    hospital.delete(&path).if_match("*").await.is(200);
    let jobs = hospital.get(&format!("/v1/professionals/{person}/employments")).await.is(200);
    assert_eq!(jobs["data"][0]["ended_on"], Value::Null);
    server.set_clock("2023-12-01T09:00:00+08:00").await;
    let hospital = server.login("hospital.admin").await;
    let at = format!("/v1/professionals/{person}");
    assert_eq!(hospital.get(&at).await.is(200)["state"], "active");
    departure(&hospital, &person, "2023-12-01", "left").await.is(200);
    hospital.delete(&path).if_match("*").await.refused(422, "not-employed");
}

/// U1: a unit without administrator is listed for the level above until someone is appointed; a handover works at once.
async fn u1_a_unit_without_administrator_is_listed(server: &Server) {
    let admin = server.login("city.admin").await;
    let all = units(&admin).await;
    let health = named(&all, "郑州市卫生健康委员会");
    let new = json!({"parent_id": health["id"], "kind": "employer", "name": "郑州市示范诊所",
        "unit_code": "91350100M000100Y43", "reviewing_body_id": health["id"]});
    let clinic = text(&admin.post("/v1/organizations").json(new).await.is(201), "id");
    let reviewer = server.login("health.reviewer").await;
    let list = "/v1/organizations?without_administrator=true&limit=200";
    let missing = || async {
        let rows = steps::all_pages(&reviewer, list).await;
        rows.iter().map(|row| text(row, "name")).collect::<Vec<_>>()
    };
    assert_eq!(missing().await, ["郑州市示范诊所"]);
    let others = steps::all_pages(&server.login("jinshui.reviewer").await, list).await;
    assert_eq!(others, Vec::<Value>::new(), "not for a body beside it");

    let path = format!("/v1/organizations/{clinic}/administrators");
    let appoint = |account: &str| {
        let body = json!({"account_id": account, "role": "employer_administrator"});
        admin.post(&path).json(body)
    };
    let first = steps::bare_account(&admin, "first.admin", "a long enough password").await;
    let second = steps::bare_account(&admin, "second.admin", "a long enough password").await;
    appoint(&first).await.is(201);
    assert_eq!(missing().await, Vec::<String>::new());
    let former = server.login_with("first.admin", "a long enough password").await;
    former.get("/v1/review-queue").await.is(200);
    appoint(&second).await.is(201);
    former.get("/v1/review-queue").await.refused(401, "invalid-token");
    let events =
        reviewer.get(&format!("/v1/events?organization_id={clinic}&limit=200")).await.is(200);
    let kinds: Vec<_> =
        events["data"].as_array().unwrap().iter().map(|event| text(event, "type")).collect();
    for (kind, count) in
        [("administrator.missing", 1), ("administrator.appointed", 2), ("administrator.ended", 1)]
    {
        assert_eq!(kinds.iter().filter(|known| *known == kind).count(), count, "{kinds:?}");
    }
    // An account that cannot log in acts for nobody.
    let account = format!("/v1/accounts/{second}");
    let disabled = json!({"state": "disabled"});
    admin.patch(&account).if_match("*").json(disabled).await.is(200);
    assert_eq!(missing().await, ["郑州市示范诊所"]);
}

/// U1: offices are given by whoever manages accounts, to accounts that exist, in roles that the unit has, and never to oneself.
async fn u1_who_may_not_appoint_and_what_cannot_be_held(server: &Server) {
    let admin = server.login("city.admin").await;
    let all = units(&admin).await;
    let hospital = named(&all, "郑州市示范医院");
    let account = steps::bare_account(&admin, "next.admin", "a long enough password").await;
    let appoint = |client: &Client, unit: &Value, account: &str, role: &str| {
        let path = format!("/v1/organizations/{}/administrators", text(unit, "id"));
        client.post(&path).json(json!({"account_id": account, "role": role}))
    };
    let role = "employer_administrator";
    for name in ["hospital.admin", "health.reviewer", "city.officer", "auditor", "professional"] {
        let refused = appoint(&server.login(name).await, hospital, &account, role).await;
        refused.refused(403, "forbidden");
    }
    let company = server.login("company.admin").await;
    let refused = appoint(&company, hospital, &account, role).await;
    assert!([403, 404].contains(&refused.status), "{refused:?}");
    let own = text(&admin.get("/v1/me").await.is(200), "id");
    appoint(&admin, hospital, &own, role).await.refused(403, "own-rights");
    let nobody = "018b0000-0000-7000-8000-000000000000";
    appoint(&admin, hospital, nobody, role).await.refused(422, "unknown-reference");
    appoint(&admin, hospital, &account, "municipal_officer")
        .await
        .refused(422, "validation-failed");
    // The one who holds the office holds it still.
    server.login("hospital.admin").await.get("/v1/review-queue").await.is(200);
}

/// U1: a unit is closed only when nothing rests on it; its administrator then acts for it no more.
async fn u1_a_unit_is_closed_when_nothing_rests_on_it(server: &Server) {
    let admin = server.login("city.admin").await;
    let all = units(&admin).await;
    let close = |unit: &Value| {
        let path = format!("/v1/organizations/{}/disablement", text(unit, "id"));
        admin.post(&path).if_match("*").json(json!({"reason": "单位撤销"}))
    };
    let problem = close(named(&all, "郑州市示范医院")).await.refused(409, "unit-in-use");
    assert_eq!((&problem["people"], &problem["units"]), (&json!(6), &json!(0)), "{problem:#}");
    let problem = close(named(&all, "郑州市卫生健康委员会")).await.refused(409, "unit-in-use");
    assert_eq!((&problem["units"], &problem["reviewed_units"]), (&json!(1), &json!(1)));

    let institute = named(&all, "郑州示范职业培训学校");
    let holder = server.login("institute.admin").await;
    let path = format!("/v1/organizations/{}", text(institute, "id"));
    holder
        .post(&format!("{path}/disablement"))
        .if_match("*")
        .json(json!({"reason": "自己"}))
        .await
        .refused(403, "forbidden");
    assert_eq!(close(institute).await.is(200)["state"], "disabled");
    close(institute).await.refused(409, "wrong-state");
    holder.get("/v1/classes").await.refused(401, "invalid-token");
    let again = server.login("institute.admin").await;
    assert_eq!(again.get("/v1/me").await.is(200)["grants"], json!([]));
    let enable = || admin.post(&format!("{path}/enablement")).if_match("*");
    assert_eq!(enable().await.is(200)["state"], "active");
    enable().await.refused(409, "wrong-state");
    let list = "/v1/organizations?without_administrator=true&limit=200";
    let missing = steps::all_pages(&admin, list).await;
    assert_eq!(missing.len(), 1, "{missing:#?}");
    assert_eq!(missing[0]["id"], institute["id"]);
}

/// The doctor's professional hours wait at the health commission.
async fn one_at_the_authority(server: &Server) -> (Client, Value) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "professional").await;
    steps::submission(&doctor, &draft).await.is(200);
    let hospital = server.login("hospital.admin").await;
    steps::decision(&hospital, &text(&draft, "id"), "approve").await.is(200);
    (doctor, draft)
}

/// Who, U2: with another reviewing body, what waits for the former one goes to it with the full time; not in the freeze.
async fn who_another_reviewing_body_takes_over_what_waits(server: &Server) {
    let (_, waiting) = one_at_the_authority(server).await;
    server.set_clock("2023-10-18T10:00:00+08:00").await;
    let admin = server.login("city.admin").await;
    let all = units(&admin).await;
    let bureau = named(&all, "郑州市人力资源和社会保障局");
    let path = format!("/v1/organizations/{}", text(named(&all, "郑州市示范医院"), "id"));
    let edit = |admin: &Client, body: &Value| {
        admin.patch(&path).if_match("*").json(json!({"reviewing_body_id": body["id"]}))
    };
    edit(&admin, bureau).await.is(200);
    let doctor = server.login("professional").await;
    let moved = steps::reread(&doctor, &waiting).await;
    assert_eq!(
        (&moved["state"], &moved["due_at"]),
        (&json!("authority_review"), &json!("2023-10-26T00:00:00+08:00"))
    );
    let id = text(&waiting, "id");
    let health = server.login("health.reviewer").await;
    // The commission stands above the hospital still and sees its items; deciding is not its business any more.
    steps::decision(&health, &id, "approve").await.refused(403, "not-holder");
    let officer = server.login("city.officer").await;
    assert_eq!(steps::decision(&officer, &id, "approve").await.is(200)["state"], "approved");
    server.set_clock("2023-12-25T10:00:00+08:00").await;
    let admin = server.login("city.admin").await;
    let commission = named(&all, "郑州市卫生健康委员会");
    edit(&admin, commission).await.refused(422, "year-end-freeze");
}

/// Who, U2: a unit moves with its path; a body that no longer stands above it is replaced, and what waits follows.
async fn who_a_unit_moves_with_what_waits(server: &Server) {
    let (doctor, waiting) = one_at_the_authority(server).await;
    let admin = server.login("city.admin").await;
    let all = units(&admin).await;
    let hospital = named(&all, "郑州市示范医院");
    let jinshui = named(&all, "郑州市金水区人力资源和社会保障局");
    let ward = json!({"parent_id": hospital["id"], "kind": "employer", "name": "郑州市示范医院分院",
        "unit_code": "91350100M000100Y43", "reviewing_body_id": hospital["parent_id"]});
    let ward = admin.post("/v1/organizations").json(ward).await.is(201);
    let relocate = |unit: &Value, to: Value| {
        let path = format!("/v1/organizations/{}/relocation", text(unit, "id"));
        admin.post(&path).if_match("*").json(to)
    };
    for (unit, to, pointer) in [
        (hospital, json!({"parent_id": ward["id"]}), "/parent_id"),
        (hospital, json!({"parent_id": hospital["id"]}), "/parent_id"),
        (jinshui, json!({"parent_id": hospital["id"]}), "/parent_id"),
        (
            hospital,
            json!({"parent_id": jinshui["id"], "reviewing_body_id": hospital["parent_id"]}),
            "/reviewing_body_id",
        ),
    ] {
        let problem = relocate(unit, to).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    let nowhere = json!({"parent_id": text(&waiting, "id")});
    relocate(hospital, nowhere).await.refused(422, "unknown-reference");

    let moved = relocate(hospital, json!({"parent_id": jinshui["id"]})).await.is(200);
    assert_eq!(
        (&moved["parent_id"], &moved["reviewing_body_id"]),
        (&jinshui["id"], &jinshui["id"])
    );
    let ward = admin.get(&format!("/v1/organizations/{}", text(&ward, "id"))).await.is(200);
    assert_eq!(ward["reviewing_body_id"], jinshui["id"], "the units below follow");
    let (health, reviewer) =
        (server.login("health.reviewer").await, server.login("jinshui.reviewer").await);
    let person = steps::professional_id(&doctor).await;
    health.get(&format!("/v1/professionals/{person}")).await.refused(404, "not-found");
    reviewer.get(&format!("/v1/professionals/{person}")).await.is(200);
    let id = text(&waiting, "id");
    steps::decision(&health, &id, "approve").await.refused(404, "not-found");
    assert_eq!(steps::decision(&reviewer, &id, "approve").await.is(200)["state"], "approved");
    steps::assert_totals_add_up(server, &person, 2023).await;
}
