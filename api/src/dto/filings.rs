//! Filings of training units on the wire (P1, P5), and what filings and plans have in common: decisions and their trail.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::registry::FilingState;
use xueshi_domain::review::Decision;
use xueshi_persistence::{Filing, FilingAct};

use super::checks::not_blank;
use super::years::FilterYear;
use super::{Timestamp, words};
use crate::extract::violation;
use crate::page;
use crate::problem::{Problem, ProblemDocument};
use crate::request::RequestInfo;

/// The filing of a training unit for a year.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Filing)]
pub struct FilingDto {
    /// Its id.
    pub id: Uuid,
    /// The unit.
    pub organization_id: Uuid,
    /// The unit's name.
    pub organization_name: String,
    /// The year.
    pub year: i32,
    /// Where it stands.
    #[schema(value_type = words::FilingState)]
    pub state: FilingState,
    /// Since when it stands there.
    pub state_since: Timestamp,
    /// What the unit says of itself in its application.
    pub statement: String,
    /// When it was suspended or revoked, while it has not been granted or resumed since. Classes that had begun by then keep
    /// counting (P5).
    #[schema(required = true)]
    pub stopped_at: Option<Timestamp>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was first applied for.
    pub created_at: Timestamp,
}

impl FilingDto {
    /// A filing of a unit.
    #[must_use]
    pub fn new(filing: &Filing, organization_name: String) -> Self {
        Self {
            id: filing.id.0,
            organization_id: filing.organization_id.0,
            organization_name,
            year: filing.year,
            state: filing.state.0,
            state_since: filing.decided_at.into(),
            statement: filing.statement.clone(),
            stopped_at: filing.stopped_at.map(Timestamp::from),
            version: filing.version,
            created_at: filing.created_at.into(),
        }
    }
}

/// A filing with what was done to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilingWithHistory {
    /// The filing.
    #[serde(flatten)]
    pub filing: FilingDto,
    /// What was done to it, oldest first.
    pub history: Vec<FilingActDto>,
}

/// Something that was done to a filing, a plan or an amendment (V10).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingAct)]
pub struct FilingActDto {
    /// What was done, such as `grant`.
    pub event: String,
    /// The state that it came to.
    pub state: String,
    /// Why.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// The account that acted.
    pub account_id: Uuid,
    /// The unit that it acted for.
    pub unit_id: Uuid,
    /// The version of the year's policy in force then; null when none was published.
    #[schema(required = true)]
    pub policy_version: Option<i32>,
    /// When.
    pub acted_at: Timestamp,
}

impl From<FilingAct> for FilingActDto {
    fn from(act: FilingAct) -> Self {
        Self {
            event: act.event,
            state: act.state,
            comment: act.comment,
            account_id: act.account_id.0,
            unit_id: act.unit_id.0,
            policy_version: act.policy_version,
            acted_at: act.acted_at.into(),
        }
    }
}

page! {
    /// Filings, in the order in which they were applied for.
    pub struct FilingPage of FilingDto, list FilingList,
    sort FilingSort { CreatedAt = "created_at" } default "created_at",
    expand [], sparse true
}

/// Which filings are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilingParams {
    /// Only of this year.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only of this unit.
    pub organization_id: Option<Uuid>,
    /// Only in one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::FilingState>>, explode = false, style = Form)]
    pub state: Vec<FilingState>,
}

/// An application for filing, for one year or several.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewFiling {
    /// The unit that trains: a base, an institution, or a bureau or authority that trains itself.
    pub organization_id: Uuid,
    /// The years, each decided by itself.
    #[validate(length(min = 1, max = 5), custom(function = "years"))]
    #[schema(min_items = 1, max_items = 5)]
    pub years: Vec<i32>,
    /// What the unit says of itself: its qualification, teachers, rooms, experience.
    #[validate(length(min = 1, max = 4000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 4000)]
    pub statement: String,
}

fn years(years: &[i32]) -> Result<(), ValidationError> {
    let (first, last) = crate::extract::path_years();
    if years.iter().any(|year| !(first..=last).contains(year)) {
        return Err(violation(
            "range",
            format!("应为 {first} 至 {last} 的年度"),
            format!("expected years from {first} to {last}"),
        ));
    }
    if years.iter().collect::<BTreeSet<_>>().len() < years.len() {
        return Err(violation("unique", "年度重复", "a year stands there twice"));
    }
    Ok(())
}

/// An application that was corrected.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FilingSubmission {
    /// What the unit says of itself now; left out, what it said before.
    #[validate(length(min = 1, max = 4000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 4000)]
    pub statement: Option<String>,
}

/// One result for each year, in the order of the application.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilingResults {
    /// The results.
    pub results: Vec<FilingResult>,
}

/// What became of the application for one year.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilingResult {
    /// The year.
    pub year: i32,
    /// Whether it was applied for.
    pub outcome: FilingOutcome,
    /// The filing, when it was applied for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub filing: Option<FilingDto>,
    /// Why not, when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

/// Whether a year was applied for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilingOutcome {
    /// It waits for the municipal bureau.
    Applied,
    /// It was refused; the other years are not affected.
    Refused,
}

impl FilingResult {
    /// A year that was applied for.
    #[must_use]
    pub fn applied(filing: FilingDto) -> Self {
        let year = filing.year;
        Self { year, outcome: FilingOutcome::Applied, filing: Some(filing), problem: None }
    }

    /// A year that was refused.
    #[must_use]
    pub fn refused(year: i32, problem: &Problem, info: &RequestInfo) -> Self {
        let problem = Some(problem.document(info));
        Self { year, outcome: FilingOutcome::Refused, filing: None, problem }
    }
}

/// The municipal bureau's decision on a filing, a plan or an amendment.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reason_is_given"))]
pub struct FilingDecision {
    /// Approve, return for correction, or reject.
    #[schema(value_type = words::Decision)]
    pub decision: Decision,
    /// What the applicant reads; required to return or reject.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: Option<String>,
}

fn reason_is_given(decision: &FilingDecision) -> Result<(), ValidationError> {
    match (decision.decision, &decision.comment) {
        (Decision::Approve, _) | (_, Some(_)) => Ok(()),
        (Decision::Return | Decision::Reject, None) => Err(violation(
            "comment-required",
            "退回或不予通过必须在 comment 中说明理由",
            "to return or reject, give the reason as `comment`",
        )),
    }
}

/// Why a filing is suspended, resumed or revoked, or a class cancelled.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StatedReason {
    /// The reason, which those concerned read.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}
