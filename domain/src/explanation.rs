//! The checks behind decisions, each with the rule that asks for it (rule V7).
//!
//! A decision, a refusal, a year's outcome and a due date are explained by what was checked and what each check found. What is
//! kept of a check is its name, its outcome and the facts that it looked at, so that it reads the same years later.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::declaration::{Check, Outcome};
use crate::hours::Hours;
use crate::ledger::Breakdown;
use crate::rule::Rule;

text_enum! {
    /// What can be checked. Names are stable.
    pub enum CheckName {
        /// A policy is published for the declared year.
        PolicyOfTheYear = "policy_of_the_year",
        /// The person is employed.
        ActiveEmployment = "active_employment",
        /// The person's post is in scope.
        PostInScope = "post_in_scope",
        /// The learning ended in the declared year.
        YearOfLearning = "year_of_learning",
        /// Learning under a make-up grant lies in its study time.
        WithinMakeupStudy = "within_makeup_study",
        /// The prior year that is made up lacks hours.
        PriorYearShort = "prior_year_short",
        /// The learning has ended.
        LearningFinished = "learning_finished",
        /// Public hours come from a platform.
        PublicFromPlatform = "public_from_platform",
        /// The platform is on the year's list.
        PlatformListed = "platform_listed",
        /// The class stands on a plan that was approved before it began.
        ClassOnApprovedPlan = "class_on_approved_plan",
        /// The attendee passed.
        AttendeePassed = "attendee_passed",
        /// The way counts on one's own declaration.
        WayCounted = "way_counted",
        /// There are hours at all.
        SomeHours = "some_hours",
        /// The hours are within the limit of one item.
        LimitOfOneItem = "limit_of_one_item",
        /// The hours are within those of the plan's item.
        WithinPlanItem = "within_plan_item",
        /// The days can hold the hours.
        DaysHoldHours = "days_hold_hours",
        /// The hours are within the year's limit of the way.
        LimitOfTheYear = "limit_of_the_year",
        /// There is evidence of a kind that the policy names.
        EvidenceGiven = "evidence_given",
        /// The same learning does not stand already.
        CountedOnce = "counted_once",
        /// The state takes the event.
        StateAllows = "state_allows",
        /// The window is open.
        WindowOpen = "window_open",
        /// No year-end freeze is in force.
        NotFrozen = "not_frozen",
        /// Full review time is left before review ends.
        TimeLeftForReview = "time_left_for_review",
        /// Who decides acts for the unit that holds the case.
        ActsForHolder = "acts_for_holder",
        /// Nobody decides on their own.
        NotOnesOwn = "not_ones_own",
        /// Another person decided the stage before.
        AnotherReviewer = "another_reviewer",
        /// The decision was made in time.
        DecidedInTime = "decided_in_time",
        /// The working days up to the due day.
        DueDay = "due_day",
        /// Public hours against their floor.
        PublicFloor = "public_floor",
        /// Professional hours against their floor.
        ProfessionalFloor = "professional_floor",
        /// All hours against their floor.
        TotalFloor = "total_floor",
        /// What lies above a floor stays in its year.
        NothingCarriedOver = "nothing_carried_over",
        /// Hours of a prior year came in under grants only.
        UnderGrant = "under_grant",
        /// Whether the person is exempt.
        NotExempt = "not_exempt",
        /// The body verified the satisfied year.
        Verified = "verified",
        /// A decision from above certified the year.
        CertifiedByDecision = "certified_by_decision",
        /// What stands of the year's certificate.
        CertificateFollows = "certificate_follows",
        /// The outcome that settlement wrote.
        OutcomeKept = "outcome_kept",
        /// What counts for the appraisal of a public institution.
        CountsForAppraisal = "counts_for_appraisal",
        /// The year is a prior one that can still be made up.
        YearCanBeMadeUp = "year_can_be_made_up",
        /// No grant stands for the same person and year.
        NoOtherGrant = "no_other_grant",
        /// No other application waits for the same person and year.
        NoOtherApplication = "no_other_application",
        /// What is exceptional states its special reason.
        SpecialReason = "special_reason",
        /// Employer, first body and municipal bureau have each their step.
        ThreeParties = "three_parties",
        /// A day of the absence lies in the year.
        AbsenceInYear = "absence_in_year",
        /// Joining in the year lets off only where the policy says so.
        NoProRating = "no_pro_rating",
        /// There is something to be exempt from.
        YearNotComplete = "year_not_complete",
        /// There is something to appeal against.
        OpenToAppeal = "open_to_appeal",
        /// The matter was not appealed about before.
        AppealedOnce = "appealed_once",
        /// The next level up decides.
        NextLevelDecides = "next_level_decides",
        /// Whoever decides had no part in what is appealed against.
        NoPartInDecision = "no_part_in_decision",
        /// The person goes to another employer.
        OtherEmployer = "other_employer",
        /// The unit is in use.
        UnitInUse = "unit_in_use",
        /// The year that is applied for is not over.
        FilingYearOpen = "filing_year_open",
        /// The plan has an item.
        PlanHasItems = "plan_has_items",
        /// No class rests on what an amendment takes away.
        ItemsNotInUse = "items_not_in_use",
        /// The places are within the policy's cap.
        PlacesWithinCap = "places_within_cap",
        /// It has not begun.
        NotBegun = "not_begun",
        /// It is over.
        HasEnded = "has_ended",
        /// No more people than places.
        ListWithinPlaces = "list_within_places",
        /// One result for each of those admitted, and for nobody else.
        ResultsFitList = "results_fit_list",
        /// The employer compared the person's document.
        IdentityChecked = "identity_checked",
        /// The record under the id number bears the same name.
        IdentityMatches = "identity_matches",
        /// The record under the id number has no other account.
        NoOtherAccount = "no_other_account",
        /// The person is employed by no other unit.
        EmployedNowhereElse = "employed_nowhere_else",
        /// A refusal of any other rule.
        OtherRule = "other_rule",
    }
}

