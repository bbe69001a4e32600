//! Conflicts between what another system says and what was decided here (ADR 0023).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::identity::mask_phone;
use xueshi_domain::inbound::{ConflictDecision, ConflictState, InboundKind};
use xueshi_persistence::SyncConflict;

use super::checks::{not_blank, one_line};
use super::{Timestamp, words};

/// Something that another system says otherwise than somebody here decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SyncConflict)]
pub struct ConflictDto {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    #[schema(value_type = words::SyncConflictState)]
    pub state: ConflictState,
    /// The other system.
    pub source: String,
    /// What it is about.
    #[schema(value_type = words::InboundKind)]
    pub kind: InboundKind,
    /// The record's name there.
    pub external_id: String,
    /// The revision that contradicts.
    pub revision: i64,
    /// The record here; of a prior year the person.
    pub record_id: Uuid,
    /// The person, if it is about one.
    #[schema(required = true)]
    pub professional_id: Option<Uuid>,
    /// The unit that it concerns.
    #[schema(required = true)]
    pub organization_id: Option<Uuid>,
    /// The year, of a prior year.
    #[schema(required = true)]
    pub year: Option<i32>,
    /// What the two differ in.
    pub fields: Vec<String>,
    /// Why it was settled as it was.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// Who settled it.
    #[schema(required = true)]
    pub decided_by: Option<Uuid>,
    /// Acting for which unit.
    #[schema(required = true)]
    pub decided_for: Option<Uuid>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was found.
    pub created_at: Timestamp,
    /// When it was settled.
    #[schema(required = true)]
    pub decided_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl ConflictDto {
    /// A conflict with the names of its fields.
    pub fn new(row: &SyncConflict, fields: Vec<String>) -> Self {
        Self {
            id: row.id.0,
            state: row.state.0,
            source: row.source.clone(),
            kind: row.kind.0,
            external_id: row.external_id.clone(),
            revision: row.revision,
            record_id: row.local_id.0,
            professional_id: row.person_id.map(|id| id.0),
            organization_id: row.unit_id.map(|id| id.0),
            year: row.year,
            fields,
            reason: row.reason.clone(),
            decided_by: row.decider_id.map(|id| id.0),
            decided_for: row.decided_for.map(|id| id.0),
            version: row.version,
            created_at: row.created_at.into(),
            decided_at: row.decided_at.map(Timestamp::from),
            updated_at: row.updated_at.into(),
        }
    }
}

/// A conflict, with what both sides say.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SyncConflictDetail)]
pub struct ConflictDetail {
    /// The conflict.
    #[serde(flatten)]
    pub conflict: ConflictDto,
    /// What both sides say, while it is open.
    pub differences: Vec<DifferenceDto>,
}

/// What both sides say of one thing. Units and people are named by their ids, phones are masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SyncDifference)]
pub struct DifferenceDto {
    /// What it is about.
    pub field: &'static str,
    /// What stands here.
    pub local: String,
    /// What the other system says.
    pub remote: String,
    /// The procedure by which alone it changes here, where it has one: `transfer`, `relocation`, `registration`, `merging`,
    /// `revocation` or `makeup`. It has to be gone before the conflict is settled with `take_remote`.
    #[schema(required = true)]
    pub road: Option<&'static str>,
}

impl DifferenceDto {
    /// A difference, masked where it is personal (U4a).
    pub fn new(field: &'static str, local: &str, remote: &str, road: Option<&'static str>) -> Self {
        let shown = |text: &str| match field {
            "phone" if !text.is_empty() => mask_phone(text),
            _ => text.to_owned(),
        };
        Self { field, local: shown(local), remote: shown(remote), road }
    }
}

/// How a conflict is settled.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = SyncResolution)]
pub struct Resolution {
    /// Whether what stands here stays, or what the other system says is to stand.
    #[schema(value_type = words::SyncConflictDecision)]
    pub decision: ConflictDecision,
    /// Why, for the record.
    #[validate(
        length(min = 1, max = 500),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}
