//! Why (V7): the rules, inputs, policy version and checks behind decisions, refusals, outcomes and due dates, as they were when
//! they came about, for those who may see the case.

mod refusals;
mod roads;
mod years;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

on_both!(
    v7_a_submission_is_explained_check_by_check,
    v7_approval_return_and_rejection_are_explained,
    v7_a_due_date_shows_every_day_that_was_counted,
    v7_what_was_kept_does_not_follow_later_changes,
    v7_what_was_decided_before_is_told_from_its_own_row,
    v7_nobody_reads_why_of_what_they_may_not_see,
    w3_v2_publishing_and_loading_are_told,
);

async fn why(client: &Client, kind: &str, id: &str) -> Value {
    client.get(&format!("/v1/explanations/{kind}/{id}")).english().await.is(200)
}

/// The check of this name.
#[track_caller]
fn check<'a>(decision: &'a Value, name: &str) -> &'a Value {
    let checks = decision["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {decision:#}"))
}

async fn hospital(server: &Server) -> (Client, Client, Client) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    (doctor, employer, server.login("health.reviewer").await)
}

/// V7: a submission that was accepted, with a class behind it: inputs, every check with its rule and clause, the window, the
/// policy version, the due day (V1) and the warning (V5).
async fn v7_a_submission_is_explained_check_by_check(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "professional").await;
    let id = text(&draft, "id");
    let told = why(&doctor, "declaration", &id).await;
    assert_eq!((&told["outcome"], &told["decisions"]), (&json!("draft"), &json!([])));
    steps::submission(&doctor, &draft).await.is(200);

    let told = why(&doctor, "declaration", &id).await;
    assert_eq!((&told["kind"], &told["complete"]), (&json!("declaration"), &json!(true)));
    let decision = &told["decisions"][0];
    assert_eq!(decision["act"], "declaration.submitted");
    assert_eq!(decision["outcome"], "employer_review");
    assert_eq!((&decision["policy_year"], &decision["policy_version"]), (&json!(2023), &json!(1)));
    assert_eq!(decision["inputs"]["hours"], draft["hours"]);
    assert_eq!(decision["inputs"]["source"]["institution_filed"], true, "{decision:#}");
    assert!(decision["inputs"]["source"]["plan_approved_at"].is_string());
    let class = check(decision, "class_on_approved_plan");
    assert_eq!(class["outcome"], "passed");
    assert_eq!(class["rule"], json!({"id": "H5", "clause": "三（一）备案管理"}));
    for (name, rule) in [
        ("policy_of_the_year", "W3"),
        ("active_employment", "U3"),
        ("year_of_learning", "H2"),
        ("within_plan_item", "P3"),
        ("days_hold_hours", "H9"),
        ("counted_once", "H7"),
        ("not_frozen", "W1"),
        ("time_left_for_review", "V5"),
    ] {
        let check = check(decision, name);
        assert_eq!((&check["rule"]["id"], &check["outcome"]), (&json!(rule), &json!("passed")));
    }
    assert_eq!(check(decision, "evidence_given")["outcome"], "not_applicable");
    let window = check(decision, "window_open");
    assert_eq!(window["facts"]["closes"], "2023-12-20T00:00:00+08:00");
    assert_eq!(decision["due"]["due_at"], "2023-10-24T00:00:00+08:00");

    // In Chinese for whoever says nothing else.
    let chinese = doctor.get(&format!("/v1/explanations/declaration/{id}")).await.is(200);
    assert!(chinese["summary"].as_str().unwrap().contains("用人单位审核"), "{chinese:#}");
    let chinese = check(&chinese["decisions"][0], "class_on_approved_plan").clone();
    assert!(chinese["requirement"].as_str().unwrap().contains("备案"), "{chinese:#}");

    // V5: late in the year, the warning is noted and stops nothing.
    server.freeze_clock("2023-12-18T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let late = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &late).await.is(200);
    let told = why(&doctor, "declaration", &text(&late, "id")).await;
    let left = check(&told["decisions"][0], "time_left_for_review");
    assert_eq!(
        (&left["outcome"], &left["facts"]["working_days_left"]),
        (&json!("noted"), &json!(1))
    );
}

