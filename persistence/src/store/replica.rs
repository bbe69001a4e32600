//! Reading from a streaming replica, where it has what the primary had when the caller was admitted (ADR 0037).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::identity::Identity;
use super::reading::{ONE_STATE, finish};
use super::{Reader, Shared, execute};
use crate::connection::{AnyConnection, Kind, Lent, Manager};
use crate::error::{StoreError, StoreFailure};
use crate::prepared::Prepared;
use crate::url::DatabaseUrl;

/// A replica that is behind is waited for this long; then the primary is asked.
const PATIENCE: Duration = Duration::from_millis(20);
/// The first pause between two looks at how far it is; each is twice the one before.
const PAUSE: Duration = Duration::from_micros(250);
/// How long a look at how far it is may take. One that hangs is noticed by this.
const LOOK: Duration = Duration::from_millis(250);
/// For how long a replica that lags is left alone, and one that hangs or is gone.
const LAGGING: Duration = Duration::from_millis(100);
const GONE: Duration = Duration::from_secs(1);
/// How long a connection may take to come about, behind the scenes.
const CONNECTING: Duration = Duration::from_secs(5);

/// How far the primary had written its log (not ours: the one that replicas follow). Whatever it had acknowledged lies before it.
///
/// Whoever has read from the primary goes on there: the replica may be behind what was seen.
#[derive(Debug, Clone)]
pub struct Position {
    written: Arc<AtomicI64>,
    read_at_primary: Arc<AtomicBool>,
}

impl Position {
    pub(super) fn allows_replica(&self) -> bool {
        !self.read_at_primary.load(Ordering::Relaxed)
    }

    pub(super) fn keep_to_primary(&self) {
        self.read_at_primary.store(true, Ordering::Relaxed);
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Nullable<BigInt>)]
    at: Option<i64>,
}

impl Reader<'_> {
    /// How far the primary has written; nothing where there is none to ask, on SQLite or on a replica.
    ///
    /// # Errors
    /// On a database failure.
    pub(super) fn position(&mut self) -> Result<Option<Position>, StoreError> {
        let written = "select case when not pg_is_in_recovery() then (pg_current_wal_flush_lsn() - '0/0')::bigint end as at";
        let written = at(self.conn, written)?;
        Ok(written.map(|written| Position {
            written: Arc::new(AtomicI64::new(written)),
            read_at_primary: Arc::default(),
        }))
    }
}

fn at(conn: &mut AnyConnection, query: &str) -> Result<Option<i64>, StoreError> {
    let AnyConnection::Postgres(conn) = conn else { return Ok(None) };
    Ok(Prepared(diesel::sql_query(query)).get_result::<Found>(conn)?.at)
}

/// A replica.
pub(super) struct Replica {
    pool: r2d2::Pool<Manager>,
    /// As many as it is asked at a time: what it answers does not wait for connections to the primary.
    at_a_time: Arc<Semaphore>,
    /// Until when it is left alone, in milliseconds since it was opened.
    left_alone: AtomicU64,
    opened: Instant,
}

/// A connection to the replica, and the right to ask.
pub(super) type Admitted = (r2d2::PooledConnection<Manager>, OwnedSemaphorePermit);

impl Replica {
    /// Connections come about behind the scenes, now and whenever some were lost: a replica that is not there keeps nobody from starting.
    pub(super) fn new(url: DatabaseUrl, database: Identity, connections: u32) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(connections)
            .test_on_check_out(false)
            .connection_timeout(CONNECTING)
            .build_unchecked(Manager { url, kind: Kind::ReplicaOf(database) });
        let at_a_time = Arc::new(Semaphore::new(connections as usize));
        Self { pool, at_a_time, left_alone: AtomicU64::new(0), opened: Instant::now() }
    }

    /// A connection, if the replica is there, has time, and has replayed what lay before the position. It is looked at for a moment only: one that
    /// hangs, or lags, is left alone for a while, so that a few requests notice it and not all.
    pub(super) async fn caught_up(&self, position: &Position) -> Option<Admitted> {
        let now = self.now();
        if self.left_alone.load(Ordering::Relaxed) > now {
            return None;
        }
        let permit = Arc::clone(&self.at_a_time).try_acquire_owned().ok()?;
        let mut conn = self.pool.try_get()?;
        let wanted = position.clone();
        let look = tokio::task::spawn_blocking(move || {
            has_replayed(&mut conn, &wanted).map(|has| has.then_some((conn, permit)))
        });
        let (found, pause) = match tokio::time::timeout(LOOK, look).await {
            Ok(Ok(Ok(Some(found)))) => return Some(found),
            Ok(Ok(Ok(None))) => (None, LAGGING),
            Ok(Ok(Err(error))) => {
                log::warn!("the replica does not answer, the primary is asked: {error}");
                (None, GONE)
            }
            // Its thread goes on waiting, with its permit: there are no more of such than permits.
            Ok(Err(_)) | Err(_) => {
                log::warn!("the replica does not answer in time, the primary is asked");
                (None, GONE)
            }
        };
        let until = self.now() + u64::try_from(pause.as_millis()).unwrap_or_default();
        self.left_alone.fetch_max(until, Ordering::Relaxed);
        found
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Reads on a connection of the replica.
pub(super) fn read_there<T, E, F>(shared: &Shared, admitted: Admitted, work: F) -> Result<T, E>
where
    E: StoreFailure,
    F: FnOnce(&mut Reader<'_>) -> Result<T, E>,
{
    let (mut conn, _permit) = admitted;
    execute(&mut conn, ONE_STATE)?;
    finish(shared, &mut conn, work)
}

/// Whether a replica has replayed so far, or does so soon. One that follows no primary any more has not.
fn has_replayed(conn: &mut Lent, position: &Position) -> Result<bool, StoreError> {
    let began = Instant::now();
    let mut pause = PAUSE;
    loop {
        let query = "select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::bigint end as at";
        let replayed = at(conn, query)?;
        // Nothing was begun.
        conn.is_clean = true;
        let Some(replayed) = replayed else { return Ok(false) };
        if replayed >= position.written.load(Ordering::Relaxed) {
            // What is read next is as new as this at least, on another connection too.
            position.written.fetch_max(replayed, Ordering::Relaxed);
            return Ok(true);
        }
        if began.elapsed() + pause > PATIENCE {
            return Ok(false);
        }
        std::thread::sleep(pause);
        pause *= 2;
    }
}
