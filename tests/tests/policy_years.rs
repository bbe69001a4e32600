//! Policy by year (W3, W4): drafts and their mistakes, a new year through the API alone, versions and what they leave as it was.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

on_both!(
    w3_a_new_year_is_set_up_through_the_api_alone,
    w3_each_kind_of_mistake_is_refused_at_its_place,
    w3_what_only_publication_can_see_is_refused_at_its_place,
    w3_a_draft_says_what_it_would_change,
    w3_u4b_who_counts_stands_once_the_year_has_begun,
    w3_past_decisions_keep_their_version,
    w3_a_year_without_a_policy_has_no_rules,
);

/// The policy of 2024 as a document for another year.
async fn document_for(server: &Server, year: i32) -> Value {
    let document = server.nobody().get("/v1/policies/2024").await.is(200)["document"].to_string();
    let document = document.replace("2025-", &format!("{}-", year + 1));
    serde_json::from_str(&document.replace("2024", &year.to_string())).unwrap()
}

/// The document with another value at a pointer.
fn at(document: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = document.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let place = changed.pointer_mut(parent).unwrap();
    if place.is_array() {
        place[name.parse::<usize>().unwrap()] = value;
    } else {
        place[name] = value;
    }
    changed
}

async fn publish(admin: &Client, year: i32, document: &Value, reason: Option<&str>) -> Value {
    let begun = admin
        .post(&format!("/v1/policies/{year}/drafts"))
        .json(json!({"document": document}))
        .await;
    let version = begun.is(201)["version"].clone();
    let path = format!("/v1/policies/{year}/drafts/{version}/publication");
    admin.post(&path).json(json!({"reason": reason})).if_match(&begun.etag()).await.is(200)
}

