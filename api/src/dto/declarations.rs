//! Declarations on the wire.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::review::{State, Warning};
use xueshi_persistence::{Declaration, RecordedAct, Tenths, Word};

use super::checks::{not_blank, one_line};
use super::{Amount, Day, Timestamp, words};

/// A declaration to begin: either of a delivered learning record, or in one's own words.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewDeclaration {
    /// The year in which the learning ended (H2).
    #[validate(range(min = 1990, max = 2100))]
    #[schema(minimum = 1990, maximum = 2100)]
    pub year: i32,
    /// The delivered completion to declare; the other members then come from it and must be left out.
    pub learning_record_id: Option<Uuid>,
    /// The make-up grant under which hours of a prior year are registered; `year` is then that of the grant (M3).
    pub makeup_grant_id: Option<Uuid>,
    /// Public or professional.
    #[schema(value_type = Option<words::Subject>)]
    pub subject: Option<Subject>,
    /// How the hours were earned.
    #[schema(value_type = Option<words::Way>)]
    pub way: Option<Way>,
    /// What was learnt.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// First day of learning.
    pub learning_start: Option<Day>,
    /// Last day of learning.
    pub learning_end: Option<Day>,
    /// Hours, more than 0 and with at most one decimal.
    pub hours: Option<Amount>,
}

/// What to change in a draft or returned declaration; members left out stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct DeclarationChanges {
    /// The year in which the learning ended (H2).
    #[validate(range(min = 1990, max = 2100))]
    #[schema(minimum = 1990, maximum = 2100, nullable = false)]
    pub year: Option<i32>,
    /// Public or professional.
    #[schema(value_type = Option<words::Subject>)]
    pub subject: Option<Subject>,
    /// How the hours were earned.
    #[schema(value_type = Option<words::Way>)]
    pub way: Option<Way>,
    /// What was learnt.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// First day of learning.
    pub learning_start: Option<Day>,
    /// Last day of learning.
    pub learning_end: Option<Day>,
    /// Hours, more than 0 and with at most one decimal.
    pub hours: Option<Amount>,
}

