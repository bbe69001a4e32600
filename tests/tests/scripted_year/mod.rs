//! The year 2023 of a district, lived through the API from January to its settlement and a little beyond: plans filed and classes
//! held, 200 people, reviews on time and late, a revoked institution, transfers in the middle of a review, make-up for 2022,
//! exemptions, the freeze, the settlement, appeals and a reinstatement. In the end the books balance.
//!
//! [`cast`] sets the people and units up, [`acts`] are what they do, [`books`] adds up.

mod acts;
mod books;
mod cast;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Replica, Server, on_both};

use self::acts::Day;
use self::cast::District;

on_both!(the_year_2023);

async fn the_year_2023(server: &Server) {
    // What happens in it is followed: in the end the copy is what the source is, record by record (ADR 0020).
    let mut copy = Replica::begin(&server.machine("province").await).await;
    // January to March: units, people, filings, plans, the first class.
    let district = District::found(server, "2023-01-04T09:00:00+08:00").await;
    let [first, second] = plans_and_classes(server, &district).await;
    rosters(server, &district, &first, &second).await;
    reviews_of_the_classes(server, &district).await;
    // Summer: an institution is revoked, public hours, transfers, appeals, exemptions.
    revocation_of_an_institution(server, &district).await;
    public_hours(server, &district).await;
    let rejected = reviews_of_public_hours(server, &district).await;
    transfers(server, &district).await;
    departure_and_exemptions(server, &district).await;
    appeals(server, &district, &rejected).await;
    // Autumn: make-up for 2022, verification, a revocation.
    makeup(server, &district).await;
    revocation_of_hours(server, &district).await;
    funding(server, &district).await;
    // December: what comes too late for its reviewers, the freeze, the settlement.
    let late = last_submissions(server, &district).await;
    verification(server, &district, "2023-12-19T23:00:00+08:00").await;
    freeze(server, &district).await;
    let sealed = settlement(server).await;
    books::balance(server, &district, 186).await;
    // January 2024: nobody pays for a late reviewer.
    reinstatement(server, &district, &late).await;
    books::balance(server, &district, 187).await;
    let officer = server.login("city.officer").await;
    let still = steps::all_pages(&officer, "/v1/appraisals?year=2023&limit=200").await;
    assert_eq!(still, sealed, "a sealed snapshot never changes");
    let province = server.machine("province").await;
    copy.catch_up(&province).await;
    copy.assert_equals_source(&province).await;
}

/// P1–P3: two institutions file themselves and their plans, and announce a class each. Without an approved plan there is none.
async fn plans_and_classes(server: &Server, district: &District) -> [Value; 2] {
    let day = Day::begin(server, "2023-01-09T09:00:00+08:00").await;
    let mut classes = Vec::new();
    for (trainer, title, days) in [
        (&district.base, "新技术应用", ["2023-03-06", "2023-03-15"]),
        (&district.school, "项目管理", ["2023-04-10", "2023-04-19"]),
    ] {
        let author = day.login(&trainer.username).await;
        let officer = day.login("city.officer").await;
        let filing =
            json!({"organization_id": trainer.id, "years": [2023], "statement": "专职教师 12 人"});
        let filed = author.post("/v1/filings").json(filing).await.is(200);
        let filing = &filed["results"][0]["filing"];
        acts::decide(&officer, "filings", filing, "approve").await.is(200);

        let item = json!({"subject": "professional", "theme": title, "hours": 60, "places": 150, "audience": "全区专业技术人员",
            "starts_on": "2023-03-01", "ends_on": "2023-06-30"});
        let plan = json!({"organization_id": trainer.id, "year": 2023, "title": "年度培训计划", "items": [item]});
        let plan = author.post("/v1/training-plans").json(plan).await.is(201);
        let class = json!({"plan_item_id": plan["items"][0]["id"], "title": title, "subject": "professional",
            "way": "training_class", "starts_on": days[0], "ends_on": days[1], "hours": 60, "place": "一号教室"});
        let early = author.post("/v1/classes").json(class.clone()).await;
        early.refused(422, "training-plan-not-filed");
        let path = format!("/v1/training-plans/{}/submission", text(&plan, "id"));
        let plan = author.post(&path).if_match(&acts::tag(&plan)).await.is(200);
        acts::decide(&officer, "training-plans", &plan, "approve").await.is(200);
        classes.push(author.post("/v1/classes").json(class).await.is(201));
    }
    classes.try_into().unwrap()
}

