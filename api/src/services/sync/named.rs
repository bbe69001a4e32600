//! Which records an event is about: what changed, and what follows from it.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;
use xueshi_domain::event::EventType;
use xueshi_domain::sync::Resource;
use xueshi_persistence::{AnnualRecord, Event, Id, Reader};

use crate::problem::Problem;

/// What names a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    /// One with an id of its own.
    Of(Resource, Id),
    /// A person's year.
    Year(Id, i32),
    /// The policy of a year.
    Policy(i32),
}

impl Key {
    /// Its kind.
    pub(super) fn resource(self) -> Resource {
        match self {
            Self::Of(resource, _) => resource,
            Self::Year(..) => Resource::AnnualRecord,
            Self::Policy(_) => Resource::Policy,
        }
    }

    /// Its id in copies; records without one are named by what makes them the only one.
    pub(super) fn id(self) -> String {
        match self {
            Self::Of(_, id) => id.to_string(),
            Self::Year(person, year) => AnnualRecord::followed_as(person, year),
            Self::Policy(year) => year.to_string(),
        }
    }
}

/// The records that an event is about.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Each of another kind: they stand by themselves.
    pub(super) single: Vec<Key>,
    /// Many of a kind: they stand in lists.
    pub(super) listed: BTreeSet<Key>,
}

/// What happens to the application of a unit that registers (U0).
const APPLICATIONS: [EventType; 3] = [
    EventType::OrganizationRegistered,
    EventType::OrganizationRefused,
    EventType::OrganizationWithdrawn,
];

/// The records that an event names, and those that follow from it.
pub(super) fn named(reader: &mut Reader<'_>, event: &Event) -> Result<Named, Problem> {
    let city = event.jurisdiction_id;
    let facts: Value = serde_json::from_str(&event.data).map_err(Problem::internal)?;
    let fact = |name: &str| -> Option<Id> { facts[name].as_str()?.parse::<Uuid>().ok().map(Id) };
    let subject = |resource| event.subject_id.map(|id| Key::Of(resource, id));
    let year = event.person_id.zip(event.year).map(|(person, year)| Key::Year(person, year));
    let person = event.person_id.map(|id| Key::Of(Resource::Professional, id));
    let mut named = Named::default();
    let learning =
        || fact("learning_record_id").map(|record| Key::Of(Resource::LearningRecord, record));
    let single: [Option<Key>; 3] = match event.subject.as_str() {
        "declaration" => [subject(Resource::Declaration), year, learning()],
        "annual_record" => [year, None, None],
        "certificate" => [subject(Resource::Certificate), year, None],
        "learning_record" => [subject(Resource::LearningRecord), year, None],
        "exemption" => [subject(Resource::Exemption), year, None],
        "makeup" => {
            [fact("grant_id").map(|grant| Key::Of(Resource::MakeupGrant, grant)), None, None]
        }
        "class" => [subject(Resource::Class), None, None],
        // A corrected roster moves the hours of the year with it (P4).
        "roster" => [subject(Resource::Class), learning(), year],
        "filing" => {
            let units: Vec<Id> = event.unit_id.into_iter().collect();
            add_classes(reader, &mut named, city, &units, &[])?;
            [subject(Resource::Filing), None, None]
        }
        "training_plan" => {
            let plans: Vec<Id> = event.subject_id.into_iter().collect();
            add_classes(reader, &mut named, city, &[], &plans)?;
            [subject(Resource::TrainingPlan), None, None]
        }
        "professional" if event.kind.0 == EventType::ProfessionalMerged => {
            add_merged(reader, &mut named, event, fact("merged_id"))?;
            [None, None, None]
        }
        "professional" | "transfer" | "employment_request" => [person, None, None],
        // Before it is accepted it is an application, not a unit.
        "organization" if APPLICATIONS.contains(&event.kind.0) => [None, None, None],
        "organization" => [subject(Resource::Organization), None, None],
        "policy" => [event.year.map(Key::Policy), None, None],
        _ => [None, None, None],
    };
    named.single.extend(single.into_iter().flatten());
    Ok(named)
}

/// P3, P5, H5: whether classes count follows from filings and plans.
fn add_classes(
    reader: &mut Reader<'_>,
    named: &mut Named,
    city: Id,
    units: &[Id],
    plans: &[Id],
) -> Result<(), Problem> {
    let classes = reader.classes_resting_on(city, units, plans)?;
    named.listed.extend(classes.iter().map(|class| Key::Of(Resource::Class, class.id)));
    Ok(())
}

/// U4: everything of the record that gave way now belongs to the one that stands, but for what that one has too: it stays with the
/// shell, and may say something else there.
fn add_merged(
    reader: &mut Reader<'_>,
    named: &mut Named,
    event: &Event,
    merged: Option<Id>,
) -> Result<(), Problem> {
    let (city, Some(kept)) = (event.jurisdiction_id, event.person_id) else { return Ok(()) };
    let of = |resource: Resource| move |id: Id| Key::Of(resource, id);
    for person in std::iter::once(kept).chain(merged) {
        named.listed.insert(Key::Of(Resource::Professional, person));
        let declarations = reader.all_declarations_of(city, person)?;
        let declarations = declarations.into_iter().map(|row| row.id);
        named.listed.extend(declarations.map(of(Resource::Declaration)));
        let learning = reader.learning_of(city, person)?.into_iter().map(|row| row.id);
        named.listed.extend(learning.map(of(Resource::LearningRecord)));
        for row in reader.annual_records_of(city, person)? {
            named.listed.insert(Key::Year(person, row.year));
            // The one that gave way may have had the year, and has it no more.
            named.listed.extend(merged.map(|merged| Key::Year(merged, row.year)));
        }
        let owned = reader.records_of_person(city, person)?;
        named.listed.extend(owned.certificates.into_iter().map(of(Resource::Certificate)));
        named.listed.extend(owned.exemptions.into_iter().map(of(Resource::Exemption)));
        named.listed.extend(owned.grants.into_iter().map(of(Resource::MakeupGrant)));
    }
    Ok(())
}
