//! Exemptions: applied for by the employer, decided by the municipal bureau (A5).

use super::{Actor, Expected, Model};
use crate::histories::steps::{ExemptionStep, Leaving, Wish};

/// An exemption of one person from one year.
#[derive(Debug, Clone)]
pub(in super::super) struct Exemption {
    pub(in super::super) person: usize,
    pub(in super::super) year: i32,
    pub(in super::super) state: &'static str,
    /// Who acts for the employer that applied.
    pub(in super::super) employer: Actor,
}

impl Exemption {
    fn is_open(&self) -> bool {
        matches!(self.state, "submitted" | "returned" | "granted")
    }
}

impl Model {
    pub(super) fn is_exempt(&self, person: usize, year: i32) -> bool {
        self.exemptions.iter().any(|e| e.person == person && e.year == year && e.state == "granted")
    }

    fn is_complete(&self, person: usize, year: i32) -> bool {
        matches!(self.state_of(person, year), "satisfied" | "certified")
    }

    pub(super) fn foretell_exemption(&self, step: &ExemptionStep) -> Expected {
        let mut no = self.freeze_reason();
        match step {
            ExemptionStep::Apply { person, year, actor } => {
                if !actor.is_employer() {
                    return Expected::refused(["forbidden"]);
                }
                if self.employer_of(*person) != *actor {
                    no.extend(["unknown-reference", "not-employed"]);
                    return Expected::Refused(no);
                }
                if !(2022..=2024).contains(year) {
                    no.insert("no-policy");
                }
                let same = |e: &&Exemption| e.person == *person && e.year == *year;
                if self.exemptions.iter().filter(same).any(Exemption::is_open) {
                    no.insert("already-exists");
                }
                if self.is_complete(*person, *year) {
                    no.insert("year-complete");
                }
                Expected::unless(no, "submitted")
            }
            ExemptionStep::Decide { exemption, actor, decision } => {
                if !actor.is_bureau() {
                    return Expected::refused(["forbidden"]);
                }
                let e = &self.exemptions[*exemption];
                if e.state != "submitted" {
                    no.insert("wrong-state");
                }
                if *decision == Wish::Agree && self.is_complete(e.person, e.year) {
                    no.insert("year-complete");
                }
                Expected::unless(no, state_after(*decision))
            }
            ExemptionStep::Leave { exemption, how } => {
                let e = &self.exemptions[*exemption];
                let (from, to): (&[&str], _) = match how {
                    Leaving::End => (&["granted"], "ended"),
                    Leaving::Withdraw => (&["submitted", "returned"], "withdrawn"),
                    Leaving::Resubmit => (&["returned"], "submitted"),
                };
                if !from.contains(&e.state) {
                    no.insert("wrong-state");
                }
                if *how == Leaving::Resubmit && self.is_complete(e.person, e.year) {
                    no.insert("year-complete");
                }
                Expected::unless(no, to)
            }
        }
    }

    pub(super) fn take_exemption(&mut self, step: &ExemptionStep) {
        match step {
            ExemptionStep::Apply { person, year, actor } => self.exemptions.push(Exemption {
                person: *person,
                year: *year,
                state: "submitted",
                employer: *actor,
            }),
            ExemptionStep::Decide { exemption, decision, .. } => {
                self.exemptions[*exemption].state = state_after(*decision);
            }
            ExemptionStep::Leave { exemption, how } => {
                self.exemptions[*exemption].state = match how {
                    Leaving::End => "ended",
                    Leaving::Withdraw => "withdrawn",
                    Leaving::Resubmit => "submitted",
                };
                let e = &self.exemptions[*exemption];
                self.certify_from_above(e.person, e.year);
            }
        }
    }
}

fn state_after(decision: Wish) -> &'static str {
    match decision {
        Wish::Agree => "granted",
        Wish::Return => "returned",
        Wish::Refuse => "rejected",
    }
}
