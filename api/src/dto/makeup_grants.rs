//! Make-up grants on the wire, and who reviews make-up first.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::makeup::GrantState;
use xueshi_persistence::{MakeupBody, MakeupGrant, Organization};

use super::{Timestamp, words};

/// The right of one person to register hours of one prior year (M3).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MakeupGrant)]
pub struct MakeupGrantDto {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    #[schema(value_type = words::MakeupGrantState)]
    pub state: GrantState,
    /// The person.
    pub professional_id: Uuid,
    /// The prior year.
    pub year: i32,
    /// The application that it was granted on.
    pub application_id: Uuid,
    /// The employer that applied.
    pub employer_id: Uuid,
    /// Whether it is exceptional (M6).
    pub exceptional: bool,
    /// When it was granted: learning from that day on counts.
    pub granted_at: Timestamp,
    /// The first instant at which learning no longer counts.
    pub study_until: Timestamp,
    /// The first instant at which nothing is registered or reviewed any more.
    pub register_until: Timestamp,
    /// When it was used or expired.
    #[schema(required = true)]
    pub ended_at: Option<Timestamp>,
    /// The policy version that it was granted under, of the year in which it was granted.
    pub policy_version: i32,
    /// Grows with every change.
    pub version: i32,
}

impl From<&MakeupGrant> for MakeupGrantDto {
    fn from(grant: &MakeupGrant) -> Self {
        Self {
            id: grant.id.0,
            state: grant.state.0,
            professional_id: grant.professional_id.0,
            year: grant.year,
            application_id: grant.application_id.0,
            employer_id: grant.employer_id.0,
            exceptional: grant.exceptional,
            granted_at: grant.granted_at.into(),
            study_until: grant.study_until.into(),
            register_until: grant.register_until.into(),
            ended_at: grant.ended_at.map(Timestamp::from),
            policy_version: grant.policy_version,
            version: grant.version,
        }
    }
}

/// Which base reviews make-up first for an employer.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MakeupBodyAssignment {
    /// The base; null gives the employer's reviewing body its place back.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    pub body_id: Option<Uuid>,
}

/// Who reviews make-up first for an employer (M2).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MakeupBody)]
pub struct MakeupBodyDto {
    /// The employer.
    pub organization_id: Uuid,
    /// The base that is assigned to it, if one is.
    #[schema(required = true)]
    pub base_id: Option<Uuid>,
    /// Who reviews first: that base, or else the employer's reviewing body.
    #[schema(required = true)]
    pub body_id: Option<Uuid>,
    /// When it was last assigned.
    #[schema(required = true)]
    pub assigned_at: Option<Timestamp>,
    /// Grows with every change, 0 before the first; the `ETag` is this number.
    pub version: i32,
}

impl MakeupBodyDto {
    /// What was last assigned to a unit, if anything was.
    pub fn new(unit: &Organization, assigned: Option<&MakeupBody>) -> Self {
        let base = assigned.and_then(|assigned| assigned.body_id);
        Self {
            organization_id: unit.id.0,
            base_id: base.map(|id| id.0),
            body_id: base.or(unit.reviewing_body_id).map(|id| id.0),
            assigned_at: assigned.map(|assigned| assigned.assigned_at.into()),
            version: assigned.map_or(0, |assigned| assigned.version),
        }
    }
}
