//! `/docs`: the document as a page, with everything it needs from this server.

use std::sync::Arc;

use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::auth::{Anyone, Caller};
use crate::problem::{Code, Problem};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    let assets = SwaggerUi::new("/docs/{_:.*}").config(page());
    config.service(get_docs).map(|config| config.service(assets));
}

/// Without `none` the page would send the document's address to a validator on the internet.
fn page() -> Config<'static> {
    Config::new(["/openapi.json"])
        .validator_url("none")
        .persist_authorization(true)
        .deep_linking(true)
}

/// The documentation as a page
///
/// Shows this document and can try it out. Everything it loads comes from this server.
#[utoipa::path(tag = "service", security(()), responses(
    (status = 200, description = "The page", body = String, content_type = "text/html",
        example = json!("<!DOCTYPE html>…"))))]
#[get("/docs")]
async fn get_docs(_: Caller<Anyone>) -> Result<HttpResponse, Problem> {
    let file =
        utoipa_swagger_ui::serve("index.html", Arc::new(page())).map_err(Problem::internal)?;
    let file = file.ok_or_else(|| Problem::new(Code::NotFound))?;
    // The page names its files relative to a directory.
    let text =
        String::from_utf8_lossy(&file.bytes).replacen("<head>", "<head><base href=\"/docs/\">", 1);
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(text))
}
