//! Doing jobs: one batch after the other, each in a transaction of its own that also moves the cursor.
//!
//! A process that is killed leaves a job behind that is still `running`; whoever comes next goes on behind the last batch that
//! was committed. Of several processes one works, by [`Store::try_lock`]; should two ever work at once, the guarded cursor lets one
//! batch of the two stand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::rt::task::JoinHandle;
use tokio::sync::Notify;
use xueshi_domain::job::{JobEvent, JobKind, JobRoad, JobState};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    BlobStore, Export, Id, Import, Job, Keep, Moment, Reader, Store, StoreError, StoreLock, Word,
    Writer,
};

use super::{Step, asked, end};
use crate::problem::Problem;
use crate::services::exports::part::{self, Sealed};
use crate::services::imports::feed::{Batch, Feed};
use crate::services::{exports, imports, personal_data, settlements};

/// The name of the lock under which jobs are done.
const LOCK: &str = "jobs";
/// People or rows in one batch: short enough that requests which write do not wait for long behind one.
pub const BATCH: u32 = 250;
/// Real time between two looks for work that another process has asked for.
const LOOK: Duration = Duration::from_secs(2);
/// Attempts at a batch while the store is too busy, with growing waits between them: about a minute.
const ATTEMPTS: u32 = 12;

/// Which job.
pub type JobKey = (Id, Id);

/// The lock under which jobs are done; `None` while another process holds it.
///
/// # Errors
/// When the store cannot be reached.
pub async fn try_lock(store: &Store) -> Result<Option<StoreLock>, Problem> {
    let store = store.clone();
    let lock = tokio::task::spawn_blocking(move || store.try_lock(LOCK)).await;
    Ok(lock.map_err(Problem::internal)??)
}

/// What jobs work with.
#[derive(Clone)]
pub struct Tools {
    /// The store.
    pub store: Store,
    /// The files.
    pub blobs: Arc<dyn BlobStore>,
    /// The lists that can be taken out.
    pub sources: exports::Sources,
}

/// What a batch needs that lies outside of the database, and is read before its transaction begins.
enum Supply {
    Nothing,
    Rows(Batch),
    Part(Sealed),
}

/// Does a job to its end, whatever had been done of it before; `None` when it is not there any more (a sandbox was reset).
///
/// `seen` is told of every batch. Call it under [`try_lock`].
///
/// # Errors
/// When the store cannot be reached, or refuses the job's batches for a minute. The job stays where it is.
pub async fn run(
    tools: &Tools,
    key: JobKey,
    size: u32,
    mut seen: impl FnMut(&Job),
) -> Result<Option<Job>, Problem> {
    let store = &tools.store;
    let mut pace = Pace::new();
    let mut failures = 0;
    let mut feed = Feed::default();
    loop {
        let rate = pace.rate;
        let batch = match supply(tools, &mut feed, key, size).await {
            Ok(supply) => {
                let work = move |writer: &mut Writer<'_>| advance(writer, key, size, rate, &supply);
                store.write(Keep::Yes, work).await
            }
            Err(problem) => Err(problem),
        };
        match batch {
            Ok(None) => return Ok(None),
            Ok(Some(job)) => {
                failures = 0;
                pace.saw(job.done);
                seen(&job);
                if job.state.0.is_over() {
                    return Ok(Some(job));
                }
            }
            Err(problem) if problem.status() == StatusCode::SERVICE_UNAVAILABLE => {
                failures += 1;
                if failures >= ATTEMPTS {
                    return Err(problem);
                }
                tokio::time::sleep(Duration::from_millis(50 << failures.min(7))).await;
            }
            Err(problem) => {
                log::error!("job {}: {problem:?}", key.1);
                let fail = move |writer: &mut Writer<'_>| give_up(writer, key);
                return store.write(Keep::Yes, fail).await;
            }
        }
    }
}

/// What the next batch of a job needs.
async fn supply(
    tools: &Tools,
    feed: &mut Feed,
    (city, id): JobKey,
    size: u32,
) -> Result<Supply, Problem> {
    let find = move |reader: &mut Reader<'_>| reader.job(city, id);
    let job = tools.store.read::<_, StoreError, _>(find).await?;
    let job = job.filter(|job| !job.state.0.is_over() && !job.cancel_requested);
    match job {
        Some(job) if job.kind.0 == JobKind::Import => {
            let batch = feed.batch(&tools.store, &tools.blobs, &job, size).await?;
            Ok(Supply::Rows(batch))
        }
        Some(job) if job.kind.0 == JobKind::Export => {
            let part = part::read(&tools.store, &tools.blobs, tools.sources, &job).await?;
            Ok(Supply::Part(part))
        }
        Some(_) | None => Ok(Supply::Nothing),
    }
}

/// How fast it goes, by real time: the service's clock may stand still in a sandbox.
struct Pace {
    begun: Instant,
    first: Option<i64>,
    rate: Option<i64>,
}

impl Pace {
    fn new() -> Self {
        Self { begun: Instant::now(), first: None, rate: None }
    }

    fn saw(&mut self, done: i64) {
        let first = *self.first.get_or_insert(done);
        let millis = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX).max(1);
        self.rate = done
            .checked_sub(first)
            .filter(|more| *more > 0)
            .and_then(|more| more.checked_mul(1_000_000))
            .map(|more| more / millis);
    }
}

