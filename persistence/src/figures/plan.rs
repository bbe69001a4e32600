//! Planning a step of the folder: what each fact makes of the parts, and what that changes in the counters.

mod units;

use std::collections::{BTreeMap, BTreeSet};

use xueshi_domain::figures::part::hours_label;
use xueshi_domain::figures::visit::Stay;
use xueshi_domain::figures::{Count, Counts, PersonLabel, PersonPart};

use super::counters::{Change, LogEntry};
use super::fold::{Held, Step};
use super::journal::{Entry, Fact};
use super::parts::{PersonPartRow, UnitPartRow};
use super::places::{UnitPlace, place_at};
use super::years::Years;
use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::store::Reader;

/// Before the label of a year whose person does not count: it is in no figure, and comes back with the person.
const OUT: &str = "out.";

type PersonKey = (Id, PersonPart, Id, i32);
type UnitKey = (Count, Id, i32);

/// A step in the making: everything that was read for it, and what became of it.
pub(super) struct Folding<'r, 'c> {
    reader: &'r mut Reader<'c>,
    city: Id,
    years: Years,
    loaded: BTreeSet<Id>,
    with_all_hours: BTreeSet<Id>,
    people: BTreeMap<PersonKey, Vec<Held<PersonPartRow>>>,
    units: BTreeMap<UnitKey, Vec<Held<UnitPartRow>>>,
    places: BTreeMap<Id, Vec<Held<UnitPlace>>>,
    changes: Vec<Change>,
}

/// What a part says now.
struct Said {
    unit: Id,
    label: String,
    amount: i64,
}

impl<'r, 'c> Folding<'r, 'c> {
    pub(super) fn new(reader: &'r mut Reader<'c>, city: Id) -> Result<Self, StoreError> {
        let years = Years::of(reader, city)?;
        Ok(Self {
            reader,
            city,
            years,
            loaded: BTreeSet::new(),
            with_all_hours: BTreeSet::new(),
            people: BTreeMap::new(),
            units: BTreeMap::new(),
            places: BTreeMap::new(),
            changes: Vec::new(),
        })
    }

    /// The step that works off these entries, or the first of them: a unit that moves takes its sums along, so that everything
    /// before it has to be in them.
    pub(super) fn step(mut self, entries: Vec<Entry>) -> Result<Step, StoreError> {
        let facts: Vec<(i64, Moment, Fact)> = entries
            .iter()
            .map(|entry| Ok((entry.seq, entry.at, entry.fact()?)))
            .collect::<Result<_, StoreError>>()?;
        self.load_people(facts.iter().filter_map(|(_, _, fact)| person_of(fact)))?;
        let mut seqs = Vec::with_capacity(facts.len());
        for (seq, at, fact) in facts {
            let moves = match &fact {
                Fact::Place { unit, parent, .. } => self.moves(*unit, *parent)?,
                Fact::Person { .. }
                | Fact::Gone { .. }
                | Fact::Year { .. }
                | Fact::Hours { .. }
                | Fact::Visit { .. }
                | Fact::Office { .. }
                | Fact::Part { .. }
                | Fact::Class { .. } => false,
            };
            if moves && !seqs.is_empty() {
                break;
            }
            self.take(seq, at, fact)?;
            seqs.push(seq);
            if moves {
                break;
            }
        }
        let log = self.changes.iter().map(|change| LogEntry::new(self.city, change));
        Ok(Step {
            log: log.collect::<Result<_, _>>()?,
            sums: self.reader.sums_with(self.city, &self.changes)?,
            seqs,
            people: self.people.into_values().flatten().collect(),
            units: self.units.into_values().flatten().collect(),
            places: self.places.into_values().flatten().collect(),
        })
    }

