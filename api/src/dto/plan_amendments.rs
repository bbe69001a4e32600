//! Amendments of approved training plans on the wire (P2).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::registry::PlanState;

use super::checks::not_blank;
use super::filings::FilingActDto;
use super::training_plans::NewPlanItem;
use super::{Timestamp, words};
use crate::extract::violation;

/// A change of an approved plan. It takes effect when it is approved.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PlanAmendment)]
pub struct PlanAmendmentDto {
    /// Its id.
    pub id: Uuid,
    /// The plan.
    pub plan_id: Uuid,
    /// Where it stands.
    #[schema(value_type = words::PlanState)]
    pub state: PlanState,
    /// Why the plan has to change.
    pub reason: String,
    /// What is to be added, changed and removed.
    pub changes: Vec<PlanChange>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was begun.
    pub created_at: Timestamp,
    /// What was done to it, oldest first.
    pub history: Vec<FilingActDto>,
}

/// The amendments of a plan, in the order in which they were begun.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanAmendments {
    /// The amendments.
    pub data: Vec<PlanAmendmentDto>,
}

/// An amendment to begin, or what one is to say now.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewPlanAmendment {
    /// Why the plan has to change.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// What is to be added, changed and removed; each item at most once.
    #[validate(length(min = 1, max = 200), nested, custom(function = "each_item_once"))]
    #[schema(min_items = 1, max_items = 200)]
    pub changes: Vec<PlanChange>,
}

fn each_item_once(changes: &[PlanChange]) -> Result<(), ValidationError> {
    let named: Vec<Uuid> = changes.iter().filter_map(|change| change.item_id).collect();
    if named.iter().collect::<BTreeSet<_>>().len() < named.len() {
        return Err(violation("unique", "同一项目出现多次", "an item stands there twice"));
    }
    Ok(())
}

/// One change of a plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "members_fit_the_action"))]
pub struct PlanChange {
    /// `add` needs `item`, `change` needs both, `remove` needs `item_id`.
    pub action: PlanAction,
    /// The item of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub item_id: Option<Uuid>,
    /// The item as it is to be, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub item: Option<NewPlanItem>,
}

/// What is to become of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanAction {
    /// A new item.
    Add,
    /// Another content of an item.
    Change,
    /// The item is taken out of the plan.
    Remove,
}

fn members_fit_the_action(change: &PlanChange) -> Result<(), ValidationError> {
    match (change.action, change.item_id.is_some(), change.item.is_some()) {
        (PlanAction::Add, false, true)
        | (PlanAction::Change, true, true)
        | (PlanAction::Remove, true, false) => Ok(()),
        (PlanAction::Add | PlanAction::Change | PlanAction::Remove, _, _) => Err(violation(
            "members",
            "add 需要 item，change 需要 item_id 和 item，remove 只需要 item_id",
            "`add` takes `item`, `change` takes `item_id` and `item`, `remove` takes `item_id` only",
        )),
    }
}
