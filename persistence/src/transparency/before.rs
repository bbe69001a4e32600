//! What was there before the log, or before a table had its present shape.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::changes::{Change, each_digest};
use super::code::{WHOLE, present, version_in};
use super::covered::COVERED;
use super::rows::AT_ONCE;
use crate::columns::Id;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::events::Event;
use crate::schema::{events, log_entries, log_shapes};
use crate::store::Writer;

/// Events that get their entries at once.
const PAGE: i64 = 1_000;

/// Enters what the log cannot know: in a database that has none yet all covered rows and all events, and at a new version of the schema the
/// rows of the tables that it gave other columns. In any other case there is nothing to do.
///
/// A database whose shape is another one although its version is the same, or whose notes of it were not written by the service, was
/// changed by somebody: nothing is entered then, so that `xueshi audit verify` goes on naming it. What somebody changed before a
/// new version is entered as it is: whoever doubts verifies before.
pub(crate) fn begin(writer: &mut Writer<'_>) -> Result<(), StoreError> {
    let shapes = present(writer.conn)?;
    let rows: Vec<(String, String, Vec<u8>)> = log_shapes::table.load(writer.conn)?;
    if rows.is_empty() && !has_log(writer)? {
        enter_rows(writer, &shapes, &BTreeMap::new())?;
        return enter_events(writer);
    }
    let ours = |(covered, shape, mark): (String, String, Vec<u8>)| {
        (writer.shape_mark(&covered, &shape) == mark).then_some((covered, shape))
    };
    let known: Option<BTreeMap<String, String>> = rows.into_iter().map(ours).collect();
    let whole = &shapes[WHOLE];
    match known.as_ref().and_then(|known| Some((known, known.get(WHOLE)?))) {
        Some((_, before)) if before == whole => Ok(()),
        Some((known, before)) if version_in(before) != version_in(whole) => {
            enter_rows(writer, &shapes, known)
        }
        Some(_) | None => {
            log::error!(
                "tables, triggers or functions are not those that this service left: see `xueshi audit verify`"
            );
            Ok(())
        }
    }
}

/// Whether the database has had a log, whatever became of it.
fn has_log(writer: &mut Writer<'_>) -> Result<bool, StoreError> {
    let entered: Option<i64> =
        log_entries::table.select(log_entries::seq).first(writer.conn).optional()?;
    Ok(entered.is_some() || writer.log_verifier_key()?.is_some())
}

/// Enters the rows of tables whose shape is not the known one.
fn enter_rows(
    writer: &mut Writer<'_>,
    shapes: &BTreeMap<String, String>,
    known: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    for (number, covered) in (0_u8..).zip(COVERED) {
        let Some(shape) = shapes.get(covered.table) else { continue };
        if known.get(covered.table) == Some(shape) {
            continue;
        }
        if let AnyConnection::Postgres(conn) = &mut *writer.conn {
            // Another instance may be at work: what it changes later is to be entered later.
            conn.batch_execute(&format!(
                "lock table {} in share row exclusive mode",
                covered.table
            ))?;
        }
        let mut rows = Vec::new();
        each_digest(writer.conn, covered, None, |key, digest| {
            rows.push(Change { table: number, key, digest: Some(digest) });
        })?;
        for rows in rows.chunks(AT_ONCE) {
            let entries = writer.rows_entries(rows)?;
            writer.insert_entries(&entries)?;
        }
    }
    for (covered, shape) in shapes {
        if known.get(covered) != Some(shape) {
            remember(writer, covered, shape)?;
        }
    }
    Ok(())
}

fn remember(writer: &mut Writer<'_>, covered: &str, shape: &str) -> Result<(), StoreError> {
    let mark = writer.shape_mark(covered, shape);
    let found = diesel::update(log_shapes::table.find(covered))
        .set((log_shapes::shape.eq(shape), log_shapes::mark.eq(&mark)));
    if found.execute(writer.conn)? == 0 {
        diesel::insert_into(log_shapes::table)
            .values((
                log_shapes::covered.eq(covered),
                log_shapes::shape.eq(shape),
                log_shapes::mark.eq(&mark),
            ))
            .execute(writer.conn)?;
    }
    Ok(())
}

fn enter_events(writer: &mut Writer<'_>) -> Result<(), StoreError> {
    let mut behind: Option<(Id, Id)> = None;
    loop {
        let entered = log_entries::table.filter(log_entries::id.eq(events::id));
        let mut query = events::table
            .into_boxed()
            .filter(not(exists(entered)))
            .order((events::id.asc(), events::jurisdiction_id.asc()))
            .limit(PAGE)
            .select(Event::as_select());
        if let Some((id, city)) = behind {
            query = query.filter(
                events::id.gt(id).or(events::id.eq(id).and(events::jurisdiction_id.gt(city))),
            );
        }
        let page: Vec<Event> = query.load(writer.conn)?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = Some((last.id, last.jurisdiction_id));
        let entries: Result<Vec<_>, StoreError> =
            page.iter().map(|event| writer.event_entry(event)).collect();
        writer.insert_entries(&entries?)?;
    }
}

/// On PostgreSQL instances that start together take turns.
pub(crate) fn take_turns(conn: &mut AnyConnection) -> Result<(), StoreError> {
    if let AnyConnection::Postgres(conn) = conn {
        diesel::sql_query("select pg_advisory_xact_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(0x7875_6573_6869_0136_i64)
            .execute(conn)?;
    }
    Ok(())
}
