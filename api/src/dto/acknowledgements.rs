//! What another system made of records of ours (ADR 0023).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::inbound::{LineOutcome, SyncAnswer, SyncState};
use xueshi_domain::sync::Resource;
use xueshi_persistence::Acknowledgement;

use super::checks::{not_blank, one_line};
use super::{Timestamp, words};
use crate::extract::{Line, violation};
use crate::problem::ProblemDocument;
use crate::services::batches::LineResult;
use crate::services::inbound::PROVINCE;

/// What another system made of one record.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_a_reason"))]
pub struct NewAcknowledgement {
    /// What kind of record.
    #[schema(value_type = words::SyncedRecord)]
    pub kind: Resource,
    /// Its id, as the feed and the snapshot have it.
    #[validate(length(min = 1, max = 64), custom(function = "one_line"))]
    #[schema(min_length = 1, max_length = 64)]
    pub id: String,
    /// The `version` that was answered to, for records that have one.
    #[validate(range(min = 1))]
    #[schema(minimum = 1, nullable = false)]
    pub version: Option<i64>,
    /// The `id` of the event by which the record came, for learning records and certificates.
    #[schema(nullable = false)]
    pub event: Option<Uuid>,
    /// The answer.
    #[schema(value_type = words::SyncAnswer)]
    pub state: SyncAnswer,
    /// Why it was refused; without anything personal.
    #[validate(
        length(min = 1, max = 500),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 500, nullable = false)]
    pub reason: Option<String>,
}

fn has_a_reason(new: &NewAcknowledgement) -> Result<(), ValidationError> {
    match (new.state, &new.reason) {
        (SyncAnswer::Refused, None) => {
            Err(violation("reason-missing", "拒绝时应说明原因", "a refusal needs a reason"))
        }
        (SyncAnswer::Accepted, Some(_)) => {
            Err(violation("reason-not-taken", "接受时不填写原因", "an acceptance has no reason"))
        }
        (SyncAnswer::Refused, Some(_)) | (SyncAnswer::Accepted, None) => Ok(()),
    }
}

/// What became of one answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AcknowledgementResult {
    /// Which line, counted from 1.
    pub line: usize,
    /// `created` for the first answer to a record, `updated` for a later one, `unchanged` for the same again, `stale` for an
    /// answer to an earlier state than one before it, `refused`.
    #[schema(value_type = words::LineOutcome)]
    pub outcome: LineOutcome,
    /// The kind of record, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::SyncedRecord, nullable = false, required = false)]
    pub kind: Option<Resource>,
    /// Its id, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<String>,
    /// How far the other system has the record now: `pending_sync` when it has changed since what was answered to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::SyncState, nullable = false, required = false)]
    pub state: Option<SyncState>,
    /// Why not, when the answer was refused; its pointers lead into the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

impl LineResult for AcknowledgementResult {
    fn refused(line: usize, text: &Line, problem: ProblemDocument) -> Self {
        let said = PROVINCE.read_answer(text).ok();
        Self {
            line,
            outcome: LineOutcome::Refused,
            kind: said.as_ref().map(|said| said.kind),
            id: said.map(|said| said.id),
            state: None,
            problem: Some(problem),
        }
    }
}

/// One result for each answer, in the same order.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcknowledgementResults {
    /// The results.
    pub results: Vec<AcknowledgementResult>,
}

/// The latest answer of another system to a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Acknowledgement)]
pub struct AcknowledgementDto {
    /// Its id; a later answer to the same record has another.
    pub id: Uuid,
    /// What kind of record.
    #[schema(value_type = words::SyncedRecord)]
    pub kind: Resource,
    /// Its id, as the feed and the snapshot have it.
    pub record_id: String,
    /// The person, if it is about one.
    #[schema(required = true)]
    pub professional_id: Option<Uuid>,
    /// The unit that it concerns.
    #[schema(required = true)]
    pub organization_id: Option<Uuid>,
    /// The year that it is about.
    #[schema(required = true)]
    pub year: Option<i32>,
    /// The answer.
    #[schema(value_type = words::SyncAnswer)]
    pub answer: SyncAnswer,
    /// How far the other system has the record now: `pending_sync` when it has changed since.
    #[schema(value_type = words::SyncState)]
    pub state: SyncState,
    /// Why it was refused.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When it was answered.
    pub acknowledged_at: Timestamp,
}

impl AcknowledgementDto {
    /// An answer, with how far the record is now.
    pub fn new(row: &Acknowledgement, state: SyncState) -> Self {
        Self {
            id: row.id.0,
            kind: row.kind.0,
            record_id: row.record_id.clone(),
            professional_id: row.person_id.map(|id| id.0),
            organization_id: row.unit_id.map(|id| id.0),
            year: row.year,
            answer: row.answer.0,
            state,
            reason: row.reason.clone(),
            acknowledged_at: row.acknowledged_at.into(),
        }
    }
}

/// How far the provincial platform has a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SyncMark {
    /// How far.
    #[schema(value_type = words::SyncState)]
    pub state: SyncState,
    /// Why it was refused.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When it answered to what the record says now.
    #[schema(required = true)]
    pub acknowledged_at: Option<Timestamp>,
}

/// How far the provincial platform has a year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct YearSync {
    /// The year itself.
    pub record: SyncMark,
    /// The certificate that stands.
    #[schema(required = true)]
    pub certificate: Option<SyncMark>,
    /// The declarations that were submitted once.
    pub declarations: Vec<DeclarationSync>,
}

/// How far the provincial platform has a declaration.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeclarationSync {
    /// The declaration.
    pub id: Uuid,
    /// How far.
    #[serde(flatten)]
    pub mark: SyncMark,
}

/// Which answers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichAcknowledgements {
    /// Only this answer: `refused` is the queue of what somebody has to look into.
    #[param(value_type = Option<words::SyncAnswer>, inline)]
    pub answer: Option<SyncAnswer>,
    /// Only to records of this kind.
    #[param(value_type = Option<words::SyncedRecord>, inline)]
    pub kind: Option<Resource>,
    /// Only to the record with this id.
    pub record_id: Option<String>,
    /// Only to records of this person.
    pub professional_id: Option<Uuid>,
    /// Only about this year.
    #[param(inline)]
    pub year: Option<super::years::FilterYear>,
}
