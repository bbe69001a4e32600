//! The items of training plans, and what was approved of them (P2, P3).

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use time::Date;
use xueshi_domain::class::ClassState;
use xueshi_domain::learning::Subject;
use xueshi_domain::training_plan::Approval;

use crate::columns::{Id, Moment, Tenths, Word};
use crate::error::StoreError;
use crate::schema::{classes, plan_item_versions, plan_items};
use crate::store::{Reader, Writer};

/// An item of a training plan (P2).
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = plan_items, treat_none_as_default_value = false)]
pub struct PlanItem {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The plan.
    pub plan_id: Id,
    /// Public or professional.
    pub subject: Word<Subject>,
    /// What it is about.
    pub theme: String,
    /// The most that a class under it can give (P3).
    pub hours: Tenths,
    /// Planned first day.
    pub starts_on: Date,
    /// Planned last day.
    pub ends_on: Date,
    /// Places.
    pub places: i32,
    /// For whom.
    pub audience: String,
    /// Whether an amendment has taken it out of the plan.
    pub removed: bool,
}

/// What was approved of an item of a plan, and when (P3).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_item_versions, treat_none_as_default_value = false)]
pub struct PlanItemVersion {
    /// The city.
    pub jurisdiction_id: Id,
    /// The item.
    pub item_id: Id,
    /// 1, and one more with every amendment of the item.
    pub version: i32,
    /// The amendment that brought it; none for the plan itself.
    pub amendment_id: Option<Id>,
    /// Public or professional.
    pub subject: Word<Subject>,
    /// What it is about.
    pub theme: String,
    /// The most that a class under it can give (P3).
    pub hours: Tenths,
    /// Planned first day.
    pub starts_on: Date,
    /// Planned last day.
    pub ends_on: Date,
    /// Places.
    pub places: i32,
    /// For whom.
    pub audience: String,
    /// Whether the item was taken out of the plan.
    pub removed: bool,
    /// When the municipal bureau approved it.
    pub approved_at: Moment,
}

impl PlanItemVersion {
    /// An item as it is, approved at an instant.
    #[must_use]
    pub fn of(item: &PlanItem, version: i32, amendment: Option<Id>, approved_at: Moment) -> Self {
        Self {
            jurisdiction_id: item.jurisdiction_id,
            item_id: item.id,
            version,
            amendment_id: amendment,
            subject: item.subject,
            theme: item.theme.clone(),
            hours: item.hours,
            starts_on: item.starts_on,
            ends_on: item.ends_on,
            places: item.places,
            audience: item.audience.clone(),
            removed: item.removed,
            approved_at,
        }
    }

    /// What the rules look at.
    #[must_use]
    pub fn approval(&self) -> Approval {
        Approval {
            approved_at: self.approved_at.0,
            subject: self.subject.0,
            hours: self.hours.0,
            removed: self.removed,
        }
    }
}

impl Reader<'_> {
    /// The items of a plan, those taken out of it too, in the order in which they were added.
    ///
    /// # Errors
    /// On a database failure.
    pub fn plan_items(&mut self, jurisdiction: Id, plan: Id) -> Result<Vec<PlanItem>, StoreError> {
        Ok(plan_items::table
            .filter(plan_items::jurisdiction_id.eq(jurisdiction))
            .filter(plan_items::plan_id.eq(plan))
            .order(plan_items::id.asc())
            .select(PlanItem::as_select())
            .load(self.conn)?)
    }

    /// An item of a plan.
    ///
    /// # Errors
    /// On a database failure.
    pub fn plan_item(
        &mut self,
        jurisdiction: Id,
        item: Id,
    ) -> Result<Option<PlanItem>, StoreError> {
        Ok(plan_items::table
            .find((jurisdiction, item))
            .select(PlanItem::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// What was approved of some items, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn item_versions(
        &mut self,
        jurisdiction: Id,
        items: BTreeSet<Id>,
    ) -> Result<HashMap<Id, Vec<PlanItemVersion>>, StoreError> {
        let rows: Vec<PlanItemVersion> = plan_item_versions::table
            .filter(plan_item_versions::jurisdiction_id.eq(jurisdiction))
            .filter(plan_item_versions::item_id.eq_any(items))
            .order((plan_item_versions::item_id.asc(), plan_item_versions::version.asc()))
            .select(PlanItemVersion::as_select())
            .load(self.conn)?;
        let mut found: HashMap<Id, Vec<PlanItemVersion>> = HashMap::new();
        for row in rows {
            found.entry(row.item_id).or_default().push(row);
        }
        Ok(found)
    }

    /// The hours of each class that rests on some items, cancelled ones left out.
    ///
    /// # Errors
    /// On a database failure.
    pub fn hours_under_items(
        &mut self,
        jurisdiction: Id,
        items: BTreeSet<Id>,
    ) -> Result<HashMap<Id, Vec<Tenths>>, StoreError> {
        let rows: Vec<(Option<Id>, Tenths)> = classes::table
            .filter(classes::jurisdiction_id.eq(jurisdiction))
            .filter(classes::plan_item_id.assume_not_null().eq_any(items))
            .filter(classes::plan_item_id.is_not_null())
            .filter(classes::state.ne(Word(ClassState::Cancelled)))
            .select((classes::plan_item_id, classes::hours))
            .load(self.conn)?;
        let mut found: HashMap<Id, Vec<Tenths>> = HashMap::new();
        for (item, hours) in rows {
            if let Some(item) = item {
                found.entry(item).or_default().push(hours);
            }
        }
        Ok(found)
    }
}

impl Reader<'_> {
    /// The item of a plan that is about the same: of one subject, theme and time.
    ///
    /// # Errors
    /// On a database failure.
    pub fn same_plan_item(&mut self, item: &PlanItem) -> Result<Option<PlanItem>, StoreError> {
        Ok(plan_items::table
            .filter(plan_items::jurisdiction_id.eq(item.jurisdiction_id))
            .filter(plan_items::plan_id.eq(item.plan_id))
            .filter(plan_items::subject.eq(item.subject))
            .filter(plan_items::theme.eq(&item.theme))
            .filter(plan_items::starts_on.eq(item.starts_on))
            .filter(plan_items::ends_on.eq(item.ends_on))
            .filter(plan_items::removed.eq(false))
            .order(plan_items::id.asc())
            .select(PlanItem::as_select())
            .first(self.conn)
            .optional()?)
    }
}

impl Writer<'_> {
    /// Adds an item to a plan.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_plan_item(&mut self, item: &PlanItem) -> Result<(), StoreError> {
        diesel::insert_into(plan_items::table).values(item).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed item. Its plan's version, saved in the same transaction, is what guards it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn update_plan_item(&mut self, item: &PlanItem) -> Result<(), StoreError> {
        diesel::update(plan_items::table.find((item.jurisdiction_id, item.id)))
            .set(item)
            .execute(self.conn)?;
        Ok(())
    }

    /// Deletes an item that was never approved.
    ///
    /// # Errors
    /// On a database failure.
    pub fn delete_plan_item(&mut self, item: &PlanItem) -> Result<(), StoreError> {
        diesel::delete(plan_items::table.find((item.jurisdiction_id, item.id)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Keeps what was approved of an item.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_item_version(&mut self, version: &PlanItemVersion) -> Result<(), StoreError> {
        diesel::insert_into(plan_item_versions::table).values(version).execute(self.conn)?;
        Ok(())
    }
}