/// V7, V10: who decided for which unit and when, in time or late, under which version, and what they said.
async fn v7_approval_return_and_rejection_are_explained(server: &Server) {
    let (doctor, employer, _) = hospital(server).await;
    let draft = steps::draft_of(&doctor, "public").await;
    let id = text(&draft, "id");
    steps::submission(&doctor, &draft).await.is(200);
    steps::decision(&employer, &id, "approve").await.is(200);
    // The authority is late by a day (V3).
    server.set_clock("2023-10-24T09:00:00+08:00").await;
    let (doctor, _, authority) = hospital(server).await;
    steps::decision(&authority, &id, "approve").await.is(200);

    let told = why(&doctor, "declaration", &id).await;
    let acts: Vec<&str> = told["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["act"].as_str())
        .collect();
    assert_eq!(acts, ["declaration.submitted", "declaration.forwarded", "declaration.approved"]);
    let reviews = doctor.get(&format!("/v1/declarations/{id}/reviews")).await.is(200);
    for (review, in_time) in reviews["data"].as_array().unwrap().iter().zip(["passed", "noted"]) {
        let told = why(&doctor, "review", &text(review, "id")).await;
        let decision = &told["decisions"][0];
        assert_eq!((&told["outcome"], &told["complete"]), (&json!("approve"), &json!(true)));
        assert_eq!(decision["id"], review["id"]);
        for member in ["account_id", "unit_id", "comment", "policy_version"] {
            assert_eq!(decision[member], review[member], "{member}: {decision:#}");
        }
        assert!(decision["unit_name"].as_str().unwrap().contains("郑州市"), "{decision:#}");
        let timely = check(decision, "decided_in_time");
        assert_eq!((&timely["outcome"], &timely["rule"]["id"]), (&json!(in_time), &json!("V3")));
        assert_eq!(timely["facts"]["due_at"], review["due_at"]);
        for name in ["not_ones_own", "acts_for_holder", "state_allows", "window_open"] {
            assert_eq!(check(decision, name)["outcome"], "passed");
        }
    }
    let second = &told["decisions"][2];
    assert_eq!(check(second, "another_reviewer")["outcome"], "passed");
    assert_eq!(second["inputs"]["previous_decider"], told["decisions"][1]["account_id"]);

    // Returned, corrected, rejected: each with its reason.
    let other = steps::conference_with_evidence(&doctor, "学术年会", "05-08", "05-09", 8).await;
    let other_id = text(&other, "id");
    steps::submission(&doctor, &other).await.is(200);
    let employer = server.login("hospital.admin").await;
    let returned = steps::decision(&employer, &other_id, "return").await.is(200);
    steps::submission(&doctor, &returned).await.is(200);
    steps::decision(&employer, &other_id, "reject").await.is(200);
    let told = why(&doctor, "declaration", &other_id).await;
    assert_eq!(told["outcome"], "rejected");
    let shown: Vec<(&Value, &Value)> = told["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["act"], &one["comment"]))
        .collect();
    let expected = [
        (&json!("declaration.submitted"), &Value::Null),
        (&json!("declaration.returned"), &json!("return by a test")),
        (&json!("declaration.submitted"), &Value::Null),
        (&json!("declaration.rejected"), &json!("reject by a test")),
    ];
    assert_eq!(shown, expected);
}

fn counted(due: &Value) -> Vec<(&str, u64)> {
    let days = due["days"].as_array().unwrap().iter();
    days.filter_map(|day| Some((day["date"].as_str()?, day["count"].as_u64()?))).collect()
}

/// V7, V1, V2, E5: from Thursday 28 September on, holidays and moved working days one by one; and counted anew when another
/// arrangement is loaded, with the first count still to be read.
async fn v7_a_due_date_shows_every_day_that_was_counted(server: &Server) {
    server.set_clock("2023-09-28T15:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let draft = steps::conference_with_evidence(&doctor, "学术年会", "05-08", "05-09", 8).await;
    let id = text(&draft, "id");
    steps::submission(&doctor, &draft).await.is(200);
    let told = why(&doctor, "due_date", &id).await;
    assert_eq!(told["outcome"], "2023-10-12T00:00:00+08:00");
    let due = &told["decisions"][0]["due"];
    assert_eq!((&due["counted_from"], &due["working_days"]), (&json!("2023-09-28"), &json!(5)));
    assert_eq!((&due["rule"]["id"], &due["stage"]), (&json!("V1"), &json!("employer")));
    let e5 = [
        ("2023-10-07", 1),
        ("2023-10-08", 2),
        ("2023-10-09", 3),
        ("2023-10-10", 4),
        ("2023-10-11", 5),
    ];
    assert_eq!(counted(due), e5);
    assert_eq!(due["days"].as_array().unwrap().len(), 13);
    assert_eq!(due["days"][0]["kind"], "holiday");
    assert_eq!(due["days"][8]["kind"], "moved_workday");

    // The arrangement is replaced: Saturday the 7th and Sunday the 8th are off after all.
    let officer = server.login("city.officer").await;
    let known = officer.get("/v1/working-days/2023").await;
    let mut days = known.json()["days"].clone();
    let days = days.as_array_mut().unwrap();
    days.retain(|day| day["date"] != "2023-10-07" && day["date"] != "2023-10-08");
    let load = officer.put("/v1/working-days/2023").json(json!({"days": days}));
    let tag = format!("\"{}\"", known.json()["version"]);
    load.if_match(&tag).await.is(200);
    let told = why(&doctor, "due_date", &id).await;
    assert_eq!(told["outcome"], "2023-10-14T00:00:00+08:00");
    let decisions = told["decisions"].as_array().unwrap();
    assert_eq!(decisions.len(), 2, "{told:#}");
    assert_eq!(counted(&decisions[0]["due"]), e5, "the first count stays as it was");
    assert_eq!(decisions[1]["act"], "calendar.loaded");
    assert_eq!(counted(&decisions[1]["due"])[0], ("2023-10-09", 1));

    // The authority's stage has its own count.
    let employer = server.login("hospital.admin").await;
    steps::decision(&employer, &id, "approve").await.is(200);
    let told = why(&employer, "due_date", &id).await;
    assert_eq!(told["decisions"][2]["due"]["stage"], "authority");
}

/// V7, W3: a new policy, another arrangement, a moved plan: what was decided before reads as it did.
async fn v7_what_was_kept_does_not_follow_later_changes(server: &Server) {
    let one = steps::certified_person(server).await;
    let (doctor, _, _) = hospital(server).await;
    let address = format!("{}:2023", one.professional_id);
    let before = [
        why(&doctor, "declaration", &one.professional).await,
        why(&doctor, "due_date", &one.professional).await,
        why(&doctor, "certificate", &one.number).await,
        why(&doctor, "annual_record", &address).await,
    ];
    let admin = server.login("city.admin").await;
    let mut document = server.nobody().get("/v1/policies/2023").await.is(200)["document"].clone();
    document["floors"] = json!({"total": 120, "public": 40, "professional": 80});
    document["review"]["working_days_per_stage"] = json!(3);
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({"document": document})).await;
    let call = admin.post("/v1/policies/2023/drafts/2/publication").if_match(&begun.etag());
    call.json(json!({"reason": "提高要求"})).await.is(200);
    let load = admin
        .put("/v1/working-days/2023")
        .json(json!({"days": [{"date": "2023-10-17", "kind": "holiday"}]}));
    load.if_match("*").await.is(200);
    server
        .sql("update training_plans set approved_at = null; update filings set state = 'revoked'");
    let after = [
        why(&doctor, "declaration", &one.professional).await,
        why(&doctor, "due_date", &one.professional).await,
        why(&doctor, "certificate", &one.number).await,
        why(&doctor, "annual_record", &address).await,
    ];
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    assert_eq!(after[3]["standing"]["policy_version"], 1, "certified under version 1");

    // What waits keeps the terms under which it came to its stage, also when the calendar changes (W3, V2).
    let draft = steps::conference_with_evidence(&doctor, "学术年会", "05-08", "05-09", 8).await;
    steps::submission(&doctor, &draft).await.is(200);
    let told = why(&doctor, "declaration", &text(&draft, "id")).await;
    assert_eq!(told["decisions"][0]["policy_version"], 2);
    assert_eq!(told["decisions"][0]["due"]["working_days"], 3);
}

/// The demo world was not decided through the services: its decisions are told from their own rows, and it says so.
async fn v7_what_was_decided_before_is_told_from_its_own_row(server: &Server) {
    let auditor = server.login("auditor").await;
    let approved = auditor.get("/v1/declarations?year=2022&state=approved&limit=1").await.is(200);
    let id = text(&approved["data"][0], "id");
    let told = why(&auditor, "declaration", &id).await;
    assert_eq!(told["complete"], false);
    assert_eq!(told["decisions"].as_array().unwrap().len(), 2, "{told:#}");
    assert!(check(&told["decisions"][0], "decided_in_time")["facts"]["due_at"].is_string());
    let review = auditor.get(&format!("/v1/declarations/{id}/reviews")).await.is(200);
    let told = why(&auditor, "review", &text(&review["data"][0], "id")).await;
    assert_eq!((&told["complete"], &told["outcome"]), (&json!(false), &json!("approve")));
    let records = auditor.get("/v1/annual-records?year=2023&state=certified&limit=1").await.is(200);
    let person = text(&records["data"][0], "professional_id");
    let path = format!("/v1/professionals/{person}/annual-records/2023");
    let number = text(&auditor.get(&path).await.is(200)["certificate"], "number");
    let told = why(&auditor, "certificate", &number).await;
    assert_eq!((&told["complete"], &told["outcome"]), (&json!(false), &json!("valid")));
    let told = why(&auditor, "annual_record", &format!("{person}:2023")).await;
    assert_eq!((&told["complete"], &told["outcome"]), (&json!(false), &json!("certified")));
    let waiting = auditor.get("/v1/declarations?state=employer_review&limit=1").await.is(200);
    if let Some(waiting) = waiting["data"].as_array().unwrap().first() {
        let told = why(&auditor, "due_date", &text(waiting, "id")).await;
        assert_eq!(told["outcome"], waiting["due_at"]);
    }
}

/// V7: an explanation is for those who may see the case; everyone else finds nothing.
async fn v7_nobody_reads_why_of_what_they_may_not_see(server: &Server) {
    let one = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let reviews = doctor.get(&format!("/v1/declarations/{}/reviews", one.public)).await.is(200);
    let review = text(&reviews["data"][0], "id");
    let draft = steps::conference_with_evidence(&doctor, "学术年会", "05-08", "05-09", 8).await;
    let draft = text(&draft, "id");
    let all = [
        format!("declaration/{}", one.public),
        format!("due_date/{}", one.public),
        format!("review/{review}"),
        format!("annual_record/{}:2023", one.professional_id),
        format!("certificate/{}", one.number),
    ];
    for what in &all {
        let path = format!("/v1/explanations/{what}");
        for who in [
            "professional",
            "hospital.admin",
            "health.reviewer",
            "city.officer",
            "city.admin",
            "auditor",
        ] {
            server.login(who).await.get(&path).await.is(200);
        }
        for who in [
            "engineer",
            "company.admin",
            "school.admin",
            "jinshui.reviewer",
            "education.reviewer",
            "base.admin",
            "institute.admin",
        ] {
            server.login(who).await.get(&path).await.refused(404, "not-found");
        }
        server.nobody().get(&path).await.refused(401, "unauthenticated");
        for machine in ["province", "hnzjzx"] {
            server.machine(machine).await.get(&path).await.refused(404, "not-found");
        }
    }
    // A draft is its owner's alone.
    for what in ["declaration", "due_date"] {
        let path = format!("/v1/explanations/{what}/{draft}");
        doctor.get(&path).await.is(200);
        server.login("hospital.admin").await.get(&path).await.refused(404, "not-found");
    }
    for path in [
        "declaration/1",
        "nothing/1",
        "annual_record/1",
        "annual_record/1:2023",
        "refusal/x",
        "certificate/x",
        "appeal/018b35ff-3680-7000-8000-000000000001",
    ] {
        doctor.get(&format!("/v1/explanations/{path}")).await.refused(404, "not-found");
    }
}

/// Issue point 9: what a policy or a calendar changes for everybody is told.
async fn w3_v2_publishing_and_loading_are_told(server: &Server) {
    let admin = server.login("city.admin").await;
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({})).await;
    let call = admin.post("/v1/policies/2023/drafts/2/publication").if_match(&begun.etag());
    call.json(json!({"reason": "更正"})).await.is(200);
    let load = admin.put("/v1/working-days/2029");
    load.json(json!({"days": [{"date": "2029-10-01", "kind": "holiday"}]})).await.is(200);
    let events = steps::all_pages(&admin, "/v1/events?limit=200").await;
    let of =
        |kind: &str| events.iter().find(|event| event["type"] == kind || event["kind"] == kind);
    let published = of("policy.published").unwrap_or_else(|| panic!("{events:#?}"));
    assert_eq!(published["data"], json!({"version": 2, "replaces": 1}));
    assert_eq!(of("calendar.loaded").unwrap()["data"]["version"], 1);
}
