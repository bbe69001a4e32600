//! Advanced seminars on the wire (P6).

mod admissions;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::review::Decision;
use xueshi_domain::seminar::{ClosingDecision, Event, State};
use xueshi_persistence::{Seminar, SeminarStep, Tenths};

pub use self::admissions::{
    SeminarAdmissionDto, SeminarAdmissionList, SeminarAdmissionPage, SeminarListContent,
    SeminarPerson, SeminarReport, SeminarResult,
};

use super::checks::{not_blank, nothing_to_change, one_line, present};
use super::years::FilterYear;
use super::{Amount, Day, Timestamp, words};
use crate::extract::violation;
use crate::page;

/// An advanced seminar.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Seminar)]
pub struct SeminarDto {
    /// Its id.
    pub id: Uuid,
    /// Its host.
    pub organization_id: Uuid,
    /// The name of its host.
    pub organization_name: String,
    /// Where it stands.
    #[schema(value_type = words::SeminarState)]
    pub state: State,
    /// The year in which it ends: the one in which its hours count (H2).
    pub year: i32,
    /// What it is about.
    pub theme: String,
    /// Why that is urgently needed.
    pub need: String,
    /// For whom.
    pub audience: String,
    /// Where.
    pub venue: String,
    /// First day.
    pub starts_on: Day,
    /// Last day.
    pub ends_on: Day,
    /// Professional hours that it gives.
    pub hours: Amount,
    /// How many can be admitted.
    pub places: i32,
    /// How many are admitted.
    pub admitted: i32,
    /// When the municipal bureau approved it; null before.
    #[schema(required = true)]
    pub approved_at: Option<Timestamp>,
    /// When the municipal bureau closed it; null before.
    #[schema(required = true)]
    pub closed_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: i32,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl SeminarDto {
    /// A seminar with the name of its host.
    #[must_use]
    pub fn new(seminar: Seminar, organization_name: String) -> Self {
        Self {
            id: seminar.id.0,
            organization_id: seminar.organization_id.0,
            organization_name,
            state: seminar.state.0,
            year: seminar.year,
            theme: seminar.theme,
            need: seminar.need,
            audience: seminar.audience,
            venue: seminar.venue,
            starts_on: seminar.starts_on.into(),
            ends_on: seminar.ends_on.into(),
            hours: seminar.hours.into(),
            places: seminar.places,
            admitted: seminar.admitted,
            approved_at: seminar.approved_at.map(Timestamp::from),
            closed_at: seminar.closed_at.map(Timestamp::from),
            version: seminar.version,
            created_at: seminar.created_at.into(),
            updated_at: seminar.updated_at.into(),
        }
    }
}

page! {
    /// Advanced seminars, in the order in which they were begun.
    pub struct SeminarPage of SeminarDto, list SeminarList,
    sort SeminarSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

/// Which seminars are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichSeminars {
    /// Only those that end in this year.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only those of this host.
    pub organization_id: Option<Uuid>,
    /// Only those in one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::SeminarState>>, explode = false, style = Form)]
    pub state: Vec<State>,
}

/// A seminar to propose.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewSeminar {
    /// Its host: a unit that the caller acts for.
    pub organization_id: Uuid,
    /// What it is about.
    #[validate(
        length(min = 2, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 2, max_length = 200)]
    pub theme: String,
    /// Why that is urgently needed.
    #[validate(length(min = 10, max = 2000), custom(function = "not_blank"))]
    #[schema(min_length = 10, max_length = 2000)]
    pub need: String,
    /// For whom.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub audience: String,
    /// Where.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub venue: String,
    /// First day.
    pub starts_on: Day,
    /// Last day, in the same year (H2).
    pub ends_on: Day,
    /// Professional hours that it gives, no more than its days hold (H9).
    pub hours: Amount,
    /// How many can be admitted: no more than the year's policy allows.
    #[validate(range(min = 1, max = 500))]
    #[schema(minimum = 1, maximum = 500)]
    pub places: u32,
}

/// What to change in a draft or returned seminar; members left out stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[validate(schema(function = "names_something"))]
pub struct SeminarChanges {
    /// What it is about.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 2, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 2, max_length = 200, nullable = false)]
    pub theme: Option<String>,
    /// Why that is urgently needed.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 10, max = 2000), custom(function = "not_blank"))]
    #[schema(min_length = 10, max_length = 2000, nullable = false)]
    pub need: Option<String>,
    /// For whom.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub audience: Option<String>,
    /// Where.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub venue: Option<String>,
    /// First day.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub starts_on: Option<Day>,
    /// Last day, in the same year (H2).
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub ends_on: Option<Day>,
    /// Professional hours that it gives, no more than its days hold (H9).
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub hours: Option<Amount>,
    /// How many can be admitted: no more than the year's policy allows.
    #[serde(default, deserialize_with = "present")]
    #[validate(range(min = 1, max = 500))]
    #[schema(minimum = 1, maximum = 500, nullable = false)]
    pub places: Option<u32>,
}

