//! How figures are asked for: as files, by whom, and what is refused.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{figures, number, unit_named};

on_both!(
    files_have_the_same_figures,
    figures_are_for_those_who_supervise,
    what_cannot_be_asked_is_refused,
    a_forecast_says_what_will_not_finish,
    v9_m3_what_waits_under_grants_is_in_the_forecast_of_their_year,
);

async fn files_have_the_same_figures(server: &Server) {
    let city = server.login("city.officer").await;
    for family in ["completion", "timeliness", "filing", "funding"] {
        let path = format!("/v1/statistics/{family}?year=2023&by=unit");
        let json = city.get(&path).await.is(200);
        let csv = city.get(&format!("{path}&format=csv")).english().await;
        assert_eq!((csv.status, csv.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert!(csv.header("content-disposition").contains(&format!("{family}-2023.csv")));
        assert_eq!(&csv.bytes[..3], b"\xef\xbb\xbf", "a byte order mark");
        let text = csv.text();
        let lines: Vec<&str> =
            text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
        assert_eq!(lines.len(), 2 + json["units"].as_array().unwrap().len(), "{text}");
        assert!(lines[0].starts_with("organization_id,organization,kind,scope,year,as_of,"));
        if family == "completion" {
            let heads: Vec<&str> = lines[0].split(',').collect();
            let place = heads.iter().position(|head| *head == "people").unwrap();
            let total: Vec<&str> = lines[1].split(',').collect();
            assert_eq!(total[place], json["total"]["people"].to_string());
        }
        let chinese = city.get(&path).header("accept", "text/csv").await.text();
        let heads = chinese.lines().next().unwrap();
        assert!(heads.contains("单位标识") && !heads.contains('_'), "{heads}");
        let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let workbook = city.get(&path).header("accept", xlsx).await;
        assert_eq!((workbook.status, workbook.header("content-type")), (200, xlsx));
        assert_eq!(&workbook.bytes[..4], b"PK\x03\x04");
    }
    let rows = "/v1/statistics/completion/rows?figure=people&year=2023";
    let csv = city.get(&format!("{rows}&format=csv")).await.text();
    let listed = steps::all_pages(&city, &format!("{rows}&limit=200")).await;
    assert_eq!(csv.trim_end().split("\r\n").count(), listed.len() + 1, "a file has all rows");
    let workbook = city.get(&format!("{rows}&format=xlsx")).await;
    assert_eq!(&workbook.bytes[..4], b"PK\x03\x04");
}

async fn figures_are_for_those_who_supervise(server: &Server) {
    let admin = server.login("city.admin").await;
    let [hospital, jinshui] = [
        unit_named(&admin, "郑州市示范医院").await,
        unit_named(&admin, "郑州市金水区人力资源和社会保障局").await,
    ];
    for who in ["professional", "base.admin", "institute.admin"] {
        let client = server.login(who).await;
        client.get("/v1/statistics/completion?year=2023").await.refused(403, "forbidden");
    }
    for family in ["completion", "timeliness", "filing", "funding"] {
        let path = format!("/v1/statistics/{family}?year=2023&organization_id=");
        let company = server.login("company.admin").await;
        company.get(&format!("{path}{hospital}")).await.refused(404, "not-found");
        let district = server.login("jinshui.reviewer").await;
        district.get(&format!("{path}{hospital}")).await.refused(404, "not-found");
        district.get(&format!("{path}{jinshui}")).await.is(200);
        server.login("health.reviewer").await.get(&format!("{path}{hospital}")).await.is(200);
        server.login("auditor").await.get(&format!("{path}{jinshui}")).await.is(200);
    }
    let rows = format!(
        "/v1/statistics/completion/rows?figure=people&year=2023&organization_id={hospital}"
    );
    server.login("company.admin").await.get(&rows).await.refused(404, "not-found");
    // By default everyone sees their own.
    let mine = figures(&server.login("hospital.admin").await, "completion?year=2023").await;
    assert_eq!(mine["organization"]["id"], hospital.as_str());
    let formulae = mine["formulae"].as_array().unwrap();
    let rate = formulae.iter().find(|formula| formula["figure"] == "completion_rate").unwrap();
    assert_eq!(rate["formula"], "completed_in_year ÷ (people − exempt)");
}

async fn what_cannot_be_asked_is_refused(server: &Server) {
    let city = server.login("city.officer").await;
    for query in [
        "completion?year=2023&as_of=2023-10-17T09:00:00%2B08:00",
        "completion?year=2023&as_of=yesterday",
        "completion?year=1812",
        "completion",
        "completion?year=2023&by=colour",
        "completion?year=2023&format=pdf",
        "completion/rows?year=2023",
        "completion/rows?year=2023&figure=payroll",
        "funding/rows?year=2023&figure=colour",
    ] {
        let path = format!("/v1/statistics/{query}");
        city.get(&path).await.refused(400, "invalid-parameter");
    }
    let both = "/v1/statistics/completion?year=2023&sealed=true&as_of=2023-10-01T09:00:00%2B08:00";
    city.get(both).await.refused(400, "invalid-parameter");
    let unsettled = "/v1/statistics/completion?year=2023&sealed=true";
    city.get(unsettled).await.refused(404, "not-found");
    let path = "/v1/statistics/colours/rows?year=2023&figure=people";
    city.get(path).await.refused(404, "not-found");
}

async fn a_forecast_says_what_will_not_finish(server: &Server) {
    server.set_clock("2023-12-15T09:00:00+08:00").await;
    let engineer = server.login("engineer").await;
    let mut drafts = Vec::new();
    for (title, from) in [("甲", "05-08"), ("乙", "06-05"), ("丙", "07-03"), ("丁", "08-07")] {
        let to = format!("{}9", &from[..4]);
        let draft = steps::conference_with_evidence(&engineer, title, from, &to, 1).await;
        steps::submission(&engineer, &draft).await.is(200);
        drafts.push(text(&draft, "id"));
    }
    let company = server.login("company.admin").await;
    let path = "/v1/review-queue/forecast?year=2023";
    let forecast = company.get(path).await.is(200)["data"][0].clone();
    assert_eq!(forecast["organization"], "郑州示范科技有限公司", "{forecast:#}");
    // Friday the 15th: Monday 18 and Tuesday 19 are left; no one has decided anything for a month.
    assert_eq!(number(&forecast, "working_days_left"), 2, "{forecast:#}");
    assert_eq!(forecast["decided"], 0, "{forecast:#}");
    let waiting = number(&forecast, "waiting");
    assert!(waiting >= 4, "{forecast:#}");
    assert_eq!(number(&forecast, "will_not_finish"), waiting);
    assert_eq!(forecast["working_days_needed"], Value::Null);
    assert_eq!(forecast["review_ends"], "2023-12-20T00:00:00+08:00");
    for draft in &drafts[..2] {
        steps::decision(&company, draft, "approve").await.is(200);
    }
    // Today's decisions count from tomorrow on.
    server.set_clock("2023-12-18T09:00:00+08:00").await;
    let company = server.login("company.admin").await;
    let forecast = company.get(path).await.is(200)["data"][0].clone();
    assert_eq!(forecast["decided"], 2, "{forecast:#}");
    assert_eq!(forecast["pace"], json!(0.1), "{forecast:#}");
    assert_eq!(number(&forecast, "will_not_finish"), number(&forecast, "waiting"));
    // The levels above see their units; others do not.
    let district = server.login("jinshui.reviewer").await;
    let seen = steps::all_pages(&district, &format!("{path}&limit=1")).await;
    assert!(seen.len() >= 2, "the company and the district itself: {seen:#?}");
    let counted = district.get(&format!("{path}&include=total")).await.is(200);
    assert_eq!(counted["total"], seen.len());
    for limit in [1, 200] {
        let query = format!("{path}&sort=-organization_id&limit={limit}");
        let mut down = steps::all_pages(&district, &query).await;
        down.reverse();
        assert_eq!(down, seen, "{limit}");
    }
    let school = server.login("school.admin").await.get(path).await.is(200);
    assert!(!school.to_string().contains("郑州示范科技有限公司"), "{school:#}");
    city_year_without_rules(server).await;
}

async fn city_year_without_rules(server: &Server) {
    let city = server.login("city.officer").await;
    city.get("/v1/review-queue/forecast?year=2031").await.refused(422, "no-policy");
}

/// V9, M3: hours for 2022 under a grant of 2023 are reviewed before the freeze of 2023, and lapse in it.
async fn v9_m3_what_waits_under_grants_is_in_the_forecast_of_their_year(server: &Server) {
    let (_, grant) = xueshi_tests::makeup::person_with_grant(server).await;
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let waiting = async |year: i32| {
        let company = server.login("company.admin").await;
        let path = format!("/v1/review-queue/forecast?year={year}");
        let rows = company.get(&path).await.is(200)["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["waiting"].as_i64().unwrap()).sum::<i64>()
    };
    let before = (waiting(2022).await, waiting(2023).await);
    let han = server.login_with("han.liyan", "a long enough password").await;
    let meeting = xueshi_tests::makeup::conference(&grant, "研讨会", "2023-10-17", "2023-10-18", 8);
    let draft = xueshi_tests::makeup::drafted(&han, &meeting).await;
    xueshi_tests::steps::submission(&han, &draft).await.is(200);
    assert_eq!((waiting(2022).await, waiting(2023).await), (before.0, before.1 + 1));
}
