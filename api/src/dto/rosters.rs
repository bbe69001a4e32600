//! Rosters of classes on the wire, and the declarations that rest on them (P4).

use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::class::RosterChange;
use xueshi_domain::identity::IdType;
use xueshi_persistence::{RosterLine, RosterRevision};

use super::checks::not_blank;
use super::declarations::SubmissionDto;
use super::{Amount, Timestamp, words};
use crate::extract::violation;
use crate::problem::{Problem, ProblemDocument};
use crate::request::RequestInfo;

/// The whole roster of a class that has ended.
///
/// It has no `Debug`: id numbers stay out of logs.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewRoster {
    /// Why it is corrected; required from the second roster of a class on.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
    /// Whether one refused line refuses the roster. Otherwise the others are taken.
    #[serde(default)]
    #[schema(default = false)]
    pub all_or_nothing: bool,
    /// One line for each attendee. Attendees of an earlier roster who are missing here lose its hours, unless a line was refused.
    #[validate(length(min = 1, max = 2000), nested)]
    #[schema(min_items = 1, max_items = 2000)]
    pub lines: Vec<NewRosterLine>,
}

/// An attendee with hours and result, named either by `professional_id` or by `id_type` and `id_number`.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewRosterLine {
    /// The attendee.
    #[schema(nullable = false)]
    pub professional_id: Option<Uuid>,
    /// What document the id number is from.
    #[schema(value_type = Option<words::IdType>)]
    pub id_type: Option<IdType>,
    /// The attendee's id number.
    #[validate(length(min = 1, max = 30))]
    #[schema(min_length = 1, max_length = 30, nullable = false)]
    pub id_number: Option<String>,
    /// Hours attended, no more than the class gives.
    pub hours: Amount,
    /// Whether they passed.
    pub passed: bool,
}

/// The validator keeps a refused value by serialising it; an id number is nothing to keep.
impl Serialize for NewRosterLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// What became of a roster: one result for each line in its order, then the attendees who are no longer named.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterResults {
    /// The class.
    pub class_id: Uuid,
    /// The revision that it made; the one before when it changed nothing.
    pub revision: i32,
    /// The results.
    pub results: Vec<RosterLineResult>,
}

/// What became of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterLineResult {
    /// Its place in `lines`, from 0; null for an attendee who is no longer named.
    #[schema(required = true, minimum = 0)]
    pub line: Option<u32>,
    /// Whether it was taken.
    pub outcome: RosterOutcome,
    /// What it did to the attendee's learning record, when it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::RosterChange, required = false)]
    pub change: Option<RosterChange>,
    /// The attendee, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub professional_id: Option<Uuid>,
    /// The attendee's learning record, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub learning_record_id: Option<Uuid>,
    /// Why not, when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

/// Whether a line was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RosterOutcome {
    /// It stands.
    Done,
    /// It was refused.
    Refused,
}

impl RosterLineResult {
    /// A line that was taken.
    #[must_use]
    pub fn done(line: Option<usize>, person: Uuid, record: Uuid, change: RosterChange) -> Self {
        Self {
            line: line.and_then(|line| u32::try_from(line).ok()),
            outcome: RosterOutcome::Done,
            change: Some(change),
            professional_id: Some(person),
            learning_record_id: Some(record),
            problem: None,
        }
    }

    /// A line that was refused.
    #[must_use]
    pub fn refused(line: usize, problem: &Problem, info: &RequestInfo) -> Self {
        Self {
            line: u32::try_from(line).ok(),
            outcome: RosterOutcome::Refused,
            change: None,
            professional_id: None,
            learning_record_id: None,
            problem: Some(problem.document(info)),
        }
    }
}

/// The rosters of a class that were handed in, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RosterRevisions {
    /// The revisions.
    pub data: Vec<RosterRevisionDto>,
}

