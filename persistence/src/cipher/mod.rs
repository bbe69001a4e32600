//! Personal numbers and secrets at rest: encrypted, and found by a keyed hash (U4a, ADR 0030).
//!
//! A ciphertext names the version of its key, so that keys can be replaced while the service runs. The keys lie in the table
//! `data_keys`, wrapped under the master key; a process reads a key that it does not know when it meets it.

mod aead;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use aes_gcm::aead::KeyInit;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use xueshi_domain::TextEnum as _;

use self::aead::FieldKey;
pub use self::aead::KeyAlgorithm;
use crate::connection::AnyConnection;
use crate::data_keys::{self, DataKey, KeyKind};
use crate::error::StoreError;
use crate::url::DatabaseUrl;

/// What ciphertexts are bound to, so that values cannot be swapped between columns.
pub(crate) mod context {
    /// An id number.
    pub(crate) const ID_NUMBER: &str = "id number";
    /// A phone number.
    pub(crate) const PHONE: &str = "phone";
    /// The private half of a key that signs.
    pub(crate) const SIGNING_KEY: &str = "signing key";
    /// The answer under an `Idempotency-Key`.
    pub(crate) const KEPT_ANSWER: &str = "kept answer";
    /// What another system pushed.
    pub(crate) const INBOUND_LINE: &str = "inbound line";
    /// What deliveries are signed with.
    pub(crate) const WEBHOOK_SECRET: &str = "webhook secret";
    /// The address of a receiver.
    pub(crate) const WEBHOOK_URL: &str = "webhook url";
}

/// The installation's secret, under which its data keys are wrapped. Kept outside the database.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(pub [u8; 32]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// A name by which it can be told from others; it says nothing of the key.
    #[must_use]
    pub fn name(&self) -> String {
        self.derived::<8>(b"master key name").iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn derived<const LENGTH: usize>(&self, purpose: &[u8]) -> [u8; LENGTH] {
        let mut key = [0_u8; LENGTH];
        // infallible: so few bytes are far below HKDF's limit of 255 blocks.
        let _ = Hkdf::<Sha256>::new(Some(b"xueshi"), &self.0).expand(purpose, &mut key);
        key
    }

    /// The key that data keys of this algorithm are wrapped under.
    fn wrapping(&self, algorithm: KeyAlgorithm) -> Option<FieldKey> {
        let algorithm = algorithm.wrapped_with();
        let key = self.derived::<32>(format!("key wrapping {}", algorithm.as_str()).as_bytes());
        FieldKey::new(algorithm, &key[..algorithm.key_length()])
    }

    /// A data key as it is stored.
    ///
    /// # Errors
    /// When it cannot be encrypted.
    pub(crate) fn wrap(&self, named: KeyName, key: &[u8]) -> Result<Vec<u8>, StoreError> {
        let wrapped =
            self.wrapping(named.algorithm).and_then(|own| own.encrypt(&named.bound(), key));
        wrapped.ok_or_else(|| StoreError::Corrupt("a data key cannot be wrapped".to_owned()))
    }

    /// A stored data key; none when it is wrapped under another master key, or is not what it says.
    pub(crate) fn unwrap(&self, named: KeyName, wrapped: &[u8]) -> Option<Vec<u8>> {
        self.wrapping(named.algorithm)?.decrypt(&named.bound(), wrapped)
    }

    /// What fields were encrypted under before keys had versions.
    pub(crate) fn first_field_key(&self) -> Vec<u8> {
        self.derived::<32>(b"field encryption").to_vec()
    }

    /// What the look-up hashes of an installation are made with: the first master key's, for good.
    pub(crate) fn first_look_up_key(&self) -> Vec<u8> {
        self.derived::<32>(b"field look-up").to_vec()
    }
}

/// Which data key: what its wrapping is bound to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyName {
    pub(crate) kind: KeyKind,
    pub(crate) version: i32,
    pub(crate) algorithm: KeyAlgorithm,
}

impl KeyName {
    fn bound(self) -> Vec<u8> {
        let Self { kind, version, algorithm } = self;
        format!("data key {} {version} {}", kind.as_str(), algorithm.as_str()).into_bytes()
    }
}

/// First byte of what was encrypted before keys had versions: under version 0.
const UNVERSIONED: u8 = 1;
/// First byte of a ciphertext that names its key.
const VERSIONED: u8 = 2;
/// Format, algorithm, version of the key.
pub(crate) const HEADER: usize = 6;
/// How long a process may go on encrypting under a key after another one was made.
const FRESH: Duration = Duration::from_secs(2);
/// After this time every process encrypts under a new key, and the transactions that did not have ended.
pub const KEY_SETTLES: Duration = Duration::from_secs(6);

