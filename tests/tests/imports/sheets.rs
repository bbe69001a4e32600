//! Workbooks of several sheets: their rows are held against each other, and a sheet without the heads is told.

use serde_json::{Value, json};
use xueshi_tests::imports::{counts, over, send, try_out, workbook};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, workbook as read};

use super::rosters::{ended_class, line, register};

on_both!(
    p4_the_same_person_on_two_sheets_counts_once,
    what_is_wrong_is_named_by_sheet_row_and_column,
    a_sheet_without_the_heads_is_told
);

const HEADS: [&str; 5] = ["序号", "姓名", "证件号码", "学时", "是否合格"];

fn row(cells: &[&str]) -> Vec<Value> {
    cells.iter().map(|cell| json!(cell)).collect()
}

/// A sheet of rows below their heads.
fn sheet(heads: &[&str], rows: impl IntoIterator<Item = Vec<Value>>) -> Vec<Vec<Value>> {
    std::iter::once(row(heads)).chain(rows).collect()
}

async fn errors(client: &Client, import: &Value) -> Vec<Value> {
    let path = format!("/v1/imports/{}/errors?limit=200", text(import, "id"));
    steps::all_pages(client, &path).await
}

/// P4: on row 2 of both sheets stands the same person, with 24 and with 10 hours: the first one counts, and the second is told where it stands.
async fn p4_the_same_person_on_two_sheets_counts_once(server: &Server) {
    let (base, class) = ended_class(server).await;
    register(server, 599).await;
    let mut again = line(0);
    again[3] = json!(10);
    let file = workbook(&[
        ("一班", sheet(&HEADS, (0..300).map(line))),
        ("二班", sheet(&HEADS, std::iter::once(again).chain((300..599).map(line)))),
    ]);
    let id = text(&class, "id");
    let fields = [("kind", "rosters"), ("class_id", id.as_str())];
    for call in [try_out(&base, &fields, &file), send(&base, &fields, &file)] {
        let import = over(&base, call).await;
        let errors = errors(&base, &import).await;
        assert_eq!(counts(&import), [599, 0, 0, 1], "{errors:#?}");
        assert_eq!(
            (errors.len(), &errors[0]["sheet"], &errors[0]["row"], &errors[0]["code"]),
            (1, &json!("二班"), &json!(2), &json!("duplicate-row"))
        );
        let detail = text(&errors[0], "detail");
        assert!(detail.contains("一班") && detail.contains("第 2 行"), "{detail}");
    }
    let roster = steps::all_pages(&base, &format!("/v1/classes/{id}/roster?limit=200")).await;
    assert_eq!(roster.len(), 599);
    let first = roster.iter().find(|attendee| attendee["name"] == "学员0").unwrap();
    assert_eq!(first["hours"].as_f64(), Some(24.0));
}

