//! Rosters of classes: each one that was handed in is a revision, with what it changed (P4).

use diesel::prelude::*;
use xueshi_domain::class::RosterChange;

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::learning::LearningRecord;
use crate::schema::{learning_records, roster_lines, roster_revisions};
use crate::store::{Reader, Writer};

/// Rows in one statement: SQLite takes 32,766 values in one.
const AT_ONCE: usize = 1_000;

/// A roster that was handed in.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = roster_revisions, treat_none_as_default_value = false)]
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
#[diesel(table_name = roster_lines, treat_none_as_default_value = false)]
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
    /// When a roster came to say that an attendee passed; `None` for a record that no roster made.
    ///
    /// # Errors
    /// On a database failure.
    pub fn passed_at(&mut self, record: &LearningRecord) -> Result<Option<Moment>, StoreError> {
        let revision = roster_lines::table
            .filter(roster_lines::jurisdiction_id.eq(record.jurisdiction_id))
            .filter(roster_lines::professional_id.eq(record.professional_id))
            .filter(roster_lines::learning_record_id.eq(record.id))
            .filter(roster_lines::passed.eq(true))
            .filter(roster_lines::passed_before.is_null().or(roster_lines::passed_before.eq(false)))
            .order(roster_lines::revision.desc())
            .select((roster_lines::class_id, roster_lines::revision))
            .first::<(Id, i32)>(self.conn)
            .optional()?;
        let Some((class, revision)) = revision else { return Ok(None) };
        Ok(roster_revisions::table
            .find((record.jurisdiction_id, class, revision))
            .select(roster_revisions::uploaded_at)
            .first(self.conn)
            .optional()?)
    }

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

    /// The learning records of some people that rest on a class.
    ///
    /// # Errors
    /// On a database failure.
    pub fn records_of_class_of(
        &mut self,
        jurisdiction: Id,
        class: Id,
        people: &[Id],
    ) -> Result<Vec<LearningRecord>, StoreError> {
        let mut found = Vec::with_capacity(people.len());
        for people in people.chunks(AT_ONCE) {
            found.extend(
                learning_records::table
                    .filter(learning_records::jurisdiction_id.eq(jurisdiction))
                    .filter(learning_records::class_id.eq(class))
                    .filter(learning_records::professional_id.eq_any(people.to_vec()))
                    .select(LearningRecord::as_select())
                    .load(self.conn)?,
            );
        }
        Ok(found)
    }

    /// The newest roster of a class.
    ///
    /// # Errors
    /// On a database failure.
    pub fn newest_roster(
        &mut self,
        jurisdiction: Id,
        class: Id,
    ) -> Result<Option<RosterRevision>, StoreError> {
        Ok(roster_revisions::table
            .filter(roster_revisions::jurisdiction_id.eq(jurisdiction))
            .filter(roster_revisions::class_id.eq(class))
            .order(roster_revisions::revision.desc())
            .select(RosterRevision::as_select())
            .first(self.conn)
            .optional()?)
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

    /// Extends a roster by what another part of the same file names.
    ///
    /// # Errors
    /// On a database failure.
    pub fn extend_roster_revision(&mut self, revision: &RosterRevision) -> Result<(), StoreError> {
        let (city, class) = (revision.jurisdiction_id, revision.class_id);
        diesel::update(roster_revisions::table.find((city, class, revision.revision)))
            .set((
                roster_revisions::line_count.eq(revision.line_count),
                roster_revisions::passed_count.eq(revision.passed_count),
            ))
            .execute(self.conn)?;
        match self.class(city, class)? {
            Some(class) => {
                let now = Moment(self.now());
                self.note_class(&class, now, Some(i64::from(revision.line_count)))
            }
            None => Ok(()),
        }
    }

    /// Keeps what a revision changed of many lines, in a few statements.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_roster_lines(&mut self, lines: &[RosterLine]) -> Result<(), StoreError> {
        for rows in lines.chunks(AT_ONCE) {
            // A batch insert has no common form for both: the same statement, for each by itself.
            match &mut *self.conn {
                AnyConnection::Sqlite(conn) => {
                    diesel::insert_into(roster_lines::table).values(rows).execute(conn)?
                }
                AnyConnection::Postgres(conn) => {
                    diesel::insert_into(roster_lines::table).values(rows).execute(conn)?
                }
            };
        }
        Ok(())
    }
}