/// P4: the rosters come in, and the employers declare for their people in one call each.
async fn rosters(server: &Server, district: &District, first: &Value, second: &Value) {
    let day = Day::begin(server, "2023-04-25T09:00:00+08:00").await;
    for (trainer, class, people) in
        [(&district.base, first, 0..120), (&district.school, second, 120..180)]
    {
        let lines: Vec<Value> = people
            .map(|person| json!({"professional_id": district.people[person], "hours": 60, "passed": person != 119}))
            .collect();
        let path = format!("/v1/classes/{}/roster", text(class, "id"));
        let author = day.login(&trainer.username).await;
        let call = author.put(&path).if_match(&acts::tag(class)).json(json!({"lines": lines}));
        let results = call.await.is(200);
        assert!(
            results["results"].as_array().unwrap().iter().all(|line| line["problem"].is_null())
        );
    }
    for (employer, class, people) in
        [(0, first, 90), (1, first, 29), (1, second, 50), (2, second, 10)]
    {
        let client = day.login(&district.employers[employer].username).await;
        let path = format!("/v1/classes/{}/declarations", text(class, "id"));
        let results = client.post(&path).json(json!({"all": true})).await.is(200);
        let results = results["results"].as_array().unwrap();
        let done = results.iter().filter(|result| result["problem"].is_null()).count();
        assert_eq!(done, people, "employer {employer}: {results:#?}");
    }
}

/// V1, V3: two employers decide in time, the third one three weeks late; the district follows at once.
async fn reviews_of_the_classes(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-04-27T09:00:00+08:00").await;
    for employer in [0, 1] {
        day.approve_all(&district.employers[employer].username, &[]).await;
    }
    let day = Day::begin(server, "2023-04-28T09:00:00+08:00").await;
    assert_eq!(day.approve_all(&district.reviewer, &[]).await, 169);
    let day = Day::begin(server, "2023-05-22T09:00:00+08:00").await;
    let bureau = day.login(&district.reviewer).await;
    let late = steps::all_pages(&bureau, "/v1/review-queue?overdue=true&limit=200").await;
    assert_eq!(late.len(), 10, "the third employer's items are listed above it");
    day.approve_all(&district.employers[2].username, &[]).await;
    assert_eq!(day.approve_all(&district.reviewer, &[]).await, 10);
}

/// P5: no new classes; what was approved stands.
async fn revocation_of_an_institution(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-06-01T09:00:00+08:00").await;
    let officer = day.login("city.officer").await;
    let path = format!("/v1/filings?year=2023&organization_id={}", district.school.id);
    let filing = officer.get(&path).await.is(200)["data"][0].clone();
    let path = format!("/v1/filings/{}/revocation", text(&filing, "id"));
    let call = officer.post(&path).if_match(&acts::tag(&filing));
    call.json(json!({"reason": "虚开培训证明"})).await.is(200);
    let school = day.login(&district.school.username).await;
    let plans = format!("/v1/training-plans?year=2023&organization_id={}", district.school.id);
    let plan = school.get(&plans).await.is(200)["data"][0].clone();
    let plan = school.get(&format!("/v1/training-plans/{}", text(&plan, "id"))).await.is(200);
    let class = json!({"plan_item_id": plan["items"][0]["id"], "title": "项目管理二期", "subject": "professional",
        "way": "training_class", "starts_on": "2023-06-12", "ends_on": "2023-06-21", "hours": 60, "place": "一号教室"});
    school.post("/v1/classes").json(class).await.refused(422, "filing-not-granted");
}

/// H6, H8, H10: 190 people declare the public course that the platform delivered; ten of them their conferences.
async fn public_hours(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-06-12T09:00:00+08:00").await;
    let courses =
        acts::deliver(&day, district, 0..190, "gx-2023", ["2023-05-01", "2023-05-20"]).await;
    acts::each(0..190, async |person| {
        let client = day.person(district, person).await;
        acts::declare_course(&client, 2023, &courses[&person]).await;
        if (180..190).contains(&person) {
            acts::five_conferences(&client, "2023-05", None).await;
        }
    })
    .await;
}