impl CheckName {
    /// The rule that asks for the check.
    #[must_use]
    pub const fn rule(self) -> Rule {
        match self {
            Self::PolicyOfTheYear | Self::WindowOpen => Rule::W3,
            Self::ActiveEmployment => Rule::U3,
            Self::PostInScope => Rule::U4b,
            Self::YearOfLearning | Self::LearningFinished => Rule::H2,
            Self::PublicFromPlatform | Self::PlatformListed => Rule::H6,
            Self::ClassOnApprovedPlan => Rule::H5,
            Self::AttendeePassed => Rule::P4,
            Self::WayCounted | Self::LimitOfOneItem | Self::LimitOfTheYear => Rule::H8,
            Self::SomeHours | Self::PublicFloor | Self::ProfessionalFloor | Self::TotalFloor => {
                Rule::H1
            }
            Self::WithinPlanItem => Rule::P3,
            Self::DaysHoldHours => Rule::H9,
            Self::EvidenceGiven => Rule::H10,
            Self::CountedOnce => Rule::H7,
            Self::StateAllows => Rule::V4,
            Self::NotFrozen => Rule::W1,
            Self::TimeLeftForReview => Rule::V5,
            Self::ActsForHolder | Self::NotOnesOwn | Self::AnotherReviewer | Self::OtherRule => {
                Rule::Who
            }
            Self::DecidedInTime => Rule::V3,
            Self::DueDay => Rule::V1,
            Self::NothingCarriedOver => Rule::H3,
            Self::UnderGrant => Rule::H4,
            Self::WithinMakeupStudy | Self::NoOtherGrant | Self::NoOtherApplication => Rule::M3,
            Self::PriorYearShort | Self::YearCanBeMadeUp => Rule::M1,
            Self::NotExempt | Self::AbsenceInYear | Self::YearNotComplete => Rule::A5,
            Self::Verified | Self::CertifiedByDecision => Rule::A1,
            Self::CertificateFollows => Rule::A2,
            Self::OutcomeKept | Self::CountsForAppraisal => Rule::A4,
            Self::SpecialReason => Rule::M6,
            Self::ThreeParties => Rule::M2,
            Self::NoProRating => Rule::A6,
            Self::OpenToAppeal
            | Self::AppealedOnce
            | Self::NextLevelDecides
            | Self::NoPartInDecision => Rule::V8,
            Self::OtherEmployer | Self::EmployedNowhereElse => Rule::U2,
            Self::UnitInUse => Rule::U1,
            Self::FilingYearOpen => Rule::P1,
            Self::PlanHasItems | Self::ItemsNotInUse => Rule::P2,
            Self::PlacesWithinCap
            | Self::NotBegun
            | Self::HasEnded
            | Self::ListWithinPlaces
            | Self::ResultsFitList => Rule::P6,
            Self::IdentityChecked | Self::IdentityMatches | Self::NoOtherAccount => Rule::U0,
        }
    }
}