fn names_something(changes: &SeminarChanges) -> Result<(), ValidationError> {
    let SeminarChanges { theme, need, audience, venue, starts_on, ends_on, hours, places } =
        changes;
    let texts = [theme, need, audience, venue].iter().any(|text| text.is_some());
    let days = starts_on.is_some() || ends_on.is_some();
    let named = texts || days || hours.is_some() || places.is_some();
    if named { Ok(()) } else { Err(nothing_to_change()) }
}

impl SeminarChanges {
    /// Writes them into a seminar.
    pub fn apply(&self, seminar: &mut Seminar) {
        let texts = [
            (&self.theme, &mut seminar.theme),
            (&self.need, &mut seminar.need),
            (&self.audience, &mut seminar.audience),
            (&self.venue, &mut seminar.venue),
        ];
        for (new, text) in texts {
            if let Some(new) = new {
                text.clone_from(new);
            }
        }
        seminar.starts_on = self.starts_on.map_or(seminar.starts_on, |day| day.0);
        seminar.ends_on = self.ends_on.map_or(seminar.ends_on, |day| day.0);
        seminar.hours = self.hours.map_or(seminar.hours, |hours| Tenths(hours.0));
        seminar.places =
            self.places.and_then(|places| i32::try_from(places).ok()).unwrap_or(seminar.places);
    }
}

/// The municipal bureau's decision on a seminar.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "decision_has_a_reason"))]
pub struct SeminarDecision {
    /// Approve, return for correction, or reject for good.
    #[schema(value_type = words::Decision)]
    pub decision: Decision,
    /// What the host reads; required to return or reject.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: Option<String>,
}

fn decision_has_a_reason(decision: &SeminarDecision) -> Result<(), ValidationError> {
    match (decision.decision, &decision.comment) {
        (Decision::Approve, _) | (_, Some(_)) => Ok(()),
        (Decision::Return | Decision::Reject, None) => Err(no_reason()),
    }
}

fn no_reason() -> ValidationError {
    violation(
        "comment-required",
        "退回或不予通过必须在 comment 中说明理由",
        "to return or reject, give the reason as `comment`",
    )
}

/// Why a seminar is given up.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SeminarWithdrawal {
    /// The reason.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// What the municipal bureau makes of a report.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "closing_has_a_reason"))]
pub struct SeminarClosing {
    /// Close the seminar, or return the report.
    #[schema(value_type = words::ClosingDecision)]
    pub decision: ClosingDecision,
    /// What the host reads; required to return the report.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: Option<String>,
}

fn closing_has_a_reason(closing: &SeminarClosing) -> Result<(), ValidationError> {
    match (closing.decision, &closing.comment) {
        (ClosingDecision::Close, _) | (ClosingDecision::Return, Some(_)) => Ok(()),
        (ClosingDecision::Return, None) => Err(no_reason()),
    }
}

/// A step that a seminar took (V10).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SeminarStep)]
pub struct SeminarStepDto {
    /// The version that the seminar got by it.
    pub version: i32,
    /// What happened.
    #[schema(value_type = words::SeminarEvent)]
    pub event: Event,
    /// Where the seminar stood then.
    #[schema(value_type = words::SeminarState)]
    pub state: State,
    /// The reason of a decision, or the summary of a report.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// Who took it.
    pub account_id: Uuid,
    /// The unit that they acted for.
    pub unit_id: Uuid,
    /// The policy version that it was taken under.
    pub policy_version: i32,
    /// When.
    pub taken_at: Timestamp,
}

impl From<SeminarStep> for SeminarStepDto {
    fn from(step: SeminarStep) -> Self {
        Self {
            version: step.version,
            event: step.event.0,
            state: step.state.0,
            comment: step.comment,
            account_id: step.account_id.0,
            unit_id: step.unit_id.0,
            policy_version: step.policy_version,
            taken_at: step.taken_at.into(),
        }
    }
}

/// The steps that a seminar took.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeminarSteps {
    /// The first one first.
    pub data: Vec<SeminarStepDto>,
}
