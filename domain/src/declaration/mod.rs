//! What may be declared (rules H1, H2, H5, H6, H8–H10, U3, U4b).
//!
//! A draft and a submission go through one list of checks. [`explain`] gives the outcome of each (V7), [`check_draft`] and
//! [`check_submission`] the first one that refuses.

mod amounts;
mod classes;

use serde::Serialize;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::explanation::CheckName;
use crate::hours::Hours;
use crate::learning::{EvidenceKind, LearningSpan, Subject, Way};
use crate::makeup::{MakeupStudy, study_dates};
use crate::people::{Employment, Post, require_active, require_in_scope};
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::registry::{FilingState, PlanState};
use crate::rule::Rule;
use crate::seminar::SeminarFacts;

use amounts::{
    days_hold_the_hours, some_hours, within_the_limit_of_one_item, within_the_limit_of_the_year,
    within_the_plan_item,
};
use classes::{attendee_passed, class_on_an_approved_plan};

pub use classes::{mend_of, missing_of, not_filed};

/// All that the rules need to know of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationFacts {
    /// The year that it is declared for.
    pub year: i32,
    /// The kind of subject.
    pub subject: Subject,
    /// The way of earning.
    pub way: Way,
    /// Its title, which a refusal names where there is no class.
    pub title: String,
    /// The days of learning.
    pub span: LearningSpan,
    /// The hours.
    pub hours: Hours,
    /// Where the learning comes from.
    pub source: LearningSource,
    /// Hours of this way in this year that the person's other declarations hold, approved and pending (H8).
    pub used_this_year: Hours,
    /// The person's employment, if any (U3).
    pub employment: Option<Employment>,
    /// The person's post (U4b).
    pub post: Post,
    /// The day in China on which it is asked.
    pub today: Date,
    /// The grant under which hours of a prior year are registered (M3); `None` for hours of the year itself.
    pub makeup: Option<MakeupStudy>,
}

/// Where the learning of a declaration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LearningSource {
    /// The person's own word, with evidence (H10).
    SelfDeclared {
        /// The kind of each attachment.
        evidence: Vec<EvidenceKind>,
    },
    /// A completion that a platform delivered (H6).
    PlatformCompletion {
        /// The code of the platform on which it was learned.
        platform: String,
    },
    /// A class's roster (H5, P3, P4).
    Roster(ClassFacts),
    /// An advanced seminar (H5, P6).
    Seminar(SeminarFacts),
}

/// All that the rules need to know of a class and of the attendee in its roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassFacts {
    /// Its title.
    pub title: String,
    /// The name of the institution.
    pub institution: String,
    /// Whether the institution was filed with the municipal bureau for the year (P1).
    pub institution_filed: bool,
    /// When the municipal bureau approved the plan that it stands on, if it did.
    pub plan_approved_at: Option<OffsetDateTime>,
    /// The first day of the class.
    pub began: Date,
    /// The hours of the plan's item (P3); `None` when no item is named.
    pub item_hours: Option<Hours>,
    /// Whether the attendee passed (P4).
    pub passed: bool,
    /// The class, if it is registered.
    pub class_id: Option<Uuid>,
    /// The unit that gives it, if known.
    pub institution_id: Option<Uuid>,
    /// Where the unit's filing for the year stands, if there is one.
    pub filing: Option<FilingState>,
    /// Where the plan of the class's item stands; `None` when the class stands on no item.
    pub plan: Option<PlanState>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "refusal", rename_all = "snake_case")]
pub enum Outcome {
    /// The rule has nothing to say here.
    NotApplicable,
    /// The rule is kept.
    Passed,
    /// The rule is broken.
    Refused(Refusal),
}

/// One rule's outcome (V7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    #[serde(skip)]
    pub name: CheckName,
    /// The rule.
    pub rule: Rule,
    /// What it found.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// A declaration that every check lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The outcome of each check, none of them refused.
    pub checks: Vec<Check>,
}

text_enum! {
    /// How far a declaration is to go.
    pub enum Step {
        /// Created or edited: what it says of itself must be possible.
        Draft = "draft",
        /// Submitted: the year's cap and the evidence are looked at too.
        Submission = "submission",
    }
}

/// Whether a rule applied, when it does not refuse.
enum Verdict {
    NotApplicable,
    Passed,
}

type CheckFn = fn(&DeclarationFacts, &Policy) -> Result<Verdict, Refusal>;

