//! Applying: the window, the years, the people (M1, E7), and what may not be applied for twice (M3).

use serde_json::{Value, json};
use xueshi_tests::steps::text;
use xueshi_tests::{Client, Server, makeup, on_both};

on_both!(
    e7_the_window_of_applications,
    m1_only_prior_years_from_the_earliest_on,
    m1_only_people_whom_the_employer_has_now,
    m1_only_years_that_need_it,
    m3_one_application_and_one_grant_for_a_person_and_year,
    m1_drafts_are_the_employers_own,
    m1_a_draft_is_changed_and_judged_again_when_it_is_submitted,
    w1_w2_the_window_holds_for_every_step,
);

/// E7: closed, accepted, accepted, closed.
async fn e7_the_window_of_applications(server: &Server) {
    let person = makeup::person(server, makeup::SHORT).await;
    for (now, open) in [
        ("2023-08-23T23:59:59+08:00", false),
        ("2023-08-24T00:00:00+08:00", true),
        ("2023-11-30T23:59:59+08:00", true),
        ("2023-12-01T00:00:00+08:00", false),
    ] {
        server.freeze_clock(now).await;
        let employer = server.login("company.admin").await;
        let answer = makeup::application(&employer, &[&person]).await;
        if open {
            assert_eq!(answer.is(201)["state"], "draft", "{now}");
            continue;
        }
        let closed = answer.refused(422, "window-closed");
        assert_eq!(closed["kind"], "makeup_application", "{closed:#}");
        assert_eq!(closed["opens"], "2023-08-24T00:00:00+08:00");
        assert_eq!(closed["closes"], "2023-12-01T00:00:00+08:00");
    }
}

fn item(person: &str, year: i32) -> Value {
    json!({"professional_id": person, "year": year})
}

fn apply(employer: &Client, items: &[Value]) -> xueshi_tests::Call {
    employer.post("/v1/makeup-applications").json(json!({"items": items}))
}

/// M1: before the present year, not before the earliest, and with a policy to measure by.
async fn m1_only_prior_years_from_the_earliest_on(server: &Server) {
    let employer = server.login("company.admin").await;
    let person = makeup::person(server, makeup::SHORT).await;
    for (year, code) in [
        (2023, "makeup-year-not-open"),
        (2024, "makeup-year-not-open"),
        (2018, "makeup-year-not-open"),
        (2021, "no-policy"),
    ] {
        let problem = apply(&employer, &[item(&person, year)]).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], "/items/0/year", "{problem:#}");
    }
    let problem = apply(&employer, &[item(&person, 2023)]).await.json();
    assert_eq!((&problem["earliest"], &problem["latest"]), (&json!(2019), &json!(2022)));
    assert_eq!(problem["rule"]["id"], "M1");
    // Each of several is named, and none of them is kept.
    let items = [item(&person, 2022), item(&person, 2023), item(&person, 2018)];
    let problem = apply(&employer, &items).await.refused(422, "makeup-year-not-open");
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/items/1/year", "/items/2/year"], "{problem:#}");
    assert_eq!(employer.get("/v1/makeup-applications").await.is(200)["data"], json!([]));

    let made = apply(&employer, &[item(&person, 2022)]).await.is(201);
    let missing = &made["items"][0]["missing"];
    assert_eq!(missing, &json!({"total": 20, "public": 0, "professional": 20}), "{made:#}");
    assert_eq!((&made["items"][0]["state"], &made["year"]), (&json!("open"), &json!(2023)));
}