/// The employers decide: two are rejected, one is returned and corrected, three are left for the transfers.
async fn reviews_of_public_hours(server: &Server, district: &District) -> [String; 2] {
    let day = Day::begin(server, "2023-06-14T09:00:00+08:00").await;
    let hospital = day.login(&district.employers[0].username).await;
    let of = async |person: usize| {
        let path = format!(
            "/v1/declarations?year=2023&subject=public&professional_id={}",
            district.people[person]
        );
        text(&hospital.get(&path).await.is(200)["data"][0], "id")
    };
    let rejected = [of(5).await, of(6).await];
    for declaration in &rejected {
        steps::decision(&hospital, declaration, "reject").await.is(200);
    }
    let returned = of(20).await;
    let back = steps::decision(&hospital, &returned, "return").await.is(200);
    let author = day.person(district, 20).await;
    steps::submission(&author, &back).await.is(200);
    let waiting = [of(10).await, of(11).await];
    day.approve_all(&district.employers[0].username, &waiting).await;
    day.approve_all(&district.employers[1].username, &[]).await;
    day.approve_all(&district.reviewer, &[of(12).await]).await;
    rejected
}

/// U2: one moves within the district with an item at the employer's stage, one with an item at the district's, one leaves it.
async fn transfers(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-06-15T09:00:00+08:00").await;
    let hospital = day.login(&district.employers[0].username).await;
    for (person, to, acceptor) in [
        (10, district.employers[1].code.as_str(), district.employers[1].username.as_str()),
        (12, district.employers[1].code.as_str(), district.employers[1].username.as_str()),
        (11, "91410105MA0000066U", "company.admin"),
    ] {
        let body = json!({"professional_id": district.people[person], "to_unit_code": to});
        let transfer = hospital.post("/v1/transfers").json(body).await.is(201);
        let path = format!("/v1/transfers/{}/decision", text(&transfer, "id"));
        let call = day.login(acceptor).await.post(&path).if_match(&acts::tag(&transfer));
        call.json(json!({"decision": "accept", "comment": "已核对"})).await.is(200);
    }
    let day = Day::begin(server, "2023-06-20T09:00:00+08:00").await;
    assert_eq!(
        day.approve_all(&district.employers[1].username, &[]).await,
        1,
        "it started again there"
    );
    assert_eq!(
        day.approve_all(&district.reviewer, &[]).await,
        2,
        "the same body kept the other one"
    );
    let body = json!({"items": [{"declaration_id": acts::waiting_of(&day, "company.admin", &district.people[11]).await,
        "decision": "approve"}]});
    for reviewer in ["company.admin", "jinshui.reviewer"] {
        let answer =
            day.login(reviewer).await.post("/v1/reviews:batch").json(body.clone()).await.is(200);
        assert!(answer["results"][0]["problem"].is_null(), "{answer:#}");
    }
}

/// U3, A5: one retires; of three exemptions two are granted.
async fn departure_and_exemptions(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-07-12T09:00:00+08:00").await;
    // The third employer is late again; the district follows at once.
    assert_eq!(day.approve_all(&district.employers[2].username, &[]).await, 70);
    assert_eq!(day.approve_all(&district.reviewer, &[]).await, 70);
    let employer = day.login(&district.employers[2].username).await;
    let path = format!("/v1/professionals/{}", district.people[190]);
    let tag = employer.get(&path).await.etag();
    let call = employer.post(&format!("{path}/departure")).if_match(&tag);
    call.json(json!({"ended_on": "2023-07-01", "reason": "retired"})).await.is(200);
    let officer = day.login("city.officer").await;
    for (person, decision) in [(191, "grant"), (192, "grant"), (193, "reject")] {
        let body = json!({"professional_id": district.people[person], "year": 2023, "kind": "parental_leave",
            "starts_on": "2023-02-01", "ends_on": "2023-08-31", "statement": "产假"});
        let exemption = employer.post("/v1/exemptions").json(body).await.is(201);
        let path = format!("/v1/exemptions/{}/decision", text(&exemption, "id"));
        let body = json!({"decision": decision, "comment": "经核实"});
        officer.post(&path).json(body).await.is(200);
    }
}

/// V8: of two appeals against the hospital's rejections, the district upholds one.
async fn appeals(server: &Server, district: &District, rejected: &[String; 2]) {
    let day = Day::begin(server, "2023-07-13T09:00:00+08:00").await;
    let reviewer = day.login(&district.reviewer).await;
    for (person, declaration, decision) in
        [(5, &rejected[0], "uphold"), (6, &rejected[1], "dismiss")]
    {
        let body = json!({"declaration_id": declaration, "statement": "平台记录真实，请复核"});
        let appeal =
            day.person(district, person).await.post("/v1/appeals").json(body).await.is(201);
        let path = format!("/v1/appeals/{}/decision", text(&appeal, "id"));
        let body = json!({"decision": decision, "comment": "经复核"});
        reviewer.post(&path).json(body).await.is(200);
    }
}

