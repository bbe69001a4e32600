//! Training funds on the wire (U5). Amounts are whole fen, rates hundredths of a per cent.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::funding::{Funds, MAX_FEN, Measured, measure};
use xueshi_domain::policy::FundingTerms;
use xueshi_persistence::FundingReport;

use super::Timestamp;
use super::checks::not_blank;
use super::years::FilterYear;
use crate::page;

/// The training funds of a unit and year, measured.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FundingReport)]
pub struct FundingReportDto {
    /// The unit.
    pub organization_id: Uuid,
    /// The year.
    pub year: i32,
    /// 1, and one more with every report; the `ETag`.
    pub revision: i32,
    /// The year's payroll, in fen.
    pub payroll_fen: i64,
    /// Set aside for training, in fen.
    pub accrued_fen: i64,
    /// Spent on training, in fen.
    pub spent_fen: i64,
    /// Accrued ÷ payroll in hundredths of a per cent, rounded down; null without a payroll.
    #[schema(required = true)]
    pub accrued_rate_basis_points: Option<u32>,
    /// Spent ÷ payroll in hundredths of a per cent, rounded down; null without a payroll.
    #[schema(required = true)]
    pub spent_rate_basis_points: Option<u32>,
    /// The policy's floor for what is accrued, in hundredths of a per cent of the payroll.
    pub floor_rate_basis_points: u32,
    /// The floor in fen, a begun fen counted.
    pub floor_fen: i64,
    /// Whether less was accrued than the floor.
    pub below_floor: bool,
    /// What is missing to the floor, in fen.
    pub shortfall_fen: i64,
    /// The policy's tax-deductible ceiling for what is spent, in hundredths of a per cent of the payroll.
    pub deductible_rate_basis_points: u32,
    /// The ceiling in fen, a begun fen not counted.
    pub deductible_ceiling_fen: i64,
    /// What was spent within the ceiling, in fen.
    pub deductible_fen: i64,
    /// What was spent above the ceiling, in fen.
    pub excess_fen: i64,
    /// Accrued and not spent, in fen; below 0 when more was spent than accrued.
    pub unspent_fen: i64,
    /// What the unit says about it.
    #[schema(required = true)]
    pub note: Option<String>,
    /// The policy version that it was measured under.
    pub policy_version: i32,
    /// Who reported.
    pub account_id: Uuid,
    /// The unit that they acted for.
    pub unit_id: Uuid,
    /// When.
    pub reported_at: Timestamp,
}

/// A rate as it is stored: policies keep it between 0 and 10,000.
fn rate(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

impl From<FundingReport> for FundingReportDto {
    fn from(report: FundingReport) -> Self {
        let FundingReport { payroll, accrued, spent, .. } = report;
        let terms = FundingTerms {
            floor_rate_basis_points: rate(report.floor_rate),
            deductible_rate_basis_points: rate(report.deductible_rate),
        };
        let measured = measure(Funds { payroll, accrued, spent }, terms);
        let below_floor = measured.is_below_floor();
        let Measured {
            accrued_rate_basis_points,
            spent_rate_basis_points,
            floor,
            shortfall,
            deductible_ceiling,
            deductible,
            excess,
            unspent,
        } = measured;
        Self {
            organization_id: report.organization_id.0,
            year: report.year,
            revision: report.revision,
            payroll_fen: payroll,
            accrued_fen: accrued,
            spent_fen: spent,
            accrued_rate_basis_points,
            spent_rate_basis_points,
            floor_rate_basis_points: terms.floor_rate_basis_points,
            floor_fen: floor,
            below_floor,
            shortfall_fen: shortfall,
            deductible_rate_basis_points: terms.deductible_rate_basis_points,
            deductible_ceiling_fen: deductible_ceiling,
            deductible_fen: deductible,
            excess_fen: excess,
            unspent_fen: unspent,
            note: report.note,
            policy_version: report.policy_version,
            account_id: report.account_id.0,
            unit_id: report.unit_id.0,
            reported_at: report.reported_at.into(),
        }
    }
}

page! {
    /// Training funds as they stand, by year and unit.
    pub struct FundingReportPage of FundingReportDto, list FundingReportList,
    sort FundingReportSort { Year = "year" } default "-year",
    expand [], sparse true
}

page! {
    /// Every report of a unit and year.
    pub struct FundingRevisionPage of FundingReportDto, list FundingRevisionList,
    sort FundingRevisionSort { Revision = "revision" } default "-revision",
    expand [], sparse true
}

/// Which reports are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichFundingReports {
    /// Only of this year.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only of this unit.
    pub organization_id: Option<Uuid>,
    /// Only those that accrued less than the floor, or only the others.
    pub below_floor: Option<bool>,
}

/// The training funds of a unit and year, in whole fen.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewFundingReport {
    /// The year's payroll.
    #[validate(range(min = 0, max = MAX_FEN))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    pub payroll_fen: i64,
    /// Set aside for training; no more than the payroll.
    #[validate(range(min = 0, max = MAX_FEN))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    pub accrued_fen: i64,
    /// Spent on training; no more than the payroll.
    #[validate(range(min = 0, max = MAX_FEN))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    pub spent_fen: i64,
    /// What there is to say about it.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
}

impl NewFundingReport {
    /// The amounts.
    #[must_use]
    pub fn funds(&self) -> Funds {
        Funds { payroll: self.payroll_fen, accrued: self.accrued_fen, spent: self.spent_fen }
    }
}
