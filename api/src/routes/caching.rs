//! Public answers that a cache may keep: `ETag`, `Cache-Control`, and 304 for who has them already (RFC 9110, 13.1.2).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

/// How long a public answer may be used unasked.
const SECONDS: u32 = 60;

/// The answer with its cache headers, or 304 if the caller names its tag.
///
/// A tag or a `Cache-Control` that the answer has already is kept; otherwise the tag is a weak one of the content:
/// compression changes the bytes after it was made.
pub(super) fn cacheable(request: &HttpRequest, response: HttpResponse) -> HttpResponse {
    let (mut head, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        // A stream has no tag.
        Err(body) => return head.set_body(body),
    };
    let headers = head.headers_mut();
    let given = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(plain);
    let tag = given.unwrap_or_else(|| {
        Sha256::digest(&bytes).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    });
    if !headers.contains_key(header::ETAG)
        && let Ok(tag) = HeaderValue::try_from(format!("W/\"{tag}\""))
    {
        headers.insert(header::ETAG, tag);
    }
    if !headers.contains_key(header::CACHE_CONTROL)
        && let Ok(control) = HeaderValue::try_from(format!("public, max-age={SECONDS}"))
    {
        headers.insert(header::CACHE_CONTROL, control);
    }
    if !is_known(request, &tag) {
        return head.set_body(bytes).map_into_boxed_body();
    }
    headers.remove(header::CONTENT_TYPE);
    *head.status_mut() = StatusCode::NOT_MODIFIED;
    head.set_body(BoxBody::new(()))
}

/// Whether `If-None-Match` has the tag, given without its marks and compared weakly.
pub(super) fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let values =
        request.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(','));
    tags.any(|known| {
        let known = known.trim();
        known == "*" || plain(known) == tag
    })
}

/// A tag without its marks.
fn plain(tag: &str) -> String {
    tag.trim_start_matches("W/").trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[actix_web::test]
    async fn who_has_it_already_gets_304() {
        let answer = || HttpResponse::Ok().json(serde_json::json!({"year": 2023}));
        let first = cacheable(&TestRequest::get().to_http_request(), answer());
        assert_eq!(first.status(), 200);
        assert_eq!(first.headers().get(header::CACHE_CONTROL).unwrap(), "public, max-age=60");
        let tag = first.headers().get(header::ETAG).unwrap().to_str().unwrap().to_owned();
        for (known, status) in [
            (tag.clone(), 304),
            (tag.trim_start_matches("W/").to_owned(), 304),
            (format!("\"other\", {tag}"), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let request = TestRequest::get()
                .insert_header((header::IF_NONE_MATCH, known.clone()))
                .to_http_request();
            let again = cacheable(&request, answer());
            assert_eq!(again.status(), status, "{known}");
            assert_eq!(again.headers().get(header::ETAG).unwrap(), tag.as_str());
        }
    }
}
