//! Webhooks on the wire (ADR 0022).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::event::{EventType, OpenEventType};
use xueshi_domain::webhook::{
    AttemptFailure, Content, DeliveryKind, DeliveryState, DisabledBecause, Scheme,
};
use xueshi_persistence::{WebhookDelivery, WebhookEndpoint, WebhookSecret};

use super::checks::{nothing_to_change, one_line, present};
use super::{Timestamp, words};
use crate::extract::violation;
use crate::page;

/// A receiver that what happens is delivered to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookDto {
    /// Its id.
    pub id: Uuid,
    /// The receiver's address.
    pub url: String,
    /// What its owner says of it.
    pub description: String,
    /// The types of events that are delivered; all if there are none.
    #[schema(value_type = Vec<words::EventType>)]
    pub types: Vec<EventType>,
    /// What deliveries say of an event.
    #[schema(value_type = words::WebhookContent)]
    pub content: Content,
    /// How deliveries are signed.
    #[schema(value_type = Vec<words::WebhookSignature>)]
    pub signatures: Vec<Scheme>,
    /// Whether anything is delivered.
    pub enabled: bool,
    /// Why nothing is.
    #[schema(required = true, value_type = Option<words::WebhookDisabledBecause>)]
    pub disabled_because: Option<DisabledBecause>,
    /// Since when nothing is.
    #[schema(required = true)]
    pub disabled_at: Option<Timestamp>,
    /// Since when the receiver has taken nothing that was tried; null while it takes what comes.
    #[schema(required = true)]
    pub failing_since: Option<Timestamp>,
    /// Until when the receiver asked to be left alone (`Retry-After`).
    #[schema(required = true)]
    pub resting_until: Option<Timestamp>,
    /// How far deliveries were made: a cursor of the change feed.
    pub cursor: String,
    /// What signs now, the newest first.
    pub keys: Vec<WebhookKey>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A secret or a pair of keys that deliveries are signed with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookKey {
    /// What it makes.
    #[schema(value_type = words::WebhookSignature)]
    pub signature: Scheme,
    /// The public key, with which anyone verifies `v1a`; null for a secret.
    #[schema(required = true, example = "whpk_3Xr9n1l4mW7oPq0sT2uVxYzA5bCdEfGhIjKlMnOpQrs=")]
    pub public_key: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it signs, once it was replaced.
    #[schema(required = true)]
    pub expires_at: Option<Timestamp>,
}

impl From<&WebhookSecret> for WebhookKey {
    fn from(secret: &WebhookSecret) -> Self {
        Self {
            signature: secret.scheme,
            public_key: secret.public_key.clone(),
            created_at: secret.created_at.into(),
            expires_at: secret.expires_at.map(Timestamp::from),
        }
    }
}

/// The words of a column that holds several.
fn words_of<T: std::str::FromStr>(text: &str) -> Vec<T> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

impl WebhookDto {
    /// An endpoint with its address, its cursor and what it signs with.
    #[must_use]
    pub fn new(
        endpoint: &WebhookEndpoint,
        url: String,
        cursor: String,
        secrets: &[WebhookSecret],
    ) -> Self {
        Self {
            id: endpoint.id.0,
            url,
            description: endpoint.description.clone(),
            types: words_of(&endpoint.types),
            content: endpoint.content.0,
            signatures: words_of(&endpoint.schemes),
            enabled: endpoint.enabled,
            disabled_because: endpoint.disabled_because.map(|because| because.0),
            disabled_at: endpoint.disabled_at.map(Timestamp::from),
            failing_since: endpoint.failing_since.map(Timestamp::from),
            resting_until: endpoint.resting_until.map(Timestamp::from),
            cursor,
            keys: secrets.iter().map(WebhookKey::from).collect(),
            version: endpoint.version,
            created_at: endpoint.created_at.into(),
            updated_at: endpoint.updated_at.into(),
        }
    }
}

/// A webhook with the secret that is shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookDto,
    /// The secret for `v1`, shown this once; null where only `v1a` signs.
    #[schema(required = true, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    pub secret: Option<String>,
}

