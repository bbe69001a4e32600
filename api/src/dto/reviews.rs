//! Reviews on the wire.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::review::{Decision, Stage, State};
use xueshi_persistence::{Declaration, Review};

use super::checks::not_blank;
use super::declarations::DeclarationDto;
use super::{Timestamp, words};
use crate::extract::violation;
use crate::problem::{Problem, ProblemDocument};
use crate::request::RequestInfo;

/// A decision on a declaration.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reason_is_given"))]
pub struct NewReview {
    /// Approve, return for correction, or reject for good.
    #[schema(value_type = words::Decision)]
    pub decision: Decision,
    /// The revision that was read; another one by now is refused with 412.
    pub revision: Option<i32>,
    /// What the person reads; required to return or reject.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: Option<String>,
}

fn reason_is_given(review: &NewReview) -> Result<(), ValidationError> {
    match (review.decision, &review.comment) {
        (Decision::Approve, _) | (_, Some(_)) => Ok(()),
        (Decision::Return | Decision::Reject, None) => Err(violation(
            "comment-required",
            "退回或不予通过必须在 comment 中说明理由",
            "to return or reject, give the reason as `comment`",
        )),
    }
}

/// A decision as it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewDto {
    /// Its id.
    pub id: Uuid,
    /// The declaration.
    pub declaration_id: Uuid,
    /// The declaration's revision that was decided on.
    pub revision: i32,
    /// The stage.
    #[schema(value_type = words::Stage)]
    pub stage: Stage,
    /// The decision.
    #[schema(value_type = words::Decision)]
    pub decision: Decision,
    /// What the reviewer said.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// The unit that the reviewer acted for.
    pub unit_id: Uuid,
    /// The account that decided.
    pub account_id: Uuid,
    /// When the declaration came to the stage.
    pub entered_at: Timestamp,
    /// By when the decision was due.
    pub due_at: Timestamp,
    /// When it was made.
    pub decided_at: Timestamp,
    /// Whether that was late (V3).
    pub overdue: bool,
    /// The policy version that it was made under.
    pub policy_version: i32,
}

impl From<&Review> for ReviewDto {
    fn from(review: &Review) -> Self {
        Self {
            id: review.id.0,
            declaration_id: review.declaration_id.0,
            revision: review.revision,
            stage: review.stage.0,
            decision: review.decision.0,
            comment: review.comment.clone(),
            unit_id: review.unit_id.0,
            account_id: review.account_id.0,
            entered_at: review.entered_at.into(),
            due_at: review.due_at.into(),
            decided_at: review.decided_at.into(),
            overdue: review.overdue,
            policy_version: review.policy_version,
        }
    }
}

/// The decisions on a declaration, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReviewList {
    /// The decisions.
    pub data: Vec<ReviewDto>,
}

/// Decisions on many declarations.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReviewBatch {
    /// One entry for each declaration.
    #[validate(length(min = 1, max = 200), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<BatchItem>,
}

/// A decision on one of many declarations.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewBatchItem)]
#[validate(schema(function = "reason_is_given_in_batch"))]
pub struct BatchItem {
    /// The declaration.
    pub declaration_id: Uuid,
    /// Approve, return for correction, or reject for good.
    #[schema(value_type = words::Decision)]
    pub decision: Decision,
    /// The revision that was read; another one by now is refused with 412.
    pub revision: Option<i32>,
    /// What the person reads; required to return or reject.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: Option<String>,
}

fn reason_is_given_in_batch(item: &BatchItem) -> Result<(), ValidationError> {
    reason_is_given(&item.review())
}

impl BatchItem {
    /// The decision on its own.
    pub fn review(&self) -> NewReview {
        NewReview {
            decision: self.decision,
            revision: self.revision,
            comment: self.comment.clone(),
        }
    }
}

/// One result for each entry, in the same order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewBatchResults)]
pub struct BatchDto {
    /// The results.
    pub results: Vec<BatchResult>,
}

/// What became of one decision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewBatchResult)]
pub struct BatchResult {
    /// The declaration.
    pub declaration_id: Uuid,
    /// `done` or `refused`.
    pub outcome: BatchOutcome,
    /// Where the declaration stands now, when the decision was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::DeclarationState, required = false)]
    pub state: Option<State>,
    /// The declaration, when the decision was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub declaration: Option<DeclarationDto>,
    /// Why not, when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

/// Whether a decision of a batch was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BatchOutcome {
    /// It stands.
    Done,
    /// It was refused; the others are not affected.
    Refused,
}

impl BatchResult {
    /// A decision that stands.
    pub fn done(declaration: &Declaration, now: OffsetDateTime) -> Self {
        Self {
            declaration_id: declaration.id.0,
            outcome: BatchOutcome::Done,
            state: Some(declaration.state.0),
            declaration: Some(DeclarationDto::new(declaration, now)),
            problem: None,
        }
    }

    /// A decision that was refused.
    pub fn refused(declaration: Uuid, problem: &Problem, info: &RequestInfo) -> Self {
        Self {
            declaration_id: declaration,
            outcome: BatchOutcome::Refused,
            state: None,
            declaration: None,
            problem: Some(problem.document(info)),
        }
    }
}
