//! Why: what decisions, refusals, outcomes and due dates rested on (V7).
//!
//! A decision keeps its inputs and findings in its own transaction ([`keep`]); a refusal is kept after it was given
//! ([`refusals`]), because its transaction left nothing. Reading ([`explain`]) puts together what was kept, for those who may
//! see the case; nothing is judged anew.

mod basis;
mod of_certificates;
mod of_declarations;
mod of_years;
mod read;
mod refusals;
mod roads;
mod texts;
mod trail;
mod years;

use xueshi_domain::event::EventType;
use xueshi_domain::explanation::Explained;
use xueshi_persistence::{Declaration, Id, Moment, StoredExplanation, Word, Writer};

pub use basis::{Basis, DueDays, found, refused, window_findings};
pub use read::explain;
pub use refusals::{explained_item, keep_refusal, link, worth_keeping};
pub use trail::Trail;
pub use years::{keep_certificate, keep_year};

use crate::problem::Problem;

/// A decision that is about to be explained: what was decided on, and what came of it.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Its id, where the decision has one of its own.
    pub id: Option<Id>,
    /// The city.
    pub jurisdiction: Id,
    /// Whose case.
    pub person: Id,
    /// What was decided on.
    pub subject: Explained,
    /// Which one.
    pub subject_id: Option<Id>,
    /// The year.
    pub year: i32,
    /// What was done.
    pub act: EventType,
    /// The state after it.
    pub outcome: &'static str,
    /// Who did it.
    pub by: Option<Id>,
    /// Acting for which unit.
    pub unit: Option<Id>,
    /// Under which version of the year's policy.
    pub policy_version: i32,
}

impl Decided {
    /// Something that was decided on a declaration, which has its new state.
    #[must_use]
    pub fn on(declaration: &Declaration, act: EventType, by: Option<Id>, version: i32) -> Self {
        let d = declaration;
        Self {
            id: None,
            jurisdiction: d.jurisdiction_id,
            person: d.professional_id,
            subject: Explained::Declaration,
            subject_id: Some(d.id),
            year: d.year,
            act,
            outcome: d.state.0.as_str(),
            by,
            unit: None,
            policy_version: version,
        }
    }
}

/// Keeps what a decision rested on, in the transaction that makes it.
///
/// # Errors
/// On a database failure.
pub fn keep(writer: &mut Writer<'_>, decided: Decided, basis: &Basis) -> Result<(), Problem> {
    let now = writer.now();
    Ok(writer.insert_explanation(&StoredExplanation {
        jurisdiction_id: decided.jurisdiction,
        professional_id: decided.person,
        id: decided.id.unwrap_or_else(|| writer.new_id()),
        subject: Word(decided.subject),
        subject_id: decided.subject_id,
        year: decided.year,
        act: Word(decided.act),
        outcome: decided.outcome.to_owned(),
        account_id: decided.by,
        unit_id: decided.unit,
        policy_version: decided.policy_version,
        document: serde_json::to_string(basis).map_err(Problem::internal)?,
        made_at: Moment(now),
    })?)
}
