//! Transfers of people between employers (U2), and what they mean for offices (U1).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

on_both!(
    u2_hours_and_history_follow_the_person,
    u2_what_waits_at_the_employer_starts_again_and_the_same_body_keeps_its_items,
    u2_what_waits_at_another_body_moves_with_the_full_time,
    u2_the_new_employer_asks_by_the_id_number,
    u2_a_common_superior_decides,
    u2_what_is_refused,
    u2_the_freeze_refuses,
    u1_an_administrator_who_is_transferred_acts_no_more,
);

const COMPANY: &str = "91410105MA0000066U";
const HOSPITAL: &str = "12410100MA0000058X";
const CLINIC: &str = "91350100M000100Y43";

/// Lin Zhiyuan's document.
const LIN: &str = "410199198507129015";

fn ask(client: &Client, person: &str, to: &str) -> xueshi_tests::Call {
    client.post("/v1/transfers").json(json!({"professional_id": person, "to_unit_code": to}))
}

fn answer(client: &Client, transfer: &Value, decision: &str) -> xueshi_tests::Call {
    let path = format!("/v1/transfers/{}/decision", text(transfer, "id"));
    client
        .post(&path)
        .if_match(&format!("\"{}\"", transfer["version"]))
        .json(json!({"decision": decision, "comment": "已核对"}))
}

/// A clinic under the health commission, and its administrator.
async fn clinic(server: &Server) -> (String, Client) {
    let admin = server.login("city.admin").await;
    let units = steps::all_pages(&admin, "/v1/organizations?limit=200").await;
    let health = units.iter().find(|unit| unit["name"] == "郑州市卫生健康委员会").unwrap();
    let new = json!({"parent_id": health["id"], "kind": "employer", "name": "郑州市示范诊所", "unit_code": CLINIC,
        "reviewing_body_id": health["id"]});
    let unit = text(&admin.post("/v1/organizations").json(new).await.is(201), "id");
    let account = steps::bare_account(&admin, "clinic.admin", "a long enough password").await;
    let body = json!({"account_id": account, "role": "employer_administrator"});
    admin.post(&format!("/v1/organizations/{unit}/administrators")).json(body).await.is(201);
    (unit, server.login_with("clinic.admin", "a long enough password").await)
}

async fn unit_id(client: &Client) -> String {
    text(&client.get("/v1/me").await.is(200)["grants"][0]["organization"], "id")
}

/// U2: hours, certificates and history follow the person: the new employer and its body see and verify, the old one no more.
async fn u2_hours_and_history_follow_the_person(server: &Server) {
    let doctor = server.login("professional").await;
    let hospital = server.login("hospital.admin").await;
    let health = server.login("health.reviewer").await;
    let company = server.login("company.admin").await;
    let jinshui = server.login("jinshui.reviewer").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::approve_fully(&doctor, &draft, &hospital, &health).await;
    let person = steps::professional_id(&doctor).await;
    company.get(&format!("/v1/professionals/{person}")).await.refused(404, "not-found");

    let transfer = ask(&hospital, &person, COMPANY).await.is(201);
    assert_eq!((&transfer["state"], &transfer["asked_by"]), (&json!("requested"), &json!("from")));
    let accepted = answer(&company, &transfer, "accept").await.is(200);
    assert_eq!(
        (&accepted["state"], &accepted["decided_as"]),
        (&json!("accepted"), &json!("employer"))
    );

    let now = company.get(&format!("/v1/professionals/{person}")).await.is(200);
    assert_eq!(now["employer_id"], json!(unit_id(&company).await));
    hospital.get(&format!("/v1/professionals/{person}")).await.refused(404, "not-found");
    let jobs = company.get(&format!("/v1/professionals/{person}/employments")).await.is(200);
    assert_eq!(
        (&jobs["data"][0]["ended_on"], &jobs["data"][1]["ended_on"]),
        (&Value::Null, &json!("2023-10-16"))
    );
    assert_eq!(jobs["data"][1]["end_reason"], "transferred");
    let old = format!("/v1/declarations/{}", text(&draft, "id"));
    for client in [&company, &jinshui, &doctor] {
        assert_eq!(client.get(&old).await.is(200)["state"], "approved");
        let year =
            client.get(&format!("/v1/professionals/{person}/annual-records/2023")).await.is(200);
        assert_eq!(year["approved"]["public"], json!(30));
    }
    steps::assert_totals_add_up(server, &person, 2023).await;

    // The rest of the year goes the new way, and the new body verifies.
    let draft = steps::draft_of(&doctor, "professional").await;
    steps::submission(&doctor, &draft).await.is(200);
    let id = text(&draft, "id");
    steps::decision(&hospital, &id, "approve").await.refused(404, "not-found");
    steps::decision(&company, &id, "approve").await.is(200);
    steps::decision(&jinshui, &id, "approve").await.is(200);
    let results = steps::verification(&health, &person).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "refused", "{results:#}");
    let results = steps::verification(&jinshui, &person).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "certified", "{results:#}");
    // An old decision that is taken back does not bring the old employer back.
    let officer = server.login("city.officer").await;
    let revocation = officer.post(&format!("{old}/revocation")).if_match("*");
    revocation.json(json!({"reason": "核查不符"})).await.is(200);
    let year =
        company.get(&format!("/v1/professionals/{person}/annual-records/2023")).await.is(200);
    assert_eq!(year["state"], "in_progress");
    let rows = steps::all_pages(&company, "/v1/annual-records?year=2023&limit=200").await;
    assert!(rows.iter().any(|row| row["professional_id"] == json!(person)), "{rows:#?}");
    assert_eq!(doctor.get("/v1/transfers").await.is(200)["data"].as_array().unwrap().len(), 1);
}

