//! Appeals (V8): once for each matter, decided one level up within the same five working days.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both};

on_both!(
    v8_an_employers_rejection_goes_to_its_reviewing_body,
    v8_a_reviewing_bodys_rejection_goes_to_the_bureau,
    v8_a_revocation_is_decided_by_another_officer,
    v8_a_revocation_that_left_the_year_complete_is_undone_in_its_certificate,
    v8_under_the_bureau_itself_another_officer_decides,
    v8_the_record_of_a_class_that_is_missing_is_added,
    v8_the_record_of_a_course_that_is_missing_is_added,
    v8_h7_what_was_declared_anew_meanwhile_counts_once,
    v8_h8_the_years_cap_holds_for_what_is_upheld,
    v8_v3_a_late_appeal_is_flagged_listed_and_told,
    v8_v2_due_days_of_appeals_follow_the_arrangement,
    v8_w1_nothing_moves_in_the_freeze,
    v8_who_nobody_decides_about_themselves,
    v8_one_matter_one_appeal,
);

fn bring(client: &Client, matter: Value) -> Call {
    let mut body = matter;
    body["statement"] = json!("材料齐全，请复核");
    client.post("/v1/appeals").json(body)
}

fn about(client: &Client, declaration: &Value) -> Call {
    bring(client, json!({"declaration_id": declaration["id"]}))
}

fn path(appeal: &Value) -> String {
    format!("/v1/appeals/{}", text(appeal, "id"))
}

fn decide(client: &Client, appeal: &Value, decision: &str) -> Call {
    let body = json!({"decision": decision, "comment": "经复核"});
    client.post(&format!("{}/decision", path(appeal))).json(body)
}

fn withdraw(client: &Client, appeal: &Value) -> Call {
    client.post(&format!("{}/withdrawal", path(appeal))).if_match("*")
}

/// A declaration of the doctor's public hours that the hospital has rejected.
async fn rejected(server: &Server, doctor: &Client) -> Value {
    let draft = steps::draft_of(doctor, "public").await;
    steps::submission(doctor, &draft).await.is(200);
    let employer = server.login("hospital.admin").await;
    steps::decision(&employer, &text(&draft, "id"), "reject").await.is(200);
    draft
}

async fn unit_of(client: &Client) -> Value {
    client.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone()
}

/// Another officer of the municipal bureau.
async fn second_officer(server: &Server) -> Client {
    let admin = server.login("city.admin").await;
    let bureau = unit_of(&admin).await;
    let account = steps::bare_account(&admin, "second.officer", "a long enough password").await;
    let body = json!({"role": "municipal_officer", "organization_id": bureau});
    admin.post(&format!("/v1/accounts/{account}/grants")).json(body).await.is(201);
    server.login_with("second.officer", "a long enough password").await
}

async fn revoke(officer: &Client, declaration: &str) -> Value {
    let call = officer.post(&format!("/v1/declarations/{declaration}/revocation")).if_match("*");
    call.json(json!({"reason": "名册核查不符"})).await.is(200)
}

