//! The items of applications: each one person and one prior year, with its own result.

use diesel::prelude::*;
use xueshi_domain::makeup::{ApplicationState, ItemState};

use crate::columns::{Id, Tenths, Word};
use crate::error::StoreError;
use crate::schema::{makeup_applications, makeup_items};
use crate::store::{Reader, Writer};

/// One person and one prior year of an application.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = makeup_items, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MakeupItem {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The application.
    pub application_id: Id,
    /// The prior year.
    pub year: i32,
    /// Its result so far.
    pub state: Word<ItemState>,
    /// What the year lacked in total when the application was last written or submitted.
    pub missing_total: Tenths,
    /// What it lacked of public-required hours.
    pub missing_public: Tenths,
    /// What it lacked of professional hours.
    pub missing_professional: Tenths,
    /// The grant, when it was granted.
    pub grant_id: Option<Id>,
}

impl Reader<'_> {
    /// The items of some applications, in the order in which they were named.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_items_of(
        &mut self,
        jurisdiction: Id,
        applications: Vec<Id>,
    ) -> Result<Vec<MakeupItem>, StoreError> {
        Ok(makeup_items::table
            .filter(makeup_items::jurisdiction_id.eq(jurisdiction))
            .filter(makeup_items::application_id.eq_any(applications))
            .order(makeup_items::id.asc())
            .select(MakeupItem::as_select())
            .load(self.conn)?)
    }

    /// Another application of a year of application in which the same person and prior year waits for a decision.
    ///
    /// # Errors
    /// On a database failure.
    pub fn pending_makeup_application(
        &mut self,
        (jurisdiction, professional): (Id, Id),
        employer: Id,
        (prior_year, applied_in): (i32, i32),
        but_for: Option<Id>,
    ) -> Result<Option<Id>, StoreError> {
        let waiting: Vec<_> = ApplicationState::PENDING.iter().copied().map(Word).collect();
        let undecided = [Word(ItemState::Open), Word(ItemState::Forwarded)];
        let found = makeup_items::table
            .inner_join(
                makeup_applications::table.on(makeup_applications::jurisdiction_id
                    .eq(makeup_items::jurisdiction_id)
                    .and(makeup_applications::id.eq(makeup_items::application_id))),
            )
            .filter(makeup_items::jurisdiction_id.eq(jurisdiction))
            .filter(makeup_items::professional_id.eq(professional))
            .filter(makeup_items::year.eq(prior_year))
            .filter(makeup_items::state.eq_any(undecided))
            .filter(makeup_applications::year.eq(applied_in))
            .filter(makeup_applications::employer_id.eq(employer))
            .filter(makeup_applications::state.eq_any(waiting))
            .order(makeup_items::id.asc())
            .select(makeup_items::application_id)
            .load::<Id>(self.conn)?;
        Ok(found.into_iter().find(|id| Some(*id) != but_for))
    }
}

impl Writer<'_> {
    /// Adds an item.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the application has the same person and year already.
    pub fn insert_makeup_item(&mut self, item: &MakeupItem) -> Result<(), StoreError> {
        diesel::insert_into(makeup_items::table).values(item).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed item. Its application, saved in the same transaction, guards it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_makeup_item(&mut self, item: &MakeupItem) -> Result<(), StoreError> {
        let key = (item.jurisdiction_id, item.professional_id, item.id);
        diesel::update(makeup_items::table.find(key)).set(item).execute(self.conn)?;
        Ok(())
    }

    /// Takes an item out of an application on which nobody has decided.
    ///
    /// # Errors
    /// On a database failure.
    pub fn delete_makeup_item(&mut self, item: &MakeupItem) -> Result<(), StoreError> {
        let key = (item.jurisdiction_id, item.professional_id, item.id);
        diesel::delete(makeup_items::table.find(key)).execute(self.conn)?;
        Ok(())
    }
}