/// A roster that was handed in, with what it changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RosterRevision)]
pub struct RosterRevisionDto {
    /// 1, and one more with every further one.
    pub revision: i32,
    /// Why it was corrected.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// How many attendees it names.
    pub lines: i32,
    /// How many of them passed.
    pub passed: i32,
    /// Who handed it in.
    pub account_id: Uuid,
    /// Acting for which unit.
    pub unit_id: Uuid,
    /// When.
    pub uploaded_at: Timestamp,
    /// What it changed.
    pub changes: Vec<RosterLineChange>,
}

/// What a revision changed of an attendee's line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RosterLineChange {
    /// The attendee.
    pub professional_id: Uuid,
    /// The attendee's learning record.
    pub learning_record_id: Uuid,
    /// What it did to the record.
    #[schema(value_type = words::RosterChange)]
    pub change: RosterChange,
    /// What the roster before said; null when the attendee was not in it.
    #[schema(required = true)]
    pub before: Option<RosterSaying>,
    /// What the roster says now.
    pub after: RosterSaying,
}

/// What a roster says of an attendee.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RosterSaying {
    /// Hours.
    pub hours: Amount,
    /// Whether they passed.
    pub passed: bool,
}

impl RosterRevisionDto {
    /// A revision with what it changed.
    #[must_use]
    pub fn new(revision: RosterRevision, lines: &[RosterLine]) -> Self {
        Self {
            revision: revision.revision,
            reason: revision.reason,
            lines: revision.line_count,
            passed: revision.passed_count,
            account_id: revision.account_id.0,
            unit_id: revision.unit_id.0,
            uploaded_at: revision.uploaded_at.into(),
            changes: lines.iter().map(RosterLineChange::from).collect(),
        }
    }
}

impl From<&RosterLine> for RosterLineChange {
    fn from(line: &RosterLine) -> Self {
        let before = line.hours_before.zip(line.passed_before);
        Self {
            professional_id: line.professional_id.0,
            learning_record_id: line.learning_record_id.0,
            change: line.change.0,
            before: before.map(|(hours, passed)| RosterSaying { hours: hours.into(), passed }),
            after: RosterSaying { hours: line.hours.into(), passed: line.passed },
        }
    }
}

/// Whose hours of a class are to be declared: either those named, or all of the employer's attendees who passed.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "either_named_or_all"))]
pub struct NewClassDeclarations {
    /// These people.
    #[serde(default)]
    #[validate(length(max = 2000))]
    #[schema(max_items = 2000)]
    pub professional_ids: Vec<Uuid>,
    /// Everyone of the caller's units who passed and whose hours are not declared yet.
    #[serde(default)]
    #[schema(default = false)]
    pub all: bool,
}

fn either_named_or_all(wanted: &NewClassDeclarations) -> Result<(), ValidationError> {
    if wanted.all == wanted.professional_ids.is_empty() {
        Ok(())
    } else {
        Err(violation(
            "either-named-or-all",
            "professional_ids 与 all 二者只填其一",
            "give either `professional_ids` or `all`",
        ))
    }
}

/// One result for each person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassDeclarations {
    /// The results.
    pub results: Vec<ClassDeclaration>,
}

/// What became of one person's declaration.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassDeclaration {
    /// The person.
    pub professional_id: Uuid,
    /// Whether it was submitted.
    pub outcome: ClassDeclarationOutcome,
    /// The declaration, when it was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub declaration: Option<SubmissionDto>,
    /// Why not, when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

/// Whether a person's hours were declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClassDeclarationOutcome {
    /// The declaration waits for the employer's review.
    Submitted,
    /// It was refused; the others are not affected.
    Refused,
}

impl ClassDeclaration {
    /// A declaration that was submitted.
    #[must_use]
    pub fn submitted(person: Uuid, declaration: SubmissionDto) -> Self {
        Self {
            professional_id: person,
            outcome: ClassDeclarationOutcome::Submitted,
            declaration: Some(declaration),
            problem: None,
        }
    }

    /// One that was refused.
    #[must_use]
    pub fn refused(person: Uuid, problem: &Problem, info: &RequestInfo) -> Self {
        Self {
            professional_id: person,
            outcome: ClassDeclarationOutcome::Refused,
            declaration: None,
            problem: Some(problem.document(info)),
        }
    }
}
