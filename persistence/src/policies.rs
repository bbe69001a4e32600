//! Policies and working-day arrangements, keyed by city and year (W3, V2).

use diesel::prelude::*;

use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::schema::{arrangements, policies};
use crate::store::{Reader, Writer};
use xueshi_domain::registry::PolicyState;

/// One version of a year's policy.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = policies, treat_none_as_default_value = false)]
pub struct StoredPolicy {
    /// The city.
    pub jurisdiction_id: Id,
    /// The year it governs.
    pub year: i32,
    /// 1, 2, 3 …
    pub version: i32,
    /// Whether it is in force.
    pub state: Word<PolicyState>,
    /// The policy document, as JSON.
    pub document: String,
    /// Why this version replaced the one before.
    pub reason: Option<String>,
    /// Grows with every edit of a draft.
    pub revision: i32,
    /// Who wrote it.
    pub created_by: Option<Id>,
    /// When it was begun.
    pub created_at: Moment,
    /// When it was published.
    pub published_at: Option<Moment>,
}

/// The arrangement of working days of a year, as it was loaded.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = arrangements, treat_none_as_default_value = false)]
pub struct StoredArrangement {
    /// The city.
    pub jurisdiction_id: Id,
    /// The year.
    pub year: i32,
    /// `date,kind` lines.
    pub days: String,
    /// 1, 2, 3 … with every loading.
    pub version: i32,
    /// Who loaded it.
    pub loaded_by: Option<Id>,
    /// When.
    pub loaded_at: Moment,
}

impl Reader<'_> {
    /// The policy in force for a year.
    ///
    /// # Errors
    /// On a database failure.
    pub fn published_policy(
        &mut self,
        jurisdiction: Id,
        year: i32,
    ) -> Result<Option<StoredPolicy>, StoreError> {
        Ok(policies::table
            .filter(policies::jurisdiction_id.eq(jurisdiction))
            .filter(policies::year.eq(year))
            .filter(policies::state.eq(Word(PolicyState::Published)))
            .select(StoredPolicy::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The policies in force, by year.
    ///
    /// # Errors
    /// On a database failure.
    pub fn published_policies(
        &mut self,
        jurisdiction: Id,
    ) -> Result<Vec<StoredPolicy>, StoreError> {
        Ok(policies::table
            .filter(policies::jurisdiction_id.eq(jurisdiction))
            .filter(policies::state.eq(Word(PolicyState::Published)))
            .order(policies::year.asc())
            .select(StoredPolicy::as_select())
            .load(self.conn)?)
    }

    /// All versions of a year's policy, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn policy_versions(
        &mut self,
        jurisdiction: Id,
        year: i32,
    ) -> Result<Vec<StoredPolicy>, StoreError> {
        Ok(policies::table
            .filter(policies::jurisdiction_id.eq(jurisdiction))
            .filter(policies::year.eq(year))
            .order(policies::version.asc())
            .select(StoredPolicy::as_select())
            .load(self.conn)?)
    }

    /// The arrangements that were loaded, by year.
    ///
    /// # Errors
    /// On a database failure.
    pub fn arrangements(&mut self, jurisdiction: Id) -> Result<Vec<StoredArrangement>, StoreError> {
        Ok(arrangements::table
            .filter(arrangements::jurisdiction_id.eq(jurisdiction))
            .order(arrangements::year.asc())
            .select(StoredArrangement::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds a version of a policy.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when that version is already there.
    pub fn insert_policy(&mut self, policy: &StoredPolicy) -> Result<(), StoreError> {
        diesel::insert_into(policies::table).values(policy).execute(self.conn)?;
        self.rules = None;
        Ok(())
    }

    /// Stores an edited draft, or a changed state, if the version is still at `revision`.
    ///
    /// # Errors
    /// On a database failure.
    pub fn update_policy(&mut self, policy: &mut StoredPolicy) -> Result<bool, StoreError> {
        let key = (policy.jurisdiction_id, policy.year, policy.version);
        let updated = diesel::update(
            policies::table.find(key).filter(policies::revision.eq(policy.revision)),
        )
        .set((
            policies::state.eq(policy.state),
            policies::document.eq(&policy.document),
            policies::reason.eq(&policy.reason),
            policies::published_at.eq(policy.published_at),
            policies::revision.eq(policy.revision + 1),
        ))
        .execute(self.conn)?;
        policy.revision += 1;
        self.rules = None;
        Ok(updated == 1)
    }

    /// Removes a draft, if it still is one and at `revision`.
    ///
    /// # Errors
    /// On a database failure.
    pub fn delete_draft_policy(&mut self, draft: &StoredPolicy) -> Result<bool, StoreError> {
        let key = (draft.jurisdiction_id, draft.year, draft.version);
        let deleted = diesel::delete(
            policies::table
                .find(key)
                .filter(policies::state.eq(Word(PolicyState::Draft)))
                .filter(policies::revision.eq(draft.revision)),
        )
        .execute(self.conn)?;
        self.rules = None;
        Ok(deleted == 1)
    }

    /// Loads the arrangement of a year, in place of an earlier one.
    ///
    /// # Errors
    /// On a database failure.
    pub fn replace_arrangement(
        &mut self,
        arrangement: &StoredArrangement,
    ) -> Result<(), StoreError> {
        let key = (arrangement.jurisdiction_id, arrangement.year);
        diesel::delete(arrangements::table.find(key)).execute(self.conn)?;
        diesel::insert_into(arrangements::table).values(arrangement).execute(self.conn)?;
        self.rules = None;
        Ok(())
    }
}
