//! The keys that credentials and status lists are signed with, and the signing.
//!
//! The first one is made when it is needed. They are of a purpose of their own: no access token verifies with them, and nothing
//! that was signed for logging in is a credential. A replaced key stays published for ever, since a certificate is shown for as
//! long as its owner lives.

use std::collections::BTreeMap;
use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use xueshi_persistence::{Keep, KeyPurpose, Reader, SigningKey, Store, StoreError, Writer};

use super::keys::tell_of_key;
use crate::problem::Problem;
use crate::settings::CredentialSuite;

/// The id of the signer that goes into every signature of SM2, where no other one is agreed upon (GM/T 0009).
pub const SM2_SIGNER_ID: &str = "1234567812345678";
/// What `alg` says of SM2 with SM3, as r and s of 32 bytes each. JOSE has no registered name for it.
const SM2_ALGORITHM: &str = "SM2SM3";

/// A key that signs.
pub struct CredentialKey {
    kid: String,
    secret: Secret,
    /// Its public half, made from the secret one.
    jwk: Value,
}

enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    Sm2(sm2::dsa::SigningKey),
}

/// The key to sign with; made if there is none of the suite that the settings ask for.
///
/// # Errors
/// When the store fails, or a key does not read back.
pub async fn signing(store: &Store, suite: CredentialSuite) -> Result<CredentialKey, StoreError> {
    let known = store.read(move |reader: &mut Reader<'_>| present(reader, suite)).await?;
    if let Some(key) = known {
        return Ok(key);
    }
    let made = store.write(Keep::Yes, move |writer: &mut Writer<'_>| {
        // Another request may have been faster.
        match present(writer, suite)? {
            Some(key) => Ok(key),
            None => CredentialKey::of(&make(writer, suite)?),
        }
    });
    made.await
}

/// Makes a new key in place of the present one of the suite and returns its name. The former ones go on verifying.
///
/// # Errors
/// When the store fails.
pub async fn rotate(store: &Store, suite: CredentialSuite) -> Result<String, StoreError> {
    store.write(Keep::Yes, move |writer| make(writer, suite).map(|key| key.kid)).await
}

/// The public halves of all keys that ever signed, as JWKs (RFC 7517), the newest first.
///
/// # Errors
/// When the store fails, or a key does not read back.
pub async fn published(store: &Store) -> Result<Vec<Value>, StoreError> {
    let read = |reader: &mut Reader<'_>| reader.signing_keys_for(KeyPurpose::Credential);
    let keys = store.read(read).await?;
    let usable = keys.iter().filter_map(|stored| match CredentialKey::of(stored) {
        Ok(key) => Some(key.jwk),
        // The others, and the keys of access tokens, are good all the same.
        Err(error) => {
            log::error!("the credential key {} is not published: {error}", stored.kid);
            None
        }
    });
    Ok(usable.collect())
}

/// The newest key of a suite that was not replaced. Instances with several suites have one each.
fn present(
    reader: &mut Reader<'_>,
    suite: CredentialSuite,
) -> Result<Option<CredentialKey>, StoreError> {
    for stored in reader.signing_keys_for(KeyPurpose::Credential)? {
        if stored.retired_at.is_some() {
            continue;
        }
        let key = CredentialKey::of(&stored)?;
        if key.suite() == suite {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Makes a key, in place of those of its suite only, and of those that cannot be used.
fn make(writer: &mut Writer<'_>, suite: CredentialSuite) -> Result<SigningKey, StoreError> {
    let mut former = Vec::new();
    for stored in writer.signing_keys_for(KeyPurpose::Credential)? {
        let is_others = CredentialKey::of(&stored).is_ok_and(|key| key.suite() != suite);
        if stored.retired_at.is_none() && !is_others {
            former.push(stored.kid);
        }
    }
    let key = generate(suite, writer.now())?;
    writer.keep_signing_key_for(KeyPurpose::Credential, &former, &key)?;
    tell_of_key(writer, json!({"purpose": "credential", "key": key.kid}))?;
    Ok(key)
}

fn generate(suite: CredentialSuite, now: OffsetDateTime) -> Result<SigningKey, StoreError> {
    let secret = match suite {
        CredentialSuite::Ed25519 => {
            Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&rand::random()))
        }
        // A number below the order of the curve, which all are but one of some four thousand million.
        CredentialSuite::Sm2 => loop {
            let secret: [u8; 32] = rand::random();
            if let Ok(key) = sm2::dsa::SigningKey::from_slice(SM2_SIGNER_ID, &secret) {
                break Secret::Sm2(key);
            }
        },
    };
    let (kid, jwk) = secret.public().map_err(|error| unusable(&error))?;
    Ok(SigningKey {
        kid,
        private_key: STANDARD.encode(secret.bytes()),
        public_key: jwk.to_string(),
        created_at: now,
        retired_at: None,
        expires_at: None,
    })
}

impl Secret {
    fn suite(&self) -> CredentialSuite {
        match self {
            Self::Ed25519(_) => CredentialSuite::Ed25519,
            Self::Sm2(_) => CredentialSuite::Sm2,
        }
    }

    /// The 32 bytes of the private half.
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.to_bytes().to_vec(),
            Self::Sm2(key) => key.to_bytes().to_vec(),
        }
    }

    /// Its name, which is the thumbprint of the public half (RFC 7638), and that half as a JWK.
    fn public(&self) -> Result<(String, Value), String> {
        let members = match self {
            Self::Ed25519(key) => BTreeMap::from([
                ("kty", "OKP".to_owned()),
                ("crv", "Ed25519".to_owned()),
                ("x", URL_SAFE_NO_PAD.encode(key.verifying_key().to_bytes())),
            ]),
            Self::Sm2(key) => {
                // SEC 1: 4, then both coordinates.
                let point = key.verifying_key().to_sec1_bytes();
                let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else {
                    return Err("its point is not written with both coordinates".to_owned());
                };
                BTreeMap::from([
                    ("kty", "EC".to_owned()),
                    ("crv", "SM2".to_owned()),
                    ("x", URL_SAFE_NO_PAD.encode(x)),
                    ("y", URL_SAFE_NO_PAD.encode(y)),
                ])
            }
        };
        // RFC 7638, 3: the members that make the key, sorted, without spaces.
        let text = serde_json::to_vec(&members).map_err(|error| error.to_string())?;
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(text));
        let mut jwk = json!({"kid": kid, "use": "sig", "alg": algorithm(self.suite())});
        for (member, value) in members {
            jwk[member] = json!(value);
        }
        Ok((kid, jwk))
    }
}

