//! Side roads: what was decided on them is told by their events, each written in the transaction of its decision (V7).
//!
//! A new road needs a line in [`ROADS`]: what its events happen to, and the rules that its steps are decided by.

use serde_json::Value;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::explanation::{CheckName, Explained, Finding};
use xueshi_domain::rule::Rule;
use xueshi_persistence::{Event, EventFilter, Id, Page, Reader};

use super::read::{in_force_at, not_found};
use super::texts;
use crate::dto::explanations::{CheckDto, DecisionDto, ExplanationDto, object};
use crate::problem::{Language, Problem, RuleDocument, check_text};
use crate::services::Asker;

/// A kind of case: what its events happen to, and the rules of its steps.
struct RoadRules {
    kind: Explained,
    subject: &'static str,
    rules: &'static [Rule],
}

const ROADS: &[RoadRules] = &[
    RoadRules {
        kind: Explained::MakeupApplication,
        subject: "makeup",
        rules: &[Rule::M1, Rule::M2, Rule::M3, Rule::M6],
    },
    RoadRules { kind: Explained::Exemption, subject: "exemption", rules: &[Rule::A5, Rule::A6] },
    RoadRules { kind: Explained::Appeal, subject: "appeal", rules: &[Rule::V8] },
    RoadRules { kind: Explained::Transfer, subject: "transfer", rules: &[Rule::U2] },
    RoadRules { kind: Explained::Filing, subject: "filing", rules: &[Rule::P1, Rule::P5] },
    RoadRules {
        kind: Explained::TrainingPlan,
        subject: "training_plan",
        rules: &[Rule::P2, Rule::P3],
    },
    RoadRules { kind: Explained::Seminar, subject: "seminar", rules: &[Rule::P6] },
    RoadRules {
        kind: Explained::EmploymentRequest,
        subject: "employment_request",
        rules: &[Rule::U0],
    },
];

/// Steps of one case that are told at most.
const MOST: i64 = 200;

/// The steps of a case as they were decided, for those who may read what happened to it.
///
/// # Errors
/// 404 for what the asker may not see, or that is not there.
pub(super) fn of_road(
    reader: &mut Reader<'_>,
    asker: &Asker,
    kind: Explained,
    id: Uuid,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let road = ROADS.iter().find(|road| road.kind == kind).ok_or_else(not_found)?;
    let scope = asker.scope(Permission::ReadEvents);
    let filter = EventFilter { subject: Some(Id(id)), ..EventFilter::default() };
    let page = Page { limit: MOST, after: None, descending: false, count: false };
    let mut events = reader.events(&scope, &filter, page)?.rows;
    events.retain(|event| event.subject == road.subject);
    let last = events.last().ok_or_else(not_found)?;
    let outcome = state_of(last);
    let year = last.year;
    let versions = match year {
        Some(year) => reader.policy_versions(asker.jurisdiction, year)?,
        None => Vec::new(),
    };
    let decisions: Vec<DecisionDto> = events
        .iter()
        .map(|event| {
            // The version that was in force when it happened.
            let version = in_force_at(&versions, event.occurred_at);
            step(event, road, version.map(|version| version.version), language)
        })
        .collect();
    Ok(ExplanationDto {
        kind,
        id: id.to_string(),
        summary: texts::of_road(&outcome, decisions.len()).text(language).to_owned(),
        outcome,
        year,
        complete: true,
        standing: None,
        decisions,
    })
}

fn data_of(event: &Event) -> Value {
    object(&serde_json::from_str(&event.data).unwrap_or_default())
}

/// The state that an event names; else what happened.
fn state_of(event: &Event) -> String {
    let data = data_of(event);
    let happened = event.kind.0.as_str().rsplit('.').next().unwrap_or_default();
    data["state"].as_str().unwrap_or(happened).to_owned()
}

fn step(
    event: &Event,
    road: &RoadRules,
    policy_version: Option<i32>,
    language: Language,
) -> DecisionDto {
    let checks = road.rules.iter().map(|rule| {
        let reference = rule.reference();
        let named =
            RuleDocument { id: reference.id.to_owned(), clause: reference.clause.to_owned() };
        let finding = Finding::passed(CheckName::OtherRule);
        let asks = check_text::rule(*rule).text(language).to_owned();
        CheckDto { requirement: asks, ..CheckDto::new(&finding, language, Some(&named)) }
    });
    let inputs = data_of(event);
    let word =
        |names: [&str; 3]| names.iter().find_map(|name| inputs[*name].as_str()).map(str::to_owned);
    DecisionDto {
        id: event.id.0,
        act: Some(event.kind.0),
        code: None,
        outcome: state_of(event),
        made_at: event.occurred_at.into(),
        account_id: event.account_id.map(|id| id.0),
        unit_id: event.unit_id.map(|id| id.0),
        unit_name: None,
        policy_year: event.year,
        policy_version,
        comment: word(["comment", "reason", "statement"]),
        checks: checks.collect(),
        inputs,
        due: None,
    }
}
