//! P6: advanced seminars, from the proposal to the hours, and every way in which one is refused.

use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both, on_sqlite};

on_both!(p6_from_the_proposal_to_the_hours, p6_one_of_many_decisions_stands, p6_who_sees_what,);
on_sqlite!(
    p6_h2_h9_a_proposal_is_small_and_fits_its_days,
    p6_submission_and_approval_come_before_the_first_day,
    p6_the_list_has_people_of_the_city_and_no_more_than_the_places,
    p6_the_report_comes_at_the_end_and_matches_the_list,
    p6_each_step_in_its_state,
    p6_who_nobody_decides_on_their_own,
    p6_w1_no_step_in_the_freeze,
    p6_w3_the_places_are_policy,
);

/// The unit that an account acts for.
async fn unit(client: &Client) -> String {
    text(&client.get("/v1/me").await.is(200)["grants"][0]["organization"], "id")
}

fn proposal(host: &str) -> Value {
    json!({"organization_id": host, "theme": "智能制造关键技术", "need": "全市装备制造业数字化改造急需掌握该技术的骨干人才。",
        "audience": "高级工程师", "venue": "郑州市高新区", "starts_on": "2023-11-06", "ends_on": "2023-11-10",
        "hours": 40, "places": 3})
}

/// A step of a seminar as it was read.
fn step(client: &Client, seminar: &Value, step: &str) -> Call {
    let path = format!("/v1/seminars/{}/{step}", text(seminar, "id"));
    client.post(&path).if_match(&format!("\"{}\"", seminar["version"]))
}

fn decision(client: &Client, seminar: &Value, decision: &str) -> Call {
    let body = json!({"decision": decision, "comment": "依据申报材料"});
    step(client, seminar, "decision").json(body)
}

fn admission(client: &Client, seminar: &Value, people: &Value) -> Call {
    let path = format!("/v1/seminars/{}/admissions", text(seminar, "id"));
    let call = client.put(&path).json(json!({"people": people}));
    call.if_match(&format!("\"{}\"", seminar["version"]))
}

fn report(client: &Client, seminar: &Value, results: &Value) -> Call {
    let summary = "完成全部课程与现场教学，形成三份改造方案。";
    step(client, seminar, "report").json(json!({"summary": summary, "results": results}))
}

/// A seminar of the company that was submitted.
async fn submitted(server: &Server) -> Value {
    let host = server.login("company.admin").await;
    let draft = host.post("/v1/seminars").json(proposal(&unit(&host).await)).await.is(201);
    step(&host, &draft, "submission").await.is(200)
}

/// A seminar of the company that was approved.
async fn approved(server: &Server) -> Value {
    let seminar = submitted(server).await;
    decision(&server.login("city.officer").await, &seminar, "approve").await.is(200)
}

async fn person(server: &Server, account: &str) -> String {
    steps::professional_id(&server.login(account).await).await
}

