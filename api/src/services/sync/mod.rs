//! Following what happens: the change feed, and the records that it carries (ADR 0020).

mod acknowledge;
mod cursor;
mod mark;
mod named;
pub mod reconciliation;
mod render;
mod snapshot;

use serde_json::Value;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_persistence::{Event, Id, Reader, Sight};

pub use acknowledge::{acknowledge, list as acknowledgements};
pub use cursor::Place;
pub use mark::year_sync;
pub use snapshot::{Part, opening, page as snapshot_page, told as snapshot_told};

use super::Asker;
use crate::dto::sync::{ChangeData, ChangeDto, ChangePage};
use crate::problem::{Code, Problem};

/// What a follower asks for.
#[derive(Debug, Clone)]
pub struct Following {
    /// Only events of these types; all if there are none.
    pub types: Vec<EventType>,
    /// Most events of a page.
    pub limit: u16,
}

/// What the asker may see of records that are read under a permission: a client that pulls for the province sees all of the city.
pub(in crate::services) fn sight(asker: &Asker, permission: Permission) -> Sight {
    if asker.actor.scopes.iter().any(|scope| scope.permits(Permission::SyncRead)) {
        Sight::City(asker.jurisdiction)
    } else {
        Sight::Within(asker.scope(permission))
    }
}

/// A page of the feed behind a place, with the records that its events are about as they are now.
///
/// # Errors
/// 400 `invalid-cursor` for a place that the feed never reached; otherwise on a database failure.
pub fn changes(
    reader: &mut Reader<'_>,
    asker: &Asker,
    following: &Following,
    place: Place,
) -> Result<(ChangePage, Place), Problem> {
    if place.position > reader.feed_head(asker.jurisdiction)? {
        return Err(cursor::ahead());
    }
    let events = sight(asker, Permission::ReadEvents);
    let limit = i64::from(following.limit);
    let found = reader.feed(&events, &following.types, place.position, limit)?;
    let data = shown(reader, asker, &found.events)?;
    let next = Place { city: asker.jurisdiction, position: found.position };
    Ok((ChangePage { data, next_cursor: next.encode(), more: found.more }, next))
}

/// Events at their positions, with the records that they are about as they are now and as the asker may see them.
///
/// # Errors
/// On a database failure.
pub(in crate::services) fn shown(
    reader: &mut Reader<'_>,
    asker: &Asker,
    events: &[(i64, Event)],
) -> Result<Vec<ChangeDto>, Problem> {
    let resources = render::resources(reader, asker, events)?;
    let source = source(reader, asker.jurisdiction)?;
    let data = events.iter().zip(resources);
    let data = data.map(|((position, event), resources)| {
        let facts = serde_json::from_str(&event.data).map_err(Problem::internal)?;
        let data = ChangeData {
            professional_id: event.person_id.map(|id| id.0),
            organization_id: event.unit_id.map(|id| id.0),
            year: event.year,
            account_id: event.account_id.map(|id| id.0),
            facts,
            resources,
        };
        Ok(ChangeDto::new(event, *position, &source, subject(event), data))
    });
    data.collect::<Result<_, Problem>>()
}

/// Where the events of a city come from, as CloudEvents name it.
pub(in crate::services) fn source(reader: &mut Reader<'_>, city: Id) -> Result<String, Problem> {
    let city = reader.jurisdiction(city)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(format!("/v1/cities/{}", city.code))
}

/// What an event happened to, as a path below `/v1`.
fn subject(event: &Event) -> Option<String> {
    let of = |collection: &str| event.subject_id.map(|id| format!("{collection}/{id}"));
    match event.subject.as_str() {
        "annual_record" => {
            let (person, year) = (event.person_id?, event.year?);
            Some(format!("professionals/{person}/annual-records/{year}"))
        }
        "certificate" => {
            let facts: Value = serde_json::from_str(&event.data).ok()?;
            Some(format!("certificates/{}", facts["number"].as_str()?))
        }
        "roster" => event.subject_id.map(|id| format!("classes/{id}/roster")),
        "class" => of("classes"),
        "makeup" => of("makeup-applications"),
        "policy" => event.year.map(|year| format!("policies/{year}")),
        "funding" => {
            let (unit, year) = (event.unit_id?, event.year?);
            Some(format!("funding-reports/{unit}/{year}"))
        }
        "settlement" => event.year.map(|year| format!("settlements/{year}")),
        "calendar" => event.year.map(|year| format!("working-days/{year}")),
        "reported_year" => {
            let (person, year) = (event.person_id?, event.year?);
            Some(format!("professionals/{person}/annual-records/{year}"))
        }
        "sync_conflict" => of("sync/conflicts"),
        // None of them has an address of its own.
        "administrator" | "window" | "sync" => None,
        other => of(&format!("{}s", other.replace('_', "-"))),
    }
}
