//! The entries of a transaction.

use diesel::prelude::*;
use serde_json::json;
use time::OffsetDateTime;

use super::changes::{self, Change, each_digest};
use super::commitment::{canonical, new_salt, salted, written};
use super::covered::COVERED;
use super::rows::{AT_ONCE, encode};
use super::{Origin, ROWS};
use crate::columns::Id;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::events::Event;
use crate::schema::{log_entries, professionals};
use crate::store::Writer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Entries in one statement: one about many rows has some tens of kilobytes.
const ROWS_AT_ONCE: usize = 200;

/// What a transaction will have written to the log when it ends.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub(crate) origin: Origin,
    pending: Vec<NewEntry>,
    /// Rows that were digested anew, though nothing in them changed.
    anew: Vec<Change>,
}

impl Entries {
    /// How many there are, to go back to.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.pending.len(), self.anew.len())
    }

    /// Forgets those behind the first so many: what they tell of did not happen.
    pub(crate) fn keep_first(&mut self, (pending, anew): (usize, usize)) {
        self.pending.truncate(pending);
        self.anew.truncate(anew);
    }
}

#[derive(Debug, Insertable)]
#[diesel(table_name = log_entries, treat_none_as_default_value = false)]
pub(super) struct NewEntry {
    id: Id,
    jurisdiction_id: Option<Id>,
    kind: String,
    leaf: String,
    salt: Option<Vec<u8>>,
    changes: Option<Vec<u8>>,
    mark: Vec<u8>,
}

/// What tells entries of the service from others: only who has the key can make it.
const MARK: &str = "log entry";

impl Writer<'_> {
    /// Every event that this transaction tells from now on came from there.
    pub fn comes_from(&mut self, origin: Origin) {
        self.entries.origin = origin;
    }

    /// An event that is about to be stored, with where it came from, and its entry.
    pub(crate) fn with_entry(&mut self, event: &Event) -> Result<Event, StoreError> {
        if !self.keeps_log() {
            return Ok(event.clone());
        }
        let origin = &self.entries.origin;
        let mut event = Event { request_id: origin.request_id.clone(), ..event.clone() };
        if let Some(address) = &origin.address {
            let salt = new_salt();
            event.address_digest = Some(salted(&salt, address.as_bytes()).to_vec());
            event.address_salt = Some(salt.to_vec());
            event.address = Some(address.clone());
        }
        let entry = self.event_entry(&event)?;
        self.entries.pending.push(entry);
        Ok(event)
    }

    pub(super) fn event_entry(&self, event: &Event) -> Result<NewEntry, StoreError> {
        let salt = new_salt();
        let digest = salted(&salt, &canonical(&event.disclosed())?);
        let leaf = json!({
            "at": written(event.occurred_at.0),
            "city": event.jurisdiction_id.to_string(),
            "digest": STANDARD.encode(digest),
            "id": event.id.to_string(),
            "kind": event.kind.0,
            "v": 1,
        });
        let id = (event.id, Some(event.jurisdiction_id));
        self.new_entry(id, event.kind.0.as_str(), &leaf, Some(salt.to_vec()), None)
    }

    /// The entries about changed rows, a bounded number of rows in each.
    pub(super) fn rows_entries(&self, changes: &[Change]) -> Result<Vec<NewEntry>, StoreError> {
        let at: OffsetDateTime = self.now();
        changes
            .chunks(AT_ONCE)
            .map(|changes| {
                let blob = encode(changes)?;
                let id = self.new_id();
                let leaf = json!({
                    "at": written(at),
                    "digest": STANDARD.encode(salted(&[], &blob)),
                    "id": id.to_string(),
                    "kind": ROWS,
                    "rows": changes.len(),
                    "v": 1,
                });
                self.new_entry((id, None), ROWS, &leaf, None, Some(blob))
            })
            .collect()
    }

    fn new_entry(
        &self,
        (id, city): (Id, Option<Id>),
        kind: &str,
        leaf: &serde_json::Value,
        salt: Option<Vec<u8>>,
        changes: Option<Vec<u8>>,
    ) -> Result<NewEntry, StoreError> {
        let leaf = String::from_utf8(canonical(leaf)?)
            .map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let mark = self.mark(id, &leaf);
        Ok(NewEntry { id, jurisdiction_id: city, kind: kind.to_owned(), leaf, salt, changes, mark })
    }

    /// What only the service can put to an entry.
    pub(super) fn mark(&self, id: Id, leaf: &str) -> Vec<u8> {
        self.cipher.lookup_hash(MARK, &format!("{id} {leaf}"))
    }

    /// What only the service can put to a shape.
    pub(super) fn shape_mark(&self, covered: &str, shape: &str) -> Vec<u8> {
        self.cipher.lookup_hash("log shape", &format!("{covered} {shape}"))
    }

    /// Writes the entries of what the transaction told and touched; whether there were any. Its last act.
    pub(crate) fn write_entries(&mut self) -> Result<bool, StoreError> {
        if !self.keeps_log() {
            return Ok(false);
        }
        let mut entries = std::mem::take(&mut self.entries.pending);
        let mut changes = changes::take(self.conn)?;
        // Behind what was noted: the last of a row is what counts.
        changes.append(&mut self.entries.anew);
        entries.extend(self.rows_entries(&changes)?);
        self.insert_entries(&entries)?;
        Ok(!entries.is_empty())
    }

    /// Gives a person a new salt, with which all their rows are digested anew: what the log has of them up to now cannot be compared with
    /// anything any more (U4a). The last thing that is done in an erasure.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seal_person_anew(&mut self, city: Id, person: Id) -> Result<(), StoreError> {
        diesel::update(professionals::table.find((city, person)))
            .set(professionals::log_salt.eq(new_salt().to_vec()))
            .execute(self.conn)?;
        if !self.keeps_log() {
            return Ok(());
        }
        let mut anew = Vec::new();
        for covered in COVERED.iter().filter(|covered| covered.of_person) {
            each_digest(self.conn, covered, Some((city, person)), |key, digest| {
                let digest = Some(digest);
                anew.push(Change { covered: covered.table.to_owned(), key, digest });
            })?;
        }
        self.entries.anew.extend(anew);
        Ok(())
    }

    /// Digests all rows of some tables anew, for a log that begins anew without them.
    pub(crate) fn enter_again(&mut self, tables: &[&str]) -> Result<(), StoreError> {
        if !self.keeps_log() {
            return Ok(());
        }
        let mut anew = Vec::new();
        for covered in COVERED.iter().filter(|covered| tables.contains(&covered.table)) {
            each_digest(self.conn, covered, None, |key, digest| {
                let digest = Some(digest);
                anew.push(Change { covered: covered.table.to_owned(), key, digest });
            })?;
        }
        self.entries.anew.extend(anew);
        Ok(())
    }

    /// Forgets what the transaction told and touched so far.
    pub(crate) fn forget_entries(&mut self) -> Result<(), StoreError> {
        self.entries.keep_first((0, 0));
        if self.keeps_log() { changes::forget(self.conn) } else { Ok(()) }
    }

    pub(super) fn insert_entries(&mut self, entries: &[NewEntry]) -> Result<(), StoreError> {
        for entries in entries.chunks(ROWS_AT_ONCE) {
            match &mut *self.conn {
                AnyConnection::Sqlite(conn) => {
                    diesel::insert_into(log_entries::table).values(entries).execute(conn)?
                }
                AnyConnection::Postgres(conn) => {
                    diesel::insert_into(log_entries::table).values(entries).execute(conn)?
                }
            };
        }
        Ok(())
    }
}