/// P6, H5, H7, V10: proposal, return, approval, list, report, closing; the hours are declared and count as professional ones.
async fn p6_from_the_proposal_to_the_hours(server: &Server) {
    let (host, officer) = (server.login("company.admin").await, server.login("city.officer").await);
    let company = unit(&host).await;
    let created = host.post("/v1/seminars").json(proposal(&company)).await;
    let draft = created.is(201);
    assert_eq!(created.etag(), "\"1\"");
    assert_eq!(created.header("location"), format!("/v1/seminars/{}", text(&draft, "id")));
    assert_eq!((&draft["state"], &draft["year"]), (&json!("draft"), &json!(2023)));
    let sent = step(&host, &draft, "submission").await.is(200);
    assert_eq!(sent["state"], "submitted");
    let back = decision(&officer, &sent, "return").await.is(200);
    assert_eq!(back["state"], "returned");
    let path = format!("/v1/seminars/{}", text(&draft, "id"));
    let tag = format!("\"{}\"", back["version"]);
    let edited = host.patch(&path).json(json!({"places": 2})).if_match(&tag).await.is(200);
    let sent = step(&host, &edited, "submission").await.is(200);
    let approved = decision(&officer, &sent, "approve").await.is(200);
    assert_eq!(approved["state"], "approved");
    assert_eq!(approved["approved_at"].as_str().map(|at| &at[..10]), Some("2023-10-16"));

    // People of any unit of the city, by id or by id number.
    let engineer = person(server, "engineer").await;
    let doctor = person(server, "professional").await;
    let people = json!([{"professional_id": engineer},
        {"id_type": "resident_id", "id_number": "410199198507129015"}]);
    let listed = admission(&host, &approved, &people).await.is(200);
    assert_eq!(listed["admitted"], 2);
    let rows = host.get(&format!("{path}/admissions")).await.is(200);
    let rows = rows["data"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 2, "{rows:#?}");
    assert!(rows.iter().all(|row| row["passed"].is_null() && row["hours"].is_null()));
    assert!(!json!(rows).to_string().contains("410199198507129015"), "U4a");

    server.set_clock("2023-11-10T17:00:00+08:00").await;
    let (host, officer) = (server.login("company.admin").await, server.login("city.officer").await);
    let results = json!([{"professional_id": engineer, "hours": 40, "passed": true},
        {"professional_id": doctor, "hours": 8, "passed": false}]);
    let reported = report(&host, &listed, &results).await.is(200);
    assert_eq!(reported["state"], "reported");
    let back = step(&officer, &reported, "closing");
    let back = back.json(json!({"decision": "return", "comment": "请补充教学计划"})).await.is(200);
    assert_eq!(back["state"], "approved");
    let reported = report(&host, &back, &results).await.is(200);
    let closing = json!({"decision": "close"});
    let closed = step(&officer, &reported, "closing").json(closing.clone()).await.is(200);
    assert_eq!((&closed["state"], closed["closed_at"].is_string()), (&json!("closed"), true));
    step(&officer, &closed, "closing").json(closing).await.refused(409, "wrong-state");

    // Who passed has a learning record, who did not has none.
    let client = server.login("engineer").await;
    let records = steps::records(&client, "professional").await;
    let record = records.iter().find(|record| record["seminar_id"] == closed["id"]).unwrap();
    assert_eq!((&record["way"], &record["hours"]), (&json!("advanced_seminar"), &json!(40)));
    assert_eq!((&record["source"], &record["declared"]), (&json!("seminar"), &json!(false)));
    let others = steps::records(&server.login("professional").await, "professional").await;
    assert!(others.iter().all(|record| record["seminar_id"].is_null()), "{others:#?}");
    let rows = host.get(&format!("{path}/admissions")).await.is(200);
    for row in rows["data"].as_array().unwrap() {
        let passed = row["professional_id"] == engineer.as_str();
        assert_eq!(
            (&row["passed"], row["learning_record_id"].is_string()),
            (&json!(passed), passed)
        );
    }

    // H5: the approval of the seminar stands in the place of the plan. H7: it counts once.
    let before = client.get("/v1/me/years/2023").await.is(200);
    let draft = steps::declare_record(&client, 2023, &text(record, "id")).await.is(201);
    steps::declare_record(&client, 2023, &text(record, "id"))
        .await
        .refused(422, "duplicate-learning");
    let (employer, authority) = (host, server.login("jinshui.reviewer").await);
    steps::approve_fully(&client, &draft, &employer, &authority).await;
    let after = client.get("/v1/me/years/2023").await.is(200);
    let hours = |year: &Value| steps::tenths(&year["approved"]["professional"]);
    assert_eq!(hours(&after) - hours(&before), 400);
    steps::assert_totals_add_up(server, &engineer, 2023).await;

    // What happened was told, with the change: to the host, to the person, and to the levels above.
    let id = text(&closed, "id");
    let told = async |client: &Client, query: String| {
        let events = steps::all_pages(client, &format!("/v1/events?limit=200&{query}")).await;
        events.iter().map(|event| text(event, "type")).collect::<Vec<_>>()
    };
    let seen = told(&officer, format!("subject_id={id}&organization_id={company}")).await;
    for kind in
        ["submitted", "returned", "approved", "admitted", "reported", "report_returned", "closed"]
    {
        assert!(seen.contains(&format!("seminar.{kind}")), "{kind}: {seen:?}");
    }
    let delivered = told(&client, format!("subject_id={}", text(record, "id"))).await;
    assert_eq!(delivered, ["learning_record.delivered"]);
    assert_eq!(told(&client, format!("subject_id={id}")).await, ["seminar.admitted"]);
    let admitted = client.get(&format!("/v1/events?subject_id={id}")).await.is(200);
    assert_eq!(admitted["data"][0]["data"]["starts_on"], "2023-11-06");

    // V10: who, for which unit, under which version, and the comment.
    let steps_taken = officer.get(&format!("{path}/steps")).await.is(200);
    let events: Vec<&str> = steps_taken["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        events,
        [
            "submit",
            "return",
            "submit",
            "approve",
            "admit",
            "report",
            "return_report",
            "report",
            "close"
        ]
    );
    let returned = &steps_taken["data"][1];
    assert_eq!(
        (&returned["comment"], &returned["state"]),
        (&json!("依据申报材料"), &json!("returned"))
    );
    assert_eq!(returned["unit_id"], unit(&officer).await.as_str());
    assert_eq!(returned["policy_version"], 1);
}

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

