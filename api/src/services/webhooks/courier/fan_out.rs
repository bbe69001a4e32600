//! From the feed to deliveries: each endpoint reads on for its owner, as far as it has room for what waits.

use std::collections::HashMap;

use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::webhook::{DeliveryKind, DisabledBecause};
use xueshi_persistence::{Concerns, Event, Id, Keep, Reader, Saved, WebhookEndpoint, Writer};

use super::super::{disable, log, owner};
use super::Round;
use crate::problem::Problem;
use crate::services::sync::sight;

/// Deliveries that wait at one endpoint at most: it reads on when there is room again.
const MOST_OPEN: i64 = 1_000;
/// Events of one page.
const PAGE: i64 = 200;
/// Endpoints of a city that are looked at, and those that are read for in one transaction.
const LOOKED_AT: i64 = 1_000;
const AT_ONCE: usize = 50;
/// Passes before others get their turn.
const PASSES: usize = 4;

/// What an endpoint found in the feed.
struct Found {
    endpoint: WebhookEndpoint,
    page: Page,
}

enum Page {
    /// Events, and the position behind all that was looked at.
    Events(Vec<Event>, i64),
    /// Its owner may not follow any more.
    NoRight,
}

impl Round {
    /// Makes deliveries of what is new.
    pub(super) async fn fan_out(&self) -> Result<(), Problem> {
        for _ in 0..PASSES {
            let found = self.store.read(read).await?;
            if found.is_empty() {
                return Ok(());
            }
            let found = std::sync::Arc::new(found);
            let endpoints = found.iter().map(|found| found.endpoint.id).collect();
            let put = move |writer: &mut Writer<'_>| put(writer, &found);
            self.store.write_concerning(Concerns::Only(endpoints), Keep::Yes, put).await?;
        }
        Ok(())
    }
}

fn read(reader: &mut Reader<'_>) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for city in reader.jurisdictions()? {
        let head = reader.feed_head(city.id)?;
        let behind = reader.webhook_endpoints_behind(city.id, head, LOOKED_AT)?;
        let ids: Vec<Id> = behind.iter().map(|endpoint| endpoint.id).collect();
        let open: HashMap<Id, i64> = match ids.is_empty() {
            true => HashMap::new(),
            false => reader.open_deliveries(city.id, &ids)?,
        };
        for endpoint in behind {
            let room = MOST_OPEN - open.get(&endpoint.id).copied().unwrap_or(0);
            if room > 0 && found.len() < AT_ONCE {
                let page = page(reader, &endpoint, room.min(PAGE))?;
                found.push(Found { endpoint, page });
            }
        }
    }
    Ok(found)
}

fn page(reader: &mut Reader<'_>, endpoint: &WebhookEndpoint, limit: i64) -> Result<Page, Problem> {
    let Some(owner) = owner::of(reader, endpoint)? else { return Ok(Page::NoRight) };
    let sight = sight(&owner, Permission::ReadEvents);
    let types: Vec<EventType> =
        endpoint.types.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let page = reader.feed(&sight, &types, endpoint.position, limit)?;
    // Nobody has to be told of what was done to the very endpoint that tells it.
    let others = page.events.into_iter().map(|(_, event)| event);
    let others =
        others.filter(|event| event.subject != "webhook" || event.subject_id != Some(endpoint.id));
    Ok(Page::Events(others.collect(), page.position))
}

fn put(writer: &mut Writer<'_>, found: &[Found]) -> Result<(), Problem> {
    for Found { endpoint, page } in found {
        match page {
            Page::Events(events, position) => {
                // Someone may have moved or disabled it since.
                if writer.advance_webhook(endpoint, *position)? == Saved::Yes {
                    let row = |event: &Event| {
                        log::new(
                            writer,
                            endpoint,
                            DeliveryKind::Change,
                            Some((event.id, event.kind)),
                        )
                    };
                    let rows: Vec<_> = events.iter().map(row).collect();
                    writer.insert_deliveries(&rows)?;
                }
            }
            Page::NoRight => {
                // As of this transaction: it may have come back.
                if owner::of(writer, endpoint)?.is_none() {
                    let (city, id) = (endpoint.jurisdiction_id, endpoint.id);
                    disable(writer, city, id, DisabledBecause::NoRight)?;
                }
            }
        }
    }
    Ok(())
}
