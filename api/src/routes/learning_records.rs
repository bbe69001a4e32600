//! Completed learning as platforms and rosters deliver it (H6, H7, P4).

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::{Concerns, Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::learning_records::{
    DeliveryResults, LearningRecordDto, LearningRecordList, LearningRecordPage,
    LearningRecordParams, NewLearningRecord,
};
use crate::extract::{Batch, Body, DryRun, IdempotencyKey, Params, PathId};
use crate::list::listed::{self, Listed, Rows};
use crate::openapi::examples::lines;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, learning_records};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_learning_records)
        .service(deliver_learning_record)
        .service(deliver_learning_records)
        .service(get_learning_record);
}

/// Learning records that the caller may see
///
/// People see their own; units see those of their people. What is not declared yet can be declared in one call.
#[utoipa::path(tag = "learning", params(LearningRecordList, LearningRecordParams),
    responses((status = 200, description = "A page", body = LearningRecordPage)))]
#[get("/v1/learning-records")]
async fn list_learning_records(
    caller: Caller<permissions::ReadOwnOrRecords>,
    list: LearningRecordList,
    which: Params<LearningRecordParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<LearningRecords>(&state.desk, &caller, list, which.0).await
}

/// The learning records that the caller may see.
pub(super) struct LearningRecords;

impl Listed for LearningRecords {
    type Needs = permissions::ReadOwnOrRecords;
    type Page = LearningRecordPage;
    type Which = LearningRecordParams;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: LearningRecordParams,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = learning_records::list(reader, asker, &which, page)?;
        Ok(found.map(|row| (row.id, LearningRecordDto::from(row))))
    }
}

/// Deliver a completion
///
/// For platforms, and for the provincial platform in their stead: public-required hours of a course on a platform that the
/// year lists (H6). The same delivery again answers 200 with the record that stands; another content for the same course is
/// refused, naming that record (H7).
#[utoipa::path(tag = "learning", params(DryRun, IdempotencyKey), request_body = NewLearningRecord,
    responses(
        (status = 201, description = "The record", body = LearningRecordDto,
            headers(("Location" = String, description = "Its address"))),
        (status = 200, description = "The record stands already", body = LearningRecordDto)),
    extensions(("x-codes" = json!([Code::UnknownReference, Code::NoPolicy, Code::YearEndFreeze, Code::SpansTwoYears,
        Code::LearningDatesInverted, Code::LearningNotFinished, Code::HoursNotPositive, Code::HoursOverLimit,
        Code::HoursExceedDays, Code::PlatformNotListed, Code::DuplicateLearning]))))]
#[post("/v1/learning-records")]
async fn deliver_learning_record(
    caller: Caller<permissions::DeliverLearning>,
    act: Act,
    body: Body<NewLearningRecord>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state
        .desk
        .write(&caller, act.concerning(Concerns::nobody()), move |writer, asker| {
            learning_records::deliver(writer, asker, &new)
        })
        .await
}

/// Deliver many completions
///
/// The same for at most 1,000 completions and 2 MiB at a time, as lines of JSON or as an array: one result for each, in the same
/// order; a refused one never blocks the rest. The same batch again changes nothing. While four batches are in work, more are
/// refused at once with `Retry-After`.
#[utoipa::path(tag = "learning", params(DryRun, IdempotencyKey),
    request_body(content((Vec<NewLearningRecord> = "application/json", example = json!(lines::completions())),
        (String = "application/x-ndjson"))),
    responses((status = 200, description = "One result for each completion", body = DeliveryResults)))]
#[post("/v1/learning-records:batch")]
async fn deliver_learning_records(
    caller: Caller<permissions::DeliverLearning>,
    act: Act,
    batch: Batch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    // Whom a line concerns, it finds out itself.
    let act = act.concerning(Concerns::nobody());
    state.desk.write_batch(&caller, act, batch, learning_records::deliver_line).await
}

/// One learning record
///
/// With where it came from.
#[utoipa::path(tag = "learning", responses((status = 200, description = "The record", body = LearningRecordDto)))]
#[get("/v1/learning-records/{id}")]
async fn get_learning_record(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state
        .desk
        .read(&caller, move |reader, asker| learning_records::get(reader, asker, Id(id.0)));
    Ok(HttpResponse::Ok().json(read.await?))
}
