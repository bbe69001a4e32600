//! The books of the year: approved declarations = annual records = statistics = what was sealed.

use std::collections::BTreeMap;

use serde_json::Value;
use xueshi_tests::Server;
use xueshi_tests::steps::{self, tenths, text};

use super::cast::District;

/// Adds everything up; `complete` people of the district have completed the year.
pub(super) async fn balance(server: &Server, district: &District, complete: i64) {
    let officer = server.login("city.officer").await;
    let declarations =
        steps::all_pages(&officer, "/v1/declarations?year=2023&state=approved&limit=200").await;
    let records = steps::all_pages(&officer, "/v1/annual-records?year=2023&limit=200").await;
    let sealed = steps::all_pages(&officer, "/v1/appraisals?year=2023&limit=200").await;
    let statistics = officer.get("/v1/statistics/completion?year=2023").await.is(200);

    // Person by person: what was approved is what stands in the year, and nothing twice.
    let mut sums: BTreeMap<String, [i64; 2]> = BTreeMap::new();
    let mut learning = BTreeMap::new();
    for declaration in &declarations {
        let person = text(declaration, "professional_id");
        let subject = usize::from(declaration["subject"] == "professional");
        sums.entry(person).or_default()[subject] += tenths(&declaration["hours"]);
        if let Some(record) = declaration["learning_record_id"].as_str() {
            let before = learning.insert(record.to_owned(), declaration);
            assert!(before.is_none(), "H7: {record} counts twice");
        }
    }
    for record in &records {
        let approved = hours(&record["approved"]);
        let person = text(record, "professional_id");
        assert_eq!(approved, sums.remove(&person).unwrap_or_default(), "{record:#}");
        assert_eq!(
            hours(&record["pending"]),
            [0, 0],
            "nothing waits after the settlement: {record:#}"
        );
    }
    assert!(sums.is_empty(), "hours without a year: {sums:?}");

    // The statistics of the city are the sums of the records.
    let total = &statistics["total"];
    for (index, figure) in ["hours_public", "hours_professional"].iter().enumerate() {
        let sum: i64 = records.iter().map(|record| hours(&record["approved"])[index]).sum();
        assert_eq!(tenths(&total[*figure]), sum, "{figure}");
    }
    // What was sealed is what the records were; a reinstatement since then adds to it and changes nothing of it.
    let mut since = 0;
    for row in &sealed {
        let record = records.iter().find(|one| one["professional_id"] == row["professional_id"]);
        let now = hours(&record.unwrap()["approved"]);
        since += (now.iter().sum::<i64>() - hours(&row["approved"]).iter().sum::<i64>()) / 300;
    }
    assert_eq!(since, complete - 186, "one reinstatement of 30 hours");

    of_the_district(server, district, &sealed, complete).await;
}

/// The district: 198 people, two of them exempt, ten short.
async fn of_the_district(server: &Server, district: &District, sealed: &[Value], complete: i64) {
    let officer = server.login("city.officer").await;
    let path = format!("/v1/statistics/completion?year=2023&organization_id={}", district.id);
    let figures = officer.get(&path).await.is(200)["total"].clone();
    let reinstated = complete - 186;
    for (figure, expected) in [
        ("people", 198),
        ("completed_in_year", complete),
        ("completed_by_makeup", 0),
        ("exempt", 2),
        ("incomplete", 10 - reinstated),
    ] {
        assert_eq!(figures[figure], expected, "{figure}: {figures:#}");
    }
    let then = officer.get(&format!("{path}&sealed=true")).await.is(200)["total"].clone();
    let rows: Vec<&Value> =
        sealed.iter().filter(|row| row["authority_id"] == district.id.as_str()).collect();
    assert_eq!(rows.len(), 198);
    for outcome in ["completed_in_year", "incomplete", "exempt"] {
        let count = rows.iter().filter(|row| row["outcome"] == outcome).count();
        assert_eq!(then[outcome], count, "{outcome} as sealed: {then:#}");
    }
    assert_eq!(then["completed_in_year"], 186);
    let timeliness = format!("/v1/statistics/timeliness?year=2023&organization_id={}", district.id);
    let stages = officer.get(&timeliness).await.is(200)["total"]["stages"].clone();
    let employer = &stages[0];
    assert_eq!(employer["waiting"], 0, "{employer:#}");
    assert_eq!(employer["lapsed_late"], 1, "A3a: the lateness stays with the unit: {employer:#}");
    assert!(employer["late"].as_i64().unwrap() >= 30, "{employer:#}");
}

fn hours(value: &Value) -> [i64; 2] {
    [tenths(&value["public"]), tenths(&value["professional"])]
}
