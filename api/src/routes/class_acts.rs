//! What is done with classes: holding them, calling them off, their rosters, and declaring from a roster (P3, P4).

use actix_web::{HttpResponse, get, patch, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Caller, permissions};
use crate::dto::classes::{ClassChanges, ClassDto, NewClass};
use crate::dto::filings::StatedReason;
use crate::dto::rosters::{
    ClassDeclarations, NewClassDeclarations, NewRoster, RosterResults, RosterRevisions,
};
use crate::extract::{Body, DryRun, IdempotencyKey, PathId, RequiredIfMatch};
use crate::problem::{Code, Problem};
use crate::services::Act;
use crate::services::filing::{class_declarations, classes, rosters};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_class)
        .service(edit_class)
        .service(cancel_class)
        .service(upload_roster)
        .service(list_roster_revisions)
        .service(declare_class);
}

/// Hold a class under an item of an approved plan
///
/// By the unit whose plan it is, while its filing for the year stands (P5). The item must have been approved before the
/// class begins; the class gives no more hours than the item (P3) and than its days hold (H9).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey), request_body = NewClass,
    responses((status = 201, description = "The class", body = ClassDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::UnknownReference, Code::NoPolicy, Code::LearningDatesInverted, Code::SpansTwoYears,
        Code::FilingNotGranted, Code::TrainingPlanNotFiled, Code::ClassNotInPlan, Code::HoursNotPositive,
        Code::HoursOverLimit, Code::HoursExceedDays]))))]
#[post("/v1/classes")]
async fn create_class(
    caller: Caller<permissions::ManageClasses>,
    act: Act,
    body: Body<NewClass>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let write =
        state.desk.write(&caller, act, move |writer, asker| classes::create(writer, asker, &new));
    write.await
}

/// Change a class
///
/// Until its roster is in. The same rules hold as for a new one.
#[utoipa::path(tag = "training", params(DryRun, RequiredIfMatch), request_body = ClassChanges,
    responses((status = 200, description = "The class", body = ClassDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::UnknownReference, Code::NoPolicy, Code::LearningDatesInverted,
        Code::SpansTwoYears, Code::FilingNotGranted, Code::TrainingPlanNotFiled, Code::ClassNotInPlan,
        Code::HoursNotPositive, Code::HoursOverLimit, Code::HoursExceedDays]))))]
#[patch("/v1/classes/{id}")]
async fn edit_class(
    caller: Caller<permissions::ManageClasses>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<ClassChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        classes::edit(writer, asker, id.0, &condition, &changes)
    });
    write.await
}

/// Call a class off
///
/// With a reason, until its roster is in.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = StatedReason,
    responses((status = 200, description = "Cancelled", body = ClassDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[post("/v1/classes/{id}/cancellation")]
async fn cancel_class(
    caller: Caller<permissions::ManageClasses>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<StatedReason>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(stated) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        classes::cancel(writer, asker, id.0, &condition, &stated.reason)
    });
    write.await
}

/// Hand in the roster of a class
///
/// Whole, with hours and results, after the class has ended; people of any unit of the city. Each line has a result of its
/// own; with `all_or_nothing` one refused line refuses the roster. Another roster later is a correction: a visible revision
/// with a reason. Hours that are under review or approved by then are not changed but flagged (P4). `If-Match` is the class's.
#[utoipa::path(tag = "training", params(DryRun, RequiredIfMatch), request_body = NewRoster,
    responses((status = 200, description = "One result for each line", body = RosterResults,
        headers(("ETag" = String, description = "The class's version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::LearningNotFinished, Code::NoPolicy, Code::YearEndFreeze,
        Code::RosterRefused]))))]
#[put("/v1/classes/{id}/roster")]
async fn upload_roster(
    caller: Caller<permissions::ManageClasses>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<NewRoster>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let info = act.info.clone();
    let write = state.desk.write(&caller, act, move |writer, asker| {
        rosters::upload(writer, asker, id.0, &condition, &new, &info)
    });
    write.await
}

/// Rosters of a class that were handed in
///
/// Oldest first, each with what it changed, by whom and why (P4).
#[utoipa::path(tag = "training", responses((status = 200, description = "The revisions", body = RosterRevisions)))]
#[get("/v1/classes/{id}/roster/revisions")]
async fn list_roster_revisions(
    caller: Caller<permissions::ReadClasses>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| rosters::revisions(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Declare the hours of a class for its attendees
///
/// By their employer, for those named or for all of its people who passed: each declaration is begun and submitted under the
/// same rules as when the person did it, with a result of its own (P4).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey), request_body = NewClassDeclarations,
    responses((status = 200, description = "One result for each person", body = ClassDeclarations)))]
#[post("/v1/classes/{id}/declarations")]
async fn declare_class(
    caller: Caller<permissions::DeclareForPeople>,
    id: PathId,
    act: Act,
    body: Body<NewClassDeclarations>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(wanted) = body;
    let info = act.info.clone();
    let write = state.desk.write(&caller, act, move |writer, asker| {
        class_declarations::declare(writer, asker, id.0, &wanted, &info)
    });
    write.await
}
