//! What runs inside of a transaction: finders and changes are methods of these, in the files named after their subjects.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use time::OffsetDateTime;

use super::{Keep, Shared, concerns, execute};
use crate::cipher::Cipher;
use crate::city_rules::{CityRules, RulesKept};
use crate::columns::Id;
use crate::connection::AnyConnection;
use crate::error::{StoreError, StoreFailure};
use crate::ids::Ids;
use crate::transparency::{Entries, Watched};

impl Shared {
    /// A writing transaction that has begun on a connection.
    pub(super) fn writer<'c>(&'c self, conn: &'c mut AnyConnection, keep: Keep) -> Writer<'c> {
        Writer::new(self.reader(conn), keep, self.watched.as_ref())
    }

    /// A transaction that has begun on a connection.
    pub(super) fn reader<'c>(&'c self, conn: &'c mut AnyConnection) -> Reader<'c> {
        Reader {
            conn,
            now: self.now(),
            cipher: &self.cipher,
            ids: &self.ids,
            rules_kept: &self.rules_kept,
            rules: None,
        }
    }
}

/// A reading transaction. Finders are methods on it, in the files named after their subjects.
pub struct Reader<'c> {
    pub(crate) conn: &'c mut AnyConnection,
    pub(super) now: OffsetDateTime,
    pub(crate) cipher: &'c Cipher,
    pub(crate) ids: &'c Ids,
    pub(crate) rules_kept: &'c RulesKept,
    /// The rules of the city that was asked about last; nothing once they were changed.
    pub(crate) rules: Option<(Id, Arc<CityRules>)>,
}

impl Reader<'_> {
    /// The transaction's instant: everything in it is decided as of now.
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }
}

/// A writing transaction: everything that a [`Reader`] can, and the changes.
pub struct Writer<'c> {
    reader: Reader<'c>,
    pub(super) valid_until: Option<OffsetDateTime>,
    pub(super) keep: Keep,
    /// Whether others write meanwhile, of whom it does not concern.
    pub(super) beside_others: bool,
    /// Whether it writes of another instant than that of its commit: the past of a sandbox.
    pub(super) tells_the_past: bool,
    /// Whether it told an event: whoever follows the feed is woken behind its commit.
    pub(super) told: bool,
    /// What it needs to keep the log; nothing if it does not.
    pub(crate) watched: Option<&'c Watched>,
    /// What it will have written to the log when it ends.
    pub(crate) entries: Entries,
}

impl<'c> Writer<'c> {
    pub(super) fn new(reader: Reader<'c>, keep: Keep, watched: Option<&'c Watched>) -> Self {
        Self {
            reader,
            valid_until: None,
            keep,
            beside_others: false,
            tells_the_past: false,
            told: false,
            watched,
            entries: Entries::default(),
        }
    }
}

impl Writer<'_> {
    /// Whether what is written may be dated before the present.
    pub(crate) fn tells_the_past(&self) -> bool {
        self.tells_the_past
    }

    /// Whether it writes to the log.
    pub(crate) fn keeps_log(&self) -> bool {
        self.watched.is_some()
    }

    /// An event was told.
    pub(crate) fn has_told(&mut self) {
        self.told = true;
    }

    /// Whether anything of this transaction is to stay; a dry run keeps nothing, and promises no addresses.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.keep == Keep::Yes
    }

    /// What is done from here on concerns one more person or account, until the transaction or the savepoint that it is in ends: for
    /// batches, which find out as they go. Nothing of them may have been read to decide by.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when two batches wait for each other.
    pub fn take_turn_with(&mut self, id: Id) -> Result<(), StoreError> {
        if self.beside_others { concerns::take_in(self.conn, id) } else { Ok(()) }
    }

    /// W2: what was decided stands only before `instant`. The store looks at the clock again
    /// right before the commit and, if the instant has passed, decides anew.
    pub fn valid_until(&mut self, instant: Option<OffsetDateTime>) {
        self.valid_until = earliest(self.valid_until, instant);
    }

    /// Runs `work` so that its changes, and only its, are undone when it fails.
    ///
    /// # Errors
    /// Whatever `work` returns.
    pub fn attempt<T, E: StoreFailure>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        execute(self.conn, "savepoint attempt")?;
        let before = self.valid_until;
        let entries = self.entries.count();
        let result = work(self);
        match &result {
            Ok(_) => execute(self.conn, "release savepoint attempt")?,
            // A conflict poisons the whole transaction; it is run again from the start.
            Err(error) if matches!(error.store_error(), Some(StoreError::Conflict)) => {}
            Err(_) => {
                self.valid_until = before;
                self.entries.keep_first(entries);
                self.rules = None;
                execute(self.conn, "rollback to savepoint attempt; release savepoint attempt")?;
            }
        }
        result
    }
}

impl<'c> Deref for Writer<'c> {
    type Target = Reader<'c>;
    fn deref(&self) -> &Reader<'c> {
        &self.reader
    }
}
impl DerefMut for Writer<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.reader
    }
}

pub(super) fn earliest(
    a: Option<OffsetDateTime>,
    b: Option<OffsetDateTime>,
) -> Option<OffsetDateTime> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
