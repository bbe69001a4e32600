//! Drawing a step beside the main road: make-up, exemptions, appeals, rosters.

use time::Duration;

use super::{
    AppealStep, Dice, ExemptionStep, LearnStep, Leaving, MakeupStep, RoadStep, Step, Wish,
};
use crate::histories::model::{Actor, CLASSES, Model, PEOPLE, Source};

/// One of those that fit, or any at all.
fn chosen<T>(dice: &mut Dice, these: &[T], fits: impl Fn(&T) -> bool) -> Option<usize> {
    let fitting: Vec<usize> = (0..these.len()).filter(|index| fits(&these[*index])).collect();
    match (fitting.is_empty(), these.is_empty()) {
        (_, true) => None,
        (false, false) if dice.in_a_hundred(85) => Some(dice.one_of(&fitting)),
        (true | false, false) => Some(dice.below(these.len())),
    }
}

fn wish(dice: &mut Dice) -> Wish {
    match dice.below(100) {
        0..75 => Wish::Agree,
        75..90 => Wish::Return,
        _ => Wish::Refuse,
    }
}

/// The one whose turn it is, or anybody.
fn actor(dice: &mut Dice, entitled: Actor) -> Actor {
    if dice.in_a_hundred(80) { entitled } else { dice.one_of(&Actor::ALL) }
}

/// One of the two officers of the bureau.
fn officer(dice: &mut Dice) -> Actor {
    dice.one_of(&[Actor::City, Actor::Officer])
}

impl Step {
    pub(super) fn beside(dice: &mut Dice, model: &Model, person: usize) -> Self {
        match dice.below(100) {
            0..35 => Self::makeup(dice, model, person),
            35..50 => Self::exemption(dice, model, person),
            50..75 => Self::appeal(dice, model, person),
            _ => Self::roster(dice, model, person),
        }
    }

    fn makeup(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let draw = dice.below(100);
        let application = match draw {
            0..30 => None,
            30..50 => {
                chosen(dice, &model.applications, |a| matches!(a.state, "draft" | "returned"))
            }
            _ => chosen(dice, &model.applications, |a| a.state.ends_with("_review")),
        };
        let Some(application) = application else {
            let today = model.today().year();
            let year = match dice.below(10) {
                0 => today,
                1 => today - 2,
                2 => 2018,
                _ => today - 1,
            };
            let exceptional = (today == 2024) != dice.in_a_hundred(10);
            let actor = actor(dice, model.employer_of(person));
            return Self::Makeup(MakeupStep::Apply { person, year, exceptional, actor });
        };
        if draw < 50 {
            return Self::Makeup(MakeupStep::Submit { application });
        }
        let a = &model.applications[application];
        let holder = match a.body.filter(|_| a.state == "body_review") {
            Some(body) => body,
            None => officer(dice),
        };
        let (actor, decision) = (actor(dice, holder), wish(dice));
        Self::Makeup(MakeupStep::Decide { application, actor, decision })
    }

    fn exemption(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let (draw, how) = match dice.below(100) {
            0..30 => (None, Leaving::End),
            30..70 => (chosen(dice, &model.exemptions, |e| e.state == "submitted"), Leaving::End),
            70..85 => {
                let ended = chosen(dice, &model.exemptions, |e| e.state == "granted");
                return Self::left(ended, Leaving::End, dice, model, person);
            }
            85..95 => {
                let returned = chosen(dice, &model.exemptions, |e| e.state == "returned");
                return Self::left(returned, Leaving::Resubmit, dice, model, person);
            }
            _ => {
                let waiting = chosen(dice, &model.exemptions, |e| e.state == "submitted");
                return Self::left(waiting, Leaving::Withdraw, dice, model, person);
            }
        };
        match draw {
            Some(exemption) => {
                let entitled = officer(dice);
                let (actor, decision) = (actor(dice, entitled), wish(dice));
                Self::Exemption(ExemptionStep::Decide { exemption, actor, decision })
            }
            None => Self::left(None, how, dice, model, person),
        }
    }

    /// Leaves an exemption, or applies for one where there is none.
    fn left(
        exemption: Option<usize>,
        how: Leaving,
        dice: &mut Dice,
        model: &Model,
        person: usize,
    ) -> Self {
        Self::Exemption(match exemption {
            Some(exemption) => ExemptionStep::Leave { exemption, how },
            None => {
                let year = model.today().year() - i32::from(dice.in_a_hundred(25));
                let actor = actor(dice, model.employer_of(person));
                ExemptionStep::Apply { person, year, actor }
            }
        })
    }

    fn appeal(dice: &mut Dice, model: &Model, person: usize) -> Self {
        match dice.below(100) {
            0..40 => {
                let lost = chosen(dice, &model.declarations, |d| {
                    matches!(d.state, "rejected" | "revoked")
                });
                let Some(declaration) = lost else { return Self::missing(dice, model, person) };
                let owner = model.declarations[declaration].person;
                let person = if dice.in_a_hundred(92) { owner } else { person };
                Self::Appeal(AppealStep::Bring { declaration, person })
            }
            40..55 => Self::missing(dice, model, person),
            draw => {
                let waiting = chosen(dice, &model.appeals, |a| a.state == "submitted");
                let Some(appeal) = waiting else { return Self::missing(dice, model, person) };
                if draw >= 95 {
                    return Self::Appeal(AppealStep::Withdraw { appeal });
                }
                let entitled = model.appeals[appeal].body.unwrap_or(officer(dice));
                let (actor, uphold) = (actor(dice, entitled), dice.in_a_hundred(70));
                Self::Appeal(AppealStep::Decide { appeal, actor, uphold })
            }
        }
    }

    /// A course that was not delivered, and now and then one that was.
    fn missing(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let end = model.today() - Duration::days(dice.below(40) as i64 - 1);
        let start = end - Duration::days(dice.below(6) as i64);
        let course = u8::try_from(dice.below(16)).unwrap();
        let tenths = 10 * (1 + dice.below(20) as i64);
        Self::Appeal(AppealStep::BringCourse { person, course, tenths, start, end })
    }

    fn roster(dice: &mut Dice, model: &Model, person: usize) -> Self {
        let today = model.today();
        let over = CLASSES.iter().filter(|[_, end]| *end <= today).count();
        let class = match dice.in_a_hundred(85) && over > 0 {
            true => dice.below(over),
            false => dice.below(CLASSES.len()),
        };
        match dice.below(100) {
            0..45 => {
                let mut lines = Vec::new();
                for person in 0..PEOPLE {
                    if dice.in_a_hundred(75) {
                        let tenths = dice.one_of(&[80, 160, 240, 240, 240]);
                        lines.push((person, tenths, dice.in_a_hundred(85)));
                    }
                }
                if lines.is_empty() {
                    lines.push((person, 240, true));
                }
                let actor = actor(dice, Actor::Base);
                Self::Learn(LearnStep::Roster { class, actor, lines })
            }
            45..75 => match model.record_of(person, Source::Class(class)) {
                Some(record) => {
                    let year = CLASSES[class][1].year();
                    Self::Road(RoadStep::DeclareRecord { person, record, year, grant: None })
                }
                None => {
                    let actor = actor(dice, model.employer_of(person));
                    Self::Learn(LearnStep::DeclareRoster { class, person, actor })
                }
            },
            _ => {
                let actor = actor(dice, model.employer_of(person));
                Self::Learn(LearnStep::DeclareRoster { class, person, actor })
            }
        }
    }
}
