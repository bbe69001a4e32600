//! What contradicts a decision that was made here: an item to be settled, never an overwrite.

use serde_json::{Value, json};
use xueshi_tests::imports::id_number;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{HOSPITAL, completion, line, person, prior_year, push_one, unit, with};

on_both!(
    what_was_changed_here_is_kept_until_it_is_settled,
    what_only_one_side_changed_is_no_conflict,
    a_later_revision_ends_a_conflict,
    a_declared_completion_is_corrected_when_it_is_free,
    a_person_changes_employer_by_a_transfer_only,
    a_settled_year_stays_as_it_was_sealed,
    what_was_kept_of_a_prior_year_stays,
    a_line_that_comes_to_name_another_person_overwrites_nothing,
    what_was_added_on_an_appeal_is_a_decision,
    units_are_settled_by_the_rules_for_units,
    who_settles,
);

async fn conflict(client: &Client, result: &Value) -> (String, Value) {
    let id = text(result, "conflict_id");
    let answer = client.get(&format!("/v1/sync/conflicts/{id}")).await;
    (answer.etag(), answer.is(200))
}

async fn settle(client: &Client, result: &Value, decision: &str) -> xueshi_tests::Answer {
    let path = format!("/v1/sync/conflicts/{}/resolution", text(result, "conflict_id"));
    let body = json!({"decision": decision, "reason": "经核实"});
    client.post(&path).if_match("*").json(body).await
}

/// The post of the person that is known there as P1, changed here by their employer.
async fn changed_here(server: &Server) -> (Client, Value, String) {
    let province = server.machine("province").await;
    let (_, created) = push_one(&province, person(1, json!({"phone": "13800000001"}))).await;
    let path = format!("/v1/professionals/{}", text(&created, "id"));
    let admin = server.login("company.admin").await;
    let call = admin.patch(&path).json(json!({"post": "management"})).if_match("*");
    call.await.is(200);
    (province, created, path)
}

async fn what_was_changed_here_is_kept_until_it_is_settled(server: &Server) {
    let (province, created, path) = changed_here(server).await;
    let line = person(2, json!({"phone": "13800000002", "post": "civil_servant"}));
    let (outcome, found) = push_one(&province, line.clone()).await;
    assert_eq!((outcome.as_str(), &found["id"]), ("conflict", &created["id"]), "{found:#}");
    // Again: the same item.
    let (outcome, again) = push_one(&province, line).await;
    assert_eq!((outcome.as_str(), &again["conflict_id"]), ("conflict", &found["conflict_id"]));
    let officer = server.login("city.officer").await;
    let now = officer.get(&path).await.is(200);
    assert_eq!(now["post"], "management", "nothing is overwritten");
    assert_eq!(now["phone_masked"], "138****0002", "what only they changed is taken over");
    let (_, shown) = conflict(&officer, &found).await;
    assert_eq!(shown["state"], "open");
    assert_eq!(shown["fields"], json!(["post"]), "{shown:#}");
    assert_eq!(
        shown["differences"],
        json!([{"field": "post", "local": "management", "remote": "civil_servant", "road": null}])
    );
    let list = officer.get("/v1/sync/conflicts?state=open&kind=person").await.is(200);
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list:#}");
    let events = officer.get("/v1/events?type=sync_conflict.found").await.is(200);
    assert_eq!(events["data"].as_array().map(Vec::len), Some(1), "{events:#}");

    let kept = settle(&officer, &found, "keep_local").await.is(200);
    assert_eq!((&kept["state"], &kept["reason"]), (&json!("kept_local"), &json!("经核实")));
    settle(&officer, &found, "take_remote").await.refused(409, "wrong-state");
    assert_eq!(officer.get(&path).await.is(200)["post"], "management");
    // What was decided stays decided while they say nothing new …
    let (outcome, _) =
        push_one(&province, person(3, json!({"phone": "13800000002", "post": "civil_servant"})))
            .await;
    assert_eq!(outcome, "unchanged");
    // … and is asked again when they do.
    let (outcome, found) =
        push_one(&province, person(4, json!({"phone": "13800000002", "post": "technical"}))).await;
    assert_eq!(outcome, "conflict");
    settle(&officer, &found, "take_remote").await.is(200);
    assert_eq!(officer.get(&path).await.is(200)["post"], "technical");
}

async fn what_only_one_side_changed_is_no_conflict(server: &Server) {
    let (province, _, path) = changed_here(server).await;
    let (outcome, _) = push_one(&province, person(2, json!({"phone": "13800000003"}))).await;
    assert_eq!(outcome, "updated");
    let now = server.login("city.officer").await.get(&path).await.is(200);
    assert_eq!((&now["post"], &now["phone_masked"]), (&json!("management"), &json!("138****0003")));
}

