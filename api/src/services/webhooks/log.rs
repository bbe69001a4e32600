//! The log of deliveries, and what is delivered once more.

use uuid::Uuid;
use xueshi_domain::event::EventType;
use xueshi_domain::webhook::{DeliveryKind, DeliveryState};
use xueshi_persistence::{
    DeliveryFilter, Id, Moment, Page, Reader, Slice, WebhookDelivery, WebhookEndpoint, Word, Writer,
};

use super::{own, place, position_of};
use crate::dto::webhooks::{
    WebhookDeliveryDto, WebhookDeliveryParams, WebhookReplay, WebhookReplayed,
};
use crate::problem::{Code, Problem};
use crate::services::races::stands;
use crate::services::references::unknown;
use crate::services::{Asker, Reply};

/// A delivery that is about to be made.
pub(super) fn new(
    reader: &Reader<'_>,
    endpoint: &WebhookEndpoint,
    kind: DeliveryKind,
    event: Option<(Id, Word<EventType>)>,
) -> WebhookDelivery {
    let now = Moment(reader.now());
    // Tests are tried while the endpoint is disabled too: whether it answers is what one wants to know before enabling it.
    let tried = endpoint.enabled || kind == DeliveryKind::Test;
    WebhookDelivery {
        jurisdiction_id: endpoint.jurisdiction_id,
        endpoint_id: endpoint.id,
        id: reader.new_id(),
        kind: Word(kind),
        event_id: event.map(|(id, _)| id),
        event_type: event.map(|(_, kind)| kind),
        state: Word(DeliveryState::Pending),
        attempts: 0,
        strikes: 0,
        next_attempt_at: tried.then_some(now),
        last_attempt_at: None,
        last_status: None,
        last_failure: None,
        last_duration_ms: None,
        created_at: now,
        finished_at: None,
    }
}

/// A page of the deliveries of one of the asker's webhooks.
///
/// # Errors
/// 404 for every other webhook.
pub fn deliveries(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    wanted: &WebhookDeliveryParams,
    page: Page<Id>,
) -> Result<Slice<WebhookDeliveryDto>, Problem> {
    let endpoint = own(reader, asker, id)?;
    let filter = DeliveryFilter {
        states: wanted.state.clone(),
        types: wanted.types.iter().copied().map(EventType::from).collect(),
        since: wanted.since.map(|since| Moment(since.0)),
        until: wanted.until.map(|until| Moment(until.0)),
    };
    let found = reader.webhook_deliveries(&endpoint, &filter, page)?;
    let rows = found.rows.iter().map(WebhookDeliveryDto::from).collect();
    Ok(Slice { rows, total: found.total })
}

/// One delivery of one of the asker's webhooks.
///
/// # Errors
/// 404 for every other.
pub fn delivery(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    delivery: Uuid,
) -> Result<WebhookDeliveryDto, Problem> {
    let endpoint = own(reader, asker, id)?;
    let found = reader.webhook_delivery(endpoint.jurisdiction_id, endpoint.id, Id(delivery))?;
    found.as_ref().map(WebhookDeliveryDto::from).ok_or_else(|| Problem::new(Code::NotFound))
}

/// Sends a test, once.
///
/// # Errors
/// 404 for webhooks of others.
pub fn test(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Reply<WebhookDeliveryDto>, Problem> {
    let endpoint = own(writer, asker, id)?;
    let made = new(writer, &endpoint, DeliveryKind::Test, None);
    writer.insert_deliveries(std::slice::from_ref(&made))?;
    let location = format!("/v1/webhooks/{id}/deliveries/{}", made.id);
    Ok(Reply::accepted(WebhookDeliveryDto::from(&made)).at(&location))
}

/// Delivers once more: one event, or everything from a place or a time on, which is to read the feed again from there.
///
/// # Errors
/// 404, 400 `invalid-cursor`, 422 `unknown-reference` for a delivery of no event of this webhook.
pub fn replay(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    wanted: &WebhookReplay,
) -> Result<Reply<WebhookReplayed>, Problem> {
    let mut endpoint = own(writer, asker, id)?;
    if let Some(delivery) = wanted.delivery_id {
        let found = writer.webhook_delivery(endpoint.jurisdiction_id, endpoint.id, Id(delivery))?;
        let event = found.and_then(|found| found.event_id.zip(found.event_type));
        let event = event.ok_or_else(|| unknown("/delivery_id"))?;
        let made = new(writer, &endpoint, DeliveryKind::Replay, Some(event));
        writer.insert_deliveries(std::slice::from_ref(&made))?;
        let location = format!("/v1/webhooks/{id}/deliveries/{}", made.id);
        let delivery = Some(WebhookDeliveryDto::from(&made));
        let cursor = place(&endpoint).encode();
        return Ok(Reply::accepted(WebhookReplayed { cursor, delivery }).at(&location));
    }
    endpoint.position = match (&wanted.cursor, wanted.since) {
        (Some(cursor), _) => position_of(writer, asker, cursor)?,
        (None, Some(since)) => writer.feed_position_at(asker.jurisdiction, since.0)?,
        (None, None) => endpoint.position,
    };
    stands(writer.save_webhook_endpoint(&mut endpoint)?)?;
    let location = format!("/v1/webhooks/{id}/deliveries");
    let cursor = place(&endpoint).encode();
    Ok(Reply::accepted(WebhookReplayed { cursor, delivery: None }).at(&location))
}
