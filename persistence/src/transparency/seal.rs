//! Sealing: committed entries get their places, the tree grows, its head is signed.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool};
use signed_note::{Note, StandardSigner};
use tlog_tiles::{Checkpoint as Text, Hash, record_hash, tree_hash};

use super::entry::NewEntry;
use super::key::{known, signer};
use super::tree::Tiles;
use crate::columns::{Id, Moment};
use crate::connection::{AnyConnection, on_either};
use crate::error::StoreError;
use crate::prepared::Prepared;
use crate::schema::{log_checkpoints, log_entries};
use crate::store::Writer;

/// Entries of one step: it bounds how long the step's transaction lasts.
const STEP: i64 = 2_000;
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
    if waiting(writer, 1)?.is_empty() {
        return Ok(false);
    }
    if let AnyConnection::Postgres(conn) = &mut *writer.conn {
        let alone = diesel::sql_query("select pg_try_advisory_xact_lock($1) as yes");
        let alone: Answer = Prepared(alone.bind::<BigInt, _>(LOCK)).get_result(conn)?;
        if !alone.yes {
            return Ok(false);
        }
    }
    let waiting = waiting(writer, STEP)?;
    let more = waiting.len() == usize::try_from(STEP).unwrap_or_default();
    seal(writer, origin, waiting)?;
    Ok(more)
}

/// Waits for who seals, and keeps everybody from it until the transaction ends.
pub(crate) fn keep_from_sealing(conn: &mut AnyConnection) -> Result<(), StoreError> {
    if let AnyConnection::Postgres(conn) = conn {
        let wait = diesel::sql_query("select pg_advisory_xact_lock($1)");
        wait.bind::<BigInt, _>(LOCK).execute(conn)?;
    }
    Ok(())
}

/// The first entries that have no place yet, in the order of the numbers that they drew.
fn waiting(writer: &mut Writer<'_>, most: i64) -> Result<Vec<Unsealed>, StoreError> {
    let waiting = log_entries::table
        .filter(log_entries::leaf_index.is_null())
        .order(log_entries::seq.asc())
        .limit(most)
        .select((log_entries::seq, log_entries::id, log_entries::leaf, log_entries::mark));
    Ok(on_either!(writer.conn, |conn| waiting.load(conn)?))
}

/// Appends the entries of a group of transactions to the log, sealed at once; whether they are. Where one transaction writes at a time,
/// nobody else can take their places. A log that cannot be sealed takes them all the same, to be sealed later.
pub(crate) fn append(
    writer: &mut Writer<'_>,
    mut entries: Vec<NewEntry>,
) -> Result<bool, StoreError> {
    writer.conn.batch_execute("savepoint sealing")?;
    let sealed = append_sealed(writer, &mut entries).unwrap_or_else(|error| {
        log::error!("sealing the transparency log: {error}");
        false
    });
    if !sealed {
        // Fails where the database has given up the whole transaction: then nothing of it must stay.
        writer.conn.batch_execute("rollback to savepoint sealing")?;
        entries.iter_mut().for_each(NewEntry::wait);
        writer.insert_entries(&entries)?;
    }
    writer.conn.batch_execute("release savepoint sealing")?;
    Ok(sealed)
}

fn append_sealed(writer: &mut Writer<'_>, entries: &mut [NewEntry]) -> Result<bool, StoreError> {
    let Some(key) = known(writer)? else { return Ok(false) };
    if !waiting(writer, 1)?.is_empty() {
        return Ok(false);
    }
    let before = size(writer)?;
    let leaves =
        (before..).zip(entries.iter_mut()).map(|(place, entry)| entry.put_at(place)).collect();
    writer.insert_entries(entries)?;
    grow(writer, &key, before, leaves)?;
    Ok(true)
}

fn seal(writer: &mut Writer<'_>, origin: &str, waiting: Vec<Unsealed>) -> Result<(), StoreError> {
    let key = signer(writer, origin)?;
    let before = size(writer)?;
    let mut size = before;
    let mut below = below(writer)?;
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
            places.push((entry.seq, below));
            below = below.saturating_sub(1);
        }
    }
    give_places(writer, &places)?;
    if leaves.is_empty() { Ok(()) } else { grow(writer, &key, before, leaves) }
}

