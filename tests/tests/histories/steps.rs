//! What can happen in a history, and how it is drawn.

use time::macros::date;
use time::{Date, Duration};

use super::model::{Actor, Model, PEOPLE};

/// One step.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Time passes.
    Wait { minutes: i64 },
    /// A listed platform delivers a completed public course.
    Deliver { person: usize, course: u8, tenths: i64, start: Date, end: Date },
    /// Someone declares a delivered course.
    DeclareCourse { person: usize, record: usize, year: i32 },
    /// Someone declares a conference in their own words.
    DeclareConference { person: usize, year: i32, tenths: i64, start: Date, end: Date },
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
    /// Somebody verifies someone's year.
    Verify { person: usize, year: i32, actor: Actor },
    /// Someone goes from one employer to the other: asked by the one, accepted by the other.
    Transfer { person: usize },
    /// The bureau settles a year.
    Settle { year: i32 },
    /// The bureau reinstates what lapsed.
    Reinstate { declaration: usize },
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

    fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.below(these.len())]
    }

    fn in_a_hundred(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
}

impl Step {
    /// A step that makes some sense: mostly what could go well, often enough what must not.
    pub(super) fn random(dice: &mut Dice, model: &Model) -> Self {
        let person = dice.below(PEOPLE);
        let chosen = |dice: &mut Dice, states: &[&str]| -> usize {
            let fitting: Vec<usize> = (0..model.declarations.len())
                .filter(|index| states.contains(&model.declarations[*index].state))
                .collect();
            match fitting.is_empty() || dice.in_a_hundred(15) {
                true => dice.below(model.declarations.len()),
                false => dice.one_of(&fitting),
            }
        };
        let some_declared = !model.declarations.is_empty();
        if model.wants_settlement() && dice.in_a_hundred(20) {
            return Self::Settle { year: 2023 };
        }
        match dice.below(103) {
            0 if some_declared => Self::Reinstate { declaration: chosen(dice, &["lapsed"]) },
            1..12 => Self::wait(dice, model),
            12..24 => Self::deliver(dice, model, person),
            24..36 if model.records.iter().any(|record| record.person == person) => {
                let own: Vec<usize> = (0..model.records.len())
                    .filter(|index| model.records[*index].person == person)
                    .collect();
                let record = dice.one_of(&own);
                let year = model.records[record].end.year() + i32::from(dice.in_a_hundred(8));
                Self::DeclareCourse { person, record, year }
            }
            36..50 => Self::conference(dice, model, person),
            50..56 if some_declared => Self::Attach { declaration: chosen(dice, &["draft"]) },
            56..68 if some_declared => {
                Self::Submit { declaration: chosen(dice, &["draft", "returned"]) }
            }
            68..88 if some_declared => {
                let declaration = chosen(dice, &["employer_review", "authority_review"]);
                let actor = match dice.in_a_hundred(75) {
                    true => model.entitled(declaration),
                    false => dice.one_of(&Actor::ALL),
                };
                let decision = match dice.below(100) {
                    0..75 => Decision::Approve,
                    75..88 => Decision::Return,
                    _ => Decision::Reject,
                };
                Self::Decide { declaration, actor, decision }
            }
            88..91 if some_declared => Self::Withdraw {
                declaration: chosen(dice, &["draft", "employer_review", "authority_review"]),
            },
            91..94 if some_declared => {
                let actor =
                    if dice.in_a_hundred(80) { Actor::City } else { dice.one_of(&Actor::ALL) };
                Self::Revoke { declaration: chosen(dice, &["approved"]), actor }
            }
            100..102 => Self::Transfer { person: dice.below(PEOPLE - 1) },
            102 => Self::Settle { year: 2022 + i32::try_from(dice.below(3)).unwrap() },
            _ => {
                let own = model.authority_of(person);
                let actor = if dice.in_a_hundred(75) { own } else { dice.one_of(&Actor::ALL) };
                Self::Verify { person, year: model.today().year(), actor }
            }
        }
    }

    /// From minutes to weeks; sometimes to the very edge of the freeze.
    fn wait(dice: &mut Dice, model: &Model) -> Self {
        // The last year with a policy is 2024: a history ends before it does.
        let is_late = model.today() >= date!(2024 - 10 - 01);
        let minutes = match dice.below(if is_late { 4 } else { 10 }) {
            0..4 => 30 + dice.below(60 * 20) as i64,
            4..8 => 60 * 24 * (1 + dice.below(5) as i64),
            8 => 60 * 24 * (10 + dice.below(20) as i64),
            _ => {
                let edge = model.next_edge() - Duration::minutes(1);
                (edge - model.now).whole_minutes().max(1)
            }
        };
        Self::Wait { minutes }
    }

    fn deliver(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let end = model.today() - Duration::days(dice.below(40) as i64 - 2);
        let start = end - Duration::days(dice.below(6) as i64);
        let tenths = match dice.below(5) {
            0 => 300,
            1 => 1 + dice.below(600) as i64,
            _ => 10 * (1 + dice.below(16) as i64),
        };
        Self::Deliver { person, course: u8::try_from(dice.below(12)).unwrap(), tenths, start, end }
    }

    fn conference(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let end = model.today() - Duration::days(dice.below(60) as i64 - 2);
        let start = end - Duration::days(dice.below(4) as i64 - i64::from(dice.in_a_hundred(4)));
        let year = if dice.in_a_hundred(92) { end.year() } else { end.year() - 1 };
        let tenths =
            if dice.in_a_hundred(15) { dice.below(160) as i64 } else { 80 + dice.below(41) as i64 };
        Self::DeclareConference { person, year, tenths, start, end }
    }
}
