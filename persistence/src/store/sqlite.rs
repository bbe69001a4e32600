//! SQLite's single writer: queued work is committed in groups.
//!
//! One thread owns the only writing connection. It takes what is queued, runs each piece in a
//! savepoint of one transaction, commits once (`synchronous=FULL`), and then answers all. While it
//! commits, the next group gathers: under load one disk flush serves many requests.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use super::line::{Line, Place};
use super::{Keep, Shared, Writer, earliest, execute};
use crate::connection::AnyConnection;
use crate::error::{StoreError, StoreFailure};
use crate::transparency::{self, NewEntry};

/// Work that may wait; more is refused at once, so that memory and waiting stay bounded.
const QUEUE: usize = 4_096;
/// Work in one transaction.
const GROUP: usize = 256;
/// How long a group takes up work before it is committed; bounds the time until the first of it is answered, and entered in the log.
const LONGEST: Duration = Duration::from_millis(200);
/// The one connection that writes holds what a large group changes, instead of writing it out before the commit, and copies the log back
/// in larger strides: pages that are changed again and again are copied once.
const PRAGMAS: &str = "
    pragma cache_size = -49152;
    pragma wal_autocheckpoint = 4000;
";
/// How often a group is decided anew because an instant passed before its commit.
const ATTEMPTS: usize = 4;

/// The sending end of the writer's queue.
#[derive(Clone)]
pub(super) struct WriterThread {
    queue: mpsc::Sender<Box<dyn Job>>,
    line: Arc<Line>,
}

impl WriterThread {
    pub(super) fn start(shared: Arc<Shared>, mut conn: AnyConnection) -> Result<Self, StoreError> {
        execute(&mut conn, PRAGMAS)?;
        let (queue, mut jobs) = mpsc::channel::<Box<dyn Job>>(QUEUE);
        let line = Line::new(QUEUE, 1);
        let before = Arc::clone(&line);
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || {
                let mut group = Vec::with_capacity(GROUP);
                while jobs.blocking_recv_many(&mut group, GROUP) > 0 {
                    while !group.is_empty() {
                        let began = Instant::now();
                        let done = commit_group(&shared, &mut conn, &mut group);
                        before.note(done, began.elapsed());
                    }
                }
            })
            .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        Ok(Self { queue, line })
    }

    /// Whether a write that comes now is likely to be committed within a moment.
    pub(super) fn is_free(&self) -> bool {
        self.line.is_short()
    }

    pub(super) async fn write<T, E, F>(&self, keep: Keep, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: StoreFailure,
        F: Fn(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let place = self.line.enter()?;
        let job = Pending { work, keep, result: None, answer, _place: place };
        self.queue.try_send(Box::new(job)).map_err(|_| StoreError::Busy)?;
        // The sender is dropped unanswered only when the work panicked.
        answered
            .await
            .unwrap_or_else(|_| Err(StoreError::Corrupt("the transaction broke off".into()).into()))
    }
}

