//! Appeals on the wire (V8).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::appeal::{Decision, Kind, State};
use xueshi_persistence::Appeal;

use super::checks::{not_blank, one_line};
use super::years::FilterYear;
use super::{Amount, Day, Timestamp, words};
use crate::extract::violation;
use crate::page;

/// An appeal: about a declaration that was rejected or revoked, or for the record of a class, of an advanced seminar or of a
/// platform's course that is missing. Exactly one of `declaration_id`, `class_id`, `seminar_id` and `course` says what it is about.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_matter"))]
pub struct NewAppeal {
    /// The declaration that was rejected or revoked.
    #[schema(nullable = false)]
    pub declaration_id: Option<Uuid>,
    /// The class whose roster lacks the caller.
    #[schema(nullable = false)]
    pub class_id: Option<Uuid>,
    /// The advanced seminar that gave the caller no hours.
    #[schema(nullable = false)]
    pub seminar_id: Option<Uuid>,
    /// The course that a platform did not deliver.
    #[validate(nested)]
    #[schema(nullable = false)]
    pub course: Option<AppealCourse>,
    /// What is wrong, in the person's own words.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub statement: String,
}

/// What an appeal is about.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// A declaration that was rejected or revoked.
    Declaration(Uuid),
    /// A class whose record is missing.
    Class(Uuid),
    /// An advanced seminar whose record is missing.
    Seminar(Uuid),
    /// A platform's course whose record is missing.
    Course(&'a AppealCourse),
}

impl NewAppeal {
    /// What it is about; `None` unless it names exactly one matter.
    #[must_use]
    pub fn about(&self) -> Option<About<'_>> {
        let named = [
            self.declaration_id.map(About::Declaration),
            self.class_id.map(About::Class),
            self.seminar_id.map(About::Seminar),
            self.course.as_ref().map(About::Course),
        ];
        let mut named = named.into_iter().flatten();
        named.next().filter(|_| named.next().is_none())
    }
}

fn one_matter(new: &NewAppeal) -> Result<(), ValidationError> {
    if new.about().is_some() {
        return Ok(());
    }
    Err(violation(
        "one-of",
        "declaration_id、class_id、seminar_id 与 course 必须且只能给出一个",
        "give exactly one of declaration_id, class_id, seminar_id and course",
    ))
}

/// A course that was completed on a platform and never delivered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AppealCourse {
    /// Code of the platform on which it was learnt.
    #[validate(length(min = 1, max = 64), custom(function = "one_line"))]
    #[schema(min_length = 1, max_length = 64)]
    pub platform: String,
    /// The platform's own name for the course.
    #[validate(
        length(min = 1, max = 128),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 128)]
    pub course_code: String,
    /// What was learnt.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Hours, more than 0 and with at most one decimal.
    pub hours: Amount,
    /// First day.
    pub started_on: Day,
    /// Last day.
    pub completed_on: Day,
}

/// The decision on an appeal.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AppealDecision {
    /// Uphold: the hours count, or the record is added. Dismiss: everything stays as it was.
    #[schema(value_type = words::AppealDecisionWord)]
    pub decision: Decision,
    /// The grounds, which the person reads.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: String,
}

/// An appeal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Appeal)]
pub struct AppealDto {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    #[schema(value_type = words::AppealState)]
    pub state: State,
    /// What it is about.
    #[schema(value_type = words::AppealKind)]
    pub kind: Kind,
    /// Who appeals.
    pub professional_id: Uuid,
    /// The year of the hours.
    pub year: i32,
    /// The declaration that was rejected or revoked; or the one that was approved with a missing record which could be declared no
    /// more.
    #[schema(required = true)]
    pub declaration_id: Option<Uuid>,
    /// The class whose record is missing.
    #[schema(required = true)]
    pub class_id: Option<Uuid>,
    /// The advanced seminar whose record is missing.
    #[schema(required = true)]
    pub seminar_id: Option<Uuid>,
    /// The course that a platform did not deliver.
    #[schema(required = true)]
    pub course: Option<AppealCourse>,
    /// What is wrong, in the person's own words.
    pub statement: String,
    /// The person's employer when it was brought.
    pub employer_id: Uuid,
    /// The unit that decides: the next level up.
    pub decider_id: Uuid,
    /// When it was brought.
    pub submitted_at: Timestamp,
    /// The exclusive end of the day by which it is to be decided.
    pub due_at: Timestamp,
    /// Whether that day may move because a year's arrangement of working days is not published yet (V2).
    pub due_provisional: bool,
    /// Whether it waits and is late (V3).
    pub overdue: bool,
    /// The account that decided.
    #[schema(required = true)]
    pub decided_by: Option<Uuid>,
    /// The unit that it acted for.
    #[schema(required = true)]
    pub decided_for: Option<Uuid>,
    /// When it was decided.
    #[schema(required = true)]
    pub decided_at: Option<Timestamp>,
    /// The grounds of the decision.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// The policy version that it was decided under, until then the one that it was brought under.
    pub policy_version: i32,
    /// The learning record that it added.
    #[schema(required = true)]
    pub learning_record_id: Option<Uuid>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl AppealDto {
    /// An appeal as of `now`.
    pub fn new(a: &Appeal, now: OffsetDateTime) -> Self {
        Self {
            id: a.id.0,
            state: a.state.0,
            kind: a.kind.0,
            professional_id: a.professional_id.0,
            year: a.year,
            declaration_id: a.declaration_id.map(|id| id.0),
            class_id: a.class_id.map(|id| id.0),
            seminar_id: a.seminar_id.map(|id| id.0),
            course: course(a),
            statement: a.statement.clone(),
            employer_id: a.employer_id.0,
            decider_id: a.decider_id.0,
            submitted_at: a.submitted_at.into(),
            due_at: a.due_at.into(),
            due_provisional: a.due_provisional,
            overdue: a.state.0 == State::Submitted && a.due_at.0 <= now,
            decided_by: a.decided_by.map(|id| id.0),
            decided_for: a.decided_for.map(|id| id.0),
            decided_at: a.decided_at.map(Timestamp::from),
            comment: a.comment.clone(),
            policy_version: a.policy_version,
            learning_record_id: a.learning_record_id.map(|id| id.0),
            version: a.version,
            updated_at: a.updated_at.into(),
        }
    }
}

/// The course that an appeal is about, if it is about one.
pub fn course(a: &Appeal) -> Option<AppealCourse> {
    Some(AppealCourse {
        platform: a.platform_code.clone()?,
        course_code: a.course_code.clone()?,
        title: a.title.clone()?,
        hours: a.hours?.into(),
        started_on: a.started_on?.into(),
        completed_on: a.completed_on?.into(),
    })
}

page! {
    /// Appeals, in the order in which they were brought.
    pub struct AppealPage of AppealDto, list AppealList,
    sort AppealSort { SubmittedAt = "submitted_at" } default "-submitted_at",
    expand [], sparse true
}

/// Which appeals.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichAppeals {
    /// Only about hours of this year.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only in one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::AppealState>>, explode = false, style = Form)]
    pub state: Vec<State>,
    /// Only about this.
    #[param(value_type = Option<words::AppealKind>)]
    pub kind: Option<Kind>,
    /// Only of this person.
    pub professional_id: Option<Uuid>,
    /// Only those that this unit decides.
    pub decider_id: Option<Uuid>,
    /// Only about this declaration.
    pub declaration_id: Option<Uuid>,
    /// Only waiting ones that are late, or only waiting ones that are not (V3).
    pub overdue: Option<bool>,
}
