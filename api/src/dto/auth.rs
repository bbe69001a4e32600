//! Logging in, and who is logged in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::access::{Permission, Role, Scope};
use xueshi_domain::identity::IdType;
use xueshi_domain::registry::{OrganizationKind, PersonState};

use super::checks::one_line;
use super::{Timestamp, words};
use crate::extract::violation;

/// A name and a password.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The name; capital and small letters are the same.
    #[validate(length(min = 1, max = 64), custom(function = "one_line"))]
    #[schema(min_length = 1, max_length = 64)]
    pub username: String,
    /// The password.
    #[validate(length(min = 1, max = 256))]
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub password: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The `refresh_token` of the last login or refresh; each is good once.
    #[validate(length(min = 1, max = 256))]
    #[schema(min_length = 1, max_length = 256)]
    pub refresh_token: String,
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// A JWT for the `Authorization` header.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(minimum = 1, example = 900)]
    pub expires_in: i64,
    /// For the next access token, once.
    pub refresh_token: String,
}

/// A new password for oneself.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present password.
    #[validate(length(min = 1, max = 256))]
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub current_password: String,
    /// The new one: 10 characters at least, and not the name.
    #[validate(custom(function = "good_password"))]
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub new_password: String,
}

/// 10 to 128 characters, not all the same.
///
/// # Errors
/// `length`, `weak-password`.
pub fn good_password(password: &str) -> Result<(), ValidationError> {
    let length = password.chars().count();
    if !(10..=128).contains(&length) {
        return Err(violation(
            "length",
            "密码应为 10 至 128 个字符",
            "a password has 10 to 128 characters",
        ));
    }
    let first = password.chars().next();
    if password.chars().all(|character| Some(character) == first) {
        return Err(violation(
            "weak-password",
            "密码不能由同一个字符组成",
            "a password is not one character repeated",
        ));
    }
    Ok(())
}

/// The form of a machine's token request (RFC 6749, 4.4). Other members are ignored, as the standard asks.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of a form that is read by name")]
pub struct TokenRequest {
    /// Always `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// Scopes separated by spaces; all of the client's own when it is left out.
    #[schema(example = "sync:read")]
    scope: Option<String>,
    /// The client's name; only beside an assertion, and then the same as in it.
    client_id: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, for `private_key_jwt`.
    client_assertion_type: Option<String>,
    /// A JWT signed with the client's private key (RFC 7523): `iss` and `sub` the client's name, `aud` this endpoint, `exp` at
    /// most ten minutes ahead, and a `jti` that is used once.
    client_assertion: Option<String>,
}

/// The token of a machine.
#[derive(Serialize, ToSchema)]
pub struct ClientTokens {
    /// A JWT for the `Authorization` header.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until it expires.
    #[schema(minimum = 1, example = 900)]
    pub expires_in: i64,
    /// Its scopes, separated by spaces.
    pub scope: String,
}

/// What an OAuth client needs to know of this server (RFC 8414).
#[derive(Serialize, ToSchema)]
pub struct AuthorizationServer {
    /// The `iss` of all tokens.
    pub issuer: String,
    /// Where machines get tokens.
    pub token_endpoint: String,
    /// Where the keys are that tokens are signed with.
    pub jwks_uri: String,
    /// Every scope.
    pub scopes_supported: Vec<&'static str>,
    /// None: there is no authorization endpoint.
    pub response_types_supported: Vec<&'static str>,
    /// `client_credentials`.
    pub grant_types_supported: Vec<&'static str>,
    /// `client_secret_basic` and `private_key_jwt`.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// The algorithms of assertions.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// The documentation, for people.
    pub service_documentation: String,
}

/// Public keys (RFC 7517).
#[derive(Serialize, ToSchema)]
pub struct JsonWebKeySet {
    /// The keys: those of access tokens, then those of credentials; the one that signs now first of each.
    #[schema(value_type = Vec<JsonWebKey>)]
    pub keys: Vec<serde_json::Value>,
}

/// A public key that access tokens or credentials are signed with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of keys that are kept as JSON")]
pub struct JsonWebKey {
    /// `OKP`; `EC` for SM2.
    #[schema(example = "OKP")]
    kty: String,
    /// `Ed25519`; `SM2`, which signs with the signer's id `1234567812345678` (GM/T 0009).
    #[schema(example = "Ed25519")]
    crv: String,
    /// The key itself; of SM2 its first coordinate.
    x: String,
    /// The second coordinate of SM2.
    y: Option<String>,
    /// Its name in the headers of tokens.
    kid: String,
    /// `EdDSA`; `SM2SM3`, which JOSE has not registered.
    #[schema(example = "EdDSA")]
    alg: String,
    /// `sig`.
    #[schema(rename = "use", example = "sig")]
    r#use: String,
}

/// Whether a person or a program calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// Someone who logged in with a password.
    Person,
    /// A machine client.
    Client,
}

/// Who calls, and what they may do now.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// The account or the client.
    pub id: Uuid,
    /// Whether it is a person or a program.
    pub kind: CallerKind,
    /// The name that it logs in with.
    pub username: String,
    /// What to call it.
    pub display_name: String,
    /// Since when this session lasts; null for a program.
    #[schema(required = true)]
    pub session_started_at: Option<Timestamp>,
    /// The person's own record, if they are a professional.
    #[schema(required = true)]
    pub professional: Option<MyRecord>,
    /// Roles on units and all that is below them.
    pub grants: Vec<MyGrant>,
    /// The scopes of a program's token.
    #[schema(value_type = Vec<words::ClientScope>)]
    pub scopes: Vec<Scope>,
    /// Every kind of act that the caller may do somewhere; on which units, the grants say.
    #[schema(value_type = Vec<words::Permission>)]
    pub permissions: Vec<Permission>,
}

/// The caller's own record as a professional.
#[derive(Serialize, ToSchema)]
pub struct MyRecord {
    /// Its id.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// What document the id number is from.
    #[schema(value_type = words::IdType)]
    pub id_type: IdType,
    /// The id number with its middle hidden (U4a).
    pub masked_id_number: String,
    /// Whether the person counts (U3).
    #[schema(value_type = words::PersonState)]
    pub state: PersonState,
    /// The employer.
    #[schema(required = true)]
    pub employer: Option<UnitName>,
}

/// A unit by name.
#[derive(Serialize, ToSchema)]
pub struct UnitName {
    /// Its id.
    pub id: Uuid,
    /// Its full name.
    pub name: String,
    /// What it is.
    #[schema(value_type = words::OrganizationKind)]
    pub kind: OrganizationKind,
}

/// A role of the caller.
#[derive(Serialize, ToSchema)]
pub struct MyGrant {
    /// Its id.
    pub id: Uuid,
    /// The role.
    #[schema(value_type = words::Role)]
    pub role: Role,
    /// The unit that it is on.
    pub organization: UnitName,
    /// Since when.
    pub granted_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_enough_and_not_one_character() {
        for (password, good) in [
            ("123456789", false),
            ("1234567890", true),
            ("aaaaaaaaaaaa", false),
            ("十个汉字也可以作密码", true),
            (&"ab".repeat(64), true),
            (&"ab".repeat(65), false),
        ] {
            assert_eq!(good_password(password).is_ok(), good, "{password}");
        }
    }
}
