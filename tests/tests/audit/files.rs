//! The same events as files: CSV that a spreadsheet opens, and lines of JSON; whole, or page by page.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{found, ids};

on_both!(
    a_file_has_what_the_pages_have,
    a_page_can_be_a_file_too,
    a_spreadsheet_takes_nothing_for_a_formula,
    a_file_is_told_with_what_was_asked_for,
);

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";
const SUBMITTED: &str = "kind=declaration.submitted,declaration.forwarded,declaration.approved";

async fn file(client: &Client, query: &str, accept: &str) -> String {
    let answer = client.get(&format!("/v1/audit/events?{query}")).header("accept", accept).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("content-type").starts_with(accept), "{answer:?}");
    assert!(answer.header("content-disposition").contains("audit-events."), "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
    answer.text()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The cells of a row; a quoted one may hold commas and doubled quotes.
fn cells(row: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = row.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

async fn a_file_has_what_the_pages_have(server: &Server) {
    steps::certified_person(server).await;
    let auditor = server.login("auditor").await;
    for query in [SUBMITTED.to_owned(), format!("{SUBMITTED}&sort=occurred_at")] {
        let pages = found(&auditor, &query).await;
        assert!(pages.len() >= 6, "{pages:#?}");
        // Sealed meanwhile, an entry has its number: all else is the same.
        let unsealed = |mut events: Vec<Value>| {
            for event in &mut events {
                event["log"]["leaf_index"] = Value::Null;
            }
            events
        };
        let rows = lines(&file(&auditor, &query, NDJSON).await);
        assert_eq!(unsealed(rows), unsealed(pages.clone()), "{query}");
        let table = file(&auditor, &query, CSV).await;
        let table = table.strip_prefix('\u{feff}').expect("a byte order mark");
        let rows: Vec<Vec<String>> = table.split_terminator("\r\n").map(cells).collect();
        assert_eq!(rows[0][..4], ["id", "occurred_at", "kind", "rule"], "{:?}", rows[0]);
        assert_eq!(rows.len(), pages.len() + 1, "{query}");
        for (row, event) in rows[1..].iter().zip(&pages) {
            assert_eq!(row.len(), rows[0].len(), "{row:?}");
            let cell = |name: &str| &row[rows[0].iter().position(|head| head == name).unwrap()];
            for name in ["id", "occurred_at", "kind", "subject_id", "professional_id", "request_id"]
            {
                assert_eq!(*cell(name), text(event, name), "{name}");
            }
            assert_eq!(*cell("rule"), text(&event["rule"], "id"));
            assert_eq!(*cell("actor_username"), text(&event["actor"], "username"));
            let data: Value = serde_json::from_str(cell("data")).unwrap();
            assert_eq!(data, event["data"]);
            assert_eq!(*cell("leaf"), text(&event["log"], "leaf"));
        }
    }
    // Nothing to be found is a file without rows.
    let none = "kind=certificate.revoked&year=2022";
    assert_eq!(file(&auditor, none, NDJSON).await, "");
    assert_eq!(file(&auditor, none, CSV).await.lines().count(), 1);
    // That a file was taken is told.
    let told = found(&auditor, "kind=export.downloaded&limit=200").await;
    assert_eq!(told.len(), 6, "{told:#?}");
    assert!(told.iter().all(|event| event["data"]["list"] == "audit_events"), "{told:#?}");
    let english = auditor.get(&format!("/v1/audit/events?{SUBMITTED}")).header("accept", NDJSON);
    let english = lines(&english.english().await.text());
    assert_eq!(
        english[0]["rule"]["title"],
        "Every decision keeps who, for which unit, when and why"
    );
}

async fn a_page_can_be_a_file_too(server: &Server) {
    steps::certified_person(server).await;
    let auditor = server.login("auditor").await;
    let all = ids(&found(&auditor, SUBMITTED).await);
    let (mut read, mut next) = (Vec::new(), format!("/v1/audit/events?{SUBMITTED}&limit=2"));
    for _ in 0..all.len() {
        let page = auditor.get(&next).header("accept", NDJSON).await;
        assert_eq!(page.status, 200, "{page:?}");
        let rows = lines(&page.text());
        assert!(rows.len() <= 2, "{page:?}");
        read.extend(ids(&rows));
        let link = page.header("link").to_owned();
        let Some(address) = link.strip_prefix('<').and_then(|link| link.split_once('>')) else {
            break;
        };
        address.0.clone_into(&mut next);
    }
    assert_eq!(read, all);
    // The rest behind a cursor as one file.
    let page = auditor.get(&format!("/v1/audit/events?{SUBMITTED}&limit=2")).await.is(200);
    let query = format!("{SUBMITTED}&cursor={}", text(&page, "next_cursor"));
    assert_eq!(ids(&lines(&file(&auditor, &query, NDJSON).await)), all[2..]);
    let counted = auditor.get("/v1/audit/events?include=total").header("accept", CSV).await;
    counted.refused(400, "invalid-parameter");
    // The first known kind counts, and none that is known gives JSON.
    for (accept, kind) in [
        ("application/json, text/csv", "application/json"),
        ("image/png", "application/json"),
        ("text/csv;q=1, */*", CSV),
    ] {
        let answer = auditor.get("/v1/audit/events?limit=1").header("accept", accept).await;
        assert!(answer.header("content-type").starts_with(kind), "{accept}: {answer:?}");
    }
}

async fn a_spreadsheet_takes_nothing_for_a_formula(server: &Server) {
    let admin = server.login("city.admin").await;
    let unit = admin.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let password = "a long enough password";
    let account = json!({"username": "formula", "display_name": "=1+1", "password": password});
    let account = text(&admin.post("/v1/accounts").json(account).await.is(201), "id");
    let office = json!({"role": "auditor", "organization_id": unit});
    admin.post(&format!("/v1/accounts/{account}/grants")).json(office).await.is(201);
    let formula = server.login_with("formula", password).await;
    let table = file(&formula, &format!("actor={account}&kind=account.logged_in"), CSV).await;
    assert!(table.contains(",'=1+1,") && !table.contains(",=1+1,"), "{table}");
}

async fn a_file_is_told_with_what_was_asked_for(server: &Server) {
    let unit_of = async |who: &str| {
        let me = server.login(who).await.get("/v1/me").await.is(200);
        me["grants"][0]["organization"]["id"].clone()
    };
    let (district, hospital) = (unit_of("jinshui.reviewer").await, unit_of("hospital.admin").await);
    let local = steps::another(server, "jinshui.auditor", "auditor", &district).await;
    let doctor = steps::professional_id(&server.login("professional").await).await;
    let query = format!(
        "person={doctor}&unit={}&year=2023&request_id=written-by-hand",
        hospital.as_str().unwrap()
    );
    let auditor = server.login("auditor").await;
    let told = async || found(&auditor, "kind=export.downloaded&sort=occurred_at").await;
    file(&local, &query, NDJSON).await;
    file(&auditor, &query, NDJSON).await;
    let events = told().await;
    assert_eq!(events.len(), 2, "{events:#?}");
    for event in &events {
        let data = &event["data"];
        let mut filters: Vec<&str> =
            data["filters"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        filters.sort_unstable();
        assert_eq!(filters, ["person", "request_id", "unit", "year"], "{event:#}");
        let asked = json!({"person": doctor, "unit": hospital, "year": 2023});
        assert_eq!(data["asked"], asked, "{event:#}");
    }
    // About them only where the auditor sees them.
    assert_eq!(
        (&events[0]["organization_id"], &events[0]["professional_id"]),
        (&district, &Value::Null)
    );
    assert_eq!(
        (&events[1]["organization_id"], &events[1]["professional_id"]),
        (&hospital, &json!(doctor))
    );
    // Of a head nothing is handed over.
    let head = auditor.method("HEAD", &format!("/v1/audit/events?{query}")).header("accept", CSV);
    let head = head.undocumented().await;
    assert_eq!((head.status, head.bytes.len()), (200, 0), "{head:?}");
    assert_eq!(told().await.len(), 2);
}
