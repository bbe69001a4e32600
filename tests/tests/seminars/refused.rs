//! What a seminar is refused for.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_sqlite};

use super::{admission, approved, decision, person, proposal, report, step, submitted, unit};

on_sqlite!(
    p6_h2_h9_a_proposal_is_small_and_fits_its_days,
    p6_submission_and_approval_come_before_the_first_day,
    p6_the_list_has_people_of_the_city_and_no_more_than_the_places,
    p6_the_report_comes_at_the_end_and_matches_the_list,
    p6_each_step_in_its_state,
    p6_w1_no_step_in_the_freeze,
    p6_w3_the_places_are_policy,
);

/// P6, H2, H9: places, hours, days, the year's policy, and the host.
async fn p6_h2_h9_a_proposal_is_small_and_fits_its_days(server: &Server) {
    let host = server.login("company.admin").await;
    let body = proposal(&unit(&host).await);
    let with = |changes: Value| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        host.post("/v1/seminars").json(body)
    };
    let large = with(json!({"places": 71})).await.refused(422, "seminar-too-large");
    assert_eq!((&large["rule"]["id"], &large["max"]), (&json!("P6"), &json!(70)));
    assert_eq!(large["errors"][0]["pointer"], "/places");
    let long = with(json!({"hours": 40.1})).await.refused(422, "hours-exceed-days");
    assert_eq!((&long["rule"]["id"], &long["max"]), (&json!("H9"), &json!(40)));
    with(json!({"hours": 0})).await.refused(422, "hours-not-positive");
    let split = with(json!({"starts_on": "2023-12-28", "ends_on": "2024-01-03"})).await;
    let split = split.refused(422, "spans-two-years");
    assert_eq!(split["errors"][0]["pointer"], "/ends_on");
    let inverted = with(json!({"ends_on": "2023-11-05"})).await;
    inverted.refused(422, "learning-dates-inverted");
    let ahead = with(json!({"starts_on": "2031-03-01", "ends_on": "2031-03-02", "hours": 8})).await;
    assert_eq!(ahead.refused(422, "no-policy")["errors"][0]["pointer"], "/ends_on");
    for wrong in [json!({"need": "急需"}), json!({"theme": "  "}), json!({"places": 0})] {
        with(wrong).await.refused(422, "validation-failed");
    }
    let hospital = unit(&server.login("hospital.admin").await).await;
    let foreign = with(json!({"organization_id": hospital})).await;
    foreign.refused(422, "unknown-reference");
    // 70 places and 8 hours a day are fine.
    let draft = with(json!({"places": 70})).await.is(201);
    let path = format!("/v1/seminars/{}", text(&draft, "id"));
    let edit = |body: Value| host.patch(&path).json(body).if_match("\"1\"");
    edit(json!({"places": 71})).await.refused(422, "seminar-too-large");
    edit(json!({"ends_on": "2023-11-09"})).await.refused(422, "hours-exceed-days");
    edit(json!({})).await.refused(422, "validation-failed");
    let edited = edit(json!({"ends_on": "2023-11-09", "hours": 32})).await;
    assert_eq!((edited.is(200)["hours"].clone(), edited.etag()), (json!(32), "\"2\"".to_owned()));
    edit(json!({"hours": 31})).await.refused(412, "precondition-failed");
}

/// P6: on the first day it is too late; the last moment is the end of the day before.
async fn p6_submission_and_approval_come_before_the_first_day(server: &Server) {
    let sent = submitted(server).await;
    let host = server.login("company.admin").await;
    let late = host.post("/v1/seminars").json(proposal(&unit(&host).await)).await.is(201);
    server.set_clock("2023-11-05T23:59:00+08:00").await;
    let officer = server.login("city.officer").await;
    let path = format!("/v1/seminars/{}/decision?dry_run=true", text(&sent, "id"));
    officer.post(&path).json(json!({"decision": "approve"})).if_match("*").await.is(200);
    server.set_clock("2023-11-06T00:00:00+08:00").await;
    let (host, officer) = (server.login("company.admin").await, server.login("city.officer").await);
    let begun = decision(&officer, &sent, "approve").await.refused(422, "seminar-begun");
    assert_eq!((&begun["rule"]["id"], &begun["starts_on"]), (&json!("P6"), &json!("2023-11-06")));
    step(&host, &late, "submission").await.refused(422, "seminar-begun");
    // It can still be sent back, and proposed with later days.
    let back = decision(&officer, &sent, "return").await.is(200);
    let path = format!("/v1/seminars/{}", text(&sent, "id"));
    let days = json!({"starts_on": "2023-11-13", "ends_on": "2023-11-17"});
    let tag = format!("\"{}\"", back["version"]);
    let edited = host.patch(&path).json(days).if_match(&tag).await.is(200);
    step(&host, &edited, "submission").await.is(200);
}

