//! Counters of units: a log of every change, and its sums by hour.

use std::collections::BTreeMap;

use diesel::prelude::*;
use time::Duration;
use uuid::Uuid;
use xueshi_domain::figures::Counts;

use super::tail::add_to;
use crate::columns::{Id, Moment};
use crate::connection::insert_rows;
use crate::error::StoreError;
use crate::schema::{figure_log, organizations, unit_figures};
use crate::store::{Reader, Writer};

/// Units whose sums are asked for in one question: a database bounds the values of a statement.
const UNITS_AT_ONCE: usize = 1_000;

/// The counters of a unit and everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCounts {
    /// Those of the year.
    pub year: Counts,
    /// Those without a year (people, units), as of the year's freeze once that has begun.
    pub standing: Counts,
    /// Whether people in management posts count in the year (U4b).
    pub include_management: bool,
}

/// A change of a unit's counters, by what it was noted for.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) at: Moment,
    pub(super) year: i32,
    pub(super) unit: Id,
    /// The unit's place then: the units that the change counts for.
    pub(super) path: String,
    pub(super) counts: Counts,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = figure_log, treat_none_as_default_value = false)]
pub(super) struct LogEntry {
    jurisdiction_id: Id,
    year: i32,
    bucket: Moment,
    at: Moment,
    unit_id: Id,
    path: String,
    amounts: String,
}

/// A row of sums.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = unit_figures, treat_none_as_default_value = false)]
pub(super) struct Snapshot {
    jurisdiction_id: Id,
    unit_id: Id,
    year: i32,
    bucket: Moment,
    amounts: String,
}

/// The beginning of the hour.
pub(super) fn bucket_of(at: Moment) -> Moment {
    let into = Duration::new(i64::from(at.minute()) * 60 + i64::from(at.second()), 0)
        + Duration::nanoseconds(i64::from(at.nanosecond()));
    Moment(at.0 - into)
}

/// Whether an instant is the last one of its hour, so that the hour's sums hold at it.
fn ends_bucket(at: Moment) -> bool {
    at.minute() == 59 && at.second() == 59 && at.microsecond() == 999_999
}

/// The units of a path.
pub(super) fn units_of(path: &str) -> impl Iterator<Item = Id> {
    path.split('/').filter_map(|part| Uuid::try_parse(part).ok().map(Id))
}

