//! Who decides what, and what follows from it (V3–V7, V10, A1, A2, E13, "nobody on their own").

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

on_both!(
    v6_one_bad_item_never_blocks_the_rest,
    v10_a_decision_keeps_who_when_and_under_which_policy,
    e13_a_revocation_takes_the_certificate_with_it,
    nobody_reviews_their_own,
    one_person_may_not_decide_both_stages,
    each_stage_is_decided_by_its_holder,
    states_allow_what_they_allow,
    a1_a_whole_employer_is_verified_in_one_call,
);

/// V6: a result for each item, in its order.
async fn v6_one_bad_item_never_blocks_the_rest(server: &Server) {
    let doctor = server.login("professional").await;
    let mut ids = Vec::new();
    for subject in ["public", "professional"] {
        let draft = steps::draft_of(&doctor, subject).await;
        steps::submission(&doctor, &draft).await.is(200);
        ids.push(text(&draft, "id"));
    }
    let employer = server.login("hospital.admin").await;
    // Her own, one that nobody has, one of another unit's people, and the same one twice.
    let queue = steps::all_pages(&employer, "/v1/review-queue?limit=50").await;
    let her_id = steps::professional_id(&employer).await;
    let own = queue.iter().find(|item| item["professional_id"] == her_id.as_str()).unwrap();
    let company = server.login("company.admin").await;
    let other = company.get("/v1/review-queue").await.is(200)["data"][0].clone();
    let item = |id: &str, decision: &str| json!({"declaration_id": id, "decision": decision, "comment": "批量"});
    let items = [
        item(&ids[0], "approve"),
        item(&text(own, "id"), "approve"),
        item("01890000-0000-7000-8000-000000000000", "approve"),
        item(&text(&other, "id"), "reject"),
        item(&ids[1], "return"),
        item(&ids[0], "return"),
    ];
    let results = employer.post("/v1/reviews:batch").json(json!({"items": items})).await.is(200);
    let results = results["results"].as_array().unwrap();
    let codes: Vec<&str> = results
        .iter()
        .map(|result| result["problem"]["code"].as_str().or(result["state"].as_str()).unwrap())
        .collect();
    let expected = [
        "authority_review",
        "own-declaration",
        "not-found",
        "not-found",
        "returned",
        "decision-already-made",
    ];
    assert_eq!(codes, expected);
    for (result, item) in results.iter().zip(&items) {
        assert_eq!(result["declaration_id"], item["declaration_id"]);
    }
    // An item that cannot be read is refused before anything is done.
    let broken = json!({"items": [item(&ids[1], "approve"), {"declaration_id": ids[1], "decision": "reject"}]});
    let problem =
        employer.post("/v1/reviews:batch").json(broken).await.refused(422, "validation-failed");
    assert!(text(&problem["errors"][0], "pointer").starts_with("/items/1"), "{problem:#}");
}

/// V10: who, acting for which unit, when, under which policy version, and the comment.
async fn v10_a_decision_keeps_who_when_and_under_which_policy(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let reviews = doctor.get(&format!("/v1/declarations/{}/reviews", person.public)).await.is(200);
    let reviews = reviews["data"].as_array().unwrap();
    assert_eq!(reviews.len(), 2);
    for (review, (stage, account)) in
        reviews.iter().zip([("employer", "hospital.admin"), ("authority", "health.reviewer")])
    {
        let me = server.login(account).await.get("/v1/me").await.is(200);
        assert_eq!((&review["stage"], &review["decision"]), (&json!(stage), &json!("approve")));
        assert_eq!(review["account_id"], me["id"]);
        let units: Vec<&Value> = me["grants"]
            .as_array()
            .unwrap()
            .iter()
            .map(|grant| &grant["organization"]["id"])
            .collect();
        assert!(units.contains(&&review["unit_id"]), "{review:#}");
        assert_eq!((&review["policy_version"], &review["revision"]), (&json!(1), &json!(1)));
        assert!(
            text(review, "decided_at").starts_with("2023-10-16T09:")
                && text(review, "decided_at").ends_with("+08:00")
        );
        assert_eq!(review["comment"], "approve by a test");
    }
}

