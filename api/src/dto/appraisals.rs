//! Sealed snapshots of settled years, and standing, on the wire.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use xueshi_domain::ledger::{Breakdown, BySubject, Outcome};
use xueshi_domain::settlement::{AddendumCause, Answer, Purpose, Verdict};
use xueshi_persistence::{Addendum, Appraisal, Tenths};

use super::annual_records::Hours;
use super::{Timestamp, words};

fn hours(public: Tenths, professional: Tenths) -> Hours {
    Breakdown::from(BySubject { public: public.0, professional: professional.0 }).into()
}

/// A person's year as it was when it was settled. It never changes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Appraisal)]
pub struct AppraisalDto {
    /// The person.
    pub professional_id: Uuid,
    /// The year.
    pub year: i32,
    /// The employer when the freeze began.
    pub employer_id: Uuid,
    /// Its reviewing body.
    pub authority_id: Uuid,
    /// Whether the employer is a public institution, whose annual appraisal this is for.
    pub public_institution: bool,
    /// How the year ended.
    #[schema(value_type = words::YearOutcome)]
    pub outcome: Outcome,
    /// Approved hours.
    pub approved: Hours,
    /// The part of them that was registered under a make-up grant.
    pub makeup: Hours,
    /// The certificate that stood.
    #[schema(required = true)]
    pub certificate_id: Option<Uuid>,
    /// The version of the policy that it was measured by.
    pub policy_version: i32,
    /// Declarations that lapsed.
    pub lapsed: i32,
    /// Of them: those that a unit had held beyond its time.
    pub lapsed_overdue: i32,
    /// SHA-256 of the snapshot.
    pub digest: String,
    /// When it was sealed.
    pub sealed_at: Timestamp,
}

impl From<&Appraisal> for AppraisalDto {
    fn from(row: &Appraisal) -> Self {
        Self {
            professional_id: row.professional_id.0,
            year: row.year,
            employer_id: row.employer_id.0,
            authority_id: row.authority_id.0,
            public_institution: row.public_institution,
            outcome: row.outcome.0,
            approved: hours(row.approved_public, row.approved_professional),
            makeup: hours(row.makeup_public, row.makeup_professional),
            certificate_id: row.certificate_id.map(|id| id.0),
            policy_version: row.policy_version,
            lapsed: row.lapsed,
            lapsed_overdue: row.lapsed_overdue,
            digest: row.digest.clone(),
            sealed_at: row.sealed_at.into(),
        }
    }
}

/// A sealed snapshot with what was added to it later.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppraisalWithAddenda {
    /// What was sealed.
    #[serde(flatten)]
    pub appraisal: AppraisalDto,
    /// What changed after it had been sealed, in order.
    pub addenda: Vec<AddendumDto>,
}

/// Something that changed after a snapshot had been sealed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AppraisalAddendum)]
pub struct AddendumDto {
    /// Its id.
    pub id: Uuid,
    /// Why.
    #[schema(value_type = words::AddendumCause)]
    pub cause: AddendumCause,
    /// The declaration concerned.
    #[schema(required = true)]
    pub declaration_id: Option<Uuid>,
    /// The outcome that stood before.
    #[schema(value_type = words::YearOutcome)]
    pub outcome_before: Outcome,
    /// The outcome that stands from then on.
    #[schema(value_type = words::YearOutcome)]
    pub outcome_after: Outcome,
    /// Approved hours from then on.
    pub approved: Hours,
    /// The part of them by make-up.
    pub makeup: Hours,
    /// The reason given.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// Who did it.
    #[schema(required = true)]
    pub account_id: Option<Uuid>,
    /// Acting for which unit.
    #[schema(required = true)]
    pub unit_id: Option<Uuid>,
    /// The certificate that stands from then on.
    #[schema(required = true)]
    pub certificate_id: Option<Uuid>,
    /// When.
    pub added_at: Timestamp,
}

impl From<&Addendum> for AddendumDto {
    fn from(row: &Addendum) -> Self {
        Self {
            id: row.id.0,
            cause: row.cause.0,
            declaration_id: row.declaration_id.map(|id| id.0),
            outcome_before: row.outcome_before.0,
            outcome_after: row.outcome_after.0,
            approved: hours(row.approved_public, row.approved_professional),
            makeup: hours(row.makeup_public, row.makeup_professional),
            reason: row.reason.clone(),
            account_id: row.account_id.map(|id| id.0),
            unit_id: row.unit_id.map(|id| id.0),
            certificate_id: row.certificate_id.map(|id| id.0),
            added_at: row.added_at.into(),
        }
    }
}

/// Whether a person met the requirement in each of some years, for a purpose.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProfessionalStanding)]
pub struct StandingDto {
    /// The person.
    pub professional_id: Uuid,
    /// What it is asked for.
    #[schema(value_type = words::StandingPurpose)]
    pub purpose: Purpose,
    /// The first year.
    pub from: i32,
    /// The last year.
    pub to: i32,
    /// The answer for all years together.
    #[schema(value_type = words::StandingVerdict)]
    pub verdict: Verdict,
    /// The answer as yes or no; null while a year is open.
    #[schema(required = true)]
    pub met: Option<bool>,
    /// The answer for each year.
    pub years: Vec<YearStanding>,
}

/// The answer for one year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct YearStanding {
    /// The year.
    pub year: i32,
    /// Whether it counts as met.
    #[schema(value_type = words::StandingAnswer)]
    pub answer: Answer,
    /// The outcome that stands; null for a year without one.
    #[schema(required = true, value_type = Option<words::YearOutcome>)]
    pub outcome: Option<Outcome>,
    /// The outcome that was sealed; null where nothing was.
    #[schema(required = true, value_type = Option<words::YearOutcome>)]
    pub sealed_outcome: Option<Outcome>,
    /// The outcome that another system told of; it stands where nothing is kept here of the year.
    #[schema(required = true, value_type = Option<words::YearOutcome>)]
    pub reported_outcome: Option<Outcome>,
    /// Whether the year is settled.
    pub settled: bool,
    /// Approved hours.
    pub approved: Hours,
    /// The number of the certificate that stands.
    #[schema(required = true)]
    pub certificate_number: Option<String>,
}
