//! What steps of side roads rested on, beside the events that tell of them (V7, V10).

use diesel::prelude::*;

use crate::columns::Id;
use crate::error::StoreError;
use crate::schema::step_bases;
use crate::store::{Reader, Writer};

/// What one step of a side road rested on.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = step_bases, treat_none_as_default_value = false)]
pub struct StepBasis {
    /// The city.
    pub jurisdiction_id: Id,
    /// The event that tells of the step.
    pub event_id: Id,
    /// Acting for which unit; none for people on their own behalf and for time.
    pub unit_id: Option<Id>,
    /// The year whose policy was applied; none where no policy has a say.
    pub policy_year: Option<i32>,
    /// Which version of it.
    pub policy_version: Option<i32>,
    /// What the one who took the step said.
    pub comment: Option<String>,
    /// Inputs and findings, as JSON.
    pub document: String,
}

impl Reader<'_> {
    /// What is kept of the steps that these events tell of.
    ///
    /// # Errors
    /// On a database failure.
    pub fn step_bases(
        &mut self,
        jurisdiction: Id,
        events: Vec<Id>,
    ) -> Result<Vec<StepBasis>, StoreError> {
        Ok(step_bases::table
            .filter(step_bases::jurisdiction_id.eq(jurisdiction))
            .filter(step_bases::event_id.eq_any(events))
            .select(StepBasis::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Keeps what a step rested on, in the transaction that takes it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_step_basis(&mut self, basis: &StepBasis) -> Result<(), StoreError> {
        // The row names somebody and is no person's own: it has a salt of its own in the transparency log.
        let salt = step_bases::log_salt.eq(rand::random::<[u8; 16]>().to_vec());
        diesel::insert_into(step_bases::table).values((basis, salt)).execute(self.conn)?;
        Ok(())
    }
}
