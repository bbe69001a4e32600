//! Grants of make-up, and who reviews make-up first.

use actix_web::{HttpResponse, get, put, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::makeup::GrantState;
use xueshi_persistence::{Id, MakeupGrantFilter, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::makeup_grants::{MakeupBodyAssignment, MakeupBodyDto, MakeupGrantDto};
use crate::dto::words;
use crate::dto::years::FilterYear;
use crate::extract::{Body, DryRun, ETag, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, makeup};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_makeup_grants)
        .service(get_makeup_grant)
        .service(get_makeup_body)
        .service(assign_makeup_body);
}

page! {
    /// A page of grants.
    pub(super) struct MakeupGrantPage of MakeupGrantDto, list MakeupGrantRows,
    sort MakeupGrantSort { GrantedAt = "granted_at" } default "-granted_at",
    expand [], sparse true
}

/// Which grants.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichMakeupGrants {
    /// Only for this prior year.
    #[param(inline)]
    year: Option<FilterYear>,
    /// Only in this state.
    #[param(value_type = Option<words::MakeupGrantState>)]
    state: Option<GrantState>,
    /// Only of this person.
    professional_id: Option<Uuid>,
    /// Only on applications of this employer.
    employer_id: Option<Uuid>,
    /// Only exceptional, or only ordinary ones (M6).
    exceptional: Option<bool>,
}

/// Make-up grants that the caller may see
///
/// One's own, or those of the people of one's units.
#[utoipa::path(tag = "makeup", params(MakeupGrantRows, WhichMakeupGrants),
    responses((status = 200, description = "A page", body = MakeupGrantPage)))]
#[get("/v1/makeup-grants")]
async fn list_makeup_grants(
    caller: Caller<permissions::ReadOwnOrRecords>,
    list: MakeupGrantRows,
    which: Params<WhichMakeupGrants>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<MakeupGrants>(&state.desk, &caller, list, which.0).await
}

/// The grants of make-up that the caller may see.
pub(super) struct MakeupGrants;

impl Listed for MakeupGrants {
    type Needs = permissions::ReadOwnOrRecords;
    type Page = MakeupGrantPage;
    type Which = WhichMakeupGrants;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichMakeupGrants,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = MakeupGrantFilter {
            year: which.year.map(|year| year.0),
            state: which.state,
            professional: which.professional_id.map(Id),
            employer: which.employer_id.map(Id),
            exceptional: which.exceptional,
        };
        let found = reader.makeup_grants(&asker.scope(Permission::ReadRecords), &filter, page)?;
        Ok(found.map(|row| (row.id, MakeupGrantDto::from(&row))))
    }
}

/// One make-up grant
///
/// With its deadlines: learning counts from the day of the grant until `study_until`, and is registered and reviewed until
/// `register_until` (M3). Declarations name it as `makeup_grant_id`.
#[utoipa::path(tag = "makeup",
    responses((status = 200, description = "The grant", body = MakeupGrantDto)))]
#[get("/v1/makeup-grants/{id}")]
async fn get_makeup_grant(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| makeup::visible_grant(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(MakeupGrantDto::from(&read.await?)))
}

/// Who reviews make-up first for a unit
///
/// The base that is assigned to it, or else its reviewing body (M2). The `ETag` is the version that changes must name.
#[utoipa::path(tag = "makeup",
    responses((status = 200, description = "Who reviews first", body = MakeupBodyDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/organizations/{id}/makeup-body")]
async fn get_makeup_body(
    caller: Caller<permissions::ReadOrganizations>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| makeup::body_of(reader, asker, id.0));
    let body = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(body.version.into())).json(body))
}

/// Assign a base that reviews make-up first
///
/// In place of the employer's reviewing body; null gives that its place back. Applications that were submitted before stay
/// with whom they were submitted to.
#[utoipa::path(tag = "makeup", params(DryRun, RequiredIfMatch), request_body = MakeupBodyAssignment,
    responses((status = 200, description = "Who reviews first", body = MakeupBodyDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::UnknownReference]))))]
#[put("/v1/organizations/{id}/makeup-body")]
async fn assign_makeup_body(
    caller: Caller<permissions::ManageOrganizations>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<MakeupBodyAssignment>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(assignment) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        makeup::assign_body(writer, asker, id.0, &condition, assignment)
    });
    write.await
}
