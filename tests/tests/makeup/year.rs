//! What made-up hours do to their year: two reviews, totals, completion, certificate, revocation (M4, M5, A1, A2, H3).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, makeup, on_both};

on_both!(
    m4_m5_made_up_hours_complete_the_prior_year,
    m4_nobody_reviews_their_own_made_up_hours,
    m4_a_prior_year_is_verified_only_within_the_registration,
    a1_u2_who_moved_since_a_settled_year_is_verified_where_they_are,
    m3_a_complete_year_needs_no_more_hours,
    a2_m3_revoked_hours_open_the_grant_again,
    e9_completed_by_makeup_counts_for_title_review_and_not_for_the_appraisal,
);

/// The reviewers of the company's people.
async fn reviewers(server: &Server) -> [Client; 2] {
    [server.login("company.admin").await, server.login("jinshui.reviewer").await]
}

/// The short person with a grant, two conferences later: 12 and 8 hours, drafted.
async fn studied(server: &Server) -> (Client, String, [Value; 2]) {
    let (_, grant) = makeup::person_with_grant(server).await;
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let han = server.login_with("han.liyan", "a long enough password").await;
    let first = makeup::conference(&grant, "数据治理学术会议", "2023-10-17", "2023-10-18", 12);
    let second = makeup::conference(&grant, "软件工程学术会议", "2023-10-24", "2023-10-25", 8);
    let drafts = [makeup::drafted(&han, &first).await, makeup::drafted(&han, &second).await];
    (han, grant, drafts)
}

fn verification(client: &Client, people: &[&str]) -> xueshi_tests::Call {
    let body = json!({"year": 2022, "professional_ids": people});
    client.post("/v1/annual-records:verify").json(body)
}

/// M4, M5: both reviews, the mark, the totals, and a certificate that says how.
async fn m4_m5_made_up_hours_complete_the_prior_year(server: &Server) {
    let (han, grant, [first, second]) = studied(server).await;
    let [employer, body] = reviewers(server).await;
    let person = steps::professional_id(&han).await;
    let sent = steps::submission(&han, &first).await.is(200);
    assert_eq!((&sent["state"], &sent["makeup"]), (&json!("employer_review"), &json!(true)));
    assert_eq!(sent["due_at"], "2023-11-14T00:00:00+08:00", "V1: five working days of 2023");
    let id = text(&first, "id");
    steps::decision(&body, &id, "approve").await.refused(403, "not-holder");
    let waiting = employer.get("/v1/review-queue?year=2022").await.is(200);
    assert_eq!(waiting["data"][0]["makeup"], true, "{waiting:#}");
    steps::decision(&employer, &id, "approve").await.is(200);
    steps::decision(&body, &id, "approve").await.is(200);
    let year = han.get("/v1/me/years/2022").await.is(200);
    assert_eq!(
        (&year["state"], &year["shortfall"]["professional"]),
        (&json!("incomplete"), &json!(8))
    );
    assert_eq!(year["makeup"], json!({"total": 12, "public": 0, "professional": 12}));
    let not_yet = verification(&body, &[&person]).await.is(200);
    assert_eq!(not_yet["results"][0]["outcome"], "not_satisfied", "{not_yet:#}");

    steps::approve_fully(&han, &second, &employer, &body).await;
    let year = han.get("/v1/me/years/2022").await.is(200);
    assert_eq!(year["state"], "satisfied", "{year:#}");
    assert_eq!(year["approved"], json!({"total": 90, "public": 30, "professional": 60}));
    assert_eq!(year["makeup"], json!({"total": 20, "public": 0, "professional": 20}));
    assert_eq!(year["makeup_grant"]["state"], "used", "M3");
    steps::assert_totals_add_up(server, &person, 2022).await;
    // Nothing of it is in the year in which it was learnt (H3).
    let present = han.get("/v1/me/years/2023").await.is(200);
    assert_eq!(
        (&present["approved"]["total"], &present["makeup"]["total"]),
        (&json!(30), &json!(0))
    );

    let verified = verification(&body, &[&person]).await.is(200);
    assert_eq!(verified["results"][0]["outcome"], "certified", "{verified:#}");
    let number = text(&verified["results"][0], "certificate_number");
    let certificate = han.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!(
        (&certificate["year"], &certificate["completed"]),
        (&json!(2022), &json!("by_makeup"))
    );
    let code = text(&certificate, "verification_code");
    let public = server.nobody().get(&format!("/v1/verify/{code}"));
    let public = public.header("accept", "application/json").await.is(200);
    assert_eq!((&public["completed"], &public["state"]), (&json!("by_makeup"), &json!("valid")));
    let pdf = han.get(&format!("/v1/certificates/{number}.pdf")).await;
    assert_eq!(pdf.status, 200, "{pdf:?}");
    let record = body.get(&format!("/v1/professionals/{person}/annual-records/2022")).await.is(200);
    assert_eq!(record["makeup"]["professional"], 20, "{record:#}");
    let used = han.get(&format!("/v1/makeup-grants/{grant}")).await.is(200);
    assert_eq!(used["state"], "used");
    let events = han.get("/v1/events?limit=200").await.is(200);
    let events = events["data"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["type"] == "makeup.used").count(), 1);
}

