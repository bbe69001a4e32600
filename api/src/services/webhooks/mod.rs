//! Webhooks: what happens, delivered to receivers (ADR 0022). An endpoint reads the change feed for its owner; the [`Courier`]
//! does so beside the service.

mod address;
mod courier;
mod keys;
mod log;
mod message;
mod owner;
mod sender;
mod signature;

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::event::EventType;
use xueshi_domain::webhook::{DisabledBecause, Scheme};
use xueshi_persistence::{
    Id, Moment, Page, Reader, Slice, WebhookEndpoint, WebhookSecret, Word, Writer,
};

pub use courier::{Courier, CourierTerms};
pub use log::{deliveries, delivery, replay, test};

use super::events::Happening;
use super::races::stands;
use super::short_lists::part_of;
use super::sync::Place;
use super::{Asker, Reply};
use crate::dto::Timestamp;
use crate::dto::webhooks::{
    NewWebhook, SecretRotation, WebhookChanges, WebhookDto, WebhookWithSecret,
};
use crate::extract::IfMatch;
use crate::problem::{Code, Problem, Text};

/// Most webhooks of one owner.
const MOST: usize = 20;
/// Most secrets of one kind that sign beside the newest one.
const MOST_FORMER: usize = 3;

/// An endpoint of the asker.
fn own(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<WebhookEndpoint, Problem> {
    let endpoint = reader.webhook_endpoint(asker.jurisdiction, Id(id))?;
    endpoint
        .filter(|endpoint| endpoint.owner_id == asker.account())
        .ok_or_else(|| Problem::new(Code::NotFound))
}

fn place(endpoint: &WebhookEndpoint) -> Place {
    Place { city: endpoint.jurisdiction_id, position: endpoint.position }
}

fn dto(reader: &mut Reader<'_>, endpoint: &WebhookEndpoint) -> Result<WebhookDto, Problem> {
    let url = reader.webhook_url(endpoint)?;
    let secrets = reader.webhook_secrets(endpoint)?;
    Ok(WebhookDto::new(endpoint, url, place(endpoint).encode(), &secrets))
}

/// The asker's webhooks.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    page: &Page<Id>,
) -> Result<Slice<WebhookDto>, Problem> {
    let all = reader.webhook_endpoints(owner::key(asker))?;
    let part = part_of(all, |endpoint| endpoint.id, page);
    let rows = part.rows.iter().map(|endpoint| dto(reader, endpoint)).collect::<Result<_, _>>()?;
    Ok(Slice { rows, total: part.total })
}

/// One of the asker's webhooks.
///
/// # Errors
/// 404 for every other.
pub fn get(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<WebhookDto, Problem> {
    let endpoint = own(reader, asker, id)?;
    dto(reader, &endpoint)
}

/// The position that a cursor in a body names.
fn position_of(reader: &mut Reader<'_>, asker: &Asker, cursor: &str) -> Result<i64, Problem> {
    let refuse = || {
        let text = Text::new("不是本变更流给出的游标", "not a cursor of this feed");
        Problem::new(Code::InvalidCursor).at("/cursor", Code::InvalidCursor.id(), text)
    };
    let place = Place::decode(Some(cursor), asker.jurisdiction).map_err(|_| refuse())?;
    match place.position > reader.feed_head(asker.jurisdiction)? {
        true => Err(refuse()),
        false => Ok(place.position),
    }
}

/// Adds a webhook, with a secret that is shown this once.
///
/// # Errors
/// 422 for an address that is not to be delivered to, and `too-many-webhooks`; 400 `invalid-cursor`.
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewWebhook,
    sandbox: bool,
) -> Result<Reply<WebhookWithSecret>, Problem> {
    let now = writer.now();
    let city = asker.jurisdiction;
    if writer.webhook_endpoints(owner::key(asker))?.len() >= MOST {
        return Err(Problem::new(Code::TooManyWebhooks).fact("most", MOST));
    }
    let url = address::parse(&new.url, sandbox)?;
    let position = match &new.cursor {
        Some(cursor) => position_of(writer, asker, cursor)?,
        None => writer.feed_head(city)?,
    };
    let endpoint = WebhookEndpoint {
        jurisdiction_id: city,
        id: writer.new_id(),
        owner_id: asker.account(),
        owner_is_client: asker.session.is_none(),
        unit_id: owner::unit(writer, asker)?,
        url: writer.seal_webhook_url(&url)?,
        description: new.description.clone(),
        types: joined(new.types.iter().map(|kind| EventType::from(*kind).as_str())),
        content: Word(new.content),
        schemes: joined(new.signatures.iter().map(|scheme| scheme.as_str())),
        enabled: true,
        disabled_because: None,
        disabled_at: None,
        failing_since: None,
        resting_until: None,
        position,
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
        deleted_at: None,
    };
    writer.insert_webhook_endpoint(&endpoint)?;
    let mut secret = None;
    for scheme in &new.signatures {
        let made = keys::make(*scheme, writer.new_id(), Moment(now));
        writer.insert_webhook_secret(&endpoint, &made)?;
        secret = secret.or(shown_once(made));
    }
    tell(writer, Some(asker), EventType::WebhookCreated, &endpoint)?;
    let location = format!("/v1/webhooks/{}", endpoint.id);
    let webhook = dto(writer, &endpoint)?;
    Ok(Reply::created(&location, WebhookWithSecret { webhook, secret }).version(endpoint.version))
}

