//! What is refused before a job begins, who sees what, and the files to fill in.

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use xueshi_tests::imports::{counts, csv, id_number, over, send, try_out, wrong, xlsx};
use xueshi_tests::steps::text;
use xueshi_tests::{Server, on_sqlite, workbook as read};

on_sqlite!(
    files_that_cannot_be_taken_in,
    targets_and_rights,
    the_report_is_for_whoever_sent_the_file_and_for_some_days,
    templates_have_the_heads_of_their_kind,
    u4_a_thousand_ids_that_a_spreadsheet_cut_off
);

fn person(index: usize) -> String {
    format!("姓名,证件号码,入职日期\n测试,{},2020-07-01\n", id_number(index))
}

async fn files_that_cannot_be_taken_in(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let unit = super::own_unit(&admin).await;
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let whole = Workbook::new().save_to_buffer();
    let cases: [(&[u8], u16, &str); 8] = [
        (b"%PDF-1.4", 415, "import-format-unknown"),
        (&[0xD0, 0xCF, 0x11, 0xE0, 0, 0], 415, "import-format-unknown"),
        (b"[{\"name\": 1}]", 415, "import-format-unknown"),
        (b"PK\x03\x04 and no archive", 422, "import-unreadable"),
        (b"\"no end", 422, "import-unreadable"),
        ("姓名,证件号码,入职日期\n".as_bytes(), 422, "import-unreadable"),
        ("姓名,证件号码\n甲,1\n".as_bytes(), 422, "import-columns-missing"),
        (whole.as_deref().unwrap_or(b"PK\x03\x04"), 422, "import-columns-missing"),
    ];
    for (file, status, code) in cases {
        for call in [send(&admin, &fields, file), try_out(&admin, &fields, file)] {
            // A workbook without a sheet is no workbook.
            let answer = call.await;
            if code == "import-columns-missing" && answer.json()["code"] == "import-unreadable" {
                continue;
            }
            answer.refused(status, code);
        }
    }
    let problem = send(&admin, &fields, "姓名,入职日期\n甲,1\n".as_bytes()).english().await;
    let problem = problem.refused(422, "import-columns-missing");
    assert_eq!(problem["missing"], json!(["证件号码"]));
    let many: String =
        (0..5_001).map(|index| format!("测试,{},2020-07-01\n", id_number(index))).collect();
    let many = format!("姓名,证件号码,入职日期\n{many}");
    let at_once = [fields[0], fields[1], ("mode", "all_or_nothing")];
    let problem = send(&admin, &at_once, many.as_bytes()).await.refused(422, "import-too-large");
    assert_eq!(problem["max_rows"], 5_000);
    for part in [("kind", "things"), ("mode", "some")] {
        let fields = [("kind", "people"), part];
        let fields = if part.0 == "kind" { &fields[1..] } else { &fields[..] };
        send(&admin, fields, person(1).as_bytes()).await.refused(422, "validation-failed");
    }
    let unknown = [("kind", "people"), ("colour", "red")];
    send(&admin, &unknown, person(1).as_bytes()).await.refused(400, "malformed-multipart");
    assert_eq!(admin.get("/v1/imports").await.is(200)["data"], json!([]));
}

