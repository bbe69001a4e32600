//! What a change of a year's state rested on (H1, A2, A3).

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Explained, Finding, against_floors};
use xueshi_domain::policy::{Floors, Policy};
use xueshi_persistence::{AnnualRecord, Certificate, Id, Reader, Writer};

use super::basis::Basis;
use super::{Decided, keep};
use crate::problem::Problem;
use crate::services::year::{completion, settled_under, totals};

/// A year's hours against its floors, and what else decides where it stands.
#[must_use]
pub(super) fn year_basis(record: &AnnualRecord, floors: Floors) -> Basis {
    let hours = totals(record);
    let makeup = json!({
        "public": record.makeup_public.0, "professional": record.makeup_professional.0,
    });
    let any_makeup = !record.makeup_public.0.is_zero() || !record.makeup_professional.0.is_zero();
    let is_exempt = record.state.0 == xueshi_domain::ledger::RecordState::Exempt;
    let mut findings = against_floors(floors.into(), hours.approved.into());
    findings.push(if any_makeup {
        Finding::passed(CheckName::UnderGrant).with(json!({"makeup": makeup}))
    } else {
        Finding::new(CheckName::UnderGrant, CheckOutcome::NotApplicable)
    });
    let exempt = if is_exempt { CheckOutcome::Noted } else { CheckOutcome::Passed };
    findings.push(Finding::new(CheckName::NotExempt, exempt));
    if let Some(outcome) = record.outcome {
        findings.push(Finding::passed(CheckName::OutcomeKept).with(json!({"outcome": outcome.0})));
        let in_year = outcome.0 == xueshi_domain::ledger::Outcome::CompletedInYear;
        let counts = Finding::of(CheckName::CountsForAppraisal, in_year);
        findings.push(counts.with(json!({"outcome": outcome.0})));
    }
    let measured = floors;
    let (approved, pending, floors): (
        xueshi_domain::ledger::Breakdown,
        xueshi_domain::ledger::Breakdown,
        xueshi_domain::ledger::Breakdown,
    ) = (hours.approved.into(), hours.pending.into(), floors.into());
    let inputs = json!({
        "approved": approved, "pending": pending, "makeup": makeup, "floors": floors,
        "completed": completion(record, measured).as_str(), "employer_id": record.employer_id,
        "authority_id": record.authority_id,
    });
    Basis { inputs, findings, due: None }
}

/// Keeps why a year came to the state that it is in now.
///
/// # Errors
/// On a database failure.
pub fn keep_year(
    writer: &mut Writer<'_>,
    record: &AnnualRecord,
    floors: Floors,
    act: EventType,
    by: Option<Id>,
    more: Vec<Finding>,
) -> Result<(), Problem> {
    let version = version_of(writer, record)?;
    let decided = Decided {
        id: None,
        jurisdiction: record.jurisdiction_id,
        person: record.professional_id,
        subject: Explained::AnnualRecord,
        subject_id: None,
        year: record.year,
        act,
        outcome: record.state.0.as_str(),
        by,
        unit: None,
        policy_version: version,
    };
    keep(writer, decided, &year_basis(record, floors).and(more))
}

/// The version that the year is measured by (W3).
fn version_of(reader: &mut Reader<'_>, record: &AnnualRecord) -> Result<i32, Problem> {
    if let Some((version, _)) = settled_under(reader, record)? {
        return Ok(version);
    }
    let stored = reader.published_policy(record.jurisdiction_id, record.year)?;
    Ok(stored.map_or(0, |stored| stored.version))
}

/// Keeps why a certificate was issued: the verification, or the correction that replaced an older one (A1, A2).
///
/// # Errors
/// On a database failure.
pub fn keep_certificate(
    writer: &mut Writer<'_>,
    record: &AnnualRecord,
    certificate: &Certificate,
    replaced: Option<&Certificate>,
) -> Result<(), Problem> {
    let stored = writer.published_policy(record.jurisdiction_id, record.year)?;
    let stored = stored.ok_or_else(|| Problem::internal("a certified year has no policy"))?;
    let policy = Policy::from_json(&stored.document).map_err(Problem::internal)?;
    let (version, floors) =
        settled_under(writer, record)?.unwrap_or((stored.version, policy.floors));
    let mut basis = year_basis(record, floors).and([
        Finding::passed(CheckName::Verified).with(json!({"unit_id": certificate.issued_for})),
        Finding::passed(CheckName::NotOnesOwn),
    ]);
    if let Some(old) = replaced {
        basis = basis.and([Finding::new(CheckName::CertificateFollows, CheckOutcome::Noted)
            .with(json!({"number": old.number, "state": "superseded"}))]);
    }
    let decided = Decided {
        id: Some(certificate.id),
        jurisdiction: record.jurisdiction_id,
        person: record.professional_id,
        subject: Explained::Certificate,
        subject_id: Some(certificate.id),
        year: record.year,
        act: EventType::CertificateIssued,
        outcome: certificate.state.0.as_str(),
        by: Some(certificate.issued_by),
        unit: Some(certificate.issued_for),
        policy_version: version,
    };
    keep(writer, decided, &basis)
}
