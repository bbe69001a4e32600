//! December and January: what comes too late, the freeze, the settlement, a reinstatement.

use serde_json::{Value, json};
use xueshi_tests::Server;
use xueshi_tests::steps::{self, text};

use super::acts::{self, Day};
use super::cast::District;

/// V5, A3a: one submits in time and is not looked at; another one submits when it is too late for two reviews, and is warned.
pub(super) async fn last_submissions(server: &Server, district: &District) -> [String; 2] {
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

/// W1: from midnight on nothing moves.
pub(super) async fn freeze(server: &Server, district: &District) {
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
pub(super) async fn settlement(server: &Server) -> Vec<Value> {
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
pub(super) async fn reinstatement(
    server: &Server,
    district: &District,
    [in_time, late]: &[String; 2],
) {
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
