//! Side roads: what was decided on them is told by their events, with what each step rested on as it was kept beside its event,
//! in the transaction of the step (V7).
//!
//! A new road needs an arm in [`case_of`]: who may see a case of it, and what its events happen to. What its checks were stands
//! in each step's [`Trail`](super::Trail).

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::explanation::{Explained, Support};
use xueshi_persistence::{Event, EventFilter, Id, Page, Reader, StepBasis};

use super::basis::Basis;
use super::read::not_found;
use super::texts;
use crate::dto::explanations::{CheckDto, DecisionDto, ExplanationDto, object};
use crate::problem::{Language, Problem};
use crate::services::filing::{filings, plans};
use crate::services::{Asker, appeals, exemptions, joining, makeup, seminars, transfers};

/// What the events of a kind of case happen to, and where the case stands, once the asker may see it; `None` for what is not a
/// road.
fn case_of(
    reader: &mut Reader<'_>,
    asker: &Asker,
    kind: Explained,
    id: Uuid,
) -> Result<Option<(&'static str, &'static str)>, Problem> {
    Ok(Some(match kind {
        Explained::MakeupApplication => {
            ("makeup", makeup::visible(reader, asker, id)?.state.0.as_str())
        }
        Explained::Exemption => {
            ("exemption", exemptions::visible(reader, asker, id)?.state.0.as_str())
        }
        Explained::Appeal => ("appeal", appeals::visible(reader, asker, id)?.state.0.as_str()),
        Explained::Transfer => {
            ("transfer", transfers::visible(reader, asker, id)?.state.0.as_str())
        }
        Explained::Filing => ("filing", filings::visible(reader, asker, id)?.0.state.0.as_str()),
        Explained::TrainingPlan => {
            ("training_plan", plans::visible(reader, asker, id)?.0.state.0.as_str())
        }
        Explained::Seminar => {
            ("seminar", seminars::visible(reader, asker, Id(id))?.0.state.0.as_str())
        }
        Explained::EmploymentRequest => {
            ("employment_request", joining::visible(reader, asker, id)?.state.0.as_str())
        }
        Explained::Declaration
        | Explained::DueDate
        | Explained::Review
        | Explained::Refusal
        | Explained::AnnualRecord
        | Explained::Appraisal
        | Explained::Certificate => return Ok(None),
    }))
}

/// Steps of one case that are told at most: the last ones.
const MOST: i64 = 200;

/// The steps of a case as they were decided, for those who may see the case: all of them, whichever units they concerned.
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
    let (subject, outcome) = case_of(reader, asker, kind, id)?.ok_or_else(not_found)?;
    if matches!(kind, Explained::Filing | Explained::TrainingPlan | Explained::Seminar) {
        // What anybody may look up is explained to those alone whom its steps concern.
        let filter = EventFilter { subject: Some(Id(id)), ..EventFilter::default() };
        let first = Page { limit: 1, after: None, descending: false, count: false };
        let told = reader.events(&asker.scope(Permission::ReadEvents), &filter, first)?;
        told.rows.first().ok_or_else(not_found)?;
    }
    let mut events = reader.events_of(asker.jurisdiction, Id(id), MOST)?;
    let all = events.len() < usize::try_from(MOST).unwrap_or(usize::MAX);
    events.retain(|event| event.subject == subject);
    let last = events.last().ok_or_else(not_found)?;
    let year = last.year;
    let ids = events.iter().map(|event| event.id).collect();
    let kept = reader.step_bases(asker.jurisdiction, ids)?;
    let mut kept: HashMap<Id, StepBasis> =
        kept.into_iter().map(|basis| (basis.event_id, basis)).collect();
    let decisions = events.iter().map(|event| step(event, kept.remove(&event.id), language));
    let decisions: Vec<DecisionDto> = decisions.collect::<Result<_, Problem>>()?;
    Ok(ExplanationDto {
        kind,
        id: id.to_string(),
        summary: texts::of_road(outcome, decisions.len()).text(language).to_owned(),
        outcome: outcome.to_owned(),
        year,
        complete: all && decisions.iter().all(|step| step.basis == Support::Kept),
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

/// A step with what was kept of it. Of one from before bases were kept only the event is told: no check is made up for it.
fn step(
    event: &Event,
    kept: Option<StepBasis>,
    language: Language,
) -> Result<DecisionDto, Problem> {
    let mut told = DecisionDto {
        id: event.id.0,
        act: Some(event.kind.0),
        code: None,
        basis: Support::NotKept,
        outcome: state_of(event),
        made_at: event.occurred_at.into(),
        account_id: event.account_id.map(|id| id.0),
        unit_id: None,
        unit_name: None,
        policy_year: None,
        policy_version: None,
        comment: None,
        inputs: data_of(event),
        checks: Vec::new(),
        due: None,
    };
    let Some(kept) = kept else { return Ok(told) };
    let basis: Basis = serde_json::from_str(&kept.document)
        .map_err(|error| Problem::internal(format!("basis of event {}: {error}", event.id)))?;
    told.checks = CheckDto::all(&basis, language);
    if let (Some(inputs), Some(more)) = (told.inputs.as_object_mut(), basis.inputs.as_object()) {
        // What the event itself says of the step stays.
        let told = std::mem::replace(inputs, more.clone());
        inputs.extend(told);
    }
    Ok(DecisionDto {
        basis: Support::Kept,
        unit_id: kept.unit_id.map(|id| id.0),
        policy_year: kept.policy_year,
        policy_version: kept.policy_version,
        comment: kept.comment,
        ..told
    })
}