/// P6, U3, U4b: the list before the first day, its places, and who may stand on it.
async fn p6_the_list_has_people_of_the_city_and_no_more_than_the_places(server: &Server) {
    let sent = submitted(server).await;
    let host = server.login("company.admin").await;
    let (engineer, doctor) =
        (person(server, "engineer").await, person(server, "professional").await);
    let one = |id: &str| json!([{"professional_id": id}]);
    admission(&host, &sent, &one(&engineer)).await.refused(409, "wrong-state");
    let officer = server.login("city.officer").await;
    let seminar = decision(&officer, &sent, "approve").await.is(200);
    let four = json!([{"professional_id": engineer}, {"professional_id": doctor},
        {"professional_id": doctor}, {"professional_id": engineer}]);
    let full = admission(&host, &seminar, &four).await.refused(422, "seminar-full");
    assert_eq!((&full["admitted"], &full["places"]), (&json!(4), &json!(3)));
    let twice = json!([{"professional_id": engineer}, {"professional_id": engineer}]);
    let twice = admission(&host, &seminar, &twice).await.refused(422, "validation-failed");
    assert_eq!(twice["errors"][0]["pointer"], "/people/1");
    let unknown = json!([{"professional_id": engineer},
        {"professional_id": "018b3b1e-7c00-7a10-8c11-000000000000"},
        {"id_type": "resident_id", "id_number": "410102198506151238"}]);
    let unknown = admission(&host, &seminar, &unknown).await.refused(422, "unknown-reference");
    assert_eq!(unknown["errors"][0]["pointer"], "/people/1");
    assert_eq!(unknown["errors"][1]["pointer"], "/people/2");
    for line in [
        json!({}),
        json!({"id_type": "resident_id"}),
        json!({"professional_id": doctor, "id_type": "resident_id", "id_number": "410199198507129015"}),
        json!({"id_type": "resident_id", "id_number": "410102198506151239"}),
    ] {
        admission(&host, &seminar, &json!([line])).await.refused(422, "validation-failed");
    }
    let admin = server.login("city.admin").await;
    let people = steps::all_pages(&admin, "/v1/professionals?limit=200").await;
    let retired = people.iter().find(|person| person["state"] == "ended").unwrap();
    let both = json!([{"professional_id": engineer}, {"professional_id": retired["id"]}]);
    let problem = admission(&host, &seminar, &both).await.refused(422, "not-employed");
    assert_eq!(problem["errors"][0]["pointer"], "/people/1");
    let hospital = server.login("hospital.admin").await;
    let path = format!("/v1/professionals/{doctor}");
    let tag = hospital.get(&path).await.etag();
    hospital.patch(&path).json(json!({"post": "civil_servant"})).if_match(&tag).await.is(200);
    admission(&host, &seminar, &one(&doctor)).await.refused(422, "out-of-scope");

    // The list can be drawn up anew until the first day.
    let listed = admission(&host, &seminar, &one(&engineer)).await.is(200);
    admission(&host, &seminar, &one(&engineer)).await.refused(412, "precondition-failed");
    let emptied = admission(&host, &listed, &json!([])).await.is(200);
    assert_eq!(emptied["admitted"], 0);
    server.set_clock("2023-11-06T08:00:00+08:00").await;
    let host = server.login("company.admin").await;
    admission(&host, &emptied, &one(&engineer)).await.refused(422, "seminar-begun");
}

/// P6: when it is over, one result for everyone on the list, and no more hours than it gives.
async fn p6_the_report_comes_at_the_end_and_matches_the_list(server: &Server) {
    let empty = approved(server).await;
    let seminar = approved(server).await;
    let host = server.login("company.admin").await;
    let (engineer, doctor) =
        (person(server, "engineer").await, person(server, "professional").await);
    let people = json!([{"professional_id": engineer}]);
    let seminar = admission(&host, &seminar, &people).await.is(200);
    let result = |id: &str, hours: f64, passed: bool| json!({"professional_id": id, "hours": hours, "passed": passed});
    let fine = json!([result(&engineer, 40.0, true)]);
    server.set_clock("2023-11-09T23:59:00+08:00").await;
    let host = server.login("company.admin").await;
    let early = report(&host, &seminar, &fine).await.refused(422, "seminar-not-ended");
    assert_eq!((&early["rule"]["id"], &early["ends_on"]), (&json!("P6"), &json!("2023-11-10")));
    server.set_clock("2023-11-10T08:00:00+08:00").await;
    let host = server.login("company.admin").await;
    report(&host, &empty, &json!([])).await.refused(422, "seminar-list-empty");
    let missing = report(&host, &seminar, &json!([])).await;
    let missing = missing.refused(422, "seminar-results-mismatch");
    assert_eq!(missing["missing"], json!([engineer]));
    let others = json!([result(&engineer, 40.0, true), result(&doctor, 40.0, true)]);
    let others = report(&host, &seminar, &others).await.refused(422, "seminar-results-mismatch");
    assert_eq!(others["not_admitted"], json!([doctor]));
    let twice = json!([result(&engineer, 40.0, true), result(&engineer, 1.0, false)]);
    let twice = report(&host, &seminar, &twice).await.refused(422, "seminar-results-mismatch");
    assert_eq!(twice["repeated"], json!([engineer]));
    let over = report(&host, &seminar, &json!([result(&engineer, 40.1, true)])).await;
    let over = over.refused(422, "hours-over-limit");
    assert_eq!((&over["rule"]["id"], &over["limit"]), (&json!("P6"), &json!("seminar")));
    assert_eq!(over["errors"][0]["pointer"], "/results/0/hours");
    let none = report(&host, &seminar, &json!([result(&engineer, 0.0, true)])).await;
    none.refused(422, "hours-not-positive");
    let reported = report(&host, &seminar, &fine).await.is(200);
    // The municipal bureau says why it returns a report.
    let officer = server.login("city.officer").await;
    let bare = step(&officer, &reported, "closing").json(json!({"decision": "return"})).await;
    assert_eq!(bare.refused(422, "validation-failed")["errors"][0]["code"], "comment-required");
}

