//! The OpenAPI document itself.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Anyone, Caller};
use crate::openapi::Document;
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_openapi_json).service(get_openapi_yaml);
}

/// The OpenAPI document as JSON
///
/// The same document as `/openapi.yaml`.
#[utoipa::path(tag = "service", security(()), responses(
    (status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json",
        example = json!({"openapi": "3.1.0", "info": {"title": "xueshi", "version": "0.1.0"}, "paths": {}})),
    (status = 304, description = "The caller has it already (`If-None-Match`)")))]
#[get("/openapi.json")]
async fn get_openapi_json(
    _: Caller<Anyone>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> HttpResponse {
    answer(&request, state.document, "application/json", state.document.json())
}

/// The OpenAPI document as YAML
///
/// The same document as `/openapi.json`.
#[utoipa::path(tag = "service", security(()), responses(
    (status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/yaml",
        example = json!({"openapi": "3.1.0", "info": {"title": "xueshi", "version": "0.1.0"}, "paths": {}})),
    (status = 304, description = "The caller has it already (`If-None-Match`)")))]
#[get("/openapi.yaml")]
async fn get_openapi_yaml(
    _: Caller<Anyone>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> HttpResponse {
    answer(&request, state.document, "application/yaml", state.document.yaml())
}

fn answer(
    request: &HttpRequest,
    document: &Document,
    kind: &'static str,
    text: &'static str,
) -> HttpResponse {
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let same = known.split(',').any(|tag| {
        matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == document.etag()
    });
    let mut response = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, document.etag()))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"));
    if same { response.finish() } else { response.content_type(kind).body(text) }
}
