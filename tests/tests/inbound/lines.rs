//! Lines and their results: idempotent by name and revision, by the rules by which it would be done here.

use serde_json::{Value, json};
use xueshi_tests::steps::text;
use xueshi_tests::{Server, on_both};

use super::{completion, line, outcomes, person, prior_year, push, push_one, unit, with};

on_both!(
    every_kind_is_created_repeated_and_updated,
    late_and_contradicting_revisions_are_recognised,
    a_refused_line_blocks_nobody,
    a_prior_year_stands_beside_what_is_kept_here,
    a_dry_run_keeps_nothing,
    who_may_push,
);

async fn every_kind_is_created_repeated_and_updated(server: &Server) {
    let province = server.machine("province").await;
    let all = |revision| {
        let changed = revision > 1;
        let more = |changes| if changed { changes } else { json!({}) };
        [
            unit(revision, more(json!({"name": "更名后的单位"}))),
            person(revision, more(json!({"phone": "13800001234", "post": "management"}))),
            completion(revision, more(json!({"hours": 9.5, "title": "更正后的课程"}))),
            prior_year(revision, more(json!({"outcome": "incomplete", "professional_hours": 20}))),
        ]
    };
    let first = push(&province, &all(1)).await;
    assert_eq!(outcomes(&first), ["created"; 4], "{first:#?}");
    assert_eq!(outcomes(&push(&province, &all(1)).await), ["unchanged"; 4]);
    let later = push(&province, &all(2)).await;
    assert_eq!(outcomes(&later), ["updated"; 4], "{later:#?}");
    for (first, later) in first.iter().zip(&later) {
        assert_eq!(first["id"], later["id"], "{later:#}");
    }
    assert_eq!(outcomes(&push(&province, &all(3)).await), ["unchanged"; 4]);
    assert_eq!(outcomes(&push(&province, &all(1)).await), ["stale"; 4]);

    let officer = server.login("city.officer").await;
    let found = officer.get(&format!("/v1/organizations/{}", text(&first[0], "id"))).await.is(200);
    assert_eq!(found["name"], "更名后的单位");
    let found = officer.get(&format!("/v1/professionals/{}", text(&first[1], "id"))).await.is(200);
    assert_eq!(
        (&found["post"], &found["phone_masked"]),
        (&json!("management"), &json!("138****1234"))
    );
    let found =
        officer.get(&format!("/v1/learning-records/{}", text(&first[2], "id"))).await.is(200);
    assert_eq!((&found["hours"], &found["title"]), (&json!(9.5), &json!("更正后的课程")));
}

async fn late_and_contradicting_revisions_are_recognised(server: &Server) {
    let province = server.machine("province").await;
    let (outcome, created) = push_one(&province, person(7, json!({"phone": "13800001234"}))).await;
    assert_eq!(outcome, "created");
    // Overtaken on its way.
    let (outcome, stale) = push_one(&province, person(6, json!({}))).await;
    assert_eq!((outcome.as_str(), &stale["id"]), ("stale", &created["id"]));
    // The same revision with another content.
    let (outcome, refused) = push_one(&province, person(7, json!({"phone": "13800009999"}))).await;
    assert_eq!(outcome, "refused");
    assert_eq!(refused["problem"]["code"], "revision-contradicts", "{refused:#}");
    assert_eq!(refused["problem"]["status"], 409);
    assert_eq!(refused["problem"]["revision"], 7);
    assert_eq!(refused["external_id"], "P1");
    // Within one batch, too, and twice the same.
    let lines = [person(9, json!({})), person(8, json!({})), person(9, json!({}))];
    assert_eq!(outcomes(&push(&province, &lines).await), ["unchanged", "stale", "unchanged"]);
    // What is not known there stays as it is here.
    let officer = server.login("city.officer").await;
    let path = format!("/v1/professionals/{}", text(&created, "id"));
    assert_eq!(officer.get(&path).await.is(200)["phone_masked"], "138****1234");
}