/// V8: rejected by the employer, upheld by its reviewing body: approved, and the year follows.
async fn v8_an_employers_rejection_goes_to_its_reviewing_body(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let trial = json!({"declaration_id": draft["id"], "statement": "请复核"});
    doctor.post("/v1/appeals?dry_run=true").json(trial).await.is(201);
    let made = about(&doctor, &draft).await;
    let appeal = made.is(201);
    assert_eq!(made.header("location"), path(&appeal));
    let reviewer = server.login("health.reviewer").await;
    assert_eq!(appeal["decider_id"], unit_of(&reviewer).await);
    // E5's counting: Monday is day 0, five working days, the exclusive end of the last.
    assert_eq!(appeal["due_at"], "2023-10-24T00:00:00+08:00");
    assert_eq!((&appeal["kind"], &appeal["overdue"]), (&json!("rejection"), &json!(false)));
    for who in ["professional", "hospital.admin", "health.reviewer", "city.officer", "auditor"] {
        let client = server.login(who).await;
        assert_eq!(client.get(&path(&appeal)).await.is(200), appeal, "{who}");
        let of_declaration = format!("/v1/appeals?declaration_id={}", text(&draft, "id"));
        assert_eq!(client.get(&of_declaration).await.is(200)["data"], json!([appeal]), "{who}");
    }
    // Not the unit that decided, not the bureau in the body's place, and to others it is not known.
    decide(&server.login("hospital.admin").await, &appeal, "uphold")
        .await
        .refused(403, "forbidden");
    decide(&server.login("city.officer").await, &appeal, "uphold").await.refused(403, "forbidden");
    for stranger in ["jinshui.reviewer", "education.reviewer"] {
        let client = server.login(stranger).await;
        decide(&client, &appeal, "uphold").await.refused(404, "not-found");
        client.get(&path(&appeal)).await.refused(404, "not-found");
    }
    withdraw(&server.login("engineer").await, &appeal).await.refused(404, "not-found");
    let silent = reviewer.post(&format!("{}/decision", path(&appeal)));
    silent.json(json!({"decision": "dismiss"})).await.refused(400, "missing-member");

    let upheld = decide(&reviewer, &appeal, "uphold").await.is(200);
    // V10: who, for which unit, when, under which policy version, and the grounds.
    let me = reviewer.get("/v1/me").await.is(200);
    assert_eq!((&upheld["state"], &upheld["decided_by"]), (&json!("upheld"), &me["id"]));
    assert_eq!(
        (&upheld["decided_for"], &upheld["comment"]),
        (&appeal["decider_id"], &json!("经复核"))
    );
    assert!(text(&upheld, "decided_at").ends_with("+08:00") && upheld["policy_version"] == 1);
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "approved");
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["approved"], json!({"total": 30, "public": 30, "professional": 0}));
    let record = steps::records(&doctor, "public").await.remove(0);
    assert_eq!(record["declared"], true, "H7: the learning stands again");
    steps::assert_totals_add_up(server, &text(&draft, "professional_id"), 2023).await;
    let told = steps::all_pages(&reviewer, "/v1/events?limit=200").await;
    let kinds: Vec<&str> = told.iter().filter_map(|event| event["type"].as_str()).collect();
    for kind in ["appeal.submitted", "appeal.upheld", "declaration.upheld"] {
        assert_eq!(kinds.iter().filter(|known| **known == kind).count(), 1, "{kind}: {kinds:?}");
    }
    // V7: why the declaration is approved, and how the appeal went.
    let id = text(&draft, "id");
    let why = doctor.get(&format!("/v1/explanations/declaration/{id}")).await.is(200);
    let last = why["decisions"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["act"], &last["outcome"]),
        (&json!("declaration.upheld"), &json!("approved"))
    );
    assert!(last["inputs"].to_string().contains(&text(&appeal, "id")), "{last:#}");
    let why = reviewer.get(&format!("/v1/explanations/appeal/{}", text(&appeal, "id"))).await;
    assert_eq!(why.is(200)["outcome"], "upheld");
    // V4: one decision stands.
    decide(&reviewer, &appeal, "dismiss").await.refused(409, "wrong-state");
    about(&doctor, &draft).await.refused(409, "wrong-state");
}