async fn a_later_revision_ends_a_conflict(server: &Server) {
    let (province, _, _) = changed_here(server).await;
    let (_, found) = push_one(&province, person(2, json!({"post": "civil_servant"}))).await;
    let (outcome, second) = push_one(&province, person(3, json!({"post": "technical"}))).await;
    assert_eq!(outcome, "unchanged", "{second:#}");
    let officer = server.login("city.officer").await;
    let (_, shown) = conflict(&officer, &found).await;
    assert_eq!((&shown["state"], &shown["differences"]), (&json!("superseded"), &json!([])));
    let (outcome, third) = push_one(&province, person(4, json!({"post": "civil_servant"}))).await;
    assert_eq!(outcome, "conflict");
    assert_ne!(third["conflict_id"], found["conflict_id"]);
}

/// P4: as when a roster is corrected.
async fn a_declared_completion_is_corrected_when_it_is_free(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let province = server.machine("province").await;
    let mut line = completion(1, json!({"professional_id": person}));
    let data = line["data"].as_object_mut().unwrap();
    data.remove("id_type");
    data.remove("id_number");
    let (outcome, created) = push_one(&province, line.clone()).await;
    assert_eq!(outcome, "created", "{created:#}");
    let record = text(&created, "id");
    let draft = steps::declare_record(&doctor, 2023, &record).await.is(201);
    steps::submission(&doctor, &draft).await.is(200);

    let officer = server.login("city.officer").await;
    let mut revised = line.clone();
    revised["revision"] = json!(2);
    revised["data"]["title"] = json!("另一名称");
    let (outcome, found) = push_one(&province, revised.clone()).await;
    assert_eq!(outcome, "conflict");
    let refused = settle(&officer, &found, "take_remote").await.refused(409, "needs-own-road");
    assert_eq!((&refused["field"], &refused["road"]), (&json!("learning"), &json!("revocation")));
    // Hours are corrected beside the declaration.
    revised["revision"] = json!(3);
    revised["data"]["title"] = line["data"]["title"].clone();
    revised["data"]["hours"] = json!(7.5);
    let (outcome, found) = push_one(&province, revised).await;
    assert_eq!(outcome, "conflict");
    settle(&officer, &found, "take_remote").await.is(200);
    let path = format!("/v1/learning-records/{record}");
    let held = officer.get(&path).await.is(200);
    assert_eq!(
        (&held["hours"], &held["correction"]["hours"]),
        (&json!(8), &json!(7.5)),
        "{held:#}"
    );
    let draft = steps::reread(&doctor, &draft).await;
    let path_of = format!("/v1/declarations/{}/withdrawal", text(&draft, "id"));
    doctor.post(&path_of).if_match("*").await.is(200);
    let free = officer.get(&path).await.is(200);
    assert_eq!((&free["hours"], &free["correction"]), (&json!(7.5), &Value::Null), "{free:#}");
}

/// U2: nobody is moved by a line.
async fn a_person_changes_employer_by_a_transfer_only(server: &Server) {
    let province = server.machine("province").await;
    let (_, created) = push_one(&province, person(1, json!({}))).await;
    let (outcome, found) = push_one(&province, person(2, json!({"employer_code": HOSPITAL}))).await;
    assert_eq!(outcome, "conflict");
    let officer = server.login("city.officer").await;
    let refused = settle(&officer, &found, "take_remote").await.refused(409, "needs-own-road");
    assert_eq!((&refused["field"], &refused["road"]), (&json!("employer"), &json!("transfer")));
    let asked = json!({"professional_id": created["id"], "to_unit_code": HOSPITAL});
    let company = server.login("company.admin").await;
    let transfer = company.post("/v1/transfers").json(asked).await.is(201);
    let hospital = server.login("hospital.admin").await;
    let path = format!("/v1/transfers/{}/decision", text(&transfer, "id"));
    hospital.post(&path).if_match("*").json(json!({"decision": "accept"})).await.is(200);
    // Now both say the same, and the item can be closed.
    settle(&officer, &found, "take_remote").await.is(200);
    let (outcome, _) = push_one(&province, person(3, json!({"employer_code": HOSPITAL}))).await;
    assert_eq!(outcome, "unchanged");
}

