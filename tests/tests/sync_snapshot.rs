//! The snapshot, and copies that begin with it and follow the feed: in the end they equal the source, record by record.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Follower, Replica, START, Server, on_both};

use super::people_merging::{deliver, merge, second_record};

on_both!(
    a_snapshot_has_all_records_and_the_place_to_go_on,
    a_snapshot_is_taken_up_where_it_broke_off,
    a_snapshot_shows_what_one_may_see,
    a_snapshot_is_compressed_as_asked,
    a_copy_follows_to_what_the_source_is,
    an_independent_client_keeps_an_equal_copy,
    a_source_that_is_written_while_it_is_copied_is_copied,
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

async fn a_snapshot_is_compressed_as_asked(server: &Server) {
    server.freeze_clock(START).await;
    let province = server.machine("province").await;
    Follower::default().catch_up(&province, "limit=200").await;
    let plain = province.get("/v1/sync/snapshot").await;
    assert_eq!((plain.status, plain.header("content-encoding")), (200, ""), "{plain:?}");
    for encoding in ["zstd", "gzip"] {
        // The document is about what is in the bytes.
        let call = province.get("/v1/sync/snapshot").header("accept-encoding", encoding);
        let packed = call.undocumented().await;
        assert_eq!((packed.status, packed.header("content-encoding")), (200, encoding));
        assert_eq!(packed.header("content-type"), "application/x-ndjson");
        let unpacked = match encoding {
            "zstd" => {
                assert!(packed.bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]), "a frame of zstd");
                zstd::decode_all(packed.bytes.as_slice()).unwrap()
            }
            _ => {
                let mut unpacked = Vec::new();
                let mut gzip = flate2::read::GzDecoder::new(packed.bytes.as_slice());
                gzip.read_to_end(&mut unpacked).unwrap();
                unpacked
            }
        };
        assert!(packed.bytes.len() * 2 < unpacked.len(), "{encoding}: {}", packed.bytes.len());
        // The first line has the place in the feed, which moves: that a snapshot was begun is told to auditors.
        assert_eq!(
            lines(&String::from_utf8(unpacked).unwrap())[1..],
            lines(&plain.text())[1..],
            "{encoding}"
        );
    }
}

async fn a_copy_follows_to_what_the_source_is(server: &Server) {
    let province = server.machine("province").await;
    let mut replica = Replica::begin(&province).await;
    let person = steps::certified_person(server).await;
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}/revocation", person.public);
    let call = officer.post(&path).json(json!({"reason": "证明材料不实"}));
    let declaration = officer.get(&format!("/v1/declarations/{}", person.public)).await;
    call.if_match(&declaration.etag()).await.is(200);
    replica.catch_up(&province).await;
    replica.assert_equals_source(&province).await;
    let key = ("declaration".to_owned(), person.public.clone());
    assert_eq!(replica.records[&key]["state"], "revoked");
}

/// An independent client: Python, with nothing but its standard library. It goes on from what it kept; its copy.
async fn independent_client(server: &Server, words: &[&str]) -> Value {
    let python = Command::new("python3").arg("--version").stdout(Stdio::null()).status();
    assert!(
        python.is_ok_and(|status| status.success()),
        "this test needs python3: it is the independent client"
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/replica.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(format!("http://{}", server.address())).args(["province", "sandbox"]);
    command.args(words).arg("--state").arg(server.directory().join("replica.json"));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The copy has the records that the source has, and no others.
async fn assert_equals_source(server: &Server, copy: &Value) {
    let source = Replica::begin(&server.machine("province").await).await;
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

/// Its connection breaks off every 20 lines.
async fn an_independent_client_keeps_an_equal_copy(server: &Server) {
    independent_client(server, &["--break-after", "20"]).await;
    let person = steps::certified_person(server).await;
    let copy = independent_client(server, &[]).await;
    assert_eq!(copy["declaration"][&person.public]["state"], "approved");
    assert_equals_source(server, &copy).await;
}

/// The snapshot is taken in many small parts while units come and are renamed, completions arrive, a year is declared and certified,
/// and a person's records become another's: with the feed behind it, it comes to what the source is.
async fn a_source_that_is_written_while_it_is_copied_is_copied(server: &Server) {
    let copied = Cell::new(false);
    let copying = async {
        independent_client(server, &["--break-after", "20", "--pause", "0.1"]).await;
        copied.set(true);
    };
    let mut meanwhile = 0;
    let writing = async {
        let admin = server.login("city.admin").await;
        let bureau = admin.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
        let kept = steps::certified_person(server).await.professional_id;
        let (merged, _) = second_record(server).await;
        let mut turn = 0;
        // A bound: where records come in faster than they are copied, copying has no end.
        while turn < 6 || (turn < 40 && !copied.get()) {
            let body = json!({"parent_id": bureau, "kind": "district_bureau", "name": format!("第{turn}区")});
            let unit = admin.post("/v1/organizations").json(body).await.is(201);
            deliver(server, &merged, &format!("copied-{turn}"), 1).await;
            let call = admin.patch(&format!("/v1/organizations/{}", text(&unit, "id")));
            let tag = format!("\"{}\"", unit["version"]);
            let name = json!({"name": format!("第{turn}区（更名）")});
            call.if_match(&tag).json(name).await.is(200);
            if turn == 3 {
                let officer = server.login("city.officer").await;
                merge(&officer, &kept, &merged).await.is(200);
            }
            turn += 1;
            meanwhile += usize::from(!copied.get());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::join!(copying, writing);
    assert!(meanwhile > 0, "it was written while it was copied");
    let copy = independent_client(server, &[]).await;
    assert_equals_source(server, &copy).await;
}
