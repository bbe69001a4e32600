//! The keys that access tokens are signed with: Ed25519, kept in the store, published as a JWK set, replaced regularly.
//!
//! Every instance reads them from the store, so that one database has one set of keys. A replaced key goes on verifying until
//! the last token that it may have signed has run out.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use xueshi_domain::event::EventType;
use xueshi_persistence::{Keep, Reader, SigningKey, Store, StoreError, Writer};

use crate::services::events::Happening;

/// A key signs for this long; then the next token is signed with a new one.
const LIFE: Duration = Duration::days(90);
/// A set of keys that was read longer ago is read again before it is used: how soon a change made elsewhere is noticed.
const FRESH: std::time::Duration = std::time::Duration::from_secs(30);
/// For a key that nobody knows the store is asked at most this often.
const ASK_AGAIN: std::time::Duration = std::time::Duration::from_secs(1);
/// What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410, 7).
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// One key, ready for use.
pub struct Key {
    /// Its name in token headers: the thumbprint of its public half (RFC 7638).
    pub kid: String,
    /// Signs.
    pub private: EncodingKey,
    /// Verifies.
    pub public: DecodingKey,
    jwk: Jwk,
    created_at: OffsetDateTime,
    retired: bool,
    expires_at: Option<OffsetDateTime>,
}

/// The keys of the store, as they were a short while ago.
pub struct Keys {
    store: Store,
    token_life: Duration,
    set: RwLock<Arc<Vec<Arc<Key>>>>,
    read_at: Mutex<Instant>,
}

impl Keys {
    /// Reads the keys, and makes the first one in a new database.
    ///
    /// # Errors
    /// When the store fails, or a key does not decrypt.
    pub async fn open(store: Store, token_life: Duration) -> Result<Self, StoreError> {
        let keys =
            Self { store, token_life, set: RwLock::default(), read_at: Mutex::new(Instant::now()) };
        keys.reload().await?;
        keys.signing().await?;
        Ok(keys)
    }

    /// The key to sign with; made anew when the present one has served its time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn signing(&self) -> Result<Arc<Key>, StoreError> {
        if self.claim_reload(FRESH) {
            self.reload().await?;
        }
        if let Some(key) = self.present() {
            return Ok(key);
        }
        let token_life = self.token_life;
        self.store
            .write(Keep::Yes, move |writer| {
                // Another instance may have been faster.
                let now = writer.now();
                for stored in writer.signing_keys()? {
                    let may_sign = signs(stored.retired_at.is_some(), stored.created_at, now);
                    if may_sign && Key::of(&stored)?.is_some() {
                        return Ok(());
                    }
                }
                replace(writer, token_life, Former::UntilTheirTokensEnd).map(drop)
            })
            .await?;
        self.reload().await?;
        self.present().ok_or_else(|| StoreError::Corrupt("there is no signing key".into()))
    }

    /// The key of this name, unless it has run out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn verifying(&self, kid: &str) -> Result<Option<Arc<Key>>, StoreError> {
        if self.claim_reload(FRESH) {
            self.reload().await?;
        }
        if let Some(key) = self.find(kid) {
            return Ok(Some(key));
        }
        if self.claim_reload(ASK_AGAIN) {
            self.reload().await?;
        }
        Ok(self.find(kid))
    }

    /// The public halves as JWKs (RFC 7517), the present one first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn published(&self) -> Result<Vec<Jwk>, StoreError> {
        self.signing().await?;
        let now = self.store.now();
        Ok(self.all().iter().filter(|key| key.verifies(now)).map(|key| key.jwk.clone()).collect())
    }

    fn all(&self) -> Arc<Vec<Arc<Key>>> {
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn present(&self) -> Option<Arc<Key>> {
        let now = self.store.now();
        self.all().iter().find(|key| signs(key.retired, key.created_at, now)).cloned()
    }

    fn find(&self, kid: &str) -> Option<Arc<Key>> {
        let now = self.store.now();
        self.all().iter().find(|key| key.kid == kid && key.verifies(now)).cloned()
    }

    /// Whether the set is older than this; the first to ask is the one to read it again.
    fn claim_reload(&self, age: std::time::Duration) -> bool {
        let mut read_at = self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
        let due = read_at.elapsed() >= age;
        if due {
            *read_at = Instant::now();
        }
        due
    }

    async fn reload(&self) -> Result<(), StoreError> {
        let keys: Result<Vec<_>, StoreError> = self
            .store
            .read(|reader: &mut Reader<'_>| reader.signing_keys())
            .await?
            .iter()
            .filter_map(|key| Key::of(key).transpose())
            .map(|key| key.map(Arc::new))
            .collect();
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys?);
        *self.read_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Ok(())
    }
}

