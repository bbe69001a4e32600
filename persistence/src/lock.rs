//! A lock over all processes that use a database; whoever held it lets go of it by ending, however that comes about.

use std::any::Any;
use std::fs::{File, TryLockError};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::url::DatabaseUrl;

/// Held until it is dropped, or its process ends: a locked file beside the database, or a session that has the lock.
pub struct StoreLock {
    _held: Box<dyn Any + Send>,
}

impl std::fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreLock")
    }
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    granted: bool,
}

/// Takes the lock; `None` when someone else has it.
///
/// It spares work and keeps no promise: what is done under it guards itself, because a PostgreSQL session can end before the
/// process that worked under its lock.
pub(crate) fn try_lock(url: &DatabaseUrl, name: &str) -> Result<Option<StoreLock>, StoreError> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut beside = path.clone().into_os_string();
            beside.push(format!(".{name}.lock"));
            let unusable = |error: std::io::Error| StoreError::Unreachable(error.to_string());
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(beside)
                .map_err(unusable)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(StoreLock { _held: Box::new(file) })),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(unusable(error)),
            }
        }
        DatabaseUrl::Postgres(_) => {
            let mut conn = AnyConnection::open(url)?;
            // Advisory locks are a database's own; the number only has to be the same in all of its processes.
            let number = name.bytes().fold(0x7875_6573_6869_i64, |number, byte| {
                number.wrapping_mul(31).wrapping_add(i64::from(byte))
            });
            let AnyConnection::Postgres(session) = &mut conn else { return Ok(None) };
            let answer: Answer = diesel::sql_query("select pg_try_advisory_lock($1) as granted")
                .bind::<BigInt, _>(number)
                .get_result(session)?;
            Ok(answer.granted.then(|| StoreLock { _held: Box::new(conn) }))
        }
    }
}
