//! The verification of certificates, for anyone who has a code: a page for people, JSON for programs.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::certificate::VerificationCode;
use xueshi_persistence::Reader;

use crate::auth::{Anyone, Caller};
use crate::dto::annual_records::{CodeForm, PublicCertificate};
use crate::extract::{PageForm, PathText};
use crate::problem::{Code, Problem, Text};
use crate::services::certificates::{self, Issued};
use crate::services::verification_page::{self as page, Verdict};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(verify_certificate).service(open_verification).service(enter_verification_code);
}

/// Verify a certificate by its code
///
/// Public: who has the code may know what it proves, with name and id number masked. A page for a person, JSON for a
/// program (`Accept: application/json`). Small letters, hyphens and spaces in the code do not matter. How many verifications one
/// address may ask for is limited. A code that belongs to nothing is answered like a text that is none: to a program with 404, to
/// a person with a page that says so. A browser's unknown query parameters are overlooked, since messengers add theirs to links, and
/// what goes wrong is told to it on a page as well.
#[utoipa::path(tag = "certificates", security(()),
    params(("code" = String, Path, description = "The code on the certificate", example = "7Q4M2ZC9K1T8XW5B3N6E")),
    responses(
        (status = 200, description = "What the certificate is worth now; to a person also that there is no such code", content(
            (PublicCertificate = "application/json"),
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 400, description = "The request cannot be read", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 429, description = "Too many requests, or verifications, from this address", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 500, description = "The service failed", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 503, description = "The service cannot answer for now", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…"))))))]
#[get("/v1/verify/{code}")]
async fn verify_certificate(
    _: Caller<Anyone>,
    path: PathText,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let as_page = page::wants_html(&request);
    state.admit_verification(&request)?;
    let code = path.get("code").to_owned();
    let store = state.desk.store();
    let found = store.read(move |reader| certificates::by_code(reader, &code)).await;
    if !as_page {
        return Ok(worth(found?));
    }
    match found {
        Ok(issued) => Ok(page::answer(Verdict::Known(&issued), store.now())),
        Err(problem) if problem.code() == Code::NotFound => {
            Ok(page::answer(Verdict::Unknown, store.now()))
        }
        Err(problem) => Err(problem),
    }
}

/// What a program is told.
fn worth(issued: Issued) -> HttpResponse {
    let certificate = PublicCertificate::from(issued);
    HttpResponse::Ok().insert_header((header::VARY, "Accept")).json(certificate)
}

/// A page to type a code in
///
/// For people who hold a paper and have nothing to scan it with.
#[utoipa::path(tag = "certificates", security(()),
    responses(
        (status = 200, description = "The page", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 400, description = "The request cannot be read", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 429, description = "Too many requests, or verifications, from this address", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 500, description = "The service failed", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 503, description = "The service cannot answer for now", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…"))))))]
#[get("/v1/verify")]
async fn open_verification(_: Caller<Anyone>) -> HttpResponse {
    page::entry(StatusCode::OK)
}

/// Send the code that was typed in
///
/// In a body and not in an address, because addresses are written into the logs on the way. The form of the page leads a person to the
/// code's own address; a program is answered as there, at once. An `Idempotency-Key` has no effect: nothing changes.
#[utoipa::path(tag = "certificates", security(()),
    request_body(content = CodeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "What the certificate is worth now, for a program", body = PublicCertificate),
        (status = 303, description = "A person is led to the page of this code",
            headers(("Location" = String, description = "The code's address"))),
        (status = 404, description = "No certificate has this code"),
        (status = 422, description = "This cannot be a code: the page again, which says so, or a problem for a program", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 400, description = "The request cannot be read", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 413, description = "The form is too large", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 415, description = "This is no form", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 429, description = "Too many requests, or verifications, from this address", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 500, description = "The service failed", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…")))),
        (status = 503, description = "The service cannot answer for now", content(
            (String = "text/html", example = json!("<!DOCTYPE html>…"))))),
    extensions(("x-codes" = json!([Code::NotFound, Code::ValidationFailed]))))]
#[post("/v1/verify")]
async fn enter_verification_code(
    _: Caller<Anyone>,
    form: PageForm,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let as_page = page::wants_html(&request);
    match VerificationCode::parse(form.get("code")) {
        Ok(code) if as_page => Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/v1/verify/{code}")))
            .finish()),
        Ok(code) => {
            state.admit_verification(&request)?;
            let code = code.to_string();
            let find = move |reader: &mut Reader<'_>| certificates::by_code(reader, &code);
            Ok(worth(state.desk.store().read(find).await?))
        }
        Err(_) if as_page => Ok(page::entry(StatusCode::UNPROCESSABLE_ENTITY)),
        Err(_) => Err(Problem::new(Code::ValidationFailed).at(
            "/code",
            "verification_code",
            Text::new("不是核验码", "this is no verification code"),
        )),
    }
}
