//! Machines: client credentials (RFC 6749, 4.4) by secret or by a signed assertion (RFC 7523).

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderValue};
use jsonwebtoken::dangerous::insecure_decode;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use xueshi_domain::access::Scope;
use xueshi_domain::registry::Standing;
use xueshi_persistence::{Client, Concerns, Keep, StoreError, Writer};

use super::Logins;
use super::lockout::{self, Attempt, Subject};
use crate::auth::admission::scopes_of;
use crate::auth::tokens::Claims;
use crate::dto::auth::ClientTokens;
use crate::problem::{Code, Problem};

/// An assertion may be made out for this long at most: so long its one use is remembered.
const ASSERTION_LIFE: Duration = Duration::minutes(10);
/// How far a client's clock may be ahead of ours.
const AHEAD: Duration = Duration::minutes(1);
/// Longest id of an assertion.
const MAX_JTI: usize = 128;

/// How a client proves who it is.
pub enum Credential {
    /// Its name and its secret (HTTP Basic).
    Secret {
        /// The name.
        client_id: String,
        /// The secret.
        secret: String,
    },
    /// A JWT signed with its private key (`private_key_jwt`).
    Assertion(String),
}

/// A request for a token of a machine.
pub struct ClientTokenRequest {
    /// The proof.
    pub credential: Credential,
    /// The scopes that it asks for; all of its own when it names none.
    pub scope: Option<String>,
}

/// What an assertion says (RFC 7523, 3).
#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    jti: String,
}

/// A problem of the token endpoint, with the members of RFC 6749 (5.2) beside our own.
#[must_use]
pub fn oauth_problem(code: Code, description: &'static str) -> Problem {
    let error = match code.id() {
        id if id == Code::InvalidClient.id() => "invalid_client",
        id if id == Code::UnsupportedGrantType.id() => "unsupported_grant_type",
        id if id == Code::InvalidScope.id() => "invalid_scope",
        id if id == Code::TooManyAttempts.id() => "temporarily_unavailable",
        _ => "invalid_request",
    };
    let problem = Problem::new(code).fact("error", error).fact("error_description", description);
    match code.row().status {
        401 => problem.header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"xueshi\", charset=\"UTF-8\""),
        ),
        _ => problem,
    }
}

fn refused(cause: impl std::fmt::Display) -> Problem {
    oauth_problem(Code::InvalidClient, "client authentication failed").because(cause)
}

impl Logins {
    /// Issues an access token to a machine. There is no refresh token: it asks again.
    ///
    /// # Errors
    /// 401 `invalid-client`; 400 `invalid-scope`; 429 `too-many-attempts` after several wrong secrets from this address.
    pub async fn client_token(
        &self,
        request: ClientTokenRequest,
        address: Option<IpAddr>,
    ) -> Result<ClientTokens, Problem> {
        let client = match request.credential {
            Credential::Secret { client_id, secret } => {
                self.by_secret(client_id, secret, address).await?
            }
            Credential::Assertion(assertion) => self.by_assertion(&assertion).await?,
        };
        let scope = granted(&client, request.scope.as_deref())?;
        let claims = Claims {
            client_id: Some(client.client_id.clone()),
            scope: Some(scope.clone()),
            ..self.claims(client.client_id)
        };
        let access_token = self.sign(&claims).await?;
        let expires_in = self.0.access_life.whole_seconds();
        Ok(ClientTokens { access_token, token_type: "Bearer", expires_in, scope })
    }

    async fn by_secret(
        &self,
        client_id: String,
        secret: String,
        address: Option<IpAddr>,
    ) -> Result<Client, Problem> {
        let subject = Subject::new("client", &client_id, address);
        let _turn = self.0.turns.take(&subject).await?;
        let asked = subject.clone();
        let client = self.0.store.read::<_, Problem, _>(move |reader| {
            lockout::check(reader, &asked).map_err(|problem| {
                problem
                    .fact("error", "temporarily_unavailable")
                    .fact("error_description", "too many failed attempts")
            })?;
            Ok(reader.client(&client_id)?)
        });
        let client = client
            .await?
            .map(|(client, _)| client)
            .filter(|client| client.state.0 == Standing::Active);
        let hash = client.as_ref().and_then(|client| client.secret_hash.clone());
        let fits = self.0.passwords.verify(secret, hash).await?;
        match client.filter(|_| fits) {
            Some(client) => Ok(client),
            None => {
                self.note_failure(subject, Attempt::default()).await?;
                Err(refused("wrong secret"))
            }
        }
    }

