//! What follows from a correction: of an approval, of a declaration (A2, E13, V10, V4, V6, W3).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

on_both!(
    a2_a_year_that_stays_complete_gets_a_corrected_certificate,
    v10_a_revocation_tells_why_who_and_when,
    v4_a_review_may_name_the_revision_that_was_read,
    w3_an_edit_does_not_move_a_declaration_into_a_closed_year,
);

/// Revokes an approval as the municipal bureau.
async fn revoke(officer: &Client, declaration: &str, reason: &str) -> Value {
    let path = format!("/v1/declarations/{declaration}");
    let tag = officer.get(&path).await.etag();
    let call = officer.post(&format!("{path}/revocation")).json(json!({"reason": reason}));
    call.if_match(&tag).await.is(200)
}

/// A certificate as the public sees it.
async fn publicly(server: &Server, code: &str) -> Value {
    let call = server.nobody().get(&format!("/v1/verify/{code}"));
    call.header("accept", "application/json").await.is(200)
}

/// A2: 98 hours were certified; without the 8 of a conference 90 are left, which is enough, and the certificate says so.
async fn a2_a_year_that_stays_complete_gets_a_corrected_certificate(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let conference =
        steps::conference_with_evidence(&doctor, "学术年会", "05-08", "05-09", 8).await;
    steps::approve_fully(&doctor, &conference, &employer, &authority).await;
    let person = steps::certified_person(server).await;
    let before = publicly(server, &person.code).await;
    assert_eq!(before["state"], "valid");
    assert_eq!(before["hours"], json!({"total": 98, "public": 30, "professional": 68}));

    let officer = server.login("city.officer").await;
    let revoked = revoke(&officer, &text(&conference, "id"), "会议未举办").await;
    assert_eq!(revoked["state"], "revoked");

    let left = json!({"total": 90, "public": 30, "professional": 60});
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!((&year["state"], &year["approved"]), (&json!("certified"), &left), "{year:#}");
    let new = &year["certificate"];
    assert_ne!(new["number"], person.number.as_str(), "a certificate is not rewritten: {year:#}");

    let old = publicly(server, &person.code).await;
    assert_eq!((&old["state"], &old["end_reason"]), (&json!("superseded"), &json!("corrected")));
    assert!(!old["ended_at"].is_null(), "since when it does not stand: {old:#}");
    assert_eq!(old["hours"]["total"], 98, "it still shows what it said: {old:#}");
    assert!(!old.to_string().contains("会议未举办"), "the reason is not public: {old:#}");
    let page = server.nobody().get(&format!("/v1/verify/{}", person.code));
    let page = page.header("accept", "text/html").await;
    assert_eq!(page.status, 200, "{page:?}");

    let current = publicly(server, &text(new, "verification_code")).await;
    assert_eq!((&current["number"], &current["state"]), (&new["number"], &json!("valid")));
    assert_eq!(current["hours"], left);
    assert_eq!((&current["ended_at"], &current["end_reason"]), (&Value::Null, &Value::Null));
    let full = doctor.get(&format!("/v1/certificates/{}", text(new, "number"))).await.is(200);
    assert_eq!((&full["version"], &full["state"]), (&json!(2), &json!("valid")), "{full:#}");
    steps::assert_totals_add_up(server, &person.professional_id, 2023).await;

    // E13: without the public hours it is not complete any more; then the corrected one is revoked.
    revoke(&officer, &person.public, "平台更正").await;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!((&year["state"], &year["certificate"]), (&json!("in_progress"), &Value::Null));
    let ended = publicly(server, &text(new, "verification_code")).await;
    assert_eq!(
        (&ended["state"], &ended["end_reason"]),
        (&json!("revoked"), &json!("hours_revoked"))
    );
    assert_eq!(publicly(server, &person.code).await, old, "what had ended stays as it was");
}

/// V10: the owner and those who look over the shoulder read why an approval was taken back; there is nothing before.
async fn v10_a_revocation_tells_why_who_and_when(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let auditor = server.login("auditor").await;
    let officer = server.login("city.officer").await;
    let draft = steps::draft_of(&doctor, "public").await;
    let id = text(&draft, "id");
    let path = format!("/v1/declarations/{id}/revocation");
    doctor.get(&path).await.refused(404, "not-found");
    steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    for client in [&doctor, &auditor, &employer, &officer] {
        client.get(&path).await.refused(404, "not-found");
    }

    revoke(&officer, &id, "名册核查不符").await;
    let me = officer.get("/v1/me").await.is(200);
    let seen = doctor.get(&path).await.is(200);
    assert_eq!((&seen["declaration_id"], &seen["reason"]), (&json!(id), &json!("名册核查不符")));
    assert_eq!(seen["unit_id"], me["grants"][0]["organization"]["id"], "{seen:#}");
    assert_eq!((&seen["account_id"], &seen["policy_version"]), (&me["id"], &json!(1)));
    let when = text(&seen, "revoked_at");
    assert!(when.starts_with("2023-10-16T09:") && when.ends_with("+08:00"), "{seen:#}");
    for client in [&auditor, &employer, &authority, &officer] {
        assert_eq!(client.get(&path).await.is(200), seen);
    }
    for stranger in ["engineer", "company.admin", "jinshui.reviewer"] {
        server.login(stranger).await.get(&path).await.refused(404, "not-found");
    }
    // Declared again, the learning has a declaration of its own, that nobody has revoked.
    let again = steps::draft_of(&doctor, "public").await;
    let path = format!("/v1/declarations/{}/revocation", text(&again, "id"));
    doctor.get(&path).await.refused(404, "not-found");
}

