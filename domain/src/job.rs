//! Long work: jobs that report progress, can be cancelled, and go on after a restart.

use crate::workflow::Road;

text_enum! {
    /// What a job does.
    pub enum JobKind {
        /// Settling a year (A3).
        Settlement = "settlement",
        /// Taking a file of rows in (ADR 0024).
        Import = "import",
        /// Taking a list out as a file (ADR 0026).
        Export = "export",
    }
}

text_enum! {
    /// How far a job has come.
    pub enum JobState {
        /// Waiting for a worker.
        Queued = "queued",
        /// Being worked on, or interrupted and about to go on.
        Running = "running",
        /// Done.
        Succeeded = "succeeded",
        /// Given up; what it had done stands.
        Failed = "failed",
        /// Stopped by someone; what it had done stands.
        Cancelled = "cancelled",
    }
}

impl JobState {
    /// A worker has something to do.
    pub const RUNNABLE: &'static [Self] = &[Self::Queued, Self::Running];

    /// Whether nobody works on it any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        !Self::RUNNABLE.contains(&self)
    }
}

text_enum! {
    /// What happens to a job.
    pub enum JobEvent {
        /// A worker takes it.
        Start = "start",
        /// Everything is done.
        Succeed = "succeed",
        /// It cannot go on.
        Fail = "fail",
        /// Someone stops it.
        Cancel = "cancel",
        /// It is asked for again and goes on where it was.
        Resume = "resume",
    }
}

/// The states of a job.
#[derive(Debug)]
pub struct JobRoad;

impl Road for JobRoad {
    type State = JobState;
    type Event = JobEvent;
    const NAME: &'static str = "job";

    fn next(state: JobState, event: JobEvent) -> Option<JobState> {
        match (state, event) {
            (JobState::Queued | JobState::Running, JobEvent::Start) => Some(JobState::Running),
            (JobState::Running, JobEvent::Succeed) => Some(JobState::Succeeded),
            (JobState::Queued | JobState::Running, JobEvent::Fail) => Some(JobState::Failed),
            (JobState::Queued | JobState::Running, JobEvent::Cancel) => Some(JobState::Cancelled),
            (JobState::Failed | JobState::Cancelled, JobEvent::Resume) => Some(JobState::Queued),
            (JobState::Queued, JobEvent::Succeed | JobEvent::Resume)
            | (JobState::Running, JobEvent::Resume)
            | (
                JobState::Succeeded,
                JobEvent::Start
                | JobEvent::Succeed
                | JobEvent::Fail
                | JobEvent::Cancel
                | JobEvent::Resume,
            )
            | (
                JobState::Failed | JobState::Cancelled,
                JobEvent::Start | JobEvent::Succeed | JobEvent::Fail | JobEvent::Cancel,
            ) => None,
        }
    }
}
