//! What becomes of the parts of units: of plans, classes, reports, and of whether a unit has an administrator.

use xueshi_domain::figures::part::{HELD_CLASSES, class_counts, plan_counts};
use xueshi_domain::figures::{Count, Counts, Figure, UnitLabel};
use xueshi_domain::registry::PlanState;

use super::{Planning, UnitKey, stored_row};
use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::figures::counters::write;
use crate::figures::held::Held;
use crate::figures::parts::UnitPartRow;

/// The counter of the administrators of a unit.
pub(in crate::figures) const ADMINISTRATORS: &str = "administrators";

impl Planning<'_, '_> {
    /// A class says something new; whether that is one held class more (1) or less (−1).
    pub(super) fn class(
        &mut self,
        at: Moment,
        (class, year): (Id, i32),
        (unit, label): (Id, String),
        takes_place: bool,
        attendees: Option<i64>,
    ) -> Result<i64, StoreError> {
        let key = (Count::Class, class, year);
        let before = match self.unit_part(key)? {
            Some(part) => part.counts()?,
            None => Counts::new(),
        };
        let was_held = before.get(Figure::ClassesHeld.as_str());
        let kept = (was_held > 0).then(|| before.get(Figure::Attendees.as_str()));
        let amounts = class_counts(takes_place, attendees.or(kept));
        let held = amounts.get(Figure::ClassesHeld.as_str()) - was_held;
        self.set_unit_part(at, key, unit, label, amounts)?;
        Ok(held)
    }

    /// So many more classes of a plan were held.
    pub(super) fn hold(
        &mut self,
        at: Moment,
        plan: Id,
        year: i32,
        more: i64,
    ) -> Result<(), StoreError> {
        let key = (Count::Plan, plan, year);
        let Some(part) = self.unit_part(key)? else { return Ok(()) };
        let held = part.counts()?.get(HELD_CLASSES) + more;
        let state = part.label.parse().unwrap_or(PlanState::Draft);
        self.set_unit_part(at, key, part.unit_id, part.label, plan_counts(state, held))
    }

    /// A plan does not know of its classes: what was held of them stays.
    pub(super) fn with_held(
        &mut self,
        kind: Count,
        subject: Id,
        year: i32,
        label: &str,
        amounts: Counts,
    ) -> Result<Counts, StoreError> {
        if kind != Count::Plan {
            return Ok(amounts);
        }
        let held = match self.unit_part((kind, subject, year))? {
            Some(part) => part.counts()?.get(HELD_CLASSES),
            None => 0,
        };
        Ok(plan_counts(label.parse().unwrap_or(PlanState::Draft), held))
    }

    pub(super) fn set_unit_part(
        &mut self,
        at: Moment,
        key: UnitKey,
        unit: Id,
        label: String,
        amounts: Counts,
    ) -> Result<(), StoreError> {
        let (kind, subject, year) = key;
        let standing = self.unit_part(key)?;
        let at = standing.as_ref().map_or(at, |part| part.valid_from.max(at));
        if let Some(part) = &standing {
            let counts = part.counts()?;
            if part.unit_id == unit && part.label == label && counts == amounts {
                return Ok(());
            }
            if let Some(held) = self.units.get_mut(&key).and_then(|parts| parts.last_mut()) {
                held.row.valid_to = Some(at);
                held.ended = true;
            }
            let mut taken = Counts::new();
            taken.add_all(&counts, -1);
            self.change(at, year, part.unit_id, taken)?;
        }
        let parts = self.units.entry(key).or_default();
        let row = UnitPartRow {
            jurisdiction_id: self.city,
            kind: Word(kind),
            subject_id: subject,
            year,
            seq: parts.last().map_or(1, |last| last.row.seq.saturating_add(1)),
            unit_id: unit,
            label,
            amounts: write(&amounts)?,
            valid_from: at,
            valid_to: None,
        };
        parts.push(Held { row, is_new: true, ended: false });
        self.change(at, year, unit, amounts)
    }

    /// A unit has so many more administrators, or is in use or no longer (U1).
    pub(super) fn staff(
        &mut self,
        at: Moment,
        unit: Id,
        change: i64,
        active: Option<bool>,
    ) -> Result<(), StoreError> {
        let key = (Count::Unit, unit, 0);
        let standing = self.unit_part(key)?;
        let before = match &standing {
            Some(part) => part.counts()?.get(ADMINISTRATORS),
            None => 0,
        };
        let administrators = before + change;
        let disabled =
            standing.is_some_and(|part| part.label.as_str() == UnitLabel::Disabled.as_str());
        let label = match (active.unwrap_or(!disabled), administrators > 0) {
            (false, _) => UnitLabel::Disabled,
            (true, true) => UnitLabel::Staffed,
            (true, false) => UnitLabel::Vacant,
        };
        let mut amounts = label.counts_as();
        amounts.add(ADMINISTRATORS, administrators);
        self.set_unit_part(at, key, unit, label.to_string(), amounts)
    }

    pub(super) fn unit_part(&mut self, key: UnitKey) -> Result<Option<UnitPartRow>, StoreError> {
        if let std::collections::btree_map::Entry::Vacant(place) = self.units.entry(key) {
            let stored = self.reader.last_unit_part(self.city, key.0, key.1, key.2)?;
            place.insert(stored.into_iter().map(stored_row).collect());
        }
        let last = self.units.get(&key).and_then(|parts| parts.last());
        Ok(last.map(|held| held.row.clone()).filter(|row| row.valid_to.is_none()))
    }
}
