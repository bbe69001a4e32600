//! Advanced seminars, the steps that they took, and who was admitted (P6).

mod admissions;

use diesel::prelude::*;
use time::Date;
use xueshi_domain::seminar::{Event, State};

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::schema::{seminar_steps, seminars};
use crate::scope::{Condition, Scope, units_below};
use crate::store::{Reader, Writer};

pub use self::admissions::SeminarAdmission;

/// An advanced seminar (P6).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = seminars, treat_none_as_default_value = false)]
pub struct Seminar {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// Its host.
    pub organization_id: Id,
    /// The year in which it ends (H2).
    pub year: i32,
    /// What it is about.
    pub theme: String,
    /// Why that is urgently needed.
    pub need: String,
    /// For whom.
    pub audience: String,
    /// Where.
    pub venue: String,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// Hours that it gives.
    pub hours: Tenths,
    /// How many can be admitted.
    pub places: i32,
    /// How many are admitted.
    pub admitted: i32,
    /// Where it stands.
    pub state: Word<State>,
    /// The account that wrote or submitted it last.
    pub brought_by: Id,
    /// When the municipal bureau approved it.
    pub approved_at: Option<Moment>,
    /// When the municipal bureau closed it.
    pub closed_at: Option<Moment>,
    /// Grows with every change.
    pub version: i32,
    /// When it was begun.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// What can change in a seminar.
#[derive(AsChangeset)]
#[diesel(table_name = seminars, treat_none_as_null = true)]
struct Changes<'a> {
    year: i32,
    theme: &'a str,
    need: &'a str,
    audience: &'a str,
    venue: &'a str,
    starts_on: Date,
    ends_on: Date,
    hours: Tenths,
    places: i32,
    admitted: i32,
    state: Word<State>,
    brought_by: Id,
    approved_at: Option<Moment>,
    closed_at: Option<Moment>,
    version: i32,
    updated_at: Moment,
}

/// A step that a seminar took (V10).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = seminar_steps, treat_none_as_default_value = false)]
pub struct SeminarStep {
    /// The city.
    pub jurisdiction_id: Id,
    /// The seminar.
    pub seminar_id: Id,
    /// The version that the seminar got by it.
    pub version: i32,
    /// What happened.
    pub event: Word<Event>,
    /// Where it stood then.
    pub state: Word<State>,
    /// The reason, or the report.
    pub comment: Option<String>,
    /// Who took it.
    pub account_id: Id,
    /// The unit that they acted for.
    pub unit_id: Id,
    /// The policy version that it was taken under.
    pub policy_version: i32,
    /// When.
    pub taken_at: Moment,
}

/// Which seminars a list shows.
#[derive(Debug, Clone, Default)]
pub struct SeminarFilter {
    /// Only of this year.
    pub year: Option<i32>,
    /// Only of this host.
    pub organization: Option<Id>,
    /// Only in one of these states.
    pub states: Vec<State>,
}

impl Scope {
    /// Announced seminars of the city, and those of the scope's units in any state.
    fn seminars(&self) -> Condition<seminars::table> {
        use seminars as s;
        let announced: Vec<_> = State::ANNOUNCED.iter().copied().map(Word).collect();
        let mut within: Condition<s::table> = Box::new(s::state.eq_any(announced));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            within = Box::new(within.or(s::organization_id.eq_any(units)));
        }
        Box::new(s::jurisdiction_id.eq(self.jurisdiction).and(within))
    }
}

impl Reader<'_> {
    /// A seminar, if it is announced or the scope covers its host.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_seminar(
        &mut self,
        scope: &Scope,
        id: Id,
    ) -> Result<Option<Seminar>, StoreError> {
        Ok(seminars::table
            .filter(seminars::id.eq(id))
            .filter(scope.seminars())
            .select(Seminar::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A seminar, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar(&mut self, jurisdiction: Id, id: Id) -> Result<Option<Seminar>, StoreError> {
        Ok(seminars::table
            .find((jurisdiction, id))
            .select(Seminar::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The seminars that a scope may see, in the order in which they were begun.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminars(
        &mut self,
        scope: &Scope,
        filter: &SeminarFilter,
        page: Page<Id>,
    ) -> Result<Slice<Seminar>, StoreError> {
        let matching = || -> seminars::BoxedQuery<'static, AnyBackend> {
            let mut query = seminars::table.into_boxed().filter(scope.seminars());
            if let Some(year) = filter.year {
                query = query.filter(seminars::year.eq(year));
            }
            if let Some(organization) = filter.organization {
                query = query.filter(seminars::organization_id.eq(organization));
            }
            if !filter.states.is_empty() {
                let states: Vec<_> = filter.states.iter().copied().map(Word).collect();
                query = query.filter(seminars::state.eq_any(states));
            }
            query
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(seminars::id.lt(after)),
                false => query.filter(seminars::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(seminars::id.desc()),
            false => query.order(seminars::id.asc()),
        };
        let rows = query.select(Seminar::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// The steps that a seminar took, the first one first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_steps(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
    ) -> Result<Vec<SeminarStep>, StoreError> {
        Ok(seminar_steps::table
            .filter(seminar_steps::jurisdiction_id.eq(jurisdiction))
            .filter(seminar_steps::seminar_id.eq(seminar))
            .order(seminar_steps::version.asc())
            .select(SeminarStep::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds a seminar.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_seminar(&mut self, seminar: &Seminar) -> Result<(), StoreError> {
        diesel::insert_into(seminars::table).values(seminar).execute(self.conn)?;
        self.note(seminar.jurisdiction_id, seminar.updated_at, &Fact::seminar(seminar))
    }

    /// Stores a changed seminar, if it is still in the state and version that it was read in. Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_seminar(&mut self, was: State, seminar: &mut Seminar) -> Result<Saved, StoreError> {
        let now = Moment(self.now());
        let s = &*seminar;
        let updated = diesel::update(
            seminars::table
                .find((s.jurisdiction_id, s.id))
                .filter(seminars::state.eq(Word(was)))
                .filter(seminars::version.eq(s.version)),
        )
        .set(Changes {
            year: s.year,
            theme: &s.theme,
            need: &s.need,
            audience: &s.audience,
            venue: &s.venue,
            starts_on: s.starts_on,
            ends_on: s.ends_on,
            hours: s.hours,
            places: s.places,
            admitted: s.admitted,
            state: s.state,
            brought_by: s.brought_by,
            approved_at: s.approved_at,
            closed_at: s.closed_at,
            version: s.version + 1,
            updated_at: now,
        })
        .execute(self.conn)?;
        seminar.version += 1;
        seminar.updated_at = now;
        if updated != 1 {
            return Ok(Saved::Overtaken);
        }
        self.note(seminar.jurisdiction_id, now, &Fact::seminar(seminar))?;
        Ok(Saved::Yes)
    }

    /// Keeps a step (V10).
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_seminar_step(&mut self, step: &SeminarStep) -> Result<(), StoreError> {
        diesel::insert_into(seminar_steps::table).values(step).execute(self.conn)?;
        Ok(())
    }
}
