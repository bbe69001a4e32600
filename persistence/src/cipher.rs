//! Personal numbers at rest: encrypted, and found by a keyed hash (U4a).

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::error::StoreError;

/// The installation's secret, from which the working keys are derived. Kept outside the database.
#[derive(Clone)]
pub struct MasterKey(pub [u8; 32]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// First byte of every ciphertext, so that another algorithm or key can follow.
const VERSION: u8 = 1;
const NONCE_LENGTH: usize = 12;

/// Encrypts fields (AES-256-GCM) and hashes them for look-up (HMAC-SHA-256).
pub(crate) struct Cipher {
    aead: Aes256Gcm,
    lookup_key: [u8; 32],
}

impl Cipher {
    pub(crate) fn new(master: &MasterKey) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"xueshi"), &master.0);
        let derive = |purpose: &[u8]| {
            let mut key = [0_u8; 32];
            // infallible: 32 bytes is far below HKDF's limit of 255 blocks.
            let _ = hkdf.expand(purpose, &mut key);
            key
        };
        Self {
            aead: Aes256Gcm::new(&derive(b"field encryption").into()),
            lookup_key: derive(b"field look-up"),
        }
    }

    /// Encrypts one field; `context` (the column) is bound to it, so that values cannot be swapped.
    pub(crate) fn seal(&self, context: &str, plain: &str) -> Result<Vec<u8>, StoreError> {
        self.seal_bytes(context, plain.as_bytes())
    }

    /// Encrypts bytes, as [`Self::seal`] does a field.
    pub(crate) fn seal_bytes(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; NONCE_LENGTH] = rand::random();
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self
            .aead
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| StoreError::Corrupt(format!("{context} cannot be encrypted")))?;
        Ok([&[VERSION], nonce.as_slice(), sealed.as_slice()].concat())
    }

    /// Decrypts what [`Self::seal`] made for the same context.
    pub(crate) fn open(&self, context: &str, stored: &[u8]) -> Result<String, StoreError> {
        let plain = self.open_bytes(context, stored)?;
        String::from_utf8(plain)
            .map_err(|_| StoreError::Corrupt(format!("{context} does not decrypt")))
    }

    /// Decrypts what [`Self::seal_bytes`] made for the same context.
    pub(crate) fn open_bytes(&self, context: &str, stored: &[u8]) -> Result<Vec<u8>, StoreError> {
        let unreadable = || StoreError::Corrupt(format!("{context} does not decrypt"));
        let rest = stored.strip_prefix(&[VERSION]).ok_or_else(unreadable)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or_else(unreadable)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.aead.decrypt(&Nonce::from(*nonce), payload).map_err(|_| unreadable())
    }

    /// The keyed hash under which a value is found without decrypting anything.
    pub(crate) fn lookup_hash(&self, context: &str, plain: &str) -> Vec<u8> {
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.lookup_key) else {
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
    use super::*;

    #[test]
    fn a_field_reads_back_only_in_its_own_context_and_unchanged() {
        let cipher = Cipher::new(&MasterKey([7; 32]));
        let sealed = cipher.seal("id", "410102198506151238").unwrap();
        assert_eq!(cipher.open("id", &sealed).unwrap(), "410102198506151238");
        assert!(cipher.open("phone", &sealed).is_err());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(cipher.open("id", &changed).is_err());
        }
        assert!(cipher.open("id", &[]).is_err());
        assert_ne!(sealed, cipher.seal("id", "410102198506151238").unwrap());
    }

    #[test]
    fn look_up_depends_on_key_and_context() {
        let one = Cipher::new(&MasterKey([7; 32]));
        let other = Cipher::new(&MasterKey([8; 32]));
        assert_eq!(one.lookup_hash("id", "1"), one.lookup_hash("id", "1"));
        assert_ne!(one.lookup_hash("id", "1"), other.lookup_hash("id", "1"));
        assert_ne!(one.lookup_hash("id", "1"), one.lookup_hash("phone", "1"));
    }
}
