//! The person concerned gets everything that is stored about them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{columns, lines, revealed, tables};

on_both!(
    u4a_the_copy_holds_every_row_about_the_person,
    u4a_every_table_about_people_is_in_the_copy_or_left_out_for_a_reason,
);

/// Tables with a person in them that the copy leaves out.
const LEFT_OUT: &[(&str, &str)] = &[
    ("professional_identities", "a keyed hash of the id number, which the copy has whole"),
    ("person_parts", "figures made of the years and declarations in the copy"),
    ("person_digests", "digests of the records in the copy"),
    ("digest_tail", "whose digests are to be made anew, for seconds"),
];

/// Columns of the tables in the copy that it leaves out.
const LEFT_OUT_COLUMNS: &[(&str, &str)] = &[
    ("jurisdiction_id", "the one city of the copy"),
    ("person_id", "whose copy it is"),
    ("owner_id", "whose copy it is"),
    ("owner_is_client", "never, of a person's receivers"),
    ("id_cipher", "given whole in `numbers`"),
    ("phone_cipher", "given whole in `numbers`"),
    ("remote_cipher", "what another system says; encrypted, for whoever settles it"),
    ("password_hash", "a secret"),
    ("refresh_hash", "a secret"),
    ("fingerprint", "a digest of the document beside it"),
    ("digest", "a keyed digest"),
    ("base", "keyed digests"),
    ("conflict_id", "stands in sync_conflicts"),
    ("unit_id", "of sync_conflicts and sync_acknowledgements: the employer of the person's years"),
    ("authority_id", "as unit_id"),
    ("revision", "of sync_conflicts: a counter of another system"),
    ("version", "of receivers and conflicts: a counter"),
    ("marker", "a digest"),
    ("seen", "a counter"),
    ("seq", "a counter"),
    ("log_salt", "what hides the digests of the log: given out, it would open them to guessing"),
    ("client_id", "the machine of the other system"),
    ("url", "encrypted; the person reads it at /v1/webhooks"),
    ("disabled_at", "bookkeeping of deliveries"),
    ("failing_since", "bookkeeping of deliveries"),
    ("resting_until", "bookkeeping of deliveries"),
    ("position", "the place in a feed"),
    ("once", "what makes an event the only one of its kind"),
    ("address_salt", "what hides a digest of the log"),
    ("content_salt", "what hides a digest of the log; whoever shows a credential shows it"),
    ("address_digest", "a digest of the log"),
];

/// The rows of the copy by table.
fn by_table(copy: &Value) -> BTreeMap<String, Vec<Value>> {
    let tables = copy["tables"].as_array().unwrap().iter();
    tables.map(|table| (text(table, "table"), table["rows"].as_array().unwrap().clone())).collect()
}

