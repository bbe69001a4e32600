//! The rows, and what the database runs by itself, against what the entries say.

use diesel::prelude::*;
use uuid::Uuid;

use super::entries::read_back;
use super::{Faults, Latest, NAMED, PAGE, short};
use crate::columns::Id;
use crate::error::StoreError;
use crate::schema::{events, log_entries, log_shapes};
use crate::store::Reader;
use crate::transparency::ROWS;
use crate::transparency::changes::each_digest;
use crate::transparency::code::{WHOLE, present};
use crate::transparency::covered::{COVERED, Covered, by_number};
use crate::transparency::rows::decode;

const KEYS: &str = "signing_keys";
const PEOPLE: &str = "professionals";

impl Reader<'_> {
    /// Triggers, functions and columns are those that the service left: the note of it is a covered row.
    pub(super) fn check_code(&mut self, faults: &mut Faults) -> Result<(), StoreError> {
        let present = present(self.conn)?;
        let known: Option<String> =
            log_shapes::table.find(WHOLE).select(log_shapes::shape).first(self.conn).optional()?;
        if known.as_ref() != present.get(WHOLE) {
            let what = "triggers, functions or columns are not those that the service left";
            faults.add("log_shapes", WHOLE, what);
        }
        Ok(())
    }

    pub(super) fn check_unlogged_events(&mut self, faults: &mut Faults) -> Result<(), StoreError> {
        // Entries about rows have no city.
        let entry = log_entries::table
            .filter(log_entries::id.eq(events::id))
            .filter(log_entries::jurisdiction_id.eq(events::jurisdiction_id.nullable()));
        let unlogged = events::table
            .filter(diesel::dsl::not(diesel::dsl::exists(entry)))
            .order(events::id.asc())
            .select(events::id)
            .limit(PAGE);
        match read_back(unlogged.load::<Id>(self.conn))? {
            Some(ids) => {
                ids.iter().for_each(|id| faults.add("events", id, "has no entry in the log"))
            }
            None => faults.add("events", "?", "the id of one cannot be read"),
        }
        Ok(())
    }

    /// The keys, by which everything that is signed is judged.
    pub(super) fn check_keys(
        &mut self,
        latest: &mut Latest,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        self.check_tables(|covered| covered.table == KEYS, latest, faults)
    }

    /// All other rows. People first: the salts of the other rows are theirs.
    pub(super) fn check_rows(
        &mut self,
        latest: &mut Latest,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        self.check_tables(|covered| covered.table == PEOPLE, latest, faults)?;
        self.check_tables(|covered| ![KEYS, PEOPLE].contains(&covered.table), latest, faults)
    }

    fn check_tables(
        &mut self,
        which: impl Fn(&Covered) -> bool,
        latest: &mut Latest,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        for (number, covered) in (0_u8..).zip(COVERED).filter(|(_, covered)| which(covered)) {
            let mut wrong: Vec<(String, &str)> = Vec::new();
            each_digest(self.conn, covered, None, |key, digest| {
                let what = match latest.rows.remove(&(number, short(&key))) {
                    Some(Some(logged)) if logged == digest => return,
                    Some(Some(_)) => "is not what the log says",
                    Some(None) => "is gone by the log, and there",
                    None => "is not in the log",
                };
                if wrong.len() < NAMED {
                    wrong.push((key, what));
                }
            })?;
            wrong.sort();
            for (key, what) in wrong {
                faults.add(covered.table, readable(&key), what);
            }
            let is_missing =
                |((table, _), digest): (&(u8, _), &Option<_>)| *table == number && digest.is_some();
            if latest.rows.iter().any(is_missing) {
                self.name_missing(number, latest, faults)?;
            }
        }
        Ok(())
    }

    /// Rows of a table that should be there are named by their entries.
    fn name_missing(
        &mut self,
        number: u8,
        latest: &mut Latest,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        let table = by_number(number).map_or("?", |covered| covered.table);
        let mut behind = -1_i64;
        loop {
            let page: Vec<(i64, Option<Vec<u8>>)> = log_entries::table
                .filter(log_entries::kind.eq(ROWS))
                .filter(log_entries::seq.gt(behind))
                .order(log_entries::seq.asc())
                .limit(PAGE)
                .select((log_entries::seq, log_entries::changes))
                .load(self.conn)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            behind = *last;
            for (_, changes) in &page {
                let rows = decode(changes.as_deref().unwrap_or_default()).unwrap_or_default();
                for row in rows.iter().filter(|row| row.table == number) {
                    if latest.rows.remove(&(number, short(row.key))).flatten().is_some() {
                        faults.add(table, readable(row.key), "is missing");
                    }
                }
            }
        }
    }
}

/// A key as people read it: SQLite has ids as bytes, which its keys show as 32 digits.
fn readable(key: &str) -> String {
    let part = |part: &str| match Uuid::parse_str(part) {
        Ok(id) => id.to_string(),
        Err(_) => part.to_owned(),
    };
    key.split('/').map(part).collect::<Vec<_>>().join("/")
}