page! {
    /// A page of webhooks.
    pub struct WebhookPage of WebhookDto, list WebhookList,
    sort WebhookSort { CreatedAt = "created_at" } default "created_at",
    expand [], sparse false
}

/// A receiver to deliver to.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Its address: https, of a public host; in a sandbox http and any host too.
    #[validate(length(min = 10, max = 2000))]
    #[schema(
        min_length = 10,
        max_length = 2000,
        example = "https://province.example/hooks/xueshi"
    )]
    pub url: String,
    /// What it is.
    #[serde(default)]
    #[validate(length(max = 200), custom(function = "one_line"))]
    #[schema(max_length = 200, default = "")]
    pub description: String,
    /// Only events of these types; all if there are none.
    #[serde(default)]
    #[validate(custom(function = "no_type_twice"))]
    #[schema(value_type = Vec<words::EventType>, max_items = 200, default = json!([]))]
    pub types: Vec<OpenEventType>,
    /// What deliveries say of an event: all of it, or only that it happened and where in the feed.
    #[serde(default = "full")]
    #[schema(value_type = words::WebhookContent, default = "full")]
    pub content: Content,
    /// How deliveries are signed.
    #[serde(default = "hmac")]
    #[validate(length(min = 1, max = 2), custom(function = "no_scheme_twice"))]
    #[schema(value_type = Vec<words::WebhookSignature>, min_items = 1, max_items = 2, default = json!(["v1"]))]
    pub signatures: Vec<Scheme>,
    /// The cursor of the change feed from which on events are delivered, for instance of a snapshot; without it, from now on.
    #[schema(nullable = false)]
    pub cursor: Option<String>,
}

fn full() -> Content {
    Content::Full
}

fn hmac() -> Vec<Scheme> {
    vec![Scheme::Hmac]
}

fn twice<T: Ord>(items: &[T]) -> Result<(), ValidationError> {
    if items.iter().collect::<BTreeSet<_>>().len() < items.len() {
        return Err(violation("unique", "有重复的值", "a value stands there twice"));
    }
    Ok(())
}

fn no_type_twice(types: &[OpenEventType]) -> Result<(), ValidationError> {
    twice(types)
}

fn no_scheme_twice(schemes: &[Scheme]) -> Result<(), ValidationError> {
    twice(schemes)
}

/// What to change in a webhook; members left out stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[validate(schema(function = "names_something"))]
pub struct WebhookChanges {
    /// The receiver's address.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 10, max = 2000))]
    #[schema(min_length = 10, max_length = 2000, nullable = false)]
    pub url: Option<String>,
    /// What it is.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 200), custom(function = "one_line"))]
    #[schema(max_length = 200, nullable = false)]
    pub description: Option<String>,
    /// Only events of these types from where it stands on; all if there are none.
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = "no_type_twice"))]
    #[schema(value_type = Option<Vec<words::EventType>>, max_items = 200, nullable = false)]
    pub types: Option<Vec<OpenEventType>>,
    /// What deliveries say of an event.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<words::WebhookContent>)]
    pub content: Option<Content>,
    /// Whether anything is delivered. Enabled again, it goes on where it stopped, and what was given up when it was disabled is
    /// taken up again.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
}

fn names_something(changes: &WebhookChanges) -> Result<(), ValidationError> {
    let WebhookChanges { url, description, types, content, enabled } = changes;
    let named = url.is_some()
        || description.is_some()
        || types.is_some()
        || content.is_some()
        || enabled.is_some();
    if named { Ok(()) } else { Err(nothing_to_change()) }
}

/// How a secret is replaced.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SecretRotation {
    /// For how many seconds the former one signs beside the new one.
    #[serde(default = "a_day")]
    #[validate(range(max = 604_800))]
    #[schema(minimum = 0, maximum = 604_800, default = 86_400)]
    pub grace_seconds: u32,
}

fn a_day() -> u32 {
    86_400
}

/// What is delivered once more: exactly one member.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1, max_properties = 1)]
#[validate(schema(function = "names_one"))]
pub struct WebhookReplay {
    /// Everything behind this cursor of the change feed, also a later one than that of the webhook: then what lies between is
    /// left out.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub cursor: Option<String>,
    /// Everything that happened from this instant on.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub since: Option<Timestamp>,
    /// The event of this delivery.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub delivery_id: Option<Uuid>,
}

