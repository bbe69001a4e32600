//! V9: what waits for each reviewing unit, and how many decisions it makes.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;
use xueshi_domain::review::Ending;

use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::page::Page;
use crate::schema::{declarations, makeup_grants, organizations, stage_visits};
use crate::scope::{Condition, Scope};
use crate::store::Reader;

/// What waits for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The unit.
    pub unit: Id,
    /// Declarations that wait for it.
    pub waiting: i64,
    /// Of those, overdue ones.
    pub overdue: i64,
    /// Its decisions in the window that was asked for.
    pub decided: i64,
}

/// The ids of the units in one subtree, as a subquery.
#[auto_type]
fn units_below(jurisdiction: Id, pattern: String) -> _ {
    organizations::table
        .filter(organizations::jurisdiction_id.eq(jurisdiction))
        .filter(organizations::path.like(pattern))
        .select(organizations::id)
}

/// The declarations that wait under grants of one year, as a subquery: they are of earlier years, and lapse in the freeze of that one
/// (M3, A3).
#[auto_type]
fn waiting_under_grants(jurisdiction: Id, granted_in: i32) -> _ {
    let of_grant = makeup_grants::jurisdiction_id
        .eq(declarations::jurisdiction_id)
        .and(makeup_grants::professional_id.eq(declarations::professional_id))
        .and(declarations::makeup_grant_id.eq(makeup_grants::id.nullable()));
    declarations::table
        .inner_join(makeup_grants::table.on(of_grant))
        .filter(declarations::jurisdiction_id.eq(jurisdiction))
        .filter(declarations::holder_id.is_not_null())
        .filter(makeup_grants::granted_in.eq(granted_in))
        .select(declarations::id)
}

/// The declarations that wait under any grant, as a subquery.
#[auto_type]
fn waiting_as_makeup(jurisdiction: Id) -> _ {
    declarations::table
        .filter(declarations::jurisdiction_id.eq(jurisdiction))
        .filter(declarations::holder_id.is_not_null())
        .filter(declarations::makeup_grant_id.is_not_null())
        .select(declarations::id)
}

/// What waits for the review of one year: declarations for it, and those of earlier years under its grants.
fn in_review_of(jurisdiction: Id, year: i32) -> Condition<stage_visits::table> {
    let own = stage_visits::year
        .eq(year)
        .and(stage_visits::declaration_id.ne_all(waiting_as_makeup(jurisdiction)));
    let made_up = stage_visits::declaration_id.eq_any(waiting_under_grants(jurisdiction, year));
    Box::new(own.or(made_up))
}

/// An id before every other, and one behind.
const FIRST: Id = Id(uuid::Uuid::nil());
const LAST: Id = Id(uuid::Uuid::from_u128(u128::MAX));

/// The visits to units that a page has not come to yet.
fn behind(page: &Page<Id>) -> Condition<stage_visits::table> {
    let unit = stage_visits::unit_id;
    match page.descending {
        false => Box::new(unit.gt(page.after.unwrap_or(FIRST))),
        true => Box::new(unit.lt(page.after.unwrap_or(LAST))),
    }
}

impl Reader<'_> {
    /// The units of a scope for which declarations of a year wait, by id, with their decisions from `since` on and before
    /// `until`.
    ///
    /// # Errors
    /// On a database failure.
    pub fn waiting_by_unit(
        &mut self,
        scope: &Scope,
        year: i32,
        (since, until): (Moment, Moment),
        page: Page<Id>,
    ) -> Result<Vec<Waiting>, StoreError> {
        let now = Moment(self.now());
        let mut found: BTreeMap<Id, i64> = BTreeMap::new();
        for subtree in &scope.subtrees {
            let units = units_below(scope.jurisdiction, format!("{subtree}%"));
            let waiting = stage_visits::table
                .filter(stage_visits::jurisdiction_id.eq(scope.jurisdiction))
                .filter(stage_visits::left_at.is_null())
                .filter(in_review_of(scope.jurisdiction, year))
                .filter(behind(&page))
                .filter(stage_visits::unit_id.eq_any(units))
                .group_by(stage_visits::unit_id);
            let rows: Vec<(Id, i64)> = match page.descending {
                false => waiting
                    .order(stage_visits::unit_id.asc())
                    .select((stage_visits::unit_id, count_star()))
                    .limit(page.limit)
                    .load(self.conn)?,
                true => waiting
                    .order(stage_visits::unit_id.desc())
                    .select((stage_visits::unit_id, count_star()))
                    .limit(page.limit)
                    .load(self.conn)?,
            };
            found.extend(rows);
        }
        let mut units: Vec<(Id, i64)> = found.into_iter().collect();
        if page.descending {
            units.reverse();
        }
        units.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
        let ids: Vec<Id> = units.iter().map(|(unit, _)| *unit).collect();
        let overdue: HashMap<Id, i64> = stage_visits::table
            .filter(stage_visits::jurisdiction_id.eq(scope.jurisdiction))
            .filter(stage_visits::left_at.is_null())
            .filter(in_review_of(scope.jurisdiction, year))
            .filter(stage_visits::late_from.le(now))
            .filter(stage_visits::unit_id.eq_any(ids.clone()))
            .group_by(stage_visits::unit_id)
            .select((stage_visits::unit_id, count_star()))
            .load::<(Id, i64)>(self.conn)?
            .into_iter()
            .collect();
        let decided: Vec<_> = Ending::DECIDED.iter().copied().map(Word).collect();
        let decided: HashMap<Id, i64> = stage_visits::table
            .filter(stage_visits::jurisdiction_id.eq(scope.jurisdiction))
            .filter(stage_visits::unit_id.eq_any(ids))
            .filter(stage_visits::left_at.ge(since))
            .filter(stage_visits::left_at.lt(until))
            .filter(stage_visits::ending.assume_not_null().eq_any(decided))
            .group_by(stage_visits::unit_id)
            .select((stage_visits::unit_id, count_star()))
            .load::<(Id, i64)>(self.conn)?
            .into_iter()
            .collect();
        let of = |counts: &HashMap<Id, i64>, unit| counts.get(&unit).copied().unwrap_or(0);
        let all = units.into_iter().map(|(unit, waiting)| Waiting {
            unit,
            waiting,
            overdue: of(&overdue, unit),
            decided: of(&decided, unit),
        });
        Ok(all.collect())
    }
}