async fn u4a_the_copy_holds_every_row_about_the_person(server: &Server) {
    let certified = steps::certified_person(server).await;
    let officer = server.login("city.officer").await;
    let (number, phone) = revealed(&officer, &certified.professional_id).await;
    let doctor = server.login("professional").await;
    let answer = doctor.post("/v1/me/personal-data-copy").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-disposition").starts_with("attachment"), "{answer:?}");
    let copy = answer.is(200);
    assert_eq!(copy["format"], "xueshi-personal-data/1");
    assert_eq!(copy["professional_id"], certified.professional_id);
    assert_eq!(copy["numbers"][0]["id_number"], number);
    assert_eq!(copy["numbers"][0]["phone"], phone);
    let tables = by_table(&copy);
    let name = text(&doctor.get("/v1/me").await.is(200)["professional"], "name");
    assert_eq!(text(&tables["professionals"][0], "name"), name);
    let declared: BTreeSet<String> =
        tables["declarations"].iter().map(|row| text(row, "id")).collect();
    assert!(declared.contains(&certified.public) && declared.contains(&certified.professional));
    let of_these = |row: &&Value| {
        [&certified.public, &certified.professional].contains(&&text(row, "declaration_id"))
    };
    let approvals = tables["reviews"].iter().filter(of_these);
    let approvals = approvals.filter(|row| row["decision"] == "approve");
    assert_eq!(approvals.count(), 4, "two stages of two declarations");
    let numbers = tables["certificates"].iter().map(|row| text(row, "number"));
    assert!(numbers.collect::<Vec<_>>().contains(&certified.number));
    assert!(tables["certificates"].iter().all(|row| row["content"]["name"] == name.as_str()));
    assert_eq!(tables["accounts"][0]["username"], "professional");
    assert!(!tables["sessions"].is_empty() && !tables["employments"].is_empty());
    // Hours and instants as the API writes them.
    let year = tables["annual_records"].iter().find(|row| row["year"] == 2023).unwrap();
    assert_eq!(
        (&year["approved_public"], &year["approved_professional"]),
        (&json!(30), &json!(60))
    );
    assert!(text(year, "updated_at").ends_with("+08:00"), "{year}");
    // Who looked at their numbers, and for what.
    let looks: Vec<&Value> =
        tables["events"].iter().filter(|event| event["kind"] == "personal_data.revealed").collect();
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0]["data"]["purpose"], "verify_identity");
    assert!(looks[0]["address"].is_null(), "from where others ask is theirs: {:?}", looks[0]);
    // It is told before it is made, so that each copy has itself too; and there is none that is not told.
    doctor
        .post("/v1/me/personal-data-copy?dry_run=true")
        .undocumented()
        .await
        .refused(400, "unknown-parameter");
    let again = by_table(&doctor.post("/v1/me/personal-data-copy").await.is(200));
    let copies = again["events"].iter().filter(|event| event["kind"] == "personal_data.exported");
    assert_eq!(copies.count(), 2);
    // As many rows as the database has, table by table.
    for (table, rows) in &again {
        if !columns(server, table).contains(&"professional_id".to_owned()) {
            continue;
        }
        let id = certified.professional_id.replace('-', "");
        let of = match server.database() {
            xueshi_tests::Database::Sqlite => format!("lower(hex(professional_id)) = '{id}'"),
            xueshi_tests::Database::Postgres => {
                format!("replace(professional_id::text, '-', '') = '{id}'")
            }
        };
        let stored = lines(server, &format!("select '' as line from {table} where {of}"));
        assert_eq!(rows.len(), stored.len(), "{table}");
    }
    // What an administrator did is about others: in the copy is what was done to her, and that she logged in.
    let admin = server.login("hospital.admin").await;
    revealed(&admin, &certified.professional_id).await;
    let own = by_table(&admin.post("/v1/me/personal-data-copy").await.is(200));
    let kinds: BTreeSet<&str> =
        own["events"].iter().filter_map(|event| event["kind"].as_str()).collect();
    assert!(kinds.contains("account.logged_in"), "{kinds:?}");
    let others = ["personal_data.revealed", "declaration.forwarded"];
    assert!(others.iter().all(|kind| !kinds.contains(kind)), "{kinds:?}");
    let others = |event: &&Value| event.to_string().contains(&certified.professional_id);
    assert_eq!(own["events"].iter().filter(others).count(), 0);
    // Nobody else's: administrators who are no professionals have none, machines neither.
    for who in ["city.officer", "auditor"] {
        server.login(who).await.post("/v1/me/personal-data-copy").await.refused(403, "forbidden");
    }
}

async fn u4a_every_table_about_people_is_in_the_copy_or_left_out_for_a_reason(server: &Server) {
    let doctor = server.login("professional").await;
    let copied = by_table(&doctor.post("/v1/me/personal-data-copy").await.is(200));
    let full = server.login("professional").await;
    let rows = by_table(&full.post("/v1/me/personal-data-copy").await.is(200));
    let tables = tables(server);
    for table in copied.keys() {
        assert!(tables.contains(table), "{table} is no table");
    }
    for table in &tables {
        let columns = columns(server, table);
        let names_people =
            columns.iter().any(|column| column == "professional_id" || column == "person_id");
        let left_out = LEFT_OUT.iter().any(|(name, _)| name == table);
        if names_people {
            assert!(
                copied.contains_key(table) != left_out,
                "{table}: give it to the person (persistence/src/personal_data.rs), or say here why not"
            );
        }
        // A new column of a table in the copy.
        let Some(row) = rows.get(table).and_then(|rows| rows.first()) else { continue };
        for column in columns {
            let excused = LEFT_OUT_COLUMNS.iter().any(|(name, _)| *name == column);
            assert!(row.get(&column).is_some() || excused, "{table}.{column} is not in the copy");
        }
    }
}
