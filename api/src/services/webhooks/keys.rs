//! Secrets and pairs of keys, in the written forms of Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use xueshi_domain::webhook::Scheme;
use xueshi_persistence::{Id, Moment, WebhookSecret};

/// How a secret is written.
pub(super) const SECRET: &str = "whsec_";
/// How a private key is written: the 32 bytes of its seed and the 32 of its public half.
pub(super) const PRIVATE: &str = "whsk_";
/// How a public key is written.
const PUBLIC: &str = "whpk_";

/// A new secret of 32 random bytes, or a new pair of keys.
pub(super) fn make(scheme: Scheme, id: Id, now: Moment) -> WebhookSecret {
    let bytes: [u8; 32] = rand::random();
    let (secret, public_key) = match scheme {
        Scheme::Hmac => (format!("{SECRET}{}", STANDARD.encode(bytes)), None),
        Scheme::Ed25519 => {
            let key = SigningKey::from_bytes(&bytes);
            let public = format!("{PUBLIC}{}", STANDARD.encode(key.verifying_key().as_bytes()));
            (format!("{PRIVATE}{}", STANDARD.encode(key.to_keypair_bytes())), Some(public))
        }
    };
    WebhookSecret { id, scheme, secret, public_key, created_at: now, expires_at: None }
}