/// E13, A2: revoking hours of a certified year opens the year again and revokes its certificate, for everybody to see.
async fn e13_a_revocation_takes_the_certificate_with_it(server: &Server) {
    let person = steps::certified_person(server).await;
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}", person.professional);
    let tag = officer.get(&path).await.etag();
    let revoke =
        |body: Value| officer.post(&format!("{path}/revocation")).json(body).if_match(&tag);
    revoke(json!({"reason": "   "})).await.refused(422, "validation-failed");
    // Nobody below the municipal bureau takes an approval back.
    let authority = server.login("health.reviewer").await;
    let call =
        authority.post(&format!("{path}/revocation")).json(json!({"reason": "x"})).if_match(&tag);
    call.await.refused(403, "forbidden");
    assert_eq!(revoke(json!({"reason": "名册核查不符"})).await.is(200)["state"], "revoked");

    let doctor = server.login("professional").await;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!((&year["state"], &year["certificate"]), (&json!("in_progress"), &Value::Null));
    assert_eq!(year["approved"], json!({"total": 30, "public": 30, "professional": 0}));
    assert_eq!(year["shortfall"], json!({"total": 60, "public": 0, "professional": 60}));
    let public = server
        .nobody()
        .get(&format!("/v1/verify/{}", person.code))
        .header("accept", "application/json")
        .await
        .is(200);
    assert_eq!(public["state"], "revoked");
    assert!(
        !public["ended_at"].is_null() && !public["end_reason"].is_null(),
        "date and reason class: {public:#}"
    );
    assert!(
        !public.to_string().contains("名册核查不符"),
        "the reason itself is not public: {public:#}"
    );
    let page = server
        .nobody()
        .get(&format!("/v1/verify/{}", person.code))
        .header("accept", "text/html")
        .await;
    assert!(page.text().contains("撤销"), "{page:?}");
    let certificate = doctor.get(&format!("/v1/certificates/{}", person.number)).await.is(200);
    assert_eq!(certificate["state"], "revoked");

    let again = revoke(json!({"reason": "再次"})).await;
    assert!(matches!(again.status, 409 | 412), "{again:?}");
    // The learning is free to be declared again, and a second certificate gets a number of its own.
    let draft = steps::draft_of(&doctor, "professional").await;
    let employer = server.login("hospital.admin").await;
    steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    let results = steps::verification(&authority, &person.professional_id).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "certified");
    assert_ne!(results["results"][0]["certificate_number"], person.number.as_str());
    steps::assert_totals_add_up(server, &person.professional_id, 2023).await;
}

/// "Who": the administrator of the hospital cannot decide on her own declaration, at any level, nor verify her own year.
async fn nobody_reviews_their_own(server: &Server) {
    let employer = server.login("hospital.admin").await;
    let her_id = steps::professional_id(&employer).await;
    let queue = steps::all_pages(&employer, "/v1/review-queue?limit=50").await;
    let own = queue.iter().find(|item| item["professional_id"] == her_id.as_str()).unwrap();
    for decision in ["approve", "return", "reject"] {
        steps::decision(&employer, &text(own, "id"), decision)
            .await
            .refused(403, "own-declaration");
    }
    assert_eq!(steps::reread(&employer, own).await["state"], "employer_review");

    // With the authority's office as well: still not on her own.
    let admin = server.login("city.admin").await;
    let me = employer.get("/v1/me").await.is(200);
    let health = server.login("health.reviewer").await.get("/v1/me").await.is(200);
    let unit = text(&health["grants"][0]["organization"], "id");
    let path = format!("/v1/organizations/{unit}/administrators");
    admin.post(&path).json(json!({"account_id": me["id"], "role": "reviewer"})).await.is(201);
    let employer = server.login("hospital.admin").await;
    steps::decision(&employer, &text(own, "id"), "approve").await.refused(403, "own-declaration");
    let results = steps::verification(&employer, &her_id).await.is(200);
    let result = &results["results"][0];
    assert!(result["outcome"] == "refused" || result["outcome"] == "not_satisfied", "{results:#}");
    assert_ne!(result["outcome"], "certified");
}

/// "Who": whoever decided for the employer does not decide for the authority.
async fn one_person_may_not_decide_both_stages(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let employer = server.login("hospital.admin").await;
    steps::decision(&employer, &text(&draft, "id"), "approve").await.is(200);
    let admin = server.login("city.admin").await;
    let me = employer.get("/v1/me").await.is(200);
    let waiting = steps::reread(&doctor, &draft).await;
    let path = format!("/v1/organizations/{}/administrators", text(&waiting, "authority_id"));
    admin.post(&path).json(json!({"account_id": me["id"], "role": "reviewer"})).await.is(201);
    let both = server.login("hospital.admin").await;
    steps::decision(&both, &text(&draft, "id"), "approve").await.refused(403, "same-reviewer");
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "authority_review");
}