/// Every check in the order in which a person would want to hear of it: the person, the days, the source, the amount.
const CHECKS: &[(CheckName, Step, CheckFn)] = &[
    (CheckName::PolicyOfTheYear, Step::Draft, policy_of_the_year),
    (CheckName::ActiveEmployment, Step::Draft, active_employment),
    (CheckName::PostInScope, Step::Draft, post_in_scope),
    (CheckName::YearOfLearning, Step::Draft, year_of_learning),
    (CheckName::WithinMakeupStudy, Step::Draft, within_the_makeup_study),
    (CheckName::LearningFinished, Step::Draft, learning_is_finished),
    (CheckName::PriorYearShort, Step::Draft, the_prior_year_is_short),
    (CheckName::PublicFromPlatform, Step::Draft, public_hours_from_a_platform),
    (CheckName::PlatformListed, Step::Draft, platform_is_listed),
    (CheckName::ClassOnApprovedPlan, Step::Draft, class_on_an_approved_plan),
    (CheckName::AttendeePassed, Step::Draft, attendee_passed),
    (CheckName::WayCounted, Step::Draft, way_is_counted),
    (CheckName::SomeHours, Step::Draft, some_hours),
    (CheckName::LimitOfOneItem, Step::Draft, within_the_limit_of_one_item),
    (CheckName::WithinPlanItem, Step::Draft, within_the_plan_item),
    (CheckName::DaysHoldHours, Step::Draft, days_hold_the_hours),
    (CheckName::LimitOfTheYear, Step::Submission, within_the_limit_of_the_year),
    (CheckName::EvidenceGiven, Step::Submission, evidence_is_there),
];

/// The outcome of every check of a step, none left out (V7).
#[must_use]
pub fn explain(step: Step, facts: &DeclarationFacts, policy: &Policy) -> Vec<Check> {
    CHECKS
        .iter()
        .filter(|(_, from, _)| *from <= step)
        .map(|(name, _, check)| Check {
            name: *name,
            rule: name.rule(),
            outcome: match check(facts, policy) {
                Ok(Verdict::NotApplicable) => Outcome::NotApplicable,
                Ok(Verdict::Passed) => Outcome::Passed,
                Err(refusal) => Outcome::Refused(refusal),
            },
        })
        .collect()
}

/// Whether a declaration can be kept as a draft (H1, H2, H5, H6, H8 for one item, H9, U3, U4b).
///
/// # Errors
/// The first [`Refusal`].
pub fn check_draft(facts: &DeclarationFacts, policy: &Policy) -> Result<Admitted, Refusal> {
    admit(Step::Draft, facts, policy)
}

/// Whether a declaration can be submitted: everything of a draft again, the year's cap (H8) and the evidence (H10).
///
/// # Errors
/// The first [`Refusal`].
pub fn check_submission(facts: &DeclarationFacts, policy: &Policy) -> Result<Admitted, Refusal> {
    admit(Step::Submission, facts, policy)
}

fn admit(step: Step, facts: &DeclarationFacts, policy: &Policy) -> Result<Admitted, Refusal> {
    let checks = explain(step, facts, policy);
    let refused = checks.iter().find_map(|check| match &check.outcome {
        Outcome::Refused(refusal) => Some(refusal.clone()),
        Outcome::Passed | Outcome::NotApplicable => None,
    });
    refused.map_or(Ok(Admitted { checks }), Err)
}

fn passed_if(fine: bool, refusal: impl FnOnce() -> Refusal) -> Result<Verdict, Refusal> {
    if fine { Ok(Verdict::Passed) } else { Err(refusal()) }
}

/// W3: a declaration is judged by the policy of its own year.
fn policy_of_the_year(facts: &DeclarationFacts, policy: &Policy) -> Result<Verdict, Refusal> {
    passed_if(facts.year == policy.year, || Refusal::NoPolicy { year: facts.year })
}

/// U3: who has retired or left can no longer declare.
fn active_employment(facts: &DeclarationFacts, _: &Policy) -> Result<Verdict, Refusal> {
    require_active(facts.employment, facts.today).map(|()| Verdict::Passed)
}

/// U4b: staff managed as civil servants are out of scope.
fn post_in_scope(facts: &DeclarationFacts, policy: &Policy) -> Result<Verdict, Refusal> {
    require_in_scope(facts.post, policy.include_management_posts).map(|()| Verdict::Passed)
}

