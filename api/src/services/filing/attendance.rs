//! What a roster does to the learning records of its attendees (P4).

use std::collections::BTreeMap;

use xueshi_domain::Hours;
use xueshi_domain::class::{RosterChange, RosterResult, correction};
use xueshi_domain::registry::LearningSource;
use xueshi_domain::review::State;
use xueshi_persistence::{
    Class, Declaration, Id, LearningRecord, Moment, Reader, RosterLine, RosterRevision, StoreError,
    Tenths, Word, Writer,
};

use crate::dto::rosters::RosterLineResult;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::races::stands;

/// The learning records of a class, as a roster goes over them.
pub(super) struct Roster {
    class: Class,
    standing: BTreeMap<Id, LearningRecord>,
    /// What it changed, each kept once the revision is.
    pub(super) lines: Vec<RosterLine>,
    /// The records that it made.
    pub(super) added: Vec<LearningRecord>,
}

impl Roster {
    pub(super) fn of(reader: &mut Reader<'_>, class: Class) -> Result<Self, Problem> {
        let records = reader.records_of_class(class.jurisdiction_id, class.id)?;
        let standing = records.into_iter().map(|record| (record.professional_id, record)).collect();
        Ok(Self { class, standing, lines: Vec::new(), added: Vec::new() })
    }

    /// The records of some attendees only: for a part of a file, which says nothing of the others.
    pub(super) fn of_people(
        reader: &mut Reader<'_>,
        class: Class,
        people: &[Id],
    ) -> Result<Self, Problem> {
        let records = reader.records_of_class_of(class.jurisdiction_id, class.id, people)?;
        let standing = records.into_iter().map(|record| (record.professional_id, record)).collect();
        Ok(Self { class, standing, lines: Vec::new(), added: Vec::new() })
    }

    /// Whether this says something else of an attendee than what was said last.
    pub(super) fn says_otherwise(&self, person: Id, says: RosterResult) -> bool {
        self.standing.get(&person).is_none_or(|record| said_of(record) != says)
    }

    /// Says something of an attendee: their record, and what became of it.
    pub(super) fn say(
        &mut self,
        writer: &mut Writer<'_>,
        person: Id,
        says: RosterResult,
    ) -> Result<(Id, RosterChange), Problem> {
        let Some(record) = self.standing.remove(&person) else {
            let record = self.new_record(writer, person, says);
            let id = record.id;
            self.note(&record, RosterChange::Added, None, says);
            self.added.push(record);
            return Ok((id, RosterChange::Added));
        };
        let change = self.correct(writer, record.clone(), says, RosterChange::Corrected)?;
        Ok((record.id, change))
    }

    /// Attendees who are named no longer lose the hours of the class.
    pub(super) fn strike_the_missing(
        &mut self,
        writer: &mut Writer<'_>,
    ) -> Result<Vec<RosterLineResult>, Problem> {
        let nothing = RosterResult { hours: Hours::ZERO, passed: false };
        let mut results = Vec::new();
        for (person, record) in std::mem::take(&mut self.standing) {
            let id = record.id;
            let change = self.correct(writer, record, nothing, RosterChange::Removed)?;
            if change != RosterChange::Unchanged {
                results.push(RosterLineResult::done(None, person.0, id.0, change));
            }
        }
        Ok(results)
    }

    fn correct(
        &mut self,
        writer: &mut Writer<'_>,
        mut record: LearningRecord,
        says: RosterResult,
        done: RosterChange,
    ) -> Result<RosterChange, Problem> {
        let stands = RosterResult { hours: record.hours.0, passed: record.passed };
        let said = said_of(&record);
        if says == said {
            return Ok(RosterChange::Unchanged);
        }
        let declaration = declaration_on(writer, &record)?;
        let outcome = match record.source.0 {
            // V8: the institution does not undo what was decided on an appeal; it can say that it disagrees.
            LearningSource::Appeal => RosterChange::CorrectionNeeded,
            LearningSource::Platform | LearningSource::Roster | LearningSource::Seminar => {
                correction(declaration.as_ref().map(|declaration| declaration.state.0))
            }
        };
        // A flag goes away when the roster comes to say again what was declared.
        let flagged = outcome == RosterChange::CorrectionNeeded && says != stands;
        record.corrected_hours = flagged.then_some(Tenths(says.hours));
        record.corrected_passed = flagged.then_some(says.passed);
        if outcome != RosterChange::CorrectionNeeded {
            record.hours = Tenths(says.hours);
            record.passed = says.passed;
            if let Some(mut declaration) = declaration.filter(|found| found.state.0.is_editable()) {
                follow(writer, &mut declaration, says.hours)?;
            }
        }
        writer.save_learning_record(&record)?;
        let change = if flagged { RosterChange::CorrectionNeeded } else { done };
        self.note(&record, change, Some(said), says);
        Ok(change)
    }

