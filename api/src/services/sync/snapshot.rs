//! All records as they are, kind by kind and in the order of their ids: what a follower begins with.

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::sync::Resource;
use xueshi_persistence::{Id, Reader, Which};

use super::named::Key;
use super::render::{Shown, all_policies, annual_records, records};
use super::{Place, sight};
use crate::extract::invalid_parameter;
use crate::problem::{Problem, Text};
use crate::services::Asker;
use crate::services::events::Happening;

/// Records that are read in one transaction: it bounds memory, and how long a state of the database is held.
const AT_ONCE: i64 = 500;

/// How far a snapshot has come.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    resource: Resource,
    after: Option<Key>,
}

impl Part {
    /// The first record of all.
    #[must_use]
    pub fn first() -> Self {
        Self { resource: Resource::Organization, after: None }
    }

    /// Behind the record of a kind with this id, or at the first one of the kind.
    ///
    /// # Errors
    /// 400 `invalid-parameter` for an id that no record of the kind has the form of.
    pub fn behind(resource: Resource, after: Option<&str>) -> Result<Self, Problem> {
        let key = after.map(|text| {
            key(resource, text).ok_or_else(|| {
                let text =
                    Text::new("不是该类记录的标识", "is not the id of a record of this kind");
                invalid_parameter("after", "invalid", text)
            })
        });
        Ok(Self { resource, after: key.transpose()? })
    }

    /// Its kind.
    #[must_use]
    pub fn resource(self) -> Resource {
        self.resource
    }

    /// The kind behind this one.
    fn next(self) -> Option<Self> {
        let mut kinds = Resource::ALL.iter().skip_while(|kind| **kind != self.resource);
        kinds.nth(1).map(|resource| Self { resource: *resource, after: None })
    }
}

pub(super) fn key(resource: Resource, text: &str) -> Option<Key> {
    let id = |text: &str| text.parse::<Uuid>().ok().map(Id);
    match resource {
        Resource::AnnualRecord => {
            let (person, year) = text.split_once(':')?;
            Some(Key::Year(id(person)?, year.parse().ok()?))
        }
        Resource::Policy => text.parse().ok().map(Key::Policy),
        Resource::Organization
        | Resource::Professional
        | Resource::Filing
        | Resource::TrainingPlan
        | Resource::Class
        | Resource::LearningRecord
        | Resource::MakeupGrant
        | Resource::Exemption
        | Resource::Declaration
        | Resource::Certificate => Some(Key::Of(resource, id(text)?)),
    }
}

/// The first line: the place from which the feed goes on. It is read before any record.
///
/// # Errors
/// On a database failure.
pub fn opening(reader: &mut Reader<'_>, asker: &Asker, from: Part) -> Result<String, Problem> {
    let city = asker.jurisdiction;
    let cursor = Place { city, position: reader.feed_head(city)? }.encode();
    let at = crate::dto::Timestamp::from(reader.now());
    let after = from.after.map(Key::id);
    Ok(json!({"kind": "snapshot", "cursor": cursor, "at": at, "part": from.resource, "after": after})
        .to_string()
        + "\n")
}

/// That somebody begins to read all records, or goes on where a connection broke off.
///
/// # Errors
/// On a database failure.
pub fn told(reader: &mut Reader<'_>, asker: &Asker, from: Part) -> Result<Happening, Problem> {
    let unit = match asker.session {
        Some(_) => {
            let grants = asker.actor.grants_for(Permission::ReadEvents);
            grants.min_by_key(|grant| grant.path.depth()).map(|grant| Id(grant.organization_id))
        }
        None => reader.client_by_id(asker.account())?.map(|client| client.organization_id),
    };
    let told = Happening::new(EventType::SnapshotRead)
        .data(json!({"part": from.resource, "goes_on": from.after.is_some()}));
    Ok(match unit {
        Some(unit) => told.unit(unit),
        None => told,
    })
}

/// Some records behind a place as lines, their number, and the place behind them; none behind the last.
///
/// # Errors
/// On a database failure.
pub fn page(
    reader: &mut Reader<'_>,
    asker: &Asker,
    part: Part,
) -> Result<(String, usize, Option<Part>), Problem> {
    let shown = rows(reader, asker, part)?;
    let mut lines = String::new();
    for (key, record) in &shown {
        let line = json!({"kind": key.resource(), "id": key.id(), "resource": record});
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    let whole = i64::try_from(shown.len()).is_ok_and(|count| count >= AT_ONCE);
    let next = match shown.keys().next_back() {
        Some(last) if whole && part.resource != Resource::Policy => {
            Some(Part { after: Some(*last), ..part })
        }
        Some(_) | None => part.next(),
    };
    Ok((lines, shown.len(), next))
}

fn rows(reader: &mut Reader<'_>, asker: &Asker, part: Part) -> Result<Shown, Problem> {
    match (part.resource, part.after) {
        (Resource::AnnualRecord, after) => {
            let sight = sight(asker, Permission::ReadRecords);
            let after = match after {
                Some(Key::Year(person, year)) => Some((person, year)),
                Some(Key::Of(..) | Key::Policy(_)) | None => None,
            };
            annual_records(&reader.synced_annual_records_behind(&sight, after, AT_ONCE)?)
        }
        (Resource::Policy, after) => {
            let sight = sight(asker, Permission::ReadEvents);
            let mut rows = reader.synced_policies(&sight, None)?;
            rows.retain(|row| after.is_none_or(|after| Key::Policy(row.year) > after));
            all_policies(reader, asker, &rows)
        }
        (resource, after) => {
            let after = match after {
                Some(Key::Of(_, id)) => Some(id),
                Some(Key::Year(..) | Key::Policy(_)) | None => None,
            };
            records(reader, asker, resource, &Which::Behind(after, AT_ONCE))
        }
    }
}
