//! Files of rows: people, units, plans, rosters and declarations, in three formats and two modes (ADR 0024).

mod interrupted;
mod kinds;
mod refused;
mod report;
mod rosters;
mod sheets;

use serde_json::{Value, json};
use xueshi_tests::imports::{counts, csv, id_number, over, send, try_out, wrong, xlsx};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

on_both!(people_are_checked_taken_in_and_never_doubled);
on_sqlite!(the_same_rows_in_every_format);

const HEADS: [&str; 6] = ["姓名", "证件类型", "证件号码", "手机号码", "岗位类别", "入职日期"];

/// The unit of a certificate administrator.
async fn own_unit(client: &Client) -> String {
    text(&client.get("/v1/me").await.is(200)["grants"][0]["organization"], "id")
}

async fn people(client: &Client) -> usize {
    let page = client.get("/v1/professionals?include=total&limit=1").await.is(200);
    usize::try_from(page["total"].as_u64().unwrap()).unwrap()
}

fn heads(heads: &[&str]) -> Vec<String> {
    heads.iter().map(|head| (*head).to_owned()).collect()
}

fn row(index: usize, phone: &str) -> Vec<String> {
    let name = format!("测试{index}");
    heads(&[&name, "居民身份证", &id_number(index), phone, "专业技术岗位", "2020-07-01"])
}

/// U4: a dry run keeps nothing but its report; the file is taken in row by row; again, it changes nothing.
async fn people_are_checked_taken_in_and_never_doubled(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let unit = own_unit(&admin).await;
    let mut rows = vec![heads(&HEADS)];
    rows.extend((0..300).map(|index| row(index, "13800001234")));
    rows[10][2] = "4.10102198506151E+17".to_owned();
    rows[20][2] = format!("{}000", &id_number(20)[..15]);
    rows[30][2] = id_number(30).replace("410102", "410103");
    rows[40][5] = "2023-02-30".to_owned();
    rows[50][2] = id_number(0);
    rows[60][0] = String::new();
    rows[60][4] = "院长".to_owned();
    let bad = [
        ("C11", "id-turned-into-number"),
        ("C21", "id-turned-into-number"),
        ("C31", "id-number-check-digit"),
        ("F41", "not-a-day"),
        ("51", "duplicate-row"),
        ("A61", "required"),
        ("E61", "unknown-value"),
    ]
    .map(|(place, code)| (place.to_owned(), code.to_owned()));
    let file = csv(&rows);
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let before = people(&admin).await;

    let tried = over(&admin, try_out(&admin, &fields, file.as_bytes())).await;
    assert_eq!((counts(&tried), &tried["dry_run"]), ([294, 0, 0, 6], &json!(true)));
    assert_eq!((tried["state"].as_str(), tried["errors"].as_i64()), (Some("succeeded"), Some(7)));
    assert_eq!(wrong(&admin, &tried).await, bad);
    assert_eq!(people(&admin).await, before);

    let taken = over(&admin, send(&admin, &fields, file.as_bytes())).await;
    assert_eq!(counts(&taken), [294, 0, 0, 6]);
    assert_eq!(wrong(&admin, &taken).await, bad);
    assert_eq!(people(&admin).await, before + 294);
    let job = admin.get(&text(&taken, "job")).await.is(200);
    assert_eq!(
        (&job["kind"], &job["done"], &job["total"]),
        (&json!("import"), &json!(300), &json!(300))
    );
    assert_eq!(job["errors"][0]["item"], "row:C11");
    assert_eq!(job["result"], format!("/v1/imports/{}", text(&taken, "id")));

    let again = over(&admin, send(&admin, &fields, file.as_bytes())).await;
    assert_eq!(counts(&again), [0, 0, 294, 6]);
    let mut changed = vec![heads(&HEADS), row(1, "13900009999"), row(2, "")];
    changed[1][4] = "管理岗位".to_owned();
    changed.push(row(3, "13800001234"));
    changed[3][0] = "别的名字".to_owned();
    let changed = over(&admin, send(&admin, &fields, csv(&changed).as_bytes())).await;
    assert_eq!(counts(&changed), [0, 1, 1, 1]);
    assert_eq!(wrong(&admin, &changed).await, [("A4".to_owned(), "name-differs".to_owned())]);
    assert_eq!(people(&admin).await, before + 294);

    // What is wrong repeats nothing of the file, and its numbers lie nowhere in clear.
    let errors = admin.get(&format!("/v1/imports/{}/errors", text(&taken, "id"))).await.text();
    assert!(!errors.contains("410102") && !errors.contains("院长"), "{errors}");
    let as_csv = format!("/v1/imports/{}/errors?format=csv", text(&taken, "id"));
    let as_csv = admin.get(&as_csv).await.text();
    assert!(as_csv.starts_with("\u{feff}工作表,行,列,字段,错误代码,错误说明\r\n"), "{as_csv}");
    assert_eq!(as_csv.lines().count(), 8);
    assert!(!in_clear(server.directory(), id_number(5).as_bytes()), "an id number lies in clear");
    let listed = steps::all_pages(&admin, "/v1/imports?kind=people").await;
    assert_eq!(listed.len(), 4);
    let company = server.login("company.admin").await;
    company.get(&format!("/v1/imports/{}", text(&taken, "id"))).await.refused(404, "not-found");
    assert_eq!(company.get("/v1/imports").await.is(200)["data"], json!([]));
}

/// Whether a file below a directory holds these bytes, the database aside: it is looked at by its own tests.
fn in_clear(directory: &std::path::Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(directory).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return in_clear(&path, bytes);
        }
        let content = std::fs::read(&path).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

/// UTF-8 with and without a mark, GB18030, a workbook with dates as serials, and NDJSON: the same people.
async fn the_same_rows_in_every_format(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let unit = own_unit(&admin).await;
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let text_rows = [heads(&HEADS), row(1, "13800001234"), row(2, "13800001234")];
    let utf8 = csv(&text_rows);
    let mark = format!("\u{feff}{utf8}");
    let gb18030 = encoding_rs::GB18030.encode(&utf8).0.into_owned();
    let cells = |index: usize| -> Vec<Value> {
        let mut cells: Vec<Value> =
            row(index, "13800001234").into_iter().map(Value::from).collect();
        cells[3] = json!(13_800_001_234_i64);
        cells[5] = json!(44_013);
        cells
    };
    let workbook =
        xlsx(&[heads(&HEADS).into_iter().map(Value::from).collect(), cells(1), cells(2)]);
    let line = |index: usize| {
        json!({"name": format!("测试{index}"), "id_number": id_number(index), "phone": "13800001234",
            "post": "technical", "started_on": "2020-07-01"})
    };
    let ndjson = format!("{}\n{}\n", line(1), line(2));
    let all: [(&str, &[u8]); 5] = [
        ("csv", utf8.as_bytes()),
        ("csv", mark.as_bytes()),
        ("csv", &gb18030),
        ("xlsx", &workbook),
        ("ndjson", ndjson.as_bytes()),
    ];
    for (place, (format, file)) in all.into_iter().enumerate() {
        let import = over(&admin, send(&admin, &fields, file)).await;
        let expected = if place == 0 { [2, 0, 0, 0] } else { [0, 0, 2, 0] };
        assert_eq!(
            (counts(&import), import["format"].as_str()),
            (expected, Some(format)),
            "{import:#}"
        );
    }
}
