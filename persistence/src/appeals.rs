//! Appeals (V8).

use diesel::prelude::*;
use time::Date;
use xueshi_domain::appeal::{Kind, State};

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::appeals;
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// An appeal.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = appeals, treat_none_as_default_value = false)]
pub struct Appeal {
    /// The city.
    pub jurisdiction_id: Id,
    /// Who appeals.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// What it is about.
    pub kind: Word<Kind>,
    /// What exactly, as one text that a person can appeal about once.
    pub matter: String,
    /// The year of the hours.
    pub year: i32,
    /// The declaration that was rejected or revoked; or that was approved with a missing record which could be declared no more.
    pub declaration_id: Option<Id>,
    /// The class whose record is missing.
    pub class_id: Option<Id>,
    /// The advanced seminar whose record is missing.
    pub seminar_id: Option<Id>,
    /// The platform whose record is missing.
    pub platform_code: Option<String>,
    /// The platform's name for the course.
    pub course_code: Option<String>,
    /// The course's title.
    pub title: Option<String>,
    /// The course's hours.
    pub hours: Option<Tenths>,
    /// First day on the course.
    pub started_on: Option<Date>,
    /// Last day on the course.
    pub completed_on: Option<Date>,
    /// What the person says.
    pub statement: String,
    /// Where it stands.
    pub state: Word<State>,
    /// The person's employer.
    pub employer_id: Id,
    /// That employer's reviewing body.
    pub authority_id: Id,
    /// The unit that decides.
    pub decider_id: Id,
    /// When it was brought.
    pub submitted_at: Moment,
    /// The exclusive end of the day by which it is to be decided.
    pub due_at: Moment,
    /// Whether that day rests on a year without a published arrangement (V2).
    pub due_provisional: bool,
    /// Whether its lateness has been told (V3).
    pub overdue_told: bool,
    /// Who decided.
    pub decided_by: Option<Id>,
    /// Acting for which unit.
    pub decided_for: Option<Id>,
    /// When.
    pub decided_at: Option<Moment>,
    /// What they said.
    pub comment: Option<String>,
    /// Under which version of the year's policy it was brought, and then decided.
    pub policy_version: i32,
    /// The learning record that it added.
    pub learning_record_id: Option<Id>,
    /// Grows with every change.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// Which appeals a list shows.
#[derive(Debug, Clone, Default)]
pub struct AppealFilter {
    /// Only about hours of this year.
    pub year: Option<i32>,
    /// Only in one of these states.
    pub states: Vec<State>,
    /// Only about this.
    pub kind: Option<Kind>,
    /// Only of this person.
    pub professional: Option<Id>,
    /// Only those that this unit decides.
    pub decider: Option<Id>,
    /// Only about this declaration.
    pub declaration: Option<Id>,
    /// Only waiting ones that are late, or only waiting ones that are not.
    pub overdue: Option<bool>,
}

impl Reader<'_> {
    /// An appeal, if the scope covers it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_appeal(&mut self, scope: &Scope, id: Id) -> Result<Option<Appeal>, StoreError> {
        Ok(appeals::table
            .filter(appeals::id.eq(id))
            .filter(scope.appeals())
            .select(Appeal::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The appeal of a person about a matter, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn appeal_about(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        matter: &str,
    ) -> Result<Option<Appeal>, StoreError> {
        Ok(appeals::table
            .filter(appeals::jurisdiction_id.eq(jurisdiction))
            .filter(appeals::professional_id.eq(professional))
            .filter(appeals::matter.eq(matter))
            .select(Appeal::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A person's appeals, in the order in which they were brought, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn appeals_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<Appeal>, StoreError> {
        Ok(appeals::table
            .filter(appeals::jurisdiction_id.eq(jurisdiction))
            .filter(appeals::professional_id.eq(professional))
            .order(appeals::id.asc())
            .select(Appeal::as_select())
            .load(self.conn)?)
    }

    /// The appeals of a scope, in the order in which they were brought.
    ///
    /// # Errors
    /// On a database failure.
    pub fn appeals(
        &mut self,
        scope: &Scope,
        filter: &AppealFilter,
        page: Page<Id>,
    ) -> Result<Slice<Appeal>, StoreError> {
        let now = Moment(self.now());
        let matching = || -> appeals::BoxedQuery<'static, AnyBackend> {
            let mut query = appeals::table.into_boxed().filter(scope.appeals());
            if let Some(year) = filter.year {
                query = query.filter(appeals::year.eq(year));
            }
            if !filter.states.is_empty() {
                let states: Vec<_> = filter.states.iter().copied().map(Word).collect();
                query = query.filter(appeals::state.eq_any(states));
            }
            if let Some(kind) = filter.kind {
                query = query.filter(appeals::kind.eq(Word(kind)));
            }
            if let Some(professional) = filter.professional {
                query = query.filter(appeals::professional_id.eq(professional));
            }
            if let Some(decider) = filter.decider {
                query = query.filter(appeals::decider_id.eq(decider));
            }
            if let Some(declaration) = filter.declaration {
                query = query.filter(appeals::declaration_id.eq(declaration));
            }
            let waiting = appeals::state.eq(Word(State::Submitted));
            match filter.overdue {
                Some(true) => query.filter(waiting.and(appeals::due_at.le(now))),
                Some(false) => query.filter(waiting.and(appeals::due_at.gt(now))),
                None => query,
            }
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(appeals::id.lt(after)),
                false => query.filter(appeals::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(appeals::id.desc()),
            false => query.order(appeals::id.asc()),
        };
        let rows = query.select(Appeal::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// The appeals of a city that wait for a decision, for recomputing their due days (V2).
    ///
    /// # Errors
    /// On a database failure.
    pub fn waiting_appeals(&mut self, jurisdiction: Id) -> Result<Vec<Appeal>, StoreError> {
        Ok(appeals::table
            .filter(appeals::jurisdiction_id.eq(jurisdiction))
            .filter(appeals::state.eq(Word(State::Submitted)))
            .order(appeals::id.asc())
            .select(Appeal::as_select())
            .load(self.conn)?)
    }

    /// Waiting appeals of a city that are late by now and whose lateness has not been told, at most `limit` (V3).
    ///
    /// # Errors
    /// On a database failure.
    pub fn appeals_to_call_overdue(
        &mut self,
        jurisdiction: Id,
        limit: i64,
    ) -> Result<Vec<Appeal>, StoreError> {
        let now = Moment(self.now());
        Ok(appeals::table
            .filter(appeals::jurisdiction_id.eq(jurisdiction))
            .filter(appeals::state.eq(Word(State::Submitted)))
            .filter(appeals::overdue_told.eq(false))
            .filter(appeals::due_at.le(now))
            .order(appeals::id.asc())
            .select(Appeal::as_select())
            .limit(limit)
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds an appeal.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the person has appealed about the matter before (V8).
    pub fn insert_appeal(&mut self, appeal: &Appeal) -> Result<(), StoreError> {
        diesel::insert_into(appeals::table).values(appeal).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed appeal, if it is still in the state and version that it was read in. Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_appeal(&mut self, was: State, appeal: &mut Appeal) -> Result<Saved, StoreError> {
        let now = Moment(self.now());
        let a = &*appeal;
        let updated = diesel::update(
            appeals::table
                .find((a.jurisdiction_id, a.professional_id, a.id))
                .filter(appeals::state.eq(Word(was)))
                .filter(appeals::version.eq(a.version)),
        )
        .set((
            appeals::state.eq(a.state),
            appeals::due_at.eq(a.due_at),
            appeals::due_provisional.eq(a.due_provisional),
            appeals::decided_by.eq(a.decided_by),
            appeals::decided_for.eq(a.decided_for),
            appeals::decided_at.eq(a.decided_at),
            appeals::comment.eq(&a.comment),
            appeals::policy_version.eq(a.policy_version),
            appeals::learning_record_id.eq(a.learning_record_id),
            appeals::declaration_id.eq(a.declaration_id),
            appeals::version.eq(a.version + 1),
            appeals::updated_at.eq(now),
        ))
        .execute(self.conn)?;
        appeal.version += 1;
        appeal.updated_at = now;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }

    /// Notes that an appeal's lateness has been told. It is no change that a reader of the appeal would have to know of.
    ///
    /// # Errors
    /// On a database failure.
    pub fn call_appeal_overdue(&mut self, appeal: &Appeal) -> Result<(), StoreError> {
        let key = (appeal.jurisdiction_id, appeal.professional_id, appeal.id);
        diesel::update(appeals::table.find(key))
            .set(appeals::overdue_told.eq(true))
            .execute(self.conn)?;
        Ok(())
    }
}
