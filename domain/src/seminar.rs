//! Advanced seminars (高级研修, rule P6): a road of their own beside the yearly plan.
//!
//! A unit proposes one on a theme of urgent need; the municipal bureau approves it before it begins; the host draws up the
//! list of those admitted, and reports the outcome when it is over; the bureau closes it, and from then on each attendee who
//! passed has a learning record. Its approval stands in the place of the approved plan (H5).

use serde::Serialize;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::access::{Actor, Grant, OrgPath, Permission, Role};
use crate::explanation::CheckName;
use crate::hours::Hours;
use crate::instant::start_of_day;
use crate::learning::{LearningSpan, Way};
use crate::people::{Employment, Post, require_active, require_in_scope};
use crate::policy::Policy;
use crate::refusal::{LimitKind, NotFiledReason, Refusal};
use crate::review::Decision;
use crate::workflow::Road;

text_enum! {
    /// Where a seminar stands.
    pub enum State {
        /// Being written by its host.
        Draft = "draft",
        /// Waiting for the municipal bureau.
        Submitted = "submitted",
        /// Sent back to its host, to be corrected.
        Returned = "returned",
        /// Refused for good.
        Rejected = "rejected",
        /// Approved: people are admitted, and it is held.
        Approved = "approved",
        /// Given up by its host.
        Withdrawn = "withdrawn",
        /// Over and reported; waiting for the municipal bureau.
        Reported = "reported",
        /// Closed: its attendees have their hours.
        Closed = "closed",
    }
}

impl State {
    /// The states in which it is announced to everyone in the city.
    pub const ANNOUNCED: &'static [Self] = &[Self::Approved, Self::Reported, Self::Closed];

    /// Whether its host may edit it.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        match self {
            Self::Draft | Self::Returned => true,
            Self::Submitted
            | Self::Rejected
            | Self::Approved
            | Self::Withdrawn
            | Self::Reported
            | Self::Closed => false,
        }
    }
}

text_enum! {
    /// Something that happens to a seminar.
    pub enum Event {
        /// The host writes it, or edits it.
        Edit = "edit",
        /// The host submits it.
        Submit = "submit",
        /// The municipal bureau approves it.
        Approve = "approve",
        /// The municipal bureau sends it back.
        Return = "return",
        /// The municipal bureau refuses it for good.
        Reject = "reject",
        /// The host gives it up.
        Withdraw = "withdraw",
        /// The host draws up the list of those admitted.
        Admit = "admit",
        /// The host reports the outcome.
        Report = "report",
        /// The municipal bureau sends the report back.
        ReturnReport = "return_report",
        /// The municipal bureau closes it.
        Close = "close",
    }
}

impl From<Decision> for Event {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Approve => Self::Approve,
            Decision::Return => Self::Return,
            Decision::Reject => Self::Reject,
        }
    }
}

text_enum! {
    /// What the municipal bureau makes of a report.
    pub enum ClosingDecision {
        /// The seminar is closed; its attendees have their hours.
        Close = "close",
        /// The host reports again.
        Return = "return",
    }
}

impl From<ClosingDecision> for Event {
    fn from(decision: ClosingDecision) -> Self {
        match decision {
            ClosingDecision::Close => Self::Close,
            ClosingDecision::Return => Self::ReturnReport,
        }
    }
}

/// The road of a seminar (P6).
#[derive(Debug, Clone, Copy)]
pub struct SeminarRoad;

impl Road for SeminarRoad {
    type State = State;
    type Event = Event;
    const NAME: &'static str = "seminar";

