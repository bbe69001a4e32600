//! Why a certificate was issued, and why it ended (A1, A2, V7).

use serde_json::json;
use xueshi_domain::certificate::CertificateState;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Explained, Finding, Support};
use xueshi_persistence::{Certificate, Reader};

use super::basis::Basis;
use super::read::decision;
use super::texts;
use crate::dto::explanations::{CheckDto, DecisionDto, ExplanationDto, object};
use crate::problem::{Language, Problem};
use crate::services::{Asker, certificates};

pub(super) fn of_certificate(
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
        basis: Support::NotKept,
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
