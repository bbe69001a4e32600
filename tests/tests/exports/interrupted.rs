//! An export that is killed, cancelled and resumed has every row once; and the command line.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Database, Server, on_both, workbook};

use super::{PATIENCE, ask, done, file, lines, over};
use crate::program::xueshi;

on_both!(
    killed_cancelled_and_resumed_every_row_comes_once,
    the_program_takes_a_list_out_with_the_rights_of_an_account,
);

/// Learning records beside those of the demo world: several parts of an export.
const ROWS: usize = 8_000;

/// Somebody's learning record, many times.
fn fill(server: &Server) {
    let random = match server.database() {
        Database::Sqlite => "randomblob(16)",
        Database::Postgres => "gen_random_uuid()",
    };
    server.sql(&format!(
        "insert into learning_records (jurisdiction_id, professional_id, id, year, source, subject, way, title, hours, started_on, \
         completed_on, passed, declared, created_at)
         with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})
         select r.jurisdiction_id, r.professional_id, {random}, r.year, r.source, r.subject, r.way, r.title, r.hours, r.started_on, \
         r.completed_on, r.passed, false, r.created_at
         from learning_records r, n where r.id = (select id from learning_records order by id limit 1);"
    ));
}

/// All rows, as the list's own pages have them.
async fn all(client: &Client) -> Vec<Value> {
    let rows = steps::all_pages(client, "/v1/learning-records?limit=200").await;
    assert!(rows.len() > ROWS);
    rows
}

/// Files that were put down.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let count = entries.map(|entry| match entry.path() {
        path if path.is_dir() => files(&path),
        path => usize::from(!path.file_name().unwrap().to_string_lossy().starts_with('.')),
    });
    count.sum()
}

/// Begins an export with the program, and kills it when some parts are there.
fn killed_after(server: &Server, parts: usize) {
    let folder = server.directory().join("attachments");
    let before = files(&folder);
    let words = ["export", "learning_records", "killed.ndjson", "--as", "auditor"];
    let mut child = xueshi(server, &words).spawn().unwrap();
    let begun = Instant::now();
    while files(&folder) < before + parts {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "it ended before it was killed: {ended:?}");
        assert!(begun.elapsed() < PATIENCE, "nothing is put down");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!server.directory().join("killed.ndjson").exists(), "no file that is not whole");
}

/// Killed in the middle, exports go on where they were with the service; cancelled, one is taken up again when asked.
async fn killed_cancelled_and_resumed_every_row_comes_once(server: &Server) {
    let mut city = Server::start(server.database()).await;
    fill(&city);
    let expected = all(&city.login("auditor").await).await;
    city.stop();
    killed_after(&city, 1);
    killed_after(&city, 4);

    city.start_again();
    let auditor = city.login("auditor").await;
    let exports = auditor.get("/v1/exports?list=learning_records").await.is(200);
    let exports = exports["data"].as_array().unwrap();
    assert_eq!(exports.len(), 2);
    for export in exports {
        let export = over(&auditor, &text(export, "id")).await;
        assert_eq!(export["state"], "succeeded", "{export:#}");
        let rows = lines(&file(&auditor, &export).await);
        assert_eq!(export["rows"], rows.len());
        assert!(rows == expected, "{} rows instead of {}", rows.len(), expected.len());
    }

    let asked = ask(&auditor, "learning_records", &json!({}), "ndjson").await.is(202);
    auditor.post(&format!("{}/cancellation", text(&asked, "job"))).await.is(200);
    let id = text(&asked, "id");
    let cancelled = over(&auditor, &id).await;
    assert_eq!(
        (&cancelled["state"], &cancelled["file"]),
        (&json!("cancelled"), &Value::Null),
        "{cancelled:#}"
    );
    assert!(cancelled["rows"].as_u64().unwrap() < expected.len() as u64, "{cancelled:#}");
    auditor.get(&format!("/v1/exports/{id}/file")).await.refused(409, "wrong-state");
    let resumption = format!("/v1/exports/{id}/resumption");
    let resumed = auditor.post(&resumption).await;
    assert_eq!(
        (resumed.is(202)["id"].clone(), resumed.header("location")),
        (asked["id"].clone(), text(&asked, "job").as_str())
    );
    let export = over(&auditor, &id).await;
    assert_eq!(export["state"], "succeeded", "{export:#}");
    assert!(lines(&file(&auditor, &export).await) == expected, "{export:#}");
    city.stop();
}

/// `xueshi export`: a file in each format, what it says, and its exit codes.
async fn the_program_takes_a_list_out_with_the_rights_of_an_account(server: &Server) {
    let mut city = Server::start(server.database()).await;
    let auditor = city.login("auditor").await;
    let rows = steps::all_pages(&auditor, "/v1/annual-records?year=2022&limit=200").await;
    let made =
        done(&auditor, ask(&auditor, "annual_records", &json!({"year": "2022"}), "csv")).await;
    let csv = file(&auditor, &made).await;
    city.stop();

    let place = |name: &str| city.directory().join(name);
    let export = |target: &str, more: &[&str]| {
        let words = ["export", "annual_records", target, "--as", "auditor", "--where", "year=2022"];
        xueshi(&city, &[&words[..], more].concat()).output().unwrap()
    };
    let said = export("years.ndjson", &["--json"]);
    assert!(said.status.success(), "{said:?}");
    let result: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(
        (&result["state"], &result["rows"], &result["list"]),
        (&json!("succeeded"), &json!(rows.len()), &json!("annual_records")),
        "{result:#}"
    );
    assert_eq!(lines(&std::fs::read(place("years.ndjson")).unwrap()), rows);
    let said = export("years.csv", &[]);
    assert!(said.status.success(), "{said:?}");
    let told = format!("{} rows of annual_records in years.csv", rows.len());
    assert!(String::from_utf8_lossy(&said.stdout).contains(&told), "{said:?}");
    assert_eq!(std::fs::read(place("years.csv")).unwrap(), csv, "the file that the service makes");
    assert!(export("years.xlsx", &[]).status.success());
    let sheet = workbook::rows(&std::fs::read(place("years.xlsx")).unwrap());
    assert_eq!(sheet.len(), rows.len() + 1);
    let names = std::fs::read_dir(city.directory()).unwrap().flatten();
    let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert!(!names.any(|name| name.contains(".part")), "nothing is left beside the files");

    for (expected, line) in [
        (2, "annual_records years.pdf --as auditor"),
        (2, "everything all.csv --as auditor"),
        (2, "annual_records all.csv"),
        (2, "annual_records all.csv --as auditor --where year"),
        (3, "accounts all.csv --as nobody"),
        (3, "accounts all.csv --as professional"),
        (3, "events all.csv --as auditor --where colour=red"),
        (1, "annual_records missing/all.csv --as auditor --where year=2022"),
    ] {
        let words: Vec<&str> = std::iter::once("export").chain(line.split(' ')).collect();
        let said = xueshi(&city, &words).output().unwrap();
        assert_eq!(said.status.code(), Some(expected), "{line}: {said:?}");
        assert!(!place("all.csv").exists(), "{line}");
    }

    // What it took out is the account's, as if it had asked the service.
    city.start_again();
    let auditor = city.login("auditor").await;
    let exports = auditor.get("/v1/exports?list=annual_records").await.is(200);
    assert_eq!(exports["data"].as_array().unwrap().len(), 5, "{exports:#}");
    city.stop();
}
