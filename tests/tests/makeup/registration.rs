//! Registering hours of a prior year: only under a grant, in its time (H2, H4, H7, H8, M3, M4).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, makeup, on_both};

on_both!(
    h4_no_hour_enters_a_prior_year_without_a_grant,
    m3_learning_lies_between_the_grant_and_the_study_deadline,
    m3_the_deadlines_of_study_and_registration,
    m3_a_grant_is_for_its_person_and_year,
    h7_the_same_learning_counts_in_one_of_the_two_years,
    h8_the_caps_are_the_prior_years,
    h6_a_platforms_course_is_made_up_by_the_list_of_the_year_of_study,
    m3_a_grant_expires_and_its_draft_stays_a_draft,
);

fn declare(client: &Client, body: &Value) -> xueshi_tests::Call {
    client.post("/v1/declarations").json(body.clone())
}

/// H4: neither learning of then nor learning of now.
async fn h4_no_hour_enters_a_prior_year_without_a_grant(server: &Server) {
    let doctor = server.login("professional").await;
    for (from, to) in [("2022-10-17", "2022-10-18"), ("2023-10-12", "2023-10-13")] {
        let body = json!({"year": 2022, "subject": "professional", "way": "conference", "title": "会议",
            "learning_start": from, "learning_end": to, "hours": 8});
        let closed = declare(&doctor, &body).await.refused(422, "window-closed");
        assert!(text(&closed, "closes").starts_with("2022-12-20"), "{closed:#}");
    }
    // Under another person's grant as little as under none.
    let (_, grant) = makeup::person_with_grant(server).await;
    let body = makeup::conference(&grant, "会议", "2023-10-16", "2023-10-16", 8);
    let problem = declare(&doctor, &body).await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["pointer"], "/makeup_grant_id");
    doctor.get(&format!("/v1/makeup-grants/{grant}")).await.refused(404, "not-found");
    assert_eq!(doctor.get("/v1/makeup-grants").await.is(200)["data"], json!([]));
}

/// M3: from the day of the grant to the day before the deadline; H2's equality of years rests.
async fn m3_learning_lies_between_the_grant_and_the_study_deadline(server: &Server) {
    let (_, grant) = makeup::person_with_grant(server).await;
    server.set_clock("2023-12-04T09:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let on = |from: &str, to: &str| makeup::conference(&grant, "会议", from, to, 8);
    for (from, to) in [
        ("2023-10-15", "2023-10-16"),
        ("2023-11-30", "2023-12-01"),
        ("2023-12-02", "2023-12-03"),
        ("2022-05-08", "2022-05-09"),
    ] {
        let refused = declare(&han, &on(from, to)).await.refused(422, "outside-makeup-study");
        assert_eq!(refused["from"], "2023-10-16", "{refused:#}");
        assert_eq!(refused["until"], "2023-12-01T00:00:00+08:00");
        assert_eq!(refused["rule"]["id"], "M3");
        assert_eq!(refused["errors"][0]["pointer"], "/learning_end");
    }
    let future = declare(&han, &on("2023-12-05", "2023-12-06")).await;
    future.refused(422, "outside-makeup-study");
    let made = declare(&han, &on("2023-10-16", "2023-10-17")).await.is(201);
    assert_eq!((&made["year"], &made["makeup"]), (&json!(2022), &json!(true)), "{made:#}");
    assert_eq!(made["makeup_grant_id"], grant.as_str());
    declare(&han, &on("2023-11-29", "2023-11-30")).await.is(201);
    // What is registered stays in the grant's year and time when it is edited.
    let path = format!("/v1/declarations/{}", text(&made, "id"));
    let edit = |change: Value| han.patch(&path).json(change).if_match("*");
    let problem = edit(json!({"year": 2023})).await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["pointer"], "/year");
    edit(json!({"learning_end": "2023-12-02"})).await.refused(422, "outside-makeup-study");
    assert_eq!(edit(json!({"hours": 7.5})).await.is(200)["hours"], 7.5);
}

