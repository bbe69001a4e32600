//! What another system made of records of ours (ADR 0023).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;
use xueshi_domain::access::{Permission, Scope};
use xueshi_domain::event::EventType;
use xueshi_domain::inbound::{LineOutcome, SyncAnswer};
use xueshi_domain::sync::Resource;
use xueshi_persistence::{
    Acknowledgement, AcknowledgementFilter, Id, Moment, Page, Reader, Slice, Word, Writer,
};

use super::mark::{has_version, marker, of_version, state_of};
use super::named::Key;
use super::render::show;
use super::sight;
use super::snapshot::key;
use crate::dto::acknowledgements::{AcknowledgementDto, AcknowledgementResult, NewAcknowledgement};
use crate::extract::Line;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::events::Happening;
use crate::services::inbound::PROVINCE;
use crate::services::memo::Memo;
use crate::services::references::{unfit, unknown};

/// Keeps one answer. An answer to a state that the record no longer has leaves it pending; an answer to an earlier state than one
/// before it is passed over.
///
/// # Errors
/// 422 for a record or an event that is not there, and for a version that the record has not reached.
pub fn acknowledge(
    writer: &mut Writer<'_>,
    asker: &Asker,
    _: &mut Memo,
    line: usize,
    text: &Line,
) -> Result<AcknowledgementResult, Problem> {
    let said = PROVINCE.read_answer(text)?;
    let city = asker.jurisdiction;
    let key = key(said.kind, &said.id).ok_or_else(|| unknown("/id"))?;
    let record = show(writer, &seeing_all(asker), &BTreeSet::from([key]))?.remove(&key);
    let record = record.ok_or_else(|| unknown("/id"))?;
    let present = marker(said.kind, &record);
    let (answered, seen) = answered_to(writer, city, &said, key, &record)?;
    let before = writer.acknowledgement(city, said.kind, &key.id())?;
    let outcome = match &before {
        None => LineOutcome::Created,
        Some(before) if before.seen > seen => LineOutcome::Stale,
        Some(before)
            if before.seen == seen
                && before.marker == answered
                && before.answer.0 == said.state
                && before.reason == said.reason =>
        {
            LineOutcome::Unchanged
        }
        Some(_) => LineOutcome::Updated,
    };
    let kept = match (outcome, before) {
        (LineOutcome::Stale | LineOutcome::Unchanged, before) => before,
        (_, _) => Some(keep(writer, asker, &said, key, &record, (answered, seen))?),
    };
    Ok(AcknowledgementResult {
        line,
        outcome,
        kind: Some(said.kind),
        id: Some(said.id),
        state: Some(state_of(kept.as_ref(), &present)),
        problem: None,
    })
}

/// Whoever answers has read all of the city.
fn seeing_all(asker: &Asker) -> Asker {
    let mut asker = asker.clone();
    asker.actor.scopes = vec![Scope::SyncRead];
    asker
}

/// The state that was answered to, and how late it is among those of the record.
fn answered_to(
    reader: &mut Reader<'_>,
    city: Id,
    said: &NewAcknowledgement,
    key: Key,
    record: &Map<String, Value>,
) -> Result<(String, i64), Problem> {
    if has_version(said.kind) {
        let version = said.version.ok_or_else(|| {
            unfit(
                "/version",
                "required",
                "该类记录应填写版本",
                "records of this kind are answered to by their version",
            )
        })?;
        let present = record["version"].as_i64().unwrap_or_default();
        if version > present {
            return Err(unfit(
                "/version",
                "not-reached",
                "记录还没有这个版本",
                "the record has not reached this version",
            ));
        }
        // Of an earlier version nobody knows any more what else it said.
        let answered =
            if version == present { marker(said.kind, record) } else { of_version(version) };
        return Ok((answered, version));
    }
    let event = said.event.ok_or_else(|| {
        unfit(
            "/event",
            "required",
            "该类记录应填写事件",
            "records of this kind are answered to by an event",
        )
    })?;
    let place = reader.feed_place(city, Id(event))?.ok_or_else(|| unknown("/event"))?;
    let Key::Of(_, id) = key else { return Err(unknown("/id")) };
    // Something happened to it since: what was answered to is not what it says now.
    if reader.happened_behind(city, id, place)?
        || corrected_behind(reader, city, record, place)?
        || merged_since(reader, city, record, Id(event))?
    {
        return Ok((String::new(), place));
    }
    Ok((marker(said.kind, record), place))
}

/// Whether the roster that a learning record stands in has said something else of it behind a place in the feed: that happens to the
/// class (P4). What has no class and person is in no roster.
fn corrected_behind(
    reader: &mut Reader<'_>,
    city: Id,
    record: &Map<String, Value>,
    place: i64,
) -> Result<bool, Problem> {
    match (id_in(record, "professional_id"), id_in(record, "class_id")) {
        (Some(person), Some(class)) => {
            Ok(reader.roster_revised_behind(city, (person, class), place)?)
        }
        (Some(_) | None, _) => Ok(false),
    }
}

