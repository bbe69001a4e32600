//! The rules once more, small and slow, written from the rulebook alone: what every step must lead to.

use std::collections::{BTreeMap, BTreeSet};

use time::macros::datetime;
use time::{Date, Duration, Month, OffsetDateTime};

use super::steps::{Decision, Step};
use super::workdays::{CHINA, Workdays, midnight};

/// How many people there are. The first two begin at the hospital, the others at the company; the last one is its administrator.
pub(super) const PEOPLE: usize = 4;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Actor {
    Person(usize),
    Hospital,
    Health,
    Jinshui,
    City,
}

impl Actor {
    pub(super) const ALL: [Self; 8] = [
        Self::Person(0),
        Self::Person(1),
        Self::Person(2),
        Self::Person(3),
        Self::Hospital,
        Self::Health,
        Self::Jinshui,
        Self::City,
    ];
}

/// What an answer was, as far as the rules speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Done; the state that it led to, where there is one.
    Done(String),
    /// Refused, with this code.
    Refused(String),
}

/// What the rules say about a step.
#[derive(Debug, Clone)]
pub(super) enum Expected {
    /// It must be done, and lead to this.
    Done(&'static str),
    /// It must be refused, for one of these reasons.
    Refused(BTreeSet<&'static str>),
}

impl Expected {
    fn unless(reasons: BTreeSet<&'static str>, done: &'static str) -> Self {
        if reasons.is_empty() { Self::Done(done) } else { Self::Refused(reasons) }
    }

    pub(super) fn allows(&self, answer: &Answer) -> bool {
        match (self, answer) {
            (Self::Done(state), Answer::Done(found)) => state == found,
            (Self::Refused(codes), Answer::Refused(code)) => codes.contains(code.as_str()),
            (Self::Done(_), Answer::Refused(_)) | (Self::Refused(_), Answer::Done(_)) => false,
        }
    }
}

/// A delivered course.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) person: usize,
    pub(super) course: u8,
    pub(super) tenths: i64,
    pub(super) start: Date,
    pub(super) end: Date,
}

/// A declaration.
#[derive(Debug, Clone)]
pub(super) struct Declaration {
    pub(super) person: usize,
    pub(super) year: i32,
    pub(super) tenths: i64,
    /// The delivered course; none for a conference.
    pub(super) record: Option<usize>,
    /// How many files prove it.
    pub(super) evidence: usize,
    pub(super) state: &'static str,
    pub(super) due: Option<OffsetDateTime>,
    pub(super) submitted: bool,
    /// Whether its review was late when the freeze of its year began (A3a).
    late_at_freeze: bool,
    /// The unit that reviews it first, as the one who acts for it, and the body that reviews it second.
    pub(super) employer: Actor,
    pub(super) authority: Actor,
    /// How often somebody moved it: what is told of it.
    pub(super) moves: usize,
}

impl Declaration {
    fn counts(&self) -> bool {
        self.waits() || self.state == "approved"
    }

    fn waits(&self) -> bool {
        self.due.is_some()
    }

    /// H7: the same learning cannot be declared beside it.
    fn stands(&self) -> bool {
        matches!(self.state, "draft" | "returned") || self.counts()
    }
}

/// The world as the rules have it.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) now: OffsetDateTime,
    pub(super) records: Vec<Record>,
    pub(super) declarations: Vec<Declaration>,
    /// Who works for the company.
    at_company: [bool; PEOPLE],
    /// Years whose record is certified.
    certified: BTreeSet<(usize, i32)>,
    /// Years that are settled (A3).
    pub(super) settled: BTreeSet<i32>,
    workdays: Workdays,
}

