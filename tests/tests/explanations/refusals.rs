//! Why a rule refused: for whoever was refused, and for those who read the audit log of the city (V7).

use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, makeup, on_both};

use super::{check, why};

on_both!(
    v7_a_refusal_is_explained_to_its_receiver,
    v7_a_refusal_under_a_key_is_explained_too,
    v7_v6_refused_items_of_a_batch_are_explained,
    v7_a_refusal_on_a_side_road_has_what_was_kept_before_it,
    v7_p1_refused_years_of_a_filing_are_explained,
    v7_m1_a_refused_application_for_makeup_is_explained,
);

/// V7: the problem document names its explanation, which has every check and not only the first that refused.
async fn v7_a_refusal_is_explained_to_its_receiver(server: &Server) {
    let doctor = server.login("professional").await;
    // Both wrong: more than one item gives (H8) and more than two days hold (H9).
    let new = steps::conference("学术年会", "05-08", "05-09", 17);
    let ask = || doctor.post("/v1/declarations").json(new.clone()).english();
    let problem = ask().await.refused(422, "hours-over-limit");
    let address = text(&problem, "explanation");
    let told = doctor.get(&address).english().await.is(200);
    assert_eq!((&told["kind"], &told["outcome"]), (&json!("refusal"), &json!("hours-over-limit")));
    assert_eq!(told["summary"], problem["detail"]);
    let decision = &told["decisions"][0];
    assert_eq!((&decision["policy_version"], &decision["policy_year"]), (&json!(1), &json!(2023)));
    assert_eq!(decision["inputs"]["hours"], 17);
    assert_eq!(decision["inputs"]["request"], "/v1/declarations");
    let limit = check(decision, "limit_of_one_item");
    assert_eq!((&limit["outcome"], &limit["facts"]["max"]), (&json!("failed"), &json!(12)));
    assert!(limit["detail"].as_str().unwrap().contains("12"), "{limit:#}");
    let days = check(decision, "days_hold_hours");
    assert_eq!((&days["outcome"], &days["rule"]["id"]), (&json!("failed"), &json!("H9")));
    assert_eq!(check(decision, "year_of_learning")["outcome"], "passed");

    // The same again is the same refusal, counted; another is another.
    let again = ask().await.refused(422, "hours-over-limit");
    assert_eq!(text(&again, "explanation"), address);
    assert_eq!(doctor.get(&address).await.is(200)["decisions"][0]["inputs"]["times"], 2);
    let other = steps::conference("另一场", "06-08", "06-09", 17);
    let other = doctor.post("/v1/declarations").json(other).await.refused(422, "hours-over-limit");
    assert_ne!(text(&other, "explanation"), address);

    // A refusal without a declaration's checks says the rule that refused: here the window's.
    let mut of_2024 = steps::conference("学术年会", "01-08", "01-09", 8);
    of_2024["year"] = json!(2024);
    let closed = doctor.post("/v1/declarations").json(of_2024).await.refused(422, "window-closed");
    let told = doctor.get(&text(&closed, "explanation")).await.is(200);
    let window = check(&told["decisions"][0], "window_open");
    assert_eq!(window["outcome"], "failed");
    assert_eq!(window["facts"]["opens"], "2024-01-01T00:00:00+08:00");

    // A dry run stores nothing, and names nothing.
    let dry = doctor.post("/v1/declarations?dry_run=true").json(new.clone()).await;
    assert_eq!(dry.refused(422, "hours-over-limit").get("explanation"), None);

    // For the receiver, and for those who read the audit log of the city.
    for who in ["auditor", "city.admin"] {
        assert_eq!(server.login(who).await.get(&address).await.is(200)["kind"], "refusal");
    }
    for who in ["engineer", "hospital.admin", "health.reviewer", "city.officer", "institute.admin"]
    {
        server.login(who).await.get(&address).await.refused(404, "not-found");
    }
    server.nobody().get(&address).await.refused(401, "unauthenticated");
}

/// V7: under an `Idempotency-Key` the refusal is kept with the answer, and repeated with its address.
async fn v7_a_refusal_under_a_key_is_explained_too(server: &Server) {
    let doctor = server.login("professional").await;
    let ask = || {
        let new = steps::conference("学术年会", "05-08", "05-09", 17);
        doctor.post("/v1/declarations").json(new).key("why-1")
    };
    let first = ask().await;
    let address = text(&first.refused(422, "hours-over-limit"), "explanation");
    let again = ask().await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.bytes, first.bytes);
    let told = doctor.get(&address).await.is(200);
    assert_eq!(told["decisions"][0]["inputs"]["times"], 1, "a replay is no second refusal");

    // Whoever may not decide is told why as well (Who).
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let reviewer = server.login("health.reviewer").await;
    let refused = steps::decision(&reviewer, &text(&draft, "id"), "approve").await;
    let told =
        reviewer.get(&text(&refused.refused(403, "not-holder"), "explanation")).await.is(200);
    let holder = check(&told["decisions"][0], "acts_for_holder");
    assert_eq!(
        (&holder["outcome"], &holder["facts"]["stage"]),
        (&json!("failed"), &json!("employer"))
    );
}

