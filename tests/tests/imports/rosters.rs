//! Rosters of many rows (P4).

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE};
use xueshi_tests::imports::{counts, csv, id_number, over, send, try_out, wrong, xlsx};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

on_both!(p4_a_long_roster_names_each_bad_cell_and_is_never_doubled, p4_all_of_a_roster_or_nothing);

/// Rows of the long roster; with `XUESHI_ROSTER_ROWS=50000` it is the one of the issue.
fn rows() -> usize {
    std::env::var("XUESHI_ROSTER_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// A class that has ended, and the base's client of that day.
pub(super) async fn ended_class(server: &Server) -> (Client, Value) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let items = [training::item("数据安全", 24, "10-17", "11-30")];
    let plan = training::approved_plan(server, &base, &unit, &items).await;
    let class = training::class(&plan["items"][0], "数据安全一期", "10-18", "10-20", 24);
    let class = base.post("/v1/classes").json(class).await.is(201);
    server.set_clock("2023-10-23T09:00:00+08:00").await;
    (server.login("base.admin").await, class)
}

pub(super) async fn register(server: &Server, people: usize) {
    let admin = server.login("hospital.admin").await;
    let unit = super::own_unit(&admin).await;
    let heads = ["姓名", "证件号码", "入职日期"].map(str::to_owned).to_vec();
    let people = (0..people)
        .map(|index| vec![format!("学员{index}"), id_number(index), "2020-07-01".to_owned()]);
    let file = csv(&std::iter::once(heads).chain(people).collect::<Vec<_>>());
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let import = over(&admin, send(&admin, &fields, file.as_bytes())).await;
    assert_eq!(import["refused"], 0, "{import:#}");
}

fn sheet(lines: impl Iterator<Item = Vec<Value>>) -> Vec<u8> {
    let heads = ["序号", "姓名", "证件号码", "学时", "是否合格"];
    let heads = heads.iter().map(|head| json!(head)).collect();
    xlsx(&std::iter::once(heads).chain(lines).collect::<Vec<_>>())
}

pub(super) fn line(index: usize) -> Vec<Value> {
    vec![
        json!(index),
        json!(format!("学员{index}")),
        json!(id_number(index)),
        json!(24),
        json!("合格"),
    ]
}

async fn attendees(client: &Client, class: &Value) -> i64 {
    let path = format!("/v1/classes/{}/roster?include=total&limit=1", text(class, "id"));
    client.get(&path).await.is(200)["total"].as_i64().unwrap()
}

/// P4: one row of a hundred is bad, each in its own way; the others come in as one revision, and the same file again changes nothing.
async fn p4_a_long_roster_names_each_bad_cell_and_is_never_doubled(server: &Server) {
    let (base, class) = ended_class(server).await;
    let (rows, id) = (rows(), text(&class, "id"));
    register(server, rows).await;
    let mut expected = Vec::new();
    let bad = |index: usize| {
        let mut cells = line(index);
        let (column, place, cell, code) = match index / 100 % 5 {
            0 => ("C", 2, json!(4.101_021_985_061_51e17), "id-turned-into-number"),
            1 => ("D", 3, json!(24.1), "hours-over-limit"),
            2 => ("E", 4, json!("也许"), "not-yes-or-no"),
            3 => ("C", 2, json!(id_number(rows + index)), "unknown-reference"),
            _ => ("B", 1, json!("别人"), "name-differs"),
        };
        cells[place] = cell;
        (cells, (format!("{column}{}", index + 2), code.to_owned()))
    };
    let lines = (0..rows).map(|index| {
        if index % 100 != 50 {
            return line(index);
        }
        let (cells, error) = bad(index);
        expected.push(error);
        cells
    });
    let file = sheet(lines);
    let (good, refused) = (rows - expected.len(), expected.len());
    let fields = [("kind", "rosters"), ("class_id", id.as_str())];

    let begun = Instant::now();
    let import = over(&base, send(&base, &fields, &file)).await;
    let took = begun.elapsed();
    println!("{rows} rows, {refused} bad, on {:?}: {took:?}", server.database());
    let [good, refused] = [good, refused].map(|count| i64::try_from(count).unwrap());
    assert_eq!(counts(&import), [good, 0, 0, refused]);
    assert_eq!(
        (&import["ignored_heads"], &import["roster_revision"]),
        (&json!(["序号"]), &json!(1))
    );
    assert_eq!(wrong(&base, &import).await, expected);
    assert_eq!(attendees(&base, &class).await, good);
    let revisions = base.get(&format!("/v1/classes/{id}/roster/revisions")).await.is(200);
    let revisions = revisions["data"].as_array().unwrap();
    assert_eq!(
        (revisions.len(), &revisions[0]["lines"], &revisions[0]["passed"]),
        (1, &json!(good), &json!(good))
    );

    let begun = Instant::now();
    let again = over(&base, send(&base, &fields, &file)).await;
    println!("the same again: {:?}", begun.elapsed());
    assert_eq!(counts(&again), [0, 0, good, refused]);
    assert_eq!(attendees(&base, &class).await, good);

    // The report is the file with its bad cells named.
    let begun = Instant::now();
    let report = base.get(&format!("/v1/imports/{}/report.xlsx", text(&import, "id"))).await;
    assert!(report.status == 200 && report.bytes.starts_with(b"PK\x03\x04"), "{report:?}");
    println!("the report: {:?}", begun.elapsed());

    // Corrected rows alone: the others keep what they have. What is new needs a reason.
    let corrected = sheet((0..rows).filter(|index| index % 100 == 50).map(line));
    let without = over(&base, send(&base, &fields, &corrected)).await;
    assert_eq!(counts(&without), [0, 0, 0, refused]);
    assert_eq!(wrong(&base, &without).await[0].1, "reason-required");
    let with = [fields[0], fields[1], ("reason", "补录")];
    let with = over(&base, send(&base, &with, &corrected)).await;
    assert_eq!((counts(&with), &with["roster_revision"]), ([refused, 0, 0, 0], &json!(2)));
    assert_eq!(attendees(&base, &class).await, good + refused);
    let figures = base.get(&format!("/v1/classes/{id}/roster/revisions")).await.is(200);
    assert_eq!(figures["data"][1]["lines"], good + refused);

    // The attendees have it, and their years follow as from any roster.
    let admin = server.login("hospital.admin").await;
    let records = steps::all_pages(&admin, "/v1/learning-records?year=2023&limit=200").await;
    let given = records.iter().filter(|record| record["class_id"] == class["id"]);
    assert_eq!(i64::try_from(given.count()).unwrap(), good + refused);
}

/// Either every row lands in one step, or none; a dry run says so before.
async fn p4_all_of_a_roster_or_nothing(server: &Server) {
    let (base, class) = ended_class(server).await;
    let id = text(&class, "id");
    register(server, 600).await;
    let fields = [("kind", "rosters"), ("class_id", id.as_str()), ("mode", "all_or_nothing")];
    let one_bad = sheet((0..600).map(|index| {
        let mut cells = line(index);
        if index == 599 {
            cells[3] = json!(-1);
        }
        cells
    }));
    for call in [try_out(&base, &fields, &one_bad), send(&base, &fields, &one_bad)] {
        let import = over(&base, call).await;
        assert_eq!(wrong(&base, &import).await, [("D601".to_owned(), "invalid-value".to_owned())]);
        let state = if import["dry_run"] == true { "succeeded" } else { "failed" };
        assert_eq!((import["state"].as_str(), &import["refused"]), (Some(state), &json!(1)));
        assert_eq!(attendees(&base, &class).await, 0);
    }
    let all_good = sheet((0..600).map(line));
    let import = over(&base, send(&base, &fields, &all_good)).await;
    assert_eq!((counts(&import), import["state"].as_str()), ([600, 0, 0, 0], Some("succeeded")));
    assert_eq!(attendees(&base, &class).await, 600);
    let job = base.get(&text(&import, "job")).await.is(200);
    assert_eq!((&job["done"], &job["total"]), (&json!(1200), &json!(1200)));
    let again = over(&base, send(&base, &fields, &all_good)).await;
    assert_eq!(counts(&again), [0, 0, 600, 0]);
}

/// P4: the script that measures a roster of 50,000 rows with a release build, `tests/clients/long_roster.py target/release/xueshi`.
#[test]
fn p4_a_long_roster_is_measured() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/long_roster.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(env!("CARGO_BIN_EXE_xueshi-under-test"));
    let output = command.args(["--rows", "600", "--most-seconds", "600"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stdout));
    let measured: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&measured["rows"], &measured["bad"]), (&json!(600), &json!(6)));
}
