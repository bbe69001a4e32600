//! Which base reviews make-up first for which employer (M2).

use diesel::prelude::*;

use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::schema::makeup_bodies;
use crate::store::{Reader, Writer};

/// The base that reviews make-up first for an employer.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = makeup_bodies, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MakeupBody {
    /// The city.
    pub jurisdiction_id: Id,
    /// The employer.
    pub organization_id: Id,
    /// The base; none when the reviewing body has its place back.
    pub body_id: Option<Id>,
    /// Who assigned it.
    pub assigned_by: Id,
    /// When.
    pub assigned_at: Moment,
    /// Grows with every change.
    pub version: i32,
}

impl Reader<'_> {
    /// What was last assigned to an employer.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_body_of(
        &mut self,
        jurisdiction: Id,
        employer: Id,
    ) -> Result<Option<MakeupBody>, StoreError> {
        Ok(makeup_bodies::table
            .find((jurisdiction, employer))
            .select(MakeupBody::as_select())
            .first(self.conn)
            .optional()?)
    }
}

impl Writer<'_> {
    /// Assigns a base to an employer for the first time (version 1), or changes it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was changed since it was read.
    pub fn assign_makeup_body(&mut self, body: &MakeupBody) -> Result<(), StoreError> {
        if body.version == 1 {
            diesel::insert_into(makeup_bodies::table).values(body).execute(self.conn)?;
            return Ok(());
        }
        let key = (body.jurisdiction_id, body.organization_id);
        let guarded =
            makeup_bodies::table.find(key).filter(makeup_bodies::version.eq(body.version - 1));
        let updated = diesel::update(guarded).set(body).execute(self.conn)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }
}
