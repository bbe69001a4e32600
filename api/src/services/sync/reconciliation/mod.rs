//! Finding where two copies differ: counts and digests by district, unit and person, down to the record (ADR 0025).

mod digest;
mod refresh;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};
use xueshi_domain::reconciliation::{COMPARED, FORM, LISTED, NO_YEAR, PLACE, Sum, agreed};
use xueshi_persistence::{Id, Organization, PersonDigest, Reader, UnitDigest};

use self::digest::{NOWHERE, compute, place};
use super::Place;
use crate::dto::sync_reconciliation::{DigestCheckDto, PartDto, PartKind, ReconciliationDto};
use crate::problem::Problem;
use crate::services::Asker;

pub use self::refresh::{Checked, check, daily, refresh};

/// What is looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// The city, by the bodies that review for its units.
    City,
    /// The units of a body whose places begin with these digits.
    Body(Id, String),
    /// The people of a unit whose places begin with these digits.
    Unit(Id, String),
    /// The records of a person.
    Person(Id),
}

/// Whether this can be the beginning of a place.
#[must_use]
pub fn is_prefix(text: &str) -> bool {
    text.len() <= PLACE && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// What there is at a level, and its parts.
///
/// # Errors
/// On a database failure.
pub fn look(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: Option<i32>,
    level: &Level,
) -> Result<ReconciliationDto, Problem> {
    let city = asker.jurisdiction;
    let stored = year.unwrap_or(NO_YEAR);
    let parts = match level {
        Level::City => bodies(reader, city, stored)?,
        Level::Body(body, prefix) => units(reader, city, stored, *body, prefix)?,
        Level::Unit(unit, prefix) => people(reader, city, stored, *unit, prefix)?,
        Level::Person(person) => records(reader, city, stored, *person)?,
    };
    let mut sum = total(&parts);
    if let Level::Person(_) = level {
        sum.people = i64::from(sum.records > 0);
    }
    let state = reader.digest_state(city)?;
    let checked = state.and_then(|state| {
        state.checked_at.map(|at| DigestCheckDto {
            at: at.into(),
            people: state.checked_people,
            differing: state.differing,
        })
    });
    let (kind, id, prefix) = match level {
        Level::City => (PartKind::City, None, None),
        Level::Body(id, prefix) => (PartKind::Body, Some(id.0), Some(prefix.clone())),
        Level::Unit(id, prefix) => (PartKind::Unit, Some(id.0), Some(prefix.clone())),
        Level::Person(id) => (PartKind::Person, Some(id.0), None),
    };
    Ok(ReconciliationDto {
        form: FORM,
        year,
        kind,
        id,
        prefix: prefix.filter(|prefix| !prefix.is_empty()),
        at: reader.now().into(),
        cursor: Place { city, position: reader.feed_head(city)? }.encode(),
        pending: reader.digests_wait(city)?,
        people: sum.people,
        records: sum.records,
        digest: sum.digest.to_string(),
        parts: parts.into_iter().map(|(part, sum)| part.dto(&sum)).collect(),
        checked: checked.filter(|_| *level == Level::City),
        agreed: (*level == Level::City).then(agreement),
    })
}

/// The members that are compared, by kind.
fn agreement() -> BTreeMap<String, Vec<String>> {
    let names = |kind| agreed(kind).iter().map(|name| (*name).to_owned()).collect();
    COMPARED.iter().map(|kind| (kind.to_string(), names(*kind))).collect()
}

/// A part, by what names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Body(Id),
    Unit(Id),
    Range(String),
    Person(Id),
    Record(super::named::Key),
}

type Parts = BTreeMap<Part, Sum>;

impl Part {
    fn dto(self, sum: &Sum) -> PartDto {
        let of = |kind, id: Option<String>| PartDto {
            kind,
            id,
            prefix: None,
            resource: None,
            people: sum.people,
            records: sum.records,
            digest: sum.digest.to_string(),
        };
        match self {
            Self::Body(id) => of(PartKind::Body, Some(id.to_string())),
            Self::Unit(id) => of(PartKind::Unit, Some(id.to_string())),
            Self::Person(id) => of(PartKind::Person, Some(id.to_string())),
            Self::Range(prefix) => PartDto { prefix: Some(prefix), ..of(PartKind::Range, None) },
            Self::Record(key) => {
                PartDto { resource: Some(key.resource()), ..of(PartKind::Record, Some(key.id())) }
            }
        }
    }
}

fn total(parts: &Parts) -> Sum {
    let mut total = Sum::default();
    parts.values().for_each(|sum| total.add(sum));
    total
}

/// The body that a unit counts for: who reviews for it, or itself where nobody does.
fn body_of(unit: &UnitDigest, body: Option<Id>) -> Id {
    body.unwrap_or(unit.unit_id)
}

fn bodies(reader: &mut Reader<'_>, city: Id, year: i32) -> Result<Parts, Problem> {
    let mut parts = Parts::new();
    for (unit, body) in reader.unit_digests(city, year)? {
        parts.entry(Part::Body(body_of(&unit, body))).or_default().add(&unit.sum()?);
    }
    Ok(parts)
}