/// A1, U2: the history follows the person: the body of the present employer verifies a year that was settled elsewhere.
async fn a1_u2_who_moved_since_a_settled_year_is_verified_where_they_are(server: &Server) {
    let (han, _, drafts) = studied(server).await;
    let [employer, body] = reviewers(server).await;
    for draft in &drafts {
        steps::approve_fully(&han, draft, &employer, &body).await;
    }
    let person = steps::professional_id(&han).await;
    let to = json!({"professional_id": person, "to_unit_code": "12410100MA0000058X"});
    let asked = employer.post("/v1/transfers").json(to).await.is(201);
    let path = format!("/v1/transfers/{}/decision", text(&asked, "id"));
    let accept = server.login("hospital.admin").await.post(&path).if_match("*");
    accept.json(json!({"decision": "accept", "comment": "已核对"})).await.is(200);
    verification(&body, &[&person]).await.refused(422, "window-closed");
    let present = verification(&server.login("health.reviewer").await, &[&person]).await.is(200);
    assert_eq!(present["results"][0]["outcome"], "certified", "{present:#}");
}

/// M4: the rules of the main road: nobody on their own, nobody at both stages, and a return goes back to the person.
async fn m4_nobody_reviews_their_own_made_up_hours(server: &Server) {
    let (han, _, [first, _]) = studied(server).await;
    let [employer, body] = reviewers(server).await;
    steps::submission(&han, &first).await.is(200);
    let id = text(&first, "id");
    steps::decision(&han, &id, "approve").await.refused(403, "forbidden");
    // Not even with the right to review for the company.
    let admin = server.login("city.admin").await;
    let account = text(&han.get("/v1/me").await.is(200), "id");
    let unit = &employer.get("/v1/me").await.is(200)["grants"][0]["organization"];
    let appointment = json!({"account_id": account, "role": "employer_administrator"});
    let path = format!("/v1/organizations/{}/administrators", text(unit, "id"));
    admin.post(&path).json(appointment).await.is(201);
    steps::decision(&han, &id, "approve").await.refused(403, "own-declaration");
    let employer = {
        let account = text(&server.login("company.admin").await.get("/v1/me").await.is(200), "id");
        let back = json!({"account_id": account, "role": "employer_administrator"});
        admin.post(&path).json(back).await.is(201);
        server.login("company.admin").await
    };
    let han = server.login_with("han.liyan", "a long enough password").await;
    let returned = steps::decision(&employer, &id, "return").await.is(200);
    assert_eq!((&returned["state"], &returned["makeup"]), (&json!("returned"), &json!(true)));
    let again = steps::submission(&han, &returned).await.is(200);
    assert_eq!(again["revision"], 2);
    steps::decision(&employer, &id, "approve").await.is(200);
    let rejected = steps::decision(&body, &id, "reject").await.is(200);
    assert_eq!(rejected["state"], "rejected");
    let year = han.get("/v1/me/years/2022").await.is(200);
    assert_eq!((&year["pending"]["total"], &year["makeup"]["total"]), (&json!(0), &json!(0)));
}

