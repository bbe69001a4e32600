//! The entries: their places, what they commit to, and what they say of rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use serde_json::Value;
use tlog_tiles::{Hash, record_hash};
use uuid::Uuid;

use super::{Faults, Latest, NAMED, PAGE, Trees, short};
use crate::columns::Id;
use crate::error::StoreError;
use crate::events::Event;
use crate::schema::{accounts, erasures, events, log_entries, person_merges};
use crate::store::Reader;
use crate::transparency::commitment::salted;
use crate::transparency::rows::decode;
use crate::transparency::tree::{HASH, WIDTH, read};
use crate::transparency::{LogEntry, ROWS};

impl Reader<'_> {
    pub(super) fn walk_entries(
        &mut self,
        trees: &mut Trees,
        sizes: &[u64],
        latest: &mut Latest,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        let refused: Vec<i64> = log_entries::table
            .filter(log_entries::leaf_index.lt(0))
            .order(log_entries::seq.asc())
            .select(log_entries::seq)
            .load(self.conn)?;
        for seq in refused {
            faults.add("log_entries", seq, "was not written by the service");
        }
        let mut tile = (u64::MAX, Vec::new());
        loop {
            let next = i64::try_from(trees.size).unwrap_or(i64::MAX);
            let seqs: Vec<i64> = log_entries::table
                .filter(log_entries::leaf_index.ge(next))
                .order(log_entries::leaf_index.asc())
                .limit(PAGE)
                .select(log_entries::seq)
                .load(self.conn)?;
            let page = self.entries(seqs, faults)?;
            let before = trees.size;
            for entry in &page {
                let place = entry.leaf_index.and_then(|place| u64::try_from(place).ok());
                let place = place.unwrap_or_default();
                if place.saturating_sub(trees.size) > NAMED as u64 {
                    let what = "stands where the log has not come to";
                    faults.add("log_entries", format!("at {place}"), what);
                    break;
                }
                while trees.size < place {
                    faults.add("log_entries", format!("at {}", trees.size), "is missing");
                    let hash = self.leaf_in_tile(&mut tile, trees.size)?.unwrap_or(Hash([0; HASH]));
                    trees.push(hash, Some(hash), sizes);
                }
                let hash = record_hash(entry.leaf.as_bytes());
                let in_tile = self.leaf_in_tile(&mut tile, place)?;
                trees.push(hash, in_tile, sizes);
            }
            self.check_entries(&page, latest, faults)?;
            if trees.size == before {
                break;
            }
        }
        // What is not sealed yet was done all the same.
        let unsealed: Vec<i64> = log_entries::table
            .filter(log_entries::leaf_index.is_null())
            .order(log_entries::seq.asc())
            .select(log_entries::seq)
            .load(self.conn)?;
        let unsealed = self.entries(unsealed, faults)?;
        self.check_entries(&unsealed, latest, faults)
    }

    /// Entries by their numbers, in the order of their places. One that cannot even be read is a fault of its own.
    fn entries(
        &mut self,
        seqs: Vec<i64>,
        faults: &mut Faults,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let all = log_entries::table
            .filter(log_entries::seq.eq_any(seqs.clone()))
            .order((log_entries::leaf_index.asc(), log_entries::seq.asc()))
            .select(LogEntry::as_select());
        if let Some(entries) = read_back(all.load(self.conn))? {
            return Ok(entries);
        }
        let mut entries = Vec::new();
        for seq in seqs {
            let one = log_entries::table.find(seq).select(LogEntry::as_select());
            match read_back(one.first(self.conn))? {
                Some(entry) => entries.push(entry),
                None => faults.add("log_entries", seq, "cannot be read"),
            }
        }
        Ok(entries)
    }

    /// The hash of a leaf as its tile has it.
    pub(super) fn leaf_in_tile(
        &mut self,
        tile: &mut (u64, Vec<u8>),
        place: u64,
    ) -> Result<Option<Hash>, StoreError> {
        let number = place / WIDTH;
        if tile.0 != number {
            *tile = (number, read(self.conn, 0, number)?.unwrap_or_default());
        }
        let start = usize::try_from(place % WIDTH).unwrap_or_default() * HASH;
        let hash = tile.1.get(start..start + HASH).and_then(|hash| hash.try_into().ok());
        Ok(hash.map(Hash))
    }

    /// Looks at what entries commit to: their events, and their changed rows.
    fn check_entries(
        &mut self,
        entries: &[LogEntry],
        latest: &mut Latest,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        let leaves: Vec<Value> = entries
            .iter()
            .map(|entry| serde_json::from_str(&entry.leaf).unwrap_or(Value::Null))
            .collect();
        let told = self.events_of_entries(entries, &leaves, faults)?;
        let erased = &latest.erased;
        for (entry, leaf) in entries.iter().zip(&leaves) {
            let city = entry.jurisdiction_id.map(|city| city.to_string());
            let is_rows = entry.kind == ROWS;
            let fits = leaf["id"].as_str() == Some(entry.id.to_string().as_str())
                && leaf["kind"].as_str() == Some(entry.kind.as_str())
                && leaf["city"].as_str() == city.as_deref()
                && is_rows == entry.changes.is_some()
                && is_rows == entry.salt.is_none();
            if !fits {
                faults.add("log_entries", entry.id, "does not bear what its leaf says");
                continue;
            }
            let digest = leaf["digest"].as_str().unwrap_or_default();
            if is_rows {
                let changes = entry.changes.as_deref().unwrap_or_default();
                let rows = decode(changes);
                match rows.filter(|_| STANDARD.encode(salted(&[], changes)) == digest) {
                    Some(rows) => {
                        for row in rows {
                            latest.rows.insert((row.table, short(row.key)), row.digest);
                        }
                    }
                    None => {
                        faults.add("log_entries", entry.id, "its changes are not those of its leaf")
                    }
                }
                continue;
            }
            let Some(event) = told.get(&entry.id) else {
                faults.add("events", entry.id, "is missing");
                continue;
            };
            let salt = entry.salt.as_deref().unwrap_or_default();
            if STANDARD.encode(salted(salt, &event.canonical()?)) != digest {
                faults.add("events", entry.id, "is not what its entry says");
            } else if !event.address_fits(erased) {
                latest.addresses.push(entry.id);
            }
        }
        Ok(())
    }

    pub(super) fn erased_accounts(&mut self) -> Result<HashSet<Id>, StoreError> {
        let people: Vec<Id> = erasures::table.select(erasures::professional_id).load(self.conn)?;
        let own: Vec<Id> = accounts::table
            .filter(accounts::professional_id.eq_any(people.iter().copied().map(Some)))
            .select(accounts::id)
            .load(self.conn)?;
        let closed: Vec<Option<Id>> = person_merges::table
            .filter(person_merges::professional_id.eq_any(people))
            .select(person_merges::closed_account_id)
            .load(self.conn)?;
        Ok(own.into_iter().chain(closed.into_iter().flatten()).collect())
    }

    fn events_of_entries(
        &mut self,
        entries: &[LogEntry],
        leaves: &[Value],
        faults: &mut Faults,
    ) -> Result<HashMap<Id, Event>, StoreError> {
        let mut by_city: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        for (entry, leaf) in entries.iter().zip(leaves).filter(|(entry, _)| entry.kind != ROWS) {
            let city = leaf["city"].as_str().and_then(|city| Uuid::parse_str(city).ok());
            if let Some(city) = city {
                by_city.entry(Id(city)).or_default().push(entry.id);
            }
        }
        let mut found = HashMap::new();
        for (city, ids) in by_city {
            let all = events::table
                .filter(events::jurisdiction_id.eq(city))
                .filter(events::id.eq_any(ids.clone()))
                .select(Event::as_select());
            if let Some(rows) = read_back(all.load(self.conn))? {
                found.extend(rows.into_iter().map(|event: Event| (event.id, event)));
                continue;
            }
            for id in ids {
                let one = events::table.find((city, id)).select(Event::as_select());
                match read_back(one.first::<Event>(self.conn))? {
                    Some(event) => found.extend([(id, event)]),
                    None => faults.add("events", id, "cannot be read"),
                }
            }
        }
        Ok(found)
    }
}

/// A result of a query; `None` for rows that do not read back: somebody has changed them.
pub(super) fn read_back<T>(result: QueryResult<T>) -> Result<Option<T>, StoreError> {
    match result.map_err(StoreError::from) {
        Ok(rows) => Ok(Some(rows)),
        Err(StoreError::Corrupt(_) | StoreError::Database(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
