//! Filings of training units, and the trail of what was decided on filings and plans (P1, P5, V10).

use std::collections::BTreeSet;

use diesel::prelude::*;
use xueshi_domain::filing::FilingFacts;
use xueshi_domain::registry::FilingState;

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::schema::{filing_acts, filings};
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// The filing of a training unit for a year (P1).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = filings, treat_none_as_default_value = false)]
pub struct Filing {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The unit.
    pub organization_id: Id,
    /// The year.
    pub year: i32,
    /// Where it stands.
    pub state: Word<FilingState>,
    /// When it came to that state.
    pub decided_at: Moment,
    /// What the unit says of itself in its application.
    pub statement: String,
    /// The account that applied last.
    pub applied_by: Option<Id>,
    /// When it was suspended or revoked, while it has not been granted or resumed since (P5).
    pub stopped_at: Option<Moment>,
    /// Grows with every change.
    pub version: i32,
    /// When it was first applied for.
    pub created_at: Moment,
}

impl Filing {
    /// What its classes depend on.
    #[must_use]
    pub fn facts(&self) -> FilingFacts {
        FilingFacts { state: self.state.0, stopped_at: self.stopped_at.map(|at| at.0) }
    }
}

/// Which filings a list shows.
#[derive(Debug, Clone, Default)]
pub struct FilingFilter {
    /// Only of this year.
    pub year: Option<i32>,
    /// Only of this unit.
    pub organization: Option<Id>,
    /// Only in one of these states.
    pub states: Vec<FilingState>,
}

/// Something that was done to a filing, a plan or an amendment (V10).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = filing_acts, treat_none_as_default_value = false)]
pub struct FilingAct {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id; ids grow with time.
    pub id: Id,
    /// The filing, plan or amendment.
    pub subject_id: Id,
    /// What was done: the event of its road.
    pub event: String,
    /// The state that it came to.
    pub state: String,
    /// Why.
    pub comment: Option<String>,
    /// Who did it.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// The version of the year's policy in force then, if one was published.
    pub policy_version: Option<i32>,
    /// When.
    pub acted_at: Moment,
}

impl Reader<'_> {
    /// The filing of a unit for a year.
    ///
    /// # Errors
    /// On a database failure.
    pub fn filing_of(
        &mut self,
        jurisdiction: Id,
        organization: Id,
        year: i32,
    ) -> Result<Option<Filing>, StoreError> {
        Ok(filings::table
            .find((jurisdiction, organization, year))
            .select(Filing::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The filings of some units, of all years.
    pub(crate) fn filings_of(
        &mut self,
        jurisdiction: Id,
        units: BTreeSet<Id>,
    ) -> Result<Vec<Filing>, StoreError> {
        Ok(filings::table
            .filter(filings::jurisdiction_id.eq(jurisdiction))
            .filter(filings::organization_id.eq_any(units))
            .select(Filing::as_select())
            .load(self.conn)?)
    }

    /// A filing, if the scope covers its unit.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_filing(&mut self, scope: &Scope, id: Id) -> Result<Option<Filing>, StoreError> {
        Ok(filings::table
            .filter(filings::id.eq(id))
            .filter(scope.filings())
            .select(Filing::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The filings of a scope's units, in the order in which they were applied for.
    ///
    /// # Errors
    /// On a database failure.
    pub fn filings(
        &mut self,
        scope: &Scope,
        filter: &FilingFilter,
        page: Page<Id>,
    ) -> Result<Slice<Filing>, StoreError> {
        let matching = || -> filings::BoxedQuery<'static, AnyBackend> {
            let mut query = filings::table.into_boxed().filter(scope.filings());
            if let Some(year) = filter.year {
                query = query.filter(filings::year.eq(year));
            }
            if let Some(organization) = filter.organization {
                query = query.filter(filings::organization_id.eq(organization));
            }
            if !filter.states.is_empty() {
                let states: Vec<_> = filter.states.iter().copied().map(Word).collect();
                query = query.filter(filings::state.eq_any(states));
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
                true => query.filter(filings::id.lt(after)),
                false => query.filter(filings::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(filings::id.desc()),
            false => query.order(filings::id.asc()),
        };
        let rows = query.select(Filing::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// What was done to a filing, a plan or an amendment, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn filing_acts(
        &mut self,
        jurisdiction: Id,
        subject: Id,
    ) -> Result<Vec<FilingAct>, StoreError> {
        Ok(filing_acts::table
            .filter(filing_acts::jurisdiction_id.eq(jurisdiction))
            .filter(filing_acts::subject_id.eq(subject))
            .order(filing_acts::id.asc())
            .select(FilingAct::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds a filing.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the unit already has one for the year.
    pub fn insert_filing(&mut self, filing: &Filing) -> Result<(), StoreError> {
        diesel::insert_into(filings::table).values(filing).execute(self.conn)?;
        self.note(filing.jurisdiction_id, filing.decided_at, &Fact::filing(filing))
    }

    /// Stores a changed filing, if it is still in the state and version that it was read in. Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_filing(
        &mut self,
        was: FilingState,
        filing: &mut Filing,
    ) -> Result<Saved, StoreError> {
        let f = &*filing;
        let updated = diesel::update(
            filings::table
                .find((f.jurisdiction_id, f.organization_id, f.year))
                .filter(filings::state.eq(Word(was)))
                .filter(filings::version.eq(f.version)),
        )
        .set((
            filings::state.eq(f.state),
            filings::decided_at.eq(f.decided_at),
            filings::statement.eq(&f.statement),
            filings::applied_by.eq(f.applied_by),
            filings::stopped_at.eq(f.stopped_at),
            filings::version.eq(f.version + 1),
        ))
        .execute(self.conn)?;
        filing.version += 1;
        if updated != 1 {
            return Ok(Saved::Overtaken);
        }
        let now = Moment(self.now());
        self.note(filing.jurisdiction_id, now, &Fact::filing(filing))?;
        Ok(Saved::Yes)
    }

    /// Keeps what was done to a filing, a plan or an amendment (V10).
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_filing_act(&mut self, act: &FilingAct) -> Result<(), StoreError> {
        diesel::insert_into(filing_acts::table).values(act).execute(self.conn)?;
        Ok(())
    }
}
