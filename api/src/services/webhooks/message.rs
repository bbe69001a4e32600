//! What is sent: the event as the feed shows it to the endpoint's owner now.

use serde_json::{Value, json};
use xueshi_domain::access::Permission;
use xueshi_domain::webhook::Content;
use xueshi_persistence::{Reader, WebhookDelivery, WebhookEndpoint};

use crate::dto::Timestamp;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::sync::{Place, shown, sight, source};

/// The type of what is sent as a test.
const TEST: &str = "webhook.test";

/// The body of a delivery; none when its owner may not see the event any more.
///
/// # Errors
/// On a database failure.
pub(super) fn body(
    reader: &mut Reader<'_>,
    owner: &Asker,
    endpoint: &WebhookEndpoint,
    delivery: &WebhookDelivery,
) -> Result<Option<Vec<u8>>, Problem> {
    let Some(event) = delivery.event_id else {
        return test(reader, endpoint, delivery).map(Some);
    };
    let found = reader.feed_event(&sight(owner, Permission::ReadEvents), event)?;
    let Some(found) = found else { return Ok(None) };
    let cursor = Place { city: owner.jurisdiction, position: found.0 }.encode();
    let Some(change) = shown(reader, owner, &[found])?.pop() else { return Ok(None) };
    let mut body = serde_json::to_value(change).map_err(Problem::internal)?;
    if let Value::Object(members) = &mut body {
        // An extension of CloudEvents: where the feed goes on behind this event.
        members.insert("cursor".to_owned(), json!(cursor));
        if endpoint.content.0 == Content::Hint {
            members.remove("data");
            members.remove("datacontenttype");
        }
    }
    serde_json::to_vec(&body).map(Some).map_err(Problem::internal)
}

fn test(
    reader: &mut Reader<'_>,
    endpoint: &WebhookEndpoint,
    delivery: &WebhookDelivery,
) -> Result<Vec<u8>, Problem> {
    let body = json!({
        "specversion": "1.0",
        "id": delivery.id,
        "source": source(reader, endpoint.jurisdiction_id)?,
        "type": TEST,
        "subject": format!("webhooks/{}", endpoint.id),
        "time": Timestamp::from(delivery.created_at),
    });
    serde_json::to_vec(&body).map_err(Problem::internal)
}
