//! What counts: floors, years, plans, platforms, duplicates, caps and days (H1–H9, E1–E3, E10, E11).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

on_both!(
    e1_e2_e3_each_floor_is_checked_by_itself,
    h3_excess_stays_visible_and_in_its_year,
    h7_the_same_learning_counts_once,
    h8_caps_of_conferences,
    h8_w3_a_new_version_of_the_policy_decides_from_then_on,
);
on_sqlite!(
    e11_learning_may_not_span_two_years,
    e10_only_classes_of_a_plan_approved_before_count,
    h6_public_hours_come_from_listed_platforms,
    h9_a_day_has_only_so_many_hours,
    a_platform_delivers_once_and_only_for_itself,
);

/// Delivers public hours of 2023 to the demo doctor.
async fn deliver(server: &Server, person: &str, course: &str, hours: Value) {
    let platform = server.machine("hnzjzx").await;
    let body = json!({"professional_id": person, "platform": "hnzjzx", "course_code": course, "title": course,
        "hours": hours, "started_on": "2023-02-01", "completed_on": "2023-03-31"});
    platform.post("/v1/learning-records").json(body).await.is(201);
}

async fn approve_record(server: &Server, doctor: &Client, course: &str) {
    let records = steps::records(doctor, "public").await;
    let record = records.iter().find(|record| record["course_code"] == course).unwrap();
    let draft = steps::declare_record(doctor, 2023, &text(record, "id")).await.is(201);
    let (employer, authority) =
        (server.login("hospital.admin").await, server.login("health.reviewer").await);
    steps::approve_fully(doctor, &draft, &employer, &authority).await;
}

async fn approve_conference(server: &Server, doctor: &Client, date: &str, hours: f64) {
    let draft =
        steps::conference_with_evidence(doctor, &format!("会议 {date}"), date, date, hours).await;
    let (employer, authority) =
        (server.login("hospital.admin").await, server.login("health.reviewer").await);
    steps::approve_fully(doctor, &draft, &employer, &authority).await;
}

/// H1 with E1–E3: every floor by itself, to the tenth of an hour.
async fn e1_e2_e3_each_floor_is_checked_by_itself(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    deliver(server, &person, "29.9", json!(29.9)).await;
    deliver(server, &person, "0.1", json!(0.1)).await;
    deliver(server, &person, "15", json!(15)).await;
    let year = async || doctor.get("/v1/me/years/2023").await.is(200);

    // E3: 45 public and 59.9 professional: short by 0.1 professional.
    approve_record(server, &doctor, "29.9").await;
    for date in ["01-03", "01-05", "01-09", "01-11", "01-13", "01-16", "01-18"] {
        approve_conference(server, &doctor, date, 8.0).await;
    }
    approve_conference(server, &doctor, "01-20", 3.9).await;
    approve_record(server, &doctor, "15").await;
    let short = year().await;
    assert_eq!(short["approved"], json!({"total": 104.8, "public": 44.9, "professional": 59.9}));
    assert_eq!(short["shortfall"], json!({"total": 0, "public": 0, "professional": 0.1}));
    assert_eq!(short["excess"], json!({"total": 14.8, "public": 14.9, "professional": 0}));
    assert_eq!(short["state"], "in_progress", "excess public hours do not help");
    approve_record(server, &doctor, "0.1").await;
    assert_eq!(year().await["excess"]["public"], 15, "0.1 and 14.9 are 15, exactly");

    // E1: the last tenth satisfies the year.
    approve_conference(server, &doctor, "01-31", 0.1).await;
    let full = year().await;
    assert_eq!(
        (&full["state"], &full["approved"]["professional"]),
        (&json!("satisfied"), &json!(60))
    );
    assert_eq!(full["shortfall"], json!({"total": 0, "public": 0, "professional": 0}));

    // E2: 29.9 public and 70 professional, by taking back what came above.
    let officer = server.login("city.officer").await;
    let all = steps::all_pages(&doctor, "/v1/declarations?year=2023&subject=public").await;
    for declaration in all.iter().filter(|declaration| declaration["hours"] != 29.9) {
        let path = format!("/v1/declarations/{}/revocation", text(declaration, "id"));
        let call = officer.post(&path).json(json!({"reason": "核查不符"}));
        call.if_match(&format!("\"{}\"", declaration["version"])).await.is(200);
    }
    let short = year().await;
    assert_eq!(short["approved"], json!({"total": 89.9, "public": 29.9, "professional": 60}));
    assert_eq!(short["shortfall"], json!({"total": 0.1, "public": 0.1, "professional": 0}));
    assert_eq!(short["state"], "in_progress");
    steps::assert_totals_add_up(server, &person, 2023).await;
}

