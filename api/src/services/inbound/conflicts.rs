//! Conflicts between what another system says and what somebody here decided, and how they are settled.

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::inbound::{ConflictDecision, ConflictRoad, ConflictState};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Id, Moment, Page, Reader, Saved, Slice, StoreError, SyncConflict, SyncConflictFilter, Word,
    Writer,
};

use super::for_the_city;
use super::province::{Inbound, data};
use super::record::{Base, Record, find, remember, take};
use crate::dto::sync_conflicts::{ConflictDetail, ConflictDto, DifferenceDto, Resolution};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem, Text};
use crate::services::events::Happening;
use crate::services::memo::Memo;
use crate::services::{Asker, Reply};

/// A contradiction that was found.
pub(super) struct Found<'a> {
    pub(super) said: &'a Inbound,
    pub(super) content: &'a str,
    pub(super) record: &'a Record,
    pub(super) fields: &'a [&'static str],
}

/// Keeps a contradiction for somebody to settle: a later revision takes the place of the one that is open.
pub(super) fn keep(
    writer: &mut Writer<'_>,
    asker: &Asker,
    open: Option<Id>,
    found: Found<'_>,
) -> Result<Id, Problem> {
    let (city, now) = (asker.jurisdiction, Moment(writer.now()));
    let fields = serde_json::to_string(found.fields).map_err(Problem::internal)?;
    let remote_cipher = writer.seal_remote(found.content)?;
    if let Some(open) = open
        && let Some(mut conflict) = writer.sync_conflict(city, open)?
        && conflict.state.0 == ConflictState::Open
    {
        conflict.revision = found.said.revision;
        conflict.fields = fields;
        conflict.remote_cipher = remote_cipher;
        save(writer, &mut conflict)?;
        return Ok(conflict.id);
    }
    let (unit, authority) = concerned(writer, city, found.record)?;
    let conflict = SyncConflict {
        jurisdiction_id: city,
        id: writer.new_id(),
        source: found.said.source.clone(),
        kind: Word(found.said.kind),
        external_id: found.said.external_id.clone(),
        revision: found.said.revision,
        local_id: found.record.id,
        person_id: found.record.person,
        unit_id: unit,
        authority_id: authority,
        year: found.record.year,
        fields,
        remote_cipher,
        state: Word(ConflictState::Open),
        reason: None,
        decider_id: None,
        decided_for: None,
        version: 1,
        created_at: now,
        decided_at: None,
        updated_at: now,
    };
    writer.insert_sync_conflict(&conflict)?;
    tell(writer, asker, EventType::SyncConflictFound, &conflict)?;
    Ok(conflict.id)
}

/// A later revision no longer contradicts.
pub(super) fn supersede(writer: &mut Writer<'_>, asker: &Asker, open: Id) -> Result<(), Problem> {
    let Some(mut conflict) = writer.sync_conflict(asker.jurisdiction, open)? else {
        return Ok(());
    };
    conflict.state = Word(ConflictState::Superseded);
    conflict.decided_at = Some(Moment(writer.now()));
    save(writer, &mut conflict)?;
    tell(writer, asker, EventType::SyncConflictSettled, &conflict)
}

/// The unit that a record concerns, and the body above it.
fn concerned(
    reader: &mut Reader<'_>,
    city: Id,
    record: &Record,
) -> Result<(Option<Id>, Option<Id>), Problem> {
    let unit = match (record.unit, record.person) {
        (Some(unit), _) => Some(unit),
        (None, Some(person)) => {
            reader.professional(city, person)?.and_then(|person| person.employer_id)
        }
        (None, None) => None,
    };
    let Some(unit) = unit else { return Ok((None, None)) };
    let body = reader.organization(city, unit)?.and_then(|unit| unit.reviewing_body_id);
    Ok((Some(unit), body))
}

fn save(writer: &mut Writer<'_>, conflict: &mut SyncConflict) -> Result<(), Problem> {
    match writer.save_sync_conflict(conflict)? {
        Saved::Yes => Ok(()),
        Saved::Overtaken => Err(StoreError::Conflict.into()),
    }
}

fn tell(
    writer: &mut Writer<'_>,
    asker: &Asker,
    event: EventType,
    conflict: &SyncConflict,
) -> Result<(), Problem> {
    let mut happening = Happening::new(event).by(asker).subject(conflict.id).data(json!({
        "kind": conflict.kind.0, "record_id": conflict.local_id, "state": conflict.state.0,
        "fields": names(conflict)?}));
    happening = match (conflict.person_id, conflict.unit_id) {
        (Some(person), unit) => happening.person(person, unit, conflict.authority_id),
        (None, Some(unit)) => happening.unit(unit).authority(conflict.authority_id),
        (None, None) => happening,
    };
    if let Some(year) = conflict.year {
        happening = happening.year(year);
    }
    happening.tell(writer, conflict.jurisdiction_id)
}

fn names(conflict: &SyncConflict) -> Result<Vec<String>, Problem> {
    serde_json::from_str(&conflict.fields).map_err(Problem::internal)
}

/// The conflicts of the city.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &SyncConflictFilter,
    page: Page<Id>,
) -> Result<Slice<ConflictDto>, Problem> {
    let found = reader.sync_conflicts(asker.jurisdiction, filter, page)?;
    let rows = found.rows.iter().map(|row| Ok(ConflictDto::new(row, names(row)?)));
    Ok(Slice { rows: rows.collect::<Result<_, Problem>>()?, total: found.total })
}

