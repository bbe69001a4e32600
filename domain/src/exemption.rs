//! Exemptions from a year: applied for by the employer, decided by the municipal bureau (rules A5, A6).
//!
//! One exemption is for one person and one year. While it stands, the year's state is `exempt`, whatever its hours are; its
//! hours go on being counted, and when it ends the state follows them again.

use time::Date;

use crate::explanation::{CheckName, CheckOutcome, Finding};
use crate::ledger::RecordState;
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::workflow::Road;

text_enum! {
    /// Why a person is exempt from a year (A5, A6).
    pub enum Kind {
        /// 生育、育儿.
        ParentalLeave = "parental_leave",
        /// 长期病休.
        LongIllness = "long_illness",
        /// 公派或因私出国（境）学习.
        StudyAbroad = "study_abroad",
        /// 援派、借调、驻外等.
        Secondment = "secondment",
        /// 当年新入职: only where the year's policy says so (A6).
        JoinedInYear = "joined_in_year",
        /// Another reason, which the statement gives.
        Other = "other",
    }
}

text_enum! {
    /// Where an exemption stands.
    pub enum State {
        /// Waiting for the municipal bureau.
        Submitted = "submitted",
        /// Sent back to the employer to be corrected.
        Returned = "returned",
        /// It stands: the year is exempt.
        Granted = "granted",
        /// Refused for good, with a reason.
        Rejected = "rejected",
        /// Taken back by the employer before a decision.
        Withdrawn = "withdrawn",
        /// It stood, and stands no more.
        Ended = "ended",
    }
}

impl State {
    /// Waiting, or standing: a person has at most one such exemption for a year.
    pub const OPEN: &'static [Self] = &[Self::Submitted, Self::Returned, Self::Granted];
    /// Not decided yet, in the bureau's hands or the employer's: it follows the person (U2).
    pub const PENDING: &'static [Self] = &[Self::Submitted, Self::Returned];
}

text_enum! {
    /// What happens to an exemption.
    pub enum Event {
        /// The employer hands in a corrected application.
        Submit = "submit",
        /// The municipal bureau grants it.
        Grant = "grant",
        /// The municipal bureau sends it back.
        Return = "return",
        /// The municipal bureau refuses it.
        Reject = "reject",
        /// The employer takes it back.
        Withdraw = "withdraw",
        /// The municipal bureau ends it.
        End = "end",
    }
}

text_enum! {
    /// The municipal bureau's decision on an exemption.
    pub enum Decision {
        /// 同意.
        Grant = "grant",
        /// 退回: the employer corrects it and hands it in again.
        Return = "return",
        /// 不同意: final, with a reason.
        Reject = "reject",
    }
}

impl Decision {
    /// The event that the decision is.
    #[must_use]
    pub const fn event(self) -> Event {
        match self {
            Self::Grant => Event::Grant,
            Self::Return => Event::Return,
            Self::Reject => Event::Reject,
        }
    }
}

/// The road of an exemption (A5).
#[derive(Debug, Clone, Copy)]
pub struct Exemption;

impl Road for Exemption {
    type State = State;
    type Event = Event;
    const NAME: &'static str = "exemption";

    fn next(state: State, event: Event) -> Option<State> {
        match (state, event) {
            (State::Submitted, Event::Grant) => Some(State::Granted),
            (State::Submitted, Event::Return) => Some(State::Returned),
            (State::Submitted, Event::Reject) => Some(State::Rejected),
            (State::Returned, Event::Submit) => Some(State::Submitted),
            (State::Submitted | State::Returned, Event::Withdraw) => Some(State::Withdrawn),
            (State::Granted, Event::End) => Some(State::Ended),
            (State::Submitted, Event::Submit | Event::End)
            | (State::Returned, Event::Grant | Event::Return | Event::Reject | Event::End)
            | (
                State::Granted,
                Event::Submit | Event::Grant | Event::Return | Event::Reject | Event::Withdraw,
            )
            | (
                State::Rejected | State::Withdrawn | State::Ended,
                Event::Submit
                | Event::Grant
                | Event::Return
                | Event::Reject
                | Event::Withdraw
                | Event::End,
            ) => None,
        }
    }
}

/// All that the rules need to know of an exemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExemptionFacts {
    /// The year that the person is to be exempt from.
    pub year: i32,
    /// Why.
    pub kind: Kind,
    /// The first day of the absence, or of the employment.
    pub starts_on: Date,
    /// The last day.
    pub ends_on: Date,
    /// The first day of the person's first employment in the city: who comes back, or moves from one employer to another, is no
    /// newcomer (A6).
    pub joined_on: Option<Date>,
    /// Where the person's year stands; `None` while nothing is recorded of it.
    pub record: Option<RecordState>,
}

/// Whether an exemption can be applied for and granted (A5, A6).
///
/// There is nothing to be exempt from in a year that is complete: its certificate would have to go. How long an absence must
/// be is for the bureau to weigh; only a day of it must lie in the year.
///
/// # Errors
/// [`Refusal::AbsenceOutsideYear`], [`Refusal::NoProRating`], [`Refusal::YearComplete`], in this order.
pub fn check(facts: &ExemptionFacts, policy: &Policy) -> Result<(), Refusal> {
    let ExemptionFacts { year, starts_on, ends_on, .. } = *facts;
    if starts_on > ends_on || starts_on.year() > year || ends_on.year() < year {
        return Err(Refusal::AbsenceOutsideYear { year, starts_on, ends_on });
    }
    if facts.kind == Kind::JoinedInYear {
        no_pro_rating(facts, policy)?;
    }
    match facts.record {
        Some(state @ (RecordState::Satisfied | RecordState::Certified)) => {
            Err(Refusal::YearComplete { year, state })
        }
        Some(RecordState::InProgress | RecordState::Incomplete | RecordState::Exempt) | None => {
            Ok(())
        }
    }
}

/// What [`check`] asks of these facts, in its order: where it lets an exemption stand, this is what it found (V7).
#[must_use]
pub fn findings(facts: &ExemptionFacts) -> Vec<Finding> {
    let joined = match facts.kind {
        Kind::JoinedInYear => CheckOutcome::Passed,
        Kind::ParentalLeave
        | Kind::LongIllness
        | Kind::StudyAbroad
        | Kind::Secondment
        | Kind::Other => CheckOutcome::NotApplicable,
    };
    vec![
        Finding::passed(CheckName::AbsenceInYear),
        Finding::new(CheckName::NoProRating, joined),
        Finding::passed(CheckName::YearNotComplete),
    ]
}

/// A6: someone who joined in the year owes the full floors, unless the policy names a day from which it lets them off.
fn no_pro_rating(facts: &ExemptionFacts, policy: &Policy) -> Result<(), Refusal> {
    let let_off_from = policy.exemptions.joined_from;
    let late = facts.joined_on.zip(let_off_from).is_some_and(|(joined, from)| joined >= from);
    let joined_in_year = facts.joined_on.is_some_and(|joined| joined.year() == facts.year);
    if late && joined_in_year {
        Ok(())
    } else {
        Err(Refusal::NoProRating { year: facts.year, joined_on: facts.joined_on, let_off_from })
    }
}
