//! The outermost layer: request id, language, HEAD, access log, metrics, headers that every answer has.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use uuid::Uuid;

use super::{metrics, security_headers};
use crate::openapi::Operation;
use crate::request::RequestInfo;
use crate::state::AppState;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps the whole service. See the module.
///
/// # Errors
/// Passes on what the inner layers could not turn into an answer.
pub async fn frame<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let method = request.method().clone();
    let is_head = method == Method::HEAD;
    if is_head {
        // Answered like GET; the connection leaves the body out because it remembers the method that arrived.
        request.head_mut().method = Method::GET;
    }
    let id = request_id(&request);
    let info = RequestInfo::read(&request, id.clone(), is_head);
    request.extensions_mut().insert(info);
    let operation = find_operation(&request);
    if let Some(operation) = &operation {
        request.extensions_mut().insert(operation.clone());
    }
    ignore_impossible_encoding(&mut request);
    // The template and not the path: a verification code in a path is a key to someone's data.
    let template = operation.as_ref().map_or("(unknown)", |operation| &*operation.template);
    let line = format!("{method} {template}");

    let mut response = next.call(request).await?;

    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    security_headers::add(&mut response);
    // A handler says it to the compression; to a caller it has no meaning (RFC 9110, 8.4.1).
    if response.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding == "identity") {
        response.headers_mut().remove(header::CONTENT_ENCODING);
    }
    let elapsed = started.elapsed();
    metrics::record(operation.as_deref(), &method, response.status(), elapsed);
    log::info!(
        target: "xueshi_api::access",
        "{line} {} {:.1}ms operation={} id={id}",
        response.status().as_u16(),
        elapsed.as_secs_f64() * 1000.0,
        operation.as_ref().map_or("-", |operation| &*operation.id),
    );
    Ok(response)
}

/// The caller's `X-Request-Id` if it is 1 to 128 harmless characters, otherwise a new UUIDv7.
fn request_id(request: &ServiceRequest) -> Arc<str> {
    let sane = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    let given =
        request.headers().get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(sane);
    given.map_or_else(|| Uuid::now_v7().to_string().into(), Into::into)
}

fn find_operation(request: &ServiceRequest) -> Option<Arc<Operation>> {
    let state = request.app_data::<web::Data<AppState>>()?;
    let entry = state.document.index.find(request.match_info().as_str())?;
    entry.operation(request.method()).cloned()
}

/// An `Accept-Encoding` that forbids everything we can send is treated as absent, which RFC 9110 (12.5.3) allows; otherwise the
/// compression layer would answer with a bare 406.
fn ignore_impossible_encoding(request: &mut ServiceRequest) {
    use header::{AcceptEncoding, Encoding};
    let known = [Encoding::brotli(), Encoding::zstd(), Encoding::gzip(), Encoding::identity()];
    let possible = request
        .get_header::<AcceptEncoding>()
        .is_none_or(|accept| accept.negotiate(known.iter()).is_some());
    if !possible {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
}
