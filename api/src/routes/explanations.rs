//! Why: explanations of decisions, refusals, outcomes and due dates (V7).

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::TextEnum as _;
use xueshi_domain::explanation::Explained;

use crate::auth::{Caller, LoggedIn};
use crate::dto::explanations::ExplanationDto;
use crate::dto::words;
use crate::extract::PathText;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::explanations;
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(explain);
}

/// Why a decision, a refusal, an outcome or a due date came out as it did
///
/// The rules with the notice's clauses, the inputs, the version of the policy, and what each check found, as they were kept
/// when it was decided: later changes of data, policy or calendar do not change them. For those who may see the case; for
/// everyone else it is 404.
///
/// `id` is the id of the declaration (also for `due_date`), review, or case; a certificate's number; the id that a refusal's
/// problem document names as `explanation`, for its receiver and the auditors; for `annual_record` the person's id and the year,
/// as `018b…:2023`.
#[utoipa::path(tag = "explanations",
    params(
        ("kind" = inline(words::Explained), Path, description = "What is to be explained", example = "declaration"),
        ("id" = String, Path, description = "Which one", example = "018b3b1e-7c00-7a10-8c11-1f2e3d4c5b6a")),
    responses((status = 200, description = "Why", body = ExplanationDto)))]
#[get("/v1/explanations/{kind}/{id}")]
async fn explain(
    caller: Caller<LoggedIn>,
    path: PathText,
    info: RequestInfo,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let kind = Explained::from_text(path.get("kind"));
    let kind = kind.ok_or_else(|| Problem::new(Code::NotFound))?;
    let (id, language) = (path.get("id").to_owned(), info.language);
    let read = state.desk.read(&caller, move |reader, asker| {
        explanations::explain(reader, asker, kind, &id, language)
    });
    Ok(HttpResponse::Ok().json(read.await?))
}
