//! Whether a person may make up a year (rules M1, M3).

use time::Date;
use uuid::Uuid;

use crate::explanation::CheckName;
use crate::ledger::{Breakdown, RecordState, YearTotals, assess};
use crate::people::{Employment, Post, require_active, require_in_scope};
use crate::policy::{MakeupTerms, Policy};
use crate::refusal::Refusal;

/// All that the rules need to know of one item of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFacts {
    /// The prior year.
    pub year: i32,
    /// The day in China on which it is asked.
    pub today: Date,
    /// The terms of the year in which it is asked.
    pub terms: MakeupTerms,
    /// The person's employment at the employer that applies; `None` when they work elsewhere or nowhere.
    pub employment: Option<Employment>,
    /// The person's post (U4b).
    pub post: Post,
    /// The hours that the person has in the prior year.
    pub totals: YearTotals,
    /// The state of the prior year, if the person has anything in it.
    pub state: Option<RecordState>,
    /// A grant that stands for the same person and year.
    pub standing_grant: Option<Uuid>,
    /// Another application of the year in which it is asked that waits for a decision about the same person and year.
    pub pending_application: Option<Uuid>,
}

/// What [`check_item`] asks, in its order: where it lets someone through, each of them was kept (V7).
pub const ITEM_CHECKS: &[CheckName] = &[
    CheckName::YearCanBeMadeUp,
    CheckName::PolicyOfTheYear,
    CheckName::ActiveEmployment,
    CheckName::PostInScope,
    CheckName::PriorYearShort,
    CheckName::NoOtherGrant,
    CheckName::NoOtherApplication,
];

/// Whether a person may make up a year, and what of it is missing (M1, M3). `policy` is that of the prior year, if
/// it has a published one, with the floors that the person's year is measured by.
///
/// It is asked when an item is written, submitted and granted: what holds at the application must still hold at the grant.
///
/// # Errors
/// The first [`Refusal`]: of the year, the person, the need, or another application.
pub fn check_item(facts: &ItemFacts, policy: Option<&Policy>) -> Result<Breakdown, Refusal> {
    let (year, latest) = (facts.year, facts.today.year().saturating_sub(1));
    let earliest = facts.terms.earliest_year;
    if !(earliest..=latest).contains(&year) {
        return Err(Refusal::MakeupYear { year, earliest, latest });
    }
    let policy = policy.filter(|policy| policy.year == year).ok_or(Refusal::NoPolicy { year })?;
    require_active(facts.employment, facts.today)?;
    require_in_scope(facts.post, policy.include_management_posts)?;
    let assessment = assess(policy.floors, facts.totals);
    if assessment.satisfied || facts.state == Some(RecordState::Exempt) {
        return Err(Refusal::MakeupNotNeeded { year });
    }
    if let Some(grant_id) = facts.standing_grant {
        return Err(Refusal::MakeupAlreadyGranted { year, grant_id });
    }
    if let Some(application_id) = facts.pending_application {
        return Err(Refusal::MakeupAlreadyApplied { year, application_id });
    }
    Ok(assessment.shortfall)
}
