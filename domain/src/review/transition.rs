//! The review machine: what follows from what (rulebook, "Review"; V4).

use std::fmt::Write as _;

use super::state::State;
use crate::refusal::Refusal;

text_enum! {
    /// Something that happens to a declaration.
    pub enum Event {
        /// The person submits it.
        Submit = "submit",
        /// The stage's reviewer approves it.
        Approve = "approve",
        /// The stage's reviewer sends it back.
        Return = "return",
        /// The stage's reviewer rejects it.
        Reject = "reject",
        /// The person takes it back.
        Withdraw = "withdraw",
        /// The municipal bureau takes the approval back.
        Revoke = "revoke",
        /// Settlement finds it pending.
        Lapse = "lapse",
        /// The municipal bureau approves what lapsed through a late review (A3a).
        Reinstate = "reinstate",
        /// An appeal against its rejection or revocation is upheld; or one over a missing record, once its hours cannot be declared
        /// any more (V8).
        Uphold = "uphold",
    }
}

impl Event {
    /// The events that a state takes, in the order of [`Event::ALL`].
    #[must_use]
    pub fn possible_in(state: State) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|event| next(state, *event).is_ok()).collect()
    }
}

/// The state after an event (V4: a second decision finds another state and is refused).
///
/// # Errors
/// [`Refusal::WrongState`] when the state does not take the event.
pub const fn next(state: State, event: Event) -> Result<State, Refusal> {
    match (state, event) {
        (State::Draft | State::Returned, Event::Submit) => Ok(State::EmployerReview),
        (State::EmployerReview, Event::Approve) => Ok(State::AuthorityReview),
        (State::AuthorityReview, Event::Approve) => Ok(State::Approved),
        (State::EmployerReview | State::AuthorityReview, Event::Return) => Ok(State::Returned),
        (State::EmployerReview | State::AuthorityReview, Event::Reject) => Ok(State::Rejected),
        (State::EmployerReview | State::AuthorityReview, Event::Lapse) => Ok(State::Lapsed),
        (
            State::Draft | State::Returned | State::EmployerReview | State::AuthorityReview,
            Event::Withdraw,
        ) => Ok(State::Withdrawn),
        (State::Approved, Event::Revoke) => Ok(State::Revoked),
        (State::Lapsed, Event::Reinstate)
        | (State::Draft | State::Rejected | State::Revoked, Event::Uphold) => Ok(State::Approved),
        (
            State::Draft | State::Returned,
            Event::Approve
            | Event::Return
            | Event::Reject
            | Event::Revoke
            | Event::Lapse
            | Event::Reinstate,
        )
        | (
            State::EmployerReview | State::AuthorityReview,
            Event::Submit | Event::Revoke | Event::Reinstate | Event::Uphold,
        )
        | (
            State::Approved,
            Event::Submit
            | Event::Approve
            | Event::Return
            | Event::Reject
            | Event::Withdraw
            | Event::Lapse
            | Event::Reinstate
            | Event::Uphold,
        )
        | (
            State::Rejected | State::Withdrawn | State::Lapsed | State::Revoked,
            Event::Submit
            | Event::Approve
            | Event::Return
            | Event::Reject
            | Event::Withdraw
            | Event::Revoke
            | Event::Lapse,
        )
        | (State::Rejected | State::Withdrawn | State::Revoked, Event::Reinstate)
        | (State::Returned | State::Withdrawn | State::Lapsed, Event::Uphold) => {
            Err(Refusal::WrongState { state, event })
        }
    }
}

/// The whole machine as a Markdown table for the documentation: a row for each state, a column for each event.
#[must_use]
pub fn table() -> String {
    let mut text = String::from("| state |");
    for event in Event::ALL {
        let _ = write!(text, " {event} |");
    }
    text.push_str("\n| --- |");
    text.push_str(&" --- |".repeat(Event::ALL.len()));
    text.push('\n');
    for state in State::ALL {
        let _ = write!(text, "| `{state}` |");
        for event in Event::ALL {
            let _ = match next(*state, *event) {
                Ok(after) => write!(text, " `{after}` |"),
                Err(_) => write!(text, " – |"),
            };
        }
        text.push('\n');
    }
    text
}
