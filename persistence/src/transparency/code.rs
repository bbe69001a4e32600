//! The shape of the database: columns of its tables, and what it runs by itself.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Text;
use sha2::{Digest, Sha256};

use super::commitment::hex;
use super::covered::COVERED;
use crate::connection::AnyConnection;
use crate::error::StoreError;

/// The name under which the shape of everything is kept.
pub(super) const WHOLE: &str = "*";
/// How rows are digested on each database. Another way gives other digests, as other columns do.
const FORM_ON_SQLITE: &str = "2";
const FORM_ON_POSTGRES: &str = "3";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The shapes of the covered tables by their names, and that of the whole: the version of the schema and a digest of columns, triggers
/// and functions. The same version has the same digest, unless somebody has put something into the database.
pub(super) fn present(conn: &mut AnyConnection) -> Result<BTreeMap<String, String>, StoreError> {
    let mut shapes = shapes(conn)?;
    shapes.retain(|table, _| COVERED.iter().any(|covered| covered.table == table));
    let mut hash = Sha256::new();
    for (table, shape) in &shapes {
        hash.update(format!("{table}: {shape}\n"));
    }
    for line in code(conn)? {
        hash.update(format!("{line}\n"));
    }
    let whole = format!("{} {}", version(conn)?, hex(&hash.finalize()));
    shapes.insert(WHOLE.to_owned(), whole);
    Ok(shapes)
}

/// A column of a table.
#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = Text)]
    covered: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    declared: String,
}

/// The shapes of all tables by their names: another shape gives other digests.
fn shapes(conn: &mut AnyConnection) -> Result<BTreeMap<String, String>, StoreError> {
    let form = match conn {
        AnyConnection::Sqlite(_) => FORM_ON_SQLITE,
        AnyConnection::Postgres(_) => FORM_ON_POSTGRES,
    };
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
             order by table_name, ordinal_position",
        )
        .load(conn)?,
    };
    let mut shapes: BTreeMap<String, String> = BTreeMap::new();
    for Placed { covered, name, declared } in columns {
        let shape = shapes.entry(covered).or_insert_with(|| format!("{form}: "));
        shape.push_str(&format!("{name} {declared}, "));
    }
    Ok(shapes)
}

/// The version of the schema in the shape of the whole.
pub(super) fn version_in(whole: &str) -> &str {
    whole.split(' ').next().unwrap_or_default()
}

fn version(conn: &mut AnyConnection) -> Result<String, StoreError> {
    let query = "select coalesce(max(version), '') as line from __diesel_schema_migrations";
    let lines: Vec<Line> = match conn {
        AnyConnection::Sqlite(conn) => diesel::sql_query(query).load(conn)?,
        AnyConnection::Postgres(conn) => diesel::sql_query(query).load(conn)?,
    };
    Ok(lines.into_iter().map(|line| line.line).collect())
}

/// Triggers, and the functions that they may call.
fn code(conn: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let lines: Vec<Line> = match conn {
        AnyConnection::Sqlite(conn) => diesel::sql_query(
            "select name || ' ' || coalesce(sql, '') as line from main.sqlite_schema where type = 'trigger' order by name",
        )
        .load(conn)?,
        AnyConnection::Postgres(conn) => diesel::sql_query(
            "select * from (
                select concat_ws(' ', 'trigger', triggers.tgenabled, pg_get_triggerdef(triggers.oid)) as line
                from pg_trigger as triggers
                join pg_class as tables on tables.oid = triggers.tgrelid
                where not triggers.tgisinternal and tables.relnamespace = current_schema()::regnamespace
                union all
                select concat_ws(' ', 'function', proname, oidvectortypes(proargtypes), proconfig::text, prosrc)
                from pg_proc where pronamespace = current_schema()::regnamespace
                    and not exists (select 1 from pg_depend where objid = pg_proc.oid and deptype = 'e')
                union all
                select concat_ws(' ', 'rule', tablename, rulename, definition) from pg_rules where schemaname = current_schema()
            ) as lines order by line collate \"C\"",
        )
        .load(conn)?,
    };
    Ok(lines.into_iter().map(|line| line.line).collect())
}