/// M1–M5: two apply for 2022, one is granted and registers a whole year under the grant, certified as made up.
async fn makeup(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-08-28T09:00:00+08:00").await;
    let employer = day.login(&district.employers[0].username).await;
    let items: Vec<Value> = [0, 1]
        .iter()
        .map(|person| json!({"professional_id": district.people[*person], "year": 2022}))
        .collect();
    let made = employer.post("/v1/makeup-applications").json(json!({"items": items})).await.is(201);
    let path = format!("/v1/makeup-applications/{}", text(&made, "id"));
    let sent =
        employer.post(&format!("{path}/submission")).if_match(&acts::tag(&made)).await.is(200);
    let reviewer = day.login(&district.reviewer).await;
    let approve = json!({"decision": "approve", "comment": "经核实"});
    reviewer.post(&format!("{path}/reviews")).json(approve).await.is(200);
    let item = |person: usize| {
        let items = sent["items"].as_array().unwrap();
        let found =
            items.iter().find(|item| item["professional_id"] == district.people[person].as_str());
        text(found.unwrap(), "id")
    };
    let decisions = json!({"items": [{"item_id": item(0), "decision": "approve"},
        {"item_id": item(1), "decision": "reject", "comment": "理由不充分"}]});
    let officer = day.login("city.officer").await;
    let decided = officer.post(&format!("{path}/reviews")).json(decisions).await.is(200);
    let granted =
        decided["items"].as_array().unwrap().iter().find(|item| !item["grant_id"].is_null());
    let grant = text(granted.unwrap(), "grant_id");

    let day = Day::begin(server, "2023-10-16T09:00:00+08:00").await;
    let course = acts::deliver(&day, district, 0..1, "gx-2022", ["2023-09-04", "2023-09-10"]).await;
    let person = day.person(district, 0).await;
    acts::declare(
        &person,
        json!({"year": 2022, "makeup_grant_id": grant, "learning_record_id": course[&0]}),
    )
    .await;
    acts::five_conferences(&person, "2023-09", Some(&grant)).await;
    assert_eq!(day.approve_all(&district.employers[0].username, &[]).await, 6);
    assert_eq!(day.approve_all(&district.reviewer, &[]).await, 6);
    let people = json!({"year": 2022, "professional_ids": [district.people[0]]});
    let reviewer = day.login(&district.reviewer).await;
    let verified = reviewer.post("/v1/annual-records:verify").json(people).await.is(200);
    assert_eq!(verified["results"][0]["outcome"], "certified", "{verified:#}");
    let number = text(&verified["results"][0], "certificate_number");
    let certificate = person.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!(
        (&certificate["year"], &certificate["completed"]),
        (&json!(2022), &json!("by_makeup"))
    );
}

/// A2, E13: hours are revoked after the certification, and the certificate with them.
async fn revocation_of_hours(server: &Server, district: &District) {
    verification(server, district, "2023-10-17T09:00:00+08:00").await;
    let day = Day::begin(server, "2023-10-18T09:00:00+08:00").await;
    let officer = day.login("city.officer").await;
    let person = &district.people[30];
    let path = format!("/v1/declarations?year=2023&subject=professional&professional_id={person}");
    let declaration = officer.get(&path).await.is(200)["data"][0].clone();
    let path = format!("/v1/declarations/{}/revocation", text(&declaration, "id"));
    let call = officer.post(&path).if_match(&acts::tag(&declaration));
    call.json(json!({"reason": "名册核查不符"})).await.is(200);
    let record =
        officer.get(&format!("/v1/professionals/{person}/annual-records/2023")).await.is(200);
    assert_eq!(record["state"], "in_progress");
}

/// U5: each employer reports its training funds.
async fn funding(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-11-01T09:00:00+08:00").await;
    for (index, employer) in district.employers.iter().enumerate() {
        let client = day.login(&employer.username).await;
        acts::report_funds(&client, &employer.id, 100_000_000 * (index as i64 + 1)).await;
    }
}

