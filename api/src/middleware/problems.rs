//! Every error leaves as a problem document, whoever raised it.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

use crate::openapi::Operation;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::verification_page;

/// Renders problems of handlers and of inner layers, and errors of the framework, with the request's language, id and path. A browser
/// that wanted the page of a certificate gets a page.
///
/// # Errors
/// None of its own.
pub async fn problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let instead = instead(&response);
    Ok(match instead {
        Some(instead) => replace(response, instead),
        None => response.map_into_boxed_body(),
    })
}

/// What to send instead of this response, none if it may go as it is.
fn instead<B>(response: &ServiceResponse<B>) -> Option<HttpResponse> {
    let request = response.request();
    let info = RequestInfo::of(request);
    if let Some(error) = response.response().error() {
        if let Some(problem) = error.as_error::<Problem>() {
            log_cause(problem, request, &info);
            return Some(rendered(problem, request, &info));
        }
        let problem = from_status(response.status()).because(error);
        log_cause(&problem, request, &info);
        return Some(rendered(&problem, request, &info));
    }
    let bare = response.headers().get(header::CONTENT_TYPE).is_none();
    let failed = response.status().is_client_error() || response.status().is_server_error();
    (bare && failed).then(|| rendered(&from_status(response.status()), request, &info))
}

fn rendered(problem: &Problem, request: &HttpRequest, info: &RequestInfo) -> HttpResponse {
    if verification_page::wants_page(request) {
        return verification_page::failed(problem);
    }
    problem.render(info).into_response()
}

/// The general code for a status of the framework.
fn from_status(status: StatusCode) -> Problem {
    let code = match status.as_u16() {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        406 => Code::NotAcceptable,
        409 => Code::Conflict,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        429 => Code::RateLimited,
        503 => Code::Unavailable,
        400..500 => Code::InvalidParameter,
        _ => Code::Internal,
    };
    Problem::new(code)
}

/// The template and not the path: a verification code in a path is a key to someone's data.
fn place(request: &HttpRequest) -> Arc<str> {
    let operation = request.extensions().get::<Arc<Operation>>().cloned();
    operation.map_or_else(|| "(unknown)".into(), |operation| Arc::clone(&operation.template))
}

fn log_cause(problem: &Problem, request: &HttpRequest, info: &RequestInfo) {
    let Some(cause) = problem.cause() else { return };
    let place = place(request);
    if problem.status().is_server_error() {
        log::error!("{} at {place}: {cause} id={}", problem.code().id(), info.request_id);
    } else {
        log::debug!("{} at {place}: {cause} id={}", problem.code().id(), info.request_id);
    }
}

/// Keeps the headers that other layers have set, such as those of CORS and of the rate limits.
fn replace<B>(response: ServiceResponse<B>, mut new: HttpResponse) -> ServiceResponse<BoxBody> {
    let (request, old) = response.into_parts();
    for (name, value) in old.headers() {
        let own = *name == header::CONTENT_TYPE || *name == header::CONTENT_LENGTH;
        if !own && (*name == header::VARY || !new.headers().contains_key(name)) {
            new.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, new)
}