/// How a ciphertext under a key begins.
pub(crate) fn header(version: i32, algorithm: KeyAlgorithm) -> [u8; HEADER] {
    let [a, b, c, d] = version.to_be_bytes();
    [VERSIONED, algorithm.mark(), a, b, c, d]
}

/// The version of the key that a stored value is encrypted under; none where it is not encrypted.
pub(crate) fn version_of(stored: &[u8]) -> Option<i32> {
    match stored.first() {
        Some(&UNVERSIONED) => Some(0),
        Some(&VERSIONED) => {
            let version = stored.get(2..HEADER)?.first_chunk::<4>()?;
            Some(i32::from_be_bytes(*version))
        }
        Some(_) | None => None,
    }
}

/// A key, beside what it was unwrapped from: by that it is seen when the table has another one, as after an older backup was restored.
struct Known<K> {
    wrapped: Vec<u8>,
    key: K,
}

/// The keys that this process knows.
#[derive(Default)]
struct Ring {
    fields: BTreeMap<i32, Known<Arc<FieldKey>>>,
    /// What is encrypted under now; none in a database that has no keys yet.
    current: Option<i32>,
    look_up: Option<Known<Vec<u8>>>,
    looked_at: Option<Instant>,
}

/// Encrypts fields and hashes them for look-up.
pub(crate) struct Cipher {
    master: MasterKey,
    /// Where the keys lie; none in a test of the cipher alone.
    url: Option<DatabaseUrl>,
    ring: RwLock<Ring>,
}

impl Cipher {
    pub(crate) fn new(master: &MasterKey, url: Option<&DatabaseUrl>) -> Self {
        Self { master: master.clone(), url: url.cloned(), ring: RwLock::default() }
    }

    /// The master key that the data keys are wrapped under.
    pub(crate) fn master(&self) -> &MasterKey {
        &self.master
    }

