//! What was learnt, and where: platforms, plans, classes and the completions that they deliver.

use diesel::prelude::*;
use time::Date;
use xueshi_domain::learning::{Subject, Way};

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::{classes, filings, learning_records, plan_items, platforms, training_plans};
use crate::scope::Scope;
use crate::store::{Reader, Writer};
use xueshi_domain::registry::{FilingState, LearningSource, PlanState};

/// A free learning platform (H6). Whether it is listed for a year is part of that year's policy.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = platforms)]
pub struct Platform {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its short name.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: Option<String>,
    /// Grows with every change.
    pub version: i32,
    /// When it was added.
    pub created_at: Moment,
}

/// The filing of a training unit for a year (P1).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = filings)]
pub struct Filing {
    /// The city.
    pub jurisdiction_id: Id,
    /// The unit.
    pub organization_id: Id,
    /// The year.
    pub year: i32,
    /// Whether it stands.
    pub state: Word<FilingState>,
    /// When that was decided.
    pub decided_at: Moment,
}

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
    /// Grows with every change.
    pub version: i32,
    /// When it was begun.
    pub created_at: Moment,
}

/// An item of a training plan (P2).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
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
}

/// A class that was or will be held (P3).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = classes)]
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
    /// The item of a plan that it stands on.
    pub item: Option<PlanItem>,
    /// That plan.
    pub plan: Option<TrainingPlan>,
    /// The filing of the unit that holds it, for the year in which it ended.
    pub filing: Option<FilingState>,
}

/// A completion delivered by a platform or a roster.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = learning_records)]
pub struct LearningRecord {
    /// The city.
    pub jurisdiction_id: Id,
    /// Who learnt.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The year in which the learning ended (H2).
    pub year: i32,
    /// Who delivered it.
    pub source: Word<LearningSource>,
    /// Public or professional.
    pub subject: Word<Subject>,
    /// In what form.
    pub way: Word<Way>,
    /// What was learnt.
    pub title: String,
    /// Hours.
    pub hours: Tenths,
    /// First day.
    pub started_on: Date,
    /// Last day.
    pub completed_on: Date,
    /// Whether it was passed.
    pub passed: bool,
    /// The platform, for a platform's completion.
    pub platform_code: Option<String>,
    /// The platform's own name for the course.
    pub course_code: Option<String>,
    /// The class, for a roster's line.
    pub class_id: Option<Id>,
    /// The advanced seminar, for what a closed one gave (P6).
    pub seminar_id: Option<Id>,
    /// Whether a standing declaration rests on it.
    pub declared: bool,
    /// When it was delivered.
    pub created_at: Moment,
}

/// Which learning records a list shows.
#[derive(Debug, Clone, Default)]
pub struct LearningRecordFilter {
    /// Only of this year.
    pub year: Option<i32>,
    /// Only of this subject.
    pub subject: Option<Subject>,
    /// Only of this person.
    pub professional: Option<Id>,
    /// Only declared, or only undeclared ones.
    pub declared: Option<bool>,
}

