//! What can happen in a history, and how it is drawn: the main road in `main_road`, the others in `side_roads`,
//! and in `onward` what brings them to their ends.

mod main_road;
mod onward;
mod side_roads;

use time::Date;

use super::model::Actor;

/// One step.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Time passes.
    Wait {
        minutes: i64,
    },
    Learn(LearnStep),
    Road(RoadStep),
    Year(YearStep),
    Makeup(MakeupStep),
    Exemption(ExemptionStep),
    Appeal(AppealStep),
}

/// Something was learnt.
#[derive(Debug, Clone)]
pub(super) enum LearnStep {
    /// A listed platform delivers a completed public course.
    Deliver { person: usize, course: u8, tenths: i64, start: Date, end: Date },
    /// Somebody hands in the roster of a class: who, how much, and whether they passed.
    Roster { class: usize, actor: Actor, lines: Vec<(usize, i64, bool)> },
    /// Somebody declares what the roster says of someone, in one call.
    DeclareRoster { class: usize, person: usize, actor: Actor },
}

/// A declaration goes its way.
#[derive(Debug, Clone)]
pub(super) enum RoadStep {
    /// Someone declares delivered learning, under a grant or not.
    DeclareRecord { person: usize, record: usize, year: i32, grant: Option<usize> },
    /// Someone declares a conference in their own words.
    DeclareConference {
        person: usize,
        year: i32,
        tenths: i64,
        start: Date,
        end: Date,
        grant: Option<usize>,
    },
    /// Someone adds evidence.
    Attach { declaration: usize },
    /// The owner submits.
    Submit { declaration: usize },
    /// Somebody decides.
    Decide { declaration: usize, actor: Actor, decision: Decision },
    /// The owner takes it back.
    Withdraw { declaration: usize },
    /// Somebody revokes.
    Revoke { declaration: usize, actor: Actor },
}

/// Something happens to a person's year.
#[derive(Debug, Clone)]
pub(super) enum YearStep {
    /// Somebody verifies someone's year.
    Verify { person: usize, year: i32, actor: Actor },
    /// Someone goes from one employer to the other: asked by the one, accepted by the other.
    Transfer { person: usize },
    /// The bureau settles a year.
    Settle { year: i32 },
    /// The bureau reinstates what lapsed.
    Reinstate { declaration: usize },
}

/// An application for make-up goes its way.
#[derive(Debug, Clone)]
pub(super) enum MakeupStep {
    /// Somebody begins one, for one person and year.
    Apply { person: usize, year: i32, exceptional: bool, actor: Actor },
    /// Its employer hands it in.
    Submit { application: usize },
    /// Somebody decides.
    Decide { application: usize, actor: Actor, decision: Wish },
}

/// An exemption goes its way.
#[derive(Debug, Clone)]
pub(super) enum ExemptionStep {
    /// Somebody applies for one.
    Apply { person: usize, year: i32, actor: Actor },
    /// Somebody decides.
    Decide { exemption: usize, actor: Actor, decision: Wish },
    /// The bureau ends it, or its employer takes it back or hands it in again.
    Leave { exemption: usize, how: Leaving },
}

/// An appeal goes its way.
#[derive(Debug, Clone)]
pub(super) enum AppealStep {
    /// Someone appeals about a declaration.
    Bring { declaration: usize, person: usize },
    /// Someone says that a course of theirs was not delivered.
    BringCourse { person: usize, course: u8, tenths: i64, start: Date, end: Date },
    /// Somebody decides.
    Decide { appeal: usize, actor: Actor, uphold: bool },
    /// The person takes it back.
    Withdraw { appeal: usize },
}

/// What is decided about an application or an exemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Agree,
    Return,
    Refuse,
}

/// How an exemption is left, or taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    End,
    Withdraw,
    Resubmit,
}

/// What a reviewer can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Return,
    Reject,
}

impl Decision {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Return => "return",
            Self::Reject => "reject",
        }
    }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    pub(super) fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.below(these.len())]
    }

    pub(super) fn in_a_hundred(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
}