    fn new_record(&self, writer: &Writer<'_>, person: Id, says: RosterResult) -> LearningRecord {
        let (class, now) = (&self.class, writer.now());
        LearningRecord {
            jurisdiction_id: class.jurisdiction_id,
            professional_id: person,
            id: writer.new_id(),
            year: class.ends_on.year(),
            source: Word(LearningSource::Roster),
            subject: class.subject,
            way: class.way,
            title: class.title.clone(),
            hours: Tenths(says.hours),
            started_on: class.starts_on,
            completed_on: class.ends_on,
            passed: says.passed,
            platform_code: None,
            course_code: None,
            class_id: Some(class.id),
            seminar_id: None,
            declared: false,
            corrected_hours: None,
            corrected_passed: None,
            created_at: Moment(now),
        }
    }

    fn note(
        &mut self,
        record: &LearningRecord,
        change: RosterChange,
        before: Option<RosterResult>,
        after: RosterResult,
    ) {
        self.lines.push(RosterLine {
            jurisdiction_id: self.class.jurisdiction_id,
            professional_id: record.professional_id,
            class_id: self.class.id,
            revision: 0,
            learning_record_id: record.id,
            change: Word(change),
            hours_before: before.map(|before| Tenths(before.hours)),
            passed_before: before.map(|before| before.passed),
            hours: Tenths(after.hours),
            passed: after.passed,
        });
    }

    /// Keeps the revision with what it changed.
    pub(super) fn keep(
        &mut self,
        writer: &mut Writer<'_>,
        revision: RosterRevision,
    ) -> Result<(), Problem> {
        writer.insert_roster_revision(&revision)?;
        self.keep_lines(writer, revision.revision)
    }

    /// Keeps what was changed, under a revision that is there.
    pub(super) fn keep_lines(
        &mut self,
        writer: &mut Writer<'_>,
        revision: i32,
    ) -> Result<(), Problem> {
        match writer.insert_learning_records(&self.added) {
            // Another roster of the class came in meanwhile: decide again, on what stands now (H7).
            Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
            done => done?,
        }
        for line in &mut self.lines {
            line.revision = revision;
        }
        Ok(writer.insert_roster_lines(&self.lines)?)
    }
}

/// What the last roster said of an attendee, also where that waits for a declaration.
fn said_of(record: &LearningRecord) -> RosterResult {
    match record.corrected_hours {
        Some(hours) => RosterResult {
            hours: hours.0,
            passed: record.corrected_passed.unwrap_or(record.passed),
        },
        None => RosterResult { hours: record.hours.0, passed: record.passed },
    }
}

/// The declaration that rests on a record, in whatever state it stands; under a grant it is one of a prior year (M3).
fn declaration_on(
    reader: &mut Reader<'_>,
    record: &LearningRecord,
) -> Result<Option<Declaration>, Problem> {
    if !record.declared {
        return Ok(None);
    }
    let (city, person) = (record.jurisdiction_id, record.professional_id);
    let all = reader.declarations_on(city, person, record.id)?;
    Ok(all.into_iter().find(|found| found.state.0.is_standing()))
}

/// A draft or a returned declaration is in the person's hands: it follows the corrected hours.
fn follow(
    writer: &mut Writer<'_>,
    declaration: &mut Declaration,
    hours: Hours,
) -> Result<(), Problem> {
    let was: State = declaration.state.0;
    declaration.hours = Tenths(hours);
    stands(writer.save_declaration(was, declaration)?)?;
    Happening::tell_edit(writer, declaration, None)
}
