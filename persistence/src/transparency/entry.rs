//! The entries of a transaction.

use diesel::prelude::*;
use time::OffsetDateTime;
use tlog_tiles::{Hash, record_hash};

use super::changes::{Change, each_digest};
use super::commitment::{new_salt, salted, written};
use super::covered::{COVERED, Covered};
use super::rows::{AT_ONCE, encode};
use super::{Origin, ROWS};
use crate::columns::Id;
use crate::connection::insert_rows;
use crate::error::StoreError;
use crate::events::Event;
use crate::schema::{log_entries, professionals};
use crate::store::Writer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a transaction will have written to the log when it ends.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub(crate) origin: Origin,
    pending: Vec<NewEntry>,
    /// Rows that were digested anew, though nothing in them changed.
    anew: Vec<Change>,
    /// Whether the log begins anew: what others entered in the same commit before is gone with it.
    pub(crate) begin_anew: bool,
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
pub(crate) struct NewEntry {
    id: Id,
    jurisdiction_id: Option<Id>,
    kind: String,
    leaf: String,
    salt: Option<Vec<u8>>,
    changes: Option<Vec<u8>>,
    mark: Vec<u8>,
    leaf_index: Option<i64>,
}

impl NewEntry {
    /// Gives it its place in the log; what the tree holds of it.
    pub(super) fn put_at(&mut self, place: u64) -> Hash {
        self.leaf_index = i64::try_from(place).ok();
        record_hash(self.leaf.as_bytes())
    }

    /// Takes its place back.
    pub(super) fn wait(&mut self) {
        self.leaf_index = None;
    }
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
        let digest = salted(&salt, &event.canonical()?);
        let digest = STANDARD.encode(digest);
        let (at, kind) = (written(event.occurred_at.0), event.kind.0.as_str());
        let (city, about) = (event.jurisdiction_id, event.id);
        // In the canonical form: none of it needs to be escaped.
        let leaf = format!(
            r#"{{"at":"{at}","city":"{city}","digest":"{digest}","id":"{about}","kind":"{kind}","v":1}}"#
        );
        Ok(self.new_entry((about, Some(city)), kind, leaf, Some(salt.to_vec()), None))
    }

    /// The entries about changed rows, a bounded number of rows in each.
    pub(super) fn rows_entries(&self, changes: &[Change]) -> Result<Vec<NewEntry>, StoreError> {
        let at: OffsetDateTime = self.now();
        changes
            .chunks(AT_ONCE)
            .map(|changes| {
                let blob = encode(changes)?;
                let id = self.new_id();
                let (at, rows) = (written(at), changes.len());
                let digest = STANDARD.encode(salted(&[], &blob));
                let leaf = format!(
                    r#"{{"at":"{at}","digest":"{digest}","id":"{id}","kind":"{ROWS}","rows":{rows},"v":1}}"#
                );
                Ok(self.new_entry((id, None), ROWS, leaf, None, Some(blob)))
            })
            .collect()
    }

    fn new_entry(
        &self,
        (id, city): (Id, Option<Id>),
        kind: &str,
        leaf: String,
        salt: Option<Vec<u8>>,
        changes: Option<Vec<u8>>,
    ) -> NewEntry {
        let mark = self.mark(id, &leaf);
        let kind = kind.to_owned();
        NewEntry { id, jurisdiction_id: city, kind, leaf, salt, changes, mark, leaf_index: None }
    }

    /// What only the service can put to an entry.
    pub(super) fn mark(&self, id: Id, leaf: &str) -> Vec<u8> {
        self.cipher.lookup_hash(MARK, &format!("{id} {leaf}"))
    }

    /// What only the service can put to a shape.
    pub(super) fn shape_mark(&self, covered: &str, shape: &str) -> Vec<u8> {
        self.cipher.lookup_hash("log shape", &format!("{covered} {shape}"))
    }

    /// The entries of what the transaction told and touched. Its last act.
    pub(crate) fn take_entries(&mut self) -> Result<Vec<NewEntry>, StoreError> {
        let Some(watched) = self.watched else { return Ok(Vec::new()) };
        let mut entries = std::mem::take(&mut self.entries.pending);
        let mut changes = watched.take(self.conn)?;
        // Behind what was noted: the last of a row is what counts.
        changes.append(&mut self.entries.anew);
        entries.extend(self.rows_entries(&changes)?);
        Ok(entries)
    }

    /// Writes the entries of what the transaction told and touched, to be sealed later; whether there were any. Its last act.
    pub(crate) fn write_entries(&mut self) -> Result<bool, StoreError> {
        let entries = self.take_entries()?;
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
        for (table, covered) in (0_u8..).zip(COVERED).filter(|(_, covered)| covered.of_person) {
            each_digest(self.conn, covered, Some((city, person)), |key, digest| {
                anew.push(Change { table, key, digest: Some(digest) });
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
        let again = |covered: &Covered| tables.contains(&covered.table);
        for (table, covered) in (0_u8..).zip(COVERED).filter(|(_, covered)| again(covered)) {
            each_digest(self.conn, covered, None, |key, digest| {
                anew.push(Change { table, key, digest: Some(digest) });
            })?;
        }
        self.entries.anew.extend(anew);
        Ok(())
    }

    /// Forgets what the transaction told and touched so far, and what others in the same commit did before: the log begins anew.
    pub(crate) fn forget_entries(&mut self) -> Result<(), StoreError> {
        self.entries.keep_first((0, 0));
        self.entries.begin_anew = true;
        if let Some(watched) = self.watched {
            watched.begin_anew(self.conn)?;
        }
        Ok(())
    }

    pub(super) fn insert_entries(&mut self, entries: &[NewEntry]) -> Result<(), StoreError> {
        insert_rows!(self.conn, log_entries::table, entries);
        Ok(())
    }
}
