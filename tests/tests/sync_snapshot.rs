//! The snapshot, and copies that begin with it and follow the feed: in the end they equal the source, record by record.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Follower, Replica, Server, on_both};

on_both!(
    a_snapshot_has_all_records_and_the_place_to_go_on,
    a_snapshot_is_taken_up_where_it_broke_off,
    a_snapshot_shows_what_one_may_see,
    a_copy_follows_to_what_the_source_is,
    an_independent_client_keeps_an_equal_copy,
);

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn a_snapshot_has_all_records_and_the_place_to_go_on(server: &Server) {
    let person = steps::certified_person(server).await;
    let province = server.machine("province").await;
    let lines = lines(&province.get("/v1/sync/snapshot").await.text());
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    assert_eq!(first["kind"], "snapshot", "{first:#}");
    assert_eq!(last["kind"], "end", "{last:#}");
    let mut counts = BTreeMap::<String, i64>::new();
    for line in &lines[1..lines.len() - 1] {
        *counts.entry(text(line, "kind")).or_default() += 1;
    }
    for (kind, count) in last["counts"].as_object().unwrap() {
        assert_eq!(counts.get(kind).copied().unwrap_or(0), count.as_i64().unwrap(), "{kind}");
    }
    // As the lists of those who see all of the city have them.
    let auditor = server.login("auditor").await;
    for (kind, list) in [
        ("organization", "/v1/organizations?limit=200"),
        ("professional", "/v1/professionals?limit=200"),
        ("learning_record", "/v1/learning-records?limit=200"),
        ("declaration", "/v1/declarations?year=2023&limit=200"),
        ("annual_record", "/v1/annual-records?year=2023&limit=200"),
        ("class", "/v1/classes?limit=200"),
        ("policy", "/v1/policies?limit=200"),
    ] {
        let listed = steps::all_pages(&auditor, list).await;
        let of_2023 =
            |line: &&Value| !list.contains("year=2023") || line["resource"]["year"] == 2023;
        let of_kind = lines.iter().filter(|line| line["kind"] == kind).filter(of_2023);
        // Retired people have no unit that a scope could cover.
        let of_kind: Vec<&Value> = of_kind.map(|line| &line["resource"]).collect();
        assert!(
            of_kind.len() >= listed.len() && !listed.is_empty(),
            "{kind}: {} {}",
            of_kind.len(),
            listed.len()
        );
        for row in &listed {
            let same = of_kind.iter().any(|record| {
                row.as_object().unwrap().iter().all(|(name, value)| {
                    name == "organization_name" || record.get(name) == Some(value)
                })
            });
            assert!(same, "{kind} {row:#}");
        }
    }
    // The place is that of the state: nothing is told behind it.
    let mut follower = Follower { cursor: Some(text(first, "cursor")), events: Vec::new() };
    follower.catch_up(&province, "limit=200").await;
    assert!(follower.events.is_empty(), "{:?}", follower.types());
    assert!(!person.number.is_empty());
}

async fn a_snapshot_is_taken_up_where_it_broke_off(server: &Server) {
    let province = server.machine("province").await;
    let whole = lines(&province.get("/v1/sync/snapshot").await.text());
    let records = &whole[1..whole.len() - 1];
    for place in [0, 5, records.len() / 2, records.len() - 2, records.len() - 1] {
        let (part, after) = (text(&records[place], "kind"), text(&records[place], "id"));
        let query = format!("part={part}&after={}", after.replace(':', "%3A"));
        let rest = lines(&province.get(&format!("/v1/sync/snapshot?{query}")).await.text());
        assert_eq!(rest[0]["part"], part.as_str());
        assert_eq!(&rest[1..rest.len() - 1], &records[place + 1..], "behind {part} {after}");
    }
    for query in
        ["part=declaration&after=x", "part=dragon", "after=x", "part=annual_record&after=1"]
    {
        let call = province.get(&format!("/v1/sync/snapshot?{query}"));
        call.await.refused(400, "invalid-parameter");
    }
}

async fn a_snapshot_shows_what_one_may_see(server: &Server) {
    let person = steps::certified_person(server).await;
    for (account, sees) in [("hospital.admin", true), ("company.admin", false)] {
        let client = server.login(account).await;
        let whole = client.get("/v1/sync/snapshot").await.text();
        assert_eq!(whole.contains(&person.professional_id), sees, "{account}");
        assert_eq!(whole.contains(&person.number), sees, "{account}");
    }
    let platform = server.machine("hnzjzx").await;
    platform.get("/v1/sync/snapshot").await.refused(403, "insufficient-scope");
}

async fn a_copy_follows_to_what_the_source_is(server: &Server) {
    let province = server.machine("province").await;
    let mut replica = Replica::begin(&province).await;
    let person = steps::certified_person(server).await;
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}/revocation", person.public);
    let call = officer.post(&path).json(serde_json::json!({"reason": "证明材料不实"}));
    let declaration = officer.get(&format!("/v1/declarations/{}", person.public)).await;
    call.if_match(&declaration.etag()).await.is(200);
    replica.catch_up(&province).await;
    replica.assert_equals_source(&province).await;
    let key = ("declaration".to_owned(), person.public.clone());
    assert_eq!(replica.records[&key]["state"], "revoked");
}

/// An independent client: Python, with nothing but its standard library. Its connection breaks off every 20 lines.
async fn an_independent_client_keeps_an_equal_copy(server: &Server) {
    let python = Command::new("python3").arg("--version").stdout(Stdio::null()).status();
    assert!(
        python.is_ok_and(|status| status.success()),
        "this test needs python3: it is the independent client"
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/replica.py");
    let state = server.directory().join("replica.json");
    let run = async || -> Value {
        let (script, state) = (script.clone(), state.clone());
        let base = format!("http://{}", server.address());
        let output = tokio::task::spawn_blocking(move || {
            let mut command = Command::new("python3");
            command.arg(script).args([&base, "province", "sandbox", "--break-after", "20"]);
            command.arg("--state").arg(state).output().unwrap()
        });
        let output = output.await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    run().await;
    let person = steps::certified_person(server).await;
    let copy = run().await;
    assert_eq!(copy["declaration"][&person.public]["state"], "approved");
    let province = server.machine("province").await;
    let source = Replica::begin(&province).await;
    let copied: BTreeMap<(String, String), Value> = copy
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(kind, records)| {
            let records = records.as_object().unwrap().iter();
            records.map(|(id, record)| ((kind.clone(), id.clone()), record.clone()))
        })
        .collect();
    assert_eq!(copied, source.records);
}
