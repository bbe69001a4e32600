//! Exemptions from a year (A5, A6).

use actix_web::{HttpResponse, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::{Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::exemptions::{
    ExemptionChanges, ExemptionDecision, ExemptionDto, ExemptionEnding, ExemptionList,
    ExemptionPage, ExemptionStepDto, ExemptionStepList, NewExemption, WhichExemptions,
};
use crate::extract::{
    Body, DryRun, ETag, IdempotencyKey, IfMatch, Params, PathId, RequiredIfMatch,
};
use crate::list::listed::{self, Listed, Rows};
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, exemptions};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_exemptions)
        .service(apply_for_exemption)
        .service(get_exemption)
        .service(edit_exemption)
        .service(submit_exemption)
        .service(withdraw_exemption)
        .service(decide_exemption)
        .service(end_exemption)
        .service(list_exemption_steps);
}

/// Exemptions that the caller may see
///
/// People see their own; units see those of their people, whatever their state.
#[utoipa::path(tag = "exemptions", params(ExemptionList, WhichExemptions),
    responses((status = 200, description = "A page", body = ExemptionPage)))]
#[get("/v1/exemptions")]
async fn list_exemptions(
    caller: Caller<permissions::ReadOwnOrRecords>,
    list: ExemptionList,
    which: Params<WhichExemptions>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Exemptions>(&state.desk, &caller, list, which.0).await
}

/// The exemptions that the caller may see.
pub(super) struct Exemptions;

impl Listed for Exemptions {
    type Needs = permissions::ReadOwnOrRecords;
    type Page = ExemptionPage;
    type Which = WhichExemptions;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichExemptions,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = exemptions::list(reader, asker, which, page)?;
        Ok(found.map(|row| (row.id, ExemptionDto::from(&row))))
    }
}

/// Apply for an exemption
///
/// By the employer, for one of its people and one year (A5). The municipal bureau decides. Hours are never pro-rated: somebody
/// who joined in the year is exempt only where the year's policy lets off from a day on (A6).
#[utoipa::path(tag = "exemptions", params(DryRun, IdempotencyKey), request_body = NewExemption,
    responses((status = 201, description = "Applied for", body = ExemptionDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AlreadyExists, Code::YearComplete, Code::AbsenceOutsideYear, Code::NoProRating,
        Code::NotEmployed, Code::NoReviewingBody, Code::OwnReviewingBody, Code::UnknownReference, Code::NoPolicy,
        Code::YearEndFreeze]))))]
#[post("/v1/exemptions")]
async fn apply_for_exemption(
    caller: Caller<permissions::ApplyExemption>,
    act: Act,
    body: Body<NewExemption>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state
        .desk
        .write(&caller, act, move |writer, asker| exemptions::apply(writer, asker, &new))
        .await
}

/// One exemption
///
/// The `ETag` is the version that changes must name.
#[utoipa::path(tag = "exemptions",
    responses((status = 200, description = "The exemption", body = ExemptionDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/exemptions/{id}")]
async fn get_exemption(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        Ok(ExemptionDto::from(&exemptions::visible(reader, asker, id.0)?))
    });
    let exemption = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(exemption.version.into())).json(exemption))
}

/// Correct a returned exemption
///
/// By the employer; person and year stay as they are.
#[utoipa::path(tag = "exemptions", params(DryRun, RequiredIfMatch), request_body = ExemptionChanges,
    responses((status = 200, description = "The exemption", body = ExemptionDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::YearComplete, Code::AbsenceOutsideYear, Code::NoProRating,
        Code::NoPolicy, Code::YearEndFreeze]))))]
#[patch("/v1/exemptions/{id}")]
async fn edit_exemption(
    caller: Caller<permissions::ApplyExemption>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<ExemptionChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        exemptions::edit(writer, asker, id.0, &condition, &changes)
    });
    write.await
}

/// Hand a returned exemption in again
///
/// By the employer, after it was corrected.
#[utoipa::path(tag = "exemptions", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Submitted", body = ExemptionDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::YearComplete, Code::AbsenceOutsideYear, Code::NoProRating,
        Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/exemptions/{id}/submission")]
async fn submit_exemption(
    caller: Caller<permissions::ApplyExemption>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        exemptions::submit(writer, asker, id.0, &condition)
    });
    write.await
}

/// Take an exemption back
///
/// By the employer, before it is decided. One that was granted is ended by the municipal bureau.
#[utoipa::path(tag = "exemptions", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Withdrawn", body = ExemptionDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/exemptions/{id}/withdrawal")]
async fn withdraw_exemption(
    caller: Caller<permissions::ApplyExemption>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        exemptions::withdraw(writer, asker, id.0, &condition)
    });
    write.await
}

/// Decide on an exemption
///
/// By the municipal bureau: grant, return or reject; not about oneself, nor what one applied for. Granted, it makes the year
/// `exempt`: what waits for review goes on, and hours go on being counted, but the floors are not owed. A settled year follows
/// too; the appraisal that was sealed with it stays as it is. A year that is complete has nothing to be exempt from.
#[utoipa::path(tag = "exemptions", params(DryRun, IdempotencyKey, IfMatch), request_body = ExemptionDecision,
    responses((status = 200, description = "Decided", body = ExemptionDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase, Code::YearComplete, Code::AbsenceOutsideYear,
        Code::NoProRating, Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/exemptions/{id}/decision")]
async fn decide_exemption(
    caller: Caller<permissions::DecideExemption>,
    id: PathId,
    condition: IfMatch,
    act: Act,
    body: Body<ExemptionDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(decision) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        exemptions::decide(writer, asker, id.0, &condition, &decision)
    });
    write.await
}

/// End an exemption that stands
///
/// By the municipal bureau, with a reason. The year's state follows its hours again, as if it had never been exempt; somebody
/// who reached the floors all the same can then be verified.
#[utoipa::path(tag = "exemptions", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = ExemptionEnding,
    responses((status = 200, description = "Ended", body = ExemptionDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase, Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/exemptions/{id}/ending")]
async fn end_exemption(
    caller: Caller<permissions::DecideExemption>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<ExemptionEnding>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(ending) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        exemptions::end(writer, asker, id.0, &condition, &ending.reason)
    });
    write.await
}

/// What was done with an exemption
///
/// Every step, oldest first: who, acting for which unit, when, under which policy version, and what they said (V10).
#[utoipa::path(tag = "exemptions",
    responses((status = 200, description = "The steps", body = ExemptionStepList)))]
#[get("/v1/exemptions/{id}/steps")]
async fn list_exemption_steps(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| exemptions::steps(reader, asker, id.0));
    let data = read.await?.into_iter().map(ExemptionStepDto::from).collect();
    Ok(HttpResponse::Ok().json(ExemptionStepList { data }))
}
