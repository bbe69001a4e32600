//! People and units that register by themselves (U0).

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::registration::State;
use xueshi_domain::titles;
use xueshi_persistence::{Id, Page, Reader, RegistrationFilter};

use crate::auth::{Anyone, Caller, LoggedIn, permissions};
use crate::dto::cities::OfCity;
use crate::dto::registrations::{
    EmploymentDecision, EmploymentRequestDto, NewEmploymentRequest, NewRegistration,
    NewUnitRegistration, TitleSeries, UnitRegistrationDto,
};
use crate::dto::transfers::RequestDecision;
use crate::dto::words;
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, cities, joining, unit_registrations};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_title_series)
        .service(register_person)
        .service(list_employment_requests)
        .service(request_employment)
        .service(get_employment_request)
        .service(decide_employment_request)
        .service(withdraw_employment_request)
        .service(list_organization_registrations)
        .service(register_organization)
        .service(get_organization_registration)
        .service(decide_organization_registration)
        .service(withdraw_organization_registration);
}

page! {
    /// A page of requests to join an employer.
    pub(super) struct EmploymentRequestPage of EmploymentRequestDto, list EmploymentRequestList,
    sort EmploymentRequestSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

page! {
    /// A page of registrations of units.
    pub(super) struct OrganizationRegistrationPage of UnitRegistrationDto, list OrganizationRegistrationList,
    sort OrganizationRegistrationSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichRequests {
    /// Only in this state.
    #[param(value_type = Option<words::RegistrationState>)]
    state: Option<State>,
    /// Only to this unit.
    organization_id: Option<Uuid>,
}

impl WhichRequests {
    fn filter(&self) -> RegistrationFilter {
        RegistrationFilter { state: self.state, organization: self.organization_id.map(Id) }
    }
}

/// Series of titles
///
/// The 27 series of professional titles (U4b), by the names that a person's record takes.
#[utoipa::path(tag = "registrations", security(()),
    responses((status = 200, description = "Their names", body = TitleSeries)))]
#[get("/v1/title-series")]
async fn list_title_series(_: Caller<Anyone>) -> HttpResponse {
    HttpResponse::Ok().json(TitleSeries { data: titles::SERIES.map(str::to_owned).to_vec() })
}

/// Register oneself
///
/// Without a login (U0): makes an account without rights and asks the named employer to take its owner in. The answer is the same
/// whether or not someone is known here by this id number; only the employer, which compares the document, finds out. How
/// many registrations one address may make is limited. An `Idempotency-Key` has no effect, since there is no caller yet whose
/// key it could be: a repeat is refused because the user name is in use.
#[utoipa::path(tag = "registrations", security(()), params(DryRun, OfCity), request_body = NewRegistration,
    responses((status = 201, description = "The request to the employer", body = EmploymentRequestDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::NotFound, Code::AlreadyExists, Code::UnknownReference, Code::NoReviewingBody]))))]
#[post("/v1/registrations")]
async fn register_person(
    _: Caller<Anyone>,
    city: Params<OfCity>,
    act: Act,
    body: Body<NewRegistration>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    state.admit_newcomer(&request)?;
    let Body(new) = body;
    let hash = state.logins.passwords().hash(new.password.clone()).await?;
    let answer = state.desk.store().write(act.keep, move |writer| {
        writer.comes_from(act.info.origin());
        let city = cities::city(writer, city.0.jurisdiction.as_ref())?;
        joining::register(writer, city.id, &new, &hash)?.render()
    });
    Ok(answer.await?.into_response())
}

/// Requests to join an employer
///
/// One's own, and those to the units whose people the caller reads, the newest first.
#[utoipa::path(tag = "registrations", params(EmploymentRequestList, WhichRequests),
    responses((status = 200, description = "A page", body = EmploymentRequestPage)))]
#[get("/v1/employment-requests")]
async fn list_employment_requests(
    caller: Caller<LoggedIn>,
    list: EmploymentRequestList,
    which: Params<WhichRequests>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<EmploymentRequests>(&state.desk, &caller, list, which.0).await
}

/// The requests to join an employer that the caller may see.
pub(super) struct EmploymentRequests;

impl Listed for EmploymentRequests {
    type Needs = LoggedIn;
    type Page = EmploymentRequestPage;
    type Which = WhichRequests;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichRequests,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = joining::list(reader, asker, &which.filter(), page)?;
        Ok(found.map(|request| (Id(request.id), request)))
    }
}

/// Ask to join an employer
///
/// For someone who registered and is nobody's employee: after a refusal, a request to the wrong unit that was withdrawn, or an
/// employment that ended. Whoever is employed goes by a transfer (U2).
#[utoipa::path(tag = "registrations", params(DryRun, IdempotencyKey), request_body = NewEmploymentRequest,
    responses((status = 201, description = "The request", body = EmploymentRequestDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AlreadyExists, Code::EmployedElsewhere, Code::UnknownReference, Code::NoReviewingBody]))))]
#[post("/v1/employment-requests")]
async fn request_employment(
    caller: Caller<LoggedIn>,
    act: Act,
    body: Body<NewEmploymentRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state.desk.write(&caller, act, move |writer, asker| joining::ask(writer, asker, &new)).await
}

