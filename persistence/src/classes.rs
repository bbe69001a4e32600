//! Classes, with the plan and the filing that they stand on (P3, P5, H5).

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use time::Date;
use xueshi_domain::class::ClassState;
use xueshi_domain::learning::{Subject, Way};

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::filing::Filing;
use crate::page::{Page, Slice};
use crate::plan_items::{PlanItem, PlanItemVersion};
use crate::plans::TrainingPlan;
use crate::schema::{classes, plan_items, training_plans};
use crate::store::{Reader, Writer};

/// A class that was or will be held (P3).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = classes, treat_none_as_default_value = false)]
pub struct Class {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// Who holds it.
    pub organization_id: Id,
    /// The item of a plan that it stands on, if any (H5).
    pub plan_item_id: Option<Id>,
    /// Its title.
    pub title: String,
    /// Public or professional.
    pub subject: Word<Subject>,
    /// In what form.
    pub way: Word<Way>,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// Hours that it gives.
    pub hours: Tenths,
    /// Where.
    pub place: String,
    /// Where it stands.
    pub state: Word<ClassState>,
    /// Why it does not take place, when it does not.
    pub cancel_reason: Option<String>,
    /// The revision of its roster; 0 while none was handed in.
    pub roster_revision: i32,
    /// Grows with every change.
    pub version: i32,
    /// When it was added.
    pub created_at: Moment,
}

/// What the rules want to know about the filing behind a class (H5).
#[derive(Debug, Clone)]
pub struct ClassFiling {
    /// The class.
    pub class: Class,
    /// The item of a plan that it stands on, as it is today.
    pub item: Option<PlanItem>,
    /// What was approved of the item, oldest first.
    pub versions: Vec<PlanItemVersion>,
    /// That plan.
    pub plan: Option<TrainingPlan>,
    /// The filing of the unit that holds it, for the year in which it ended.
    pub filing: Option<Filing>,
}

