//! Lists of declarations, page by page: those of a scope, and those that wait for a decision.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use xueshi_domain::learning::Subject;
use xueshi_domain::review::State;

use super::Declaration;
use crate::columns::sql::{Instant, Key};
use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::{declarations, organizations};
use crate::scope::{Condition, Scope};
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

/// Of so many units that hold anything the queues are read one by one.
const FEW_HOLDERS: i64 = 16;

/// What comes behind a row of the queue. A comparison of pairs is where an index is entered; whole queues are due at one instant.
fn behind(descending: bool, due: Moment, id: Id) -> Condition<declarations::table> {
    let sign = if descending { "<" } else { ">" };
    let pair = format!("(declarations.due_at, declarations.id) {sign} (");
    Box::new(sql::<Bool>(&pair).bind::<Instant, _>(due).sql(", ").bind::<Key, _>(id).sql(")"))
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
        let holders = self.few_holders(scope, filter.holder)?;
        let now = Moment(self.now());
        let matching = |holder: Option<Id>| -> declarations::BoxedQuery<'static, AnyBackend> {
            let mut query = declarations::table.into_boxed();
            query = match holder {
                Some(holder) => query
                    .filter(declarations::jurisdiction_id.eq(scope.jurisdiction))
                    .filter(declarations::holder_id.eq(holder)),
                None => query.filter(scope.held()),
            };
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
        // Each in the order of an index: of a few units one after the other, of many by what waits in the whole city.
        let parts: Vec<Option<Id>> = match holders {
            Some(few) => few.into_iter().map(Some).collect(),
            None => vec![None],
        };
        let mut total = page.count.then_some(0);
        let mut rows: Vec<Declaration> = Vec::new();
        for part in parts {
            if let Some(total) = &mut total {
                *total += matching(part).count().get_result::<i64>(self.conn)?;
            }
            let mut query = matching(part);
            if let Some((due, id)) = page.after {
                query = query.filter(behind(page.descending, due, id));
            }
            query = match page.descending {
                true => query.order((declarations::due_at.desc(), declarations::id.desc())),
                false => query.order((declarations::due_at.asc(), declarations::id.asc())),
            };
            let some = query.select(Declaration::as_select()).limit(page.limit);
            rows.extend(some.load(self.conn)?);
            rows.sort_by_key(|row| (row.due_at, row.id));
            if page.descending {
                rows.reverse();
            }
            rows.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
        }
        Ok(Slice { rows, total })
    }

    /// The units of a scope that hold anything, or that one of them, if they are few.
    fn few_holders(
        &mut self,
        scope: &Scope,
        only: Option<Id>,
    ) -> Result<Option<Vec<Id>>, StoreError> {
        let held = declarations::table
            .filter(declarations::jurisdiction_id.eq(scope.jurisdiction))
            .filter(declarations::holder_id.eq(organizations::id.nullable()));
        let mut units = organizations::table
            .into_boxed()
            .filter(scope.organizations())
            .filter(diesel::dsl::exists(held));
        if let Some(only) = only {
            units = units.filter(organizations::id.eq(only));
        }
        let units: Vec<Id> =
            units.select(organizations::id).limit(FEW_HOLDERS + 1).load(self.conn)?;
        let few = i64::try_from(units.len()).is_ok_and(|count| count <= FEW_HOLDERS);
        Ok(few.then_some(units))
    }
}