/// When the freeze of a year begins and ends (W1).
fn freeze(year: i32) -> (OffsetDateTime, OffsetDateTime) {
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

    fn frozen(&self) -> bool {
        let (begins, ends) = freeze(self.today().year());
        begins <= self.now && self.now < ends
    }

    /// Why nothing of a year can be declared or reviewed now: declaring and reviewing go from New Year to the freeze.
    fn closed(&self, year: i32) -> Option<&'static str> {
        if !(2022..=2024).contains(&year) {
            // Nothing is published for it (W3).
            Some("no-policy")
        } else if self.frozen() {
            Some("year-end-freeze")
        } else if self.today().year() == year {
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

    fn employer_of(&self, person: usize) -> Actor {
        if self.at_company[person] { Actor::Person(3) } else { Actor::Hospital }
    }

    /// Who acts for the unit that has to decide.
    pub(super) fn entitled(&self, declaration: usize) -> Actor {
        let d = &self.declarations[declaration];
        if d.state == "authority_review" { d.authority } else { d.employer }
    }

    fn sees(&self, actor: Actor, d: &Declaration) -> bool {
        actor == Actor::Person(d.person)
            || d.submitted
                && (actor == Actor::City
                    || [d.employer, d.authority].contains(&actor)
                    // U2: the history follows the person.
                    || [self.employer_of(d.person), self.authority_of(d.person)].contains(&actor))
    }

    /// Approved and pending hours of a year, in tenths: public, professional.
    pub(super) fn totals(&self, person: usize, year: i32) -> [[i64; 2]; 2] {
        let mut sums = [[0; 2]; 2];
        for d in self.declarations.iter().filter(|d| d.person == person && d.year == year) {
            let subject = usize::from(d.record.is_none());
            if d.state == "approved" {
                sums[0][subject] += d.tenths;
            } else if d.waits() {
                sums[1][subject] += d.tenths;
            }
        }
        sums
    }

    /// H1: all three floors, each by itself.
    fn satisfied(&self, person: usize, year: i32) -> bool {
        let [[public, professional], _] = self.totals(person, year);
        public >= 300 && professional >= 600 && public + professional >= 900
    }

    /// Where a year stands.
    pub(super) fn state_of(&self, person: usize, year: i32) -> &'static str {
        match (self.satisfied(person, year), self.certified.contains(&(person, year))) {
            (false, _) if self.settled.contains(&year) => "incomplete",
            (false, _) => "in_progress",
            (true, false) => "satisfied",
            (true, true) => "certified",
        }
    }

    /// What the rules say about a step.
    pub(super) fn foretell(&self, step: &Step) -> Expected {
        match step {
            Step::Wait { .. } => Expected::Done("later"),
            Step::Deliver { person, course, tenths, start, end } => {
                self.foretell_delivery(*person, *course, *tenths, *start, *end)
            }
            Step::DeclareCourse { person, record, year } => {
                let mut no = BTreeSet::new();
                no.extend(self.closed(*year));
                if self.records[*record].end.year() != *year {
                    no.insert("year-mismatch");
                }
                let same = |d: &&Declaration| d.record == Some(*record) && d.stands();
                if self.declarations.iter().any(|d| same(&d)) {
                    no.insert("duplicate-learning");
                }
                debug_assert_eq!(self.records[*record].person, *person);
                Expected::unless(no, "draft")
            }
            Step::DeclareConference { year, tenths, start, end, .. } => {
                let mut no = BTreeSet::new();
                no.extend(self.closed(*year));
                no.extend(self.wrong_days(*tenths, *start, *end));
                if end.year() != *year {
                    no.insert("year-mismatch");
                }
                if *tenths > 120 {
                    no.insert("hours-over-limit");
                }
                Expected::unless(no, "draft")
            }
            Step::Attach { declaration } => {
                let d = &self.declarations[*declaration];
                let mut no = BTreeSet::new();
                no.extend(self.closed(d.year));
                if !matches!(d.state, "draft" | "returned") {
                    no.insert("wrong-state");
                }
                // H10: ten at most.
                if d.evidence >= 10 {
                    no.insert("too-many-attachments");
                }
                Expected::unless(no, "attached")
            }
            Step::Submit { declaration } => self.foretell_submission(*declaration),
            Step::Decide { declaration, actor, decision } => {
                self.foretell_decision(*declaration, *actor, *decision)
            }
            Step::Withdraw { declaration } => {
                let d = &self.declarations[*declaration];
                let mut no = BTreeSet::new();
                if self.frozen() {
                    no.insert("year-end-freeze");
                }
                if !(matches!(d.state, "draft" | "returned") || d.waits()) {
                    no.insert("wrong-state");
                }
                Expected::unless(no, "withdrawn")
            }
            Step::Revoke { declaration, actor } => {
                let d = &self.declarations[*declaration];
                if *actor != Actor::City {
                    return Expected::Refused(BTreeSet::from(["forbidden"]));
                }
                if !self.sees(*actor, d) {
                    return Expected::Refused(BTreeSet::from(["not-found"]));
                }
                let mut no = BTreeSet::new();
                if self.frozen() {
                    no.insert("year-end-freeze");
                }
                if d.state != "approved" {
                    no.insert("wrong-state");
                }
                Expected::unless(no, "revoked")
            }
            Step::Transfer { .. } => Expected::unless(
                self.frozen().then_some("year-end-freeze").into_iter().collect(),
                "accepted",
            ),
            Step::Settle { year } => {
                let early = self.now < freeze(*year).0;
                let no = early.then_some("settlement-too-early").into_iter().collect();
                Expected::unless(no, "settled")
            }
            Step::Reinstate { declaration } => {
                let d = &self.declarations[*declaration];
                let mut no = BTreeSet::new();
                if !d.submitted {
                    no.insert("not-found");
                }
                if self.frozen() {
                    no.insert("year-end-freeze");
                }
                if d.state != "lapsed" {
                    no.insert("wrong-state");
                } else if !d.late_at_freeze {
                    no.insert("not-overdue");
                }
                Expected::unless(no, "reinstated")
            }
            Step::Verify { person, year, actor } => {
                self.foretell_verification(*person, *year, *actor)
            }
        }
    }

    /// H2, H9, and what has not ended yet.
    fn wrong_days(&self, tenths: i64, start: Date, end: Date) -> BTreeSet<&'static str> {
        let mut no = BTreeSet::new();
        if tenths == 0 {
            no.insert("hours-not-positive");
        }
        if start > end {
            no.insert("learning-dates-inverted");
        }
        if start.year() != end.year() {
            no.insert("spans-two-years");
        }
        if end > self.today() {
            no.insert("learning-not-finished");
        }
        let days = (end - start).whole_days() + 1;
        if tenths > 80 * days {
            no.insert("hours-exceed-days");
        }
        no
    }

    fn foretell_delivery(
        &self,
        person: usize,
        course: u8,
        tenths: i64,
        start: Date,
        end: Date,
    ) -> Expected {
        // The same delivery again is answered with the record that stands, another one of the same course is not (H7).
        let standing = self.records.iter().find(|r| r.person == person && r.course == course);
        if let Some(r) = standing {
            let same = (r.tenths, r.start, r.end) == (tenths, start, end);
            return if same {
                Expected::Done("delivered")
            } else {
                Expected::Refused(BTreeSet::from(["duplicate-learning"]))
            };
        }
        let mut no = self.wrong_days(tenths, start, end);
        if self.frozen() {
            no.insert("year-end-freeze");
        }
        Expected::unless(no, "delivered")
    }

    fn foretell_submission(&self, declaration: usize) -> Expected {
        let d = &self.declarations[declaration];
        let mut no = BTreeSet::new();
        no.extend(self.closed(d.year));
        if !matches!(d.state, "draft" | "returned") {
            no.insert("wrong-state");
        }
        if d.record.is_none() {
            if d.evidence == 0 {
                no.insert("evidence-missing");
            }
            let others = self.declarations.iter().enumerate().filter(|(index, other)| {
                *index != declaration
                    && other.person == d.person
                    && other.year == d.year
                    && other.record.is_none()
                    && other.counts()
            });
            if others.map(|(_, other)| other.tenths).sum::<i64>() + d.tenths > 600 {
                no.insert("hours-over-limit");
            }
        }
        Expected::unless(no, "employer_review")
    }

    fn foretell_decision(&self, declaration: usize, actor: Actor, decision: Decision) -> Expected {
        let d = &self.declarations[declaration];
        let is_reviewer = !matches!(actor, Actor::Person(0..=2));
        if !is_reviewer {
            return Expected::Refused(BTreeSet::from(["forbidden"]));
        }
        if !self.sees(actor, d) {
            return Expected::Refused(BTreeSet::from(["not-found"]));
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
        no.extend(self.closed(d.year));
        if no.contains("own-declaration") {
            return Expected::Refused(no);
        }
        Expected::unless(no, after(d.state, decision))
    }

    fn foretell_verification(&self, person: usize, year: i32, actor: Actor) -> Expected {
        if !matches!(actor, Actor::Health | Actor::Jinshui | Actor::City) {
            return Expected::Refused(BTreeSet::from(["forbidden"]));
        }
        if let Some(code) = self.closed(year) {
            return Expected::Refused(BTreeSet::from([code]));
        }
        if actor != self.authority_of(person) {
            // The city sees everyone, but does not stand in for every body; the others see only their own.
            let begun = self
                .declarations
                .iter()
                .any(|d| d.person == person && d.year == year && d.submitted);
            return match (actor, begun) {
                (Actor::City, true) => Expected::Refused(BTreeSet::from(["not-holder"])),
                (Actor::City, false) => Expected::Done("not_satisfied"),
                _ => Expected::Refused(BTreeSet::from(["not-found"])),
            };
        }
        Expected::Done(match self.state_of(person, year) {
            "satisfied" => "certified",
            "certified" => "already_certified",
            _ => "not_satisfied",
        })
    }

    /// Lets a step that was done have its effect.
    pub(super) fn take(&mut self, step: &Step, answer: &Answer) {
        if let Step::Wait { minutes } = step {
            self.now += Duration::minutes(*minutes);
        }
        let Answer::Done(found) = answer else { return };
        match step {
            Step::Wait { .. } => {}
            Step::Deliver { person, course, tenths, start, end } => {
                if !self.records.iter().any(|r| r.person == *person && r.course == *course) {
                    self.records.push(Record {
                        person: *person,
                        course: *course,
                        tenths: *tenths,
                        start: *start,
                        end: *end,
                    });
                }
            }
            Step::DeclareCourse { person, record, year } => {
                let tenths = self.records[*record].tenths;
                self.draft(*person, *year, tenths, Some(*record));
            }
            Step::DeclareConference { person, year, tenths, .. } => {
                self.draft(*person, *year, *tenths, None);
            }
            Step::Attach { declaration } => self.declarations[*declaration].evidence += 1,
            Step::Submit { declaration } => {
                let person = self.declarations[*declaration].person;
                let units = (self.employer_of(person), self.authority_of(person));
                let d = &mut self.declarations[*declaration];
                d.submitted = true;
                (d.employer, d.authority) = units;
                self.move_to(*declaration, "employer_review");
            }
            Step::Decide { declaration, decision, .. } => {
                let state = after(self.declarations[*declaration].state, *decision);
                self.move_to(*declaration, state);
            }
            Step::Withdraw { declaration } => self.move_to(*declaration, "withdrawn"),
            Step::Revoke { declaration, .. } => self.move_to(*declaration, "revoked"),
            Step::Transfer { person } => self.transfer(*person),
            Step::Settle { year } => self.settle(*year),
            Step::Reinstate { declaration } => {
                self.move_to(*declaration, "approved");
                // The certificate comes with it: the year's own verification is over.
                let d = &self.declarations[*declaration];
                if self.satisfied(d.person, d.year) {
                    self.certified.insert((d.person, d.year));
                }
            }
            Step::Verify { person, year, .. } => {
                if found == "certified" {
                    self.certified.insert((*person, *year));
                }
            }
        }
    }

    fn draft(&mut self, person: usize, year: i32, tenths: i64, record: Option<usize>) {
        self.declarations.push(Declaration {
            person,
            year,
            tenths,
            record,
            evidence: 0,
            state: "draft",
            due: None,
            submitted: false,
            late_at_freeze: false,
            employer: self.employer_of(person),
            authority: self.authority_of(person),
            moves: 0,
        });
    }

    fn move_to(&mut self, declaration: usize, state: &'static str) {
        let due = matches!(state, "employer_review" | "authority_review")
            .then(|| self.workdays.due(self.now));
        let d = &mut self.declarations[declaration];
        d.state = state;
        d.due = due;
        d.moves += 1;
        let (person, year) = (d.person, d.year);
        // A2: a year that falls below a floor loses its certificate.
        if !self.satisfied(person, year) {
            self.certified.remove(&(person, year));
        }
    }

    /// U2: what waits at the employer starts again at the new one; what waits at the body moves when the body is another one.
    fn transfer(&mut self, person: usize) {
        self.at_company[person] = !self.at_company[person];
        let (employer, authority) = (self.employer_of(person), self.authority_of(person));
        let due = self.workdays.due(self.now);
        for d in self.declarations.iter_mut().filter(|d| d.person == person && d.due.is_some()) {
            (d.employer, d.authority) = (employer, authority);
            d.due = Some(due);
            d.moves += 1;
        }
    }

    /// A3: what still waits lapses.
    fn settle(&mut self, year: i32) {
        if !self.settled.insert(year) {
            return;
        }
        let (begins, _) = freeze(year);
        for d in self.declarations.iter_mut().filter(|d| d.year == year) {
            if let Some(due) = d.due.take() {
                d.late_at_freeze = due <= begins;
                d.state = "lapsed";
            }
        }
    }

    /// Whether the year of the story can be settled and is not.
    pub(super) fn wants_settlement(&self) -> bool {
        self.now >= freeze(2023).0 && !self.settled.contains(&2023)
    }

    /// V3: every review that is late now.
    pub(super) fn overdue(&self) -> BTreeSet<usize> {
        let late = |d: &Declaration| d.due.is_some_and(|due| due <= self.now);
        (0..self.declarations.len()).filter(|index| late(&self.declarations[*index])).collect()
    }

    /// The years in which each person submitted something.
    pub(super) fn years(&self) -> BTreeMap<(usize, i32), &'static str> {
        let begun = self.declarations.iter().filter(|d| d.submitted).map(|d| (d.person, d.year));
        // A settlement writes an outcome for everyone, also for those who declared nothing.
        let settled = self.settled.iter().filter(|year| **year == 2023);
        let settled = settled.flat_map(|year| (0..PEOPLE).map(|person| (person, *year)));
        begun
            .chain(settled)
            .map(|(person, year)| ((person, year), self.state_of(person, year)))
            .collect()
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
