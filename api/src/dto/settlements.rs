//! Settlements, what lapsed in them, and reinstatement on the wire.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::review::Stage;
use xueshi_domain::settlement::SettlementState;
use xueshi_persistence::{Job, JobError, LapseRow, RecordedAct, Settlement};

use super::checks::not_blank;
use super::jobs::JobDto;
use super::{Day, HourSum, Timestamp, words};

/// The settlement of a year: how far it has come, and what it found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Settlement)]
pub struct SettlementDto {
    /// The year.
    pub year: i32,
    /// How far it has come.
    #[schema(value_type = words::SettlementState)]
    pub state: SettlementState,
    /// The first instant of the freeze that it is for.
    pub freeze_opens: Timestamp,
    /// The first instant after it.
    pub freeze_closes: Timestamp,
    /// Who was employed on this day is counted.
    pub counting_day: Day,
    /// The version of the policy by whose floors it measures.
    pub policy_version: i32,
    /// Who asked for it; null when it was the operator's command line.
    #[schema(required = true)]
    pub started_by: Option<Uuid>,
    /// When.
    pub started_at: Timestamp,
    /// When everybody was settled.
    #[schema(required = true)]
    pub finished_at: Option<Timestamp>,
    /// What it found; null until it is finished.
    #[schema(required = true)]
    pub totals: Option<SettlementTotals>,
    /// SHA-256 over all sealed snapshots in the order of the people's ids; null until it is finished.
    #[schema(required = true)]
    pub digest: Option<String>,
    /// The job that does it.
    pub job: JobDto,
}

/// What a settlement found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettlementTotals {
    /// People who were counted.
    pub people: i64,
    /// Completed in the year.
    pub completed_in_year: i64,
    /// Completed later, by make-up.
    pub completed_by_makeup: i64,
    /// Below a floor.
    pub incomplete: i64,
    /// Exempt.
    pub exempt: i64,
    /// Declarations that lapsed, also those of people who were not counted.
    pub lapsed: i64,
    /// Of them: those that a unit had held beyond its time.
    pub lapsed_overdue: i64,
    /// Approved hours of the people who were counted.
    pub approved: HourSums,
}

/// Hours of many people.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct HourSums {
    /// All.
    pub total: HourSum,
    /// Public-required.
    pub public: HourSum,
    /// Professional.
    pub professional: HourSum,
}

impl SettlementDto {
    /// A settlement with its job.
    #[must_use]
    pub fn new(row: &Settlement, job: &Job, errors: &[JobError], now: OffsetDateTime) -> Self {
        let (public, professional) = (row.approved_public, row.approved_professional);
        let totals = SettlementTotals {
            people: row.people,
            completed_in_year: row.completed_in_year,
            completed_by_makeup: row.completed_by_makeup,
            incomplete: row.incomplete,
            exempt: row.exempt,
            lapsed: row.lapsed,
            lapsed_overdue: row.lapsed_overdue,
            approved: HourSums {
                total: HourSum(public.saturating_add(professional)),
                public: HourSum(public),
                professional: HourSum(professional),
            },
        };
        Self {
            year: row.year,
            state: row.state.0,
            freeze_opens: row.frozen_at.into(),
            freeze_closes: row.thawed_at.into(),
            counting_day: row.counting_day.into(),
            policy_version: row.policy_version,
            started_by: row.started_by.map(|id| id.0),
            started_at: row.started_at.into(),
            finished_at: row.finished_at.map(Timestamp::from),
            totals: (row.state.0 == SettlementState::Finished).then_some(totals),
            digest: row.digest.clone(),
            job: JobDto::new(job, errors, now),
        }
    }
}

/// A declaration that lapsed, and who had held it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Lapse)]
pub struct LapseDto {
    /// The declaration.
    pub declaration_id: Uuid,
    /// Whose.
    pub professional_id: Uuid,
    /// The year in which its hours would have counted.
    pub year: i32,
    /// The revision that waited.
    pub revision: i32,
    /// The employer that it was submitted through.
    pub employer_id: Uuid,
    /// The stage that held it.
    #[schema(value_type = words::Stage)]
    pub stage: Stage,
    /// The unit that held it.
    pub unit_id: Uuid,
    /// When it had been submitted.
    pub submitted_at: Timestamp,
    /// When it had come to that stage.
    pub entered_at: Timestamp,
    /// The exclusive end of the day by which that stage had to decide.
    pub due_at: Timestamp,
    /// Working days for which it was held until the freeze began.
    pub working_days: i32,
    /// Whether the stage's time was over when the freeze began: then it may be reinstated.
    pub overdue: bool,
    /// When it lapsed.
    pub lapsed_at: Timestamp,
    /// When it was reinstated.
    #[schema(required = true)]
    pub reinstated_at: Option<Timestamp>,
}

impl From<&LapseRow> for LapseDto {
    fn from(row: &LapseRow) -> Self {
        Self {
            declaration_id: row.declaration_id.0,
            professional_id: row.professional_id.0,
            year: row.year,
            revision: row.revision,
            employer_id: row.employer_id.0,
            stage: row.stage.0,
            unit_id: row.unit_id.0,
            submitted_at: row.submitted_at.into(),
            entered_at: row.entered_at.into(),
            due_at: row.due_at.into(),
            working_days: row.working_days,
            overdue: row.overdue,
            lapsed_at: row.lapsed_at.into(),
            reinstated_at: row.reinstated_at.map(Timestamp::from),
        }
    }
}

/// Why something that lapsed is approved after all.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = ReinstatementRequest)]
pub struct Reinstate {
    /// The reason.
    #[validate(length(min = 1, max = 1000), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// A reinstatement: who, when, why, and the lateness behind it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Reinstatement)]
pub struct ReinstatementDto {
    /// The declaration.
    pub declaration_id: Uuid,
    /// The reason.
    pub reason: String,
    /// Who acted.
    pub account_id: Uuid,
    /// For which unit.
    pub unit_id: Uuid,
    /// When.
    pub reinstated_at: Timestamp,
    /// Under which version of the year's policy.
    pub policy_version: i32,
    /// The certificate that was issued with it.
    #[schema(required = true)]
    pub certificate_id: Option<Uuid>,
    /// How it had lapsed.
    pub lapse: LapseDto,
}

impl ReinstatementDto {
    /// A recorded reinstatement with the lapse that it ended.
    #[must_use]
    pub fn new(act: &RecordedAct, lapse: &LapseRow) -> Self {
        Self {
            declaration_id: lapse.declaration_id.0,
            reason: act.reason.clone().unwrap_or_default(),
            account_id: act.account_id.0,
            unit_id: act.unit_id.0,
            reinstated_at: act.acted_at.into(),
            policy_version: act.policy_version,
            certificate_id: act.certificate_id.map(|id| id.0),
            lapse: lapse.into(),
        }
    }
}