/// Lets the tree grow by some leaves, and signs its new head.
fn grow(
    writer: &mut Writer<'_>,
    (name, signer): &(String, StandardSigner),
    before: u64,
    leaves: Vec<Hash>,
) -> Result<(), StoreError> {
    let mut size = before;
    let mut tiles = Tiles::new(writer.conn);
    for leaf in leaves {
        tiles.push(0, size, leaf)?;
        size += 1;
    }
    let root = tiles.answer(tree_hash(size, &tiles))?;
    tiles.save()?;
    let unfit = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("checkpoint: {error}"));
    let text = Text::new(name, size, root, "").map_err(|error| unfit(&error))?;
    let mut note = Note::new(&text.to_bytes(), &[]).map_err(|error| unfit(&error))?;
    note.add_sigs(&[signer]).map_err(|error| unfit(&error))?;
    let note = String::from_utf8(note.to_bytes()).map_err(|error| unfit(&error))?;
    let tree_size = i64::try_from(size).map_err(|error| unfit(&error))?;
    let now = Moment(writer.now());
    let head = (
        log_checkpoints::tree_size.eq(tree_size),
        log_checkpoints::root.eq(root.0.to_vec()),
        log_checkpoints::note.eq(note),
        log_checkpoints::sealed_at.eq(now),
    );
    let former = log_checkpoints::table.filter(log_checkpoints::tree_size.lt(tree_size));
    on_either!(writer.conn, |conn| {
        diesel::insert_into(log_checkpoints::table).values(head).execute(conn)?;
        diesel::delete(former).execute(conn)?;
    });
    Ok(())
}

/// How many entries are sealed: what the newest head says, and what the entries say.
fn size(writer: &mut Writer<'_>) -> Result<u64, StoreError> {
    let heads = log_checkpoints::table
        .order(log_checkpoints::tree_size.desc())
        .select(log_checkpoints::tree_size);
    // Not the greatest of all: SQLite would look at all of them.
    let places = log_entries::table
        .filter(log_entries::leaf_index.ge(0))
        .order(log_entries::leaf_index.desc())
        .select(log_entries::leaf_index);
    let (head, last): (Option<i64>, Option<Option<i64>>) = on_either!(writer.conn, |conn| {
        (heads.first(conn).optional()?, places.first(conn).optional()?)
    });
    let last = last.flatten();
    let (head, sealed) = (head.unwrap_or(0), last.map_or(0, |last| last.saturating_add(1)));
    if head != sealed {
        return Err(StoreError::Corrupt(format!(
            "the log's head speaks of {head} entries, of which {sealed} are there: see `xueshi audit verify`"
        )));
    }
    Ok(u64::try_from(head).unwrap_or_default())
}

/// The next place of an entry that the service did not write: below zero, and below those before it.
fn below(writer: &mut Writer<'_>) -> Result<i64, StoreError> {
    let places = log_entries::table
        .filter(log_entries::leaf_index.lt(0))
        .order(log_entries::leaf_index.asc())
        .select(log_entries::leaf_index);
    let least: Option<Option<i64>> =
        on_either!(writer.conn, |conn| places.first(conn).optional()?);
    Ok(least.flatten().map_or(-1, |least| least.saturating_sub(1)))
}

fn give_places(writer: &mut Writer<'_>, places: &[(i64, i64)]) -> Result<(), StoreError> {
    let given = match &mut *writer.conn {
        AnyConnection::Sqlite(conn) => {
            let mut given = 0;
            for (seq, place) in places {
                let update = diesel::update(log_entries::table.find(seq))
                    .set(log_entries::leaf_index.eq(place));
                given += Prepared(update).execute(conn)?;
            }
            given
        }
        AnyConnection::Postgres(conn) => {
            let (seqs, places): (Vec<i64>, Vec<i64>) = places.iter().copied().unzip();
            let update = diesel::sql_query(
                "update log_entries set leaf_index = given.place
                 from unnest($1, $2) as given (seq, place) where log_entries.seq = given.seq",
            );
            let given = update.bind::<Array<BigInt>, _>(seqs).bind::<Array<BigInt>, _>(places);
            Prepared(given).execute(conn)?
        }
    };
    // Somebody took one away since it was read: what is left is sealed the next time.
    if given == places.len() { Ok(()) } else { Err(StoreError::Conflict) }
}
