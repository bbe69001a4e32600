//! Databases of the run: made, copied and removed.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use clap::ValueEnum;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::{Failure, Run};

/// The kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Database {
    /// A file in the run's directory.
    Sqlite,
    /// A database of the server that is named.
    Postgres,
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Database::Sqlite => "SQLite",
            Database::Postgres => "PostgreSQL",
        })
    }
}

/// A database with its directory; both are removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    directory: PathBuf,
    url: String,
    server: Option<Server>,
}

/// A PostgreSQL server, and the name of a database there.
#[derive(Debug, Clone)]
struct Server {
    url: String,
    name: String,
}

impl Place {
    /// A place with an empty database.
    pub(crate) fn empty(run: &Run, database: Database, name: &str) -> Result<Place, Failure> {
        let place = Place::new(run, database, name)?;
        if let Some(server) = &place.server {
            server.admin(&format!("create database {}", server.name))?;
        }
        Ok(place)
    }

    /// A copy of this one, which nothing may use meanwhile.
    pub(crate) fn copy(&self, run: &Run, database: Database, name: &str) -> Result<Place, Failure> {
        let place = Place::new(run, database, name)?;
        copy_directory(&self.directory, &place.directory)?;
        if let (Some(from), Some(to)) = (&self.server, &place.server) {
            to.admin(&format!("create database {} template {}", to.name, from.name))?;
        }
        Ok(place)
    }

    fn new(run: &Run, database: Database, name: &str) -> Result<Place, Failure> {
        let directory = run.folder.join(format!("run-{}-{database}-{name}", process::id()));
        fs::create_dir_all(&directory)?;
        let directory = fs::canonicalize(directory)?;
        let (url, server) = match database {
            Database::Sqlite => {
                (format!("sqlite://{}", directory.join("xueshi.db").display()), None)
            }
            Database::Postgres => {
                let url = run.postgres.clone().ok_or("no PostgreSQL server is named")?;
                let name = format!("xueshi_bench_{}_{name}", process::id());
                (with_database(&url, &name)?, Some(Server { url, name }))
            }
        };
        Ok(Place { directory, url, server })
    }

    /// Brings a database that nothing uses any more to rest, so that copies of it are whole and planned for alike.
    pub(crate) fn settle(&self) -> Result<(), Failure> {
        let Some(server) = &self.server else { return Ok(()) };
        PgConnection::establish(&self.url)?.batch_execute("analyze")?;
        server.admin(&format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'",
            server.name
        ))
    }

    /// The address of the database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The directory of its files.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The first process of the PostgreSQL server.
    pub(crate) fn postmaster(&self) -> Result<Option<u32>, Failure> {
        let Some(server) = &self.server else { return Ok(None) };
        let first_line = sql::<Text>("split_part(pg_read_file('postmaster.pid'), chr(10), 1)");
        let mut connection = PgConnection::establish(&server.url)?;
        let number: String = diesel::select(first_line).get_result(&mut connection)?;
        Ok(Some(number.trim().parse()?))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
        if let Some(server) = &self.server {
            let _ = server.admin(&format!("drop database if exists {} with (force)", server.name));
        }
    }
}

impl Server {
    fn admin(&self, statement: &str) -> Result<(), Failure> {
        let mut connection = PgConnection::establish(&self.url)?;
        Ok(connection.batch_execute(statement).map_err(|error| format!("{statement}: {error}"))?)
    }
}

/// The same server, another database: `postgres:///postgres?host=…` → `postgres:///name?host=…`.
fn with_database(url: &str, name: &str) -> Result<String, Failure> {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://").ok_or("the PostgreSQL URL is none")?;
    let server = rest.split('/').next().unwrap_or_default();
    Ok(format!("{scheme}://{server}/{name}?{parameters}"))
}

fn copy_directory(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_directory(&path, &target)?;
        } else if path.extension().is_none_or(|end| end != "db-shm") {
            // The shared memory of SQLite is made anew; its write-ahead log, if there is one, goes with the file.
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server() {
        for (url, other) in [
            ("postgres:///postgres?host=/tmp/x&user=a", "postgres:///b?host=/tmp/x&user=a"),
            ("postgres://a:b@host:5433/c", "postgres://a:b@host:5433/b?"),
        ] {
            assert_eq!(with_database(url, "b").unwrap(), other);
        }
        assert!(with_database("/tmp", "b").is_err());
    }
}
