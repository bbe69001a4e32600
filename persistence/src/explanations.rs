//! What decisions and refusals rested on, as it was kept when they were made (V7).

use diesel::prelude::*;
use time::OffsetDateTime;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::Explained;

use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::reviews::Review;
use crate::schema::{explanations, refusals, reviews};
use crate::store::{Reader, Writer};

/// What a decision on a person's case rested on.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = explanations, treat_none_as_default_value = false)]
pub struct StoredExplanation {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose case.
    pub professional_id: Id,
    /// Its id: of a review or a certificate the same as its own.
    pub id: Id,
    /// What was decided on.
    pub subject: Word<Explained>,
    /// Which one; none for a year, which has no id.
    pub subject_id: Option<Id>,
    /// The year.
    pub year: i32,
    /// What was done.
    pub act: Word<EventType>,
    /// What came of it: the state after it.
    pub outcome: String,
    /// Who did it; none for time and settlement.
    pub account_id: Option<Id>,
    /// Acting for which unit.
    pub unit_id: Option<Id>,
    /// Under which version of the year's policy.
    pub policy_version: i32,
    /// Inputs, findings and counted days, as JSON.
    pub document: String,
    /// When.
    pub made_at: Moment,
}

/// What a rule refused, for the account that was refused.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refusals, treat_none_as_default_value = false)]
pub struct StoredRefusal {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id, which the problem document carries.
    pub id: Id,
    /// The account or the client that was refused.
    pub account_id: Id,
    /// Account, request and document, hashed: the same refusal again is counted, not kept again.
    pub fingerprint: Vec<u8>,
    /// The refusal's code.
    pub code: String,
    /// Texts, facts, inputs and findings, as JSON.
    pub document: String,
    /// How often it was given.
    pub times: i32,
    /// When it was given first.
    pub first_at: Moment,
    /// When it was given last.
    pub last_at: Moment,
}

impl Reader<'_> {
    /// What is kept of the decisions on one case, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn explanations_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        subject: Id,
    ) -> Result<Vec<StoredExplanation>, StoreError> {
        Ok(explanations::table
            .filter(explanations::jurisdiction_id.eq(jurisdiction))
            .filter(explanations::professional_id.eq(professional))
            .filter(explanations::subject_id.is_not_null())
            .filter(explanations::subject_id.assume_not_null().eq(subject))
            .order((explanations::made_at.asc(), explanations::id.asc()))
            .select(StoredExplanation::as_select())
            .load(self.conn)?)
    }

    /// What is kept of a person's year itself, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn explanations_of_year(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
    ) -> Result<Vec<StoredExplanation>, StoreError> {
        Ok(explanations::table
            .filter(explanations::jurisdiction_id.eq(jurisdiction))
            .filter(explanations::professional_id.eq(professional))
            .filter(explanations::year.eq(year))
            .filter(explanations::subject.eq(Word(Explained::AnnualRecord)))
            .order((explanations::made_at.asc(), explanations::id.asc()))
            .select(StoredExplanation::as_select())
            .load(self.conn)?)
    }

    /// What is kept of one decision.
    ///
    /// # Errors
    /// On a database failure.
    pub fn explanation(
        &mut self,
        jurisdiction: Id,
        id: Id,
    ) -> Result<Option<StoredExplanation>, StoreError> {
        Ok(explanations::table
            .filter(explanations::jurisdiction_id.eq(jurisdiction))
            .filter(explanations::id.eq(id))
            .select(StoredExplanation::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// One decision on a declaration.
    ///
    /// # Errors
    /// On a database failure.
    pub fn review(&mut self, jurisdiction: Id, id: Id) -> Result<Option<Review>, StoreError> {
        Ok(reviews::table
            .filter(reviews::jurisdiction_id.eq(jurisdiction))
            .filter(reviews::id.eq(id))
            .select(Review::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A refusal that was kept.
    ///
    /// # Errors
    /// On a database failure.
    pub fn refusal(
        &mut self,
        jurisdiction: Id,
        id: Id,
    ) -> Result<Option<StoredRefusal>, StoreError> {
        Ok(refusals::table
            .find((jurisdiction, id))
            .select(StoredRefusal::as_select())
            .first(self.conn)
            .optional()?)
    }
}

impl Writer<'_> {
    /// Keeps what a decision rested on.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_explanation(&mut self, kept: &StoredExplanation) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(explanations::table)
            .values(kept)
            .execute(conn))?;
        Ok(())
    }

    /// Keeps a refusal, or counts it where the same one is kept already, and returns its id. Of one account at most `most` are
    /// kept: the one that was given longest ago makes room.
    ///
    /// # Errors
    /// On a database failure.
    pub fn keep_refusal(&mut self, new: &StoredRefusal, most: i64) -> Result<Id, StoreError> {
        self.take_turn_with(new.account_id)?;
        let of_account = || {
            refusals::table
                .filter(refusals::jurisdiction_id.eq(new.jurisdiction_id))
                .filter(refusals::account_id.eq(new.account_id))
        };
        let known: Option<Id> = of_account()
            .filter(refusals::fingerprint.eq(&new.fingerprint))
            .select(refusals::id)
            .first(self.conn)
            .optional()?;
        if let Some(id) = known {
            diesel::update(refusals::table.find((new.jurisdiction_id, id)))
                .set((refusals::times.eq(refusals::times + 1), refusals::last_at.eq(new.last_at)))
                .execute(self.conn)?;
            return Ok(id);
        }
        if of_account().count().get_result::<i64>(self.conn)? >= most {
            let oldest: Option<Id> = of_account()
                .order((refusals::last_at.asc(), refusals::id.asc()))
                .select(refusals::id)
                .first(self.conn)
                .optional()?;
            if let Some(id) = oldest {
                diesel::delete(refusals::table.find((new.jurisdiction_id, id)))
                    .execute(self.conn)?;
            }
        }
        let kept = on_either!(self.conn, |conn| diesel::insert_into(refusals::table)
            .values(new)
            .execute(conn));
        match kept.map_err(StoreError::from) {
            // Another transaction has just kept the same one: run again, this one finds it.
            Err(StoreError::Taken(_)) => Err(StoreError::Conflict),
            Err(error) => Err(error),
            Ok(_) => Ok(new.id),
        }
    }

    /// Forgets refusals that were last given before an instant; returns how many.
    ///
    /// # Errors
    /// On a database failure.
    pub fn forget_refusals(&mut self, before: OffsetDateTime) -> Result<usize, StoreError> {
        let old = refusals::last_at.lt(Moment(before));
        Ok(diesel::delete(refusals::table.filter(old)).execute(self.conn)?)
    }
}
