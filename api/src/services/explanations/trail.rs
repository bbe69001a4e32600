//! What a step of a side road rests on, gathered while its rules are asked (V7, V10).
//!
//! A service begins a [`Trail`], asks its rules through it, and gives it to the [`Happening`](crate::services::events::Happening)
//! that tells of the step: it is kept in the same transaction. A rule that refuses takes along what was found before it.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use xueshi_domain::TextEnum as _;
use xueshi_domain::calendar::{Action, WindowKind};
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::policy::Window;
use xueshi_domain::workflow::{Road, step};
use xueshi_persistence::{Id, StepBasis, Writer};

use super::basis::{Basis, check_of, window_findings};
use super::refusals::failed;
use crate::dto::Timestamp;
use crate::problem::{Grounds, Problem};
use crate::services::rules::Rules;

/// What a step rests on so far. No names, no id numbers, no phones.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    grounds: Grounds,
    unit: Option<Id>,
    comment: Option<String>,
}

impl Trail {
    /// A step that someone takes for a unit, by the right that they have there (Who, V10).
    #[must_use]
    pub fn acting_for(unit: Id) -> Self {
        let right = Finding::passed(CheckName::ActsForHolder).with(json!({"unit_id": unit}));
        Self { unit: Some(unit), ..Self::default() }.found([right])
    }

    /// With the comment or reason of the one who takes the step (V10).
    #[must_use]
    pub fn saying(self, comment: Option<&str>) -> Self {
        Self { comment: comment.map(str::to_owned), ..self }
    }

    /// With what was looked at; a member that is there already is replaced.
    #[must_use]
    pub fn looking_at(mut self, inputs: Value) -> Self {
        let mut all = self.grounds.inputs.as_object().cloned().unwrap_or_default();
        all.extend(inputs.as_object().cloned().unwrap_or_else(Map::new));
        self.grounds.inputs = Value::Object(all);
        self
    }

    /// With what was found without a rule that could refuse.
    #[must_use]
    pub fn found(mut self, more: impl IntoIterator<Item = Finding>) -> Self {
        self.grounds.findings.extend(more);
        self
    }

    /// The comment or reason.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }

    /// Under this version of a year's policy (V10).
    pub fn under(&mut self, year: i32, version: Option<i32>) {
        (self.grounds.year, self.grounds.policy_version) = (Some(year), version);
    }

    /// An act that the calendar let through (W1, W3), by the rules that said so.
    pub fn open(&mut self, rules: &Rules, action: Action, now: OffsetDateTime) {
        self.under(rules.policy.year, Some(rules.version));
        self.grounds.findings.extend(window_findings(rules, action, now));
    }

    /// An act in a window that is not one of the timetable's own, such as that of make-up (M1, M6), which was open.
    pub fn within(&mut self, rules: &Rules, kind: WindowKind, window: Window, now: OffsetDateTime) {
        self.under(rules.policy.year, Some(rules.version));
        self.grounds.findings.push(Finding::passed(CheckName::WindowOpen).with(json!({
            "window": kind.as_str(), "opens": Timestamp(window.opens),
            "closes": Timestamp(window.closes), "at": Timestamp(now),
        })));
        self.grounds.findings.push(Finding::passed(CheckName::NotFrozen));
    }

    /// Asks rules: `checks` are what they look at, in their order. Where they refuse, what was kept before goes with the refusal.
    ///
    /// # Errors
    /// The refusal.
    pub fn ask<T, E: Into<Problem>>(
        &mut self,
        checks: impl IntoIterator<Item = Finding>,
        answer: Result<T, E>,
    ) -> Result<T, Problem> {
        let checks = checks.into_iter();
        match answer {
            Ok(answer) => {
                self.grounds.findings.extend(checks);
                Ok(answer)
            }
            Err(refusal) => Err(self.refused(checks.collect(), refusal.into())),
        }
    }

    /// Asks a rule that is one check.
    ///
    /// # Errors
    /// The refusal.
    pub fn ask_one<T, E: Into<Problem>>(
        &mut self,
        check: CheckName,
        answer: Result<T, E>,
    ) -> Result<T, Problem> {
        self.ask([Finding::passed(check)], answer)
    }

    /// Takes a step of a road.
    ///
    /// # Errors
    /// `wrong-state` when the state does not take the event.
    pub fn step<R: Road>(&mut self, state: R::State, event: R::Event) -> Result<R::State, Problem> {
        let said = json!({"road": R::NAME, "state": state.as_str(), "event": event.as_str()});
        let finding = Finding::passed(CheckName::StateAllows).with(said);
        self.ask([finding], step::<R>(state, event))
    }

    /// A refusal with everything that was asked before it. What is no refusal by a rule stays as it is.
    fn refused(&self, mut checks: Vec<Finding>, problem: Problem) -> Problem {
        let bare = problem.grounds().is_some_and(|grounds| grounds.findings.is_empty());
        if !bare {
            return problem;
        }
        let failing = check_of(problem.code().id());
        checks.truncate(checks.iter().position(|one| one.check == failing).unwrap_or(0));
        let mut grounds = self.grounds.clone();
        grounds.findings.extend(checks);
        grounds.findings.push(failed(&problem));
        problem.resting_on(grounds)
    }

    /// Keeps the trail beside the event that tells of the step.
    pub(in crate::services) fn keep(
        self,
        writer: &mut Writer<'_>,
        city: Id,
        event: Id,
    ) -> Result<(), Problem> {
        let Grounds { inputs, findings, year, policy_version } = self.grounds;
        let basis = Basis { inputs, findings, due: None };
        Ok(writer.insert_step_basis(&StepBasis {
            jurisdiction_id: city,
            event_id: event,
            unit_id: self.unit,
            policy_year: year,
            policy_version,
            comment: self.comment,
            document: serde_json::to_string(&basis).map_err(Problem::internal)?,
        })?)
    }
}