/// M1, U3: not people of another employer, not people who have left.
async fn m1_only_people_whom_the_employer_has_now(server: &Server) {
    let employer = server.login("company.admin").await;
    let elsewhere = makeup::person(server, "高以宁").await;
    let problem = makeup::application(&employer, &[&elsewhere]).await;
    let problem = problem.refused(422, "unknown-reference");
    assert_eq!(problem["errors"][0]["pointer"], "/items/0/professional_id");
    let hospital = server.login("hospital.admin").await;
    let retired = makeup::person(server, "罗国栋").await;
    let problem = makeup::application(&hospital, &[&retired]).await.refused(422, "not-employed");
    assert_eq!(problem["errors"][0]["pointer"], "/items/0/professional_id", "{problem:#}");
    // Nor in the name of another unit.
    let unit = text(&hospital.get("/v1/me").await.is(200)["grants"][0]["organization"], "id");
    let body = json!({"employer_id": unit, "items": [item(&elsewhere, 2022)]});
    let problem = employer.post("/v1/makeup-applications").json(body).await;
    problem.refused(422, "unknown-reference");
    // Nobody but an employer applies.
    for other in ["engineer", "jinshui.reviewer", "base.admin", "city.officer", "auditor"] {
        let client = server.login(other).await;
        makeup::application(&client, &[&elsewhere]).await.refused(403, "forbidden");
    }
}

/// M1: a year that is complete needs nothing; one in which nothing was learnt needs everything.
async fn m1_only_years_that_need_it(server: &Server) {
    let employer = server.login("company.admin").await;
    let complete = makeup::person(server, "唐若溪").await;
    makeup::application(&employer, &[&complete]).await.refused(422, "makeup-not-needed");
    let joined_later = makeup::person(server, "邓思源").await;
    let made = makeup::application(&employer, &[&joined_later]).await.is(201);
    let missing = &made["items"][0]["missing"];
    assert_eq!(missing, &json!({"total": 90, "public": 30, "professional": 60}));
    let twice = [item(&joined_later, 2022), item(&joined_later, 2022)];
    let problem = apply(&employer, &twice).await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["pointer"], "/items/1");
}

/// M3: while one waits or stands, there is no other for the same person and year.
async fn m3_one_application_and_one_grant_for_a_person_and_year(server: &Server) {
    let employer = server.login("company.admin").await;
    let person = makeup::person(server, makeup::SHORT).await;
    let other = makeup::application(&employer, &[&person]).await.is(201);
    let first = makeup::submitted(&employer, &[&person]).await;
    let problem = makeup::application(&employer, &[&person]).await;
    let problem = problem.refused(422, "makeup-already-applied");
    assert_eq!(problem["application_id"], first["id"], "{problem:#}");
    // A draft that was begun before is judged when it is submitted.
    makeup::submission(&employer, &other).await.refused(422, "makeup-already-applied");

    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let granted = makeup::granted(&first, &body, &officer).await;
    let problem = makeup::submission(&employer, &other).await;
    let problem = problem.refused(422, "makeup-already-granted");
    assert_eq!(problem["grant_id"], granted["items"][0]["grant_id"], "{problem:#}");
    assert_eq!(problem["rule"]["id"], "M3");
}

/// A draft is its employer's own; from the submission on the units of M2 and those who look over the shoulder see it.
async fn m1_drafts_are_the_employers_own(server: &Server) {
    let employer = server.login("company.admin").await;
    let person = makeup::person(server, makeup::SHORT).await;
    let draft = makeup::application(&employer, &[&person]).await.is(201);
    let path = format!("/v1/makeup-applications/{}", text(&draft, "id"));
    assert_eq!(employer.get(&path).await.is(200), draft);
    let later = ["jinshui.reviewer", "city.officer", "city.admin", "auditor"];
    let never = ["hospital.admin", "health.reviewer", "base.admin", "institute.admin"];
    for account in later.iter().chain(&never) {
        server.login(account).await.get(&path).await.refused(404, "not-found");
    }
    let sent = makeup::submission(&employer, &draft).await.is(200);
    assert_eq!((&sent["state"], &sent["revision"]), (&json!("body_review"), &json!(1)));
    for account in later {
        let client = server.login(account).await;
        assert_eq!(client.get(&path).await.is(200)["items"][0]["name"], makeup::SHORT);
        let list = client.get("/v1/makeup-applications?state=body_review&year=2023").await.is(200);
        assert_eq!(list["data"][0]["id"], draft["id"], "{account}");
    }
    for account in never {
        server.login(account).await.get(&path).await.refused(404, "not-found");
    }
    server.login("professional").await.get(&path).await.refused(403, "forbidden");
    let list = employer.get("/v1/makeup-applications?exceptional=true").await.is(200);
    assert_eq!(list["data"], json!([]));
}

