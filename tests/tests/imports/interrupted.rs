//! An import that is killed, cancelled and resumed ends as one that is not; and the command line.

use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::imports::{counts, csv, id_number, send, wait, workbook};
use xueshi_tests::steps::text;
use xueshi_tests::{Server, on_both};

use crate::program::xueshi;

on_both!(killed_cancelled_and_resumed_every_row_is_taken_once);

const ROWS: usize = 800;

fn result(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn file(rows: usize) -> String {
    let heads = ["姓名", "证件号码", "入职日期"].map(str::to_owned).to_vec();
    let people = (0..rows)
        .map(|index| vec![format!("学员{index}"), id_number(index), "2020-07-01".to_owned()]);
    csv(&std::iter::once(heads).chain(people).collect::<Vec<_>>())
}

/// Killed at some moments, the job goes on where it was, with the service or a command; cancelled, it is taken up again when asked.
async fn killed_cancelled_and_resumed_every_row_is_taken_once(server: &Server) {
    let mut city = Server::start(server.database()).await;
    let admin = city.login("hospital.admin").await;
    let unit = super::own_unit(&admin).await;
    let before = super::people(&admin).await;
    city.stop();
    let path = city.directory().join("people.csv");
    std::fs::write(&path, file(ROWS)).unwrap();
    let path = path.to_str().unwrap().to_owned();
    let words = ["import", "people", &path, "--as", "hospital.admin", "--unit", &unit, "--json"];

    // No right, no file, no such account: exit codes, and nothing done.
    let tried = xueshi(&city, &[&words[..], &["--dry-run"]].concat()).output().unwrap();
    assert!(tried.status.success(), "{tried:?}");
    assert_eq!(counts(&result(&tried)), [i64::try_from(ROWS).unwrap(), 0, 0, 0]);
    // A sheet that is passed over is told.
    let row = |cells: [&str; 3]| cells.map(|cell| json!(cell)).to_vec();
    let person = || row(["学员", &id_number(0), "2020-07-01"]);
    let sheets = workbook(&[
        ("一科", vec![row(["姓名", "证件号码", "入职日期"]), person()]),
        ("二科", vec![row(["姓名", "身份证", "入职日期"]), person()]),
    ]);
    std::fs::write(city.directory().join("people.xlsx"), sheets).unwrap();
    let mut two = words;
    (two[2], two[7]) = ("people.xlsx", "--dry-run");
    let tried = xueshi(&city, &two).output().unwrap();
    let said = String::from_utf8_lossy(&tried.stdout);
    let expected =
        "the sheet “二科” with 2 rows was passed over: these columns were not found: 证件号码";
    assert!(tried.status.success() && said.contains(expected), "{tried:?}");
    let mut other = words;
    for (account, code) in [("base.admin", 3), ("nobody", 3)] {
        other[4] = account;
        assert_eq!(xueshi(&city, &other).output().unwrap().status.code(), Some(code));
    }
    other[2] = "missing.csv";
    assert_eq!(xueshi(&city, &other).output().unwrap().status.code(), Some(1));

    let mut child = xueshi(&city, &[&words[..], &["--batch", "5"]].concat()).spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(900)).await;
    let was_killed = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();

    // The service takes it up where it was.
    city.start_again();
    let admin = city.login("hospital.admin").await;
    let imports = admin.get("/v1/imports?limit=1").await.is(200);
    let import = wait(&admin, &text(&imports["data"][0], "id")).await;
    assert!(was_killed || import["state"] == "succeeded", "{import:#}");
    let done = counts(&import);
    assert_eq!((done[0], done[1..].to_vec()), (i64::try_from(ROWS).unwrap(), vec![0, 0, 0]));
    assert_eq!(super::people(&admin).await, before + ROWS);

    // Cancelled while it waits or between two batches, and taken up again.
    let more = file(3 * ROWS);
    let fields = [("kind", "people"), ("unit_id", unit.as_str())];
    let asked = send(&admin, &fields, more.as_bytes()).await.is(202);
    let job = text(&asked, "job");
    let cancelled = admin.post(&format!("{job}/cancellation")).await;
    let import = wait(&admin, &text(&asked, "id")).await;
    if cancelled.status == 200 {
        assert_eq!(import["state"], "cancelled", "{import:#}");
        let resumption = format!("/v1/imports/{}/resumption", text(&asked, "id"));
        let resumed = admin.post(&resumption).await;
        assert_eq!(
            (resumed.is(202)["id"].clone(), resumed.header("location")),
            (asked["id"].clone(), job.as_str())
        );
    }
    let import = wait(&admin, &text(&asked, "id")).await;
    let rows = i64::try_from(ROWS).unwrap();
    assert_eq!((counts(&import), &import["state"]), ([2 * rows, 0, rows, 0], &json!("succeeded")));
    assert_eq!(super::people(&admin).await, before + 3 * ROWS);
    city.stop();
}