    fn take(&mut self, seq: i64, at: Moment, fact: Fact) -> Result<(), StoreError> {
        match fact {
            Fact::Person { person, unit, label } => self.person(seq, at, person, unit, label),
            Fact::Gone { person } => self.gone(at, person),
            Fact::Year { person, year, label } => {
                let key = (person, PersonPart::Year, person, year);
                self.follow(seq, at, key, label.as_str().to_owned(), 1)
            }
            Fact::Hours { person, declaration, year, subject, way, tenths, makeup } => {
                if !self.with_all_hours.contains(&person) {
                    let parts = self.reader.hours_parts_of(self.city, person, Some(declaration))?;
                    self.hold_people(parts);
                }
                let key = (person, PersonPart::Hours, declaration, year);
                self.follow(seq, at, key, hours_label(subject, way, makeup), tenths)
            }
            Fact::Visit { year, unit, before, after } => {
                self.visit(at, year, unit, before.as_ref(), &after)
            }
            Fact::Place { unit, parent, path, active } => {
                self.place(seq, at, unit, parent, path)?;
                self.staff(seq, at, unit, 0, Some(active))
            }
            Fact::Office { unit, change } => self.staff(seq, at, unit, change, None),
            Fact::Part { kind, subject, year, unit, label, amounts } => {
                let amounts = self.with_held(kind, subject, year, &label, amounts)?;
                self.set_unit_part(seq, at, (kind, subject, year), unit, label, amounts)
            }
            Fact::Class { class, year, unit, label, takes_place, attendees, plan } => {
                let held =
                    self.class(seq, at, (class, year), (unit, label), takes_place, attendees)?;
                match plan {
                    Some((plan, year)) if held != 0 => self.hold(seq, at, plan, year, held),
                    Some(_) | None => Ok(()),
                }
            }
        }
    }

