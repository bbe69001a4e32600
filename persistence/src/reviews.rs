//! Decisions, and other acts on a person's year (V10).

use diesel::prelude::*;
use xueshi_domain::review::{Decision, Stage};

use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::schema::{record_acts, reviews};
use crate::store::{Reader, Writer};
use xueshi_domain::registry::RecordAct;

/// A decision on a declaration at one stage.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = reviews, treat_none_as_default_value = false)]
pub struct Review {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose declaration.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The declaration.
    pub declaration_id: Id,
    /// The declaration's revision that was decided on.
    pub revision: i32,
    /// Employer or authority.
    pub stage: Word<Stage>,
    /// Approve, return or reject.
    pub decision: Word<Decision>,
    /// What the reviewer said.
    pub comment: Option<String>,
    /// Who decided.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// When the declaration came to the stage.
    pub entered_at: Moment,
    /// By when it was due.
    pub due_at: Moment,
    /// When it was decided.
    pub decided_at: Moment,
    /// Whether that was late (V3).
    pub overdue: bool,
    /// Under which version of the year's policy.
    pub policy_version: i32,
}

/// A revocation or verification.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = record_acts, treat_none_as_default_value = false)]
pub struct RecordedAct {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose year.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// What was done.
    pub act: Word<RecordAct>,
    /// The declaration concerned.
    pub declaration_id: Option<Id>,
    /// The certificate concerned.
    pub certificate_id: Option<Id>,
    /// The year.
    pub year: i32,
    /// Who did it.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// The reason given.
    pub reason: Option<String>,
    /// Under which version of the year's policy.
    pub policy_version: i32,
    /// When.
    pub acted_at: Moment,
}

impl Reader<'_> {
    /// The decisions on a declaration, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn reviews_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        declaration: Id,
    ) -> Result<Vec<Review>, StoreError> {
        Ok(on_either!(self.conn, |conn| reviews::table
            .filter(reviews::jurisdiction_id.eq(jurisdiction))
            .filter(reviews::professional_id.eq(professional))
            .filter(reviews::declaration_id.eq(declaration))
            .order((reviews::decided_at.asc(), reviews::id.asc()))
            .select(Review::as_select())
            .load(conn)?))
    }
}

impl Reader<'_> {
    /// The latest revocation of a declaration: an upheld appeal may have been followed by another one.
    ///
    /// # Errors
    /// On a database failure.
    pub fn revocation_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        declaration: Id,
    ) -> Result<Option<RecordedAct>, StoreError> {
        Ok(record_acts::table
            .filter(record_acts::jurisdiction_id.eq(jurisdiction))
            .filter(record_acts::professional_id.eq(professional))
            .filter(record_acts::declaration_id.eq(declaration))
            .filter(record_acts::act.eq(Word(RecordAct::Revoked)))
            .order((record_acts::acted_at.desc(), record_acts::id.desc()))
            .select(RecordedAct::as_select())
            .first(self.conn)
            .optional()?)
    }
}

impl Reader<'_> {
    /// The latest act of a kind on a declaration.
    ///
    /// # Errors
    /// On a database failure.
    pub fn record_act_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        declaration: Id,
        act: RecordAct,
    ) -> Result<Option<RecordedAct>, StoreError> {
        Ok(record_acts::table
            .filter(record_acts::jurisdiction_id.eq(jurisdiction))
            .filter(record_acts::professional_id.eq(professional))
            .filter(record_acts::declaration_id.eq(declaration))
            .filter(record_acts::act.eq(Word(act)))
            .order(record_acts::acted_at.desc())
            .select(RecordedAct::as_select())
            .first(self.conn)
            .optional()?)
    }
}

impl Writer<'_> {
    /// Stores a decision.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the stage of this revision has been decided (V4).
    pub fn insert_review(&mut self, review: &Review) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(reviews::table)
            .values(review)
            .execute(conn))?;
        Ok(())
    }

    /// Stores an act on a person's year.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_record_act(&mut self, act: &RecordedAct) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(record_acts::table)
            .values(act)
            .execute(conn))?;
        Ok(())
    }
}
