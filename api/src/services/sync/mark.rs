//! What state of a record an answer is to, and how far another system has it (ADR 0023).

use std::collections::HashMap;
use std::fmt::Display;

use serde_json::{Map, Value};
use xueshi_domain::inbound::{SyncState, sync_state};
use xueshi_domain::review::State;
use xueshi_domain::sync::Resource;
use xueshi_persistence::{Acknowledgement, AnnualRecord, Certificate, Declaration, Id, Reader};

use crate::dto::Timestamp;
use crate::dto::acknowledgements::{DeclarationSync, SyncMark, YearSync};
use crate::problem::Problem;

/// What tells one state of a record from another: its version. Learning records and certificates have none that grows: of them it is
/// what can change, and whose they are (U4). What a class says of its filing and its plan changes with those, and not with its
/// version (P5, H5).
pub(super) fn marker(resource: Resource, record: &Map<String, Value>) -> String {
    let part = |name: &str| record.get(name).map(Value::to_string).unwrap_or_default();
    let word = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    match resource {
        Resource::Certificate => of_certificate(word("state"), word("professional_id")),
        Resource::LearningRecord => [
            "professional_id",
            "hours",
            "passed",
            "title",
            "started_on",
            "completed_on",
            "correction",
        ]
        .map(part)
        .join("|"),
        Resource::Class => ["version", "filed", "missing", "mend", "plan_item"].map(part).join("|"),
        Resource::Organization
        | Resource::Policy
        | Resource::Professional
        | Resource::Filing
        | Resource::TrainingPlan
        | Resource::MakeupGrant
        | Resource::Exemption
        | Resource::Declaration
        | Resource::AnnualRecord => of_version(record["version"].as_i64().unwrap_or_default()),
    }
}

/// Whether an answer names the version that it is to; otherwise the event by which the record came.
pub(super) fn has_version(resource: Resource) -> bool {
    !matches!(resource, Resource::Certificate | Resource::LearningRecord)
}

pub(super) fn of_version(version: i64) -> String {
    format!("v{version}")
}

fn of_certificate(state: &str, person: impl Display) -> String {
    format!("state {state} of {person}")
}

/// How far another system has a record that says this now.
pub(super) fn state_of(answer: Option<&Acknowledgement>, marker: &str) -> SyncState {
    sync_state(answer.map(|answer| (answer.answer.0, answer.marker.as_str())), marker)
}

fn mark(answer: Option<&Acknowledgement>, marker: &str) -> SyncMark {
    let state = state_of(answer, marker);
    let answer = answer.filter(|_| state != SyncState::Pending);
    SyncMark {
        state,
        reason: answer.and_then(|answer| answer.reason.clone()),
        acknowledged_at: answer.map(|answer| Timestamp::from(answer.acknowledged_at)),
    }
}

/// How far the provincial platform has a person's year, to which it answered this, its certificate and its declarations.
///
/// # Errors
/// On a database failure.
pub fn year_sync(
    reader: &mut Reader<'_>,
    (record, answer): (&AnnualRecord, Option<&Acknowledgement>),
    certificate: Option<&Certificate>,
    declarations: &[Declaration],
) -> Result<YearSync, Problem> {
    let city = record.jurisdiction_id;
    let of_certificate_id = match certificate {
        Some(certificate) => {
            let id = certificate.id.to_string();
            reader.acknowledgement(city, Resource::Certificate, &id)?
        }
        None => None,
    };
    // Nobody is told of drafts (ADR 0007).
    let told = declarations.iter().filter(|declaration| {
        declaration.submitted_at.is_some() && declaration.state.0 != State::Draft
    });
    let told: Vec<&Declaration> = told.collect();
    let ids = told.iter().map(|declaration| declaration.id.to_string()).collect();
    let answers = reader.acknowledgements_of(city, Resource::Declaration, ids)?;
    let answers: HashMap<&str, &Acknowledgement> =
        answers.iter().map(|answer| (answer.record_id.as_str(), answer)).collect();
    let declarations = told.into_iter().map(|declaration| {
        let Id(id) = declaration.id;
        let answer = answers.get(id.to_string().as_str()).copied();
        DeclarationSync { id, mark: mark(answer, &of_version(declaration.version.into())) }
    });
    Ok(YearSync {
        record: mark(answer, &of_version(record.version.into())),
        certificate: certificate.map(|certificate| {
            let (state, person) = (certificate.state.0.as_str(), certificate.professional_id);
            mark(of_certificate_id.as_ref(), &of_certificate(state, person))
        }),
        declarations: declarations.collect(),
    })
}
