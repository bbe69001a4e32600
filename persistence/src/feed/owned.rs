//! What belongs to a person, by ids.

use diesel::prelude::*;

use crate::columns::Id;
use crate::error::StoreError;
use crate::schema::{certificates, exemptions, makeup_grants};
use crate::store::Reader;

/// The ids of a person's certificates, exemptions and make-up grants.
#[derive(Debug)]
pub struct Owned {
    /// Certificates of all years and versions.
    pub certificates: Vec<Id>,
    /// Exemptions.
    pub exemptions: Vec<Id>,
    /// Make-up grants.
    pub grants: Vec<Id>,
}

impl Reader<'_> {
    /// What belongs to a person beside declarations, learning and years.
    ///
    /// # Errors
    /// On a database failure.
    pub fn records_of_person(&mut self, city: Id, person: Id) -> Result<Owned, StoreError> {
        Ok(Owned {
            certificates: certificates::table
                .filter(certificates::jurisdiction_id.eq(city))
                .filter(certificates::professional_id.eq(person))
                .select(certificates::id)
                .load(self.conn)?,
            exemptions: exemptions::table
                .filter(exemptions::jurisdiction_id.eq(city))
                .filter(exemptions::professional_id.eq(person))
                .select(exemptions::id)
                .load(self.conn)?,
            grants: makeup_grants::table
                .filter(makeup_grants::jurisdiction_id.eq(city))
                .filter(makeup_grants::professional_id.eq(person))
                .select(makeup_grants::id)
                .load(self.conn)?,
        })
    }
}
