//! People and units that register by themselves (U0).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::identity::IdType;
use xueshi_domain::people::{Post, TitleLevel};
use xueshi_domain::registration::{Joining, State};
use xueshi_domain::registry::OrganizationKind;
use xueshi_persistence::{EmploymentRequest, Organization, UnitRegistration};

use super::accounts::good_username;
use super::auth::good_password;
use super::checks::{not_blank, one_line};
use super::professionals::good_phone;
use super::transfers::{Answer, NamedUnit, comment_for};
use super::{Day, Timestamp, words};

/// Someone who registers and asks to join an employer.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewRegistration {
    /// The name to log in with: small letters, digits, `.`, `_` and `-`.
    #[validate(custom(function = "good_username"))]
    #[schema(
        min_length = 2,
        max_length = 64,
        pattern = "^[a-z0-9][a-z0-9._-]*$",
        example = "zheng.xiaoman"
    )]
    pub username: String,
    /// A password; it does not hold the name.
    #[validate(custom(function = "good_password"))]
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub password: String,
    /// The name as in the document.
    #[validate(
        length(min = 1, max = 50),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 50)]
    pub name: String,
    /// What document the id number is from.
    #[schema(value_type = words::IdType)]
    pub id_type: IdType,
    /// The number; of a resident id its check digit and its date are checked (E12a).
    #[validate(length(max = 40))]
    #[schema(max_length = 40, example = "410102198506151238")]
    pub id_number: String,
    /// A phone number.
    #[validate(custom(function = "good_phone"))]
    #[schema(pattern = "^\\+?[0-9][0-9-]{4,19}$", example = "13800001234")]
    pub phone: Option<String>,
    /// Series of the title, one of `/v1/title-series` (U4b); together with the level.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_length = 1, max_length = 50, example = "卫生技术")]
    pub title_series: Option<String>,
    /// Level of the title (U4b); together with the series.
    #[schema(value_type = Option<words::TitleLevel>)]
    pub title_level: Option<TitleLevel>,
    /// What kind of post they hold (U4b).
    #[schema(value_type = words::Post)]
    pub post: Post,
    /// The unit code (GB 32100) of the employer to join.
    #[validate(length(max = 40))]
    #[schema(max_length = 40, example = "91350100M000100Y43")]
    pub employer_unit_code: String,
    /// What to tell the employer.
    #[validate(length(min = 1, max = 500), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 500)]
    pub statement: Option<String>,
}

/// A request to join another employer.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewEmploymentRequest {
    /// The unit code (GB 32100) of the employer to join.
    #[validate(length(max = 40))]
    #[schema(max_length = 40, example = "91350100M000100Y43")]
    pub employer_unit_code: String,
    /// What to tell the employer.
    #[validate(length(min = 1, max = 500), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 500)]
    pub statement: Option<String>,
}

/// A person's request to join an employer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = EmploymentRequest)]
pub struct EmploymentRequestDto {
    /// Its id.
    pub id: Uuid,
    /// The account that asks.
    pub account_id: Uuid,
    /// The record of the person, once one is linked to the account.
    #[schema(required = true)]
    pub professional_id: Option<Uuid>,
    /// The name that the person gave.
    pub name: String,
    /// The id number with its middle hidden (U4a).
    pub masked_id_number: String,
    /// The employer that is asked.
    pub organization: NamedUnit,
    /// What the person tells the employer.
    #[schema(required = true)]
    pub statement: Option<String>,
    /// Where it stands.
    #[schema(value_type = words::RegistrationState)]
    pub state: State,
    /// What the acceptance did: it made a record, linked one, or began an employment.
    #[schema(required = true, value_type = Option<words::Joining>)]
    pub joining: Option<Joining>,
    /// What the employer said.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was decided or withdrawn.
    #[schema(required = true)]
    pub decided_at: Option<Timestamp>,
}

impl EmploymentRequestDto {
    /// A request with the name of the employer.
    pub fn new(request: &EmploymentRequest, employer: &Organization) -> Self {
        Self {
            id: request.id.0,
            account_id: request.account_id.0,
            professional_id: request.person_id.map(|id| id.0),
            name: request.name.clone(),
            masked_id_number: request.id_masked.clone(),
            organization: employer.into(),
            statement: request.statement.clone(),
            state: request.state.0,
            joining: request.joining.map(|word| word.0),
            comment: request.comment.clone(),
            version: request.version,
            created_at: request.created_at.into(),
            decided_at: request.decided_at.map(Timestamp::from),
        }
    }
}

