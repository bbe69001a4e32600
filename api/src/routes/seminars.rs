//! Advanced seminars: proposed, approved, held, closed (P6).

use actix_web::{HttpResponse, get, patch, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::{Id, Page, Reader};

use crate::auth::{Caller, LoggedIn, permissions};
use crate::dto::seminars::{
    NewSeminar, SeminarAdmissionList, SeminarAdmissionPage, SeminarChanges, SeminarClosing,
    SeminarDecision, SeminarDto, SeminarList, SeminarListContent, SeminarPage, SeminarReport,
    SeminarSteps, SeminarWithdrawal, WhichSeminars,
};
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, seminars};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_seminars)
        .service(create_seminar)
        .service(get_seminar)
        .service(edit_seminar)
        .service(submit_seminar)
        .service(decide_seminar)
        .service(withdraw_seminar)
        .service(get_seminar_admissions)
        .service(put_seminar_admissions)
        .service(report_seminar)
        .service(close_seminar)
        .service(list_seminar_steps);
}

/// Advanced seminars
///
/// Those that are approved, reported or closed are announced to everyone in the city; proposals are shown to the units above
/// their host, and to the host.
#[utoipa::path(tag = "training", params(SeminarList, WhichSeminars),
    responses((status = 200, description = "A page", body = SeminarPage)))]
#[get("/v1/seminars")]
async fn list_seminars(
    caller: Caller<LoggedIn>,
    list: SeminarList,
    which: Params<WhichSeminars>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Seminars>(&state.desk, &caller, list, which.0).await
}

/// The advanced seminars.
pub(super) struct Seminars;

impl Listed for Seminars {
    type Needs = LoggedIn;
    type Page = SeminarPage;
    type Which = WhichSeminars;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichSeminars,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = seminars::list(reader, asker, &which, page)?;
        Ok(found.map(|seminar| (Id(seminar.id), seminar)))
    }
}

/// Propose an advanced seminar
///
/// By the unit that will hold it: a unit that trains, a reviewing body, or an employer. The draft is checked at once: its days
/// lie in one year (H2) and hold its hours (H9), and it has no more places than the year's policy allows (P6).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey), request_body = NewSeminar,
    responses((status = 201, description = "The draft", body = SeminarDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::UnknownReference, Code::NoPolicy, Code::SpansTwoYears, Code::LearningDatesInverted,
        Code::SeminarTooLarge, Code::HoursNotPositive, Code::HoursExceedDays]))))]
#[post("/v1/seminars")]
async fn create_seminar(
    caller: Caller<permissions::ProposeSeminars>,
    act: Act,
    body: Body<NewSeminar>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state.desk.write(&caller, act, move |writer, asker| seminars::create(writer, asker, &new)).await
}

/// One advanced seminar
///
/// The `ETag` is the version that changes must name.
#[utoipa::path(tag = "training",
    responses((status = 200, description = "The seminar", body = SeminarDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/seminars/{id}")]
async fn get_seminar(
    caller: Caller<LoggedIn>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| seminars::get(reader, asker, Id(id.0)));
    let seminar = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(seminar.version.into())).json(seminar))
}

/// Edit a draft or returned seminar
///
/// By its host. What was submitted is edited after the municipal bureau has returned it.
#[utoipa::path(tag = "training", params(DryRun, RequiredIfMatch), request_body = SeminarChanges,
    responses((status = 200, description = "The seminar", body = SeminarDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::SpansTwoYears, Code::LearningDatesInverted,
        Code::SeminarTooLarge, Code::HoursNotPositive, Code::HoursExceedDays]))))]
#[patch("/v1/seminars/{id}")]
async fn edit_seminar(
    caller: Caller<permissions::ProposeSeminars>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<SeminarChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        seminars::edit(writer, asker, Id(id.0), &condition, &changes)
    });
    write.await
}

/// Submit a seminar to the municipal bureau
///
/// Before its first day (P6).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Submitted", body = SeminarDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze, Code::SeminarTooLarge,
        Code::HoursExceedDays, Code::SeminarBegun]))))]
#[post("/v1/seminars/{id}/submission")]
async fn submit_seminar(
    caller: Caller<permissions::ProposeSeminars>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        seminars::submit(writer, asker, Id(id.0), &condition)
    });
    write.await
}

