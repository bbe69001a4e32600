//! Classes on approved plans, their rosters, corrections, and declarations from a roster (P3, P4, H5, H9, E10).

mod corrections;
mod declaring;

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE, INSTITUTE, change, item, line, roster};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

on_both!(p3_a_class_stands_on_an_item_approved_before_it_begins);

on_sqlite!(
    p3_e10_h5_refused_and_who_can_mend_it,
    p4_refused_lines_and_rosters,
    p4_refused_before_the_end_in_the_freeze_and_to_others
);

/// The base with a plan of one item of 24 hours, approved on the 16th of October.
async fn planned(server: &Server) -> (Client, Value) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let items = [item("数据安全", 24, "10-17", "11-30")];
    let plan = training::approved_plan(server, &base, &unit, &items).await;
    (base, plan["items"][0].clone())
}

/// A class of three days that has ended, on the 23rd of October; the base's client of that day.
pub(crate) async fn ended_class(server: &Server) -> (Client, Value) {
    let (base, item) = planned(server).await;
    let class = training::class(&item, "数据安全一期", "10-18", "10-20", 24);
    let class = base.post("/v1/classes").json(class).await.is(201);
    server.set_clock("2023-10-23T09:00:00+08:00").await;
    (server.login("base.admin").await, class)
}

/// A class that both people have passed: the first by its roster, the second by a correction of it. Its id.
pub(crate) async fn corrected_class(server: &Server, first: &str, second: &str) -> String {
    let (base, class) = ended_class(server).await;
    roster(&base, &class, &[line(first, 24, true)]).await.is(200);
    let both = [line(first, 24, true), line(second, 24, true)];
    let class = training::reread_class(&base, &class).await;
    roster(&base, &class, &both).await.is(200);
    text(&class, "id")
}

/// A person of the demo world.
async fn person(server: &Server, name: &str) -> String {
    let admin = server.login("city.admin").await;
    let people = steps::all_pages(&admin, "/v1/professionals?limit=200").await;
    text(people.iter().find(|person| person["name"] == name).unwrap(), "id")
}

/// P3, P5, H9: announced, changed, called off.
async fn p3_a_class_stands_on_an_item_approved_before_it_begins(server: &Server) {
    let (base, item) = planned(server).await;
    let body = training::class(&item, "数据安全一期", "10-17", "10-19", 24);
    let answer = base.post("/v1/classes").json(body).await;
    assert_eq!(answer.etag(), "\"1\"");
    let class = answer.is(201);
    assert_eq!((&class["state"], &class["filed"]), (&json!("announced"), &json!(true)));
    assert_eq!((&class["plan_item"]["id"], &class["mend"]), (&item["id"], &json!(null)));
    let path = format!("/v1/classes/{}", text(&class, "id"));
    let moved = base.patch(&path).if_match("\"1\"");
    let moved = moved.json(json!({"ends_on": "2023-10-20", "place": "基地报告厅"})).await.is(200);
    assert_eq!((&moved["ends_on"], &moved["version"]), (&json!("2023-10-20"), &json!(2)));
    let longer = base.patch(&path).if_match("\"2\"").json(json!({"ends_on": "2023-10-18"})).await;
    assert_eq!(longer.refused(422, "hours-exceed-days")["rule"]["id"], "H9");
    let cancel = format!("{path}/cancellation");
    let off = change(&base, &cancel, &json!(2), json!({"reason": "报名不足"})).await.is(200);
    assert_eq!((&off["state"], &off["cancel_reason"]), (&json!("cancelled"), &json!("报名不足")));
    let call = base.patch(&path).if_match("*").json(json!({"place": "别处"}));
    call.await.refused(409, "wrong-state");
    let told =
        steps::all_pages(&base, &format!("/v1/events?subject_id={}", text(&class, "id"))).await;
    let told: Vec<_> = told.iter().map(|event| text(event, "type")).collect();
    assert_eq!(told, ["class.created", "class.changed", "class.cancelled"]);
}