/// A3, H4: the year 2022 is settled in the demo world.
async fn a_settled_year_stays_as_it_was_sealed(server: &Server) {
    let officer = server.login("city.officer").await;
    let sealed = officer.get("/v1/annual-records?year=2022&limit=200").await.is(200);
    let year = &sealed["data"].as_array().unwrap()[0];
    let person = text(year, "professional_id");
    let province = server.machine("province").await;
    // Their id number is nobody's to know here: another number is made to lead to them.
    let (_, ours) = push_one(&province, super::person(1, json!({}))).await;
    let ours = text(&ours, "id");
    let same = match server.database() {
        xueshi_tests::Database::Sqlite => |id: &str| format!("x'{}'", id.replace('-', "")),
        xueshi_tests::Database::Postgres => |id: &str| format!("'{id}'::uuid"),
    };
    server.sql(&format!(
        "update professional_identities set professional_id = {} where professional_id = {}",
        same(&person),
        same(&ours)
    ));
    let (outcome, found) = push_one(&province, prior_year(1, json!({"public_hours": 31}))).await;
    assert_eq!(outcome, "conflict", "{found:#}");
    let (_, shown) = conflict(&officer, &found).await;
    assert_eq!((&shown["year"], &shown["professional_id"]), (&json!(2022), &json!(person)));
    let refused = settle(&officer, &found, "take_remote").await.refused(409, "needs-own-road");
    assert_eq!(refused["road"], "makeup");
    settle(&officer, &found, "keep_local").await.is(200);
    let after = officer.get("/v1/annual-records?year=2022&limit=200").await.is(200);
    assert_eq!(sealed, after);
}

/// A prior year as it is known here: outcome, hours and whose words they are.
async fn reported(client: &Client, person: &Value) -> [Value; 4] {
    let path = format!("/v1/professionals/{}/annual-records/2022", text(person, "id"));
    let known = client.get(&path).await.is(200)["reported"].clone();
    ["outcome", "public_hours", "professional_hours", "source"].map(|name| known[name].clone())
}

/// Two systems tell of one year: what was kept against one of them stays when it changes something else.
async fn what_was_kept_of_a_prior_year_stays(server: &Server) {
    let province = server.machine("province").await;
    let officer = server.login("city.officer").await;
    let (_, ours) = push_one(&province, person(1, json!({}))).await;
    let (outcome, _) = push_one(&province, prior_year(1, json!({}))).await;
    assert_eq!(outcome, "created");
    let other = |revision: i64, public: i32, professional: i32| {
        let said = json!({"outcome": "incomplete", "public_hours": public, "professional_hours": professional});
        with(prior_year(revision, said), json!({"source": "school"}))
    };
    let (outcome, found) = push_one(&province, other(1, 30, 50)).await;
    assert_eq!(outcome, "conflict", "{found:#}");
    let (_, shown) = conflict(&officer, &found).await;
    assert_eq!(shown["fields"], json!(["outcome", "professional_hours"]), "{shown:#}");
    settle(&officer, &found, "keep_local").await.is(200);

    let known = |public: i32, professional: i32| {
        [json!("completed_in_year"), json!(public), json!(professional), json!("province")]
    };
    let (outcome, found) = push_one(&province, other(2, 20, 50)).await;
    assert_eq!(outcome, "updated", "{found:#}");
    assert_eq!(reported(&officer, &ours).await, known(20, 60), "only what only they changed");
    // Beside what is in question what is not goes on, and what is settled is what was in question.
    let (outcome, found) = push_one(&province, other(3, 10, 40)).await;
    assert_eq!(outcome, "conflict", "{found:#}");
    assert_eq!(reported(&officer, &ours).await, known(10, 60));
    let (_, shown) = conflict(&officer, &found).await;
    assert_eq!(shown["fields"], json!(["professional_hours"]), "{shown:#}");
    settle(&officer, &found, "take_remote").await.is(200);
    assert_eq!(reported(&officer, &ours).await, known(10, 40));
}

/// What a line last said of one person says nothing of what is known of another one.
async fn a_line_that_comes_to_name_another_person_overwrites_nothing(server: &Server) {
    let province = server.machine("province").await;
    let officer = server.login("city.officer").await;
    let number = json!({"id_number": id_number(7)});
    push_one(&province, person(1, json!({}))).await;
    let another = with(person(1, number.clone()), json!({"external_id": "P2"}));
    let (outcome, another) = push_one(&province, another).await;
    assert_eq!(outcome, "created", "{another:#}");
    let (outcome, _) = push_one(&province, prior_year(1, json!({}))).await;
    assert_eq!(outcome, "created");
    let school = with(prior_year(1, number.clone()), json!({"source": "school"}));
    let (outcome, _) = push_one(&province, school).await;
    assert_eq!(outcome, "created");

    let moved = with(number, json!({"outcome": "incomplete"}));
    let (outcome, found) = push_one(&province, prior_year(2, moved.clone())).await;
    assert_eq!((outcome.as_str(), &found["id"]), ("conflict", &another["id"]), "{found:#}");
    let known = [json!("completed_in_year"), json!(30), json!(60), json!("school")];
    assert_eq!(reported(&officer, &another).await, known);
    settle(&officer, &found, "keep_local").await.is(200);
    let (outcome, _) = push_one(&province, prior_year(3, moved)).await;
    assert_eq!(outcome, "unchanged", "what was decided stays decided");
    assert_eq!(reported(&officer, &another).await, known);
}

