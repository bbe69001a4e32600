//! Bringing digests up to date: what a step writes, and writing it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use xueshi_domain::reconciliation::Sum;

use super::{PersonDigest, Stale, UnitDigest};
use crate::columns::Id;
use crate::error::StoreError;
use crate::schema::{digest_tail, person_digests, unit_digests};
use crate::store::{Reader, Writer};

/// What a step writes.
#[derive(Debug)]
pub struct DigestPlan {
    stale: Stale,
    people: Vec<Change<PersonDigest>>,
    units: Vec<Change<UnitDigest>>,
}

/// What becomes of a row.
#[derive(Debug)]
enum Change<T> {
    New(T),
    Other(T),
    Gone(T),
}

/// Which sum of a unit: year, unit, place.
type Slot = (i32, Id, String);

/// The sums that a person counts in: all of the unit, and a sixteenth of it.
fn slots(row: &PersonDigest) -> [Slot; 2] {
    let first = row.place.get(..1).unwrap_or_default().to_owned();
    [(row.year, row.unit_id, String::new()), (row.year, row.unit_id, first)]
}

impl Reader<'_> {
    /// What is to be written so that people have these digests and no others.
    ///
    /// # Errors
    /// On a database failure.
    pub fn plan_digests(
        &mut self,
        stale: Stale,
        digests: Vec<PersonDigest>,
    ) -> Result<DigestPlan, StoreError> {
        let stored = self.person_digests(stale.city, &stale.people)?;
        let mut before: BTreeMap<(Id, i32), PersonDigest> =
            stored.into_iter().map(|row| ((row.professional_id, row.year), row)).collect();
        let mut sums: BTreeMap<Slot, Sum> = BTreeMap::new();
        let mut people = Vec::new();
        for row in digests {
            let was = before.remove(&(row.professional_id, row.year));
            if was.as_ref() == Some(&row) {
                continue;
            }
            for slot in slots(&row) {
                sums.entry(slot).or_default().add(&row.sum()?);
            }
            let change = match &was {
                Some(was) => {
                    take_out(&mut sums, was)?;
                    Change::Other(row)
                }
                None => Change::New(row),
            };
            people.push(change);
        }
        for was in before.into_values() {
            take_out(&mut sums, &was)?;
            people.push(Change::Gone(was));
        }
        let units = self.changed_sums(stale.city, sums)?;
        Ok(DigestPlan { stale, people, units })
    }

    /// The rows of sums behind changes of them.
    fn changed_sums(
        &mut self,
        city: Id,
        changes: BTreeMap<Slot, Sum>,
    ) -> Result<Vec<Change<UnitDigest>>, StoreError> {
        let years: BTreeSet<i32> = changes.keys().map(|(year, ..)| *year).collect();
        let units: BTreeSet<Id> = changes.keys().map(|(_, unit, _)| *unit).collect();
        let stored: Vec<UnitDigest> = unit_digests::table
            .filter(unit_digests::jurisdiction_id.eq(city))
            .filter(unit_digests::year.eq_any(years))
            .filter(unit_digests::unit_id.eq_any(units))
            .select(UnitDigest::as_select())
            .load(self.conn)?;
        let stored: BTreeMap<Slot, UnitDigest> = stored
            .into_iter()
            .map(|row| ((row.year, row.unit_id, row.place.clone()), row))
            .collect();
        let mut rows = Vec::new();
        for (slot, change) in changes {
            if change.is_empty() {
                continue;
            }
            let was = stored.get(&slot);
            let mut sum = was.map(UnitDigest::sum).transpose()?.unwrap_or_default();
            sum.add(&change);
            let row = row(city, slot, &sum);
            rows.push(match (was, sum.is_empty()) {
                (_, true) => Change::Gone(row),
                (Some(_), false) => Change::Other(row),
                (None, false) => Change::New(row),
            });
        }
        Ok(rows)
    }
}

fn row(city: Id, (year, unit_id, place): Slot, sum: &Sum) -> UnitDigest {
    UnitDigest {
        jurisdiction_id: city,
        year,
        unit_id,
        place,
        people: sum.people,
        records: sum.records,
        digest: sum.digest.0.to_vec(),
    }
}