/// What becomes of the keys before a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Former {
    /// They verify until the tokens that they signed have run out.
    UntilTheirTokensEnd,
    /// They are worth nothing from now on: one of them may be known to others.
    Revoked,
}

/// Makes a new signing key in place of the present one and returns its name. Running instances follow within half a minute.
///
/// # Errors
/// When the store fails.
pub async fn rotate(
    store: &Store,
    token_life: Duration,
    former: Former,
) -> Result<String, StoreError> {
    store.write(Keep::Yes, move |writer| replace(writer, token_life, former)).await
}

fn replace(
    writer: &mut Writer<'_>,
    token_life: Duration,
    former: Former,
) -> Result<String, StoreError> {
    let now = writer.now();
    let key = generate(now)?;
    let accept_until = match former {
        // Other instances sign with the old key until they have noticed.
        Former::UntilTheirTokensEnd => now
            .saturating_add(token_life + Duration::try_from(2 * FRESH).unwrap_or(Duration::MINUTE)),
        Former::Revoked => {
            writer.expire_signing_keys()?;
            now
        }
    };
    writer.rotate_signing_key(&key, accept_until)?;
    let revoked = former == Former::Revoked;
    let told = json!({"purpose": "access", "key": key.kid, "former_revoked": revoked});
    tell_of_key(writer, told)?;
    Ok(key.kid)
}

/// Tells auditors, in every city of the installation, that something is signed with another key. In a new database there is none yet.
///
/// # Errors
/// On a database failure.
pub(super) fn tell_of_key(writer: &mut Writer<'_>, data: Value) -> Result<(), StoreError> {
    for city in writer.jurisdictions()? {
        let told = Happening::new(EventType::KeysRotated).data(data.clone());
        let told = match writer.municipal_bureau(city.id)? {
            Some(bureau) => told.unit(bureau.id),
            None => told,
        };
        let event = told.event(writer, city.id);
        writer.record_event(&event)?;
    }
    Ok(())
}

/// Whether a key may sign now. A key from the future, left behind by a clock that was set back, may.
fn signs(retired: bool, created_at: OffsetDateTime, now: OffsetDateTime) -> bool {
    !retired && now - created_at < LIFE
}

fn generate(now: OffsetDateTime) -> Result<SigningKey, StoreError> {
    let seed: [u8; 32] = rand::random();
    let der = [PKCS8_PREFIX.as_slice(), &seed].concat();
    let unusable = |error: &dyn std::fmt::Display| {
        StoreError::Corrupt(format!("a new signing key is not usable: {error}"))
    };
    let (kid, jwk) = public_half(&der).map_err(|error| unusable(&error))?;
    Ok(SigningKey {
        kid,
        private_key: STANDARD.encode(&der),
        public_key: serde_json::to_string(&jwk).map_err(|error| unusable(&error))?,
        created_at: now,
        retired_at: None,
        expires_at: None,
    })
}

/// The name and the public half of a private key.
fn public_half(der: &[u8]) -> Result<(String, Jwk), jsonwebtoken::errors::Error> {
    let mut jwk = Jwk::from_encoding_key(&EncodingKey::from_ed_der(der), Algorithm::EdDSA)?;
    let kid = jwk.thumbprint(ThumbprintHash::SHA256)?;
    jwk.common.key_id = Some(kid.clone());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    jwk.common.key_algorithm = Some(KeyAlgorithm::EdDSA);
    Ok((kid, jwk))
}

