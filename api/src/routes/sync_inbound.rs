//! What other systems push: their records, and what they made of ours.

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::{AcknowledgementFilter, Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::acknowledgements::{
    AcknowledgementDto, AcknowledgementResults, NewAcknowledgement, WhichAcknowledgements,
};
use crate::dto::inbound::{InboundLine, InboundResults};
use crate::extract::{Batch, DryRun, IdempotencyKey, Params};
use crate::list::listed::{self, Listed, Rows};
use crate::openapi::examples::lines;
use crate::page;
use crate::problem::Problem;
use crate::services::sync::{acknowledge, acknowledgements};
use crate::services::{Act, Asker, inbound};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(push_records).service(push_acknowledgements).service(list_acknowledgements);
}

page! {
    /// A page of answers.
    pub(super) struct AcknowledgementPage of AcknowledgementDto, list AcknowledgementList,
    sort AcknowledgementSort { Id = "id" } default "-id",
    expand [], sparse true
}

/// Push records
///
/// For the provincial platform: units, people, completions and prior years, at most 1,000 lines and 2 MiB at a time, as lines of
/// JSON or as an array. Each line is known by `source`, `kind` and `external_id`: the same revision again changes nothing, an earlier
/// one is `stale`, the same one with another content is refused. What contradicts a decision that was made here becomes a conflict
/// that the bureau settles; it never overwrites. One result for each line, in the same order; a refused line never blocks the rest.
/// While four batches are in work, more are refused at once with `Retry-After`.
#[utoipa::path(tag = "sync", params(DryRun, IdempotencyKey),
    request_body(content((Vec<InboundLine> = "application/json", example = json!(lines::inbound())),
        (String = "application/x-ndjson"))),
    responses((status = 200, description = "One result for each line", body = InboundResults)))]
#[post("/v1/sync/records")]
async fn push_records(
    caller: Caller<permissions::SyncWrite>,
    act: Act,
    batch: Batch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    state.desk.write_batch(&caller, act, batch, inbound::receive).await
}

/// Answer to records
///
/// For the provincial platform: what it made of records that it read in the feed or the snapshot. Most are answered to by their
/// `version`; learning records and certificates by the `event` by which they came. A record that has changed since what was
/// answered to is `pending_sync` again. A refusal is told as `sync.refused` to those whose matter it is.
#[utoipa::path(tag = "sync", params(DryRun, IdempotencyKey),
    request_body(content((Vec<NewAcknowledgement> = "application/json", example = json!(lines::answers())),
        (String = "application/x-ndjson"))),
    responses((status = 200, description = "One result for each answer", body = AcknowledgementResults)))]
#[post("/v1/sync/acknowledgements")]
async fn push_acknowledgements(
    caller: Caller<permissions::SyncWrite>,
    act: Act,
    batch: Batch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    state.desk.write_batch(&caller, act, batch, acknowledge).await
}

/// What was made of records
///
/// The latest answer to each record that the caller may see, the newest first. `answer=refused` is the queue of what somebody has to
/// look into; a record that was corrected since shows as `pending_sync` until it is answered to again.
#[utoipa::path(tag = "sync", params(AcknowledgementList, WhichAcknowledgements),
    responses((status = 200, description = "A page", body = AcknowledgementPage)))]
#[get("/v1/sync/acknowledgements")]
async fn list_acknowledgements(
    caller: Caller<permissions::FollowChanges>,
    list: AcknowledgementList,
    which: Params<WhichAcknowledgements>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Acknowledgements>(&state.desk, &caller, list, which.0).await
}

/// What the province has accepted and refused.
pub(super) struct Acknowledgements;

impl Listed for Acknowledgements {
    type Needs = permissions::FollowChanges;
    type Page = AcknowledgementPage;
    type Which = WhichAcknowledgements;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichAcknowledgements,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = AcknowledgementFilter {
            answer: which.answer,
            kind: which.kind,
            record: which.record_id,
            person: which.professional_id.map(Id),
            year: which.year.map(|year| year.0),
        };
        let found = acknowledgements(reader, asker, &filter, page)?;
        Ok(found.map(|answer| (Id(answer.id), answer)))
    }
}
