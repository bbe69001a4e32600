//! Policies and their windows on the wire.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;
use xueshi_domain::calendar::Timetable;
use xueshi_domain::policy::Policy;
use xueshi_domain::registry::PolicyState;
use xueshi_persistence::{Jurisdiction, StoredPolicy};

use super::checks::not_blank;
use super::cities::CityCode;
use super::me::WindowDto;
use super::policy_document::PolicyDocument;
use super::{Timestamp, words};
use crate::page;

/// A version of a year's policy, without its content.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyVersion)]
pub struct PolicyVersionDto {
    /// Division code of the city.
    #[schema(value_type = CityCode)]
    pub jurisdiction: String,
    /// The year that it governs.
    pub year: i32,
    /// 1, 2, 3 …
    #[schema(minimum = 1)]
    pub version: i32,
    /// Whether it is in force.
    #[schema(value_type = words::PolicyState)]
    pub state: PolicyState,
    /// Why it replaced the version before.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was published.
    #[schema(required = true)]
    pub published_at: Option<Timestamp>,
}

/// A version of a year's policy (W3).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Policy)]
pub struct PolicyDto {
    /// What it is.
    #[serde(flatten)]
    pub about: PolicyVersionDto,
    /// The rules.
    #[schema(value_type = PolicyDocument)]
    pub document: Policy,
}

impl PolicyVersionDto {
    /// A stored version, as it is shown.
    #[must_use]
    pub fn new(city: &Jurisdiction, stored: &StoredPolicy) -> Self {
        Self {
            jurisdiction: city.code.clone(),
            year: stored.year,
            version: stored.version,
            state: stored.state.0,
            reason: stored.reason.clone(),
            created_at: stored.created_at.into(),
            published_at: stored.published_at.map(Timestamp::from),
        }
    }
}

page! {
    /// Policies in force, by year.
    pub struct PolicyPage of PolicyVersionDto, list PolicyList,
    sort PolicySort { Year = "year" } default "year",
    expand [], sparse false
}

page! {
    /// Versions of a year's policy, the first one first.
    pub struct PolicyVersionPage of PolicyVersionDto, list PolicyVersionList,
    sort PolicyVersionSort { Version = "version" } default "version",
    expand [], sparse false
}

/// Which version of a policy is wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PolicyChoice {
    /// Division code of the city; the installation's own city where it is left out.
    #[param(inline, example = "410100")]
    pub jurisdiction: Option<CityCode>,
    /// An earlier version that is no longer in force; the one in force where it is left out.
    #[param(minimum = 1, example = 1)]
    pub version: Option<i32>,
}

/// A draft to begin.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewPolicyDraft {
    /// The rules; a copy of the version in force where they are left out.
    #[schema(value_type = Option<PolicyDocument>)]
    pub document: Option<Policy>,
}

/// The new content of a draft.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PolicyDraftContent {
    /// The rules.
    #[schema(value_type = PolicyDocument)]
    pub document: Policy,
}

/// What publishing a draft would meet and change (W3).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyValidation)]
pub struct PolicyValidationDto {
    /// The draft.
    pub version: i32,
    /// Whether it could be published now.
    pub valid: bool,
    /// What keeps it from being published.
    pub problems: Vec<PolicyProblemDto>,
    /// What should be known before it is published, and does not keep it from it.
    pub warnings: Vec<PolicyWarningDto>,
    /// The version in force that it would replace, for which a reason is required; null where it is the first of its year.
    #[schema(required = true)]
    pub replaces: Option<i32>,
    /// Where it differs from the version in force.
    pub changes: Vec<PolicyChangeDto>,
}

/// One thing that is wrong with a draft.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyProblem)]
pub struct PolicyProblemDto {
    /// Where, as an RFC 6901 pointer into the document.
    pub pointer: String,
    /// Stable identifier of the kind of fault.
    pub code: String,
    /// The fault, in the language of the answer.
    pub detail: String,
}

/// Something that should be known before a draft is published.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyWarning)]
pub struct PolicyWarningDto {
    /// Stable identifier.
    pub code: String,
    /// What it is, in the language of the answer.
    pub detail: String,
}

/// One place at which a draft differs from the version in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyChange)]
pub struct PolicyChangeDto {
    /// Where, as an RFC 6901 pointer into the document.
    pub pointer: String,
    /// What is in force there; null where nothing is.
    #[schema(value_type = Value, required = true)]
    pub before: Value,
    /// What the draft says there; null where it says nothing.
    #[schema(value_type = Value, required = true)]
    pub after: Value,
}

/// The publication of a draft.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PolicyPublication {
    /// Why the version in force is replaced; required when there is one.
    #[validate(length(min = 1, max = 500), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: Option<String>,
}

/// The windows of a year as of now (W5).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyCalendar)]
pub struct PolicyCalendarDto {
    /// Division code of the city.
    #[schema(value_type = CityCode)]
    pub jurisdiction: String,
    /// The year.
    pub year: i32,
    /// The version of the policy that is in force.
    pub policy_version: i32,
    /// The instant that `is_open` and `seconds_left` are as of.
    pub now: Timestamp,
    /// The windows.
    pub windows: Vec<WindowDto>,
}

impl PolicyCalendarDto {
    /// The windows of a timetable at an instant.
    #[must_use]
    pub fn new(
        city: &Jurisdiction,
        version: i32,
        timetable: &Timetable,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            jurisdiction: city.code.clone(),
            year: timetable.year(),
            policy_version: version,
            now: now.into(),
            windows: timetable.statuses(now).iter().map(WindowDto::from).collect(),
        }
    }
}
