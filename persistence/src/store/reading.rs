//! The ways to read: in a transaction or with one query, where writes go or from a replica.

use std::sync::Arc;
use std::time::Duration;

use super::postgres::Lane;
use super::replica::{Position, read_there};
use super::{Engine, Reader, Shared, Store, execute};
use crate::connection::Lent;
use crate::error::{StoreError, StoreFailure};

/// Begins a reading transaction of PostgreSQL, all of whose queries see one state.
pub(super) const ONE_STATE: &str = "begin isolation level repeatable read read only";

/// How long a replica that has begun to answer may take: longer than any question of a request.
const THERE: Duration = Duration::from_secs(30);

impl Store {
    /// Runs a reading transaction: all its queries see one state.
    ///
    /// # Errors
    /// Whatever `work` returns, or a [`StoreError`].
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: StoreFailure,
        F: FnOnce(&mut Reader<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.engine {
            // A short read from the page cache costs less than handing it to another thread.
            Engine::Sqlite(_) => read_on(&self.shared, "begin", work),
            Engine::Postgres(gate) => {
                let shared = Arc::clone(&self.shared);
                gate.run(Lane::Read, move || read_on(&shared, ONE_STATE, work)).await
            }
        }
    }

    /// As [`Self::read`], on a replica if there is one that has everything that lay before a position: whatever had been acknowledged to anybody
    /// when it was [looked at](Self::look_at). Otherwise where writes go.
    ///
    /// # Errors
    /// As there.
    pub async fn read_from<T, E, F>(&self, position: Option<Position>, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: StoreFailure,
        F: FnOnce(&mut Reader<'_>) -> Result<T, E> + Send + 'static,
    {
        let position = position.filter(Position::allows_replica);
        let (Some(position), Some(replica)) = (position, &self.shared.replica) else {
            return self.read(work).await;
        };
        let Some(admitted) = replica.caught_up(&position).await else {
            position.keep_to_primary();
            return self.read(work).await;
        };
        let shared = Arc::clone(&self.shared);
        let there = tokio::task::spawn_blocking(move || read_there(&shared, admitted, work));
        match tokio::time::timeout(THERE, there).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(StoreError::Corrupt("the transaction broke off".into()).into()),
            Err(_) => Err(StoreError::Unreachable("the replica does not go on".into()).into()),
        }
    }

    /// As [`Self::look`], and how far the primary had written before, if there is a replica to read from.
    ///
    /// # Errors
    /// As there.
    pub async fn look_at<T, E, F>(&self, query: F) -> Result<(T, Option<Position>), E>
    where
        T: Send + 'static,
        E: StoreFailure,
        F: FnOnce(&mut Reader<'_>) -> Result<T, E> + Send + 'static,
    {
        let replicated = self.shared.replica.is_some();
        self.look(move |reader| {
            let position = if replicated { reader.position()? } else { None };
            Ok((query(reader)?, position))
        })
        .await
    }

    /// Runs one query outside of any transaction: it sees one state anyhow, and there is nothing to begin and to end. Whoever has more to
    /// ask uses [`Self::read`].
    ///
    /// # Errors
    /// Whatever `query` returns, or a [`StoreError`].
    pub async fn look<T, E, F>(&self, query: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: StoreFailure,
        F: FnOnce(&mut Reader<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(_) => look_on(&self.shared, query),
            Engine::Postgres(gate) => {
                let shared = Arc::clone(&self.shared);
                // What a query depends on is set with a transaction only, where sessions are lent.
                let alone = shared.settings.is_empty();
                gate.run(Lane::Read, move || {
                    if alone { look_on(&shared, query) } else { read_on(&shared, ONE_STATE, query) }
                })
                .await
            }
        }
    }
}

fn look_on<T, E, F>(shared: &Shared, query: F) -> Result<T, E>
where
    E: StoreFailure,
    F: FnOnce(&mut Reader<'_>) -> Result<T, E>,
{
    let mut conn = shared.connection()?;
    let result = query(&mut shared.reader(&mut conn));
    // No transaction was begun; a connection that has died is found out by the pool.
    conn.is_clean = true;
    result
}

fn read_on<T, E, F>(shared: &Shared, begin: &str, work: F) -> Result<T, E>
where
    E: StoreFailure,
    F: FnOnce(&mut Reader<'_>) -> Result<T, E>,
{
    let mut conn = shared.connection()?;
    shared.begin(&mut conn, begin)?;
    finish(shared, &mut conn, work)
}

/// Does the work of a reading transaction that has begun, and ends it.
pub(super) fn finish<T, E, F>(shared: &Shared, conn: &mut Lent, work: F) -> Result<T, E>
where
    E: StoreFailure,
    F: FnOnce(&mut Reader<'_>) -> Result<T, E>,
{
    let result = work(&mut shared.reader(conn));
    // Nothing was written: how the transaction ends makes no difference to the answer.
    execute(conn, "rollback")?;
    conn.is_clean = true;
    result
}
