//! What becomes of the parts of people: whether they count, where their years stand, and their hours.

use xueshi_domain::figures::{Counts, PersonLabel, PersonPart};

use super::{Planning, stored_row};
use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::figures::held::Held;
use crate::figures::parts::PersonPartRow;

/// Before the label of a year whose person does not count: it is in no figure, and comes back with the person.
const OUT: &str = "out.";

/// A person, what of them, its subject, and the year.
pub(super) type PersonKey = (Id, PersonPart, Id, i32);

/// What a part says now.
struct Said {
    unit: Id,
    label: String,
    amount: i64,
}

impl Planning<'_, '_> {
    /// Someone joined, moved, left or changed post: their open years and hours go with them.
    pub(super) fn person(
        &mut self,
        at: Moment,
        person: Id,
        unit: Option<Id>,
        label: PersonLabel,
    ) -> Result<(), StoreError> {
        self.load_people(person)?;
        self.load_hours(person, None)?;
        let key = (person, PersonPart::Person, person, 0);
        let last = self.standing(&key).map(|part| part.unit_id);
        // Someone who never had an employer counts nowhere.
        let Some(unit) = unit.or(last) else { return Ok(()) };
        self.set_person_part(at, key, Said { unit, label: label.to_string(), amount: 1 })?;
        let open: Vec<(PersonKey, String, i64)> = self
            .people
            .range((person, PersonPart::Person, Id(uuid::Uuid::nil()), i32::MIN)..)
            .take_while(|((owner, ..), _)| *owner == person)
            .filter(|((_, kind, _, year), _)| {
                *kind != PersonPart::Person && self.years.is_open(*year, at)
            })
            .filter_map(|(key, parts)| {
                let part = &parts.last()?.row;
                part.valid_to.is_none().then(|| (*key, part.label.clone(), part.amount))
            })
            .collect();
        for (key, said, amount) in open {
            let said = said.strip_prefix(OUT).unwrap_or(&said);
            let label = self.label_for(&key, label, said);
            self.set_person_part(at, key, Said { unit, label, amount })?;
        }
        Ok(())
    }

    /// A record became part of another one: everything that it counted ends.
    pub(super) fn gone(&mut self, at: Moment, person: Id) -> Result<(), StoreError> {
        self.load_people(person)?;
        self.load_hours(person, None)?;
        let mut ended = Vec::new();
        for ((owner, _, _, year), parts) in &mut self.people {
            let Some(held) = parts.last_mut() else { continue };
            if *owner != person || held.row.valid_to.is_some() {
                continue;
            }
            held.row.valid_to = Some(held.row.valid_from.max(at));
            held.ended = true;
            let mut counts = Counts::new();
            counts.add_all(&held.row.counts(), -1);
            ended.push((held.row.valid_from.max(at), *year, held.row.unit_id, counts));
        }
        ended
            .into_iter()
            .try_for_each(|(at, year, unit, counts)| self.change(at, year, unit, counts))
    }

    /// A year or a declaration says something new: it counts for the unit that the person belongs to, and follows them.
    pub(super) fn follow(
        &mut self,
        at: Moment,
        key: PersonKey,
        said: &str,
        amount: i64,
    ) -> Result<(), StoreError> {
        let (person, .., year) = key;
        let at = self.standing(&key).map_or(at, |part| part.valid_from.max(at));
        let own = (person, PersonPart::Person, person, 0);
        let settled = self.years.settled_at(year, at);
        let versions: Vec<(Moment, Id, PersonLabel)> = self
            .people
            .get(&own)
            .into_iter()
            .flatten()
            .map(|held| {
                // What became part of another record counts no more.
                let gone = held.row.valid_to.is_some_and(|to| to <= settled);
                let label = if gone { None } else { held.row.label.parse().ok() };
                (held.row.valid_from, held.row.unit_id, label.unwrap_or(PersonLabel::Out))
            })
            .collect();
        let known = versions.iter().rev().find(|(from, ..)| *from <= settled);
        let (unit, label) = match (known, versions.first()) {
            (Some((_, unit, label)), _) => (*unit, *label),
            // They came after the freeze: their year is in no figure but its hours.
            (None, Some((_, unit, _))) => (*unit, PersonLabel::Out),
            (None, None) => return Ok(()),
        };
        let label = self.label_for(&key, label, said);
        self.set_person_part(at, key, Said { unit, label, amount })?;
        // Noted after a move that came later: it goes there too.
        for (from, unit, label) in versions {
            if from > at && self.years.is_open(year, from) {
                let label = self.label_for(&key, label, said);
                self.set_person_part(from, key, Said { unit, label, amount })?;
            }
        }
        Ok(())
    }

