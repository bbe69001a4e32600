//! Make-up: three parties, a grant for one person and one prior year, its two deadlines (M1–M6, W4).

use time::macros::date;
use time::{Date, OffsetDateTime};

use super::answers::Reasons;
use super::{Actor, Expected, Model, freeze};
use crate::histories::steps::{MakeupStep, Wish};
use crate::histories::workdays::midnight;

/// An application for one person and one prior year.
#[derive(Debug, Clone)]
pub(in super::super) struct Application {
    pub(in super::super) person: usize,
    pub(in super::super) year: i32,
    /// The year in which it was made, and whether as an exception.
    made_in: i32,
    exceptional: bool,
    pub(in super::super) state: &'static str,
    /// Who acts for the employer that applied.
    pub(in super::super) employer: Actor,
    /// The body that reviews it first, from its submission on.
    pub(in super::super) body: Option<Actor>,
}

impl Application {
    fn waits(&self) -> bool {
        matches!(self.state, "body_review" | "municipal_review")
    }
}

/// The right to register hours of a prior year.
#[derive(Debug, Clone)]
pub(in super::super) struct Grant {
    pub(in super::super) person: usize,
    pub(in super::super) year: i32,
    pub(in super::super) state: &'static str,
    /// The first day of study, the day after the last one, and when registration closes (M3).
    pub(in super::super) from: Date,
    pub(in super::super) study_until: Date,
    pub(in super::super) register_until: OffsetDateTime,
}

impl Model {
    /// M1, W4, M6: why nothing about an application of a year can be done now.
    fn makeup_closed(&self, made_in: i32, exceptional: bool) -> Reasons {
        let mut no = self.freeze_reason();
        let window = midnight(date!(2023 - 08 - 24))..midnight(date!(2023 - 12 - 01));
        match (self.today().year(), exceptional) {
            (2023, true) => {
                no.insert("exceptional-not-open");
            }
            (2023, false) if window.contains(&self.now) => {}
            (2023, false) => {
                no.insert("window-closed");
            }
            (2024, true) if made_in == 2024 => {}
            (2024, _) => no.extend(["makeup-closed", "window-closed"]),
            _ => {
                no.insert("no-policy");
            }
        }
        no
    }

    /// M1, M3: whether a person may make up a year.
    fn item_reasons(&self, person: usize, year: i32, employer: Actor) -> Reasons {
        let mut no = Reasons::new();
        if year >= self.today().year() || year < 2019 {
            no.insert("makeup-year-not-open");
        }
        if !(2022..=2024).contains(&year) {
            no.insert("no-policy");
        }
        if self.employer_of(person) != employer {
            no.extend(["unknown-reference", "not-employed"]);
        }
        // Nothing is owed in a year that is complete, nor in one from which the person is exempt.
        if self.satisfied(person, year) || self.is_exempt(person, year) {
            no.insert("makeup-not-needed");
        }
        if self.grants.iter().any(|g| (g.person, g.year, g.state) == (person, year, "granted")) {
            no.insert("makeup-already-granted");
        }
        no
    }

    fn other_waits(&self, person: usize, year: i32) -> bool {
        let made_in = self.today().year();
        let of = |a: &&Application| (a.person, a.year, a.made_in) == (person, year, made_in);
        self.applications.iter().filter(of).any(Application::waits)
    }

    pub(super) fn foretell_makeup(&self, step: &MakeupStep) -> Expected {
        match step {
            MakeupStep::Apply { person, year, exceptional, actor } => {
                if !actor.is_employer() {
                    return Expected::refused(["forbidden"]);
                }
                let mut no = self.makeup_closed(self.today().year(), *exceptional);
                no.extend(self.item_reasons(*person, *year, *actor));
                if self.other_waits(*person, *year) {
                    no.insert("makeup-already-applied");
                }
                Expected::unless(no, "draft")
            }
            MakeupStep::Submit { application } => {
                let a = &self.applications[*application];
                let mut no = self.makeup_closed(a.made_in, a.exceptional);
                no.extend(self.item_reasons(a.person, a.year, a.employer));
                if !matches!(a.state, "draft" | "returned") {
                    no.insert("wrong-state");
                } else if self.other_waits(a.person, a.year) {
                    no.insert("makeup-already-applied");
                }
                Expected::unless(no, "body_review")
            }
            MakeupStep::Decide { application, actor, decision } => {
                self.foretell_makeup_decision(&self.applications[*application], *actor, *decision)
            }
        }
    }

