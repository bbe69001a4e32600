//! What is kept of a decision: its inputs, what each check found, and the days of a due date.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::calendar::{Action, DayKind, WindowKind, WorkdayCalendar};
use xueshi_domain::declaration::{Check, Outcome};
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};
use xueshi_domain::policy::{Counting, ReviewTerms};
use xueshi_domain::review::{Arrival, Stage, counted_days, counted_from, due};
use xueshi_domain::{Refusal, RefusalCode};

use crate::dto::{Day, Timestamp};
use crate::problem::{Problem, check_text, refusal_text};
use crate::services::rules::Rules;

/// What a decision rested on. No names, no id numbers, no phones.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Basis {
    /// What was looked at.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub inputs: Value,
    /// What each check found, in the order of the checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The days up to the due day of the stage that it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueDays>,
}

impl Basis {
    /// Adds findings.
    #[must_use]
    pub fn and(mut self, more: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(more);
        self
    }
}

/// How a due day was counted (V1, V2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DueDays {
    /// The stage.
    pub stage: Stage,
    /// The unit that holds it.
    pub unit_id: Uuid,
    /// Day 0.
    pub counted_from: Day,
    /// Whether each stage is counted by itself.
    pub counting: Counting,
    /// The working days of a stage.
    pub working_days: u32,
    /// The exclusive end of the due day.
    pub due_at: Timestamp,
    /// Whether a year on the way has no arrangement of working days yet.
    pub provisional: bool,
    /// Every day after day 0, with what the calendar made of it.
    pub days: Vec<(Day, DayKind)>,
}

impl DueDays {
    /// Counts the days of a stage as [`due`] does.
    ///
    /// # Errors
    /// When the due day lies beyond the calendar.
    pub fn count(
        stage: Stage,
        unit_id: Uuid,
        arrival: Arrival,
        terms: &ReviewTerms,
        calendar: &WorkdayCalendar,
    ) -> Result<Self, Problem> {
        let due = due(arrival, terms, calendar).map_err(Problem::internal)?;
        let days = counted_days(arrival, terms, calendar).map_err(Problem::internal)?;
        Ok(Self {
            stage,
            unit_id,
            counted_from: counted_from(arrival, terms).into(),
            counting: terms.counting,
            working_days: terms.working_days_per_stage,
            due_at: due.at.into(),
            provisional: due.provisional,
            days: days.into_iter().map(|day| (day.day.date.into(), day.day.kind)).collect(),
        })
    }
}

/// W1, W3: that an act was possible at an instant, with the bounds of its window.
#[must_use]
pub fn window_findings(rules: &Rules, action: Action, now: OffsetDateTime) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some((kind, window)) = rules.timetable.needed(action) {
        found.push(Finding::passed(CheckName::WindowOpen).with(json!({
            "window": WindowKind::as_str(kind), "opens": Timestamp(window.opens),
            "closes": Timestamp(window.closes), "at": Timestamp(now),
        })));
    } else {
        found.push(Finding::new(CheckName::WindowOpen, CheckOutcome::NotApplicable));
    }
    let freeze = rules.timetable.next_freeze(now).map(|freeze| Timestamp(freeze.opens));
    found.push(Finding::passed(CheckName::NotFrozen).with(json!({"next_freeze": freeze})));
    found
}

/// A check of a declaration as it is kept; of a refused one with the sentence that was said.
#[must_use]
pub fn found(check: &Check) -> Finding {
    match &check.outcome {
        Outcome::NotApplicable | Outcome::Passed => Finding::from(check),
        Outcome::Refused(refusal) => refused(check.name, refusal),
    }
}

/// What a check refused, with the sentence that was said.
#[must_use]
pub fn refused(check: CheckName, refusal: &Refusal) -> Finding {
    let mut facts = serde_json::to_value(refusal).unwrap_or_default();
    facts[check_text::SAID] = check_text::kept(&refusal_text::text(refusal));
    Finding::new(check, CheckOutcome::Failed).with(facts)
}

