//! Files of rows, and sending them in.

use std::time::{Duration, Instant};

use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::Value;

use crate::client::{Call, Client};
use crate::steps::text;

/// How long an import may take in a test.
const PATIENCE: Duration = Duration::from_secs(900);

/// The nth of many resident id numbers, with its check digit. None of them ends in `000`, as one of a thousand does: such a number is
/// taken for one that a spreadsheet has cut off.
///
/// # Panics
/// Never: there are digits only.
#[must_use]
pub fn id_number(index: usize) -> String {
    let (day, month, year) =
        (index / 99 % 28 + 1, index / 2_772 % 12 + 1, 1950 + index / 33_264 % 50);
    let mut number = format!("410102{year}{month:02}{day:02}{:03}", index % 99 + 1);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = number
        .chars()
        .zip(weights)
        .map(|(digit, weight)| digit.to_digit(10).unwrap() * weight)
        .sum();
    number.push(['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][sum as usize % 11]);
    number
}

/// A CSV of these rows.
#[must_use]
pub fn csv(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.join(",") + "\r\n").collect()
}

/// A workbook of one sheet, `数据`: texts as texts, numbers as numbers.
///
/// # Panics
/// When it cannot be written.
#[must_use]
pub fn xlsx(rows: &[Vec<Value>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet().set_name("数据").unwrap(), rows);
    workbook.save_to_buffer().unwrap()
}

/// A workbook of several sheets with their names: texts as texts, numbers as numbers.
///
/// # Panics
/// When it cannot be written.
#[must_use]
pub fn workbook(sheets: &[(&str, Vec<Vec<Value>>)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, rows) in sheets {
        fill(workbook.add_worksheet().set_name(*name).unwrap(), rows);
    }
    workbook.save_to_buffer().unwrap()
}

fn fill(sheet: &mut Worksheet, rows: &[Vec<Value>]) {
    for (line, row) in (0..).zip(rows) {
        for (place, cell) in (0..).zip(row) {
            match cell {
                Value::Number(number) => sheet.write_number(line, place, number.as_f64().unwrap()),
                Value::Bool(flag) => sheet.write_boolean(line, place, *flag),
                Value::Null => continue,
                Value::String(text) => sheet.write_string(line, place, text),
                Value::Array(_) | Value::Object(_) => panic!("no cell: {cell}"),
            }
            .unwrap();
        }
    }
}

/// Sends a file in.
#[must_use]
pub fn send(client: &Client, fields: &[(&str, &str)], file: &[u8]) -> Call {
    client.post("/v1/imports").parts(fields, "数据.bin", file)
}

/// Sends a file in for a dry run.
#[must_use]
pub fn try_out(client: &Client, fields: &[(&str, &str)], file: &[u8]) -> Call {
    client.post("/v1/imports?dry_run=true").parts(fields, "数据.bin", file)
}

/// Waits until an import that was accepted is over: the import.
///
/// # Panics
/// When it takes too long.
pub async fn over(client: &Client, call: Call) -> Value {
    let answer = call.await;
    let import = answer.is(202);
    assert_eq!(answer.header("location"), text(&import, "job"));
    wait(client, &text(&import, "id")).await
}

/// Waits until an import is over.
///
/// # Panics
/// When it takes too long.
pub async fn wait(client: &Client, id: &str) -> Value {
    let begun = Instant::now();
    loop {
        let import = client.get(&format!("/v1/imports/{id}")).await.is(200);
        if !matches!(import["state"].as_str(), Some("queued" | "running")) {
            return import;
        }
        assert!(begun.elapsed() < PATIENCE, "{import:#}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Created, changed, unchanged, refused.
///
/// # Panics
/// When a count is missing.
#[must_use]
pub fn counts(import: &Value) -> [i64; 4] {
    ["created", "changed", "unchanged", "refused"].map(|name| import[name].as_i64().unwrap())
}

/// What was wrong: place, as spreadsheets name it, and code.
pub async fn wrong(client: &Client, import: &Value) -> Vec<(String, String)> {
    let path = format!("/v1/imports/{}/errors?limit=200", text(import, "id"));
    let errors = crate::steps::all_pages(client, &path).await;
    errors
        .iter()
        .map(|error| {
            let column = error["column"].as_str().unwrap_or_default();
            (format!("{column}{}", error["row"]), text(error, "code"))
        })
        .collect()
}