/// M3, M4, W1: study until 30 November; registration and both reviews until 19 December, although 2022 is long closed.
async fn m3_the_deadlines_of_study_and_registration(server: &Server) {
    let (_, grant) = makeup::person_with_grant(server).await;
    server.freeze_clock("2023-12-19T23:59:58+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let first = makeup::conference(&grant, "十月的会议", "2023-10-17", "2023-10-18", 8);
    let first = makeup::drafted(&han, &first).await;
    let second = makeup::conference(&grant, "十一月的会议", "2023-11-17", "2023-11-18", 8);
    let second = makeup::drafted(&han, &second).await;
    let third = makeup::conference(&grant, "月底的会议", "2023-11-29", "2023-11-30", 8);
    let third = makeup::drafted(&han, &third).await;
    let sent = steps::submission(&han, &first).await.is(200);
    assert_eq!(sent["warnings"][0]["code"], "review-may-not-finish", "V5: {sent:#}");
    assert_eq!(sent["warnings"][0]["review_ends"], "2023-12-20T00:00:00+08:00");
    let id = text(&first, "id");
    assert_eq!(
        steps::decision(&employer, &id, "approve").await.is(200)["state"],
        "authority_review"
    );
    assert_eq!(steps::decision(&body, &id, "approve").await.is(200)["state"], "approved");
    steps::submission(&han, &second).await.is(200);

    server.freeze_clock("2023-12-20T00:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let employer = server.login("company.admin").await;
    let late = makeup::conference(&grant, "另一场会议", "2023-11-21", "2023-11-22", 8);
    declare(&han, &late).await.refused(422, "year-end-freeze");
    steps::submission(&han, &third).await.refused(422, "year-end-freeze");
    steps::decision(&employer, &text(&second, "id"), "approve")
        .await
        .refused(422, "year-end-freeze");
}

/// M3: for one person and one prior year.
async fn m3_a_grant_is_for_its_person_and_year(server: &Server) {
    let (han, grant) = makeup::person_with_grant(server).await;
    for year in [2021, 2023] {
        let mut body = makeup::conference(&grant, "会议", "2023-10-16", "2023-10-16", 8);
        body["year"] = json!(year);
        let problem = declare(&han, &body).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], "/year", "{problem:#}");
    }
    // Several grants and years do not mix: the list shows what one has.
    let list = han.get("/v1/makeup-grants?year=2022").await.is(200);
    assert_eq!(list["data"][0]["id"], grant.as_str());
    assert_eq!(han.get("/v1/makeup-grants?year=2021").await.is(200)["data"], json!([]));
    let employer = server.login("company.admin").await;
    let path = format!("/v1/makeup-grants/{grant}");
    assert_eq!(employer.get(&path).await.is(200)["state"], "granted");
    for stranger in ["hospital.admin", "health.reviewer"] {
        server.login(stranger).await.get(&path).await.refused(404, "not-found");
    }
    server.login("base.admin").await.get(&path).await.refused(403, "forbidden");
    // The prior year shows what it still lacks and under which grant that can be earned.
    let year = han.get("/v1/me/years/2022").await.is(200);
    assert_eq!(year["makeup_grant"]["id"], grant.as_str(), "{year:#}");
    assert_eq!(year["shortfall"]["professional"], 20);
    assert_eq!(year["makeup"]["total"], 0);
    assert_eq!(han.get("/v1/me/years/2023").await.is(200)["makeup_grant"], Value::Null);
}

/// H7: a conference of 2023 counts for 2023 or, under the grant, for 2022.
async fn h7_the_same_learning_counts_in_one_of_the_two_years(server: &Server) {
    let (_, grant) = makeup::person_with_grant(server).await;
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let same = makeup::conference(&grant, "同一场会议", "2023-10-17", "2023-10-18", 8);
    let made_up = makeup::drafted(&han, &same).await;
    let own = steps::conference("换一个题目", "10-18", "10-19", 8);
    let own = declare(&han, &own).await.is(201);
    steps::attach(&han, &text(&own, "id"), "certificate", &steps::pdf("同一场会议")).await;
    let own = steps::reread(&han, &own).await;
    let problem = steps::submission(&han, &own).await.refused(422, "duplicate-learning");
    assert_eq!(problem["standing_id"], made_up["id"], "{problem:#}");
    let problem = steps::submission(&han, &made_up).await.refused(422, "duplicate-learning");
    assert_eq!(problem["standing_id"], own["id"], "the other way round: {problem:#}");
    let path = format!("/v1/declarations/{}/withdrawal", text(&own, "id"));
    han.post(&path).if_match("*").await.is(200);
    steps::submission(&han, &made_up).await.is(200);

    // The same platform course, delivered once.
    let platform = server.machine("hnzjzx").await;
    let person = makeup::person(server, makeup::SHORT).await;
    let course = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "makeup", "title": "补学课程",
        "hours": 10, "started_on": "2023-10-20", "completed_on": "2023-10-31"});
    let record = platform.post("/v1/learning-records").json(course).await.is(201);
    // The overview of 2022 offers it under the grant.
    let year = han.get("/v1/me/years/2022").await.is(200);
    let offered = year["next_actions"].as_array().unwrap();
    let offered = offered.iter().find(|action| action["learning_record_id"] == record["id"]);
    assert_eq!(offered.unwrap()["makeup_grant_id"], grant.as_str(), "{year:#}");
    let under_grant =
        json!({"year": 2022, "makeup_grant_id": grant, "learning_record_id": record["id"]});
    let taken = declare(&han, &under_grant).await.is(201);
    let record = text(&record, "id");
    let problem = steps::declare_record(&han, 2023, &record).await;
    assert_eq!(problem.refused(422, "duplicate-learning")["standing_id"], taken["id"]);
}

