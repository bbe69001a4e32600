//! Webhooks: receivers that what happens is delivered to.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::Id;

use crate::auth::{Caller, permissions};
use crate::dto::webhooks::{
    NewWebhook, SecretRotation, WebhookChanges, WebhookDto, WebhookList, WebhookPage,
    WebhookWithSecret,
};
use crate::extract::{Body, DryRun, ETag, IdempotencyKey, IfMatch, PathId, RequiredIfMatch};
use crate::problem::{Code, Problem};
use crate::services::{Act, webhooks};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_webhooks)
        .service(create_webhook)
        .service(get_webhook)
        .service(edit_webhook)
        .service(delete_webhook)
        .service(rotate_webhook_secret);
}

/// The caller's webhooks
///
/// Nobody sees those of others.
#[utoipa::path(tag = "webhooks", params(WebhookList),
    responses((status = 200, description = "A page", body = WebhookPage)))]
#[get("/v1/webhooks")]
async fn list_webhooks(
    caller: Caller<permissions::ManageWebhooks>,
    list: WebhookList,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<Id>()?;
    let read = state.desk.read(&caller, move |reader, asker| webhooks::list(reader, asker, &page));
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |webhook| Id(webhook.id));
    list.respond(rows, next, slice.total)
}

/// Have what happens delivered
///
/// A receiver gets what its owner may see of the change feed, signed by Standard Webhooks, from now or from a cursor on. The
/// secret is shown this once. Whoever loses the right to follow gets nothing any more.
#[utoipa::path(tag = "webhooks", params(DryRun, IdempotencyKey), request_body = NewWebhook,
    responses((status = 201, description = "The webhook, with its secret", body = WebhookWithSecret,
        headers(("Location" = String, description = "The webhook"), ("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::InvalidCursor, Code::TooManyWebhooks]))))]
#[post("/v1/webhooks")]
async fn create_webhook(
    caller: Caller<permissions::ManageWebhooks>,
    act: Act,
    body: Body<NewWebhook>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (Body(new), sandbox) = (body, state.settings.sandbox);
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| webhooks::create(writer, asker, &new, sandbox));
    write.await
}

/// One webhook
///
/// With how far it has come in the feed, and whether its receiver takes what comes.
#[utoipa::path(tag = "webhooks", responses((status = 200, description = "The webhook", body = WebhookDto,
    headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/webhooks/{id}")]
async fn get_webhook(
    caller: Caller<permissions::ManageWebhooks>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| webhooks::get(reader, asker, id.0));
    let webhook = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(webhook.version.into())).json(webhook))
}

/// Change a webhook
///
/// Disabled, it gets nothing and loses nothing; enabled again, it goes on where it stopped.
#[utoipa::path(tag = "webhooks", params(DryRun, RequiredIfMatch), request_body = WebhookChanges,
    responses((status = 200, description = "The webhook", body = WebhookDto,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/v1/webhooks/{id}")]
async fn edit_webhook(
    caller: Caller<permissions::ManageWebhooks>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<WebhookChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (Body(changes), sandbox) = (body, state.settings.sandbox);
    let write = state.desk.write(&caller, act, move |writer, asker| {
        webhooks::edit(writer, asker, id.0, &condition, &changes, sandbox)
    });
    let answer = write.await?;
    state.courier.ring();
    Ok(answer)
}

/// Delete a webhook
///
/// Its secrets are gone at once, and nothing more is sent.
#[utoipa::path(tag = "webhooks", params(DryRun), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/webhooks/{id}")]
async fn delete_webhook(
    caller: Caller<permissions::ManageWebhooks>,
    id: PathId,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state
        .desk
        .write_nothing(&caller, act, move |writer, asker| webhooks::delete(writer, asker, id.0));
    write.await
}

/// Replace the secret of a webhook
///
/// The new one is shown this once. The former one signs beside it for `grace_seconds`: `webhook-signature` then has several
/// signatures, of which one is enough. With `v1a`, the pair of keys is replaced in the same way.
#[utoipa::path(tag = "webhooks", params(DryRun, IdempotencyKey, IfMatch), request_body = SecretRotation,
    responses((status = 200, description = "The webhook, with its new secret", body = WebhookWithSecret,
        headers(("ETag" = String, description = "Its version")))))]
#[post("/v1/webhooks/{id}/secret-rotation")]
async fn rotate_webhook_secret(
    caller: Caller<permissions::ManageWebhooks>,
    id: PathId,
    condition: IfMatch,
    act: Act,
    body: Body<SecretRotation>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(rotation) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        webhooks::rotate(writer, asker, id.0, &condition, &rotation)
    });
    write.await
}
