//! U5: training funds, their rates, their revisions, and who reports and reads them.

use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

on_both!(
    u5_a_report_is_measured_corrected_and_kept,
    u5_who_reads_and_who_reports,
    u5_one_of_many_reports_stands
);
on_sqlite!(
    u5_what_is_refused,
    u5_w3_a_report_keeps_the_policy_that_measured_it,
    u5_w1_money_does_not_freeze,
);

async fn unit(client: &Client) -> String {
    text(&client.get("/v1/me").await.is(200)["grants"][0]["organization"], "id")
}

/// Ten million yuan of payroll.
fn funds(accrued: i64, spent: i64) -> Value {
    json!({"payroll_fen": 1_000_000_000, "accrued_fen": accrued, "spent_fen": spent})
}

/// U5: rates in basis points, floor and ceiling to the fen; a correction names what it replaces, which is kept.
async fn u5_a_report_is_measured_corrected_and_kept(server: &Server) {
    let client = server.login("company.admin").await;
    let company = unit(&client).await;
    let path = format!("/v1/funding-reports/{company}/2023");
    client.get(&path).await.refused(404, "not-found");
    let first = client.put(&path).json(funds(14_999_999, 80_000_001)).await;
    let report = first.is(201);
    assert_eq!((first.etag(), first.header("location")), ("\"1\"".to_owned(), path.as_str()));
    for (member, expected) in [
        ("accrued_rate_basis_points", 149),
        ("spent_rate_basis_points", 800),
        ("floor_rate_basis_points", 150),
        ("floor_fen", 15_000_000),
        ("shortfall_fen", 1),
        ("deductible_rate_basis_points", 800),
        ("deductible_ceiling_fen", 80_000_000),
        ("deductible_fen", 80_000_000),
        ("excess_fen", 1),
        ("unspent_fen", -65_000_002),
    ] {
        assert_eq!(report[member], json!(expected), "{member}");
    }
    assert_eq!((&report["below_floor"], &report["unit_id"]), (&json!(true), &json!(company)));
    let below = async |wanted: bool| {
        let list = format!(
            "/v1/funding-reports?year=2023&below_floor={wanted}&organization_id={company}&limit=50"
        );
        steps::all_pages(&client, &list).await.len()
    };
    assert_eq!((below(true).await, below(false).await), (1, 0));

    client.put(&path).json(funds(15_000_000, 1)).await.refused(428, "precondition-required");
    let stale = client.put(&path).json(funds(15_000_000, 1)).if_match("\"7\"").await;
    stale.refused(412, "precondition-failed");
    let mut corrected = funds(15_000_000, 12_000_000);
    corrected["note"] = json!("更正提取数");
    let second = client.put(&path).json(corrected).if_match("\"1\"").await;
    let report = second.is(200);
    assert_eq!((second.etag(), &report["below_floor"]), ("\"2\"".to_owned(), &json!(false)));
    assert_eq!((&report["shortfall_fen"], &report["excess_fen"]), (&json!(0), &json!(0)));
    assert_eq!((below(true).await, below(false).await), (0, 1));
    assert_eq!(client.get(&path).await.is(200), report);
    let kept = steps::all_pages(&client, &format!("{path}/revisions?limit=1")).await;
    let seen: Vec<_> = kept.iter().map(|row| (&row["revision"], &row["accrued_fen"])).collect();
    assert_eq!(seen, [(&json!(2), &json!(15_000_000)), (&json!(1), &json!(14_999_999))]);
    // The first report of another year names none.
    let other = client.put(&path.replace("2023", "2022")).json(funds(1, 1));
    other.if_match("\"1\"").await.refused(412, "precondition-failed");
    // A dry run measures and stores nothing.
    let dry = format!("{}?dry_run=true", path.replace("2023", "2022"));
    client.put(&dry).json(funds(1, 1)).await.is(201);
    client.get(&path.replace("2023", "2022")).await.refused(404, "not-found");
    // Without a payroll there is no rate.
    let nothing = json!({"payroll_fen": 0, "accrued_fen": 0, "spent_fen": 0});
    let empty = client.put(&path.replace("2023", "2022")).json(nothing).await.is(201);
    assert_eq!(empty["accrued_rate_basis_points"], Value::Null);
}

/// U5: a year that has begun and has a policy, and amounts that can be.
async fn u5_what_is_refused(server: &Server) {
    let client = server.login("company.admin").await;
    let path = format!("/v1/funding-reports/{}", unit(&client).await);
    let put = |year: &str, body: Value| client.put(&format!("{path}/{year}")).json(body);
    let ahead = put("2024", funds(1, 1)).await.refused(422, "funding-year-ahead");
    assert_eq!((&ahead["rule"]["id"], &ahead["this_year"]), (&json!("U5"), &json!(2023)));
    put("2019", funds(1, 1)).await.refused(422, "no-policy");
    put("23", funds(1, 1)).await.refused(404, "not-found");
    for (accrued, spent) in [(1_000_000_001, 0), (0, 1_000_000_001)] {
        let over = put("2023", funds(accrued, spent)).await.refused(422, "funding-over-payroll");
        assert_eq!(over["errors"][0]["pointer"], "/payroll_fen");
    }
    for wrong in [json!(-1), json!(1_000_000_000_000_001_i64)] {
        let mut body = funds(1, 1);
        body["spent_fen"] = wrong;
        let problem = put("2023", body).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], "/spent_fen");
    }
    // Whole fen only.
    put("2023", json!({"payroll_fen": 1.5, "accrued_fen": 0, "spent_fen": 0}))
        .await
        .refused(400, "invalid-type");
}

