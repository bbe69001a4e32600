//! Who did what, to whom, when, from where, under which rule: events as auditors read them, with their entries in the log.

use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_persistence::{
    AuditActor, AuditFilter, AuditSight, Event, Id, LogEntry, Page, Reader, Scope, Slice,
};

use super::events::Happening;
use super::exports::told::{MadeAtOnce, made_at_once};
use super::{Asker, transparency};
use crate::auth::Need;
use crate::dto::Timestamp;
use crate::dto::audit_events::{
    AuditActorDto, AuditEventDto, AuditEventWithProof, AuditInclusion, AuditLogEntry, AuditOffice,
    AuditRule,
};
use crate::problem::rule_text::title;
use crate::problem::{Code, Language, Problem};

/// What the audit log is called where exports are told of.
const LIST: &str = "audit_events";

/// What an auditor may see: the whole city for one of its bureau, also what concerns no unit; otherwise what concerns the units of
/// their subtree. What happened to themselves is none of their office.
fn sight(reader: &mut Reader<'_>, asker: &Asker) -> Result<AuditSight, Problem> {
    let scope = Scope { own: None, ..asker.scope(Permission::ReadAudit) };
    let root = reader.municipal_bureau(asker.jurisdiction)?;
    Ok(match root {
        Some(root) if scope.covers(&root.path) => AuditSight::City(asker.jurisdiction),
        Some(_) | None => AuditSight::Within(scope),
    })
}

/// That a file of events is handed over, with what was asked for. A unit or a person that the asker does not see stands in the filters
/// only: the event is not about them.
///
/// # Errors
/// On a database failure.
pub fn file_told(
    reader: &mut Reader<'_>,
    asker: &Asker,
    need: Need,
    (format, filter): (&'static str, &AuditFilter),
) -> Result<Happening, Problem> {
    let (city, sight) = (asker.jurisdiction, sight(reader, asker)?);
    let unit = filter.unit.map(|unit| reader.organization(city, unit)).transpose()?.flatten();
    let unit = unit.filter(|unit| match &sight {
        AuditSight::City(_) => true,
        AuditSight::Within(scope) => scope.covers(&unit.path),
    });
    let person = match (filter.person, &sight) {
        (None, _) => None,
        (Some(person), AuditSight::City(_)) => reader.professional(city, person)?,
        (Some(person), AuditSight::Within(scope)) => reader.visible_professional(scope, person)?,
    };
    let file = MadeAtOnce {
        list: LIST.to_owned(),
        format,
        unit: unit.map(|unit| unit.id),
        year: filter.year,
    };
    let told = made_at_once(reader, asker, need, &file)?.data(filters(filter));
    Ok(match person {
        Some(person) => told.of_person(person.professional_id),
        None => told,
    })
}

/// The names of the filters that were used, and the ids, kinds and times in them. What a caller may have written by hand is not told.
fn filters(filter: &AuditFilter) -> Value {
    let ids = [
        ("actor", filter.actor),
        ("subject", filter.subject),
        ("person", filter.person),
        ("unit", filter.unit),
        ("authority", filter.authority),
    ];
    let mut asked: Map<String, Value> =
        ids.iter().filter_map(|(name, id)| Some(((*name).to_owned(), json!((*id)?)))).collect();
    let times = [("from", filter.from), ("to", filter.to)];
    asked.extend(
        times
            .iter()
            .filter_map(|(name, at)| Some(((*name).to_owned(), json!(Timestamp::from((*at)?))))),
    );
    if let Some(kinds) = &filter.kinds {
        asked.insert("kind".to_owned(), json!(kinds));
    }
    if let Some(year) = filter.year {
        asked.insert("year".to_owned(), json!(year));
    }
    let mut names: Vec<&str> = asked.keys().map(String::as_str).collect();
    names.extend(filter.request.is_some().then_some("request_id"));
    json!({"filters": names, "asked": asked})
}

/// Some events that the asker may see.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &AuditFilter,
    page: Page<Id>,
    language: Language,
) -> Result<Slice<AuditEventDto>, Problem> {
    let sight = sight(reader, asker)?;
    let found = reader.audit_events(&sight, filter, page)?;
    Ok(Slice { rows: shown(reader, &found.rows, language)?, total: found.total })
}

