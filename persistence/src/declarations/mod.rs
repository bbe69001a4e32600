//! Declarations of hours, and the queue of those who review them.

mod lists;

use diesel::prelude::*;
use time::{Date, Month, OffsetDateTime};
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::review::{State, is_late};

pub use self::lists::{DeclarationFilter, QueueFilter};
use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::schema::declarations;
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// A declaration of hours by a professional.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = declarations, treat_none_as_default_value = false)]
pub struct Declaration {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose hours.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The year in which they count (H2).
    pub year: i32,
    /// Public or professional.
    pub subject: Word<Subject>,
    /// How they were earned (H8).
    pub way: Word<Way>,
    /// What was learnt.
    pub title: String,
    /// How many.
    pub hours: Tenths,
    /// First day of learning.
    pub learning_start: Date,
    /// Last day of learning.
    pub learning_end: Date,
    /// The delivered completion that it rests on; none when self-declared (H10).
    pub learning_record_id: Option<Id>,
    /// Where it stands.
    pub state: Word<State>,
    /// 1, and one more with every new submission after a return.
    pub revision: i32,
    /// The employer that reviews first.
    pub employer_id: Id,
    /// The reviewing body that reviews second.
    pub authority_id: Id,
    /// The unit that must act now.
    pub holder_id: Option<Id>,
    /// When it was last submitted.
    pub submitted_at: Option<Moment>,
    /// When it came to the present stage.
    pub stage_entered_at: Option<Moment>,
    /// The exclusive end of the day by which that stage must decide (V1).
    pub due_at: Option<Moment>,
    /// Whether the due day rests on a year without a published arrangement (V2).
    pub due_provisional: bool,
    /// The policy version that it was decided under (V10, W3).
    pub policy_version: i32,
    /// The grant under which it registers prior-year hours (M3).
    pub makeup_grant_id: Option<Id>,
    /// Whether it was approved after it had lapsed through a late review (A3a).
    pub reinstated: bool,
    /// Grows with every change.
    pub version: i32,
    /// When it was begun.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
    /// From when on that stage is late; none when the freeze begins before its due day has ended (V3, W1).
    pub late_from: Option<Moment>,
}

impl Declaration {
    /// Whether the stage at which it waits is late at `now` (V3).
    #[must_use]
    pub fn is_overdue(&self, now: OffsetDateTime) -> bool {
        is_late(self.late_from.map(|from| from.0), now)
    }
}

/// What can change in a declaration.
#[derive(AsChangeset)]
#[diesel(table_name = declarations, treat_none_as_null = true)]
struct Changes<'a> {
    year: i32,
    subject: Word<Subject>,
    way: Word<Way>,
    title: &'a str,
    hours: Tenths,
    learning_start: Date,
    learning_end: Date,
    state: Word<State>,
    revision: i32,
    employer_id: Id,
    authority_id: Id,
    holder_id: Option<Id>,
    submitted_at: Option<Moment>,
    stage_entered_at: Option<Moment>,
    due_at: Option<Moment>,
    due_provisional: bool,
    late_from: Option<Moment>,
    policy_version: i32,
    reinstated: bool,
    version: i32,
    updated_at: Moment,
}

/// How a guarded change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Saved {
    /// It stands.
    Yes,
    /// Someone else changed the row first; nothing was done (V4).
    Overtaken,
}

