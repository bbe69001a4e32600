//! Decisions on declarations, one or many at a time (V1, V3, V4, V6, V10).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::{OrgPath, ReviewCase, may_review};
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};
use xueshi_domain::review::{Decision, Ending, Stage, State, next};
use xueshi_domain::{Refusal, access::Grant};
use xueshi_persistence::{Declaration, Id, Moment, Reader, Review, StoreError, Word, Writer};

use super::declarations::{Cause, moved, visible};
use super::explanations::{Basis, explained_item, window_findings};
use super::rules::Rules;
use super::{Asker, Reply};
use crate::dto::Timestamp;
use crate::dto::declarations::DeclarationDto;
use crate::dto::reviews::{BatchDto, BatchItem, BatchResult, NewReview, ReviewDto};
use crate::extract::IfMatch;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;

/// Decides on a declaration at the stage that holds it.
///
/// # Errors
/// 409 naming the decision that won when the stage has been decided (V4), 403 for those who may not decide, 412 on a stale
/// version, 422 outside the window.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &IfMatch,
    new: &NewReview,
) -> Result<Reply<DeclarationDto>, Problem> {
    let declaration = visible(writer, asker, id)?;
    let declaration = decide_on(writer, asker, declaration, condition, new)?;
    let version = declaration.version;
    Ok(Reply::ok(DeclarationDto::new(&declaration, writer.now())).version(version))
}

fn decide_on(
    writer: &mut Writer<'_>,
    asker: &Asker,
    mut declaration: Declaration,
    condition: &IfMatch,
    new: &NewReview,
) -> Result<Declaration, Problem> {
    let now = writer.now();
    let was = declaration.state.0;
    let state = next(was, new.decision.event());
    let past = writer.reviews_of(
        declaration.jurisdiction_id,
        declaration.professional_id,
        declaration.id,
    )?;
    let past: Vec<Review> =
        past.into_iter().filter(|review| review.revision == declaration.revision).collect();
    let (stage, unit) = match right_to_decide(writer, asker, &declaration, &past)? {
        Right::Now(stage, unit) => (stage, unit),
        Right::Lost(winner) => return Err(already_decided(&winner, was)),
    };
    let state = state?;
    condition.check(declaration.version.into())?;
    if new.revision.is_some_and(|revision| revision != declaration.revision) {
        return Err(Problem::new(Code::PreconditionFailed).fact("revision", declaration.revision));
    }
    let rules = Rules::for_declaration(writer, &declaration)?;
    let admission = rules.timetable.admit(Action::Review, now)?;
    writer.valid_until(admission.valid_until);

    let entered_at = declaration.stage_entered_at.unwrap_or(Moment(now));
    let due_at = declaration.due_at.unwrap_or(Moment(now));
    let review = Review {
        jurisdiction_id: declaration.jurisdiction_id,
        professional_id: declaration.professional_id,
        id: writer.new_id(),
        declaration_id: declaration.id,
        revision: declaration.revision,
        stage: Word(stage),
        decision: Word(new.decision),
        comment: new.comment.clone(),
        account_id: asker.account(),
        unit_id: unit,
        entered_at,
        due_at,
        decided_at: Moment(now),
        overdue: declaration.is_overdue(now),
        policy_version: rules.version,
    };
    match writer.insert_review(&review) {
        Ok(()) => {}
        // Someone else decided since this transaction began; run again, it finds their decision.
        Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        Err(error) => return Err(error.into()),
    }
    declaration.state = Word(state);
    let (event, ending) = match (new.decision, stage) {
        (Decision::Approve, Stage::Employer) => (EventType::DeclarationForwarded, Ending::Approved),
        (Decision::Approve, Stage::Authority) => (EventType::DeclarationApproved, Ending::Approved),
        (Decision::Return, _) => (EventType::DeclarationReturned, Ending::Returned),
        (Decision::Reject, _) => (EventType::DeclarationRejected, Ending::Rejected),
    };
    let data = json!({"stage": stage, "unit_id": unit, "overdue": review.overdue});
    let basis = basis_of(&review, was, past.last(), &rules);
    let cause = Cause::new(Some(asker.account()), event).ending(ending).data(data);
    let cause = cause.resting_on(basis).decided(review.id, unit).saying(review.comment.as_deref());
    moved(writer, was, &mut declaration, &rules, cause)?;
    Ok(declaration)
}