    /// Reads the keys, on a connection of its own: whoever asks is in the middle of a transaction. Keys that the master key does not
    /// open are left out, so that a database can be checked without it; of a version that is there what was known stays known, so that the
    /// master key can be changed beside a service.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) fn load(&self) -> Result<(), StoreError> {
        let Some(url) = &self.url else { return Ok(()) };
        // Whoever comes meanwhile goes on with what is known.
        self.ring.write().unwrap_or_else(PoisonError::into_inner).looked_at = Some(Instant::now());
        let rows = data_keys::all(&mut AnyConnection::open(url)?)?;
        self.take(&rows);
        Ok(())
    }

    fn take(&self, rows: &[DataKey]) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            let open = || self.master.unwrap(row.name(), &row.wrapped);
            let wrapped = || row.wrapped.clone();
            match row.kind.0 {
                KeyKind::Field => {
                    let known = ring.fields.get(&row.version);
                    if known.is_some_and(|known| known.wrapped == row.wrapped) {
                        continue;
                    }
                    if let Some(key) = open().and_then(|key| FieldKey::new(row.algorithm.0, &key)) {
                        let known = Known { wrapped: wrapped(), key: Arc::new(key) };
                        ring.fields.insert(row.version, known);
                    }
                }
                KeyKind::LookUp => {
                    let known = ring.look_up.as_ref();
                    if known.is_some_and(|known| known.wrapped == row.wrapped) {
                        continue;
                    }
                    if let Some(key) = open() {
                        ring.look_up = Some(Known { wrapped: wrapped(), key });
                    }
                }
            }
        }
        let of_fields = || rows.iter().filter(|row| row.kind.0 == KeyKind::Field);
        ring.fields.retain(|version, _| of_fields().any(|row| row.version == *version));
        ring.current = of_fields().map(|row| row.version).max();
    }

    fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key to encrypt under, with its version: the newest one, which every process learns of within [`FRESH`].
    fn newest(&self) -> Result<(i32, Arc<FieldKey>), StoreError> {
        self.look_again();
        let ring = self.ring();
        let version = ring.current.unwrap_or(0);
        let known = ring.fields.get(&version).map(|known| Arc::clone(&known.key));
        drop(ring);
        let key = match (known, version) {
            (Some(key), _) => Some(key),
            (None, 0) => self.first(),
            (None, _) => None,
        };
        let unknown = || StoreError::Corrupt(format!("the data key {version} does not open"));
        Ok((version, key.ok_or_else(unknown)?))
    }

    /// Reads the keys again if that was not done just now; whether it was done.
    fn look_again(&self) -> bool {
        let stale = self.ring().looked_at.is_none_or(|at| at.elapsed() >= FRESH);
        if stale && let Err(error) = self.load() {
            log::warn!("the data keys were not looked at: {error}");
        }
        stale
    }

    /// The key of this version.
    fn key(&self, version: i32) -> Option<Arc<FieldKey>> {
        let known =
            |version: i32| self.ring().fields.get(&version).map(|known| Arc::clone(&known.key));
        if let Some(key) = known(version) {
            return Some(key);
        }
        if version == 0 {
            return self.first();
        }
        // Made by another process since the keys were read.
        if let Err(error) = self.load() {
            log::warn!("the data keys were not looked at: {error}");
        }
        known(version)
    }

    fn first(&self) -> Option<Arc<FieldKey>> {
        FieldKey::new(KeyAlgorithm::Aes256Gcm, &self.master.first_field_key()).map(Arc::new)
    }

    /// The version that is encrypted under now, as far as this process knows.
    pub(crate) fn current(&self) -> i32 {
        self.ring().current.unwrap_or(0)
    }

    /// Encrypts one field; `context` (the column) is bound to it, so that values cannot be swapped.
    pub(crate) fn seal(&self, context: &str, plain: &str) -> Result<Vec<u8>, StoreError> {
        self.seal_bytes(context, plain.as_bytes())
    }

    /// Encrypts bytes, as [`Self::seal`] does a field.
    pub(crate) fn seal_bytes(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (version, key) = self.newest()?;
        let (head, bound) = match version {
            0 => (vec![UNVERSIONED], context.as_bytes().to_vec()),
            version => {
                let head = header(version, key.algorithm()).to_vec();
                let bound = [head.as_slice(), context.as_bytes()].concat();
                (head, bound)
            }
        };
        let sealed = key
            .encrypt(&bound, plain)
            .ok_or_else(|| StoreError::Corrupt(format!("{context} cannot be encrypted")))?;
        Ok([head, sealed].concat())
    }

    /// Decrypts what [`Self::seal`] made for the same context.
    pub(crate) fn open(&self, context: &str, stored: &[u8]) -> Result<String, StoreError> {
        let plain = self.open_bytes(context, stored)?;
        String::from_utf8(plain)
            .map_err(|_| StoreError::Corrupt(format!("{context} does not decrypt")))
    }

    /// Decrypts what [`Self::seal_bytes`] made for the same context.
    pub(crate) fn open_bytes(&self, context: &str, stored: &[u8]) -> Result<Vec<u8>, StoreError> {
        let opened = || {
            let key = self.key(version_of(stored)?)?;
            if stored.first() == Some(&UNVERSIONED) {
                return key.decrypt(context.as_bytes(), stored.get(1..)?);
            }
            let (head, sealed) = stored.split_first_chunk::<HEADER>()?;
            let bound = [head.as_slice(), context.as_bytes()].concat();
            let same = head[1] == key.algorithm().mark();
            if same { key.decrypt(&bound, sealed) } else { None }
        };
        // The table may have another key of this version by now: that of a restored backup.
        let again = || if self.url.is_some() && self.look_again() { opened() } else { None };
        let plain = opened().or_else(again);
        plain.ok_or_else(|| StoreError::Corrupt(format!("{context} does not decrypt")))
    }

    /// The keyed hash under which a value is found without decrypting anything.
    pub(crate) fn lookup_hash(&self, context: &str, plain: &str) -> Vec<u8> {
        let known = self.ring().look_up.as_ref().map(|known| known.key.clone());
        let key = known.unwrap_or_else(|| self.master.first_look_up_key());
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&key) else {
            return Vec::new(); // infallible: HMAC takes keys of any length.
        };
        mac.update(context.as_bytes());
        mac.update(&[0]);
        mac.update(plain.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::columns::{Moment, Word};

    fn cipher(byte: u8) -> Cipher {
        Cipher::new(&MasterKey([byte; 32]), None)
    }

    fn row(master: &MasterKey, version: i32, algorithm: KeyAlgorithm, key: &[u8]) -> DataKey {
        let named = KeyName { kind: KeyKind::Field, version, algorithm };
        DataKey {
            kind: Word(KeyKind::Field),
            version,
            algorithm: Word(algorithm),
            wrapped: master.wrap(named, key).unwrap(),
            wrapped_by: master.name(),
            created_at: Moment(datetime!(2023-10-16 09:00 +8)),
            retired_at: None,
        }
    }

    #[test]
    fn a_field_reads_back_only_in_its_own_context_and_unchanged() {
        let cipher = cipher(7);
        let versioned = Cipher::new(&MasterKey([7; 32]), None);
        let key = KeyAlgorithm::Sm4Gcm.new_key();
        versioned.take(&[row(&versioned.master, 3, KeyAlgorithm::Sm4Gcm, &key)]);
        for cipher in [cipher, versioned] {
            let sealed = cipher.seal("id", "410102198506151238").unwrap();
            assert_eq!(cipher.open("id", &sealed).unwrap(), "410102198506151238");
            assert!(cipher.open("phone", &sealed).is_err());
            for index in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[index] ^= 1;
                assert!(cipher.open("id", &changed).is_err(), "{index}");
            }
            for length in 0..sealed.len() {
                assert!(cipher.open("id", &sealed[..length]).is_err(), "{length}");
            }
            assert_ne!(sealed, cipher.seal("id", "410102198506151238").unwrap());
        }
    }

    #[test]
    fn what_was_encrypted_under_an_older_key_reads_back() {
        let cipher = cipher(7);
        let oldest = cipher.seal("id", "1").unwrap();
        assert_eq!((oldest[0], version_of(&oldest)), (UNVERSIONED, Some(0)));
        let mut rows = Vec::new();
        let mut sealed = vec![oldest];
        for (version, algorithm) in [(1, KeyAlgorithm::Aes256Gcm), (2, KeyAlgorithm::Sm4Gcm)] {
            rows.push(row(&cipher.master, version, algorithm, &algorithm.new_key()));
            cipher.take(&rows);
            let now = cipher.seal("id", "1").unwrap();
            assert_eq!(version_of(&now), Some(version));
            assert_eq!(now[..HEADER], header(version, algorithm));
            sealed.push(now);
        }
        assert!(sealed.iter().all(|sealed| cipher.open("id", sealed).unwrap() == "1"));
    }

    #[test]
    fn the_keys_of_a_restored_database_take_the_place_of_those_that_were_known() {
        let cipher = cipher(7);
        let algorithm = KeyAlgorithm::Aes256Gcm;
        let made = |version: i32| row(&cipher.master, version, algorithm, &algorithm.new_key());
        let (first, second) = (made(1), made(2));
        cipher.take(&[first.clone(), second]);
        let lost = cipher.seal("id", "1").unwrap();
        // From before the second key was made, and then it is made once more.
        cipher.take(std::slice::from_ref(&first));
        assert_eq!(version_of(&cipher.seal("id", "1").unwrap()), Some(1));
        assert!(cipher.open("id", &lost).is_err());
        cipher.take(&[first.clone(), made(2)]);
        let new = cipher.seal("id", "1").unwrap();
        assert_eq!((version_of(&new), cipher.open("id", &new).unwrap()), (Some(2), "1".to_owned()));
        assert!(
            cipher.open("id", &lost).is_err(),
            "it was under the key that is not there any more"
        );
        // Wrapped under another master key: what is known stays known.
        let mut rewrapped = first;
        let key = cipher.master.unwrap(rewrapped.name(), &rewrapped.wrapped).unwrap();
        rewrapped.wrapped = MasterKey([9; 32]).wrap(rewrapped.name(), &key).unwrap();
        let under_first = {
            cipher.take(std::slice::from_ref(&rewrapped));
            cipher.seal("id", "1").unwrap()
        };
        assert_eq!(cipher.open("id", &under_first).unwrap(), "1");
    }

    #[test]
    fn a_wrapped_key_opens_under_its_own_master_key_and_name_only() {
        let (own, other) = (MasterKey([1; 32]), MasterKey([2; 32]));
        let key = KeyAlgorithm::Aes256Gcm.new_key();
        let row = row(&own, 1, KeyAlgorithm::Aes256Gcm, &key);
        assert_eq!(own.unwrap(row.name(), &row.wrapped), Some(key));
        assert_eq!(other.unwrap(row.name(), &row.wrapped), None);
        assert_eq!(own.unwrap(KeyName { version: 2, ..row.name() }, &row.wrapped), None);
        assert_ne!(own.name(), other.name());
        // A database can be opened without its key; only what is encrypted stays closed.
        let cipher = Cipher::new(&other, None);
        cipher.take(&[row]);
        assert!(cipher.seal("id", "1").is_err());
    }

    #[test]
    fn look_up_depends_on_key_and_context() {
        let (one, other) = (cipher(7), cipher(8));
        assert_eq!(one.lookup_hash("id", "1"), one.lookup_hash("id", "1"));
        assert_ne!(one.lookup_hash("id", "1"), other.lookup_hash("id", "1"));
        assert_ne!(one.lookup_hash("id", "1"), one.lookup_hash("phone", "1"));
    }
}
