//! Signatures of Standard Webhooks: over the id, the time in seconds and the body, with dots between.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use xueshi_domain::webhook::Scheme;
use xueshi_persistence::WebhookSecret;

use super::keys::{PRIVATE, SECRET};
use crate::problem::Problem;

/// The value of `webhook-signature`: one signature for each secret, with spaces between.
///
/// # Errors
/// When a stored secret does not read back.
pub(super) fn sign(
    secrets: &[WebhookSecret],
    id: &impl Display,
    seconds: i64,
    body: &[u8],
) -> Result<String, Problem> {
    let mut content = format!("{id}.{seconds}.").into_bytes();
    content.extend_from_slice(body);
    let signatures = secrets.iter().map(|secret| {
        let signature = match secret.scheme {
            Scheme::Hmac => {
                let key = bytes(secret, SECRET)?;
                let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(Problem::internal)?;
                mac.update(&content);
                STANDARD.encode(mac.finalize().into_bytes())
            }
            Scheme::Ed25519 => {
                let pair: [u8; 64] = bytes(secret, PRIVATE)?
                    .try_into()
                    .map_err(|_| Problem::internal("a webhook's private key"))?;
                let key = SigningKey::from_keypair_bytes(&pair).map_err(Problem::internal)?;
                STANDARD.encode(key.sign(&content).to_bytes())
            }
        };
        Ok(format!("{},{signature}", secret.scheme))
    });
    Ok(signatures.collect::<Result<Vec<_>, Problem>>()?.join(" "))
}

fn bytes(secret: &WebhookSecret, prefix: &str) -> Result<Vec<u8>, Problem> {
    let text = secret.secret.strip_prefix(prefix).unwrap_or_default();
    STANDARD.decode(text).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
    use xueshi_persistence::{Id, Moment};

    use super::super::keys::make;
    use super::*;

    fn secret(scheme: Scheme) -> WebhookSecret {
        make(scheme, Id(uuid::Uuid::nil()), Moment(time::OffsetDateTime::UNIX_EPOCH))
    }

    /// The example of the specification.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let mut secret = secret(Scheme::Hmac);
        secret.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let body = br#"{"test": 2432232314}"#;
        let signed = sign(&[secret], &"msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn several_secrets_sign_side_by_side_and_v1a_verifies_with_the_public_key() {
        let secrets = [secret(Scheme::Ed25519), secret(Scheme::Hmac), secret(Scheme::Hmac)];
        let signed = sign(&secrets, &"id", 7, b"body").unwrap();
        let parts: Vec<&str> = signed.split(' ').collect();
        assert_eq!(parts.len(), 3);
        assert!(parts[1].starts_with("v1,") && parts[2].starts_with("v1,") && parts[1] != parts[2]);
        let public = secrets[0].public_key.as_deref().unwrap().strip_prefix("whpk_").unwrap();
        let public: [u8; 32] = STANDARD.decode(public).unwrap().try_into().unwrap();
        let signature = STANDARD.decode(parts[0].strip_prefix("v1a,").unwrap()).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        let key = VerifyingKey::from_bytes(&public).unwrap();
        assert!(key.verify(b"id.7.body", &signature).is_ok());
        assert!(key.verify(b"id.8.body", &signature).is_err());
    }
}
