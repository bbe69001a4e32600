//! Deciding: three parties, no skipping, a result for each item (M2, V4, V6, V10).

use std::future::IntoFuture;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, makeup, on_both};

on_both!(
    m2_three_parties_in_their_order,
    m2_nobody_takes_two_of_the_three_parts,
    m2_an_assigned_base_reviews_first,
    m2_each_item_has_its_own_result,
    m2_what_is_returned_is_corrected_and_submitted_again,
    m1_who_left_before_the_grant_is_not_granted,
    v4_a_step_is_decided_once,
    makeup_events_are_told,
);

async fn two_people(server: &Server) -> [String; 2] {
    [makeup::person(server, makeup::SHORT).await, makeup::person(server, "邓思源").await]
}

/// M2: the body, then the bureau; neither in the other's place, and nobody else.
async fn m2_three_parties_in_their_order(server: &Server) {
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let person = makeup::person(server, makeup::SHORT).await;
    let draft = makeup::application(&employer, &[&person]).await.is(201);
    let id = text(&draft, "id");
    makeup::decision(&body, &id, "approve").await.refused(404, "not-found");
    makeup::submission(&employer, &draft).await.is(200);

    makeup::decision(&officer, &id, "approve").await.refused(403, "not-holder");
    makeup::decision(&employer, &id, "approve").await.refused(403, "forbidden");
    let other = server.login("health.reviewer").await;
    makeup::decision(&other, &id, "approve").await.refused(404, "not-found");
    let path = format!("/v1/makeup-applications/{id}/reviews");
    let silent = body.post(&path).json(json!({"decision": "return"}));
    silent.await.refused(422, "validation-failed");
    let both = json!({"decision": "approve", "items": [{"item_id": draft["items"][0]["id"], "decision": "approve"}]});
    body.post(&path).json(both).await.refused(422, "validation-failed");
    let stale = body.post(&path).json(json!({"decision": "approve", "revision": 2}));
    stale.await.refused(412, "precondition-failed");

    let forwarded = makeup::decision(&body, &id, "approve").await.is(200);
    assert_eq!(forwarded["state"], "municipal_review", "{forwarded:#}");
    assert_eq!(forwarded["items"][0]["state"], "forwarded");
    assert_eq!(forwarded["results"][0]["outcome"], "done");
    makeup::decision(&body, &id, "approve").await.refused(409, "wrong-state");
    let granted = makeup::decision(&officer, &id, "approve").await.is(200);
    assert_eq!(
        (&granted["state"], &granted["items"][0]["state"]),
        (&json!("granted"), &json!("granted"))
    );
    makeup::decision(&officer, &id, "reject").await.refused(409, "wrong-state");

    let grant = text(&granted["items"][0], "grant_id");
    let grant = officer.get(&format!("/v1/makeup-grants/{grant}")).await.is(200);
    assert_eq!((&grant["state"], &grant["year"]), (&json!("granted"), &json!(2022)));
    assert_eq!(grant["study_until"], "2023-12-01T00:00:00+08:00");
    assert_eq!(grant["register_until"], "2023-12-20T00:00:00+08:00");
    // V10: who decided, for which unit, under which version of the policy.
    let reviews = employer.get(&path).await.is(200);
    let reviews = reviews["data"].as_array().unwrap();
    let unit = |client: &Value| client["grants"][0]["organization"]["id"].clone();
    assert_eq!((&reviews[0]["step"], &reviews[1]["step"]), (&json!("body"), &json!("municipal")));
    assert_eq!(reviews[0]["unit_id"], unit(&body.get("/v1/me").await.is(200)));
    assert_eq!(reviews[1]["unit_id"], unit(&officer.get("/v1/me").await.is(200)));
    assert_eq!(
        (&reviews[1]["comment"], &reviews[1]["policy_version"]),
        (&json!("经核实"), &json!(1))
    );
}

