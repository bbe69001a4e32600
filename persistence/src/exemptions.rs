//! Exemptions from a year, and the trace of what was done with them (A5, V10).

use diesel::prelude::*;
use time::Date;
use xueshi_domain::exemption::{Event, Kind, State};

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::{exemption_acts, exemptions};
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// An exemption of one person from one year.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = exemptions, treat_none_as_default_value = false)]
pub struct Exemption {
    /// The city.
    pub jurisdiction_id: Id,
    /// Who is exempt.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// From which year.
    pub year: i32,
    /// Why.
    pub kind: Word<Kind>,
    /// First day of the absence.
    pub starts_on: Date,
    /// Last day of the absence.
    pub ends_on: Date,
    /// What the employer says of it.
    pub statement: String,
    /// Where it stands.
    pub state: Word<State>,
    /// The employer that applied.
    pub employer_id: Id,
    /// That employer's reviewing body, then.
    pub authority_id: Id,
    /// Who applied last, in the employer's name.
    pub applied_by: Id,
    /// Grows with every change.
    pub version: i32,
    /// When it was first applied for.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// A step of an exemption (V10).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = exemption_acts, treat_none_as_default_value = false)]
pub struct ExemptionAct {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose exemption.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The exemption.
    pub exemption_id: Id,
    /// What was done.
    pub event: Word<Event>,
    /// Who did it.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// What they said.
    pub comment: Option<String>,
    /// Under which version of the year's policy.
    pub policy_version: i32,
    /// When.
    pub acted_at: Moment,
}

/// Which exemptions a list shows.
#[derive(Debug, Clone, Default)]
pub struct ExemptionFilter {
    /// Only of this year.
    pub year: Option<i32>,
    /// Only in one of these states.
    pub states: Vec<State>,
    /// Only for this reason.
    pub kind: Option<Kind>,
    /// Only of this person.
    pub professional: Option<Id>,
    /// Only of this employer.
    pub employer: Option<Id>,
}

impl Reader<'_> {
    /// An exemption, if the scope covers it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_exemption(
        &mut self,
        scope: &Scope,
        id: Id,
    ) -> Result<Option<Exemption>, StoreError> {
        Ok(exemptions::table
            .filter(exemptions::id.eq(id))
            .filter(scope.exemptions())
            .select(Exemption::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The exemption of a person from a year that waits or stands, whoever asks; there is at most one.
    ///
    /// # Errors
    /// On a database failure.
    pub fn open_exemption(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
    ) -> Result<Option<Exemption>, StoreError> {
        let open: Vec<_> = State::OPEN.iter().copied().map(Word).collect();
        Ok(exemptions::table
            .filter(exemptions::jurisdiction_id.eq(jurisdiction))
            .filter(exemptions::professional_id.eq(professional))
            .filter(exemptions::year.eq(year))
            .filter(exemptions::state.eq_any(open))
            .select(Exemption::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A person's exemptions that are not decided, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn pending_exemptions_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<Exemption>, StoreError> {
        let pending: Vec<_> = State::PENDING.iter().copied().map(Word).collect();
        Ok(exemptions::table
            .filter(exemptions::jurisdiction_id.eq(jurisdiction))
            .filter(exemptions::professional_id.eq(professional))
            .filter(exemptions::state.eq_any(pending))
            .order(exemptions::id.asc())
            .select(Exemption::as_select())
            .load(self.conn)?)
    }

    /// The exemptions of an employer's people that are not decided, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn pending_exemptions_from(
        &mut self,
        jurisdiction: Id,
        employer: Id,
    ) -> Result<Vec<Exemption>, StoreError> {
        let pending: Vec<_> = State::PENDING.iter().copied().map(Word).collect();
        Ok(exemptions::table
            .filter(exemptions::jurisdiction_id.eq(jurisdiction))
            .filter(exemptions::employer_id.eq(employer))
            .filter(exemptions::state.eq_any(pending))
            .order(exemptions::id.asc())
            .select(Exemption::as_select())
            .load(self.conn)?)
    }

    /// The exemptions of a scope, in the order in which they were applied for.
    ///
    /// # Errors
    /// On a database failure.
    pub fn exemptions(
        &mut self,
        scope: &Scope,
        filter: &ExemptionFilter,
        page: Page<Id>,
    ) -> Result<Slice<Exemption>, StoreError> {
        let matching = || -> exemptions::BoxedQuery<'static, AnyBackend> {
            let mut query = exemptions::table.into_boxed().filter(scope.exemptions());
            if let Some(year) = filter.year {
                query = query.filter(exemptions::year.eq(year));
            }
            if !filter.states.is_empty() {
                let states: Vec<_> = filter.states.iter().copied().map(Word).collect();
                query = query.filter(exemptions::state.eq_any(states));
            }
            if let Some(kind) = filter.kind {
                query = query.filter(exemptions::kind.eq(Word(kind)));
            }
            if let Some(professional) = filter.professional {
                query = query.filter(exemptions::professional_id.eq(professional));
            }
            if let Some(employer) = filter.employer {
                query = query.filter(exemptions::employer_id.eq(employer));
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
                true => query.filter(exemptions::id.lt(after)),
                false => query.filter(exemptions::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(exemptions::id.desc()),
            false => query.order(exemptions::id.asc()),
        };
        let rows = query.select(Exemption::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// The steps of an exemption, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn exemption_acts(
        &mut self,
        exemption: &Exemption,
    ) -> Result<Vec<ExemptionAct>, StoreError> {
        Ok(exemption_acts::table
            .filter(exemption_acts::jurisdiction_id.eq(exemption.jurisdiction_id))
            .filter(exemption_acts::professional_id.eq(exemption.professional_id))
            .filter(exemption_acts::exemption_id.eq(exemption.id))
            .order((exemption_acts::acted_at.asc(), exemption_acts::id.asc()))
            .select(ExemptionAct::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds an exemption.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when one waits or stands for the person's year.
    pub fn insert_exemption(&mut self, exemption: &Exemption) -> Result<(), StoreError> {
        diesel::insert_into(exemptions::table).values(exemption).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed exemption, if it is still in the state and version that it was read in. Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_exemption(
        &mut self,
        was: State,
        exemption: &mut Exemption,
    ) -> Result<Saved, StoreError> {
        let now = Moment(self.now());
        let e = &*exemption;
        let updated = diesel::update(
            exemptions::table
                .find((e.jurisdiction_id, e.professional_id, e.id))
                .filter(exemptions::state.eq(Word(was)))
                .filter(exemptions::version.eq(e.version)),
        )
        .set((
            exemptions::kind.eq(e.kind),
            exemptions::starts_on.eq(e.starts_on),
            exemptions::ends_on.eq(e.ends_on),
            exemptions::statement.eq(&e.statement),
            exemptions::state.eq(e.state),
            exemptions::applied_by.eq(e.applied_by),
            exemptions::employer_id.eq(e.employer_id),
            exemptions::authority_id.eq(e.authority_id),
            exemptions::version.eq(e.version + 1),
            exemptions::updated_at.eq(now),
        ))
        .execute(self.conn)?;
        exemption.version += 1;
        exemption.updated_at = now;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }

    /// Stores a step of an exemption.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_exemption_act(&mut self, act: &ExemptionAct) -> Result<(), StoreError> {
        diesel::insert_into(exemption_acts::table).values(act).execute(self.conn)?;
        Ok(())
    }
}