/// P6: a step that the state does not take is 409, and a stale version 412.
async fn p6_each_step_in_its_state(server: &Server) {
    let host = server.login("company.admin").await;
    let officer = server.login("city.officer").await;
    let draft = host.post("/v1/seminars").json(proposal(&unit(&host).await)).await.is(201);
    let wrong = decision(&officer, &draft, "approve").await.refused(409, "wrong-state");
    assert_eq!((&wrong["road"], &wrong["state"]), (&json!("seminar"), &json!("draft")));
    report(&host, &draft, &json!([])).await.refused(409, "wrong-state");
    let closing = json!({"decision": "close"});
    step(&officer, &draft, "closing").json(closing.clone()).await.refused(409, "wrong-state");
    let sent = step(&host, &draft, "submission").await.is(200);
    step(&host, &sent, "submission").await.refused(409, "wrong-state");
    step(&host, &draft, "submission").await.refused(412, "precondition-failed");
    let path = format!("/v1/seminars/{}", text(&sent, "id"));
    host.patch(&path).json(json!({"places": 2})).if_match("*").await.refused(409, "wrong-state");
    host.patch(&path).json(json!({"places": 2})).await.refused(428, "precondition-required");
    let bare = step(&officer, &sent, "decision").json(json!({"decision": "reject"})).await;
    bare.refused(422, "validation-failed");
    let rejected = decision(&officer, &sent, "reject").await.is(200);
    assert_eq!(rejected["state"], "rejected");
    let reason = json!({"reason": "授课专家临时不能到会"});
    step(&host, &rejected, "withdrawal").json(reason.clone()).await.refused(409, "wrong-state");
    // What is approved can still be given up, and then nobody gets hours from it.
    let seminar = approved(server).await;
    let gone = step(&host, &seminar, "withdrawal").json(reason).await.is(200);
    assert_eq!(gone["state"], "withdrawn");
    step(&officer, &gone, "closing").json(closing).await.refused(409, "wrong-state");
}

/// W1: in the freeze a draft can be written, and nothing goes a step further.
async fn p6_w1_no_step_in_the_freeze(server: &Server) {
    let sent = submitted(server).await;
    server.set_clock("2023-12-20T00:00:00+08:00").await;
    let (host, officer) = (server.login("company.admin").await, server.login("city.officer").await);
    let mut next_year = proposal(&unit(&host).await);
    next_year["starts_on"] = json!("2024-03-04");
    next_year["ends_on"] = json!("2024-03-08");
    let draft = host.post("/v1/seminars").json(next_year).await.is(201);
    step(&host, &draft, "submission").await.refused(422, "year-end-freeze");
    decision(&officer, &sent, "return").await.refused(422, "year-end-freeze");
    let reason = json!({"reason": "停办"});
    step(&host, &sent, "withdrawal").json(reason).await.refused(422, "year-end-freeze");
    server.set_clock("2024-01-01T00:00:00+08:00").await;
    step(&server.login("company.admin").await, &draft, "submission").await.is(200);
}

/// W3, P6: the cap is the year's policy; a new version decides from then on.
async fn p6_w3_the_places_are_policy(server: &Server) {
    let sent = submitted(server).await;
    let admin = server.login("city.admin").await;
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({})).await;
    let mut document = begun.is(201)["document"].clone();
    document["seminars"] = json!({"max_places": 501});
    let path = format!("/v1/policies/2023/drafts/{}", begun.json()["version"]);
    let put = |document: &Value, tag: &str| {
        admin.put(&path).json(json!({"document": document})).if_match(tag)
    };
    let wrong = put(&document, &begun.etag()).await.refused(422, "validation-failed");
    assert!(wrong.to_string().contains("/seminars/max_places"), "{wrong:#}");
    document["seminars"] = json!({"max_places": 2});
    let edited = put(&document, &begun.etag()).await;
    edited.is(200);
    let publication =
        admin.post(&format!("{path}/publication")).json(json!({"reason": "小班教学"}));
    publication.if_match(&edited.etag()).await.is(200);
    let officer = server.login("city.officer").await;
    decision(&officer, &sent, "approve").await.refused(422, "seminar-too-large");
    decision(&officer, &sent, "return").await.is(200);
}