async fn a_refused_line_blocks_nobody(server: &Server) {
    let province = server.machine("province").await;
    let stranger = json!({"id_number": "41010519900101002X"});
    let lines = [
        person(1, json!({})),
        with(
            completion(1, json!({})),
            json!({"external_id": "C9", "data": with(completion(1, json!({}))["data"].clone(), stranger)}),
        ),
        line("person", "P2", 1, json!({"name": "甲"})),
        with(person(1, json!({"id_number": "410102198506151239"})), json!({"external_id": "P3"})),
        with(
            person(1, json!({"employer_code": "914403001922038216"})),
            json!({"external_id": "P4"}),
        ),
        with(completion(1, json!({"platform": "elsewhere"})), json!({"external_id": "C2"})),
        with(prior_year(1, json!({"year": 2023})), json!({"external_id": "Y2"})),
        with(unit(1, json!({"kind": "district_bureau"})), json!({"external_id": "U2"})),
        completion(1, json!({})),
    ];
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let body = format!("{body}{{\"kind\": \n[]\n{}\n", json!({"kind": "dragon"}));
    let call = province.post("/v1/sync/records").text("application/x-ndjson", body).english();
    let results = call.await.is(200)["results"].clone();
    let results = results.as_array().unwrap();
    let said = results.iter().map(|result| {
        let problem = &result["problem"];
        let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (of(&result["outcome"]), of(&problem["code"]), of(&problem["errors"][0]["pointer"]))
    });
    let said: Vec<(String, String, String)> = said.collect();
    let said: Vec<(&str, &str, &str)> =
        said.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(
        said,
        [
            ("created", "", ""),
            ("refused", "unknown-reference", "/data/id_number"),
            ("refused", "missing-member", "/data/id_type"),
            ("refused", "validation-failed", "/data/id_number"),
            ("refused", "unknown-reference", "/data/employer_code"),
            ("refused", "platform-not-listed", ""),
            ("refused", "validation-failed", "/data/year"),
            ("refused", "validation-failed", "/data/kind"),
            ("created", "", ""),
            ("refused", "malformed-json", ""),
            ("refused", "invalid-type", ""),
            ("refused", "invalid-value", "/kind"),
        ],
        "{results:#?}"
    );
    assert!(!format!("{results:?}").contains("19850615"), "no id number in an error");
    // A refusal by a rule is explained (V7).
    let explanation = text(&results[5]["problem"], "explanation");
    assert!(explanation.starts_with("/v1/explanations/refusal/"), "{explanation}");
}

/// H4, A3, A4: it answers for years of which nothing is kept here, and adds no hours.
async fn a_prior_year_stands_beside_what_is_kept_here(server: &Server) {
    let province = server.machine("province").await;
    let (_, person) = push_one(&province, person(1, json!({}))).await;
    let person = text(&person, "id");
    let (outcome, _) = push_one(&province, prior_year(1, json!({}))).await;
    assert_eq!(outcome, "created");
    let admin = server.login("company.admin").await;
    let year = admin.get(&format!("/v1/professionals/{person}/annual-records/2022")).await.is(200);
    assert_eq!(year["reported"]["outcome"], "completed_in_year", "{year:#}");
    assert_eq!((&year["approved"]["total"], &year["state"]), (&json!(0), &json!("in_progress")));
    let path =
        format!("/v1/professionals/{person}/standing?from=2022&to=2022&purpose=title_review");
    let standing = admin.get(&path).await.is(200);
    assert_eq!(standing["met"], true, "{standing:#}");
    assert_eq!(standing["years"][0]["reported_outcome"], "completed_in_year");
    assert_eq!(standing["years"][0]["approved"]["total"], 0);
}

async fn a_dry_run_keeps_nothing(server: &Server) {
    let province = server.machine("province").await;
    let lines = json!([person(1, json!({})), completion(1, json!({}))]);
    for _ in 0..2 {
        let call = province.post("/v1/sync/records?dry_run=true").json(lines.clone());
        let answer = call.await.is(200);
        let results = answer["results"].as_array().unwrap();
        assert_eq!(outcomes(results), ["created", "created"], "{results:#?}");
    }
    let (outcome, _) = push_one(&province, person(1, json!({}))).await;
    assert_eq!(outcome, "created");
}

async fn who_may_push(server: &Server) {
    let platform = server.machine("hnzjzx").await;
    let body = json!([person(1, json!({}))]);
    let call = platform.post("/v1/sync/records").json(body.clone());
    call.await.refused(403, "insufficient-scope");
    let admin = server.login("city.admin").await;
    admin.post("/v1/sync/records").json(body.clone()).await.refused(403, "forbidden");
    server.nobody().post("/v1/sync/records").json(body).await.refused(401, "unauthenticated");
}
