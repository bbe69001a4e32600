//! Why a declaration, one review of it, or its due dates came out as they did (V1, V2, V7).

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Explained, Finding, Support};
use xueshi_domain::review::{Arrival, Decision, Stage};
use xueshi_persistence::{Declaration, Id, Reader, Review};

use super::basis::{Basis, DueDays};
use super::read::{decision, not_found};
use super::texts;
use crate::dto::Timestamp;
use crate::dto::explanations::{CheckDto, DecisionDto, DueDto, ExplanationDto, object};
use crate::problem::{Language, Problem};
use crate::services::Asker;
use crate::services::declarations::visible;
use crate::services::rules::{Rules, working_days};

/// A decision from before explanations were kept: told from its own row, which never changes.
fn from_review(review: &Review, year: i32, language: Language) -> DecisionDto {
    let r = review;
    let (act, outcome) = match (r.decision.0, r.stage.0) {
        (Decision::Approve, Stage::Employer) => {
            (EventType::DeclarationForwarded, "authority_review")
        }
        (Decision::Approve, Stage::Authority) => (EventType::DeclarationApproved, "approved"),
        (Decision::Return, _) => (EventType::DeclarationReturned, "returned"),
        (Decision::Reject, _) => (EventType::DeclarationRejected, "rejected"),
    };
    let timely = if r.overdue { CheckOutcome::Noted } else { CheckOutcome::Passed };
    let in_time = Finding::new(CheckName::DecidedInTime, timely).with(json!({
        "due_at": Timestamp::from(r.due_at), "decided_at": Timestamp::from(r.decided_at),
    }));
    let basis = Basis {
        inputs: json!({"stage": r.stage.0, "revision": r.revision, "decision": r.decision.0,
            "entered_at": Timestamp::from(r.entered_at)}),
        findings: vec![in_time],
        due: None,
    };
    DecisionDto {
        id: r.id.0,
        act: Some(act),
        code: None,
        basis: Support::NotKept,
        outcome: outcome.to_owned(),
        made_at: r.decided_at.into(),
        account_id: Some(r.account_id.0),
        unit_id: Some(r.unit_id.0),
        unit_name: None,
        policy_year: Some(year),
        policy_version: Some(r.policy_version),
        comment: r.comment.clone(),
        checks: CheckDto::all(&basis, language),
        inputs: basis.inputs,
        due: None,
    }
}

/// Everything that was decided on a declaration, oldest first; and whether all of it was kept.
fn decisions(
    reader: &mut Reader<'_>,
    declaration: &Declaration,
    language: Language,
) -> Result<(Vec<DecisionDto>, bool), Problem> {
    let d = declaration;
    let (city, person) = (d.jurisdiction_id, d.professional_id);
    let kept = reader.explanations_of(city, person, d.id)?;
    let reviews = reader.reviews_of(city, person, d.id)?;
    let revocation = reader.revocation_of(city, person, d.id)?;
    let mut comments: HashMap<Uuid, Option<String>> =
        reviews.iter().map(|review| (review.id.0, review.comment.clone())).collect();
    comments.extend(revocation.map(|act| (act.id.0, act.reason)));
    let mut told = Vec::with_capacity(kept.len());
    for one in &kept {
        let mut decision = decision(one, language)?;
        decision.comment = comments.get(&decision.id).cloned().flatten();
        told.push(decision);
    }
    let submitted = kept.iter().any(|one| one.act.0 == EventType::DeclarationSubmitted);
    let mut complete = submitted || d.submitted_at.is_none();
    for review in &reviews {
        if !told.iter().any(|decision| decision.id == review.id.0) {
            complete = false;
            told.push(from_review(review, d.year, language));
        }
    }
    told.sort_by_key(|decision| (decision.made_at, decision.id));
    Ok((told, complete))
}

pub(super) fn of_declaration(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let d = visible(reader, asker, id)?;
    let (decisions, complete) = decisions(reader, &d, language)?;
    let summary = texts::of_declaration(d.state.0, decisions.len());
    Ok(ExplanationDto {
        kind: Explained::Declaration,
        id: id.to_string(),
        summary: summary.text(language).to_owned(),
        outcome: d.state.0.as_str().to_owned(),
        year: Some(d.year),
        complete,
        standing: None,
        decisions,
    })
}

pub(super) fn of_due_date(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let d = visible(reader, asker, id)?;
    let (mut decisions, mut complete) = decisions(reader, &d, language)?;
    decisions.retain(|decision| decision.due.is_some());
    if decisions.is_empty() && d.submitted_at.is_some() {
        complete = false;
    }
    // What waits since before explanations were kept: counted by the calendar as it is now, and said to be.
    let latest =
        match (decisions.iter().rev().find_map(|decision| decision.due.clone()), d.state.0.stage())
        {
            (Some(due), _) => Some(due),
            (None, Some(stage)) => counted_now(reader, &d, stage)?.as_ref().map(DueDto::from),
            (None, None) => None,
        };
    if let (true, Some(due)) = (decisions.is_empty(), &latest) {
        decisions.push(waiting(&d, due.clone()));
    }
    let summary = texts::of_due_date(latest.as_ref());
    let outcome =
        latest.map_or_else(|| d.state.0.as_str().to_owned(), |due| due.due_at.to_string());
    Ok(ExplanationDto {
        kind: Explained::DueDate,
        id: id.to_string(),
        summary: summary.text(language).to_owned(),
        outcome,
        year: Some(d.year),
        complete,
        standing: None,
        decisions,
    })
}

fn counted_now(
    reader: &mut Reader<'_>,
    d: &Declaration,
    stage: Stage,
) -> Result<Option<DueDays>, Problem> {
    let (Some(submitted), Some(entered), Some(unit)) =
        (d.submitted_at, d.stage_entered_at, d.holder_id)
    else {
        return Ok(None);
    };
    let rules = Rules::for_declaration(reader, d)?;
    let calendar = working_days(reader, d.jurisdiction_id)?;
    let arrival = Arrival { submitted_at: submitted.0, arrived_at: entered.0 };
    DueDays::count(stage, unit.0, arrival, &rules.policy.review, &calendar).map(Some)
}

fn waiting(d: &Declaration, due: DueDto) -> DecisionDto {
    DecisionDto {
        id: d.id.0,
        act: None,
        code: None,
        basis: Support::NotKept,
        outcome: d.state.0.as_str().to_owned(),
        made_at: d.stage_entered_at.unwrap_or(d.updated_at).into(),
        account_id: None,
        unit_id: Some(due.unit_id),
        unit_name: None,
        policy_year: Some(d.year),
        policy_version: Some(d.policy_version),
        comment: None,
        inputs: object(&json!(null)),
        checks: Vec::new(),
        due: Some(due),
    }
}

pub(super) fn of_review(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let review = reader.review(asker.jurisdiction, Id(id))?.ok_or_else(not_found)?;
    let d = visible(reader, asker, review.declaration_id.0)?;
    let kept = reader.explanation(asker.jurisdiction, Id(id))?;
    let complete = kept.is_some();
    let mut told = match kept {
        Some(kept) => decision(&kept, language)?,
        None => from_review(&review, d.year, language),
    };
    told.comment.clone_from(&review.comment);
    let summary = texts::of_decision(&told.outcome, told.comment.as_deref());
    Ok(ExplanationDto {
        kind: Explained::Review,
        id: id.to_string(),
        summary: summary.text(language).to_owned(),
        outcome: review.decision.0.as_str().to_owned(),
        year: Some(d.year),
        complete,
        standing: None,
        decisions: vec![told],
    })
}