/// The unit that holds the stage decides: not the next one early, not another one, not the city in its place.
async fn each_stage_is_decided_by_its_holder(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let id = text(&draft, "id");
    let decide = async |who: &str| steps::decision(&server.login(who).await, &id, "approve").await;
    decide("health.reviewer").await.refused(403, "not-holder");
    decide("city.officer").await.refused(403, "not-holder");
    for stranger in ["company.admin", "school.admin", "jinshui.reviewer", "education.reviewer"] {
        decide(stranger).await.refused(404, "not-found");
    }
    for powerless in
        ["professional", "engineer", "base.admin", "institute.admin", "city.admin", "auditor"]
    {
        decide(powerless).await.refused(403, "forbidden");
    }
    decide("hospital.admin").await.is(200);
    decide("city.officer").await.refused(403, "not-holder");
    decide("health.reviewer").await.is(200);
}

/// The machine of states through the API: what a state does not allow is a conflict, and changes nothing.
async fn states_allow_what_they_allow(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let officer = server.login("city.officer").await;
    let draft = steps::draft_of(&doctor, "public").await;
    let id = text(&draft, "id");
    let path = format!("/v1/declarations/{id}");
    let tag = async || doctor.get(&path).await.etag();
    let withdraw = async || doctor.post(&format!("{path}/withdrawal")).if_match(&tag().await).await;
    let submit = async || doctor.post(&format!("{path}/submission")).if_match(&tag().await).await;
    let revoke = async || {
        let call = officer.post(&format!("{path}/revocation")).json(json!({"reason": "核查"}));
        call.if_match(&tag().await).await
    };
    let edit =
        async || doctor.patch(&path).json(json!({"title": "改"})).if_match(&tag().await).await;

    submit().await.is(200);
    submit().await.refused(409, "wrong-state");
    edit().await.refused(409, "wrong-state");
    revoke().await.refused(409, "wrong-state");
    steps::decision(&employer, &id, "approve").await.is(200);
    steps::decision(&employer, &id, "approve").await.refused(409, "decision-already-made");
    steps::decision(&authority, &id, "return").await.is(200);
    // Only in one's own words is there something to edit; delivered learning is corrected at its source.
    edit().await.refused(422, "validation-failed");
    submit().await.is(200);
    steps::decision(&employer, &id, "approve").await.is(200);
    steps::decision(&authority, &id, "approve").await.is(200);
    withdraw().await.refused(409, "wrong-state");
    submit().await.refused(409, "wrong-state");
    revoke().await.is(200);
    revoke().await.refused(409, "wrong-state");

    let second = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &second).await.is(200);
    let rejected = employer.post(&format!("/v1/declarations/{}/reviews", text(&second, "id")));
    rejected.json(json!({"decision": "reject"})).await.refused(422, "validation-failed");
    steps::decision(&employer, &text(&second, "id"), "reject").await.is(200);
    let final_one = steps::reread(&doctor, &second).await;
    assert_eq!(
        (&final_one["state"], &final_one["due_at"], &final_one["holder_id"]),
        (&json!("rejected"), &Value::Null, &Value::Null)
    );
    steps::submission(&doctor, &final_one).await.refused(409, "wrong-state");
}

/// A1: all satisfied years of an employer; those of others are not touched.
async fn a1_a_whole_employer_is_verified_in_one_call(server: &Server) {
    let authority = server.login("education.reviewer").await;
    let satisfied = authority.get("/v1/annual-records?year=2023&state=satisfied").await.is(200);
    let row = &satisfied["data"][0];
    let body = json!({"year": 2023, "employer_id": row["employer_id"]});
    let results =
        authority.post("/v1/annual-records:verify?dry_run=true").json(body.clone()).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "certified");
    let still = authority.get("/v1/annual-records?year=2023&state=satisfied").await.is(200);
    assert_eq!(still, satisfied, "a dry run keeps nothing");
    let results = authority.post("/v1/annual-records:verify").json(body).await.is(200);
    let results = results["results"].as_array().unwrap();
    assert_eq!(results.len(), satisfied["data"].as_array().unwrap().len());
    assert!(results.iter().all(|result| result["outcome"] == "certified"), "{results:#?}");
    let none = authority.get("/v1/annual-records?year=2023&state=satisfied").await.is(200);
    assert!(none["data"].as_array().unwrap().is_empty());
    // Of another authority's people there is nothing to verify, and they are not known.
    let other = server
        .login("health.reviewer")
        .await
        .get("/v1/annual-records?year=2023&state=satisfied")
        .await
        .is(200);
    let person = text(&other["data"][0], "professional_id");
    let results = steps::verification(&authority, &person).await.is(200);
    assert_eq!(results["results"][0]["problem"]["code"], "not-found");
    let both = json!({"year": 2023});
    authority.post("/v1/annual-records:verify").json(both).await.refused(422, "validation-failed");
}
