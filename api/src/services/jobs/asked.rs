//! What is asked for and then done by a job: the job that waits, and the import or export whose row stands beside it.

use serde::Serialize;
use xueshi_domain::job::{JobEvent, JobKind, JobRoad, JobState};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Export, Id, Import, Job, Moment, Reader, Slice, StoreError, Word, Writer,
};

use super::runner::JobKey;
use crate::dto::exports::ExportDto;
use crate::dto::imports::ImportDto;
use crate::problem::Problem;
use crate::services::Reply;

/// A job that waits for a worker: asked for by an account, nobody at the operator's command line, that acts for a unit.
#[must_use]
pub fn queued(
    kind: JobKind,
    (jurisdiction_id, id): JobKey,
    (created_by, unit_id): (Option<Id>, Id),
    total: i64,
    now: Moment,
) -> Job {
    Job {
        jurisdiction_id,
        id,
        kind: Word(kind),
        state: Word(JobState::Queued),
        year: None,
        cursor: None,
        done: 0,
        total,
        rate: None,
        failed_items: 0,
        failure: None,
        cancel_requested: false,
        created_by,
        unit_id,
        created_at: now,
        started_at: None,
        updated_at: now,
        finished_at: None,
        version: 1,
    }
}

/// The job of something that was stored together with it.
///
/// # Errors
/// When it is not there.
pub fn job_of(reader: &mut Reader<'_>, (city, id): JobKey) -> Result<Job, Problem> {
    reader.job(city, id)?.ok_or_else(|| Problem::internal(format!("the job {id} is missing")))
}

/// Queues a job again that was cancelled or given up; where it goes on is its cursor's. It is not stored yet.
///
/// # Errors
/// 409 `wrong-state` in every other state.
pub fn queue_again(job: &mut Job) -> Result<(), Problem> {
    job.state = Word(step::<JobRoad>(job.state.0, JobEvent::Resume)?);
    (job.cancel_requested, job.failure, job.finished_at) = (false, None, None);
    Ok(())
}

/// A row that stands beside the job that does it: an import, or an export.
pub trait Beside: Sized {
    /// What the API shows of it.
    type Dto: Serialize;

    /// The row of a job.
    ///
    /// # Errors
    /// On a database failure.
    fn of(reader: &mut Reader<'_>, job: &Job) -> Result<Option<Self>, StoreError>;

    /// Its job.
    fn job(&self) -> JobKey;

    /// As the API shows it.
    fn shown(&self, job: &Job) -> Self::Dto;

    /// Stores when it was over, or that it is not.
    ///
    /// # Errors
    /// On a database failure.
    fn save_end(&mut self, writer: &mut Writer<'_>, at: Option<Moment>) -> Result<(), StoreError>;
}

impl Beside for Import {
    type Dto = ImportDto;

    fn of(reader: &mut Reader<'_>, job: &Job) -> Result<Option<Self>, StoreError> {
        reader.import_of_job(job.jurisdiction_id, job.id)
    }

    fn job(&self) -> JobKey {
        (self.jurisdiction_id, self.job_id)
    }

    fn shown(&self, job: &Job) -> ImportDto {
        ImportDto::new(self, job)
    }

    fn save_end(&mut self, writer: &mut Writer<'_>, at: Option<Moment>) -> Result<(), StoreError> {
        self.finished_at = at;
        writer.save_import(self)
    }
}

impl Beside for Export {
    type Dto = ExportDto;

    fn of(reader: &mut Reader<'_>, job: &Job) -> Result<Option<Self>, StoreError> {
        reader.export(job.jurisdiction_id, job.id)
    }

    fn job(&self) -> JobKey {
        (self.jurisdiction_id, self.job_id)
    }

    fn shown(&self, job: &Job) -> ExportDto {
        ExportDto::new(self, job)
    }

    fn save_end(&mut self, writer: &mut Writer<'_>, at: Option<Moment>) -> Result<(), StoreError> {
        self.finished_at = at;
        writer.save_export(self)
    }
}

/// Rows as the API shows them, each with its job.
///
/// # Errors
/// On a database failure.
pub fn shown<T: Beside>(
    reader: &mut Reader<'_>,
    found: &Slice<T>,
) -> Result<Slice<T::Dto>, Problem> {
    let rows = found.rows.iter().map(|row| {
        let job = job_of(reader, row.job())?;
        Ok(row.shown(&job))
    });
    Ok(Slice { rows: rows.collect::<Result<_, Problem>>()?, total: found.total })
}

/// 202: it is being done, at the address of its job.
pub fn accepted<T: Beside>(row: &T, job: &Job) -> Reply<T::Dto> {
    Reply::accepted(row.shown(job)).at(&format!("/v1/jobs/{}", job.id))
}

/// Takes up what was cancelled, or given up by a failure of the service, where it stood.
///
/// # Errors
/// As [`queue_again`].
pub fn resume<T: Beside>(
    writer: &mut Writer<'_>,
    (mut row, mut job): (T, Job),
) -> Result<Reply<T::Dto>, Problem> {
    queue_again(&mut job)?;
    writer.save_job(&mut job)?;
    row.save_end(writer, None)?;
    Ok(accepted(&row, &job))
}

/// Notes when something was over whose job was stopped.
///
/// # Errors
/// On a database failure.
pub fn close<T: Beside>(writer: &mut Writer<'_>, job: &Job) -> Result<(), Problem> {
    let Some(mut row) = T::of(writer, job)? else { return Ok(()) };
    let now = Moment(writer.now());
    Ok(row.save_end(writer, Some(now))?)
}
