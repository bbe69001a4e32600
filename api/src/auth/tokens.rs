//! Access tokens: short-lived JWTs (RFC 9068) signed with EdDSA, whose life follows the service's clock.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::keys::{Key, Keys};
use crate::problem::{Code, Problem};

/// The audience of our tokens: this API and nothing else.
pub const AUDIENCE: &str = "xueshi-api";
/// The `typ` of an access token, which tells it from other JWTs such as client assertions.
const TYPE: &str = "at+jwt";
/// Longer texts are not tokens of ours.
const MAX_LENGTH: usize = 4096;

/// What an access token says. Of rights it says nothing about people: those are looked up with every request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: the address of this service.
    pub iss: String,
    /// Whom it is for: [`AUDIENCE`].
    pub aud: String,
    /// The account's id, or the client's name.
    pub sub: String,
    /// The session of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    /// The client's name, for a machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Seconds since 1970 when it was issued.
    pub iat: i64,
    /// Seconds since 1970 from which it is no longer accepted.
    pub exp: i64,
    /// Its own id.
    pub jti: Uuid,
    /// The scopes of a machine, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// Writes a token.
///
/// # Errors
/// 500 when the key is not usable.
pub fn sign(claims: &Claims, key: &Key) -> Result<String, Problem> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.kid.clone());
    encode(&header, claims, &key.private).map_err(Problem::internal)
}

/// Tokens of one issuer, and those among them whose signatures were found to be good: of a token that comes again only the digest is
/// computed. Whether its key still stands and whether it has expired is asked every time.
pub struct Tokens {
    keys: Arc<Keys>,
    issuer: Arc<str>,
    /// By the digests of their texts; the tokens themselves are not kept.
    verified: Cache<[u8; 32], Arc<Verified>>,
}

struct Verified {
    kid: String,
    claims: Claims,
}

/// Tokens that are remembered at most; one takes some hundred bytes.
const REMEMBERED: usize = 16_384;

impl Tokens {
    /// The tokens of an issuer, signed with these keys.
    #[must_use]
    pub fn new(keys: Arc<Keys>, issuer: Arc<str>) -> Self {
        Self { keys, issuer, verified: Cache::new(REMEMBERED) }
    }

    /// Reads a token of this issuer that has not expired.
    ///
    /// # Errors
    /// 401 `invalid-token` for anything that this service did not issue for itself, and `token-expired`; 503 when the store cannot
    /// be asked for keys.
    pub async fn verify(&self, token: &str, now: OffsetDateTime) -> Result<Claims, Problem> {
        short_enough(token)?;
        let digest = Sha256::digest(token.as_bytes()).into();
        let known = self.verified.get(&digest);
        let kid = match &known {
            // The name of a key is the thumbprint of its public half: under one name there is one key.
            Some(known) => known.kid.clone(),
            None => kid_of(token)?,
        };
        let key = self.keys.verifying(&kid).await?.ok_or_else(|| invalid("unknown key"))?;
        if let Some(known) = known {
            return in_time(known.claims.clone(), now);
        }
        let claims = verified(token, &key, &self.issuer)?;
        self.verified.insert(digest, Arc::new(Verified { kid, claims: claims.clone() }));
        in_time(claims, now)
    }
}

fn short_enough(token: &str) -> Result<(), Problem> {
    if token.len() > MAX_LENGTH { Err(invalid("too long")) } else { Ok(()) }
}

/// The name of the key that a token claims to be signed with.
fn kid_of(token: &str) -> Result<String, Problem> {
    short_enough(token)?;
    let header = decode_header(token).map_err(invalid)?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) {
        return Err(invalid("not an access token"));
    }
    header.kid.ok_or_else(|| invalid("no key named"))
}

/// What a token says, if it is signed with this key, by and for this service; it may have expired.
fn verified(token: &str, key: &Key, issuer: &str) -> Result<Claims, Problem> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[AUDIENCE]);
    // The library would ask the machine's clock; ours can be another one.
    validation.validate_exp = false;
    Ok(decode::<Claims>(token, &key.public, &validation).map_err(invalid)?.claims)
}

fn in_time(claims: Claims, now: OffsetDateTime) -> Result<Claims, Problem> {
    if claims.exp <= now.unix_timestamp() {
        return Err(Problem::new(Code::TokenExpired));
    }
    Ok(claims)
}

