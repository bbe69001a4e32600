//! `WWW-Authenticate`: what a refused caller would have to show (RFC 6750, 3).

use actix_web::http::header::{self, HeaderValue};

use crate::problem::{Code, Problem};

/// Adds the challenge that belongs to a refusal of a bearer token; other problems stay as they are.
pub(super) fn add(problem: Problem) -> Problem {
    let challenge = match problem.code().id() {
        id if id == Code::Unauthenticated.id() => "Bearer realm=\"xueshi\"",
        id if id == Code::InvalidToken.id() => "Bearer realm=\"xueshi\", error=\"invalid_token\"",
        id if id == Code::TokenExpired.id() => {
            "Bearer realm=\"xueshi\", error=\"invalid_token\", error_description=\"the token has expired\""
        }
        id if id == Code::InsufficientScope.id() => {
            "Bearer realm=\"xueshi\", error=\"insufficient_scope\""
        }
        _ => return problem,
    };
    problem.header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}
