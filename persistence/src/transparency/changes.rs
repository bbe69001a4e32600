//! Which covered rows a transaction touched.
//!
//! Triggers note them in a table that only the writing connection sees, so that what anybody else does to the same rows is not noted.
//! On SQLite the triggers themselves live in the writing connection; on PostgreSQL they come with the migration.

use std::collections::BTreeMap;

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text};
use sha2::{Digest, Sha256};

use super::commitment::salted;
use super::covered::{COVERED, Covered};
use crate::columns::Id;
use crate::connection::AnyConnection;
use crate::error::StoreError;

#[diesel::declare_sql_function]
extern "SQL" {
    /// SHA-256 of a salt and a row, whose bytes may be no text at all once somebody has changed them.
    fn log_row_digest(salt: Binary, row_now: Binary) -> Binary;
}

/// Gives a SQLite connection the function that rows are digested with.
pub(crate) fn set_up(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(log_row_digest_utils::register_impl(conn, |salt: Vec<u8>, row: Vec<u8>| {
        let mut hash = Sha256::new();
        hash.update(&salt);
        hash.update(&row);
        hash.finalize().to_vec()
    })?)
}

/// A row that a transaction touched, as it is now.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Change {
    #[diesel(sql_type = Text)]
    pub(super) covered: String,
    /// The parts of its primary key, with a slash between them.
    #[diesel(sql_type = Text)]
    pub(super) key: String,
    /// Its digest; none when it is gone.
    #[diesel(sql_type = Nullable<Binary>)]
    pub(super) digest: Option<Vec<u8>>,
}

/// A column of a table: its name and the type that it was declared with.
#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    declared: String,
}

/// Lets the writing connection note what it does to covered rows.
pub(crate) fn watch(conn: &mut AnyConnection) -> Result<(), StoreError> {
    let AnyConnection::Sqlite(conn) = conn else { return Ok(()) };
    conn.batch_execute(
        "create temp table log_changes (n integer primary key, covered text not null, key text not null, digest blob)",
    )?;
    for covered in COVERED {
        let columns = columns(conn, covered.table)?;
        if columns.is_empty() {
            continue;
        }
        let table = covered.table;
        let now = format!(
            "insert into log_changes (covered, key, digest) values ('{table}', {}, {})",
            key_of(covered, &columns, "new"),
            digest_of(covered, &columns, "new"),
        );
        let (key_before, key_now) =
            (key_of(covered, &columns, "old"), key_of(covered, &columns, "new"));
        conn.batch_execute(&format!(
            "create temp trigger log_{table}_new after insert on main.{table} begin {now}; end;
             create temp trigger log_{table}_changed after update on main.{table} begin
                 insert into log_changes (covered, key, digest) select '{table}', {key_before}, null where {key_before} <> {key_now};
                 {now};
             end;
             create temp trigger log_{table}_gone after delete on main.{table} begin
                 insert into log_changes (covered, key, digest) values ('{table}', {key_before}, null);
             end;"
        ))?;
    }
    Ok(())
}

/// What the present transaction, or the job of it that ends now, did to covered rows: the last of each.
pub(super) fn take(conn: &mut AnyConnection) -> Result<Vec<Change>, StoreError> {
    match conn {
        AnyConnection::Sqlite(conn) => {
            // The bare columns beside max() are those of the row that has it.
            let query = "select covered, key, digest from (
                    select covered, key, digest, max(n) from log_changes group by covered, key
                ) order by covered, key";
            let found: Vec<Change> = diesel::sql_query(query).load(conn)?;
            if !found.is_empty() {
                diesel::sql_query("delete from log_changes").execute(conn)?;
            }
            Ok(found)
        }
        AnyConnection::Postgres(conn) => {
            let query = "select covered, key, digest from log_noted_changes()";
            Ok(diesel::sql_query(query).load(conn)?)
        }
    }
}

/// Forgets what was noted so far, for a sandbox that begins anew.
pub(crate) fn forget(conn: &mut AnyConnection) -> Result<(), StoreError> {
    take(conn)?;
    if let AnyConnection::Postgres(conn) = conn {
        conn.batch_execute(
            "do $$ begin
                if to_regclass('pg_temp.log_changes') is not null then delete from pg_temp.log_changes; end if;
            end $$",
        )?;
    }
    Ok(())
}

/// A row as PostgreSQL gives it: hashing it is not left to a function that lies in the database.
#[derive(QueryableByName)]
struct Whole {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Nullable<Binary>)]
    salt: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    row_now: String,
}

#[derive(QueryableByName)]
struct Digested {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
}

