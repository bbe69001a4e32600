//! The sandbox's bad days: a share of requests gets an answer that clients must be able to take.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Answers the set percentage of `/v1` requests with 409, 429 or 503 before anything is done; the test clock and the reset are
/// left alone. Reading is never in conflict, so it gets no 409.
///
/// # Errors
/// None of its own.
pub async fn chaos<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let percent = request.app_data::<web::Data<AppState>>().map_or(0, |state| state.settings.chaos);
    let path = request.path();
    let spared = !path.starts_with("/v1/") || path.starts_with("/v1/sandbox");
    if percent > 0 && !spared && rand::random_range(0..100) < percent {
        let problem = pick(request.method() != Method::GET, rand::random_range(0..3));
        return Ok(request.error_response(problem));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn pick(changes: bool, choice: u8) -> Problem {
    let (code, seconds) = match choice {
        0 if changes => (Code::Conflict, None),
        0 | 1 => (Code::RateLimited, Some(1)),
        _ => (Code::Overloaded, Some(1)),
    };
    let problem =
        Problem::new(code).detail("沙箱的故障演练（--chaos）", "made up by the sandbox (--chaos)");
    match seconds {
        Some(seconds) => problem.retry_after(seconds),
        None => problem,
    }
}
