//! U5: training funds against the floor and the tax-deductible ceiling, to the fen.

use proptest::prelude::*;
use xueshi_domain::funding::{Funds, MAX_FEN, check, measure};
use xueshi_domain::policy::FundingTerms;

use crate::policy;

fn terms() -> FundingTerms {
    policy(2023).funding
}

/// U5: payroll, accrued, spent → rate in basis points, shortfall, deductible, excess.
#[test]
fn u5_rates_by_example() {
    let rows = [
        // Ten million yuan of payroll: floor 150,000 yuan, ceiling 800,000 yuan.
        ((1_000_000_000, 15_000_000, 12_000_000), (Some(150), 0, 12_000_000, 0)),
        ((1_000_000_000, 14_999_999, 12_000_000), (Some(149), 1, 12_000_000, 0)),
        ((1_000_000_000, 25_000_000, 80_000_000), (Some(250), 0, 80_000_000, 0)),
        ((1_000_000_000, 25_000_000, 80_000_001), (Some(250), 0, 80_000_000, 1)),
        // A begun fen of the floor counts, one of the ceiling does not.
        ((101, 1, 9), (Some(99), 1, 8, 1)),
        ((0, 0, 0), (None, 0, 0, 0)),
        ((MAX_FEN, MAX_FEN, MAX_FEN), (Some(10_000), 0, MAX_FEN / 100 * 8, MAX_FEN / 100 * 92)),
    ];
    for ((payroll, accrued, spent), (rate, shortfall, deductible, excess)) in rows {
        let measured = measure(Funds { payroll, accrued, spent }, terms());
        assert_eq!(measured.accrued_rate_basis_points, rate, "{payroll}");
        assert_eq!(measured.shortfall, shortfall, "{payroll}");
        assert_eq!(measured.is_below_floor(), shortfall > 0);
        assert_eq!((measured.deductible, measured.excess), (deductible, excess), "{payroll}");
        assert_eq!(measured.unspent, accrued - spent);
    }
}

/// U5: what cannot be a report.
#[test]
fn u5_what_is_refused() {
    let funds = |payroll, accrued, spent| Funds { payroll, accrued, spent };
    for (funds, year, expected) in [
        (funds(100, 100, 100), 2023, None),
        (funds(100, 1, 2), 2022, None),
        (funds(0, 0, 0), 2023, None),
        (funds(100, 1, 1), 2024, Some("funding-year-ahead")),
        (funds(100, 101, 1), 2023, Some("funding-over-payroll")),
        (funds(100, 1, 101), 2023, Some("funding-over-payroll")),
        (funds(0, 1, 0), 2023, Some("funding-over-payroll")),
    ] {
        let answer = check(funds, year, 2023);
        assert_eq!(answer.err().map(|refusal| refusal.code()), expected, "{funds:?} {year}");
    }
}

proptest! {
    /// U5: the parts are those of the whole, and the floor is reached exactly when the multiplied-out comparison says so.
    #[test]
    fn u5_amounts_add_up(payroll in 0..=MAX_FEN, accrued in 0..=MAX_FEN, spent in 0..=MAX_FEN) {
        let funds = Funds { payroll, accrued, spent };
        let measured = measure(funds, terms());
        prop_assert_eq!(measured.deductible + measured.excess, spent);
        prop_assert!(measured.deductible <= measured.deductible_ceiling);
        let reached = i128::from(accrued) * 10_000
            >= i128::from(payroll) * i128::from(terms().floor_rate_basis_points);
        prop_assert_eq!(measured.is_below_floor(), !reached);
    }
}
