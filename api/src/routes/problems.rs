//! `/problems`: every error code explained, for people and for programs.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Anyone, Caller};
use crate::extract::PathText;
use crate::problem::pages::{self, ProblemExplanation, ProblemIndex};
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_problems).service(get_problem);
}

/// All error codes
///
/// A page for people (both languages), or JSON with `Accept: application/json` in the language of `Accept-Language`.
#[utoipa::path(tag = "service", security(()), responses(
    (status = 200, description = "The table of codes", content(
        (ProblemIndex = "application/json"),
        (String = "text/html", example = json!("<!DOCTYPE html>…"))))))]
#[get("/problems")]
async fn list_problems(_: Caller<Anyone>, info: RequestInfo, request: HttpRequest) -> HttpResponse {
    if wants_json(&request) {
        return json(&pages::index(&info), &info);
    }
    html(pages::index_page())
}

/// What one error code means and what to do about it
///
/// The address that the `type` of a problem names. A page for people, or JSON with `Accept: application/json`.
#[utoipa::path(tag = "service", security(()),
    params(("code" = String, Path, description = "The error code", example = "window-closed")),
    responses((status = 200, description = "The explanation", content(
        (ProblemExplanation = "application/json"),
        (String = "text/html", example = json!("<!DOCTYPE html>…"))))))]
#[get("/problems/{code}")]
async fn get_problem(
    _: Caller<Anyone>,
    path: PathText,
    info: RequestInfo,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let code = Code::from_id(path.get("code")).ok_or_else(|| Problem::new(Code::NotFound))?;
    if wants_json(&request) {
        return Ok(json(&pages::explanation(code, &info), &info));
    }
    Ok(html(pages::code_page(code)))
}

/// Browsers name `text/html`; a program that takes JSON gets JSON.
fn wants_json(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}

fn json(value: &impl serde::Serialize, info: &RequestInfo) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_LANGUAGE, info.language.tag()))
        .insert_header((header::VARY, "Accept, Accept-Language"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .json(value)
}

fn html(page: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, pages::CSP.as_str()))
        .insert_header((header::VARY, "Accept"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .content_type("text/html; charset=utf-8")
        .body(page)
}
