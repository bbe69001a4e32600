//! Long work: who may look at a job and stop it, and the worker that does it.

pub mod asked;
pub mod runner;

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::job::{JobEvent, JobKind, JobRoad, JobState};
use xueshi_domain::workflow::step;
use xueshi_persistence::{Id, Job, JobError, Moment, Reader, Word, Writer};

use super::{Asker, Reply};
use crate::dto::jobs::JobDto;
use crate::extract::IfMatch;
use crate::problem::{Code, Problem};

/// Things that could not be done, as many as a job shows.
const SHOWN: i64 = 100;

/// How far a batch has brought a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is more to do.
    More,
    /// Everything is done.
    Done,
    /// Everything was tried, and something could not be done: a code.
    Failed(&'static str),
}

/// What stopping a job of this kind needs; nothing more than having asked for it where this is none.
const fn permission(kind: JobKind) -> Option<Permission> {
    match kind {
        JobKind::Settlement => Some(Permission::SettleYears),
        JobKind::Import | JobKind::Export => None,
    }
}

/// A job that the asker may see: their own, or one of a unit whose records they read.
///
/// # Errors
/// 404 for every other.
pub fn visible(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Job, Problem> {
    let not_found = || Problem::new(Code::NotFound);
    let job = reader.job(asker.jurisdiction, Id(id))?.ok_or_else(not_found)?;
    if job.created_by == Some(asker.account()) {
        return Ok(job);
    }
    let unit = reader.organization(job.jurisdiction_id, job.unit_id)?.ok_or_else(not_found)?;
    match asker.scope(Permission::ReadRecords).covers(&unit.path) {
        true => Ok(job),
        false => Err(not_found()),
    }
}

/// The first things that a job could not do.
///
/// # Errors
/// On a database failure.
pub fn first_errors(reader: &mut Reader<'_>, job: &Job) -> Result<Vec<JobError>, Problem> {
    if job.failed_items == 0 {
        return Ok(Vec::new());
    }
    Ok(reader.job_errors(job.jurisdiction_id, job.id, SHOWN)?)
}

/// A job with its progress.
///
/// # Errors
/// 404 as [`visible`].
pub fn read(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<JobDto, Problem> {
    let job = visible(reader, asker, id)?;
    let errors = first_errors(reader, &job)?;
    Ok(JobDto::new(&job, &errors, reader.now()))
}

/// Stops a job: at once while nobody works on it, otherwise behind the batch that is being worked on. What it has done stands.
///
/// # Errors
/// 403 for those who may see it and not ask for it; 409 `wrong-state` when it is over; 412 on a stale version.
pub fn cancel(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &IfMatch,
) -> Result<Reply<JobDto>, Problem> {
    let mut job = visible(writer, asker, id)?;
    match permission(job.kind.0) {
        Some(permission) => {
            let unit = writer.organization(job.jurisdiction_id, job.unit_id)?;
            let path = unit.map(|unit| unit.path).unwrap_or_default();
            asker.acting_for(permission, &path)?;
        }
        None if job.created_by == Some(asker.account()) => {}
        None => return Err(Problem::new(Code::Forbidden)),
    }
    condition.check(job.version.into())?;
    let cancelled = step::<JobRoad>(job.state.0, JobEvent::Cancel)?;
    job.cancel_requested = true;
    if job.state.0 == JobState::Queued {
        end(&mut job, cancelled, Moment(writer.now()));
    }
    writer.save_job(&mut job)?;
    if job.state.0.is_over() {
        runner::close(writer, &job)?;
    }
    let version = job.version;
    Ok(Reply::ok(JobDto::new(&job, &[], writer.now())).version(version))
}

/// Notes how a job ended.
fn end(job: &mut Job, state: JobState, now: Moment) {
    job.state = Word(state);
    job.finished_at = Some(now);
}
