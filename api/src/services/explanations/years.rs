//! What a change of a year's state rested on (H1, A2, A3).

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Explained, Finding, against_floors};
use xueshi_domain::policy::{Floors, Policy};
use xueshi_persistence::{AnnualRecord, Certificate, Id, Reader, StoredPolicy, Writer};

use super::basis::Basis;
use super::{Decided, keep};
use crate::problem::Problem;
use crate::services::year::{completion, measured_by, totals};

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
    let key = (record.jurisdiction_id, record.year);
    let version = match measure(writer, key, Some(record))? {
        Some((version, policy)) if policy.floors == floors => version,
        Some(_) | None => {
            in_force(writer, record.jurisdiction_id, record.year)?.map_or(0, |(version, _)| version)
        }
    };
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

/// [`measured_by`], and while nothing of that has come the version in force.
///
/// # Errors
/// On a database failure.
pub(super) fn measure(
    reader: &mut Reader<'_>,
    (city, year): (Id, i32),
    record: Option<&AnnualRecord>,
) -> Result<Option<(i32, Policy)>, Problem> {
    let measured = match record {
        Some(record) => measured_by(reader, record)?,
        None => None,
    };
    match measured {
        Some(measured) => Ok(Some(measured)),
        None => in_force(reader, city, year),
    }
}

fn in_force(
    reader: &mut Reader<'_>,
    city: Id,
    year: i32,
) -> Result<Option<(i32, Policy)>, Problem> {
    reader.published_policy(city, year)?.as_ref().map(read_policy).transpose()
}

/// One version of a year's policy, which was published and never changes (W3).
pub(super) fn version_of(
    reader: &mut Reader<'_>,
    city: Id,
    year: i32,
    version: i32,
) -> Result<Policy, Problem> {
    let versions = reader.policy_versions(city, year)?;
    let stored = versions.iter().find(|stored| stored.version == version);
    let stored = stored.ok_or_else(|| Problem::internal("a version of a policy is missing"))?;
    Ok(read_policy(stored)?.1)
}

fn read_policy(stored: &StoredPolicy) -> Result<(i32, Policy), Problem> {
    Ok((stored.version, Policy::from_json(&stored.document).map_err(Problem::internal)?))
}

/// Keeps why a certificate was issued: the verification or the decision from above that it rests on, and the older one that it
/// replaced (A1, A2).
///
/// # Errors
/// On a database failure.
pub fn keep_certificate(
    writer: &mut Writer<'_>,
    record: &AnnualRecord,
    certificate: &Certificate,
    rests_on: Finding,
    replaced: Option<&Certificate>,
) -> Result<(), Problem> {
    let city = record.jurisdiction_id;
    let key = (city, record.year);
    let (version, policy) = measure(writer, key, Some(record))?
        .ok_or_else(|| Problem::internal("a certified year has no policy"))?;
    let mut basis =
        year_basis(record, policy.floors).and([rests_on, Finding::passed(CheckName::NotOnesOwn)]);
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
