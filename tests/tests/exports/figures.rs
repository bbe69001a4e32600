//! Figures and the rows behind them as files: all of them, or none.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Database, Server, on_both, workbook};

use super::{ask, done, file, lines, ndjson};

on_both!(
    figures_come_out_as_they_are_answered,
    rows_are_in_the_order_that_was_asked_for,
    a_file_that_would_not_have_all_rows_is_refused,
    what_a_list_refuses_is_refused_before_there_is_a_job,
);

/// An instant whose figures stay as they are.
const AT: &str = "2023-10-16T08:30:00+08:00";
const ROWS: &str = "/v1/statistics/completion/rows?figure=people&year=2023";

/// The answer as lines, the file of the export, and the answer as JSON have the same figures in the same order.
async fn figures_come_out_as_they_are_answered(server: &Server) {
    let officer = server.login("city.officer").await;
    for family in ["completion", "timeliness", "filing", "funding"] {
        let path = format!(
            "/v1/statistics/{family}?year=2023&by=unit&as_of={}",
            AT.replace('+', "%2B").replace(':', "%3A")
        );
        let report = officer.get(&path).await.is(200);
        let answer = officer.get(&format!("{path}&format=ndjson")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
        assert!(answer.header("content-disposition").contains(&format!("{family}-2023.ndjson")));
        let rows = lines(&answer.bytes);
        assert_eq!(rows[0]["figures"], report["total"]);
        assert_eq!((&rows[0]["scope"], &rows[1]["scope"]), (&json!("total"), &json!("own")));
        let parts = report["units"].as_array().unwrap();
        assert_eq!(rows.len(), parts.len() + 1, "{family}");
        for (row, part) in rows[1..].iter().zip(parts) {
            assert_eq!(
                (&row["organization"], &row["figures"]),
                (&part["organization"], &part["figures"])
            );
        }
        let list = format!("{family}_figures");
        let parameters = json!({"year": "2023", "by": "unit", "as_of": AT});
        assert_eq!(ndjson(&officer, &list, &parameters).await, rows, "{list}");
        let only = json!({"year": "2023", "as_of": AT});
        assert_eq!(ndjson(&officer, &list, &only).await, rows[..1], "{list}");
        let export = done(&officer, ask(&officer, &list, &parameters, "xlsx")).await;
        let sheet = workbook::rows(&file(&officer, &export).await);
        assert_eq!(sheet.len(), rows.len() + 1, "{list}");
    }
    let accepted = officer.get(ROWS).header("accept", "application/x-ndjson").await;
    assert_eq!(
        lines(&accepted.bytes),
        steps::all_pages(&officer, &format!("{ROWS}&limit=7")).await
    );
    let doctor = server.login("professional").await;
    ask(&doctor, "figure_rows", &json!({"year": "2023", "figure": "people"}), "csv")
        .await
        .refused(403, "forbidden");
    ask(&doctor, "funding_figures", &json!({"year": "2023"}), "csv")
        .await
        .refused(403, "forbidden");
}

async fn rows_are_in_the_order_that_was_asked_for(server: &Server) {
    let officer = server.login("city.officer").await;
    for (family, figure) in
        [("completion", "people"), ("timeliness", "employer_done"), ("filing", "units")]
    {
        let path = format!("/v1/statistics/{family}/rows?figure={figure}&year=2023&limit=3");
        let up = steps::all_pages(&officer, &path).await;
        let mut down = steps::all_pages(&officer, &format!("{path}&sort=-id")).await;
        let parameters = json!({"figure": figure, "year": "2023", "sort": "-id"});
        assert_eq!(ndjson(&officer, "figure_rows", &parameters).await, down, "{figure}");
        down.reverse();
        assert_eq!(up, down, "{figure}");
    }
}

/// As many more people as these, each like one who is there.
fn like(server: &Server, person: &str, count: u64) {
    let (key, random) = match server.database() {
        Database::Sqlite => (format!("x'{}'", person.replace('-', "")), "randomblob(16)"),
        Database::Postgres => (format!("'{person}'::uuid"), "gen_random_uuid()"),
    };
    server.sql(&format!(
        "insert into person_parts (jurisdiction_id, professional_id, kind, subject_id, year, seq, unit_id, label, amount, \
         valid_from, valid_to)
         with recursive n(i) as (select 1 union all select i + 1 from n where i < {count})
         select p.jurisdiction_id, p.professional_id, p.kind, {random}, p.year, p.seq, p.unit_id, p.label, p.amount, \
         p.valid_from, p.valid_to
         from person_parts p, n where p.subject_id = {key} and p.kind = 'person' and p.valid_to is null;"
    ));
}

async fn total(client: &Client) -> (u64, Value) {
    let page = client.get(&format!("{ROWS}&limit=1&include=total")).await.is(200);
    (page["total"].as_u64().unwrap(), page["data"][0].clone())
}

/// A file that is answered at once has all rows or is refused, never cut; an export has them all.
async fn a_file_that_would_not_have_all_rows_is_refused(server: &Server) {
    const MOST: usize = 10_000;
    let officer = server.login("city.officer").await;
    let (there, person) = total(&officer).await;
    like(server, &text(&person, "id"), MOST as u64 - there);
    let csv = officer.get(&format!("{ROWS}&format=csv")).await;
    assert_eq!((csv.status, csv.text().lines().count()), (200, MOST + 1), "heads and all rows");

    like(server, &text(&person, "id"), 1);
    assert_eq!(total(&officer).await.0, MOST as u64 + 1);
    for format in ["csv", "xlsx", "ndjson"] {
        let refused = officer.get(&format!("{ROWS}&format={format}")).await;
        let problem = refused.refused(422, "too-many-rows");
        assert_eq!(
            (&problem["most"], &problem["list"]),
            (&json!(MOST), &json!("figure_rows")),
            "{problem:#}"
        );
        assert!(text(&problem, "detail").contains("/v1/exports"), "{problem:#}");
    }
    officer.get(&format!("{ROWS}&limit=200")).await.is(200);

    let rows = ndjson(&officer, "figure_rows", &json!({"figure": "people", "year": "2023"})).await;
    let mut ids: Vec<String> = rows.iter().map(|row| text(row, "id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((rows.len(), ids.len()), (MOST + 1, MOST + 1));
}

/// As the answers themselves refuse it: nothing is left to be looked for in a job that failed.
async fn what_a_list_refuses_is_refused_before_there_is_a_job(server: &Server) {
    let officer = server.login("city.officer").await;
    let nobody = "018b3b1e-7c00-7a10-8c11-000000000801";
    let sealed = json!({"year": "2023", "sealed": "true"});
    let unit = json!({"year": "2023", "organization_id": nobody});
    let later = json!({"year": "2023", "as_of": "2099-01-01T00:00:00+08:00"});
    let both = json!({"year": "2023", "sealed": "true", "as_of": AT});
    for list in ["completion_figures", "timeliness_figures", "filing_figures", "funding_figures"] {
        for (parameters, status, code) in [
            (&sealed, 404, "not-found"),
            (&unit, 404, "not-found"),
            (&later, 400, "invalid-parameter"),
            (&both, 400, "invalid-parameter"),
        ] {
            ask(&officer, list, parameters, "csv").await.refused(status, code);
        }
    }
    let rows = json!({"year": "2023", "figure": "people", "sealed": "true"});
    ask(&officer, "figure_rows", &rows, "csv").await.refused(404, "not-found");
    ask(&officer, "roster", &json!({"class_id": nobody}), "csv").await.refused(404, "not-found");
    assert_eq!(officer.get("/v1/exports").await.is(200)["data"], json!([]));
    let settled = json!({"year": "2022", "sealed": "true"});
    assert_eq!(ndjson(&officer, "completion_figures", &settled).await.len(), 1);
}