/// V8: rejected by the reviewing body, dismissed by the bureau: it stays rejected, and that is final.
async fn v8_a_reviewing_bodys_rejection_goes_to_the_bureau(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let (employer, reviewer) =
        (server.login("hospital.admin").await, server.login("health.reviewer").await);
    steps::decision(&employer, &text(&draft, "id"), "approve").await.is(200);
    about(&doctor, &draft).await.refused(409, "wrong-state");
    steps::decision(&reviewer, &text(&draft, "id"), "reject").await.is(200);
    let appeal = about(&doctor, &draft).await.is(201);
    let officer = server.login("city.officer").await;
    assert_eq!(appeal["decider_id"], unit_of(&officer).await);
    decide(&reviewer, &appeal, "uphold").await.refused(403, "forbidden");
    let stale = officer.post(&format!("{}/decision", path(&appeal)));
    let stale = stale.json(json!({"decision": "uphold", "comment": "x"})).if_match("\"9\"");
    stale.await.refused(412, "precondition-failed");
    let dismissed = decide(&officer, &appeal, "dismiss").await.is(200);
    assert_eq!(dismissed["state"], "dismissed");
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "rejected");
    let problem = about(&doctor, &draft).await.refused(409, "appealed-already");
    assert_eq!((&problem["rule"]["id"], &problem["appeal_id"]), (&json!("V8"), &appeal["id"]));
    decide(&officer, &appeal, "uphold").await.refused(409, "wrong-state");
    withdraw(&doctor, &appeal).await.refused(409, "wrong-state");
}

/// V8: revoked by an officer, upheld by another one: approved again, the year complete again, its certificate to be issued anew.
async fn v8_a_revocation_is_decided_by_another_officer(server: &Server) {
    let person = steps::certified_person(server).await;
    let officer = server.login("city.officer").await;
    let revoked = revoke(&officer, &person.professional).await;
    let doctor = server.login("professional").await;
    let appeal = about(&doctor, &revoked).await.is(201);
    assert_eq!(
        (&appeal["kind"], &appeal["decider_id"]),
        (&json!("revocation"), &unit_of(&officer).await)
    );
    let problem = decide(&officer, &appeal, "uphold").await.refused(403, "same-decider");
    assert_eq!(problem["rule"]["id"], "V8");
    let other = second_officer(server).await;
    assert_eq!(decide(&other, &appeal, "uphold").await.is(200)["state"], "upheld");
    assert_eq!(steps::reread(&doctor, &revoked).await["state"], "approved");
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!((&year["state"], &year["approved"]["total"]), (&json!("satisfied"), &json!(90)));
    // A2: what was revoked stays revoked; the year is verified anew.
    let old = doctor.get(&format!("/v1/certificates/{}", person.number)).await.is(200);
    assert_eq!(old["state"], "revoked");
    let reviewer = server.login("health.reviewer").await;
    let results = steps::verification(&reviewer, &person.professional_id).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "certified");
    assert_ne!(results["results"][0]["certificate_number"], person.number.as_str());
    steps::assert_totals_add_up(server, &person.professional_id, 2023).await;
    // Another revocation is another decision, with an appeal of its own.
    let again = revoke(&officer, &person.professional).await;
    let second = about(&doctor, &again).await.is(201);
    assert_ne!(second["id"], appeal["id"]);
    assert_eq!(decide(&other, &second, "dismiss").await.is(200)["state"], "dismissed");
}

/// V8, A2: a revocation left the floors met and replaced the certificate; upheld, the certificate states the hours again.
async fn v8_a_revocation_that_left_the_year_complete_is_undone_in_its_certificate(server: &Server) {
    let doctor = server.login("professional").await;
    let (employer, reviewer) =
        (server.login("hospital.admin").await, server.login("health.reviewer").await);
    let more = steps::conference_with_evidence(&doctor, "学术会议", "05-08", "05-09", 8).await;
    steps::approve_fully(&doctor, &more, &employer, &reviewer).await;
    let person = steps::certified_person(server).await;
    let revoked = revoke(&server.login("city.officer").await, &text(&more, "id")).await;
    let certificate = async || {
        let year = doctor.get("/v1/me/years/2023").await.is(200);
        let number = text(&year["certificate"], "number");
        doctor.get(&format!("/v1/certificates/{number}")).await.is(200)
    };
    let without = certificate().await;
    assert_eq!((&without["hours"]["total"], &without["state"]), (&json!(90), &json!("valid")));
    let appeal = about(&doctor, &revoked).await.is(201);
    decide(&second_officer(server).await, &appeal, "uphold").await.is(200);
    let with = certificate().await;
    assert_eq!((&with["hours"]["total"], &with["state"]), (&json!(98), &json!("valid")));
    let old = doctor.get(&format!("/v1/certificates/{}", text(&without, "number"))).await.is(200);
    assert_eq!(old["state"], "superseded");
    steps::assert_totals_add_up(server, &person.professional_id, 2023).await;
}

