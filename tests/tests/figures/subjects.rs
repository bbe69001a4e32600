//! Figures of plans, classes, seminars and funds, after real acts (P1–P6, U5).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

on_both!(funds_are_added_up_u5, seminars_and_classes_are_counted);

async fn whole(client: &Client, family: &str) -> Value {
    let path = format!("/v1/statistics/{family}?year=2023");
    client.get(&path).await.is(200)["total"].clone()
}

fn change(before: &Value, after: &Value, figure: &str) -> i64 {
    let number = |figures: &Value| figures[figure].as_i64().unwrap();
    number(after) - number(before)
}

/// Reports are added up over the tree; a correction takes the place of what it corrects, and the past keeps the first one.
async fn funds_are_added_up_u5(server: &Server) {
    server.freeze_clock("2023-10-17T09:00:00+08:00").await;
    let company = server.login("company.admin").await;
    let own = text(&company.get("/v1/me").await.is(200)["grants"][0]["organization"], "id");
    let path = format!("/v1/funding-reports/{own}/2023");
    let district = server.login("jinshui.reviewer").await;
    let before = whole(&district, "funding").await;
    let funds =
        json!({"payroll_fen": 1_000_000_000, "accrued_fen": 14_999_999, "spent_fen": 5_000_000});
    let first = company.put(&path).json(funds).await;
    first.is(201);
    let reported = whole(&district, "funding").await;
    for (figure, expected) in [
        ("funding_reports", 1),
        ("payroll", 1_000_000_000),
        ("accrued", 14_999_999),
        ("spent", 5_000_000),
        ("below_floor", 1),
    ] {
        assert_eq!(change(&before, &reported, figure), expected, "{figure} {reported:#}");
    }
    server.freeze_clock("2023-10-17T09:10:00+08:00").await;
    let funds =
        json!({"payroll_fen": 1_000_000_000, "accrued_fen": 15_000_000, "spent_fen": 6_000_000});
    company.put(&path).if_match(&first.etag()).json(funds).await.is(200);
    let corrected = whole(&district, "funding").await;
    for (figure, expected) in
        [("funding_reports", 1), ("accrued", 15_000_000), ("spent", 6_000_000), ("below_floor", 0)]
    {
        assert_eq!(change(&before, &corrected, figure), expected, "{figure} {corrected:#}");
    }
    let past = "/v1/statistics/funding?year=2023&as_of=2023-10-17T09:05:00%2B08:00";
    assert_eq!(district.get(past).await.is(200)["total"], reported);
    let rows = "/v1/statistics/funding/rows?figure=accrued&year=2023&limit=200";
    let rows = steps::all_pages(&district, rows).await;
    let sum: i64 = rows.iter().map(|row| row["amount"].as_i64().unwrap()).sum();
    assert_eq!(sum, corrected["accrued"].as_i64().unwrap(), "{rows:#?}");
}

/// What the demo world has: every figure with its rows, added up over the units.
async fn seminars_and_classes_are_counted(server: &Server) {
    let city = server.login("city.officer").await;
    let answer = city.get("/v1/statistics/filing?year=2023&by=unit").await.is(200);
    for figure in [
        "filings_granted",
        "filings_stopped",
        "plans_filed",
        "plans_approved",
        "plans_held",
        "classes",
        "classes_held",
        "attendees",
        "seminars_approved",
        "seminars_closed",
    ] {
        let total = answer["total"][figure].as_i64().unwrap();
        let parts = answer["units"].as_array().unwrap();
        let sum: i64 = parts.iter().map(|part| part["figures"][figure].as_i64().unwrap()).sum();
        assert_eq!(sum, total, "{figure}");
        let path = format!("/v1/statistics/filing/rows?figure={figure}&year=2023&limit=3");
        let rows = steps::all_pages(&city, &path).await;
        let amounts: i64 = rows.iter().map(|row| row["amount"].as_i64().unwrap()).sum();
        assert_eq!(amounts, total, "{figure}: {rows:#?}");
    }
    for figure in
        ["seminars_approved", "plans_held", "classes_held", "attendees", "filings_granted"]
    {
        assert!(answer["total"][figure].as_i64().unwrap() > 0, "{figure} {answer:#}");
    }
}