/// The checks of refusals that are given outside of a declaration's own checks.
const BY_CODE: &[(RefusalCode, CheckName)] = &[
    (RefusalCode::WindowClosed, CheckName::WindowOpen),
    (RefusalCode::MakeupClosed, CheckName::WindowOpen),
    (RefusalCode::YearEndFreeze, CheckName::NotFrozen),
    (RefusalCode::NoPolicy, CheckName::PolicyOfTheYear),
    (RefusalCode::SpansTwoYears, CheckName::YearOfLearning),
    (RefusalCode::LearningDatesInverted, CheckName::YearOfLearning),
    (RefusalCode::DuplicateLearning, CheckName::CountedOnce),
    (RefusalCode::WrongState, CheckName::StateAllows),
    (RefusalCode::OwnDeclaration, CheckName::NotOnesOwn),
    (RefusalCode::OwnRecord, CheckName::NotOnesOwn),
    (RefusalCode::OwnCase, CheckName::NotOnesOwn),
    (RefusalCode::SameReviewer, CheckName::AnotherReviewer),
    (RefusalCode::NotHolder, CheckName::ActsForHolder),
    (RefusalCode::NotEmployed, CheckName::ActiveEmployment),
    (RefusalCode::OutOfScope, CheckName::PostInScope),
    (RefusalCode::MakeupYear, CheckName::YearCanBeMadeUp),
    (RefusalCode::MakeupNotNeeded, CheckName::PriorYearShort),
    (RefusalCode::MakeupAlreadyGranted, CheckName::NoOtherGrant),
    (RefusalCode::MakeupAlreadyApplied, CheckName::NoOtherApplication),
    (RefusalCode::ExceptionalNotOpen, CheckName::WindowOpen),
    (RefusalCode::ExceptionalReasonMissing, CheckName::SpecialReason),
    (RefusalCode::AbsenceOutsideYear, CheckName::AbsenceInYear),
    (RefusalCode::NoProRating, CheckName::NoProRating),
    (RefusalCode::YearComplete, CheckName::YearNotComplete),
    (RefusalCode::AppealedAlready, CheckName::AppealedOnce),
    (RefusalCode::RecordNotMissing, CheckName::OpenToAppeal),
    (RefusalCode::SameDecider, CheckName::NoPartInDecision),
    (RefusalCode::SameEmployer, CheckName::OtherEmployer),
    (RefusalCode::UnitDisabled, CheckName::UnitInUse),
    (RefusalCode::FilingYearOver, CheckName::FilingYearOpen),
    (RefusalCode::PlanEmpty, CheckName::PlanHasItems),
    (RefusalCode::PlanItemInUse, CheckName::ItemsNotInUse),
    (RefusalCode::SeminarTooLarge, CheckName::PlacesWithinCap),
    (RefusalCode::HoursNotPositive, CheckName::SomeHours),
    (RefusalCode::HoursExceedDays, CheckName::DaysHoldHours),
    (RefusalCode::SeminarBegun, CheckName::NotBegun),
    (RefusalCode::SeminarNotEnded, CheckName::HasEnded),
    (RefusalCode::SeminarFull, CheckName::ListWithinPlaces),
    (RefusalCode::SeminarListEmpty, CheckName::ResultsFitList),
    (RefusalCode::SeminarResultsMismatch, CheckName::ResultsFitList),
    (RefusalCode::IdentityMismatch, CheckName::IdentityMatches),
    (RefusalCode::RecordHasAccount, CheckName::NoOtherAccount),
    (RefusalCode::EmployedElsewhere, CheckName::EmployedNowhereElse),
];

/// The check that a refusal's code belongs to.
#[must_use]
pub(super) fn check_of(code: &str) -> CheckName {
    let known = BY_CODE.iter().find(|(known, _)| known.as_str() == code);
    known.map_or(CheckName::OtherRule, |(_, check)| *check)
}
