//! A person's year: totals, states, verification, transfers, settlement (H1, A1–A4, U2).

use std::collections::{BTreeMap, BTreeSet};

use super::answers::Reasons;
use super::{Actor, Expected, Model, PEOPLE, freeze};
use crate::histories::steps::YearStep;

impl Model {
    /// Approved and pending hours of a year, in tenths: public, professional.
    pub(in super::super) fn totals(&self, person: usize, year: i32) -> [[i64; 2]; 2] {
        let mut sums = [[0; 2]; 2];
        for d in self.declarations.iter().filter(|d| d.person == person && d.year == year) {
            let subject = d.record.map_or(1, |record| self.records[record].subject());
            if d.state == "approved" {
                sums[0][subject] += d.tenths;
            } else if d.waits() {
                sums[1][subject] += d.tenths;
            }
        }
        sums
    }

    /// H1: all three floors, each by itself.
    pub(super) fn satisfied(&self, person: usize, year: i32) -> bool {
        let [[public, professional], _] = self.totals(person, year);
        public >= 300 && professional >= 600 && public + professional >= 900
    }

    /// A3: whoever was active when the freeze began is counted; these people joined in 2023.
    fn is_counted(&self, year: i32) -> bool {
        year >= 2023 && self.settled.contains(&year)
    }

