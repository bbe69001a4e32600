//! Comparing copies.

use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::Id;

use crate::auth::{Caller, permissions};
use crate::dto::sync_reconciliation::{ReconciliationDto, ReconciliationParams};
use crate::extract::{Params, invalid_parameter};
use crate::problem::{Problem, Text};
use crate::services::sync::reconciliation::{Level, is_prefix, look, refresh};
use crate::state::AppState;

/// Real time that an answer waits for digests of what has just changed.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(reconcile);
}

/// Counts and digests of all records, to find where two copies differ
///
/// Begin with a `year` alone, compare the digest and those of the parts, and look into the parts that differ: the city by reviewing
/// bodies, a body by units, a unit by people, a person by records; many parts come as ranges, to be looked into with `prefix`. So a
/// difference among a million records is found with some six requests. How a digest is computed stands in docs/sync.md; `agreed`
/// has the members of each kind.
#[utoipa::path(tag = "sync", params(ReconciliationParams),
    responses((status = 200, description = "Counts and digests", body = ReconciliationDto)))]
#[get("/v1/sync/reconciliation")]
async fn reconcile(
    caller: Caller<permissions::SyncRead>,
    which: Params<ReconciliationParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Params(which) = which;
    let (year, level) = (year(&which)?, level(which)?);
    // What is not ready then is said to be pending.
    refresh(state.desk.store(), Some(PATIENCE)).await?;
    let read = state.desk.read(&caller, move |reader, asker| look(reader, asker, year, &level));
    Ok(HttpResponse::Ok().json(read.await?))
}

fn year(which: &ReconciliationParams) -> Result<Option<i32>, Problem> {
    match which.year {
        Some(year) if !(1990..=2100).contains(&year) => {
            let text = Text::new("应在 1990 至 2100 之间", "must be between 1990 and 2100");
            Err(invalid_parameter("year", "out-of-range", text))
        }
        year => Ok(year),
    }
}

fn level(which: ReconciliationParams) -> Result<Level, Problem> {
    let prefix = which.prefix.unwrap_or_default();
    if !is_prefix(&prefix) {
        let text = Text::new(
            "应为 1 至 8 位小写十六进制数字",
            "must be 1 to 8 lower-case hexadecimal digits",
        );
        return Err(invalid_parameter("prefix", "invalid", text));
    }
    let level = match (which.body, which.unit, which.person) {
        (None, None, None) => Level::City,
        (Some(body), None, None) => return Ok(Level::Body(Id(body), prefix)),
        (None, Some(unit), None) => return Ok(Level::Unit(Id(unit), prefix)),
        (None, None, Some(person)) => Level::Person(Id(person)),
        (body, _, _) => {
            let name = if body.is_some() { "body" } else { "unit" };
            let text =
                Text::new("body、unit 与 person 只能指定一个", "only one of body, unit and person");
            return Err(invalid_parameter(name, "exclusive", text));
        }
    };
    if prefix.is_empty() {
        return Ok(level);
    }
    let text = Text::new("须与 body 或 unit 一起使用", "goes with body or unit");
    Err(invalid_parameter("prefix", "without-part", text))
}