/// An event with the proof that the log holds it.
///
/// # Errors
/// 404 for one that the asker may not see.
pub fn one(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    language: Language,
) -> Result<AuditEventWithProof, Problem> {
    let sight = sight(reader, asker)?;
    let not_found = || Problem::new(Code::NotFound);
    let event = reader.audit_event(&sight, Id(id))?.ok_or_else(not_found)?;
    let inclusion = transparency::inclusion(reader, event.id)?;
    let inclusion = inclusion.map(|proof| AuditInclusion {
        leaf_index: proof.leaf_index,
        tree_size: proof.tree_size,
        checkpoint: proof.checkpoint,
        path: proof.path,
    });
    let shown = shown(reader, &[event], language)?;
    let event = shown.into_iter().next().ok_or_else(not_found)?;
    Ok(AuditEventWithProof { event, inclusion })
}

/// Events with who did them and with their entries, each looked up in one query for all.
fn shown(
    reader: &mut Reader<'_>,
    events: &[Event],
    language: Language,
) -> Result<Vec<AuditEventDto>, Problem> {
    let actors: BTreeSet<Id> = events.iter().filter_map(|event| event.account_id).collect();
    let actors: Vec<Id> = actors.into_iter().collect();
    let actors = reader.audit_actors(&actors)?;
    let actors: HashMap<Id, AuditActor> =
        actors.into_iter().map(|actor| (actor.id, actor)).collect();
    let ids: Vec<Id> = events.iter().map(|event| event.id).collect();
    let entries = match ids.is_empty() {
        true => Vec::new(),
        false => reader.log_entries(&ids)?,
    };
    let mut entries: HashMap<Id, LogEntry> =
        entries.into_iter().map(|entry| (entry.id, entry)).collect();
    events
        .iter()
        .map(|event| {
            let actor =
                event.account_id.map(|id| actor_at(id, actors.get(&id), *event.occurred_at));
            let log = entries.remove(&event.id).map(|entry| log_entry(event, entry));
            event_of(event, actor, log, language)
        })
        .collect()
}

fn event_of(
    event: &Event,
    actor: Option<AuditActorDto>,
    log: Option<AuditLogEntry>,
    language: Language,
) -> Result<AuditEventDto, Problem> {
    let id = |id: Option<Id>| id.map(|id| id.0);
    Ok(AuditEventDto {
        id: event.id.0,
        occurred_at: event.occurred_at.into(),
        kind: event.kind.0,
        rule: rule_of(event.kind.0, language),
        actor,
        subject: event.subject.clone(),
        subject_id: id(event.subject_id),
        professional_id: id(event.person_id),
        organization_id: id(event.unit_id),
        authority_id: id(event.authority_id),
        year: event.year,
        address: event.address.clone(),
        request_id: event.request_id.clone(),
        data: serde_json::from_str(&event.data).map_err(Problem::internal)?,
        log,
    })
}

fn rule_of(kind: EventType, language: Language) -> AuditRule {
    let rule = kind.rule();
    AuditRule {
        id: rule,
        title: title(rule).text(language).to_owned(),
        clause: rule.clause().to_owned(),
    }
}

/// Whoever did something, with the offices that they held then.
fn actor_at(id: Id, actor: Option<&AuditActor>, at: OffsetDateTime) -> AuditActorDto {
    let held = actor.into_iter().flat_map(|actor| &actor.offices).filter(|office| {
        office.granted_at.0 <= at && office.ended_at.is_none_or(|ended| at < ended.0)
    });
    let offices = held.map(|office| AuditOffice {
        role: office.role.0,
        organization_id: office.organization_id.0,
    });
    AuditActorDto {
        id: id.0,
        username: actor.map(|actor| actor.username.clone()),
        name: actor.map(|actor| actor.name.clone()),
        is_program: actor.is_some_and(|actor| actor.is_client),
        offices: offices.collect(),
    }
}

fn log_entry(event: &Event, entry: LogEntry) -> AuditLogEntry {
    AuditLogEntry {
        leaf_index: entry.leaf_index.filter(|place| *place >= 0),
        leaf: entry.leaf,
        salt: entry.salt.map(|salt| STANDARD.encode(salt)),
        address_salt: event.address_salt.as_ref().map(|salt| STANDARD.encode(salt)),
        disclosed: transparency::disclosed(event),
    }
}
