//! The sandbox's clock and reset. Mounted only where the service was started with `--sandbox`.

use std::sync::Arc;

use actix_web::{HttpResponse, delete, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::access::Actor;
use xueshi_persistence::{Id, Keep, StoreError, Writer};

use crate::auth::{Anyone, Caller};
use crate::dto::sandbox::{ClockChange, ClockReading, NewSandboxCity, SandboxCity};
use crate::extract::{Body, DryRun, IdempotencyKey};
use crate::problem::{Code, Problem};
use crate::sandbox::clock::ClockSetting;
use crate::sandbox::{Sandbox, found_city, keep_setting, restore};
use crate::services::sweep::sweep;
use crate::services::{Act, Asker, Reply};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(get_sandbox_clock)
        .service(set_sandbox_clock)
        .service(release_sandbox_clock)
        .service(found_sandbox_city)
        .service(reset_sandbox);
}

/// What the test clock shows
///
/// The whole service goes by this clock: windows, due dates, and the life of tokens.
#[utoipa::path(tag = "sandbox", security(()), responses((status = 200, description = "The clock", body = ClockReading)))]
#[get("/v1/sandbox/clock")]
async fn get_sandbox_clock(
    _: Caller<Anyone>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let clock = sandbox(&state)?.clock();
    Ok(HttpResponse::Ok().json(ClockReading::of(&clock)))
}

/// Set the test clock
///
/// To any instant, at once for everybody; it then goes on running, or stands still with `frozen`. A restart on the same
/// database goes on from it.
#[utoipa::path(tag = "sandbox", security(()), params(DryRun), request_body = ClockChange,
    responses((status = 200, description = "The clock as it was set", body = ClockReading)))]
#[put("/v1/sandbox/clock")]
async fn set_sandbox_clock(
    _: Caller<Anyone>,
    act: Act,
    body: Body<ClockChange>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(ClockChange { now, frozen }) = body;
    let setting = sandbox(&state)?.clock().setting_for(now.0, frozen);
    change(&state, act, setting, keep_setting).await
}

/// Return the test clock to real time
///
/// It shows real time until it is set again.
#[utoipa::path(tag = "sandbox", security(()), params(DryRun),
    responses((status = 200, description = "The clock", body = ClockReading)))]
#[delete("/v1/sandbox/clock")]
async fn release_sandbox_clock(
    _: Caller<Anyone>,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    change(&state, act, ClockSetting::Real, keep_setting).await
}

/// Restore the demo data
///
/// Everything is as it was at the beginning, the clock too: Monday 16 October 2023, 09:00, running. Sessions end: log in again.
#[utoipa::path(tag = "sandbox", security(()), params(DryRun, IdempotencyKey),
    responses((status = 200, description = "The clock after the reset", body = ClockReading)))]
#[post("/v1/sandbox/reset")]
async fn reset_sandbox(
    _: Caller<Anyone>,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let setting = sandbox(&state)?.beginning();
    change(&state, act, setting, restore).await
}

/// Add a city
///
/// With its bureau and its municipal administrator, whose password is `sandbox`; everything else, from its first policy on,
/// is set up through the API. Cities do not see each other. Elsewhere `xueshi admin create --city` does the same.
#[utoipa::path(tag = "sandbox", security(()), params(DryRun, IdempotencyKey), request_body = NewSandboxCity,
    responses((status = 201, description = "The city", body = SandboxCity)),
    extensions(("x-codes" = json!([Code::AlreadyExists]))))]
#[post("/v1/sandbox/cities")]
async fn found_sandbox_city(
    _: Caller<Anyone>,
    act: Act,
    body: Body<NewSandboxCity>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    sandbox(&state)?;
    let Body(new) = body;
    let nobody = nobody();
    let write = state.desk.write(&nobody, act, move |writer, _| {
        let city = found_city(writer, &new)?;
        Ok(Reply::created("/v1/me", city))
    });
    write.await
}

fn sandbox(state: &AppState) -> Result<&Arc<Sandbox>, Problem> {
    state.sandbox.as_ref().ok_or_else(|| Problem::new(Code::NotFound))
}

/// Does the work in one transaction, and lets the clock follow once it is kept.
async fn change(
    state: &AppState,
    act: Act,
    setting: ClockSetting,
    work: fn(&mut Writer<'_>, ClockSetting) -> Result<(), StoreError>,
) -> Result<HttpResponse, Problem> {
    let clock = sandbox(state)?.clock();
    let reading = ClockReading::just_set(setting, &clock);
    let kept = act.keep == Keep::Yes;
    let nobody = nobody();
    let write = state.desk.write(&nobody, act, move |writer, _| {
        work(writer, setting)?;
        Ok(Reply::ok(reading))
    });
    let answer = write.await?;
    // A repeat of an earlier request only repeats its answer.
    if kept && answer.status().is_success() && !answer.headers().contains_key("idempotent-replayed")
    {
        clock.set(setting);
        // Timers follow at once: who asks next finds what time has brought about.
        if let Err(problem) = sweep(state.desk.store()).await {
            log::warn!("sweep after a change of the clock: {problem:?}");
        }
    }
    Ok(answer)
}

/// Sandbox routes need no token: all who use them are one caller.
fn nobody() -> Asker {
    let actor = Actor {
        account_id: Uuid::nil(),
        professional_id: None,
        grants: Vec::new(),
        scopes: Vec::new(),
    };
    Asker { actor, jurisdiction: Id(Uuid::nil()), session: None, platform: None, position: None }
}
