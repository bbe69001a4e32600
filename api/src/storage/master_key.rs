//! The key under which ids and phones are encrypted (U4a): from the environment, or from a file beside the data.

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
        match fs::read_to_string(&path) {
            Ok(text) => {
                let key = parse(&text).ok_or_else(|| {
                    StorageError::Key(format!("{} is not 64 hexadecimal digits", path.display()))
                })?;
                warn_if_open(&path);
                Ok(Self { key, new: None })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self { key: MasterKey(rand::random()), new: Some(path) })
            }
            Err(error) => Err(unusable(&path)(error)),
        }
    }

    /// Writes a new key to its file, readable by its owner only.
    ///
    /// # Errors
    /// When it cannot be written, or another process has just written one.
    pub(super) fn keep(&self) -> Result<(), StorageError> {
        let Some(path) = &self.new else { return Ok(()) };
        let failed = unusable(path);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(&failed)?;
        let text: String = self.key.0.iter().map(|byte| format!("{byte:02x}")).collect();
        file.write_all(format!("{text}\n").as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(&failed)?;
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
