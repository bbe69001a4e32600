//! Audit queries.

mod files;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::Id;

use crate::auth::{Caller, permissions};
use crate::dto::audit_events::{AuditEventDto, AuditEventWithProof, WhichAuditEvents};
use crate::extract::{Params, PathId};
use crate::page;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::audit_events;
use crate::state::AppState;

use self::files::{File, form_of};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_events).service(get_audit_event);
}

page! {
    /// A page of events, as auditors read them.
    pub(super) struct AuditEventPage of AuditEventDto, list AuditEventList,
    sort AuditEventSort { OccurredAt = "occurred_at" } default "-occurred_at",
    expand [], sparse false
}

/// Who did what, to whom, when, from where, under which rule
///
/// Everything that was told: decisions, changes of policy, certificates, and what is for auditors only, such as logins of those who
/// hold an office, personal data that was shown, and files that were taken out. For an office of the municipal bureau all of the city,
/// for others what concerns the units of their subtree. The newest first; pages stay as they are while more is told. `include=total`
/// counts to 10,000: that number means so many or more.
///
/// With `Accept: text/csv` (UTF-8 with a byte order mark) or `application/x-ndjson` the whole result comes as one file, from `cursor` on
/// if there is one; with `limit` only that page, with its `Link`. A file has 1,000,000 events at most: where there are more the
/// connection breaks off, so that nobody takes a part for the whole; ask by `from` and `to`. That a file was taken is told too, with the
/// filters.
#[utoipa::path(tag = "audit", params(AuditEventList, WhichAuditEvents),
    responses((status = 200, description = "A page, or a file", content(
        (AuditEventPage = "application/json"),
        (String = "text/csv", example = json!("id,occurred_at,kind")),
        (String = "application/x-ndjson", example = json!("{\"id\":\"018b3b1e-7c00-7a10-8c11-00000000e001\",\"kind\":\"account.logged_in\"}"))))),
    extensions(("x-codes" = json!([Code::InvalidParameter, Code::InvalidCursor]))))]
#[get("/v1/audit/events")]
async fn list_audit_events(
    caller: Caller<permissions::ReadAudit>,
    list: AuditEventList,
    which: Params<WhichAuditEvents>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (filter, page, language) = (which.0.filter()?, list.page::<Id>()?, info.language);
    if let Some(form) = form_of(&request) {
        let file = File { form, filter, page };
        return files::answer(file, &caller, &list, (&info, &request), state).await;
    }
    let read = state.desk.read(&caller, move |reader, asker| {
        audit_events::list(reader, asker, &filter, page, language)
    });
    let found = read.await?;
    let (rows, next) = list.cut(found.rows, |event| Id(event.id));
    let mut response = list.respond(rows, next, found.total)?;
    let vary = HeaderValue::from_static("Accept, Accept-Language");
    response.headers_mut().insert(header::VARY, vary);
    Ok(response)
}

/// An event, with the proof that the log holds it
///
/// What `GET /v1/audit/events` shows of it, and the inclusion proof of its entry under the latest checkpoint.
#[utoipa::path(tag = "audit",
    responses((status = 200, description = "The event", body = AuditEventWithProof)))]
#[get("/v1/audit/events/{id}")]
async fn get_audit_event(
    caller: Caller<permissions::ReadAudit>,
    id: PathId,
    info: RequestInfo,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state
        .desk
        .read(&caller, move |reader, asker| audit_events::one(reader, asker, id.0, info.language));
    Ok(HttpResponse::Ok().json(read.await?))
}
