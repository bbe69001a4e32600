//! People and units: one person, one record; transfers of office; ends of employment (U1, U3, U4, U4a, E12a, E12b).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

on_both!(
    u3_a_retired_person_keeps_records_and_cannot_declare,
    u3_a3_who_counted_at_the_freeze_is_not_changed_afterwards,
    u4_one_person_one_record,
    e12b_unit_codes_are_checked,
    u4a_numbers_are_shown_masked,
    u4b_civil_servants_are_out_and_managers_are_in,
    who_a_reviewing_body_stands_above_its_units,
);

/// U3: 罗国栋 retired on 1 July: no declaration any more, but the records stay readable.
async fn u3_a_retired_person_keeps_records_and_cannot_declare(server: &Server) {
    let retired = steps::account_of(server, "罗国栋", "luo.guodong").await;
    let record = steps::records(&retired, "public").await.remove(0);
    let problem = steps::declare_record(&retired, 2023, &text(&record, "id"))
        .await
        .refused(422, "not-employed");
    assert_eq!(problem["rule"]["id"], "U3");
    retired
        .post("/v1/declarations")
        .json(steps::conference("会议", "05-08", "05-09", 8))
        .await
        .refused(422, "not-employed");
    retired.get("/v1/me/years/2023").await.is(200);
    retired.get("/v1/me/years/2022").await.is(200);

    // Someone with a draft who leaves: it cannot be submitted any more.
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    let employer = server.login("hospital.admin").await;
    let person = steps::professional_id(&doctor).await;
    let path = format!("/v1/professionals/{person}");
    let tag = employer.get(&path).await.etag();
    let body = json!({"ended_on": "2023-10-16", "reason": "left"});
    employer.post(&format!("{path}/departure")).json(body).if_match(&tag).await.is(200);
    steps::submission(&doctor, &draft).await.refused(422, "not-employed");
    doctor.get("/v1/me/years/2023").await.is(200);
}

/// U3, A3: once the freeze has begun, nobody leaves as of a day before it; the bureau corrects mistakes.
async fn u3_a3_who_counted_at_the_freeze_is_not_changed_afterwards(server: &Server) {
    let person = steps::professional_id(&server.login("professional").await).await;
    server.set_clock("2023-12-22T09:00:00+08:00").await;
    let path = format!("/v1/professionals/{person}/departure");
    let leave = async |who: &str, day: &str| {
        let body = json!({"ended_on": day, "reason": "left"});
        server.login(who).await.post(&path).if_match("*").json(body).await
    };
    // Whoever is gone from the first day of the freeze on was not there when it began.
    for day in ["2023-12-19", "2023-12-20"] {
        let problem = leave("hospital.admin", day).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["code"], "before-the-freeze", "{problem:#}");
    }
    leave("city.officer", "2023-12-19").await.is(200);
}

fn person(number: &str, employer: &Value) -> Value {
    json!({"name": "郑小满", "id_type": "resident_id", "id_number": number, "post": "technical",
        "employer_id": employer, "started_on": "2023-09-01"})
}

/// U4, E12a: the check digit is checked with the field named; the same number is one person.
async fn u4_one_person_one_record(server: &Server) {
    let employer = server.login("hospital.admin").await;
    let unit = employer.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let post = |number: &str| employer.post("/v1/professionals").json(person(number, &unit));
    for wrong in
        ["410102198506151239", "410105199001010021", "410102198502301235", "41010219850615123", "1"]
    {
        let problem = post(wrong).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], "/id_number", "{wrong}: {problem:#}");
        assert!(
            !problem.to_string().contains(wrong) || wrong == "1",
            "U4a: the number is not repeated: {problem:#}"
        );
    }
    let made = post("410102198506151238").await.is(201);
    assert_eq!(made["masked_id_number"], "410102********1238");
    post("410102198506151238").await.refused(409, "already-exists");
    // E12a: the letter at the end, in either case, is one number.
    post("41010519900101002X").await.is(201);
    post("41010519900101002x").await.refused(409, "already-exists");
    // The person of another unit is not to be found out this way.
    let company = server.login("company.admin").await;
    let body = person("410102198506151238", &unit);
    let answer = company.post("/v1/professionals").json(body).await;
    assert!(matches!(answer.status, 403 | 404 | 422), "not into another's unit: {answer:?}");
}