async fn targets_and_rights(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let unit = super::own_unit(&admin).await;
    let base = server.login("base.admin").await;
    let file = person(1);
    let file = file.as_bytes();
    for kind in ["units", "plans", "rosters"] {
        send(&admin, &[("kind", kind)], file).await.refused(403, "forbidden");
    }
    send(&base, &[("kind", "people")], file).await.refused(403, "forbidden");
    server
        .login("auditor")
        .await
        .post("/v1/imports")
        .parts(&[("kind", "people")], "a", file)
        .await
        .refused(403, "forbidden");
    let elsewhere = text(
        &server.login("company.admin").await.get("/v1/me").await.is(200)["grants"][0]["organization"],
        "id",
    );
    for (fields, code) in [
        (vec![("kind", "rosters")], "validation-failed"),
        (vec![("kind", "rosters"), ("class_id", unit.as_str())], "unknown-reference"),
        (vec![("kind", "rosters"), ("class_id", "x")], "validation-failed"),
    ] {
        send(&base, &fields, file).await.refused(422, code);
    }
    for (fields, code) in [
        (vec![("kind", "people"), ("unit_id", elsewhere.as_str())], "unknown-reference"),
        (vec![("kind", "people"), ("class_id", unit.as_str())], "validation-failed"),
        (vec![("kind", "people"), ("reason", "因为")], "validation-failed"),
        (vec![("kind", "declarations"), ("unit_id", unit.as_str())], "validation-failed"),
    ] {
        send(&admin, &fields, file).await.refused(422, code);
    }
    let retired = server.login("professional").await;
    send(&retired, &[("kind", "people")], file).await.refused(403, "forbidden");
    // The same key gives the same answer, and one import.
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let first = send(&admin, &fields, file).key("once").await;
    let second = send(&admin, &fields, file).key("once").await;
    assert_eq!((first.is(202), second.header("idempotent-replayed")), (second.is(202), "true"));
    send(&admin, &fields, person(2).as_bytes())
        .key("once")
        .await
        .refused(422, "idempotency-key-reused");
    let listed = admin.get("/v1/imports").await.is(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

async fn the_report_is_for_whoever_sent_the_file_and_for_some_days(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let unit = super::own_unit(&admin).await;
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let file = csv(&[
        ["姓名", "证件号码", "入职日期"].map(str::to_owned).to_vec(),
        ["测试", "4.10102E+17", "2020-07-01"].map(str::to_owned).to_vec(),
    ]);
    let import = over(&admin, send(&admin, &fields, file.as_bytes())).await;
    let path = format!("/v1/imports/{}", text(&import, "id"));
    let report = admin.get(&format!("{path}/report.xlsx")).await;
    assert!(report.status == 200 && report.bytes.starts_with(b"PK\x03\x04"), "{report:?}");
    // The body above sees that it was done, and not the file.
    let health = server.login("health.reviewer").await;
    health.get(&path).await.is(200);
    health.get(&format!("{path}/report.xlsx")).await.refused(403, "forbidden");
    health.post(&format!("{path}/resumption")).await.refused(403, "forbidden");
    admin.post(&format!("{path}/resumption")).await.refused(409, "wrong-state");
    server
        .login("company.admin")
        .await
        .get(&format!("{path}/errors"))
        .await
        .refused(404, "not-found");
    server.set_clock("2023-10-25T09:00:00+08:00").await;
    for _ in 0..100 {
        let admin = server.login("hospital.admin").await;
        if admin.get(&path).await.is(200)["file_kept"] == false {
            admin.get(&format!("{path}/report.xlsx")).await.refused(404, "not-found");
            let errors = admin.get(&format!("{path}/errors")).await.is(200);
            assert_eq!(errors["data"][0]["code"], "id-turned-into-number");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the file is still there");
}

async fn templates_have_the_heads_of_their_kind(server: &Server) {
    let doctor = server.login("professional").await;
    for kind in ["people", "units", "plans", "rosters", "declarations"] {
        let path = format!("/v1/import-templates/{kind}");
        let workbook = doctor.get(&path).await;
        assert!(
            workbook.status == 200 && workbook.bytes.starts_with(b"PK\x03\x04"),
            "{workbook:?}"
        );
        // Columns of numbers that are no amounts are text: a spreadsheet keeps what is entered there.
        let rows = read::rows(&workbook.bytes);
        let formats = read::column_formats(&workbook.bytes);
        let mut numbers = 0;
        for (place, head) in rows[0].iter().map(ToString::to_string).enumerate() {
            let head = head.trim_end_matches('*');
            let is_number = head.ends_with("号码") || head.ends_with("代码");
            numbers += usize::from(is_number);
            let is_text = formats.get(&place) == Some(&read::TEXT);
            assert!(is_text || !is_number, "{kind} {head}: {formats:?}");
            assert!(!is_text || !["学时", "年度", "计划人数"].contains(&head), "{kind} {head}");
        }
        assert!(numbers > 0, "{kind}: {rows:?}");
        let heads = doctor.get(&format!("{path}?format=csv")).await.text();
        assert!(heads.starts_with('\u{feff}') && heads.lines().count() == 1, "{heads}");
        assert!(kind == "units" || kind == "plans" || heads.contains("证件号码"), "{heads}");
    }
    doctor.get("/v1/import-templates/things").await.refused(404, "not-found");
}

/// U4: as number cells, and in every form in which a spreadsheet shows or writes a number of 15 digits: each is refused, and its cell named.
async fn u4_a_thousand_ids_that_a_spreadsheet_cut_off(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let unit = super::own_unit(&admin).await;
    // With X as its check digit none is a number.
    let ids = (0..).map(id_number).filter(|id| !id.ends_with('X')).take(1_000);
    let rows = ids.enumerate().map(|(index, id)| {
        let kept = &id[..15];
        let cut = format!("{kept}000");
        let cell = match index % 6 {
            0 => json!(cut.parse::<f64>().unwrap()),
            1 => json!(cut),
            2 => json!(format!("{}.{}E+17", &kept[..1], &kept[1..])),
            3 => json!(format!("{}.{}E+17", &kept[..1], &kept[1..6])),
            4 => {
                let groups: Vec<&str> =
                    (0..6).map(|group| &cut[3 * group..3 * group + 3]).collect();
                json!(groups.join(","))
            }
            _ => json!(format!("{cut}.00")),
        };
        vec![json!(format!("测试{index}")), json!("居民身份证"), cell, json!("2020-07-01")]
    });
    let heads: Vec<Value> =
        ["姓名", "证件类型", "证件号码", "入职日期"].iter().map(|head| json!(head)).collect();
    let file = xlsx(&std::iter::once(heads).chain(rows).collect::<Vec<_>>());
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let import = over(&admin, try_out(&admin, &fields, &file)).await;
    assert_eq!(counts(&import), [0, 0, 0, 1_000]);
    let expected: Vec<(String, String)> =
        (2..1_002).map(|line| (format!("C{line}"), "id-turned-into-number".to_owned())).collect();
    assert_eq!(wrong(&admin, &import).await, expected);
}
