//! Declarations: the main road of a professional.

use actix_web::{HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::learning::Subject;
use xueshi_domain::review::State;
use xueshi_persistence::{Concerns, DeclarationFilter, Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::declarations::{
    DeclarationChanges, DeclarationDto, NewDeclaration, Revocation, RevocationDto, SubmissionDto,
};
use crate::dto::words;
use crate::dto::years::FilterYear;
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, declarations, revocation};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_declarations)
        .service(create_declaration)
        .service(get_declaration)
        .service(edit_declaration)
        .service(submit_declaration)
        .service(withdraw_declaration)
        .service(get_revocation)
        .service(revoke_declaration);
}

page! {
    /// A page of declarations.
    pub(super) struct DeclarationPage of DeclarationDto, list DeclarationList,
    sort DeclarationSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

/// Which declarations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichDeclarations {
    /// Only of this year.
    #[param(inline)]
    year: Option<FilterYear>,
    /// Only in one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::DeclarationState>>, explode = false, style = Form)]
    state: Vec<State>,
    /// Only of this subject.
    #[param(value_type = Option<words::Subject>)]
    subject: Option<Subject>,
    /// Only of this person.
    professional_id: Option<Uuid>,
    /// Only of this employer.
    employer_id: Option<Uuid>,
}

/// Declarations that the caller may see
///
/// People see their own in every state; units see those of their people once they have been submitted.
#[utoipa::path(tag = "declarations", params(DeclarationList, WhichDeclarations),
    responses((status = 200, description = "A page", body = DeclarationPage)))]
#[get("/v1/declarations")]
async fn list_declarations(
    caller: Caller<permissions::ReadOwnOrRecords>,
    list: DeclarationList,
    which: Params<WhichDeclarations>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Declarations>(&state.desk, &caller, list, which.0).await
}

/// The declarations that the caller may see.
pub(super) struct Declarations;

impl Listed for Declarations {
    type Needs = permissions::ReadOwnOrRecords;
    type Page = DeclarationPage;
    type Which = WhichDeclarations;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichDeclarations,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = DeclarationFilter {
            year: which.year.map(|year| year.0),
            states: which.state,
            subject: which.subject,
            professional: which.professional_id.map(Id),
            employer: which.employer_id.map(Id),
        };
        let found = reader.declarations(&asker.scope(Permission::ReadRecords), &filter, page)?;
        let now = reader.now();
        Ok(found.map(|row| (row.id, DeclarationDto::new(&row, now))))
    }
}

/// Begin a declaration
///
/// Either of a delivered learning record (`year` and `learning_record_id`), or in one's own words (everything else). The
/// draft is checked at once against every rule that can be checked already; it is submitted by itself.
#[utoipa::path(tag = "declarations", params(DryRun, IdempotencyKey), request_body = NewDeclaration,
    responses((status = 201, description = "The draft", body = DeclarationDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze, Code::SpansTwoYears,
        Code::LearningDatesInverted, Code::YearMismatch, Code::OutsideMakeupStudy, Code::MakeupNotNeeded, Code::LearningNotFinished, Code::HoursNotPositive,
        Code::TrainingPlanNotFiled, Code::ClassNotPassed, Code::PublicHoursNeedPlatform, Code::PlatformNotListed,
        Code::DuplicateLearning, Code::WayNotCounted, Code::HoursOverLimit, Code::HoursExceedDays, Code::NotEmployed,
        Code::OutOfScope, Code::NoReviewingBody, Code::OwnReviewingBody]))))]
#[post("/v1/declarations")]
async fn create_declaration(
    caller: Caller<permissions::DeclareOwn>,
    act: Act,
    body: Body<NewDeclaration>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let act = act.concerning(caller.own_affairs());
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| declarations::create(writer, asker, &new));
    write.await
}

/// One declaration
///
/// The `ETag` is the version that changes must name.
#[utoipa::path(tag = "declarations",
    responses((status = 200, description = "The declaration", body = DeclarationDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/declarations/{id}")]
async fn get_declaration(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let declaration = declarations::visible(reader, asker, id.0)?;
        Ok(DeclarationDto::new(&declaration, reader.now()))
    });
    let declaration = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(declaration.version.into())).json(declaration))
}