/// V8: a platform that agreed at first does not undo what was decided on an appeal.
async fn what_was_added_on_an_appeal_is_a_decision(server: &Server) {
    let engineer = server.login("engineer").await;
    let officer = server.login("city.officer").await;
    let province = server.machine("province").await;
    let mut course = json!({"platform": "hnzjzx", "course_code": "gx-v8", "title": "数字技术",
        "hours": 6, "started_on": "2023-09-04", "completed_on": "2023-09-08"});
    let matter = json!({"course": course, "statement": "材料齐全，请复核"});
    let appeal = engineer.post("/v1/appeals").json(matter).await.is(201);
    let decision = officer.post(&format!("/v1/appeals/{}/decision", text(&appeal, "id")));
    let decision = decision.json(json!({"decision": "uphold", "comment": "经复核"}));
    let record = text(&decision.await.is(200), "learning_record_id");

    course["professional_id"] = json!(steps::professional_id(&engineer).await);
    let (outcome, found) = push_one(&province, line("completion", "C8", 1, course.clone())).await;
    assert_eq!((outcome.as_str(), text(&found, "id")), ("unchanged", record.clone()), "{found:#}");
    course["hours"] = json!(5);
    let (outcome, found) = push_one(&province, line("completion", "C8", 2, course)).await;
    assert_eq!(outcome, "conflict", "{found:#}");
    let path = format!("/v1/learning-records/{record}");
    assert_eq!(officer.get(&path).await.is(200)["hours"], 6);
    settle(&officer, &found, "take_remote").await.is(200);
    assert_eq!(officer.get(&path).await.is(200)["hours"], 5);
}

async fn units_are_settled_by_the_rules_for_units(server: &Server) {
    let province = server.machine("province").await;
    let (_, created) = push_one(&province, unit(1, json!({}))).await;
    let path = format!("/v1/organizations/{}", text(&created, "id"));
    let admin = server.login("city.admin").await;
    admin.patch(&path).json(json!({"name": "本市更名"})).if_match("*").await.is(200);
    let changes = json!({"name": "省里更名", "parent_code": "11410100MA00000319",
        "reviewing_body_code": "11410100MA00000319"});
    let (outcome, found) = push_one(&province, unit(2, changes)).await;
    assert_eq!(outcome, "refused", "a reviewing body stands above the unit: {found:#}");
    let (outcome, found) = push_one(&province, unit(2, json!({"name": "省里更名"}))).await;
    assert_eq!(outcome, "conflict");
    settle(&admin, &found, "take_remote").await.is(200);
    assert_eq!(admin.get(&path).await.is(200)["name"], "省里更名");
    let (outcome, found) = push_one(
        &province,
        unit(3, json!({"name": "省里更名", "parent_code": "11410100MA0000015K"})),
    )
    .await;
    assert_eq!(outcome, "conflict");
    let refused = settle(&admin, &found, "take_remote").await.refused(409, "needs-own-road");
    assert_eq!((&refused["field"], &refused["road"]), (&json!("parent"), &json!("relocation")));
}

async fn who_settles(server: &Server) {
    let (province, _, _) = changed_here(server).await;
    let (_, found) = push_one(&province, person(2, json!({"post": "civil_servant"}))).await;
    let path = format!("/v1/sync/conflicts/{}", text(&found, "conflict_id"));
    for (account, reads) in [
        ("auditor", true),
        ("city.admin", true),
        ("company.admin", false),
        ("jinshui.reviewer", false),
    ] {
        let client = server.login(account).await;
        let answer = client.get(&path).await;
        assert_eq!(answer.status, if reads { 200 } else { 403 }, "{account}");
    }
    let auditor = server.login("auditor").await;
    settle(&auditor, &found, "keep_local").await.refused(403, "forbidden");
    let officer = server.login("city.officer").await;
    let resolution = format!("{path}/resolution");
    let body = json!({"decision": "keep_local", "reason": "经核实"});
    let stale = officer.post(&resolution).json(body.clone()).if_match("\"9\"");
    stale.await.refused(412, "precondition-failed");
    officer.post(&resolution).json(body).await.refused(428, "precondition-required");
    let missing = officer.get("/v1/sync/conflicts/018b3b1e-7c00-7a10-8c11-000000000801");
    missing.await.refused(404, "not-found");
}
