//! Reading digests: of a city's units, of the ranges of a unit, of people.

use diesel::prelude::*;

use super::{PersonDigest, UnitDigest};
use crate::columns::Id;
use crate::error::StoreError;
use crate::schema::{organizations, person_digests, unit_digests};
use crate::store::Reader;

impl Reader<'_> {
    /// The sums of all units of a city for a year, each with the body that reviews for the unit.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unit_digests(
        &mut self,
        city: Id,
        year: i32,
    ) -> Result<Vec<(UnitDigest, Option<Id>)>, StoreError> {
        use unit_digests as u;
        Ok(u::table
            .left_join(
                organizations::table.on(organizations::jurisdiction_id
                    .eq(u::jurisdiction_id)
                    .and(organizations::id.eq(u::unit_id))),
            )
            .filter(u::jurisdiction_id.eq(city))
            .filter(u::year.eq(year))
            .filter(u::place.eq(""))
            .order(u::unit_id.asc())
            .select((UnitDigest::as_select(), organizations::reviewing_body_id.nullable()))
            .load(self.conn)?)
    }

    /// The sums of a unit for a year: of all its people, and of those in each range of places.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unit_digest(
        &mut self,
        city: Id,
        year: i32,
        unit: Id,
    ) -> Result<Vec<UnitDigest>, StoreError> {
        Ok(unit_digests::table
            .filter(unit_digests::jurisdiction_id.eq(city))
            .filter(unit_digests::year.eq(year))
            .filter(unit_digests::unit_id.eq(unit))
            .order(unit_digests::place.asc())
            .select(UnitDigest::as_select())
            .load(self.conn)?)
    }

    /// The digests of the people of a unit whose places begin with some digits, in the order of places.
    ///
    /// # Errors
    /// On a database failure.
    pub fn person_digests_in(
        &mut self,
        city: Id,
        year: i32,
        unit: Id,
        prefix: &str,
    ) -> Result<Vec<PersonDigest>, StoreError> {
        use person_digests as p;
        Ok(p::table
            .filter(p::jurisdiction_id.eq(city))
            .filter(p::year.eq(year))
            .filter(p::unit_id.eq(unit))
            // No hexadecimal digit is behind this letter.
            .filter(p::place.ge(prefix.to_owned()))
            .filter(p::place.lt(format!("{prefix}g")))
            .order((p::place.asc(), p::professional_id.asc()))
            .select(PersonDigest::as_select())
            .load(self.conn)?)
    }

    /// The digests of some people, of all years.
    ///
    /// # Errors
    /// On a database failure.
    pub fn person_digests(
        &mut self,
        city: Id,
        people: &[Id],
    ) -> Result<Vec<PersonDigest>, StoreError> {
        Ok(person_digests::table
            .filter(person_digests::jurisdiction_id.eq(city))
            .filter(person_digests::professional_id.eq_any(people))
            .select(PersonDigest::as_select())
            .load(self.conn)?)
    }

    /// The years of a city that there are digests for, each once.
    ///
    /// # Errors
    /// On a database failure.
    pub fn digested_years(&mut self, city: Id) -> Result<Vec<i32>, StoreError> {
        Ok(unit_digests::table
            .filter(unit_digests::jurisdiction_id.eq(city))
            .select(unit_digests::year)
            .distinct()
            .order(unit_digests::year.asc())
            .load(self.conn)?)
    }
}
