//! Exemptions on the wire (A5, A6).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::exemption::{Decision, Event, Kind, State};
use xueshi_persistence::{Exemption, ExemptionAct, Word};

use super::checks::{not_blank, nothing_to_change};
use super::years::FilterYear;
use super::{Day, Timestamp, words};
use crate::extract::violation;
use crate::page;

/// An exemption to apply for.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewExemption {
    /// Who is to be exempt.
    pub professional_id: Uuid,
    /// From which year; for an absence of several years, apply for each.
    #[validate(range(min = 1990, max = 2100))]
    #[schema(minimum = 1990, maximum = 2100)]
    pub year: i32,
    /// Why.
    #[schema(value_type = words::ExemptionKind)]
    pub kind: Kind,
    /// First day of the absence; for `joined_in_year`, of the employment.
    pub starts_on: Day,
    /// Last day of the absence; for `joined_in_year`, the last day of the year.
    pub ends_on: Day,
    /// What the employer says of it.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub statement: String,
}

/// What to correct in a returned exemption; members left out stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[validate(schema(function = "something_changes"))]
pub struct ExemptionChanges {
    /// Why.
    #[schema(value_type = Option<words::ExemptionKind>)]
    pub kind: Option<Kind>,
    /// First day of the absence.
    #[schema(nullable = false)]
    pub starts_on: Option<Day>,
    /// Last day of the absence.
    #[schema(nullable = false)]
    pub ends_on: Option<Day>,
    /// What the employer says of it.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000, nullable = false)]
    pub statement: Option<String>,
}

fn something_changes(changes: &ExemptionChanges) -> Result<(), ValidationError> {
    let ExemptionChanges { kind, starts_on, ends_on, statement } = changes;
    if kind.is_none() && starts_on.is_none() && ends_on.is_none() && statement.is_none() {
        return Err(nothing_to_change());
    }
    Ok(())
}

impl ExemptionChanges {
    /// Writes them into an exemption.
    pub fn apply(&self, exemption: &mut Exemption) {
        let e = exemption;
        e.kind = self.kind.map_or(e.kind, Word);
        e.starts_on = self.starts_on.map_or(e.starts_on, |day| day.0);
        e.ends_on = self.ends_on.map_or(e.ends_on, |day| day.0);
        if let Some(statement) = &self.statement {
            e.statement.clone_from(statement);
        }
    }
}

/// The municipal bureau's decision on an exemption.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reason_is_given"))]
pub struct ExemptionDecision {
    /// Grant, return for correction, or reject for good.
    #[schema(value_type = words::ExemptionDecisionWord)]
    pub decision: Decision,
    /// What the employer reads; required to return or reject.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: Option<String>,
}

fn reason_is_given(decided: &ExemptionDecision) -> Result<(), ValidationError> {
    match (decided.decision, &decided.comment) {
        (Decision::Grant, _) | (_, Some(_)) => Ok(()),
        (Decision::Return | Decision::Reject, None) => Err(violation(
            "comment-required",
            "退回或不予同意必须在 comment 中说明理由",
            "to return or reject, give the reason as `comment`",
        )),
    }
}

/// Why an exemption ends.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ExemptionEnding {
    /// The reason, which the person and the employer read.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// An exemption of one person from one year.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Exemption)]
pub struct ExemptionDto {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    #[schema(value_type = words::ExemptionState)]
    pub state: State,
    /// Who is exempt.
    pub professional_id: Uuid,
    /// From which year.
    pub year: i32,
    /// Why.
    #[schema(value_type = words::ExemptionKind)]
    pub kind: Kind,
    /// First day of the absence.
    pub starts_on: Day,
    /// Last day of the absence.
    pub ends_on: Day,
    /// What the employer says of it.
    pub statement: String,
    /// The employer that applied.
    pub employer_id: Uuid,
    /// That employer's reviewing body.
    pub authority_id: Uuid,
    /// The account that applied last, in the employer's name.
    pub applied_by: Uuid,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was first applied for.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl From<&Exemption> for ExemptionDto {
    fn from(e: &Exemption) -> Self {
        Self {
            id: e.id.0,
            state: e.state.0,
            professional_id: e.professional_id.0,
            year: e.year,
            kind: e.kind.0,
            starts_on: e.starts_on.into(),
            ends_on: e.ends_on.into(),
            statement: e.statement.clone(),
            employer_id: e.employer_id.0,
            authority_id: e.authority_id.0,
            applied_by: e.applied_by.0,
            version: e.version,
            created_at: e.created_at.into(),
            updated_at: e.updated_at.into(),
        }
    }
}

page! {
    /// Exemptions, in the order in which they were applied for.
    pub struct ExemptionPage of ExemptionDto, list ExemptionList,
    sort ExemptionSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

/// Which exemptions.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichExemptions {
    /// Only from this year.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only in one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::ExemptionState>>, explode = false, style = Form)]
    pub state: Vec<State>,
    /// Only for this reason.
    #[param(value_type = Option<words::ExemptionKind>)]
    pub kind: Option<Kind>,
    /// Only of this person.
    pub professional_id: Option<Uuid>,
    /// Only of this employer.
    pub employer_id: Option<Uuid>,
}

/// A step of an exemption (V10).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExemptionStep)]
pub struct ExemptionStepDto {
    /// Its id.
    pub id: Uuid,
    /// What was done.
    #[schema(value_type = words::ExemptionEvent)]
    pub event: Event,
    /// What was said.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// The unit that was acted for.
    pub unit_id: Uuid,
    /// The account that acted.
    pub account_id: Uuid,
    /// When.
    pub acted_at: Timestamp,
    /// The policy version that it was done under.
    pub policy_version: i32,
}

impl From<ExemptionAct> for ExemptionStepDto {
    fn from(act: ExemptionAct) -> Self {
        Self {
            id: act.id.0,
            event: act.event.0,
            comment: act.comment,
            unit_id: act.unit_id.0,
            account_id: act.account_id.0,
            acted_at: act.acted_at.into(),
            policy_version: act.policy_version,
        }
    }
}

/// The steps of an exemption, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExemptionStepList {
    /// The steps.
    pub data: Vec<ExemptionStepDto>,
}