impl Reader<'_> {
    /// A declaration, if the scope covers it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_declaration(
        &mut self,
        scope: &Scope,
        id: Id,
    ) -> Result<Option<Declaration>, StoreError> {
        Ok(declarations::table
            .filter(declarations::id.eq(id))
            .filter(scope.declarations())
            .select(Declaration::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A declaration, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn declaration(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        id: Id,
    ) -> Result<Option<Declaration>, StoreError> {
        Ok(on_either!(self.conn, |conn| declarations::table
            .find((jurisdiction, professional, id))
            .select(Declaration::as_select())
            .first(conn)
            .optional()?))
    }

    /// A person's declarations of a year, whoever asks, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn declarations_of_year(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
    ) -> Result<Vec<Declaration>, StoreError> {
        Ok(on_either!(self.conn, |conn| declarations::table
            .filter(declarations::jurisdiction_id.eq(jurisdiction))
            .filter(declarations::professional_id.eq(professional))
            .filter(declarations::year.eq(year))
            .order(declarations::id.asc())
            .select(Declaration::as_select())
            .load(conn)?))
    }

    /// A person's declarations of a learning record, of whatever year and in whatever state, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn declarations_on(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        learning_record: Id,
    ) -> Result<Vec<Declaration>, StoreError> {
        Ok(declarations::table
            .filter(declarations::jurisdiction_id.eq(jurisdiction))
            .filter(declarations::professional_id.eq(professional))
            .filter(declarations::learning_record_id.eq(learning_record))
            .order(declarations::id.asc())
            .select(Declaration::as_select())
            .load(self.conn)?)
    }

    /// A person's declarations that are of a year, or of learning that ended in another one: the two differ under a make-up grant
    /// (M3). Oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn declarations_near(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        (year, learning_year): (i32, i32),
    ) -> Result<Vec<Declaration>, StoreError> {
        let (first, last) = days_of(learning_year);
        Ok(on_either!(self.conn, |conn| declarations::table
            .filter(declarations::jurisdiction_id.eq(jurisdiction))
            .filter(declarations::professional_id.eq(professional))
            .filter(
                declarations::year.eq(year).or(declarations::learning_end
                    .ge(first)
                    .and(declarations::learning_end.le(last))),
            )
            .order(declarations::id.asc())
            .select(Declaration::as_select())
            .load(conn)?))
    }

    /// All declarations that wait for someone, for recomputing their due days (V2).
    ///
    /// # Errors
    /// On a database failure.
    pub fn waiting_declarations(
        &mut self,
        jurisdiction: Id,
    ) -> Result<Vec<Declaration>, StoreError> {
        Ok(declarations::table
            .filter(declarations::jurisdiction_id.eq(jurisdiction))
            .filter(declarations::holder_id.is_not_null())
            .order(declarations::id.asc())
            .select(Declaration::as_select())
            .load(self.conn)?)
    }
}

/// The first and the last day of a calendar year.
pub(crate) fn days_of(year: i32) -> (Date, Date) {
    let day = |month, day| Date::from_calendar_date(year, month, day);
    (day(Month::January, 1).unwrap_or(Date::MIN), day(Month::December, 31).unwrap_or(Date::MAX))
}

impl Writer<'_> {
    /// Adds a declaration.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_declaration(&mut self, declaration: &Declaration) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(declarations::table)
            .values(declaration)
            .execute(conn))?;
        if declaration.state.0 == State::Approved {
            let fact = Fact::hours(declaration);
            self.note(declaration.jurisdiction_id, declaration.updated_at, &fact)?;
        }
        Ok(())
    }

    /// Stores a changed declaration, if it is still in the state and version that it was read in.
    /// Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_declaration(
        &mut self,
        was: State,
        declaration: &mut Declaration,
    ) -> Result<Saved, StoreError> {
        let now = Moment(self.now());
        let d = &*declaration;
        let update = diesel::update(
            declarations::table
                .find((d.jurisdiction_id, d.professional_id, d.id))
                .filter(declarations::state.eq(Word(was)))
                .filter(declarations::version.eq(d.version)),
        )
        .set(Changes {
            year: d.year,
            subject: d.subject,
            way: d.way,
            title: &d.title,
            hours: d.hours,
            learning_start: d.learning_start,
            learning_end: d.learning_end,
            state: d.state,
            revision: d.revision,
            employer_id: d.employer_id,
            authority_id: d.authority_id,
            holder_id: d.holder_id,
            submitted_at: d.submitted_at,
            stage_entered_at: d.stage_entered_at,
            due_at: d.due_at,
            due_provisional: d.due_provisional,
            late_from: d.late_from,
            policy_version: d.policy_version,
            reinstated: d.reinstated,
            version: d.version + 1,
            updated_at: now,
        });
        let updated = self.conn.run(update)?;
        declaration.version += 1;
        declaration.updated_at = now;
        if updated != 1 {
            return Ok(Saved::Overtaken);
        }
        // Only approved hours are in the figures.
        if was == State::Approved || declaration.state.0 == State::Approved {
            self.note(declaration.jurisdiction_id, now, &Fact::hours(declaration))?;
        }
        Ok(Saved::Yes)
    }
}
