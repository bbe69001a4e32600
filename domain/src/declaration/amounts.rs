//! How many hours a declaration may give (H1, H8, H9, P3, P6).

use super::{DeclarationFacts, LearningSource, Verdict, passed_if};
use crate::hours::Hours;
use crate::policy::Policy;
use crate::refusal::{LimitKind, Refusal};

/// H1: a declaration gives at least a tenth of an hour.
pub(super) fn some_hours(facts: &DeclarationFacts, _: &Policy) -> Result<Verdict, Refusal> {
    passed_if(!facts.hours.is_zero(), || Refusal::HoursNotPositive)
}

/// H8: the conversion table's limit for one item of the way.
pub(super) fn within_the_limit_of_one_item(
    facts: &DeclarationFacts,
    policy: &Policy,
) -> Result<Verdict, Refusal> {
    let max = policy.conversion_of(facts.way).and_then(|rule| rule.max_hours_each);
    within(facts, LimitKind::PerItem, max, Hours::ZERO)
}

/// P3, P6: a class gives no more hours than the item of its plan, an advanced seminar no more than were approved.
pub(super) fn within_the_plan_item(
    facts: &DeclarationFacts,
    _: &Policy,
) -> Result<Verdict, Refusal> {
    match &facts.source {
        LearningSource::Roster(class) => {
            within(facts, LimitKind::PlanItem, class.item_hours, Hours::ZERO)
        }
        LearningSource::Seminar(seminar) => {
            within(facts, LimitKind::Seminar, Some(seminar.hours), Hours::ZERO)
        }
        LearningSource::SelfDeclared { .. } | LearningSource::PlatformCompletion { .. } => {
            Ok(Verdict::NotApplicable)
        }
    }
}

/// H8: the conversion table's limit for the way in a year, together with what stands already.
pub(super) fn within_the_limit_of_the_year(
    facts: &DeclarationFacts,
    policy: &Policy,
) -> Result<Verdict, Refusal> {
    let max = policy.conversion_of(facts.way).and_then(|rule| rule.max_hours_per_year);
    within(facts, LimitKind::PerYear, max, facts.used_this_year)
}

fn within(
    facts: &DeclarationFacts,
    limit: LimitKind,
    max: Option<Hours>,
    used: Hours,
) -> Result<Verdict, Refusal> {
    let Some(max) = max else { return Ok(Verdict::NotApplicable) };
    let fits = used.checked_add(facts.hours).is_some_and(|sum| sum <= max);
    passed_if(fits, || Refusal::HoursOverLimit {
        limit,
        way: facts.way,
        max,
        used,
        hours: facts.hours,
    })
}

/// H9: the days of learning hold only so many hours, in the ways that are time spent.
pub(super) fn days_hold_the_hours(
    facts: &DeclarationFacts,
    policy: &Policy,
) -> Result<Verdict, Refusal> {
    if !facts.way.is_time_spent() {
        return Ok(Verdict::NotApplicable);
    }
    let max_hours_per_day = policy.limits.max_hours_per_day;
    let days = facts.span.days();
    let max = max_hours_per_day.saturating_mul(days);
    passed_if(facts.hours <= max, || Refusal::HoursExceedDays {
        hours: facts.hours,
        days,
        max_hours_per_day,
        max,
    })
}