fn units(
    reader: &mut Reader<'_>,
    city: Id,
    year: i32,
    body: Id,
    prefix: &str,
) -> Result<Parts, Problem> {
    let mut found = Vec::new();
    for (unit, of) in reader.unit_digests(city, year)? {
        if body_of(&unit, of) == body {
            let place = place(unit.unit_id);
            if place.starts_with(prefix) {
                found.push((Part::Unit(unit.unit_id), place, unit.sum()?));
            }
        }
    }
    Ok(listed(found, prefix))
}

fn people(
    reader: &mut Reader<'_>,
    city: Id,
    year: i32,
    unit: Id,
    prefix: &str,
) -> Result<Parts, Problem> {
    if prefix.is_empty() {
        let rows = reader.unit_digest(city, year, unit)?;
        let (whole, ranges): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.place.is_empty());
        let many = |row: &UnitDigest| usize::try_from(row.people).is_ok_and(|count| count > LISTED);
        if whole.iter().any(many) {
            let range = |row: UnitDigest| Ok((Part::Range(row.place.clone()), row.sum()?));
            return ranges.into_iter().map(range).collect();
        }
    }
    let rows = reader.person_digests_in(city, year, unit, prefix)?;
    let part = |row: PersonDigest| {
        let sum = row.sum()?;
        Ok((Part::Person(row.professional_id), row.place, sum))
    };
    let found = rows.into_iter().map(part).collect::<Result<_, Problem>>()?;
    Ok(listed(found, prefix))
}

/// The parts themselves while they are few, and otherwise ranges by the next digit of their places.
fn listed(found: Vec<(Part, String, Sum)>, prefix: &str) -> Parts {
    let few = found.len() <= LISTED || prefix.len() >= PLACE;
    let mut parts = Parts::new();
    for (part, place, sum) in found {
        let part = match place.get(..=prefix.len()) {
            Some(range) if !few => Part::Range(range.to_owned()),
            Some(_) | None => part,
        };
        parts.entry(part).or_default().add(&sum);
    }
    parts
}

/// A person's records, computed from themselves.
fn records(reader: &mut Reader<'_>, city: Id, year: i32, person: Id) -> Result<Parts, Problem> {
    let computed = compute(reader, city, &[person])?;
    let of_year = computed.records.into_iter().filter(|record| record.year == year);
    let part = |record: digest::Digested| {
        let sum = Sum { people: 0, records: 1, digest: record.digest };
        (Part::Record(record.key), sum)
    };
    Ok(of_year.map(part).collect())
}

/// What a district comes to in a year.
#[derive(Debug, Clone)]
pub struct District {
    /// The year; none for the people themselves.
    pub year: Option<i32>,
    /// The reviewing body; none for those who work nowhere, and for all of the city.
    pub body: Option<Organization>,
    /// Whether this is all of the city.
    pub whole: bool,
    /// Counts and digest.
    pub sum: Sum,
}

impl District {
    fn name(&self) -> &str {
        match &self.body {
            Some(body) => &body.name,
            None if self.whole => "all",
            None => "nowhere",
        }
    }

    /// As JSON, in the words of the API.
    #[must_use]
    pub fn value(&self) -> Value {
        json!({
            "year": self.year,
            "body_id": self.body.as_ref().map(|body| body.id.0),
            "name": self.name(),
            "whole": self.whole,
            "people": self.sum.people,
            "records": self.sum.records,
            "digest": self.sum.digest.to_string(),
        })
    }
}

impl fmt::Display for District {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year.map_or("people".to_owned(), |year| year.to_string());
        let Sum { people, records, digest } = &self.sum;
        write!(
            formatter,
            "{year} {digest} {records:>9} records {people:>8} people  {}",
            self.name()
        )
    }
}

/// All of the city and its districts, of one year or of all.
///
/// # Errors
/// On a database failure.
pub fn districts(
    reader: &mut Reader<'_>,
    city: Id,
    year: Option<i32>,
) -> Result<Vec<District>, Problem> {
    let mut years = reader.digested_years(city)?;
    years.retain(|known| year.is_none_or(|year| year == *known));
    let mut found = Vec::new();
    for stored in years {
        let parts = bodies(reader, city, stored)?;
        let ids: Vec<Id> = parts.keys().filter_map(|part| part.body()).collect();
        let names = reader.organizations_by_id(city, ids)?;
        let mut names: BTreeMap<Id, Organization> =
            names.into_iter().map(|unit| (unit.id, unit)).collect();
        let year = (stored != NO_YEAR).then_some(stored);
        found.push(District { year, body: None, whole: true, sum: total(&parts) });
        for (part, sum) in parts {
            let body = part.body().and_then(|id| names.remove(&id));
            found.push(District { year, body, whole: false, sum });
        }
    }
    Ok(found)
}

impl Part {
    /// The body that this is, unless it stands for those who work nowhere.
    fn body(&self) -> Option<Id> {
        match self {
            Self::Body(id) if *id != NOWHERE => Some(*id),
            Self::Body(_) | Self::Unit(_) | Self::Range(_) | Self::Person(_) | Self::Record(_) => {
                None
            }
        }
    }
}
