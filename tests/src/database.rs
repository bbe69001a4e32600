//! Databases for tests: each a copy of one demo world that is made once per process and kind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::server::Running;

/// The environment variable with the address of a PostgreSQL server on which databases may be made.
const POSTGRES: &str = "XUESHI_TEST_POSTGRES";
/// The environment variable with the address of a pooler before it, in transaction mode.
const POOLER: &str = "XUESHI_TEST_POOLER";
/// The environment variable that, set to anything, puts the pooler between every service and PostgreSQL.
const POOLED: &str = "XUESHI_TEST_POOLED";

/// How names of databases and directories begin.
const PREFIX: &str = "xueshi_test_";

/// The kind of database that a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file.
    Sqlite,
    /// A database of the server that `scripts/with-postgres` starts.
    Postgres,
}

/// A database with its data directory, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) directory: PathBuf,
    pub(crate) url: String,
    postgres: Option<String>,
}

impl Database {
    /// An empty database.
    pub(crate) fn empty(self) -> Place {
        let place = self.place();
        if let Some(name) = &place.postgres {
            admin(&format!("create database {name}"));
        }
        place
    }

    /// A copy of the demo world.
    pub(crate) fn copy(self) -> Place {
        self.copy_of(self.template())
    }

    /// A copy of a database that nothing uses.
    fn copy_of(self, template: &Place) -> Place {
        let place = self.place();
        copy_directory(&template.directory, &place.directory);
        if let (Some(from), Some(name)) = (&template.postgres, &place.postgres) {
            admin(&format!("create database {name} template {from}"));
        }
        place
    }

    fn template(self) -> &'static Place {
        static SQLITE: OnceLock<Place> = OnceLock::new();
        static POSTGRES: OnceLock<Place> = OnceLock::new();
        let cell = match self {
            Database::Sqlite => &SQLITE,
            Database::Postgres => &POSTGRES,
        };
        cell.get_or_init(|| {
            remove_leftovers();
            let place = self.empty();
            // Its first start makes the tables and the world; its end leaves them closed and whole.
            Running::start(&place, |_| ()).expect("the demo world is made").stop();
            place.settle();
            place
        })
    }

    fn place(self) -> Place {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}_{number}", process::id());
        let directory = std::env::temp_dir().join(&name);
        fs::create_dir_all(&directory).unwrap();
        match self {
            Database::Sqlite => {
                let url = format!("sqlite://{}", directory.join("xueshi.sqlite").display());
                Place { directory, url, postgres: None }
            }
            Database::Postgres => {
                Place { directory, url: with_database(&admin_url(), &name), postgres: Some(name) }
            }
        }
    }
}

impl Place {
    /// The address behind the pooler, if all tests are to run behind it.
    pub(crate) fn pooled(&self) -> Option<String> {
        let wanted = self.postgres.is_some() && std::env::var_os(POOLED).is_some();
        wanted.then(|| self.pooler_url())
    }

    /// The address of the database behind a pooler, which lends its sessions for a transaction at a time.
    ///
    /// # Panics
    /// When no pooler was started, or the database can have none.
    pub(crate) fn pooler_url(&self) -> String {
        let pooler = std::env::var(POOLER).unwrap_or_else(|_| {
            panic!("{POOLER} is not set: run `make test`, or use scripts/with-postgres")
        });
        with_database(&pooler, self.postgres.as_deref().expect("a database of PostgreSQL"))
    }

    /// A copy of it, while nothing uses it.
    pub(crate) fn copied(&self) -> Place {
        let kind = if self.postgres.is_some() { Database::Postgres } else { Database::Sqlite };
        kind.copy_of(self)
    }

    /// Brings everything into the one file, or ends what is still connected, so that a copy is whole.
    pub(crate) fn settle(&self) {
        if let Some(name) = &self.postgres {
            admin(&format!(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
            ));
        } else {
            let file = self.url.trim_start_matches("sqlite://");
            let mut connection = SqliteConnection::establish(file).unwrap();
            connection
                .batch_execute("pragma busy_timeout = 5000; pragma wal_checkpoint(truncate)")
                .unwrap();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
        if let Some(name) = &self.postgres {
            admin(&format!("drop database if exists {name} with (force)"));
        }
    }
}

/// A process does not drop its templates: the next one removes the files.
fn remove_leftovers() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner =
            name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()?.parse::<u32>().ok());
        let alive = |owner| Path::new("/proc").join(format!("{owner}")).exists();
        if owner.is_some_and(|owner| !alive(owner)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn admin_url() -> String {
    std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES} is not set: this test needs a PostgreSQL server.\n\
             Run `make test`, or `scripts/with-postgres cargo test -p xueshi-tests`."
        )
    })
}

/// The same server, another database: `postgres:///postgres?host=…` → `postgres:///name?host=…`.
fn with_database(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://").expect("a PostgreSQL URL");
    let server = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{server}/{name}?{parameters}")
}

/// One statement at a time: a template cannot be copied twice at once.
fn admin(statement: &str) {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut connection =
        PgConnection::establish(&admin_url()).expect("the PostgreSQL server answers");
    connection.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        let transient = ["-wal", "-shm"].iter().any(|end| name.to_string_lossy().ends_with(end));
        if transient {
            // Everything is in the file itself: see `settle`.
        } else if entry.is_dir() {
            copy_directory(&entry, &to.join(name));
        } else {
            fs::copy(&entry, to.join(name)).unwrap();
        }
    }
}
