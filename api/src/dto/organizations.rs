//! Units and those who act for them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::access::Role;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_persistence::{Account, Grant, Organization};

use super::checks::{not_blank, nothing_to_change, one_line, present};
use super::{Timestamp, words};

/// A unit: bureau, authority, base, institution or employer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Organization)]
pub struct OrganizationDto {
    /// Its id.
    pub id: Uuid,
    /// The unit above it; null for the municipal bureau.
    #[schema(required = true)]
    pub parent_id: Option<Uuid>,
    /// What it is.
    #[schema(value_type = words::OrganizationKind)]
    pub kind: OrganizationKind,
    /// Its full name.
    pub name: String,
    /// Its unified social credit code (GB 32100).
    #[schema(required = true)]
    pub unit_code: Option<String>,
    /// Whether it is a public institution (事业单位), which matters for the annual appraisal.
    pub is_public_institution: bool,
    /// The unit that reviews after this one.
    #[schema(required = true)]
    pub reviewing_body_id: Option<Uuid>,
    /// Whether it is in use.
    #[schema(value_type = words::Standing)]
    pub state: Standing,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl From<&Organization> for OrganizationDto {
    fn from(unit: &Organization) -> Self {
        Self {
            id: unit.id.0,
            parent_id: unit.parent_id.map(|id| id.0),
            kind: unit.kind.0,
            name: unit.name.clone(),
            unit_code: unit.unit_code.clone(),
            is_public_institution: unit.is_public_institution,
            reviewing_body_id: unit.reviewing_body_id.map(|id| id.0),
            state: unit.state.0,
            version: unit.version,
            created_at: unit.created_at.into(),
            updated_at: unit.updated_at.into(),
        }
    }
}

/// A unit to add.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// The unit above it.
    pub parent_id: Uuid,
    /// What it is: a district bureau or an industry authority under the municipal bureau, anything else but a bureau under a
    /// bureau or an authority, and an employer also under an employer.
    #[schema(value_type = words::OrganizationKind)]
    pub kind: OrganizationKind,
    /// Its full name.
    #[validate(
        length(min = 2, max = 100),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 2, max_length = 100)]
    pub name: String,
    /// Its unified social credit code (GB 32100, U4); employers must have one.
    #[validate(length(max = 40))]
    #[schema(max_length = 40)]
    pub unit_code: Option<String>,
    /// Whether it is a public institution (事业单位).
    #[serde(default)]
    #[schema(default = false)]
    pub is_public_institution: bool,
    /// The bureau or authority that reviews after it; employers must have one.
    pub reviewing_body_id: Option<Uuid>,
}

/// Why a unit is closed.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UnitClosing {
    /// The reason, for the record.
    #[validate(
        length(min = 1, max = 500),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Where a unit goes.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Relocation {
    /// The unit that it will stand under.
    pub parent_id: Uuid,
    /// The bureau or authority above its new place that reviews for it. Where it is left out: the present one, if it stands above
    /// still, otherwise the new parent or the one that reviews for it.
    pub reviewing_body_id: Option<Uuid>,
}

/// What to change in a unit; members left out stay as they are. Kind and place in the tree do not change here.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[validate(schema(function = "names_something"))]
pub struct OrganizationChanges {
    /// Its full name.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 2, max = 100),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 2, max_length = 100, nullable = false)]
    pub name: Option<String>,
    /// Its unified social credit code (GB 32100, U4).
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 40))]
    #[schema(max_length = 40, nullable = false)]
    pub unit_code: Option<String>,
    /// Whether it is a public institution (事业单位).
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub is_public_institution: Option<bool>,
    /// The bureau or authority that reviews after it; it takes over what waits for the former one (U2).
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub reviewing_body_id: Option<Uuid>,
}

fn names_something(changes: &OrganizationChanges) -> Result<(), ValidationError> {
    let OrganizationChanges { name, unit_code, is_public_institution, reviewing_body_id } = changes;
    let named = name.is_some()
        || unit_code.is_some()
        || is_public_institution.is_some()
        || reviewing_body_id.is_some();
    if named { Ok(()) } else { Err(nothing_to_change()) }
}

/// Someone who acts for a unit.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Administrator)]
pub struct AdministratorDto {
    /// The grant by which they act.
    pub grant_id: Uuid,
    /// The role.
    #[schema(value_type = words::Role)]
    pub role: Role,
    /// The account.
    pub account_id: Uuid,
    /// The name that it logs in with.
    pub username: String,
    /// The name of its owner.
    pub display_name: String,
    /// Since when.
    pub granted_at: Timestamp,
}

impl AdministratorDto {
    /// The holder of a grant.
    pub fn new(grant: &Grant, account: &Account) -> Self {
        Self {
            grant_id: grant.id.0,
            role: grant.role.0,
            account_id: account.id.0,
            username: account.username.clone(),
            display_name: account.display_name.clone(),
            granted_at: grant.granted_at.into(),
        }
    }
}

/// Those who act for a unit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Administrators {
    /// Those of this very unit, the longest in office first.
    pub data: Vec<AdministratorDto>,
}

/// Someone to act for a unit from now on.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The account.
    pub account_id: Uuid,
    /// `employer_administrator`, `reviewer` (of a bureau or an authority) or `institution_administrator` (of a unit that
    /// trains): the roles that one person at a time has at a unit.
    #[schema(value_type = words::Role)]
    pub role: Role,
}
