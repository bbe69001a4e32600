//! Yearly training plans and their items (P2).

use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::{Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::filings::FilingDecision;
use crate::dto::training_plans::{
    NewPlanItem, NewTrainingPlan, PlanItemChanges, TrainingPlanChanges, TrainingPlanList,
    TrainingPlanPage, TrainingPlanParams, TrainingPlanWithItems,
};
use crate::extract::{
    Body, DryRun, ETag, IdempotencyKey, Params, PathId, PathText, RequiredIfMatch,
};
use crate::list::listed::{self, Listed, Rows};
use crate::problem::{Code, Problem};
use crate::services::filing::{items, plans};
use crate::services::{Act, Asker};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_training_plans)
        .service(create_training_plan)
        .service(get_training_plan)
        .service(edit_training_plan)
        .service(add_plan_item)
        .service(edit_plan_item)
        .service(remove_plan_item)
        .service(submit_training_plan)
        .service(decide_training_plan);
}

/// Training plans
///
/// Approved ones of the city, and all of the caller's units.
#[utoipa::path(tag = "training", params(TrainingPlanList, TrainingPlanParams),
    responses((status = 200, description = "A page", body = TrainingPlanPage)))]
#[get("/v1/training-plans")]
async fn list_training_plans(
    caller: Caller<permissions::ReadClasses>,
    list: TrainingPlanList,
    which: Params<TrainingPlanParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<TrainingPlans>(&state.desk, &caller, list, which.0).await
}

/// The training plans that the caller may see.
pub(super) struct TrainingPlans;

impl Listed for TrainingPlans {
    type Needs = permissions::ReadClasses;
    type Page = TrainingPlanPage;
    type Which = TrainingPlanParams;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: TrainingPlanParams,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = plans::list(reader, asker, which, page)?;
        Ok(found.map(|plan| (Id(plan.id), plan)))
    }
}

/// Begin a yearly training plan
///
/// As a draft, with its first items. A unit may have several plans in a year.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey), request_body = NewTrainingPlan,
    responses((status = 201, description = "The draft", body = TrainingPlanWithItems,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::UnknownReference, Code::FilingYearOver, Code::HoursNotPositive,
        Code::LearningDatesInverted, Code::SpansTwoYears, Code::YearMismatch]))))]
#[post("/v1/training-plans")]
async fn create_training_plan(
    caller: Caller<permissions::FileTraining>,
    act: Act,
    body: Body<NewTrainingPlan>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let write =
        state.desk.write(&caller, act, move |writer, asker| plans::create(writer, asker, &new));
    write.await
}

/// One training plan
///
/// With its items and what was approved of them.
#[utoipa::path(tag = "training", responses((status = 200, description = "The plan", body = TrainingPlanWithItems,
    headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/training-plans/{id}")]
async fn get_training_plan(
    caller: Caller<permissions::ReadClasses>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| plans::get(reader, asker, id.0));
    let found = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(found.plan.version.into())).json(found))
}

/// Rename a plan
///
/// Before it is handed in, or after it was returned.
#[utoipa::path(tag = "training", params(DryRun, RequiredIfMatch), request_body = TrainingPlanChanges,
    responses((status = 200, description = "The plan", body = TrainingPlanWithItems,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[patch("/v1/training-plans/{id}")]
async fn edit_training_plan(
    caller: Caller<permissions::FileTraining>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<TrainingPlanChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        plans::edit(writer, asker, id.0, &condition, &changes)
    });
    write.await
}

/// Add an item to a plan
///
/// Before the plan is handed in, or after it was returned. `If-Match` is the plan's.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = NewPlanItem,
    responses((status = 201, description = "The plan with the item", body = TrainingPlanWithItems,
        headers(("ETag" = String, description = "The plan's version"), ("Location" = String, description = "The item's address")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::HoursNotPositive, Code::LearningDatesInverted,
        Code::SpansTwoYears, Code::YearMismatch]))))]
#[post("/v1/training-plans/{id}/items")]
async fn add_plan_item(
    caller: Caller<permissions::FileTraining>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<NewPlanItem>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        items::add(writer, asker, id.0, &condition, &new)
    });
    write.await
}

/// Change an item of a plan
///
/// Before the plan is handed in, or after it was returned. `If-Match` is the plan's.
#[utoipa::path(tag = "training", params(DryRun, RequiredIfMatch), request_body = PlanItemChanges,
    responses((status = 200, description = "The plan", body = TrainingPlanWithItems,
        headers(("ETag" = String, description = "The plan's version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::HoursNotPositive, Code::LearningDatesInverted,
        Code::SpansTwoYears, Code::YearMismatch]))))]
#[patch("/v1/training-plans/{id}/items/{item_id}")]
async fn edit_plan_item(
    caller: Caller<permissions::FileTraining>,
    path: PathText,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<PlanItemChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let (id, item) = (path.id("id")?, path.id("item_id")?);
    let write = state.desk.write(&caller, act, move |writer, asker| {
        items::edit(writer, asker, id, item, &condition, &changes)
    });
    write.await
}

/// Take an item out of a plan
///
/// Before the plan is handed in, or after it was returned. `If-Match` is the plan's; the answer is the plan.
#[utoipa::path(tag = "training", params(DryRun, RequiredIfMatch),
    responses((status = 200, description = "The plan", body = TrainingPlanWithItems,
        headers(("ETag" = String, description = "The plan's version")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[delete("/v1/training-plans/{id}/items/{item_id}")]
async fn remove_plan_item(
    caller: Caller<permissions::FileTraining>,
    path: PathText,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, item) = (path.id("id")?, path.id("item_id")?);
    let write = state.desk.write(&caller, act, move |writer, asker| {
        items::remove(writer, asker, id, item, &condition)
    });
    write.await
}

/// Hand a plan in
///
/// It then waits for the municipal bureau. A plan has at least one item.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Submitted", body = TrainingPlanWithItems,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::PlanEmpty]))))]
#[post("/v1/training-plans/{id}/submission")]
async fn submit_training_plan(
    caller: Caller<permissions::FileTraining>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| plans::submit(writer, asker, id.0, &condition));
    write.await
}

/// Decide on a plan
///
/// By an officer of the municipal bureau, and not by whoever handed it in. Classes that begin from the next day on can stand
/// on its items (P3).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = FilingDecision,
    responses((status = 200, description = "Decided", body = TrainingPlanWithItems,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase]))))]
#[post("/v1/training-plans/{id}/decision")]
async fn decide_training_plan(
    caller: Caller<permissions::ManageFilings>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<FilingDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(decision) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        plans::decide(writer, asker, id.0, &condition, &decision)
    });
    write.await
}