/// Shows keys and digests of all rows of a table as they are now, or of those of a person in a city, one after the other.
pub(super) fn each_digest(
    conn: &mut AnyConnection,
    covered: &Covered,
    of: Option<(Id, Id)>,
    mut show: impl FnMut(String, Vec<u8>),
) -> Result<(), StoreError> {
    let table = covered.table;
    match conn {
        AnyConnection::Sqlite(conn) => {
            let columns = columns(conn, table)?;
            let (key, digest) =
                (key_of(covered, &columns, table), digest_of(covered, &columns, table));
            let of = of.map_or_else(String::new, |(city, person)| {
                format!(
                    " where jurisdiction_id = x'{}' and professional_id = x'{}'",
                    city.0.simple(),
                    person.0.simple()
                )
            });
            let query = format!("select {key} as key, {digest} as digest from {table}{of}");
            for row in diesel::sql_query(query).load_iter::<Digested, DefaultLoadingMode>(conn)? {
                let row = row?;
                show(row.key, row.digest);
            }
        }
        AnyConnection::Postgres(conn) => {
            let parts: Vec<String> =
                covered.key.iter().map(|part| format!("{part}::text")).collect();
            let key = parts.join(" || '/' || ");
            let of = of.map_or_else(String::new, |(city, person)| {
                format!(" where jurisdiction_id = '{city}' and professional_id = '{person}'")
            });
            let is_salted = covered.of_person;
            // As the trigger writes instants.
            conn.batch_execute("set local time zone 'UTC'")?;
            let salt = if is_salted {
                "(select log_salt from professionals as p where p.jurisdiction_id = t.jurisdiction_id
                    and p.professional_id = t.professional_id)"
            } else {
                "null::bytea"
            };
            let query = format!(
                "select {key} as key, {salt} as salt, jsonb_strip_nulls(to_jsonb(t))::text as row_now from {table} as t{of}"
            );
            for row in diesel::sql_query(query).load_iter::<Whole, PgRowByRowLoadingMode>(conn)? {
                let Whole { key, salt, row_now } = row?;
                let digest = salted(&salt.unwrap_or_default(), row_now.as_bytes());
                show(key, digest.to_vec());
            }
            conn.batch_execute("set local time zone 'Asia/Shanghai'")?;
        }
    }
    Ok(())
}

/// The shapes of all tables by their names: another shape gives other digests.
pub(super) fn shapes(conn: &mut AnyConnection) -> Result<BTreeMap<String, String>, StoreError> {
    let columns: Vec<Placed> = match conn {
        AnyConnection::Sqlite(conn) => diesel::sql_query(
            "select tables.name as covered, columns.name as name, columns.type as declared
             from sqlite_schema as tables, pragma_table_info(tables.name) as columns
             where tables.type = 'table' order by tables.name, columns.name",
        )
        .load(conn)?,
        AnyConnection::Postgres(conn) => diesel::sql_query(
            "select table_name::text as covered, column_name::text as name, data_type::text as declared
             from information_schema.columns where table_schema = current_schema()
             order by table_name, column_name",
        )
        .load(conn)?,
    };
    let mut shapes: BTreeMap<String, String> = BTreeMap::new();
    for Placed { covered, name, declared } in columns {
        let shape = shapes.entry(covered).or_default();
        shape.push_str(&format!("{name} {declared}, "));
    }
    Ok(shapes)
}

#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = Text)]
    covered: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    declared: String,
}

fn columns(conn: &mut SqliteConnection, table: &str) -> Result<Vec<Column>, StoreError> {
    Ok(diesel::sql_query("select name, type as declared from pragma_table_info(?) order by name")
        .bind::<Text, _>(table)
        .load(conn)?)
}

/// An expression for the key of a row as text.
fn key_of(covered: &Covered, columns: &[Column], row: &str) -> String {
    let part = |name: &&str| {
        let is_blob = columns
            .iter()
            .any(|column| column.name == **name && column.declared.eq_ignore_ascii_case("blob"));
        if is_blob { format!("lower(hex({row}.{name}))") } else { format!("{row}.{name}") }
    };
    let parts: Vec<String> = covered.key.iter().map(part).collect();
    parts.join(" || '/' || ")
}

/// An expression for the digest of a row: its columns in the order of their names as JSON, without those that are null, and the first
/// letters of their types, behind the person's salt.
fn digest_of(covered: &Covered, columns: &[Column], row: &str) -> String {
    let member = |column: &Column| {
        let name = &column.name;
        // JSON has no bytes. A column of another type has some only if somebody wrote them behind the service's back.
        format!(
            "'{name}', case typeof({row}.{name}) when 'blob' then hex({row}.{name}) else {row}.{name} end"
        )
    };
    let mut members: Vec<String> = columns.iter().map(member).collect();
    // Bytes and the text of their digits would look alike.
    let kinds: Vec<String> = columns
        .iter()
        .map(|column| format!("substr(typeof({row}.{}), 1, 1)", column.name))
        .collect();
    members.push(format!("'', {}", kinds.join(" || ")));
    let salt = if covered.of_person {
        format!(
            "coalesce((select log_salt from main.professionals as p where p.jurisdiction_id = {row}.jurisdiction_id
                and p.professional_id = {row}.professional_id), x'')"
        )
    } else {
        "x''".to_owned()
    };
    format!("log_row_digest({salt}, json_patch('{{}}', json_object({})))", members.join(", "))
}
