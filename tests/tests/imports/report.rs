//! The annotated workbook of what a workbook cannot hold.

use serde_json::{Value, json};
use xueshi_tests::imports::{counts, id_number, over, send, wrong};
use xueshi_tests::steps::text;
use xueshi_tests::{Client, Server, on_sqlite, workbook};

on_sqlite!(
    a_text_that_fits_into_no_cell_is_cut_in_the_report,
    rows_below_the_last_one_of_a_sheet_are_in_the_report
);

const HEADS: [&str; 4] = ["姓名", "证件号码", "入职日期", "错误说明"];

/// Takes people in: the import, and its report.
async fn reported(admin: &Client, file: &str) -> (Value, Vec<u8>) {
    let unit = super::own_unit(admin).await;
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let import = over(admin, send(admin, &fields, file.as_bytes())).await;
    let report = admin.get(&format!("/v1/imports/{}/report.xlsx", text(&import, "id"))).await;
    assert_eq!(report.status, 200, "{report:?}");
    (import, report.bytes)
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A cell holds 32,767 UTF-16 units. What has more bytes than that, and not more units, stays whole.
async fn a_text_that_fits_into_no_cell_is_cut_in_the_report(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let (long, whole) = ("a".repeat(40_000), "省".repeat(20_000));
    let person = |index: usize, name: &str| json!({"name": name, "id_number": id_number(index), "started_on": "2020-07-01"});
    let ndjson = format!("{}\n{}\n", person(0, &long), person(1, &whole));
    let (import, report) = reported(&admin, &ndjson).await;
    assert_eq!(counts(&import), [0, 0, 0, 2]);
    let sheets = workbook::sheets(&report);
    let rows = &sheets[0].1;
    assert_eq!((rows.len(), rows[0][0].as_str()), (3, "姓名"));
    assert_eq!(rows[0].last().unwrap(), "错误说明");
    assert!(rows[1][0].ends_with('…') && units(&rows[1][0]) == 32_767, "{}", units(&rows[1][0]));
    assert!(rows[2][0] == whole && rows[2].last().unwrap().starts_with("姓名："));
    assert_eq!(workbook::marked(&report, &sheets[0].0), [(1, 0), (2, 0)]);

    // A cell of CSV has as many characters, and those outside of the basic plane are two units each.
    let name = "𠮷".repeat(20_000);
    let csv = format!("{}\n{name},{},2020-07-01\n", HEADS[..3].join(","), id_number(2));
    let (import, report) = reported(&admin, &csv).await;
    assert_eq!(counts(&import), [0, 0, 0, 1]);
    let rows = workbook::sheets(&report).remove(0).1;
    assert_eq!(rows[0], HEADS);
    assert!(rows[1][0].ends_with('…') && units(&rows[1][0]) == 32_767, "{}", units(&rows[1][0]));
}

/// Blank lines are no rows, and are counted: a row can stand where no sheet has one. It is in the report all the same, with its number.
async fn rows_below_the_last_one_of_a_sheet_are_in_the_report(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let blank = "\n".repeat(1_048_600);
    let csv = format!(
        "{}\n学员,{},2020-07-01\n{blank}测试,4.10102E+17,2020-07-01\n",
        HEADS[..3].join(","),
        id_number(0)
    );
    let (import, report) = reported(&admin, &csv).await;
    assert_eq!(counts(&import), [1, 0, 0, 1]);
    let bad = [("B1048603".to_owned(), "id-turned-into-number".to_owned())];
    assert_eq!(wrong(&admin, &import).await, bad);
    let (name, rows) = workbook::sheets(&report).remove(0);
    assert_eq!(workbook::marked(&report, &name), [(2, 1)]);
    assert_eq!((rows.len(), &rows[0][..]), (3, &HEADS.map(str::to_owned)[..]));
    assert_eq!((rows[1][0].as_str(), rows[1][3].as_str()), ("学员", ""));
    assert_eq!(rows[2][..2], ["测试", "4.10102E+17"]);
    assert!(rows[2][3].starts_with("第 1048603 行；证件号码："), "{rows:#?}");
}
