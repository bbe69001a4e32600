//! Make-up applications on the wire.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::ledger::Breakdown;
use xueshi_domain::makeup::{ApplicationState, ItemState, Step};
use xueshi_domain::review::Decision;
use xueshi_persistence::{Id, MakeupApplication, MakeupItem, MakeupReview};

use super::annual_records::Hours;
use super::checks::{not_blank, nothing_to_change};
use super::reviews::BatchOutcome;
use super::{Timestamp, words};
use crate::extract::violation;
use crate::problem::{Problem, ProblemDocument};
use crate::request::RequestInfo;

/// An application for make-up: the people of one employer, and for each the prior year.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewMakeupApplication {
    /// The employer that applies; needed only by those who act for several.
    pub employer_id: Option<Uuid>,
    /// Outside of the ordinary windows, in a year that takes nothing else; needs a special reason (M6).
    #[serde(default)]
    #[schema(required = false)]
    pub exceptional: bool,
    /// Why; the special reason of an exceptional application.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
    /// The people and years; each gets a result of its own.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<NewMakeupItem>,
}

/// One person and one prior year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMakeupItem {
    /// The person: one whom the employer has now.
    pub professional_id: Uuid,
    /// The prior year.
    #[schema(minimum = 1990, maximum = 2100)]
    pub year: i32,
}

/// What to change in an application that is a draft or was returned; members left out stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "names_something"))]
#[schema(min_properties = 1)]
pub struct MakeupApplicationChanges {
    /// Why; the special reason of an exceptional application.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
    /// The people and years that are submitted next, in place of those that were named before. What was rejected stays rejected.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub items: Option<Vec<NewMakeupItem>>,
}

fn names_something(changes: &MakeupApplicationChanges) -> Result<(), ValidationError> {
    if changes.reason.is_none() && changes.items.is_none() {
        Err(nothing_to_change())
    } else {
        Ok(())
    }
}

