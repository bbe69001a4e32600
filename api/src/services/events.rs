//! Telling what happened, in the transaction of the change, and reading it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_persistence::{
    AnnualRecord, Declaration, Event, EventFilter, Id, Moment, Page, Reader, Slice, Word, Writer,
};

use super::Asker;
use super::explanations::Trail;
use crate::dto::Timestamp;
use crate::dto::events::EventDto;
use crate::problem::Problem;

/// People looked up in one query.
const LOOKED_UP_AT_ONCE: usize = 1_000;

/// An event that is about to be told.
///
/// What it carries is ids, states, hours, dates and codes: never a name, an id number or a phone.
#[derive(Debug)]
#[must_use = "an event is told by `tell`"]
pub struct Happening {
    kind: EventType,
    person: Option<Id>,
    unit: Option<Id>,
    authority: Option<Id>,
    subject: Option<Id>,
    year: Option<i32>,
    account: Option<Id>,
    data: Value,
    once: Option<String>,
    trail: Option<Box<Trail>>,
}

impl Happening {
    /// Something of this kind.
    pub fn new(kind: EventType) -> Self {
        Self {
            kind,
            person: None,
            unit: None,
            authority: None,
            subject: None,
            year: None,
            account: None,
            data: json!({}),
            once: None,
            trail: None,
        }
    }

    /// To this declaration.
    pub fn declaration(kind: EventType, declaration: &Declaration) -> Self {
        let d = declaration;
        Self::new(kind)
            .person(d.professional_id, Some(d.employer_id), Some(d.authority_id))
            .subject(d.id)
            .year(d.year)
            .data(json!({"state": d.state.0, "revision": d.revision, "subject": d.subject.0,
                "hours": d.hours.0, "holder_id": d.holder_id,
                "learning_record_id": d.learning_record_id, "due_at": d.due_at.map(Timestamp::from)}))
    }

    /// That this declaration was edited; nobody is told of what nobody else has seen (ADR 0007).
    ///
    /// # Errors
    /// On a database failure.
    pub fn tell_edit(
        writer: &mut Writer<'_>,
        declaration: &Declaration,
        by: Option<Id>,
    ) -> Result<(), Problem> {
        if declaration.submitted_at.is_none() {
            return Ok(());
        }
        Self::declaration(EventType::DeclarationChanged, declaration)
            .by_account(by)
            .tell(writer, declaration.jurisdiction_id)
    }

    /// To this person's year.
    pub fn annual_record(kind: EventType, record: &AnnualRecord) -> Self {
        Self::new(kind)
            .person(record.professional_id, Some(record.employer_id), Some(record.authority_id))
            .year(record.year)
            .data(json!({"state": record.state.0, "outcome": record.outcome.map(|outcome| outcome.0)}))
    }

    /// By whoever asks.
    pub fn by(self, asker: &Asker) -> Self {
        self.by_account(Some(asker.account()))
    }

    /// By this account; none when time did it.
    pub fn by_account(self, account: Option<Id>) -> Self {
        Self { account, ..self }
    }

    /// About a person, who works for a unit below a reviewing body.
    pub fn person(self, person: Id, employer: Option<Id>, authority: Option<Id>) -> Self {
        Self { person: Some(person), unit: employer, authority, ..self }
    }

    /// About a person, at the employer that they have now.
    ///
    /// # Errors
    /// On a database failure.
    pub fn about(self, reader: &mut Reader<'_>, city: Id, person: Id) -> Result<Self, Problem> {
        let employer = reader.professional(city, person)?.and_then(|person| person.employer_id);
        let unit = match employer {
            Some(employer) => reader.organization(city, employer)?,
            None => None,
        };
        Ok(self.person(person, employer, unit.and_then(|unit| unit.reviewing_body_id)))
    }

    /// About a person, at the employer that they have now, for those who tell of many.
    pub fn at_work(self, places: &Whereabouts, person: Id) -> Self {
        let (employer, authority) = places.0.get(&person).copied().unwrap_or_default();
        self.person(person, employer, authority)
    }

    /// About a person, whichever unit it is told for.
    pub fn of_person(self, person: Id) -> Self {
        Self { person: Some(person), ..self }
    }

