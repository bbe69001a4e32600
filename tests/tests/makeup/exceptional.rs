//! When make-up is closed, from 2024 on: exceptional, with a reason, the same three steps (M6, W4, E8).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, makeup, on_both};

on_both!(
    e8_w4_m6_in_2024_only_what_is_exceptional,
    m6_an_ordinary_year_takes_nothing_exceptional,
    m6_the_same_three_steps_with_deadlines_of_their_own,
);

fn apply(
    employer: &Client,
    person: &str,
    exceptional: bool,
    reason: Option<&str>,
) -> xueshi_tests::Call {
    let mut body =
        json!({"items": [{"professional_id": person, "year": 2022}], "exceptional": exceptional});
    if let Some(reason) = reason {
        body["reason"] = json!(reason);
    }
    employer.post("/v1/makeup-applications").json(body)
}

const REASON: Option<&str> = Some("2022年援疆，当地无法参加专业科目培训");

/// E8, W4: without `exceptional` it is closed; with it, a special reason is needed.
async fn e8_w4_m6_in_2024_only_what_is_exceptional(server: &Server) {
    let person = makeup::person(server, makeup::SHORT).await;
    for now in ["2024-01-02T09:00:00+08:00", "2024-09-02T09:00:00+08:00"] {
        server.freeze_clock(now).await;
        let employer = server.login("company.admin").await;
        let problem = apply(&employer, &person, false, REASON).await.refused(422, "makeup-closed");
        assert_eq!(problem["rule"]["id"], "W4", "{problem:#}");
        assert_eq!((&problem["year"], &problem["exceptional_only"]), (&json!(2024), &json!(true)));
        let problem = apply(&employer, &person, true, None).await;
        let problem = problem.refused(422, "exceptional-reason-missing");
        assert_eq!(
            (&problem["rule"]["id"], &problem["errors"][0]["pointer"]),
            (&json!("M6"), &json!("/reason"))
        );
        apply(&employer, &person, true, Some("  ")).await.refused(422, "validation-failed");
        let made = apply(&employer, &person, true, REASON).await.is(201);
        assert_eq!((&made["exceptional"], &made["year"]), (&json!(true), &json!(2024)));
    }
    server.freeze_clock("2024-12-20T00:00:00+08:00").await;
    let employer = server.login("company.admin").await;
    apply(&employer, &person, true, REASON).await.refused(422, "year-end-freeze");
    apply(&employer, &person, false, None).await.refused(422, "year-end-freeze");
}

/// M6: `exceptional` is no way around the window of 2023, nor within it.
async fn m6_an_ordinary_year_takes_nothing_exceptional(server: &Server) {
    let person = makeup::person(server, makeup::SHORT).await;
    for now in
        ["2023-06-01T09:00:00+08:00", "2023-10-16T09:00:00+08:00", "2023-12-05T09:00:00+08:00"]
    {
        server.freeze_clock(now).await;
        let employer = server.login("company.admin").await;
        let problem = apply(&employer, &person, true, REASON).await;
        let problem = problem.refused(422, "exceptional-not-open");
        assert_eq!(problem["errors"][0]["pointer"], "/exceptional", "{problem:#}");
    }
}

/// M6: body, bureau, grant, registration until the freeze of 2024; listed apart.
async fn m6_the_same_three_steps_with_deadlines_of_their_own(server: &Server) {
    let person = makeup::person(server, makeup::SHORT).await;
    steps::account_of(server, makeup::SHORT, "han.liyan").await;
    server.freeze_clock("2024-03-04T09:00:00+08:00").await;
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let draft = apply(&employer, &person, true, REASON).await.is(201);
    let sent = makeup::submission(&employer, &draft).await.is(200);
    makeup::decision(&officer, &text(&sent, "id"), "approve").await.refused(403, "not-holder");
    let granted = makeup::granted(&sent, &body, &officer).await;
    let grant = text(&granted["items"][0], "grant_id");
    let shown = officer.get(&format!("/v1/makeup-grants/{grant}")).await.is(200);
    assert_eq!(shown["exceptional"], true, "{shown:#}");
    assert_eq!(shown["study_until"], "2024-12-20T00:00:00+08:00");
    assert_eq!(shown["register_until"], "2024-12-20T00:00:00+08:00");
    for (filter, found) in [("exceptional=true", 1), ("exceptional=false", 0)] {
        for list in ["makeup-applications", "makeup-grants"] {
            let rows = officer.get(&format!("/v1/{list}?{filter}")).await.is(200);
            assert_eq!(rows["data"].as_array().unwrap().len(), found, "{list}?{filter}");
        }
    }
    let figures = officer.get("/v1/statistics/completion?year=2022").await.is(200);
    assert_eq!(figures["total"]["exceptional_makeup"], 1, "{figures:#}");
    let rows = "/v1/statistics/completion/rows?figure=exceptional_makeup&year=2022";
    let rows = officer.get(rows).await.is(200);
    assert_eq!(rows["data"][0]["id"], grant.as_str(), "{rows:#}");

    server.freeze_clock("2024-06-03T09:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let [employer, body] =
        [server.login("company.admin").await, server.login("jinshui.reviewer").await];
    let learnt = |title: &str, from: &str, to: &str, hours: i32| {
        makeup::conference(&grant, title, from, to, hours)
    };
    let early = learnt("许可之前的会议", "2024-03-01", "2024-03-02", 8);
    han.post("/v1/declarations").json(early).await.refused(422, "outside-makeup-study");
    for (title, from, to, hours) in
        [("春季会议", "2024-04-10", "2024-04-11", 12), ("夏季会议", "2024-05-15", "2024-05-16", 8)]
    {
        let draft = makeup::drafted(&han, &learnt(title, from, to, hours)).await;
        steps::approve_fully(&han, &draft, &employer, &body).await;
    }
    let verified = json!({"year": 2022, "professional_ids": [person]});
    let verified = body.post("/v1/annual-records:verify").json(verified).await.is(200);
    assert_eq!(verified["results"][0]["outcome"], "certified", "{verified:#}");
    let number = text(&verified["results"][0], "certificate_number");
    let certificate = han.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!(certificate["completed"], "by_makeup");
    assert_ne!(han.get("/v1/me/years/2022").await.is(200)["certificate"], Value::Null);
}
