//! The main road of a declaration (H2–H10, M3, M4, V1–V4).

use std::collections::BTreeSet;

use time::{Date, OffsetDateTime};

use super::answers::Reasons;
use super::{Actor, Expected, Model};
use crate::histories::steps::{Decision, RoadStep};

/// A declaration.
#[derive(Debug, Clone)]
pub(in super::super) struct Declaration {
    pub(in super::super) person: usize,
    pub(in super::super) year: i32,
    pub(in super::super) tenths: i64,
    /// The delivered learning; none for a conference.
    pub(in super::super) record: Option<usize>,
    /// The grant under which hours of a prior year are registered (M3).
    pub(in super::super) grant: Option<usize>,
    /// How many files prove it.
    pub(in super::super) evidence: usize,
    pub(in super::super) state: &'static str,
    pub(in super::super) due: Option<OffsetDateTime>,
    pub(in super::super) submitted: Option<OffsetDateTime>,
    /// Whether its review was late when the freeze of its year began (A3a).
    pub(super) late_at_freeze: bool,
    /// The unit that reviews it first, as the one who acts for it, and the body that reviews it second.
    pub(super) employer: Actor,
    pub(super) authority: Actor,
    /// Who had a part in what was decided about this revision (V8).
    pub(super) deciders: BTreeSet<Actor>,
    /// Whether the employer was it that rejected it (V8).
    pub(super) rejected_by_employer: bool,
    /// How often somebody moved it: what is told of it.
    pub(in super::super) moves: usize,
}

impl Declaration {
    pub(super) fn counts(&self) -> bool {
        self.waits() || self.state == "approved"
    }

    pub(super) fn waits(&self) -> bool {
        self.due.is_some()
    }

    /// H7: the same learning cannot be declared beside it.
    pub(super) fn stands(&self) -> bool {
        matches!(self.state, "draft" | "returned") || self.counts()
    }
}

impl Model {
    /// Who acts for the unit that has to decide.
    pub(in super::super) fn entitled(&self, declaration: usize) -> Actor {
        let d = &self.declarations[declaration];
        if d.state == "authority_review" { d.authority } else { d.employer }
    }

    fn sees(&self, actor: Actor, d: &Declaration) -> bool {
        actor == Actor::Person(d.person)
            || d.submitted.is_some()
                && (actor.is_bureau()
                    || [d.employer, d.authority].contains(&actor)
                    // U2: the history follows the person.
                    || [self.employer_of(d.person), self.authority_of(d.person)].contains(&actor))
    }

