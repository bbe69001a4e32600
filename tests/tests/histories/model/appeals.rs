//! Appeals: once for each matter, decided by the next level up within five working days (V8).

use std::collections::BTreeSet;

use time::{Date, OffsetDateTime};

use super::{Actor, Expected, Model, Source};
use crate::histories::steps::AppealStep;

/// What an appeal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Matter {
    /// A rejection or a revocation: the declaration, as it was after so many moves.
    Decision(usize, usize),
    /// A course that its platform did not deliver.
    Course(u8, i64, [Date; 2]),
}

/// An appeal.
#[derive(Debug, Clone)]
pub(in super::super) struct Appeal {
    pub(in super::super) person: usize,
    pub(in super::super) matter: Matter,
    pub(in super::super) state: &'static str,
    /// The body that decides; none when it is the bureau.
    pub(in super::super) body: Option<Actor>,
    pub(in super::super) due: OffsetDateTime,
    /// How many records there were when it was brought.
    records: usize,
}

impl Model {
    pub(super) fn foretell_appeal(&self, step: &AppealStep) -> Expected {
        let mut no = self.freeze_reason();
        match step {
            AppealStep::Bring { declaration, person } => {
                let d = &self.declarations[*declaration];
                if d.person != *person {
                    no.insert("unknown-reference");
                }
                if !matches!(d.state, "rejected" | "revoked") {
                    no.insert("wrong-state");
                }
                let matter = Matter::Decision(*declaration, d.moves);
                if self.appeals.iter().any(|a| a.matter == matter) {
                    no.insert("appealed-already");
                }
                Expected::unless(no, "submitted")
            }
            AppealStep::BringCourse { person, course, tenths, start, end } => {
                no.extend(self.wrong_days(*tenths, *start, *end));
                let standing = self.record_of(*person, Source::Course(*course));
                if standing.is_some_and(|r| !self.came_too_late(r, end.year(), None)) {
                    no.insert("record-not-missing");
                }
                let same = |a: &Appeal| matches!(a.matter, Matter::Course(c, ..) if c == *course);
                if self.appeals.iter().any(|a| a.person == *person && same(a)) {
                    no.insert("appealed-already");
                }
                Expected::unless(no, "submitted")
            }
            AppealStep::Decide { appeal, actor, uphold } => {
                self.foretell_appeal_decision(&self.appeals[*appeal], *actor, *uphold)
            }
            AppealStep::Withdraw { appeal } => {
                if self.appeals[*appeal].state != "submitted" {
                    no.insert("wrong-state");
                }
                Expected::unless(no, "withdrawn")
            }
        }
    }

    /// V8: the next level up, and nobody who had a part in it.
    fn foretell_appeal_decision(&self, a: &Appeal, actor: Actor, uphold: bool) -> Expected {
        if !(actor.is_bureau() || actor.is_body()) {
            return Expected::refused(["forbidden"]);
        }
        let decides = match a.body {
            Some(body) => actor == body,
            None => actor.is_bureau(),
        };
        if !decides {
            return Expected::refused(["forbidden", "not-found"]);
        }
        let mut no = self.freeze_reason();
        if a.state != "submitted" {
            no.insert("wrong-state");
        }
        match a.matter {
            Matter::Decision(declaration, _) => {
                let d = &self.declarations[declaration];
                if d.deciders.contains(&actor) {
                    no.insert("same-decider");
                }
                // H7, H8: the learning or the room may have been taken since.
                if uphold && d.record.is_some_and(|r| self.is_taken(r, Some(declaration))) {
                    no.insert("duplicate-learning");
                }
                if uphold && self.is_over_the_cap(declaration) {
                    no.insert("hours-over-limit");
                }
            }
            Matter::Course(course, _, [_, end]) => {
                let standing = self.record_of(a.person, Source::Course(course));
                let late = |r| self.came_too_late(r, end.year(), Some(a.records));
                if uphold && standing.is_some_and(|r| !late(r)) {
                    no.insert("record-not-missing");
                }
            }
        }
        Expected::unless(no, if uphold { "upheld" } else { "dismissed" })
    }

    /// V8: whether a record of the year came when that could be declared no more, or behind so many others while an appeal waited until
    /// then: there is no other way to its hours.
    fn came_too_late(&self, record: usize, year: i32, behind: Option<usize>) -> bool {
        let r = &self.records[record];
        let late = r.came_in > year;
        let meanwhile = behind.is_some_and(|behind| record >= behind) && self.today().year() > year;
        r.end.year() == year && !self.is_taken(record, None) && (late || meanwhile)
    }

    pub(super) fn take_appeal(&mut self, step: &AppealStep) {
        match step {
            AppealStep::Bring { declaration, person } => {
                let d = &self.declarations[*declaration];
                let by_employer = d.state == "rejected" && d.rejected_by_employer;
                let body = by_employer.then_some(d.authority);
                self.bring(*person, Matter::Decision(*declaration, d.moves), body);
            }
            AppealStep::BringCourse { person, course, tenths, start, end } => {
                self.bring(*person, Matter::Course(*course, *tenths, [*start, *end]), None);
            }
            AppealStep::Decide { appeal, uphold: false, .. } => {
                self.appeals[*appeal].state = "dismissed";
            }
            AppealStep::Decide { appeal, uphold: true, .. } => {
                self.appeals[*appeal].state = "upheld";
                let a = &self.appeals[*appeal];
                match a.matter {
                    Matter::Decision(declaration, _) => self.approve_from_above(declaration),
                    Matter::Course(course, tenths, days) => {
                        let (person, year) = (a.person, days[1].year());
                        let source = Source::Course(course);
                        self.add_record(person, source, tenths, days);
                        // A year that can be declared no more gets the hours with the decision.
                        if self.closed(year, None).is_some() {
                            let record = self.record_of(person, source).expect("just added");
                            let tenths = self.records[record].tenths;
                            self.draft(person, year, tenths, Some(record), None);
                            let declaration = self.declarations.len() - 1;
                            self.declarations[declaration].submitted = Some(self.now);
                            self.approve_from_above(declaration);
                        }
                    }
                }
            }
            AppealStep::Withdraw { appeal } => self.appeals[*appeal].state = "withdrawn",
        }
    }

    fn approve_from_above(&mut self, declaration: usize) {
        self.move_to(declaration, "approved");
        let d = &self.declarations[declaration];
        self.certify_from_above(d.person, d.year);
    }

    fn bring(&mut self, person: usize, matter: Matter, body: Option<Actor>) {
        let due = self.workdays.due(self.now);
        let records = self.records.len();
        self.appeals.push(Appeal { person, matter, state: "submitted", body, due, records });
    }

    /// V3, V8: every appeal that is late now.
    pub(in super::super) fn overdue_appeals(&self) -> BTreeSet<usize> {
        let late = |a: &Appeal| a.state == "submitted" && a.due <= self.now;
        (0..self.appeals.len()).filter(|index| late(&self.appeals[*index])).collect()
    }
}