/// V4: however many decide at once, one decision stands.
async fn p6_one_of_many_decisions_stands(server: &Server) {
    let sent = submitted(server).await;
    let officer = server.login("city.officer").await;
    let path = format!("/v1/seminars/{}/decision", text(&sent, "id"));
    let calls = (0..20).map(|number| {
        let decision = if number % 2 == 0 { "approve" } else { "reject" };
        let body = json!({"decision": decision, "comment": "同时决定"});
        officer.post(&path).json(body).if_match("*").into_future()
    });
    let answers = join_all(calls).await;
    let stood = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(stood, 1, "{answers:#?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(409, "wrong-state");
    }
    let steps = officer.get(&path.replace("decision", "steps")).await.is(200);
    assert_eq!(steps["data"].as_array().unwrap().len(), 2);
}

/// Who: proposals are the host's and the levels' above; what is approved is everyone's; names are for those who answer for them.
async fn p6_who_sees_what(server: &Server) {
    let sent = submitted(server).await;
    let path = format!("/v1/seminars/{}", text(&sent, "id"));
    let rows = async |client: &Client| {
        let all = steps::all_pages(client, "/v1/seminars?year=2023&limit=200").await;
        all.into_iter().filter(|row| row["id"] == sent["id"]).count()
    };
    for (who, sees) in [
        ("company.admin", true),
        ("jinshui.reviewer", true),
        ("city.officer", true),
        ("auditor", true),
        ("hospital.admin", false),
        ("base.admin", false),
        ("engineer", false),
    ] {
        let client = server.login(who).await;
        assert_eq!(rows(&client).await, usize::from(sees), "{who}");
        let answer = client.get(&path).await;
        if sees {
            answer.is(200)
        } else {
            answer.refused(404, "not-found")
        };
    }
    let (host, officer) = (server.login("company.admin").await, server.login("city.officer").await);
    let seminar = decision(&officer, &sent, "approve").await.is(200);
    for who in ["hospital.admin", "base.admin", "engineer"] {
        let client = server.login(who).await;
        assert_eq!(rows(&client).await, 1, "{who}");
        client.get(&path).await.is(200);
    }
    // Seen and not theirs: 403.
    let base = server.login("base.admin").await;
    step(&base, &seminar, "withdrawal")
        .json(json!({"reason": "不是本单位的研修"}))
        .await
        .refused(403, "forbidden");
    base.get(&format!("{path}/steps")).await.refused(403, "forbidden");
    decision(&host, &seminar, "approve").await.refused(403, "forbidden");
    // A reviewing body hosts seminars of its own, and does not act in the place of an employer below it.
    let reviewer = server.login("jinshui.reviewer").await;
    step(&reviewer, &seminar, "withdrawal")
        .json(json!({"reason": "由主管部门代为撤回"}))
        .await
        .refused(403, "forbidden");
    let in_place = reviewer.post("/v1/seminars").json(proposal(&unit(&host).await)).await;
    in_place.refused(422, "unknown-reference");
    reviewer.post("/v1/seminars").json(proposal(&unit(&reviewer).await)).await.is(201);
    officer.post("/v1/seminars").json(proposal(&unit(&host).await)).await.refused(403, "forbidden");

    let (engineer, doctor) =
        (person(server, "engineer").await, person(server, "professional").await);
    let people = json!([{"professional_id": engineer}, {"professional_id": doctor}]);
    admission(&host, &seminar, &people).await.is(200);
    for (who, seen) in [
        ("company.admin", vec![&engineer, &doctor]),
        ("jinshui.reviewer", vec![&engineer, &doctor]),
        ("city.officer", vec![&engineer, &doctor]),
        ("hospital.admin", vec![&doctor]),
        ("engineer", vec![&engineer]),
        ("professional", vec![&doctor]),
        ("base.admin", vec![]),
        ("school.admin", vec![]),
    ] {
        let client = server.login(who).await;
        let list = steps::all_pages(&client, &format!("{path}/admissions?limit=200")).await;
        let mut ids: Vec<String> = list.iter().map(|row| text(row, "professional_id")).collect();
        let mut expected: Vec<String> = seen.into_iter().cloned().collect();
        ids.sort();
        expected.sort();
        assert_eq!(ids, expected, "{who}");
    }
}