/// Decide on a seminar
///
/// By the municipal bureau: approve before its first day, return to its host for correction, or reject for good (P6). Nobody
/// decides on what they proposed themselves.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = SeminarDecision,
    responses((status = 200, description = "Decided", body = SeminarDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase, Code::NoPolicy, Code::YearEndFreeze, Code::SeminarTooLarge,
        Code::HoursExceedDays, Code::SeminarBegun]))))]
#[post("/v1/seminars/{id}/decision")]
async fn decide_seminar(
    caller: Caller<permissions::ManageFilings>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<SeminarDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(decision) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        seminars::decide(writer, asker, Id(id.0), &condition, &decision)
    });
    write.await
}

/// Give a seminar up
///
/// By its host, with a reason, until its outcome is reported.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = SeminarWithdrawal,
    responses((status = 200, description = "Given up", body = SeminarDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/seminars/{id}/withdrawal")]
async fn withdraw_seminar(
    caller: Caller<permissions::ProposeSeminars>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<SeminarWithdrawal>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(withdrawal) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        seminars::withdraw(writer, asker, Id(id.0), &condition, &withdrawal.reason)
    });
    write.await
}

/// Those admitted to a seminar
///
/// All of them for those whose units hold the host; otherwise oneself, and the people of one's own units.
#[utoipa::path(tag = "training", params(SeminarAdmissionList),
    responses((status = 200, description = "A page", body = SeminarAdmissionPage)))]
#[get("/v1/seminars/{id}/admissions")]
async fn get_seminar_admissions(
    caller: Caller<LoggedIn>,
    id: PathId,
    list: SeminarAdmissionList,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<Id>()?;
    let read = state
        .desk
        .read(&caller, move |reader, asker| seminars::admissions(reader, asker, Id(id.0), page));
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |row| Id(row.professional_id));
    list.respond(rows, next, slice.total)
}

/// Draw up the list of those admitted
///
/// By the host of an approved seminar, before its first day: the people named are admitted, and nobody else. They may work
/// anywhere in the city; there are no more of them than places, and each of them could declare the hours (U3, U4b).
#[utoipa::path(tag = "training", params(DryRun, RequiredIfMatch), request_body = SeminarListContent,
    responses((status = 200, description = "The seminar with its new number of people", body = SeminarDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze, Code::SeminarBegun, Code::SeminarFull,
        Code::UnknownReference, Code::NotEmployed, Code::OutOfScope]))))]
#[put("/v1/seminars/{id}/admissions")]
async fn put_seminar_admissions(
    caller: Caller<permissions::ProposeSeminars>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<SeminarListContent>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(content) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        seminars::admit(writer, asker, Id(id.0), &condition, &content)
    });
    write.await
}

/// Report the outcome of a seminar
///
/// By its host, on its last day or later, with one result for everyone on the list (P6).
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = SeminarReport,
    responses((status = 200, description = "Reported", body = SeminarDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze, Code::SeminarNotEnded,
        Code::SeminarListEmpty, Code::SeminarResultsMismatch, Code::HoursNotPositive, Code::HoursOverLimit]))))]
#[post("/v1/seminars/{id}/report")]
async fn report_seminar(
    caller: Caller<permissions::ProposeSeminars>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<SeminarReport>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(report) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        seminars::report(writer, asker, Id(id.0), &condition, &report)
    });
    write.await
}

/// Close a reported seminar
///
/// By the municipal bureau: everyone who passed gets a learning record, from which the hours are declared. Or the report is
/// returned to the host. Nobody closes a seminar that they brought or whose hours they get.
#[utoipa::path(tag = "training", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = SeminarClosing,
    responses((status = 200, description = "Closed, or approved again when the report was returned", body = SeminarDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::OwnCase, Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/seminars/{id}/closing")]
async fn close_seminar(
    caller: Caller<permissions::ManageFilings>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<SeminarClosing>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(closing) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        seminars::close(writer, asker, Id(id.0), &condition, &closing)
    });
    write.await
}

/// The steps that a seminar took
///
/// Who took each, for which unit, when, why, and under which policy version (V10). For those whose units hold its host.
#[utoipa::path(tag = "training",
    responses((status = 200, description = "The first one first", body = SeminarSteps)))]
#[get("/v1/seminars/{id}/steps")]
async fn list_seminar_steps(
    caller: Caller<permissions::ReadClasses>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| seminars::steps(reader, asker, Id(id.0)));
    Ok(HttpResponse::Ok().json(read.await?))
}