/// V8: an employer directly under the bureau: both stages' rejections go to the bureau, and whoever rejected does not decide.
async fn v8_under_the_bureau_itself_another_officer_decides(server: &Server) {
    let admin = server.login("city.admin").await;
    let bureau = unit_of(&admin).await;
    let unit = json!({"parent_id": bureau, "kind": "employer", "name": "市直属单位", "unit_code": "91350100M000100Y43",
        "is_public_institution": true, "reviewing_body_id": bureau});
    let unit = admin.post("/v1/organizations").json(unit).await.is(201);
    let new = json!({"name": "郑小满", "id_type": "resident_id", "id_number": "410102198506151238",
        "post": "technical", "employer_id": unit["id"], "started_on": "2023-01-09"});
    let person = admin.post("/v1/professionals").json(new).await.is(201);
    let password = "a long enough password";
    let account = json!({"username": "zheng", "display_name": "郑小满", "password": password, "professional_id": person["id"]});
    admin.post("/v1/accounts").json(account).await.is(201);
    let keeper = steps::bare_account(&admin, "unit.admin", password).await;
    let appoint = format!("/v1/organizations/{}/administrators", text(&unit, "id"));
    let body = json!({"account_id": keeper, "role": "employer_administrator"});
    admin.post(&appoint).json(body).await.is(201);

    let client = server.login_with("zheng", password).await;
    let employer = server.login_with("unit.admin", password).await;
    let (officer, other) = (server.login("city.officer").await, second_officer(server).await);
    // The employer's rejection.
    let first = steps::conference_with_evidence(&client, "会议一", "05-08", "05-09", 8).await;
    steps::submission(&client, &first).await.is(200);
    steps::decision(&employer, &text(&first, "id"), "reject").await.is(200);
    let appeal = about(&client, &first).await.is(201);
    assert_eq!(appeal["decider_id"], bureau);
    decide(&officer, &appeal, "uphold").await.is(200);
    // The bureau's own.
    let second = steps::conference_with_evidence(&client, "会议二", "05-15", "05-16", 8).await;
    steps::submission(&client, &second).await.is(200);
    steps::decision(&employer, &text(&second, "id"), "approve").await.is(200);
    steps::decision(&officer, &text(&second, "id"), "reject").await.is(200);
    let appeal = about(&client, &second).await.is(201);
    assert_eq!(appeal["decider_id"], bureau);
    decide(&officer, &appeal, "dismiss").await.refused(403, "same-decider");
    assert_eq!(decide(&other, &appeal, "uphold").await.is(200)["state"], "upheld");
    let year = client.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["approved"]["professional"], 16);
    steps::assert_totals_add_up(server, &text(&person, "id"), 2023).await;
}

async fn class(server: &Server, season: &str) -> Value {
    let client = server.login("engineer").await;
    let classes = steps::all_pages(&client, "/v1/classes?year=2023&limit=200").await;
    let found = classes.iter().find(|class| text(class, "title").contains(season));
    found.unwrap_or_else(|| panic!("no class of {season}")).clone()
}

