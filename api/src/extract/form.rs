//! Form-encoded bodies: of the token endpoint, for which the standard asks for them (RFC 6749, appendix B), and of pages for people.

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use super::body::collect;
use super::gate::Gate;
use super::query::Query;
use crate::problem::{Code, Problem};
use crate::services::login::oauth_problem;

/// Larger forms are neither.
const LIMIT: usize = 64 * 1024;

/// The members of a form; none occurs twice. Empty ones count as left out (RFC 6749, 3.2).
#[derive(Debug)]
pub struct TokenForm(Query);

impl TokenForm {
    /// A member that is there and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).filter(|value| !value.is_empty())
    }

    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let malformed = |cause: String| {
            oauth_problem(Code::InvalidTokenRequest, "the form is malformed or repeats a parameter")
                .because(cause)
        };
        let text = std::str::from_utf8(bytes).map_err(|error| malformed(error.to_string()))?;
        Query::parse(text).map(Self).map_err(|problem| malformed(problem.to_string()))
    }
}

impl FromRequest for TokenForm {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let gate = Gate::of(request);
        let is_form = is_form(request);
        let payload = payload.take();
        Box::pin(async move {
            gate.passed().await;
            if !is_form {
                return Err(oauth_problem(
                    Code::UnsupportedMediaType,
                    "the body must be application/x-www-form-urlencoded",
                ));
            }
            Self::parse(&collect(payload, LIMIT).await?)
        })
    }
}

/// The members of a form that a page sent; none occurs twice.
///
/// Refusals: 415 `unsupported-media-type`, 413 `payload-too-large`, 400 `invalid-parameter`.
#[derive(Debug)]
pub struct PageForm(Query);

impl PageForm {
    /// A member, empty where it was left out.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default()
    }
}

impl FromRequest for PageForm {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let gate = Gate::of(request);
        let is_form = is_form(request);
        let payload = payload.take();
        Box::pin(async move {
            gate.passed().await;
            if !is_form {
                return Err(Problem::new(Code::UnsupportedMediaType));
            }
            let bytes = collect(payload, LIMIT).await?;
            // What is not UTF-8 is no code either; `Query` says the same of escapes.
            Query::parse(&String::from_utf8_lossy(&bytes)).map(Self)
        })
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_decoded_and_occur_once() {
        let form = TokenForm::parse(
            b"grant_type=client_credentials&scope=sync%3Aread+sync%3Awrite&client_id=",
        )
        .unwrap();
        assert_eq!(form.get("grant_type"), Some("client_credentials"));
        assert_eq!(form.get("scope"), Some("sync:read sync:write"));
        assert_eq!(form.get("client_id"), None);
        for bad in [b"a=1&a=2".as_slice(), b"a=%ff", b"a=%00", &[0xff]] {
            assert_eq!(TokenForm::parse(bad).unwrap_err().code(), Code::InvalidTokenRequest);
        }
    }
}
