//! Appeals about records that are missing (V8).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{bring, class, decide, unit_of};

on_both!(
    v8_the_record_of_a_class_that_is_missing_is_added,
    v8_the_record_of_a_course_that_is_missing_is_added,
    v8_what_was_delivered_too_late_is_declared_with_the_appeal,
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
    let person = steps::professional_id(&server.login("engineer").await).await;
    server.set_clock("2024-01-03T10:00:00+08:00").await;
    let engineer = server.login("engineer").await;
    let officer = server.login("city.officer").await;
    let platform = server.machine("hnzjzx").await;
    let course = |code: &str| {
        json!({"platform": "hnzjzx", "course_code": code, "title": "数字技术", "hours": 6,
            "started_on": "2023-12-04", "completed_on": "2023-12-08"})
    };
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
