//! Delivered completions on the wire (H6, H7, P4).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::identity::IdType;
use xueshi_domain::inbound::LineOutcome;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::registry::LearningSource;
use xueshi_persistence::LearningRecord;

use super::checks::{not_blank, one_line};
use super::years::FilterYear;
use super::{Amount, Day, Timestamp, words};
use crate::extract::Line;
use crate::page;
use crate::problem::ProblemDocument;
use crate::services::batches::LineResult;

/// A completion that a platform, the roster of a class or a closed advanced seminar delivered.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LearningRecord)]
pub struct LearningRecordDto {
    /// Its id.
    pub id: Uuid,
    /// Who learnt.
    pub professional_id: Uuid,
    /// The year in which the learning ended: the one in which it counts (H2).
    pub year: i32,
    /// Public or professional.
    #[schema(value_type = words::Subject)]
    pub subject: Subject,
    /// In what form.
    #[schema(value_type = words::Way)]
    pub way: Way,
    /// What was learnt.
    pub title: String,
    /// Hours.
    pub hours: Amount,
    /// First day.
    pub started_on: Day,
    /// Last day.
    pub completed_on: Day,
    /// Whether it was passed (P4).
    pub passed: bool,
    /// Whether a standing declaration rests on it.
    pub declared: bool,
    /// What a corrected roster says of it, while those hours are under review or approved; it takes effect when they are free
    /// again (P4). Null when there is nothing to correct.
    #[schema(required = true)]
    pub correction: Option<LearningCorrection>,
    /// Who delivered it.
    #[schema(value_type = words::LearningSource)]
    pub source: LearningSource,
    /// The platform, for a platform's completion.
    #[schema(required = true)]
    pub platform: Option<String>,
    /// The platform's own name for the course.
    #[schema(required = true)]
    pub course_code: Option<String>,
    /// The class, for a roster's line.
    #[schema(required = true)]
    pub class_id: Option<Uuid>,
    /// The advanced seminar, for what a closed one gave.
    #[schema(required = true)]
    pub seminar_id: Option<Uuid>,
    /// When it was delivered.
    pub created_at: Timestamp,
}

/// What a corrected roster says (P4).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LearningCorrection {
    /// Hours.
    pub hours: Amount,
    /// Whether it was passed.
    pub passed: bool,
}

impl From<LearningRecord> for LearningRecordDto {
    fn from(record: LearningRecord) -> Self {
        Self {
            id: record.id.0,
            professional_id: record.professional_id.0,
            year: record.year,
            subject: record.subject.0,
            way: record.way.0,
            title: record.title,
            hours: record.hours.into(),
            started_on: record.started_on.into(),
            completed_on: record.completed_on.into(),
            passed: record.passed,
            declared: record.declared,
            correction: record.corrected_hours.map(|hours| LearningCorrection {
                hours: hours.into(),
                passed: record.corrected_passed.unwrap_or(record.passed),
            }),
            source: record.source.0,
            platform: record.platform_code,
            course_code: record.course_code,
            class_id: record.class_id.map(|id| id.0),
            seminar_id: record.seminar_id.map(|id| id.0),
            created_at: record.created_at.into(),
        }
    }
}

page! {
    /// Learning records, in the order in which they were delivered.
    pub struct LearningRecordPage of LearningRecordDto, list LearningRecordList,
    sort LearningRecordSort { CreatedAt = "created_at" } default "created_at",
    expand [], sparse true
}

/// Which learning records are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LearningRecordParams {
    /// Only of this year.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only of this subject.
    #[param(value_type = Option<words::Subject>, inline)]
    pub subject: Option<Subject>,
    /// Only those on which a standing declaration rests, or only the others.
    pub declared: Option<bool>,
    /// Only those that a corrected roster contradicts while they are under review or approved, or only the others (P4).
    pub correction_needed: Option<bool>,
    /// Only of this person.
    pub professional_id: Option<Uuid>,
}

/// A completion to deliver. The person is named either by `professional_id` or by `id_type` and `id_number`.
///
/// It has no `Debug`: the id number stays out of logs.
#[derive(Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewLearningRecord {
    /// Who learnt.
    #[schema(nullable = false)]
    pub professional_id: Option<Uuid>,
    /// What document the id number is from.
    #[schema(value_type = Option<words::IdType>)]
    pub id_type: Option<IdType>,
    /// The id number of who learnt.
    #[validate(length(min = 1, max = 30))]
    #[schema(min_length = 1, max_length = 30, nullable = false)]
    pub id_number: Option<String>,
    /// Code of the platform on which it was learnt.
    #[validate(length(min = 1, max = 64), custom(function = "one_line"))]
    #[schema(min_length = 1, max_length = 64)]
    pub platform: String,
    /// The platform's own name for the course; the same course counts once for a person (H7).
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

/// What became of one completion of a batch.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryResult {
    /// Which line, counted from 1.
    pub line: usize,
    /// What became of it: `created`, `unchanged` or `refused`.
    #[schema(value_type = words::LineOutcome)]
    pub outcome: LineOutcome,
    /// The learning record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// Why not, when it was refused; its pointers lead into the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

impl LineResult for DeliveryResult {
    fn refused(line: usize, _: &Line, problem: ProblemDocument) -> Self {
        Self { line, outcome: LineOutcome::Refused, id: None, problem: Some(problem) }
    }
}

/// One result for each completion, in the same order.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryResults {
    /// The results.
    pub results: Vec<DeliveryResult>,
}
