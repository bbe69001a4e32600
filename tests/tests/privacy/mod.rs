//! U4a: personal data is encrypted, shown for a purpose, given to the person, erased, and stands nowhere else.

mod dump;
mod erasure;
mod keys;
mod own_copy;
mod reveal;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use serde_json::{Value, json};
use xueshi_tests::steps::text;
use xueshi_tests::{Client, Database, Server};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The column `line` of what a query finds, asked behind the service's back.
fn lines(server: &Server, query: &str) -> Vec<String> {
    let found: Vec<Line> = match server.database() {
        Database::Sqlite => {
            let file = server.database_url().trim_start_matches("sqlite://");
            let mut connection = SqliteConnection::establish(file).unwrap();
            connection.batch_execute("pragma busy_timeout = 5000").unwrap();
            diesel::sql_query(query).load(&mut connection).unwrap()
        }
        Database::Postgres => {
            let mut connection = PgConnection::establish(server.database_url()).unwrap();
            diesel::sql_query(query).load(&mut connection).unwrap()
        }
    };
    found.into_iter().map(|found| found.line).collect()
}

/// The names of all tables.
fn tables(server: &Server) -> Vec<String> {
    lines(
        server,
        match server.database() {
            Database::Sqlite => {
                "select name as line from sqlite_master where type = 'table' and name not like 'sqlite_%' order by 1"
            }
            Database::Postgres => {
                "select tablename::text as line from pg_tables where schemaname = 'public' order by 1"
            }
        },
    )
}

/// The columns of a table.
fn columns(server: &Server, table: &str) -> Vec<String> {
    let query = match server.database() {
        Database::Sqlite => format!("select name as line from pragma_table_info('{table}')"),
        Database::Postgres => format!(
            "select column_name::text as line from information_schema.columns \
             where table_schema = 'public' and table_name = '{table}'"
        ),
    };
    lines(server, &query)
}

/// Every row of every table as text, bytes in hexadecimal.
fn dump(server: &Server) -> String {
    let mut dump = String::new();
    for table in tables(server) {
        let row = match server.database() {
            Database::Sqlite => {
                let columns = columns(server, &table);
                let quoted = columns.iter().map(|column| format!("quote(\"{column}\")"));
                quoted.collect::<Vec<_>>().join(" || ',' || ")
            }
            Database::Postgres => "t::text".to_owned(),
        };
        for line in lines(server, &format!("select {row} as line from {table} t")) {
            dump.push_str(&format!("{table}: {line}\n"));
        }
    }
    dump
}

/// How a text could stand somewhere: as it is, in hexadecimal, and in base64 at any place of a longer text.
fn forms(text: &str) -> Vec<String> {
    let hexadecimal: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![text.to_owned(), hexadecimal.to_uppercase(), hexadecimal];
    for shift in 0..3 {
        let whole = [vec![0_u8; shift], text.as_bytes().to_vec()].concat();
        let encoded = STANDARD_NO_PAD.encode(&whole);
        // The characters that nothing but the text decides on.
        forms.push(encoded[(shift * 8).div_ceil(6)..whole.len() * 8 / 6].to_owned());
    }
    forms
}

/// Fails when one of the texts stands in what was written.
fn assert_nowhere(place: &str, written: &[u8], texts: &[String]) {
    let written = String::from_utf8_lossy(written);
    for text in texts {
        for form in forms(text) {
            if let Some(at) = written.find(&form) {
                let before: String = written[..at].chars().rev().take(80).collect();
                let before: String = before.chars().rev().collect();
                let behind: String = written[at..].chars().take(80).collect();
                panic!("{place}: {text} as {form}: …{before}{behind}…");
            }
        }
    }
}

/// A person's id by their name, as the municipal bureau sees it.
async fn person(client: &Client, name: &str) -> Value {
    let people = xueshi_tests::steps::all_pages(client, "/v1/professionals?limit=200").await;
    people.into_iter().find(|person| text(person, "name") == name).unwrap()
}

/// The request for an id number and a phone.
fn both_numbers() -> Value {
    json!({"purpose": "verify_identity", "fields": ["id_number", "phone"]})
}

/// Shows a person's id number and phone.
async fn revealed(client: &Client, person: &str) -> (String, String) {
    let path = format!("/v1/professionals/{person}/personal-data");
    let shown = client.post(&path).json(both_numbers()).await.is(200);
    (text(&shown, "id_number"), text(&shown, "phone"))
}
