//! Digests follow the records, and a check mends them.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{copy, differences, district, key, reconcile, spoil};

on_both!(digests_follow_every_change, a_check_finds_and_mends_wrong_digests);

async fn digests_follow_every_change(server: &Server) {
    let province = server.machine("province").await;
    let look = async || province.get("/v1/sync/reconciliation?year=2023").await.is(200);
    let before = look().await;
    let person = steps::certified_person(server).await;
    let after = look().await;
    assert_ne!(before["digest"], after["digest"]);
    assert_eq!(after["pending"], false);
    // They are what the records say, whatever way they went: from the copy of an independent client …
    let file = copy(server).await;
    assert_eq!(differences(server, &file, Some("2023")).await.0, Vec::<String>::new());
    // … and from the records themselves.
    let (code, said) = reconcile(server, &["--check"]).await;
    assert_eq!((code, &said["checked"]["differing"]), (Some(0), &json!(0)), "{said:#}");
    let year = json!(2023);
    assert_eq!(
        district(&said, &year, &Value::Null),
        (after["records"].clone(), after["digest"].clone())
    );
    for part in after["parts"].as_array().unwrap() {
        assert_eq!(
            district(&said, &year, &part["id"]),
            (part["records"].clone(), part["digest"].clone())
        );
    }
    let checked = look().await;
    assert_eq!(checked["checked"]["differing"], 0, "{checked:#}");
    assert!(checked["checked"]["people"].as_i64().unwrap() >= 15, "{checked:#}");
    // A change and the change back give the same again.
    let id = key(server, &person.public);
    server.sql(&format!("update declarations set hours = hours + 10 where id = {id}"));
    assert_ne!(look().await["digest"], after["digest"]);
    server.sql(&format!("update declarations set hours = hours - 10 where id = {id}"));
    assert_eq!(look().await["digest"], after["digest"]);
    // Of drafts nobody is told.
    let engineer = server.login("engineer").await;
    steps::conference_with_evidence(&engineer, "年会", "05-08", "05-09", 8).await;
    assert_eq!(look().await["digest"], after["digest"]);
    // A unit that gets another reviewing body takes its people along.
    let of = |city: &Value| -> Vec<String> {
        city["parts"].as_array().unwrap().iter().map(|part| text(part, "id")).collect()
    };
    server.sql("update organizations set reviewing_body_id = null where kind = 'employer'");
    let moved = look().await;
    assert_eq!(moved["digest"], after["digest"]);
    assert_ne!(of(&moved), of(&after));
}

async fn a_check_finds_and_mends_wrong_digests(server: &Server) {
    // The daily check is over.
    let province = server.machine("province").await;
    while province.get("/v1/sync/reconciliation").await.is(200)["checked"].is_null() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (code, right) = reconcile(server, &["2023"]).await;
    assert_eq!(code, Some(0), "{right:#}");
    spoil(server);
    let (_, wrong) = reconcile(server, &["2023"]).await;
    assert_ne!(right["districts"], wrong["districts"]);
    let (code, said) = reconcile(server, &["2023", "--check"]).await;
    assert_eq!(code, Some(3), "{said:#}");
    assert_eq!(said["checked"]["differing"], 2, "{said:#}");
    assert_eq!(said["districts"], right["districts"]);
    let (code, said) = reconcile(server, &["--check"]).await;
    assert_eq!((code, &said["checked"]["differing"]), (Some(0), &json!(0)), "{said:#}");
    let (code, _) = reconcile_fails(server, &["--city", "999999"]).await;
    assert_eq!(code, Some(3));
}

async fn reconcile_fails(server: &Server, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
    command.args(["reconcile", "--sandbox"]).args(words);
    command.args(["--database-url", server.database_url(), "--data-dir"]).arg(server.directory());
    command.env_clear().current_dir(server.directory());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}
