//! Appeals about records that are missing (V8).

use serde_json::{Value, json};
use xueshi_tests::filing as training;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both};

use super::{about, bring, class, decide, rejected, second_officer, unit_of};
use crate::seminars;

on_both!(
    v8_the_record_of_a_class_that_is_missing_is_added,
    v8_the_record_of_a_course_that_is_missing_is_added,
    v8_what_was_delivered_too_late_is_declared_with_the_appeal,
    v8_what_came_in_time_had_its_way,
    v8_p4_a_roster_does_not_undo_an_appeal,
    v8_p6_a_seminar_given_up_after_it_was_held_can_be_appealed_about,
    v8_p6_the_hours_of_a_seminar_that_are_missing_are_added,
    v8_p6_a_seminar_that_closes_too_late_is_declared_with_the_appeal,
);

/// V8: somebody whom the roster forgot: the bureau adds the record, and one call declares from it.
async fn v8_the_record_of_a_class_that_is_missing_is_added(server: &Server) {
    let summer = class(server, "夏季").await;
    let of = |client: &Client, class: &Value| bring(client, json!({"class_id": class["id"]}));
    // Not for those who have theirs, not before the end, not of what does not exist.
    let doctor = server.login("professional").await;
    let problem = of(&doctor, &summer).await.refused(409, "record-not-missing");
    let own = steps::records(&doctor, "professional").await.remove(0);
    assert_eq!(problem["learning_record_id"], own["id"]);
    let engineer = server.login("engineer").await;
    let problem =
        of(&engineer, &class(server, "秋季").await).await.refused(422, "learning-not-finished");
    assert_eq!(problem["errors"][0]["pointer"], "/class_id");
    let nothing = json!({"id": "01890000-0000-7000-8000-000000000000"});
    of(&engineer, &nothing).await.refused(422, "unknown-reference");

    let appeal = of(&engineer, &summer).await.is(201);
    let officer = server.login("city.officer").await;
    assert_eq!(appeal["decider_id"], unit_of(&officer).await);
    assert_eq!((&appeal["kind"], &appeal["year"]), (&json!("missing_record"), &json!(2023)));
    decide(&server.login("jinshui.reviewer").await, &appeal, "uphold")
        .await
        .refused(403, "forbidden");
    let upheld = decide(&officer, &appeal, "uphold").await.is(200);
    let record = text(&upheld, "learning_record_id");
    let record = engineer.get(&format!("/v1/learning-records/{record}")).await.is(200);
    assert_eq!(
        (&record["source"], &record["hours"], &record["passed"], &record["class_id"]),
        (&json!("appeal"), &summer["hours"], &json!(true), &summer["id"])
    );
    let draft = steps::declare_record(&engineer, 2023, &text(&record, "id")).await.is(201);
    steps::submission(&engineer, &draft).await.is(200);
    of(&engineer, &summer).await.refused(409, "record-not-missing");
}

/// V8: a course that its platform never delivered, as far as the platform could have delivered it.
async fn v8_the_record_of_a_course_that_is_missing_is_added(server: &Server) {
    let engineer = server.login("engineer").await;
    let course = |change: Value| {
        let mut course = json!({"platform": "hnzjzx", "course_code": "gx-v8", "title": "数字技术",
            "hours": 6, "started_on": "2023-09-04", "completed_on": "2023-09-08"});
        for (name, value) in change.as_object().unwrap() {
            course[name] = value.clone();
        }
        bring(&engineer, json!({"course": course}))
    };
    for (change, code, pointer) in [
        (json!({"platform": "elsewhere"}), "platform-not-listed", None),
        (json!({"hours": 40.1}), "hours-exceed-days", Some("/course/hours")),
        (json!({"hours": 0}), "hours-not-positive", Some("/course/hours")),
        (
            json!({"completed_on": "2023-10-17"}),
            "learning-not-finished",
            Some("/course/completed_on"),
        ),
        (json!({"started_on": "2022-12-30"}), "spans-two-years", Some("/course/completed_on")),
        (
            json!({"completed_on": "2023-09-01"}),
            "learning-dates-inverted",
            Some("/course/completed_on"),
        ),
    ] {
        let problem = course(change).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"].as_str(), pointer, "{problem:#}");
    }
    course(json!({"title": ""})).await.refused(422, "validation-failed");
    let appeal = course(json!({})).await.is(201);
    let officer = server.login("city.officer").await;
    let upheld = decide(&officer, &appeal, "uphold").await.is(200);
    let id = text(&upheld, "learning_record_id");
    let record = engineer.get(&format!("/v1/learning-records/{id}")).await.is(200);
    assert_eq!((&record["source"], &record["course_code"]), (&json!("appeal"), &json!("gx-v8")));
    steps::declare_record(&engineer, 2023, &id).await.is(201);
    // Delivered after the appeal was brought: there is nothing left to add.
    let late = course(json!({"course_code": "gx-v8-late"})).await.is(201);
    let person = steps::professional_id(&engineer).await;
    let delivery = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "gx-v8-late",
        "title": "数字技术", "hours": 6, "started_on": "2023-09-04", "completed_on": "2023-09-08"});
    let platform = server.machine("hnzjzx").await;
    platform.post("/v1/learning-records").json(delivery).await.is(201);
    decide(&officer, &late, "uphold").await.refused(409, "record-not-missing");
    assert_eq!(decide(&officer, &late, "dismiss").await.is(200)["state"], "dismissed");
}