    /// Where a year stands.
    pub(in super::super) fn state_of(&self, person: usize, year: i32) -> &'static str {
        match (self.satisfied(person, year), self.certified.contains(&(person, year))) {
            _ if self.is_exempt(person, year) => "exempt",
            (false, _) if self.is_counted(year) => "incomplete",
            (false, _) => "in_progress",
            (true, false) => "satisfied",
            (true, true) => "certified",
        }
    }

    /// What stands for a year that is settled (A4): the hours registered under a grant make the difference.
    pub(in super::super) fn outcome_of(&self, person: usize, year: i32) -> Option<&'static str> {
        let of = |d: &&super::Declaration| d.person == person && d.year == year;
        let approved = self.declarations.iter().filter(of).filter(|d| d.state == "approved");
        let made_up = approved.filter(|d| d.grant.is_some()).count() > 0;
        self.is_counted(year).then(|| match self.state_of(person, year) {
            "exempt" => "exempt",
            "satisfied" | "certified" if made_up => "completed_by_makeup",
            "satisfied" | "certified" => "completed_in_year",
            _ => "incomplete",
        })
    }

    /// A2: a year that falls below a floor loses its certificate. M3: a grant is used when its year is complete.
    pub(super) fn follow_year(&mut self, person: usize, year: i32) {
        let satisfied = self.satisfied(person, year);
        if !satisfied {
            self.certified.remove(&(person, year));
        }
        self.follow_grants(person, year, satisfied);
    }

    pub(super) fn foretell_year(&self, step: &YearStep) -> Expected {
        match step {
            YearStep::Verify { person, year, actor } => {
                self.foretell_verification(*person, *year, *actor)
            }
            YearStep::Transfer { .. } => Expected::unless(self.freeze_reason(), "accepted"),
            YearStep::Settle { year } => {
                let early = self.now < freeze(*year).0;
                let no = early.then_some("settlement-too-early").into_iter().collect();
                Expected::unless(no, "settled")
            }
            YearStep::Reinstate { declaration } => {
                let d = &self.declarations[*declaration];
                let mut no = self.freeze_reason();
                if d.submitted.is_none() {
                    no.insert("not-found");
                }
                if d.state != "lapsed" {
                    no.insert("wrong-state");
                } else if !d.late_at_freeze {
                    no.insert("not-overdue");
                }
                if self.is_over_the_cap(*declaration) {
                    no.insert("hours-over-limit");
                }
                if d.record.is_some_and(|record| self.is_taken(record, Some(*declaration))) {
                    no.insert("duplicate-learning");
                }
                Expected::unless(no, "reinstated")
            }
        }
    }

    /// Why nobody can be verified for a year now: review has closed, of a prior year also under a grant (M3).
    fn verification_closed(&self, person: usize, year: i32) -> Option<&'static str> {
        let of = |grant: &usize| {
            let grant = &self.grants[*grant];
            grant.person == person && grant.year == year && self.now < grant.register_until
        };
        self.closed(year, (0..self.grants.len()).find(of))
    }

    fn foretell_verification(&self, person: usize, year: i32, actor: Actor) -> Expected {
        if !(actor.is_body() || actor.is_bureau()) {
            return Expected::refused(["forbidden"]);
        }
        let mut no: Reasons = self.verification_closed(person, year).into_iter().collect();
        if actor != self.authority_of(person) {
            // The bureau sees everyone, but does not stand in for every body; the others see only their own.
            let begun = self.years().contains_key(&(person, year));
            match (actor.is_bureau(), begun) {
                (true, true) => no.insert("not-holder"),
                (true, false) => true,
                (false, _) => no.insert("not-found"),
            };
        }
        Expected::unless(
            no,
            match self.state_of(person, year) {
                "satisfied" => "certified",
                "certified" => "already_certified",
                "exempt" => "exempt",
                _ => "not_satisfied",
            },
        )
    }

    pub(super) fn take_year(&mut self, step: &YearStep, found: &str) {
        match step {
            YearStep::Transfer { person } => self.transfer(*person),
            YearStep::Settle { year } => self.settle(*year),
            YearStep::Reinstate { declaration } => {
                self.move_to(*declaration, "approved");
                let d = &self.declarations[*declaration];
                self.certify_from_above(d.person, d.year);
            }
            YearStep::Verify { person, year, .. } => {
                if found == "certified" {
                    self.certified.insert((*person, *year));
                }
            }
        }
    }

    /// A1: a year that a decision from above completes is certified with it once nobody can verify it any more.
    pub(super) fn certify_from_above(&mut self, person: usize, year: i32) {
        if self.state_of(person, year) == "satisfied"
            && self.verification_closed(person, year).is_some()
        {
            self.certified.insert((person, year));
        }
    }

    /// U2: what waits at the employer starts again at the new one; what waits at the body moves when the body is another one.
    fn transfer(&mut self, person: usize) {
        self.at_company[person] = !self.at_company[person];
        let (employer, authority) = (self.employer_of(person), self.authority_of(person));
        let due = self.workdays.due(self.now);
        let (now, grants) = (self.now, &self.grants);
        for d in self.declarations.iter_mut().filter(|d| d.person == person && d.due.is_some()) {
            // A3: what nobody can review any more stays where it was for the settlement.
            if freeze(d.grant.map_or(d.year, |grant| grants[grant].from.year())).0 <= now {
                continue;
            }
            (d.employer, d.authority) = (employer, authority);
            d.due = Some(due);
            d.moves += 1;
        }
    }

    /// A3: what was submitted before the freeze and still waits lapses, also hours of a prior year under a grant of this one.
    fn settle(&mut self, year: i32) {
        if !self.settled.insert(year) {
            return;
        }
        let (begins, _) = freeze(year);
        let mut lapsed = Vec::new();
        for (index, d) in self.declarations.iter().enumerate() {
            let in_time = d.submitted.is_some_and(|at| at < begins);
            if let Some(due) = d.due.filter(|_| self.declared_in(d) == year && in_time) {
                lapsed.push((index, due <= begins));
            }
        }
        for (declaration, late) in lapsed {
            self.declarations[declaration].late_at_freeze = late;
            let moves = self.declarations[declaration].moves;
            self.move_to(declaration, "lapsed");
            // Nobody moved it: it was its time.
            self.declarations[declaration].moves = moves;
        }
    }

    /// Whether the year of the story can be settled and is not.
    pub(in super::super) fn wants_settlement(&self) -> bool {
        self.now >= freeze(2023).0 && !self.settled.contains(&2023)
    }

    /// The year in whose windows a declaration is made: under a grant the one in which it was given (M3).
    fn declared_in(&self, d: &super::Declaration) -> i32 {
        d.grant.map_or(d.year, |grant| self.grants[grant].from.year())
    }

    /// V3: every review that is late now. What was in time when the freeze of its windows began is not late: nobody could review
    /// it any more (W1, A3a).
    pub(in super::super) fn overdue(&self) -> BTreeSet<usize> {
        let late = |d: &super::Declaration| {
            let (begins, _) = freeze(self.declared_in(d));
            d.due.is_some_and(|due| due <= self.now && due <= begins)
        };
        (0..self.declarations.len()).filter(|index| late(&self.declarations[*index])).collect()
    }

    /// The years of which something is recorded, and where they stand.
    pub(in super::super) fn years(&self) -> BTreeMap<(usize, i32), &'static str> {
        let submitted = self.declarations.iter().filter(|d| d.submitted.is_some());
        let begun = submitted.map(|d| (d.person, d.year));
        // A settlement writes an outcome for everyone, also for those who declared nothing.
        let settled = self.settled.iter().filter(|year| self.is_counted(**year));
        let settled = settled.flat_map(|year| (0..PEOPLE).map(|person| (person, *year)));
        let exempt = self.exemptions.iter().filter(|e| matches!(e.state, "granted" | "ended"));
        let exempt = exempt.map(|e| (e.person, e.year));
        begun
            .chain(settled)
            .chain(exempt)
            .map(|(person, year)| ((person, year), self.state_of(person, year)))
            .collect()
    }
}
