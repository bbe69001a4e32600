//! Certificates, for their owners and units: as data and to print.

use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::caching;
use crate::auth::{Caller, permissions};
use crate::dto::annual_records::CertificateDto;
use crate::extract::PathText;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::certificates;
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    // The more particular template first: `{number}` would take the suffix too.
    config.service(get_certificate_pdf).service(get_certificate);
}

/// One certificate
///
/// For its owner and the units above them.
#[utoipa::path(tag = "certificates",
    params(("number" = String, Path, description = "Its number", example = "410100-2023-00000001-5")),
    responses((status = 200, description = "The certificate", body = CertificateDto)))]
#[get("/v1/certificates/{number}")]
async fn get_certificate(
    caller: Caller<permissions::ReadOwnOrRecords>,
    path: PathText,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let number = path.get("number").to_owned();
    let issued = state
        .desk
        .read(&caller, move |reader, asker| certificates::visible(reader, asker, &number))
        .await?;
    Ok(HttpResponse::Ok().json(CertificateDto::from(issued)))
}

/// One certificate, to print
///
/// One A4 page with the seal and a QR code of the verification address. A certificate that no longer stands says so. As long as
/// nothing about it changes, its bytes and its `ETag` do not either.
#[utoipa::path(tag = "certificates",
    params(("number" = String, Path, description = "Its number", example = "410100-2023-00000001-5")),
    responses(
        (status = 200, description = "The page", content((Vec<u8> = "application/pdf")),
            headers(("ETag" = String, description = "Tag of the bytes"))),
        (status = 304, description = "The caller has it already (`If-None-Match`)")),
    extensions(("x-codes" = json!([Code::TypefaceMissing]))))]
#[get("/v1/certificates/{number}.pdf")]
async fn get_certificate_pdf(
    caller: Caller<permissions::ReadOwnOrRecords>,
    path: PathText,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let number = path.get("number").to_owned();
    let read = state.desk.read(&caller, move |reader, asker| {
        let issued = certificates::visible(reader, asker, &number)?;
        certificates::printed(reader, issued, &info.public_url)
    });
    let fields = read.await?;
    let fingerprint = state.certificate_files.fingerprint(&fields);
    let tag = fingerprint.tag();
    let is_known = caching::is_known(&request, &tag);
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, format!("\"{tag}\"")))
        // Asked for again each time: it may have been revoked since, and the right to read it may be gone.
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    if is_known {
        return Ok(answer.finish());
    }
    let name = format!("inline; filename=\"{}.pdf\"", fields.number);
    let page = state.certificate_files.page(fingerprint, fields).await?;
    Ok(answer
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, name))
        // The tag is that of these bytes, which are compressed inside.
        .insert_header(ContentEncoding::Identity)
        .body(page))
}
