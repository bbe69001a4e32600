//! Which database and which directories a service uses.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use xueshi_persistence::{DatabaseUrl, StoreError};

use super::StorageError;
use crate::settings::Settings;

/// The SQLite file of a production service for which no database is named.
const DATABASE: &str = "xueshi.db";
/// Sandboxes that can run beside each other in one data directory.
const SANDBOXES: u32 = 64;

/// The places that one service uses.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) url: DatabaseUrl,
    pub(super) attachments: PathBuf,
    /// Held while a sandbox uses its directory; the system lets go of it when the process ends, however it ends.
    _lock: Option<File>,
}

impl Place {
    /// The places that the settings name. A sandbox for which no database is named gets an empty directory of its own.
    ///
    /// # Errors
    /// When a directory cannot be made.
    pub(super) fn of(settings: &Settings) -> Result<Self, StorageError> {
        let data = &settings.data_dir;
        make(data)?;
        if settings.sandbox && settings.database_url.is_none() {
            return sandbox(data);
        }
        let attachments = data.join("attachments");
        make(&attachments)?;
        Ok(Self { url: database(settings)?, attachments, _lock: None })
    }
}

/// The database that the settings name, or the one in the data directory.
///
/// # Errors
/// When the URL is none.
pub fn database(settings: &Settings) -> Result<DatabaseUrl, StorageError> {
    match &settings.database_url {
        Some(url) => Ok(url.parse()?),
        None => Ok(DatabaseUrl::Sqlite(settings.data_dir.join(DATABASE))),
    }
}

/// What the settings name beside a database: only PostgreSQL has such.
///
/// # Errors
/// When it is named beside SQLite.
pub(super) fn beside(
    database: &DatabaseUrl,
    named: Option<&str>,
    what: &str,
) -> Result<Option<DatabaseUrl>, StorageError> {
    let Some(named) = named else { return Ok(None) };
    match database {
        DatabaseUrl::Postgres(_) => Ok(Some(named.parse()?)),
        DatabaseUrl::Sqlite(_) => {
            let text =
                format!("{what} goes with PostgreSQL: name the database with --database-url");
            Err(StoreError::WrongPurpose(text).into())
        }
    }
}

/// Makes the data directory.
///
/// # Errors
/// When it cannot be made.
pub fn make_data_dir(settings: &Settings) -> Result<(), StorageError> {
    make(&settings.data_dir)
}

/// An error about a path.
pub(super) fn unusable(path: &Path) -> impl Fn(io::Error) -> StorageError {
    let path = path.to_owned();
    move |source| StorageError::Directory { path: path.clone(), source }
}

/// Makes a directory for its owner only: it holds personal data.
fn make(directory: &Path) -> Result<(), StorageError> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unusable(directory))
}

/// The first directory that no running sandbox uses, emptied of what an earlier one left.
fn sandbox(data: &Path) -> Result<Place, StorageError> {
    for number in 1..=SANDBOXES {
        let directory =
            if number == 1 { data.join("sandbox") } else { data.join(format!("sandbox-{number}")) };
        make(&directory)?;
        let path = directory.join("lock");
        let lock = File::create(&path).map_err(unusable(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(unusable(&path)(error)),
        }
        let (file, attachments) = (directory.join("sandbox.db"), directory.join("attachments"));
        for end in ["", "-wal", "-shm"] {
            let path = directory.join(format!("sandbox.db{end}"));
            gone(fs::remove_file(&path)).map_err(unusable(&path))?;
        }
        gone(fs::remove_dir_all(&attachments)).map_err(unusable(&attachments))?;
        make(&attachments)?;
        return Ok(Place { url: DatabaseUrl::Sqlite(file), attachments, _lock: Some(lock) });
    }
    Err(unusable(data)(io::Error::other(format!("{SANDBOXES} sandboxes are running in it"))))
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::scratch::Scratch;

    #[test]
    fn each_sandbox_has_a_directory_of_its_own_and_starts_empty() {
        let directory = Scratch::new();
        let settings = Settings::for_tests(directory.path().to_owned());
        let first = Place::of(&settings).unwrap();
        let second = Place::of(&settings).unwrap();
        assert_ne!(first.url, second.url);
        let DatabaseUrl::Sqlite(file) = first.url.clone() else { panic!("{:?}", first.url) };
        fs::write(&file, "left behind").unwrap();
        fs::write(first.attachments.join("file"), "left behind").unwrap();
        let url = first.url.clone();
        drop(first);
        let third = Place::of(&settings).unwrap();
        assert_eq!(third.url, url);
        assert!(!file.exists() && !third.attachments.join("file").exists());
    }

    #[test]
    fn a_named_database_is_used_as_it_is() {
        let directory = Scratch::new();
        for sandbox in [true, false] {
            let mut settings = Settings::for_tests(directory.path().to_owned());
            settings.sandbox = sandbox;
            settings.database_url = Some("postgres:///xueshi".into());
            assert_eq!(
                Place::of(&settings).unwrap().url,
                DatabaseUrl::Postgres("postgres:///xueshi".into())
            );
        }
    }
}