impl Reader<'_> {
    /// A class of a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn class(&mut self, jurisdiction: Id, id: Id) -> Result<Option<Class>, StoreError> {
        Ok(classes::table
            .find((jurisdiction, id))
            .select(Class::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A class with the filing behind it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn class_filing(
        &mut self,
        jurisdiction: Id,
        class: Id,
    ) -> Result<Option<ClassFiling>, StoreError> {
        match self.class(jurisdiction, class)? {
            Some(class) => Ok(self.class_filings(jurisdiction, vec![class])?.pop()),
            None => Ok(None),
        }
    }

    /// The filing behind each of some classes of a city, in their order; what [`Reader::class_filing`] says of one,
    /// in four queries for all (H5).
    ///
    /// # Errors
    /// On a database failure.
    pub fn class_filings(
        &mut self,
        jurisdiction: Id,
        classes: Vec<Class>,
    ) -> Result<Vec<ClassFiling>, StoreError> {
        let wanted: BTreeSet<Id> = classes.iter().filter_map(|class| class.plan_item_id).collect();
        let versions = self.item_versions(jurisdiction, wanted.clone())?;
        let items: HashMap<Id, PlanItem> = plan_items::table
            .filter(plan_items::jurisdiction_id.eq(jurisdiction))
            .filter(plan_items::id.eq_any(wanted))
            .select(PlanItem::as_select())
            .load(self.conn)?
            .into_iter()
            .map(|item| (item.id, item))
            .collect();
        let wanted: BTreeSet<Id> = items.values().map(|item| item.plan_id).collect();
        let plans: HashMap<Id, TrainingPlan> = training_plans::table
            .filter(training_plans::jurisdiction_id.eq(jurisdiction))
            .filter(training_plans::id.eq_any(wanted))
            .select(TrainingPlan::as_select())
            .load(self.conn)?
            .into_iter()
            .map(|plan| (plan.id, plan))
            .collect();
        let units = classes.iter().map(|class| class.organization_id).collect();
        let filed: HashMap<(Id, i32), Filing> = self
            .filings_of(jurisdiction, units)?
            .into_iter()
            .map(|filing| ((filing.organization_id, filing.year), filing))
            .collect();
        let with_filing = |class: Class| {
            let item = class.plan_item_id.and_then(|item| items.get(&item)).cloned();
            let plan = item.as_ref().and_then(|item| plans.get(&item.plan_id)).cloned();
            let versions = item.as_ref().and_then(|item| versions.get(&item.id)).cloned();
            let versions = versions.unwrap_or_default();
            let filing = filed.get(&(class.organization_id, class.ends_on.year())).cloned();
            ClassFiling { class, item, versions, plan, filing }
        };
        Ok(classes.into_iter().map(with_filing).collect())
    }

    /// The classes of a city, by first day.
    ///
    /// # Errors
    /// On a database failure.
    pub fn classes(
        &mut self,
        jurisdiction: Id,
        year: Option<i32>,
        organization: Option<Id>,
        page: Page<(Date, Id)>,
    ) -> Result<Slice<Class>, StoreError> {
        let matching = || -> classes::BoxedQuery<'static, AnyBackend> {
            let mut query =
                classes::table.into_boxed().filter(classes::jurisdiction_id.eq(jurisdiction));
            if let Some((first, last)) = year.and_then(first_and_last) {
                query = query.filter(classes::ends_on.between(first, last));
            }
            if let Some(organization) = organization {
                query = query.filter(classes::organization_id.eq(organization));
            }
            query
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some((day, id)) = page.after {
            let same_day = classes::starts_on.eq(day);
            query =
                match page.descending {
                    true => query
                        .filter(classes::starts_on.lt(day).or(same_day.and(classes::id.lt(id)))),
                    false => query
                        .filter(classes::starts_on.gt(day).or(same_day.and(classes::id.gt(id)))),
                };
        }
        query = match page.descending {
            true => query.order((classes::starts_on.desc(), classes::id.desc())),
            false => query.order((classes::starts_on.asc(), classes::id.asc())),
        };
        let rows = query.select(Class::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

/// The first and the last day of a year.
fn first_and_last(year: i32) -> Option<(Date, Date)> {
    let first = Date::from_ordinal_date(year, 1).ok()?;
    let last = Date::from_calendar_date(year, time::Month::December, 31).ok()?;
    Some((first, last))
}

impl Writer<'_> {
    /// Adds a class.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_class(&mut self, class: &Class) -> Result<(), StoreError> {
        diesel::insert_into(classes::table).values(class).execute(self.conn)?;
        self.note_class(class, class.created_at, None)
    }

    /// Stores a changed class, if it is still in the state and version that it was read in. Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_class(&mut self, was: ClassState, class: &mut Class) -> Result<Saved, StoreError> {
        let c = &*class;
        let updated = diesel::update(
            classes::table
                .find((c.jurisdiction_id, c.id))
                .filter(classes::state.eq(Word(was)))
                .filter(classes::version.eq(c.version)),
        )
        .set((
            classes::plan_item_id.eq(c.plan_item_id),
            classes::title.eq(&c.title),
            classes::subject.eq(c.subject),
            classes::way.eq(c.way),
            classes::starts_on.eq(c.starts_on),
            classes::ends_on.eq(c.ends_on),
            classes::hours.eq(c.hours),
            classes::place.eq(&c.place),
            classes::state.eq(c.state),
            classes::cancel_reason.eq(&c.cancel_reason),
            classes::roster_revision.eq(c.roster_revision),
            classes::version.eq(c.version + 1),
        ))
        .execute(self.conn)?;
        class.version += 1;
        if updated != 1 {
            return Ok(Saved::Overtaken);
        }
        let now = Moment(self.now());
        self.note_class(class, now, None)?;
        Ok(Saved::Yes)
    }
}