/// An application for make-up.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MakeupApplication)]
pub struct MakeupApplicationDto {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    #[schema(value_type = words::MakeupApplicationState)]
    pub state: ApplicationState,
    /// The employer that applies.
    pub employer_id: Uuid,
    /// The year in which is applied: its windows and deadlines hold.
    pub year: i32,
    /// Whether it is exceptional (M6).
    pub exceptional: bool,
    /// Why.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// Who reviews first: the base that is assigned to the employer, or its reviewing body. Null until it is submitted.
    #[schema(required = true)]
    pub body_id: Option<Uuid>,
    /// 1, and one more with every submission after a return.
    pub revision: i32,
    /// The people and years, each with its result.
    pub items: Vec<MakeupItemDto>,
    /// When it was last submitted.
    #[schema(required = true)]
    pub submitted_at: Option<Timestamp>,
    /// The policy version that it was last judged by, of the year in which is applied.
    pub policy_version: i32,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// One person and one prior year of an application, with its result.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MakeupItem)]
pub struct MakeupItemDto {
    /// Its id.
    pub id: Uuid,
    /// The person.
    pub professional_id: Uuid,
    /// Their name.
    pub name: String,
    /// The prior year.
    pub year: i32,
    /// Its result so far.
    #[schema(value_type = words::MakeupItemState)]
    pub state: ItemState,
    /// What the year lacked of its floors when the application was last written or submitted.
    pub missing: Hours,
    /// The grant, when it was granted.
    #[schema(required = true)]
    pub grant_id: Option<Uuid>,
}

impl MakeupApplicationDto {
    /// An application with its items and the names of the people.
    pub fn new(
        application: &MakeupApplication,
        items: &[MakeupItem],
        names: &HashMap<Id, String>,
    ) -> Self {
        Self {
            id: application.id.0,
            state: application.state.0,
            employer_id: application.employer_id.0,
            year: application.year,
            exceptional: application.exceptional,
            reason: application.reason.clone(),
            body_id: application.body_id.map(|id| id.0),
            revision: application.revision,
            items: items
                .iter()
                .filter(|item| item.application_id == application.id)
                .map(|item| MakeupItemDto::new(item, names))
                .collect(),
            submitted_at: application.submitted_at.map(Timestamp::from),
            policy_version: application.policy_version,
            version: application.version,
            created_at: application.created_at.into(),
            updated_at: application.updated_at.into(),
        }
    }
}

impl MakeupItemDto {
    fn new(item: &MakeupItem, names: &HashMap<Id, String>) -> Self {
        let missing = Breakdown {
            total: item.missing_total.0,
            public: item.missing_public.0,
            professional: item.missing_professional.0,
        };
        Self {
            id: item.id.0,
            professional_id: item.professional_id.0,
            name: names.get(&item.professional_id).cloned().unwrap_or_default(),
            year: item.year,
            state: item.state.0,
            missing: missing.into(),
            grant_id: item.grant_id.map(|id| id.0),
        }
    }
}

/// A decision on an application: the same one for every item that waits, or one for each of the named items. Give one of the two.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_of_two"))]
pub struct NewMakeupReview {
    /// Approve, return for correction, or reject every item that waits.
    #[schema(value_type = Option<words::Decision>)]
    pub decision: Option<Decision>,
    /// What the employer reads; required to return or reject.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: Option<String>,
    /// A decision for each of these items; the others go on waiting.
    #[validate(length(min = 1, max = 200), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub items: Option<Vec<NewMakeupItemReview>>,
    /// The revision that was read; another one by now is refused with 412.
    pub revision: Option<i32>,
}

/// A decision on one item.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "item_reason_is_given"))]
pub struct NewMakeupItemReview {
    /// The item.
    pub item_id: Uuid,
    /// Approve, return for correction, or reject.
    #[schema(value_type = words::Decision)]
    pub decision: Decision,
    /// What the employer reads; required to return or reject.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: Option<String>,
}

fn one_of_two(review: &NewMakeupReview) -> Result<(), ValidationError> {
    match (review.decision, &review.items) {
        (Some(decision), None) => reason_is_given(decision, review.comment.as_deref()),
        (None, Some(_)) if review.comment.is_none() => Ok(()),
        (Some(_) | None, Some(_)) | (None, None) => Err(violation(
            "one-of",
            "decision（可带 comment）与 items 必须且只能给出一个",
            "give either `decision`, with its `comment`, or `items`",
        )),
    }
}

fn item_reason_is_given(item: &NewMakeupItemReview) -> Result<(), ValidationError> {
    reason_is_given(item.decision, item.comment.as_deref())
}

fn reason_is_given(decision: Decision, comment: Option<&str>) -> Result<(), ValidationError> {
    match (decision, comment) {
        (Decision::Approve, _) | (Decision::Return | Decision::Reject, Some(_)) => Ok(()),
        (Decision::Return | Decision::Reject, None) => Err(violation(
            "comment-required",
            "退回或不予通过必须在 comment 中说明理由",
            "to return or reject, give the reason as `comment`",
        )),
    }
}

/// An application after decisions on its items, with what became of each of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MakeupReviewResults)]
pub struct MakeupReviewResultsDto {
    /// The application.
    #[serde(flatten)]
    pub application: MakeupApplicationDto,
    /// One result for each item that was decided on, in the same order.
    pub results: Vec<MakeupReviewResult>,
}

/// What became of a decision on one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct MakeupReviewResult {
    /// The item.
    pub item_id: Uuid,
    /// `done` or `refused`.
    pub outcome: BatchOutcome,
    /// The item's result, when the decision was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::MakeupItemState, required = false)]
    pub state: Option<ItemState>,
    /// Why not, when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

impl MakeupReviewResult {
    /// A decision that stands.
    pub fn done(item: &MakeupItem) -> Self {
        Self {
            item_id: item.id.0,
            outcome: BatchOutcome::Done,
            state: Some(item.state.0),
            problem: None,
        }
    }

    /// A decision that was refused.
    pub fn refused(item: Uuid, problem: &Problem, info: &RequestInfo) -> Self {
        Self {
            item_id: item,
            outcome: BatchOutcome::Refused,
            state: None,
            problem: Some(problem.document(info)),
        }
    }
}

/// A decision as it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MakeupReview)]
pub struct MakeupReviewDto {
    /// Its id.
    pub id: Uuid,
    /// The item.
    pub item_id: Uuid,
    /// The application's revision that was decided on.
    pub revision: i32,
    /// The step.
    #[schema(value_type = words::MakeupStep)]
    pub step: Step,
    /// The decision.
    #[schema(value_type = words::Decision)]
    pub decision: Decision,
    /// What was said.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// The unit that was acted for.
    pub unit_id: Uuid,
    /// The account that decided.
    pub account_id: Uuid,
    /// When.
    pub decided_at: Timestamp,
    /// The policy version that it was decided under.
    pub policy_version: i32,
}

impl From<&MakeupReview> for MakeupReviewDto {
    fn from(review: &MakeupReview) -> Self {
        Self {
            id: review.id.0,
            item_id: review.item_id.0,
            revision: review.revision,
            step: review.step.0,
            decision: review.decision.0,
            comment: review.comment.clone(),
            unit_id: review.unit_id.0,
            account_id: review.account_id.0,
            decided_at: review.decided_at.into(),
            policy_version: review.policy_version,
        }
    }
}

/// The decisions on an application, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MakeupReviewList {
    /// The decisions.
    pub data: Vec<MakeupReviewDto>,
}