    fn next(state: State, event: Event) -> Option<State> {
        match (state, event) {
            (State::Draft, Event::Edit) => Some(State::Draft),
            (State::Returned, Event::Edit) => Some(State::Returned),
            (State::Draft | State::Returned, Event::Submit) => Some(State::Submitted),
            (State::Submitted, Event::Approve) => Some(State::Approved),
            (State::Submitted, Event::Return) => Some(State::Returned),
            (State::Submitted, Event::Reject) => Some(State::Rejected),
            (
                State::Draft | State::Returned | State::Submitted | State::Approved,
                Event::Withdraw,
            ) => Some(State::Withdrawn),
            (State::Approved, Event::Admit) => Some(State::Approved),
            (State::Approved, Event::Report) => Some(State::Reported),
            (State::Reported, Event::ReturnReport) => Some(State::Approved),
            (State::Reported, Event::Close) => Some(State::Closed),
            (
                State::Draft | State::Returned,
                Event::Approve
                | Event::Return
                | Event::Reject
                | Event::Admit
                | Event::Report
                | Event::ReturnReport
                | Event::Close,
            )
            | (
                State::Submitted,
                Event::Edit
                | Event::Submit
                | Event::Admit
                | Event::Report
                | Event::ReturnReport
                | Event::Close,
            )
            | (
                State::Approved,
                Event::Edit
                | Event::Submit
                | Event::Approve
                | Event::Return
                | Event::Reject
                | Event::ReturnReport
                | Event::Close,
            )
            | (
                State::Reported,
                Event::Edit
                | Event::Submit
                | Event::Approve
                | Event::Return
                | Event::Reject
                | Event::Withdraw
                | Event::Admit
                | Event::Report,
            )
            | (
                State::Rejected | State::Withdrawn | State::Closed,
                Event::Edit
                | Event::Submit
                | Event::Approve
                | Event::Return
                | Event::Reject
                | Event::Withdraw
                | Event::Admit
                | Event::Report
                | Event::ReturnReport
                | Event::Close,
            ) => None,
        }
    }
}

/// What a proposal says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// The days on which it is held, in one year (H2).
    pub span: LearningSpan,
    /// The hours that it gives.
    pub hours: Hours,
    /// How many can be admitted.
    pub places: u32,
}

/// What [`check_proposal`] asks, in its order: where it lets a proposal through, each of them was kept (V7).
pub const PROPOSAL_CHECKS: &[CheckName] =
    &[CheckName::PlacesWithinCap, CheckName::SomeHours, CheckName::DaysHoldHours];

/// P6, H9: whether a seminar of this kind can be: small, and with no more hours than its days hold.
///
/// # Errors
/// [`Refusal::SeminarTooLarge`], [`Refusal::HoursNotPositive`], [`Refusal::HoursExceedDays`], in this order.
pub fn check_proposal(proposal: Proposal, policy: &Policy) -> Result<(), Refusal> {
    let max = policy.seminars.max_places;
    if proposal.places > max {
        return Err(Refusal::SeminarTooLarge { places: proposal.places, max });
    }
    if proposal.hours.is_zero() {
        return Err(Refusal::HoursNotPositive);
    }
    let max_hours_per_day = policy.limits.max_hours_per_day;
    let days = proposal.span.days();
    let max = max_hours_per_day.saturating_mul(days);
    if proposal.hours > max {
        let hours = proposal.hours;
        return Err(Refusal::HoursExceedDays { hours, days, max_hours_per_day, max });
    }
    Ok(())
}

/// P6: submitting, approving and admitting come before the seminar begins.
///
/// **Reading**: as for a class (H5), it begins with its first day, so that an approval on that day comes too late.
///
/// # Errors
/// [`Refusal::SeminarBegun`].
pub fn require_not_begun(span: LearningSpan, today: Date) -> Result<(), Refusal> {
    let starts_on = span.start();
    if today < starts_on { Ok(()) } else { Err(Refusal::SeminarBegun { starts_on, today }) }
}

/// P6: an outcome is reported when it is over. What ends today is over (H2).
///
/// # Errors
/// [`Refusal::SeminarNotEnded`].
pub fn require_ended(span: LearningSpan, today: Date) -> Result<(), Refusal> {
    let ends_on = span.end();
    if ends_on <= today { Ok(()) } else { Err(Refusal::SeminarNotEnded { ends_on, today }) }
}

/// P6: no more people than places.
///
/// # Errors
/// [`Refusal::SeminarFull`].
pub const fn check_list(admitted: u32, places: u32) -> Result<(), Refusal> {
    if admitted > places { Err(Refusal::SeminarFull { admitted, places }) } else { Ok(()) }
}

/// U3, U4b: only people who could declare the hours are admitted.
///
/// # Errors
/// [`Refusal::NotEmployed`], [`Refusal::OutOfScope`].
pub fn require_admissible(
    employment: Option<Employment>,
    post: Post,
    policy: &Policy,
    today: Date,
) -> Result<(), Refusal> {
    require_active(employment, today)?;
    require_in_scope(post, policy.include_management_posts)
}

/// What the host reports of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonResult {
    /// The person.
    pub person: Uuid,
    /// The hours that they attended.
    pub hours: Hours,
    /// Whether they passed.
    pub passed: bool,
}