/// V5, A3a: one submits in time and is not looked at; another one submits when it is too late for two reviews, and is warned.
async fn last_submissions(server: &Server, district: &District) -> [String; 2] {
    let day = Day::begin(server, "2023-11-20T09:00:00+08:00").await;
    let courses =
        acts::deliver(&day, district, 194..196, "gx-2023", ["2023-11-01", "2023-11-10"]).await;
    acts::five_conferences(&day.person(district, 194).await, "2023-10", None).await;
    day.approve_all(&district.employers[2].username, &[]).await;
    day.approve_all(&district.reviewer, &[]).await;
    let in_time =
        acts::declare_course(&day.person(district, 194).await, 2023, &courses[&194]).await;
    let day = Day::begin(server, "2023-12-18T09:00:00+08:00").await;
    let late = acts::declare_course(&day.person(district, 195).await, 2023, &courses[&195]).await;
    assert_eq!(late["warnings"][0]["code"], "review-may-not-finish", "{late:#}");
    [text(&in_time, "id"), text(&late, "id")]
}

/// A1: the district verifies what is satisfied, employer by employer; the one who left it, their new district.
async fn verification(server: &Server, district: &District, at: &str) {
    let day = Day::begin(server, at).await;
    let reviewer = day.login(&district.reviewer).await;
    for employer in &district.employers {
        let body = json!({"year": 2023, "employer_id": employer.id});
        let results = reviewer.post("/v1/annual-records:verify").json(body).await.is(200);
        let results = results["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["problem"].is_null()), "{results:#?}");
    }
    let body = json!({"year": 2023, "professional_ids": [district.people[11]]});
    let jinshui = day.login("jinshui.reviewer").await;
    jinshui.post("/v1/annual-records:verify").json(body).await.is(200);
}

/// W1: from midnight on nothing moves.
async fn freeze(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-12-20T00:00:00+08:00").await;
    let employer = day.login(&district.employers[2].username).await;
    let waiting =
        acts::waiting_of(&day, &district.employers[2].username, &district.people[194]).await;
    steps::decision(&employer, &waiting, "approve").await.refused(422, "year-end-freeze");
    let body = json!({"professional_id": district.people[196], "year": 2023, "kind": "other",
        "starts_on": "2023-02-01", "ends_on": "2023-08-31", "statement": "其他"});
    employer.post("/v1/exemptions").json(body).await.refused(422, "year-end-freeze");
}

/// A3: the year is settled in its freeze; what was sealed.
async fn settlement(server: &Server) -> Vec<Value> {
    let day = Day::begin(server, "2023-12-21T09:00:00+08:00").await;
    let officer = day.login("city.officer").await;
    let asked = officer.post("/v1/settlements/2023").await;
    asked.is(202);
    acts::until_over(&officer, asked.header("location")).await;
    let settled = officer.get("/v1/settlements/2023").await.is(200);
    assert_eq!(settled["state"], "finished");
    steps::all_pages(&officer, "/v1/appraisals?year=2023&limit=200").await
}

/// A3a: what was late at its reviewer is approved after all; what was not late is not.
async fn reinstatement(server: &Server, district: &District, [in_time, late]: &[String; 2]) {
    let day = Day::begin(server, "2024-01-08T09:00:00+08:00").await;
    let officer = day.login("city.officer").await;
    let call = async |declaration: &str| {
        let path = format!("/v1/declarations/{declaration}");
        let tag = officer.get(&path).await.etag();
        let call = officer.post(&format!("{path}/reinstatement")).if_match(&tag);
        call.json(json!({"reason": "审核单位逾期"})).await
    };
    call(late).await.refused(422, "not-overdue");
    call(in_time).await.is(200);
    let person = &district.people[194];
    for (purpose, met) in [("appraisal", true), ("title_review", true)] {
        let path =
            format!("/v1/professionals/{person}/standing?from=2023&to=2023&purpose={purpose}");
        assert_eq!(officer.get(&path).await.is(200)["met"], met, "{purpose}");
    }
    // M5: the made-up year counts for the title, never for the appraisal.
    let person = &district.people[0];
    for (purpose, met) in [("appraisal", false), ("title_review", true)] {
        let path =
            format!("/v1/professionals/{person}/standing?from=2022&to=2023&purpose={purpose}");
        assert_eq!(officer.get(&path).await.is(200)["met"], met, "{purpose}");
    }
}
