//! What can go wrong underneath.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Words of libpq, of PostgreSQL and of PgBouncer about a server that went away, or is not there yet.
const LOST: [&str; 8] = [
    "server closed the connection",
    "no connection to the server",
    "terminating connection",
    "the database system is",
    "connection has been closed",
    "server conn crashed",
    "cannot connect to server",
    "query_wait_timeout",
];

/// A failure of the database or of the machinery around it. Races that a caller can meet
/// (someone else decided first) are not errors: they come back as enums from the function concerned.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The transaction met another one and may be run again.
    #[error("the transaction met a concurrent one")]
    Conflict,
    /// A unique key is taken. The name is the constraint or the columns, for the caller to map.
    #[error("already exists: {0}")]
    Taken(String),
    /// Too much is waiting, or the transaction met others too often: try later.
    #[error("too busy")]
    Busy,
    /// The answer to a commit did not come: it may have been done. Whoever asked must not be told to just ask again.
    #[error("nobody knows whether the transaction was committed: {0}")]
    Unfinished(String),
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The database is in use for another purpose (production data under `--sandbox`, or the reverse).
    #[error("{0}")]
    WrongPurpose(String),
    /// Stored data does not read back: a bug or an edit behind the program's back.
    #[error("stored data is not readable: {0}")]
    Corrupt(String),
    /// Anything else from the database.
    #[error("database: {0}")]
    Database(DieselError),
}

impl From<DieselError> for StoreError {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "diesel's enum is open: whatever else there is, is a failure"
    )]
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Self::Conflict
            }
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Taken(info.constraint_name().unwrap_or(info.message()).to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unreachable(info.message().to_owned())
            }
            // Diesel has no kind for SQLite's BUSY nor for PostgreSQL's deadlock (40P01).
            DieselError::DatabaseError(_, info)
                if info.message().contains("database is locked")
                    || info.message().contains("deadlock detected")
                    || info.message().contains("could not serialize access") =>
            {
                Self::Conflict
            }
            // Nor for locks: one was waited for too long (55P03), or there is no room for more (53200).
            DieselError::DatabaseError(_, info)
                if info.message().contains("due to lock timeout")
                    || info.message().contains("out of shared memory") =>
            {
                Self::Busy
            }
            // Nor, in most cases, for a connection that was lost.
            DieselError::DatabaseError(_, info)
                if LOST.iter().any(|words| info.message().contains(words)) =>
            {
                Self::Unreachable(info.message().to_owned())
            }
            // A replica had to go on, and took the query's rows away.
            DieselError::DatabaseError(_, info)
                if info.message().contains("due to conflict with recovery") =>
            {
                Self::Conflict
            }
            DieselError::DeserializationError(cause) => Self::Corrupt(cause.to_string()),
            DieselError::BrokenTransactionManager => Self::Unreachable(error.to_string()),
            _ => Self::Database(error),
        }
    }
}

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

impl From<r2d2::Error> for StoreError {
    fn from(error: r2d2::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// Errors that may carry a [`StoreError`], so that the store can see whether running a
/// transaction again helps.
pub trait StoreFailure: From<StoreError> + Send + 'static {
    /// The store's own error inside, if that is what it is.
    fn store_error(&self) -> Option<&StoreError>;
}

impl StoreFailure for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart_by_their_words() {
        let of = |words: &str| {
            let info = Box::new(words.to_owned());
            StoreError::from(DieselError::DatabaseError(DatabaseErrorKind::Unknown, info))
        };
        for lost in [
            "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally",
            "no connection to the server\n",
            "terminating connection due to administrator command",
            "the database system is starting up",
            "FATAL:  server conn crashed?",
        ] {
            assert!(matches!(of(lost), StoreError::Unreachable(_)), "{lost}");
        }
        for met in [
            "deadlock detected",
            "database is locked",
            "canceling statement due to conflict with recovery",
        ] {
            assert!(matches!(of(met), StoreError::Conflict), "{met}");
        }
        assert!(matches!(of("canceling statement due to lock timeout"), StoreError::Busy));
        assert!(matches!(of("division by zero"), StoreError::Database(_)));
    }
}