/// P6: a report has one result for each of those admitted and for nobody else; who passed has hours, and nobody has more than
/// the seminar gives. The second part of the error is the place of the result to blame, if it is one.
///
/// # Errors
/// [`Refusal::SeminarListEmpty`], [`Refusal::SeminarResultsMismatch`], [`Refusal::HoursNotPositive`],
/// [`Refusal::HoursOverLimit`].
pub fn check_results(
    admitted: &[Uuid],
    results: &[PersonResult],
    max: Hours,
) -> Result<(), (Refusal, Option<usize>)> {
    if admitted.is_empty() {
        return Err((Refusal::SeminarListEmpty, None));
    }
    let count = |person: &Uuid| results.iter().filter(|result| result.person == *person).count();
    let missing: Vec<Uuid> = admitted.iter().copied().filter(|person| count(person) == 0).collect();
    let repeated: Vec<Uuid> = admitted.iter().copied().filter(|person| count(person) > 1).collect();
    let not_admitted: Vec<Uuid> = results
        .iter()
        .map(|result| result.person)
        .filter(|person| !admitted.contains(person))
        .collect();
    if !(missing.is_empty() && repeated.is_empty() && not_admitted.is_empty()) {
        return Err((Refusal::SeminarResultsMismatch { missing, repeated, not_admitted }, None));
    }
    for (place, result) in results.iter().enumerate() {
        if result.passed && result.hours.is_zero() {
            return Err((Refusal::HoursNotPositive, Some(place)));
        }
        if result.hours > max {
            let refusal = Refusal::HoursOverLimit {
                limit: LimitKind::Seminar,
                way: Way::AdvancedSeminar,
                max,
                used: Hours::ZERO,
                hours: result.hours,
            };
            return Err((refusal, Some(place)));
        }
    }
    Ok(())
}

/// Who: the grant under which an actor acts for a host, if there is one; of several the one closest to it (V10).
///
/// **Reading**: an administrator acts for the units below their own too, a reviewer only for the body itself: it reviews the
/// employers below it and does not act in their place.
#[must_use]
pub fn may_host<'a>(actor: &'a Actor, host: &OrgPath) -> Option<&'a Grant> {
    actor
        .grants_for(Permission::ProposeSeminars)
        .filter(|grant| grant.path.contains(host))
        .filter(|grant| grant.role != Role::Reviewer || grant.path == *host)
        .max_by_key(|grant| grant.path.depth())
}

/// Who: nobody decides on a seminar in which they had a hand for its host, at whatever step, or on one whose hours they get.
///
/// # Errors
/// [`Refusal::OwnCase`].
pub fn require_other_hand(
    decider: Uuid,
    host_hands: impl IntoIterator<Item = Uuid>,
    attends: bool,
) -> Result<(), Refusal> {
    let had_a_hand = host_hands.into_iter().any(|hand| hand == decider);
    if attends || had_a_hand { Err(Refusal::OwnCase) } else { Ok(()) }
}

impl Event {
    /// Whether it is the host's.
    #[must_use]
    pub const fn is_of_host(self) -> bool {
        match self {
            Self::Edit | Self::Submit | Self::Withdraw | Self::Admit | Self::Report => true,
            Self::Approve | Self::Return | Self::Reject | Self::ReturnReport | Self::Close => false,
        }
    }
}

/// All that the rules of a declaration need to know of the seminar behind it (H5, P6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeminarFacts {
    /// Its theme.
    pub theme: String,
    /// The name of its host.
    pub host: String,
    /// When the municipal bureau approved it, if it did.
    #[serde(with = "crate::instant::rfc3339_option")]
    pub approved_at: Option<OffsetDateTime>,
    /// Its first day.
    #[serde(with = "crate::instant::iso_date")]
    pub began: Date,
    /// The hours that it gives.
    pub hours: Hours,
    /// Whether the attendee passed.
    pub passed: bool,
}

impl SeminarFacts {
    /// What it lacks for its hours to count, if anything (H5): the approval, in time.
    #[must_use]
    pub fn missing(&self) -> Option<NotFiledReason> {
        match self.approved_at {
            None => Some(NotFiledReason::PlanNotApproved),
            Some(approved) if approved >= start_of_day(self.began) => {
                Some(NotFiledReason::ApprovedAfterClassBegan)
            }
            Some(_) => None,
        }
    }
}
