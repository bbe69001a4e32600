//! Policies: what is published of a year's rules, without login (W3, W5).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::caching::cacheable;
use crate::auth::{Anyone, Caller};
use crate::dto::cities::OfCity;
use crate::dto::policies::{
    PolicyCalendarDto, PolicyChoice, PolicyDto, PolicyList, PolicyPage, PolicyVersionList,
    PolicyVersionPage,
};
use crate::extract::{Params, PathYear};
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::policies;
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_policies)
        .service(get_policy)
        .service(list_policy_versions)
        .service(get_policy_calendar)
        .service(get_policy_calendar_feed);
}

/// Policies in force
///
/// One for each year that has one, without their content.
#[utoipa::path(tag = "policies", security(()), params(PolicyList, OfCity), responses(
    (status = 200, description = "A page", body = PolicyPage,
        headers(("ETag" = String, description = "Tag of the content"))),
    (status = 304, description = "The caller has it already (`If-None-Match`)")),
    extensions(("x-codes" = json!([Code::NotFound]))))]
#[get("/v1/policies")]
async fn list_policies(
    _: Caller<Anyone>,
    list: PolicyList,
    of: Params<OfCity>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<i32>()?;
    let read = state
        .desk
        .store()
        .read(move |reader| policies::in_force(reader, of.0.jurisdiction.as_ref(), &page));
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |policy| policy.year);
    Ok(cacheable(&request, list.respond(rows, next, slice.total)?))
}

/// The policy of a year
///
/// The version in force, or with `version` an earlier one that decisions were made under (W3).
#[utoipa::path(tag = "policies", security(()), params(PolicyChoice), responses(
    (status = 200, description = "The policy", body = PolicyDto,
        headers(("ETag" = String, description = "Tag of the content"))),
    (status = 304, description = "The caller has it already (`If-None-Match`)")))]
#[get("/v1/policies/{year}")]
async fn get_policy(
    _: Caller<Anyone>,
    year: PathYear,
    choice: Params<PolicyChoice>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Params(choice) = choice;
    let read = state.desk.store().read(move |reader| {
        policies::published(reader, choice.jurisdiction.as_ref(), year.0, choice.version)
    });
    let policy = read.await?;
    Ok(cacheable(&request, HttpResponse::Ok().json(policy)))
}

/// Versions of a year's policy
///
/// Those that are or were in force, each with the reason why it replaced the one before.
#[utoipa::path(tag = "policies", security(()), params(PolicyVersionList, OfCity), responses(
    (status = 200, description = "A page", body = PolicyVersionPage,
        headers(("ETag" = String, description = "Tag of the content"))),
    (status = 304, description = "The caller has it already (`If-None-Match`)")))]
#[get("/v1/policies/{year}/versions")]
async fn list_policy_versions(
    _: Caller<Anyone>,
    year: PathYear,
    list: PolicyVersionList,
    of: Params<OfCity>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<i32>()?;
    let read = state.desk.store().read(move |reader| {
        policies::published_versions(reader, of.0.jurisdiction.as_ref(), year.0, &page)
    });
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |policy| policy.version);
    Ok(cacheable(&request, list.respond(rows, next, slice.total)?))
}

/// The windows of a year as of now
///
/// When declaring, review and make-up are open, and when the year-end freeze is; with the seconds that are left (W5).
#[utoipa::path(tag = "policies", security(()), params(OfCity), responses(
    (status = 200, description = "The windows", body = PolicyCalendarDto)))]
#[get("/v1/policies/{year}/calendar")]
async fn get_policy_calendar(
    _: Caller<Anyone>,
    year: PathYear,
    of: Params<OfCity>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state
        .desk
        .store()
        .read(move |reader| policies::calendar(reader, of.0.jurisdiction.as_ref(), year.0));
    let calendar = read.await?;
    // It is as of now: a cache has to ask again each time.
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-cache")).json(calendar))
}

/// The windows of a year as a calendar to subscribe to
///
/// iCalendar (RFC 5545): an entry with a reminder for each opening and each closing (W5).
#[utoipa::path(tag = "policies", security(()), params(OfCity), responses(
    (status = 200, description = "The calendar", body = String, content_type = "text/calendar",
        headers(("ETag" = String, description = "Tag of the content")),
        example = json!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n…")),
    (status = 304, description = "The caller has it already (`If-None-Match`)")))]
#[get("/v1/policies/{year}/calendar.ics")]
async fn get_policy_calendar_feed(
    _: Caller<Anyone>,
    year: PathYear,
    of: Params<OfCity>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let language = info.language;
    let read = state.desk.store().read(move |reader| {
        policies::calendar_feed(reader, of.0.jurisdiction.as_ref(), year.0, language)
    });
    let feed = read.await?;
    let answer = HttpResponse::Ok()
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .insert_header((header::VARY, "Accept-Language"))
        .content_type("text/calendar; charset=utf-8")
        .body(feed);
    Ok(cacheable(&request, answer))
}
