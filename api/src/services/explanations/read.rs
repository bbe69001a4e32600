//! Putting together what was kept, for those who may see the case (V7).

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::explanation::{Explained, Support};
use xueshi_persistence::{Id, Reader, StoredExplanation};

use super::basis::Basis;
use super::of_certificates::of_certificate;
use super::of_declarations::{of_declaration, of_due_date, of_review};
use super::of_years::{of_appraisal, of_year};
use super::refusals::Kept;
use super::roads;
use crate::dto::explanations::{CheckDto, DecisionDto, DueDto, ExplanationDto, object};
use crate::problem::{Code, Language, Problem, RuleDocument, Text};
use crate::services::Asker;
use crate::services::cities::whole_city;

/// Explains one case.
///
/// # Errors
/// 404 for what the asker may not see, or that is not there.
pub fn explain(
    reader: &mut Reader<'_>,
    asker: &Asker,
    kind: Explained,
    id: &str,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let mut told = match kind {
        Explained::Declaration => of_declaration(reader, asker, uuid(id)?, language)?,
        Explained::DueDate => of_due_date(reader, asker, uuid(id)?, language)?,
        Explained::Review => of_review(reader, asker, uuid(id)?, language)?,
        Explained::Refusal => of_refusal(reader, asker, uuid(id)?, language)?,
        Explained::AnnualRecord => {
            let (person, year) = person_and_year(id)?;
            of_year(reader, asker, person, year, language)?
        }
        Explained::Appraisal => {
            let (person, year) = person_and_year(id)?;
            of_appraisal(reader, asker, person, year, language)?
        }
        Explained::Certificate => of_certificate(reader, asker, id, language)?,
        Explained::MakeupApplication
        | Explained::Exemption
        | Explained::Appeal
        | Explained::Transfer
        | Explained::Filing
        | Explained::TrainingPlan
        | Explained::Seminar
        | Explained::EmploymentRequest => roads::of_road(reader, asker, kind, uuid(id)?, language)?,
    };
    name_units(reader, asker.jurisdiction, &mut told)?;
    Ok(told)
}

pub(super) fn not_found() -> Problem {
    Problem::new(Code::NotFound)
}

fn uuid(text: &str) -> Result<Uuid, Problem> {
    // Only the hyphenated form: one thing has one address.
    if text.len() == 36 { Uuid::try_parse(text).map_err(|_| not_found()) } else { Err(not_found()) }
}

fn person_and_year(id: &str) -> Result<(Uuid, i32), Problem> {
    let (person, year) = id.split_once(':').ok_or_else(not_found)?;
    Ok((uuid(person)?, year.parse().map_err(|_| not_found())?))
}

/// The names of the units that were acted for.
fn name_units(reader: &mut Reader<'_>, city: Id, told: &mut ExplanationDto) -> Result<(), Problem> {
    let units: BTreeSet<Id> =
        told.decisions.iter().filter_map(|decision| decision.unit_id).map(Id).collect();
    let names = reader.unit_names(city, units)?;
    for decision in &mut told.decisions {
        decision.unit_name = decision.unit_id.and_then(|unit| names.get(&Id(unit)).cloned());
    }
    Ok(())
}

fn basis_of(kept: &StoredExplanation) -> Result<Basis, Problem> {
    serde_json::from_str(&kept.document)
        .map_err(|error| Problem::internal(format!("explanation {}: {error}", kept.id)))
}

/// A decision as it was kept.
pub(super) fn decision(
    kept: &StoredExplanation,
    language: Language,
) -> Result<DecisionDto, Problem> {
    let basis = basis_of(kept)?;
    Ok(DecisionDto {
        id: kept.id.0,
        act: Some(kept.act.0),
        code: None,
        basis: Support::Kept,
        outcome: kept.outcome.clone(),
        made_at: kept.made_at.into(),
        account_id: kept.account_id.map(|id| id.0),
        unit_id: kept.unit_id.map(|id| id.0),
        unit_name: None,
        policy_year: Some(kept.year),
        policy_version: Some(kept.policy_version),
        comment: None,
        inputs: object(&basis.inputs),
        checks: CheckDto::all(&basis, language),
        due: basis.due.as_ref().map(DueDto::from),
    })
}

/// A refusal is for the one who was refused, and for those who read the audit log of the whole city.
fn of_refusal(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let stored = reader.refusal(asker.jurisdiction, Id(id))?.ok_or_else(not_found)?;
    if stored.account_id != asker.account() {
        whole_city(reader, asker, Permission::ReadAudit).map_err(|_| not_found())?;
    }
    let kept: Kept = serde_json::from_str(&stored.document)
        .map_err(|error| Problem::internal(format!("refusal {id}: {error}")))?;
    let rule = RuleDocument { id: kept.rule.clone(), clause: kept.clause.clone() };
    let said = |name: &str| kept.detail[name].as_str().unwrap_or_default().to_owned();
    let detail = Text::new(said("zh"), said("en"));
    let checks = kept.basis.findings.iter();
    let checks = checks.map(|one| CheckDto::new(one, language, Some(&rule))).collect();
    let mut inputs = object(&kept.basis.inputs);
    inputs["request"] = json!(kept.request);
    inputs["times"] = json!(stored.times);
    let told = DecisionDto {
        id,
        act: None,
        code: Some(stored.code.clone()),
        basis: Support::Kept,
        outcome: "refused".to_owned(),
        made_at: stored.last_at.into(),
        account_id: Some(stored.account_id.0),
        unit_id: None,
        unit_name: None,
        policy_year: kept.year,
        policy_version: kept.policy_version,
        comment: Some(detail.text(language).to_owned()),
        inputs,
        checks,
        due: None,
    };
    Ok(ExplanationDto {
        kind: Explained::Refusal,
        id: id.to_string(),
        summary: detail.text(language).to_owned(),
        outcome: stored.code,
        year: kept.year,
        complete: true,
        standing: None,
        decisions: vec![told],
    })
}