impl Reader<'_> {
    /// All platforms of a city, by code.
    ///
    /// # Errors
    /// On a database failure.
    pub fn platforms(&mut self, jurisdiction: Id) -> Result<Vec<Platform>, StoreError> {
        Ok(platforms::table
            .filter(platforms::jurisdiction_id.eq(jurisdiction))
            .order(platforms::code.asc())
            .select(Platform::as_select())
            .load(self.conn)?)
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
        let class = classes::table
            .find((jurisdiction, class))
            .select(Class::as_select())
            .first(self.conn)
            .optional()?;
        let Some(class) = class else { return Ok(None) };
        let item = match class.plan_item_id {
            Some(item) => plan_items::table
                .find((jurisdiction, item))
                .select(PlanItem::as_select())
                .first(self.conn)
                .optional()?,
            None => None,
        };
        let plan = match &item {
            Some(item) => training_plans::table
                .find((jurisdiction, item.plan_id))
                .select(TrainingPlan::as_select())
                .first(self.conn)
                .optional()?,
            None => None,
        };
        let filing = filings::table
            .find((jurisdiction, class.organization_id, class.ends_on.year()))
            .select(filings::state)
            .first::<Word<FilingState>>(self.conn)
            .optional()?;
        Ok(Some(ClassFiling { class, item, plan, filing: filing.map(|state| state.0) }))
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

    /// The learning records of a class: its roster.
    ///
    /// # Errors
    /// On a database failure.
    pub fn roster(
        &mut self,
        jurisdiction: Id,
        class: Id,
        page: Page<Id>,
    ) -> Result<Slice<LearningRecord>, StoreError> {
        let matching = || -> learning_records::BoxedQuery<'static, AnyBackend> {
            learning_records::table
                .into_boxed()
                .filter(learning_records::jurisdiction_id.eq(jurisdiction))
                .filter(learning_records::class_id.eq(class))
        };
        self.learning_record_slice(matching, page)
    }

    /// A learning record, if the scope covers it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_learning_record(
        &mut self,
        scope: &Scope,
        id: Id,
    ) -> Result<Option<LearningRecord>, StoreError> {
        Ok(learning_records::table
            .filter(learning_records::id.eq(id))
            .filter(scope.learning_records())
            .select(LearningRecord::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A person's learning record.
    ///
    /// # Errors
    /// On a database failure.
    pub fn learning_record(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        id: Id,
    ) -> Result<Option<LearningRecord>, StoreError> {
        Ok(learning_records::table
            .find((jurisdiction, professional, id))
            .select(LearningRecord::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// What the roster of a class says of a person, or an upheld appeal (H7, V8).
    ///
    /// # Errors
    /// On a database failure.
    pub fn class_completion(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        class: Id,
    ) -> Result<Option<LearningRecord>, StoreError> {
        Ok(learning_records::table
            .filter(learning_records::jurisdiction_id.eq(jurisdiction))
            .filter(learning_records::professional_id.eq(professional))
            .filter(learning_records::class_id.eq(class))
            .select(LearningRecord::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The completion that a platform has already delivered for a course (H7).
    ///
    /// # Errors
    /// On a database failure.
    pub fn platform_completion(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        platform: &str,
        course: &str,
    ) -> Result<Option<LearningRecord>, StoreError> {
        Ok(learning_records::table
            .filter(learning_records::jurisdiction_id.eq(jurisdiction))
            .filter(learning_records::professional_id.eq(professional))
            .filter(learning_records::platform_code.eq(platform))
            .filter(learning_records::course_code.eq(course))
            .select(LearningRecord::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The learning records of a scope, in the order in which they were delivered.
    ///
    /// # Errors
    /// On a database failure.
    pub fn learning_records(
        &mut self,
        scope: &Scope,
        filter: &LearningRecordFilter,
        page: Page<Id>,
    ) -> Result<Slice<LearningRecord>, StoreError> {
        let matching = || -> learning_records::BoxedQuery<'static, AnyBackend> {
            let mut query = learning_records::table.into_boxed().filter(scope.learning_records());
            if let Some(year) = filter.year {
                query = query.filter(learning_records::year.eq(year));
            }
            if let Some(subject) = filter.subject {
                query = query.filter(learning_records::subject.eq(Word(subject)));
            }
            if let Some(professional) = filter.professional {
                query = query.filter(learning_records::professional_id.eq(professional));
            }
            if let Some(declared) = filter.declared {
                query = query.filter(learning_records::declared.eq(declared));
            }
            query
        };
        self.learning_record_slice(matching, page)
    }

    fn learning_record_slice(
        &mut self,
        matching: impl Fn() -> learning_records::BoxedQuery<'static, AnyBackend>,
        page: Page<Id>,
    ) -> Result<Slice<LearningRecord>, StoreError> {
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(learning_records::id.lt(after)),
                false => query.filter(learning_records::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(learning_records::id.desc()),
            false => query.order(learning_records::id.asc()),
        };
        let rows = query.select(LearningRecord::as_select()).limit(page.limit).load(self.conn)?;
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
    /// Adds a platform.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when its code is in use.
    pub fn insert_platform(&mut self, platform: &Platform) -> Result<(), StoreError> {
        diesel::insert_into(platforms::table).values(platform).execute(self.conn)?;
        Ok(())
    }

    /// Adds a filing.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the unit already has one for the year.
    pub fn insert_filing(&mut self, filing: &Filing) -> Result<(), StoreError> {
        diesel::insert_into(filings::table).values(filing).execute(self.conn)?;
        Ok(())
    }

    /// Adds a training plan with its items.
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
            diesel::insert_into(plan_items::table).values(item).execute(self.conn)?;
        }
        Ok(())
    }

    /// Adds a class.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_class(&mut self, class: &Class) -> Result<(), StoreError> {
        diesel::insert_into(classes::table).values(class).execute(self.conn)?;
        Ok(())
    }

    /// Adds a learning record.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the same class or course is already there for the person (H7).
    pub fn insert_learning_record(&mut self, record: &LearningRecord) -> Result<(), StoreError> {
        diesel::insert_into(learning_records::table).values(record).execute(self.conn)?;
        Ok(())
    }

    /// Notes whether a standing declaration rests on a learning record.
    ///
    /// # Errors
    /// On a database failure.
    pub fn set_declared(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        record: Id,
        declared: bool,
    ) -> Result<(), StoreError> {
        diesel::update(learning_records::table.find((jurisdiction, professional, record)))
            .set(learning_records::declared.eq(declared))
            .execute(self.conn)?;
        Ok(())
    }
}
