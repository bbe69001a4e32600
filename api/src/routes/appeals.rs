//! Appeals (V8).

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::{Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::appeals::{
    AppealDecision, AppealDto, AppealList, AppealPage, NewAppeal, WhichAppeals,
};
use crate::extract::{
    Body, DryRun, ETag, IdempotencyKey, IfMatch, Params, PathId, RequiredIfMatch,
};
use crate::list::listed::{self, Listed, Rows};
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, appeals};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_appeals)
        .service(bring_appeal)
        .service(get_appeal)
        .service(decide_appeal)
        .service(withdraw_appeal);
}

/// Appeals that the caller may see
///
/// People see their own; units see those of their people and those that they are to decide. `overdue=true` lists what waits
/// and is late, for the unit that decides and for the levels above (V3).
#[utoipa::path(tag = "appeals", params(AppealList, WhichAppeals),
    responses((status = 200, description = "A page", body = AppealPage)))]
#[get("/v1/appeals")]
async fn list_appeals(
    caller: Caller<permissions::ReadOwnOrRecords>,
    list: AppealList,
    which: Params<WhichAppeals>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Appeals>(&state.desk, &caller, list, which.0).await
}

/// The appeals that the caller may see.
pub(super) struct Appeals;

impl Listed for Appeals {
    type Needs = permissions::ReadOwnOrRecords;
    type Page = AppealPage;
    type Which = WhichAppeals;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichAppeals,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = appeals::list(reader, asker, which, page)?;
        Ok(found.map(|appeal| (Id(appeal.id), appeal)))
    }
}

/// Bring an appeal
///
/// About one's own declaration that was rejected or revoked, or for the record of a class, seminar or course that is missing; once for
/// each (V8). The next level up decides within the same working days as a stage of review: the reviewing body about the
/// employer's rejections, the municipal bureau about everything else.
#[utoipa::path(tag = "appeals", params(DryRun, IdempotencyKey), request_body = NewAppeal,
    responses((status = 201, description = "Brought", body = AppealDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AppealedAlready, Code::RecordNotMissing, Code::WrongState, Code::UnknownReference,
        Code::LearningNotFinished, Code::SpansTwoYears, Code::LearningDatesInverted, Code::HoursNotPositive,
        Code::HoursExceedDays, Code::PlatformNotListed, Code::NotEmployed, Code::NoReviewingBody, Code::OwnReviewingBody,
        Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/appeals")]
async fn bring_appeal(
    caller: Caller<permissions::AppealOwn>,
    act: Act,
    body: Body<NewAppeal>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state.desk.write(&caller, act, move |writer, asker| appeals::bring(writer, asker, &new)).await
}

/// One appeal
///
/// With its decision, once there is one. The `ETag` is the version that changes must name.
#[utoipa::path(tag = "appeals",
    responses((status = 200, description = "The appeal", body = AppealDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/appeals/{id}")]
async fn get_appeal(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let appeal = appeals::visible(reader, asker, id.0)?;
        Ok(AppealDto::new(&appeal, reader.now()))
    });
    let appeal = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(appeal.version.into())).json(appeal))
}

/// Decide an appeal
///
/// By the unit that `decider_id` names; not about oneself, and not by anybody who had a part in what is appealed against (V8).
/// Upheld, the declaration is approved and its year follows; or the missing record is added, from which the person declares.
/// Once its year can be declared no more, the record is declared and approved with the decision.
#[utoipa::path(tag = "appeals", params(DryRun, IdempotencyKey, IfMatch), request_body = AppealDecision,
    responses((status = 200, description = "Decided", body = AppealDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase, Code::SameDecider, Code::RecordNotMissing,
        Code::DuplicateLearning, Code::HoursOverLimit, Code::LearningNotFinished, Code::HoursExceedDays,
        Code::PlatformNotListed, Code::UnknownReference, Code::NoPolicy, Code::YearEndFreeze, Code::NotEmployed,
        Code::NoReviewingBody, Code::OwnReviewingBody, Code::YearMismatch, Code::SpansTwoYears, Code::LearningDatesInverted,
        Code::HoursNotPositive, Code::TrainingPlanNotFiled, Code::ClassNotPassed, Code::WayNotCounted, Code::OutOfScope]))))]
#[post("/v1/appeals/{id}/decision")]
async fn decide_appeal(
    caller: Caller<permissions::DecideAppeal>,
    id: PathId,
    condition: IfMatch,
    act: Act,
    body: Body<AppealDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(decision) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        appeals::decide(writer, asker, id.0, &condition, &decision)
    });
    write.await
}

/// Take an appeal back
///
/// By the person, before it is decided. It was the one that the matter allows.
#[utoipa::path(tag = "appeals", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Withdrawn", body = AppealDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/appeals/{id}/withdrawal")]
async fn withdraw_appeal(
    caller: Caller<permissions::AppealOwn>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        appeals::withdraw(writer, asker, id.0, &condition)
    });
    write.await
}
