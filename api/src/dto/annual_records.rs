//! Years of people, their verification and certificates on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::certificate::{CertificateState, Completion};
use xueshi_domain::ledger::{Breakdown, Outcome as YearOutcome, RecordState, VerifyOutcome};
use xueshi_persistence::{AnnualRecord, Certificate};

use super::{Amount, Timestamp, words};
use crate::problem::{Problem, ProblemDocument};
use crate::request::RequestInfo;
use crate::services::certificates::Issued;
use crate::services::year::{made_up, totals};

/// Hours by subject and together.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Hours {
    /// All.
    pub total: Amount,
    /// Public-required.
    pub public: Amount,
    /// Professional.
    pub professional: Amount,
}

impl From<Breakdown> for Hours {
    fn from(hours: Breakdown) -> Self {
        Self {
            total: hours.total.into(),
            public: hours.public.into(),
            professional: hours.professional.into(),
        }
    }
}

/// A person's year.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AnnualRecord)]
pub struct AnnualRecordDto {
    /// The person.
    pub professional_id: Uuid,
    /// The year.
    pub year: i32,
    /// Where it stands.
    #[schema(value_type = words::RecordState)]
    pub state: RecordState,
    /// The employer of the latest declaration.
    pub employer_id: Uuid,
    /// Who verifies it.
    pub authority_id: Uuid,
    /// Approved hours.
    pub approved: Hours,
    /// Those of the approved hours that were registered under a make-up grant (M4, M5).
    pub makeup: Hours,
    /// Hours under review.
    pub pending: Hours,
    /// When the floors were reached.
    #[schema(required = true)]
    pub satisfied_at: Option<Timestamp>,
    /// How the year ended; null until it is settled (A3, A4).
    #[schema(required = true, value_type = Option<words::YearOutcome>)]
    pub outcome: Option<YearOutcome>,
    /// When it was settled.
    #[schema(required = true)]
    pub settled_at: Option<Timestamp>,
    /// The certificate that stands.
    #[schema(required = true)]
    pub certificate_id: Option<Uuid>,
    /// Grows with every change.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl From<&AnnualRecord> for AnnualRecordDto {
    fn from(record: &AnnualRecord) -> Self {
        let totals = totals(record);
        Self {
            professional_id: record.professional_id.0,
            year: record.year,
            state: record.state.0,
            employer_id: record.employer_id.0,
            authority_id: record.authority_id.0,
            approved: Breakdown::from(totals.approved).into(),
            makeup: Breakdown::from(made_up(record)).into(),
            pending: Breakdown::from(totals.pending).into(),
            satisfied_at: record.satisfied_at.map(Timestamp::from),
            outcome: record.outcome.map(|outcome| outcome.0),
            settled_at: record.settled_at.map(Timestamp::from),
            certificate_id: record.certificate_id.map(|id| id.0),
            version: record.version,
            updated_at: record.updated_at.into(),
        }
    }
}

/// Which years to verify: those of named people, or all satisfied ones of an employer. Give one of the two.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = VerificationRequest)]
pub struct Verify {
    /// The year.
    #[validate(range(min = 1990, max = 2100))]
    #[schema(minimum = 1990, maximum = 2100)]
    pub year: i32,
    /// The people.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_items = 1, max_items = 500)]
    pub professional_ids: Option<Vec<Uuid>>,
    /// All satisfied years of this employer, at most 500 in one call.
    pub employer_id: Option<Uuid>,
}

/// One result for each person, in the same order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VerificationResults)]
pub struct VerificationDto {
    /// The results.
    pub results: Vec<VerificationResult>,
}

/// What became of one person's year.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationResult {
    /// The person.
    pub professional_id: Uuid,
    /// What became of it.
    pub outcome: Outcome,
    /// The number of the certificate, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub certificate_number: Option<String>,
    /// The code by which anyone can verify it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub verification_code: Option<String>,
    /// Why not, when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemDocument>,
}

/// What became of a year that was to be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VerificationOutcome)]
pub enum Outcome {
    /// Verified now; the certificate is issued.
    Certified,
    /// Verified before; the certificate stands.
    AlreadyCertified,
    /// The floors are not reached.
    NotSatisfied,
    /// The person is exempt for the year.
    Exempt,
    /// Refused: see `problem`.
    Refused,
}

impl VerificationResult {
    /// An outcome without a certificate.
    pub fn outcome(professional_id: Uuid, outcome: VerifyOutcome) -> Self {
        Self::certified(professional_id, outcome, None)
    }

    /// An outcome with the certificate that stands.
    pub fn certified(
        professional_id: Uuid,
        outcome: VerifyOutcome,
        certificate: Option<&Certificate>,
    ) -> Self {
        Self {
            professional_id,
            outcome: match outcome {
                VerifyOutcome::Certified => Outcome::Certified,
                VerifyOutcome::AlreadyCertified => Outcome::AlreadyCertified,
                VerifyOutcome::NotSatisfied => Outcome::NotSatisfied,
                VerifyOutcome::Exempt => Outcome::Exempt,
            },
            certificate_number: certificate.map(|certificate| certificate.number.clone()),
            verification_code: certificate.map(|certificate| certificate.verification_code.clone()),
            problem: None,
        }
    }