/// V8: somebody whom the roster forgot: the bureau adds the record, and one call declares from it.
async fn v8_the_record_of_a_class_that_is_missing_is_added(server: &Server) {
    let summer = class(server, "夏季").await;
    let of = |client: &Client, class: &Value| bring(client, json!({"class_id": class["id"]}));
    // Not for those who have theirs, not before the end, not of what does not exist.
    let doctor = server.login("professional").await;
    let problem = of(&doctor, &summer).await.refused(409, "record-not-missing");
    let own = steps::records(&doctor, "professional").await.remove(0);
    assert_eq!(problem["learning_record_id"], own["id"]);
    let engineer = server.login("engineer").await;
    let problem =
        of(&engineer, &class(server, "秋季").await).await.refused(422, "learning-not-finished");
    assert_eq!(problem["errors"][0]["pointer"], "/class_id");
    let nothing = json!({"id": "01890000-0000-7000-8000-000000000000"});
    of(&engineer, &nothing).await.refused(422, "unknown-reference");

    let appeal = of(&engineer, &summer).await.is(201);
    let officer = server.login("city.officer").await;
    assert_eq!(appeal["decider_id"], unit_of(&officer).await);
    assert_eq!((&appeal["kind"], &appeal["year"]), (&json!("missing_record"), &json!(2023)));
    decide(&server.login("jinshui.reviewer").await, &appeal, "uphold")
        .await
        .refused(403, "forbidden");
    let upheld = decide(&officer, &appeal, "uphold").await.is(200);
    let record = text(&upheld, "learning_record_id");
    let record = engineer.get(&format!("/v1/learning-records/{record}")).await.is(200);
    assert_eq!(
        (&record["source"], &record["hours"], &record["passed"], &record["class_id"]),
        (&json!("appeal"), &summer["hours"], &json!(true), &summer["id"])
    );
    let draft = steps::declare_record(&engineer, 2023, &text(&record, "id")).await.is(201);
    steps::submission(&engineer, &draft).await.is(200);
    of(&engineer, &summer).await.refused(409, "record-not-missing");
}

/// V8: a course that its platform never delivered, as far as the platform could have delivered it.
async fn v8_the_record_of_a_course_that_is_missing_is_added(server: &Server) {
    let engineer = server.login("engineer").await;
    let course = |change: Value| {
        let mut course = json!({"platform": "hnzjzx", "course_code": "gx-v8", "title": "数字技术",
            "hours": 6, "started_on": "2023-09-04", "completed_on": "2023-09-08"});
        for (name, value) in change.as_object().unwrap() {
            course[name] = value.clone();
        }
        bring(&engineer, json!({"course": course}))
    };
    for (change, code, pointer) in [
        (json!({"platform": "elsewhere"}), "platform-not-listed", None),
        (json!({"hours": 40.1}), "hours-exceed-days", Some("/course/hours")),
        (json!({"hours": 0}), "hours-not-positive", Some("/course/hours")),
        (
            json!({"completed_on": "2023-10-17"}),
            "learning-not-finished",
            Some("/course/completed_on"),
        ),
        (json!({"started_on": "2022-12-30"}), "spans-two-years", Some("/course/completed_on")),
        (
            json!({"completed_on": "2023-09-01"}),
            "learning-dates-inverted",
            Some("/course/completed_on"),
        ),
    ] {
        let problem = course(change).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"].as_str(), pointer, "{problem:#}");
    }
    course(json!({"title": ""})).await.refused(422, "validation-failed");
    let appeal = course(json!({})).await.is(201);
    let officer = server.login("city.officer").await;
    let upheld = decide(&officer, &appeal, "uphold").await.is(200);
    let id = text(&upheld, "learning_record_id");
    let record = engineer.get(&format!("/v1/learning-records/{id}")).await.is(200);
    assert_eq!((&record["source"], &record["course_code"]), (&json!("appeal"), &json!("gx-v8")));
    steps::declare_record(&engineer, 2023, &id).await.is(201);
    // Delivered after the appeal was brought: there is nothing left to add.
    let late = course(json!({"course_code": "gx-v8-late"})).await.is(201);
    let person = steps::professional_id(&engineer).await;
    let delivery = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "gx-v8-late",
        "title": "数字技术", "hours": 6, "started_on": "2023-09-04", "completed_on": "2023-09-08"});
    let platform = server.machine("hnzjzx").await;
    platform.post("/v1/learning-records").json(delivery).await.is(201);
    decide(&officer, &late, "uphold").await.refused(409, "record-not-missing");
    assert_eq!(decide(&officer, &late, "dismiss").await.is(200)["state"], "dismissed");
}