/// M4, A1: while registration is open, and only for those who register; 2022's own review is long closed.
async fn m4_a_prior_year_is_verified_only_within_the_registration(server: &Server) {
    let (han, _, drafts) = studied(server).await;
    let [employer, body] = reviewers(server).await;
    let person = steps::professional_id(&han).await;
    let other = makeup::person(server, "唐若溪").await;
    for draft in &drafts {
        steps::approve_fully(&han, draft, &employer, &body).await;
    }
    verification(&body, &[&other]).await.refused(422, "window-closed");
    let both = verification(&body, &[&other, &person]).await.is(200);
    assert_eq!(both["results"][0]["problem"]["code"], "window-closed", "{both:#}");
    server.freeze_clock("2023-12-20T00:00:00+08:00").await;
    let body = server.login("jinshui.reviewer").await;
    verification(&body, &[&person]).await.refused(422, "year-end-freeze");
    server.freeze_clock("2024-01-02T00:00:00+08:00").await;
    let body = server.login("jinshui.reviewer").await;
    let closed = verification(&body, &[&person]).await.refused(422, "window-closed");
    assert!(text(&closed, "closes").starts_with("2022-12-20"), "{closed:#}");
}

/// M1, M3, H3: what is under way may bring more than is missing, which stays in its year; then nothing new is taken.
async fn m3_a_complete_year_needs_no_more_hours(server: &Server) {
    let (han, grant, drafts) = studied(server).await;
    let [employer, body] = reviewers(server).await;
    let more = makeup::conference(&grant, "第三场会议", "2023-10-30", "2023-10-31", 8);
    let more = makeup::drafted(&han, &more).await;
    let left = makeup::conference(&grant, "第四场会议", "2023-11-01", "2023-11-02", 8);
    let left = makeup::drafted(&han, &left).await;
    steps::submission(&han, &more).await.is(200);
    for draft in &drafts {
        steps::approve_fully(&han, draft, &employer, &body).await;
    }
    let year = han.get("/v1/me/years/2022").await.is(200);
    assert_eq!(
        (&year["state"], &year["makeup_grant"]["state"]),
        (&json!("satisfied"), &json!("used"))
    );
    steps::submission(&han, &left).await.refused(422, "makeup-not-needed");
    let fifth = makeup::conference(&grant, "第五场会议", "2023-11-03", "2023-11-04", 8);
    han.post("/v1/declarations").json(fifth).await.refused(422, "makeup-not-needed");
    for client in [&employer, &body] {
        steps::decision(client, &text(&more, "id"), "approve").await.is(200);
    }
    let year = han.get("/v1/me/years/2022").await.is(200);
    assert_eq!(
        (&year["excess"]["professional"], &year["makeup"]["professional"]),
        (&json!(8), &json!(28))
    );
    // The employer does not apply for the year again.
    let person = steps::professional_id(&han).await;
    let again = makeup::application(&employer, &[&person]).await;
    again.refused(422, "makeup-not-needed");
}

