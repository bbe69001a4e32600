//! The tree of units as it was.

use diesel::prelude::*;

use crate::columns::{Id, Moment};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::prepared::Prepared;
use crate::schema::unit_places;
use crate::store::{Reader, Writer};

/// Units that are asked for at once so often that the question stays prepared.
const FEW: usize = 4;

/// Where a unit stood in the tree, from when to when.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = unit_places, treat_none_as_default_value = false)]
pub struct UnitPlace {
    /// The city.
    pub jurisdiction_id: Id,
    /// The unit.
    pub unit_id: Id,
    /// Which version of it this is.
    pub seq: i64,
    /// The unit above it.
    pub parent_id: Option<Id>,
    /// `/root/…/self/`.
    pub path: String,
    /// From when on.
    pub valid_from: Moment,
    /// Until when.
    pub valid_to: Option<Moment>,
}

/// The version that held at an instant; before the first one the first one.
pub(super) fn place_at(places: &[UnitPlace], at: Moment) -> Option<&UnitPlace> {
    places.iter().rev().find(|place| place.valid_from <= at).or_else(|| places.first())
}

impl Reader<'_> {
    /// All places that some units had, the oldest first.
    pub(super) fn places_of(
        &mut self,
        city: Id,
        units: Vec<Id>,
    ) -> Result<Vec<UnitPlace>, StoreError> {
        Ok(on_either!(self.conn, |conn| {
            let places = unit_places::table
                .filter(unit_places::jurisdiction_id.eq(city))
                .filter(unit_places::unit_id.eq_any(&units))
                .order((unit_places::valid_from.asc(), unit_places::seq.asc()))
                .select(UnitPlace::as_select());
            if units.len() <= FEW { Prepared(places).load(conn)? } else { places.load(conn)? }
        }))
    }

    /// All places that units had, those of each the oldest first.
    pub(super) fn all_places(&mut self, city: Id) -> Result<Vec<UnitPlace>, StoreError> {
        Ok(unit_places::table
            .filter(unit_places::jurisdiction_id.eq(city))
            .order((unit_places::unit_id.asc(), unit_places::seq.asc()))
            .select(UnitPlace::as_select())
            .load(self.conn)?)
    }

    /// Where a unit stood at an instant, if it had been added.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unit_place(
        &mut self,
        city: Id,
        unit: Id,
        at: Moment,
    ) -> Result<Option<UnitPlace>, StoreError> {
        Ok(place_at(&self.places_of(city, vec![unit])?, at).cloned())
    }

    /// The units directly below one at an instant, by id.
    ///
    /// # Errors
    /// On a database failure.
    pub fn units_directly_below(
        &mut self,
        city: Id,
        parent: Id,
        at: Moment,
    ) -> Result<Vec<Id>, StoreError> {
        Ok(unit_places::table
            .filter(unit_places::jurisdiction_id.eq(city))
            .filter(unit_places::parent_id.eq(parent))
            .filter(unit_places::valid_from.le(at))
            .filter(unit_places::valid_to.is_null().or(unit_places::valid_to.gt(at)))
            .order(unit_places::unit_id.asc())
            .select(unit_places::unit_id)
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    pub(super) fn insert_unit_place(&mut self, place: &UnitPlace) -> Result<(), StoreError> {
        let inserted = diesel::insert_into(unit_places::table).values(place).execute(self.conn);
        match inserted.map_err(StoreError::from) {
            // Another person's write has just found the unit without a place: run again, this one finds it.
            Err(StoreError::Taken(_)) => Err(StoreError::Conflict),
            inserted => inserted.map(drop),
        }
    }

    pub(super) fn end_unit_place(&mut self, place: &UnitPlace) -> Result<(), StoreError> {
        diesel::update(unit_places::table.find((place.jurisdiction_id, place.unit_id, place.seq)))
            .set(unit_places::valid_to.eq(place.valid_to))
            .execute(self.conn)?;
        Ok(())
    }
}
