//! Is the process alive, can it serve, and what does it measure.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Anyone, Caller};
use crate::middleware::metrics;
use crate::problem::{Code, Problem};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_health).service(get_readiness).service(get_metrics);
}

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
}

/// The service can take requests.
#[derive(Debug, Serialize, ToSchema)]
struct Readiness {
    /// Always `ready`; anything else is a 503.
    status: &'static str,
    /// What was asked.
    checks: Vec<ReadinessCheck>,
}

/// One thing that has to work.
#[derive(Debug, Serialize, ToSchema)]
struct ReadinessCheck {
    /// Its name.
    name: &'static str,
    /// Whether it works.
    ready: bool,
}

/// Whether the process is alive
///
/// Answers without asking anything else; for restarts.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "It is alive", body = Health)))]
#[get("/healthz")]
async fn get_health(_: Caller<Anyone>) -> web::Json<Health> {
    web::Json(Health { status: "ok" })
}

/// Whether the service can take requests
///
/// Asks the store; for load balancers.
#[utoipa::path(tag = "service", security(()),
    responses((status = 200, description = "It can", body = Readiness)),
    extensions(("x-codes" = json!([Code::Unavailable]))))]
#[get("/readyz")]
async fn get_readiness(
    _: Caller<Anyone>,
    state: web::Data<AppState>,
) -> Result<web::Json<Readiness>, Problem> {
    let mut checks = Vec::new();
    for check in &state.ready {
        check.check().await.map_err(|cause| {
            Problem::unavailable(Code::Unavailable, 5, format!("{}: {cause}", check.name()))
                .fact("check", check.name())
        })?;
        checks.push(ReadinessCheck { name: check.name(), ready: true });
    }
    Ok(web::Json(Readiness { status: "ready", checks }))
}

/// Metrics for Prometheus
///
/// Request counts and durations by path template, method and status; memory; build.
#[utoipa::path(tag = "service", security(()), responses(
    (status = 200, description = "The exposition format of Prometheus", body = String, content_type = "text/plain",
        example = json!("xueshi_build_info{version=\"0.1.0\"} 1\n"))))]
#[get("/metrics")]
async fn get_metrics(_: Caller<Anyone>) -> HttpResponse {
    let kind = (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    HttpResponse::Ok()
        .insert_header(kind)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(metrics::render())
}