/// H3: what is above the floors is seen in its year and in no other.
async fn h3_excess_stays_visible_and_in_its_year(server: &Server) {
    steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let before = doctor.get("/v1/me/years/2024").await.is(200);
    approve_conference(server, &doctor, "05-08", 8.0).await;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["excess"], json!({"total": 8, "public": 0, "professional": 8}));
    assert_eq!(year["state"], "certified", "more hours do not undo it");
    let after = doctor.get("/v1/me/years/2024").await.is(200);
    assert_eq!((&before["approved"], &before["excess"]), (&after["approved"], &after["excess"]));
}

/// H2, E11: refused and to be split; the year is the one in which the learning ended.
async fn e11_learning_may_not_span_two_years(server: &Server) {
    server.set_clock("2024-01-05T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let mut body = steps::conference("跨年会议", "12-28", "12-29", 8);
    body["year"] = json!(2024);
    body["learning_end"] = json!("2024-01-03");
    let problem =
        doctor.post("/v1/declarations").json(body.clone()).await.refused(422, "spans-two-years");
    assert_eq!(problem["rule"]["id"], "H2");
    body["learning_end"] = json!("2023-12-29");
    let problem =
        doctor.post("/v1/declarations").json(body.clone()).await.refused(422, "year-mismatch");
    assert_eq!(problem["errors"][0]["pointer"], "/year");
    body["learning_start"] = json!("2024-01-03");
    body["learning_end"] = json!("2024-01-02");
    doctor
        .post("/v1/declarations")
        .json(body.clone())
        .await
        .refused(422, "learning-dates-inverted");
    body["learning_end"] = json!("2024-01-06");
    doctor.post("/v1/declarations").json(body.clone()).await.refused(422, "learning-not-finished");
    body["learning_end"] = json!("2024-01-05");
    doctor.post("/v1/declarations").json(body).await.is(201);
}

/// H5, E10: the class began the day before its plan was approved; the other institution is not filed at all.
async fn e10_only_classes_of_a_plan_approved_before_count(server: &Server) {
    let engineer = server.login("engineer").await;
    let records = steps::records(&engineer, "professional").await;
    assert_eq!(records.len(), 2, "{records:#?}");
    for (title, missing) in [("网络安全专题班", "class"), ("数据分析实训营", "institution")]
    {
        let record = records.iter().find(|record| record["title"] == title).unwrap();
        let answer = steps::declare_record(&engineer, 2023, &text(record, "id")).await;
        let problem = answer.refused(422, "training-plan-not-filed");
        assert_eq!(problem["rule"]["id"], "H5", "{missing}");
        assert!(
            problem["detail"].as_str().unwrap().contains(title),
            "it names the class: {problem:#}"
        );
    }
    // Nor in one's own words: taught professional hours need the roster of a filed class.
    let own = json!({"year": 2023, "subject": "professional", "way": "training_class", "title": "数据分析实训营",
        "learning_start": "2023-07-10", "learning_end": "2023-07-14", "hours": 40});
    engineer.post("/v1/declarations").json(own).await.refused(422, "training-plan-not-filed");
    // P4: who did not pass gets nothing from the roster.
    let failed = steps::account_of(server, "余书瑶", "yu.shuyao").await;
    let record = steps::records(&failed, "professional").await.remove(0);
    assert_eq!(record["passed"], false);
    steps::declare_record(&failed, 2023, &text(&record, "id"))
        .await
        .refused(422, "class-not-passed");
}

/// H6: no public hours in one's own words, none from a platform off the year's list.
async fn h6_public_hours_come_from_listed_platforms(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let own = json!({"year": 2023, "subject": "public", "way": "distance_course", "title": "公需课",
        "learning_start": "2023-05-08", "learning_end": "2023-05-12", "hours": 30});
    let problem =
        doctor.post("/v1/declarations").json(own).await.refused(422, "public-hours-need-platform");
    assert_eq!(problem["rule"]["id"], "H6");
    let unlisted = json!({"professional_id": person, "platform": "qtpx", "course_code": "x", "title": "课程",
        "hours": 10, "started_on": "2023-05-08", "completed_on": "2023-05-12"});
    // A platform's client speaks for its own platform; the provincial platform may speak for all, and hears of the list.
    server
        .machine("hnzjzx")
        .await
        .post("/v1/learning-records")
        .json(unlisted.clone())
        .await
        .refused(403, "forbidden");
    let province = server.machine("province").await;
    let problem = province
        .post("/v1/learning-records")
        .json(unlisted.clone())
        .await
        .refused(422, "platform-not-listed");
    assert_eq!(problem["rule"]["id"], "H6");
    let mut listed = unlisted;
    listed["platform"] = json!("zzjxjy");
    province.post("/v1/learning-records").json(listed).await.is(201);
    let listed = server.nobody().get("/v1/platforms?year=2023&listed=true").await.is(200);
    let codes: Vec<&str> =
        listed["data"].as_array().unwrap().iter().filter_map(|row| row["code"].as_str()).collect();
    assert_eq!(codes, ["hnzjzx", "zzjxjy"]);
}

/// H7 on each ground: the record, the course, the class, and identical evidence on overlapping days.
async fn h7_the_same_learning_counts_once(server: &Server) {
    let doctor = server.login("professional").await;
    let first = steps::draft_of(&doctor, "public").await;
    let record = text(&first, "learning_record_id");
    let again =
        steps::declare_record(&doctor, 2023, &record).await.refused(422, "duplicate-learning");
    assert_eq!((&again["rule"]["id"], &again["standing_id"]), (&json!("H7"), &first["id"]));
    let class = steps::draft_of(&doctor, "professional").await;
    let again = steps::declare_record(&doctor, 2023, &text(&class, "learning_record_id")).await;
    assert_eq!(again.refused(422, "duplicate-learning")["standing_id"], class["id"]);

    // The same course again from the platform: the same delivery is the record that stands, another content is refused.
    let platform = server.machine("hnzjzx").await;
    let given = &steps::records(&doctor, "public").await[0];
    let mut same = json!({"professional_id": given["professional_id"], "platform": "hnzjzx", "title": given["title"],
        "course_code": given["course_code"], "hours": given["hours"], "started_on": given["started_on"],
        "completed_on": given["completed_on"]});
    let answer = platform.post("/v1/learning-records").json(same.clone()).await.is(200);
    assert_eq!(answer["id"], given["id"]);
    same["hours"] = json!(29);
    platform.post("/v1/learning-records").json(same).await.refused(422, "duplicate-learning");

    // Identical evidence: refused on overlapping days, not on others.
    let file = steps::pdf("one proof of attendance");
    let add = async |title: &str, from: &str, to: &str| {
        let draft = doctor
            .post("/v1/declarations")
            .json(steps::conference(title, from, to, 8))
            .await
            .is(201);
        steps::attach(&doctor, &text(&draft, "id"), "proof_of_attendance", &file).await;
        steps::reread(&doctor, &draft).await
    };
    let standing = add("一场会议", "05-08", "05-09").await;
    steps::submission(&doctor, &standing).await.is(200);
    let overlapping = add("换个题目", "05-09", "05-10").await;
    let problem = steps::submission(&doctor, &overlapping).await.refused(422, "duplicate-learning");
    assert_eq!(
        (&problem["standing_id"], &problem["ground"]),
        (&standing["id"], &json!("evidence"))
    );
    let another_day = add("另一天的会议", "05-15", "05-16").await;
    steps::submission(&doctor, &another_day).await.is(200);

    // What was withdrawn no longer stands: its learning can be declared again.
    let path = format!("/v1/declarations/{}/withdrawal", text(&first, "id"));
    doctor.post(&path).if_match("\"1\"").await.is(200);
    let record_now = steps::records(&doctor, "public").await.remove(0);
    assert_eq!(record_now["declared"], false);
    steps::declare_record(&doctor, 2023, &record).await.is(201);
}

/// H8: a conference counts at most 12 hours each and 60 a year, of what is approved or under review.
async fn h8_caps_of_conferences(server: &Server) {
    let doctor = server.login("professional").await;
    let new = |day: u32, hours: f64| {
        let (from, to) = (format!("05-{day:02}"), format!("05-{:02}", day + 1));
        steps::conference(&format!("会议 {day}"), &from, &to, hours)
    };
    let problem =
        doctor.post("/v1/declarations").json(new(1, 12.1)).await.refused(422, "hours-over-limit");
    assert_eq!(
        (&problem["rule"]["id"], &problem["errors"][0]["pointer"]),
        (&json!("H8"), &json!("/hours"))
    );
    for day in [1, 4, 7, 10] {
        let draft = doctor.post("/v1/declarations").json(new(day, 12.0)).await.is(201);
        steps::attach(&doctor, &text(&draft, "id"), "certificate", &steps::pdf(&day.to_string()))
            .await;
        let draft = steps::reread(&doctor, &draft).await;
        steps::submission(&doctor, &draft).await.is(200);
    }
    let draft = steps::conference_with_evidence(&doctor, "会议 13", "05-13", "05-14", 11.5).await;
    steps::submission(&doctor, &draft).await.is(200);
    // 59.5 are used: 0.5 more fit, 0.6 do not.
    let more = steps::conference_with_evidence(&doctor, "会议 16", "05-16", "05-16", 0.6).await;
    let problem = steps::submission(&doctor, &more).await.refused(422, "hours-over-limit");
    assert_eq!((&problem["max"], &problem["used"]), (&json!(60), &json!(59.5)), "{problem:#}");
    let tag = format!("\"{}\"", more["version"]);
    let path = format!("/v1/declarations/{}", text(&more, "id"));
    let more = doctor.patch(&path).json(json!({"hours": 0.5})).if_match(&tag).await.is(200);
    steps::submission(&doctor, &more).await.is(200);
}

/// H8, W3: the conversion table is data; a new version, with its reason, decides from then on and not on the past.
async fn h8_w3_a_new_version_of_the_policy_decides_from_then_on(server: &Server) {
    let doctor = server.login("professional").await;
    let before = steps::conference_with_evidence(&doctor, "会议", "05-08", "05-09", 12).await;
    let before = steps::submission(&doctor, &before).await.is(200);
    let admin = server.login("city.admin").await;
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({})).await;
    let mut document = begun.is(201)["document"].clone();
    let ways = document["conversion"].as_array_mut().unwrap();
    ways.retain(|rule| rule["way"] != "other");
    ways.iter_mut().find(|rule| rule["way"] == "conference").unwrap()["max_hours_each"] =
        json!(6.5);
    let path = format!("/v1/policies/2023/drafts/{}", begun.json()["version"]);
    let edited = admin.put(&path).json(json!({"document": document})).if_match(&begun.etag()).await;
    edited.is(200);
    let publication =
        admin.post(&format!("{path}/publication")).json(json!({"reason": "调整折算表"}));
    publication.if_match(&edited.etag()).await.is(200);

    let other = json!({"year": 2023, "subject": "professional", "way": "other", "title": "其他学习",
        "learning_start": "2023-05-08", "learning_end": "2023-05-09", "hours": 1});
    doctor.post("/v1/declarations").json(other).await.refused(422, "way-not-counted");
    let new = |hours: f64| steps::conference("新会议", "06-08", "06-09", hours);
    doctor.post("/v1/declarations").json(new(6.6)).await.refused(422, "hours-over-limit");
    assert_eq!(doctor.post("/v1/declarations").json(new(6.5)).await.is(201)["policy_version"], 2);
    // What was submitted under version 1 keeps it, and its old form can still be read.
    assert_eq!(steps::reread(&doctor, &before).await["policy_version"], before["policy_version"]);
    let old = server.nobody().get("/v1/policies/2023?version=1").await.is(200);
    assert_eq!(old["state"], "superseded");
}

