//! The way of a seminar, who decides on it and who sees it.

use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

use super::{admission, decision, person, proposal, report, step, submitted, unit};

on_both!(p6_from_the_proposal_to_the_hours, p6_one_of_many_decisions_stands, p6_who_sees_what,);
on_sqlite!(
    p6_who_nobody_decides_on_their_own,
    p6_who_a_report_by_a_colleague_does_not_open_the_closing,
);

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
    assert_eq!(delivered, ["learning_record.delivered", "learning_record.changed"], "and declared");
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
            "edit",
            "submit",
            "return",
            "edit",
            "submit",
            "approve",
            "admit",
            "report",
            "return_report",
            "report",
            "close"
        ]
    );
    let returned = &steps_taken["data"][2];
    assert_eq!(
        (&returned["comment"], &returned["state"]),
        (&json!("依据申报材料"), &json!("returned"))
    );
    assert_eq!(returned["unit_id"], unit(&officer).await.as_str());
    assert_eq!(returned["policy_version"], 1);
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
    assert_eq!(steps["data"].as_array().unwrap().len(), 3, "written, submitted, decided");
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

/// Who: a colleague reports; whoever submitted the seminar and drew up its list has had a hand in it all the same.
async fn p6_who_a_report_by_a_colleague_does_not_open_the_closing(server: &Server) {
    let officer = server.login("city.officer").await;
    let bureau = unit(&officer).await;
    let host = server.login("jinshui.reviewer").await;
    let district = unit(&host).await;
    let account = text(&host.get("/v1/me").await.is(200), "id");
    let admin = server.login("city.admin").await;
    let grant = json!({"role": "municipal_officer", "organization_id": bureau});
    admin.post(&format!("/v1/accounts/{account}/grants")).json(grant).await.is(201);
    let draft = host.post("/v1/seminars").json(proposal(&district)).await.is(201);
    let sent = step(&host, &draft, "submission").await.is(200);
    let seminar = decision(&officer, &sent, "approve").await.is(200);
    let id = steps::professional_id(&server.login("engineer").await).await;
    let listed = admission(&host, &seminar, &json!([{"professional_id": id}])).await.is(200);
    server.set_clock("2023-11-10T18:00:00+08:00").await;
    // The office is handed over; the officer stays.
    let admin = server.login("city.admin").await;
    let me = server.login("jinshui.reviewer").await.get("/v1/me").await.is(200).clone();
    let office = me["grants"].as_array().unwrap().iter().find(|grant| grant["role"] == "reviewer");
    let office = text(office.unwrap(), "id");
    admin.delete(&format!("/v1/accounts/{account}/grants/{office}")).await.is(204);
    let colleague = steps::another(server, "jinshui.second", "reviewer", &json!(district)).await;
    let results = json!([{"professional_id": id, "hours": 40, "passed": true}]);
    let reported = report(&colleague, &listed, &results).await.is(200);
    let closing = json!({"decision": "close"});
    let host = server.login("jinshui.reviewer").await;
    step(&host, &reported, "closing").json(closing.clone()).await.refused(403, "own-case");
    let officer = server.login("city.officer").await;
    step(&officer, &reported, "closing").json(closing).await.is(200);
}
