//! Decisions on the items of applications (M2, V10).

use diesel::prelude::*;
use xueshi_domain::makeup::Step;
use xueshi_domain::review::Decision;

use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::schema::makeup_reviews;
use crate::store::{Reader, Writer};

/// A decision on an item.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = makeup_reviews, treat_none_as_default_value = false)]
pub struct MakeupReview {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The item.
    pub item_id: Id,
    /// The item's application.
    pub application_id: Id,
    /// The application's revision that was decided on.
    pub revision: i32,
    /// The step at which it was decided.
    pub step: Word<Step>,
    /// The decision.
    pub decision: Word<Decision>,
    /// What was said of it.
    pub comment: Option<String>,
    /// Who decided.
    pub account_id: Id,
    /// The unit acted for.
    pub unit_id: Id,
    /// When.
    pub decided_at: Moment,
    /// Under which version of the policy of the year of application.
    pub policy_version: i32,
}

impl Reader<'_> {
    /// The decisions on an application, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_reviews_of(
        &mut self,
        jurisdiction: Id,
        application: Id,
    ) -> Result<Vec<MakeupReview>, StoreError> {
        Ok(makeup_reviews::table
            .filter(makeup_reviews::jurisdiction_id.eq(jurisdiction))
            .filter(makeup_reviews::application_id.eq(application))
            .order(makeup_reviews::id.asc())
            .select(MakeupReview::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Stores a decision.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the step of this revision has been decided (V4).
    pub fn insert_makeup_review(&mut self, review: &MakeupReview) -> Result<(), StoreError> {
        diesel::insert_into(makeup_reviews::table).values(review).execute(self.conn)?;
        Ok(())
    }
}