pub(super) fn read(amounts: &str) -> Result<Counts, StoreError> {
    serde_json::from_str(amounts).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(super) fn write(counts: &Counts) -> Result<String, StoreError> {
    serde_json::to_string(counts).map_err(|error| StoreError::Corrupt(error.to_string()))
}

impl LogEntry {
    pub(super) fn new(city: Id, change: &Change) -> Result<Self, StoreError> {
        Ok(Self {
            jurisdiction_id: city,
            year: change.year,
            bucket: bucket_of(change.at),
            at: change.at,
            unit_id: change.unit,
            path: change.path.clone(),
            amounts: write(&change.counts)?,
        })
    }
}

impl Reader<'_> {
    /// The counters of some units for a year as of an instant, in their order, with the people and units of that time or, once
    /// the freeze has begun, of its beginning. The same question about the past has the same answer again.
    ///
    /// # Errors
    /// On a database failure.
    pub fn figures_at(
        &mut self,
        city: Id,
        units: &[Id],
        year: i32,
        at: Moment,
    ) -> Result<Vec<UnitCounts>, StoreError> {
        let rules = self.city_rules(city)?;
        let years = rules.years();
        let settled = years.settled_at(year, at);
        let mut of_year = self.counts_at(city, units, year, at)?;
        let mut standing = self.counts_at(city, units, 0, settled)?;
        let all = units.iter().map(|unit| UnitCounts {
            year: of_year.remove(unit).unwrap_or_default(),
            standing: standing.remove(unit).unwrap_or_default(),
            include_management: years.includes_management(year),
        });
        Ok(all.collect())
    }

    /// The instant at which people and units are counted for a year: now, or the last one before its freeze.
    ///
    /// # Errors
    /// On a database failure.
    pub fn people_counted_at(
        &mut self,
        city: Id,
        year: i32,
        at: Moment,
    ) -> Result<Moment, StoreError> {
        Ok(self.city_rules(city)?.years().settled_at(year, at))
    }

    /// The counters of one year of units as of an instant: the sums, and what is not yet in them.
    fn counts_at(
        &mut self,
        city: Id,
        units: &[Id],
        year: i32,
        at: Moment,
    ) -> Result<BTreeMap<Id, Counts>, StoreError> {
        let bucket = bucket_of(at);
        // Nothing in this hour is later than now: its sums hold already.
        if ends_bucket(at) || at.0 >= self.now() {
            let mut counters = self.sums_of(city, units, year, bucket)?;
            let end = Moment(bucket.0 + Duration::HOUR - Duration::microseconds(1));
            self.add_tail(city, year, end, &mut counters)?;
            return Ok(counters);
        }
        let before = Moment(bucket.0 - Duration::microseconds(1));
        let mut counters = self.sums_of(city, units, year, before)?;
        let rest: Vec<(String, String)> = figure_log::table
            .filter(figure_log::jurisdiction_id.eq(city))
            .filter(figure_log::year.eq(year))
            .filter(figure_log::bucket.eq(bucket))
            .filter(figure_log::at.le(at))
            .select((figure_log::path, figure_log::amounts))
            .load(self.conn)?;
        add_to(&mut counters, rest)?;
        self.add_tail(city, year, at, &mut counters)?;
        Ok(counters)
    }

    /// The latest sums of units that are not of a later hour; an entry for each of the units.
    fn sums_of(
        &mut self,
        city: Id,
        units: &[Id],
        year: i32,
        bucket: Moment,
    ) -> Result<BTreeMap<Id, Counts>, StoreError> {
        let mut all: BTreeMap<Id, Counts> =
            units.iter().map(|unit| (*unit, Counts::new())).collect();
        for some in units.chunks(UNITS_AT_ONCE) {
            // One look into the index for each unit, in one question.
            let last = unit_figures::table
                .filter(unit_figures::jurisdiction_id.eq(city))
                .filter(unit_figures::unit_id.eq(organizations::id))
                .filter(unit_figures::year.eq(year))
                .filter(unit_figures::bucket.le(bucket))
                .order(unit_figures::bucket.desc())
                .select(unit_figures::amounts)
                .limit(1)
                .single_value();
            let rows: Vec<(Id, Option<String>)> = organizations::table
                .filter(organizations::jurisdiction_id.eq(city))
                .filter(organizations::id.eq_any(some))
                .select((organizations::id, last))
                .load(self.conn)?;
            for (unit, amounts) in rows {
                if let Some(amounts) = amounts {
                    all.insert(unit, read(&amounts)?);
                }
            }
        }
        Ok(all)
    }

    /// The latest sums of a unit that are not of a later hour.
    fn sums_until(
        &mut self,
        city: Id,
        unit: Id,
        year: i32,
        bucket: Moment,
    ) -> Result<Option<Counts>, StoreError> {
        let amounts: Option<String> = unit_figures::table
            .filter(unit_figures::jurisdiction_id.eq(city))
            .filter(unit_figures::unit_id.eq(unit))
            .filter(unit_figures::year.eq(year))
            .filter(unit_figures::bucket.le(bucket))
            .order(unit_figures::bucket.desc())
            .select(unit_figures::amounts)
            .first(self.conn)
            .optional()?;
        amounts.as_deref().map(read).transpose()
    }

    /// The sums of a unit from an hour on.
    fn sums_from(
        &mut self,
        city: Id,
        unit: Id,
        year: i32,
        bucket: Moment,
    ) -> Result<BTreeMap<Moment, Counts>, StoreError> {
        let rows: Vec<(Moment, String)> = unit_figures::table
            .filter(unit_figures::jurisdiction_id.eq(city))
            .filter(unit_figures::unit_id.eq(unit))
            .filter(unit_figures::year.eq(year))
            .filter(unit_figures::bucket.ge(bucket))
            .select((unit_figures::bucket, unit_figures::amounts))
            .load(self.conn)?;
        rows.into_iter().map(|(bucket, amounts)| Ok((bucket, read(&amounts)?))).collect()
    }

    /// What a unit has of each year from an instant on: what it counts until then, and the changes that are dated later.
    pub(super) fn dated_counts(
        &mut self,
        city: Id,
        unit: Id,
        at: Moment,
    ) -> Result<Vec<(i32, Moment, Counts)>, StoreError> {
        let years: Vec<i32> = unit_figures::table
            .filter(unit_figures::jurisdiction_id.eq(city))
            .filter(unit_figures::unit_id.eq(unit))
            .select(unit_figures::year)
            .distinct()
            .load(self.conn)?;
        let mut all: BTreeMap<(i32, Moment), Counts> = BTreeMap::new();
        for year in years {
            let mut last = self.sums_until(city, unit, year, bucket_of(at))?.unwrap_or_default();
            all.entry((year, at)).or_default().add_all(&last, 1);
            for (bucket, sums) in self.sums_from(city, unit, year, bucket_of(at))? {
                if bucket <= bucket_of(at) {
                    continue;
                }
                let change = all.entry((year, bucket)).or_default();
                change.add_all(&sums, 1);
                change.add_all(&last, -1);
                last = sums;
            }
        }
        for change in self.changes_below(city, unit)? {
            let dated = (change.year, change.at.max(at));
            all.entry(dated).or_default().add_all(&change.counts, 1);
        }
        all.retain(|_, counts| !counts.is_empty());
        Ok(all.into_iter().map(|((year, at), counts)| (year, at, counts)).collect())
    }

    /// The rows of sums that some changes make: whether each is new, and what it says.
    pub(super) fn sums_with(
        &mut self,
        city: Id,
        changes: &[Change],
    ) -> Result<Vec<(bool, Snapshot)>, StoreError> {
        let mut by_unit: BTreeMap<(Id, i32), BTreeMap<Moment, Counts>> = BTreeMap::new();
        for change in changes {
            for unit in units_of(&change.path) {
                let hours = by_unit.entry((unit, change.year)).or_default();
                hours.entry(bucket_of(change.at)).or_default().add_all(&change.counts, 1);
            }
        }
        let mut rows = Vec::new();
        for ((unit, year), mut hours) in by_unit {
            hours.retain(|_, counts| !counts.is_empty());
            let Some(first) = hours.keys().next().copied() else { continue };
            let before = Moment(first.0 - Duration::microseconds(1));
            let mut carried = self.sums_until(city, unit, year, before)?.unwrap_or_default();
            let stored = self.sums_from(city, unit, year, first)?;
            let mut added = Counts::new();
            let buckets: std::collections::BTreeSet<Moment> =
                stored.keys().chain(hours.keys()).copied().collect();
            for bucket in buckets {
                if let Some(counts) = hours.get(&bucket) {
                    added.add_all(counts, 1);
                }
                let is_new = !stored.contains_key(&bucket);
                // A stored row lacks what is added from here on; a new one begins from the row before it.
                let mut sums = match stored.get(&bucket) {
                    Some(sums) => {
                        carried.clone_from(sums);
                        sums.clone()
                    }
                    None => carried.clone(),
                };
                sums.add_all(&added, 1);
                let amounts = write(&sums)?;
                let row = Snapshot { jurisdiction_id: city, unit_id: unit, year, bucket, amounts };
                rows.push((is_new, row));
            }
        }
        Ok(rows)
    }
}

impl Writer<'_> {
    pub(super) fn insert_figure_log(&mut self, entries: &[LogEntry]) -> Result<(), StoreError> {
        insert_rows!(self.conn, figure_log::table, entries);
        Ok(())
    }

    pub(super) fn save_sums(&mut self, is_new: bool, row: &Snapshot) -> Result<(), StoreError> {
        if is_new {
            diesel::insert_into(unit_figures::table).values(row).execute(self.conn)?;
        } else {
            let key = (row.jurisdiction_id, row.unit_id, row.year, row.bucket);
            let amounts = unit_figures::amounts.eq(&row.amounts);
            self.conn.run(diesel::update(unit_figures::table.find(key)).set(amounts))?;
        }
        Ok(())
    }
}