/// M1: what held when it was written must hold when it is submitted.
async fn m1_a_draft_is_changed_and_judged_again_when_it_is_submitted(server: &Server) {
    let employer = server.login("company.admin").await;
    let short = makeup::person(server, makeup::SHORT).await;
    let leaver = makeup::person(server, "邓思源").await;
    let draft = makeup::application(&employer, &[&short]).await.is(201);
    let path = format!("/v1/makeup-applications/{}", text(&draft, "id"));
    let both = json!({"reason": "项目攻关", "items": [item(&short, 2022), item(&leaver, 2022)]});
    employer.patch(&path).json(both.clone()).await.refused(428, "precondition-required");
    employer
        .patch(&path)
        .json(both.clone())
        .if_match("\"7\"")
        .await
        .refused(412, "precondition-failed");
    let changed = employer.patch(&path).json(both).if_match("\"1\"").await.is(200);
    assert_eq!(changed["items"].as_array().unwrap().len(), 2, "{changed:#}");
    assert_eq!(changed["items"][0]["id"], draft["items"][0]["id"], "what stays keeps its id");
    employer.patch(&path).json(json!({})).if_match("\"2\"").await.refused(422, "validation-failed");

    let person = format!("/v1/professionals/{leaver}");
    let tag = employer.get(&person).await.etag();
    let end = json!({"ended_on": "2023-10-16", "reason": "left"});
    employer.post(&format!("{person}/departure")).json(end).if_match(&tag).await.is(200);
    let problem = makeup::submission(&employer, &changed).await.refused(422, "not-employed");
    assert_eq!(problem["errors"][0]["pointer"], "/items/1/professional_id", "{problem:#}");
    let without = json!({"items": [item(&short, 2022)]});
    let without = employer.patch(&path).json(without).if_match("\"2\"").await.is(200);
    assert_eq!(without["items"].as_array().unwrap().len(), 1);
    let sent = makeup::submission(&employer, &without).await.is(200);
    // What was submitted is not changed any more, nor submitted twice.
    let change = employer.patch(&path).json(json!({"reason": "另一理由"})).if_match("*");
    change.await.refused(409, "wrong-state");
    makeup::submission(&employer, &sent).await.refused(409, "wrong-state");
}

/// W1, W2: the window holds for writing, submitting and deciding; in the freeze everything rests.
async fn w1_w2_the_window_holds_for_every_step(server: &Server) {
    let employer = server.login("company.admin").await;
    let people =
        [makeup::person(server, makeup::SHORT).await, makeup::person(server, "邓思源").await];
    let draft = makeup::application(&employer, &[&people[0]]).await.is(201);
    let sent = makeup::submitted(&employer, &[&people[1]]).await;
    for (now, code) in [
        ("2023-12-01T00:00:00+08:00", "window-closed"),
        ("2023-12-20T00:00:00+08:00", "year-end-freeze"),
        ("2023-12-31T23:59:59+08:00", "year-end-freeze"),
    ] {
        server.freeze_clock(now).await;
        let employer = server.login("company.admin").await;
        makeup::application(&employer, &[&people[0]]).await.refused(422, code);
        makeup::submission(&employer, &draft).await.refused(422, code);
        let path = format!("/v1/makeup-applications/{}", text(&draft, "id"));
        let change = employer.patch(&path).json(json!({"reason": "补充说明"})).if_match("*");
        change.await.refused(422, code);
        let body = server.login("jinshui.reviewer").await;
        let decision = makeup::decision(&body, &text(&sent, "id"), "approve").await;
        decision.refused(422, code);
        assert_eq!(
            body.get("/v1/makeup-applications").await.is(200)["data"][0]["state"],
            "body_review"
        );
    }
    // The year after, what was left undecided is closed like the year of the application.
    server.freeze_clock("2024-02-01T09:00:00+08:00").await;
    let body = server.login("jinshui.reviewer").await;
    makeup::decision(&body, &text(&sent, "id"), "approve").await.refused(422, "window-closed");
    let employer = server.login("company.admin").await;
    makeup::submission(&employer, &draft).await.refused(422, "makeup-closed");
}