/// Gives an account another role on a unit.
async fn also(server: &Server, client: &Client, role: &str, unit: &Value) {
    let admin = server.login("city.admin").await;
    let account = text(&client.get("/v1/me").await.is(200), "id");
    let grant = json!({"role": role, "organization_id": unit});
    admin.post(&format!("/v1/accounts/{account}/grants")).json(grant).await.is(201);
}

/// M2: the applicant, the first reviewer and the one who decides are three people, and none of them is the person.
async fn m2_nobody_takes_two_of_the_three_parts(server: &Server) {
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let bureau = officer.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let han = steps::account_of(server, makeup::SHORT, "han.liyan").await;
    for client in [&employer, &body, &han] {
        also(server, client, "municipal_officer", &bureau).await;
    }
    let people = two_people(server).await;
    let sent = makeup::submitted(&employer, &[&people[0], &people[1]]).await;
    let id = text(&sent, "id");
    makeup::decision(&body, &id, "approve").await.is(200);
    makeup::decision(&employer, &id, "approve").await.refused(403, "own-case");
    makeup::decision(&body, &id, "approve").await.refused(403, "same-reviewer");
    // One of the two is about the officer: the other is granted, this one waits for somebody else.
    let part = makeup::decision(&han, &id, "approve").await.is(200);
    assert_eq!(part["state"], "municipal_review", "{part:#}");
    let outcome =
        |place: usize| (&part["results"][place]["outcome"], &part["items"][place]["state"]);
    assert_eq!(outcome(0), (&json!("refused"), &json!("forwarded")), "{part:#}");
    assert_eq!(part["results"][0]["problem"]["code"], "own-case");
    assert_eq!(outcome(1), (&json!("done"), &json!("granted")));
    makeup::decision(&han, &id, "approve").await.refused(403, "own-case");
    assert_eq!(makeup::decision(&officer, &id, "reject").await.is(200)["state"], "granted");
}

/// M2: a base that is assigned to an employer reviews in its body's place, until it is taken away.
async fn m2_an_assigned_base_reviews_first(server: &Server) {
    let admin = server.login("city.admin").await;
    let base = server.login("base.admin").await;
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let unit = |me: &Value| text(&me["grants"][0]["organization"], "id");
    let company = unit(&employer.get("/v1/me").await.is(200));
    let base_id = unit(&base.get("/v1/me").await.is(200));
    let path = format!("/v1/organizations/{company}/makeup-body");
    let before = admin.get(&path).await;
    assert_eq!(before.is(200)["base_id"], Value::Null);
    assert_eq!(before.is(200)["body_id"], unit(&body.get("/v1/me").await.is(200)).as_str());
    let assign = |client: &Client, id: Value, tag: &str| {
        client.put(&path).json(json!({"body_id": id})).if_match(tag)
    };
    assign(&employer, json!(base_id), "\"0\"").await.refused(403, "forbidden");
    assign(&admin, json!(company), "\"0\"").await.refused(422, "validation-failed");
    assign(&admin, json!("018b3b1e-7c00-7a10-8c11-00000000ffff"), "\"0\"")
        .await
        .refused(422, "unknown-reference");
    admin.put(&path).json(json!({})).if_match("\"0\"").await.refused(400, "missing-member");
    let assigned = assign(&admin, json!(base_id), &before.etag()).await.is(200);
    assert_eq!((&assigned["body_id"], &assigned["version"]), (&json!(base_id), &json!(1)));
    assign(&admin, Value::Null, "\"0\"").await.refused(412, "precondition-failed");

    let person = makeup::person(server, makeup::SHORT).await;
    let sent = makeup::submitted(&employer, &[&person]).await;
    let id = text(&sent, "id");
    assert_eq!(sent["body_id"], base_id.as_str());
    makeup::decision(&body, &id, "approve").await.refused(403, "not-holder");
    let institute = server.login("institute.admin").await;
    makeup::decision(&institute, &id, "approve").await.refused(404, "not-found");
    let list = base.get("/v1/makeup-applications").await.is(200);
    assert_eq!(list["data"][0]["items"][0]["name"], makeup::SHORT);
    // Taken away: what it has already stays with it, what comes next goes to the reviewing body.
    let back = assign(&admin, Value::Null, "\"1\"").await.is(200);
    assert_eq!((&back["base_id"], &back["version"]), (&Value::Null, &json!(2)));
    let forwarded = makeup::decision(&base, &id, "approve").await.is(200);
    assert_eq!(forwarded["state"], "municipal_review");
    makeup::decision(&base, &id, "approve").await.refused(409, "wrong-state");
    let next = makeup::submitted(&employer, &[&makeup::person(server, "邓思源").await]).await;
    assert_ne!(next["body_id"], base_id.as_str());
}