/// One declaration at each stage, submitted at the start of the test.
async fn one_at_each_stage(server: &Server) -> (Client, Value, Value) {
    let doctor = server.login("professional").await;
    let hospital = server.login("hospital.admin").await;
    let at_employer = steps::draft_of(&doctor, "public").await;
    let at_authority = steps::draft_of(&doctor, "professional").await;
    for draft in [&at_employer, &at_authority] {
        steps::submission(&doctor, draft).await.is(200);
    }
    steps::decision(&hospital, &text(&at_authority, "id"), "approve").await.is(200);
    let (one, other) =
        (steps::reread(&doctor, &at_employer).await, steps::reread(&doctor, &at_authority).await);
    (doctor, one, other)
}

/// U2: at the old employer's stage it starts again with a fresh clock; with the same reviewing body it stays, with its clock.
async fn u2_what_waits_at_the_employer_starts_again_and_the_same_body_keeps_its_items(
    server: &Server,
) {
    let (doctor, at_employer, at_authority) = one_at_each_stage(server).await;
    assert_eq!(at_employer["due_at"], "2023-10-24T00:00:00+08:00");
    let (clinic_id, clinic) = clinic(server).await;
    let person = steps::professional_id(&doctor).await;
    server.set_clock("2023-10-18T10:00:00+08:00").await;
    let (doctor, hospital) =
        (server.login("professional").await, server.login("hospital.admin").await);
    let clinic = {
        drop(clinic);
        server.login_with("clinic.admin", "a long enough password").await
    };
    let transfer = ask(&hospital, &person, CLINIC).await.is(201);
    answer(&clinic, &transfer, "accept").await.is(200);

    let moved = steps::reread(&doctor, &at_employer).await;
    assert_eq!(
        (&moved["state"], &moved["due_at"]),
        (&json!("employer_review"), &json!("2023-10-26T00:00:00+08:00"))
    );
    let stays = steps::reread(&doctor, &at_authority).await;
    assert_eq!(
        (&stays["state"], &stays["due_at"]),
        (&json!("authority_review"), &at_authority["due_at"])
    );
    let queue = clinic.get("/v1/review-queue").await.is(200);
    assert_eq!(queue["data"].as_array().unwrap().len(), 1, "{queue:#}");
    assert_eq!(queue["data"][0]["id"], at_employer["id"]);
    let id = text(&at_employer, "id");
    steps::decision(&hospital, &id, "approve").await.refused(404, "not-found");
    steps::decision(&clinic, &id, "approve").await.is(200);
    let health = server.login("health.reviewer").await;
    for id in [id, text(&at_authority, "id")] {
        assert_eq!(steps::decision(&health, &id, "approve").await.is(200)["state"], "approved");
    }
    let events = doctor.get("/v1/events?type=declaration.rerouted").await.is(200);
    assert_eq!(events["data"].as_array().unwrap().len(), 2, "{events:#}");
    let rows = steps::all_pages(&health, "/v1/annual-records?year=2023&limit=200").await;
    let year = rows.iter().find(|row| row["professional_id"] == json!(person)).unwrap();
    assert_eq!((&year["state"], &year["employer_id"]), (&json!("satisfied"), &json!(clinic_id)));
    steps::assert_totals_add_up(server, &person, 2023).await;
}

