//! Sealing: committed entries get their places, the tree grows, its head is signed.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool};
use signed_note::Note;
use tlog_tiles::{Checkpoint as Text, record_hash, tree_hash};

use super::key::signer;
use super::tree::Tiles;
use crate::columns::{Id, Moment};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{log_checkpoints, log_entries};
use crate::store::Writer;

/// Entries of one step: it bounds how long the step's transaction lasts.
const STEP: i64 = 2_000;
/// The place of an entry that the service did not write.
const REFUSED: i64 = -1;
/// The lock that whoever seals on PostgreSQL holds until it is committed.
const LOCK: i64 = 0x7875_6573_6869_0036;

#[derive(Queryable)]
struct Unsealed {
    seq: i64,
    id: Id,
    leaf: String,
    mark: Vec<u8>,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// One step of sealing, if no other instance is at it; whether there may be more.
///
/// On SQLite one transaction writes at a time; elsewhere the lock makes it so, and this must run at `read committed`, so that it sees
/// what was committed before it took the lock. Entries are taken in the order of the numbers that they drew: of two transactions that
/// touched the same row, the later one drew its numbers when the earlier one was committed.
pub(crate) fn seal_alone(writer: &mut Writer<'_>, origin: &str) -> Result<bool, StoreError> {
    let waiting: Vec<Unsealed> = log_entries::table
        .filter(log_entries::leaf_index.is_null())
        .order(log_entries::seq.asc())
        .limit(1)
        .select((log_entries::seq, log_entries::id, log_entries::leaf, log_entries::mark))
        .load(writer.conn)?;
    if waiting.is_empty() {
        return Ok(false);
    }
    if let AnyConnection::Postgres(conn) = &mut *writer.conn {
        let alone: Answer = diesel::sql_query("select pg_try_advisory_xact_lock($1) as yes")
            .bind::<BigInt, _>(LOCK)
            .get_result(conn)?;
        if !alone.yes {
            return Ok(false);
        }
    }
    let waiting: Vec<Unsealed> = log_entries::table
        .filter(log_entries::leaf_index.is_null())
        .order(log_entries::seq.asc())
        .limit(STEP)
        .select((log_entries::seq, log_entries::id, log_entries::leaf, log_entries::mark))
        .load(writer.conn)?;
    let more = waiting.len() == usize::try_from(STEP).unwrap_or_default();
    seal(writer, origin, waiting)?;
    Ok(more)
}

fn seal(writer: &mut Writer<'_>, origin: &str, waiting: Vec<Unsealed>) -> Result<(), StoreError> {
    let (name, signer) = signer(writer, origin)?;
    let before = size(writer)?;
    let mut size = before;
    let mut places = Vec::with_capacity(waiting.len());
    let mut leaves = Vec::with_capacity(waiting.len());
    for entry in waiting {
        if writer.mark(entry.id, &entry.leaf) == entry.mark {
            places.push((entry.seq, i64::try_from(size).unwrap_or(i64::MAX)));
            leaves.push(record_hash(entry.leaf.as_bytes()));
            size += 1;
        } else {
            log::error!(
                "entry {} of the log was not written by this service and is not sealed",
                entry.seq
            );
            places.push((entry.seq, REFUSED));
        }
    }
    give_places(writer, &places)?;
    if size == before {
        return Ok(());
    }
    let mut tiles = Tiles::new(writer.conn);
    for (number, leaf) in (before..).zip(leaves) {
        tiles.push(0, number, leaf)?;
    }
    let root = tiles.answer(tree_hash(size, &tiles))?;
    tiles.save()?;
    let unfit = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("checkpoint: {error}"));
    let text = Text::new(&name, size, root, "").map_err(|error| unfit(&error))?;
    let mut note = Note::new(&text.to_bytes(), &[]).map_err(|error| unfit(&error))?;
    note.add_sigs(&[&signer]).map_err(|error| unfit(&error))?;
    let note = String::from_utf8(note.to_bytes()).map_err(|error| unfit(&error))?;
    let tree_size = i64::try_from(size).map_err(|error| unfit(&error))?;
    let now = Moment(writer.now());
    diesel::insert_into(log_checkpoints::table)
        .values((
            log_checkpoints::tree_size.eq(tree_size),
            log_checkpoints::root.eq(root.0.to_vec()),
            log_checkpoints::note.eq(note),
            log_checkpoints::sealed_at.eq(now),
        ))
        .execute(writer.conn)?;
    diesel::delete(log_checkpoints::table.filter(log_checkpoints::tree_size.lt(tree_size)))
        .execute(writer.conn)?;
    Ok(())
}

/// How many entries are sealed: what the newest head says, and what the entries say.
fn size(writer: &mut Writer<'_>) -> Result<u64, StoreError> {
    let head: Option<i64> = log_checkpoints::table
        .select(diesel::dsl::max(log_checkpoints::tree_size))
        .first(writer.conn)?;
    let last: Option<i64> = log_entries::table
        .filter(log_entries::leaf_index.ge(0))
        .select(diesel::dsl::max(log_entries::leaf_index))
        .first(writer.conn)?;
    let (head, sealed) = (head.unwrap_or(0), last.map_or(0, |last| last + 1));
    if head != sealed {
        return Err(StoreError::Corrupt(format!(
            "the log's head speaks of {head} entries, of which {sealed} are there: see `xueshi audit verify`"
        )));
    }
    Ok(u64::try_from(head).unwrap_or_default())
}

fn give_places(writer: &mut Writer<'_>, places: &[(i64, i64)]) -> Result<(), StoreError> {
    let given = match &mut *writer.conn {
        AnyConnection::Sqlite(conn) => {
            let mut given = 0;
            for (seq, place) in places {
                given += diesel::update(log_entries::table.find(seq))
                    .set(log_entries::leaf_index.eq(place))
                    .execute(conn)?;
            }
            given
        }
        AnyConnection::Postgres(conn) => {
            let (seqs, places): (Vec<i64>, Vec<i64>) = places.iter().copied().unzip();
            diesel::sql_query(
                "update log_entries set leaf_index = given.place
                 from unnest($1, $2) as given (seq, place) where log_entries.seq = given.seq",
            )
            .bind::<Array<BigInt>, _>(seqs)
            .bind::<Array<BigInt>, _>(places)
            .execute(conn)?
        }
    };
    // Somebody took one away since it was read: what is left is sealed the next time.
    if given == places.len() { Ok(()) } else { Err(StoreError::Conflict) }
}
