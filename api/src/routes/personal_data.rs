//! Personal data: shown whole for a purpose, given to the person concerned, erased (U4a).

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Caller, permissions};
use crate::dto::personal_data::{
    ErasureDto, ErasureRequest, PersonalDataCopy, Reveal, RevealedDto,
};
use crate::extract::{Body, DryRun, IdempotencyKey, PathId};
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::{Act, personal_data};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(reveal_personal_data).service(copy_personal_data).service(erase_professional);
}

/// Show an id number or a phone number whole
///
/// For a purpose (U4a), by those who have the right at the person's employer. Who saw what for what is told in the log, in the same
/// transaction; the numbers are not, and the answer is kept nowhere: an `Idempotency-Key` has no effect here. A dry run, which leaves
/// no trace, shows them masked.
#[utoipa::path(tag = "personal-data", params(DryRun), request_body = Reveal,
    responses((status = 200, description = "What was asked for", body = RevealedDto)))]
#[post("/v1/professionals/{id}/personal-data")]
async fn reveal_personal_data(
    caller: Caller<permissions::ReadPersonalData>,
    id: PathId,
    act: Act,
    body: Body<Reveal>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(request) = body;
    let write = state.desk.write(&caller, act.without_key(), move |writer, asker| {
        personal_data::reveal(writer, asker, id.0, &request)
    });
    write.await
}

/// Everything that is stored about oneself
///
/// A file for the person concerned (U4a): the record with the numbers whole, employments, learning, declarations with their reviews and
/// evidence, years, certificates, side roads, account and logins, and what happened, with every look at their data by others. Auditors are
/// told before it is handed over; so there is no dry run of it. The answer is kept nowhere: an `Idempotency-Key` has no effect here.
#[utoipa::path(tag = "personal-data",
    responses((status = 200, description = "The copy", body = PersonalDataCopy,
        headers(("Content-Disposition" = String, description = "A name for the file")))))]
#[post("/v1/me/personal-data-copy")]
async fn copy_personal_data(
    caller: Caller<permissions::ReadOwn>,
    info: RequestInfo,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let told =
        state.desk.tell(&caller, &info, |writer, asker| personal_data::copy_told(writer, asker));
    told.await?;
    let copy = state.desk.read(&caller, personal_data::copy).await?;
    let name = format!("attachment; filename=\"personal-data-{}.json\"", copy.professional_id);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(copy))
}

/// Erase a person's data
///
/// A municipal act (U4a), for someone who retired or left, of whom nothing waits, and whose records have been kept as long as they must
/// be. Name, numbers, titles, words, evidence, account and addresses go, also of records that were merged into this one. Years, hours,
/// outcomes and certificates stay without a name, so that figures, seals and log can be checked as before. Asked for again it changes
/// nothing.
#[utoipa::path(tag = "personal-data", params(DryRun, IdempotencyKey), request_body = ErasureRequest,
    responses((status = 200, description = "Erased", body = ErasureDto)),
    extensions(("x-codes" = json!([Code::OwnCase, Code::ErasureBarred]))))]
#[post("/v1/professionals/{id}/erasure")]
async fn erase_professional(
    caller: Caller<permissions::ErasePeople>,
    id: PathId,
    act: Act,
    body: Body<ErasureRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(request) = body;
    let years = state.settings.retention_years;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        personal_data::erase(writer, asker, id.0, &request, years)
    });
    let answer = write.await?;
    // What is left over is removed by the worker that does jobs.
    if let Err(problem) = personal_data::remove_orphans(state.desk.store(), &state.blobs).await {
        log::warn!("files of erased people: {problem:?}");
    }
    Ok(answer)
}
