//! What handlers take as arguments. Each extractor answers with a precise [`Problem`](crate::problem::Problem) and documents itself.
//!
//! | extractor | takes | refusals |
//! | --- | --- | --- |
//! | [`Body<T>`] | the JSON body | 400, 413, 415, 422 with pointers |
//! | [`Batch`] | lines of JSON, or an array | 400, 413, 415, 503 while others are in work |
//! | [`Params<T>`] | query parameters of the resource | 400 `unknown-parameter`, `invalid-parameter` |
//! | [`PathId`], [`PathYear`], [`PathText`] | one part of the path | 404 |
//! | [`IfMatch`], [`RequiredIfMatch`] | `If-Match` | 400, 428; `check` gives 412 |
//! | [`DryRun`] | `dry_run` | 400 |
//! | [`TokenForm`] | the form of the token endpoint | 400, 413, 415 |
//! | [`IdempotencyKey`] | `Idempotency-Key` | 400 |
//!
//! They wait for the caller to be admitted ([`gate`]), so that 401 and 403 come before any remark about the content.

mod batch;
mod body;
mod conditions;
mod dry_run;
mod form;
pub mod gate;
mod idempotency_key;
mod json;
mod params;
mod path;
mod query;
mod validation;

pub use batch::{Batch, Line};
pub use body::Body;
pub(crate) use body::parse_tree;
pub(crate) use body::{parse, strict_json};
pub use conditions::{ETag, IfMatch, RequiredIfMatch};
pub use dry_run::DryRun;
pub use form::{PageForm, TokenForm};
pub use idempotency_key::IdempotencyKey;
pub use params::Params;
pub(crate) use params::parse as parse_params;
pub use path::{PathId, PathText, PathYear};
pub(crate) use query::unknown_parameter;
pub use query::{Query, RESERVED, invalid_parameter};
pub use validation::violation;

/// First and last year that a path may name.
#[must_use]
pub fn path_years() -> (i32, i32) {
    (path::FIRST_YEAR, path::LAST_YEAR)
}