fn joined<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// What its owner has to know of a secret; of a pair of keys only the public one, which is always shown.
fn shown_once(made: WebhookSecret) -> Option<String> {
    match made.scheme {
        Scheme::Hmac => Some(made.secret),
        Scheme::Ed25519 => None,
    }
}

/// Changes a webhook.
///
/// # Errors
/// 404, 412 on a stale version, and as [`create`].
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &crate::extract::RequiredIfMatch,
    changes: &WebhookChanges,
    sandbox: bool,
) -> Result<Reply<WebhookDto>, Problem> {
    let mut endpoint = own(writer, asker, id)?;
    condition.check(endpoint.version.into())?;
    if let Some(url) = &changes.url {
        let url = address::parse(url, sandbox)?;
        endpoint.url = writer.seal_webhook_url(&url)?;
    }
    if let Some(description) = &changes.description {
        endpoint.description.clone_from(description);
    }
    if let Some(types) = &changes.types {
        endpoint.types = joined(types.iter().map(|kind| EventType::from(*kind).as_str()));
    }
    endpoint.content = Word(changes.content.unwrap_or(endpoint.content.0));
    match (endpoint.enabled, changes.enabled) {
        (false, Some(true)) => enable(writer, &mut endpoint)?,
        (true, Some(false)) => {
            endpoint.enabled = false;
            endpoint.disabled_because = Some(Word(DisabledBecause::Owner));
            endpoint.disabled_at = Some(Moment(writer.now()));
            writer.rest_deliveries(&endpoint)?;
        }
        (true | false, _) => {}
    }
    if changes.url.is_some() && endpoint.enabled {
        // Another receiver: what the former one did not take is tried there at once.
        endpoint.failing_since = None;
        endpoint.resting_until = None;
        writer.hearten_deliveries(&endpoint)?;
    }
    stands(writer.save_webhook_endpoint(&mut endpoint)?)?;
    tell(writer, Some(asker), EventType::WebhookChanged, &endpoint)?;
    Ok(Reply::ok(dto(writer, &endpoint)?).version(endpoint.version))
}

/// Lets an endpoint go on: what rested, what was given up when it was disabled, and the feed from where it stood.
fn enable(writer: &mut Writer<'_>, endpoint: &mut WebhookEndpoint) -> Result<(), Problem> {
    if let Some(since) = endpoint.disabled_at {
        writer.reopen_deliveries(endpoint, since)?;
    }
    endpoint.enabled = true;
    endpoint.disabled_because = None;
    endpoint.disabled_at = None;
    endpoint.failing_since = None;
    endpoint.resting_until = None;
    Ok(writer.hearten_deliveries(endpoint)?)
}

