//! Refusals are kept after they were given, each once, so that the person who was refused can ask why (V7).
//!
//! Their own transaction left nothing, so this is a second, small one. What it costs is bounded: only refusals by a rule are
//! kept, the same one again is only counted, and of each account no more than [`MOST`] are kept.

use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::explanation::{CheckOutcome, Explained, Finding};
use xueshi_persistence::{Id, Moment, StoredRefusal, Writer};

use super::basis::{Basis, check_of};
use crate::problem::{Problem, check_text};
use crate::request::RequestInfo;
use crate::services::Asker;

/// Refusals of one account that are kept: the one that was given longest ago makes room.
const MOST: i64 = 200;

/// What is kept of a refusal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The path that was asked for.
    pub(super) request: String,
    /// What was said, in both languages.
    pub(super) detail: Value,
    /// The rule's id.
    pub(super) rule: String,
    /// The clause behind it.
    pub(super) clause: String,
    /// The facts beside it.
    pub(super) facts: Map<String, Value>,
    /// The year concerned.
    pub(super) year: Option<i32>,
    /// The version of its policy that was applied.
    pub(super) policy_version: Option<i32>,
    /// Inputs and findings.
    pub(super) basis: Basis,
}

/// What is to be kept of a refusal by a rule; none for problems of another kind.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn worth_keeping(
    asker: &Asker,
    request: &str,
    problem: &Problem,
    (id, now): (Id, OffsetDateTime),
) -> Result<Option<StoredRefusal>, Problem> {
    let (Some(grounds), Some(rule)) = (problem.grounds(), problem.named_rule()) else {
        return Ok(None);
    };
    // Whoever is not in a city has no explanations to read.
    if asker.jurisdiction.0 == Uuid::nil() {
        return Ok(None);
    }
    let code = problem.code().id();
    let detail = problem.said().map(check_text::kept).unwrap_or_default();
    let mut findings = grounds.findings.clone();
    if findings.is_empty() {
        findings.push(failed(problem));
    }
    let kept = Kept {
        request: request.to_owned(),
        detail,
        rule: rule.id.to_string(),
        clause: rule.clause.to_string(),
        facts: problem.facts().clone(),
        year: grounds.year,
        policy_version: grounds.policy_version,
        basis: Basis { inputs: grounds.inputs.clone(), findings, due: None },
    };
    let document = serde_json::to_string(&kept).map_err(Problem::internal)?;
    let mut hash = Sha256::new();
    hash.update(code);
    hash.update(&document);
    Ok(Some(StoredRefusal {
        jurisdiction_id: asker.jurisdiction,
        id,
        account_id: asker.account(),
        fingerprint: hash.finalize().to_vec(),
        code: code.to_owned(),
        document,
        times: 1,
        first_at: Moment(now),
        last_at: Moment(now),
    }))
}

/// The check at which a rule refused, with the refusal's facts and the sentence that was said.
pub(super) fn failed(problem: &Problem) -> Finding {
    let mut facts = Value::Object(problem.facts().clone());
    facts[check_text::SAID] = problem.said().map(check_text::kept).unwrap_or_default();
    Finding::new(check_of(problem.code().id()), CheckOutcome::Failed).with(facts)
}

/// Keeps a refusal, or counts it where the same one is kept already, and gives its explanation's address.
///
/// # Errors
/// On a database failure.
pub fn keep_refusal(writer: &mut Writer<'_>, refusal: &StoredRefusal) -> Result<String, Problem> {
    let id = writer.keep_refusal(refusal, MOST)?;
    Ok(link(Explained::Refusal, id.0))
}

/// Keeps the refusal of one item of a batch, in the batch's own transaction, and names its address (V6).
///
/// # Errors
/// On a database failure.
pub fn explained_item(
    writer: &mut Writer<'_>,
    asker: &Asker,
    request: &RequestInfo,
    item: impl Display,
    problem: Problem,
) -> Result<Problem, Problem> {
    if !writer.keeps() {
        return Ok(problem);
    }
    let request = format!("{}#{item}", request.instance);
    let refusal = worth_keeping(asker, &request, &problem, (writer.new_id(), writer.now()))?;
    let address = refusal.map(|refusal| keep_refusal(writer, &refusal)).transpose()?;
    Ok(problem.explained_at(address))
}

/// The address of an explanation.
#[must_use]
pub fn link(kind: Explained, id: Uuid) -> String {
    format!("/v1/explanations/{kind}/{id}")
}
