//! Drawing a step of the main road, and which road a step is of.

use time::Duration;

use super::{Decision, Dice, LearnStep, RoadStep, Step, YearStep};
use crate::histories::model::{Actor, Model, PEOPLE};

impl Step {
    /// A step that makes some sense: mostly what could go well, often enough what must not.
    pub(in super::super) fn random(dice: &mut Dice, model: &Model) -> Self {
        // Much happens to one of them, so that years become complete.
        let person = if dice.in_a_hundred(40) { 0 } else { dice.below(PEOPLE) };
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
            return Self::Year(YearStep::Settle { year: 2023 });
        }
        // Little happens in a freeze, and it shall not take up a whole history.
        if model.frozen() && dice.in_a_hundred(10) {
            let minutes = (model.next_edge() - model.now).whole_minutes().max(1);
            return Self::Wait { minutes };
        }
        if dice.in_a_hundred(9) {
            return Self::wait(dice, model);
        }
        if !model.frozen() && dice.in_a_hundred(45) {
            return Self::onward(dice, model, person);
        }
        if dice.in_a_hundred(45) {
            return Self::beside(dice, model, person);
        }
        match dice.below(103) {
            0 if some_declared => {
                Self::Year(YearStep::Reinstate { declaration: chosen(dice, &["lapsed"]) })
            }
            1..12 => Self::wait(dice, model),
            12..24 => Self::deliver(dice, model, person),
            24..36 if model.records.iter().any(|record| record.person == person) => {
                let own: Vec<usize> = (0..model.records.len())
                    .filter(|index| model.records[*index].person == person)
                    .collect();
                let record = dice.one_of(&own);
                let (grant, year) = Self::under_a_grant(dice, model, person);
                let own = model.records[record].end.year() + i32::from(dice.in_a_hundred(8));
                let year = year.unwrap_or(own);
                Self::Road(RoadStep::DeclareRecord { person, record, year, grant })
            }
            36..50 => Self::conference(dice, model, person),
            50..56 if some_declared => {
                Self::Road(RoadStep::Attach { declaration: chosen(dice, &["draft"]) })
            }
            56..68 if some_declared => {
                Self::Road(RoadStep::Submit { declaration: chosen(dice, &["draft", "returned"]) })
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
                Self::Road(RoadStep::Decide { declaration, actor, decision })
            }
            88..91 if some_declared => Self::Road(RoadStep::Withdraw {
                declaration: chosen(dice, &["draft", "employer_review", "authority_review"]),
            }),
            91..94 if some_declared => {
                let actor =
                    if dice.in_a_hundred(80) { Actor::City } else { dice.one_of(&Actor::ALL) };
                Self::Road(RoadStep::Revoke { declaration: chosen(dice, &["approved"]), actor })
            }
            100..102 => Self::Year(YearStep::Transfer { person: dice.below(PEOPLE - 1) }),
            102 => {
                Self::Year(YearStep::Settle { year: 2022 + i32::try_from(dice.below(3)).unwrap() })
            }
            _ => {
                let own = model.authority_of(person);
                let actor = if dice.in_a_hundred(75) { own } else { dice.one_of(&Actor::ALL) };
                let prior = i32::from(dice.in_a_hundred(35));
                Self::Year(YearStep::Verify { person, year: model.today().year() - prior, actor })
            }
        }
    }

    /// From minutes to weeks; sometimes to the very edge of the freeze.
    fn wait(dice: &mut Dice, model: &Model) -> Self {
        // The last year with a policy is 2024: a history ends before it does, and begins slowly.
        let is_late = model.today().year() == 2024;
        let minutes = match dice.below(if is_late { 16 } else { 18 }) {
            0..8 => 30 + dice.below(60 * 20) as i64,
            8..15 => 60 * 24 * (1 + dice.below(4) as i64),
            15 | 16 => 60 * 24 * (6 + dice.below(10) as i64),
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
        let course = u8::try_from(dice.below(12)).unwrap();
        Self::Learn(LearnStep::Deliver { person, course, tenths, start, end })
    }

    fn conference(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let end = model.today() - Duration::days(dice.below(60) as i64 - 2);
        let start = end - Duration::days(dice.below(4) as i64 - i64::from(dice.in_a_hundred(4)));
        let year = if dice.in_a_hundred(92) { end.year() } else { end.year() - 1 };
        let tenths =
            if dice.in_a_hundred(15) { dice.below(160) as i64 } else { 80 + dice.below(41) as i64 };
        let (grant, granted) = Self::under_a_grant(dice, model, person);
        let year = granted.unwrap_or(year);
        Self::Road(RoadStep::DeclareConference { person, year, tenths, start, end, grant })
    }

    /// Often under the grant that someone has, seldom under another person's.
    fn under_a_grant(
        dice: &mut Dice,
        model: &Model,
        person: usize,
    ) -> (Option<usize>, Option<i32>) {
        let fitting: Vec<usize> = (0..model.grants.len())
            .filter(|grant| model.grants[*grant].person == person || dice.in_a_hundred(5))
            .collect();
        if fitting.is_empty() || dice.in_a_hundred(30) {
            return (None, None);
        }
        let grant = dice.one_of(&fitting);
        (Some(grant), Some(model.grants[grant].year))
    }
}
