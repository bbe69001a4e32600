//! Drawing a step that takes something further: chance alone seldom completes a year.

use time::{Date, Duration};

use super::{Decision, Dice, LearnStep, MakeupStep, RoadStep, Step, Wish, YearStep};
use crate::histories::model::{Actor, Expected, Model};

impl Step {
    /// One of the steps that the rules allow and that lead on, or else something new that was learnt.
    pub(super) fn onward(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let mut steps = Vec::new();
        for (declaration, d) in model.declarations.iter().enumerate() {
            let actor = model.entitled(declaration);
            let decision = Decision::Approve;
            steps.extend([
                Self::Road(RoadStep::Submit { declaration }),
                Self::Road(RoadStep::Decide { declaration, actor, decision }),
            ]);
            if d.record.is_none() && d.evidence == 0 {
                steps.push(Self::Road(RoadStep::Attach { declaration }));
            }
        }
        for (application, a) in model.applications.iter().enumerate() {
            let body = a.body.filter(|_| a.state == "body_review");
            let (actor, decision) = (body.unwrap_or(Actor::City), Wish::Agree);
            steps.extend([
                Self::Makeup(MakeupStep::Submit { application }),
                Self::Makeup(MakeupStep::Decide { application, actor, decision }),
            ]);
        }
        for ((person, year), state) in model.years() {
            if state == "satisfied" {
                let actor = model.authority_of(person);
                steps.push(Self::Year(YearStep::Verify { person, year, actor }));
            }
        }
        steps.retain(|step| matches!(model.foretell(step), Expected::Done(_)));
        match steps.len() {
            0 => Self::learnt(dice, model, person),
            _ if dice.in_a_hundred(35) => Self::learnt(dice, model, person),
            count => steps.swap_remove(dice.below(count)),
        }
    }

    /// A record that can be declared, a long course, or a whole conference: for this year or for one under a grant.
    fn learnt(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let today = model.today();
        let grants: Vec<usize> =
            (0..model.grants.len()).filter(|grant| model.grants[*grant].person == person).collect();
        let own = grants.iter().map(|grant| (Some(*grant), model.grants[*grant].year));
        let under: Vec<(Option<usize>, i32)> =
            own.rev().chain(std::iter::once((None, today.year()))).collect();
        let mut steps = Vec::new();
        for (record, _) in model.records.iter().enumerate().filter(|(_, r)| r.person == person) {
            for (grant, year) in under.iter().copied() {
                steps.push(Self::Road(RoadStep::DeclareRecord { person, record, year, grant }));
            }
        }
        let days = |first: Option<Date>| {
            let start = today - Duration::days(3);
            [first.map_or(start, |first| start.max(first)), today]
        };
        for (grant, year) in under.iter().copied() {
            let [start, end] = days(grant.map(|grant| model.grants[grant].from));
            let conference =
                RoadStep::DeclareConference { person, year, tenths: 120, start, end, grant };
            steps.push(Self::Road(conference));
        }
        steps.retain(|step| matches!(model.foretell(step), Expected::Done(_)));
        let [start, end] = days(None);
        let course = u8::try_from(dice.below(12)).unwrap();
        steps.push(Self::Learn(LearnStep::Deliver { person, course, tenths: 300, start, end }));
        let count = steps.len();
        steps.swap_remove(dice.below(count))
    }
}