/// What a decision rested on, beside the reviewer's own judgement, which is its comment (V7, V10).
fn basis_of(review: &Review, was: State, previous: Option<&Review>, rules: &Rules) -> Basis {
    let r = review;
    let inputs = json!({
        "stage": r.stage.0, "revision": r.revision, "decision": r.decision.0, "state_before": was,
        "entered_at": Timestamp::from(r.entered_at), "previous_decider": previous.map(|past| past.account_id),
    });
    let timely = if r.overdue { CheckOutcome::Noted } else { CheckOutcome::Passed };
    let other = match previous {
        Some(_) => Finding::passed(CheckName::AnotherReviewer),
        None => Finding::new(CheckName::AnotherReviewer, CheckOutcome::NotApplicable),
    };
    Basis { inputs, findings: Vec::new(), due: None }
        .and([
            Finding::passed(CheckName::StateAllows),
            Finding::passed(CheckName::NotOnesOwn),
            Finding::passed(CheckName::ActsForHolder).with(json!({"unit_id": r.unit_id})),
            other,
        ])
        .and(window_findings(rules, Action::Review, r.decided_at.0))
        .and([Finding::new(CheckName::DecidedInTime, timely).with(json!({
            "due_at": Timestamp::from(r.due_at), "decided_at": Timestamp::from(r.decided_at),
        }))])
}

enum Right {
    /// The asker may decide at this stage, acting for this unit.
    Now(Stage, Id),
    /// They might have, had this decision not come first.
    Lost(Box<Review>),
}

fn right_to_decide(
    reader: &mut Reader<'_>,
    asker: &Asker,
    declaration: &Declaration,
    past: &[Review],
) -> Result<Right, Problem> {
    let state = declaration.state.0;
    let refusal = match state.stage() {
        Some(stage) => match may_decide(reader, asker, declaration, stage, past)? {
            Ok(grant) => return Ok(Right::Now(stage, Id(grant.organization_id))),
            Err(refusal) => refusal,
        },
        None => Refusal::WrongState { state, event: xueshi_domain::review::Event::Approve },
    };
    // A stage that the asker could have decided, and that someone did: the latest such decision.
    for review in past.iter().rev() {
        let stage = review.stage.0;
        let before: Vec<Review> =
            past.iter().filter(|other| other.stage.0 < stage).cloned().collect();
        let could = may_decide(reader, asker, declaration, stage, &before)?.is_ok();
        if could && !matches!(refusal, Refusal::SameReviewer) {
            return Ok(Right::Lost(Box::new(review.clone())));
        }
    }
    // Nobody decides on their own, whatever its state; otherwise the state is what stands in the way.
    if asker.actor.is_professional(declaration.professional_id.0) {
        return Err(Refusal::OwnDeclaration.into());
    }
    Err(refusal.into())
}

fn may_decide<'a>(
    reader: &mut Reader<'_>,
    asker: &'a Asker,
    declaration: &Declaration,
    stage: Stage,
    past: &[Review],
) -> Result<Result<&'a Grant, Refusal>, Problem> {
    let holder = match stage {
        Stage::Employer => declaration.employer_id,
        Stage::Authority => declaration.authority_id,
    };
    let unit = reader.organization(declaration.jurisdiction_id, holder)?;
    let unit = unit.ok_or_else(|| Problem::internal(format!("unit {holder} is missing")))?;
    let path = OrgPath::parse(&unit.path).map_err(Problem::internal)?;
    let previous = past.iter().rev().find(|review| review.stage.0 < stage);
    Ok(may_review(
        &asker.actor,
        ReviewCase {
            stage,
            holder: &path,
            declarant: declaration.professional_id.0,
            previous_decider: previous.map(|review| review.account_id.0),
        },
    ))
}

/// V4: the conflict names the decision that stands.
fn already_decided(winner: &Review, state: State) -> Problem {
    let review = serde_json::to_value(ReviewDto::from(winner)).unwrap_or_default();
    Problem::new(Code::DecisionAlreadyMade)
        .detail(
            format!("该环节已有决定：{}，申报现为 {state}", winner.decision.0),
            format!(
                "this stage has been decided already ({}); the declaration is now in {state}",
                winner.decision.0
            ),
        )
        .fact("review", review)
        .fact("state", state.as_str())
}

/// Decides on many declarations in one call; a bad item never blocks the rest (V6).
///
/// # Errors
/// Only failures of the store: refusals are results.
pub fn decide_all(
    writer: &mut Writer<'_>,
    asker: &Asker,
    items: &[BatchItem],
    info: &RequestInfo,
) -> Result<Reply<BatchDto>, Problem> {
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let result = writer.attempt(|writer| {
            let declaration = visible(writer, asker, item.declaration_id)?;
            decide_on(writer, asker, declaration, &IfMatch::none(), &item.review())
        });
        results.push(match result {
            Ok(declaration) => BatchResult::done(&declaration, writer.now()),
            Err(problem) if problem.status().is_client_error() => {
                let problem = explained_item(writer, asker, info, item.declaration_id, problem)?;
                BatchResult::refused(item.declaration_id, &problem, info)
            }
            Err(problem) => return Err(problem),
        });
    }
    Ok(Reply::ok(BatchDto { results }))
}
