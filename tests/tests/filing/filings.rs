//! Filings: applied for, decided, stopped (P1, P5).

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE, INSTITUTE, change, decide, item};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both, on_sqlite};

use super::{apply, filing_of, path_of};

on_both!(
    p1_an_institution_applies_for_years_and_the_bureau_decides,
    p1_bureaus_and_authorities_that_train_are_filed_too,
    p5_what_stops_a_filing_stops_new_classes,
);
on_sqlite!(p1_refused_over_years_others_and_ones_own, p5_approved_hours_stand_after_a_revocation);

/// P1: years with a result each, a return, a correction, a grant; everything is kept (V10) and told.
async fn p1_an_institution_applies_for_years_and_the_bureau_decides(server: &Server) {
    let unit = training::unit(server, INSTITUTE).await;
    let institute = server.login("institute.admin").await;
    let officer = server.login("city.officer").await;
    let results = apply(&institute, &unit, &[2023, 2022, 2024]).await;
    let outcomes: Vec<_> = results.iter().map(|result| &result["outcome"]).collect();
    assert_eq!(outcomes, ["applied", "refused", "applied"], "{results:#?}");
    assert_eq!(results[1]["problem"]["code"], "filing-year-over");
    let filing = results[0]["filing"].clone();
    assert_eq!((&filing["state"], &filing["version"]), (&json!("submitted"), &json!(1)));

    // Waiting is not filed.
    let listed = async || {
        let all = steps::all_pages(&officer, "/v1/institutions?year=2023&limit=200").await;
        all.iter().find(|row| row["id"] == unit.as_str()).unwrap()["filed"].clone()
    };
    assert_eq!(listed().await, false);
    let path = path_of(&filing);
    let returned = decide(&officer, &path, &filing["version"], "return").await.is(200);
    assert_eq!(returned["state"], "returned");
    let body = json!({"statement": "专职教师 14 人"});
    let again = change(&institute, &format!("{path}/submission"), &returned["version"], body);
    let again = again.await.is(200);
    assert_eq!(
        (&again["state"], &again["statement"]),
        (&json!("submitted"), &json!("专职教师 14 人"))
    );
    let answer = decide(&officer, &path, &again["version"], "approve").await;
    assert_eq!(answer.etag(), "\"4\"");
    assert_eq!(answer.is(200)["state"], "granted");
    assert_eq!(listed().await, true);

    let found = institute.get(&path).await.is(200);
    let history: Vec<_> =
        found["history"].as_array().unwrap().iter().map(|act| text(act, "event")).collect();
    assert_eq!(history, ["apply", "return", "apply", "grant"]);
    assert_eq!(found["history"][3]["comment"], "已核实");
    assert_eq!(found["history"][3]["policy_version"], 1);
    let told =
        steps::all_pages(&officer, &format!("/v1/events?subject_id={}", text(&filing, "id"))).await;
    let told: Vec<_> = told.iter().map(|event| text(event, "type")).collect();
    assert_eq!(told, ["filing.applied", "filing.returned", "filing.applied", "filing.granted"]);
    let states = officer.get("/v1/filings?state=granted,submitted&year=2024").await.is(200);
    assert_eq!(states["data"][0]["state"], "submitted");
}

/// P1, P2: an authority that trains needs a plan and a filing like everyone.
async fn p1_bureaus_and_authorities_that_train_are_filed_too(server: &Server) {
    let unit = training::unit(server, "郑州市卫生健康委员会").await;
    let health = server.login("health.reviewer").await;
    let officer = server.login("city.officer").await;
    let items = [item("临床新技术", 16, "10-17", "11-30")];
    let plan = training::approved_plan(server, &health, &unit, &items).await;
    let class = training::class(&plan["items"][0], "临床新技术", "10-18", "10-19", 16);
    let problem = health.post("/v1/classes").json(class.clone()).await;
    let problem = problem.refused(422, "filing-not-granted");
    assert_eq!(problem["state"], Value::Null);
    let filing = apply(&health, &unit, &[2023]).await[0]["filing"].clone();
    health.post("/v1/classes").json(class.clone()).await.refused(422, "filing-not-granted");
    let answer = decide(&officer, &path_of(&filing), &filing["version"], "approve").await;
    answer.is(200);
    health.post("/v1/classes").json(class).await.is(201);
    let listed = steps::all_pages(&officer, "/v1/institutions?year=2023&limit=200").await;
    assert!(listed.iter().any(|row| row["id"] == unit.as_str() && row["filed"] == true));
}

