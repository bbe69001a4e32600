//! Finding where two copies differ: an independent client computes the same digests from its copy, and comes down to the record with
//! few requests; every change of a record changes them, also one that goes around the program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Database, Server, on_both};

on_both!(
    an_equal_copy_takes_one_look,
    planted_differences_are_found_and_named,
    people_who_are_many_come_as_ranges,
    digests_follow_every_change,
    a_check_finds_and_mends_wrong_digests,
    what_cannot_be_asked_is_refused,
);

fn client(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name)
}

/// Runs one of the independent clients as the provincial platform; its exit code and what it printed.
async fn run(server: &Server, script: &str, words: &[&str]) -> (Option<i32>, Value) {
    let mut command = Command::new("python3");
    command.arg(client(script)).arg(format!("http://{}", server.address()));
    command.args(["province", "sandbox"]).args(words);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = serde_json::from_slice(&output.stdout);
    let said =
        said.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), said)
}

/// A copy that the independent client keeps.
async fn copy(server: &Server) -> String {
    let state = server.directory().join("replica.json").display().to_string();
    run(server, "replica.py", &["--state", &state]).await;
    state
}

/// What differs between the copy and the service, for a year or for people themselves, as `what kind id`; and the requests it took.
async fn differences(server: &Server, copy: &str, year: Option<&str>) -> (Vec<String>, u64) {
    let mut words = vec!["--copy", copy];
    words.extend(year.iter().flat_map(|year| ["--year", *year]));
    let (code, found) = run(server, "reconcile.py", &words).await;
    let differences = found["differences"].as_array().unwrap();
    assert_eq!(code, Some(i32::from(!differences.is_empty())), "{found}");
    let line =
        |one: &Value| format!("{} {} {}", text(one, "what"), text(one, "kind"), text(one, "id"));
    let mut lines: Vec<String> = differences.iter().map(line).collect();
    lines.sort();
    eprintln!("{found}");
    (lines, found["requests"].as_u64().unwrap())
}

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

fn key(server: &Server, id: &str) -> String {
    match server.database() {
        Database::Sqlite => format!("x'{}'", id.replace('-', "")),
        Database::Postgres => format!("'{id}'::uuid"),
    }
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

/// The numbers from one on, as a table `u` of a statement.
fn numbers(database: Database, count: u32) -> String {
    match database {
        Database::Sqlite => format!(
            "with recursive u (n) as (select 1 union all select n + 1 from u where n < {count})"
        ),
        Database::Postgres => format!("with u (n) as (select * from generate_series(1, {count}))"),
    }
}

/// The id of the n-th thing of a kind, as a value and as text.
fn id(database: Database, kind: u32, n: &str) -> (String, String) {
    let text = format!("018b0000-{kind:04x}-7a10-8000-");
    match database {
        Database::Sqlite => (
            format!("unhex(printf('{}%012x', {n}))", text.replace('-', "")),
            format!("printf('{text}%012x', {n})"),
        ),
        Database::Postgres => {
            let text = format!("('{text}' || lpad(to_hex({n}), 12, '0'))");
            (format!("{text}::uuid"), text)
        }
    }
}

/// Units with people with records, made by SQL: `people` of them in `units` units, each with a year and nine completions.
pub(super) fn fill(server: &Server, units: u32, people: u32) {
    let database = server.database();
    let id = |kind: u32, n: &str| id(database, kind, n);
    let empty = match database {
        Database::Sqlite => "x'00'",
        Database::Postgres => "'\\x00'::bytea",
    };
    let unit = format!("((n - 1) % {units} + 1)");
    server.sql(&format!(
        "{units_range} insert into organizations (jurisdiction_id, id, parent_id, path, kind, name, is_public_institution,
             reviewing_body_id, state, version, created_at, updated_at)
         select o.jurisdiction_id, {unit_id}, b.id, b.path || {unit_text} || '/', 'employer', o.name || n, false, b.id, o.state, 1,
             o.created_at, o.created_at
         from u, organizations o join organizations b on b.id = o.reviewing_body_id
         where o.id = (select employer_id from professionals where employer_id is not null order by professional_id limit 1);
         {people_range} insert into professionals (jurisdiction_id, professional_id, name, id_type, id_cipher, id_masked, post, state,
             employer_id, version, created_at, updated_at)
         select j.id, {person_id}, '甲' || n, 'resident_id', {empty}, '410102********1238', 'technical', 'active', {employer}, 1,
             j.created_at, j.created_at
         from u, jurisdictions j where j.is_default;
         {people_range} insert into annual_records (jurisdiction_id, professional_id, year, employer_id, authority_id, state,
             approved_public, approved_professional, pending_public, pending_professional, version, updated_at)
         select j.id, {person_id}, 2023, {employer}, o.reviewing_body_id, 'in_progress', 0, 0, 0, 0, 1, j.created_at
         from u join organizations o on o.id = {employer} join jurisdictions j on j.id = o.jurisdiction_id;
         {records_range} insert into learning_records (jurisdiction_id, professional_id, id, year, source, subject, way, title, hours,
             started_on, completed_on, passed, declared, created_at)
         select j.id, {owner}, {record_id}, 2023, 'platform', 'public', 'distance_course', '课程' || n, 10 + n % 37,
             '2023-05-08', '2023-05-09', true, false, j.created_at
         from u, jurisdictions j where j.is_default;",
        units_range = numbers(database, units),
        people_range = numbers(database, people),
        records_range = numbers(database, people * 9),
        unit_id = id(1, "n").0,
        unit_text = id(1, "n").1,
        person_id = id(2, "n").0,
        employer = id(1, &unit).0,
        owner = id(2, "((n - 1) / 9 + 1)").0,
        record_id = id(3, "n").0,
    ));
}

