//! Learning platforms (H6).

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::caching::cacheable;
use crate::auth::{Anyone, Caller, permissions};
use crate::dto::platforms::{
    NewPlatform, PlatformDto, PlatformFilter, PlatformList, PlatformPage, PlatformYear,
};
use crate::extract::{Body, DryRun, IdempotencyKey, Params, PathText};
use crate::problem::{Code, Problem};
use crate::services::{Act, platforms};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_platforms).service(register_platform).service(get_platform);
}

/// Learning platforms
///
/// With `year`, each tells whether that year's policy lists it: only listed ones count in the year (H6).
#[utoipa::path(tag = "learning", security(()), params(PlatformList, PlatformFilter), responses(
    (status = 200, description = "A page", body = PlatformPage,
        headers(("ETag" = String, description = "Tag of the content"))),
    (status = 304, description = "The caller has it already (`If-None-Match`)")),
    extensions(("x-codes" = json!([Code::NotFound]))))]
#[get("/v1/platforms")]
async fn list_platforms(
    _: Caller<Anyone>,
    list: PlatformList,
    filter: Params<PlatformFilter>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (page, Params(filter)) = (list.page::<String>()?, filter);
    let slice =
        state.desk.store().read(move |reader| platforms::list(reader, &filter, &page)).await?;
    let (rows, next) = list.cut(slice.rows, |platform| platform.code.clone());
    Ok(cacheable(&request, list.respond(rows, next, slice.total)?))
}

/// Register a learning platform
///
/// Whether it counts in a year is then for that year's policy to say (H6).
#[utoipa::path(tag = "learning", params(DryRun, IdempotencyKey), request_body = NewPlatform,
    responses((status = 201, description = "The platform", body = PlatformDto,
        headers(("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AlreadyExists]))))]
#[post("/v1/platforms")]
async fn register_platform(
    caller: Caller<permissions::ManagePlatforms>,
    act: Act,
    body: Body<NewPlatform>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state
        .desk
        .write(&caller, act, move |writer, asker| platforms::register(writer, asker, &new))
        .await
}

/// One learning platform
///
/// With `year`, it tells whether that year's policy lists it (H6).
#[utoipa::path(tag = "learning", security(()),
    params(PlatformYear, ("code" = String, Path, description = "The platform's code", example = "hnzjzx")),
    responses(
        (status = 200, description = "The platform", body = PlatformDto,
            headers(("ETag" = String, description = "Tag of the content"))),
        (status = 304, description = "The caller has it already (`If-None-Match`)")))]
#[get("/v1/platforms/{code}")]
async fn get_platform(
    _: Caller<Anyone>,
    path: PathText,
    of: Params<PlatformYear>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (code, Params(of)) = (path.get("code").to_owned(), of);
    let read = state.desk.store().read(move |reader| {
        platforms::get(reader, &code, of.jurisdiction.as_ref(), of.year.map(|year| year.0))
    });
    let platform = read.await?;
    Ok(cacheable(&request, HttpResponse::Ok().json(platform)))
}