fn unusable(error: &dyn Display) -> StoreError {
    StoreError::Corrupt(format!("a new credential key is not usable: {error}"))
}

fn algorithm(suite: CredentialSuite) -> &'static str {
    match suite {
        // RFC 8037; the libraries that verify know it by this name.
        CredentialSuite::Ed25519 => "EdDSA",
        CredentialSuite::Sm2 => SM2_ALGORITHM,
    }
}

fn unreadable(stored: &SigningKey, error: &dyn Display) -> StoreError {
    StoreError::Corrupt(format!("credential key {}: {error}", stored.kid))
}

impl CredentialKey {
    /// A stored key. Its public half is stored in plain, where others could exchange it: it has to be that of the secret half, which
    /// nobody exchanges without the installation's key.
    fn of(stored: &SigningKey) -> Result<Self, StoreError> {
        let secret =
            STANDARD.decode(&stored.private_key).map_err(|error| unreadable(stored, &error))?;
        let secret: [u8; 32] =
            secret.try_into().map_err(|_| unreadable(stored, &"it has not 32 bytes"))?;
        let known: Value =
            serde_json::from_str(&stored.public_key).map_err(|error| unreadable(stored, &error))?;
        let secret = match known["crv"].as_str() {
            Some("Ed25519") => Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret)),
            Some("SM2") => sm2::dsa::SigningKey::from_slice(SM2_SIGNER_ID, &secret)
                .map(Secret::Sm2)
                .map_err(|error| unreadable(stored, &error))?,
            Some(_) | None => return Err(unreadable(stored, &"its curve is not known")),
        };
        let (kid, jwk) = secret.public().map_err(|error| unreadable(stored, &error))?;
        if (&kid, &jwk) != (&stored.kid, &known) {
            return Err(unreadable(stored, &"its public half is not that of its private one"));
        }
        Ok(Self { kid, secret, jwk })
    }

    fn suite(&self) -> CredentialSuite {
        self.secret.suite()
    }

    /// A credential as a JWT (VC-JOSE-COSE: the payload is the credential itself). The same payload gives the same text: neither
    /// suite takes anything random into a signature.
    ///
    /// # Errors
    /// 500 when the key does not sign.
    pub fn sign(&self, credential: &Value) -> Result<String, Problem> {
        let header = json!({
            "alg": algorithm(self.suite()), "cty": "vc", "kid": self.kid, "typ": "vc+jwt",
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(credential));
        let signature = self.signature(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<[u8; 64], Problem> {
        match &self.secret {
            Secret::Ed25519(key) => {
                let signature: ed25519_dalek::Signature =
                    ed25519_dalek::Signer::try_sign(key, message).map_err(Problem::internal)?;
                Ok(signature.to_bytes())
            }
            Secret::Sm2(key) => {
                let signature: sm2::dsa::Signature =
                    sm2::dsa::signature::Signer::try_sign(key, message)
                        .map_err(Problem::internal)?;
                Ok(signature.to_bytes())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Keys;
    use crate::auth::test_world::world;

    #[actix_web::test]
    async fn a_key_is_made_when_it_is_needed_and_shared() {
        let (store, _clock, _directory) = world();
        assert!(published(&store).await.unwrap().is_empty());
        let first = signing(&store, CredentialSuite::Ed25519).await.unwrap();
        let second = signing(&store, CredentialSuite::Ed25519).await.unwrap();
        assert_eq!(first.kid, second.kid);
        let keys = published(&store).await.unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0]["kid"], first.kid.as_str());
        assert!(keys[0].get("d").is_none(), "the private half stays inside");
    }

    #[actix_web::test]
    async fn replaced_keys_stay_published_for_ever() {
        let (store, clock, _directory) = world();
        let first = signing(&store, CredentialSuite::Ed25519).await.unwrap().kid;
        clock.advance(time::Duration::days(365 * 20));
        let second = rotate(&store, CredentialSuite::Ed25519).await.unwrap();
        assert_eq!(signing(&store, CredentialSuite::Ed25519).await.unwrap().kid, second);
        // Another suite is another key.
        let third = signing(&store, CredentialSuite::Sm2).await.unwrap().kid;
        clock.advance(time::Duration::days(365 * 20));
        let keys = published(&store).await.unwrap();
        let names: Vec<&str> = keys.iter().filter_map(|key| key["kid"].as_str()).collect();
        assert!(
            names.len() == 3
                && [&first, &second, &third].iter().all(|kid| names.contains(&kid.as_str())),
            "{names:?}"
        );
    }

    /// Two instances with a suite each, on one database: a key for each suite, however often they sign.
    #[actix_web::test]
    async fn suites_have_a_key_each() {
        let (store, clock, _directory) = world();
        let both = [CredentialSuite::Ed25519, CredentialSuite::Sm2];
        let mut first = Vec::new();
        for suite in both {
            clock.advance(time::Duration::days(1));
            first.push(signing(&store, suite).await.unwrap().kid);
        }
        for _ in 0..3 {
            clock.advance(time::Duration::days(1));
            for (suite, kid) in both.into_iter().zip(&first) {
                assert_eq!(signing(&store, suite).await.unwrap().kid, *kid);
            }
        }
        assert_eq!(published(&store).await.unwrap().len(), 2);
        // A new one of the one leaves the other alone.
        let new = rotate(&store, CredentialSuite::Sm2).await.unwrap();
        assert_eq!(signing(&store, CredentialSuite::Sm2).await.unwrap().kid, new);
        assert_eq!(signing(&store, CredentialSuite::Ed25519).await.unwrap().kid, first[0]);
        assert_eq!(published(&store).await.unwrap().len(), 3);
    }

    /// Whoever exchanges the public half, which is stored in plain, makes nobody believe in a key of theirs.
    #[test]
    fn a_public_half_that_is_not_that_of_the_private_one_is_refused() {
        for suite in [CredentialSuite::Ed25519, CredentialSuite::Sm2] {
            let own = generate(suite, OffsetDateTime::UNIX_EPOCH).unwrap();
            let others = generate(suite, OffsetDateTime::UNIX_EPOCH).unwrap();
            let renamed = others.public_key.replace(&others.kid, &own.kid);
            for public_key in [others.public_key, renamed] {
                let forged = SigningKey { public_key, ..own.clone() };
                assert!(matches!(CredentialKey::of(&forged), Err(StoreError::Corrupt(_))));
            }
            let forged = SigningKey { kid: others.kid, ..own.clone() };
            assert!(matches!(CredentialKey::of(&forged), Err(StoreError::Corrupt(_))));
            assert!(CredentialKey::of(&own).is_ok());
        }
    }

    /// A key of one purpose is none of the other.
    #[actix_web::test]
    async fn a_credential_key_is_no_key_of_tokens() {
        let (store, _clock, _directory) = world();
        let keys = Keys::open(store.clone(), time::Duration::minutes(15)).await.unwrap();
        let kid = signing(&store, CredentialSuite::Ed25519).await.unwrap().kid;
        let again = Keys::open(store.clone(), time::Duration::minutes(15)).await.unwrap();
        for keys in [&keys, &again] {
            assert!(keys.verifying(&kid).await.unwrap().is_none());
            assert_ne!(keys.signing().await.unwrap().kid, kid);
            assert_eq!(keys.published().await.unwrap().len(), 1);
        }
        let access = keys.signing().await.unwrap().kid.clone();
        let published = published(&store).await.unwrap();
        assert!(published.iter().all(|key| key["kid"] != access.as_str()), "{published:?}");
    }

    /// The key pair of the example in GB/T 32918.5, A.2, whose signer bears the usual id.
    #[test]
    fn sm2_verifies_what_the_standard_signed() {
        let public = "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
                      CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
        let signature = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3\
                         B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";
        let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_SIGNER_ID, &bytes(public)).unwrap();
        let signature = sm2::dsa::Signature::from_slice(&bytes(signature)).unwrap();
        let verify = sm2::dsa::signature::Verifier::verify;
        assert!(verify(&key, b"message digest", &signature).is_ok());
        assert!(verify(&key, b"message digesT", &signature).is_err());
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(pair).collect()
    }

    #[test]
    fn the_same_credential_has_the_same_text() {
        for suite in [CredentialSuite::Ed25519, CredentialSuite::Sm2] {
            let stored = generate(suite, OffsetDateTime::UNIX_EPOCH).unwrap();
            let key = CredentialKey::of(&stored).unwrap();
            let credential = json!({"id": "https://xueshi.example/1"});
            assert_eq!(key.suite(), suite);
            assert_eq!(key.sign(&credential).unwrap(), key.sign(&credential).unwrap());
        }
    }
}