text_enum! {
    /// What a check found.
    pub enum CheckOutcome {
        /// The rule is kept.
        Passed = "passed",
        /// The rule is broken, or a floor not reached.
        Failed = "failed",
        /// The rule has nothing to say here.
        NotApplicable = "not_applicable",
        /// Something that should be known and stops nothing, such as lateness.
        Noted = "noted",
    }
}

/// What one check found, with the facts that it looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was checked.
    pub check: CheckName,
    /// What it found.
    pub outcome: CheckOutcome,
    /// What it looked at, beyond the inputs of the decision.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub facts: Value,
}

impl Finding {
    /// A finding without facts of its own.
    #[must_use]
    pub const fn new(check: CheckName, outcome: CheckOutcome) -> Self {
        Self { check, outcome, facts: Value::Null }
    }

    /// A rule that is kept.
    #[must_use]
    pub const fn passed(check: CheckName) -> Self {
        Self::new(check, CheckOutcome::Passed)
    }

    /// Rules that are kept, in this order.
    #[must_use]
    pub fn all_passed(checks: &[CheckName]) -> Vec<Self> {
        checks.iter().copied().map(Self::passed).collect()
    }

    /// Kept or broken.
    #[must_use]
    pub const fn of(check: CheckName, kept: bool) -> Self {
        Self::new(check, if kept { CheckOutcome::Passed } else { CheckOutcome::Failed })
    }

    /// With the facts that it rests on.
    #[must_use]
    pub fn with(self, facts: Value) -> Self {
        Self { facts, ..self }
    }
}

impl From<&Check> for Finding {
    /// A check of a declaration; a refusal's facts are those of the refusal.
    fn from(check: &Check) -> Self {
        match &check.outcome {
            Outcome::NotApplicable => Self::new(check.name, CheckOutcome::NotApplicable),
            Outcome::Passed => Self::passed(check.name),
            Outcome::Refused(refusal) => Self::new(check.name, CheckOutcome::Failed)
                .with(serde_json::to_value(refusal).unwrap_or_default()),
        }
    }
}

/// H1, H3: a year's hours against each floor by itself, and what lies above them (E1–E3).
#[must_use]
pub fn against_floors(floors: Breakdown, approved: Breakdown) -> Vec<Finding> {
    let one = |check, floor: Hours, hours: Hours| {
        Finding::of(check, hours >= floor).with(serde_json::json!({
            "floor": floor, "approved": hours,
            "shortfall": floor.saturating_sub(hours), "excess": hours.saturating_sub(floor),
        }))
    };
    let above = approved.saturating_sub(floors);
    vec![
        one(CheckName::PublicFloor, floors.public, approved.public),
        one(CheckName::ProfessionalFloor, floors.professional, approved.professional),
        one(CheckName::TotalFloor, floors.total, approved.total),
        Finding::passed(CheckName::NothingCarriedOver)
            .with(serde_json::json!({"excess": above, "carried": Hours::ZERO})),
    ]
}

text_enum! {
    /// Whether what a decision rested on was kept when it was made.
    pub enum Support {
        /// Inputs and the outcome of each check were kept in the transaction of the decision.
        Kept = "kept",
        /// Nothing was kept of its checks: only what its own row tells is told.
        NotKept = "not_kept",
    }
}

text_enum! {
    /// What an explanation is about: the `kind` in its address.
    pub enum Explained {
        /// Everything that was decided on a declaration.
        Declaration = "declaration",
        /// One reviewer's decision.
        Review = "review",
        /// A refusal by a rule.
        Refusal = "refusal",
        /// Where a person's year stands, and why.
        AnnualRecord = "annual_record",
        /// The sealed snapshot of a settled year, with what was added beside it.
        Appraisal = "appraisal",
        /// The due dates of a declaration, with each working day that was counted.
        DueDate = "due_date",
        /// A certificate, from its issue to its end.
        Certificate = "certificate",
        /// An application for make-up.
        MakeupApplication = "makeup_application",
        /// An exemption.
        Exemption = "exemption",
        /// An appeal.
        Appeal = "appeal",
        /// A transfer between employers.
        Transfer = "transfer",
        /// An institution's filing for a year.
        Filing = "filing",
        /// A training plan.
        TrainingPlan = "training_plan",
        /// An advanced seminar.
        Seminar = "seminar",
        /// A request to join an employer.
        EmploymentRequest = "employment_request",
    }
}