/// Changes five records of as many people, somewhere among those that [`fill`] made; what is found then.
fn plant(server: &Server, people: u32) -> Vec<String> {
    let record = |n: u32| format!("018b0000-0003-7a10-8000-{n:012x}");
    let person = |n: u32| format!("018b0000-0002-7a10-8000-{n:012x}");
    let at = |share: u32| people / 7 * share + 1;
    let first_of = |n: u32| (n - 1) * 9 + 1;
    let (hours, gone, passed, title, year) = (at(1), at(2), at(3), at(4), at(5));
    server.sql(&format!(
        "update learning_records set hours = hours + 1 where id = {};
         delete from learning_records where id = {};
         update learning_records set passed = false where id = {};
         update learning_records set title = '改' where id = {};
         update annual_records set approved_public = 1 where year = 2023 and professional_id = {};",
        key(server, &record(first_of(hours))),
        key(server, &record(first_of(gone) + 4)),
        key(server, &record(first_of(passed) + 8)),
        key(server, &record(first_of(title) + 2)),
        key(server, &person(year)),
    ));
    let mut expected = vec![
        format!("changed learning_record {}", record(first_of(hours))),
        format!("extra learning_record {}", record(first_of(gone) + 4)),
        format!("changed learning_record {}", record(first_of(passed) + 8)),
        format!("changed learning_record {}", record(first_of(title) + 2)),
        format!("changed annual_record {}:2023", person(year)),
    ];
    expected.sort();
    expected
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

/// The command of the program on the database of a server.
async fn reconcile(server: &Server, words: &[&str]) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
    command.args(["reconcile", "--json", "--sandbox", "--log", "warn"]).args(words);
    command.args(["--database-url", server.database_url(), "--data-dir"]).arg(server.directory());
    command.env_clear().current_dir(server.directory());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = serde_json::from_slice(&output.stdout);
    let said =
        said.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), said)
}

/// The districts of a year as the command prints them: records and digest by id.
fn district(said: &Value, year: &Value, body: &Value) -> (Value, Value) {
    let of = |row: &&Value| {
        row["year"] == *year && row["body_id"] == *body && row["whole"] == body.is_null()
    };
    let row = said["districts"].as_array().unwrap().iter().find(of).unwrap();
    (row["records"].clone(), row["digest"].clone())
}

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

/// Makes the digests of a person and of a unit in 2023 wrong: two that a check finds.
pub(super) fn spoil(server: &Server) {
    let zero = match server.database() {
        Database::Sqlite => "zeroblob(32)",
        Database::Postgres => "decode(repeat('00', 32), 'hex')",
    };
    let mut one = "(select min(professional_id) from person_digests where year = 2023)";
    if server.database() == Database::Postgres {
        one = "(select professional_id from person_digests where year = 2023 order by professional_id limit 1)";
    }
    server.sql(&format!(
        "update person_digests set digest = {zero} where year = 2023 and professional_id = {one};
         delete from unit_digests where year = 2023 and place = '' and unit_id = (select unit_id from person_digests
             where year = 2023 and professional_id = {one});"
    ));
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

async fn what_cannot_be_asked_is_refused(server: &Server) {
    let province = server.machine("province").await;
    let unit = "018b0000-0001-7a10-8000-000000000001";
    for (query, parameter) in [
        ("year=23", "year"),
        ("year=abc", "year"),
        ("unit=7", "unit"),
        (&*format!("unit={unit}&person={unit}"), "unit"),
        (&*format!("body={unit}&person={unit}"), "body"),
        ("prefix=a", "prefix"),
        (&*format!("person={unit}&prefix=a"), "prefix"),
        (&*format!("unit={unit}&prefix=A"), "prefix"),
        (&*format!("unit={unit}&prefix=012345678"), "prefix"),
    ] {
        let problem = province.get(&format!("/v1/sync/reconciliation?{query}")).await.is(400);
        assert_eq!(problem["code"], "invalid-parameter", "{query}");
        assert!(problem.to_string().contains(parameter), "{query}: {problem:#}");
    }
    // What nobody knows is empty: the other side may know more.
    for which in ["body", "unit", "person"] {
        let nothing = province
            .get(&format!("/v1/sync/reconciliation?year=2023&{which}={unit}"))
            .await
            .is(200);
        assert_eq!(
            (&nothing["records"], &nothing["parts"]),
            (&json!(0), &json!([])),
            "{nothing:#}"
        );
    }
    let auditor = server.login("auditor").await;
    auditor.get("/v1/sync/reconciliation?year=2023").await.is(403);
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
