//! 备案: which unit may train in a year (P1, P5).
//!
//! An institution applies for years, the municipal bureau decides on each of them. A filing is for one institution and one
//! year; it goes through [`FilingRoad`].

use serde::Serialize;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::instant::start_of_day;
use crate::refusal::Refusal;
use crate::registry::FilingState;
use crate::workflow::Road;

text_enum! {
    /// What can happen to a filing.
    pub enum FilingEvent {
        /// The institution applies, for the first time or again.
        Apply = "apply",
        /// The bureau files it.
        Grant = "grant",
        /// The bureau wants the application corrected.
        Return = "return",
        /// The bureau declines.
        Reject = "reject",
        /// The bureau stops it for the time being.
        Suspend = "suspend",
        /// The bureau lets a suspended one go on.
        Resume = "resume",
        /// The bureau takes it back.
        Revoke = "revoke",
    }
}

/// The road of a filing.
///
/// **Reading**: an institution that was rejected or lost its filing may apply anew; what it lost counts again only when it
/// is granted again.
#[derive(Debug, Clone, Copy)]
pub struct FilingRoad;

impl Road for FilingRoad {
    type State = FilingState;
    type Event = FilingEvent;
    const NAME: &'static str = "filing";

    fn next(state: FilingState, event: FilingEvent) -> Option<FilingState> {
        use FilingEvent::{Apply, Grant, Reject, Resume, Return, Revoke, Suspend};
        match state {
            FilingState::Submitted => match event {
                Grant => Some(FilingState::Granted),
                Return => Some(FilingState::Returned),
                Reject => Some(FilingState::Rejected),
                Apply | Suspend | Resume | Revoke => None,
            },
            FilingState::Returned | FilingState::Rejected | FilingState::Revoked => match event {
                Apply => Some(FilingState::Submitted),
                Grant | Return | Reject | Suspend | Resume | Revoke => None,
            },
            FilingState::Granted => match event {
                Suspend => Some(FilingState::Suspended),
                Revoke => Some(FilingState::Revoked),
                Apply | Grant | Return | Reject | Resume => None,
            },
            FilingState::Suspended => match event {
                Resume => Some(FilingState::Granted),
                Revoke => Some(FilingState::Revoked),
                Apply | Grant | Return | Reject | Suspend => None,
            },
        }
    }
}

/// A filing, as far as its classes depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FilingFacts {
    /// Where it stands.
    pub state: FilingState,
    /// When it was suspended or revoked, while it has not been granted or resumed since.
    #[serde(with = "crate::instant::rfc3339_option")]
    pub stopped_at: Option<OffsetDateTime>,
}

impl FilingFacts {
    /// Whether a class that began on this day stands on the filing (P1, P5).
    ///
    /// **Reading**: a filing is for a whole year. What stops it stops the classes that begin from then on; a class that had
    /// begun by then keeps counting, because its attendees could not know better.
    #[must_use]
    pub fn covers(self, began: Date) -> bool {
        self.state == FilingState::Granted
            || self.stopped_at.is_some_and(|stopped| start_of_day(began) < stopped)
    }
}

/// Whether a year can still be applied for: not when it is over, because a filing is no amnesty (P1).
///
/// # Errors
/// [`Refusal::FilingYearOver`].
pub fn may_apply(year: i32, today: Date) -> Result<(), Refusal> {
    if year < today.year() { Err(Refusal::FilingYearOver { year }) } else { Ok(()) }
}

/// Whether an account may decide on what another one filed: nobody on their own (Who).
///
/// # Errors
/// [`Refusal::OwnCase`].
pub fn may_decide(decider: Uuid, applicant: Option<Uuid>) -> Result<(), Refusal> {
    if applicant == Some(decider) { Err(Refusal::OwnCase) } else { Ok(()) }
}

/// Whether a unit may hold new classes that begin on this day (P1, P5).
///
/// # Errors
/// [`Refusal::FilingNotGranted`], with where the filing stands.
pub fn takes_new_classes(
    filing: Option<FilingFacts>,
    institution: &str,
    year: i32,
) -> Result<(), Refusal> {
    let state = filing.map(|filing| filing.state);
    if state == Some(FilingState::Granted) {
        Ok(())
    } else {
        Err(Refusal::FilingNotGranted { institution: institution.to_owned(), year, state })
    }
}
