//! Who may train, and on what plan: filings, yearly plans, amendments (P1, P2, P5).

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE, INSTITUTE, change, decide, item};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

on_both!(
    p1_an_institution_applies_for_years_and_the_bureau_decides,
    p1_bureaus_and_authorities_that_train_are_filed_too,
    p2_a_plan_goes_from_draft_to_approval,
    p2_an_approved_plan_is_changed_by_an_amendment,
    p5_what_stops_a_filing_stops_new_classes,
);
on_sqlite!(
    p1_refused_over_years_others_and_ones_own,
    p2_refused_items_states_and_other_peoples_plans,
    p2_refused_an_amendment_takes_nothing_from_a_class,
    p5_approved_hours_stand_after_a_revocation,
);

async fn apply(client: &Client, unit: &str, years: &[i32]) -> Vec<Value> {
    let body = json!({"organization_id": unit, "years": years, "statement": "专职教师 12 人"});
    let results = client.post("/v1/filings").json(body).await.is(200);
    results["results"].as_array().unwrap().clone()
}

fn path_of(filing: &Value) -> String {
    format!("/v1/filings/{}", text(filing, "id"))
}

/// The filing of a unit for 2023.
async fn filing_of(client: &Client, unit: &str) -> Value {
    let path = format!("/v1/filings?year=2023&organization_id={unit}");
    client.get(&path).await.is(200)["data"][0].clone()
}

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

async fn draft_plan(client: &Client, unit: &str, items: &[Value]) -> Value {
    let body =
        json!({"organization_id": unit, "year": 2023, "title": "下半年计划", "items": items});
    client.post("/v1/training-plans").json(body).await.is(201)
}

fn plan_path(plan: &Value) -> String {
    format!("/v1/training-plans/{}", text(plan, "id"))
}