fn take_out(sums: &mut BTreeMap<Slot, Sum>, was: &PersonDigest) -> Result<(), StoreError> {
    for slot in slots(was) {
        sums.entry(slot).or_default().remove(&was.sum()?);
    }
    Ok(())
}

impl Writer<'_> {
    /// Writes a step, unless someone else has written one since it was planned.
    ///
    /// # Errors
    /// On a database failure.
    pub fn apply_digests(&mut self, plan: &DigestPlan) -> Result<bool, StoreError> {
        let noted = || digest_tail::table.filter(digest_tail::seq.eq_any(&plan.stale.seqs));
        // A sandbox that was emptied meanwhile has other people.
        let there: i64 = noted().count().get_result(self.conn)?;
        if usize::try_from(there) != Ok(plan.stale.seqs.len())
            || !self.claim_turn(plan.stale.city, plan.stale.turns)?
        {
            return Ok(false);
        }
        diesel::delete(noted()).execute(self.conn)?;
        for change in &plan.people {
            self.change_person_digest(change)?;
        }
        for change in &plan.units {
            self.change_unit_digest(change)?;
        }
        Ok(true)
    }

    fn change_person_digest(&mut self, change: &Change<PersonDigest>) -> Result<(), StoreError> {
        use person_digests as p;
        match change {
            Change::New(row) => {
                diesel::insert_into(p::table).values(row).execute(self.conn)?;
            }
            Change::Other(row) => {
                let key = (row.jurisdiction_id, row.professional_id, row.year);
                self.conn.run(diesel::update(p::table.find(key)).set((
                    p::unit_id.eq(row.unit_id),
                    p::place.eq(&row.place),
                    p::records.eq(row.records),
                    p::digest.eq(&row.digest),
                )))?;
            }
            Change::Gone(row) => {
                let key = (row.jurisdiction_id, row.professional_id, row.year);
                diesel::delete(p::table.find(key)).execute(self.conn)?;
            }
        }
        Ok(())
    }

    fn change_unit_digest(&mut self, change: &Change<UnitDigest>) -> Result<(), StoreError> {
        use unit_digests as u;
        match change {
            Change::New(row) => {
                diesel::insert_into(u::table).values(row).execute(self.conn)?;
            }
            Change::Other(row) => {
                let key = (row.jurisdiction_id, row.year, row.unit_id, row.place.clone());
                self.conn.run(diesel::update(u::table.find(key)).set((
                    u::people.eq(row.people),
                    u::records.eq(row.records),
                    u::digest.eq(&row.digest),
                )))?;
            }
            Change::Gone(row) => {
                let key = (row.jurisdiction_id, row.year, row.unit_id, row.place.clone());
                diesel::delete(u::table.find(key)).execute(self.conn)?;
            }
        }
        Ok(())
    }

    /// Puts the sums of a unit for a year right by the digests of its people; whether nobody else was at them.
    ///
    /// # Errors
    /// On a database failure.
    pub fn rebuild_unit_digests(
        &mut self,
        city: Id,
        year: i32,
        unit: Id,
    ) -> Result<bool, StoreError> {
        let turns = self.digest_state(city)?.map(|state| state.turns);
        if !self.claim_turn(city, turns)? {
            return Ok(false);
        }
        let mut sums: BTreeMap<Slot, Sum> = BTreeMap::new();
        for row in self.person_digests_in(city, year, unit, "")? {
            for slot in slots(&row) {
                sums.entry(slot).or_default().add(&row.sum()?);
            }
        }
        let of_unit = unit_digests::table
            .filter(unit_digests::jurisdiction_id.eq(city))
            .filter(unit_digests::year.eq(year))
            .filter(unit_digests::unit_id.eq(unit));
        diesel::delete(of_unit).execute(self.conn)?;
        for (slot, sum) in sums {
            self.change_unit_digest(&Change::New(row(city, slot, &sum)))?;
        }
        Ok(true)
    }
}