/// U4: whether an event told of a record while it was that of another one, which has been merged into its person's since: the merge
/// happened to the people.
fn merged_since(
    reader: &mut Reader<'_>,
    city: Id,
    record: &Map<String, Value>,
    event: Id,
) -> Result<bool, Problem> {
    let Some(person) = id_in(record, "professional_id") else { return Ok(false) };
    match reader.person_of_event(city, event)? {
        Some(told) if told != person => Ok(reader.merged_with(city, told)? == Some(person)),
        Some(_) | None => Ok(false),
    }
}

/// An id that a record names.
fn id_in(record: &Map<String, Value>, name: &str) -> Option<Id> {
    record.get(name).and_then(Value::as_str)?.parse::<Uuid>().ok().map(Id)
}

fn keep(
    writer: &mut Writer<'_>,
    asker: &Asker,
    said: &NewAcknowledgement,
    key: Key,
    record: &Map<String, Value>,
    (marker, seen): (String, i64),
) -> Result<Acknowledgement, Problem> {
    let (city, now) = (asker.jurisdiction, writer.now());
    let person = match key {
        Key::Of(Resource::Professional, id) | Key::Year(id, _) => Some(id),
        Key::Of(..) | Key::Policy(_) => id_in(record, "professional_id"),
    };
    let unit = match key {
        Key::Of(Resource::Organization, id) => Some(id),
        Key::Of(..) | Key::Year(..) | Key::Policy(_) => {
            id_in(record, "employer_id").or(id_in(record, "organization_id"))
        }
    };
    let (unit, authority) = concerned(writer, city, person, unit)?;
    let year = match key {
        Key::Year(_, year) | Key::Policy(year) => Some(year),
        Key::Of(..) => {
            let year = record.get("year").and_then(Value::as_i64);
            year.and_then(|year| i32::try_from(year).ok())
        }
    };
    let answer = Acknowledgement {
        jurisdiction_id: city,
        kind: Word(said.kind),
        record_id: key.id(),
        id: writer.new_id(),
        person_id: person,
        unit_id: unit,
        authority_id: authority,
        year,
        answer: Word(said.state),
        marker,
        seen,
        reason: said.reason.clone(),
        client_id: asker.account(),
        acknowledged_at: Moment(now),
    };
    writer.keep_acknowledgement(&answer)?;
    if said.state == SyncAnswer::Refused {
        tell_refused(writer, asker, &answer)?;
    }
    Ok(answer)
}

/// The unit whose matter it is, and the body above it: of a person their employer, of what concerns all the bureau.
fn concerned(
    reader: &mut Reader<'_>,
    city: Id,
    person: Option<Id>,
    unit: Option<Id>,
) -> Result<(Option<Id>, Option<Id>), Problem> {
    let unit = match (unit, person) {
        (Some(unit), _) => Some(unit),
        (None, Some(person)) => {
            reader.professional(city, person)?.and_then(|person| person.employer_id)
        }
        (None, None) => reader.municipal_bureau(city)?.map(|bureau| bureau.id),
    };
    let Some(unit) = unit else { return Ok((None, None)) };
    let body = reader.organization(city, unit)?.and_then(|unit| unit.reviewing_body_id);
    Ok((Some(unit), body))
}

/// What was refused shows up with those whose matter it is. The reason is not told: it was written elsewhere, and may be personal.
fn tell_refused(
    writer: &mut Writer<'_>,
    asker: &Asker,
    answer: &Acknowledgement,
) -> Result<(), Problem> {
    let mut happening = Happening::new(EventType::SyncRefused)
        .by(asker)
        .subject(answer.id)
        .data(json!({"kind": answer.kind.0, "record_id": answer.record_id}));
    happening = match (answer.person_id, answer.unit_id) {
        (Some(person), unit) => happening.person(person, unit, answer.authority_id),
        (None, Some(unit)) => happening.unit(unit).authority(answer.authority_id),
        (None, None) => happening,
    };
    if let Some(year) = answer.year {
        happening = happening.year(year);
    }
    happening.tell(writer, answer.jurisdiction_id)
}

/// The answers that the asker may see, each with how far the record is now.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &AcknowledgementFilter,
    page: Page<Id>,
) -> Result<Slice<AcknowledgementDto>, Problem> {
    let sight = sight(asker, Permission::ReadEvents);
    let found = reader.acknowledgements(&sight, filter, page)?;
    let keys: BTreeSet<Key> =
        found.rows.iter().filter_map(|row| key(row.kind.0, &row.record_id)).collect();
    let records = show(reader, &seeing_all(asker), &keys)?;
    let rows = found.rows.iter().map(|row| {
        let record = key(row.kind.0, &row.record_id).and_then(|key| records.get(&key));
        let now = record.map(|record| marker(row.kind.0, record)).unwrap_or_default();
        AcknowledgementDto::new(row, state_of(Some(row), &now))
    });
    Ok(Slice { rows: rows.collect(), total: found.total })
}
