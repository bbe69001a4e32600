//! What was learnt: platforms, and the completions that they and rosters deliver.

use std::collections::HashMap;

use diesel::prelude::*;
use time::Date;
use xueshi_domain::learning::{Subject, Way};

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::{AnyBackend, AnyConnection, few_lengths, on_either};
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::prepared::Prepared;
use crate::schema::{learning_records, platforms};
use crate::scope::Scope;
use crate::store::{Reader, Writer};
use xueshi_domain::registry::LearningSource;

/// Rows in one statement: SQLite takes 32,766 values in one.
const AT_ONCE: usize = 1_000;

/// A free learning platform (H6). Whether it is listed for a year is part of that year's policy.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = platforms, treat_none_as_default_value = false)]
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

/// A completion delivered by a platform or a roster.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = learning_records, treat_none_as_default_value = false)]
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
    /// The hours that a corrected roster says, while a declaration holds the record fast (P4).
    pub corrected_hours: Option<Tenths>,
    /// The result that it says then.
    pub corrected_passed: Option<bool>,
    /// When it was delivered.
    pub created_at: Moment,
}

impl LearningRecord {
    /// Takes a correction over that waited (P4). Whether there was one. What was decided on an appeal stands (V8): there a roster
    /// says that it disagrees, and no more.
    pub fn take_correction(&mut self) -> bool {
        if self.source.0 == LearningSource::Appeal {
            return false;
        }
        let Some(hours) = self.corrected_hours.take() else { return false };
        self.hours = hours;
        self.passed = self.corrected_passed.take().unwrap_or(self.passed);
        true
    }
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
    /// Only those whose roster says something else than the declared hours, or only the others (P4).
    pub correction_needed: Option<bool>,
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
        Ok(on_either!(self.conn, |conn| learning_records::table
            .find((jurisdiction, professional, id))
            .select(LearningRecord::as_select())
            .first(conn)
            .optional()?))
    }

    /// Some learning records of a person, by their ids.
    ///
    /// # Errors
    /// On a database failure.
    pub fn learning_records_by_id(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        ids: &[Id],
    ) -> Result<HashMap<Id, LearningRecord>, StoreError> {
        let mut ids = ids.to_vec();
        let few = few_lengths(&mut ids);
        let found: Vec<LearningRecord> = on_either!(self.conn, |conn| {
            let some = learning_records::table
                .filter(learning_records::jurisdiction_id.eq(jurisdiction))
                .filter(learning_records::professional_id.eq(professional))
                .filter(learning_records::id.eq_any(ids))
                .select(LearningRecord::as_select());
            if few { Prepared(some).load(conn)? } else { some.load(conn)? }
        });
        Ok(found.into_iter().map(|record| (record.id, record)).collect())
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

    /// The record that a person already has from an advanced seminar (H7, P6).
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_completion(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        seminar: Id,
    ) -> Result<Option<LearningRecord>, StoreError> {
        Ok(learning_records::table
            .filter(learning_records::jurisdiction_id.eq(jurisdiction))
            .filter(learning_records::professional_id.eq(professional))
            .filter(learning_records::seminar_id.eq(seminar))
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
            match filter.correction_needed {
                Some(true) => query = query.filter(learning_records::corrected_hours.is_not_null()),
                Some(false) => query = query.filter(learning_records::corrected_hours.is_null()),
                None => {}
            }
            query
        };
        self.learning_record_slice(matching, page)
    }

    /// Completed learning of a year that was passed and is not declared, the oldest records of a person first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn learning_to_declare(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
        most: i64,
    ) -> Result<Vec<LearningRecord>, StoreError> {
        Ok(on_either!(self.conn, |conn| learning_records::table
            .filter(learning_records::jurisdiction_id.eq(jurisdiction))
            .filter(learning_records::professional_id.eq(professional))
            .filter(learning_records::year.eq(year))
            .filter(learning_records::declared.eq(false))
            .filter(learning_records::passed.eq(true))
            .order(learning_records::id.asc())
            .limit(most)
            .select(LearningRecord::as_select())
            .load(conn)?))
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

impl Writer<'_> {
    /// Adds a platform.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when its code is in use.
    pub fn insert_platform(&mut self, platform: &Platform) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(platforms::table)
            .values(platform)
            .execute(conn))?;
        Ok(())
    }

    /// Adds a learning record.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the same class or course is already there for the person (H7).
    pub fn insert_learning_record(&mut self, record: &LearningRecord) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(learning_records::table)
            .values(record)
            .execute(conn))?;
        Ok(())
    }

    /// Keeps many completions, in a few statements.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when one of them is there already (H7).
    pub fn insert_learning_records(&mut self, rows: &[LearningRecord]) -> Result<(), StoreError> {
        for rows in rows.chunks(AT_ONCE) {
            // A batch insert has no common form for both: the same statement, for each by itself.
            match &mut *self.conn {
                AnyConnection::Sqlite(conn) => {
                    diesel::insert_into(learning_records::table).values(rows).execute(conn)?
                }
                AnyConnection::Postgres(conn) => {
                    diesel::insert_into(learning_records::table).values(rows).execute(conn)?
                }
            };
        }
        Ok(())
    }

    /// Notes whether a standing declaration rests on a learning record. A correction of its roster that had to wait for the
    /// declaration takes effect when it no longer stands (P4): then the record is given as it is now, for it has to be told of.
    ///
    /// # Errors
    /// On a database failure.
    pub fn set_declared(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        record: Id,
        declared: bool,
    ) -> Result<Option<LearningRecord>, StoreError> {
        let found = learning_records::table.find((jurisdiction, professional, record));
        let update = diesel::update(found).set(learning_records::declared.eq(declared));
        self.conn.run(update)?;
        if declared {
            return Ok(None);
        }
        let Some(mut record) = self.learning_record(jurisdiction, professional, record)? else {
            return Ok(None);
        };
        if !record.take_correction() {
            return Ok(None);
        }
        self.save_learning_record(&record)?;
        Ok(Some(record))
    }

    /// Stores what a platform says of its completion by now, while nothing rests on it (ADR 0023).
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_platform_completion(&mut self, record: &LearningRecord) -> Result<(), StoreError> {
        let r = record;
        let found = learning_records::table.find((r.jurisdiction_id, r.professional_id, r.id));
        diesel::update(found)
            .set((
                learning_records::year.eq(r.year),
                learning_records::title.eq(&r.title),
                learning_records::hours.eq(r.hours),
                learning_records::started_on.eq(r.started_on),
                learning_records::completed_on.eq(r.completed_on),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Stores what a roster says of a record by now: hours, result, and a correction that waits.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_learning_record(&mut self, record: &LearningRecord) -> Result<(), StoreError> {
        let r = record;
        let found = learning_records::table.find((r.jurisdiction_id, r.professional_id, r.id));
        self.conn.run(diesel::update(found).set((
            learning_records::hours.eq(r.hours),
            learning_records::passed.eq(r.passed),
            learning_records::corrected_hours.eq(r.corrected_hours),
            learning_records::corrected_passed.eq(r.corrected_passed),
        )))?;
        Ok(())
    }
}