/// Disables an endpoint that is enabled, and tells its owner, in one transaction.
///
/// # Errors
/// On a database failure.
fn disable(
    writer: &mut Writer<'_>,
    city: Id,
    id: Id,
    because: DisabledBecause,
) -> Result<(), Problem> {
    let found = writer.webhook_endpoint(city, id)?.filter(|endpoint| endpoint.enabled);
    let Some(mut endpoint) = found else { return Ok(()) };
    endpoint.enabled = false;
    endpoint.disabled_because = Some(Word(because));
    endpoint.disabled_at = Some(Moment(writer.now()));
    writer.rest_deliveries(&endpoint)?;
    stands(writer.save_webhook_endpoint(&mut endpoint)?)?;
    tell(writer, None, EventType::WebhookDisabled, &endpoint)
}

/// Deletes a webhook with its secrets; its log is kept for a while and shown to nobody.
///
/// # Errors
/// 404.
pub fn delete(writer: &mut Writer<'_>, asker: &Asker, id: Uuid) -> Result<(), Problem> {
    let mut endpoint = own(writer, asker, id)?;
    let now = Moment(writer.now());
    endpoint.enabled = false;
    endpoint.disabled_because = Some(Word(DisabledBecause::Owner));
    endpoint.disabled_at = endpoint.disabled_at.or(Some(now));
    endpoint.deleted_at = Some(now);
    endpoint.url = Vec::new();
    writer.remove_webhook_secrets(&endpoint, true)?;
    writer.abandon_deliveries(&endpoint)?;
    stands(writer.save_webhook_endpoint(&mut endpoint)?)?;
    tell(writer, Some(asker), EventType::WebhookDeleted, &endpoint)
}

/// Gives a webhook new secrets; the former ones sign beside them for a while.
///
/// # Errors
/// 404, 412 on a stale version.
pub fn rotate(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &IfMatch,
    rotation: &SecretRotation,
) -> Result<Reply<WebhookWithSecret>, Problem> {
    let mut endpoint = own(writer, asker, id)?;
    condition.check(endpoint.version.into())?;
    let now = writer.now();
    let end = Moment(now.saturating_add(time::Duration::seconds(rotation.grace_seconds.into())));
    let former = writer.webhook_secrets(&endpoint)?;
    let mut secret = None;
    for scheme in endpoint.schemes.split(' ').filter_map(|word| word.parse::<Scheme>().ok()) {
        let of_scheme = former.iter().filter(|secret| secret.scheme == scheme);
        for (older, secret) in of_scheme.enumerate() {
            let end = if older < MOST_FORMER { end } else { Moment(now) };
            let end = secret.expires_at.map_or(end, |before| before.min(end));
            writer.expire_webhook_secret(&endpoint, secret.id, end)?;
        }
        let made = keys::make(scheme, writer.new_id(), Moment(now));
        writer.insert_webhook_secret(&endpoint, &made)?;
        secret = secret.or(shown_once(made));
    }
    writer.remove_webhook_secrets(&endpoint, false)?;
    stands(writer.save_webhook_endpoint(&mut endpoint)?)?;
    tell(writer, Some(asker), EventType::WebhookRotated, &endpoint)?;
    let webhook = dto(writer, &endpoint)?;
    Ok(Reply::ok(WebhookWithSecret { webhook, secret }).version(endpoint.version))
}

/// Tells what happened to an endpoint: never its address, which may hold a password.
fn tell(
    writer: &mut Writer<'_>,
    by: Option<&Asker>,
    kind: EventType,
    endpoint: &WebhookEndpoint,
) -> Result<(), Problem> {
    Happening::new(kind)
        .by_account(by.map(Asker::account))
        .unit(endpoint.unit_id)
        .subject(endpoint.id)
        .data(json!({
            "enabled": endpoint.enabled,
            "disabled_because": endpoint.disabled_because.map(|because| because.0),
            "failing_since": endpoint.failing_since.map(Timestamp::from),
            "content": endpoint.content.0,
            "owner_id": endpoint.owner_id,
        }))
        .tell(writer, endpoint.jurisdiction_id)
}