/// Who: not on what one brought, not on what one gets hours from.
async fn p6_who_nobody_decides_on_their_own(server: &Server) {
    let admin = server.login("city.admin").await;
    let officer = server.login("city.officer").await;
    let bureau = unit(&officer).await;
    // The company's administrator becomes an officer too.
    let host = server.login("company.admin").await;
    let account = text(&host.get("/v1/me").await.is(200), "id");
    let company = unit(&host).await;
    let grant = json!({"role": "municipal_officer", "organization_id": bureau});
    admin.post(&format!("/v1/accounts/{account}/grants")).json(grant.clone()).await.is(201);
    let draft = host.post("/v1/seminars").json(proposal(&company)).await.is(201);
    let sent = step(&host, &draft, "submission").await.is(200);
    let own = decision(&host, &sent, "approve").await.refused(403, "own-case");
    assert_eq!(own["rule"]["id"], "Who");
    let seminar = decision(&officer, &sent, "approve").await.is(200);
    // An officer who attends.
    let attendee = steps::account_of(server, "邓思源", "deng.siyuan").await;
    let me = attendee.get("/v1/me").await.is(200);
    let path = format!("/v1/accounts/{}/grants", text(&me, "id"));
    admin.post(&path).json(grant).await.is(201);
    let id = steps::professional_id(&attendee).await;
    let listed = admission(&host, &seminar, &json!([{"professional_id": id}])).await.is(200);
    server.set_clock("2023-11-10T18:00:00+08:00").await;
    let host = server.login("company.admin").await;
    let results = json!([{"professional_id": id, "hours": 40, "passed": true}]);
    let reported = report(&host, &listed, &results).await.is(200);
    let closing = json!({"decision": "close"});
    let attendee = server.login_with("deng.siyuan", "a long enough password").await;
    for client in [&attendee, &host] {
        step(client, &reported, "closing").json(closing.clone()).await.refused(403, "own-case");
    }
    let officer = server.login("city.officer").await;
    step(&officer, &reported, "closing").json(closing).await.is(200);
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
