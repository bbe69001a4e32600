//! Working days: what the calendar says, and loading a year's arrangement (V2).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::caching::cacheable;
use crate::auth::{Anyone, Caller, permissions};
use crate::dto::cities::OfCity;
use crate::dto::working_days::{
    ArrangementDto, LoadedArrangement, NewArrangement, WorkingDayAnswer, WorkingDayQuestion,
};
use crate::extract::{Body, DryRun, ETag, IfMatch, Params, PathYear};
use crate::problem::{Code, Problem};
use crate::services::{Act, working_days};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_working_days).service(get_arrangement).service(load_arrangement);
}

/// Count or list working days
///
/// With `from` and `add`, the day that so many working days lead to; the first one never counts. With `from` and `to`, each
/// day with what it is. A year without a published arrangement counts Monday to Friday and says `provisional` (V2).
#[utoipa::path(tag = "policies", security(()), params(WorkingDayQuestion), responses(
    (status = 200, description = "The day that was reached, or the days", body = WorkingDayAnswer,
        headers(("ETag" = String, description = "Tag of the content")),
        examples(
            ("counted" = (summary = "`from` and `add`", value = json!({"date": "2023-10-11", "provisional": false}))),
            ("listed" = (summary = "`from` and `to`", value = json!({"data": [
                {"date": "2023-10-06", "is_working_day": false, "kind": "holiday", "provisional": false},
                {"date": "2023-10-07", "is_working_day": true, "kind": "moved_workday", "provisional": false}]}))))),
    (status = 304, description = "The caller has it already (`If-None-Match`)")),
    extensions(("x-codes" = json!([Code::NotFound]))))]
#[get("/v1/working-days")]
async fn get_working_days(
    _: Caller<Anyone>,
    asked: Params<WorkingDayQuestion>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Params(asked) = asked;
    let answer =
        state.desk.store().read(move |reader| working_days::answer(reader, &asked)).await?;
    Ok(cacheable(&request, HttpResponse::Ok().json(answer)))
}

/// The arrangement of a year
///
/// The days that differ from the week, as they were loaded. Without one (404) the year's working days are provisional.
#[utoipa::path(tag = "policies", security(()), params(OfCity),
    responses(
        (status = 200, description = "The arrangement", body = ArrangementDto,
            headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "The caller has it already (`If-None-Match`)")))]
#[get("/v1/working-days/{year}")]
async fn get_arrangement(
    _: Caller<Anyone>,
    year: PathYear,
    of: Params<OfCity>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state
        .desk
        .store()
        .read(move |reader| working_days::arrangement(reader, of.0.jurisdiction.as_ref(), year.0));
    let arrangement = read.await?;
    // The tag is what a change names as `If-Match`: a cache asks before it gives an old one.
    let response = HttpResponse::Ok()
        .insert_header(ETag(arrangement.version.into()))
        .insert_header((header::CACHE_CONTROL, "public, no-cache"))
        .json(arrangement);
    Ok(cacheable(&request, response))
}

/// Load the arrangement of a year
///
/// In place of an earlier one, whose `ETag` must then be named as `If-Match`. The due dates of everything that waits for a decision are computed anew in the same
/// transaction (V2).
#[utoipa::path(tag = "policies", params(DryRun, IfMatch), request_body = NewArrangement,
    responses((status = 200, description = "The arrangement, and what followed", body = LoadedArrangement,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::PreconditionRequired]))))]
#[put("/v1/working-days/{year}")]
async fn load_arrangement(
    caller: Caller<permissions::ManageCalendar>,
    year: PathYear,
    condition: IfMatch,
    act: Act,
    body: Body<NewArrangement>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        working_days::load(writer, asker, year.0, &condition, &new.days)
    });
    write.await
}
