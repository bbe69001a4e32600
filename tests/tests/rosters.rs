//! Classes on approved plans, their rosters, corrections, and declarations from a roster (P3, P4, H5, H9, E10).

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE, INSTITUTE, change, item, line, roster};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

on_both!(
    p3_a_class_stands_on_an_item_approved_before_it_begins,
    p4_each_passed_attendee_can_declare_in_one_call,
    p4_a_correction_is_a_visible_revision,
    p4_an_employer_declares_for_a_whole_roster,
);
on_sqlite!(
    p3_e10_h5_refused_and_who_can_mend_it,
    p4_refused_lines_and_rosters,
    p4_refused_before_the_end_in_the_freeze_and_to_others,
    p4_reviewed_hours_are_flagged_and_never_changed_in_silence,
    p4_refused_declarations_for_others,
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
async fn ended_class(server: &Server) -> (Client, Value) {
    let (base, item) = planned(server).await;
    let class = training::class(&item, "数据安全一期", "10-18", "10-20", 24);
    let class = base.post("/v1/classes").json(class).await.is(201);
    server.set_clock("2023-10-23T09:00:00+08:00").await;
    (server.login("base.admin").await, class)
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

/// P4: people of any unit of the city, by id or by id number; each record is declared in one call.
async fn p4_each_passed_attendee_can_declare_in_one_call(server: &Server) {
    let (base, class) = ended_class(server).await;
    let engineer = person(server, "梁子衡").await;
    let lines = [
        json!({"id_type": "resident_id", "id_number": "410199198507129015", "hours": 24, "passed": true}),
        line(&engineer, 16, true),
        line(&person(server, "蒋念慈").await, 8, false),
    ];
    let done = roster(&base, &class, &lines).await.is(200);
    assert_eq!(done["revision"], 1);
    let changes: Vec<_> =
        done["results"].as_array().unwrap().iter().map(|line| &line["change"]).collect();
    assert_eq!(changes, ["added", "added", "added"], "{done:#}");
    let held = training::reread_class(&base, &class).await;
    assert_eq!(
        (&held["state"], &held["roster_revision"], &held["version"]),
        (&json!("held"), &json!(1), &json!(2))
    );
    let listed = base.get(&format!("/v1/classes/{}/roster", text(&class, "id"))).await.is(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);

    let mine = server.login("engineer").await;
    let records = steps::records(&mine, "professional").await;
    let record = records.iter().find(|record| record["class_id"] == class["id"]).unwrap();
    assert_eq!((&record["hours"], &record["title"]), (&json!(16), &json!("数据安全一期")));
    let draft = steps::declare_record(&mine, 2023, &text(record, "id")).await.is(201);
    let sent = steps::submission(&mine, &draft).await.is(200);
    assert_eq!((&sent["state"], &sent["hours"]), (&json!("employer_review"), &json!(16)));
    // Who did not pass earns nothing.
    let teacher = steps::account_of(server, "蒋念慈", "teacher").await;
    let records = steps::records(&teacher, "professional").await;
    let record = records.iter().find(|record| record["class_id"] == class["id"]).unwrap();
    let answer = steps::declare_record(&teacher, 2023, &text(record, "id")).await;
    assert_eq!(answer.refused(422, "class-not-passed")["rule"]["id"], "P4");
    // The same roster again changes nothing.
    let again = roster(&base, &held, &lines).await.is(200);
    assert_eq!(again["revision"], 1, "{again:#}");
    let told = steps::all_pages(
        &server.login("company.admin").await,
        "/v1/events?type=learning_record.delivered",
    )
    .await;
    assert_eq!(told[0]["professional_id"], engineer.as_str());
    assert_eq!(told[0]["data"]["hours"], 16);
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

/// P4: corrections with a reason; undeclared records and drafts follow, whoever is no longer named loses the hours.
async fn p4_a_correction_is_a_visible_revision(server: &Server) {
    let (base, class) = ended_class(server).await;
    let (engineer, other) = (person(server, "梁子衡").await, person(server, "唐若溪").await);
    let first = [line(&engineer, 24, true), line(&other, 24, true)];
    roster(&base, &class, &first).await.is(200);
    let mine = server.login("engineer").await;
    let records = steps::records(&mine, "professional").await;
    let record = records.iter().find(|record| record["class_id"] == class["id"]).unwrap();
    let draft = steps::declare_record(&mine, 2023, &text(record, "id")).await.is(201);

    let held = training::reread_class(&base, &class).await;
    let done = roster(&base, &held, &[line(&engineer, 20, true)]).await.is(200);
    let changes: Vec<_> =
        done["results"].as_array().unwrap().iter().map(|line| &line["change"]).collect();
    assert_eq!(
        (done["revision"].clone(), changes),
        (json!(2), vec![&json!("corrected"), &json!("removed")])
    );
    assert_eq!(steps::reread(&mine, &draft).await["hours"], 20, "a draft follows");
    let path = format!("/v1/classes/{}/roster", text(&class, "id"));
    let rows = base.get(&path).await.is(200)["data"].clone();
    let gone = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["professional_id"] == other.as_str())
        .unwrap();
    assert_eq!((&gone["hours"], &gone["passed"]), (&json!(0), &json!(false)));

    let revisions = base.get(&format!("{path}/revisions")).await.is(200)["data"].clone();
    assert_eq!(revisions[0]["changes"].as_array().unwrap().len(), 2, "{revisions:#}");
    assert_eq!(
        (&revisions[1]["reason"], &revisions[1]["lines"]),
        (&json!("按签到表更正"), &json!(1))
    );
    let corrected = revisions[1]["changes"].as_array().unwrap();
    let corrected =
        corrected.iter().find(|change| change["professional_id"] == engineer.as_str()).unwrap();
    assert_eq!(corrected["before"], json!({"hours": 24, "passed": true}));
    assert_eq!(corrected["after"], json!({"hours": 20, "passed": true}));
    server
        .login("company.admin")
        .await
        .get(&format!("{path}/revisions"))
        .await
        .refused(403, "forbidden");
}

/// P4: under review or approved, a correction is flagged; it takes effect when the hours are free again.
async fn p4_reviewed_hours_are_flagged_and_never_changed_in_silence(server: &Server) {
    let (base, class) = ended_class(server).await;
    let engineer = person(server, "梁子衡").await;
    roster(&base, &class, &[line(&engineer, 24, true)]).await.is(200);
    let mine = server.login("engineer").await;
    let (company, jinshui) =
        (server.login("company.admin").await, server.login("jinshui.reviewer").await);
    let record = async || {
        let records = steps::records(&mine, "professional").await;
        records.into_iter().find(|record| record["class_id"] == class["id"]).unwrap()
    };
    let draft = steps::declare_record(&mine, 2023, &text(&record().await, "id")).await.is(201);
    let id = text(&draft, "id");
    steps::submission(&mine, &draft).await.is(200);
    let correct = async |hours: Value| {
        let held = training::reread_class(&base, &class).await;
        roster(&base, &held, &[line(&engineer, hours, true)]).await.is(200)
    };
    let flagged = correct(json!(20)).await;
    assert_eq!(flagged["results"][0]["change"], "correction_needed");
    assert_eq!(record().await["hours"], 24, "not changed");
    assert_eq!(record().await["correction"], json!({"hours": 20, "passed": true}));
    assert_eq!(steps::reread(&mine, &draft).await["hours"], 24);
    let officer = server.login("city.officer").await;
    let listed = officer.get("/v1/learning-records?correction_needed=true").await.is(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let told = steps::all_pages(&officer, "/v1/events?type=roster.revised").await;
    assert_eq!(told[0]["data"]["corrections_needed"], 1);
    // The roster comes to say again what was declared: nothing is left to correct.
    correct(json!(24)).await;
    assert_eq!(record().await["correction"], Value::Null);
    correct(json!(20)).await;
    // Returned and handed in again: the correction has taken effect.
    steps::decision(&company, &id, "return").await.is(200);
    let returned = steps::reread(&mine, &draft).await;
    let sent = steps::submission(&mine, &returned).await.is(200);
    assert_eq!((&sent["hours"], &record().await["correction"]), (&json!(20), &Value::Null));
    steps::decision(&company, &id, "approve").await.is(200);
    steps::decision(&jinshui, &id, "approve").await.is(200);
    // Approved: it stands until the bureau revokes it, one by one.
    correct(json!(16)).await;
    let path = format!("/v1/me/years/{}", 2023);
    let approved = mine.get(&path).await.is(200)["approved"]["professional"].clone();
    let call = officer.post(&format!("/v1/declarations/{id}/revocation")).if_match("*");
    call.json(json!({"reason": "名册更正"})).await.is(200);
    let after = mine.get(&path).await.is(200)["approved"]["professional"].clone();
    assert_eq!(steps::tenths(&approved) - steps::tenths(&after), 200);
    assert_eq!(
        (&record().await["hours"], &record().await["declared"]),
        (&json!(16), &json!(false))
    );
    steps::assert_totals_add_up(server, &engineer, 2023).await;
}

/// P4: one call of the employer for all of its people, or for those named.
async fn p4_an_employer_declares_for_a_whole_roster(server: &Server) {
    let (base, class) = ended_class(server).await;
    let mut lines = Vec::new();
    for name in ["梁子衡", "唐若溪", "韩立言", "蒋念慈"] {
        lines.push(line(&person(server, name).await, 24, name != "韩立言"));
    }
    roster(&base, &class, &lines).await.is(200);
    let company = server.login("company.admin").await;
    let path = format!("/v1/classes/{}/declarations", text(&class, "id"));
    let done = company.post(&path).key("whole-class").json(json!({"all": true})).await.is(200);
    let results = done["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "its own people who passed: {done:#}");
    for result in results {
        assert_eq!(result["outcome"], "submitted", "{result:#}");
        assert_eq!(result["declaration"]["state"], "employer_review");
        assert_eq!(result["declaration"]["due_at"], "2023-10-31T00:00:00+08:00");
    }
    let mine = server.login("engineer").await;
    let found = steps::reread(&mine, &results[0]["declaration"]).await;
    assert_eq!((&found["hours"], &found["revision"]), (&json!(24), &json!(1)));
    assert_eq!(company.post(&path).json(json!({"all": true})).await.is(200)["results"], json!([]));
    let school = server.login("school.admin").await;
    let named = json!({"professional_ids": [lines[3]["professional_id"]]});
    let done = school.post(&path).json(named).await.is(200);
    assert_eq!(done["results"][0]["outcome"], "submitted");
}

/// P4: nobody declares for other units' people, for who was not there, who failed, or twice.
async fn p4_refused_declarations_for_others(server: &Server) {
    let (base, class) = ended_class(server).await;
    let (engineer, failed) = (person(server, "梁子衡").await, person(server, "韩立言").await);
    let (absent, teacher) = (person(server, "唐若溪").await, person(server, "蒋念慈").await);
    let lines = [line(&engineer, 24, true), line(&failed, 8, false), line(&teacher, 24, true)];
    roster(&base, &class, &lines).await.is(200);
    let company = server.login("company.admin").await;
    let path = format!("/v1/classes/{}/declarations", text(&class, "id"));
    let named = json!({"professional_ids": [engineer, failed, absent, teacher, engineer]});
    let done = company.post(&path).json(named).await.is(200);
    let codes: Vec<_> = done["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["problem"]["code"].clone())
        .collect();
    let said = ["class-not-passed", "unknown-reference", "unknown-reference", "duplicate-learning"];
    assert_eq!(codes[0], Value::Null, "{done:#}");
    assert_eq!(codes[1..], said.map(Value::from), "{done:#}");
    for body in [json!({}), json!({"all": true, "professional_ids": [engineer]})] {
        company.post(&path).json(body).await.refused(422, "validation-failed");
    }
    base.post(&path).json(json!({"all": true})).await.refused(403, "forbidden");
    server
        .login("engineer")
        .await
        .post(&path)
        .json(json!({"all": true}))
        .await
        .refused(403, "forbidden");
}
