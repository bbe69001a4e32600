//! PostgreSQL: transactions under the locks of whom they concern, run again a bounded number of times after a conflict.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::concerns::{self, Concerns};
use super::line::Line;
use super::{Keep, Shared, Writer, execute};
use crate::connection::AnyConnection;
use crate::error::{StoreError, StoreFailure};

/// Requests of each kind that may have a connection or wait for one; more is refused at once.
const MOST: usize = 2_048;
/// Attempts at one transaction before the caller is told to come back. Locks make conflicts rare: two of a caller's requests with one
/// key, two batches that name the same people in another order.
const ATTEMPTS: u32 = 12;
/// How often a decision is made anew because an instant passed before its commit. What takes too long once takes too long again.
const LATE: u32 = 2;

/// Hands work to blocking threads, never more at once than there are connections.
#[derive(Clone)]
pub(super) struct Gate {
    connections: Arc<Semaphore>,
    /// Writes may wait for each other with a connection in hand: reads always have some that these do not take.
    for_writes: Arc<Semaphore>,
    reads: Arc<Line>,
    writes: Arc<Line>,
}

impl Gate {
    pub(super) fn new(connections: u32) -> Self {
        let connections = connections as usize;
        // At least one is left where there are two.
        let for_writes = (connections - connections.div_ceil(4)).max(1);
        Self {
            connections: Arc::new(Semaphore::new(connections)),
            for_writes: Arc::new(Semaphore::new(for_writes)),
            reads: Line::new(MOST, connections),
            writes: Line::new(MOST, for_writes),
        }
    }

    /// Whether a write that comes now is likely to be committed within a moment.
    pub(super) fn is_free(&self) -> bool {
        self.writes.is_short()
    }

    pub(super) async fn run<T, E>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: StoreFailure,
    {
        let line = match lane {
            Lane::Read => &self.reads,
            Lane::Write => &self.writes,
        };
        let place = line.enter()?;
        let Ok(permits) = self.permits(lane).await else { return Err(StoreError::Busy.into()) };
        let line = Arc::clone(line);
        tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let result = work();
            line.note(1, began.elapsed());
            drop((permits, place));
            result
        })
        .await
        .unwrap_or_else(|_| Err(StoreError::Corrupt("the transaction broke off".into()).into()))
    }

    async fn permits(&self, lane: Lane) -> Result<Permits, AcquireError> {
        let write = match lane {
            Lane::Read => None,
            Lane::Write => Some(Arc::clone(&self.for_writes).acquire_owned().await?),
        };
        Ok((write, Arc::clone(&self.connections).acquire_owned().await?))
    }
}

type Permits = (Option<OwnedSemaphorePermit>, OwnedSemaphorePermit);

/// What a connection is wanted for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lane {
    /// Something that waits for no write.
    Read,
    /// A write, which may have to wait for others.
    Write,
}

/// How a transaction came out.
enum Outcome<T> {
    Done(T),
    /// W2: the clock has passed what the decision rests on.
    TooLate,
}

pub(super) fn write<T, E, F>(
    shared: &Shared,
    keep: Keep,
    concerns: &Concerns,
    work: F,
) -> Result<T, E>
where
    E: StoreFailure,
    F: Fn(&mut Writer<'_>) -> Result<T, E>,
{
    let mut conn = shared.connection()?;
    let mut late = 0;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(backoff(attempt));
        }
        let outcome = once(shared, &mut conn, keep, concerns, &work);
        if !matches!(outcome, Ok(Outcome::Done(_))) || keep == Keep::No {
            // After a failed commit there is nothing left to roll back, which PostgreSQL only warns about.
            execute(&mut conn, "rollback")?;
        }
        conn.is_clean = true;
        match outcome {
            Ok(Outcome::Done(value)) => return Ok(value),
            Ok(Outcome::TooLate) => {
                late += 1;
                if late == LATE {
                    break;
                }
            }
            Err(error) if matches!(error.store_error(), Some(StoreError::Conflict)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::Busy.into())
}

/// One attempt. What fails, and what is not kept, is still to be rolled back.
fn once<T, E, F>(
    shared: &Shared,
    conn: &mut AnyConnection,
    keep: Keep,
    concerns: &Concerns,
    work: F,
) -> Result<Outcome<T>, E>
where
    E: StoreFailure,
    F: Fn(&mut Writer<'_>) -> Result<T, E>,
{
    concerns::begin(conn, keep, concerns, &shared.settings)?;
    let mut writer = shared.writer(conn, keep);
    writer.beside_others = keep == Keep::Yes && *concerns != Concerns::Everything;
    let value = work(&mut writer)?;
    let (valid_until, told) = (writer.valid_until, writer.told);
    if keep == Keep::No {
        return Ok(Outcome::Done(value));
    }
    let entered = writer.write_entries()?;
    if valid_until.is_some_and(|instant| shared.clock.now() >= instant) {
        return Ok(Outcome::TooLate);
    }
    execute(conn, "commit").map_err(unfinished)?;
    if told {
        shared.feed.tell();
    }
    if entered {
        shared.entered.notify_one();
    }
    Ok(Outcome::Done(value))
}

/// A commit whose answer did not come is another thing than a database that cannot be reached.
fn unfinished(error: StoreError) -> StoreError {
    if let StoreError::Unreachable(cause) = error { StoreError::Unfinished(cause) } else { error }
}

/// One step of the sequencer.
pub(super) fn number(shared: &Shared) -> Result<bool, StoreError> {
    let mut conn = shared.connection()?;
    shared.begin(&mut conn, "begin isolation level read committed")?;
    let done = crate::feed::number(&mut conn);
    execute(&mut conn, if done.is_ok() { "commit" } else { "rollback" })?;
    conn.is_clean = true;
    done
}

/// A transaction on a connection of its own, for who seals the log: it does not wait behind those who write.
pub(super) fn apart<T>(
    shared: &Shared,
    work: impl FnOnce(&mut Writer<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut own = shared.apart.lock().unwrap_or_else(PoisonError::into_inner);
    let mut conn = match own.take() {
        Some(conn) => conn,
        None => AnyConnection::open(&shared.url)?,
    };
    let done = at_read_committed(shared, &mut conn, work)?;
    // Kept only while it is well.
    *own = Some(conn);
    Ok(done)
}

/// A transaction that waits for no write and sees what is committed as it goes on.
fn at_read_committed<T>(
    shared: &Shared,
    conn: &mut AnyConnection,
    work: impl FnOnce(&mut Writer<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    execute(conn, "begin isolation level read committed")?;
    let mut writer = shared.writer(conn, Keep::Yes);
    let done = work(&mut writer).and_then(|done| writer.write_entries().map(|_| done));
    match done {
        Ok(done) => {
            execute(conn, "commit")?;
            Ok(done)
        }
        Err(error) => {
            execute(conn, "rollback")?;
            Err(error)
        }
    }
}

/// A random wait that grows to at most 64 ms, so that transactions which met part ways.
fn backoff(attempt: u32) -> Duration {
    Duration::from_micros(rand::random_range(0..1_000_u64 << attempt.min(6)))
}