    fn label_for(&self, key: &PersonKey, person: PersonLabel, said: &str) -> String {
        let (_, kind, _, year) = key;
        let counts = person.counts(self.years.includes_management(*year));
        match kind {
            PersonPart::Year if !counts => format!("{OUT}{said}"),
            // Approved hours stay approved, whoever leaves.
            PersonPart::Year | PersonPart::Hours | PersonPart::Person => said.to_owned(),
        }
    }

    /// Ends the standing part of a subject and begins another.
    fn set_person_part(
        &mut self,
        at: Moment,
        key: PersonKey,
        said: Said,
    ) -> Result<(), StoreError> {
        let (person, kind, subject, year) = key;
        let standing = self.standing(&key).cloned();
        let at = standing.as_ref().map_or(at, |part| part.valid_from.max(at));
        let gone = kind == PersonPart::Hours && said.amount == 0;
        if let Some(part) = &standing {
            let same =
                part.unit_id == said.unit && part.label == said.label && part.amount == said.amount;
            if same {
                return Ok(());
            }
            if let Some(held) = self.people.get_mut(&key).and_then(|parts| parts.last_mut()) {
                held.row.valid_to = Some(at);
                held.ended = true;
            }
            let mut counts = Counts::new();
            counts.add_all(&part.counts(), -1);
            self.change(at, year, part.unit_id, counts)?;
        }
        if gone {
            return Ok(());
        }
        let parts = self.people.entry(key).or_default();
        let seq = parts.last().map_or(1, |last| last.row.seq.saturating_add(1));
        let row = PersonPartRow {
            jurisdiction_id: self.city,
            professional_id: person,
            kind: Word(kind),
            subject_id: subject,
            year,
            seq,
            unit_id: said.unit,
            label: said.label,
            amount: said.amount,
            valid_from: at,
            valid_to: None,
        };
        let counts = row.counts();
        parts.push(Held { row, is_new: true, ended: false });
        self.change(at, year, said.unit, counts)
    }

    fn standing(&self, key: &PersonKey) -> Option<&PersonPartRow> {
        let last = &self.people.get(key)?.last()?.row;
        last.valid_to.is_none().then_some(last)
    }

    /// Reads what is stored of a person, but their hours.
    pub(super) fn load_people(&mut self, person: Id) -> Result<(), StoreError> {
        let parts = self.reader.parts_of_person(self.city, person)?;
        self.hold_people(parts);
        Ok(())
    }

    /// Reads the hours of a person that stand, or the last version of those of one declaration.
    pub(super) fn load_hours(
        &mut self,
        person: Id,
        declaration: Option<Id>,
    ) -> Result<(), StoreError> {
        let parts = match declaration {
            Some(declaration) => self
                .reader
                .last_hours_part_of(self.city, person, declaration)?
                .into_iter()
                .collect(),
            None => self.reader.hours_parts_of(self.city, person)?,
        };
        self.hold_people(parts);
        Ok(())
    }

    fn hold_people(&mut self, parts: Vec<PersonPartRow>) {
        for part in parts {
            let key = (part.professional_id, part.kind.0, part.subject_id, part.year);
            self.people.entry(key).or_default().push(stored_row(part));
        }
    }
}