fn by_item(client: &Client, application: &Value, decisions: [&str; 2]) -> xueshi_tests::Call {
    let items: Vec<_> = decisions
        .iter()
        .zip(application["items"].as_array().unwrap())
        .map(|(decision, item)| json!({"item_id": item["id"], "decision": decision, "comment": "逐人审核"}))
        .collect();
    let path = format!("/v1/makeup-applications/{}/reviews", text(application, "id"));
    client.post(&path).json(json!({"items": items}))
}

/// M2, V6: one is refused, the other goes on.
async fn m2_each_item_has_its_own_result(server: &Server) {
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let people = two_people(server).await;
    let sent = makeup::submitted(&employer, &[&people[0], &people[1]]).await;
    let id = text(&sent, "id");
    let unknown = json!({"items": [
        {"item_id": "018b3b1e-7c00-7a10-8c11-00000000ffff", "decision": "approve"},
        {"item_id": sent["items"][1]["id"], "decision": "reject", "comment": "2022年度尚未入职"}
    ]});
    let path = format!("/v1/makeup-applications/{id}/reviews");
    let part = body.post(&path).json(unknown).await.is(200);
    assert_eq!(part["state"], "body_review", "one still waits: {part:#}");
    assert_eq!(part["results"][0]["problem"]["code"], "not-found");
    assert_eq!(part["items"][1]["state"], "rejected");
    let forwarded = makeup::decision(&body, &id, "approve").await.is(200);
    assert_eq!(forwarded["state"], "municipal_review");
    assert_eq!(forwarded["results"].as_array().unwrap().len(), 1, "{forwarded:#}");
    let granted = makeup::decision(&officer, &id, "approve").await.is(200);
    assert_eq!(granted["state"], "granted");
    assert_eq!(granted["items"][1]["grant_id"], Value::Null);
    let grants = employer.get("/v1/makeup-grants?year=2022&state=granted").await.is(200);
    assert_eq!(grants["data"].as_array().unwrap().len(), 1);

    // All refused: rejected as a whole.
    let again = makeup::submitted(&employer, &[&people[1]]).await;
    let rejected = makeup::decision(&body, &text(&again, "id"), "reject").await.is(200);
    assert_eq!(rejected["state"], "rejected");
    makeup::submission(&employer, &rejected).await.refused(409, "wrong-state");
}

/// M2: what both bodies may send back is corrected, and begins again at the first step; what was rejected stays so.
async fn m2_what_is_returned_is_corrected_and_submitted_again(server: &Server) {
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let people = two_people(server).await;
    let sent = makeup::submitted(&employer, &[&people[0], &people[1]]).await;
    let returned = by_item(&body, &sent, ["return", "reject"]).await.is(200);
    assert_eq!(returned["state"], "returned", "{returned:#}");
    let path = format!("/v1/makeup-applications/{}", text(&sent, "id"));
    let back = json!({"items": [{"professional_id": people[1], "year": 2022}]});
    employer.patch(&path).json(back).if_match("*").await.refused(409, "wrong-state");
    let reason = json!({"reason": "补充项目立项文件", "items": [{"professional_id": people[0], "year": 2022}]});
    let changed = employer.patch(&path).json(reason).if_match("*").await.is(200);
    let again = makeup::submission(&employer, &changed).await.is(200);
    assert_eq!((&again["state"], &again["revision"]), (&json!("body_review"), &json!(2)));
    assert_eq!(
        (&again["items"][0]["state"], &again["items"][1]["state"]),
        (&json!("open"), &json!("rejected"))
    );
    makeup::decision(&officer, &text(&sent, "id"), "approve").await.refused(403, "not-holder");
    makeup::decision(&body, &text(&sent, "id"), "approve").await.is(200);
    let returned = makeup::decision(&officer, &text(&sent, "id"), "return").await.is(200);
    assert_eq!(returned["state"], "returned");
    // Unchanged, as it is.
    let third = makeup::submission(&employer, &returned).await.is(200);
    assert_eq!((&third["revision"], &third["items"][0]["state"]), (&json!(3), &json!("open")));
    makeup::granted(&third, &body, &officer).await;
    let reviews = employer.get(&format!("{path}/reviews")).await.is(200);
    assert_eq!(reviews["data"].as_array().unwrap().len(), 6, "all of them are kept: {reviews:#}");
}

