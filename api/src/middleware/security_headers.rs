//! Headers that keep browsers and caches out of trouble.

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderName, HeaderValue};

/// For pages of the documentation, which load their own scripts and styles and nothing else.
pub(crate) const DOCS_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
/// For everything that is not a page.
const DATA_CSP: &str = "default-src 'none'; frame-ancestors 'none'";

const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// Adds the headers that the handler did not set itself.
pub(super) fn add<B>(response: &mut ServiceResponse<B>) {
    let path = response.request().path();
    let (docs, versioned) = (path.starts_with("/docs"), path.starts_with("/v1/"));
    let about_a_person = path.starts_with("/v1/verify");
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = if docs { DOCS_CSP } else { DATA_CSP };
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if about_a_person {
        headers.insert(X_ROBOTS_TAG, HeaderValue::from_static("noindex"));
    }
    if versioned && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
