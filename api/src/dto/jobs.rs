//! Long work on the wire.

use serde::Serialize;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;
use xueshi_domain::job::{JobKind, JobState};
use xueshi_persistence::{Job, JobError};

use super::{Timestamp, words};

/// A piece of long work and how far it has come.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobDto {
    /// Its id.
    pub id: Uuid,
    /// What it does.
    #[schema(value_type = words::JobKind)]
    pub kind: JobKind,
    /// How far it has come.
    #[schema(value_type = words::JobState)]
    pub state: JobState,
    /// The year that it is about.
    #[schema(required = true)]
    pub year: Option<i32>,
    /// Things done.
    #[schema(minimum = 0)]
    pub done: i64,
    /// Things to be done, as far as is known.
    #[schema(minimum = 0)]
    pub total: i64,
    /// Things done in a second, as last measured.
    #[schema(required = true)]
    pub rate: Option<f64>,
    /// Seconds that it will go on for at that rate.
    #[schema(required = true)]
    pub seconds_left: Option<i64>,
    /// When it will be over at that rate.
    #[schema(required = true)]
    pub eta: Option<Timestamp>,
    /// Things that could not be done.
    #[schema(minimum = 0)]
    pub failed_items: i32,
    /// The first hundred of them.
    pub errors: Vec<JobErrorDto>,
    /// Why it was given up: a code.
    #[schema(required = true)]
    pub failure: Option<String>,
    /// Whether someone has asked to stop it.
    pub cancel_requested: bool,
    /// Where its result is.
    #[schema(required = true)]
    pub result: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was begun.
    #[schema(required = true)]
    pub started_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was over.
    #[schema(required = true)]
    pub finished_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: i32,
}

/// One thing that a job could not do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JobItemError)]
pub struct JobErrorDto {
    /// Which thing, such as `professional:` and an id.
    pub item: String,
    /// A problem code.
    pub code: String,
    /// What was wrong.
    pub detail: String,
}

impl JobDto {
    /// A job as of now.
    #[must_use]
    pub fn new(job: &Job, errors: &[JobError], now: OffsetDateTime) -> Self {
        let left = (job.total - job.done).max(0);
        let over = job.state.0.is_over();
        let rate = job.rate.filter(|rate| *rate > 0 && !over);
        // `rate` is in 1,000 seconds; a begun second counts.
        let seconds_left = rate.map(|rate| left.saturating_mul(1_000).div_euclid(rate) + 1);
        let eta = seconds_left.and_then(|seconds| now.checked_add(Duration::seconds(seconds)));
        Self {
            id: job.id.0,
            kind: job.kind.0,
            state: job.state.0,
            year: job.year,
            done: job.done,
            total: job.total,
            #[allow(clippy::cast_precision_loss, reason = "a rate is shown, not counted with")]
            rate: job.rate.map(|rate| rate as f64 / 1_000.0),
            seconds_left,
            eta: eta.map(Timestamp::from),
            failed_items: job.failed_items,
            errors: errors.iter().map(JobErrorDto::from).collect(),
            failure: job.failure.clone(),
            cancel_requested: job.cancel_requested,
            result: result(job),
            created_at: job.created_at.into(),
            started_at: job.started_at.map(Timestamp::from),
            updated_at: job.updated_at.into(),
            finished_at: job.finished_at.map(Timestamp::from),
            version: job.version,
        }
    }
}

/// Where the result of a job is.
fn result(job: &Job) -> Option<String> {
    match job.kind.0 {
        // What was wrong can be read before it is over.
        JobKind::Import => Some(format!("/v1/imports/{}", job.id)),
        JobKind::Export => Some(format!("/v1/exports/{}", job.id)),
        JobKind::Settlement if job.state.0 != JobState::Succeeded => None,
        JobKind::Settlement => job.year.map(|year| format!("/v1/settlements/{year}")),
    }
}

impl From<&JobError> for JobErrorDto {
    fn from(error: &JobError) -> Self {
        Self { item: error.item.clone(), code: error.code.clone(), detail: error.detail.clone() }
    }
}