/// U5, Who: the employer reports; itself, its reviewing body and the city read.
async fn u5_who_reads_and_who_reports(server: &Server) {
    let company = server.login("company.admin").await;
    let path = format!("/v1/funding-reports/{}/2023", unit(&company).await);
    let made = company.put(&path).json(funds(15_000_000, 1)).await.is(201);
    let hospital = server.login("hospital.admin").await;
    let other = format!("/v1/funding-reports/{}/2023", unit(&hospital).await);
    hospital.put(&other).json(funds(1, 1)).await.is(201);
    for (who, own, others) in [
        ("company.admin", true, false),
        ("jinshui.reviewer", true, false),
        ("health.reviewer", false, true),
        ("hospital.admin", false, true),
        ("city.officer", true, true),
        ("city.admin", true, true),
        ("auditor", true, true),
        ("school.admin", false, false),
    ] {
        let client = server.login(who).await;
        let rows = steps::all_pages(&client, "/v1/funding-reports?year=2023&limit=1").await;
        let has = |unit: &Value| rows.iter().any(|row| row["organization_id"] == *unit);
        assert_eq!(has(&made["organization_id"]), own, "{who}");
        for (path, sees) in [(&path, own), (&other, others)] {
            for read in [path.clone(), format!("{path}/revisions")] {
                let answer = client.get(&read).await;
                if sees {
                    answer.is(200)
                } else {
                    answer.refused(404, "not-found")
                };
            }
        }
    }
    // Seen and not theirs to report: 403; not seen: 404.
    let reviewer = server.login("jinshui.reviewer").await;
    reviewer.put(&path).json(funds(1, 1)).if_match("*").await.refused(403, "forbidden");
    hospital.put(&path).json(funds(1, 1)).if_match("*").await.refused(404, "not-found");
    server.login("engineer").await.get("/v1/funding-reports").await.refused(403, "forbidden");
}

/// U5, W3: new rates measure new reports; what stands keeps its own.
async fn u5_w3_a_report_keeps_the_policy_that_measured_it(server: &Server) {
    let client = server.login("company.admin").await;
    let path = format!("/v1/funding-reports/{}/2023", unit(&client).await);
    client.put(&path).json(funds(15_000_000, 1)).await.is(201);
    let admin = server.login("city.admin").await;
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({})).await;
    let mut document = begun.is(201)["document"].clone();
    document["funding"]["floor_rate_basis_points"] = json!(250);
    let draft = format!("/v1/policies/2023/drafts/{}", begun.json()["version"]);
    let edited =
        admin.put(&draft).json(json!({"document": document})).if_match(&begun.etag()).await;
    edited.is(200);
    let publication =
        admin.post(&format!("{draft}/publication")).json(json!({"reason": "提高比例"}));
    publication.if_match(&edited.etag()).await.is(200);
    let old = client.get(&path).await.is(200);
    assert_eq!((&old["below_floor"], &old["policy_version"]), (&json!(false), &json!(1)));
    let new = client.put(&path).json(funds(15_000_000, 1)).if_match("\"1\"").await.is(200);
    assert_eq!((&new["below_floor"], &new["policy_version"]), (&json!(true), &json!(2)));
    assert_eq!(new["shortfall_fen"], 10_000_000);
}

/// U5, W1: the freeze stops hours, reviews, make-up and certificates, not money.
async fn u5_w1_money_does_not_freeze(server: &Server) {
    server.set_clock("2023-12-25T09:00:00+08:00").await;
    let client = server.login("company.admin").await;
    let path = format!("/v1/funding-reports/{}/2023", unit(&client).await);
    client.put(&path).json(funds(15_000_000, 1)).await.is(201);
}

/// U5: of many first reports one is made, of many corrections of it one is kept; the others hear that they name no standing one.
async fn u5_one_of_many_reports_stands(server: &Server) {
    let client = server.login("company.admin").await;
    let path = format!("/v1/funding-reports/{}/2023", unit(&client).await);
    let first = (0..20).map(|n| client.put(&path).json(funds(n, n)).into_future());
    let statuses = |answers: &[xueshi_tests::Answer], good: u16, other: u16| {
        let stood = answers.iter().filter(|answer| answer.status == good).count();
        let refused = answers.iter().filter(|answer| answer.status == other).count();
        assert_eq!((stood, refused), (1, 19), "{answers:#?}");
    };
    statuses(&join_all(first).await, 201, 428);
    let put = |n| client.put(&path).json(funds(n, n)).if_match("\"1\"").into_future();
    statuses(&join_all((0..20).map(put)).await, 200, 412);
    let kept = steps::all_pages(&client, &format!("{path}/revisions?limit=50")).await;
    assert_eq!(kept.len(), 2, "{kept:#?}");
}
