//! Walking through all digests, to hold them against the records.

use std::collections::BTreeMap;

use diesel::prelude::*;
use xueshi_domain::reconciliation::Sum;

use crate::columns::Id;
use crate::error::StoreError;
use crate::schema::{digest_tail, person_digests, professionals};
use crate::store::Reader;

impl Reader<'_> {
    /// A number of people of a city behind one, in the order of their ids: those who are registered, and those who only have digests.
    ///
    /// # Errors
    /// On a database failure.
    pub fn people_with_digests(
        &mut self,
        city: Id,
        after: Option<Id>,
        limit: i64,
    ) -> Result<Vec<Id>, StoreError> {
        use person_digests as d;
        use professionals as p;
        let after = after.unwrap_or(Id(uuid::Uuid::nil()));
        let mut people: Vec<Id> = p::table
            .filter(p::jurisdiction_id.eq(city))
            .filter(p::professional_id.gt(after))
            .order(p::professional_id.asc())
            .limit(limit)
            .select(p::professional_id)
            .load(self.conn)?;
        let digested: Vec<Id> = d::table
            .filter(d::jurisdiction_id.eq(city))
            .filter(d::professional_id.gt(after))
            .order(d::professional_id.asc())
            .limit(limit)
            .select(d::professional_id)
            .load(self.conn)?;
        people.extend(digested);
        people.sort_unstable();
        people.dedup();
        people.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(people)
    }

    /// Those of some people whose digests are about to be computed anew.
    ///
    /// # Errors
    /// On a database failure.
    pub fn stale_among(&mut self, city: Id, people: &[Id]) -> Result<Vec<Id>, StoreError> {
        Ok(digest_tail::table
            .filter(digest_tail::jurisdiction_id.eq(city))
            .filter(digest_tail::person_id.eq_any(people))
            .select(digest_tail::person_id)
            .distinct()
            .load(self.conn)?)
    }

    /// The years and units that there are digests of people for, each once.
    ///
    /// # Errors
    /// On a database failure.
    pub fn digested_units(&mut self, city: Id) -> Result<Vec<(i32, Id)>, StoreError> {
        use crate::schema::unit_digests as u;
        use person_digests as p;
        let mut units: Vec<(i32, Id)> = p::table
            .filter(p::jurisdiction_id.eq(city))
            .select((p::year, p::unit_id))
            .distinct()
            .load(self.conn)?;
        let summed: Vec<(i32, Id)> = u::table
            .filter(u::jurisdiction_id.eq(city))
            .filter(u::place.eq(""))
            .select((u::year, u::unit_id))
            .load(self.conn)?;
        units.extend(summed);
        units.sort_unstable();
        units.dedup();
        Ok(units)
    }

    /// Whether the sums of a unit for a year are those of its people.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unit_digest_holds(&mut self, city: Id, year: i32, unit: Id) -> Result<bool, StoreError> {
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        for row in self.person_digests_in(city, year, unit, "")? {
            let sum = row.sum()?;
            sums.entry(String::new()).or_default().add(&sum);
            sums.entry(row.place.get(..1).unwrap_or_default().to_owned()).or_default().add(&sum);
        }
        let stored = self.unit_digest(city, year, unit)?;
        let stored = stored.into_iter().map(|row| Ok((row.place.clone(), row.sum()?)));
        Ok(stored.collect::<Result<BTreeMap<String, Sum>, StoreError>>()? == sums)
    }
}
