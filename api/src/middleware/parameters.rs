//! The document decides which query parameters an operation has.

use crate::extract::Query;
use crate::openapi::Operation;
use crate::problem::Problem;

/// Refuses a parameter that the operation does not document.
///
/// # Errors
/// 400 `unknown-parameter`.
pub fn check(operation: &Operation, query: &Query) -> Result<(), Problem> {
    match query.iter().find(|(name, _)| !operation.query.iter().any(|known| known == name)) {
        None => Ok(()),
        Some((name, _)) => Err(crate::extract::unknown_parameter(name)),
    }
}