impl DeclarationChanges {
    /// The members that were given.
    pub fn named(&self) -> Vec<&'static str> {
        [
            ("year", self.year.is_some()),
            ("subject", self.subject.is_some()),
            ("way", self.way.is_some()),
            ("title", self.title.is_some()),
            ("learning_start", self.learning_start.is_some()),
            ("learning_end", self.learning_end.is_some()),
            ("hours", self.hours.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect()
    }

    /// Writes them into a declaration.
    pub fn apply(&self, declaration: &mut Declaration) {
        let d = declaration;
        d.year = self.year.unwrap_or(d.year);
        d.subject = self.subject.map_or(d.subject, Word);
        d.way = self.way.map_or(d.way, Word);
        if let Some(title) = &self.title {
            d.title.clone_from(title);
        }
        d.learning_start = self.learning_start.map_or(d.learning_start, |day| day.0);
        d.learning_end = self.learning_end.map_or(d.learning_end, |day| day.0);
        d.hours = self.hours.map_or(d.hours, |hours| Tenths(hours.0));
    }
}

/// A declaration.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Declaration)]
pub struct DeclarationDto {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    #[schema(value_type = words::DeclarationState)]
    pub state: State,
    /// Whose hours.
    pub professional_id: Uuid,
    /// The year in which they count.
    pub year: i32,
    /// Public or professional.
    #[schema(value_type = words::Subject)]
    pub subject: Subject,
    /// How they were earned.
    #[schema(value_type = words::Way)]
    pub way: Way,
    /// What was learnt.
    pub title: String,
    /// How many.
    pub hours: Amount,
    /// First day of learning.
    pub learning_start: Day,
    /// Last day of learning.
    pub learning_end: Day,
    /// The delivered completion that it rests on; null when self-declared.
    #[schema(required = true)]
    pub learning_record_id: Option<Uuid>,
    /// Whether it registers hours of a prior year (M4).
    pub makeup: bool,
    /// The grant under which it does.
    #[schema(required = true)]
    pub makeup_grant_id: Option<Uuid>,
    /// 1, and one more with every submission after a return.
    pub revision: i32,
    /// The employer that reviews first.
    pub employer_id: Uuid,
    /// The reviewing body that reviews second.
    pub authority_id: Uuid,
    /// The unit that must act now; null when nobody must.
    #[schema(required = true)]
    pub holder_id: Option<Uuid>,
    /// When it was last submitted.
    #[schema(required = true)]
    pub submitted_at: Option<Timestamp>,
    /// The exclusive end of the day by which the present stage must decide.
    #[schema(required = true)]
    pub due_at: Option<Timestamp>,
    /// Whether that day may move because a year's arrangement of working days is not published yet (V2).
    pub due_provisional: bool,
    /// Whether the present stage is late (V3): never where the freeze began before the end of the due day (W1).
    pub overdue: bool,
    /// Whether it was approved after it had lapsed because a unit was late (A3a).
    pub reinstated: bool,
    /// The policy version that it was last judged by.
    pub policy_version: i32,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl DeclarationDto {
    /// A declaration as of `now`.
    pub fn new(d: &Declaration, now: OffsetDateTime) -> Self {
        Self {
            id: d.id.0,
            state: d.state.0,
            professional_id: d.professional_id.0,
            year: d.year,
            subject: d.subject.0,
            way: d.way.0,
            title: d.title.clone(),
            hours: d.hours.into(),
            learning_start: d.learning_start.into(),
            learning_end: d.learning_end.into(),
            learning_record_id: d.learning_record_id.map(|id| id.0),
            makeup: d.makeup_grant_id.is_some(),
            makeup_grant_id: d.makeup_grant_id.map(|id| id.0),
            revision: d.revision,
            employer_id: d.employer_id.0,
            authority_id: d.authority_id.0,
            holder_id: d.holder_id.map(|id| id.0),
            submitted_at: d.submitted_at.map(Timestamp::from),
            due_at: d.due_at.map(Timestamp::from),
            due_provisional: d.due_provisional,
            overdue: d.is_overdue(now),
            reinstated: d.reinstated,
            policy_version: d.policy_version,
            version: d.version,
            created_at: d.created_at.into(),
            updated_at: d.updated_at.into(),
        }
    }
}

/// A submitted declaration, with what its owner should know.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Submission)]
pub struct SubmissionDto {
    /// The declaration.
    #[serde(flatten)]
    pub declaration: DeclarationDto,
    /// What may go wrong although the submission was accepted (V5).
    pub warnings: Vec<WarningDto>,
}

/// Something that the person should know about a submission that was accepted.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SubmissionWarning)]
pub struct WarningDto {
    /// Stable identifier: `review-may-not-finish`.
    pub code: String,
    /// Working days after today on which it can be reviewed.
    pub working_days_left: u32,
    /// Working days that the full review takes.
    pub working_days_needed: u32,
    /// When review ends.
    pub review_ends: Timestamp,
}

impl SubmissionDto {
    /// A submitted declaration with its warning, if there is one.
    pub fn new(declaration: DeclarationDto, warning: Option<Warning>) -> Self {
        let warnings = warning.into_iter().map(|warning| match warning {
            Warning::ReviewMayNotFinish { working_days_left, working_days_needed, review_ends } => {
                WarningDto {
                    code: warning.code().to_owned(),
                    working_days_left,
                    working_days_needed,
                    review_ends: review_ends.into(),
                }
            }
        });
        Self { declaration, warnings: warnings.collect() }
    }
}

/// Why an approval is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The reason, which the person reads.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// A revocation as it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RevocationRecord)]
pub struct RevocationDto {
    /// The declaration.
    pub declaration_id: Uuid,
    /// The reason.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// The unit that was acted for.
    pub unit_id: Uuid,
    /// The account that acted.
    pub account_id: Uuid,
    /// When.
    pub revoked_at: Timestamp,
    /// The policy version that it was done under.
    pub policy_version: i32,
}

impl From<&RecordedAct> for RevocationDto {
    fn from(act: &RecordedAct) -> Self {
        Self {
            declaration_id: act.declaration_id.unwrap_or(act.id).0,
            reason: act.reason.clone(),
            unit_id: act.unit_id.0,
            account_id: act.account_id.0,
            revoked_at: act.acted_at.into(),
            policy_version: act.policy_version,
        }
    }
}
