//! Rosters of classes: each one that was handed in is a revision, with what it changed (P4).

use diesel::prelude::*;
use xueshi_domain::class::RosterChange;

use crate::columns::{Id, Moment, Tenths, Word};
use crate::error::StoreError;
use crate::learning::LearningRecord;
use crate::schema::{learning_records, roster_lines, roster_revisions};
use crate::store::{Reader, Writer};

/// A roster that was handed in.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = roster_revisions)]
pub struct RosterRevision {
    /// The city.
    pub jurisdiction_id: Id,
    /// The class.
    pub class_id: Id,
    /// 1, and one more with every further one.
    pub revision: i32,
    /// Why it was corrected.
    pub reason: Option<String>,
    /// How many attendees it names.
    pub line_count: i32,
    /// How many of them passed.
    pub passed_count: i32,
    /// Who handed it in.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// When.
    pub uploaded_at: Moment,
}

/// What a revision changed of an attendee's line.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = roster_lines)]
pub struct RosterLine {
    /// The city.
    pub jurisdiction_id: Id,
    /// The attendee.
    pub professional_id: Id,
    /// The class.
    pub class_id: Id,
    /// The revision.
    pub revision: i32,
    /// The attendee's learning record.
    pub learning_record_id: Id,
    /// What it did to the record.
    pub change: Word<RosterChange>,
    /// The hours before, if the attendee was in the roster.
    pub hours_before: Option<Tenths>,
    /// The result before.
    pub passed_before: Option<bool>,
    /// The hours by now.
    pub hours: Tenths,
    /// The result by now.
    pub passed: bool,
}

impl Reader<'_> {
    /// All learning records that rest on a class.
    ///
    /// # Errors
    /// On a database failure.
    pub fn records_of_class(
        &mut self,
        jurisdiction: Id,
        class: Id,
    ) -> Result<Vec<LearningRecord>, StoreError> {
        Ok(learning_records::table
            .filter(learning_records::jurisdiction_id.eq(jurisdiction))
            .filter(learning_records::class_id.eq(class))
            .order(learning_records::id.asc())
            .select(LearningRecord::as_select())
            .load(self.conn)?)
    }

    /// The rosters of a class that were handed in, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn roster_revisions(
        &mut self,
        jurisdiction: Id,
        class: Id,
    ) -> Result<Vec<RosterRevision>, StoreError> {
        Ok(roster_revisions::table
            .filter(roster_revisions::jurisdiction_id.eq(jurisdiction))
            .filter(roster_revisions::class_id.eq(class))
            .order(roster_revisions::revision.asc())
            .select(RosterRevision::as_select())
            .load(self.conn)?)
    }

    /// What a revision of a roster changed, by person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn roster_lines(
        &mut self,
        jurisdiction: Id,
        class: Id,
        revision: i32,
    ) -> Result<Vec<RosterLine>, StoreError> {
        Ok(roster_lines::table
            .filter(roster_lines::jurisdiction_id.eq(jurisdiction))
            .filter(roster_lines::class_id.eq(class))
            .filter(roster_lines::revision.eq(revision))
            .order(roster_lines::learning_record_id.asc())
            .select(RosterLine::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Keeps a roster that was handed in.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another one came in meanwhile.
    pub fn insert_roster_revision(&mut self, revision: &RosterRevision) -> Result<(), StoreError> {
        diesel::insert_into(roster_revisions::table).values(revision).execute(self.conn)?;
        match self.class(revision.jurisdiction_id, revision.class_id)? {
            Some(class) => {
                let attendees = i64::from(revision.line_count);
                self.note_class(&class, revision.uploaded_at, Some(attendees))
            }
            None => Ok(()),
        }
    }

    /// Keeps what a revision changed of an attendee's line.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_roster_line(&mut self, line: &RosterLine) -> Result<(), StoreError> {
        diesel::insert_into(roster_lines::table).values(line).execute(self.conn)?;
        Ok(())
    }
}
