//! The walk of the contract, line by line.

use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

on_both!(the_walk_of_the_contract, public_and_professional_hours_both_count);

/// Every line of "The walk", in its order and with the members that it names.
async fn the_walk_of_the_contract(server: &Server) {
    let login = json!({"username": "professional", "password": "sandbox"});
    let tokens = server.nobody().post("/v1/auth/login").json(login).await.is(200);
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    text(&tokens, "refresh_token");
    let doctor = server.nobody().with_token(&text(&tokens, "access_token")).named("professional");

    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!((&year["year"], &year["state"]), (&json!(2023), &json!("in_progress")));
    assert_eq!(year["requirement"], json!({"total": 90, "public": 30, "professional": 60}));
    assert_eq!(year["approved"], json!({"total": 0, "public": 0, "professional": 0}));
    assert_eq!(year["pending"], json!({"total": 0, "public": 0, "professional": 0}));
    assert_eq!(year["shortfall"], json!({"total": 90, "public": 30, "professional": 60}));
    assert_eq!(year["excess"], json!({"total": 0, "public": 0, "professional": 0}));
    assert!(
        year["certificate"].is_null() && !year["next_actions"].as_array().unwrap().is_empty(),
        "{year:#}"
    );
    let windows = year["windows"].as_array().unwrap();
    let declare = windows.iter().find(|window| window["kind"] == "declare").unwrap();
    assert_eq!(declare["opens"], "2023-01-01T00:00:00+08:00");
    assert_eq!(declare["closes"], "2023-12-20T00:00:00+08:00");
    assert_eq!(declare["is_open"], true);

    let page = doctor.get("/v1/learning-records?year=2023").await.is(200);
    assert!(page["next_cursor"].is_null() && page.get("next_cursor").is_some(), "{page:#}");
    let public = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["subject"] == "public")
        .unwrap();
    assert_eq!(public["way"], "distance_course");
    assert_eq!(public["hours"], 30);
    assert_eq!(public["declared"], false);
    assert_eq!(public["completed_on"], "2023-06-30");
    text(public, "title");

    let body = json!({"year": 2023, "learning_record_id": public["id"]});
    let answer = doctor.post("/v1/declarations").json(body).await;
    let draft = answer.is(201);
    assert_eq!(answer.header("location"), format!("/v1/declarations/{}", text(&draft, "id")));
    for (member, value) in [
        ("state", json!("draft")),
        ("year", json!(2023)),
        ("subject", json!("public")),
        ("way", json!("distance_course")),
        ("hours", json!(30)),
        ("learning_start", json!("2023-06-01")),
        ("learning_end", json!("2023-06-30")),
        ("revision", json!(1)),
        ("title", public["title"].clone()),
    ] {
        assert_eq!(draft[member], value, "{member}");
    }

    let own = json!({"year": 2023, "subject": "professional", "way": "conference", "title": "中华医学会学术年会",
        "learning_start": "2023-05-08", "learning_end": "2023-05-09", "hours": 8});
    let own = doctor.post("/v1/declarations").json(own).await.is(201);
    let path = format!("/v1/declarations/{}/attachments", text(&own, "id"));
    doctor
        .post(&path)
        .file("proof_of_attendance", "参会证明.pdf", &steps::pdf("proof"))
        .await
        .is(201);

    let submitted = doctor.post(&format!("/v1/declarations/{}/submission", text(&draft, "id")));
    let submitted = submitted.if_match(&answer.etag()).await.is(200);
    assert_eq!(submitted["state"], "employer_review");
    assert_eq!(submitted["due_at"], "2023-10-24T00:00:00+08:00");
    assert_eq!(submitted["warnings"], json!([]));

    let reviews = format!("/v1/declarations/{}/reviews", text(&draft, "id"));
    let employer = server.login("hospital.admin").await;
    let body = json!({"decision": "approve", "comment": "情况属实"});
    let first = employer.post(&reviews).json(body).await.is(200);
    assert_eq!(
        (&first["state"], &first["due_at"]),
        (&json!("authority_review"), &json!("2023-10-24T00:00:00+08:00"))
    );
    let authority = server.login("health.reviewer").await;
    let second = authority.post(&reviews).json(json!({"decision": "approve"})).await.is(200);
    assert_eq!(second["state"], "approved");

    // The other half of the year, by the same lines.
    let roster = steps::draft_of(&doctor, "professional").await;
    assert_eq!((&roster["way"], &roster["hours"]), (&json!("training_class"), &json!(60)));
    steps::approve_fully(&doctor, &roster, &employer, &authority).await;

    let person = steps::professional_id(&doctor).await;
    let body = json!({"year": 2023, "professional_ids": [person]});
    let results = authority.post("/v1/annual-records:verify").json(body).await.is(200);
    let result = &results["results"][0];
    assert_eq!(
        (&result["professional_id"], &result["outcome"]),
        (&json!(person), &json!("certified"))
    );
    let number = text(result, "certificate_number");

    let certificate = doctor.get(&format!("/v1/certificates/{number}")).await.is(200);
    let code = text(&certificate, "verification_code");
    let verified = server
        .nobody()
        .get(&format!("/v1/verify/{code}"))
        .header("accept", "application/json")
        .await
        .is(200);
    for shown in [&certificate, &verified] {
        assert_eq!(shown["number"], number.as_str());
        assert_eq!(shown["verification_code"], code.as_str());
        assert_eq!(shown["state"], "valid");
        assert_eq!(shown["year"], 2023);
        assert_eq!(shown["hours"], json!({"total": 90, "public": 30, "professional": 60}));
        assert_eq!(shown["completed"], "in_year");
    }
    let public_text = verified.to_string();
    assert!(
        !public_text.contains("林知远") && public_text.contains("林*"),
        "U4a masks the name: {public_text}"
    );
    assert!(!public_text.contains("410199198507129015"), "U4a masks the id number: {public_text}");

    let pdf = doctor.get(&format!("/v1/certificates/{number}.pdf")).await;
    assert!(pdf.status == 200 && pdf.bytes.starts_with(b"%PDF-"), "{pdf:?}");
    let page =
        server.nobody().get(&format!("/v1/verify/{code}")).header("accept", "text/html").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.text().contains(&number) && !page.text().contains("林知远"), "{page:?}");

    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(
        (&year["state"], &year["certificate"]["number"]),
        (&json!("certified"), &json!(number))
    );
}

/// H1, A1: 30 public hours from a platform and 60 professional hours from a roster certify the year; either alone does not.
async fn public_and_professional_hours_both_count(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let person = steps::professional_id(&doctor).await;
    for (subject, state, outcome) in
        [("public", "in_progress", "not_satisfied"), ("professional", "satisfied", "certified")]
    {
        let draft = steps::draft_of(&doctor, subject).await;
        steps::approve_fully(&doctor, &draft, &employer, &authority).await;
        let year = doctor.get("/v1/me/years/2023").await.is(200);
        assert_eq!(year["state"], state);
        let results = steps::verification(&authority, &person).await.is(200);
        assert_eq!(results["results"][0]["outcome"], outcome, "{results:#}");
    }
    let again = steps::verification(&authority, &person).await.is(200);
    assert_eq!(again["results"][0]["outcome"], "already_certified", "{again:#}");
    steps::assert_totals_add_up(server, &person, 2023).await;
}