/// U2: with another reviewing body, what waited at the old one goes to the new one.
async fn u2_what_waits_at_another_body_moves_with_the_full_time(server: &Server) {
    let (_, at_employer, at_authority) = one_at_each_stage(server).await;
    let person = text(&at_employer, "professional_id");
    server.set_clock("2023-10-19T10:00:00+08:00").await;
    let (doctor, hospital, company) = (
        server.login("professional").await,
        server.login("hospital.admin").await,
        server.login("company.admin").await,
    );
    let transfer = ask(&hospital, &person, COMPANY).await.is(201);
    answer(&company, &transfer, "accept").await.is(200);
    for (declaration, state) in
        [(&at_employer, "employer_review"), (&at_authority, "authority_review")]
    {
        let moved = steps::reread(&doctor, declaration).await;
        assert_eq!(
            (&moved["state"], &moved["due_at"]),
            (&json!(state), &json!("2023-10-27T00:00:00+08:00"))
        );
    }
    let health = server.login("health.reviewer").await;
    let jinshui = server.login("jinshui.reviewer").await;
    let id = text(&at_authority, "id");
    steps::decision(&health, &id, "approve").await.refused(404, "not-found");
    assert_eq!(steps::decision(&jinshui, &id, "approve").await.is(200)["state"], "approved");
    steps::assert_totals_add_up(server, &person, 2023).await;
}

/// U2: the employer that the person comes to names the document; the one that they leave accepts, refuses, and both can only
/// do their own part.
async fn u2_the_new_employer_asks_by_the_id_number(server: &Server) {
    let company = server.login("company.admin").await;
    let hospital = server.login("hospital.admin").await;
    let by_number = |number: &str, to: &str| {
        let body = json!({"id_type": "resident_id", "id_number": number, "name": "林知远", "to_unit_code": to});
        company.post("/v1/transfers").json(body)
    };
    by_number("410102198506151238", COMPANY).await.refused(422, "unknown-reference");
    by_number("410102198506151239", COMPANY).await.refused(422, "validation-failed");
    by_number(LIN, "914403001922038216").await.refused(422, "unknown-reference");
    // Only into one's own unit: nobody finds out about other people this way.
    by_number(LIN, HOSPITAL).await.refused(403, "forbidden");
    let both = json!({"id_type": "resident_id", "to_unit_code": COMPANY});
    company.post("/v1/transfers").json(both).await.refused(422, "validation-failed");

    // U4a: a number is not enough to learn whose it is.
    let guess = json!({"id_type": "resident_id", "id_number": LIN, "name": "林某", "to_unit_code": COMPANY});
    let guessed = company.post("/v1/transfers?dry_run=true").json(guess).await;
    assert!(!guessed.refused(422, "unknown-reference").to_string().contains("林知远"));

    let transfer = by_number(LIN, COMPANY).await.is(201);
    assert_eq!(transfer["asked_by"], "to");
    by_number(LIN, COMPANY).await.refused(409, "already-exists");
    let path = format!("/v1/transfers/{}", text(&transfer, "id"));
    hospital.post(&format!("{path}/withdrawal")).if_match("*").await.refused(403, "forbidden");
    let no_reason = json!({"decision": "refuse"});
    let call = hospital.post(&format!("{path}/decision")).if_match("*").json(no_reason);
    call.await.refused(422, "validation-failed");
    let refused = answer(&hospital, &transfer, "refuse").await.is(200);
    assert_eq!((&refused["state"], &refused["comment"]), (&json!("refused"), &json!("已核对")));
    answer(&hospital, &refused, "accept").await.refused(409, "wrong-state");

    let transfer = by_number(LIN, COMPANY).await.is(201);
    let path = format!("/v1/transfers/{}", text(&transfer, "id"));
    let withdrawn = company.post(&format!("{path}/withdrawal")).if_match("\"1\"").await.is(200);
    assert_eq!(withdrawn["state"], "withdrawn");
    answer(&hospital, &withdrawn, "accept").await.refused(409, "wrong-state");
}

/// U2: a unit above both decides; the body of one side does not.
async fn u2_a_common_superior_decides(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let (clinic_id, _) = clinic(server).await;
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let health = server.login("health.reviewer").await;
    let jinshui = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;

    let to_company = ask(&hospital, &person, COMPANY).await.is(201);
    answer(&health, &to_company, "accept").await.refused(403, "forbidden");
    answer(&jinshui, &to_company, "accept").await.refused(403, "forbidden");
    let refused = answer(&officer, &to_company, "refuse").await.is(200);
    assert_eq!(
        (&refused["state"], &refused["decided_as"]),
        (&json!("refused"), &json!("superior"))
    );

    let to_clinic = ask(&hospital, &person, CLINIC).await.is(201);
    let stale = json!({"decision": "accept"});
    let path = format!("/v1/transfers/{}/decision", text(&to_clinic, "id"));
    health.post(&path).if_match("\"7\"").json(stale).await.refused(412, "precondition-failed");
    let accepted = answer(&health, &to_clinic, "accept").await.is(200);
    assert_eq!(
        (&accepted["state"], &accepted["decided_as"]),
        (&json!("accepted"), &json!("superior"))
    );
    let me = doctor.get("/v1/me").await.is(200);
    assert_eq!(me["professional"]["employer"]["id"], json!(clinic_id));
    let events = health.get("/v1/events?type=transfer.decided").await.is(200);
    assert_eq!(events["data"][1]["data"]["state"], "accepted", "{events:#}");
}

