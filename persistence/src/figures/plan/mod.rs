//! Planning what a fact makes of the parts, and what that changes in the counters of units.

mod people;
mod tree;
pub(super) mod units;

use std::collections::BTreeMap;

use xueshi_domain::figures::part::hours_label;
use xueshi_domain::figures::visit::Stay;
use xueshi_domain::figures::{Count, Counts, PersonPart};

use self::people::PersonKey;
use super::counters::Change;
use super::fact::Fact;
use super::held::Held;
use super::parts::{PersonPartRow, UnitPartRow};
use super::places::UnitPlace;
use super::years::Years;
use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::store::Reader;

type UnitKey = (Count, Id, i32);

/// When, of which year, for which unit, and at which place of the tree.
type ChangeKey = (Moment, i32, Id, String);

/// Everything that a fact makes a writer store.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) people: Vec<Held<PersonPartRow>>,
    pub(super) units: Vec<Held<UnitPartRow>>,
    pub(super) places: Vec<Held<UnitPlace>>,
    pub(super) changes: Vec<Change>,
}

/// A plan in the making: what was read for it, and what became of it.
pub(super) struct Planning<'r, 'c> {
    reader: &'r mut Reader<'c>,
    city: Id,
    years: &'r Years,
    people: BTreeMap<PersonKey, Vec<Held<PersonPartRow>>>,
    units: BTreeMap<UnitKey, Vec<Held<UnitPartRow>>>,
    places: BTreeMap<Id, Vec<Held<UnitPlace>>>,
    changes: BTreeMap<ChangeKey, Counts>,
}

impl<'r, 'c> Planning<'r, 'c> {
    pub(super) fn new(reader: &'r mut Reader<'c>, city: Id, years: &'r Years) -> Self {
        Self {
            reader,
            city,
            years,
            people: BTreeMap::new(),
            units: BTreeMap::new(),
            places: BTreeMap::new(),
            changes: BTreeMap::new(),
        }
    }

    /// What a fact of an instant makes of what is stored.
    pub(super) fn of(mut self, at: Moment, fact: &Fact) -> Result<Plan, StoreError> {
        self.take(at, fact)?;
        Ok(self.done())
    }

    /// What more counts of a unit make of what is stored.
    pub(super) fn of_counts(
        mut self,
        (at, year): (Moment, i32),
        unit: Id,
        counts: Counts,
    ) -> Result<Plan, StoreError> {
        self.change(at, year, unit, counts)?;
        Ok(self.done())
    }

    fn done(self) -> Plan {
        // What was taken and given back at one instant is nothing.
        let changes = self.changes.into_iter().filter(|(_, counts)| !counts.is_empty());
        Plan {
            changes: changes
                .map(|((at, year, unit, path), counts)| Change { at, year, unit, path, counts })
                .collect(),
            people: self.people.into_values().flatten().collect(),
            units: self.units.into_values().flatten().collect(),
            places: self.places.into_values().flatten().collect(),
        }
    }

    fn take(&mut self, at: Moment, fact: &Fact) -> Result<(), StoreError> {
        match fact {
            Fact::Person { person, unit, label } => self.person(at, *person, *unit, *label),
            Fact::Gone { person } => self.gone(at, *person),
            Fact::Year { person, year, label } => {
                self.load_people(*person)?;
                let key = (*person, PersonPart::Year, *person, *year);
                self.follow(at, key, &label.to_string(), 1)
            }
            Fact::Hours { person, declaration, year, subject, way, tenths, makeup } => {
                self.load_people(*person)?;
                self.load_hours(*person, Some(*declaration))?;
                let key = (*person, PersonPart::Hours, *declaration, *year);
                self.follow(at, key, &hours_label(*subject, *way, *makeup), *tenths)
            }
            Fact::Visit { year, unit, before, after } => {
                self.visit(at, *year, *unit, before.as_ref(), after)
            }
            Fact::Place { unit, parent, path, active } => {
                self.place(at, *unit, *parent, path.clone())?;
                self.staff(at, *unit, 0, Some(*active))
            }
            Fact::Office { unit, change } => self.staff(at, *unit, *change, None),
            Fact::Part { kind, subject, year, unit, label, amounts } => {
                let amounts = self.with_held(*kind, *subject, *year, label, amounts.clone())?;
                self.set_unit_part(at, (*kind, *subject, *year), *unit, label.clone(), amounts)
            }
            Fact::Class { class, year, unit, label, takes_place, attendees, plan } => {
                let (key, place) = ((*class, *year), (*unit, label.clone()));
                let held = self.class(at, key, place, *takes_place, *attendees)?;
                match plan {
                    Some((plan, year)) if held != 0 => self.hold(at, *plan, *year, held),
                    Some(_) | None => Ok(()),
                }
            }
        }
    }

    fn visit(
        &mut self,
        at: Moment,
        year: i32,
        unit: Id,
        before: Option<&Stay>,
        after: &Stay,
    ) -> Result<(), StoreError> {
        for change in after.changes_since(before, at.0) {
            let mut counts = Counts::new();
            counts.add(&change.counter, change.amount);
            self.change(Moment(change.at), year, unit, counts)?;
        }
        Ok(())
    }
}

fn stored_row<T>(row: T) -> Held<T> {
    Held { row, is_new: false, ended: false }
}