/// V8: delivered when the year can be declared no more, whether before or after the appeal was brought: the appeal is the only way.
async fn v8_what_was_delivered_too_late_is_declared_with_the_appeal(server: &Server) {
    let course = |code: &str| {
        json!({"platform": "hnzjzx", "course_code": code, "title": "数字技术", "hours": 6,
            "started_on": "2023-12-04", "completed_on": "2023-12-08"})
    };
    // In time, but while the appeal waited, which nobody decided before the year was over.
    server.set_clock("2023-12-18T10:00:00+08:00").await;
    let engineer = server.login("engineer").await;
    let person = steps::professional_id(&engineer).await;
    let waiting = bring(&engineer, json!({"course": course("meanwhile")})).await.is(201);
    let mut record = course("meanwhile");
    record["professional_id"] = json!(person);
    server.set_clock("2023-12-18T11:00:00+08:00").await;
    let platform = server.machine("hnzjzx").await;
    let meanwhile = platform.post("/v1/learning-records").json(record).await.is(201);

    server.set_clock("2024-01-03T10:00:00+08:00").await;
    let engineer = server.login("engineer").await;
    let officer = server.login("city.officer").await;
    let platform = server.machine("hnzjzx").await;
    let upheld = decide(&officer, &waiting, "uphold").await.is(200);
    assert_eq!(upheld["learning_record_id"], meanwhile["id"], "{upheld:#}");
    assert!(upheld["declaration_id"].is_string(), "{upheld:#}");
    for (code, before) in [("late-1", false), ("late-2", true)] {
        let deliver = async || {
            let mut record = course(code);
            record["professional_id"] = json!(person);
            platform.post("/v1/learning-records").json(record).await.is(201)
        };
        let early = if before { Some(deliver().await) } else { None };
        let appeal = bring(&engineer, json!({"course": course(code)})).await.is(201);
        let record = match early {
            Some(record) => record,
            None => deliver().await,
        };
        let upheld = decide(&officer, &appeal, "uphold").await.is(200);
        assert_eq!(upheld["learning_record_id"], record["id"], "{upheld:#}");
        let declared = format!("/v1/declarations/{}", text(&upheld, "declaration_id"));
        assert_eq!(engineer.get(&declared).await.is(200)["state"], "approved");
        let again = bring(&engineer, json!({"course": course(code)})).await;
        assert_eq!(again.status, 409, "{again:?}");
    }
    steps::assert_totals_add_up(server, &person, 2023).await;
}

fn of_seminar(client: &Client, seminar: &Value) -> Call {
    bring(client, json!({"seminar_id": seminar["id"]}))
}

async fn record_of(client: &Client, appeal: &Value) -> Value {
    let id = text(appeal, "learning_record_id");
    client.get(&format!("/v1/learning-records/{id}")).await.is(200)
}

/// A seminar with the engineer and the doctor on its list.
async fn seminar_of_both(server: &Server) -> (Value, [String; 2]) {
    let engineer = steps::professional_id(&server.login("engineer").await).await;
    let doctor = steps::professional_id(&server.login("professional").await).await;
    let approved = seminars::approved(server).await;
    let host = server.login("company.admin").await;
    let people = json!([{"professional_id": engineer}, {"professional_id": doctor}]);
    let listed = seminars::admission(&host, &approved, &people).await.is(200);
    (listed, [engineer, doctor])
}

