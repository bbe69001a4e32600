//! Training funds of units, reported by year (U5). Every report is kept; the latest stands.

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::funding::{check, measure};
use xueshi_domain::instant::china_date;
use xueshi_persistence::{
    FundingFilter, FundingReport, Id, Moment, Page, Reader, Slice, StoreError, Writer,
};

use super::events::Happening;
use super::organizations::visible as visible_unit;
use super::rules::Rules;
use super::{Asker, Reply};
use crate::dto::funding_reports::{FundingReportDto, NewFundingReport, WhichFundingReports};
use crate::extract::IfMatch;
use crate::problem::{Code, Problem};

/// The reports as they stand of the asker's units, and of the units that theirs review.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    wanted: &WhichFundingReports,
    page: Page<(i32, Id)>,
) -> Result<Slice<FundingReportDto>, Problem> {
    let filter = FundingFilter {
        year: wanted.year.map(|year| year.0),
        organization: wanted.organization_id.map(Id),
        below_floor: wanted.below_floor,
    };
    let found = reader.funding_reports(&asker.scope(Permission::ReadStatistics), &filter, page)?;
    let rows = found.rows.into_iter().map(FundingReportDto::from).collect();
    Ok(Slice { rows, total: found.total })
}

/// The report of a unit and year as it stands.
///
/// # Errors
/// 404 when there is none that the asker may see.
pub fn get(
    reader: &mut Reader<'_>,
    asker: &Asker,
    unit: Uuid,
    year: i32,
) -> Result<FundingReportDto, Problem> {
    visible(reader, asker, unit, year).map(FundingReportDto::from)
}

/// Every report of a unit and year.
///
/// # Errors
/// 404 when there is none that the asker may see.
pub fn revisions(
    reader: &mut Reader<'_>,
    asker: &Asker,
    unit: Uuid,
    year: i32,
    page: Page<i32>,
) -> Result<Slice<FundingReportDto>, Problem> {
    let standing = visible(reader, asker, unit, year)?;
    let (city, unit) = (standing.jurisdiction_id, standing.organization_id);
    let found = reader.funding_revisions(city, unit, year, page)?;
    let rows = found.rows.into_iter().map(FundingReportDto::from).collect();
    Ok(Slice { rows, total: found.total })
}

fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    unit: Uuid,
    year: i32,
) -> Result<FundingReport, Problem> {
    let scope = asker.scope(Permission::ReadStatistics);
    let found = reader.visible_funding_report(&scope, Id(unit), year)?;
    found.ok_or_else(|| Problem::new(Code::NotFound))
}

/// Reports the funds of a unit and year: for the first time, or in the place of the report that stands.
///
/// # Errors
/// 403 for a unit that the asker does not act for, 404; 428 and 412 for a second report that does not name the first;
/// `no-policy`, `funding-year-ahead`, `funding-over-payroll`.
pub fn put(
    writer: &mut Writer<'_>,
    asker: &Asker,
    unit: Uuid,
    year: i32,
    condition: &IfMatch,
    new: &NewFundingReport,
) -> Result<Reply<FundingReportDto>, Problem> {
    let now = writer.now();
    let unit = visible_unit(writer, asker, unit)?;
    let acting_for = asker.acting_for(Permission::ReportFunds, &unit.path)?.organization_id;
    let city = unit.jurisdiction_id;
    let standing = writer.funding_report(city, unit.id, year)?;
    match &standing {
        None if condition.is_given() => return Err(Problem::new(Code::PreconditionFailed)),
        None => {}
        Some(_) if !condition.is_given() => return Err(Problem::new(Code::PreconditionRequired)),
        Some(standing) => condition.check(standing.revision.into())?,
    }
    // The year stands in the path: no member of the body is to blame.
    let rules = Rules::of(writer, city, year).map_err(|problem| problem.moved("/year", ""))?;
    check(new.funds(), year, china_date(now).year())?;
    let terms = rules.policy.funding;
    let measured = measure(new.funds(), terms);
    let report = FundingReport {
        jurisdiction_id: city,
        organization_id: unit.id,
        year,
        revision: standing.as_ref().map_or(1, |standing| standing.revision + 1),
        payroll: new.payroll_fen,
        accrued: new.accrued_fen,
        spent: new.spent_fen,
        floor_rate: i32::try_from(terms.floor_rate_basis_points).map_err(Problem::internal)?,
        deductible_rate: i32::try_from(terms.deductible_rate_basis_points)
            .map_err(Problem::internal)?,
        below_floor: measured.is_below_floor(),
        note: new.note.clone(),
        policy_version: rules.version,
        account_id: asker.account(),
        unit_id: Id(acting_for),
        reported_at: Moment(now),
    };
    match writer.save_funding_report(&report) {
        Ok(true) => {}
        // Another report came first: run again, it finds that.
        Ok(false) | Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        Err(error) => return Err(error.into()),
    }
    Happening::new(EventType::FundingReported)
        .by(asker)
        .unit(unit.id)
        .authority(unit.reviewing_body_id)
        .year(year)
        .data(json!({"revision": report.revision, "below_floor": report.below_floor,
            "accrued_rate_basis_points": measured.accrued_rate_basis_points}))
        .tell(writer, city)?;
    let revision = report.revision;
    let reply = if revision == 1 {
        let location = format!("/v1/funding-reports/{}/{year}", unit.id);
        Reply::created(&location, report.into())
    } else {
        Reply::ok(report.into())
    };
    Ok(reply.version(revision))
}
