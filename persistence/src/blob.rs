//! Evidence files, stored once per content hash (H10).

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Where evidence files live. Keys are hashes of the content, so that a put is idempotent and
/// nothing is ever overwritten; the shape fits an object store as well as a directory.
pub trait BlobStore: Send + Sync + 'static {
    /// Stores the bytes durably under their hash.
    ///
    /// # Errors
    /// When they cannot be stored.
    fn put(&self, hash: &ContentHash, bytes: &[u8]) -> io::Result<()>;
    /// Reads them back; `None` when nothing is stored under the hash.
    ///
    /// # Errors
    /// When they cannot be read.
    fn get(&self, hash: &ContentHash) -> io::Result<Option<Vec<u8>>>;
    /// Removes them; nothing happens when nothing is stored under the hash. Only for what is stored under a hash of its own: sealed
    /// files, which never have the same bytes twice.
    ///
    /// # Errors
    /// When they cannot be removed.
    fn remove(&self, hash: &ContentHash) -> io::Result<()>;
    /// Takes them away so that they can be put back: whoever looks finds nothing, and may store them anew. Nothing happens when nothing
    /// is stored under the hash.
    ///
    /// # Errors
    /// When they cannot be taken away.
    fn set_aside(&self, hash: &ContentHash) -> io::Result<()>;
    /// Puts back what was taken away; nothing happens when nothing was.
    ///
    /// # Errors
    /// When it cannot be put back.
    fn put_back(&self, hash: &ContentHash) -> io::Result<()>;
    /// Removes for good what was taken away; nothing happens when nothing was.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn forget_aside(&self, hash: &ContentHash) -> io::Result<()>;
}

/// SHA-256 of a file, as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// A hash as it was stored; `None` for anything else, so that no other text becomes a path.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hash =
            text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_hash.then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A directory on the local disk: `ab/cdef…`.
#[derive(Debug)]
pub struct LocalDirectory {
    root: PathBuf,
}

impl LocalDirectory {
    /// Uses (and creates) `root`.
    ///
    /// # Errors
    /// When the directory cannot be created.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: root.to_owned() })
    }

    fn path(&self, hash: &ContentHash) -> (PathBuf, PathBuf) {
        let (folder, file) = hash.0.split_at(2);
        let folder = self.root.join(folder);
        let file = folder.join(file);
        (folder, file)
    }

    /// Where what was taken away lies: `ab/cdef….gone`.
    fn aside(&self, hash: &ContentHash) -> PathBuf {
        self.path(hash).1.with_extension("gone")
    }
}

/// A thing that there was nothing to be done to is done.
fn if_there(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

impl BlobStore for LocalDirectory {
    fn put(&self, hash: &ContentHash, bytes: &[u8]) -> io::Result<()> {
        let (folder, file) = self.path(hash);
        if file.exists() {
            return Ok(());
        }
        fs::create_dir_all(&folder)?;
        // Written aside, flushed, then named: a crash leaves no half file under a hash.
        let aside = folder.join(format!(".{:016x}", rand::random::<u64>()));
        let mut writing = fs::File::create_new(&aside)?;
        writing.write_all(bytes)?;
        writing.sync_all()?;
        fs::rename(&aside, &file)?;
        fs::File::open(&folder)?.sync_all()
    }

    fn get(&self, hash: &ContentHash) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(hash).1) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn remove(&self, hash: &ContentHash) -> io::Result<()> {
        if_there(fs::remove_file(self.path(hash).1))
    }

    fn set_aside(&self, hash: &ContentHash) -> io::Result<()> {
        if_there(fs::rename(self.path(hash).1, self.aside(hash)))
    }

    fn put_back(&self, hash: &ContentHash) -> io::Result<()> {
        if_there(fs::rename(self.aside(hash), self.path(hash).1))
    }

    fn forget_aside(&self, hash: &ContentHash) -> io::Result<()> {
        if_there(fs::remove_file(self.aside(hash)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_once_and_read_back() {
        let root = std::env::temp_dir().join(format!("xueshi-blobs-{:x}", rand::random::<u64>()));
        let blobs = LocalDirectory::open(&root).unwrap();
        let hash = ContentHash::of(b"evidence");
        assert_eq!(blobs.get(&hash).unwrap(), None);
        blobs.put(&hash, b"evidence").unwrap();
        blobs.put(&hash, b"evidence").unwrap();
        assert_eq!(blobs.get(&hash).unwrap().as_deref(), Some(b"evidence".as_slice()));
        blobs.remove(&hash).unwrap();
        blobs.remove(&hash).unwrap();
        assert_eq!(blobs.get(&hash).unwrap(), None);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_was_taken_away_can_be_put_back_or_stored_anew() {
        let root = std::env::temp_dir().join(format!("xueshi-blobs-{:x}", rand::random::<u64>()));
        let blobs = LocalDirectory::open(&root).unwrap();
        let hash = ContentHash::of(b"evidence");
        for nothing in [blobs.set_aside(&hash), blobs.put_back(&hash), blobs.forget_aside(&hash)] {
            nothing.unwrap();
        }
        blobs.put(&hash, b"evidence").unwrap();
        blobs.set_aside(&hash).unwrap();
        assert_eq!(blobs.get(&hash).unwrap(), None);
        blobs.put_back(&hash).unwrap();
        assert_eq!(blobs.get(&hash).unwrap().as_deref(), Some(b"evidence".as_slice()));
        // Somebody brings it again meanwhile: theirs stays.
        blobs.set_aside(&hash).unwrap();
        blobs.put(&hash, b"evidence").unwrap();
        blobs.forget_aside(&hash).unwrap();
        blobs.put_back(&hash).unwrap();
        assert_eq!(blobs.get(&hash).unwrap().as_deref(), Some(b"evidence".as_slice()));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn only_a_hash_becomes_a_path() {
        assert_eq!(ContentHash::parse("../../etc/passwd"), None);
        let hash = ContentHash::of(b"");
        assert_eq!(ContentHash::parse(hash.as_str()), Some(hash));
    }
}
