//! People and units that register by themselves, and those who accept them (rules U0, U4).

use uuid::Uuid;

use crate::explanation::{CheckName, CheckOutcome, Finding};
use crate::refusal::Refusal;
use crate::workflow::Road;

text_enum! {
    /// Where a registration stands: a person's request to join an employer, or a unit's to be accepted.
    pub enum State {
        /// Waits for the employer, or for the reviewing body.
        Submitted = "submitted",
        /// The person has joined; the unit takes part.
        Accepted = "accepted",
        /// Not accepted, with a reason.
        Refused = "refused",
        /// Taken back, for instance because it went to the wrong unit.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What happens to a registration.
    pub enum Event {
        /// The unit that was asked accepts.
        Accept = "accept",
        /// The unit that was asked refuses.
        Refuse = "refuse",
        /// The applicant takes it back.
        Withdraw = "withdraw",
    }
}

const fn next(state: State, event: Event) -> Option<State> {
    match (state, event) {
        (State::Submitted, Event::Accept) => Some(State::Accepted),
        (State::Submitted, Event::Refuse) => Some(State::Refused),
        (State::Submitted, Event::Withdraw) => Some(State::Withdrawn),
        (
            State::Accepted | State::Refused | State::Withdrawn,
            Event::Accept | Event::Refuse | Event::Withdraw,
        ) => None,
    }
}

/// The road of a person's request to join an employer.
#[derive(Debug)]
pub struct EmploymentRequest;

impl Road for EmploymentRequest {
    type State = State;
    type Event = Event;
    const NAME: &'static str = "employment_request";

    fn next(state: State, event: Event) -> Option<State> {
        next(state, event)
    }
}

/// The road of a unit that asks to take part.
#[derive(Debug)]
pub struct UnitRegistration;

impl Road for UnitRegistration {
    type State = State;
    type Event = Event;
    const NAME: &'static str = "organization_registration";

    fn next(state: State, event: Event) -> Option<State> {
        next(state, event)
    }
}

/// The record that stands under the applicant's id number already (U4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Where that person is employed today; none for one who is not.
    pub employed_at: Option<Uuid>,
    /// Whether the record bears the name that the applicant gave.
    pub same_name: bool,
    /// Whether an account other than the applicant's is linked to it.
    pub has_another_account: bool,
}

text_enum! {
    /// What accepting an applicant does (U0, U4).
    pub enum Joining {
        /// Nobody is known by this number: a record is made.
        Register = "register",
        /// The employer has the person already: the account is linked to the record.
        Link = "link",
        /// The person is known and employed nowhere: the employment begins, the account is linked.
        Employ = "employ",
    }
}

/// What [`accept`] asks about a record that is known, in its order: where it lets someone in, this is what it found (V7).
#[must_use]
pub fn findings(known: Option<Known>) -> Vec<Finding> {
    let outcome = if known.is_some() { CheckOutcome::Passed } else { CheckOutcome::NotApplicable };
    let checks =
        [CheckName::IdentityMatches, CheckName::NoOtherAccount, CheckName::EmployedNowhereElse];
    checks.map(|check| Finding::new(check, outcome)).to_vec()
}

/// What it means that an employer accepts an applicant: one person has one record, and no registration takes over one that
/// belongs to somebody else (U0, U4). Only the employer learns of it, which has checked the document.
///
/// # Errors
/// [`Refusal::IdentityMismatch`] when the record bears another name, [`Refusal::RecordHasAccount`] when its owner logs in
/// already, [`Refusal::EmployedElsewhere`] when a transfer is the way.
pub fn accept(known: Option<Known>, employer: Uuid) -> Result<Joining, Refusal> {
    let Some(known) = known else { return Ok(Joining::Register) };
    if !known.same_name {
        return Err(Refusal::IdentityMismatch);
    }
    if known.has_another_account {
        return Err(Refusal::RecordHasAccount);
    }
    match known.employed_at {
        Some(unit) if unit == employer => Ok(Joining::Link),
        Some(_) => Err(Refusal::EmployedElsewhere),
        None => Ok(Joining::Employ),
    }
}

/// Whether two names are one: white space plays no part.
#[must_use]
pub fn is_same_name(one: &str, other: &str) -> bool {
    let letters = |name: &str| name.split_whitespace().collect::<String>().to_lowercase();
    letters(one) == letters(other)
}