/// E12b: valid, valid, last digit changed.
async fn e12b_unit_codes_are_checked(server: &Server) {
    let admin = server.login("city.admin").await;
    let units = steps::all_pages(&admin, "/v1/organizations?limit=200").await;
    let of_kind = |kind: &str| units.iter().find(|unit| unit["kind"] == kind).unwrap();
    let authority = of_kind("industry_authority");
    let new = |name: &str, code: &str| {
        let body = json!({"parent_id": authority["id"], "kind": "employer", "name": name, "unit_code": code,
            "is_public_institution": true, "reviewing_body_id": authority["id"]});
        admin.post("/v1/organizations").json(body)
    };
    new("第一单位", "91350100M000100Y43").await.is(201);
    new("第二单位", "914403001922038216").await.is(201);
    for wrong in ["91350100M000100Y44", "914403001922038217", "914403001922O38216", ""] {
        let problem = new("第三单位", wrong).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], "/unit_code", "{wrong}: {problem:#}");
    }
    new("第四单位", "914403001922038216").await.refused(409, "already-exists");
}

/// U4a: lists and records show masks; the number itself is nowhere.
async fn u4a_numbers_are_shown_masked(server: &Server) {
    for who in ["hospital.admin", "health.reviewer", "city.admin", "city.officer", "auditor"] {
        let client = server.login(who).await;
        let people = client.get("/v1/professionals?limit=200").await;
        let body = people.is(200);
        let row =
            body["data"].as_array().unwrap().iter().find(|row| row["name"] == "林知远").unwrap();
        assert_eq!(row["masked_id_number"], "410199********9015");
        assert!(!people.text().contains("19850712"), "{who} sees the date of birth");
        assert!(!people.text().contains("19900000001"), "{who} sees a phone number");
    }
}

/// U4b: staff managed as civil servants are out of scope; people in management posts who hold a title are in.
async fn u4b_civil_servants_are_out_and_managers_are_in(server: &Server) {
    let employer = server.login("hospital.admin").await;
    let unit = employer.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    for (number, post, username) in [
        ("410102198506151238", "civil_servant", "civil.servant"),
        ("41010519900101002X", "management", "manager"),
    ] {
        let mut body = person(number, &unit);
        body["post"] = json!(post);
        body["name"] = json!(username);
        body["started_on"] = json!("2023-01-01");
        employer.post("/v1/professionals").json(body).await.is(201);
        let client = steps::account_of(server, username, username).await;
        let answer = client
            .post("/v1/declarations")
            .json(steps::conference("会议", "05-08", "05-09", 8))
            .await;
        if post == "management" {
            answer.is(201);
        } else {
            assert_eq!(answer.refused(422, "out-of-scope")["rule"]["id"], "U4b");
        }
    }
}

/// "Who": whoever reviews for a unit also reads its people, so a reviewing body is one of the units above it.
async fn who_a_reviewing_body_stands_above_its_units(server: &Server) {
    let admin = server.login("city.admin").await;
    let units = steps::all_pages(&admin, "/v1/organizations?limit=200").await;
    let find = |fits: &dyn Fn(&Value) -> bool| units.iter().find(|unit| fits(unit)).unwrap();
    let hospital = find(&|unit| unit["name"] == "郑州市示范医院");
    let jinshui = find(&|unit| unit["kind"] == "district_bureau");
    let bureau = find(&|unit| unit["kind"] == "municipal_bureau");
    let path = format!("/v1/organizations/{}", text(hospital, "id"));
    let before = admin.get(&path).await;
    let edit = |body: &Value| {
        let body = json!({"name": "改名医院", "reviewing_body_id": body["id"]});
        admin.patch(&path).json(body).if_match(&before.etag())
    };
    let problem = edit(jinshui).await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["pointer"], "/reviewing_body_id", "{problem:#}");
    assert_eq!(problem["errors"][0]["code"], "not-above", "{problem:#}");
    assert_eq!(admin.get(&path).await.is(200), before.is(200), "nothing changed");

    let new = |body: &Value| {
        let new = json!({"parent_id": hospital["parent_id"], "kind": "employer", "name": "新单位",
            "unit_code": "914403001922038216", "reviewing_body_id": body["id"]});
        admin.post("/v1/organizations").json(new)
    };
    let problem = new(jinshui).await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["pointer"], "/reviewing_body_id", "{problem:#}");
    // The bureau of the city stands above everybody.
    assert_eq!(new(bureau).await.is(201)["reviewing_body_id"], bureau["id"]);
    assert_eq!(edit(bureau).await.is(200)["reviewing_body_id"], bureau["id"]);
}
