//! The master key, under which the keys of ids and phones are wrapped (U4a, ADR 0030): from the environment, or from a file beside the
//! data.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use xueshi_persistence::MasterKey;

use super::StorageError;
use super::place::unusable;

/// The environment variable that names the key: 64 hexadecimal digits.
const VARIABLE: &str = "XUESHI_MASTER_KEY";
/// The file's name in the data directory.
const FILE: &str = "secret.key";
/// The environment variable that names the key to change to.
const NEXT_VARIABLE: &str = "XUESHI_NEW_MASTER_KEY";

/// The name of the file of a key that is to take the place of the present one, until it has.
fn next_file(name: &str) -> String {
    format!("{FILE}.{name}.new")
}

/// The name of the file of a key whose place was taken: older backups still need it.
fn former_file(name: &str) -> String {
    format!("{FILE}.{name}.old")
}

/// The key of all sandboxes. It is no secret, so that a copied sandbox database opens anywhere.
pub(super) fn of_sandboxes() -> MasterKey {
    MasterKey(Sha256::digest("xueshi sandbox: nothing in here is secret").into())
}

/// The key of a production database, and where it came from.
pub(super) struct KeyFile {
    pub(super) key: MasterKey,
    /// Where a new key is to be kept; `None` when it came from somewhere.
    new: Option<PathBuf>,
}

impl KeyFile {
    /// The key of the environment or of the file, or a new one.
    ///
    /// # Errors
    /// When what is there is no key, or not readable.
    pub(super) fn find(data_dir: &Path) -> Result<Self, StorageError> {
        if let Some(text) = std::env::var_os(VARIABLE) {
            let text = text.to_string_lossy();
            let key = parse(&text).ok_or_else(|| {
                StorageError::Key(format!("{VARIABLE} is not 64 hexadecimal digits"))
            })?;
            return Ok(Self { key, new: None });
        }
        let path = data_dir.join(FILE);
        Ok(match read(&path)? {
            Some(key) => Self { key, new: None },
            None => Self { key: MasterKey(rand::random()), new: Some(path) },
        })
    }

    /// The same for a database whose keys are wrapped under the key of this name: a change of the key that broke off between the
    /// database and the file is brought to its end.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub(super) fn fitting(data_dir: &Path, wrapped_by: Option<&str>) -> Result<Self, StorageError> {
        let found = Self::find(data_dir)?;
        let Some(name) = wrapped_by else { return Ok(found) };
        if found.key.name() == name || std::env::var_os(VARIABLE).is_some() {
            return Ok(found);
        }
        match read(&data_dir.join(next_file(name)))? {
            Some(key) if key.name() == name => {
                take_place(data_dir, &key)?;
                Ok(Self { key, new: None })
            }
            Some(_) | None => Ok(found),
        }
    }

    /// Writes a new key to its file, readable by its owner only.
    ///
    /// # Errors
    /// When it cannot be written, or another process has just written one.
    pub(super) fn keep(&self) -> Result<(), StorageError> {
        let Some(path) = &self.new else { return Ok(()) };
        write_new(path, &self.key)?;
        log::warn!(
            "made a new master key, {}: keep a copy apart from the database's backups",
            path.display()
        );
        Ok(())
    }

    /// For a database that has data already: a new key cannot be its key.
    ///
    /// # Errors
    /// When the key is new.
    pub(super) fn must_exist(&self) -> Result<(), StorageError> {
        match &self.new {
            None => Ok(()),
            Some(path) => Err(StorageError::Key(format!(
                "the database has data, but its master key is missing: restore {}, or set {VARIABLE}",
                path.display()
            ))),
        }
    }
}

/// The key to change to, as the environment or this file has it.
///
/// # Errors
/// When neither has one.
pub(super) fn next(file: Option<&Path>) -> Result<MasterKey, StorageError> {
    if let Some(path) = file {
        let missing = || StorageError::Key(format!("{} is not there", path.display()));
        return read(path)?.ok_or_else(missing);
    }
    let text = std::env::var_os(NEXT_VARIABLE).unwrap_or_default();
    parse(&text.to_string_lossy()).ok_or_else(|| {
        StorageError::Key(format!(
            "name the new key with --new-key-file, or as 64 hexadecimal digits in {NEXT_VARIABLE}"
        ))
    })
}

/// Whether the key is kept in a file of the data directory, and not given by the environment.
pub(super) fn is_in_file() -> bool {
    std::env::var_os(VARIABLE).is_none()
}

/// Writes the key that is to take the place of the one in the file. No file is ever overwritten: each has the name of its key.
///
/// # Errors
/// When it cannot be written, or something else stands in its file.
pub(super) fn keep_next(data_dir: &Path, key: &MasterKey) -> Result<(), StorageError> {
    write_once(&data_dir.join(next_file(&key.name())), key)
}

