//! Explanations on the wire (V7).

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use xueshi_domain::calendar::DayKind;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Explained, Finding, Support};
use xueshi_domain::policy::Counting;
use xueshi_domain::review::Stage;
use xueshi_domain::rule::Rule;

use super::{Day, Timestamp, words};
use crate::problem::{Language, RuleDocument, check_text};
use crate::services::explanations::{Basis, DueDays};

/// Why: what was decided, by which rules, on which inputs, under which version of the policy, and what each check found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationDto {
    /// What it is about.
    #[schema(value_type = words::Explained)]
    pub kind: Explained,
    /// Which one, as in the address.
    pub id: String,
    /// The answer in one sentence, in the language of the request.
    pub summary: String,
    /// Where the case stands now; of a refusal its code.
    pub outcome: String,
    /// The year concerned.
    #[schema(required = true)]
    pub year: Option<i32>,
    /// Whether everything that was decided is explained in full: what was decided before explanations were kept is told from
    /// the decision itself.
    pub complete: bool,
    /// Where a year stands, by the policy that it stands under; null for everything else.
    #[schema(required = true)]
    pub standing: Option<StandingDto>,
    /// What was decided, oldest first.
    pub decisions: Vec<DecisionDto>,
}

/// Where a year stands, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExplainedStanding)]
pub struct StandingDto {
    /// The version of the year's policy that gives the floors.
    pub policy_version: i32,
    /// The hours and floors, and the declarations that they come from.
    #[schema(value_type = Object)]
    pub inputs: Value,
    /// Each floor by itself, and what else decides.
    pub checks: Vec<CheckDto>,
}

/// One decision, as it was kept when it was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExplainedDecision)]
pub struct DecisionDto {
    /// Its id: of a review or a certificate the same as its own.
    pub id: Uuid,
    /// What was done; null for a refusal.
    #[schema(value_type = Option<words::EventType>, required = true)]
    pub act: Option<EventType>,
    /// The code of a refusal; null for everything else.
    #[schema(required = true)]
    pub code: Option<String>,
    /// Whether what it rested on was kept when it was made: where it was not, no check is told but those that its own row shows.
    #[schema(value_type = words::Support)]
    pub basis: Support,
    /// The state after it.
    pub outcome: String,
    /// When.
    pub made_at: Timestamp,
    /// Who; null for time and settlement.
    #[schema(required = true)]
    pub account_id: Option<Uuid>,
    /// Acting for which unit.
    #[schema(required = true)]
    pub unit_id: Option<Uuid>,
    /// Its name.
    #[schema(required = true)]
    pub unit_name: Option<String>,
    /// The year whose policy was applied.
    #[schema(required = true)]
    pub policy_year: Option<i32>,
    /// Which version of it.
    #[schema(required = true)]
    pub policy_version: Option<i32>,
    /// What the one who decided said.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// What was looked at.
    #[schema(value_type = Object)]
    pub inputs: Value,
    /// What each check found.
    pub checks: Vec<CheckDto>,
    /// How the due day of the stage that it came to was counted; null where it came to none.
    #[schema(required = true)]
    pub due: Option<DueDto>,
}

/// What one check found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExplainedCheck)]
pub struct CheckDto {
    /// What was checked.
    #[schema(value_type = words::CheckName)]
    pub check: CheckName,
    /// The rule that asks for it, and the clause of the notice behind it.
    pub rule: RuleDocument,
    /// What it asks, in the language of the request.
    pub requirement: String,
    /// What it found.
    #[schema(value_type = words::CheckOutcome)]
    pub outcome: CheckOutcome,
    /// The finding in one sentence, where there is more to say.
    #[schema(required = true)]
    pub detail: Option<String>,
    /// The facts that it rests on, beyond the inputs.
    #[schema(value_type = Object)]
    pub facts: Value,
}

/// How a due day was counted (V1, V2).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExplainedDueDate)]
pub struct DueDto {
    /// The stage.
    #[schema(value_type = words::Stage)]
    pub stage: Stage,
    /// The unit that it waited for.
    pub unit_id: Uuid,
    /// Day 0, from which the working days are counted.
    pub counted_from: Day,
    /// Whether each stage is counted by itself.
    #[schema(value_type = words::Counting)]
    pub counting: Counting,
    /// The working days of a stage.
    pub working_days: u32,
    /// The exclusive end of the due day.
    pub due_at: Timestamp,
    /// Whether a year on the way had no arrangement of working days yet.
    pub provisional: bool,
    /// The rule.
    pub rule: RuleDocument,
    /// Every day after day 0.
    pub days: Vec<CountedDayDto>,
}

/// A day on the way to a due day.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CountedDay)]
pub struct CountedDayDto {
    /// The day.
    pub date: Day,
    /// What the calendar made of it.
    #[schema(value_type = words::DayKind)]
    pub kind: DayKind,
    /// Whether people work on it.
    pub is_working_day: bool,
    /// Which working day it is; null where it does not count.
    #[schema(required = true)]
    pub count: Option<u32>,
}

fn rule_document(rule: Rule) -> RuleDocument {
    let rule = rule.reference();
    RuleDocument { id: rule.id.to_owned(), clause: rule.clause.to_owned() }
}

/// An object, whatever was kept.
pub fn object(value: &Value) -> Value {
    if value.is_object() { value.clone() } else { Value::Object(Map::new()) }
}

impl CheckDto {
    /// A finding in the language of the request. A refusal of a rule that has no check of its own names that rule.
    #[must_use]
    pub fn new(finding: &Finding, language: Language, other_rule: Option<&RuleDocument>) -> Self {
        let detail = check_text::detail(finding);
        let mut facts = object(&finding.facts);
        if let Some(members) = facts.as_object_mut() {
            members.remove(check_text::SAID);
        }
        let named = other_rule.filter(|_| finding.check == CheckName::OtherRule);
        let rule = named.map_or_else(
            || rule_document(finding.check.rule()),
            |rule| RuleDocument { id: rule.id.clone(), clause: rule.clause.clone() },
        );
        Self {
            check: finding.check,
            rule,
            requirement: check_text::requirement(finding.check).text(language).to_owned(),
            outcome: finding.outcome,
            detail: detail.map(|text| text.text(language).to_owned()),
            facts,
        }
    }

    /// All findings of a decision.
    #[must_use]
    pub fn all(basis: &Basis, language: Language) -> Vec<Self> {
        basis.findings.iter().map(|finding| Self::new(finding, language, None)).collect()
    }
}

impl From<&DueDays> for DueDto {
    fn from(due: &DueDays) -> Self {
        let mut counted = 0;
        let days = due.days.iter().map(|(date, kind)| {
            let is_working_day = kind.is_working_day();
            counted += u32::from(is_working_day);
            CountedDayDto {
                date: *date,
                kind: *kind,
                is_working_day,
                count: is_working_day.then_some(counted),
            }
        });
        Self {
            stage: due.stage,
            unit_id: due.unit_id,
            counted_from: due.counted_from,
            counting: due.counting,
            working_days: due.working_days,
            due_at: due.due_at,
            provisional: due.provisional,
            rule: rule_document(Rule::V1),
            days: days.collect(),
        }
    }
}