/// Edit a draft or returned declaration
///
/// Only what is declared in one's own words can be edited; what was delivered is corrected at its source.
#[utoipa::path(tag = "declarations", params(DryRun, RequiredIfMatch), request_body = DeclarationChanges,
    responses((status = 200, description = "The declaration", body = DeclarationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze,
        Code::SpansTwoYears, Code::LearningDatesInverted, Code::YearMismatch, Code::OutsideMakeupStudy, Code::MakeupNotNeeded, Code::LearningNotFinished,
        Code::HoursNotPositive, Code::TrainingPlanNotFiled, Code::PublicHoursNeedPlatform, Code::DuplicateLearning,
        Code::WayNotCounted, Code::HoursOverLimit, Code::HoursExceedDays, Code::NotEmployed, Code::OutOfScope]))))]
#[patch("/v1/declarations/{id}")]
async fn edit_declaration(
    caller: Caller<permissions::DeclareOwn>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<DeclarationChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let act = act.concerning(Concerns::PeopleOf(vec![Id(id.0)]));
    let write = state.desk.write(&caller, act, move |writer, asker| {
        declarations::edit(writer, asker, id.0, &condition, &changes)
    });
    write.await
}

/// Submit a declaration for review
///
/// The employer has five working days from the next day on; `due_at` is the exclusive end of the last of them (V1). A
/// submission that may not finish before the freeze is accepted with a warning (V5).
#[utoipa::path(tag = "declarations", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Submitted", body = SubmissionDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze,
        Code::YearMismatch, Code::OutsideMakeupStudy, Code::MakeupNotNeeded, Code::LearningNotFinished, Code::TrainingPlanNotFiled, Code::ClassNotPassed,
        Code::PublicHoursNeedPlatform, Code::PlatformNotListed, Code::DuplicateLearning, Code::WayNotCounted,
        Code::HoursOverLimit, Code::HoursExceedDays, Code::EvidenceMissing, Code::NotEmployed, Code::OutOfScope,
        Code::NoReviewingBody, Code::OwnReviewingBody]))))]
#[post("/v1/declarations/{id}/submission")]
async fn submit_declaration(
    caller: Caller<permissions::DeclareOwn>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let act = act.concerning(Concerns::PeopleOf(vec![Id(id.0)]));
    let write = state.desk.write(&caller, act, move |writer, asker| {
        declarations::submit(writer, asker, id.0, &condition)
    });
    write.await
}

/// Take a declaration back
///
/// By its owner, before it is approved. Its learning can then be declared again.
#[utoipa::path(tag = "declarations", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Withdrawn", body = DeclarationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/declarations/{id}/withdrawal")]
async fn withdraw_declaration(
    caller: Caller<permissions::DeclareOwn>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let act = act.concerning(Concerns::PeopleOf(vec![Id(id.0)]));
    let write = state.desk.write(&caller, act, move |writer, asker| {
        declarations::withdraw(writer, asker, id.0, &condition)
    });
    write.await
}

/// Why an approval was taken back
///
/// The reason, who acted for which unit, and when. 404 while the declaration was not revoked.
#[utoipa::path(tag = "declarations",
    responses((status = 200, description = "The revocation", body = RevocationDto)))]
#[get("/v1/declarations/{id}/revocation")]
async fn get_revocation(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| revocation::read(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Revoke an approved declaration
///
/// By the municipal bureau, with a reason. The year's totals follow; a year that falls below a floor goes back to
/// `in_progress` and its certificate is revoked (A2).
#[utoipa::path(tag = "declarations", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = Revocation,
    responses((status = 200, description = "Revoked", body = DeclarationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze, Code::OwnDeclaration]))))]
#[post("/v1/declarations/{id}/revocation")]
async fn revoke_declaration(
    caller: Caller<permissions::RevokeApproval>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<Revocation>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(revocation) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        revocation::revoke(writer, asker, id.0, &condition, &revocation.reason)
    });
    write.await
}
