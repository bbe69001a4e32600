//! What was learnt: courses of a platform, rosters of classes (H2, H6, H7, H9, P4).

use std::collections::BTreeSet;

use time::Date;
use time::macros::date;

use super::{Actor, Expected, Model};
use crate::histories::steps::LearnStep;

/// The days of the base's classes; each gives up to 24 hours. They stand on an item that is approved before the history begins.
pub(in super::super) const CLASSES: [[Date; 2]; 4] = [
    [date!(2023 - 10 - 17), date!(2023 - 10 - 19)],
    [date!(2023 - 10 - 23), date!(2023 - 10 - 25)],
    [date!(2023 - 11 - 06), date!(2023 - 11 - 08)],
    [date!(2023 - 12 - 04), date!(2023 - 12 - 06)],
];

/// Where a record comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Source {
    /// A platform's course, public.
    Course(u8),
    /// A class of the base, professional.
    Class(usize),
}

/// A record of learning.
#[derive(Debug, Clone)]
pub(in super::super) struct Record {
    pub(in super::super) person: usize,
    pub(in super::super) source: Source,
    pub(in super::super) tenths: i64,
    pub(in super::super) start: Date,
    pub(in super::super) end: Date,
    /// Whether the person passed: who did not earns nothing (P4).
    pub(super) passed: bool,
    /// What the roster says by now, while hours that wait or were approved stand on what it said before (P4).
    pub(super) correction: Option<(i64, bool)>,
    /// The year in which it came in.
    pub(super) came_in: i32,
}

impl Record {
    pub(super) fn subject(&self) -> usize {
        match self.source {
            Source::Course(_) => 0,
            Source::Class(_) => 1,
        }
    }
}

impl Model {
    pub(in super::super) fn record_of(&self, person: usize, source: Source) -> Option<usize> {
        self.records.iter().position(|r| r.person == person && r.source == source)
    }

    /// H2, H9, and what has not ended yet.
    pub(super) fn wrong_days(&self, tenths: i64, start: Date, end: Date) -> BTreeSet<&'static str> {
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

    pub(super) fn foretell_learning(&self, step: &LearnStep) -> Expected {
        match step {
            LearnStep::Deliver { person, course, tenths, start, end } => {
                let standing = self.record_of(*person, Source::Course(*course));
                if let Some(r) = standing.map(|index| &self.records[index]) {
                    // The same delivery again is answered with the record that stands, another one of the same course is not (H7).
                    return if (r.tenths, r.start, r.end) == (*tenths, *start, *end) {
                        Expected::Done("delivered")
                    } else {
                        Expected::refused(["duplicate-learning"])
                    };
                }
                let mut no = self.wrong_days(*tenths, *start, *end);
                no.extend(self.freeze_reason());
                Expected::unless(no, "delivered")
            }
            LearnStep::Roster { class, actor, .. } => {
                if *actor != Actor::Base {
                    return Expected::refused(["forbidden"]);
                }
                let mut no = self.freeze_reason();
                if CLASSES[*class][1] > self.today() {
                    no.insert("learning-not-finished");
                }
                Expected::unless(no, "uploaded")
            }
            LearnStep::DeclareRoster { class, person, actor } => {
                self.foretell_declared_roster(*class, *person, *actor)
            }
        }
    }

    /// P4: the employer declares for its own people who are on the roster and passed.
    fn foretell_declared_roster(&self, class: usize, person: usize, actor: Actor) -> Expected {
        if !actor.is_employer() {
            return Expected::refused(["forbidden"]);
        }
        let record = self.record_of(person, Source::Class(class));
        let mut no = BTreeSet::new();
        no.extend(self.closed(CLASSES[class][1].year(), None));
        match record {
            Some(record) if actor == self.employer_of(person) => {
                if !self.records[record].passed {
                    no.insert("class-not-passed");
                }
                if self.is_taken(record, None) {
                    no.insert("duplicate-learning");
                }
            }
            Some(_) | None => {
                no.insert("unknown-reference");
            }
        }
        Expected::unless(no, "submitted")
    }

    pub(super) fn take_learning(&mut self, step: &LearnStep) {
        match step {
            LearnStep::Deliver { person, course, tenths, start, end } => {
                self.add_record(*person, Source::Course(*course), *tenths, [*start, *end]);
            }
            LearnStep::Roster { class, lines, .. } => self.take_roster(*class, lines),
            LearnStep::DeclareRoster { class, person, .. } => {
                let record = self.record_of(*person, Source::Class(*class));
                let record = record.expect("a roster line was declared");
                let year = self.records[record].end.year();
                self.draft(*person, year, self.records[record].tenths, Some(record), None);
                self.submit(self.declarations.len() - 1);
            }
        }
    }

    pub(super) fn add_record(
        &mut self,
        person: usize,
        source: Source,
        tenths: i64,
        [start, end]: [Date; 2],
    ) {
        if self.record_of(person, source).is_none() {
            let (passed, correction, came_in) = (true, None, self.today().year());
            let record = Record { person, source, tenths, start, end, passed, correction, came_in };
            self.records.push(record);
        }
    }

    /// A whole roster: whoever is on it gets or keeps a record, whoever is not any more loses its hours.
    fn take_roster(&mut self, class: usize, lines: &[(usize, i64, bool)]) {
        for (person, tenths, passed) in lines {
            match self.record_of(*person, Source::Class(class)) {
                Some(record) => self.correct(record, (*tenths, *passed)),
                None => {
                    self.add_record(*person, Source::Class(class), *tenths, CLASSES[class]);
                    self.records.last_mut().expect("just added").passed = *passed;
                }
            }
        }
        for record in 0..self.records.len() {
            let Record { person, source, .. } = self.records[record];
            let named = lines.iter().any(|line| line.0 == person);
            if source == Source::Class(class) && !named {
                self.correct(record, (0, false));
            }
        }
    }

    /// Hours that wait or were approved are flagged and not changed; others follow at once.
    fn correct(&mut self, record: usize, says: (i64, bool)) {
        let holds = |d: &super::Declaration| d.record == Some(record) && d.counts();
        let held = self.declarations.iter().any(holds);
        let r = &mut self.records[record];
        if held {
            r.correction = ((r.tenths, r.passed) != says).then_some(says);
        } else {
            (r.tenths, r.passed) = says;
            r.correction = None;
            for d in self.declarations.iter_mut().filter(|d| d.record == Some(record)) {
                if matches!(d.state, "draft" | "returned") {
                    d.tenths = says.0;
                }
            }
        }
    }

    /// A correction takes effect when nothing stands on the hours any more, or when they are handed in again.
    pub(super) fn let_correction_take_effect(&mut self, record: usize) {
        if let Some(says) = self.records[record].correction.take() {
            let r = &mut self.records[record];
            (r.tenths, r.passed) = says;
        }
    }
}
