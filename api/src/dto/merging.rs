//! Merging two records of one person (U4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::merging::GivesWay;
use xueshi_persistence::PersonMerge;

use super::Timestamp;
use super::checks::{not_blank, one_line};

/// Two records of one person, and why they are merged.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The record that stands; its name, number and employer go on.
    pub kept_id: Uuid,
    /// The record that is merged into it. Its id numbers lead to the other record from then on.
    pub merged_id: Uuid,
    /// Why they are one person.
    #[validate(
        length(min = 1, max = 500),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What a merge did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MergeResult {
    /// Its id.
    pub id: Uuid,
    /// The record that stands.
    pub kept_id: Uuid,
    /// The record that is empty now.
    pub merged_id: Uuid,
    /// Why.
    pub reason: String,
    /// Declarations that gave way to another one of the same learning (H7).
    pub ended_declarations: Vec<GaveWay>,
    /// Years of the merged record, now part of the other's.
    pub years: Vec<i32>,
    /// When.
    pub merged_at: Timestamp,
}

/// A declaration that gave way to another one of the same learning.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GaveWay {
    /// The one that ended.
    pub declaration_id: Uuid,
    /// The one that stands.
    pub standing_id: Uuid,
}

impl MergeResult {
    /// A merge with what it ended.
    pub fn new(merge: &PersonMerge, ended: &[GivesWay], years: Vec<i32>) -> Self {
        let gave_way = |end: &GivesWay| GaveWay { declaration_id: end.id, standing_id: end.stands };
        Self {
            id: merge.id.0,
            kept_id: merge.professional_id.0,
            merged_id: merge.merged_id.0,
            reason: merge.reason.clone(),
            ended_declarations: ended.iter().map(gave_way).collect(),
            years,
            merged_at: merge.merged_at.into(),
        }
    }
}
