//! Refresh tokens: the session, how often it was refreshed, and a secret of which only the hash is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use xueshi_persistence::Id;

/// What every refresh token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "xsr_";

/// A refresh token as it was sent.
pub(super) struct RefreshToken {
    pub(super) session: Id,
    pub(super) generation: i32,
    secret: [u8; 32],
}

impl RefreshToken {
    /// A new one for a generation of a session.
    pub(super) fn generate(session: Id, generation: i32) -> Self {
        Self { session, generation, secret: rand::random() }
    }

    /// Its text.
    pub(super) fn encode(&self) -> String {
        let bytes =
            [self.session.0.as_bytes().as_slice(), &self.generation.to_be_bytes(), &self.secret]
                .concat();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads what [`Self::encode`] wrote.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (session, rest) = bytes.split_first_chunk::<16>()?;
        let (generation, secret) = rest.split_first_chunk::<4>()?;
        Some(Self {
            session: Id(Uuid::from_bytes(*session)),
            generation: i32::from_be_bytes(*generation),
            secret: secret.try_into().ok()?,
        })
    }

    /// What is stored of it. The secret is random, so that a fast hash is enough.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.secret).to_vec()
    }

    /// Whether it is the one of which this was stored.
    pub(super) fn fits(&self, stored: &[u8]) -> bool {
        self.hash().ct_eq(stored).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_no_other_fits() {
        let token = RefreshToken::generate(Id(Uuid::max()), 7);
        let text = token.encode();
        let read = RefreshToken::decode(&text).unwrap();
        assert_eq!((read.session, read.generation), (token.session, 7));
        assert!(read.fits(&token.hash()));
        assert!(!RefreshToken::generate(Id(Uuid::max()), 7).fits(&token.hash()));
        assert!(!read.fits(&[]));
        for bad in [
            "",
            "xsr_",
            &text[1..],
            &text[..text.len() - 2],
            &format!("{text}AA"),
            &text.replace("xsr_", "xsr-"),
            "xsr_§",
        ] {
            assert!(RefreshToken::decode(bad).is_none(), "{bad}");
        }
    }
}