/// P3, H5, E10: what is missing, who can mend it and how; in both languages.
async fn p3_e10_h5_refused_and_who_can_mend_it(server: &Server) {
    let (base, item) = planned(server).await;
    // E10: the class would begin on the day of the approval.
    let today = training::class(&item, "当天开班", "10-16", "10-18", 24);
    let problem = base.post("/v1/classes").json(today.clone()).await;
    let problem = problem.refused(422, "training-plan-not-filed");
    assert_eq!(problem["missing"], "approved_after_class_began");
    assert_eq!((&problem["mend"], &problem["mended_by"]), (&json!("hold_again"), &json!("nobody")));
    let problem = base
        .post("/v1/classes")
        .json(today)
        .english()
        .await
        .refused(422, "training-plan-not-filed");
    assert_eq!(
        problem["detail"],
        "“当天开班” of 郑州市专业技术人员继续教育示范基地 began before its training plan was approved; this cannot be mended; only a class that begins after the approval counts"
    );
    // What does not fit the item.
    let with = |member: &str, value: Value| {
        let mut class = training::class(&item, "班", "10-18", "10-20", 24);
        class[member] = value;
        class
    };
    for (class, code) in [
        (with("subject", json!("public")), "class-not-in-plan"),
        (with("way", json!("conference")), "class-not-in-plan"),
        (with("hours", json!(24.1)), "hours-over-limit"),
        (with("hours", json!(0)), "hours-not-positive"),
        (with("ends_on", json!("2023-10-17")), "learning-dates-inverted"),
        (with("ends_on", json!("2024-01-05")), "spans-two-years"),
        (
            with("plan_item_id", json!(item["id"].as_str().unwrap().replace('0', "1"))),
            "unknown-reference",
        ),
    ] {
        base.post("/v1/classes").json(class).await.refused(422, code);
    }
    let mut next_year = with("starts_on", json!("2024-01-08"));
    next_year["ends_on"] = json!("2024-01-10");
    base.post("/v1/classes").json(next_year.clone()).await.refused(422, "filing-not-granted");
    let unit = training::unit(server, BASE).await;
    let filing = json!({"organization_id": unit, "years": [2024], "statement": "申请"});
    let filing =
        base.post("/v1/filings").json(filing).await.is(200)["results"][0]["filing"].clone();
    let officer = server.login("city.officer").await;
    let path = format!("/v1/filings/{}", text(&filing, "id"));
    training::decide(&officer, &path, &filing["version"], "approve").await.is(200);
    let problem = base.post("/v1/classes").json(next_year).await.refused(422, "class-not-in-plan");
    assert_eq!(problem["mismatch"], "year");
    let mut far = with("starts_on", json!("2031-01-08"));
    far["ends_on"] = json!("2031-01-10");
    base.post("/v1/classes").json(far).await.refused(422, "no-policy");

    // A plan that is a draft; an institution that is not filed.
    let draft = json!({"organization_id": unit, "year": 2023, "title": "草稿", "items": [training::item("主题", 8, "11-01", "11-02")]});
    let draft = base.post("/v1/training-plans").json(draft).await.is(201);
    let class = training::class(&draft["items"][0], "无据班", "11-01", "11-02", 8);
    let problem =
        base.post("/v1/classes").json(class).await.refused(422, "training-plan-not-filed");
    assert_eq!(
        (&problem["missing"], &problem["mend"], &problem["mended_by"]),
        (&json!("plan_not_approved"), &json!("submit_plan"), &json!("institution"))
    );
    let institute = server.login("institute.admin").await;
    let unit = training::unit(server, INSTITUTE).await;
    let plan = training::approved_plan(
        server,
        &institute,
        &unit,
        &[training::item("主题", 8, "11-01", "11-02")],
    )
    .await;
    let class = training::class(&plan["items"][0], "未备案班", "11-01", "11-02", 8);
    let problem = institute.post("/v1/classes").json(class.clone()).await;
    assert_eq!(problem.refused(422, "filing-not-granted")["rule"]["id"], "P5");
    base.post("/v1/classes").json(class).await.refused(422, "unknown-reference");

    // H5 on declaring: the class that E10 is about, and the institution that is not filed.
    let engineer = server.login("engineer").await;
    for record in steps::records(&engineer, "professional").await {
        let answer = steps::declare_record(&engineer, 2023, &text(&record, "id")).await;
        let problem = answer.refused(422, "training-plan-not-filed");
        assert_eq!(problem["class_id"], record["class_id"]);
        let named =
            (text(&problem, "missing"), text(&problem, "mend"), text(&problem, "mended_by"));
        match text(&record, "title").as_str() {
            "网络安全专题班" => {
                assert_eq!(
                    named,
                    ("approved_after_class_began".into(), "hold_again".into(), "nobody".into())
                );
            }
            _ => {
                assert_eq!(
                    named,
                    (
                        "institution_not_filed".into(),
                        "apply_for_filing".into(),
                        "institution".into()
                    )
                );
                assert_eq!(problem["institution_id"], unit.as_str());
            }
        }
    }
    let own = json!({"year": 2023, "subject": "professional", "way": "seminar", "title": "自述研修",
        "learning_start": "2023-05-08", "learning_end": "2023-05-09", "hours": 8});
    let problem =
        engineer.post("/v1/declarations").json(own).await.refused(422, "training-plan-not-filed");
    assert_eq!(
        (&problem["missing"], &problem["mend"]),
        (&json!("no_class"), &json!("put_on_roster"))
    );
}