/// One batch: the work, the cursor and the state, or nothing of them.
fn advance(
    writer: &mut Writer<'_>,
    (city, id): JobKey,
    size: u32,
    rate: Option<i64>,
    supply: &Supply,
) -> Result<Option<Job>, Problem> {
    let Some(mut job) = writer.job(city, id)? else { return Ok(None) };
    if job.state.0.is_over() {
        return Ok(Some(job));
    }
    let now = Moment(writer.now());
    if job.cancel_requested {
        let state = step::<JobRoad>(job.state.0, JobEvent::Cancel)?;
        end(&mut job, state, now);
        return stopped(writer, job);
    }
    job.state = Word(step::<JobRoad>(job.state.0, JobEvent::Start)?);
    job.started_at.get_or_insert(now);
    job.rate = rate.or(job.rate);
    let outcome = match job.kind.0 {
        JobKind::Settlement => settlements::batch::settle_next(writer, &mut job, size.into())?,
        JobKind::Import => match supply {
            Supply::Rows(batch) => imports::batch::advance(writer, &mut job, batch)?,
            // It was cancelled, and that taken back, since it was looked at.
            Supply::Nothing | Supply::Part(_) => Step::More,
        },
        JobKind::Export => match supply {
            Supply::Part(sealed) => part::advance(writer, &mut job, sealed)?,
            Supply::Nothing | Supply::Rows(_) => Step::More,
        },
    };
    match outcome {
        Step::More => {}
        Step::Done => {
            let state = step::<JobRoad>(job.state.0, JobEvent::Succeed)?;
            end(&mut job, state, now);
        }
        Step::Failed(code) => {
            let state = step::<JobRoad>(job.state.0, JobEvent::Fail)?;
            job.failure = Some(code.to_owned());
            end(&mut job, state, now);
        }
    }
    writer.save_job(&mut job)?;
    Ok(Some(job))
}

fn give_up(writer: &mut Writer<'_>, (city, id): JobKey) -> Result<Option<Job>, Problem> {
    let Some(mut job) = writer.job(city, id)? else { return Ok(None) };
    if job.state.0.is_over() {
        return Ok(Some(job));
    }
    let state = step::<JobRoad>(job.state.0, JobEvent::Fail)?;
    job.failure = Some("internal".to_owned());
    end(&mut job, state, Moment(writer.now()));
    stopped(writer, job)
}

/// Stores a job that was stopped before its work was done.
fn stopped(writer: &mut Writer<'_>, mut job: Job) -> Result<Option<Job>, Problem> {
    writer.save_job(&mut job)?;
    close(writer, &job)?;
    Ok(Some(job))
}

/// Notes with what a job was for that it is over before its end.
///
/// # Errors
/// On a database failure.
pub(super) fn close(writer: &mut Writer<'_>, job: &Job) -> Result<(), Problem> {
    match job.kind.0 {
        JobKind::Import => asked::close::<Import>(writer, job),
        JobKind::Export => asked::close::<Export>(writer, job),
        JobKind::Settlement => Ok(()),
    }
}

/// Wakes the worker of this process.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// There is work.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits until it is rung, or was since the last time.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}

/// Does jobs beside a service; ends when it is dropped.
#[derive(Debug)]
pub struct Worker(JoinHandle<()>);

impl Worker {
    /// Starts it: it takes up what an earlier process left behind, then whatever it is rung for or finds. Must be called
    /// inside an actix runtime.
    #[must_use]
    pub fn start(tools: Tools, bell: Bell) -> Self {
        Self(actix_web::rt::spawn(async move {
            loop {
                if let Err(problem) = round(&tools).await {
                    log::warn!("jobs: {problem:?}");
                }
                if let Err(problem) = imports::remove_old_files(&tools.store, &tools.blobs).await {
                    log::warn!("files of imports: {problem:?}");
                }
                if let Err(problem) = exports::remove_old(&tools.store, &tools.blobs).await {
                    log::warn!("rows of exports: {problem:?}");
                }
                if let Err(problem) =
                    personal_data::remove_orphans(&tools.store, &tools.blobs).await
                {
                    log::warn!("files of erased people: {problem:?}");
                }
                let _ = tokio::time::timeout(LOOK, bell.rung()).await;
            }
        }))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Does every job that there is, unless another process does.
async fn round(tools: &Tools) -> Result<(), Problem> {
    let store = &tools.store;
    let next = |reader: &mut Reader<'_>| Ok::<_, Problem>(reader.runnable_job()?);
    if store.read(next).await?.is_none() {
        return Ok(());
    }
    let Some(_lock) = try_lock(store).await? else { return Ok(()) };
    while let Some(job) = store.read(next).await? {
        log::info!("job {} ({}) from {} of {}", job.id, job.kind.0, job.done, job.total);
        let key = (job.jurisdiction_id, job.id);
        let over = run(tools, key, BATCH, |_| ()).await?;
        let state = over.map_or(JobState::Cancelled, |job| job.state.0);
        log::info!("job {}: {state}", job.id);
    }
    Ok(())
}