/// V8, P6: a seminar that is over and gave no hours, whatever its host makes of it; nobody who had a hand in it decides.
async fn v8_p6_the_hours_of_a_seminar_that_are_missing_are_added(server: &Server) {
    let unannounced = seminars::submitted(server).await;
    let (seminar, [engineer_id, doctor_id]) = seminar_of_both(server).await;
    let engineer = server.login("engineer").await;
    for (matter, code) in [(&unannounced, "unknown-reference"), (&seminar, "learning-not-finished")]
    {
        let problem = of_seminar(&engineer, matter).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], "/seminar_id", "{problem:#}");
    }
    second_officer(server).await;
    server.set_clock("2023-11-13T10:00:00+08:00").await;
    let engineer = server.login("engineer").await;
    let appeal = of_seminar(&engineer, &seminar).await.is(201);
    assert_eq!(
        (&appeal["kind"], &appeal["seminar_id"], &appeal["class_id"]),
        (&json!("missing_record"), &seminar["id"], &Value::Null)
    );
    of_seminar(&engineer, &seminar).await.refused(409, "appealed-already");
    // The officer who approved the proposal had a hand in it.
    let officer = server.login("city.officer").await;
    decide(&officer, &appeal, "uphold").await.refused(403, "same-decider");
    let second = server.login_with("second.officer", "a long enough password").await;
    let upheld = decide(&second, &appeal, "uphold").await.is(200);
    let record = record_of(&engineer, &upheld).await;
    assert_eq!(
        (&record["source"], &record["way"], &record["hours"], &record["seminar_id"]),
        (&json!("appeal"), &json!("advanced_seminar"), &json!(40), &seminar["id"])
    );
    let why = format!("/v1/explanations/appeal/{}", text(&appeal, "id"));
    let told = engineer.get(&why).await.is(200);
    let acts: Vec<&Value> =
        told["decisions"].as_array().unwrap().iter().map(|one| &one["act"]).collect();
    assert_eq!(acts, ["appeal.submitted", "appeal.upheld"], "V7: {told:#}");
    assert_eq!(told["decisions"][1]["unit_id"], appeal["decider_id"]);
    let draft = steps::declare_record(&engineer, 2023, &text(&record, "id")).await.is(201);
    steps::submission(&engineer, &draft).await.is(200);

    // The closing that comes later gives no second record; who did not pass may say that they did.
    let host = server.login("company.admin").await;
    let results = json!([{"professional_id": engineer_id, "hours": 32, "passed": true},
        {"professional_id": doctor_id, "hours": 8, "passed": false}]);
    let reported = seminars::report(&host, &seminar, &results).await.is(200);
    let closing = seminars::step(&officer, &reported, "closing");
    closing.json(json!({"decision": "close"})).await.is(200);
    let records = steps::records(&engineer, "professional").await;
    let own: Vec<_> = records.iter().filter(|own| own["seminar_id"] == seminar["id"]).collect();
    assert_eq!((own.len(), &own[0]["id"], &own[0]["hours"]), (1, &record["id"], &json!(40)));
    let problem = of_seminar(&engineer, &seminar).await.refused(409, "record-not-missing");
    assert_eq!(problem["learning_record_id"], record["id"]);
    let doctor = server.login("professional").await;
    let appeal = of_seminar(&doctor, &seminar).await.is(201);
    let upheld = decide(&second, &appeal, "uphold").await.is(200);
    assert_eq!(record_of(&doctor, &upheld).await["hours"], 40);
}

/// V8, P6: reported in time, closed when the year can be declared no more, or not at all: the appeal is the only way.
async fn v8_p6_a_seminar_that_closes_too_late_is_declared_with_the_appeal(server: &Server) {
    let (seminar, [engineer_id, doctor_id]) = seminar_of_both(server).await;
    second_officer(server).await;
    server.set_clock("2023-12-18T10:00:00+08:00").await;
    let host = server.login("company.admin").await;
    let results = json!([{"professional_id": engineer_id, "hours": 40, "passed": true},
        {"professional_id": doctor_id, "hours": 32, "passed": true}]);
    let reported = seminars::report(&host, &seminar, &results).await.is(200);
    server.set_clock("2024-01-03T10:00:00+08:00").await;
    let second = server.login_with("second.officer", "a long enough password").await;
    // Not closed yet: what the host reported is what was learnt.
    let doctor = server.login("professional").await;
    let appeal = of_seminar(&doctor, &seminar).await.is(201);
    let upheld = decide(&second, &appeal, "uphold").await.is(200);
    assert_eq!(record_of(&doctor, &upheld).await["hours"], 32);
    let declaration = format!("/v1/declarations/{}", text(&upheld, "declaration_id"));
    let declared = doctor.get(&declaration).await.is(200);
    assert_eq!((&declared["state"], &declared["hours"]), (&json!("approved"), &json!(32)));
    // Closed: the record that came too late is the one.
    let engineer = server.login("engineer").await;
    let appeal = of_seminar(&engineer, &seminar).await.is(201);
    let officer = server.login("city.officer").await;
    let closing = seminars::step(&officer, &reported, "closing");
    closing.json(json!({"decision": "close"})).await.is(200);
    let records = steps::records(&engineer, "professional").await;
    let record = records.iter().find(|own| own["seminar_id"] == seminar["id"]).unwrap();
    let upheld = decide(&second, &appeal, "uphold").await.is(200);
    assert_eq!(upheld["learning_record_id"], record["id"], "{upheld:#}");
    let declaration = format!("/v1/declarations/{}", text(&upheld, "declaration_id"));
    assert_eq!(engineer.get(&declaration).await.is(200)["state"], "approved");
    for person in [&engineer_id, &doctor_id] {
        steps::assert_totals_add_up(server, person, 2023).await;
    }
}