/// H2: the year of a declaration is the one in which the learning ended. Under a grant M3 takes its place.
fn year_of_learning(facts: &DeclarationFacts, _: &Policy) -> Result<Verdict, Refusal> {
    if facts.makeup.is_some() {
        return Ok(Verdict::NotApplicable);
    }
    let learning_year = facts.span.year();
    passed_if(facts.year == learning_year, || Refusal::YearMismatch {
        year: facts.year,
        learning_year,
    })
}

/// M3: under a grant, the learning dates lie between the grant and the study deadline.
fn within_the_makeup_study(facts: &DeclarationFacts, _: &Policy) -> Result<Verdict, Refusal> {
    match &facts.makeup {
        Some(study) => study_dates(study, facts.span).map(|()| Verdict::Passed),
        None => Ok(Verdict::NotApplicable),
    }
}

/// M1: hours are made up while the prior year lacks some. **Reading**: approved hours count, so that what one declaration may
/// lose in review another can bring; and a class that gives more than is missing is registered whole (H3: the rest is excess).
fn the_prior_year_is_short(facts: &DeclarationFacts, _: &Policy) -> Result<Verdict, Refusal> {
    let Some(study) = &facts.makeup else { return Ok(Verdict::NotApplicable) };
    passed_if(!study.missing.is_zero(), || Refusal::MakeupNotNeeded { year: facts.year })
}

/// H2: what has not ended yet belongs to no year yet. Learning that ends today has ended.
fn learning_is_finished(facts: &DeclarationFacts, _: &Policy) -> Result<Verdict, Refusal> {
    let (ends, today) = (facts.span.end(), facts.today);
    passed_if(ends <= today, || Refusal::LearningNotFinished { ends, today })
}

/// H6: public-required hours come only as completion records of platforms.
fn public_hours_from_a_platform(facts: &DeclarationFacts, _: &Policy) -> Result<Verdict, Refusal> {
    match (facts.subject, &facts.source) {
        (Subject::Professional, _) => Ok(Verdict::NotApplicable),
        (Subject::Public, LearningSource::PlatformCompletion { .. }) => Ok(Verdict::Passed),
        (
            Subject::Public,
            LearningSource::SelfDeclared { .. }
            | LearningSource::Roster(_)
            | LearningSource::Seminar(_),
        ) => Err(Refusal::PublicHoursNeedPlatform),
    }
}

/// H6: a completion counts only from a platform on the year's list, whatever its subject.
fn platform_is_listed(facts: &DeclarationFacts, policy: &Policy) -> Result<Verdict, Refusal> {
    match &facts.source {
        LearningSource::PlatformCompletion { platform } => {
            // Under a grant one studies on the platforms of the year in which one studies.
            let (listed, year) = match &facts.makeup {
                Some(study) => (study.platforms.contains(platform), study.from.year()),
                None => (policy.lists_platform(platform), policy.year),
            };
            passed_if(listed, || Refusal::PlatformNotListed { platform: platform.clone(), year })
        }
        LearningSource::SelfDeclared { .. }
        | LearningSource::Roster(_)
        | LearningSource::Seminar(_) => Ok(Verdict::NotApplicable),
    }
}

/// H8: on a person's own word only the ways that the year's conversion table takes, with evidence, count.
fn way_is_counted(facts: &DeclarationFacts, policy: &Policy) -> Result<Verdict, Refusal> {
    match &facts.source {
        LearningSource::SelfDeclared { .. } => {
            let counted =
                policy.conversion_of(facts.way).is_some_and(|rule| !rule.evidence.is_empty());
            passed_if(counted, || Refusal::WayNotCounted { way: facts.way, year: policy.year })
        }
        LearningSource::PlatformCompletion { .. }
        | LearningSource::Roster(_)
        | LearningSource::Seminar(_) => Ok(Verdict::NotApplicable),
    }
}

/// H10: self-declared learning needs evidence. **Reading**: one attachment of any of the kinds that the policy names.
fn evidence_is_there(facts: &DeclarationFacts, policy: &Policy) -> Result<Verdict, Refusal> {
    let LearningSource::SelfDeclared { evidence } = &facts.source else {
        return Ok(Verdict::NotApplicable);
    };
    let needed = policy.conversion_of(facts.way).map_or(EvidenceKind::ALL, |rule| &rule.evidence);
    passed_if(evidence.iter().any(|kind| needed.contains(kind)), || Refusal::EvidenceMissing {
        way: facts.way,
        needed: needed.to_vec(),
    })
}
