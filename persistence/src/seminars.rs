//! Advanced seminars, the steps that they took, and who was admitted (P6).

use std::collections::HashMap;

use diesel::prelude::*;
use time::Date;
use xueshi_domain::seminar::{Event, State};

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::figures::journal::Fact;
use crate::page::{Page, Slice};
use crate::schema::{learning_records, professionals, seminar_admissions, seminar_steps, seminars};
use crate::scope::{Condition, NOBODY, Scope, units_below};
use crate::store::{Reader, Writer};

/// An advanced seminar (P6).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = seminars)]
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
#[diesel(table_name = seminar_steps)]
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

/// Someone on the list of a seminar.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = seminar_admissions)]
pub struct SeminarAdmission {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// The seminar.
    pub seminar_id: Id,
    /// Their employer when they were admitted.
    pub employer_id: Option<Id>,
    /// When they were admitted.
    pub admitted_at: Moment,
    /// The hours that they attended, once reported.
    pub hours: Option<Tenths>,
    /// Whether they passed, once reported.
    pub passed: Option<bool>,
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

    /// Oneself, and the people of the scope's units, on lists of seminars.
    fn admitted(&self) -> Condition<seminar_admissions::table> {
        use seminar_admissions as a;
        let own = self.own.unwrap_or(NOBODY);
        let mut within: Condition<a::table> = Box::new(a::professional_id.eq(own));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            let people = professionals::table
                .filter(professionals::jurisdiction_id.eq(self.jurisdiction))
                .filter(professionals::employer_id.is_not_null())
                .filter(professionals::employer_id.assume_not_null().eq_any(units))
                .select(professionals::professional_id);
            within = Box::new(within.or(a::professional_id.eq_any(people)));
        }
        Box::new(a::jurisdiction_id.eq(self.jurisdiction).and(within))
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

    /// Everyone on the list of a seminar, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_list(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
    ) -> Result<Vec<SeminarAdmission>, StoreError> {
        Ok(seminar_admissions::table
            .filter(seminar_admissions::jurisdiction_id.eq(jurisdiction))
            .filter(seminar_admissions::seminar_id.eq(seminar))
            .order(seminar_admissions::professional_id.asc())
            .select(SeminarAdmission::as_select())
            .load(self.conn)?)
    }

    /// The learning records that a closed seminar gave, by person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_records(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
    ) -> Result<HashMap<Id, Id>, StoreError> {
        let rows: Vec<(Id, Id)> = learning_records::table
            .filter(learning_records::jurisdiction_id.eq(jurisdiction))
            .filter(learning_records::seminar_id.eq(seminar))
            .select((learning_records::professional_id, learning_records::id))
            .load(self.conn)?;
        Ok(rows.into_iter().collect())
    }

    /// Those on the list of a seminar: all of them, or with a scope only its own people.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_admissions(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
        only: Option<&Scope>,
        page: Page<Id>,
    ) -> Result<Slice<SeminarAdmission>, StoreError> {
        let matching = || -> seminar_admissions::BoxedQuery<'static, AnyBackend> {
            let query = seminar_admissions::table
                .into_boxed()
                .filter(seminar_admissions::jurisdiction_id.eq(jurisdiction))
                .filter(seminar_admissions::seminar_id.eq(seminar));
            match only {
                Some(scope) => query.filter(scope.admitted()),
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
                true => query.filter(seminar_admissions::professional_id.lt(after)),
                false => query.filter(seminar_admissions::professional_id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(seminar_admissions::professional_id.desc()),
            false => query.order(seminar_admissions::professional_id.asc()),
        };
        let rows = query.select(SeminarAdmission::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
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

    /// Replaces the list of a seminar. Those who stay keep the day on which they were admitted.
    ///
    /// # Errors
    /// On a database failure.
    pub fn replace_seminar_list(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
        list: &[SeminarAdmission],
    ) -> Result<(), StoreError> {
        let standing: HashMap<Id, Moment> = self
            .seminar_list(jurisdiction, seminar)?
            .into_iter()
            .map(|row| (row.professional_id, row.admitted_at))
            .collect();
        let rows = seminar_admissions::table
            .filter(seminar_admissions::jurisdiction_id.eq(jurisdiction))
            .filter(seminar_admissions::seminar_id.eq(seminar));
        diesel::delete(rows).execute(self.conn)?;
        for row in list {
            let since = standing.get(&row.professional_id).copied();
            let row =
                SeminarAdmission { admitted_at: since.unwrap_or(row.admitted_at), ..row.clone() };
            diesel::insert_into(seminar_admissions::table).values(&row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Stores the result of someone on the list.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_seminar_result(&mut self, row: &SeminarAdmission) -> Result<(), StoreError> {
        diesel::update(seminar_admissions::table.find((
            row.jurisdiction_id,
            row.professional_id,
            row.seminar_id,
        )))
        .set((seminar_admissions::hours.eq(row.hours), seminar_admissions::passed.eq(row.passed)))
        .execute(self.conn)?;
        Ok(())
    }
}
