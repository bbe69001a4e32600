//! Finding where two copies differ: an independent client computes the same digests from its copy, and comes down to the record with
//! few requests; every change of a record changes them, also one that goes around the program.

mod copies;
mod digests;
mod filled;
mod refused;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use xueshi_tests::steps::text;
use xueshi_tests::{Database, Server};

pub(super) use self::filled::fill;

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

fn key(server: &Server, id: &str) -> String {
    match server.database() {
        Database::Sqlite => format!("x'{}'", id.replace('-', "")),
        Database::Postgres => format!("'{id}'::uuid"),
    }
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
