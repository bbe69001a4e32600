//! Lists that are taken out as files, by jobs (ADR 0026).

mod figures;
mod interrupted;
mod rights;

use std::time::{Duration, Instant};

use calamine::DataType as _;
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both, workbook};

on_both!(
    every_list_comes_out_as_it_is_read,
    a_file_holds_what_whoever_asked_may_see,
    what_cannot_be_asked_is_refused,
    text_stays_text_in_every_format,
);

/// How long an export may take in a test.
const PATIENCE: Duration = Duration::from_secs(600);

fn ask(client: &Client, list: &str, parameters: &Value, format: &str) -> Call {
    let body = json!({"list": list, "parameters": parameters, "format": format});
    client.post("/v1/exports").json(body)
}

/// An export that has succeeded.
async fn done(client: &Client, call: Call) -> Value {
    let export = over(client, &text(&call.await.is(202), "id")).await;
    assert_eq!(export["state"], "succeeded", "{export:#}");
    export
}

/// An export once nothing more is done for it.
async fn over(client: &Client, id: &str) -> Value {
    let begun = Instant::now();
    loop {
        let export = client.get(&format!("/v1/exports/{id}")).await.is(200);
        if !matches!(export["state"].as_str(), Some("queued" | "running")) {
            return export;
        }
        assert!(begun.elapsed() < PATIENCE, "{export:#}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

async fn file(client: &Client, export: &Value) -> Vec<u8> {
    let answer = client.get(&text(export, "file")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.bytes
}

async fn ndjson(client: &Client, list: &str, parameters: &Value) -> Vec<Value> {
    let export = done(client, ask(client, list, parameters, "ndjson")).await;
    let rows = lines(&file(client, &export).await);
    assert_eq!(export["rows"], rows.len(), "{export:#}");
    rows
}

/// The rows of a file of lines.
fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The province has answered to some years of the demo world.
async fn answered(server: &Server, auditor: &Client) {
    let years = auditor.get("/v1/annual-records?year=2022&limit=3").await.is(200);
    let answer = |year: &Value| json!({"kind": "annual_record", "id": format!("{}:2022", text(year, "professional_id")), "version": 1, "state": "accepted"});
    let lines: Vec<Value> = years["data"].as_array().unwrap().iter().map(answer).collect();
    let province = server.machine("province").await;
    let kept = province.post("/v1/sync/acknowledgements").json(json!(lines)).await.is(200);
    let is_kept = |result: &Value| result["outcome"] == "created";
    assert!(kept["results"].as_array().unwrap().iter().all(is_kept), "{kept:#}");
}

/// The rows of each list are those that its own pages have, in the same order.
async fn every_list_comes_out_as_it_is_read(server: &Server) {
    let officer = server.login("city.officer").await;
    let auditor = server.login("auditor").await;
    let classes = steps::all_pages(&auditor, "/v1/classes?year=2023&limit=200").await;
    answered(server, &auditor).await;
    let class =
        text(classes.iter().find(|class| class["state"] == "held").unwrap_or(&classes[0]), "id");
    for (list, path, parameters) in [
        ("professionals", "/v1/professionals?", json!({})),
        ("organizations", "/v1/organizations?sort=-created_at&", json!({"sort": "-created_at"})),
        ("accounts", "/v1/accounts?", json!({})),
        ("employment_requests", "/v1/employment-requests?", json!({})),
        ("organization_registrations", "/v1/organization-registrations?", json!({})),
        ("transfers", "/v1/transfers?", json!({})),
        ("institutions", "/v1/institutions?", json!({})),
        ("filings", "/v1/filings?", json!({})),
        ("training_plans", "/v1/training-plans?", json!({})),
        ("classes", "/v1/classes?year=2023&", json!({"year": "2023"})),
        ("seminars", "/v1/seminars?", json!({})),
        ("learning_records", "/v1/learning-records?", json!({})),
        ("declarations", "/v1/declarations?year=2022&", json!({"year": "2022"})),
        ("review_queue", "/v1/review-queue?", json!({})),
        ("annual_records", "/v1/annual-records?year=2022&", json!({"year": "2022"})),
        ("appraisals", "/v1/appraisals?year=2022&", json!({"year": "2022"})),
        ("lapses", "/v1/settlements/2022/lapses?", json!({"year": "2022"})),
        ("exemptions", "/v1/exemptions?", json!({})),
        ("appeals", "/v1/appeals?", json!({})),
        ("makeup_applications", "/v1/makeup-applications?", json!({})),
        ("makeup_grants", "/v1/makeup-grants?", json!({})),
        ("funding_reports", "/v1/funding-reports?", json!({})),
        ("events", "/v1/events?", json!({})),
        ("sync_conflicts", "/v1/sync/conflicts?", json!({})),
        ("sync_acknowledgements", "/v1/sync/acknowledgements?", json!({})),
        (
            "figure_rows",
            "/v1/statistics/completion/rows?figure=people&year=2023&",
            json!({"figure": "people", "year": "2023"}),
        ),
    ] {
        let who = match list {
            "professionals" | "review_queue" | "sync_conflicts" => &officer,
            _ => &auditor,
        };
        let probe = who.get(&format!("{path}limit=1")).await;
        if probe.status == 403 {
            ask(who, list, &parameters, "ndjson").await.refused(403, "forbidden");
            continue;
        }
        let paged = steps::all_pages(who, &format!("{path}limit=200")).await;
        let mut rows = ndjson(who, list, &parameters).await;
        if list == "events" {
            // What the exports before have told since is not asked for.
            rows.truncate(paged.len());
        }
        assert_eq!(rows, paged, "{list}");
        let must_have_rows = ["sync_acknowledgements", "figure_rows"].contains(&list);
        assert!(!must_have_rows || !rows.is_empty(), "{list}");
    }
    let roster = ndjson(&auditor, "roster", &json!({"class_id": class})).await;
    let paged = steps::all_pages(&auditor, &format!("/v1/classes/{class}/roster?limit=200")).await;
    assert_eq!(roster, paged);
}

/// Own rows for people, one's units for units; nobody else gets the file, or learns of it.
async fn a_file_holds_what_whoever_asked_may_see(server: &Server) {
    let doctor = server.login("professional").await;
    let hospital = server.login("hospital.admin").await;
    let person = steps::professional_id(&doctor).await;
    let own = ndjson(&doctor, "declarations", &json!({})).await;
    assert!(own.iter().all(|row| row["professional_id"] == json!(person)), "{own:#?}");
    let export = done(&hospital, ask(&hospital, "learning_records", &json!({}), "csv")).await;
    let listed = hospital.get("/v1/exports?list=learning_records").await.is(200);
    assert_eq!(listed["data"][0]["id"], export["id"]);
    for other in ["city.admin", "professional", "auditor"] {
        let other = server.login(other).await;
        other.get(&text(&export, "file")).await.refused(404, "not-found");
        other.get(&format!("/v1/exports/{}", text(&export, "id"))).await.refused(404, "not-found");
        assert!(!other.get("/v1/exports").await.is(200).to_string().contains(&text(&export, "id")));
    }
    let job = hospital.get(&text(&export, "job")).await.is(200);
    assert_eq!(
        (&job["kind"], &job["state"], &job["done"]),
        (&json!("export"), &json!("succeeded"), &export["rows"])
    );
    let resumption = format!("/v1/exports/{}/resumption", text(&export, "id"));
    hospital.post(&resumption).await.refused(409, "wrong-state");
}

async fn what_cannot_be_asked_is_refused(server: &Server) {
    let auditor = server.login("auditor").await;
    let doctor = server.login("professional").await;
    ask(&doctor, "accounts", &json!({}), "csv").await.refused(403, "forbidden");
    server
        .machine("province")
        .await
        .post("/v1/exports")
        .json(json!({"list": "events", "format": "csv"}))
        .await
        .refused(403, "forbidden");
    ask(&auditor, "annual_records", &json!({}), "csv").await.refused(400, "invalid-parameter");
    ask(&auditor, "events", &json!({"colour": "red"}), "csv")
        .await
        .refused(400, "unknown-parameter");
    ask(&auditor, "events", &json!({"limit": "5"}), "csv").await.refused(400, "unknown-parameter");
    ask(&auditor, "figure_rows", &json!({"year": "2023"}), "csv")
        .await
        .refused(400, "invalid-parameter");
    let form = json!({"year": "2023", "format": "csv"});
    ask(&auditor, "completion_figures", &form, "csv").await.refused(400, "unknown-parameter");
    ask(&auditor, "events", &json!({"sort": "colour"}), "csv")
        .await
        .refused(400, "invalid-parameter");
    ask(&auditor, "declarations", &json!({"year": "x"}), "csv")
        .await
        .refused(400, "invalid-parameter");
    ask(&auditor, "everything", &json!({}), "csv").await.refused(422, "invalid-value");
    ask(&auditor, "events", &json!({}), "pdf").await.refused(422, "invalid-value");
    assert_eq!(auditor.get("/v1/exports").await.is(200)["data"], json!([]));
}

/// Ids and numbers of documents are texts, numbers are numbers, and nothing is a formula.
async fn text_stays_text_in_every_format(server: &Server) {
    let auditor = server.login("auditor").await;
    let parameters = json!({"year": "2022"});
    let rows = ndjson(&auditor, "annual_records", &parameters).await;
    let export = done(&auditor, ask(&auditor, "annual_records", &parameters, "csv")).await;
    let csv = file(&auditor, &export).await;
    assert!(csv.starts_with(b"\xef\xbb\xbf"), "a byte order mark");
    let csv = String::from_utf8(csv).unwrap();
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert_eq!(lines.len(), rows.len() + 2, "heads, rows, and the end");
    let heads: Vec<&str> = lines[0].split(',').collect();
    let place = |name: &str| heads.iter().position(|head| *head == name).unwrap();
    let first: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(first[place("professional_id")], rows[0]["professional_id"]);
    assert_eq!(first[place("approved.total")], rows[0]["approved"]["total"].to_string());

    let export = done(&auditor, ask(&auditor, "annual_records", &parameters, "xlsx")).await;
    let sheet = workbook::rows(&file(&auditor, &export).await);
    assert_eq!(sheet.len(), rows.len() + 1);
    let texts: Vec<String> = sheet[0].iter().map(ToString::to_string).collect();
    assert_eq!(texts, heads);
    let total = rows[0]["approved"]["total"].as_f64().unwrap();
    assert_eq!(sheet[1][place("approved.total")].as_f64(), Some(total));
    assert_eq!(sheet[1][place("professional_id")].to_string(), text(&rows[0], "professional_id"));
}