    /// M2: the body, then the bureau; neither in the other's place.
    fn foretell_makeup_decision(&self, a: &Application, actor: Actor, decision: Wish) -> Expected {
        // A base may review make-up too, for the employers that are assigned to it: none is here.
        let reviews = actor.is_bureau() || actor.is_body() || actor == Actor::Base;
        if !reviews {
            return Expected::refused(["forbidden"]);
        }
        let sees = a.body.is_some() && (actor.is_bureau() || a.body == Some(actor));
        if !sees {
            return Expected::refused(["not-found"]);
        }
        let mut no = self.makeup_closed(a.made_in, a.exceptional);
        let holder = match a.state {
            "body_review" => a.body == Some(actor),
            "municipal_review" => actor.is_bureau(),
            _ => {
                no.insert("wrong-state");
                true
            }
        };
        if !holder {
            no.extend(["not-holder", "wrong-state"]);
        }
        if decision == Wish::Agree {
            no.extend(self.item_reasons(a.person, a.year, a.employer));
        }
        Expected::unless(no, makeup_after(a.state, decision))
    }

    pub(super) fn take_makeup(&mut self, step: &MakeupStep) {
        match step {
            MakeupStep::Apply { person, year, exceptional, actor } => {
                self.applications.push(Application {
                    person: *person,
                    year: *year,
                    made_in: self.today().year(),
                    exceptional: *exceptional,
                    state: "draft",
                    employer: *actor,
                    body: None,
                });
            }
            MakeupStep::Submit { application } => {
                let body = self.authority_of(self.applications[*application].person);
                let a = &mut self.applications[*application];
                a.body = Some(body);
                a.state = "body_review";
            }
            MakeupStep::Decide { application, decision, .. } => {
                let a = &mut self.applications[*application];
                a.state = makeup_after(a.state, *decision);
                if a.state == "granted" {
                    let (person, year) = (a.person, a.year);
                    self.grant(person, year);
                }
            }
        }
    }

    fn grant(&mut self, person: usize, year: i32) {
        let from = self.today();
        let (frozen_from, _) = freeze(from.year());
        let study_until =
            if from.year() == 2023 { date!(2023 - 12 - 01) } else { frozen_from.date() };
        let (state, register_until) = ("granted", frozen_from);
        self.grants.push(Grant { person, year, state, from, study_until, register_until });
    }

    /// M3: a grant ends used or expired.
    pub(super) fn expire_grants(&mut self) {
        for g in &mut self.grants {
            if g.state == "granted" && g.register_until <= self.now {
                g.state = "expired";
            }
        }
    }

    /// A grant is used when its year is complete, and open again, while it lasts, when hours are taken back.
    pub(super) fn follow_grants(&mut self, person: usize, year: i32, satisfied: bool) {
        let now = self.now;
        // An older one that has expired stays what it is.
        let latest = self.grants.iter_mut().rev().find(|g| (g.person, g.year) == (person, year));
        let Some(g) = latest else { return };
        match (satisfied, g.state) {
            (true, "granted" | "expired") => g.state = "used",
            (false, "used") if now < g.register_until => g.state = "granted",
            (false, "used") => g.state = "expired",
            _ => {}
        }
    }
}

fn makeup_after(state: &str, decision: Wish) -> &'static str {
    match (decision, state) {
        (Wish::Agree, "body_review") => "municipal_review",
        (Wish::Agree, _) => "granted",
        (Wish::Return, _) => "returned",
        (Wish::Refuse, _) => "rejected",
    }
}
