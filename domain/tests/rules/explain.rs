//! V7: every check of a declaration can be explained.

use time::macros::datetime;
use xueshi_domain::Rule;
use xueshi_domain::calendar::{DayKind, WorkdayCalendar};
use xueshi_domain::declaration::{
    DeclarationFacts, Outcome, Step, check_draft, check_submission, explain,
};
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding, against_floors};
use xueshi_domain::hours::Hours;
use xueshi_domain::ledger::Breakdown;
use xueshi_domain::review::{Arrival, counted_days};

use crate::declaration::conference;
use crate::{hours, policy};

#[test]
fn v7_every_check_is_explained() {
    let policy = policy(2023);
    let checks = check_submission(&conference(), &policy).unwrap().checks;
    assert_eq!(checks, explain(Step::Submission, &conference(), &policy));
    assert!(explain(Step::Draft, &conference(), &policy).len() < checks.len());
    let outcome =
        |rule| checks.iter().find(|check| check.rule == rule).map(|check| check.outcome.clone());
    assert_eq!(outcome(Rule::H10), Some(Outcome::Passed));
    assert_eq!(outcome(Rule::P3), Some(Outcome::NotApplicable));

    // Two things are wrong: the explanation has both, the verdict the first.
    let facts = DeclarationFacts { hours: Hours::ZERO, employment: None, ..conference() };
    let refused: Vec<_> = explain(Step::Draft, &facts, &policy)
        .into_iter()
        .filter(|check| matches!(check.outcome, Outcome::Refused(_)))
        .map(|check| check.rule)
        .collect();
    assert_eq!(refused, [Rule::U3, Rule::H1]);
    assert_eq!(check_draft(&facts, &policy).unwrap_err().rule().id, "U3");
}

#[test]
fn v7_checks_in_json() {
    let facts = DeclarationFacts { year: 2024, ..conference() };
    let json = serde_json::to_value(explain(Step::Draft, &facts, &policy(2023))).unwrap();
    assert_eq!(
        json[0],
        serde_json::json!({"rule": "W3", "outcome": "refused", "refusal": {"code": "no-policy", "year": 2024}})
    );
    assert_eq!(json[1], serde_json::json!({"rule": "U3", "outcome": "passed"}));
}

/// V7, E5: every day on the way to a due day is there, and which of them counted.
#[test]
fn v7_the_days_of_a_due_date_are_listed() {
    let arrived = datetime!(2023-09-28 15:00 +8);
    let arrival = Arrival { submitted_at: arrived, arrived_at: arrived };
    let terms = policy(2023).review;
    let days = counted_days(arrival, &terms, &WorkdayCalendar::official()).unwrap();
    let counted: Vec<_> =
        days.iter().filter_map(|day| Some((day.day.date.day(), day.count?))).collect();
    assert_eq!(counted, [(7, 1), (8, 2), (9, 3), (10, 4), (11, 5)]);
    assert_eq!((days.len(), days[0].day.kind), (13, DayKind::Holiday));
    let json = serde_json::to_value(days[8]).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"date": "2023-10-07", "is_working_day": true, "kind": "moved_workday",
            "provisional": false, "count": 1})
    );
}

/// V7, E2: of a year each floor says by itself what it found.
#[test]
fn v7_each_floor_of_a_year_is_explained() {
    let breakdown = |total, public, professional| Breakdown {
        total: hours(total),
        public: hours(public),
        professional: hours(professional),
    };
    let found = against_floors(breakdown("90", "30", "60"), breakdown("99.9", "29.9", "70"));
    let outcomes: Vec<_> = found.iter().map(|one| (one.check, one.outcome)).collect();
    assert_eq!(
        outcomes,
        [
            (CheckName::PublicFloor, CheckOutcome::Failed),
            (CheckName::ProfessionalFloor, CheckOutcome::Passed),
            (CheckName::TotalFloor, CheckOutcome::Passed),
            (CheckName::NothingCarriedOver, CheckOutcome::Passed),
        ]
    );
    assert_eq!(found[0].facts["shortfall"].to_string(), "0.1");
    let kept = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Finding>>(&kept).unwrap(), found);
}