fn invalid(cause: impl std::fmt::Display) -> Problem {
    Problem::new(Code::InvalidToken).because(cause)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::EncodingKey;
    use serde_json::{Value, json};
    use time::macros::datetime;

    use super::*;
    use crate::auth::keys::{Former, rotate};
    use crate::auth::test_world::world;

    const ISSUER: &str = "https://xueshi.example";
    const NOW: OffsetDateTime = datetime!(2023-10-16 09:00 +8);

    fn claims() -> Claims {
        Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: Uuid::nil().to_string(),
            sid: Some(Uuid::max()),
            client_id: None,
            iat: NOW.unix_timestamp(),
            exp: NOW.unix_timestamp() + 900,
            jti: Uuid::nil(),
            scope: None,
        }
    }

    fn read(token: &str, key: &Key, now: OffsetDateTime) -> Result<Claims, Code> {
        kid_of(token)
            .and_then(|_| verified(token, key, ISSUER))
            .and_then(|claims| in_time(claims, now))
            .map_err(|problem| problem.code())
    }

    #[test]
    fn a_token_reads_back_until_it_expires() {
        let key = Key::for_tests();
        let token = sign(&claims(), &key).unwrap();
        assert_eq!(kid_of(&token).unwrap(), key.kid);
        assert_eq!(read(&token, &key, NOW), Ok(claims()));
        assert_eq!(read(&token, &key, NOW + time::Duration::seconds(899)), Ok(claims()));
        assert_eq!(read(&token, &key, NOW + time::Duration::seconds(900)), Err(Code::TokenExpired));
    }

    #[actix_web::test]
    async fn of_a_remembered_token_its_time_and_its_key_are_asked_again() {
        let (store, _clock, _dir) = world();
        let life = time::Duration::minutes(15);
        let keys = Arc::new(Keys::open(store.clone(), life).await.unwrap());
        let tokens = Tokens::new(Arc::clone(&keys), ISSUER.into());
        let token = sign(&claims(), &keys.signing().await.unwrap()).unwrap();
        for (later, answer) in [
            (0, Ok(claims())),
            (899, Ok(claims())),
            (900, Err(Code::TokenExpired)),
            (0, Ok(claims())),
        ] {
            let now = NOW + time::Duration::seconds(later);
            let read = tokens.verify(&token, now).await.map_err(|problem| problem.code());
            assert_eq!(read, answer, "{later}");
        }
        let new = rotate(&store, life, Former::Revoked).await.unwrap();
        while keys.verifying(&new).await.unwrap().is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let read = tokens.verify(&token, NOW).await.map_err(|problem| problem.code());
        assert_eq!(read, Err(Code::InvalidToken), "its key is revoked");
    }

    #[test]
    fn the_clock_may_stand_at_any_instant() {
        let key = Key::for_tests();
        for now in [
            datetime!(0000-01-01 00:00 +8),
            datetime!(1960-01-01 00:00 +8),
            datetime!(9999-12-31 23:59:59 +8),
        ] {
            let claims =
                Claims { iat: now.unix_timestamp(), exp: now.unix_timestamp() + 900, ..claims() };
            assert_eq!(read(&sign(&claims, &key).unwrap(), &key, now), Ok(claims), "{now}");
        }
    }

    #[test]
    fn another_issuer_audience_key_or_kind_is_refused() {
        let key = Key::for_tests();
        let wrong = |change: fn(&mut Claims)| {
            let mut claims = claims();
            change(&mut claims);
            sign(&claims, &key).unwrap()
        };
        let other_kind = encode(&Header::new(Algorithm::EdDSA), &claims(), &key.private).unwrap();
        let mut symmetric = Header::new(Algorithm::HS256);
        symmetric.typ = Some(TYPE.to_owned());
        symmetric.kid = Some(key.kid.clone());
        for (name, token) in [
            ("issuer", wrong(|claims| claims.iss = "https://other.example".to_owned())),
            ("audience", wrong(|claims| claims.aud = "other".to_owned())),
            ("key", sign(&claims(), &Key::for_tests()).unwrap()),
            ("typ", other_kind),
            ("alg", encode(&symmetric, &claims(), &EncodingKey::from_secret(b"guess")).unwrap()),
            (
                "alg none",
                format!(
                    "{}.{}.",
                    part(&json!({"alg": "none", "typ": TYPE, "kid": key.kid})),
                    part(&json!(claims()))
                ),
            ),
            ("nothing", String::new()),
            ("dots", "..".to_owned()),
            ("long", "a".repeat(MAX_LENGTH + 1)),
        ] {
            assert_eq!(read(&token, &key, NOW), Err(Code::InvalidToken), "{name}");
        }
    }

    #[test]
    fn an_expired_forgery_is_a_forgery() {
        let (key, mut old) = (Key::for_tests(), claims());
        old.exp = NOW.unix_timestamp() - 1;
        assert_eq!(read(&sign(&old, &key).unwrap(), &key, NOW), Err(Code::TokenExpired));
        assert_eq!(
            read(&sign(&old, &Key::for_tests()).unwrap(), &key, NOW),
            Err(Code::InvalidToken)
        );
    }

    #[test]
    fn no_changed_character_goes_unnoticed() {
        let key = Key::for_tests();
        let token = sign(&claims(), &key).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let mut payload: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        payload["sub"] = json!(Uuid::max());
        let forged = format!("{}.{}.{}", parts[0], part(&payload), parts[2]);
        assert_eq!(read(&forged, &key, NOW), Err(Code::InvalidToken));
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(changed == token || read(&changed, &key, NOW).is_err(), "{place}");
        }
    }

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }
}