impl Key {
    /// A stored key; none, with a line in the log, for one whose public half is not that of the private one: it is stored in plain, where
    /// others could exchange it, and would let them log in as anybody.
    fn of(stored: &SigningKey) -> Result<Option<Self>, StoreError> {
        let unreadable = |error: &dyn std::fmt::Display| {
            StoreError::Corrupt(format!("signing key {}: {error}", stored.kid))
        };
        let der = STANDARD.decode(&stored.private_key).map_err(|error| unreadable(&error))?;
        let (kid, jwk) = public_half(&der).map_err(|error| unreadable(&error))?;
        let known = serde_json::from_str::<Jwk>(&stored.public_key).ok();
        if kid != stored.kid || known.as_ref() != Some(&jwk) {
            log::error!(
                "signing key {}: its public half is not that of its private one",
                stored.kid
            );
            return Ok(None);
        }
        Ok(Some(Self {
            kid,
            private: EncodingKey::from_ed_der(&der),
            public: DecodingKey::from_jwk(&jwk).map_err(|error| unreadable(&error))?,
            jwk,
            created_at: stored.created_at,
            retired: stored.retired_at.is_some(),
            expires_at: stored.expires_at,
        }))
    }

    /// A key for tests, without a store.
    #[cfg(test)]
    pub(super) fn for_tests() -> Self {
        Self::of(&generate(OffsetDateTime::UNIX_EPOCH).unwrap()).unwrap().unwrap()
    }

    fn verifies(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::test_world::world;

    #[actix_web::test]
    async fn a_new_database_gets_one_key_that_all_instances_share() {
        let (store, _clock, _dir) = world();
        let one = Keys::open(store.clone(), Duration::minutes(15)).await.unwrap();
        let other = Keys::open(store, Duration::minutes(15)).await.unwrap();
        let (a, b) = (one.signing().await.unwrap(), other.signing().await.unwrap());
        assert_eq!(a.kid, b.kid);
        let published = serde_json::to_value(one.published().await.unwrap()).unwrap();
        assert_eq!(published.as_array().unwrap().len(), 1);
        let key = &published[0];
        for (member, value) in [
            ("kty", "OKP"),
            ("crv", "Ed25519"),
            ("alg", "EdDSA"),
            ("use", "sig"),
            ("kid", a.kid.as_str()),
        ] {
            assert_eq!(key[member], value, "{member}");
        }
        assert!(key.get("d").is_none(), "the private half stays inside");
    }

    /// Whoever exchanges the public half, which is stored in plain, logs in as nobody.
    #[test]
    fn a_public_half_that_is_not_that_of_the_private_one_is_left_out() {
        let own = generate(OffsetDateTime::UNIX_EPOCH).unwrap();
        let others = generate(OffsetDateTime::UNIX_EPOCH).unwrap();
        let renamed = others.public_key.replace(&others.kid, &own.kid);
        for public_key in [others.public_key, renamed, String::new()] {
            let forged = SigningKey { public_key, ..own.clone() };
            assert!(Key::of(&forged).unwrap().is_none());
        }
        let forged = SigningKey { kid: others.kid, ..own.clone() };
        assert!(Key::of(&forged).unwrap().is_none());
        assert!(Key::of(&own).unwrap().is_some());
    }

    #[actix_web::test]
    async fn a_key_is_replaced_after_its_time_and_verifies_a_while_longer() {
        let (store, clock, _dir) = world();
        let keys = Keys::open(store, Duration::minutes(15)).await.unwrap();
        let first = keys.signing().await.unwrap().kid.clone();
        clock.advance(Duration::days(89));
        assert_eq!(keys.signing().await.unwrap().kid, first);
        clock.advance(Duration::days(1));
        let second = keys.signing().await.unwrap().kid.clone();
        assert_ne!(second, first);
        assert!(keys.verifying(&first).await.unwrap().is_some());
        assert_eq!(keys.published().await.unwrap().len(), 2);
        clock.advance(Duration::minutes(16));
        assert!(keys.verifying(&first).await.unwrap().is_none());
        assert!(keys.verifying(&second).await.unwrap().is_some());
        assert_eq!(keys.published().await.unwrap().len(), 1);
    }

    #[actix_web::test]
    async fn another_instances_key_is_found_by_asking_the_store() {
        let (store, _clock, _dir) = world();
        let keys = Keys::open(store.clone(), Duration::minutes(15)).await.unwrap();
        let first = keys.signing().await.unwrap().kid.clone();
        let new = rotate(&store, Duration::minutes(15), Former::Revoked).await.unwrap();
        assert!(keys.verifying(&new).await.unwrap().is_none(), "asked less than a second ago");
        tokio::time::sleep(ASK_AGAIN).await;
        assert!(keys.verifying(&new).await.unwrap().is_some());
        assert!(keys.verifying(&first).await.unwrap().is_none(), "a revoked key verifies nothing");
        assert_eq!(keys.signing().await.unwrap().kid, new);
    }
}
