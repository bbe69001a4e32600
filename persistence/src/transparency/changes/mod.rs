//! Which covered rows a transaction touched, and the digests of rows.
//!
//! Triggers note the rows where only the writing session sees it, so that what anybody else does to the same rows is not noted.
//! On SQLite the triggers themselves live in the writing connection; on PostgreSQL they come with the migration.

mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::commitment::salted;
use super::covered::Covered;
use crate::columns::Id;
use crate::connection::AnyConnection;
use crate::error::StoreError;

/// SHA-256 of something.
pub(super) type Digest = [u8; 32];

/// A row that a transaction touched, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// The number of its table.
    pub(super) table: u8,
    /// The parts of its primary key, with a slash between them.
    pub(super) key: String,
    /// Its digest; none when it is gone.
    pub(super) digest: Option<Digest>,
}

/// What a writing connection needs to say what it touched.
#[derive(Debug)]
pub(crate) enum Watched {
    /// What it noted itself.
    Sqlite(sqlite::Watched),
    /// Nothing: the transaction has it.
    Postgres,
}

/// Rows that were touched, each by the number of its table and its key: the last that is said of one counts.
type Touched = BTreeMap<(u8, String), Option<Digest>>;

/// Lets a writing connection note what it does to covered rows.
pub(crate) fn watch(conn: &mut AnyConnection) -> Result<Watched, StoreError> {
    match conn {
        AnyConnection::Sqlite(conn) => Ok(Watched::Sqlite(sqlite::watch(conn)?)),
        AnyConnection::Postgres(_) => Ok(Watched::Postgres),
    }
}

/// Lets a database note nothing any more: for measurements, on a sandbox that is thrown away.
pub(crate) fn leave_out(conn: &mut AnyConnection) -> Result<(), StoreError> {
    match conn {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(conn) => postgres::leave_out(conn),
    }
}

impl Watched {
    /// Forgets what work noted that is rolled back, where that does not do so by itself.
    pub(crate) fn forget(&self) {
        if let Self::Sqlite(watched) = self {
            watched.forget();
        }
    }

    /// Forgets what was noted so far, by a transaction that goes on.
    pub(super) fn begin_anew(&self, conn: &mut AnyConnection) -> Result<(), StoreError> {
        match conn {
            AnyConnection::Sqlite(_) => self.forget(),
            AnyConnection::Postgres(conn) => postgres::forget(conn)?,
        }
        Ok(())
    }

    /// What the present transaction, or the job of it that ends now, did to covered rows. Its last act.
    pub(super) fn take(&self, conn: &mut AnyConnection) -> Result<Vec<Change>, StoreError> {
        let touched = match (self, conn) {
            (Self::Sqlite(watched), AnyConnection::Sqlite(conn)) => watched.take(conn)?,
            (_, AnyConnection::Postgres(conn)) => postgres::take(conn)?,
            (Self::Postgres, AnyConnection::Sqlite(_)) => Touched::new(),
        };
        let changes = touched.into_iter();
        Ok(changes.map(|((table, key), digest)| Change { table, key, digest }).collect())
    }
}

/// Shows keys and digests of all rows of a table as they are now, or of those of a person in a city, one after the other.
pub(super) fn each_digest(
    conn: &mut AnyConnection,
    covered: &'static Covered,
    of: Option<(Id, Id)>,
    show: impl FnMut(String, Digest),
) -> Result<(), StoreError> {
    match conn {
        AnyConnection::Sqlite(conn) => sqlite::each_digest(conn, covered, of, show),
        AnyConnection::Postgres(conn) => postgres::each_digest(conn, covered, of, show),
    }
}

/// The digest of a row: of its person's salt, if it is about one, and the digest of its form.
fn of_row(salt: &[u8], form: Digest) -> Digest {
    salted(salt, &form)
}

/// The digest of a row's form.
fn of_form(form: &[u8]) -> Digest {
    Sha256::digest(form).into()
}
