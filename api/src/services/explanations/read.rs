//! Putting together what was kept, for those who may see the case (V7).

use std::collections::{BTreeSet, HashMap};

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::certificate::CertificateState;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Explained, Finding};
use xueshi_domain::ledger::{Bucket, RecordState};
use xueshi_domain::policy::Policy;
use xueshi_domain::review::{Arrival, Decision, Stage};
use xueshi_persistence::{
    AnnualRecord, Certificate, Declaration, Id, Moment, Reader, Review, StoredExplanation,
    StoredPolicy,
};

use super::basis::{Basis, DueDays};
use super::refusals::Kept;
use super::years::year_basis;
use super::{roads, texts};
use crate::dto::Timestamp;
use crate::dto::explanations::{
    CheckDto, DecisionDto, DueDto, ExplanationDto, StandingDto, object,
};
use crate::problem::{Code, Language, Problem, RuleDocument, Text};
use crate::services::cities::whole_city;
use crate::services::declarations::visible;
use crate::services::rules::{Rules, working_days};
use crate::services::year::{Year, standing_certificate};
use crate::services::{Asker, certificates};

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
            let (person, year) = id.split_once(':').ok_or_else(not_found)?;
            let year = year.parse().map_err(|_| not_found())?;
            of_year(reader, asker, uuid(person)?, year, language)?
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
fn decision(kept: &StoredExplanation, language: Language) -> Result<DecisionDto, Problem> {
    let basis = basis_of(kept)?;
    Ok(DecisionDto {
        id: kept.id.0,
        act: Some(kept.act.0),
        code: None,
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

/// A decision from before explanations were kept: told from its own row, which never changes.
fn from_review(review: &Review, year: i32, language: Language) -> DecisionDto {
    let r = review;
    let (act, outcome) = match (r.decision.0, r.stage.0) {
        (Decision::Approve, Stage::Employer) => {
            (EventType::DeclarationForwarded, "authority_review")
        }
        (Decision::Approve, Stage::Authority) => (EventType::DeclarationApproved, "approved"),
        (Decision::Return, _) => (EventType::DeclarationReturned, "returned"),
        (Decision::Reject, _) => (EventType::DeclarationRejected, "rejected"),
    };
    let timely = if r.overdue { CheckOutcome::Noted } else { CheckOutcome::Passed };
    let in_time = Finding::new(CheckName::DecidedInTime, timely).with(json!({
        "due_at": Timestamp::from(r.due_at), "decided_at": Timestamp::from(r.decided_at),
    }));
    let basis = Basis {
        inputs: json!({"stage": r.stage.0, "revision": r.revision, "decision": r.decision.0,
            "entered_at": Timestamp::from(r.entered_at)}),
        findings: vec![in_time],
        due: None,
    };
    DecisionDto {
        id: r.id.0,
        act: Some(act),
        code: None,
        outcome: outcome.to_owned(),
        made_at: r.decided_at.into(),
        account_id: Some(r.account_id.0),
        unit_id: Some(r.unit_id.0),
        unit_name: None,
        policy_year: Some(year),
        policy_version: Some(r.policy_version),
        comment: r.comment.clone(),
        checks: CheckDto::all(&basis, language),
        inputs: basis.inputs,
        due: None,
    }
}

/// Everything that was decided on a declaration, oldest first; and whether all of it was kept.
fn decisions(
    reader: &mut Reader<'_>,
    declaration: &Declaration,
    language: Language,
) -> Result<(Vec<DecisionDto>, bool), Problem> {
    let d = declaration;
    let (city, person) = (d.jurisdiction_id, d.professional_id);
    let kept = reader.explanations_of(city, person, d.id)?;
    let reviews = reader.reviews_of(city, person, d.id)?;
    let revocation = reader.revocation_of(city, person, d.id)?;
    let mut comments: HashMap<Uuid, Option<String>> =
        reviews.iter().map(|review| (review.id.0, review.comment.clone())).collect();
    comments.extend(revocation.map(|act| (act.id.0, act.reason)));
    let mut told = Vec::with_capacity(kept.len());
    for one in &kept {
        let mut decision = decision(one, language)?;
        decision.comment = comments.get(&decision.id).cloned().flatten();
        told.push(decision);
    }
    let submitted = kept.iter().any(|one| one.act.0 == EventType::DeclarationSubmitted);
    let mut complete = submitted || d.submitted_at.is_none();
    for review in &reviews {
        if !told.iter().any(|decision| decision.id == review.id.0) {
            complete = false;
            told.push(from_review(review, d.year, language));
        }
    }
    told.sort_by_key(|decision| (decision.made_at, decision.id));
    Ok((told, complete))
}

fn of_declaration(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let d = visible(reader, asker, id)?;
    let (decisions, complete) = decisions(reader, &d, language)?;
    let summary = texts::of_declaration(d.state.0, decisions.len());
    Ok(ExplanationDto {
        kind: Explained::Declaration,
        id: id.to_string(),
        summary: summary.text(language).to_owned(),
        outcome: d.state.0.as_str().to_owned(),
        year: Some(d.year),
        complete,
        standing: None,
        decisions,
    })
}

fn of_due_date(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let d = visible(reader, asker, id)?;
    let (mut decisions, mut complete) = decisions(reader, &d, language)?;
    decisions.retain(|decision| decision.due.is_some());
    if decisions.is_empty() && d.submitted_at.is_some() {
        complete = false;
    }
    // What waits since before explanations were kept: counted by the calendar as it is now, and said to be.
    let latest =
        match (decisions.iter().rev().find_map(|decision| decision.due.clone()), d.state.0.stage())
        {
            (Some(due), _) => Some(due),
            (None, Some(stage)) => counted_now(reader, &d, stage)?.as_ref().map(DueDto::from),
            (None, None) => None,
        };
    if let (true, Some(due)) = (decisions.is_empty(), &latest) {
        decisions.push(waiting(&d, due.clone()));
    }
    let summary = texts::of_due_date(latest.as_ref());
    let outcome =
        latest.map_or_else(|| d.state.0.as_str().to_owned(), |due| due.due_at.to_string());
    Ok(ExplanationDto {
        kind: Explained::DueDate,
        id: id.to_string(),
        summary: summary.text(language).to_owned(),
        outcome,
        year: Some(d.year),
        complete,
        standing: None,
        decisions,
    })
}

fn counted_now(
    reader: &mut Reader<'_>,
    d: &Declaration,
    stage: Stage,
) -> Result<Option<DueDays>, Problem> {
    let (Some(submitted), Some(entered), Some(unit)) =
        (d.submitted_at, d.stage_entered_at, d.holder_id)
    else {
        return Ok(None);
    };
    let rules = Rules::for_declaration(reader, d)?;
    let calendar = working_days(reader, d.jurisdiction_id)?;
    let arrival = Arrival { submitted_at: submitted.0, arrived_at: entered.0 };
    DueDays::count(stage, unit.0, arrival, &rules.policy.review, &calendar).map(Some)
}

fn waiting(d: &Declaration, due: DueDto) -> DecisionDto {
    DecisionDto {
        id: d.id.0,
        act: None,
        code: None,
        outcome: d.state.0.as_str().to_owned(),
        made_at: d.stage_entered_at.unwrap_or(d.updated_at).into(),
        account_id: None,
        unit_id: Some(due.unit_id),
        unit_name: None,
        policy_year: Some(d.year),
        policy_version: Some(d.policy_version),
        comment: None,
        inputs: object(&json!(null)),
        checks: Vec::new(),
        due: Some(due),
    }
}

fn of_review(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let review = reader.review(asker.jurisdiction, Id(id))?.ok_or_else(not_found)?;
    let d = visible(reader, asker, review.declaration_id.0)?;
    let kept = reader.explanation(asker.jurisdiction, Id(id))?;
    let complete = kept.is_some();
    let mut told = match kept {
        Some(kept) => decision(&kept, language)?,
        None => from_review(&review, d.year, language),
    };
    told.comment.clone_from(&review.comment);
    let summary = texts::of_decision(&told.outcome, told.comment.as_deref());
    Ok(ExplanationDto {
        kind: Explained::Review,
        id: id.to_string(),
        summary: summary.text(language).to_owned(),
        outcome: review.decision.0.as_str().to_owned(),
        year: Some(d.year),
        complete,
        standing: None,
        decisions: vec![told],
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

/// The version of a year's policy that was in force at an instant, or that is now, and its content.
fn policy_version(
    reader: &mut Reader<'_>,
    city: Id,
    year: i32,
    at: Option<Moment>,
) -> Result<(i32, Policy), Problem> {
    let stored = match at {
        None => reader.published_policy(city, year)?,
        Some(at) => {
            let versions = reader.policy_versions(city, year)?;
            in_force_at(&versions, at).cloned()
        }
    };
    let stored = stored.ok_or_else(not_found)?;
    Ok((stored.version, Policy::from_json(&stored.document).map_err(Problem::internal)?))
}

/// The version of a policy that was in force at an instant.
pub(super) fn in_force_at(versions: &[StoredPolicy], at: Moment) -> Option<&StoredPolicy> {
    versions.iter().rev().find(|stored| stored.published_at.is_some_and(|since| since <= at))
}

/// Where a year stands: by the version under which it was certified or settled, and by the one in force while it is open.
fn of_year(
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
    let closed_at = match &record {
        None => None,
        Some(record) => match record.settled_at {
            Some(settled) => Some(settled),
            None => standing_certificate(reader, record)?.map(|certificate| certificate.issued_at),
        },
    };
    let (version, policy) = policy_version(reader, city, year, closed_at)?;
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
    let decisions = kept.iter().map(|one| decision(one, language)).collect::<Result<_, _>>()?;
    let state = record.as_ref().map_or(RecordState::InProgress, |record| record.state.0);
    Ok(ExplanationDto {
        kind: Explained::AnnualRecord,
        id: format!("{person}:{year}"),
        summary: summary.text(language).to_owned(),
        outcome: state.as_str().to_owned(),
        year: Some(year),
        complete: closed_at.is_none() || !kept.is_empty(),
        standing: Some(StandingDto { policy_version: version, inputs: basis.inputs, checks }),
        decisions,
    })
}

fn of_certificate(
    reader: &mut Reader<'_>,
    asker: &Asker,
    number: &str,
    language: Language,
) -> Result<ExplanationDto, Problem> {
    let issued = certificates::visible(reader, asker, number)?;
    let c: Certificate = issued.certificate;
    let kept = reader.explanation(c.jurisdiction_id, c.id)?;
    let complete = kept.is_some();
    let mut told = match kept {
        Some(kept) => decision(&kept, language)?,
        None => from_certificate(&c, &issued.content.hours, language),
    };
    told.outcome = CertificateState::Valid.as_str().to_owned();
    let mut decisions = vec![told];
    if let Some(ended) = c.ended_at {
        let end = Finding::new(CheckName::CertificateFollows, CheckOutcome::Noted).with(json!({
            "number": c.number, "state": c.state.0, "reason": c.end_reason,
        }));
        let act = match c.state.0 {
            CertificateState::Superseded => EventType::CertificateSuperseded,
            CertificateState::Revoked | CertificateState::Valid => EventType::CertificateRevoked,
        };
        let basis = Basis { findings: vec![end], ..Basis::default() };
        let first = &decisions[0];
        decisions.push(DecisionDto {
            act: Some(act),
            outcome: c.state.0.as_str().to_owned(),
            made_at: ended.into(),
            account_id: None,
            unit_id: None,
            comment: c.end_reason.clone(),
            inputs: object(&json!(null)),
            checks: CheckDto::all(&basis, language),
            ..first.clone()
        });
    }
    let state = c.state.0.as_str();
    Ok(ExplanationDto {
        kind: Explained::Certificate,
        id: c.number.clone(),
        summary: texts::of_certificate(&c.number, state).text(language).to_owned(),
        outcome: state.to_owned(),
        year: Some(c.year),
        complete,
        standing: None,
        decisions,
    })
}

/// A certificate from before explanations were kept: what it states.
fn from_certificate(
    c: &Certificate,
    hours: &xueshi_domain::ledger::Breakdown,
    language: Language,
) -> DecisionDto {
    let verified = Finding::passed(CheckName::Verified).with(json!({"unit_id": c.issued_for}));
    let basis = Basis { findings: vec![verified], ..Basis::default() };
    DecisionDto {
        id: c.id.0,
        act: Some(EventType::CertificateIssued),
        code: None,
        outcome: CertificateState::Valid.as_str().to_owned(),
        made_at: c.issued_at.into(),
        account_id: Some(c.issued_by.0),
        unit_id: Some(c.issued_for.0),
        unit_name: None,
        policy_year: Some(c.year),
        policy_version: None,
        comment: None,
        inputs: json!({"approved": hours}),
        checks: CheckDto::all(&basis, language),
        due: None,
    }
}