/// M1: what held at the application must hold at the grant; the bureau then decides on what is left.
async fn m1_who_left_before_the_grant_is_not_granted(server: &Server) {
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let people = two_people(server).await;
    let sent = makeup::submitted(&employer, &[&people[0], &people[1]]).await;
    let id = text(&sent, "id");
    makeup::decision(&body, &id, "approve").await.is(200);
    let person = format!("/v1/professionals/{}", people[0]);
    let tag = employer.get(&person).await.etag();
    let end = json!({"ended_on": "2023-10-16", "reason": "left"});
    employer.post(&format!("{person}/departure")).json(end).if_match(&tag).await.is(200);
    let part = makeup::decision(&officer, &id, "approve").await.is(200);
    assert_eq!(part["state"], "municipal_review", "{part:#}");
    assert_eq!(part["results"][0]["problem"]["code"], "not-employed");
    assert_eq!(part["items"][1]["state"], "granted");
    makeup::decision(&officer, &id, "approve").await.refused(422, "not-employed");
    assert_eq!(makeup::decision(&officer, &id, "reject").await.is(200)["state"], "granted");
}

/// V4: of two decisions at once one stands, and the other hears of it.
async fn v4_a_step_is_decided_once(server: &Server) {
    let employer = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    let people = two_people(server).await;
    let sent = makeup::submitted(&employer, &[&people[0], &people[1]]).await;
    let first = json!({"items": [{"item_id": sent["items"][0]["id"], "decision": "approve"}]});
    let path = format!("/v1/makeup-applications/{}/reviews", text(&sent, "id"));
    let calls = (0..8).map(|_| body.post(&path).json(first.clone()).into_future());
    let answers = futures_util::future::join_all(calls).await;
    let stood = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(stood, 1, "{answers:#?}");
    for lost in answers.iter().filter(|answer| answer.status != 200) {
        let problem = lost.refused(409, "decision-already-made");
        assert_eq!(problem["review"]["decision"], "approve", "{problem:#}");
    }
}

/// Each step is told to those whom it concerns.
async fn makeup_events_are_told(server: &Server) {
    let (han, grant) = makeup::person_with_grant(server).await;
    let kinds = async |client: &Client| {
        let events = client.get("/v1/events?limit=200").await.is(200);
        let events = events["data"].as_array().unwrap().clone();
        let types = events.iter().map(|event| text(event, "type"));
        types.filter(|kind| kind.starts_with("makeup.")).collect::<Vec<_>>()
    };
    let all = ["makeup.submitted", "makeup.forwarded", "makeup.granted"];
    for account in ["company.admin", "jinshui.reviewer", "city.officer", "auditor"] {
        assert_eq!(kinds(&server.login(account).await).await, all, "{account}");
    }
    assert_eq!(kinds(&han).await, ["makeup.granted"]);
    assert_eq!(kinds(&server.login("health.reviewer").await).await, Vec::<String>::new());
    assert_eq!(han.get(&format!("/v1/makeup-grants/{grant}")).await.is(200)["state"], "granted");
}
