//! Authenticated encryption under one key.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, AesGcm, Nonce};
use sm4::Sm4;
use xueshi_domain::TextEnum;

/// SM4 (GB/T 32907) in Galois counter mode, as RFC 8998 has it: `aes-gcm` is generic over the block cipher.
type Sm4Gcm = AesGcm<Sm4, U12>;

const NONCE_LENGTH: usize = 12;

/// What a key is for, and how it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// Encrypts: AES-256 in Galois counter mode.
    Aes256Gcm,
    /// Encrypts: SM4 in Galois counter mode, for installations that must use the national algorithms.
    Sm4Gcm,
    /// Hashes for look-up: HMAC with SHA-256.
    HmacSha256,
}

impl TextEnum for KeyAlgorithm {
    const ALL: &'static [Self] = &[Self::Aes256Gcm, Self::Sm4Gcm, Self::HmacSha256];
    const NAMES: &'static [&'static str] = &["aes-256-gcm", "sm4-gcm", "hmac-sha-256"];

    fn as_str(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Sm4Gcm => "sm4-gcm",
            Self::HmacSha256 => "hmac-sha-256",
        }
    }
}

impl KeyAlgorithm {
    /// Bytes of a key.
    pub(super) const fn key_length(self) -> usize {
        match self {
            Self::Aes256Gcm | Self::HmacSha256 => 32,
            Self::Sm4Gcm => 16,
        }
    }

    /// The byte that stands for it in a ciphertext.
    pub(super) const fn mark(self) -> u8 {
        match self {
            Self::Aes256Gcm => 1,
            Self::Sm4Gcm => 2,
            Self::HmacSha256 => 3,
        }
    }

    /// The algorithm that a key of this one is wrapped with.
    pub(super) const fn wrapped_with(self) -> Self {
        match self {
            Self::Aes256Gcm | Self::HmacSha256 => Self::Aes256Gcm,
            Self::Sm4Gcm => Self::Sm4Gcm,
        }
    }

    /// A new key.
    pub(crate) fn new_key(self) -> Vec<u8> {
        let random: [u8; 32] = rand::random();
        random[..self.key_length()].to_vec()
    }
}

/// A key that encrypts.
pub(super) enum FieldKey {
    Aes(Box<Aes256Gcm>),
    Sm4(Box<Sm4Gcm>),
}

impl FieldKey {
    /// The key of these bytes; none for bytes of another length, or for an algorithm that does not encrypt.
    pub(super) fn new(algorithm: KeyAlgorithm, key: &[u8]) -> Option<Self> {
        match algorithm {
            KeyAlgorithm::Aes256Gcm => {
                Aes256Gcm::new_from_slice(key).ok().map(|aead| Self::Aes(Box::new(aead)))
            }
            KeyAlgorithm::Sm4Gcm => {
                Sm4Gcm::new_from_slice(key).ok().map(|aead| Self::Sm4(Box::new(aead)))
            }
            KeyAlgorithm::HmacSha256 => None,
        }
    }

    pub(super) const fn algorithm(&self) -> KeyAlgorithm {
        match self {
            Self::Aes(_) => KeyAlgorithm::Aes256Gcm,
            Self::Sm4(_) => KeyAlgorithm::Sm4Gcm,
        }
    }

    /// Nonce, ciphertext and tag.
    pub(super) fn encrypt(&self, bound: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_LENGTH] = rand::random();
        let payload = Payload { msg: plain, aad: bound };
        let sealed = match self {
            Self::Aes(aead) => aead.encrypt(&Nonce::from(nonce), payload),
            Self::Sm4(aead) => aead.encrypt(&Nonce::from(nonce), payload),
        };
        Some([nonce.as_slice(), sealed.ok()?.as_slice()].concat())
    }

    /// The plain text, if it was encrypted under this key and is bound to the same.
    pub(super) fn decrypt(&self, bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
        let payload = Payload { msg: sealed, aad: bound };
        let plain = match self {
            Self::Aes(aead) => aead.decrypt(&Nonce::from(*nonce), payload),
            Self::Sm4(aead) => aead.decrypt(&Nonce::from(*nonce), payload),
        };
        plain.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hexadecimal: &str) -> Vec<u8> {
        let pairs = hexadecimal.as_bytes().chunks_exact(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// The test vector of RFC 8998, appendix A.1.
    #[test]
    fn sm4_in_galois_counter_mode_is_that_of_the_standard() {
        let key = bytes("0123456789abcdeffedcba9876543210");
        let bound = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = bytes(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        );
        let sealed = bytes(concat!(
            "00001234567800000000abcd",
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
            "83de3541e4c2b58177e065a9bf7b62ec",
        ));
        let key = FieldKey::new(KeyAlgorithm::Sm4Gcm, &key).unwrap();
        assert_eq!(key.decrypt(&bound, &sealed).unwrap(), plain);
        let again = key.encrypt(&bound, &plain).unwrap();
        assert_eq!(key.decrypt(&bound, &again).unwrap(), plain);
        assert!(key.decrypt(b"", &again).is_none());
    }

    #[test]
    fn a_key_has_the_length_of_its_algorithm() {
        for algorithm in [KeyAlgorithm::Aes256Gcm, KeyAlgorithm::Sm4Gcm] {
            assert!(FieldKey::new(algorithm, &algorithm.new_key()).is_some());
            assert!(FieldKey::new(algorithm, &[0; 24]).is_none());
        }
        assert!(FieldKey::new(KeyAlgorithm::HmacSha256, &[0; 32]).is_none());
    }
}
