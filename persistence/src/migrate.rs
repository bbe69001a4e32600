//! The embedded migrations, for either database.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::url::DatabaseUrl;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Any number that no other user of the database takes: instances that start together take turns.
const ADVISORY_LOCK: i64 = 0x7875_6573_6869;

/// Applies the migrations that are missing and returns their names.
///
/// # Errors
/// When the database cannot be reached or a migration fails.
pub fn run(url: &DatabaseUrl) -> Result<Vec<String>, StoreError> {
    match AnyConnection::open(url)? {
        AnyConnection::Sqlite(mut conn) => {
            let missing = names(&conn.pending_migrations(SQLITE).map_err(failed)?);
            conn.run_pending_migrations(SQLITE).map_err(failed)?;
            Ok(missing)
        }
        AnyConnection::Postgres(mut conn) => {
            // The lock goes with the connection.
            conn.batch_execute(&format!("select pg_advisory_lock({ADVISORY_LOCK})"))?;
            let missing = names(&conn.pending_migrations(POSTGRES).map_err(failed)?);
            conn.run_pending_migrations(POSTGRES).map_err(failed)?;
            Ok(missing)
        }
    }
}

/// The names of the migrations that [`run`] would apply; nothing is changed.
///
/// # Errors
/// When the database cannot be reached.
pub fn pending(url: &DatabaseUrl) -> Result<Vec<String>, StoreError> {
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        // Looking would already make the file.
        let all: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().map_err(failed)?;
        return Ok(names(&all));
    }
    // Asking makes the table of migrations, if it is not there: it goes with the transaction.
    match AnyConnection::open(url)? {
        AnyConnection::Sqlite(mut conn) => {
            conn.batch_execute("begin immediate")?;
            let pending = conn.pending_migrations(SQLITE).map_err(failed)?;
            conn.batch_execute("rollback")?;
            Ok(names(&pending))
        }
        AnyConnection::Postgres(mut conn) => {
            conn.batch_execute("begin")?;
            let pending = conn.pending_migrations(POSTGRES).map_err(failed)?;
            conn.batch_execute("rollback")?;
            Ok(names(&pending))
        }
    }
}

fn names<DB: diesel::backend::Backend>(migrations: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    let mut names: Vec<String> =
        migrations.iter().map(|migration| migration.name().to_string()).collect();
    names.sort();
    names
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Unreachable(format!("migration: {error}"))
}
