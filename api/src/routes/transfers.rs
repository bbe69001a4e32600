//! Transfers between employers (U2).

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::transfer::State;
use xueshi_persistence::{Id, Page, Reader, TransferFilter};

use crate::auth::{Caller, permissions};
use crate::dto::transfers::{NewTransfer, RequestDecision, TransferDto};
use crate::dto::words;
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, transfers};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_transfers)
        .service(request_transfer)
        .service(get_transfer)
        .service(decide_transfer)
        .service(withdraw_transfer);
}

page! {
    /// A page of transfers.
    pub(super) struct TransferPage of TransferDto, list TransferList,
    sort TransferSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

/// Which transfers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichTransfers {
    /// Only in this state.
    #[param(value_type = Option<words::TransferState>)]
    state: Option<State>,
    /// Only of this person.
    professional_id: Option<Uuid>,
    /// Only from or to this employer.
    organization_id: Option<Uuid>,
}

/// Transfers that the caller may see
///
/// One's own, and those from or to the caller's units and all below them, the newest first.
#[utoipa::path(tag = "transfers", params(TransferList, WhichTransfers),
    responses((status = 200, description = "A page", body = TransferPage)))]
#[get("/v1/transfers")]
async fn list_transfers(
    caller: Caller<permissions::ReadOwnOrPeople>,
    list: TransferList,
    which: Params<WhichTransfers>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Transfers>(&state.desk, &caller, list, which.0).await
}

/// The transfers that the caller may see.
pub(super) struct Transfers;

impl Listed for Transfers {
    type Needs = permissions::ReadOwnOrPeople;
    type Page = TransferPage;
    type Which = WhichTransfers;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichTransfers,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = TransferFilter {
            state: which.state,
            professional: which.professional_id.map(Id),
            organization: which.organization_id.map(Id),
        };
        let found = transfers::list(reader, asker, &filter, page)?;
        Ok(found.map(|transfer| (Id(transfer.id), transfer)))
    }
}

/// Ask for a transfer
///
/// By either employer (U2). The one that the person leaves names the person and the other's unit code; the one that the person
/// comes to names the document and itself. Nothing changes before the other side, or a unit above both, has accepted.
#[utoipa::path(tag = "transfers", params(DryRun, IdempotencyKey), request_body = NewTransfer,
    responses((status = 201, description = "The transfer", body = TransferDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AlreadyExists, Code::UnknownReference, Code::NotEmployed, Code::SameEmployer,
        Code::UnitDisabled, Code::NoReviewingBody, Code::YearEndFreeze]))))]
#[post("/v1/transfers")]
async fn request_transfer(
    caller: Caller<permissions::TransferPeople>,
    act: Act,
    body: Body<NewTransfer>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state
        .desk
        .write(&caller, act, move |writer, asker| transfers::request(writer, asker, &new))
        .await
}

/// One transfer
///
/// The `ETag` is the version that a decision must name.
#[utoipa::path(tag = "transfers",
    responses((status = 200, description = "The transfer", body = TransferDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/transfers/{id}")]
async fn get_transfer(
    caller: Caller<permissions::ReadOwnOrPeople>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let transfer = transfers::visible(reader, asker, id.0)?;
        transfers::shown(reader, &transfer)
    });
    let transfer = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(transfer.version.into())).json(transfer))
}

/// Accept or refuse a transfer
///
/// For the employer that was asked, or for a unit above both. With the acceptance the person changes employer on that day: hours
/// and history follow; what waits for the old employer begins anew at the new one, what waits for a reviewing body stays
/// with the same body or goes to the new one; the person's offices at the old employer end at once.
#[utoipa::path(tag = "transfers", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = RequestDecision,
    responses((status = 200, description = "The transfer", body = TransferDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::OwnCase, Code::WrongState, Code::NotEmployed, Code::UnitDisabled,
        Code::NoReviewingBody, Code::YearEndFreeze]))))]
#[post("/v1/transfers/{id}/decision")]
async fn decide_transfer(
    caller: Caller<permissions::DecideOrTransfer>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<RequestDecision>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(answer) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        transfers::decide(writer, asker, id.0, &condition, &answer)
    });
    write.await
}

/// Take a transfer back
///
/// For the employer that asked, before it is decided.
#[utoipa::path(tag = "transfers", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "The transfer", body = TransferDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[post("/v1/transfers/{id}/withdrawal")]
async fn withdraw_transfer(
    caller: Caller<permissions::TransferPeople>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state.desk.write(&caller, act, move |writer, asker| {
        transfers::withdraw(writer, asker, id.0, &condition)
    });
    write.await
}
