//! Telling the figures of a change, in the transaction that makes it.

use time::Duration;
use xueshi_domain::figures::Counts;
use xueshi_domain::review::State;

use super::fact::Fact;
use super::plan::{Plan, Planning};
use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::store::Writer;

/// How long a change that figures follow may take from its instant to its commit: the store looks at the clock right before the
/// commit, and decides anew when this much has passed (as in W2).
const COMMITS_WITHIN: Duration = Duration::seconds(30);

/// How long after an instant nothing more can come to be known of it: what commits late is decided anew, at a later instant, and
/// the database has as long again for the commit itself.
pub const FINAL_AFTER: Duration = Duration::seconds(60);

impl Writer<'_> {
    /// Tells the figures of a fact, as of the instant of the transaction; of another one only where a sandbox's past is written.
    pub(crate) fn note(&mut self, city: Id, at: Moment, fact: &Fact) -> Result<(), StoreError> {
        let now = self.now();
        if at.0 >= now && !self.tells_the_past() {
            self.valid_until(Some(now + COMMITS_WITHIN));
        }
        self.note_dated(city, at, fact)
    }

    /// Tells the figures of a fact as of an instant, which may be past: what was never told before.
    pub(super) fn note_dated(
        &mut self,
        city: Id,
        at: Moment,
        fact: &Fact,
    ) -> Result<(), StoreError> {
        let rules = self.city_rules(city)?;
        let plan = Planning::new(self, city, rules.years()).of(at, fact)?;
        self.carry_out(city, &plan)
    }

    /// Adds to the counters of a unit, at the place that it has for the year.
    pub(super) fn note_counts(
        &mut self,
        city: Id,
        (at, year): (Moment, i32),
        unit: Id,
        counts: Counts,
    ) -> Result<(), StoreError> {
        let rules = self.city_rules(city)?;
        let plan = Planning::new(self, city, rules.years()).of_counts((at, year), unit, counts)?;
        self.carry_out(city, &plan)
    }

    /// Tells the figures that one record of a person became part of another, which now has its years and hours (U4).
    pub(crate) fn note_merge(&mut self, city: Id, kept: Id, merged: Id) -> Result<(), StoreError> {
        let now = Moment(self.now());
        self.note(city, now, &Fact::Gone { person: merged })?;
        for person in [kept, merged] {
            for record in self.annual_records_of(city, person)? {
                self.note(city, now, &Fact::year(&record))?;
            }
        }
        for declaration in self.all_declarations_of(city, kept)? {
            if declaration.state.0 == State::Approved {
                self.note(city, now, &Fact::hours(&declaration))?;
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, city: Id, plan: &Plan) -> Result<(), StoreError> {
        for part in &plan.people {
            match (part.is_new, part.ended) {
                (true, _) => self.insert_person_part(&part.row)?,
                (false, true) => self.end_person_part(&part.row)?,
                (false, false) => {}
            }
        }
        for part in &plan.units {
            match (part.is_new, part.ended) {
                (true, _) => self.insert_unit_part(&part.row)?,
                (false, true) => self.end_unit_part(&part.row)?,
                (false, false) => {}
            }
        }
        for place in &plan.places {
            match (place.is_new, place.ended) {
                (true, _) => self.insert_unit_place(&place.row)?,
                (false, true) => self.end_unit_place(&place.row)?,
                (false, false) => {}
            }
        }
        self.append_changes(city, &plan.changes)
    }
}