    async fn by_assertion(&self, assertion: &str) -> Result<Client, Problem> {
        // Read without proof only to learn whose key to prove it with.
        let unproven = insecure_decode::<Assertion>(assertion).map_err(refused)?;
        let (alg, name) = (unproven.header.alg, unproven.claims.iss);
        let wanted = name.clone();
        let client =
            self.0.store.read::<_, StoreError, _>(move |reader| reader.client(&wanted)).await?;
        let client =
            client.map(|(client, _)| client).filter(|client| client.state.0 == Standing::Active);
        let own = client
            .as_ref()
            .and_then(|client| client.public_key.as_deref())
            .and_then(|key| public_key(key).ok());
        let (key_alg, key) = match own {
            Some(key) => key,
            // The same work for a name that nobody has.
            None => (Algorithm::EdDSA, self.0.keys.signing().await?.public.clone()),
        };
        if alg != key_alg {
            return Err(refused("another algorithm than the key's"));
        }
        let audiences = [self.0.issuer.to_string(), format!("{}/v1/oauth/token", self.0.issuer)];
        let claims = prove(assertion, &name, key_alg, &key, &audiences, self.0.store.now())
            .map_err(refused)?;
        let client = client
            .filter(|client| client.public_key.is_some())
            .ok_or_else(|| refused("no such client with a key"))?;
        let expires_at = OffsetDateTime::from_unix_timestamp(claims.exp).map_err(refused)?;
        let id = client.id;
        let use_once =
            move |writer: &mut Writer<'_>| writer.use_assertion(id, &claims.jti, expires_at);
        let used = self.0.store.write_concerning::<_, StoreError, _>(
            Concerns::nobody(),
            Keep::Yes,
            use_once,
        );
        match used.await {
            Ok(()) => Ok(client),
            Err(StoreError::Taken(_)) => Err(refused("the assertion was used before")),
            Err(error) => Err(error.into()),
        }
    }
}

/// Checks an assertion against a key and the clock.
fn prove(
    assertion: &str,
    client_id: &str,
    alg: Algorithm,
    key: &DecodingKey,
    audiences: &[String],
    now: OffsetDateTime,
) -> Result<Assertion, String> {
    let mut validation = Validation::new(alg);
    validation.set_required_spec_claims(&["iss", "sub", "aud"]);
    validation.set_issuer(&[client_id]);
    validation.set_audience(audiences);
    validation.sub = Some(client_id.to_owned());
    // The library would ask the machine's clock; ours can be another one.
    validation.validate_exp = false;
    let claims =
        decode::<Assertion>(assertion, key, &validation).map_err(|error| error.to_string())?.claims;
    let now_seconds = now.unix_timestamp();
    let latest = now.saturating_add(AHEAD).unix_timestamp();
    let wrong = [
        ("it has expired", claims.exp <= now_seconds),
        (
            "it is made out for too long",
            claims.exp > now.saturating_add(ASSERTION_LIFE + AHEAD).unix_timestamp(),
        ),
        (
            "it is from the future",
            claims.iat.is_some_and(|at| at > latest) || claims.nbf.is_some_and(|at| at > latest),
        ),
        (
            "its id is empty or too long",
            !(1..=MAX_JTI).contains(&claims.jti.len()) || claims.jti.contains('\0'),
        ),
        ("issuer and subject differ", claims.iss != claims.sub),
    ];
    match wrong.iter().find(|(_, is_so)| *is_so) {
        Some((cause, _)) => Err((*cause).to_owned()),
        None => Ok(claims),
    }
}

/// The scopes of a new token: those asked for, which the client must have, or all that it has.
fn granted(client: &Client, asked: Option<&str>) -> Result<String, Problem> {
    let own: Vec<Scope> = scopes_of(&client.scopes).collect();
    let Some(asked) = asked else { return Ok(join(&own)) };
    let beyond = || oauth_problem(Code::InvalidScope, "the client was not given one of the scopes");
    let mut scopes = Vec::new();
    for word in asked.split(' ').filter(|word| !word.is_empty()) {
        let scope: Scope = word.parse().map_err(|_| beyond())?;
        if !own.contains(&scope) {
            return Err(beyond());
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() { Err(beyond()) } else { Ok(join(&scopes)) }
}

fn join(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

/// Reads the public key of a client: a JWK of Ed25519 (EdDSA) or P-256 (ES256).
fn public_key(jwk: &str) -> Result<(Algorithm, DecodingKey), String> {
    let jwk: Jwk = serde_json::from_str(jwk).map_err(|error| error.to_string())?;
    let (alg, length) = if let AlgorithmParameters::OctetKeyPair(key) = &jwk.algorithm
        && key.curve == EllipticCurve::Ed25519
    {
        (Algorithm::EdDSA, 32)
    } else if let AlgorithmParameters::EllipticCurve(key) = &jwk.algorithm
        && key.curve == EllipticCurve::P256
    {
        (Algorithm::ES256, 65)
    } else {
        return Err("only Ed25519 and P-256 keys are taken".to_owned());
    };
    let key = DecodingKey::from_jwk(&jwk).map_err(|error| error.to_string())?;
    // The library takes the length for granted.
    match key.try_get_as_bytes() {
        Ok(bytes) if bytes.len() == length => Ok((alg, key)),
        Ok(_) => Err("the key has another length than its curve".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether a text is a public key that a client can authenticate with: a JWK of Ed25519 or P-256, without its private half.
///
/// # Errors
/// What is wrong with it.
pub fn check_public_key(jwk: &str) -> Result<(), String> {
    let value: serde_json::Value = serde_json::from_str(jwk).map_err(|error| error.to_string())?;
    if value.get("d").is_some() {
        return Err("this is a private key; give only its public half".to_owned());
    }
    public_key(jwk).map(drop)
}