/// P4: a line has its own result; with `all_or_nothing` one bad line refuses all.
async fn p4_refused_lines_and_rosters(server: &Server) {
    let (base, class) = ended_class(server).await;
    let engineer = person(server, "梁子衡").await;
    let lines = json!([
        line(&engineer, 24, true),
        {"id_type": "resident_id", "id_number": "410102198506151238", "hours": 24, "passed": true},
        {"id_type": "resident_id", "id_number": "410199198507129016", "hours": 24, "passed": true},
        line(&engineer, 24, true),
        line(&person(server, "唐若溪").await, 24.1, true),
        line(&person(server, "韩立言").await, 0, true),
        {"hours": 8, "passed": true},
    ]);
    let path = format!("/v1/classes/{}/roster", text(&class, "id"));
    let strict = json!({"lines": lines, "all_or_nothing": true});
    let problem =
        base.put(&path).if_match("\"1\"").json(strict).await.refused(422, "roster-refused");
    assert_eq!(problem["results"].as_array().unwrap().len(), 6);
    assert_eq!(problem["errors"][0]["pointer"], "/lines/1");
    assert_eq!(
        training::reread_class(&base, &class).await["state"],
        "announced",
        "nothing was kept"
    );

    let done = base.put(&path).if_match("\"1\"").json(json!({"lines": lines})).await.is(200);
    let codes: Vec<Value> = done["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["problem"]["code"].clone())
        .collect();
    let said = [
        "unknown-reference",
        "validation-failed",
        "validation-failed",
        "hours-over-limit",
        "hours-not-positive",
        "validation-failed",
    ];
    assert_eq!(codes[0], Value::Null);
    assert_eq!(codes[1..], said.map(Value::from), "{done:#}");
    assert_eq!(done["results"][4]["problem"]["rule"]["id"], "P4");
    assert!(!done.to_string().contains("410102198506151238"), "no id number comes back");
}

/// P4, H2, W1, W2: when, and by whom.
async fn p4_refused_before_the_end_in_the_freeze_and_to_others(server: &Server) {
    let (base, item) = planned(server).await;
    let class = training::class(&item, "数据安全一期", "10-18", "10-20", 24);
    let class = base.post("/v1/classes").json(class).await.is(201);
    let lines = [line(&person(server, "梁子衡").await, 24, true)];
    roster(&base, &class, &lines).await.refused(422, "learning-not-finished");
    for other in ["institute.admin", "health.reviewer"] {
        roster(&server.login(other).await, &class, &lines).await.refused(403, "forbidden");
    }
    server
        .login("city.officer")
        .await
        .put(&format!("/v1/classes/{}/roster", text(&class, "id")))
        .if_match("*")
        .json(json!({"lines": lines}))
        .await
        .refused(403, "forbidden");
    // The last day is over when it has come.
    server.set_clock("2023-10-20T08:00:00+08:00").await;
    let base = server.login("base.admin").await;
    roster(&base, &class, &lines).await.is(200);
    roster(&base, &class, &lines).await.refused(412, "precondition-failed");
    let held = training::reread_class(&base, &class).await;
    let path = format!("/v1/classes/{}/roster", text(&class, "id"));
    let tag = format!("\"{}\"", held["version"]);
    let bare =
        base.put(&path).if_match(&tag).json(json!({"lines": [line(&text(&held, "id"), 1, true)]}));
    bare.await.refused(422, "validation-failed");
    let cancel = format!("/v1/classes/{}/cancellation", text(&class, "id"));
    change(&base, &cancel, &held["version"], json!({"reason": "晚了"}))
        .await
        .refused(409, "wrong-state");
    server.set_clock("2023-12-20T00:00:00+08:00").await;
    let base = server.login("base.admin").await;
    let frozen = roster(&base, &held, &[line(&person(server, "唐若溪").await, 24, true)]).await;
    assert_eq!(frozen.refused(422, "year-end-freeze")["rule"]["id"], "W1");
}