    /// A refusal.
    pub fn refused(professional_id: Uuid, problem: &Problem, info: &RequestInfo) -> Self {
        Self {
            professional_id,
            outcome: Outcome::Refused,
            certificate_number: None,
            verification_code: None,
            problem: Some(problem.document(info)),
        }
    }
}

/// A certificate in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CertificateSummary {
    /// Its number.
    pub number: String,
    /// The code by which anyone can verify it.
    pub verification_code: String,
    /// Whether it stands.
    #[schema(value_type = words::CertificateState)]
    pub state: CertificateState,
    /// When it was issued.
    pub issued_at: Timestamp,
}

impl From<&Certificate> for CertificateSummary {
    fn from(certificate: &Certificate) -> Self {
        Self {
            number: certificate.number.clone(),
            verification_code: certificate.verification_code.clone(),
            state: certificate.state.0,
            issued_at: certificate.issued_at.into(),
        }
    }
}

/// A certificate, for its owner and their units.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Certificate)]
pub struct CertificateDto {
    /// Its number.
    pub number: String,
    /// The code by which anyone can verify it.
    pub verification_code: String,
    /// Whether it stands.
    #[schema(value_type = words::CertificateState)]
    pub state: CertificateState,
    /// 1, 2, 3 … within the year; a correction issues the next.
    pub version: i32,
    /// The year.
    pub year: i32,
    /// The hours of the year.
    pub hours: Hours,
    /// In the year, or by make-up.
    #[schema(value_type = words::Completion)]
    pub completed: Completion,
    /// Whose it is.
    pub professional_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their id number, masked.
    pub masked_id_number: String,
    /// Their employer.
    pub employer: String,
    /// Who issued it.
    pub issuing_body: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stopped standing.
    #[schema(required = true)]
    pub ended_at: Option<Timestamp>,
    /// Why: `hours_revoked`, `corrected`.
    #[schema(required = true)]
    pub end_reason: Option<String>,
}

impl From<Issued> for CertificateDto {
    fn from(issued: Issued) -> Self {
        let Issued { certificate, content } = issued;
        Self {
            number: certificate.number,
            verification_code: certificate.verification_code,
            state: certificate.state.0,
            version: certificate.version,
            year: certificate.year,
            hours: content.hours.into(),
            completed: content.completed,
            professional_id: certificate.professional_id.0,
            name: content.name,
            masked_id_number: content.masked_id_number,
            employer: content.employer,
            issuing_body: content.issuing_body,
            issued_at: certificate.issued_at.into(),
            ended_at: certificate.ended_at.map(Timestamp::from),
            end_reason: certificate.end_reason,
        }
    }
}

/// What stands on a certificate, as somebody typed it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for the document; the form is read by hand")]
pub struct CodeForm {
    /// Its verification code.
    #[schema(example = "7Q4M 2ZC9 K1T8 XW5B 3N6E")]
    code: String,
}

/// A certificate, for anyone who has its code: name and id number are masked (U4a).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicCertificate {
    /// Its number.
    pub number: String,
    /// The code that was asked for.
    pub verification_code: String,
    /// Whether it stands.
    #[schema(value_type = words::CertificateState)]
    pub state: CertificateState,
    /// The year.
    pub year: i32,
    /// The hours of the year.
    pub hours: Hours,
    /// In the year, or by make-up.
    #[schema(value_type = words::Completion)]
    pub completed: Completion,
    /// The masked name; empty once the person's data were erased by law.
    pub masked_name: String,
    /// The masked id number; empty once it was erased.
    pub masked_id_number: String,
    /// The employer.
    pub employer: String,
    /// Who issued it.
    pub issuing_body: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stopped standing.
    #[schema(required = true)]
    pub ended_at: Option<Timestamp>,
    /// The class of reason.
    #[schema(required = true)]
    pub end_reason: Option<String>,
}

impl From<Issued> for PublicCertificate {
    fn from(issued: Issued) -> Self {
        let Issued { certificate, content } = issued;
        Self {
            number: certificate.number,
            verification_code: certificate.verification_code,
            state: certificate.state.0,
            year: certificate.year,
            hours: content.hours.into(),
            completed: content.completed,
            masked_name: xueshi_domain::identity::mask_name(&content.name),
            masked_id_number: content.masked_id_number,
            employer: content.employer,
            issuing_body: content.issuing_body,
            issued_at: certificate.issued_at.into(),
            ended_at: certificate.ended_at.map(Timestamp::from),
            end_reason: certificate.end_reason,
        }
    }
}
