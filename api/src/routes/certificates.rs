//! Certificates: for their owners and units, and for anyone who has the code.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Anyone, Caller, permissions};
use crate::dto::annual_records::{CertificateDto, PublicCertificate};
use crate::extract::PathText;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::certificates::{self, print};
use crate::services::verification_page;
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    // The more particular template first: `{number}` would take the suffix too.
    config.service(get_certificate_pdf).service(get_certificate).service(verify_certificate);
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
/// One A4 page with the seal and a QR code of the verification address. A certificate that no longer stands says so.
#[utoipa::path(tag = "certificates",
    params(("number" = String, Path, description = "Its number", example = "410100-2023-00000001-5")),
    responses((status = 200, description = "The page", content((Vec<u8> = "application/pdf")))),
    extensions(("x-codes" = json!([Code::TypefaceMissing]))))]
#[get("/v1/certificates/{number}.pdf")]
async fn get_certificate_pdf(
    caller: Caller<permissions::ReadOwnOrRecords>,
    path: PathText,
    info: RequestInfo,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let number = path.get("number").to_owned();
    let read = state
        .desk
        .read(&caller, move |reader, asker| certificates::visible(reader, asker, &number));
    let issued = read.await?;
    let name = format!("inline; filename=\"{}.pdf\"", issued.certificate.number);
    let fonts = state.fonts.clone();
    let pdf = web::block(move || print(&issued, &info.public_url, &fonts))
        .await
        .map_err(Problem::internal)??;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(pdf))
}

/// Verify a certificate by its code
///
/// Public: who has the code may know what it proves, with name and id number masked. A page for a person, JSON for a
/// program (`Accept: application/json`). Small letters, hyphens and spaces in the code do not matter.
#[utoipa::path(tag = "certificates", security(()),
    params(("code" = String, Path, description = "The code on the certificate", example = "7Q4M2ZC9K1T8XW5B3N6E")),
    responses((status = 200, description = "What the certificate is worth now", content(
        (PublicCertificate = "application/json"),
        (String = "text/html", example = json!("<!DOCTYPE html>…"))))))]
#[get("/v1/verify/{code}")]
async fn verify_certificate(
    _: Caller<Anyone>,
    path: PathText,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let code = path.get("code").to_owned();
    let found = state.desk.store().read(move |reader| certificates::by_code(reader, &code)).await;
    if verification_page::wants_html(&request) {
        return verification_page::answer(found, &info);
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "Accept"))
        .json(PublicCertificate::from(found?)))
}
