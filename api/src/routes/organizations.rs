//! Units, their tree and those who act for them.

use actix_web::{HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_persistence::{Id, OrganizationFilter, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::organizations::{
    AdministratorDto, Administrators, Appointment, NewOrganization, OrganizationChanges,
    OrganizationDto, Relocation, UnitClosing,
};
use crate::dto::words;
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, administrators, organizations, unit_changes};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_organizations)
        .service(create_organization)
        .service(get_organization)
        .service(edit_organization)
        .service(disable_organization)
        .service(enable_organization)
        .service(relocate_organization)
        .service(list_administrators)
        .service(appoint_administrator);
}

page! {
    /// A page of units.
    pub(super) struct OrganizationPage of OrganizationDto, list OrganizationList,
    sort OrganizationSort { CreatedAt = "created_at" } default "created_at",
    expand [], sparse true
}

/// Which units.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichOrganizations {
    /// Only of this kind.
    #[param(value_type = Option<words::OrganizationKind>)]
    kind: Option<OrganizationKind>,
    /// Only those directly below this unit.
    parent_id: Option<Uuid>,
    /// Only in this state.
    #[param(value_type = Option<words::Standing>)]
    state: Option<Standing>,
    /// `true`: only units in use that nobody acts for; someone is to be appointed (U1).
    without_administrator: Option<bool>,
}

/// Units that the caller may see
///
/// Those on which the caller has a role, and all below them.
#[utoipa::path(tag = "organizations", params(OrganizationList, WhichOrganizations),
    responses((status = 200, description = "A page", body = OrganizationPage)))]
#[get("/v1/organizations")]
async fn list_organizations(
    caller: Caller<permissions::ReadOrganizations>,
    list: OrganizationList,
    which: Params<WhichOrganizations>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Organizations>(&state.desk, &caller, list, which.0).await
}

/// The units that the caller may see.
pub(super) struct Organizations;

impl Listed for Organizations {
    type Needs = permissions::ReadOrganizations;
    type Page = OrganizationPage;
    type Which = WhichOrganizations;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichOrganizations,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = OrganizationFilter {
            kind: which.kind,
            parent: which.parent_id.map(Id),
            state: which.state,
            without_administrator: which.without_administrator == Some(true),
        };
        let scope = asker.scope(Permission::ReadOrganizations);
        let found = reader.organizations(&scope, &filter, page)?;
        Ok(found.map(|row| (row.id, OrganizationDto::from(&row))))
    }
}

/// Add a unit
///
/// Below another one. Employers need a unit code (GB 32100) and the bureau or authority that reviews after them.
#[utoipa::path(tag = "organizations", params(DryRun, IdempotencyKey), request_body = NewOrganization,
    responses((status = 201, description = "The unit", body = OrganizationDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AlreadyExists, Code::UnknownReference, Code::NoReviewingBody]))))]
#[post("/v1/organizations")]
async fn create_organization(
    caller: Caller<permissions::ManageOrganizations>,
    act: Act,
    body: Body<NewOrganization>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state
        .desk
        .write(&caller, act, move |writer, asker| organizations::create(writer, asker, &new))
        .await
}

/// One unit
///
/// The `ETag` is the version that changes must name.
#[utoipa::path(tag = "organizations",
    responses((status = 200, description = "The unit", body = OrganizationDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/organizations/{id}")]
async fn get_organization(
    caller: Caller<permissions::ReadOrganizations>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| organizations::visible(reader, asker, id.0));
    let unit = OrganizationDto::from(&read.await?);
    Ok(HttpResponse::Ok().insert_header(ETag(unit.version.into())).json(unit))
}

/// Change a unit
///
/// Its own facts. Another reviewing body takes over what waited for the former one, with the full time (U2); the place in the tree
/// changes by a relocation.
#[utoipa::path(tag = "organizations", params(DryRun, RequiredIfMatch), request_body = OrganizationChanges,
    responses((status = 200, description = "The unit", body = OrganizationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::AlreadyExists, Code::UnknownReference, Code::OwnReviewingBody,
        Code::YearEndFreeze]))))]
#[patch("/v1/organizations/{id}")]
async fn edit_organization(
    caller: Caller<permissions::ManageOrganizations>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<OrganizationChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        organizations::edit(writer, asker, id.0, &condition, &changes)
    });
    write.await
}

/// Close a unit
///
/// When nothing rests on it any more: no people, no units below it or reviewed by it, nothing that waits. Its offices end at
/// once (U1).
#[utoipa::path(tag = "organizations", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = UnitClosing,
    responses((status = 200, description = "The unit", body = OrganizationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::UnitInUse]))))]
#[post("/v1/organizations/{id}/disablement")]
async fn disable_organization(
    caller: Caller<permissions::ManageOrganizations>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<UnitClosing>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(closing) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        unit_changes::disable(writer, asker, id.0, &condition, &closing.reason)
    });
    write.await
}

/// Open a closed unit again
///
/// Its administrator is to be appointed anew.
#[utoipa::path(tag = "organizations", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "The unit", body = OrganizationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::UnitDisabled]))))]
#[post("/v1/organizations/{id}/enablement")]
async fn enable_organization(
    caller: Caller<permissions::ManageOrganizations>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        unit_changes::enable(writer, asker, id.0, &condition)
    });
    write.await
}

/// Move a unit in the tree
///
/// With all that is below it. Where a reviewing body no longer stands above a unit, the new one takes its place: what waits for
/// the former goes to it with the full time, and unsettled years follow (U2).
#[utoipa::path(tag = "organizations", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = Relocation,
    responses((status = 200, description = "The unit", body = OrganizationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::UnknownReference, Code::YearEndFreeze]))))]
#[post("/v1/organizations/{id}/relocation")]
async fn relocate_organization(
    caller: Caller<permissions::ManageOrganizations>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<Relocation>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(to) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        unit_changes::relocate(writer, asker, id.0, &condition, &to)
    });
    write.await
}

/// Those who act for a unit
///
/// The holders of roles on this very unit, the longest in office first.
#[utoipa::path(tag = "organizations",
    responses((status = 200, description = "Its administrators", body = Administrators)))]
#[get("/v1/organizations/{id}/administrators")]
async fn list_administrators(
    caller: Caller<permissions::ReadOrganizations>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| administrators::list(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Change the administrator of a unit
///
/// Whoever has the role there now loses it, and all their sessions end at once: their very next request is refused (U1).
#[utoipa::path(tag = "organizations", params(DryRun, IdempotencyKey), request_body = Appointment,
    responses((status = 201, description = "The new administrator", body = AdministratorDto,
        headers(("Location" = String, description = "The unit's administrators")))),
    extensions(("x-codes" = json!([Code::OwnRights, Code::AlreadyExists, Code::UnknownReference]))))]
#[post("/v1/organizations/{id}/administrators")]
async fn appoint_administrator(
    caller: Caller<permissions::ManageAccounts>,
    id: PathId,
    act: Act,
    body: Body<Appointment>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(appointment) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        administrators::appoint(writer, asker, id.0, &appointment)
    });
    write.await
}