fn names_one(replay: &WebhookReplay) -> Result<(), ValidationError> {
    let WebhookReplay { cursor, since, delivery_id } = replay;
    let named = [cursor.is_some(), since.is_some(), delivery_id.is_some()];
    match named.into_iter().filter(|named| *named).count() {
        1 => Ok(()),
        _ => Err(violation(
            "one-of",
            "cursor、since、delivery_id 填写且只填写一个",
            "give exactly one of `cursor`, `since` and `delivery_id`",
        )),
    }
}

/// What will be delivered once more.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookReplayed {
    /// The cursor from which on deliveries are made now.
    pub cursor: String,
    /// The new delivery, where one event was asked for.
    #[schema(required = true)]
    pub delivery: Option<WebhookDeliveryDto>,
}

/// One event for one webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct WebhookDeliveryDto {
    /// Its id; ids grow in the order in which they were made.
    pub id: Uuid,
    /// What it was made for.
    #[schema(value_type = words::WebhookDeliveryKind)]
    pub kind: DeliveryKind,
    /// The `webhook-id` that it is sent with: the event's id, the same in every attempt and replay; of a test, its own.
    pub webhook_id: Uuid,
    /// What happened; null for a test.
    #[serde(rename = "type")]
    #[schema(required = true, value_type = Option<words::EventType>)]
    pub event_type: Option<EventType>,
    /// Where it stands.
    #[schema(value_type = words::WebhookDeliveryState)]
    pub state: DeliveryState,
    /// How often it was tried.
    #[schema(minimum = 0)]
    pub attempts: i32,
    /// When it is tried next; null while the webhook is disabled, and once it is finished.
    #[schema(required = true)]
    pub next_attempt_at: Option<Timestamp>,
    /// The last attempt; null before the first.
    #[schema(required = true)]
    pub last_attempt: Option<WebhookAttempt>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was taken or given up.
    #[schema(required = true)]
    pub finished_at: Option<Timestamp>,
}

/// An attempt to deliver.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookAttempt {
    /// When.
    pub at: Timestamp,
    /// The HTTP status of the answer; null if none came.
    #[schema(required = true)]
    pub status: Option<i32>,
    /// Why it failed; null if the receiver took it.
    #[schema(required = true, value_type = Option<words::WebhookAttemptFailure>)]
    pub failure: Option<AttemptFailure>,
    /// How long it took, in milliseconds.
    #[schema(required = true)]
    pub duration_ms: Option<i32>,
}

impl From<&WebhookDelivery> for WebhookDeliveryDto {
    fn from(delivery: &WebhookDelivery) -> Self {
        let attempt = |at| WebhookAttempt {
            at: Timestamp::from(at),
            status: delivery.last_status,
            failure: delivery.last_failure.map(|failure| failure.0),
            duration_ms: delivery.last_duration_ms,
        };
        Self {
            id: delivery.id.0,
            kind: delivery.kind.0,
            webhook_id: delivery.event_id.unwrap_or(delivery.id).0,
            event_type: delivery.event_type.map(|kind| kind.0),
            state: delivery.state.0,
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_attempt_at.map(Timestamp::from),
            last_attempt: delivery.last_attempt_at.map(attempt),
            created_at: delivery.created_at.into(),
            finished_at: delivery.finished_at.map(Timestamp::from),
        }
    }
}

page! {
    /// Deliveries of a webhook.
    pub struct WebhookDeliveryPage of WebhookDeliveryDto, list WebhookDeliveryList,
    sort WebhookDeliverySort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse false
}

/// Which deliveries are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WebhookDeliveryParams {
    /// Only in one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::WebhookDeliveryState>>, explode = false, style = Form)]
    pub state: Vec<DeliveryState>,
    /// Only of events of these types.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::EventType>>, explode = false, style = Form)]
    pub types: Vec<OpenEventType>,
    /// Only those that were made at this instant or later.
    #[param(value_type = Option<Timestamp>)]
    pub since: Option<Timestamp>,
    /// Only those that were made before this instant.
    #[param(value_type = Option<Timestamp>)]
    pub until: Option<Timestamp>,
}
