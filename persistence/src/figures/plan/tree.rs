//! What becomes of the tree of units, and at which place of it a change counts.

use xueshi_domain::figures::Counts;

use super::{Planning, stored_row};
use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::figures::held::Held;
use crate::figures::places::{UnitPlace, place_at};

impl Planning<'_, '_> {
    pub(super) fn place(
        &mut self,
        at: Moment,
        unit: Id,
        parent: Option<Id>,
        path: String,
    ) -> Result<(), StoreError> {
        let before = self.places_of(unit)?.last().cloned();
        let at = before.as_ref().map_or(at, |place| place.valid_from.max(at));
        if let Some(before) = &before {
            if before.path == path {
                return Ok(());
            }
            if let Some(held) = self.places.get_mut(&unit).and_then(|places| places.last_mut()) {
                held.row.valid_to = Some(at);
                held.ended = true;
            }
            if before.parent_id != parent {
                self.carry(at, unit, before, parent, &path)?;
            }
        }
        self.settle(at, unit, parent, path);
        Ok(())
    }

    /// Puts a unit into its place from an instant on.
    fn settle(&mut self, at: Moment, unit: Id, parent: Option<Id>, path: String) {
        let places = self.places.entry(unit).or_default();
        let row = UnitPlace {
            jurisdiction_id: self.city,
            unit_id: unit,
            seq: places.last().map_or(1, |last| last.row.seq.saturating_add(1)),
            parent_id: parent,
            path,
            valid_from: at,
            valid_to: None,
        };
        places.push(Held { row, is_new: true, ended: false });
    }

    /// Takes the sums of a unit that moves from the units above it and gives them to the new ones, for the years that are still
    /// open. They are the moved unit's own changes, which cancel out: nobody's own counters change by a move.
    fn carry(
        &mut self,
        at: Moment,
        unit: Id,
        before: &UnitPlace,
        parent: Option<Id>,
        path: &str,
    ) -> Result<(), StoreError> {
        let own = format!("{unit}/");
        for (year, dated, counts) in self.reader.dated_counts(self.city, unit, at)? {
            if !self.years.is_open(year, at) {
                continue;
            }
            for (above, path, sign) in
                [(before.parent_id, before.path.as_str(), -1), (parent, path, 1)]
            {
                if above.is_none() {
                    continue;
                }
                let path = path.strip_suffix(&own).unwrap_or(path).to_owned();
                self.add(dated, year, unit, path, &counts, sign);
            }
        }
        Ok(())
    }

    /// Notes a change of a unit's counters at the place that the unit has for that year: its last one before the freeze. What
    /// is dated before the unit came there holds from then on, because the move took along what was known by then.
    pub(super) fn change(
        &mut self,
        at: Moment,
        year: i32,
        unit: Id,
        counts: Counts,
    ) -> Result<(), StoreError> {
        if counts.is_empty() {
            return Ok(());
        }
        let places = self.places_of(unit)?;
        let place = match self.years.last(year) {
            Some(last) => place_at(&places, last),
            None => places.last(),
        };
        let Some(place) = place else {
            return Err(StoreError::Corrupt(format!("there is no unit {unit} for the figures")));
        };
        let is_first = places.first() == Some(place);
        let at = if is_first { at } else { at.max(place.valid_from) };
        self.add(at, year, unit, place.path.clone(), &counts, 1);
        Ok(())
    }

    fn add(&mut self, at: Moment, year: i32, unit: Id, path: String, counts: &Counts, sign: i64) {
        self.changes.entry((at, year, unit, path)).or_default().add_all(counts, sign);
    }

    fn places_of(&mut self, unit: Id) -> Result<Vec<UnitPlace>, StoreError> {
        if !self.places.contains_key(&unit) {
            let stored = self.reader.places_of(self.city, vec![unit])?;
            self.places.insert(unit, stored.into_iter().map(stored_row).collect());
            self.adopt(unit)?;
        }
        let held = self.places.get(&unit).into_iter().flatten();
        Ok(held.map(|held| held.row.clone()).collect())
    }

    /// A unit that was added before figures were kept stands where its record says.
    fn adopt(&mut self, unit: Id) -> Result<(), StoreError> {
        if self.places.get(&unit).is_some_and(|places| !places.is_empty()) {
            return Ok(());
        }
        if let Some(found) = self.reader.organization(self.city, unit)? {
            self.settle(found.created_at, unit, found.parent_id, found.path);
        }
        Ok(())
    }
}
