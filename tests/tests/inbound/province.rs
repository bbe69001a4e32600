//! A provincial platform that behaves badly, as a process of its own (`clients/province.py`): in the end both sides say the same.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

on_both!(
    a_slow_duplicating_reordering_platform_ends_consistent,
    a_platform_that_dies_in_the_middle_goes_on,
    what_the_platform_refuses_is_in_the_queue,
);

async fn platform(server: &Server, state: &str, words: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/province.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(format!("http://{}", server.address())).args(["province", "sandbox"]);
    command.arg("--state").arg(server.directory().join(state)).args(words);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn held(server: &Server, state: &str, words: &[&str]) -> Value {
    let output = platform(server, state, words).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Each record of the platform is here as its latest revision says, and nothing is there twice.
async fn assert_consistent(server: &Server, held: &Value, people: usize) {
    assert_eq!(held["conflicts"], json!({}), "{:#}", held["conflicts"]);
    let officer = server.login("city.officer").await;
    let records = held["records"].as_object().unwrap();
    let persons = steps::all_pages(&officer, "/v1/professionals?limit=200").await;
    let completions = steps::all_pages(&officer, "/v1/learning-records?year=2023&limit=200").await;
    let mut seen = 0;
    for record in records.values() {
        let (data, id) = (&record["data"], text(record, "id"));
        match record["kind"].as_str().unwrap() {
            "unit" => {
                let unit = officer.get(&format!("/v1/organizations/{id}")).await.is(200);
                assert_eq!(
                    (&unit["name"], &unit["unit_code"]),
                    (&data["name"], &data["unit_code"])
                );
            }
            "person" => {
                let found: Vec<&Value> =
                    persons.iter().filter(|person| person["name"] == data["name"]).collect();
                assert_eq!(found.len(), 1, "{data}");
                assert_eq!((&found[0]["id"], &found[0]["post"]), (&json!(id), &data["post"]));
                seen += 1;
            }
            "completion" => {
                let found: Vec<&Value> =
                    completions.iter().filter(|record| record["id"] == id.as_str()).collect();
                assert_eq!(found.len(), 1, "{data}");
                assert_eq!(
                    (&found[0]["hours"], &found[0]["title"]),
                    (&data["hours"], &data["title"])
                );
            }
            "prior_year_record" => {
                let path = format!("/v1/professionals/{id}/annual-records/2022");
                let reported = officer.get(&path).await.is(200)["reported"].clone();
                assert_eq!(reported["outcome"], data["outcome"], "{reported:#}");
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(seen, people);
    let delivered =
        completions.iter().filter(|record| text(record, "title").starts_with("公需课程")).count();
    let told = records.values().filter(|record| record["kind"] == "completion").count();
    assert_eq!(delivered, told, "no completion is here twice");
}

async fn a_slow_duplicating_reordering_platform_ends_consistent(server: &Server) {
    let words = ["--people", "12", "--slow", "--duplicate", "--reorder"];
    let first = held(server, "province.json", &words).await;
    assert_consistent(server, &first, 12).await;
    assert!(!first["answered"].as_object().unwrap().is_empty());
    // Another one with the same seed that remembers nothing: nothing is doubled.
    let second = held(server, "forgetful.json", &words).await;
    assert_eq!(first["records"], second["records"]);
    assert_consistent(server, &second, 12).await;
    // What it answered to is as it said.
    let officer = server.login("city.officer").await;
    let rows = steps::all_pages(&officer, "/v1/sync/acknowledgements?limit=200").await;
    assert_eq!(rows.len(), second["answered"].as_object().unwrap().len());
    for row in &rows {
        assert_eq!(
            (&row["answer"], &row["state"]),
            (&json!("accepted"), &json!("synced")),
            "{row:#}"
        );
    }
}

async fn a_platform_that_dies_in_the_middle_goes_on(server: &Server) {
    let words = ["--people", "8", "--batch", "20"];
    for death in ["1", "2", "3", "2"] {
        let output =
            platform(server, "province.json", &[&words[..], &["--die-after", death]].concat())
                .await;
        assert_eq!(output.status.code(), Some(9), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let held = held(server, "province.json", &words).await;
    assert_consistent(server, &held, 8).await;
}

async fn what_the_platform_refuses_is_in_the_queue(server: &Server) {
    steps::certified_person(server).await;
    let held = held(server, "province.json", &["--people", "4", "--refuse", "5"]).await;
    let refused = held["answered"].as_object().unwrap().iter();
    let refused: Vec<&String> =
        refused.filter(|(_, answer)| *answer == "refused").map(|(record, _)| record).collect();
    assert!(!refused.is_empty());
    let officer = server.login("city.officer").await;
    let queue =
        steps::all_pages(&officer, "/v1/sync/acknowledgements?answer=refused&limit=200").await;
    let mut queued: Vec<String> = queue
        .iter()
        .map(|row| format!("{} {}", text(row, "kind"), text(row, "record_id")))
        .collect();
    queued.sort();
    assert!(queue.iter().all(|row| row["reason"] == "省平台校验未通过"), "{queue:#?}");
    let refused: Vec<String> = refused.into_iter().cloned().collect();
    assert!(queued.iter().all(|record| refused.contains(record)), "{queued:?} {refused:?}");
    assert!(!queued.is_empty());
}