/// A2, M3: the year falls, its certificate is revoked, and while registration is open the hours can be earned again.
async fn a2_m3_revoked_hours_open_the_grant_again(server: &Server) {
    let (han, grant, drafts) = studied(server).await;
    let [employer, body] = reviewers(server).await;
    let officer = server.login("city.officer").await;
    let person = steps::professional_id(&han).await;
    for draft in &drafts {
        steps::approve_fully(&han, draft, &employer, &body).await;
    }
    let verified = verification(&body, &[&person]).await.is(200);
    let number = text(&verified["results"][0], "certificate_number");
    let path = format!("/v1/declarations/{}/revocation", text(&drafts[1], "id"));
    let revoked = officer.post(&path).if_match("*").json(json!({"reason": "会议证明不实"}));
    assert_eq!(revoked.await.is(200)["state"], "revoked");
    let year = han.get("/v1/me/years/2022").await.is(200);
    assert_eq!(year["makeup"]["professional"], 12, "{year:#}");
    // `incomplete` where the year is settled.
    assert!(["in_progress", "incomplete"].contains(&year["state"].as_str().unwrap()), "{year:#}");
    assert_eq!(year["makeup_grant"]["state"], "granted");
    let certificate = han.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!(
        (&certificate["state"], &certificate["end_reason"]),
        (&json!("revoked"), &json!("hours_revoked"))
    );
    steps::assert_totals_add_up(server, &person, 2022).await;

    let again = makeup::conference(&grant, "另一场会议", "2023-10-26", "2023-10-27", 8);
    let again = makeup::drafted(&han, &again).await;
    steps::approve_fully(&han, &again, &employer, &body).await;
    let verified = verification(&body, &[&person]).await.is(200);
    assert_eq!(verified["results"][0]["outcome"], "certified", "{verified:#}");
    let used = han.get(&format!("/v1/makeup-grants/{grant}")).await.is(200);
    assert_eq!(used["state"], "used");
}

/// E9, A4, M5: 2022 was settled short and is completed by make-up in 2023: its outcome follows, its sealed appraisal does not; for
/// the appraisal of a public institution it stays not completed, for title review it counts.
async fn e9_completed_by_makeup_counts_for_title_review_and_not_for_the_appraisal(server: &Server) {
    let (han, _, drafts) = studied(server).await;
    let [employer, body] = reviewers(server).await;
    let person = steps::professional_id(&han).await;
    let standing = async |purpose: &str| {
        let path =
            format!("/v1/professionals/{person}/standing?from=2022&to=2022&purpose={purpose}");
        han.get(&path).await.is(200)
    };
    let sealed = han.get(&format!("/v1/professionals/{person}/appraisals/2022")).await.is(200);
    assert_eq!(sealed["outcome"], "incomplete", "{sealed:#}");
    for purpose in ["appraisal", "title_review"] {
        assert_eq!(standing(purpose).await["years"][0]["answer"], "not_met", "{purpose}");
    }
    for draft in &drafts {
        steps::approve_fully(&han, draft, &employer, &body).await;
    }
    let path = format!("/v1/professionals/{person}/annual-records/2022");
    let record = body.get(&path).await.is(200);
    assert_eq!(record["outcome"], "completed_by_makeup", "{record:#}");
    let after = han.get(&format!("/v1/professionals/{person}/appraisals/2022")).await.is(200);
    for member in ["outcome", "digest", "sealed_at"] {
        assert_eq!(after[member], sealed[member], "{member} of a sealed appraisal: {after:#}");
    }
    assert_eq!(standing("appraisal").await["years"][0]["answer"], "not_met");
    for purpose in ["title_review", "appointment", "registration"] {
        assert_eq!(standing(purpose).await["years"][0]["answer"], "met", "{purpose}");
    }
    // Taken back, it is incomplete again, and the appraisal still what it was.
    let officer = server.login("city.officer").await;
    let revocation = format!("/v1/declarations/{}/revocation", text(&drafts[1], "id"));
    let call = officer.post(&revocation).if_match("*").json(json!({"reason": "会议证明不实"}));
    call.await.is(200);
    let record = body.get(&path).await.is(200);
    assert_eq!(record["outcome"], "incomplete", "{record:#}");
    assert_eq!(standing("title_review").await["years"][0]["answer"], "not_met");
}
