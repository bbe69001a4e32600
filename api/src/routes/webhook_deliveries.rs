//! What was delivered to a webhook, and what is delivered once more.

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::Id;

use crate::auth::{Caller, permissions};
use crate::dto::webhooks::{
    WebhookDeliveryDto, WebhookDeliveryList, WebhookDeliveryPage, WebhookDeliveryParams,
    WebhookReplay, WebhookReplayed,
};
use crate::extract::{Body, DryRun, IdempotencyKey, Params, PathId, PathText};
use crate::problem::{Code, Problem};
use crate::services::{Act, webhooks};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_webhook_deliveries)
        .service(get_webhook_delivery)
        .service(test_webhook)
        .service(replay_webhook);
}

/// Deliveries of a webhook
///
/// The newest first. What was finished is kept for 90 days; what was sent is not kept, since the feed has it.
#[utoipa::path(tag = "webhooks", params(WebhookDeliveryList, WebhookDeliveryParams),
    responses((status = 200, description = "A page", body = WebhookDeliveryPage)))]
#[get("/v1/webhooks/{id}/deliveries")]
async fn list_webhook_deliveries(
    caller: Caller<permissions::ManageWebhooks>,
    id: PathId,
    list: WebhookDeliveryList,
    wanted: Params<WebhookDeliveryParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<Id>()?;
    let Params(wanted) = wanted;
    let read = state.desk.read(&caller, move |reader, asker| {
        webhooks::deliveries(reader, asker, id.0, &wanted, page)
    });
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |delivery| Id(delivery.id));
    list.respond(rows, next, slice.total)
}

/// One delivery
///
/// With its last attempt.
#[utoipa::path(tag = "webhooks",
    responses((status = 200, description = "The delivery", body = WebhookDeliveryDto)))]
#[get("/v1/webhooks/{id}/deliveries/{delivery_id}")]
async fn get_webhook_delivery(
    caller: Caller<permissions::ManageWebhooks>,
    path: PathText,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, delivery) = (path.id("id")?, path.id("delivery_id")?);
    let read = state
        .desk
        .read(&caller, move |reader, asker| webhooks::delivery(reader, asker, id, delivery));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Send a test
///
/// An event of type `webhook.test`, once, also while the webhook is disabled. The delivery shows what came of it.
#[utoipa::path(tag = "webhooks", params(DryRun, IdempotencyKey),
    responses((status = 202, description = "It is being sent", body = WebhookDeliveryDto,
        headers(("Location" = String, description = "The delivery")))))]
#[post("/v1/webhooks/{id}/test")]
async fn test_webhook(
    caller: Caller<permissions::ManageWebhooks>,
    id: PathId,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write =
        state.desk.write(&caller, act, move |writer, asker| webhooks::test(writer, asker, id.0));
    let answer = write.await?;
    state.courier.ring();
    Ok(answer)
}

/// Deliver once more
///
/// One event, or everything behind a cursor or from an instant on: the webhook reads the feed again from there. Events keep their
/// `webhook-id`, by which receivers know them.
#[utoipa::path(tag = "webhooks", params(DryRun, IdempotencyKey), request_body = WebhookReplay,
    responses((status = 202, description = "It is being delivered", body = WebhookReplayed,
        headers(("Location" = String, description = "The delivery, or the deliveries")))),
    extensions(("x-codes" = json!([Code::InvalidCursor, Code::UnknownReference]))))]
#[post("/v1/webhooks/{id}/replay")]
async fn replay_webhook(
    caller: Caller<permissions::ManageWebhooks>,
    id: PathId,
    act: Act,
    body: Body<WebhookReplay>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(wanted) = body;
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| webhooks::replay(writer, asker, id.0, &wanted));
    let answer = write.await?;
    state.courier.ring();
    Ok(answer)
}