/// V4, V6: a decision on another revision than the one that was read is refused, alone and in a batch.
async fn v4_a_review_may_name_the_revision_that_was_read(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let mut ids = Vec::new();
    for subject in ["public", "professional"] {
        let draft = steps::draft_of(&doctor, subject).await;
        steps::submission(&doctor, &draft).await.is(200);
        let returned = steps::decision(&employer, &text(&draft, "id"), "return").await.is(200);
        let again = steps::submission(&doctor, &returned).await.is(200);
        assert_eq!(again["revision"], 2);
        ids.push(text(&draft, "id"));
    }
    let state = async |id: &str| {
        doctor.get(&format!("/v1/declarations/{id}")).await.is(200)["state"].clone()
    };

    let review = |revision: i32| {
        let body = json!({"decision": "approve", "revision": revision});
        employer.post(&format!("/v1/declarations/{}/reviews", ids[0])).json(body)
    };
    for wrong in [1, 3] {
        let problem = review(wrong).await.refused(412, "precondition-failed");
        assert_eq!(problem["revision"], 2, "the revision that stands is said: {problem:#}");
        assert_eq!(state(&ids[0]).await, "employer_review");
    }
    assert_eq!(review(2).await.is(200)["state"], "authority_review");

    let batch = async |client: &Client, items: [(&str, i32); 2]| {
        let items = items.map(|(id, revision)| {
            json!({"declaration_id": id, "decision": "approve", "revision": revision})
        });
        let results = client.post("/v1/reviews:batch").json(json!({"items": items})).await.is(200);
        results["results"].as_array().unwrap().clone()
    };
    let results = batch(&employer, [(&ids[1], 1), (&ids[1], 2)]).await;
    assert_eq!(results[0]["outcome"], "refused");
    assert_eq!(results[0]["problem"]["code"], "precondition-failed");
    assert_eq!(results[0]["problem"]["status"], 412);
    assert_eq!(
        (&results[1]["outcome"], &results[1]["state"]),
        (&json!("done"), &json!("authority_review"))
    );

    let authority = server.login("health.reviewer").await;
    let results = batch(&authority, [(&ids[0], 2), (&ids[1], 1)]).await;
    assert_eq!(results[0]["state"], "approved");
    assert_eq!(results[1]["problem"]["code"], "precondition-failed");
    assert_eq!(state(&ids[1]).await, "authority_review", "the other one is not touched");
}

/// W3, H7: a draft of 2023 cannot be edited into 2022, whose windows are closed.
async fn w3_an_edit_does_not_move_a_declaration_into_a_closed_year(server: &Server) {
    let doctor = server.login("professional").await;
    let new = steps::conference("学术年会", "05-08", "05-09", 8);
    let draft = doctor.post("/v1/declarations").json(new).await.is(201);
    let path = format!("/v1/declarations/{}", text(&draft, "id"));
    let before = doctor.get(&path).await;
    let moved = json!({"year": 2022, "learning_start": "2022-05-09", "learning_end": "2022-05-10",
        "title": "去年的年会"});
    let edit = |path: &str| doctor.patch(path).json(moved.clone()).if_match(&before.etag());
    for path in [path.clone(), format!("{path}?dry_run=true")] {
        let closed = edit(&path).await.refused(422, "window-closed");
        assert!(text(&closed, "closes").starts_with("2022-12-"), "of 2022: {closed:#}");
    }
    let after = doctor.get(&path).await;
    assert_eq!((after.is(200), after.etag()), (before.is(200), before.etag()), "nothing changed");
    let of_2022 = doctor.get("/v1/declarations?year=2022&state=draft").await.is(200);
    assert_eq!(of_2022["data"], json!([]));
    // Within its year the same draft can be edited.
    let within = json!({"learning_start": "2023-06-05", "learning_end": "2023-06-06"});
    doctor.patch(&path).json(within).if_match(&before.etag()).await.is(200);
}
