//! What plans, classes, reports … say of themselves, as facts.

use xueshi_domain::class::ClassState;
use xueshi_domain::figures::part::{filing_counts, funding_counts, plan_counts, seminar_counts};
use xueshi_domain::figures::{Count, Counts, Figure};

use super::fact::Fact;
use crate::classes::Class;
use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::filing::Filing;
use crate::funding::FundingReport;
use crate::makeup::MakeupGrant;
use crate::plans::TrainingPlan;
use crate::seminars::Seminar;
use crate::store::Writer;

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

    /// What a grant of exceptional make-up says, for the year that is made up (M6).
    pub(crate) fn exceptional(grant: &MakeupGrant) -> Self {
        let mut amounts = Counts::new();
        amounts.add(Figure::ExceptionalMakeup.as_str(), 1);
        Self::Part {
            kind: Count::Exceptional,
            subject: grant.id,
            year: grant.year,
            unit: grant.employer_id,
            label: "granted".to_owned(),
            amounts,
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

    /// What a filing says (P1).
    pub(crate) fn filing(filing: &Filing) -> Self {
        Self::Part {
            kind: Count::Filing,
            subject: filing.id,
            year: filing.year,
            unit: filing.organization_id,
            label: filing.state.0.to_string(),
            amounts: filing_counts(filing.state.0),
        }
    }

    /// What a training plan says by itself (P2).
    pub(crate) fn plan(plan: &TrainingPlan) -> Self {
        Self::Part {
            kind: Count::Plan,
            subject: plan.id,
            year: plan.year,
            unit: plan.organization_id,
            label: plan.state.0.to_string(),
            amounts: plan_counts(plan.state.0, 0),
        }
    }
}

impl Writer<'_> {
    /// Tells the figures of a class, and of its roster when that came in (P3, P4).
    pub(crate) fn note_class(
        &mut self,
        class: &Class,
        at: Moment,
        attendees: Option<i64>,
    ) -> Result<(), StoreError> {
        let fact = self.class_fact(class, attendees)?;
        self.note(class.jurisdiction_id, at, &fact)
    }

    /// What a class says, with how many are on its roster if that is known now.
    pub(super) fn class_fact(
        &mut self,
        class: &Class,
        attendees: Option<i64>,
    ) -> Result<Fact, StoreError> {
        let city = class.jurisdiction_id;
        let mut plan: Option<(Id, i32)> = None;
        if let Some(item) = class.plan_item_id
            && let Some(item) = self.plan_item(city, item)?
            && let Some(found) = self.training_plan(city, item.plan_id)?
        {
            plan = Some((found.id, found.year));
        }
        Ok(Fact::Class {
            class: class.id,
            year: class.ends_on.year(),
            unit: class.organization_id,
            label: class.state.0.to_string(),
            takes_place: class.state.0 != ClassState::Cancelled,
            attendees,
            plan,
        })
    }
}
