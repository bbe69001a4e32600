//! Transfers of a person from one employer to another (rule U2).
//!
//! Either employer asks, and the other one accepts or refuses; or a unit above both decides. Hours and history follow the
//! person, and so does what waits for a review.

use uuid::Uuid;

use crate::access::{Actor, Grant, OrgPath, Permission};
use crate::explanation::CheckName;
use crate::refusal::Refusal;
use crate::review;
use crate::workflow::Road;

text_enum! {
    /// Where a transfer stands.
    pub enum State {
        /// Asked for; waits for the other employer or for a unit above both.
        Requested = "requested",
        /// The person has changed employer.
        Accepted = "accepted",
        /// The person stays.
        Refused = "refused",
        /// Taken back by the employer that asked.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What happens to a transfer.
    pub enum Event {
        /// The other employer, or a unit above both, says yes.
        Accept = "accept",
        /// The other employer, or a unit above both, says no.
        Refuse = "refuse",
        /// The employer that asked takes it back.
        Withdraw = "withdraw",
    }
}

text_enum! {
    /// One of the two employers of a transfer.
    pub enum Side {
        /// The one that the person leaves.
        From = "from",
        /// The one that the person comes to.
        To = "to",
    }
}

text_enum! {
    /// As what someone decides on a transfer.
    pub enum DecidedAs {
        /// For the employer that was asked.
        Employer = "employer",
        /// For a unit above both employers.
        Superior = "superior",
    }
}

impl Side {
    /// The side across.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::From => Self::To,
            Self::To => Self::From,
        }
    }
}

/// The road of a transfer.
#[derive(Debug)]
pub struct Transfer;

impl Road for Transfer {
    type State = State;
    type Event = Event;
    const NAME: &'static str = "transfer";

    fn next(state: State, event: Event) -> Option<State> {
        match (state, event) {
            (State::Requested, Event::Accept) => Some(State::Accepted),
            (State::Requested, Event::Refuse) => Some(State::Refused),
            (State::Requested, Event::Withdraw) => Some(State::Withdrawn),
            (
                State::Accepted | State::Refused | State::Withdrawn,
                Event::Accept | Event::Refuse | Event::Withdraw,
            ) => None,
        }
    }
}

/// What a transfer rests on, when it is asked for and again when it is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Where the person is employed today; none for one who is not.
    pub employed_at: Option<Uuid>,
    /// The employer that the person leaves.
    pub from: Uuid,
    /// The employer that the person comes to.
    pub to: Uuid,
    /// Whether that one is an employer in use.
    pub to_is_in_use: bool,
}

/// What [`check`] asks, in its order: where it lets a transfer through, each of them was kept (V7).
pub const CHECKS: &[CheckName] =
    &[CheckName::ActiveEmployment, CheckName::OtherEmployer, CheckName::UnitInUse];

/// Whether a person can go from one employer to the other (U2).
///
/// # Errors
/// [`Refusal::NotEmployed`] for someone who is not employed there today, [`Refusal::SameEmployer`], [`Refusal::UnitDisabled`].
pub fn check(facts: Facts) -> Result<(), Refusal> {
    if facts.employed_at != Some(facts.from) {
        return Err(Refusal::NotEmployed { since: None });
    }
    if facts.from == facts.to {
        return Err(Refusal::SameEmployer);
    }
    if !facts.to_is_in_use {
        return Err(Refusal::UnitDisabled);
    }
    Ok(())
}

/// What the right to decide on a transfer depends on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Who is to be transferred.
    pub person: Uuid,
    /// The path of the employer that the person leaves.
    pub from: &'a OrgPath,
    /// The path of the employer that the person comes to.
    pub to: &'a OrgPath,
    /// Which of the two asked.
    pub asked_by: Side,
    /// The account that asked.
    pub asker: Uuid,
}

/// Who may decide on a transfer, as what and under which grant: someone who acts for the employer that was asked, or for a
/// unit above both (U2). `None` for everyone else.
///
/// # Errors
/// [`Refusal::OwnCase`] for the person themselves and for the account that asked.
pub fn decider<'a>(
    actor: &'a Actor,
    case: Case<'_>,
) -> Result<Option<(&'a Grant, DecidedAs)>, Refusal> {
    if actor.is_professional(case.person) || actor.account_id == case.asker {
        return Err(Refusal::OwnCase);
    }
    let asked = match case.asked_by.other() {
        Side::From => case.from,
        Side::To => case.to,
    };
    if let Some(grant) = actor.acting_for(Permission::TransferPeople, asked) {
        return Ok(Some((grant, DecidedAs::Employer)));
    }
    let above_both = actor
        .grants_for(Permission::DecideTransfer)
        .filter(|grant| grant.path.contains(case.from) && grant.path.contains(case.to))
        .max_by_key(|grant| grant.path.depth());
    Ok(above_both.map(|grant| (grant, DecidedAs::Superior)))
}

text_enum! {
    /// What becomes of a declaration when its owner changes employer, or the employer its reviewing body (U2).
    pub enum Rerouting {
        /// It begins the employer's stage anew at the new employer, with a fresh clock.
        Restart = "restart",
        /// It goes to the new reviewing body, with a fresh clock.
        Move = "move",
        /// It stays where it is, with its clock.
        Stay = "stay",
        /// It waits for nobody: the next submission finds the new units by itself.
        Nothing = "nothing",
    }
}

/// U2: what becomes of a declaration in this state; `same_employer` and `same_body` say which of its units stay.
#[must_use]
pub const fn rerouting(state: review::State, same_employer: bool, same_body: bool) -> Rerouting {
    match state {
        review::State::EmployerReview if same_employer => Rerouting::Stay,
        review::State::EmployerReview => Rerouting::Restart,
        review::State::AuthorityReview if same_body => Rerouting::Stay,
        review::State::AuthorityReview => Rerouting::Move,
        review::State::Draft
        | review::State::Approved
        | review::State::Returned
        | review::State::Rejected
        | review::State::Withdrawn
        | review::State::Lapsed
        | review::State::Revoked => Rerouting::Nothing,
    }
}
