//! Side roads: what has states of its own beside the declaration, such as a plan, a transfer or an appeal.
//!
//! A road is one file: its states, its events, the table of what follows what ([`Road::next`]) and its rules. [`step`] is how
//! a service takes it, and gives one and the same refusal on every road.

use std::fmt::Write as _;

use crate::refusal::Refusal;
use crate::text_enum::TextEnum;

/// A state machine of one kind of case.
pub trait Road {
    /// The states.
    type State: TextEnum;
    /// What can happen.
    type Event: TextEnum;
    /// What the case is called in refusals and in the documentation, such as `transfer`.
    const NAME: &'static str;

    /// The state after an event, if the state takes it: one exhaustive match.
    fn next(state: Self::State, event: Self::Event) -> Option<Self::State>;
}

/// The state after an event.
///
/// # Errors
/// [`Refusal::WrongStep`] when the state does not take the event.
pub fn step<R: Road>(state: R::State, event: R::Event) -> Result<R::State, Refusal> {
    R::next(state, event).ok_or(Refusal::WrongStep {
        road: R::NAME,
        state: state.as_str(),
        event: event.as_str(),
    })
}

/// The road as a Markdown table for the documentation: a row for each state, a column for each event.
#[must_use]
pub fn table<R: Road>() -> String {
    let mut text = String::from("| state |");
    for event in R::Event::ALL {
        let _ = write!(text, " {} |", event.as_str());
    }
    text.push_str("\n| --- |");
    text.push_str(&" --- |".repeat(R::Event::ALL.len()));
    text.push('\n');
    for state in R::State::ALL {
        let _ = write!(text, "| `{}` |", state.as_str());
        for event in R::Event::ALL {
            let _ = match R::next(*state, *event) {
                Some(after) => write!(text, " `{}` |", after.as_str()),
                None => write!(text, " – |"),
            };
        }
        text.push('\n');
    }
    text
}
