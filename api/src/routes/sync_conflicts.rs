//! Conflicts between what another system says and what was decided here.

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::inbound::{ConflictState, InboundKind};
use xueshi_persistence::{Id, Page, Reader, SyncConflictFilter};

use crate::auth::{Caller, permissions};
use crate::dto::sync_conflicts::{ConflictDetail, ConflictDto, Resolution};
use crate::dto::words;
use crate::extract::{Body, DryRun, IdempotencyKey, Params, PathId, RequiredIfMatch};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, inbound};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_sync_conflicts).service(get_sync_conflict).service(settle_sync_conflict);
}

page! {
    /// A page of conflicts.
    pub(super) struct SyncConflictPage of ConflictDto, list SyncConflictList,
    sort SyncConflictSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

/// Which conflicts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichConflicts {
    /// Only in this state.
    #[param(value_type = Option<words::SyncConflictState>, inline)]
    state: Option<ConflictState>,
    /// Only about this.
    #[param(value_type = Option<words::InboundKind>, inline)]
    kind: Option<InboundKind>,
    /// Only about this person.
    professional_id: Option<Uuid>,
}

/// Conflicts with other systems
///
/// What another system says otherwise than somebody here decided, the newest first.
#[utoipa::path(tag = "sync", params(SyncConflictList, WhichConflicts),
    responses((status = 200, description = "A page", body = SyncConflictPage)))]
#[get("/v1/sync/conflicts")]
async fn list_sync_conflicts(
    caller: Caller<permissions::ReadSyncConflicts>,
    list: SyncConflictList,
    which: Params<WhichConflicts>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<SyncConflicts>(&state.desk, &caller, list, which.0).await
}

/// What another system says otherwise than was decided here.
pub(super) struct SyncConflicts;

impl Listed for SyncConflicts {
    type Needs = permissions::ReadSyncConflicts;
    type Page = SyncConflictPage;
    type Which = WhichConflicts;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichConflicts,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = SyncConflictFilter {
            state: which.state,
            kind: which.kind,
            person: which.professional_id.map(Id),
        };
        let found = inbound::list(reader, asker, &filter, page)?;
        Ok(found.map(|conflict| (Id(conflict.id), conflict)))
    }
}

/// One conflict
///
/// While it is open with what both sides say, phones masked.
#[utoipa::path(tag = "sync", responses((status = 200, description = "The conflict", body = ConflictDetail,
    headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/sync/conflicts/{id}")]
async fn get_sync_conflict(
    caller: Caller<permissions::ReadSyncConflicts>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| inbound::get(reader, asker, id.0)?.render());
    Ok(read.await?.into_response())
}

/// Settle a conflict
///
/// Either what stands here stays, or what the other system says is to stand; that goes by the rules by which it would be changed here.
/// What changes only by a procedure of its own (`road`) goes that way first. Nobody settles what is about themselves.
#[utoipa::path(tag = "sync", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = Resolution,
    responses((status = 200, description = "Settled", body = ConflictDetail,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NeedsOwnRoad, Code::OwnCase, Code::AlreadyExists,
        Code::UnknownReference, Code::NoPolicy, Code::YearEndFreeze, Code::SpansTwoYears, Code::LearningDatesInverted,
        Code::LearningNotFinished, Code::HoursNotPositive, Code::HoursOverLimit, Code::HoursExceedDays,
        Code::PlatformNotListed]))))]
#[post("/v1/sync/conflicts/{id}/resolution")]
async fn settle_sync_conflict(
    caller: Caller<permissions::SettleSyncConflicts>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<Resolution>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(resolution) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        inbound::settle(writer, asker, id.0, &condition, &resolution)
    });
    write.await
}