/// V8, H7: rejected learning was declared again while the appeal waited: it cannot be approved twice.
async fn v8_h7_what_was_declared_anew_meanwhile_counts_once(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    let anew = steps::draft_of(&doctor, "public").await;
    let reviewer = server.login("health.reviewer").await;
    let problem = decide(&reviewer, &appeal, "uphold").await.refused(422, "duplicate-learning");
    assert_eq!(problem["standing_id"], anew["id"]);
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "rejected");
    steps::assert_totals_add_up(server, &text(&draft, "professional_id"), 2023).await;
    // Once that one is taken back, the way is free.
    let path = format!("/v1/declarations/{}/withdrawal", text(&anew, "id"));
    doctor.post(&path).if_match("*").await.is(200);
    decide(&reviewer, &appeal, "uphold").await.is(200);
    let record = steps::records(&doctor, "public").await.remove(0);
    steps::declare_record(&doctor, 2023, &text(&record, "id"))
        .await
        .refused(422, "duplicate-learning");
}

/// V8, H8: five conferences took the year's 60 hours while the appeal about a sixth waited.
async fn v8_h8_the_years_cap_holds_for_what_is_upheld(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let first = steps::conference_with_evidence(&doctor, "会议", "04-10", "04-11", 12).await;
    steps::submission(&doctor, &first).await.is(200);
    steps::decision(&employer, &text(&first, "id"), "reject").await.is(200);
    let appeal = about(&doctor, &first).await.is(201);
    for day in [1, 4, 7, 10, 13] {
        let (from, to) = (format!("05-{day:02}"), format!("05-{:02}", day + 1));
        let next =
            steps::conference_with_evidence(&doctor, &format!("会议 {day}"), &from, &to, 12).await;
        steps::submission(&doctor, &next).await.is(200);
    }
    let reviewer = server.login("health.reviewer").await;
    let problem = decide(&reviewer, &appeal, "uphold").await.refused(422, "hours-over-limit");
    assert_eq!((&problem["used"], &problem["max"]), (&json!(60), &json!(60)));
    assert_eq!(decide(&reviewer, &appeal, "dismiss").await.is(200)["state"], "dismissed");
}

/// V8, V3: late is visible: flagged, listed for the levels above, told once; it can still be decided.
async fn v8_v3_a_late_appeal_is_flagged_listed_and_told(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    server.set_clock("2023-10-23T23:59:00+08:00").await;
    let officer = server.login("city.officer").await;
    let late = officer.get("/v1/appeals?overdue=true").await.is(200);
    assert!(late["data"].as_array().unwrap().is_empty(), "{late:#}");
    for instant in ["2023-10-24T00:00:00+08:00", "2023-10-25T09:00:00+08:00"] {
        server.set_clock(instant).await;
        let reviewer = server.login("health.reviewer").await;
        let officer = server.login("city.officer").await;
        for client in [&reviewer, &officer] {
            let late = client.get("/v1/appeals?overdue=true").await.is(200);
            assert_eq!(late["data"][0]["id"], appeal["id"], "{late:#}");
            assert_eq!(late["data"][0]["overdue"], true);
            let punctual = client.get("/v1/appeals?overdue=false").await.is(200);
            assert!(punctual["data"].as_array().unwrap().is_empty());
        }
        let told = steps::all_pages(&officer, "/v1/events?limit=200").await;
        let overdue = told.iter().filter(|event| event["type"] == "appeal.overdue");
        assert_eq!(overdue.count(), 1, "told once at {instant}");
    }
    let reviewer = server.login("health.reviewer").await;
    let upheld = decide(&reviewer, &appeal, "uphold").await.is(200);
    assert_eq!(upheld["overdue"], false, "what is decided is not late any more");
}

