//! What other systems push: lines about units, people, completions and prior years (ADR 0023).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::identity::IdType;
use xueshi_domain::inbound::{InboundKind, LineOutcome};
use xueshi_domain::ledger::Outcome;
use xueshi_domain::people::{Post, TitleLevel};
use xueshi_domain::registry::OrganizationKind;

use super::checks::{not_blank, one_line};
use super::learning_records::NewLearningRecord;
use super::professionals::good_phone;
use super::{Amount, Day, words};
use crate::extract::{Line, violation};
use crate::problem::ProblemDocument;
use crate::services::batches::LineResult;
use crate::services::inbound::PROVINCE;

/// One thing that another system says.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InboundLine {
    /// What it is about.
    #[schema(value_type = words::InboundKind)]
    pub kind: InboundKind,
    /// Which system says it.
    #[validate(length(min = 1, max = 64), custom(function = "plain_word"))]
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9._-]+$", example = "province")]
    pub source: String,
    /// The record's name there: never an id number or anything else that is personal.
    #[validate(
        length(min = 1, max = 128),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 128)]
    pub external_id: String,
    /// Grows with every change of the record there.
    #[validate(range(min = 1, max = 9_007_199_254_740_991_i64))]
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub revision: i64,
    /// What the record says as of this revision, whole.
    #[schema(value_type = InboundData)]
    pub data: Value,
}

/// Small letters, digits, `.`, `_` and `-`.
fn plain_word(text: &str) -> Result<(), ValidationError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if text.chars().all(plain) {
        return Ok(());
    }
    Err(violation(
        "plain-word",
        "只能包含小写字母、数字、点、下划线和连字符",
        "may hold small letters, digits, dots, underscores and hyphens only",
    ))
}

/// What a line says, by its kind.
#[derive(Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum InboundData {
    /// Of a `unit`.
    Unit(InboundUnit),
    /// Of a `person`.
    Person(InboundPerson),
    /// Of a `completion`.
    Completion(NewLearningRecord),
    /// Of a `prior_year_record`.
    PriorYear(InboundPriorYear),
}

/// A unit, as another system knows it. Units are named by their codes (U4).
#[derive(Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InboundUnit {
    /// Its full name.
    #[validate(
        length(min = 2, max = 100),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 2, max_length = 100)]
    pub name: String,
    /// Its unified social credit code.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40, example = "914403001922038216")]
    pub unit_code: String,
    /// What it is.
    #[schema(value_type = words::OrganizationKind)]
    pub kind: OrganizationKind,
    /// The code of the unit above it.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub parent_code: String,
    /// Whether it is a public institution (事业单位).
    #[serde(default)]
    #[schema(default = false)]
    pub is_public_institution: bool,
    /// The code of the bureau or authority that reviews after it; employers must have one.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40, nullable = false)]
    pub reviewing_body_code: Option<String>,
}

/// A person, as another system knows them. What is left out is not known there, and stays as it is here.
#[derive(Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InboundPerson {
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
    /// The number.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40, example = "410102198506151238")]
    pub id_number: String,
    /// A phone number.
    #[validate(custom(function = "good_phone"))]
    #[schema(pattern = "^\\+?[0-9][0-9-]{4,19}$", nullable = false)]
    pub phone: Option<String>,
    /// Series of the title (U4b); together with the level.
    #[validate(length(min = 1, max = 50), custom(function = "one_line"))]
    #[schema(min_length = 1, max_length = 50, nullable = false)]
    pub title_series: Option<String>,
    /// Level of the title (U4b); together with the series.
    #[schema(value_type = Option<words::TitleLevel>)]
    pub title_level: Option<TitleLevel>,
    /// What kind of post they hold (U4b).
    #[schema(value_type = words::Post)]
    pub post: Post,
    /// The code of the unit where they work.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub employer_code: String,
    /// First day there; it is looked at when the person is registered by this line.
    pub started_on: Day,
}

/// A person's prior year, as another system knows it.
#[derive(Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InboundPriorYear {
    /// What document the id number is from.
    #[schema(value_type = words::IdType)]
    pub id_type: IdType,
    /// The id number of the person.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub id_number: String,
    /// The year: one before the present one.
    #[validate(range(min = 1990, max = 2100))]
    #[schema(minimum = 1990, maximum = 2100)]
    pub year: i32,
    /// How it ended there.
    #[schema(value_type = words::YearOutcome)]
    pub outcome: Outcome,
    /// Public-required hours there.
    pub public_hours: Amount,
    /// Professional hours there.
    pub professional_hours: Amount,
}

/// What became of one line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InboundResult {
    /// Which line, counted from 1.
    pub line: usize,
    /// What became of it.
    #[schema(value_type = words::LineOutcome)]
    pub outcome: LineOutcome,
    /// What it is about, where that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::InboundKind, nullable = false, required = false)]
    pub kind: Option<InboundKind>,
    /// The record's name there, where that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub external_id: Option<String>,
    /// The record here; of a prior year the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// The conflict that is to be settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub conflict_id: Option<Uuid>,
    /// Why not, when it was refused; its pointers lead into the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

impl LineResult for InboundResult {
    fn refused(line: usize, text: &Line, problem: ProblemDocument) -> Self {
        let said = PROVINCE.read(text).ok();
        Self {
            line,
            outcome: LineOutcome::Refused,
            kind: said.as_ref().map(|said| said.kind),
            external_id: said.map(|said| said.external_id),
            id: None,
            conflict_id: None,
            problem: Some(problem),
        }
    }
}

/// One result for each line, in the same order.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboundResults {
    /// The results.
    pub results: Vec<InboundResult>,
}
