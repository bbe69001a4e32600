//! Training funds of employers (rule U5): what was accrued and spent of a year's payroll, against the policy's rates.
//!
//! Money is whole fen; a rate is compared by multiplying out, never by a rounded quotient.

use serde::Serialize;

use crate::policy::FundingTerms;
use crate::refusal::Refusal;

/// The largest amount that is accepted, in fen: ten thousand billion yuan. It is exact as a JSON number and leaves room to
/// multiply.
pub const MAX_FEN: i64 = 1_000_000_000_000_000;

/// What an employer reports of a year, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Funds {
    /// 工资总额: the year's payroll.
    pub payroll: i64,
    /// 提取的职工教育经费: what was set aside for training.
    pub accrued: i64,
    /// 实际支出: what was spent on training.
    pub spent: i64,
}

/// A report measured by the policy's rates (U5). Amounts in fen, rates in hundredths of a per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Accrued ÷ payroll, rounded down; `None` when there was no payroll.
    pub accrued_rate_basis_points: Option<u32>,
    /// Spent ÷ payroll, rounded down; `None` when there was no payroll.
    pub spent_rate_basis_points: Option<u32>,
    /// The least that should have been accrued: the floor of the payroll, a begun fen counted.
    pub floor: i64,
    /// What is missing to the floor; 0 when nothing is.
    pub shortfall: i64,
    /// The most that is tax-deductible: the ceiling of the payroll, a begun fen not counted.
    pub deductible_ceiling: i64,
    /// What was spent within the ceiling.
    pub deductible: i64,
    /// What was spent above the ceiling.
    pub excess: i64,
    /// What was accrued and not spent; below 0 when more was spent than accrued, out of earlier years.
    pub unspent: i64,
}

impl Measured {
    /// Whether less was accrued than the floor asks for.
    #[must_use]
    pub const fn is_below_floor(&self) -> bool {
        self.shortfall > 0
    }
}

/// Whether a report can be (U5).
///
/// **Reading**: a year that has not begun has no payroll yet; and who reports more training funds than wages has taken yuan for
/// fen, or one column for another. Spending more than the year accrued is fine: earlier years' funds may be used.
///
/// # Errors
/// [`Refusal::FundingYearAhead`], [`Refusal::FundingOverPayroll`].
pub const fn check(funds: Funds, year: i32, this_year: i32) -> Result<(), Refusal> {
    if year > this_year {
        return Err(Refusal::FundingYearAhead { year, this_year });
    }
    let Funds { payroll, accrued, spent } = funds;
    if accrued > payroll || spent > payroll {
        return Err(Refusal::FundingOverPayroll { payroll, accrued, spent });
    }
    Ok(())
}

/// The report against the policy's floor and ceiling (U5).
///
/// **Reading**: the floor measures what was accrued, the ceiling what was spent, as the tax law does.
#[must_use]
pub fn measure(funds: Funds, terms: FundingTerms) -> Measured {
    let Funds { payroll, accrued, spent } = funds;
    let share = |basis_points: u32| i128::from(payroll) * i128::from(basis_points);
    let floor = fen((share(terms.floor_rate_basis_points) + 9_999) / 10_000);
    let deductible_ceiling = fen(share(terms.deductible_rate_basis_points) / 10_000);
    let deductible = spent.min(deductible_ceiling);
    Measured {
        accrued_rate_basis_points: rate(accrued, payroll),
        spent_rate_basis_points: rate(spent, payroll),
        floor,
        shortfall: floor.saturating_sub(accrued).max(0),
        deductible_ceiling,
        deductible,
        excess: spent.saturating_sub(deductible),
        unspent: accrued.saturating_sub(spent),
    }
}

fn rate(part: i64, payroll: i64) -> Option<u32> {
    let basis_points = (i128::from(part) * 10_000).checked_div(i128::from(payroll))?;
    u32::try_from(basis_points).ok()
}

/// Amounts stay far below the limit: the payroll has one, and rates are at most 1.
fn fen(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