/// An employer's answer to someone who asks to join.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reason_is_given"))]
pub struct EmploymentDecision {
    /// Accept or refuse.
    pub decision: Answer,
    /// That the employer has compared name and number with the person's document: needed to accept, since it links the account
    /// to the person's record.
    #[serde(default)]
    #[schema(default = false)]
    pub identity_checked: bool,
    /// The first day of the employment, not in the future; today where it is left out.
    pub started_on: Option<Day>,
    /// What the person reads; required to refuse.
    #[validate(
        length(min = 1, max = 500),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 500)]
    pub comment: Option<String>,
}

fn reason_is_given(decision: &EmploymentDecision) -> Result<(), ValidationError> {
    comment_for(decision.decision, decision.comment.as_deref())
}

/// A unit that asks to take part, with the account of its future administrator.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewUnitRegistration {
    /// `employer` or `training_institution`; bureaus, authorities and bases are set up by the municipal bureau.
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
    /// Its unified social credit code (GB 32100, U4).
    #[validate(length(max = 40))]
    #[schema(max_length = 40, example = "91350100M000100Y43")]
    pub unit_code: String,
    /// Whether it is a public institution (事业单位).
    #[serde(default)]
    #[schema(default = false)]
    pub is_public_institution: bool,
    /// The unit code of the bureau or authority that is to accept it and to review for it.
    #[validate(length(max = 40))]
    #[schema(max_length = 40, example = "11410100MA0000015K")]
    pub reviewing_body_code: String,
    /// What to tell that body.
    #[validate(length(min = 1, max = 500), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 500)]
    pub statement: Option<String>,
    /// The name that its administrator will log in with.
    #[validate(custom(function = "good_username"))]
    #[schema(
        min_length = 2,
        max_length = 64,
        pattern = "^[a-z0-9][a-z0-9._-]*$",
        example = "clinic.admin"
    )]
    pub username: String,
    /// A password; it does not hold the name.
    #[validate(custom(function = "good_password"))]
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub password: String,
    /// The name of its administrator.
    #[validate(
        length(min = 1, max = 50),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 50)]
    pub administrator_name: String,
}

/// The registration of a unit.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OrganizationRegistration)]
pub struct UnitRegistrationDto {
    /// Its id, which becomes the unit's own.
    pub id: Uuid,
    /// The account of its future administrator.
    pub account_id: Uuid,
    /// What it is.
    #[schema(value_type = words::OrganizationKind)]
    pub kind: OrganizationKind,
    /// Its full name.
    pub name: String,
    /// Its unified social credit code (GB 32100).
    pub unit_code: String,
    /// Whether it is a public institution (事业单位).
    pub is_public_institution: bool,
    /// The body that it names.
    pub reviewing_body: NamedUnit,
    /// What it tells that body.
    #[schema(required = true)]
    pub statement: Option<String>,
    /// Where it stands.
    #[schema(value_type = words::RegistrationState)]
    pub state: State,
    /// What the body said.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was decided or withdrawn.
    #[schema(required = true)]
    pub decided_at: Option<Timestamp>,
}

impl UnitRegistrationDto {
    /// A registration with the name of the body.
    pub fn new(registration: &UnitRegistration, body: &Organization) -> Self {
        Self {
            id: registration.id.0,
            account_id: registration.account_id.0,
            kind: registration.kind.0,
            name: registration.name.clone(),
            unit_code: registration.unit_code.clone(),
            is_public_institution: registration.is_public_institution,
            reviewing_body: body.into(),
            statement: registration.statement.clone(),
            state: registration.state.0,
            comment: registration.comment.clone(),
            version: registration.version,
            created_at: registration.created_at.into(),
            decided_at: registration.decided_at.map(Timestamp::from),
        }
    }
}

/// The series of professional titles.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TitleSeries {
    /// Their names, in the national order.
    pub data: Vec<String>,
}
