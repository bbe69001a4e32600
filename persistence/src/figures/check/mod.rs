//! Recomputing the figures: the sums against the log, and the log against the records behind it.

mod records;

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use xueshi_domain::figures::Counts;

use super::counters::{bucket_of, read, units_of};
use super::fact::stay;
use super::parts::{PersonPartRow, UnitPartRow};
use super::places::{UnitPlace, place_at};
use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::schema::{figure_log, person_parts, stage_visits, unit_figures, unit_parts};
use crate::stage_visits::StageVisit;
use crate::store::Reader;

/// A figure that does not equal what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureDiscrepancy {
    /// The unit, or the person or declaration behind it.
    pub subject: Id,
    /// The year; 0 for what has none.
    pub year: i32,
    /// Which figure, or what of the subject.
    pub figure: String,
    /// The hour of the sums, if they are what differs.
    pub at: Option<Moment>,
    /// What is stored.
    pub stored: String,
    /// What it ought to be.
    pub recomputed: String,
}

/// A unit and a year.
type Key = (Id, i32);

/// The counts of each unit and year.
type Sums = BTreeMap<Key, Counts>;

impl Reader<'_> {
    /// Recomputes all figures of a city from its records, and returns those that differ. It also holds while a service is
    /// writing: what is not yet in the sums is counted with them.
    ///
    /// # Errors
    /// On a database failure.
    pub fn figure_discrepancies(&mut self, city: Id) -> Result<Vec<FigureDiscrepancy>, StoreError> {
        let mut found = Vec::new();
        let (mut own, mut below) = self.check_sums(city, &mut found)?;
        for change in self.all_changes(city)? {
            own.entry((change.unit, change.year)).or_default().add_all(&change.counts, 1);
            for above in units_of(&change.path) {
                below.entry((above, change.year)).or_default().add_all(&change.counts, 1);
            }
        }
        let behind = self.counts_behind(city)?;
        compare(&own, &behind, &mut found);
        compare(&below, &self.roll_up(city, &behind)?, &mut found);
        self.check_people(city, &mut found)?;
        self.check_hours(city, &mut found)?;
        self.check_units(city, &mut found)?;
        Ok(found)
    }

    /// The sums of every hour against the log. Returns what the log says of each unit by itself, and the last sums.
    fn check_sums(
        &mut self,
        city: Id,
        found: &mut Vec<FigureDiscrepancy>,
    ) -> Result<(Sums, Sums), StoreError> {
        let mut own: Sums = BTreeMap::new();
        let mut hours: BTreeMap<(Id, i32, Moment), Counts> = BTreeMap::new();
        let log: Vec<(i32, Moment, Id, String, String)> = figure_log::table
            .filter(figure_log::jurisdiction_id.eq(city))
            .select((
                figure_log::year,
                figure_log::at,
                figure_log::unit_id,
                figure_log::path,
                figure_log::amounts,
            ))
            .load(self.conn)?;
        for (year, at, unit, path, amounts) in log {
            let counts: Counts = read(&amounts)?;
            own.entry((unit, year)).or_default().add_all(&counts, 1);
            for above in units_of(&path) {
                hours.entry((above, year, bucket_of(at))).or_default().add_all(&counts, 1);
            }
        }
        let stored: Vec<(Id, i32, Moment, String)> = unit_figures::table
            .filter(unit_figures::jurisdiction_id.eq(city))
            .order((unit_figures::unit_id, unit_figures::year, unit_figures::bucket))
            .select((
                unit_figures::unit_id,
                unit_figures::year,
                unit_figures::bucket,
                unit_figures::amounts,
            ))
            .load(self.conn)?;
        let mut sums: Sums = BTreeMap::new();
        let mut last: Sums = BTreeMap::new();
        for (unit, year, bucket, amounts) in stored {
            let expected = sums.entry((unit, year)).or_default();
            let due: Vec<_> = hours
                .range(
                    (unit, year, Moment(time::OffsetDateTime::UNIX_EPOCH))..=(unit, year, bucket),
                )
                .map(|(key, _)| *key)
                .collect();
            for key in due {
                if let Some(counts) = hours.remove(&key) {
                    expected.add_all(&counts, 1);
                }
            }
            let stored = read(&amounts)?;
            differences(unit, year, Some(bucket), &stored, expected, found);
            last.insert((unit, year), stored);
        }
        // Changes of which no sums know.
        for ((unit, year, bucket), counts) in hours {
            differences(unit, year, Some(bucket), &Counts::new(), &counts, found);
        }
        Ok((own, last))
    }

    /// What each unit counts by itself: its parts, and the stays of declarations with it.
    fn counts_behind(&mut self, city: Id) -> Result<Sums, StoreError> {
        let mut behind: Sums = BTreeMap::new();
        let people: Vec<PersonPartRow> = person_parts::table
            .filter(person_parts::jurisdiction_id.eq(city))
            .filter(person_parts::valid_to.is_null())
            .select(PersonPartRow::as_select())
            .load(self.conn)?;
        for part in people {
            behind.entry((part.unit_id, part.year)).or_default().add_all(&part.counts(), 1);
        }
        let units: Vec<UnitPartRow> = unit_parts::table
            .filter(unit_parts::jurisdiction_id.eq(city))
            .filter(unit_parts::valid_to.is_null())
            .select(UnitPartRow::as_select())
            .load(self.conn)?;
        for part in units {
            behind.entry((part.unit_id, part.year)).or_default().add_all(&part.counts()?, 1);
        }
        let visits: Vec<StageVisit> = stage_visits::table
            .filter(stage_visits::jurisdiction_id.eq(city))
            .select(StageVisit::as_select())
            .load(self.conn)?;
        for visit in visits {
            let counts = behind.entry((visit.unit_id.to_owned(), visit.year)).or_default();
            for dated in stay(&visit).counts() {
                counts.add(&dated.counter, dated.amount);
            }
        }
        Ok(behind)
    }

    /// What units count with everything below them: each unit at the place that it has for the year.
    fn roll_up(&mut self, city: Id, own: &Sums) -> Result<Sums, StoreError> {
        let rules = self.city_rules(city)?;
        let years = rules.years();
        let mut places: BTreeMap<Id, Vec<UnitPlace>> = BTreeMap::new();
        for place in self.all_places(city)? {
            places.entry(place.unit_id).or_default().push(place);
        }
        let mut all: Sums = BTreeMap::new();
        for ((unit, year), counts) in own {
            let known = places.get(unit).map(Vec::as_slice).unwrap_or_default();
            let place = match years.last(*year) {
                Some(last) => place_at(known, last),
                None => known.last(),
            };
            for above in units_of(place.map_or("", |place| place.path.as_str())) {
                all.entry((above, *year)).or_default().add_all(counts, 1);
            }
        }
        Ok(all)
    }
}

/// What is stored of units against what it ought to be.
fn compare(stored: &Sums, expected: &Sums, found: &mut Vec<FigureDiscrepancy>) {
    let none = Counts::new();
    let keys: BTreeSet<Key> = stored.keys().chain(expected.keys()).copied().collect();
    for (unit, year) in keys {
        let of = |counts: &Sums| counts.get(&(unit, year)).unwrap_or(&none).clone();
        differences(unit, year, None, &of(stored), &of(expected), found);
    }
}

fn differences(
    unit: Id,
    year: i32,
    at: Option<Moment>,
    stored: &Counts,
    expected: &Counts,
    found: &mut Vec<FigureDiscrepancy>,
) {
    let mut change = stored.clone();
    change.add_all(expected, -1);
    for (figure, _) in change.iter() {
        found.push(FigureDiscrepancy {
            subject: unit,
            year,
            figure: figure.to_owned(),
            at,
            stored: stored.get(figure).to_string(),
            recomputed: expected.get(figure).to_string(),
        });
    }
}
