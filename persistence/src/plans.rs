//! Yearly training plans and their amendments (P2).

use diesel::prelude::*;
use xueshi_domain::registry::PlanState;

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::plan_items::{PlanItem, PlanItemVersion};
use crate::schema::{plan_amendments, training_plans};
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// A yearly training plan (P2).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = training_plans, treat_none_as_default_value = false)]
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

/// A change of an approved plan, which goes the way of a plan (P2).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_amendments, treat_none_as_default_value = false)]
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

impl Reader<'_> {
    /// The newest plan of a unit, year and title that was not rejected.
    ///
    /// # Errors
    /// On a database failure.
    pub fn training_plan_titled(
        &mut self,
        jurisdiction: Id,
        unit: Id,
        year: i32,
        title: &str,
    ) -> Result<Option<TrainingPlan>, StoreError> {
        Ok(training_plans::table
            .filter(training_plans::jurisdiction_id.eq(jurisdiction))
            .filter(training_plans::organization_id.eq(unit))
            .filter(training_plans::year.eq(year))
            .filter(training_plans::title.eq(title))
            .filter(training_plans::state.ne(Word(PlanState::Rejected)))
            .order(training_plans::id.desc())
            .select(TrainingPlan::as_select())
            .first(self.conn)
            .optional()?)
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
