//! Training funds of units, as they were reported (U5). Amounts are whole fen.

use diesel::prelude::*;

use crate::columns::{Id, Moment};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::schema::{funding_report_revisions, funding_reports, organizations};
use crate::scope::{Condition, NOBODY, Scope, units_below};
use crate::store::{Reader, Writer};

/// The training funds of a unit and year. The same row is the present report and one of its revisions.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = funding_reports, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct FundingReport {
    /// The city.
    pub jurisdiction_id: Id,
    /// The unit.
    pub organization_id: Id,
    /// The year.
    pub year: i32,
    /// 1, and one more with every report.
    pub revision: i32,
    /// The payroll, in fen.
    pub payroll: i64,
    /// Set aside for training, in fen.
    pub accrued: i64,
    /// Spent on training, in fen.
    pub spent: i64,
    /// The floor that it was measured by, in hundredths of a per cent.
    pub floor_rate: i32,
    /// The tax-deductible ceiling that it was measured by, in hundredths of a per cent.
    pub deductible_rate: i32,
    /// Whether less was accrued than the floor.
    pub below_floor: bool,
    /// What the unit says about it.
    pub note: Option<String>,
    /// The policy version that it was measured under (W3).
    pub policy_version: i32,
    /// Who reported.
    pub account_id: Id,
    /// The unit that they acted for.
    pub unit_id: Id,
    /// When.
    pub reported_at: Moment,
}

/// The same columns in the table of revisions.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = funding_report_revisions, treat_none_as_default_value = false)]
struct Revision {
    jurisdiction_id: Id,
    organization_id: Id,
    year: i32,
    revision: i32,
    payroll: i64,
    accrued: i64,
    spent: i64,
    floor_rate: i32,
    deductible_rate: i32,
    below_floor: bool,
    note: Option<String>,
    policy_version: i32,
    account_id: Id,
    unit_id: Id,
    reported_at: Moment,
}

/// Moves the columns from one of the two to the other.
macro_rules! same_columns {
    ($($from:ident to $to:ident),+) => {$(
        impl From<$from> for $to {
            fn from(row: $from) -> Self {
                Self {
                    jurisdiction_id: row.jurisdiction_id,
                    organization_id: row.organization_id,
                    year: row.year,
                    revision: row.revision,
                    payroll: row.payroll,
                    accrued: row.accrued,
                    spent: row.spent,
                    floor_rate: row.floor_rate,
                    deductible_rate: row.deductible_rate,
                    below_floor: row.below_floor,
                    note: row.note,
                    policy_version: row.policy_version,
                    account_id: row.account_id,
                    unit_id: row.unit_id,
                    reported_at: row.reported_at,
                }
            }
        }
    )+};
}

same_columns!(FundingReport to Revision, Revision to FundingReport);

/// Which reports a list shows.
#[derive(Debug, Clone, Default)]
pub struct FundingFilter {
    /// Only of this year.
    pub year: Option<i32>,
    /// Only of this unit.
    pub organization: Option<Id>,
    /// Only below the floor, or only at or above it.
    pub below_floor: Option<bool>,
}

impl Scope {
    /// Reports of the scope's units, and of the units whose reviewing body is one of them.
    fn funding_reports(&self) -> Condition<funding_reports::table> {
        use funding_reports as f;
        use organizations as o;
        let mut within: Condition<f::table> = Box::new(f::organization_id.eq(NOBODY));
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let employers = diesel::alias!(organizations as employers);
            let reviewed = employers
                .filter(employers.field(o::jurisdiction_id).eq(self.jurisdiction))
                .filter(employers.field(o::reviewing_body_id).is_not_null())
                .filter(employers.field(o::reviewing_body_id).assume_not_null().eq_any(units()))
                .select(employers.field(o::id));
            let theirs = f::organization_id.eq_any(units()).or(f::organization_id.eq_any(reviewed));
            within = Box::new(within.or(theirs));
        }
        Box::new(f::jurisdiction_id.eq(self.jurisdiction).and(within))
    }
}