    /// Someone joined, moved, left or changed post: their open years and hours go with them.
    fn person(
        &mut self,
        seq: i64,
        at: Moment,
        person: Id,
        unit: Option<Id>,
        label: PersonLabel,
    ) -> Result<(), StoreError> {
        let key = (person, PersonPart::Person, person, 0);
        let last = self.standing(&key).map(|part| part.unit_id);
        // Someone who never had an employer counts nowhere.
        let Some(unit) = unit.or(last) else { return Ok(()) };
        self.set_person_part(seq, at, key, Said { unit, label: label.to_string(), amount: 1 })?;
        self.load_hours(person)?;
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
            let said = said.strip_prefix(OUT).unwrap_or(&said).to_owned();
            let label = self.label_for(&key, label, said);
            self.set_person_part(seq, at, key, Said { unit, label, amount })?;
        }
        Ok(())
    }

    /// A record became part of another one: everything that it counted ends.
    fn gone(&mut self, at: Moment, person: Id) -> Result<(), StoreError> {
        self.load_hours(person)?;
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

    fn load_hours(&mut self, person: Id) -> Result<(), StoreError> {
        if self.with_all_hours.insert(person) {
            let parts = self.reader.hours_parts_of(self.city, person, None)?;
            self.hold_people(parts);
        }
        Ok(())
    }

    /// A year or a declaration says something new: it counts for the unit that the person belongs to, and follows them.
    fn follow(
        &mut self,
        seq: i64,
        at: Moment,
        key: PersonKey,
        said: String,
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
        let label = self.label_for(&key, label, said.clone());
        self.set_person_part(seq, at, key, Said { unit, label, amount })?;
        // Noted after a move that came later: it goes there too.
        for (from, unit, label) in versions {
            if from > at && self.years.is_open(year, from) {
                let label = self.label_for(&key, label, said.clone());
                self.set_person_part(seq, from, key, Said { unit, label, amount })?;
            }
        }
        Ok(())
    }

    fn label_for(&self, key: &PersonKey, person: PersonLabel, said: String) -> String {
        let (_, kind, _, year) = key;
        let counts = person.counts(self.years.includes_management(*year));
        match kind {
            PersonPart::Year if !counts => format!("{OUT}{said}"),
            // Approved hours stay approved, whoever leaves.
            PersonPart::Year | PersonPart::Hours | PersonPart::Person => said,
        }
    }

    fn visit(
        &mut self,
        at: Moment,
        year: i32,
        unit: Id,
        before: Option<&Stay>,
        after: &Stay,
    ) -> Result<(), StoreError> {
        let mut dated: BTreeMap<Moment, Counts> = BTreeMap::new();
        for change in after.changes_since(before, at.0) {
            dated.entry(Moment(change.at)).or_default().add(&change.counter, change.amount);
        }
        for (at, counts) in dated {
            self.change(at, year, unit, counts)?;
        }
        Ok(())
    }

    /// Ends the standing part of a subject and begins another.
    fn set_person_part(
        &mut self,
        seq: i64,
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
        // One entry may say two things of a subject, one after the other.
        let seq = parts.last().map_or(seq, |last| seq.max(last.row.seq.saturating_add(1)));
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

    /// Whether a unit goes to another place than it has.
    fn moves(&mut self, unit: Id, parent: Option<Id>) -> Result<bool, StoreError> {
        let places = self.places_of(unit)?;
        Ok(places.last().is_some_and(|place| place.parent_id != parent))
    }

    fn place(
        &mut self,
        seq: i64,
        at: Moment,
        unit: Id,
        parent: Option<Id>,
        path: String,
    ) -> Result<(), StoreError> {
        let before = self.places_of(unit)?.last().cloned();
        let at = before.as_ref().map_or(at, |place| place.valid_from.max(at));
        if let Some(before) = &before {
            if before.path == path {
                return Ok(());
            }
            if let Some(held) = self.places.get_mut(&unit).and_then(|places| places.last_mut()) {
                held.row.valid_to = Some(at);
                held.ended = true;
            }
            if before.parent_id != parent {
                self.carry(at, unit, before, parent, &path)?;
            }
        }
        let row = UnitPlace {
            jurisdiction_id: self.city,
            unit_id: unit,
            seq,
            parent_id: parent,
            path,
            valid_from: at,
            valid_to: None,
        };
        self.places.entry(unit).or_default().push(Held { row, is_new: true, ended: false });
        Ok(())
    }

    /// Takes the sums of a unit that moves from the units above it and gives them to the new ones, for the years that are still
    /// open.
    fn carry(
        &mut self,
        at: Moment,
        unit: Id,
        before: &UnitPlace,
        parent: Option<Id>,
        path: &str,
    ) -> Result<(), StoreError> {
        let own = format!("{unit}/");
        for (year, dated, counts) in self.reader.dated_counts(self.city, unit, at)? {
            if year != 0 && !self.years.is_open(year, at) {
                continue;
            }
            let mut taken = Counts::new();
            taken.add_all(&counts, -1);
            for (above, path, counts) in
                [(before.parent_id, before.path.as_str(), taken), (parent, path, counts)]
            {
                let Some(above) = above else { continue };
                let path = path.strip_suffix(&own).unwrap_or(path).to_owned();
                self.changes.push(Change { at: dated, year, unit: above, path, counts });
            }
        }
        Ok(())
    }

    /// Notes a change of a unit's counters, at the place that the unit had for that year.
    fn change(
        &mut self,
        at: Moment,
        year: i32,
        unit: Id,
        counts: Counts,
    ) -> Result<(), StoreError> {
        if counts.is_empty() {
            return Ok(());
        }
        let settled = self.years.settled_at(year, at);
        let places = self.places_of(unit)?;
        let Some(place) = place_at(&places, settled) else {
            return Err(StoreError::Corrupt(format!("unit {unit} has no place in the figures")));
        };
        let path = place.path.clone();
        self.changes.push(Change { at, year, unit, path, counts });
        Ok(())
    }

    fn places_of(&mut self, unit: Id) -> Result<Vec<UnitPlace>, StoreError> {
        if !self.places.contains_key(&unit) {
            let stored = self.reader.places_of(self.city, vec![unit])?;
            self.places.insert(unit, stored.into_iter().map(stored_row).collect());
        }
        let held = self.places.get(&unit).into_iter().flatten();
        Ok(held.map(|held| held.row.clone()).collect())
    }

    fn standing(&self, key: &PersonKey) -> Option<&PersonPartRow> {
        let last = &self.people.get(key)?.last()?.row;
        last.valid_to.is_none().then_some(last)
    }

    fn load_people(&mut self, people: impl Iterator<Item = Id>) -> Result<(), StoreError> {
        let missing: BTreeSet<Id> = people.filter(|id| !self.loaded.contains(id)).collect();
        let parts = self.reader.parts_of_people(self.city, missing.iter().copied().collect())?;
        self.loaded.extend(missing);
        self.hold_people(parts);
        Ok(())
    }

    fn hold_people(&mut self, parts: Vec<PersonPartRow>) {
        for part in parts {
            let key = (part.professional_id, part.kind.0, part.subject_id, part.year);
            let held = self.people.entry(key).or_default();
            // What this step made of it already is newer.
            if !held.iter().any(|known| known.row.seq == part.seq) {
                held.push(stored_row(part));
                held.sort_by_key(|held| held.row.seq);
            }
        }
    }
}

fn stored_row<T>(row: T) -> Held<T> {
    Held { row, is_new: false, ended: false }
}

fn person_of(fact: &Fact) -> Option<Id> {
    match fact {
        Fact::Person { person, .. }
        | Fact::Gone { person }
        | Fact::Year { person, .. }
        | Fact::Hours { person, .. } => Some(*person),
        Fact::Visit { .. }
        | Fact::Place { .. }
        | Fact::Office { .. }
        | Fact::Part { .. }
        | Fact::Class { .. } => None,
    }
}
