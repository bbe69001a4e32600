//! People and where they work.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::registry::PersonState;
use xueshi_persistence::{Id, Page, ProfessionalFilter, Reader, Slice};

use crate::auth::{Caller, permissions};
use crate::dto::merging::{Merge, MergeResult};
use crate::dto::professionals::{
    EmploymentEnd, Employments, NewProfessional, ProfessionalChanges, ProfessionalDto,
};
use crate::dto::words;
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, departures, merging, professionals};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_professionals)
        .service(register_professional)
        .service(get_professional)
        .service(edit_professional)
        .service(list_employments)
        .service(end_employment)
        .service(take_back_departure)
        .service(merge_professionals);
}

page! {
    /// A page of people.
    pub(super) struct ProfessionalPage of ProfessionalDto, list ProfessionalList,
    sort ProfessionalSort { CreatedAt = "created_at" } default "created_at",
    expand [], sparse true
}

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichProfessionals {
    /// Only of this employer.
    employer_id: Option<Uuid>,
    /// Only in this state.
    #[param(value_type = Option<words::PersonState>)]
    state: Option<PersonState>,
}

/// People whom the caller may see
///
/// Those of the caller's units and of all below them. Numbers are masked (U4a).
#[utoipa::path(tag = "professionals", params(ProfessionalList, WhichProfessionals),
    responses((status = 200, description = "A page", body = ProfessionalPage)))]
#[get("/v1/professionals")]
async fn list_professionals(
    caller: Caller<permissions::ReadPeople>,
    list: ProfessionalList,
    which: Params<WhichProfessionals>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Professionals>(&state.desk, &caller, list, which.0).await
}

/// The people whom the caller may see.
pub(super) struct Professionals;

impl Listed for Professionals {
    type Needs = permissions::ReadPeople;
    type Page = ProfessionalPage;
    type Which = WhichProfessionals;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichProfessionals,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = ProfessionalFilter { employer: which.employer_id.map(Id), state: which.state };
        let found = reader.professionals(&asker.scope(Permission::ReadPeople), &filter, page)?;
        let shown = found
            .rows
            .iter()
            .map(|person| Ok((person.professional_id, professionals::shown(reader, person)?)));
        Ok(Slice { rows: shown.collect::<Result<_, Problem>>()?, total: found.total })
    }
}

/// Register a person
///
/// At an employer that the caller manages. An id number is registered once (U4) and checked (E12a); it is stored encrypted and
/// shown masked.
#[utoipa::path(tag = "professionals", params(DryRun, IdempotencyKey), request_body = NewProfessional,
    responses((status = 201, description = "The person", body = ProfessionalDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AlreadyExists, Code::UnknownReference]))))]
#[post("/v1/professionals")]
async fn register_professional(
    caller: Caller<permissions::ManagePeople>,
    act: Act,
    body: Body<NewProfessional>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state
        .desk
        .write(&caller, act, move |writer, asker| professionals::register(writer, asker, &new))
        .await
}

/// One person
///
/// Oneself, or someone of the caller's units. Numbers are masked (U4a).
#[utoipa::path(tag = "professionals",
    responses((status = 200, description = "The person", body = ProfessionalDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/professionals/{id}")]
async fn get_professional(
    caller: Caller<permissions::ReadOwnOrPeople>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let person = professionals::visible(reader, asker, id.0)?;
        professionals::shown(reader, &person)
    });
    let person = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(person.version.into())).json(person))
}

/// Change a person's record
///
/// Phone, title and post, by those who manage the employer's people.
#[utoipa::path(tag = "professionals", params(DryRun, RequiredIfMatch), request_body = ProfessionalChanges,
    responses((status = 200, description = "The person", body = ProfessionalDto,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/v1/professionals/{id}")]
async fn edit_professional(
    caller: Caller<permissions::ManagePeople>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<ProfessionalChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        professionals::edit(writer, asker, id.0, &condition, &changes)
    });
    write.await
}

/// Where a person has worked
///
/// The latest employment first; hours and history follow the person.
#[utoipa::path(tag = "professionals",
    responses((status = 200, description = "The employments", body = Employments)))]
#[get("/v1/professionals/{id}/employments")]
async fn list_employments(
    caller: Caller<permissions::ReadOwnOrPeople>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state
        .desk
        .read(&caller, move |reader, asker| professionals::employments(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// End a person's employment
///
/// Retirement or leaving (U3), also announced ahead: from that day the person no longer counts and can no longer declare; records
/// and certificates stay, what waits is still reviewed, and the person's offices at the employer end.
#[utoipa::path(tag = "professionals", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = EmploymentEnd,
    responses((status = 200, description = "The person", body = ProfessionalDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::NotEmployed]))))]
#[post("/v1/professionals/{id}/departure")]
async fn end_employment(
    caller: Caller<permissions::ManagePeople>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<EmploymentEnd>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(end) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        departures::end_employment(writer, asker, id.0, &condition, &end)
    });
    write.await
}

/// Take back the announced end of an employment
///
/// Before its day has come (U3).
#[utoipa::path(tag = "professionals", params(DryRun, RequiredIfMatch),
    responses((status = 200, description = "The person", body = ProfessionalDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::NotEmployed, Code::ValidationFailed]))))]
#[delete("/v1/professionals/{id}/departure")]
async fn take_back_departure(
    caller: Caller<permissions::ManagePeople>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        departures::take_back(writer, asker, id.0, &condition)
    });
    write.await
}

/// Merge two records of one person
///
/// A municipal act (U4). Everything of the merged record belongs to the other one afterwards: learning, declarations with their
/// reviews and evidence, years, certificates, employments, id numbers. Of two declarations of the same learning the one that
/// has come further stands (H7); years are added up, and a certified one is stated anew (A2); one account remains. The
/// merged record is an empty shell. Of two grants for one year one stands (M3). What somebody has to decide first is refused, and
/// named in `conflicts`: learning that is approved twice and not alike (H7), hours over a yearly limit (H8), a settlement that is
/// not finished (A3), an account in office (Who), two exemptions from one year (A5), two appeals in one matter (V8).
#[utoipa::path(tag = "professionals", params(DryRun, IdempotencyKey), request_body = Merge,
    responses((status = 200, description = "What was done", body = MergeResult)),
    extensions(("x-codes" = json!([Code::OwnCase, Code::SameRecord, Code::RecordsConflict, Code::UnknownReference,
        Code::NoPolicy, Code::YearEndFreeze]))))]
#[post("/v1/professionals:merge")]
async fn merge_professionals(
    caller: Caller<permissions::MergePeople>,
    act: Act,
    body: Body<Merge>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(request) = body;
    state
        .desk
        .write(&caller, act, move |writer, asker| merging::merge(writer, asker, &request))
        .await
}
