//! Recomputing the figures: the sums against the log, and the log against the records behind it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use xueshi_domain::figures::part::hours_label;
use xueshi_domain::figures::{Count, Counts, PersonLabel, PersonPart, UnitLabel};
use xueshi_domain::registry::Standing;
use xueshi_domain::review::State;

use super::counters::{bucket_of, units_of};
use super::journal::{stay, year_label};
use super::parts::{PersonPartRow, UnitPartRow};
use crate::annual_records::AnnualRecord;
use crate::columns::{Id, Moment, Word};
use crate::declarations::Declaration;
use crate::error::StoreError;
use crate::people::Professional;
use crate::schema::{
    annual_records, declarations, figure_journal, figure_log, organizations, person_parts,
    professionals, stage_visits, unit_figures, unit_parts,
};
use crate::stage_visits::StageVisit;
use crate::store::Reader;
use crate::units::without_administrator;

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

impl Reader<'_> {
    /// Recomputes all figures of a city from its records, and returns those that differ; none while its journal is not folded.
    ///
    /// # Errors
    /// On a database failure.
    pub fn figure_discrepancies(
        &mut self,
        city: Id,
    ) -> Result<Option<Vec<FigureDiscrepancy>>, StoreError> {
        let waiting = figure_journal::table
            .filter(figure_journal::jurisdiction_id.eq(city))
            .count()
            .get_result::<i64>(self.conn)?;
        if waiting > 0 {
            return Ok(None);
        }
        let mut found = Vec::new();
        let logged = self.check_sums(city, &mut found)?;
        self.check_log(city, logged, &mut found)?;
        self.check_people(city, &mut found)?;
        self.check_hours(city, &mut found)?;
        self.check_units(city, &mut found)?;
        Ok(Some(found))
    }

    /// The sums of every hour against the log. Returns what the log says of each unit by itself.
    fn check_sums(
        &mut self,
        city: Id,
        found: &mut Vec<FigureDiscrepancy>,
    ) -> Result<BTreeMap<Key, Counts>, StoreError> {
        let mut own: BTreeMap<Key, Counts> = BTreeMap::new();
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
            let counts: Counts = parse(&amounts)?;
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
        let mut sums: BTreeMap<Key, Counts> = BTreeMap::new();
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
            differences(unit, year, Some(bucket), &parse(&amounts)?, expected, found);
        }
        // Changes of which no sums know.
        for ((unit, year, bucket), counts) in hours {
            differences(unit, year, Some(bucket), &Counts::new(), &counts, found);
        }
        Ok(own)
    }

    /// What the log says of each unit against its parts and the stays of declarations with it.
    fn check_log(
        &mut self,
        city: Id,
        logged: BTreeMap<Key, Counts>,
        found: &mut Vec<FigureDiscrepancy>,
    ) -> Result<(), StoreError> {
        // A unit that moved was taken from one unit above it and given to another: together that is nothing, so the
        // comparison is of units that have parts, and of the sum of all others.
        let mut behind: BTreeMap<Key, Counts> = BTreeMap::new();
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
        let mut carried: BTreeMap<i32, Counts> = BTreeMap::new();
        let keys: BTreeSet<Key> = logged.keys().chain(behind.keys()).copied().collect();
        let none = Counts::new();
        for (unit, year) in keys {
            let stored = logged.get(&(unit, year)).unwrap_or(&none);
            let expected = behind.get(&(unit, year)).unwrap_or(&none);
            if stored != expected && self.took_part_in_a_move(city, unit)? {
                let rest = carried.entry(year).or_default();
                rest.add_all(stored, 1);
                rest.add_all(expected, -1);
                continue;
            }
            differences(unit, year, None, stored, expected, found);
        }
        for (year, rest) in carried {
            differences(city, year, None, &rest, &none, found);
        }
        Ok(())
    }

    /// Whether a unit was ever moved, or had one below it that was.
    fn took_part_in_a_move(&mut self, city: Id, unit: Id) -> Result<bool, StoreError> {
        use crate::schema::unit_places as p;
        let ended = p::table
            .filter(p::jurisdiction_id.eq(city))
            .filter(p::parent_id.eq(unit))
            .filter(p::valid_to.is_not_null());
        let left = ended.count().get_result::<i64>(self.conn)?;
        let came = p::table
            .filter(p::jurisdiction_id.eq(city))
            .filter(p::parent_id.eq(unit))
            .select(p::unit_id)
            .load::<Id>(self.conn)?;
        let places = self.places_of(city, came)?;
        let mut versions: BTreeMap<Id, usize> = BTreeMap::new();
        for place in places {
            *versions.entry(place.unit_id).or_default() += 1;
        }
        Ok(left > 0 || versions.values().any(|count| *count > 1))
    }

    /// Who counts, and where their years stand, against people and annual records.
    fn check_people(
        &mut self,
        city: Id,
        found: &mut Vec<FigureDiscrepancy>,
    ) -> Result<(), StoreError> {
        let mut parts = self.standing_parts(city, &[PersonPart::Person, PersonPart::Year])?;
        let people: Vec<Professional> = professionals::table
            .filter(professionals::jurisdiction_id.eq(city))
            .select(Professional::as_select())
            .load(self.conn)?;
        for person in people {
            let part = parts.remove(&(person.professional_id, 0));
            let employed = person.employer_id.is_some();
            let label = PersonLabel::of(person.state.0, person.post.0, employed);
            let expected = person.employer_id.map(|unit| (unit, label.to_string()));
            let stored = part.map(|part| (part.unit_id, part.label));
            if stored.is_none() && expected.is_none() {
                continue;
            }
            // Someone without an employer still stands where they were last.
            let agrees = match (&stored, &expected) {
                (Some(stored), Some(expected)) => stored == expected,
                (Some((_, stored)), None) => *stored == PersonLabel::Out.as_str(),
                (None, _) => false,
            };
            if !agrees {
                found.push(of_subject(person.professional_id, 0, "person", &stored, &expected));
            }
        }
        let records: Vec<AnnualRecord> = annual_records::table
            .filter(annual_records::jurisdiction_id.eq(city))
            .select(AnnualRecord::as_select())
            .load(self.conn)?;
        for record in records {
            let part = parts.remove(&(record.professional_id, record.year));
            let stored = part.map(|part| part.label.trim_start_matches("out.").to_owned());
            let expected = Some(year_label(&record).to_string());
            if stored != expected {
                let (person, year) = (record.professional_id, record.year);
                found.push(of_subject(person, year, "state", &stored, &expected));
            }
        }
        for ((subject, year), part) in parts {
            found.push(of_subject(
                subject,
                year,
                part.kind.0.as_str(),
                &Some(part.label),
                &None::<String>,
            ));
        }
        Ok(())
    }

    /// The approved declarations against their parts.
    fn check_hours(
        &mut self,
        city: Id,
        found: &mut Vec<FigureDiscrepancy>,
    ) -> Result<(), StoreError> {
        let mut parts = self.standing_parts(city, &[PersonPart::Hours])?;
        let approved: Vec<Declaration> = declarations::table
            .filter(declarations::jurisdiction_id.eq(city))
            .filter(declarations::state.eq(Word(State::Approved)))
            .select(Declaration::as_select())
            .load(self.conn)?;
        for d in approved {
            let part = parts.remove(&(d.id, d.year));
            let stored = part.map(|part| (part.label, part.amount));
            let label = hours_label(d.subject.0, d.way.0, d.makeup_grant_id.is_some());
            let expected = Some((label, i64::from(d.hours.0.tenths())));
            if stored != expected {
                found.push(of_subject(d.id, d.year, "hours", &stored, &expected));
            }
        }
        for ((subject, year), part) in parts {
            found.push(of_subject(subject, year, "hours", &Some(part.amount), &None::<i64>));
        }
        Ok(())
    }

    /// Which units are in use and lack an administrator, against the units and their grants (U1).
    fn check_units(
        &mut self,
        city: Id,
        found: &mut Vec<FigureDiscrepancy>,
    ) -> Result<(), StoreError> {
        let vacant: BTreeSet<Id> = organizations::table
            .filter(without_administrator())
            .filter(organizations::jurisdiction_id.eq(city))
            .select(organizations::id)
            .load::<Id>(self.conn)?
            .into_iter()
            .collect();
        let units: Vec<(Id, Word<Standing>)> = organizations::table
            .filter(organizations::jurisdiction_id.eq(city))
            .select((organizations::id, organizations::state))
            .load(self.conn)?;
        for (unit, state) in units {
            let stored = self.standing_unit_part(city, Count::Unit, unit, 0)?;
            let stored = stored.map(|part| part.label);
            let label = match (state.0, vacant.contains(&unit)) {
                (Standing::Disabled, _) => UnitLabel::Disabled,
                (Standing::Active, true) => UnitLabel::Vacant,
                (Standing::Active, false) => UnitLabel::Staffed,
            };
            let expected = Some(label.to_string());
            if stored != expected {
                found.push(of_subject(unit, 0, "unit", &stored, &expected));
            }
        }
        Ok(())
    }

    fn standing_parts(
        &mut self,
        city: Id,
        kinds: &[PersonPart],
    ) -> Result<BTreeMap<Key, PersonPartRow>, StoreError> {
        let kinds: Vec<_> = kinds.iter().copied().map(Word).collect();
        let rows: Vec<PersonPartRow> = person_parts::table
            .filter(person_parts::jurisdiction_id.eq(city))
            .filter(person_parts::kind.eq_any(kinds))
            .filter(person_parts::valid_to.is_null())
            .select(PersonPartRow::as_select())
            .load(self.conn)?;
        Ok(rows.into_iter().map(|row| ((row.subject_id, row.year), row)).collect())
    }
}

fn parse(amounts: &str) -> Result<Counts, StoreError> {
    serde_json::from_str(amounts).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn of_subject(
    subject: Id,
    year: i32,
    what: &str,
    stored: &Option<impl std::fmt::Debug>,
    recomputed: &Option<impl std::fmt::Debug>,
) -> FigureDiscrepancy {
    FigureDiscrepancy {
        subject,
        year,
        figure: what.to_owned(),
        at: None,
        stored: format!("{stored:?}"),
        recomputed: format!("{recomputed:?}"),
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