    /// About a unit.
    pub fn unit(self, unit: Id) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// About the whole city: for those who see all of it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn for_the_city(self, reader: &mut Reader<'_>, city: Id) -> Result<Self, Problem> {
        let bureau = reader.municipal_bureau(city)?.map(|bureau| bureau.id);
        Ok(Self { unit: bureau, ..self })
    }

    /// Of concern to a body above the unit.
    pub fn authority(self, authority: Option<Id>) -> Self {
        Self { authority, ..self }
    }

    /// To the resource with this id, of the kind that the event's name begins with.
    pub fn subject(self, id: Id) -> Self {
        Self { subject: Some(id), ..self }
    }

    /// About a year.
    pub fn year(self, year: i32) -> Self {
        Self { year: Some(year), ..self }
    }

    /// With more to say; members that are there already stay.
    pub fn data(mut self, more: Value) -> Self {
        let empty = Map::new();
        let more = more.as_object().unwrap_or(&empty);
        if let Some(data) = self.data.as_object_mut() {
            data.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        self
    }

    /// Only once: a second event with the same mark is not told.
    pub fn once(self, mark: String) -> Self {
        Self { once: Some(mark), ..self }
    }

    /// With what it rested on, if it is a step that someone decided: kept with it for its explanation (V7).
    pub fn because(self, trail: Trail) -> Self {
        Self { trail: Some(Box::new(trail)), ..self }
    }

    /// Tells it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn tell(mut self, writer: &mut Writer<'_>, city: Id) -> Result<(), Problem> {
        if let Some(once) = &self.once
            && writer.is_told(city, once)?
        {
            return Ok(());
        }
        let trail = self.trail.take();
        let event = self.event(writer, city);
        writer.record_event(&event)?;
        trail.map_or(Ok(()), |trail| trail.keep(writer, city, event.id))
    }

    /// The event as it is stored, for those who tell many at once ([`Writer::record_events`]).
    pub fn event(self, reader: &Reader<'_>, city: Id) -> Event {
        let now: OffsetDateTime = reader.now();
        Event {
            jurisdiction_id: city,
            id: reader.new_id(),
            kind: Word(self.kind),
            person_id: self.person,
            unit_id: self.unit,
            authority_id: self.authority,
            subject: self.kind.subject().to_owned(),
            subject_id: self.subject,
            year: self.year,
            account_id: self.account,
            data: self.data.to_string(),
            once: self.once,
            occurred_at: Moment(now),
            request_id: None,
            address: None,
            address_salt: None,
            address_digest: None,
        }
    }
}

/// Where some people work, and who reviews there.
#[derive(Debug)]
pub struct Whereabouts(HashMap<Id, (Option<Id>, Option<Id>)>);

impl Whereabouts {
    /// Looks them up, in a few queries.
    ///
    /// # Errors
    /// On a database failure.
    pub fn of(reader: &mut Reader<'_>, city: Id, people: Vec<Id>) -> Result<Self, Problem> {
        let mut places = HashMap::with_capacity(people.len());
        let mut bodies: HashMap<Id, Option<Id>> = HashMap::new();
        for people in people.chunks(LOOKED_UP_AT_ONCE) {
            for person in reader.professionals_by_id(city, people.to_vec())? {
                let Some(employer) = person.employer_id else { continue };
                let body = match bodies.get(&employer) {
                    Some(body) => *body,
                    None => {
                        let unit = reader.organization(city, employer)?;
                        let body = unit.and_then(|unit| unit.reviewing_body_id);
                        bodies.insert(employer, body);
                        body
                    }
                };
                places.insert(person.professional_id, (Some(employer), body));
            }
        }
        Ok(Self(places))
    }
}

/// What happened to the asker and in their units, oldest first.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &EventFilter,
    page: Page<Id>,
) -> Result<Slice<EventDto>, Problem> {
    let found = reader.events(&asker.scope(Permission::ReadEvents), filter, page)?;
    let rows = found.rows.iter().map(EventDto::new).collect::<Result<_, Problem>>()?;
    Ok(Slice { rows, total: found.total })
}
