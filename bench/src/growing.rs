//! A city that grows to its size: people with all that they have, made again many times over by the database itself.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::Failure;
use crate::place::Place;
use crate::progress::Progress;

/// Copies that one statement makes of each person.
const AT_ONCE: u32 = 250;
/// Whose rows are made again: the people whom the bench registered.
const PROTOTYPES: &str = "select professional_id from accounts where username like 'bench-%'";

/// Tables of what people have, with those of their columns that are another's in each copy: ids that belong to the person.
const TABLES: &[(&str, &[&str])] = &[
    ("professionals", &["professional_id"]),
    ("professional_identities", &["id_hash", "professional_id"]),
    ("employments", &["professional_id", "id"]),
    ("learning_records", &["professional_id", "id"]),
    ("declarations", &["professional_id", "id", "learning_record_id"]),
    ("stage_visits", &["professional_id", "id", "declaration_id"]),
    ("annual_records", &["professional_id"]),
];

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Something that is dropped for a while: its name, and how it is made.
#[derive(QueryableByName)]
struct Trigger {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Makes so many copies of each of its people. Nothing may use the database meanwhile. The copies have no accounts, no events, no figures and no
/// entries in the log: they are there to be walked past.
pub(crate) fn grow(place: &Place, copies: u32) -> Result<(), Failure> {
    let ranges: Vec<(u32, u32)> = (1..=copies)
        .step_by(AT_ONCE as usize)
        .map(|first| (first, copies.min(first + AT_ONCE - 1)))
        .collect();
    let progress = Progress::new("letting the city grow", TABLES.len() * ranges.len());
    if place.url().starts_with("sqlite") {
        on_sqlite(place, &ranges, &progress)?;
    } else {
        on_postgres(place, &ranges, &progress)?;
    }
    progress.end();
    Ok(())
}

fn on_sqlite(place: &Place, ranges: &[(u32, u32)], progress: &Progress) -> Result<(), Failure> {
    let path = place.url().trim_start_matches("sqlite://");
    let mut conn = SqliteConnection::establish(path)?;
    // Whoever loses it makes it anew.
    conn.batch_execute("pragma synchronous = off; pragma cache_size = -200000")?;
    for (table, others) in TABLES {
        let columns = diesel::sql_query("select name from pragma_table_info(?)");
        let columns: Vec<Column> = columns.bind::<Text, _>(*table).load(&mut conn)?;
        let triggers = diesel::sql_query(
            "select name, sql from sqlite_master where type = 'trigger' and tbl_name = ?",
        );
        let triggers: Vec<Trigger> = triggers.bind::<Text, _>(*table).load(&mut conn)?;
        conn.batch_execute("begin")?;
        for trigger in &triggers {
            conn.batch_execute(&format!("drop trigger {}", trigger.name))?;
        }
        for (first, last) in ranges {
            let numbers = format!(
                "with recursive numbers (n) as (select {first} union all select n + 1 from numbers where n < {last})"
            );
            let other = |column: &str| {
                format!(
                    "cast(substr(t.{column}, 1, length(t.{column}) - 4) || unhex(printf('%08x', n)) as blob)"
                )
            };
            conn.batch_execute(&copy(table, &columns, others, &numbers, other))?;
            progress.step();
        }
        for trigger in &triggers {
            conn.batch_execute(&trigger.sql)?;
        }
        conn.batch_execute("commit")?;
    }
    conn.batch_execute("pragma wal_checkpoint(truncate)")?;
    Ok(())
}

fn on_postgres(place: &Place, ranges: &[(u32, u32)], progress: &Progress) -> Result<(), Failure> {
    let mut conn = PgConnection::establish(place.url())?;
    // Neither triggers nor foreign keys.
    conn.batch_execute("set session_replication_role = replica")?;
    for (table, others) in TABLES {
        let columns = diesel::sql_query(
            "select column_name::text as name from information_schema.columns
             where table_schema = 'public' and table_name = $1 order by ordinal_position",
        );
        let columns: Vec<Column> = columns.bind::<Text, _>(*table).load(&mut conn)?;
        for (first, last) in ranges {
            let numbers = format!("with numbers (n) as (select generate_series({first}, {last}))");
            let other = |column: &str| match column {
                "id_hash" => format!(
                    "substr(t.{column}, 1, length(t.{column}) - 4) || decode(lpad(to_hex(n), 8, '0'), 'hex')"
                ),
                _ => format!(
                    "overlay(t.{column}::text placing lpad(to_hex(n), 8, '0') from 29)::uuid"
                ),
            };
            conn.batch_execute(&copy(table, &columns, others, &numbers, other))?;
            progress.step();
        }
        conn.batch_execute(&format!("analyze {table}"))?;
    }
    Ok(())
}

/// A statement that copies the prototypes' rows of a table once for each number `n`.
fn copy(
    table: &str,
    columns: &[Column],
    others: &[&str],
    numbers: &str,
    other: impl Fn(&str) -> String,
) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let values = names.iter().map(|name| match others.contains(name) {
        true => other(name),
        false => format!("t.{name}"),
    });
    let values: Vec<String> = values.collect();
    format!(
        "insert into {table} ({}) {numbers} select {} from {table} as t, numbers where t.professional_id in ({PROTOTYPES})",
        names.join(", "),
        values.join(", ")
    )
}
