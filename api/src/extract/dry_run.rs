//! `dry_run=true`: everything is done except storing.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use utoipa::IntoParams;

use super::gate::Gate;
use super::query::{Query, invalid_parameter};
use crate::problem::{Problem, Text};

/// Whether the caller only wants to know what would happen. Absent means `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoParams)]
#[into_params(names("dry_run"), parameter_in = Query)]
pub struct DryRun(
    /// `true` runs the whole request, with the same rights and rules, and stores nothing.
    #[param(required = false, default = false, example = false)]
    pub bool,
);

impl DryRun {
    pub(crate) fn parse(query: &Query) -> Result<Self, Problem> {
        match query.get("dry_run") {
            None | Some("false") => Ok(DryRun(false)),
            Some("true") => Ok(DryRun(true)),
            Some(_) => Err(invalid_parameter(
                "dry_run",
                "invalid",
                Text::new("应为 true 或 false", "expected true or false"),
            )),
        }
    }
}

impl FromRequest for DryRun {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let gate = Gate::of(request);
        let result = Query::of(request).and_then(|query| DryRun::parse(&query));
        Box::pin(async move {
            gate.passed().await;
            result
        })
    }
}
