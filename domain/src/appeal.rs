//! Appeals: once for each rejection, revocation or missing record, decided one level up (rule V8).

use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::access::{Actor, Grant, OrgPath, Permission, Role};
use crate::calendar::WorkdayCalendar;
use crate::instant::china_date;
use crate::policy::{Counting, ReviewTerms};
use crate::refusal::Refusal;
use crate::review::{Arrival, Due, State as DeclarationState, due};
use crate::workflow::Road;

text_enum! {
    /// What an appeal is about.
    pub enum Kind {
        /// A declaration that was rejected at either stage.
        Rejection = "rejection",
        /// An approval that was taken back.
        Revocation = "revocation",
        /// Learning that a class or a platform did not deliver.
        MissingRecord = "missing_record",
    }
}

text_enum! {
    /// Where an appeal stands.
    pub enum State {
        /// Waiting for the next level up.
        Submitted = "submitted",
        /// 申诉成立.
        Upheld = "upheld",
        /// 申诉不成立: final.
        Dismissed = "dismissed",
        /// Taken back by the person.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What happens to an appeal.
    pub enum Event {
        /// The person is right.
        Uphold = "uphold",
        /// The decision stands.
        Dismiss = "dismiss",
        /// The person takes it back.
        Withdraw = "withdraw",
    }
}

text_enum! {
    /// The decision on an appeal.
    pub enum Decision {
        /// 申诉成立: the hours count, or the record is added.
        Uphold = "uphold",
        /// 申诉不成立: everything stays as it was.
        Dismiss = "dismiss",
    }
}

impl Decision {
    /// The event that the decision is.
    #[must_use]
    pub const fn event(self) -> Event {
        match self {
            Self::Uphold => Event::Uphold,
            Self::Dismiss => Event::Dismiss,
        }
    }
}

/// The road of an appeal (V8).
#[derive(Debug, Clone, Copy)]
pub struct Appeal;

impl Road for Appeal {
    type State = State;
    type Event = Event;
    const NAME: &'static str = "appeal";

    fn next(state: State, event: Event) -> Option<State> {
        match (state, event) {
            (State::Submitted, Event::Uphold) => Some(State::Upheld),
            (State::Submitted, Event::Dismiss) => Some(State::Dismissed),
            (State::Submitted, Event::Withdraw) => Some(State::Withdrawn),
            (
                State::Upheld | State::Dismissed | State::Withdrawn,
                Event::Uphold | Event::Dismiss | Event::Withdraw,
            ) => None,
        }
    }
}

/// What can be appealed against in a declaration of this state; in others there is nothing.
#[must_use]
pub const fn kind_of(state: DeclarationState) -> Option<Kind> {
    match state {
        DeclarationState::Rejected => Some(Kind::Rejection),
        DeclarationState::Revoked => Some(Kind::Revocation),
        DeclarationState::Draft
        | DeclarationState::EmployerReview
        | DeclarationState::AuthorityReview
        | DeclarationState::Approved
        | DeclarationState::Returned
        | DeclarationState::Withdrawn
        | DeclarationState::Lapsed => None,
    }
}

/// The units that an appeal could go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels<'a> {
    /// The unit that was acted for when the decision was made.
    pub decided_for: &'a OrgPath,
    /// The reviewing body of the person's employer.
    pub authority: &'a OrgPath,
    /// The municipal bureau.
    pub bureau: &'a OrgPath,
}

/// V8: who decides, the next level up from the unit that decided.
///
/// What was decided below the reviewing body goes to that body; what the body decided, or a unit above it in its place, goes
/// to the municipal bureau, and so does what the bureau decided itself: there is none above it, so that another officer decides.
#[must_use]
pub fn decider<'a>(levels: Levels<'a>) -> &'a OrgPath {
    let below =
        levels.authority.contains(levels.decided_for) && levels.authority != levels.decided_for;
    if below { levels.authority } else { levels.bureau }
}

/// What the right to decide on an appeal depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case<'a> {
    /// The unit that is to decide.
    pub decider: &'a OrgPath,
    /// Who appealed.
    pub professional: Uuid,
    /// The accounts that had a part in what is appealed against.
    pub decided_by: &'a [Uuid],
}

/// Whether an actor may decide on an appeal, and under which grant (V8, V10).
///
/// `None` when they have no right for the deciding unit: an officer decides for the bureau only, a reviewer for their own unit
/// and those below it.
///
/// # Errors
/// [`Refusal::OwnCase`] about oneself, [`Refusal::SameDecider`] for whoever had a part in the decision.
pub fn may_decide<'a>(actor: &'a Actor, case: Case<'_>) -> Result<Option<&'a Grant>, Refusal> {
    if actor.is_professional(case.professional) {
        return Err(Refusal::OwnCase);
    }
    let in_place =
        |grant: &&Grant| grant.role != Role::MunicipalOfficer || grant.path == *case.decider;
    let grant = actor
        .grants_for(Permission::DecideAppeal)
        .filter(|grant| grant.path.contains(case.decider))
        .filter(in_place)
        .max_by_key(|grant| grant.path.depth());
    if grant.is_some() && case.decided_by.contains(&actor.account_id) {
        return Err(Refusal::SameDecider);
    }
    Ok(grant)
}

/// V8: by when an appeal is to be decided: the same working days as a stage of review, counted from its arrival.
///
/// `None` when the day lies beyond the calendar.
#[must_use]
pub fn due_of(
    submitted_at: OffsetDateTime,
    terms: &ReviewTerms,
    calendar: &WorkdayCalendar,
) -> Option<Due> {
    let arrival = Arrival { submitted_at, arrived_at: submitted_at };
    due(arrival, &ReviewTerms { counting: Counting::PerStage, ..*terms }, calendar).ok()
}

/// Whether learning that is said to be missing has ended (H2): before that nothing can be missing.
///
/// # Errors
/// [`Refusal::LearningNotFinished`].
pub fn has_ended(ends: Date, now: OffsetDateTime) -> Result<(), Refusal> {
    let today = china_date(now);
    if ends <= today { Ok(()) } else { Err(Refusal::LearningNotFinished { ends, today }) }
}
