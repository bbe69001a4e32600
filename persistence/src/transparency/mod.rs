//! The transparency log: an append-only Merkle tree (RFC 6962) of what happened and of the rows that it changed (ADR 0027).
//!
//! A transaction writes its entries itself: one for each event, and one with the salted digests of all covered rows that it touched.
//! The keeper of the log seals them within a second: it gives them their places, grows the tree, and signs its new head. What somebody
//! changes behind the service's back has no entry, and [`Reader::log_faults`] names it.

mod before;
mod changes;
mod code;
mod commitment;
mod covered;
mod entry;
mod faults;
mod growing;
mod key;
mod read;
mod rows;
mod seal;
mod tree;
mod witnesses;

use diesel::prelude::*;

use crate::columns::Id;
use crate::schema::log_entries;

pub(crate) use self::before::{begin, take_turns};
pub(crate) use self::changes::{Watched, leave_out, watch};
pub(crate) use self::entry::{Entries, NewEntry};
pub use self::faults::{LogFault, Remembered};
pub use self::read::{Checkpoint, Head};
pub(crate) use self::seal::{append, keep_from_sealing, seal_alone};
pub use self::witnesses::{Cosignature, ForWitness};

#[cfg(doc)]
use crate::store::Reader;

/// Whether a service keeps the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transparency {
    /// It does.
    #[default]
    Kept,
    /// It does not, to measure what the log costs: for sandboxes only.
    Left,
}

/// Where an act came from: every event of its transaction bears it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The caller's network address.
    pub address: Option<String>,
    /// The request.
    pub request_id: Option<String>,
}

/// An entry of the log.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = log_entries)]
pub struct LogEntry {
    /// Its id: that of the event that it is about, or one of its own.
    pub id: Id,
    /// The city of the event; none for `rows`.
    pub jurisdiction_id: Option<Id>,
    /// The kind of the event, or `rows`.
    pub kind: String,
    /// Its place in the log; none while it is not sealed, below zero for one that the service did not write.
    pub leaf_index: Option<i64>,
    /// What the tree holds, byte for byte.
    pub leaf: String,
    /// What stands before the event in its digest.
    pub salt: Option<Vec<u8>>,
    /// The digests of the changed rows, for an entry of the kind `rows`.
    pub changes: Option<Vec<u8>>,
}

/// The kind of an entry that is about changed rows.
pub(crate) const ROWS: &str = "rows";
