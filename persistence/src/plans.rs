//! Yearly training plans, their items, what was approved of them, and amendments (P2, P3).

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use time::Date;
use xueshi_domain::class::ClassState;
use xueshi_domain::learning::Subject;
use xueshi_domain::registry::PlanState;
use xueshi_domain::training_plan::Approval;

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::schema::{classes, plan_amendments, plan_item_versions, plan_items, training_plans};
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// A yearly training plan (P2).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = training_plans)]
pub struct TrainingPlan {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// Whose plan it is.
    pub organization_id: Id,
    /// The year.
    pub year: i32,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: Word<PlanState>,
    /// When the municipal bureau approved it.
    pub approved_at: Option<Moment>,
    /// The account that handed it in last.
    pub submitted_by: Option<Id>,
    /// Grows with every change.
    pub version: i32,
    /// When it was begun.
    pub created_at: Moment,
}

/// An item of a training plan (P2).
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = plan_items)]
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
#[diesel(table_name = plan_item_versions)]
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

/// A change of an approved plan, which goes the way of a plan (P2).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_amendments)]
pub struct PlanAmendment {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The plan.
    pub plan_id: Id,
    /// Where it stands.
    pub state: Word<PlanState>,
    /// Why the plan has to change.
    pub reason: String,
    /// What is to be added, changed and removed, as JSON.
    pub changes: String,
    /// The account that handed it in last.
    pub submitted_by: Option<Id>,
    /// Grows with every change.
    pub version: i32,
    /// When it was begun.
    pub created_at: Moment,
}

/// Which plans a list shows.
#[derive(Debug, Clone, Default)]
pub struct TrainingPlanFilter {
    /// Only of this year.
    pub year: Option<i32>,
    /// Only of this unit.
    pub organization: Option<Id>,
    /// Only in one of these states.
    pub states: Vec<PlanState>,
}

impl Reader<'_> {
    /// A training plan that the scope covers: an approved one of the city, any of its units.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_training_plan(
        &mut self,
        scope: &Scope,
        id: Id,
    ) -> Result<Option<TrainingPlan>, StoreError> {
        Ok(training_plans::table
            .filter(training_plans::id.eq(id))
            .filter(scope.training_plans())
            .select(TrainingPlan::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A training plan of a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn training_plan(
        &mut self,
        jurisdiction: Id,
        id: Id,
    ) -> Result<Option<TrainingPlan>, StoreError> {
        Ok(training_plans::table
            .find((jurisdiction, id))
            .select(TrainingPlan::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The training plans of a scope, in the order in which they were begun.
    ///
    /// # Errors
    /// On a database failure.
    pub fn training_plans(
        &mut self,
        scope: &Scope,
        filter: &TrainingPlanFilter,
        page: Page<Id>,
    ) -> Result<Slice<TrainingPlan>, StoreError> {
        use training_plans as p;
        let matching = || -> p::BoxedQuery<'static, AnyBackend> {
            let mut query = p::table.into_boxed().filter(scope.training_plans());
            if let Some(year) = filter.year {
                query = query.filter(p::year.eq(year));
            }
            if let Some(organization) = filter.organization {
                query = query.filter(p::organization_id.eq(organization));
            }
            if !filter.states.is_empty() {
                let states: Vec<_> = filter.states.iter().copied().map(Word).collect();
                query = query.filter(p::state.eq_any(states));
            }
            query
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(p::id.lt(after)),
                false => query.filter(p::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(p::id.desc()),
            false => query.order(p::id.asc()),
        };
        let rows = query.select(TrainingPlan::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

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

    /// The amendments of a plan, in the order in which they were begun.
    ///
    /// # Errors
    /// On a database failure.
    pub fn plan_amendments(
        &mut self,
        jurisdiction: Id,
        plan: Id,
    ) -> Result<Vec<PlanAmendment>, StoreError> {
        Ok(plan_amendments::table
            .filter(plan_amendments::jurisdiction_id.eq(jurisdiction))
            .filter(plan_amendments::plan_id.eq(plan))
            .order(plan_amendments::id.asc())
            .select(PlanAmendment::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds a training plan with its items; what is approved already is kept as approved.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_training_plan(
        &mut self,
        plan: &TrainingPlan,
        items: &[PlanItem],
    ) -> Result<(), StoreError> {
        diesel::insert_into(training_plans::table).values(plan).execute(self.conn)?;
        for item in items {
            self.insert_plan_item(item)?;
            if let Some(approved_at) = plan.approved_at {
                self.insert_item_version(&PlanItemVersion::of(item, 1, None, approved_at))?;
            }
        }
        let at = plan.approved_at.unwrap_or(plan.created_at);
        self.note(plan.jurisdiction_id, at, &Fact::plan(plan))
    }

    /// Stores a changed plan, if it is still in the state and version that it was read in. Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_training_plan(
        &mut self,
        was: PlanState,
        plan: &mut TrainingPlan,
    ) -> Result<Saved, StoreError> {
        let p = &*plan;
        let updated = diesel::update(
            training_plans::table
                .find((p.jurisdiction_id, p.id))
                .filter(training_plans::state.eq(Word(was)))
                .filter(training_plans::version.eq(p.version)),
        )
        .set((
            training_plans::title.eq(&p.title),
            training_plans::state.eq(p.state),
            training_plans::approved_at.eq(p.approved_at),
            training_plans::submitted_by.eq(p.submitted_by),
            training_plans::version.eq(p.version + 1),
        ))
        .execute(self.conn)?;
        plan.version += 1;
        if updated != 1 {
            return Ok(Saved::Overtaken);
        }
        let now = Moment(self.now());
        self.note(plan.jurisdiction_id, now, &Fact::plan(plan))?;
        Ok(Saved::Yes)
    }

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

    /// Adds an amendment.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_plan_amendment(&mut self, amendment: &PlanAmendment) -> Result<(), StoreError> {
        diesel::insert_into(plan_amendments::table).values(amendment).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed amendment, if it is still in the state and version that it was read in. Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_plan_amendment(
        &mut self,
        was: PlanState,
        amendment: &mut PlanAmendment,
    ) -> Result<Saved, StoreError> {
        let a = &*amendment;
        let updated = diesel::update(
            plan_amendments::table
                .find((a.jurisdiction_id, a.id))
                .filter(plan_amendments::state.eq(Word(was)))
                .filter(plan_amendments::version.eq(a.version)),
        )
        .set((
            plan_amendments::state.eq(a.state),
            plan_amendments::reason.eq(&a.reason),
            plan_amendments::changes.eq(&a.changes),
            plan_amendments::submitted_by.eq(a.submitted_by),
            plan_amendments::version.eq(a.version + 1),
        ))
        .execute(self.conn)?;
        amendment.version += 1;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }
}
