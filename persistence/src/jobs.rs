//! Long work: what is asked for, how far it has come, and what of it failed.

use diesel::prelude::*;
use xueshi_domain::job::{JobKind, JobState};

use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::schema::{job_errors, jobs};
use crate::store::{Reader, Writer};

/// A piece of long work.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = jobs, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Job {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// What it does.
    pub kind: Word<JobKind>,
    /// How far it has come.
    pub state: Word<JobState>,
    /// The year that it is about.
    pub year: Option<i32>,
    /// Where it goes on, in its kind's own words; stored in the transaction of the work before it.
    pub cursor: Option<String>,
    /// Things done.
    pub done: i64,
    /// Things to be done, as far as is known.
    pub total: i64,
    /// Things done in 1,000 seconds of real time, as last measured.
    pub rate: Option<i64>,
    /// Things that could not be done; see [`JobError`].
    pub failed_items: i32,
    /// Why it was given up.
    pub failure: Option<String>,
    /// Someone asked to stop it.
    pub cancel_requested: bool,
    /// Who asked for it; nobody when it was the operator's command line.
    pub created_by: Option<Id>,
    /// Acting for which unit.
    pub unit_id: Id,
    /// When it was asked for.
    pub created_at: Moment,
    /// When a worker took it first.
    pub started_at: Option<Moment>,
    /// When it was last changed.
    pub updated_at: Moment,
    /// When it was over.
    pub finished_at: Option<Moment>,
    /// Grows with every change.
    pub version: i32,
}

/// One thing that a job could not do. It never blocks the others.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = job_errors, treat_none_as_default_value = false)]
pub struct JobError {
    /// The city.
    pub jurisdiction_id: Id,
    /// The job.
    pub job_id: Id,
    /// 1, 2, 3 … within the job.
    pub number: i32,
    /// Which thing.
    pub item: String,
    /// A problem code.
    pub code: String,
    /// What was wrong, without personal data.
    pub detail: String,
}

impl Reader<'_> {
    /// A job of a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn job(&mut self, jurisdiction: Id, id: Id) -> Result<Option<Job>, StoreError> {
        let job = jobs::table.find((jurisdiction, id)).select(Job::as_select());
        Ok(job.first(self.conn).optional()?)
    }

    /// The job of any city that has waited longest for a worker, or was interrupted.
    ///
    /// # Errors
    /// On a database failure.
    pub fn runnable_job(&mut self) -> Result<Option<Job>, StoreError> {
        let runnable: Vec<_> = JobState::RUNNABLE.iter().copied().map(Word).collect();
        let waiting = jobs::table
            .filter(jobs::state.eq_any(runnable))
            .order((jobs::created_at.asc(), jobs::id.asc()))
            .select(Job::as_select());
        Ok(waiting.first(self.conn).optional()?)
    }

    /// The first things that a job could not do.
    ///
    /// # Errors
    /// On a database failure.
    pub fn job_errors(
        &mut self,
        jurisdiction: Id,
        job: Id,
        limit: i64,
    ) -> Result<Vec<JobError>, StoreError> {
        Ok(job_errors::table
            .filter(job_errors::jurisdiction_id.eq(jurisdiction))
            .filter(job_errors::job_id.eq(job))
            .order(job_errors::number.asc())
            .limit(limit)
            .select(JobError::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds a job.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_job(&mut self, job: &Job) -> Result<(), StoreError> {
        diesel::insert_into(jobs::table).values(job).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed job. Whoever changes it has read it in this transaction: of two workers on one job, one batch stands
    /// and the other is done anew behind it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was changed since it was read.
    pub fn save_job(&mut self, job: &mut Job) -> Result<(), StoreError> {
        let before = job.version;
        job.version += 1;
        job.updated_at = Moment(self.now());
        let guarded =
            jobs::table.find((job.jurisdiction_id, job.id)).filter(jobs::version.eq(before));
        let updated = diesel::update(guarded).set(&*job).execute(self.conn)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Notes a thing that a job could not do.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_job_error(&mut self, error: &JobError) -> Result<(), StoreError> {
        diesel::insert_into(job_errors::table).values(error).execute(self.conn)?;
        Ok(())
    }

    /// Forgets what a job could not do, before it is tried again.
    ///
    /// # Errors
    /// On a database failure.
    pub fn forget_job_errors(&mut self, jurisdiction: Id, job: Id) -> Result<(), StoreError> {
        let of_job = job_errors::table
            .filter(job_errors::jurisdiction_id.eq(jurisdiction))
            .filter(job_errors::job_id.eq(job));
        diesel::delete(of_job).execute(self.conn)?;
        Ok(())
    }
}
