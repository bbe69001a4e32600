//! While more wants to be written than can be, most of it is refused: before anything else is done about it, so that refusing costs
//! little of what is short.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use super::drain::drain;
use crate::openapi::Operation;
use crate::state::AppState;

/// What is let in whatever waits: it ends something, perhaps the very thing that fills the line, or takes a right away.
const ALWAYS: [&str; 6] = [
    "cancel_job",
    "change_my_password",
    "delete_webhook",
    "disable_organization",
    "logout",
    "revoke_role",
];

/// Refuses changes with 503 `overloaded` and `Retry-After` while the line before the database is long.
///
/// # Errors
/// None of its own.
pub async fn crowd<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if changes_something(&request)
        && let Some(state) = request.app_data::<web::Data<AppState>>()
        && let Err(problem) = state.desk.let_in()
    {
        let drained = drain(&mut request).await;
        let refused = ServiceResponse::from_err(problem, request.request().clone());
        return Ok(drained.answered(refused));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether it is an operation of somebody who is logged in that changes something. Logins, and what is open to all, have bounds of their own.
fn changes_something(request: &ServiceRequest) -> bool {
    if request.method().is_safe() {
        return false;
    }
    let extensions = request.extensions();
    let operation = extensions.get::<Arc<Operation>>();
    operation.is_some_and(|operation| operation.secured && !ALWAYS.contains(&&*operation.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_always_let_in_is_in_the_document() {
        let text = crate::openapi::document().json();
        let words: Vec<&str> = text.split('"').collect();
        for id in ALWAYS {
            let named = words.windows(3).any(|three| three[0] == "operationId" && three[2] == id);
            assert!(named, "{id}");
        }
    }
}