/// P1: what is refused, and to whom.
async fn p1_refused_over_years_others_and_ones_own(server: &Server) {
    let unit = training::unit(server, INSTITUTE).await;
    let institute = server.login("institute.admin").await;
    let officer = server.login("city.officer").await;
    let filing = apply(&institute, &unit, &[2023]).await[0]["filing"].clone();
    let path = path_of(&filing);
    // Only the bureau decides; nobody else sees it.
    decide(&institute, &path, &filing["version"], "approve").await.refused(403, "forbidden");
    server.login("base.admin").await.get(&path).await.refused(404, "not-found");
    server.login("jinshui.reviewer").await.get(&path).await.refused(404, "not-found");
    // A decision against someone says why; a waiting application cannot be stopped.
    let bare = json!({"decision": "reject"});
    let call = change(&officer, &format!("{path}/decision"), &filing["version"], bare);
    call.await.refused(422, "validation-failed");
    let reason = json!({"reason": "整改"});
    for act in ["suspension", "resumption", "revocation"] {
        let call = change(&officer, &format!("{path}/{act}"), &filing["version"], reason.clone());
        call.await.refused(409, "wrong-state");
    }
    // A year that waits cannot be applied for again; one that was rejected can.
    let again = apply(&institute, &unit, &[2023]).await;
    assert_eq!(again[0]["problem"]["code"], "wrong-state", "{again:#?}");
    decide(&officer, &path, &filing["version"], "reject").await.is(200);
    decide(&officer, &path, &filing["version"], "approve")
        .await
        .refused(412, "precondition-failed");
    assert_eq!(apply(&institute, &unit, &[2023]).await[0]["outcome"], "applied");
    // Employers are no trainers; units of others are as good as none.
    let hospital = training::unit(server, "郑州市示范医院").await;
    let body = |unit: &str| json!({"organization_id": unit, "years": [2023], "statement": "申请"});
    let health = server.login("health.reviewer").await;
    health.post("/v1/filings").json(body(&hospital)).await.refused(422, "validation-failed");
    health.post("/v1/filings").json(body(&unit)).await.refused(422, "unknown-reference");
    let twice = json!({"organization_id": unit, "years": [2023, 2023], "statement": "申请"});
    institute.post("/v1/filings").json(twice).await.refused(422, "validation-failed");
    // The year is over by now.
    server.set_clock("2024-01-03T09:00:00+08:00").await;
    let (institute, officer) =
        (server.login("institute.admin").await, server.login("city.officer").await);
    let filing = filing_of(&officer, &unit).await;
    let returned = decide(&officer, &path, &filing["version"], "return").await.is(200);
    let call = change(&institute, &format!("{path}/submission"), &returned["version"], json!({}));
    call.await.refused(422, "filing-year-over");

    // Nobody decides on what they applied for: an officer who also files for the bureau.
    let admin = server.login("city.admin").await;
    let me = officer.get("/v1/me").await.is(200);
    let bureau = training::unit(server, "郑州市人力资源和社会保障局").await;
    let account = text(&me, "id");
    let body = json!({"role": "reviewer", "organization_id": bureau});
    admin.post(&format!("/v1/accounts/{account}/grants")).json(body).await.is(201);
    let officer = server.login("city.officer").await;
    let filing = apply(&officer, &bureau, &[2024]).await[0]["filing"].clone();
    let problem = decide(&officer, &path_of(&filing), &filing["version"], "approve").await;
    assert_eq!(problem.refused(403, "own-case")["rule"]["id"], "Who");
}

