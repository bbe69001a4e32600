//! The parts against the records that they are of.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use xueshi_domain::figures::part::hours_label;
use xueshi_domain::figures::{Count, PersonLabel, PersonPart, UnitLabel};
use xueshi_domain::registry::Standing;
use xueshi_domain::review::State;

use super::{FigureDiscrepancy, Key};
use crate::annual_records::AnnualRecord;
use crate::columns::{Id, Word};
use crate::declarations::Declaration;
use crate::error::StoreError;
use crate::figures::fact::year_label;
use crate::figures::parts::PersonPartRow;
use crate::people::Professional;
use crate::schema::{annual_records, declarations, organizations, person_parts, professionals};
use crate::store::Reader;
use crate::units::without_administrator;

impl Reader<'_> {
    /// Who counts, and where their years stand, against people and annual records.
    pub(in crate::figures) fn check_people(
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
    pub(in crate::figures) fn check_hours(
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
    pub(super) fn check_units(
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
            let stored = self.last_unit_part(city, Count::Unit, unit, 0)?;
            let stored = stored.filter(|part| part.valid_to.is_none()).map(|part| part.label);
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
