//! V7: every check of a declaration can be explained.

use xueshi_domain::Rule;
use xueshi_domain::declaration::{
    DeclarationFacts, Outcome, Step, check_draft, check_submission, explain,
};
use xueshi_domain::hours::Hours;

use crate::declaration::conference;
use crate::policy;

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