/// W3: 2025, of which the code knows nothing: draft, validation, publication, working days, a platform of its own, and then
/// people declare in it.
async fn w3_a_new_year_is_set_up_through_the_api_alone(server: &Server) {
    let admin = server.login("city.admin").await;
    server.nobody().get("/v1/policies/2025").await.refused(404, "not-found");
    let platform = json!({"code": "zz2025", "name": "2025年公需科目学习平台", "url": "https://zz2025.example"});
    admin.post("/v1/platforms").json(platform).await.is(201);

    let mut document = document_for(server, 2025).await;
    document["floors"] = json!({"total": 60, "public": 20, "professional": 40});
    document["platforms"] = json!(["zz2025", "hnzjzx"]);
    document["review"]["working_days_per_stage"] = json!(3);
    let begun = admin.post("/v1/policies/2025/drafts").json(json!({"document": document})).await;
    assert_eq!(begun.is(201)["version"], 1);
    let path = "/v1/policies/2025/drafts/1";
    server.nobody().get("/v1/policies/2025").await.refused(404, "not-found");
    document["themes"] = json!(["人工智能"]);
    let edited = admin.put(path).json(json!({"document": document})).if_match(&begun.etag()).await;
    edited.is(200);
    let found = admin.get(&format!("{path}/validation")).await.is(200);
    assert_eq!((&found["valid"], &found["replaces"]), (&json!(true), &Value::Null), "{found:#}");
    let published = admin.post(&format!("{path}/publication")).json(json!({}));
    assert_eq!(published.if_match(&edited.etag()).await.is(200)["state"], "published");

    let days = json!({"days": [{"date": "2025-05-02", "kind": "holiday"}, {"date": "2025-04-27", "kind": "workday"}]});
    let known = admin.get("/v1/working-days/2025").await;
    let load = server.login("city.officer").await.put("/v1/working-days/2025").json(days);
    load.if_match(&known.etag()).await.is(200);

    server.set_clock("2025-04-25T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let year = doctor.get("/v1/me/years/2025").await.is(200);
    assert_eq!(year["requirement"], json!({"total": 60, "public": 20, "professional": 40}));
    let new = json!({"year": 2025, "subject": "professional", "way": "conference", "title": "学术年会",
        "learning_start": "2025-03-10", "learning_end": "2025-03-11", "hours": 8});
    let draft = doctor.post("/v1/declarations").json(new).await.is(201);
    steps::attach(&doctor, &text(&draft, "id"), "proof_of_attendance", &steps::pdf("2025")).await;
    let submitted = steps::submission(&doctor, &steps::reread(&doctor, &draft).await).await.is(200);
    // Sunday the 27th is a working day, 28 and 29 April: three days, as the year's policy says.
    assert_eq!(submitted["due_at"], "2025-04-30T00:00:00+08:00", "{submitted:#}");
    assert_eq!(submitted["due_provisional"], false);
    let employer = server.login("hospital.admin").await;
    steps::decision(&employer, &text(&draft, "id"), "approve").await.is(200);
    // The calendar of the new year is there for everybody (W5).
    let calendar = server.nobody().get("/v1/policies/2025/calendar").await.is(200);
    assert_eq!(calendar["windows"][0]["is_open"], true);
}

/// W3: every kind of mistake in a document, at its place, and nothing is kept.
async fn w3_each_kind_of_mistake_is_refused_at_its_place(server: &Server) {
    let admin = server.login("city.admin").await;
    let good = server.nobody().get("/v1/policies/2023").await.is(200)["document"].clone();
    let twice = good["conversion"][0].clone();
    let evidence = json!([{"way": "conference", "evidence": ["certificate", "certificate"]}]);
    for (pointer, value, place, code) in [
        ("/year", json!(2024), "/year", "year-mismatch"),
        ("/floors/total", json!(89.9), "/floors/total", "floors-do-not-add-up"),
        (
            "/floors",
            json!({"total": 0, "public": 0, "professional": 0}),
            "/floors/total",
            "out-of-range",
        ),
        (
            "/windows/declare/closes",
            json!("2022-12-01T00:00:00+08:00"),
            "/windows/declare",
            "window-inverted",
        ),
        (
            "/windows/declare/opens",
            json!("2022-12-31T00:00:00+08:00"),
            "/windows/declare",
            "window-outside-year",
        ),
        (
            "/windows/review/closes",
            json!("2023-12-20T00:00:01+08:00"),
            "/windows/review",
            "window-overlaps-freeze",
        ),
        (
            "/windows/review/closes",
            json!("2023-12-01T00:00:00+08:00"),
            "/windows/review",
            "review-ends-too-early",
        ),
        (
            "/windows/freeze/closes",
            json!("2023-12-01T00:00:00+08:00"),
            "/windows/freeze",
            "window-inverted",
        ),
        (
            "/windows/makeup_study_closes",
            json!("2023-08-01T00:00:00+08:00"),
            "/windows/makeup_study_closes",
            "deadline-out-of-order",
        ),
        (
            "/windows/makeup_study_closes",
            Value::Null,
            "/windows/makeup_study_closes",
            "deadline-missing",
        ),
        (
            "/windows/makeup_registration_closes",
            json!("2023-12-25T00:00:00+08:00"),
            "/windows/makeup_registration_closes",
            "window-overlaps-freeze",
        ),
        (
            "/makeup/exceptional_only",
            json!(true),
            "/windows/makeup_application",
            "makeup-window-not-allowed",
        ),
        ("/makeup/earliest_year", json!(2024), "/makeup/earliest_year", "out-of-range"),
        (
            "/review/working_days_per_stage",
            json!(0),
            "/review/working_days_per_stage",
            "out-of-range",
        ),
        (
            "/review/warn_below_working_days",
            json!(251),
            "/review/warn_below_working_days",
            "out-of-range",
        ),
        ("/limits/max_hours_per_day", json!(24.1), "/limits/max_hours_per_day", "out-of-range"),
        (
            "/limits/attachment_max_bytes",
            json!(104_857_601),
            "/limits/attachment_max_bytes",
            "out-of-range",
        ),
        (
            "/limits/attachments_per_declaration",
            json!(2_147_483_648_u32),
            "/limits/attachments_per_declaration",
            "out-of-range",
        ),
        (
            "/limits/attachments_per_declaration",
            json!(4_294_967_295_u32),
            "/limits/attachments_per_declaration",
            "out-of-range",
        ),
        ("/conversion/1", twice, "/conversion/1/way", "duplicate"),
        ("/conversion/0/evidence", json!([]), "/conversion/0/evidence", "evidence-missing"),
        ("/conversion", evidence, "/conversion/0/evidence/1", "duplicate"),
        (
            "/conversion/0/max_hours_each",
            json!(60.1),
            "/conversion/0/max_hours_each",
            "limits-contradict",
        ),
        ("/conversion/0/note", json!("长".repeat(501)), "/conversion/0/note", "text"),
        ("/platforms/0", json!("河南"), "/platforms/0", "text"),
        ("/themes/1", json!(" "), "/themes/1", "text"),
        (
            "/funding/deductible_rate_basis_points",
            json!(10_001),
            "/funding/deductible_rate_basis_points",
            "out-of-range",
        ),
        (
            "/funding/floor_rate_basis_points",
            json!(900),
            "/funding/floor_rate_basis_points",
            "limits-contradict",
        ),
    ] {
        let body = json!({"document": at(&good, pointer, value)});
        let problem = admin.post("/v1/policies/2023/drafts").json(body).english().await;
        let problem = problem.refused(422, "validation-failed");
        let place = format!("/document{place}");
        let found = problem["errors"].as_array().unwrap();
        assert!(
            found.iter().any(|error| error["pointer"] == *place && error["code"] == code),
            "{pointer} → {place}: {code}\n{problem:#}"
        );
        assert_eq!(problem["rule"]["id"], "W3");
    }
    // What is no such document at all is refused where it is read.
    for (pointer, value, status) in [
        ("/limits/attachments_per_declaration", json!(4_294_967_296_u64), 422),
        ("/floors/total", json!(90.05), 422),
        ("/conversion/0/way", json!("reading"), 422),
        ("/review/counting", json!("per_week"), 422),
        ("/windows/declare/opens", json!("2023-02-30T00:00:00+08:00"), 422),
    ] {
        let body = json!({"document": at(&good, pointer, value)});
        let answer = admin.post("/v1/policies/2023/drafts").json(body).await;
        assert!(answer.status == status || answer.status == 400, "{pointer}: {answer:?}");
        let place = answer.json()["errors"][0]["pointer"].clone();
        assert_eq!(place, format!("/document{pointer}"), "{answer:?}");
    }
    let drafts = admin.get("/v1/policies/2023/drafts").await.is(200);
    assert_eq!(drafts["data"], json!([]), "nothing was kept");
    // Who does not make the city's policy does not draft it.
    let officer = server.login("city.officer").await;
    officer.post("/v1/policies/2023/drafts").json(json!({})).await.refused(403, "forbidden");
}

/// W3, H6: platforms that nobody registered, and the freezes of other years, are seen at publication, and before by
/// validation.
async fn w3_what_only_publication_can_see_is_refused_at_its_place(server: &Server) {
    let admin = server.login("city.admin").await;
    let mut document = server.nobody().get("/v1/policies/2023").await.is(200)["document"].clone();
    document["platforms"] = json!(["hnzjzx", "nowhere"]);
    document["windows"]["freeze"]["closes"] = json!("2024-01-05T00:00:00+08:00");
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({"document": document})).await;
    begun.is(201);
    let path = "/v1/policies/2023/drafts/2";
    let found = admin.get(&format!("{path}/validation")).english().await.is(200);
    assert_eq!((&found["valid"], &found["replaces"]), (&json!(false), &json!(1)));
    let problems: Vec<(&str, &str)> = found["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["pointer"].as_str().unwrap(), problem["code"].as_str().unwrap()))
        .collect();
    let expected =
        [("/windows/freeze", "freeze-overlaps-another-year"), ("/platforms/1", "unknown-platform")];
    assert_eq!(problems, expected, "{found:#}");
    let publish = || {
        let call = admin.post(&format!("{path}/publication")).if_match(&begun.etag());
        call.json(json!({"reason": "更正"}))
    };
    let problem = publish().await.refused(422, "validation-failed");
    let pointers: Vec<&Value> =
        problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/document/windows/freeze", "/document/platforms/1"], "{problem:#}");
    assert_eq!(server.nobody().get("/v1/policies/2023").await.is(200)["version"], 1);

    document["windows"]["freeze"]["closes"] = json!("2024-01-01T00:00:00+08:00");
    let edited = admin.put(path).json(json!({"document": document})).if_match(&begun.etag()).await;
    edited.is(200);
    let platform = json!({"code": "nowhere", "name": "新平台"});
    admin.post("/v1/platforms").json(platform).await.is(201);
    let call = admin.post(&format!("{path}/publication")).if_match(&edited.etag());
    call.json(json!({"reason": "更正"})).await.is(200);
}

/// W3: before it is published, a draft shows its differences and what should be known.
async fn w3_a_draft_says_what_it_would_change(server: &Server) {
    let admin = server.login("city.admin").await;
    let mut document = server.nobody().get("/v1/policies/2024").await.is(200)["document"].clone();
    document["floors"]["total"] = json!(95);
    document["themes"] = json!([]);
    admin.post("/v1/policies/2024/drafts").json(json!({"document": document})).await.is(201);
    let found = admin.get("/v1/policies/2024/drafts/2/validation").await.is(200);
    assert_eq!(found["changes"][0], json!({"pointer": "/floors/total", "before": 90, "after": 95}));
    assert!(found["changes"].as_array().unwrap().len() > 1);
    assert_eq!(found["warnings"], json!([]));
    // A year whose working days are not known yet says so (V2).
    let document = document_for(server, 2029).await;
    admin.post("/v1/policies/2029/drafts").json(json!({"document": document})).await.is(201);
    let found = admin.get("/v1/policies/2029/drafts/1/validation").await.is(200);
    assert_eq!(found["warnings"][0]["code"], "working-days-not-loaded", "{found:#}");
    admin.get("/v1/policies/2029/drafts/2/validation").await.refused(404, "not-found");
}

/// W3, U4b, A3: a version that counts other people is published before its year, and not in it.
async fn w3_u4b_who_counts_stands_once_the_year_has_begun(server: &Server) {
    let admin = server.login("city.admin").await;
    for (year, expected) in [(2023, json!("year-begun")), (2024, Value::Null)] {
        let mut document = server.nobody().get(&format!("/v1/policies/{year}")).await.is(200);
        let mut document = document["document"].take();
        let counted = document["include_management_posts"].as_bool().unwrap();
        document["include_management_posts"] = json!(!counted);
        let begun = admin.post(&format!("/v1/policies/{year}/drafts"));
        begun.json(json!({"document": document})).await.is(201);
        let path = format!("/v1/policies/{year}/drafts/2/validation");
        let found = admin.get(&path).await.is(200);
        assert_eq!(found["problems"][0]["code"], expected, "{found:#}");
    }
}

/// W3, V10: what was decided under version 1 says so after version 2 came; what comes after is decided under version 2.
async fn w3_past_decisions_keep_their_version(server: &Server) {
    let one = steps::certified_person(server).await;
    let before = server.nobody().get("/v1/policies/2023").await.is(200);
    let admin = server.login("city.admin").await;
    let mut document = before["document"].clone();
    document["floors"] = json!({"total": 96, "public": 32, "professional": 64});
    let after = publish(&admin, 2023, &document, Some("市局调整学时要求")).await;
    assert_eq!((&after["version"], &after["reason"]), (&json!(2), &json!("市局调整学时要求")));

    let doctor = server.login("professional").await;
    let old = doctor.get(&format!("/v1/declarations/{}", one.public)).await.is(200);
    assert_eq!(old["policy_version"], 1, "{old:#}");
    let reviews = doctor.get(&format!("/v1/declarations/{}/reviews", one.public)).await.is(200);
    for review in reviews["data"].as_array().unwrap() {
        assert_eq!(review["policy_version"], 1, "{review:#}");
    }
    // The certificate stands: it was issued under the floors of its day.
    let certificate = server.nobody().get(&format!("/v1/verify/{}", one.code));
    let certificate = certificate.header("accept", "application/json").await.is(200);
    assert_eq!(certificate["state"], "valid", "{certificate:#}");

    let draft = steps::conference_with_evidence(&doctor, "后来的会议", "05-08", "05-09", 8).await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    let new = steps::reread(&doctor, &draft).await;
    assert_eq!(new["policy_version"], 2, "{new:#}");
    // Both versions stay to be read, with the reason of each.
    let versions = server.nobody().get("/v1/policies/2023/versions").await.is(200);
    let shown: Vec<(&Value, &Value, &Value)> = versions["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| (&version["version"], &version["state"], &version["reason"]))
        .collect();
    let expected = [
        (&json!(1), &json!("superseded"), &Value::Null),
        (&json!(2), &json!("published"), &json!("市局调整学时要求")),
    ];
    assert_eq!(shown, expected);
    let first = server.nobody().get("/v1/policies/2023?version=1").await.is(200);
    assert_eq!(first["document"], before["document"]);
}

/// W3: without a published policy nothing can be declared in a year, not even where there is a draft.
async fn w3_a_year_without_a_policy_has_no_rules(server: &Server) {
    let admin = server.login("city.admin").await;
    let document = document_for(server, 2025).await;
    admin.post("/v1/policies/2025/drafts").json(json!({"document": document})).await.is(201);
    let doctor = server.login("professional").await;
    let mut new = steps::conference("学术年会", "05-08", "05-09", 8);
    new["year"] = json!(2025);
    let problem = doctor.post("/v1/declarations").json(new).await.refused(422, "no-policy");
    assert_eq!(problem["rule"]["id"], "W3");
}