/// H8: 2022 has had 10 hours of conferences; five of twelve more do not fit below its 60.
async fn h8_the_caps_are_the_prior_years(server: &Server) {
    let (_, grant) = makeup::person_with_grant(server).await;
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let most = makeup::conference(&grant, "超过每次上限", "2023-10-17", "2023-10-18", 13);
    declare(&han, &most).await.refused(422, "hours-over-limit");
    for (place, hours) in [(1, 12), (2, 12), (3, 12), (4, 12), (5, 3)] {
        let day = format!("2023-10-{:02}", 16 + 2 * place);
        let next = format!("2023-10-{:02}", 17 + 2 * place);
        let body = makeup::conference(&grant, &format!("第{place}场会议"), &day, &next, hours);
        let draft = makeup::drafted(&han, &body).await;
        let answer = steps::submission(&han, &draft).await;
        if place < 5 {
            answer.is(200);
        } else {
            let problem = answer.refused(422, "hours-over-limit");
            assert_eq!(
                (&problem["max"], &problem["used"]),
                (&json!(60), &json!(58)),
                "{problem:#}"
            );
        }
    }
}

/// H6: 2022's list has one platform, that of 2023 two: under a grant one studies on those of the year in which one studies.
async fn h6_a_platforms_course_is_made_up_by_the_list_of_the_year_of_study(server: &Server) {
    let employer = server.login("company.admin").await;
    let person = makeup::person(server, "邓思源").await;
    steps::account_of(server, "邓思源", "deng.siyuan").await;
    let sent = makeup::submitted(&employer, &[&person]).await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let granted = makeup::granted(&sent, &body, &officer).await;
    let grant = text(&granted["items"][0], "grant_id");
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let client = server.login_with("deng.siyuan", "a long enough password").await;
    let province = server.machine("province").await;
    let course = json!({"professional_id": person, "platform": "zzjxjy", "course_code": "makeup", "title": "补学课程",
        "hours": 30, "started_on": "2023-10-20", "completed_on": "2023-10-31"});
    let record = province.post("/v1/learning-records").json(course).await.is(201);
    let under_grant =
        json!({"year": 2022, "makeup_grant_id": grant, "learning_record_id": record["id"]});
    let made = declare(&client, &under_grant).await.is(201);
    assert_eq!((&made["subject"], &made["year"]), (&json!("public"), &json!(2022)));
    // Learnt before the grant, the course is one of 2023 only.
    let early = client.get("/v1/learning-records?year=2023&declared=false").await.is(200);
    let early = early["data"].as_array().unwrap();
    let early = early.iter().find(|record| record["subject"] == "public").unwrap();
    let early = json!({"year": 2022, "makeup_grant_id": grant, "learning_record_id": early["id"]});
    declare(&client, &early).await.refused(422, "outside-makeup-study");
}

/// M3: after its time the grant has expired; a draft under it stays what it is.
async fn m3_a_grant_expires_and_its_draft_stays_a_draft(server: &Server) {
    let (_, grant) = makeup::person_with_grant(server).await;
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let body = makeup::conference(&grant, "会议", "2023-10-17", "2023-10-18", 8);
    let draft = makeup::drafted(&han, &body).await;
    let path = format!("/v1/makeup-grants/{grant}");
    server.freeze_clock("2023-12-19T23:59:59+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    assert_eq!(han.get(&path).await.is(200)["state"], "granted");

    server.freeze_clock("2024-01-02T09:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let ended = han.get(&path).await.is(200);
    assert_eq!(ended["state"], "expired", "{ended:#}");
    assert!(text(&ended, "ended_at").starts_with("2024-01-02"), "{ended:#}");
    let closed = steps::submission(&han, &draft).await.refused(422, "window-closed");
    assert_eq!(closed["kind"], "makeup_registration");
    assert_eq!(closed["closes"], "2023-12-20T00:00:00+08:00");
    assert_eq!(closed["next_opening"], Value::Null, "a grant does not open again: {closed:#}");
    declare(&han, &body).await.refused(422, "window-closed");
    let draft = format!("/v1/declarations/{}", text(&draft, "id"));
    han.patch(&draft).json(json!({"hours": 7})).if_match("*").await.refused(422, "window-closed");
    assert_eq!(han.get(&draft).await.is(200)["state"], "draft");
    han.post(&format!("{draft}/withdrawal")).if_match("*").await.is(200);
    let events = han.get("/v1/events?limit=200").await.is(200);
    let events = events["data"].as_array().unwrap();
    let expired = events.iter().filter(|event| event["type"] == "makeup.expired").count();
    assert_eq!(expired, 1, "{events:#?}");
}
