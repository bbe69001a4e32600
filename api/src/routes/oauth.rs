//! Machines: tokens, metadata and keys by the standards of OAuth.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::access::Scope;

use crate::auth::{Anyone, Caller, credential_keys};
use crate::dto::auth::{AuthorizationServer, ClientTokens, JsonWebKeySet, TokenRequest};
use crate::extract::TokenForm;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::login::{ClientTokenRequest, Credential, oauth_problem};
use crate::state::AppState;

/// What `client_assertion_type` has to be (RFC 7523, 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(issue_client_token).service(get_authorization_server).service(get_signing_keys);
}

/// A token for a program
///
/// RFC 6749, client credentials: name and secret by HTTP Basic, or `private_key_jwt` with an assertion whose `jti` is used once.
/// Errors carry `error` and `error_description` of the standard beside the members of all our problems. Wrong secrets make the
/// next attempt wait, as at login. An `Idempotency-Key` has no effect here, since answers with tokens are not kept.
#[utoipa::path(tag = "auth", security(()),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "A token", body = ClientTokens)),
    extensions(("x-codes" = json!([Code::InvalidTokenRequest, Code::UnsupportedGrantType, Code::InvalidScope,
        Code::InvalidClient, Code::TooManyAttempts]))))]
#[post("/v1/oauth/token")]
async fn issue_client_token(
    _: Caller<Anyone>,
    form: TokenForm,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(oauth_problem(
                Code::UnsupportedGrantType,
                "only client_credentials is supported",
            ));
        }
        None => return Err(oauth_problem(Code::InvalidTokenRequest, "grant_type is missing")),
    }
    let credential = credential(&request, &form)?;
    let scope = form.get("scope").map(str::to_owned);
    let tokens =
        state.logins.client_token(ClientTokenRequest { credential, scope }, info.address).await?;
    Ok(HttpResponse::Ok().insert_header((header::PRAGMA, "no-cache")).json(tokens))
}

/// The one proof that a request brings.
fn credential(request: &HttpRequest, form: &TokenForm) -> Result<Credential, Problem> {
    let wrong = |text| oauth_problem(Code::InvalidTokenRequest, text);
    if form.get("client_secret").is_some() {
        return Err(wrong("send the secret by HTTP Basic"));
    }
    let basic = request.headers().get(header::AUTHORIZATION);
    let credential = match (basic, form.get("client_assertion")) {
        (Some(_), Some(_)) => return Err(wrong("use one way of authentication")),
        (None, None) => {
            return Err(oauth_problem(Code::InvalidClient, "the client did not authenticate"));
        }
        (Some(value), None) => basic_credential(value.as_bytes()).ok_or_else(|| {
            oauth_problem(Code::InvalidClient, "the Authorization header is not valid HTTP Basic")
        })?,
        (None, Some(_)) if form.get("client_assertion_type") != Some(ASSERTION_TYPE) => {
            return Err(wrong("client_assertion_type must be the one of RFC 7523"));
        }
        (None, Some(assertion)) => Credential::Assertion(assertion.to_owned()),
    };
    match (&credential, form.get("client_id")) {
        (Credential::Secret { client_id, .. }, Some(named)) if client_id != named => {
            Err(wrong("two clients are named"))
        }
        _ => Ok(credential),
    }
}

/// Name and secret of `Basic …`; each was form-encoded before (RFC 6749, 2.3.1).
fn basic_credential(header: &[u8]) -> Option<Credential> {
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = pair.split_once(':')?;
    let decode = |text: &str| {
        let text = percent_decode_str(&text.replace('+', " ")).decode_utf8().ok()?.into_owned();
        (text.len() <= 256 && !text.contains('\0')).then_some(text)
    };
    Some(Credential::Secret { client_id: decode(name)?, secret: decode(secret)? })
}

/// What OAuth clients need to know
///
/// RFC 8414.
#[utoipa::path(tag = "auth", security(()),
    responses((status = 200, description = "The metadata", body = AuthorizationServer)))]
#[get("/.well-known/oauth-authorization-server")]
async fn get_authorization_server(_: Caller<Anyone>, state: web::Data<AppState>) -> HttpResponse {
    let issuer = state.logins.issuer().to_owned();
    let metadata = AuthorizationServer {
        token_endpoint: format!("{issuer}/v1/oauth/token"),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        service_documentation: format!("{issuer}/docs/"),
        issuer,
        scopes_supported: Scope::NAMES.to_vec(),
        response_types_supported: Vec::new(),
        grant_types_supported: vec!["client_credentials"],
        token_endpoint_auth_methods_supported: vec!["client_secret_basic", "private_key_jwt"],
        token_endpoint_auth_signing_alg_values_supported: vec!["EdDSA", "ES256"],
    };
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=3600")).json(metadata)
}

/// The keys that access tokens and credentials are signed with
///
/// RFC 7517, public halves only. When a token names a key that is not here, read the set again: keys of access tokens are replaced
/// about every 90 days, and the former one stays until its last token has expired. Those of credentials stay for ever.
#[utoipa::path(tag = "auth", security(()),
    responses((status = 200, description = "The keys", body = JsonWebKeySet)))]
#[get("/.well-known/jwks.json")]
async fn get_signing_keys(
    _: Caller<Anyone>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let access = state.logins.keys().published().await?.into_iter();
    let access = access.map(|key| serde_json::to_value(key).map_err(Problem::internal));
    let mut keys = access.collect::<Result<Vec<_>, Problem>>()?;
    keys.extend(credential_keys::published(state.desk.store()).await?);
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(JsonWebKeySet { keys }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_decoded_twice() {
        let pair = |text: &str| match basic_credential(
            format!("Basic {}", STANDARD.encode(text)).as_bytes(),
        ) {
            Some(Credential::Secret { client_id, secret }) => Some((client_id, secret)),
            Some(Credential::Assertion(_)) | None => None,
        };
        assert_eq!(pair("province:sandbox"), Some(("province".to_owned(), "sandbox".to_owned())));
        assert_eq!(pair("a%3Ab:c%2Bd+e:f"), Some(("a:b".to_owned(), "c+d e:f".to_owned())));
        assert_eq!(pair("province"), None);
        assert_eq!(pair("province:%00"), None);
        for header in ["Basic", "Basic §", "Bearer abc", "", "Basic ====="] {
            assert!(basic_credential(header.as_bytes()).is_none(), "{header}");
        }
    }
}