/// P2: items come and go in a draft; returned, corrected, approved.
async fn p2_a_plan_goes_from_draft_to_approval(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let officer = server.login("city.officer").await;
    let plan = draft_plan(&base, &unit, &[]).await;
    let path = plan_path(&plan);
    let empty = base.post(&format!("{path}/submission")).if_match("\"1\"").await;
    assert_eq!(empty.refused(422, "plan-empty")["rule"]["id"], "P2");
    let call = base.post(&format!("{path}/items")).if_match("\"1\"");
    let added = call.json(item("数据安全", 24, "11-01", "11-30")).await;
    let two = base.post(&format!("{path}/items")).if_match(&added.etag());
    let two = two.json(item("错误项目", 8, "11-01", "11-30")).await.is(201);
    let items = two["items"].as_array().unwrap().clone();
    let item_path = |index: usize| format!("{path}/items/{}", text(&items[index], "id"));
    let edited =
        base.patch(&item_path(0)).if_match("\"3\"").json(json!({"hours": 32})).await.is(200);
    assert_eq!(edited["items"][0]["hours"], 32);
    let one = base.delete(&item_path(1)).if_match("\"4\"").await.is(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let named =
        base.patch(&path).if_match("\"5\"").json(json!({"title": "第四季度计划"})).await.is(200);
    assert_eq!((&named["title"], &named["state"]), (&json!("第四季度计划"), &json!("draft")));
    let sent = base.post(&format!("{path}/submission")).if_match("\"6\"").await.is(200);
    assert_eq!(sent["state"], "submitted");
    let back = decide(&officer, &path, &sent["version"], "return").await.is(200);
    let fixed = base.patch(&item_path(0)).if_match(&format!("\"{}\"", back["version"]));
    let fixed = fixed.json(json!({"hours": 24, "places": 40})).await.is(200);
    let tag = format!("\"{}\"", fixed["version"]);
    let sent = base.post(&format!("{path}/submission")).if_match(&tag).await.is(200);
    // While it is not approved, only its own unit and those above see it.
    server.login("health.reviewer").await.get(&path).await.refused(404, "not-found");
    let approved = decide(&officer, &path, &sent["version"], "approve").await.is(200);
    assert_eq!(approved["state"], "approved");
    assert_eq!(approved["items"][0]["approvals"].as_array().unwrap().len(), 1, "{approved:#}");
    let seen = server.login("health.reviewer").await.get(&path).await.is(200);
    assert_eq!((&seen["state"], &seen["history"]), (&json!("approved"), &json!([])));
    let history: Vec<_> =
        approved["history"].as_array().unwrap().iter().map(|act| text(act, "event")).collect();
    assert_eq!(history, ["submit", "return", "submit", "approve"]);
    let listed =
        base.get("/v1/training-plans?year=2023&state=approved&sort=-created_at").await.is(200);
    assert_eq!(listed["data"][0]["id"], plan["id"]);
    let told =
        steps::all_pages(&officer, &format!("/v1/events?subject_id={}", text(&plan, "id"))).await;
    let told = told.iter().map(|event| text(event, "type"));
    // Edits of a draft are told to those who keep a copy.
    let told: Vec<_> = told.filter(|kind| kind != "training_plan.changed").collect();
    let sent = "training_plan.submitted";
    assert_eq!(told, [sent, "training_plan.returned", sent, "training_plan.approved"]);
}

/// P2: what an item must not be, and what is not open in a state.
async fn p2_refused_items_states_and_other_peoples_plans(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let officer = server.login("city.officer").await;
    let body = |item: Value| json!({"organization_id": unit, "year": 2023, "title": "计划", "items": [item]});
    let mut next_year = item("主题", 8, "11-01", "11-02");
    (next_year["starts_on"], next_year["ends_on"]) = (json!("2024-01-08"), json!("2024-01-09"));
    for (item, code, pointer) in [
        (item("主题", 0, "11-01", "11-02"), "hours-not-positive", "/items/0/hours"),
        (item("主题", 8, "11-03", "11-02"), "learning-dates-inverted", "/items/0/ends_on"),
        (next_year.clone(), "year-mismatch", "/items/0/ends_on"),
    ] {
        let problem = base.post("/v1/training-plans").json(body(item)).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    next_year["starts_on"] = json!("2023-12-30");
    let call = base.post("/v1/training-plans").json(body(next_year));
    call.await.refused(422, "spans-two-years");
    let mut over = body(item("主题", 8, "11-01", "11-02"));
    over["year"] = json!(2022);
    base.post("/v1/training-plans").json(over).await.refused(422, "filing-year-over");
    let institute = server.login("institute.admin").await;
    let foreign = body(item("主题", 8, "11-01", "11-02"));
    institute.post("/v1/training-plans").json(foreign).await.refused(422, "unknown-reference");

    let plan = draft_plan(&base, &unit, &[item("主题", 8, "11-01", "11-02")]).await;
    let path = plan_path(&plan);
    decide(&officer, &path, &plan["version"], "approve").await.refused(409, "wrong-state");
    let sent = base.post(&format!("{path}/submission")).if_match("\"1\"").await.is(200);
    let tag = format!("\"{}\"", sent["version"]);
    base.patch(&path)
        .if_match(&tag)
        .json(json!({"title": "晚了"}))
        .await
        .refused(409, "wrong-state");
    base.patch(&path).json(json!({"title": "晚了"})).await.refused(428, "precondition-required");
    let items = base.post(&format!("{path}/items")).if_match(&tag);
    items.json(item("晚了", 8, "11-01", "11-02")).await.refused(409, "wrong-state");
    decide(&base, &path, &sent["version"], "approve").await.refused(403, "forbidden");
    let amendment = json!({"reason": "理由", "changes": [{"action": "add", "item": item("新", 8, "11-01", "11-02")}]});
    base.post(&format!("{path}/amendments")).json(amendment).await.refused(409, "wrong-state");
    decide(&officer, &path, &sent["version"], "reject").await.is(200);
    base.post(&format!("{path}/submission")).if_match("*").await.refused(409, "wrong-state");
}

fn amendment_path(plan: &Value, amendment: &Value) -> String {
    format!("{}/amendments/{}", plan_path(plan), text(amendment, "id"))
}

/// P2, P3: an amendment goes the same way and takes effect at its approval; a class that began before keeps what was approved.
async fn p2_an_approved_plan_is_changed_by_an_amendment(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let officer = server.login("city.officer").await;
    let first = item("数据安全", 24, "10-17", "11-30");
    let plan = training::approved_plan(server, &base, &unit, &[first]).await;
    let old = plan["items"][0].clone();
    server.set_clock("2023-10-20T09:00:00+08:00").await;
    let (base, officer2) = (server.login("base.admin").await, server.login("city.officer").await);
    drop(officer);
    let body = json!({"reason": "需求增加", "changes": [
        {"action": "change", "item_id": old["id"], "item": item("数据安全", 40, "10-17", "11-30")},
        {"action": "add", "item": item("人工智能", 16, "11-01", "11-30")},
    ]});
    let path = format!("{}/amendments", plan_path(&plan));
    let amendment = base.post(&path).json(body.clone()).await.is(201);
    let path = amendment_path(&plan, &amendment);
    let edited = base.patch(&path).if_match("\"1\"").json(body).await.is(200);
    assert_eq!(edited["version"], 2);
    let sent = base.post(&format!("{path}/submission")).if_match("\"2\"").await.is(200);
    let back = decide(&officer2, &path, &sent["version"], "return").await.is(200);
    assert_eq!(back["state"], "returned");
    let tag = format!("\"{}\"", back["version"]);
    let sent = base.post(&format!("{path}/submission")).if_match(&tag).await.is(200);
    let before = base.get(&plan_path(&plan)).await.is(200);
    assert_eq!(before["items"].as_array().unwrap().len(), 1, "not before its approval");
    let done = decide(&officer2, &path, &sent["version"], "approve").await.is(200);
    assert_eq!(done["history"].as_array().unwrap().len(), 4);
    let after = base.get(&plan_path(&plan)).await.is(200);
    assert_eq!(
        (&after["items"][0]["hours"], &after["items"][1]["theme"]),
        (&json!(40), &json!("人工智能"))
    );
    assert_eq!(after["items"][0]["approvals"].as_array().unwrap().len(), 2, "{after:#}");
    assert!(after["version"].as_i64() > plan["version"].as_i64());

    // Began before the amendment: 24 hours are all that was approved then. From tomorrow on: 40.
    let early = training::class(&old, "数据安全一期", "10-18", "10-24", 25);
    let problem = base.post("/v1/classes").json(early).await.refused(422, "hours-over-limit");
    assert_eq!((&problem["rule"]["id"], &problem["max"]), (&json!("P3"), &json!(24)));
    let early = training::class(&old, "数据安全一期", "10-18", "10-24", 24);
    let early = base.post("/v1/classes").json(early).await.is(201);
    assert_eq!(early["plan_item"]["hours"], 24);
    let late = training::class(&old, "数据安全二期", "10-21", "10-27", 40);
    let late = base.post("/v1/classes").json(late).await.is(201);
    assert_eq!((&late["plan_item"]["hours"], &late["filed"]), (&json!(40), &json!(true)));
    let listed = base.get(&format!("{}/amendments", plan_path(&plan))).await.is(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    server.login("health.reviewer").await.get(&path).await.refused(403, "forbidden");
}

/// P2: an item with classes is neither removed nor narrowed.
async fn p2_refused_an_amendment_takes_nothing_from_a_class(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let items = [item("数据安全", 24, "10-17", "11-30"), item("空项目", 24, "10-17", "11-30")];
    let plan = training::approved_plan(server, &base, &unit, &items).await;
    let (used, free) = (plan["items"][0].clone(), plan["items"][1].clone());
    let class = training::class(&used, "数据安全一期", "10-18", "10-20", 20);
    base.post("/v1/classes").json(class).await.is(201);
    let path = format!("{}/amendments", plan_path(&plan));
    let ask = async |change: Value| {
        base.post(&path).json(json!({"reason": "调整", "changes": [change]})).await
    };
    let narrow = json!({"action": "change", "item_id": used["id"], "item": item("数据安全", 19.9, "10-17", "11-30")});
    let problem = ask(narrow).await.refused(422, "plan-item-in-use");
    assert_eq!((&problem["classes"], &problem["most_hours"]), (&json!(1), &json!(20)));
    let gone = json!({"action": "remove", "item_id": used["id"]});
    ask(gone).await.refused(422, "plan-item-in-use");
    let fine = json!({"action": "change", "item_id": used["id"], "item": item("数据安全", 20, "10-17", "11-30")});
    ask(fine).await.is(201);
    ask(json!({"action": "remove", "item_id": unit})).await.refused(422, "unknown-reference");
    ask(json!({"action": "remove"})).await.refused(422, "validation-failed");
    let none = json!({"action": "add", "item": item("零学时", 0, "10-17", "11-30")});
    ask(none).await.refused(422, "hours-not-positive");

    // A class that came meanwhile: the amendment can no longer take effect.
    let amendment = ask(json!({"action": "remove", "item_id": free["id"]})).await.is(201);
    let path = amendment_path(&plan, &amendment);
    let sent = base.post(&format!("{path}/submission")).if_match("\"1\"").await.is(200);
    let class = training::class(&free, "临时班", "10-18", "10-20", 8);
    let class = base.post("/v1/classes").json(class).await.is(201);
    let officer = server.login("city.officer").await;
    decide(&officer, &path, &sent["version"], "approve").await.refused(422, "plan-item-in-use");
    // It is called off: now it can, and nothing new stands on the item from then on.
    let cancel = format!("/v1/classes/{}/cancellation", text(&class, "id"));
    change(&base, &cancel, &class["version"], json!({"reason": "报名不足"})).await.is(200);
    decide(&officer, &path, &sent["version"], "approve").await.is(200);
    let class = training::class(&free, "又一班", "10-18", "10-20", 8);
    let problem = base.post("/v1/classes").json(class).await.refused(422, "class-not-in-plan");
    assert_eq!(problem["mismatch"], "item");
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
