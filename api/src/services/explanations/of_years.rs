//! Why a year stands where it does, and how it was settled (H1, A3, A4, V7).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{Explained, Support};
use xueshi_domain::ledger::{Bucket, Outcome, RecordState};
use xueshi_domain::settlement::{AddendumCause, settled_state};
use xueshi_persistence::{Addendum, AnnualRecord, Appraisal, Id, Reader, Word};

use super::basis::Basis;
use super::read::{decision, not_found};
use super::texts;
use super::years::{measure, version_of, year_basis};
use crate::dto::Timestamp;
use crate::dto::explanations::{CheckDto, DecisionDto, ExplanationDto, StandingDto};
use crate::problem::{Language, Problem};
use crate::services::year::{Year, standing_certificate};
use crate::services::{Asker, appraisals};

/// Where a year stands: by the version under which it was certified or settled, and by the one in force while it is open.
pub(super) fn of_year(
    reader: &mut Reader<'_>,
    asker: &Asker,
    person: Uuid,
    year: i32,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let city = asker.jurisdiction;
    if !asker.actor.is_professional(person) {
        let scope = asker.scope(Permission::ReadRecords);
        reader.visible_professional(&scope, Id(person))?.ok_or_else(not_found)?;
    }
    let record = reader.annual_record(city, Id(person), year)?;
    let kept = reader.explanations_of_year(city, Id(person), year)?;
    let closed = match &record {
        None => false,
        Some(record) => {
            record.settled_at.is_some() || standing_certificate(reader, record)?.is_some()
        }
    };
    let (version, policy) =
        measure(reader, (city, year), record.as_ref())?.ok_or_else(not_found)?;
    let sealed = match &record {
        Some(record) if record.settled_at.is_some() => reader.appraisal(city, Id(person), year)?,
        Some(_) | None => None,
    };
    let begun = Year::begun(reader, (city, Id(person), year), Id(Uuid::nil()), Id(Uuid::nil()));
    let seen: &AnnualRecord = record.as_ref().unwrap_or_else(|| begun.record());
    let mut basis = year_basis(seen, policy.floors);
    let mut counted = Vec::new();
    for d in reader.declarations_of_year(city, Id(person), year)? {
        if let Some(bucket) = Bucket::of(d.state.0) {
            counted.push(json!({"id": d.id, "subject": d.subject.0, "hours": d.hours.0,
                "state": d.state.0, "counts": bucket == Bucket::Approved,
                "makeup": d.makeup_grant_id.is_some()}));
        }
    }
    basis.inputs["declarations"] = json!(counted);
    if record.is_none() {
        for name in ["employer_id", "authority_id"] {
            basis.inputs[name] = json!(null);
        }
    }
    let checks = CheckDto::all(&basis, language);
    let summary = texts::of_year(record.as_ref(), &checks);
    let mut decisions: Vec<DecisionDto> =
        kept.iter().map(|one| decision(one, language)).collect::<Result<_, _>>()?;
    let is_sealed = sealed.is_some();
    if let Some(sealed) = sealed {
        decisions.extend(of_seal(reader, &sealed, language)?);
        decisions.sort_by_key(|decision| decision.made_at);
    }
    let state = record.as_ref().map_or(RecordState::InProgress, |record| record.state.0);
    Ok(ExplanationDto {
        kind: Explained::AnnualRecord,
        id: format!("{person}:{year}"),
        summary: summary.text(language).to_owned(),
        outcome: state.as_str().to_owned(),
        year: Some(year),
        complete: !closed || !kept.is_empty() || is_sealed,
        standing: Some(StandingDto { policy_version: version, inputs: basis.inputs, checks }),
        decisions,
    })
}

/// The sealed snapshot of a year, with what was added beside it, for those who may read the snapshot.
pub(super) fn of_appraisal(
    reader: &mut Reader<'_>,
    asker: &Asker,
    person: Uuid,
    year: i32,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let sealed = appraisals::visible(reader, asker, person, year)?;
    let decisions = of_seal(reader, &sealed, language)?;
    let checks = decisions.first().map(|seal| seal.checks.as_slice()).unwrap_or_default();
    let summary = texts::of_year(Some(&as_record(reader, &sealed)), checks);
    Ok(ExplanationDto {
        kind: Explained::Appraisal,
        id: format!("{person}:{year}"),
        summary: summary.text(language).to_owned(),
        outcome: sealed.outcome.0.as_str().to_owned(),
        year: Some(year),
        complete: true,
        standing: None,
        decisions,
    })
}

