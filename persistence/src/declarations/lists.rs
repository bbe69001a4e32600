//! Lists of declarations, page by page: those of a scope, and those that wait for a decision.

use diesel::prelude::*;
use xueshi_domain::learning::Subject;
use xueshi_domain::review::State;

use super::Declaration;
use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::declarations;
use crate::scope::Scope;
use crate::store::Reader;

/// Which declarations a list shows.
#[derive(Debug, Clone, Default)]
pub struct DeclarationFilter {
    /// Only of this year.
    pub year: Option<i32>,
    /// Only in one of these states.
    pub states: Vec<State>,
    /// Only of this subject.
    pub subject: Option<Subject>,
    /// Only of this person.
    pub professional: Option<Id>,
    /// Only of this employer.
    pub employer: Option<Id>,
}

/// Which waiting declarations the review queue shows.
#[derive(Debug, Clone, Default)]
pub struct QueueFilter {
    /// Only held by this unit.
    pub holder: Option<Id>,
    /// Only in this state.
    pub state: Option<State>,
    /// Only overdue, or only not yet overdue ones (V3).
    pub overdue: Option<bool>,
    /// Only of this year.
    pub year: Option<i32>,
}

impl Reader<'_> {
    /// The declarations of a scope, in the order in which they were begun.
    ///
    /// # Errors
    /// On a database failure.
    pub fn declarations(
        &mut self,
        scope: &Scope,
        filter: &DeclarationFilter,
        page: Page<Id>,
    ) -> Result<Slice<Declaration>, StoreError> {
        let matching = || -> declarations::BoxedQuery<'static, AnyBackend> {
            let mut query = declarations::table.into_boxed().filter(scope.declarations());
            if let Some(year) = filter.year {
                query = query.filter(declarations::year.eq(year));
            }
            if !filter.states.is_empty() {
                let states: Vec<_> = filter.states.iter().copied().map(Word).collect();
                query = query.filter(declarations::state.eq_any(states));
            }
            if let Some(subject) = filter.subject {
                query = query.filter(declarations::subject.eq(Word(subject)));
            }
            if let Some(professional) = filter.professional {
                query = query.filter(declarations::professional_id.eq(professional));
            }
            if let Some(employer) = filter.employer {
                query = query.filter(declarations::employer_id.eq(employer));
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
                true => query.filter(declarations::id.lt(after)),
                false => query.filter(declarations::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(declarations::id.desc()),
            false => query.order(declarations::id.asc()),
        };
        let rows = query.select(Declaration::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// What waits for a decision by the units of a scope, by due day (V3: overdue items stay listed,
    /// for the unit that holds them and for every level above).
    ///
    /// # Errors
    /// On a database failure.
    pub fn review_queue(
        &mut self,
        scope: &Scope,
        filter: &QueueFilter,
        page: Page<(Moment, Id)>,
    ) -> Result<Slice<Declaration>, StoreError> {
        let now = Moment(self.now());
        let matching = || -> declarations::BoxedQuery<'static, AnyBackend> {
            let mut query = declarations::table.into_boxed().filter(scope.held());
            if let Some(holder) = filter.holder {
                query = query.filter(declarations::holder_id.eq(holder));
            }
            if let Some(state) = filter.state {
                query = query.filter(declarations::state.eq(Word(state)));
            }
            if let Some(year) = filter.year {
                query = query.filter(declarations::year.eq(year));
            }
            match filter.overdue {
                Some(true) => query.filter(declarations::late_from.le(now)),
                Some(false) => {
                    let never = declarations::late_from.is_null();
                    query.filter(never.or(declarations::late_from.gt(now)))
                }
                None => query,
            }
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some((due, id)) = page.after {
            let same = declarations::due_at.assume_not_null().eq(due);
            let later = declarations::due_at.assume_not_null().gt(due);
            let earlier = declarations::due_at.assume_not_null().lt(due);
            query = match page.descending {
                true => query.filter(earlier.or(same.and(declarations::id.lt(id)))),
                false => query.filter(later.or(same.and(declarations::id.gt(id)))),
            };
        }
        query = match page.descending {
            true => query.order((declarations::due_at.desc(), declarations::id.desc())),
            false => query.order((declarations::due_at.asc(), declarations::id.asc())),
        };
        let rows = query.select(Declaration::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}
