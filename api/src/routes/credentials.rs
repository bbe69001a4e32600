//! Certificates as signed credentials, and the lists that tell which of them stand no more (ADR 0029).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

use super::caching::cacheable;
use crate::auth::{Anyone, Caller, credential_keys, permissions};
use crate::extract::PathText;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::credentials::{self, Installation};
use crate::state::AppState;

/// The media type of a credential as a JWT (VC-JOSE-COSE).
const VC_JWT: &str = "application/vc+jwt";

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_certificate_credential).service(get_status_list);
}

/// One certificate as a credential
///
/// W3C Verifiable Credential 2.0 as a JWT (`vc+jwt`), which any JWT library verifies with the keys of `/.well-known/jwks.json`
/// and without asking this service. It states the same as the certificate, with the name whole, so that it is for its owner and
/// the units above them; whoever has the verification code only gets the masked answer of `/v1/verify/{code}`. Its
/// `credentialStatus` names the list that tells whether it still stands, its `evidence` proves that it is in the transparency log. Only a
/// sandbox signs without evidence, for certificates of the demo world, which came about without events; elsewhere a certificate whose
/// event or entry is missing is refused like one that was changed (`certificate-altered`). Once the person was erased there is
/// no credential any more (`certificate-erased`).
#[utoipa::path(tag = "certificates",
    params(("number" = String, Path, description = "Its number", example = "410100-2023-00000001-8")),
    responses(
        (status = 200, description = "The credential", body = String, content_type = "application/vc+jwt",
            headers(("ETag" = String, description = "Tag of the content")), example = json!("eyJhbGciOiJFZERTQSIs…")),
        (status = 304, description = "The caller has it already (`If-None-Match`)")),
    extensions(("x-codes" = json!([Code::CertificateAltered, Code::CertificateErased, Code::NotSealedYet]))))]
#[get("/v1/certificates/{number}/credential")]
async fn get_certificate_credential(
    caller: Caller<permissions::ReadOwnOrRecords>,
    path: PathText,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let number = path.get("number").to_owned();
    let is_sandbox = state.settings.sandbox;
    let read = state.desk.read(&caller, move |reader, asker| {
        let installation = Installation { public_url: &info.public_url, is_sandbox };
        credentials::of_certificate(reader, asker, &number, installation)
    });
    let credential = read.await?;
    // It is somebody's: nothing between may keep it, and whoever has it asks again.
    answer(&request, &state, &credential, "private, no-cache").await
}

/// Which certificates stand no more
///
/// W3C Bitstring Status List v1.0, signed as the credentials that name it. There is a list for each 131,072 certificates of a
/// city's year; the bit of a certificate that was revoked or superseded is set. It tells nobody which certificate one looks at.
#[utoipa::path(tag = "certificates", security(()),
    params(("list" = String, Path, description = "City, year and number of the list", example = "410100-2023-1")),
    responses(
        (status = 200, description = "The list", body = String, content_type = "application/vc+jwt",
            headers(("ETag" = String, description = "Tag of the content")), example = json!("eyJhbGciOiJFZERTQSIs…")),
        (status = 304, description = "The caller has it already (`If-None-Match`)")))]
#[get("/v1/status-lists/{list}")]
async fn get_status_list(
    _: Caller<Anyone>,
    path: PathText,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let list = path.get("list").to_owned();
    let read = state
        .desk
        .store()
        .read(move |reader| credentials::status_list(reader, &list, &info.public_url));
    let credential = read.await?;
    answer(&request, &state, &credential, "public, max-age=60").await
}

/// A credential, signed.
async fn answer(
    request: &HttpRequest,
    state: &AppState,
    credential: &Value,
    cache_control: &'static str,
) -> Result<HttpResponse, Problem> {
    let suite = state.settings.credential_suite;
    let key = credential_keys::signing(state.desk.store(), suite).await?;
    let text = key.sign(credential)?;
    let tag: String =
        Sha256::digest(&text).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let answer = HttpResponse::Ok()
        .content_type(VC_JWT)
        .insert_header((header::ETAG, format!("\"{tag}\"")))
        .insert_header((header::CACHE_CONTROL, cache_control))
        // The tag is of these bytes: they are not compressed on their way.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(text);
    Ok(cacheable(request, answer))
}