/// V8: what was delivered in time is no missing record when the year is over, whatever became of its declaration; a result that came
/// too late is.
async fn v8_what_came_in_time_had_its_way(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = rejected(server, &doctor).await;
    let appeal = about(&doctor, &draft).await.is(201);
    let reviewer = server.login("health.reviewer").await;
    decide(&reviewer, &appeal, "dismiss").await.is(200);
    let record = steps::records(&doctor, "public").await.remove(0);
    let undeclared = steps::records(&doctor, "professional").await.remove(0);
    let (base, class) = crate::rosters::ended_class(server).await;
    let engineer = steps::professional_id(&server.login("engineer").await).await;
    training::roster(&base, &class, &[training::line(&engineer, 24, false)]).await.is(200);

    server.set_clock("2024-01-03T10:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let course = json!({"platform": record["platform"], "course_code": record["course_code"],
        "title": record["title"], "hours": record["hours"], "started_on": record["started_on"],
        "completed_on": record["completed_on"]});
    let problem = bring(&doctor, json!({"course": course})).await;
    assert_eq!(problem.refused(409, "record-not-missing")["learning_record_id"], record["id"]);
    let class_of = json!({"class_id": undeclared["class_id"]});
    bring(&doctor, class_of).await.refused(409, "record-not-missing");
    // The engineer passed as a roster says only now: there is no other way to the hours.
    let engineer_now = server.login("engineer").await;
    let of_class = || bring(&engineer_now, json!({"class_id": class["id"]}));
    of_class().await.refused(409, "record-not-missing");
    let base = server.login("base.admin").await;
    let held = training::reread_class(&base, &class).await;
    training::roster(&base, &held, &[training::line(&engineer, 24, true)]).await.is(200);
    let appeal = of_class().await.is(201);
    let officer = server.login("city.officer").await;
    let upheld = decide(&officer, &appeal, "uphold").await.is(200);
    let declared = format!("/v1/declarations/{}", text(&upheld, "declaration_id"));
    assert_eq!(engineer_now.get(&declared).await.is(200)["hours"], 24);
}

/// V8, P4: the institution's next roster disagrees with an upheld appeal, and takes nothing away.
async fn v8_p4_a_roster_does_not_undo_an_appeal(server: &Server) {
    let (base, class) = crate::rosters::ended_class(server).await;
    let doctor = steps::professional_id(&server.login("professional").await).await;
    training::roster(&base, &class, &[training::line(&doctor, 24, true)]).await.is(200);
    let engineer = server.login("engineer").await;
    let appeal = bring(&engineer, json!({"class_id": class["id"]})).await.is(201);
    let officer = server.login("city.officer").await;
    let upheld = decide(&officer, &appeal, "uphold").await.is(200);
    let id = text(&upheld, "learning_record_id");
    let held = training::reread_class(&base, &class).await;
    training::roster(&base, &held, &[training::line(&doctor, 20, true)]).await.is(200);
    let record = record_of(&engineer, &upheld).await;
    assert_eq!((&record["hours"], &record["passed"]), (&json!(24), &json!(true)));
    let draft = steps::declare_record(&engineer, 2023, &id).await.is(201);
    let sent = steps::submission(&engineer, &draft).await.is(200);
    assert_eq!(sent["hours"], 24);
    let withdrawal = format!("/v1/declarations/{}/withdrawal", text(&draft, "id"));
    engineer.post(&withdrawal).if_match("*").await.is(200);
    let record = record_of(&engineer, &upheld).await;
    assert_eq!((&record["hours"], &record["passed"]), (&json!(24), &json!(true)), "{record:#}");
}

/// V8, P6: a host that gives a seminar up once it was held takes nobody's appeal away.
async fn v8_p6_a_seminar_given_up_after_it_was_held_can_be_appealed_about(server: &Server) {
    let (seminar, _) = seminar_of_both(server).await;
    second_officer(server).await;
    server.set_clock("2023-11-13T10:00:00+08:00").await;
    let engineer = server.login("engineer").await;
    let appeal = of_seminar(&engineer, &seminar).await.is(201);
    let host = server.login("company.admin").await;
    let reason = json!({"reason": "不再上报成果"});
    seminars::step(&host, &seminar, "withdrawal").json(reason).await.is(200);
    let second = server.login_with("second.officer", "a long enough password").await;
    let upheld = decide(&second, &appeal, "uphold").await.is(200);
    let record = text(&record_of(&engineer, &upheld).await, "id");
    let draft = steps::declare_record(&engineer, 2023, &record).await.is(201);
    steps::submission(&engineer, &draft).await.is(200);
    of_seminar(&server.login("professional").await, &seminar).await.is(201);
}