/// One request to join
///
/// For its applicant and for those who read the people of the employer.
#[utoipa::path(tag = "registrations",
    responses((status = 200, description = "The request", body = EmploymentRequestDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/employment-requests/{id}")]
async fn get_employment_request(
    caller: Caller<LoggedIn>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let request = joining::visible(reader, asker, id.0)?;
        joining::shown(reader, &request)
    });
    let request = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(request.version.into())).json(request))
}

/// Accept or refuse someone who asks to join
///
/// Who accepts has compared the document (`identity_checked`). A record is made, or the applicant's account is linked to the one
/// that stands under the id number (U4): never to one that another account owns, that bears another name, or whose owner is
/// employed elsewhere.
#[utoipa::path(tag = "registrations", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = EmploymentDecision,
    responses((status = 200, description = "The request", body = EmploymentRequestDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::OwnCase, Code::WrongState, Code::EmployedElsewhere, Code::RecordHasAccount,
        Code::IdentityMismatch, Code::YearEndFreeze]))))]
#[post("/v1/employment-requests/{id}/decision")]
async fn decide_employment_request(
    caller: Caller<permissions::AcceptPeople>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<EmploymentDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(answer) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        joining::decide(writer, asker, id.0, &condition, &answer)
    });
    write.await
}

/// Take a request to join back
///
/// By its applicant, for instance when it went to the wrong unit.
#[utoipa::path(tag = "registrations", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "The request", body = EmploymentRequestDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[post("/v1/employment-requests/{id}/withdrawal")]
async fn withdraw_employment_request(
    caller: Caller<LoggedIn>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        joining::withdraw(writer, asker, id.0, &condition)
    });
    write.await
}

/// Registrations of units
///
/// One's own, and those that name a body of the caller's units, the newest first.
#[utoipa::path(tag = "registrations", params(OrganizationRegistrationList, WhichRequests),
    responses((status = 200, description = "A page", body = OrganizationRegistrationPage)))]
#[get("/v1/organization-registrations")]
async fn list_organization_registrations(
    caller: Caller<LoggedIn>,
    list: OrganizationRegistrationList,
    which: Params<WhichRequests>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<OrganizationRegistrations>(&state.desk, &caller, list, which.0).await
}

/// The registrations of units that the caller may see.
pub(super) struct OrganizationRegistrations;

impl Listed for OrganizationRegistrations {
    type Needs = LoggedIn;
    type Page = OrganizationRegistrationPage;
    type Which = WhichRequests;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichRequests,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = unit_registrations::list(reader, asker, &which.filter(), page)?;
        Ok(found.map(|registration| (Id(registration.id), registration)))
    }
}

/// Register a unit
///
/// Without a login (U0): makes the account of its future administrator, without rights, and asks the bureau or authority that it
/// names to accept it. How many registrations one address may make is limited. An `Idempotency-Key` has no effect, since
/// there is no caller yet whose key it could be.
#[utoipa::path(tag = "registrations", security(()), params(DryRun, OfCity), request_body = NewUnitRegistration,
    responses((status = 201, description = "The registration", body = UnitRegistrationDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::NotFound, Code::AlreadyExists, Code::UnknownReference]))))]
#[post("/v1/organization-registrations")]
async fn register_organization(
    _: Caller<Anyone>,
    city: Params<OfCity>,
    act: Act,
    body: Body<NewUnitRegistration>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    state.admit_newcomer(&request)?;
    let Body(new) = body;
    let hash = state.logins.passwords().hash(new.password.clone()).await?;
    let answer = state.desk.store().write(act.keep, move |writer| {
        writer.comes_from(act.info.origin());
        let city = cities::city(writer, city.0.jurisdiction.as_ref())?;
        unit_registrations::register(writer, city.id, &new, &hash)?.render()
    });
    Ok(answer.await?.into_response())
}

/// The registration of a unit
///
/// For its applicant and for those who read the units of the body that it names.
#[utoipa::path(tag = "registrations",
    responses((status = 200, description = "The registration", body = UnitRegistrationDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/organizations/{id}/registration")]
async fn get_organization_registration(
    caller: Caller<LoggedIn>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let registration = unit_registrations::visible(reader, asker, id.0)?;
        unit_registrations::shown(reader, &registration)
    });
    let registration = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(registration.version.into())).json(registration))
}

/// Accept or refuse a unit
///
/// For the body that it names. With the acceptance the unit takes its place under that body, which reviews for it from then on,
/// and the applicant's account becomes its administrator (U1).
#[utoipa::path(tag = "registrations", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = RequestDecision,
    responses((status = 200, description = "The registration", body = UnitRegistrationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::OwnCase, Code::WrongState, Code::AlreadyExists, Code::UnitDisabled]))))]
#[post("/v1/organizations/{id}/registration/decision")]
async fn decide_organization_registration(
    caller: Caller<permissions::AcceptUnits>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<RequestDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(answer) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        unit_registrations::decide(writer, asker, id.0, &condition, &answer)
    });
    write.await
}

/// Take the registration of a unit back
///
/// By its applicant.
#[utoipa::path(tag = "registrations", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "The registration", body = UnitRegistrationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[post("/v1/organizations/{id}/registration/withdrawal")]
async fn withdraw_organization_registration(
    caller: Caller<LoggedIn>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        unit_registrations::withdraw(writer, asker, id.0, &condition)
    });
    write.await
}
