//! Amendments of approved training plans (P2).

use actix_web::{HttpResponse, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::auth::{Caller, permissions};
use crate::dto::filings::FilingDecision;
use crate::dto::plan_amendments::{NewPlanAmendment, PlanAmendmentDto, PlanAmendments};
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, PathId, PathText, RequiredIfMatch};
use crate::problem::{Code, Problem};
use crate::services::Act;
use crate::services::filing::amendments;
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_plan_amendments)
        .service(create_plan_amendment)
        .service(get_plan_amendment)
        .service(edit_plan_amendment)
        .service(submit_plan_amendment)
        .service(decide_plan_amendment);
}

fn ids(path: &PathText) -> Result<(Uuid, Uuid), Problem> {
    Ok((path.id("id")?, path.id("amendment_id")?))
}

/// Amendments of a plan
///
/// In the order in which they were begun, for those who answer for the plan's unit.
#[utoipa::path(tag = "training", responses((status = 200, description = "The amendments", body = PlanAmendments)))]
#[get("/v1/training-plans/{id}/amendments")]
async fn list_plan_amendments(
    caller: Caller<permissions::ReadClasses>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| amendments::list(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Begin an amendment of an approved plan
///
/// As a draft: items to add, to change and to remove. No class may lose what it stands on: an item with classes cannot be
/// removed, get fewer hours than a class gives, or another subject.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey), request_body = NewPlanAmendment,
    responses((status = 201, description = "The draft", body = PlanAmendmentDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::UnknownReference, Code::PlanItemInUse, Code::HoursNotPositive,
        Code::LearningDatesInverted, Code::SpansTwoYears, Code::YearMismatch]))))]
#[post("/v1/training-plans/{id}/amendments")]
async fn create_plan_amendment(
    caller: Caller<permissions::FileTraining>,
    id: PathId,
    act: Act,
    body: Body<NewPlanAmendment>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| amendments::create(writer, asker, id.0, &new));
    write.await
}

/// One amendment
///
/// With what was done to it.
#[utoipa::path(tag = "training", responses((status = 200, description = "The amendment", body = PlanAmendmentDto,
    headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/training-plans/{id}/amendments/{amendment_id}")]
async fn get_plan_amendment(
    caller: Caller<permissions::ReadClasses>,
    path: PathText,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (plan, id) = ids(&path)?;
    let read =
        state.desk.read(&caller, move |reader, asker| amendments::get(reader, asker, plan, id));
    let found = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(found.version.into())).json(found))
}

/// Say an amendment anew
///
/// Reason and changes, whole; before it is handed in, or after it was returned.
#[utoipa::path(tag = "training", params(DryRun, RequiredIfMatch), request_body = NewPlanAmendment,
    responses((status = 200, description = "The amendment", body = PlanAmendmentDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::UnknownReference, Code::PlanItemInUse, Code::HoursNotPositive,
        Code::LearningDatesInverted, Code::SpansTwoYears, Code::YearMismatch]))))]
#[patch("/v1/training-plans/{id}/amendments/{amendment_id}")]
async fn edit_plan_amendment(
    caller: Caller<permissions::FileTraining>,
    path: PathText,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<NewPlanAmendment>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let ids = ids(&path)?;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        amendments::edit(writer, asker, ids, &condition, &new)
    });
    write.await
}

/// Hand an amendment in
///
/// It then waits for the municipal bureau.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Submitted", body = PlanAmendmentDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::UnknownReference, Code::PlanItemInUse]))))]
#[post("/v1/training-plans/{id}/amendments/{amendment_id}/submission")]
async fn submit_plan_amendment(
    caller: Caller<permissions::FileTraining>,
    path: PathText,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ids = ids(&path)?;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        amendments::submit(writer, asker, ids, &condition)
    });
    write.await
}

/// Decide on an amendment
///
/// By an officer of the municipal bureau, and not by whoever handed it in. Approved, it takes effect at once; classes that
/// began before keep what was approved then (P3).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = FilingDecision,
    responses((status = 200, description = "Decided", body = PlanAmendmentDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase, Code::UnknownReference, Code::PlanItemInUse]))))]
#[post("/v1/training-plans/{id}/amendments/{amendment_id}/decision")]
async fn decide_plan_amendment(
    caller: Caller<permissions::ManageFilings>,
    path: PathText,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<FilingDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(decision) = body;
    let ids = ids(&path)?;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        amendments::decide(writer, asker, ids, &condition, &decision)
    });
    write.await
}
