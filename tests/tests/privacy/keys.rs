//! Everything is encrypted anew under another key, while the service runs and though it is killed.

use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Database, Server, on_both};

use super::{lines, revealed};
use crate::program::xueshi;

on_both!(
    u4a_all_is_encrypted_anew_while_requests_are_served,
    u4a_a_rotation_that_is_killed_goes_on_with_the_same_key,
    u4a_what_does_not_decrypt_is_named_and_can_be_left_behind,
    u4a_the_master_key_changes_without_touching_what_is_encrypted,
);

/// The columns that hold ciphertexts.
const SEALED: &[(&str, &str)] = &[
    ("professionals", "id_cipher"),
    ("professionals", "phone_cipher"),
    ("registrations", "id_cipher"),
    ("registrations", "phone_cipher"),
    ("signing_keys", "private_key"),
    ("idempotency_keys", "body"),
    ("sync_conflicts", "remote_cipher"),
    ("webhook_secrets", "secret"),
    ("webhook_endpoints", "url"),
];

/// How all ciphertexts begin, each once: format, algorithm, version of the key, in hexadecimal.
fn headers(server: &Server) -> Vec<String> {
    let mut all = Vec::new();
    for (table, column) in SEALED {
        let head = match server.database() {
            Database::Sqlite => format!("hex(substr({column}, 1, 6))"),
            Database::Postgres => {
                format!("upper(encode(substring({column} from 1 for 6), 'hex'))")
            }
        };
        let query = format!(
            "select distinct {head} as line from {table} where {column} is not null and length({column}) > 0"
        );
        all.extend(lines(server, &query));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The result of a command that ended well.
fn result(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {errors}", output.status);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The result of a command that is waited for while the service goes on.
async fn finished(child: Child) -> Value {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    result(&output.await.unwrap())
}

fn rotation(server: &Server, more: &[&str]) -> Child {
    xueshi(server, &[&["keys", "rotate", "--json"][..], more].concat()).spawn().unwrap()
}

/// Id number and phone of everybody, as the municipal bureau is shown them.
async fn everybody(server: &Server) -> Vec<Value> {
    let officer = server.login("city.officer").await;
    let mut shown = Vec::new();
    for person in steps::all_pages(&officer, "/v1/professionals?limit=200").await {
        let path = format!("/v1/professionals/{}/personal-data", text(&person, "id"));
        shown.push(officer.post(&path).json(super::both_numbers()).await.is(200));
    }
    shown
}

/// Something in every column of ciphertexts that the demo world leaves empty.
async fn fill(server: &Server) {
    let admin = server.login("hospital.admin").await;
    let hook = json!({"url": "http://127.0.0.1:1/hook"});
    admin.post("/v1/webhooks").json(hook).key("hook").await.is(201);
}

async fn u4a_all_is_encrypted_anew_while_requests_are_served(server: &Server) {
    fill(server).await;
    assert_eq!(headers(server), ["020100000001"], "AES-256-GCM, key 1");
    let before = everybody(server).await;
    let doctor = steps::professional_id(&server.login("professional").await).await;
    let admin = server.login("hospital.admin").await;
    let child = rotation(server, &["--batch", "3", "--field-cipher", "sm4-gcm"]);
    let rotated = tokio::spawn(finished(child));
    // Numbers change and are looked at all the time.
    let mut phone = String::new();
    for count in 0.. {
        if rotated.is_finished() {
            break;
        }
        phone = format!("1380000{:04}", count % 10_000);
        change_phone(&admin, &doctor, &phone).await;
        assert_eq!(revealed(&admin, &doctor).await.1, phone);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let done = rotated.await.unwrap();
    assert_eq!((&done["version"], &done["algorithm"]), (&json!(2), &json!("sm4-gcm")), "{done}");
    assert_eq!(headers(server), ["020200000002"], "SM4-GCM, key 2");
    assert_eq!(revealed(&admin, &doctor).await.1, phone);
    let mut after = everybody(server).await;
    for (old, new) in before.iter().zip(&mut after) {
        if new["professional_id"] == doctor.as_str() {
            new["phone"] = old["phone"].clone();
        }
    }
    assert_eq!(before, after);
    // People are found by their number as before, and tokens that were given before are good.
    let number = text(&before[0], "id_number");
    let taken = json!({"name": "另一人", "id_type": "resident_id", "id_number": number, "post": "technical",
        "employer_id": text(&admin.get("/v1/me").await.is(200)["grants"][0]["organization"], "id"),
        "started_on": "2023-09-01"});
    admin.post("/v1/professionals").json(taken).await.refused(409, "already-exists");
    // It is told, and listed.
    let told = lines(
        server,
        "select data as line from events where kind = 'keys.rotated' and data like '%algorithm%'",
    );
    assert_eq!(told.len(), 1, "{told:?}");
    let listed = result(&xueshi(server, &["keys", "list", "--json"]).output().unwrap());
    let keys = listed["keys"].as_array().unwrap();
    let field: Vec<&Value> = keys.iter().filter(|key| key["kind"] == "field").collect();
    assert_eq!(field.len(), 2, "{listed:#}");
    assert!(field[0]["retired_at"].is_string() && field[0]["values"] == 0, "{listed:#}");
    assert!(field[1]["retired_at"].is_null() && field[1]["values"].as_i64() > Some(0));
    // What was encrypted under an older version of the program is brought along too: that is the same road.
    let help = xueshi(server, &["keys", "rotate", "--help"]).output().unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("Exit codes"), "{help:?}");
}

async fn change_phone(admin: &Client, person: &str, phone: &str) {
    let path = format!("/v1/professionals/{person}");
    let call = admin.patch(&path).if_match("*").json(json!({"phone": phone}));
    call.await.is(200);
}

async fn u4a_a_rotation_that_is_killed_goes_on_with_the_same_key(server: &Server) {
    fill(server).await;
    let before = everybody(server).await;
    let mut half_done = 0;
    for attempt in 0..12 {
        let mut child = rotation(server, &["--batch", "1"]);
        tokio::time::sleep(Duration::from_millis(60 + attempt * 25)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        half_done += i32::from(headers(server).len() == 2);
        assert_eq!(everybody(server).await, before, "what is under either key reads back");
    }
    let done = finished(rotation(server, &[])).await;
    assert_eq!(done["version"], 2, "{done}: a killed run was followed by a key of its own");
    assert_eq!(headers(server), ["020100000002"], "{half_done} runs broke off in the middle");
    assert_eq!(everybody(server).await, before);
    // A second one beside the first is refused.
    let first = rotation(server, &[]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let second = xueshi(server, &["keys", "rotate", "--json"]).output().unwrap();
    assert_eq!(second.status.code(), Some(3), "{second:?}");
    assert_eq!(finished(first).await["version"], 3);
}

async fn u4a_what_does_not_decrypt_is_named_and_can_be_left_behind(server: &Server) {
    let doctor = steps::professional_id(&server.login("professional").await).await;
    // Its last byte gets lost.
    let (row, cut, id) = match server.database() {
        Database::Sqlite => (
            doctor.replace('-', ""),
            "substr(phone_cipher, 1, length(phone_cipher) - 1)",
            "lower(hex(professional_id))",
        ),
        Database::Postgres => (
            doctor,
            "substring(phone_cipher from 1 for length(phone_cipher) - 1)",
            "professional_id::text",
        ),
    };
    server.sql(&format!("update professionals set phone_cipher = {cut} where {id} = '{row}'"));
    let refused = xueshi(server, &["keys", "rotate"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("1 values do not decrypt"), "{said}");
    assert!(said.contains(&format!("professionals.phone_cipher of {row} (key 1)")), "{said}");
    // One to another cipher does not go on with the key of the first.
    let more = ["--field-cipher", "sm4-gcm", "--skip-unreadable"];
    let done = finished(rotation(server, &more)).await;
    assert_eq!((&done["version"], &done["resumed"]), (&json!(3), &json!(false)), "{done}");
    assert_eq!(done["unreadable"], 1, "{done}");
    assert_eq!(
        done["unreadable_rows"],
        json!([{"table": "professionals", "column": "phone_cipher", "row": row, "version": 1}])
    );
    assert_eq!(headers(server), ["020100000001", "020200000003"], "all but the one");
    let listed = result(&xueshi(server, &["keys", "list", "--json"]).output().unwrap());
    let keys = listed["keys"].as_array().unwrap();
    let in_use = keys.iter().filter(|key| key["kind"] == "field" && key["retired_at"].is_null());
    let in_use: Vec<&Value> = in_use.map(|key| &key["version"]).collect();
    assert_eq!(in_use, [&json!(3)], "{listed:#}");
}

/// A command of the program on a production database.
fn production(server: &Server, words: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
    command.args(words).args(["--log", "warn", "--json", "--database-url", server.database_url()]);
    command.arg("--data-dir").arg(server.directory()).env_clear().current_dir(server.directory());
    command.envs(environment.iter().copied()).stdin(Stdio::null());
    command.output().unwrap()
}

async fn u4a_the_master_key_changes_without_touching_what_is_encrypted(server: &Server) {
    let mut server = Server::on_empty(server.database(), Server::as_production).unwrap();
    server.stop();
    let create = ["admin", "create", "--username", "chief", "--name", "张主任"];
    result(&production(&server, &create, &[]));
    let secret = server.directory().join("secret.key");
    let first = std::fs::read_to_string(&secret).unwrap();
    let sealed = lines(&server, sealed_key(server.database()));
    // Without a new key there is nothing to change to; the present one is none.
    let rotate = ["keys", "rotate", "--master"];
    assert_eq!(production(&server, &rotate, &[]).status.code(), Some(3));
    let present = [("XUESHI_NEW_MASTER_KEY", first.trim())];
    assert_eq!(production(&server, &rotate, &present).status.code(), Some(3));
    let next = "5a".repeat(32);
    let changed = production(&server, &rotate, &[("XUESHI_NEW_MASTER_KEY", &next)]);
    let changed = result(&changed);
    assert_eq!(changed["file_replaced"], true, "{changed}");
    assert_eq!(std::fs::read_to_string(&secret).unwrap().trim(), next);
    let kept = server.directory().join(text(&changed, "former_file"));
    assert_eq!(std::fs::read_to_string(kept).unwrap(), first);
    assert_eq!(lines(&server, sealed_key(server.database())), sealed, "nothing was encrypted anew");
    // The service starts under the new key, and not under the former one.
    server.restart(Server::as_production).map(drop).unwrap();
}

/// The private keys of the service as they are stored.
fn sealed_key(database: Database) -> &'static str {
    match database {
        Database::Sqlite => "select hex(private_key) as line from signing_keys order by 1",
        Database::Postgres => {
            "select encode(private_key, 'hex') as line from signing_keys order by 1"
        }
    }
}
