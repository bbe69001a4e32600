//! How far long work has come, on standard error.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use xueshi_persistence::{Job, Reader, StoreError};

use super::output::CommandError;
use super::settle::failed;
use crate::services::jobs::runner::{self, JobKey, Tools};

/// Time between two lines where there is no terminal.
const LINE: Duration = Duration::from_secs(2);
/// Real time between two looks at a job that another process does.
const LOOK: Duration = Duration::from_millis(300);

/// A progress bar on a terminal, plain lines elsewhere; both on standard error, so that the result stays alone on standard output.
pub(super) struct Progress {
    what: String,
    bar: Option<ProgressBar>,
    last: Option<Instant>,
}

impl Progress {
    /// The progress of something, such as `settling 2023`.
    pub(super) fn new(what: String) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            let template =
                "{msg} [{bar:40}] {human_pos}/{human_len} {percent}% {per_sec}, {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_message(what.clone());
            bar
        });
        Self { what, bar, last: None }
    }

    /// Shows how far it has come.
    pub(super) fn show(&mut self, job: &Job) {
        let (done, total) = (job.done, job.total.max(job.done));
        if let Some(bar) = &self.bar {
            if self.last.is_none() {
                self.last = Some(Instant::now());
                // What an earlier run had done does not count for the pace.
                bar.reset_eta();
            }
            bar.set_length(u64::try_from(total).unwrap_or(0));
            bar.set_position(u64::try_from(done).unwrap_or(0));
            return;
        }
        let due = self.last.is_none_or(|last| last.elapsed() >= LINE);
        if due || job.state.0.is_over() {
            self.last = Some(Instant::now());
            let rate = job.rate.map(|rate| format!(", {} a second", rate / 1_000));
            let percent = if total > 0 { done * 100 / total } else { 100 };
            let rate = rate.unwrap_or_default();
            let left = seconds_left(job).map(|left| format!(", {left} s left"));
            let left = left.unwrap_or_default();
            eprintln!("{}: {done} of {total} ({percent} %){rate}{left}", self.what);
        }
    }

    /// Shows how far something has come that is no job.
    pub(super) fn count(&mut self, done: i64, total: i64, is_over: bool) {
        let total = total.max(done);
        if let Some(bar) = &self.bar {
            bar.set_length(u64::try_from(total).unwrap_or(0));
            bar.set_position(u64::try_from(done).unwrap_or(0));
            return;
        }
        if is_over || self.last.is_none_or(|last| last.elapsed() >= LINE) {
            self.last = Some(Instant::now());
            eprintln!("{}: {done} of {total}", self.what);
        }
    }

    /// It is over.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Seconds that a job will go on for at its rate.
fn seconds_left(job: &Job) -> Option<i64> {
    let rate = job.rate.filter(|rate| *rate > 0 && !job.state.0.is_over())?;
    let left = (job.total - job.done).max(0);
    Some(left.saturating_mul(1_000).div_euclid(rate) + 1)
}

/// Does the job, or watches another process do it, until it is over.
pub(super) async fn work(
    tools: &Tools,
    key: JobKey,
    what: String,
    batch: u32,
) -> Result<(), CommandError> {
    let mut progress = Progress::new(what);
    loop {
        if let Some(_lock) = runner::try_lock(&tools.store).await.map_err(failed)? {
            let over = runner::run(tools, key, batch, |job| progress.show(job)).await;
            progress.end();
            return over.map(drop).map_err(failed);
        }
        let look = move |reader: &mut Reader<'_>| reader.job(key.0, key.1);
        match tools.store.read::<_, StoreError, _>(look).await? {
            Some(job) if !job.state.0.is_over() => progress.show(&job),
            Some(_) | None => {
                progress.end();
                return Ok(());
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
