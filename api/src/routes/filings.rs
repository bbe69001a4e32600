//! Filings of those who train (P1, P5).

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::filing::FilingEvent;
use xueshi_persistence::{Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::filings::{
    FilingDecision, FilingDto, FilingList, FilingPage, FilingParams, FilingResults,
    FilingSubmission, FilingWithHistory, NewFiling, StatedReason,
};
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::problem::{Code, Problem};
use crate::services::filing::filings;
use crate::services::{Act, Asker};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_filings)
        .service(apply_for_filing)
        .service(get_filing)
        .service(submit_filing)
        .service(decide_filing)
        .service(suspend_filing)
        .service(resume_filing)
        .service(revoke_filing);
}

/// Filings of the caller's units
///
/// One for each unit and year. Officers of the municipal bureau see those of the city.
#[utoipa::path(tag = "training", params(FilingList, FilingParams),
    responses((status = 200, description = "A page", body = FilingPage)))]
#[get("/v1/filings")]
async fn list_filings(
    caller: Caller<permissions::ReadClasses>,
    list: FilingList,
    which: Params<FilingParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Filings>(&state.desk, &caller, list, which.0).await
}

/// The filings that the caller may see.
pub(super) struct Filings;

impl Listed for Filings {
    type Needs = permissions::ReadClasses;
    type Page = FilingPage;
    type Which = FilingParams;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: FilingParams,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = filings::list(reader, asker, which, page)?;
        Ok(found.map(|filing| (Id(filing.id), filing)))
    }
}

/// Apply for filing
///
/// For one year or several, each with a result of its own; a refused year never blocks the rest. A unit that was rejected or
/// lost its filing applies anew. Bureaus and authorities that train themselves apply too (P1).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey), request_body = NewFiling,
    responses((status = 200, description = "One result for each year", body = FilingResults)),
    extensions(("x-codes" = json!([Code::UnknownReference]))))]
#[post("/v1/filings")]
async fn apply_for_filing(
    caller: Caller<permissions::FileTraining>,
    act: Act,
    body: Body<NewFiling>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let info = act.info.clone();
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| filings::apply(writer, asker, &new, &info));
    write.await
}

/// One filing
///
/// With what was done to it: by whom, acting for which unit, when and why (V10).
#[utoipa::path(tag = "training", responses((status = 200, description = "The filing", body = FilingWithHistory,
    headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/filings/{id}")]
async fn get_filing(
    caller: Caller<permissions::ReadClasses>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| filings::get(reader, asker, id.0));
    let found = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(found.filing.version.into())).json(found))
}

/// Hand an application in again
///
/// After it was returned or rejected, or after the filing was revoked.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = FilingSubmission,
    responses((status = 200, description = "Applied for", body = FilingDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::FilingYearOver]))))]
#[post("/v1/filings/{id}/submission")]
async fn submit_filing(
    caller: Caller<permissions::FileTraining>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<FilingSubmission>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(submission) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        filings::submit(writer, asker, id.0, &condition, &submission)
    });
    write.await
}

/// Decide on an application
///
/// By an officer of the municipal bureau, and not by whoever applied. From the grant on, the unit's classes of the year
/// count (P1).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = FilingDecision,
    responses((status = 200, description = "Decided", body = FilingDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase]))))]
#[post("/v1/filings/{id}/decision")]
async fn decide_filing(
    caller: Caller<permissions::ManageFilings>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<FilingDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(decision) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        filings::decide(writer, asker, id.0, &condition, &decision)
    });
    write.await
}

/// Suspend a filing
///
/// With a reason. The unit holds no new classes until it is resumed; classes that had begun keep counting (P5).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = StatedReason,
    responses((status = 200, description = "Suspended", body = FilingDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase]))))]
#[post("/v1/filings/{id}/suspension")]
async fn suspend_filing(
    caller: Caller<permissions::ManageFilings>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<StatedReason>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(stated) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        let event = FilingEvent::Suspend;
        filings::change(writer, asker, id.0, &condition, event, Some(&stated.reason))
    });
    write.await
}

/// Let a suspended filing go on
///
/// With a reason. The unit can hold classes again.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = StatedReason,
    responses((status = 200, description = "Resumed", body = FilingDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase]))))]
#[post("/v1/filings/{id}/resumption")]
async fn resume_filing(
    caller: Caller<permissions::ManageFilings>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<StatedReason>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(stated) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        let event = FilingEvent::Resume;
        filings::change(writer, asker, id.0, &condition, event, Some(&stated.reason))
    });
    write.await
}

/// Revoke a filing
///
/// With a reason. The unit holds no new classes; hours that were approved stand unless they are revoked one by one, and
/// classes that had begun keep counting (P5).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = StatedReason,
    responses((status = 200, description = "Revoked", body = FilingDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase]))))]
#[post("/v1/filings/{id}/revocation")]
async fn revoke_filing(
    caller: Caller<permissions::ManageFilings>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<StatedReason>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(stated) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        let event = FilingEvent::Revoke;
        filings::change(writer, asker, id.0, &condition, event, Some(&stated.reason))
    });
    write.await
}