/// P5: suspended and revoked filings take no new classes; resumed ones do.
async fn p5_what_stops_a_filing_stops_new_classes(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let officer = server.login("city.officer").await;
    let plan =
        training::approved_plan(server, &base, &unit, &[item("主题", 24, "10-17", "11-30")]).await;
    let class = |title: &str| training::class(&plan["items"][0], title, "10-18", "10-20", 8);
    let filing = filing_of(&officer, &unit).await;
    let path = path_of(&filing);
    let act = async |act: &str, version: &Value| {
        let body = json!({"reason": "年度检查"});
        change(&officer, &format!("{path}/{act}"), version, body).await.is(200)
    };
    let planned = base.post("/v1/classes").json(class("早已公布")).await.is(201);
    let suspended = act("suspension", &filing["version"]).await;
    assert_eq!(suspended["state"], "suspended");
    let problem = base.post("/v1/classes").json(class("新班")).await;
    let problem = problem.refused(422, "filing-not-granted");
    assert_eq!((&problem["rule"]["id"], &problem["state"]), (&json!("P5"), &json!("suspended")));
    // It had not begun by then: its hours would not count.
    let waiting = training::reread_class(&base, &planned).await;
    assert_eq!(
        (&waiting["missing"], &waiting["mend"]),
        (&json!("filing_suspended"), &json!("resume_filing"))
    );
    let resumed = act("resumption", &suspended["version"]).await;
    assert_eq!((&resumed["state"], &resumed["stopped_at"]), (&json!("granted"), &json!(null)));
    base.post("/v1/classes").json(class("新班")).await.is(201);
    let revoked = act("revocation", &resumed["version"]).await;
    assert_eq!(revoked["state"], "revoked");
    let problem = base.post("/v1/classes").json(class("再一班")).await;
    problem.refused(422, "filing-not-granted");
    let call = base.patch(&format!("/v1/classes/{}", text(&planned, "id"))).if_match("\"1\"");
    call.json(json!({"place": "别处"})).await.refused(422, "filing-not-granted");
    let gone = training::reread_class(&base, &planned).await;
    assert_eq!((&gone["filed"], &gone["missing"]), (&json!(false), &json!("filing_revoked")));
    // A new grant of the same year makes good.
    assert_eq!(apply(&base, &unit, &[2023]).await[0]["outcome"], "applied");
    let filing = filing_of(&officer, &unit).await;
    decide(&officer, &path, &filing["version"], "approve").await.is(200);
    assert_eq!(training::reread_class(&base, &planned).await["filed"], true);
}

/// P5: hours that were approved stand; hours of a class that had begun are still declared; each can be revoked by itself.
async fn p5_approved_hours_stand_after_a_revocation(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let officer = server.login("city.officer").await;
    let path = "/v1/annual-records?year=2023&state=certified&include=total";
    let before = officer.get(path).await.is(200)["total"].clone();
    let filing = filing_of(&officer, &unit).await;
    let revocation = format!("{}/revocation", path_of(&filing));
    let body = json!({"reason": "伪造签到"});
    change(&officer, &revocation, &filing["version"], body).await.is(200);
    assert_eq!(officer.get(path).await.is(200)["total"], before, "certified years stay so");
    // The class had begun before: its hours are declared, approved and certified as ever.
    let certified = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["approved"]["professional"], 60);
    let path = format!("/v1/declarations/{}/revocation", certified.professional);
    officer.post(&path).if_match("*").json(json!({"reason": "核查不符"})).await.is(200);
    assert_eq!(doctor.get("/v1/me/years/2023").await.is(200)["state"], "in_progress");
}