/// One queued piece of work, with its types hidden.
trait Job: Send {
    /// Runs the work; true when its changes are to be kept.
    fn run(&mut self, writer: &mut Writer<'_>) -> bool;
    /// Answers the caller, after the commit or after its failure.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<T, E, F> {
    work: F,
    keep: Keep,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
    _place: Place,
}

impl<T, E, F> Job for Pending<T, E, F>
where
    T: Send + 'static,
    E: StoreFailure,
    F: Fn(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
{
    fn run(&mut self, writer: &mut Writer<'_>) -> bool {
        writer.keep = self.keep;
        let result = (self.work)(writer);
        let keep = result.is_ok() && self.keep == Keep::Yes;
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => return,
            // A refusal stands whether or not the rest of the group could be stored.
            (Err(_), Some(Err(error))) => Err(error),
            (Err(error), _) => Err(error.into()),
        };
        // The caller may have gone away; its work stands all the same.
        let _ = self.answer.send(answer);
    }
}

/// Commits the first jobs, as many as there is time for, and answers them; how many they were.
fn commit_group(shared: &Shared, conn: &mut AnyConnection, group: &mut Vec<Box<dyn Job>>) -> usize {
    let mut most = group.len();
    let mut committed = Err(StoreError::Busy);
    for _ in 0..ATTEMPTS {
        committed = run_group(shared, conn, group, &mut most);
        match &committed {
            Ok(Some(())) => break,
            Ok(None) => committed = Ok(None),
            Err(_) => {
                // Often SQLite has rolled back by itself; then this fails and means nothing.
                let _ = execute(conn, "rollback");
                break;
            }
        }
    }
    let outcome = match committed {
        Ok(Some(())) => Ok(()),
        Ok(None) => Err("an instant kept passing before the commit".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = &outcome {
        log::error!("a group of {most} writes was not committed: {error}");
    }
    for job in group.drain(..most) {
        job.answer(match &outcome {
            Ok(()) => Ok(()),
            Err(_) => Err(StoreError::Busy),
        });
    }
    most
}

/// One attempt at the first jobs, at `most` so many, which becomes the number of those that were run: `None` when an instant passed before the commit and all must be decided anew.
fn run_group(
    shared: &Shared,
    conn: &mut AnyConnection,
    group: &mut Vec<Box<dyn Job>>,
    most: &mut usize,
) -> Result<Option<()>, StoreError> {
    let began = Instant::now();
    execute(conn, "begin immediate")?;
    let mut valid_until: Option<OffsetDateTime> = None;
    let mut told = false;
    let mut entries = Vec::new();
    let mut panicked = Vec::new();
    for (index, job) in group.iter_mut().enumerate().take(*most) {
        if index > 0 && began.elapsed() > LONGEST {
            *most = index;
            break;
        }
        execute(conn, "savepoint job")?;
        if let Some(watched) = &shared.watched {
            watched.forget();
        }
        let mut writer = shared.writer(conn, Keep::Yes);
        let kept = catch_unwind(AssertUnwindSafe(|| match job.run(&mut writer) {
            true => writer.take_entries().map(Some),
            false => Ok(None),
        }));
        let begin_anew = writer.entries.begin_anew;
        let until = writer.valid_until;
        let tells = writer.told;
        match kept {
            Ok(Ok(Some(of_job))) => {
                valid_until = earliest(valid_until, until);
                told |= tells;
                if begin_anew {
                    entries.clear();
                }
                entries.extend(of_job);
                execute(conn, "release savepoint job")?;
            }
            Ok(Err(error)) => return Err(error),
            Ok(Ok(None)) => execute(conn, "rollback to savepoint job; release savepoint job")?,
            Err(_) => {
                panicked.push(index);
                execute(conn, "rollback to savepoint job; release savepoint job")?;
            }
        }
    }
    // Dropping the job tells its caller; the others go on.
    for index in panicked.into_iter().rev() {
        drop(group.remove(index));
        *most -= 1;
    }
    let sealed = entries.is_empty() || append(shared, conn, entries)?;
    if valid_until.is_some_and(|instant| shared.clock.now() >= instant) {
        execute(conn, "rollback")?;
        return Ok(None);
    }
    execute(conn, "commit")?;
    if told {
        shared.feed.tell();
    }
    if !sealed {
        shared.entered.notify_one();
    }
    Ok(Some(()))
}

/// Enters what the jobs of a group told and touched; whether it is sealed.
fn append(
    shared: &Shared,
    conn: &mut AnyConnection,
    entries: Vec<NewEntry>,
) -> Result<bool, StoreError> {
    let mut writer = shared.writer(conn, Keep::Yes);
    catch_unwind(AssertUnwindSafe(|| transparency::append(&mut writer, entries)))
        .unwrap_or_else(|_| Err(StoreError::Corrupt("sealing the log broke off".into())))
}