/// V7, V6: refused items of a batch are explained one by one, and not in a dry run.
async fn v7_v6_refused_items_of_a_batch_are_explained(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let reviewer = server.login("health.reviewer").await;
    let items = json!({"items": [{"declaration_id": draft["id"], "decision": "approve"}]});
    let batch =
        |query: &str| reviewer.post(&format!("/v1/reviews:batch{query}")).json(items.clone());
    let dry = batch("?dry_run=true").await.is(200);
    assert_eq!(dry["results"][0]["problem"]["code"], "not-holder");
    assert_eq!(dry["results"][0]["problem"].get("explanation"), None);
    let done = batch("").await.is(200);
    let told = reviewer.get(&text(&done["results"][0]["problem"], "explanation")).await.is(200);
    assert_eq!((&told["outcome"], &told["kind"]), (&json!("not-holder"), &json!("refusal")));
    let request = told["decisions"][0]["inputs"]["request"].as_str().unwrap();
    assert!(request.ends_with(&text(&draft, "id")), "{request}");
}

/// V7, A5: a refusal on a side road says which checks were kept before the one that failed, and under which version.
async fn v7_a_refusal_on_a_side_road_has_what_was_kept_before_it(server: &Server) {
    let employer = server.login("company.admin").await;
    let person = steps::professional_id(&server.login("engineer").await).await;
    let application = json!({"professional_id": person, "year": 2023, "kind": "joined_in_year",
        "starts_on": "2023-03-01", "ends_on": "2023-08-31", "statement": "当年入职"});
    let problem = employer.post("/v1/exemptions").json(application).await;
    let problem = problem.refused(422, "no-pro-rating");
    let address = text(&problem, "explanation");
    for who in ["company.admin", "auditor", "city.admin"] {
        let told = server.login(who).await.get(&address).english().await.is(200);
        let decision = &told["decisions"][0];
        assert_eq!(
            (&decision["policy_year"], &decision["policy_version"]),
            (&json!(2023), &json!(1))
        );
        for name in ["acts_for_holder", "not_frozen", "absence_in_year"] {
            assert_eq!(check(decision, name)["outcome"], "passed", "{decision:#}");
        }
        let failed = check(decision, "no_pro_rating");
        assert_eq!((&failed["outcome"], &failed["rule"]["id"]), (&json!("failed"), &json!("A6")));
        assert!(failed["detail"].is_string(), "{failed:#}");
        let after = decision["checks"].as_array().unwrap().last().unwrap();
        assert_eq!(after["check"], "no_pro_rating", "what was not asked any more is not told");
    }
    for who in ["engineer", "hospital.admin", "jinshui.reviewer"] {
        server.login(who).await.get(&address).await.refused(404, "not-found");
    }
}

/// V7, P1, V6: each refused year of an application for filing names its explanation.
async fn v7_p1_refused_years_of_a_filing_are_explained(server: &Server) {
    let admin = server.login("institute.admin").await;
    let unit = admin.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let body = json!({"organization_id": unit, "years": [2022, 2031], "statement": "申请备案"});
    let done = admin.post("/v1/filings").json(body).await.is(200);
    let problem = &done["results"][0]["problem"];
    assert_eq!(problem["code"], "filing-year-over", "{done:#}");
    let told = admin.get(&text(problem, "explanation")).await.is(200);
    let failed = check(&told["decisions"][0], "filing_year_open");
    assert_eq!((&failed["outcome"], &failed["rule"]["id"]), (&json!("failed"), &json!("P1")));
    let filing = text(&done["results"][1]["filing"], "id");
    let told = why(&admin, "filing", &filing).await;
    let applied = &told["decisions"][0];
    assert_eq!((&applied["basis"], &told["complete"]), (&json!("kept"), &json!(true)));
    assert_eq!(check(applied, "filing_year_open")["outcome"], "passed");
    assert_eq!(applied["unit_id"], unit);
}

/// V7, M1: an application for a year that needs no make-up is refused, and the refusal is explained.
async fn v7_m1_a_refused_application_for_makeup_is_explained(server: &Server) {
    let employer = server.login("company.admin").await;
    let person = makeup::person(server, makeup::SHORT).await;
    let items = json!({"items": [{"professional_id": person, "year": 2023}]});
    let problem = employer.post("/v1/makeup-applications").json(items).await;
    let problem = problem.refused(422, "makeup-year-not-open");
    let told = employer.get(&text(&problem, "explanation")).await.is(200);
    let failed = check(&told["decisions"][0], "year_can_be_made_up");
    assert_eq!((&failed["outcome"], &failed["rule"]["id"]), (&json!("failed"), &json!("M1")));
}
