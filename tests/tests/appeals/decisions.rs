//! Appeals about what was decided, and who decides them (V8).

use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{about, decide, path, rejected, revoke, second_officer, unit_of, withdraw};

on_both!(
    v8_an_employers_rejection_goes_to_its_reviewing_body,
    v8_a_reviewing_bodys_rejection_goes_to_the_bureau,
    v8_a_revocation_is_decided_by_another_officer,
    v8_a_revocation_that_left_the_year_complete_is_undone_in_its_certificate,
    v8_under_the_bureau_itself_another_officer_decides,
);

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
