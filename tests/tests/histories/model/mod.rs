//! The rules once more, small and slow, written from the rulebook alone: what every step must lead to.
//!
//! | file | subject | rules |
//! | --- | --- | --- |
//! | here | the world, and which file speaks of a step | W1, W3 |
//! | `answers` | who acts, and what an answer is | – |
//! | `learning` | courses that are delivered, rosters of classes | H2, H6, H7, H9, P4 |
//! | `road` | declaring, submitting, reviewing, revoking | H2–H10, V1–V4 |
//! | `year` | totals, states, verification, transfers, settlement | H1, A1–A4, U2 |
//! | `makeup` | applications, grants, and what may be registered under one | M1–M6, W4 |
//! | `exemptions` | applied for, decided, ended | A5 |
//! | `appeals` | brought once, decided one level up | V8 |

mod answers;
mod appeals;
mod exemptions;
mod learning;
mod makeup;
mod road;
mod year;

use std::collections::BTreeSet;

use time::macros::datetime;
use time::{Date, Duration, Month, OffsetDateTime};

pub(super) use self::answers::{Actor, Answer, Expected};
pub(super) use self::appeals::Appeal;
pub(super) use self::exemptions::Exemption;
pub(super) use self::learning::{CLASSES, Record, Source};
pub(super) use self::makeup::{Application, Grant};
pub(super) use self::road::Declaration;
use super::steps::Step;
use super::workdays::{CHINA, Workdays, midnight};

/// How many people there are. The first two begin at the hospital, the others at the company; the last one is its administrator.
pub(super) const PEOPLE: usize = 4;

/// The world as the rules have it.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) now: OffsetDateTime,
    pub(super) records: Vec<Record>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) applications: Vec<Application>,
    pub(super) grants: Vec<Grant>,
    pub(super) exemptions: Vec<Exemption>,
    pub(super) appeals: Vec<Appeal>,
    /// Who works for the company.
    at_company: [bool; PEOPLE],
    /// Years whose record is certified.
    certified: BTreeSet<(usize, i32)>,
    /// Years that are settled (A3).
    pub(super) settled: BTreeSet<i32>,
    workdays: Workdays,
}

/// When the freeze of a year begins and ends (W1).
pub(super) fn freeze(year: i32) -> (OffsetDateTime, OffsetDateTime) {
    let begins = Date::from_calendar_date(year, Month::December, 20).unwrap();
    let ends = Date::from_calendar_date(year + 1, Month::January, 1).unwrap();
    (midnight(begins), midnight(ends))
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            now: datetime!(2023-10-16 09:00 +8),
            records: Vec::new(),
            declarations: Vec::new(),
            applications: Vec::new(),
            grants: Vec::new(),
            exemptions: Vec::new(),
            appeals: Vec::new(),
            at_company: [false, false, true, true],
            certified: BTreeSet::new(),
            // The demo world's 2022 is.
            settled: BTreeSet::from([2022]),
            workdays: Workdays::official(),
        }
    }

    pub(super) fn today(&self) -> Date {
        self.now.to_offset(CHINA).date()
    }

    /// The next beginning or end of a freeze.
    pub(super) fn next_edge(&self) -> OffsetDateTime {
        let (begins, ends) = freeze(self.today().year());
        if self.now < begins { begins } else { ends }
    }

    pub(super) fn frozen(&self) -> bool {
        let (begins, ends) = freeze(self.today().year());
        begins <= self.now && self.now < ends
    }

    /// W1: the reason not to move anything now.
    fn freeze_reason(&self) -> BTreeSet<&'static str> {
        self.frozen().then_some("year-end-freeze").into_iter().collect()
    }

    /// Why nothing of a year can be declared or reviewed now: declaring and reviewing go from New Year to the freeze; under a grant
    /// they go until its own end (M3).
    fn closed(&self, year: i32, grant: Option<usize>) -> Option<&'static str> {
        if !(2022..=2024).contains(&year) {
            // Nothing is published for it (W3).
            return Some("no-policy");
        }
        let open = match grant {
            Some(grant) => self.now < self.grants[grant].register_until,
            None => self.today().year() == year,
        };
        if self.frozen() {
            Some("year-end-freeze")
        } else if open {
            None
        } else {
            Some("window-closed")
        }
    }

    /// The reviewing body of someone's employer.
    pub(super) fn authority_of(&self, person: usize) -> Actor {
        if self.at_company[person] { Actor::Jinshui } else { Actor::Health }
    }

    pub(super) fn works_for_the_company(&self, person: usize) -> bool {
        self.at_company[person]
    }

    /// Who acts for someone's employer.
    pub(super) fn employer_of(&self, person: usize) -> Actor {
        if self.at_company[person] { Actor::Person(3) } else { Actor::Hospital }
    }

    /// What the rules say about a step.
    pub(super) fn foretell(&self, step: &Step) -> Expected {
        match step {
            Step::Wait { .. } => Expected::Done("later"),
            Step::Learn(step) => self.foretell_learning(step),
            Step::Road(step) => self.foretell_road(step),
            Step::Year(step) => self.foretell_year(step),
            Step::Makeup(step) => self.foretell_makeup(step),
            Step::Exemption(step) => self.foretell_exemption(step),
            Step::Appeal(step) => self.foretell_appeal(step),
        }
    }

    /// Lets a step that was done have its effect.
    pub(super) fn take(&mut self, step: &Step, answer: &Answer) {
        if let Step::Wait { minutes } = step {
            self.now += Duration::minutes(*minutes);
            self.expire_grants();
        }
        let Answer::Done(found) = answer else { return };
        match step {
            Step::Wait { .. } => {}
            Step::Learn(step) => self.take_learning(step),
            Step::Road(step) => self.take_road(step),
            Step::Year(step) => self.take_year(step, found),
            Step::Makeup(step) => self.take_makeup(step),
            Step::Exemption(step) => self.take_exemption(step),
            Step::Appeal(step) => self.take_appeal(step),
        }
    }
}