/// V8, V2: an arrangement that is loaded moves the due days of what waits.
async fn v8_v2_due_days_of_appeals_follow_the_arrangement(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    let officer = server.login("city.officer").await;
    let known = officer.get("/v1/working-days/2023").await;
    let mut days = known.is(200)["days"].as_array().unwrap().clone();
    days.push(json!({"date": "2023-10-18", "kind": "holiday"}));
    let days: Vec<Value> =
        days.iter().map(|day| json!({"date": day["date"], "kind": day["kind"]})).collect();
    let load = officer.put("/v1/working-days/2023").json(json!({"days": days}));
    let loaded = load.if_match(&known.etag()).await.is(200);
    assert!(loaded["recomputed"].as_u64().unwrap() > 1, "declarations and the appeal: {loaded:#}");
    let moved = doctor.get(&path(&appeal)).await.is(200);
    assert_eq!(moved["due_at"], "2023-10-25T00:00:00+08:00", "{moved:#}");
}

/// V8, W1: no appeal and no decision on one in the freeze.
async fn v8_w1_nothing_moves_in_the_freeze(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    server.set_clock("2023-12-20T00:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let reviewer = server.login("health.reviewer").await;
    for decision in ["uphold", "dismiss"] {
        decide(&reviewer, &appeal, decision).await.refused(422, "year-end-freeze");
    }
    withdraw(&doctor, &appeal).await.refused(422, "year-end-freeze");
    let summer = class(server, "夏季").await;
    let engineer = server.login("engineer").await;
    let call = bring(&engineer, json!({"class_id": summer["id"]}));
    call.await.refused(422, "year-end-freeze");
    // After it the appeal goes on, also about a year that is over.
    server.set_clock("2024-01-02T09:00:00+08:00").await;
    let reviewer = server.login("health.reviewer").await;
    decide(&reviewer, &appeal, "uphold").await.is(200);
    let doctor = server.login("professional").await;
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "approved");
    steps::assert_totals_add_up(server, &text(&draft, "professional_id"), 2023).await;
}

/// V8, Who: the deciding body's reviewer appeals about her own declaration.
async fn v8_who_nobody_decides_about_themselves(server: &Server) {
    let admin = server.login("city.admin").await;
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    about(&server.login("health.reviewer").await, &draft).await.refused(403, "forbidden");
    let appoint = async |who: &Client| {
        let body = json!({"account_id": who.get("/v1/me").await.is(200)["id"], "role": "reviewer"});
        let path = format!("/v1/organizations/{}/administrators", text(&appeal, "decider_id"));
        admin.post(&path).json(body).await.is(201);
    };
    appoint(&doctor).await;
    let both = server.login("professional").await;
    decide(&both, &appeal, "uphold").await.refused(403, "own-case");
    // The hospital's administrator, who rejected, as a reviewer of the body above.
    let employer = server.login("hospital.admin").await;
    appoint(&employer).await;
    let employer = server.login("hospital.admin").await;
    decide(&employer, &appeal, "dismiss").await.refused(403, "same-decider");
    // Nobody appeals for others, nor about what they cannot see.
    let engineer = server.login("engineer").await;
    let problem = about(&engineer, &draft).await.refused(422, "unknown-reference");
    assert_eq!(problem["errors"][0]["pointer"], "/declaration_id");
    about(&employer, &draft).await.refused(422, "unknown-reference");
    withdraw(&server.login("professional").await, &appeal).await.is(200);
}

/// V8: once; a withdrawn appeal was the one.
async fn v8_one_matter_one_appeal(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let both = json!({"declaration_id": draft["id"], "class_id": draft["id"]});
    bring(&doctor, both).await.refused(422, "validation-failed");
    bring(&doctor, json!({})).await.refused(422, "validation-failed");
    let appeal = about(&doctor, &draft).await.is(201);
    about(&doctor, &draft).await.refused(409, "appealed-already");
    let stale = doctor.post(&format!("{}/withdrawal", path(&appeal))).if_match("\"7\"");
    stale.await.refused(412, "precondition-failed");
    assert_eq!(withdraw(&doctor, &appeal).await.is(200)["state"], "withdrawn");
    let problem = about(&doctor, &draft).await.refused(409, "appealed-already");
    assert_eq!(problem["state"], "withdrawn");
    decide(&server.login("health.reviewer").await, &appeal, "uphold")
        .await
        .refused(409, "wrong-state");
}
