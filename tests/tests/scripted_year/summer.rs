//! June and July: an institution is revoked, public hours, transfers, exemptions, appeals.

use serde_json::json;
use xueshi_tests::Server;
use xueshi_tests::steps::{self, text};

use super::acts::{self, Day};
use super::cast::District;

/// P5: no new classes; what was approved stands.
pub(super) async fn revocation_of_an_institution(server: &Server, district: &District) {
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
pub(super) async fn public_hours(server: &Server, district: &District) {
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
pub(super) async fn reviews_of_public_hours(server: &Server, district: &District) -> [String; 2] {
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
pub(super) async fn transfers(server: &Server, district: &District) {
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
pub(super) async fn departure_and_exemptions(server: &Server, district: &District) {
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
pub(super) async fn appeals(server: &Server, district: &District, rejected: &[String; 2]) {
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