/// Each sheet has its heads in an order of its own; in the annotated workbook the bad cells are marked, and named beside their rows.
async fn what_is_wrong_is_named_by_sheet_row_and_column(server: &Server) {
    let (base, class) = ended_class(server).await;
    register(server, 5).await;
    let short = |index: usize| {
        let cells = line(index);
        vec![cells[2].clone(), cells[4].clone(), cells[3].clone()]
    };
    let (mut hours, mut number, mut passed) = (line(1), short(2), short(3));
    hours[3] = json!("二十四");
    number[0] = json!(4.101_021_985_061_51e17);
    passed[1] = json!("也许");
    let second = vec![row(&["二班名册"]), row(&["证件号码", "是否合格", "学时"])];
    let second = second.into_iter().chain([number, passed, short(4)]).collect();
    let file = workbook(&[("一班", sheet(&HEADS, [line(0), hours])), ("二班", second)]);
    let id = text(&class, "id");
    let import =
        over(&base, send(&base, &[("kind", "rosters"), ("class_id", id.as_str())], &file)).await;
    assert_eq!(counts(&import), [2, 0, 0, 3]);
    let found: Vec<[String; 5]> = errors(&base, &import)
        .await
        .iter()
        .map(|error| {
            let row = error["row"].to_string();
            let [sheet, column, field, code] =
                ["sheet", "column", "field", "code"].map(|name| text(error, name));
            [sheet, row, column, field, code]
        })
        .collect();
    let expected = [
        ["一班", "3", "D", "hours", "not-a-number"],
        ["二班", "3", "A", "id_number", "id-turned-into-number"],
        ["二班", "4", "B", "passed", "not-yes-or-no"],
    ];
    assert_eq!(found, expected);
    let job = base.get(&text(&import, "job")).await.is(200);
    let items: Vec<String> =
        job["errors"].as_array().unwrap().iter().map(|error| text(error, "item")).collect();
    assert_eq!(items, ["row:一班!D3", "row:二班!A3", "row:二班!B4"]);

    let report = base.get(&format!("/v1/imports/{}/report.xlsx", text(&import, "id"))).await;
    assert_eq!(report.status, 200, "{report:?}");
    let sheets = read::sheets(&report.bytes);
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["一班", "二班"]);
    assert_eq!(read::marked(&report.bytes, "一班"), [(2, 3)]);
    assert_eq!(read::marked(&report.bytes, "二班"), [(2, 0), (3, 1)]);
    let (first, second) = (&sheets[0].1, &sheets[1].1);
    assert_eq!(first[0], [&HEADS[..], &["错误说明"]].concat());
    assert_eq!((first[1][1].as_str(), first[1][5].as_str()), ("学员0", ""));
    assert_eq!(first[2][..4], ["1", "学员1", &text_of(&line(1)[2]), "二十四"]);
    assert_eq!(first[2][5], "学时：不是数字");
    assert_eq!(second[0], ["二班名册", "", "", "错误说明"]);
    assert_eq!(second[1][..3], ["证件号码", "是否合格", "学时"]);
    assert!(second[2][3].starts_with("证件号码："), "{second:#?}");
    assert!(second[3][1] == "也许" && second[3][3].starts_with("是否合格："), "{second:#?}");
    assert_eq!((second[4][0].as_str(), second[4][3].as_str()), (&*text_of(&line(4)[2]), ""));
}

fn text_of(cell: &Value) -> String {
    cell.as_str().unwrap_or_default().to_owned()
}

/// A whole class under 身份证 is no row of the import, and does not go unsaid; the notes of a template and an empty sheet do.
async fn a_sheet_without_the_heads_is_told(server: &Server) {
    let (base, class) = ended_class(server).await;
    register(server, 4).await;
    let misnamed = ["序号", "姓名", "身份证", "学时", "是否合格"];
    let twice = row(&["证件号码", "学时", "学时", "是否合格"]);
    let file = workbook(&[
        ("填写说明", vec![row(&["列 / column", "必填 / required"]), row(&["姓名（name）", "是"])]),
        ("一班", sheet(&HEADS, (0..4).map(line))),
        ("二班", sheet(&misnamed, (4..204).map(line))),
        ("空表", Vec::new()),
        ("汇总", vec![row(&["合计"]), twice]),
    ]);
    let id = text(&class, "id");
    let fields = [("kind", "rosters"), ("class_id", id.as_str())];
    let ignored = json!([
        {"sheet": "二班", "rows": 201, "missing": ["证件号码"], "repeated": null},
        {"sheet": "汇总", "rows": 2, "missing": [], "repeated": "学时"}
    ]);
    let asked = try_out(&base, &fields, &file).await.is(202);
    assert_eq!(asked["ignored_sheets"], ignored, "{asked:#}");
    let import = over(&base, send(&base, &fields, &file)).await;
    assert_eq!(counts(&import), [4, 0, 0, 0]);
    assert_eq!(
        (&import["rows"], &import["ignored_sheets"], &import["ignored_heads"]),
        (&json!(4), &ignored, &json!(["序号"]))
    );
    let listed = base.get("/v1/imports?limit=1&fields=id,ignored_sheets").await.is(200);
    assert_eq!(listed["data"][0]["ignored_sheets"], ignored);
    let whole = workbook(&[("一班", sheet(&HEADS, (0..4).map(line)))]);
    let again = over(&base, send(&base, &fields, &whole)).await;
    assert_eq!((counts(&again), &again["ignored_sheets"]), ([0, 0, 4, 0], &json!([])));
}
