//! What plans, classes, reports … say of themselves, as facts.

use xueshi_domain::figures::Count;
use xueshi_domain::figures::part::{funding_counts, seminar_counts};

use super::journal::Fact;
use crate::funding::FundingReport;
use crate::seminars::Seminar;

impl Fact {
    /// What a funding report says (U5).
    pub(crate) fn funding(report: &FundingReport) -> Self {
        Self::Part {
            kind: Count::Funding,
            subject: report.organization_id,
            year: report.year,
            unit: report.organization_id,
            label: if report.below_floor { "below_floor" } else { "reported" }.to_owned(),
            amounts: funding_counts(
                report.payroll,
                report.accrued,
                report.spent,
                report.below_floor,
            ),
        }
    }

    /// What an advanced seminar says (P6).
    pub(crate) fn seminar(seminar: &Seminar) -> Self {
        Self::Part {
            kind: Count::Seminar,
            subject: seminar.id,
            year: seminar.year,
            unit: seminar.organization_id,
            label: seminar.state.0.to_string(),
            amounts: seminar_counts(seminar.state.0),
        }
    }
}