    fn closed_for(&self, d: &Declaration) -> Option<&'static str> {
        self.closed(d.year, d.grant)
    }

    /// H7: whether another declaration than this one stands on a record.
    pub(super) fn is_taken(&self, record: usize, but: Option<usize>) -> bool {
        let others = self.declarations.iter().enumerate();
        let mut others = others.filter(|(index, _)| Some(*index) != but);
        others.any(|(_, d)| d.record == Some(record) && d.stands())
    }

    /// H8: whether a conference goes over the sixty hours of its year, beside those that wait or were approved.
    pub(super) fn is_over_the_cap(&self, declaration: usize) -> bool {
        let d = &self.declarations[declaration];
        let others = self.declarations.iter().enumerate().filter(|(index, other)| {
            *index != declaration
                && (other.person, other.year) == (d.person, d.year)
                && other.record.is_none()
                && other.counts()
        });
        d.record.is_none() && others.map(|(_, other)| other.tenths).sum::<i64>() + d.tenths > 600
    }

    /// H2, M3: the year of the learning is the declared one; under a grant its days lie between the grant and its deadline.
    fn wrong_year(
        &self,
        person: usize,
        year: i32,
        grant: Option<usize>,
        [start, end]: [Date; 2],
    ) -> Reasons {
        let mut no = Reasons::new();
        match grant.map(|grant| &self.grants[grant]) {
            None if end.year() != year => {
                no.insert("year-mismatch");
            }
            None => {}
            Some(grant) if grant.person != person => {
                no.insert("validation-failed");
            }
            Some(grant) => {
                if start < grant.from || end >= grant.study_until {
                    no.insert("outside-makeup-study");
                }
                if self.satisfied(person, year) {
                    no.insert("makeup-not-needed");
                }
            }
        }
        no
    }

    pub(super) fn foretell_road(&self, step: &RoadStep) -> Expected {
        match step {
            RoadStep::DeclareRecord { person, record, year, grant } => {
                let r = &self.records[*record];
                let mut no = self.wrong_year(*person, *year, *grant, [r.start, r.end]);
                no.extend(self.closed(*year, *grant));
                if self.is_taken(*record, None) {
                    no.insert("duplicate-learning");
                }
                if !r.passed {
                    no.insert("class-not-passed");
                }
                debug_assert_eq!(r.person, *person);
                Expected::unless(no, "draft")
            }
            RoadStep::DeclareConference { person, year, tenths, start, end, grant } => {
                let mut no = self.wrong_year(*person, *year, *grant, [*start, *end]);
                no.extend(self.closed(*year, *grant));
                no.extend(self.wrong_days(*tenths, *start, *end));
                if *tenths > 120 {
                    no.insert("hours-over-limit");
                }
                Expected::unless(no, "draft")
            }
            RoadStep::Attach { declaration } => {
                let d = &self.declarations[*declaration];
                let mut no = BTreeSet::new();
                no.extend(self.closed_for(d));
                if !matches!(d.state, "draft" | "returned") {
                    no.insert("wrong-state");
                }
                // H10: ten at most.
                if d.evidence >= 10 {
                    no.insert("too-many-attachments");
                }
                Expected::unless(no, "attached")
            }
            RoadStep::Submit { declaration } => self.foretell_submission(*declaration),
            RoadStep::Decide { declaration, actor, decision } => {
                self.foretell_decision(*declaration, *actor, *decision)
            }
            RoadStep::Withdraw { declaration } => {
                let d = &self.declarations[*declaration];
                let mut no = self.freeze_reason();
                if !(matches!(d.state, "draft" | "returned") || d.waits()) {
                    no.insert("wrong-state");
                }
                Expected::unless(no, "withdrawn")
            }
            RoadStep::Revoke { declaration, actor } => {
                let d = &self.declarations[*declaration];
                if !actor.is_bureau() {
                    return Expected::refused(["forbidden"]);
                }
                if !self.sees(*actor, d) {
                    return Expected::refused(["not-found"]);
                }
                let mut no = self.freeze_reason();
                if d.state != "approved" {
                    no.insert("wrong-state");
                }
                Expected::unless(no, "revoked")
            }
        }
    }

    fn foretell_submission(&self, declaration: usize) -> Expected {
        let d = &self.declarations[declaration];
        let mut no = Reasons::new();
        no.extend(self.closed_for(d));
        if !matches!(d.state, "draft" | "returned") {
            no.insert("wrong-state");
        }
        match d.record.map(|record| &self.records[record]) {
            None => {
                if d.evidence == 0 {
                    no.insert("evidence-missing");
                }
                if self.is_over_the_cap(declaration) {
                    no.insert("hours-over-limit");
                }
            }
            Some(r) => {
                let passed = r.correction.map_or(r.passed, |(_, passed)| passed);
                if !passed {
                    no.insert("class-not-passed");
                }
            }
        }
        if d.grant.is_some() && self.satisfied(d.person, d.year) {
            no.insert("makeup-not-needed");
        }
        Expected::unless(no, "employer_review")
    }

    fn foretell_decision(&self, declaration: usize, actor: Actor, decision: Decision) -> Expected {
        let d = &self.declarations[declaration];
        let is_reviewer = actor.is_employer() || actor.is_body() || actor.is_bureau();
        if !is_reviewer {
            return Expected::refused(["forbidden"]);
        }
        if !self.sees(actor, d) {
            return Expected::refused(["not-found"]);
        }
        let mut no = BTreeSet::new();
        if actor == Actor::Person(d.person) {
            no.insert("own-declaration");
        }
        if !d.waits() {
            no.extend(["wrong-state", "decision-already-made"]);
        } else if actor != self.entitled(declaration) {
            no.insert("not-holder");
            // The employer has decided; the other stage is not theirs.
            no.insert("decision-already-made");
        }
        no.extend(self.closed_for(d));
        Expected::unless(no, after(d.state, decision))
    }

    pub(super) fn take_road(&mut self, step: &RoadStep) {
        match step {
            RoadStep::DeclareRecord { person, record, year, grant } => {
                let tenths = self.records[*record].tenths;
                self.draft(*person, *year, tenths, Some(*record), *grant);
            }
            RoadStep::DeclareConference { person, year, tenths, grant, .. } => {
                self.draft(*person, *year, *tenths, None, *grant);
            }
            RoadStep::Attach { declaration } => self.declarations[*declaration].evidence += 1,
            RoadStep::Submit { declaration } => self.submit(*declaration),
            RoadStep::Decide { declaration, actor, decision } => {
                let d = &mut self.declarations[*declaration];
                d.deciders.insert(*actor);
                d.rejected_by_employer = d.state == "employer_review";
                let state = after(d.state, *decision);
                self.move_to(*declaration, state);
            }
            RoadStep::Withdraw { declaration } => self.move_to(*declaration, "withdrawn"),
            RoadStep::Revoke { declaration, actor } => {
                self.declarations[*declaration].deciders.insert(*actor);
                self.move_to(*declaration, "revoked");
            }
        }
    }

    pub(super) fn draft(
        &mut self,
        person: usize,
        year: i32,
        tenths: i64,
        record: Option<usize>,
        grant: Option<usize>,
    ) {
        self.declarations.push(Declaration {
            person,
            year,
            tenths,
            record,
            grant,
            evidence: 0,
            state: "draft",
            due: None,
            submitted: None,
            late_at_freeze: false,
            employer: self.employer_of(person),
            authority: self.authority_of(person),
            deciders: BTreeSet::new(),
            rejected_by_employer: false,
            moves: 0,
        });
    }

    pub(super) fn submit(&mut self, declaration: usize) {
        let d = &self.declarations[declaration];
        let units = (self.employer_of(d.person), self.authority_of(d.person));
        if let Some(record) = d.record {
            self.let_correction_take_effect(record);
            self.declarations[declaration].tenths = self.records[record].tenths;
        }
        let now = self.now;
        let d = &mut self.declarations[declaration];
        d.submitted = Some(now);
        d.deciders.clear();
        (d.employer, d.authority) = units;
        self.move_to(declaration, "employer_review");
    }

    pub(super) fn move_to(&mut self, declaration: usize, state: &'static str) {
        let due = matches!(state, "employer_review" | "authority_review")
            .then(|| self.workdays.due(self.now));
        let d = &mut self.declarations[declaration];
        d.state = state;
        d.due = due;
        d.moves += 1;
        let (person, year, record) = (d.person, d.year, d.record);
        let falls = matches!(state, "rejected" | "withdrawn" | "revoked" | "lapsed");
        if let Some(record) = record.filter(|_| falls) {
            self.let_correction_take_effect(record);
        }
        self.follow_year(person, year);
    }
}

/// Where a decision leads.
fn after(state: &str, decision: Decision) -> &'static str {
    match (state, decision) {
        ("employer_review", Decision::Approve) => "authority_review",
        (_, Decision::Approve) => "approved",
        (_, Decision::Return) => "returned",
        (_, Decision::Reject) => "rejected",
    }
}