/// A conflict, with what both sides say while it is open.
///
/// # Errors
/// 404 where there is none.
pub fn get(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Reply<ConflictDetail>, Problem> {
    let conflict = reader.sync_conflict(asker.jurisdiction, Id(id))?;
    shown(reader, &conflict.ok_or_else(|| Problem::new(Code::NotFound))?)
}

fn shown(
    reader: &mut Reader<'_>,
    conflict: &SyncConflict,
) -> Result<Reply<ConflictDetail>, Problem> {
    let names = names(conflict)?;
    let mut differences = Vec::new();
    if conflict.state.0 == ConflictState::Open {
        let said = remote(reader, conflict)?;
        let record = record_of(reader, conflict, &said)?;
        let fields = record.iter().flat_map(|record| &record.fields);
        let fields = fields.filter(|field| names.iter().any(|name| name == field.name));
        differences = fields
            .map(|field| DifferenceDto::new(field.name, &field.local, &field.remote, field.road))
            .collect();
    }
    let conflict_dto = ConflictDto::new(conflict, names);
    Ok(Reply::ok(ConflictDetail { conflict: conflict_dto, differences }).version(conflict.version))
}

fn remote(reader: &Reader<'_>, conflict: &SyncConflict) -> Result<Inbound, Problem> {
    let text = reader.open_remote(conflict)?;
    let tree = serde_json::from_str(&text).map_err(Problem::internal)?;
    Ok(Inbound {
        kind: conflict.kind.0,
        source: conflict.source.clone(),
        external_id: conflict.external_id.clone(),
        revision: conflict.revision,
        data: data(conflict.kind.0, tree).map_err(Problem::internal)?,
    })
}

fn record_of(
    reader: &mut Reader<'_>,
    conflict: &SyncConflict,
    said: &Inbound,
) -> Result<Option<Record>, Problem> {
    let key = Some((conflict.local_id, conflict.person_id));
    find(reader, conflict.jurisdiction_id, key, said)
}

/// Settles a conflict. What is taken over goes by the rules by which it would be changed here; what changes only by a procedure of
/// its own has to go that way first.
///
/// # Errors
/// 404; 412; 409 `wrong-state` for one that is settled, `needs-own-road`; 403 `own-case`; whatever those rules refuse.
pub fn settle(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    resolution: &Resolution,
) -> Result<Reply<ConflictDetail>, Problem> {
    let city = asker.jurisdiction;
    let conflict = writer.sync_conflict(city, Id(id))?;
    let mut conflict = conflict.ok_or_else(|| Problem::new(Code::NotFound))?;
    let root = writer.municipal_bureau(city)?.ok_or_else(|| Problem::new(Code::Forbidden))?;
    let unit = asker.acting_for(Permission::SettleSyncConflicts, &root.path)?.organization_id;
    condition.check(conflict.version.into())?;
    if conflict.person_id.is_some_and(|person| asker.actor.is_professional(person.0)) {
        return Err(Refusal::OwnCase.into());
    }
    let state = step::<ConflictRoad>(conflict.state.0, resolution.decision)?;
    let said = remote(writer, &conflict)?;
    let record = record_of(writer, &conflict, &said)?;
    let record = record.ok_or_else(|| Problem::new(Code::NotFound))?;
    let names = names(&conflict)?;
    if resolution.decision == ConflictDecision::TakeRemote {
        take_over(writer, asker, (&said, &record), &names)?;
    }
    let known = writer.sync_reference(city, &said.source, said.kind, &said.external_id)?;
    if let Some(mut known) = known {
        let mut base: Base = serde_json::from_str(&known.base).map_err(Problem::internal)?;
        remember(writer, &mut base, &record, &[]);
        known.base = serde_json::to_string(&base).map_err(Problem::internal)?;
        known.conflict_id = None;
        known.updated_at = Moment(writer.now());
        writer.save_sync_reference(&known)?;
    }
    conflict.state = Word(state);
    conflict.reason = Some(resolution.reason.trim().to_owned());
    conflict.decider_id = Some(asker.account());
    conflict.decided_for = Some(Id(unit));
    conflict.decided_at = Some(Moment(writer.now()));
    save(writer, &mut conflict)?;
    tell(writer, asker, EventType::SyncConflictSettled, &conflict)?;
    shown(writer, &conflict)
}

fn take_over(
    writer: &mut Writer<'_>,
    asker: &Asker,
    (said, record): (&Inbound, &Record),
    names: &[String],
) -> Result<(), Problem> {
    let differ = record
        .fields
        .iter()
        .filter(|field| field.local != field.remote && names.iter().any(|name| name == field.name));
    let mut taken = Vec::new();
    for field in differ {
        if let Some(road) = field.road {
            let name = field.name;
            let text = Text::new(
                format!("“{name}”不能直接变更"),
                format!("`{name}` is not changed in this way"),
            );
            return Err(Problem::new(Code::NeedsOwnRoad)
                .detail(text.zh.clone(), text.en.clone())
                .fact("field", name)
                .fact("road", road));
        }
        taken.push(field.name);
    }
    if taken.is_empty() {
        return Ok(());
    }
    let mut memo = Memo::default();
    let city = for_the_city(writer, &mut memo, asker)?;
    take(writer, &city, &mut memo, (said, record), &taken)
}
