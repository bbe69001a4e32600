//! What can go wrong underneath.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

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