/// U2: what is no transfer.
async fn u2_what_is_refused(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let company = server.login("company.admin").await;
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let problem = ask(&hospital, &person, HOSPITAL).await.refused(422, "same-employer");
    assert_eq!(problem["rule"]["id"], "U2");
    // Someone of another unit is not to be seen, and nobody asks for themselves.
    ask(&company, &person, COMPANY).await.refused(422, "unknown-reference");
    ask(&doctor, &person, COMPANY).await.refused(403, "forbidden");
    // 罗国栋 retired on 1 July.
    let people = steps::all_pages(&hospital, "/v1/professionals?limit=200").await;
    let retired = people.iter().find(|row| row["name"] == "罗国栋").unwrap();
    ask(&hospital, &text(retired, "id"), COMPANY).await.refused(422, "not-employed");

    let transfer = ask(&hospital, &person, COMPANY).await.is(201);
    ask(&hospital, &person, COMPANY).await.refused(409, "already-exists");
    answer(&hospital, &transfer, "accept").await.refused(403, "own-case");
    let school = server.login("school.admin").await;
    answer(&school, &transfer, "accept").await.refused(404, "not-found");
    let path = format!("/v1/transfers/{}", text(&transfer, "id"));
    school.get(&path).await.refused(404, "not-found");
    server.login("auditor").await.get(&path).await.is(200);
    // Who leaves in between cannot be transferred any more.
    let at = format!("/v1/professionals/{person}");
    let tag = hospital.get(&at).await.etag();
    let left = json!({"ended_on": "2023-10-16", "reason": "left"});
    hospital.post(&format!("{at}/departure")).json(left).if_match(&tag).await.is(200);
    answer(&company, &transfer, "accept").await.refused(422, "not-employed");
}

/// U2, W1: in the freeze nothing that waits changes hands.
async fn u2_the_freeze_refuses(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let person = steps::professional_id(&server.login("professional").await).await;
    let transfer = ask(&hospital, &person, COMPANY).await.is(201);
    server.set_clock("2023-12-20T00:00:00+08:00").await;
    let (hospital, company) =
        (server.login("hospital.admin").await, server.login("company.admin").await);
    answer(&company, &transfer, "accept").await.refused(422, "year-end-freeze");
    let people = steps::all_pages(&hospital, "/v1/professionals?limit=200&state=active").await;
    let other = people.iter().find(|row| row["id"] != json!(person)).unwrap();
    ask(&hospital, &text(other, "id"), COMPANY).await.refused(422, "year-end-freeze");
    server.set_clock("2024-01-01T00:00:00+08:00").await;
    let company = server.login("company.admin").await;
    answer(&company, &transfer, "accept").await.is(200);
}

/// U1, U2: nobody decides on their own transfer; who leaves acts no more for the unit, which is listed without administrator.
async fn u1_an_administrator_who_is_transferred_acts_no_more(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let company = server.login("company.admin").await;
    let body = json!({"id_type": "resident_id", "id_number": "410199198803049028", "name": "苏晓岚", "to_unit_code": COMPANY});
    let transfer = company.post("/v1/transfers").json(body).await.is(201);
    answer(&hospital, &transfer, "accept").await.refused(403, "own-case");
    let list = "/v1/organizations?without_administrator=true&limit=200";
    let admin = server.login("city.admin").await;
    let before = steps::all_pages(&admin, list).await;
    assert!(before.iter().all(|unit| unit["name"] != "郑州市示范医院"), "{before:#?}");

    let officer = server.login("city.officer").await;
    answer(&officer, &transfer, "accept").await.is(200);
    hospital.get("/v1/me").await.refused(401, "invalid-token");
    let again = server.login("hospital.admin").await.get("/v1/me").await.is(200);
    assert_eq!(again["grants"], json!([]), "{again:#}");
    let health = server.login("health.reviewer").await;
    let missing = steps::all_pages(&health, list).await;
    assert!(missing.iter().any(|unit| unit["name"] == "郑州市示范医院"), "{missing:#?}");
    let events = health.get("/v1/events?type=administrator.missing").await.is(200);
    assert_eq!(events["data"].as_array().unwrap().len(), 1, "{events:#}");
}