/// Puts the new key's file in the place of the former one, which is kept: older backups need it. The name of the former one's file; none
/// where there was none.
///
/// # Errors
/// When the files cannot be written or renamed.
pub(super) fn take_place(data_dir: &Path, key: &MasterKey) -> Result<Option<String>, StorageError> {
    let (file, next) = (data_dir.join(FILE), data_dir.join(next_file(&key.name())));
    let former = read(&file)?;
    let kept = former.map(|former| {
        let name = former_file(&former.name());
        write_once(&data_dir.join(&name), &former).map(|()| name)
    });
    let kept = kept.transpose()?;
    // There is a key at every moment.
    fs::rename(&next, &file).map_err(unusable(&next))?;
    Ok(kept)
}

/// Writes a key to a file of its own, unless it stands there already.
fn write_once(path: &Path, key: &MasterKey) -> Result<(), StorageError> {
    match read(path)? {
        None => write_new(path, key),
        Some(there) if there == *key => Ok(()),
        Some(_) => Err(StorageError::Key(format!("{} has another key in it", path.display()))),
    }
}

/// The key in a file; none without the file.
fn read(path: &Path) -> Result<Option<MasterKey>, StorageError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let key = parse(&text).ok_or_else(|| {
                StorageError::Key(format!("{} is not 64 hexadecimal digits", path.display()))
            })?;
            warn_if_open(path);
            Ok(Some(key))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path)(error)),
    }
}

/// Writes a key to a file of its own, readable by its owner only.
fn write_new(path: &Path, key: &MasterKey) -> Result<(), StorageError> {
    let failed = unusable(path);
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(&failed)?;
    let text: String = key.0.iter().map(|byte| format!("{byte:02x}")).collect();
    file.write_all(format!("{text}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(&failed)
}

fn parse(text: &str) -> Option<MasterKey> {
    let digits = text.trim().as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut key = [0_u8; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |place: usize| {
            char::from(pair[place]).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
        };
        *byte = digit(0)? * 16 + digit(1)?;
    }
    Some(MasterKey(key))
}

fn warn_if_open(path: &Path) {
    let open = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if open {
        log::warn!("{} can be read by others: chmod 600", path.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::scratch::Scratch;

    #[test]
    fn a_new_key_is_kept_for_its_owner_only_and_found_again() {
        let directory = Scratch::new();
        let new = KeyFile::find(directory.path()).unwrap();
        assert!(new.must_exist().is_err());
        assert!(
            !directory.path().join(FILE).exists(),
            "not before the database is known to be empty"
        );
        new.keep().unwrap();
        let mode = fs::metadata(directory.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let found = KeyFile::find(directory.path()).unwrap();
        assert_eq!(found.key.0, new.key.0);
        found.must_exist().unwrap();
    }

    #[test]
    fn a_change_that_broke_off_before_the_file_is_brought_to_its_end() {
        let directory = Scratch::new();
        let first = KeyFile::find(directory.path()).unwrap();
        first.keep().unwrap();
        let next = MasterKey([9; 32]);
        keep_next(directory.path(), &next).unwrap();
        // The database was not changed yet: the former key is the right one.
        let found = KeyFile::fitting(directory.path(), Some(&first.key.name())).unwrap();
        assert_eq!(found.key.0, first.key.0);
        // It was: the new one takes its place.
        let found = KeyFile::fitting(directory.path(), Some(&next.name())).unwrap();
        assert_eq!(found.key.0, next.0);
        assert_eq!(KeyFile::find(directory.path()).unwrap().key.0, next.0);
        let former = directory.path().join(former_file(&first.key.name()));
        assert_eq!(read(&former).unwrap().unwrap().0, first.key.0);
        // Changed back and forth: nothing is overwritten, and nothing in the way of it.
        keep_next(directory.path(), &first.key).unwrap();
        let kept = take_place(directory.path(), &first.key).unwrap();
        assert_eq!(kept, Some(former_file(&next.name())));
        keep_next(directory.path(), &next).unwrap();
        assert_eq!(
            take_place(directory.path(), &next).unwrap(),
            Some(former_file(&first.key.name()))
        );
        fs::write(directory.path().join(next_file(&first.key.name())), "5a".repeat(32)).unwrap();
        assert!(keep_next(directory.path(), &first.key).is_err());
    }

    #[test]
    fn anything_but_64_hexadecimal_digits_is_no_key() {
        let digits = "0123456789abcdefABCDEF0123456789".repeat(2);
        assert!(parse(&digits).is_some());
        assert!(parse(&format!("{digits}\n")).is_some());
        for text in [
            "",
            "00",
            &digits[1..],
            &format!("{digits}0"),
            &digits.replace('a', "g"),
            &"é".repeat(32),
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
        let directory = Scratch::new();
        fs::write(directory.path().join(FILE), "secret").unwrap();
        assert!(KeyFile::find(directory.path()).is_err());
    }
}