/// How a year was settled, and what changed it afterwards. The sealed snapshot is itself what was kept of the settlement: it
/// names the version of the policy, which never changes, and has the hours that were measured by it (A3, A4).
fn of_seal(
    reader: &mut Reader<'_>,
    sealed: &Appraisal,
    language: Language,
) -> Result<Vec<DecisionDto>, Problem> {
    let (city, year) = (sealed.jurisdiction_id, sealed.year);
    let version = sealed.policy_version;
    let policy = version_of(reader, city, year, version)?;
    let settlement = reader.settlement(city, year)?;
    let settlement = settlement.ok_or_else(|| Problem::internal("a seal without settlement"))?;
    let record = as_record(reader, sealed);
    let mut basis = year_basis(&record, policy.floors);
    basis.inputs["settlement"] = json!({
        "id": settlement.job_id, "year": year, "started_at": Timestamp::from(settlement.started_at),
        "frozen_at": Timestamp::from(settlement.frozen_at), "counting_day": settlement.counting_day.to_string(),
    });
    basis.inputs["sealed_at"] = json!(Timestamp::from(sealed.sealed_at));
    basis.inputs["digest"] = json!(sealed.digest);
    basis.inputs["public_institution"] = json!(sealed.public_institution);
    basis.inputs["certificate_id"] = json!(sealed.certificate_id);
    basis.inputs["lapsed"] = json!(sealed.lapsed);
    basis.inputs["lapsed_overdue"] = json!(sealed.lapsed_overdue);
    let seal = DecisionDto {
        id: settlement.job_id.0,
        act: Some(EventType::AnnualRecordSettled),
        code: None,
        basis: Support::Kept,
        outcome: sealed.outcome.0.as_str().to_owned(),
        made_at: sealed.sealed_at.into(),
        account_id: settlement.started_by.map(|id| id.0),
        unit_id: Some(settlement.unit_id.0),
        unit_name: None,
        policy_year: Some(year),
        policy_version: Some(version),
        comment: None,
        checks: CheckDto::all(&basis, language),
        inputs: basis.inputs,
        due: None,
    };
    let addenda = reader.addenda(sealed)?;
    let mut told = vec![seal];
    for addendum in &addenda {
        let changed = with_addendum(record.clone(), addendum);
        let Basis { mut inputs, findings, .. } = year_basis(&changed, policy.floors);
        inputs["cause"] = json!(addendum.cause.0);
        inputs["declaration_id"] = json!(addendum.declaration_id);
        inputs["outcome_before"] = json!(addendum.outcome_before.0);
        let basis = Basis { findings, ..Basis::default() };
        told.push(DecisionDto {
            id: addendum.id.0,
            act: Some(act_of(addendum)),
            outcome: addendum.outcome_after.0.as_str().to_owned(),
            made_at: addendum.added_at.into(),
            account_id: addendum.account_id.map(|id| id.0),
            unit_id: addendum.unit_id.map(|id| id.0),
            comment: addendum.reason.clone(),
            checks: CheckDto::all(&basis, language),
            inputs,
            ..told[0].clone()
        });
    }
    Ok(told)
}

/// The year as it was sealed.
fn as_record(reader: &Reader<'_>, sealed: &Appraisal) -> AnnualRecord {
    let s = sealed;
    let key = (s.jurisdiction_id, s.professional_id, s.year);
    let begun = Year::begun(reader, key, s.employer_id, s.authority_id);
    let state = settled_state(RecordState::InProgress, s.outcome.0);
    AnnualRecord {
        state: Word(state),
        approved_public: s.approved_public,
        approved_professional: s.approved_professional,
        makeup_public: s.makeup_public,
        makeup_professional: s.makeup_professional,
        outcome: Some(s.outcome),
        settled_at: Some(s.sealed_at),
        certificate_id: s.certificate_id,
        ..begun.record().clone()
    }
}

/// The year as an addendum left it.
fn with_addendum(sealed: AnnualRecord, addendum: &Addendum) -> AnnualRecord {
    AnnualRecord {
        state: Word(settled_state(RecordState::InProgress, addendum.outcome_after.0)),
        approved_public: addendum.approved_public,
        approved_professional: addendum.approved_professional,
        makeup_public: addendum.makeup_public,
        makeup_professional: addendum.makeup_professional,
        outcome: Some(addendum.outcome_after),
        ..sealed
    }
}

/// What was done that changed a sealed year.
fn act_of(addendum: &Addendum) -> EventType {
    let same_outcome = addendum.outcome_before.0 == addendum.outcome_after.0;
    match (addendum.cause.0, addendum.declaration_id) {
        // Not the declaration that completed the year, nor the end of the exemption: the certificate that was issued for it.
        (AddendumCause::Reinstatement | AddendumCause::Appeal | AddendumCause::Makeup, None) => {
            EventType::AnnualRecordCertified
        }
        (AddendumCause::Exemption, _) if same_outcome => EventType::AnnualRecordCertified,
        (AddendumCause::Reinstatement, Some(_)) => EventType::DeclarationReinstated,
        (AddendumCause::Appeal, Some(_)) => EventType::DeclarationUpheld,
        (AddendumCause::Makeup, Some(_)) => EventType::DeclarationApproved,
        (AddendumCause::Revocation, _) => EventType::DeclarationRevoked,
        (AddendumCause::Exemption, _) => match addendum.outcome_after.0 {
            Outcome::Exempt => EventType::ExemptionGranted,
            Outcome::CompletedInYear | Outcome::CompletedByMakeup | Outcome::Incomplete => {
                EventType::ExemptionEnded
            }
        },
        (AddendumCause::Correction, _) => EventType::CertificateSuperseded,
    }
}