/// H9: days × 8 hours and no more.
async fn h9_a_day_has_only_so_many_hours(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let one_day = |hours: f64| steps::conference("一天的会议", "05-08", "05-08", hours);
    let problem =
        doctor.post("/v1/declarations").json(one_day(8.1)).await.refused(422, "hours-exceed-days");
    assert_eq!(problem["rule"]["id"], "H9");
    doctor.post("/v1/declarations").json(one_day(8.0)).await.is(201);
    let platform = server.machine("hnzjzx").await;
    let course = |hours: f64| {
        json!({"professional_id": person, "platform": "hnzjzx", "course_code": "h9", "title": "课程",
        "hours": hours, "started_on": "2023-05-08", "completed_on": "2023-05-10"})
    };
    platform
        .post("/v1/learning-records")
        .json(course(24.1))
        .await
        .refused(422, "hours-exceed-days");
    platform.post("/v1/learning-records").json(course(24.0)).await.is(201);
}

/// H6: the client of one platform cannot speak for another; a person can be named by id number.
async fn a_platform_delivers_once_and_only_for_itself(server: &Server) {
    let platform = server.machine("hnzjzx").await;
    let body = |platform: &str, number: &str| {
        json!({"id_type": "resident_id", "id_number": number, "platform": platform,
        "course_code": "by-number", "title": "课程", "hours": 2, "started_on": "2023-05-08", "completed_on": "2023-05-12"})
    };
    platform
        .post("/v1/learning-records")
        .json(body("zzjxjy", "410199198507129015"))
        .await
        .refused(403, "forbidden");
    let made = platform
        .post("/v1/learning-records")
        .json(body("hnzjzx", "410199198507129015"))
        .await
        .is(201);
    assert!(
        !made.to_string().contains("410199198507129015"),
        "U4a: the number is not repeated: {made:#}"
    );
    let doctor = server.login("professional").await;
    assert_eq!(made["professional_id"], steps::professional_id(&doctor).await.as_str());
    let nobody =
        platform.post("/v1/learning-records").json(body("hnzjzx", "410102198506151238")).await;
    assert_eq!(nobody.refused(422, "unknown-reference")["errors"][0]["pointer"], "/id_number");
    let wrong =
        platform.post("/v1/learning-records").json(body("hnzjzx", "410199198507129016")).await;
    assert_eq!(wrong.refused(422, "validation-failed")["errors"][0]["pointer"], "/id_number");
}
