//! Every error leaves as a problem document, whoever raised it.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::problem::{Code, Problem, Rendered};
use crate::request::RequestInfo;

/// Renders problems of handlers and of inner layers, and errors of the framework, with the request's language, id and path.
///
/// # Errors
/// None of its own.
pub async fn problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let rendered = rendered(&response);
    Ok(match rendered {
        Some(rendered) => replace(response, rendered),
        None => response.map_into_boxed_body(),
    })
}

/// The document to send instead of this response, none if it may go as it is.
fn rendered<B>(response: &ServiceResponse<B>) -> Option<Rendered> {
    let info = RequestInfo::of(response.request());
    if let Some(error) = response.response().error() {
        if let Some(problem) = error.as_error::<Problem>() {
            log_cause(problem, &info);
            return Some(problem.render(&info));
        }
        let problem = from_status(response.status()).because(error);
        log_cause(&problem, &info);
        return Some(problem.render(&info));
    }
    let bare = response.headers().get(header::CONTENT_TYPE).is_none();
    let failed = response.status().is_client_error() || response.status().is_server_error();
    (bare && failed).then(|| from_status(response.status()).render(&info))
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

fn log_cause(problem: &Problem, info: &RequestInfo) {
    let Some(cause) = problem.cause() else { return };
    if problem.status().is_server_error() {
        log::error!("{} at {}: {cause} id={}", problem.code().id(), info.instance, info.request_id);
    } else {
        log::debug!("{} at {}: {cause} id={}", problem.code().id(), info.instance, info.request_id);
    }
}

/// Keeps the headers that other layers have set, such as those of CORS and of the rate limits.
fn replace<B>(response: ServiceResponse<B>, rendered: Rendered) -> ServiceResponse<BoxBody> {
    let (request, old) = response.into_parts();
    let mut new: HttpResponse = rendered.into_response();
    for (name, value) in old.headers() {
        let own = *name == header::CONTENT_TYPE || *name == header::CONTENT_LENGTH;
        if !own && (*name == header::VARY || !new.headers().contains_key(name)) {
            new.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, new)
}
