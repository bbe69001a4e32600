//! January to May: plans, classes, rosters, and their reviews.

use serde_json::{Value, json};
use xueshi_tests::Server;
use xueshi_tests::steps::{self, text};

use super::acts::{self, Day};
use super::cast::District;

/// P1–P3: two institutions file themselves and their plans, and announce a class each. Without an approved plan there is none.
pub(super) async fn plans_and_classes(server: &Server, district: &District) -> [Value; 2] {
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
pub(super) async fn rosters(server: &Server, district: &District, first: &Value, second: &Value) {
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
pub(super) async fn reviews_of_the_classes(server: &Server, district: &District) {
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
