//! Copies and where they differ: equal ones, planted differences, many people.

use std::time::Instant;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::filled::{fill, plant};
use super::{copy, differences, district, key, reconcile};

on_both!(
    an_equal_copy_takes_one_look,
    planted_differences_are_found_and_named,
    people_who_are_many_come_as_ranges,
);

async fn an_equal_copy_takes_one_look(server: &Server) {
    steps::certified_person(server).await;
    let copy = copy(server).await;
    for year in [Some("2023"), Some("2022"), Some("2031"), None] {
        let (found, requests) = differences(server, &copy, year).await;
        // One for the members that are compared, one to compare.
        assert_eq!((found, requests), (Vec::new(), 2), "{year:?}");
    }
    let province = server.machine("province").await;
    let city = province.get("/v1/sync/reconciliation?year=2023").await.is(200);
    assert!(city["records"].as_i64().unwrap() > 20, "{city:#}");
    let sum: i64 = city["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["records"].as_i64().unwrap())
        .sum();
    assert_eq!(city["records"], sum);
}

async fn planted_differences_are_found_and_named(server: &Server) {
    let person = steps::certified_person(server).await;
    let file = copy(server).await;
    let mut state: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let copied = &mut state["copy"];
    let first = |copied: &Value, kind: &str| {
        let of_year = |record: &&Value| record["year"] == 2023;
        let records = copied[kind].as_object().unwrap();
        records.values().rfind(of_year).unwrap()["id"].as_str().unwrap().to_owned()
    };
    // In the copy: a declaration of other hours, a completion that is missing, a certificate in another state, one that is not ours.
    copied["declaration"][&person.public]["hours"] = json!(29.5);
    let missing = first(copied, "learning_record");
    copied["learning_record"].as_object_mut().unwrap().remove(&missing);
    let certificate = first(copied, "certificate");
    copied["certificate"][&certificate]["state"] = json!("revoked");
    let record = first(copied, "annual_record");
    let mut extra = copied["declaration"][&person.public].clone();
    let extra_id = "018b3b1e-7c00-7a10-8c11-00000000ffff";
    extra["id"] = json!(extra_id);
    copied["declaration"][extra_id] = extra;
    // Moments of writing are not compared.
    copied["annual_record"][&record]["updated_at"] = json!("2020-01-01T00:00:00+08:00");
    std::fs::write(&file, state.to_string()).unwrap();
    // In the service, behind its back: a year, and a person.
    let (whose, _) = record.split_once(':').unwrap();
    server.sql(&format!(
        "update annual_records set pending_public = pending_public + 5 where year = 2023 and professional_id = {0};
         update professionals set title_level = 'senior' where professional_id = {0};",
        key(server, whose)
    ));
    let (found, requests) = differences(server, &file, Some("2023")).await;
    let mut expected = vec![
        format!("changed declaration {}", person.public),
        format!("missing learning_record {missing}"),
        format!("changed certificate {certificate}"),
        format!("extra declaration {extra_id}"),
        format!("changed annual_record {record}"),
    ];
    expected.sort();
    assert_eq!(found, expected);
    assert!(requests < 25, "{requests}");
    let (found, _) = differences(server, &file, None).await;
    assert_eq!(found, [format!("changed professional {whose}")]);
}

async fn people_who_are_many_come_as_ranges(server: &Server) {
    const PEOPLE: u32 = 1_500;
    fill(server, 3, PEOPLE);
    let file = copy(server).await;
    let (found, requests) = differences(server, &file, Some("2023")).await;
    assert_eq!((found, requests), (Vec::new(), 2));
    let expected = plant(server, PEOPLE);
    let (found, requests) = differences(server, &file, Some("2023")).await;
    assert_eq!(found, expected);
    assert!(requests < 40, "{requests}");
    let province = server.machine("province").await;
    let unit = "018b0000-0001-7a10-8000-000000000001";
    let path = format!("/v1/sync/reconciliation?year=2023&unit={unit}");
    let whole = province.get(&path).await.is(200);
    let parts = whole["parts"].as_array().unwrap();
    assert!(parts.len() == 16 && parts.iter().all(|part| part["kind"] == "range"), "{whole:#}");
    assert_eq!((&whole["people"], &whole["records"]), (&json!(500), &json!(5_000)), "{whole:#}");
    // Ranges come down to people, and add up.
    let mut people = 0;
    for part in parts {
        let within = province.get(&format!("{path}&prefix={}", text(part, "prefix"))).await.is(200);
        assert_eq!((&within["digest"], &within["records"]), (&part["digest"], &part["records"]));
        assert!(within["parts"].as_array().unwrap().iter().all(|part| part["kind"] == "person"));
        people += within["parts"].as_array().unwrap().len();
    }
    assert_eq!(people, 500);
}

/// A million records, as many as `XUESHI_RECORDS` says: run it by hand, with `--ignored --nocapture`.
mod a_million_records {
    #[test]
    #[ignore = "takes minutes: run it by hand"]
    fn sqlite() {
        xueshi_tests::run(xueshi_tests::Database::Sqlite, super::many);
    }

    #[test]
    #[ignore = "takes minutes: run it by hand"]
    fn postgres() {
        xueshi_tests::run(xueshi_tests::Database::Postgres, super::many);
    }
}

async fn many(server: &Server) {
    let records: u32 =
        std::env::var("XUESHI_RECORDS").map_or(1_000_000, |text| text.parse().unwrap());
    let (people, begun) = (records / 10, Instant::now());
    let said = |what: &str| {
        eprintln!("{:?} {:>7.1} s {what}", server.database(), begun.elapsed().as_secs_f64())
    };
    fill(server, 400, people);
    said("filled");
    let (code, printed) = reconcile(server, &["2023"]).await;
    said("digests computed");
    let whole = district(&printed, &json!(2023), &Value::Null);
    assert!(code == Some(0) && whole.0.as_u64().unwrap() >= u64::from(records), "{whole:?}");
    let province = server.machine("province").await;
    let file = server.directory().join("snapshot.ndjson");
    let snapshot = format!("http://{}/v1/sync/snapshot", server.address());
    let mut lines =
        reqwest::Client::new().get(snapshot).bearer_auth(province.token()).send().await.unwrap();
    let mut kept = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    while let Some(chunk) = lines.chunk().await.unwrap() {
        std::io::Write::write_all(&mut kept, &chunk).unwrap();
    }
    drop(kept);
    said("snapshot taken");
    let file = file.display().to_string();
    let (found, requests) = differences(server, &file, Some("2023")).await;
    assert_eq!((found, requests), (Vec::new(), 2));
    let expected = plant(server, people);
    let (found, requests) = differences(server, &file, Some("2023")).await;
    said(&format!("{} differences found with {requests} requests", found.len()));
    assert_eq!(found, expected);
    assert!(requests < 200, "{requests}");
}