impl Reader<'_> {
    /// The report of a unit and year as it stands, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn funding_report(
        &mut self,
        jurisdiction: Id,
        organization: Id,
        year: i32,
    ) -> Result<Option<FundingReport>, StoreError> {
        Ok(funding_reports::table
            .find((jurisdiction, organization, year))
            .select(FundingReport::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The report of a unit and year as it stands, if the scope covers it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_funding_report(
        &mut self,
        scope: &Scope,
        organization: Id,
        year: i32,
    ) -> Result<Option<FundingReport>, StoreError> {
        Ok(funding_reports::table
            .filter(funding_reports::organization_id.eq(organization))
            .filter(funding_reports::year.eq(year))
            .filter(scope.funding_reports())
            .select(FundingReport::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The reports of a scope, by year and unit.
    ///
    /// # Errors
    /// On a database failure.
    pub fn funding_reports(
        &mut self,
        scope: &Scope,
        filter: &FundingFilter,
        page: Page<(i32, Id)>,
    ) -> Result<Slice<FundingReport>, StoreError> {
        use funding_reports as f;
        let matching = || -> f::BoxedQuery<'static, AnyBackend> {
            let mut query = f::table.into_boxed().filter(scope.funding_reports());
            if let Some(year) = filter.year {
                query = query.filter(f::year.eq(year));
            }
            if let Some(organization) = filter.organization {
                query = query.filter(f::organization_id.eq(organization));
            }
            if let Some(below_floor) = filter.below_floor {
                query = query.filter(f::below_floor.eq(below_floor));
            }
            query
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some((year, unit)) = page.after {
            let same = f::year.eq(year);
            query = match page.descending {
                true => query.filter(f::year.lt(year).or(same.and(f::organization_id.lt(unit)))),
                false => query.filter(f::year.gt(year).or(same.and(f::organization_id.gt(unit)))),
            };
        }
        query = match page.descending {
            true => query.order((f::year.desc(), f::organization_id.desc())),
            false => query.order((f::year.asc(), f::organization_id.asc())),
        };
        let rows = query.select(FundingReport::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// Every report that a unit made of a year, the latest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn funding_revisions(
        &mut self,
        jurisdiction: Id,
        organization: Id,
        year: i32,
        page: Page<i32>,
    ) -> Result<Slice<FundingReport>, StoreError> {
        use funding_report_revisions as r;
        let matching = || -> r::BoxedQuery<'static, AnyBackend> {
            r::table
                .into_boxed()
                .filter(r::jurisdiction_id.eq(jurisdiction))
                .filter(r::organization_id.eq(organization))
                .filter(r::year.eq(year))
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(r::revision.lt(after)),
                false => query.filter(r::revision.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(r::revision.desc()),
            false => query.order(r::revision.asc()),
        };
        let rows: Vec<Revision> =
            query.select(Revision::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows: rows.into_iter().map(FundingReport::from).collect(), total })
    }
}

impl Writer<'_> {
    /// Stores a report: a first one, or one that takes the place of the revision before it, which is kept. `false` when that
    /// revision no longer stands.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when a first report is there already.
    pub fn save_funding_report(&mut self, report: &FundingReport) -> Result<bool, StoreError> {
        use funding_reports as f;
        let stored = if report.revision == 1 {
            diesel::insert_into(f::table).values(report).execute(self.conn)?
        } else {
            diesel::update(
                f::table
                    .find((report.jurisdiction_id, report.organization_id, report.year))
                    .filter(f::revision.eq(report.revision - 1)),
            )
            .set(report)
            .execute(self.conn)?
        };
        if stored != 1 {
            return Ok(false);
        }
        diesel::insert_into(funding_report_revisions::table)
            .values(Revision::from(report.clone()))
            .execute(self.conn)?;
        self.note(report.jurisdiction_id, report.reported_at, &Fact::funding(report))?;
        Ok(true)
    }
}
