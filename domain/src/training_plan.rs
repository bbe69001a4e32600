//! 年度培训计划: plans, their items, and amendments of approved plans (P2, P3).
//!
//! A plan goes through [`PlanRoad`]; an amendment of an approved plan goes the same way, by [`AmendmentRoad`]. What was
//! approved of an item, and when, is kept as a series of [`Approval`]s: a class is judged by the one in force when it began.

use serde::Serialize;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::hours::Hours;
use crate::instant::start_of_day;
use crate::learning::{LearningSpan, Subject};
use crate::refusal::Refusal;
use crate::registry::PlanState;
use crate::workflow::Road;

text_enum! {
    /// What can happen to a plan or to an amendment.
    pub enum PlanEvent {
        /// Its author changes it.
        Edit = "edit",
        /// Its author hands it in.
        Submit = "submit",
        /// The municipal bureau approves it.
        Approve = "approve",
        /// The municipal bureau wants it corrected.
        Return = "return",
        /// The municipal bureau declines.
        Reject = "reject",
        /// An amendment of it is begun or takes effect.
        Amend = "amend",
    }
}

/// The road of a yearly plan.
#[derive(Debug, Clone, Copy)]
pub struct PlanRoad;

impl Road for PlanRoad {
    type State = PlanState;
    type Event = PlanEvent;
    const NAME: &'static str = "training_plan";

    fn next(state: PlanState, event: PlanEvent) -> Option<PlanState> {
        use PlanEvent::{Amend, Approve, Edit, Reject, Return, Submit};
        match state {
            PlanState::Draft => match event {
                Edit => Some(PlanState::Draft),
                Submit => Some(PlanState::Submitted),
                Approve | Return | Reject | Amend => None,
            },
            PlanState::Submitted => match event {
                Approve => Some(PlanState::Approved),
                Return => Some(PlanState::Returned),
                Reject => Some(PlanState::Rejected),
                Edit | Submit | Amend => None,
            },
            PlanState::Returned => match event {
                Edit => Some(PlanState::Returned),
                Submit => Some(PlanState::Submitted),
                Approve | Return | Reject | Amend => None,
            },
            // An approved plan is changed only by an amendment that is approved itself.
            PlanState::Approved => match event {
                Amend => Some(PlanState::Approved),
                Edit | Submit | Approve | Return | Reject => None,
            },
            PlanState::Rejected => match event {
                Edit | Submit | Approve | Return | Reject | Amend => None,
            },
        }
    }
}

/// The road of an amendment: that of a plan, but nothing amends an amendment.
#[derive(Debug, Clone, Copy)]
pub struct AmendmentRoad;

impl Road for AmendmentRoad {
    type State = PlanState;
    type Event = PlanEvent;
    const NAME: &'static str = "plan_amendment";

    fn next(state: PlanState, event: PlanEvent) -> Option<PlanState> {
        if event == PlanEvent::Amend { None } else { PlanRoad::next(state, event) }
    }
}

/// An item as it is to be: what the rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemFacts {
    /// Public or professional.
    pub subject: Subject,
    /// The most hours that a class under it gives.
    pub hours: Hours,
    /// Planned first day.
    pub starts_on: Date,
    /// Planned last day.
    pub ends_on: Date,
}

/// Whether an item can stand in the plan of a year: it gives hours, and its planned days lie in that year (P2, H2).
///
/// # Errors
/// [`Refusal::HoursNotPositive`], [`Refusal::LearningDatesInverted`], [`Refusal::SpansTwoYears`], [`Refusal::YearMismatch`].
pub fn check_item(year: i32, item: &ItemFacts) -> Result<(), Refusal> {
    if item.hours.is_zero() {
        return Err(Refusal::HoursNotPositive);
    }
    let span = LearningSpan::new(item.starts_on, item.ends_on)?;
    if span.year() == year {
        Ok(())
    } else {
        Err(Refusal::YearMismatch { year, learning_year: span.year() })
    }
}

/// Whether a plan can be handed in: it has at least one item (P2).
///
/// # Errors
/// [`Refusal::PlanEmpty`].
pub const fn check_submission(items: usize) -> Result<(), Refusal> {
    if items == 0 { Err(Refusal::PlanEmpty) } else { Ok(()) }
}

/// An item of an approved plan with the classes that rest on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemInUse {
    /// The item.
    pub id: Uuid,
    /// What it is about.
    pub theme: String,
    /// Its subject.
    pub subject: Subject,
    /// How many classes rest on it, cancelled ones not counted.
    pub classes: u32,
    /// The most hours that one of them gives.
    pub most_hours: Hours,
}

/// Whether an amendment may change an item to this, or take it away (`None`): no class may lose what it stands on (P2, P3).
///
/// # Errors
/// [`Refusal::PlanItemInUse`].
pub fn may_become(item: &ItemInUse, after: Option<&ItemFacts>) -> Result<(), Refusal> {
    let holds = item.classes == 0
        || after
            .is_some_and(|after| after.subject == item.subject && item.most_hours <= after.hours);
    if holds {
        Ok(())
    } else {
        Err(Refusal::PlanItemInUse {
            item: item.id,
            theme: item.theme.clone(),
            classes: item.classes,
            most_hours: item.most_hours,
        })
    }
}

/// What was approved of an item, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// When the municipal bureau approved it: the plan, or the amendment.
    #[serde(with = "crate::instant::rfc3339")]
    pub approved_at: OffsetDateTime,
    /// The item's subject.
    pub subject: Subject,
    /// The most hours that a class under it gives.
    pub hours: Hours,
    /// Whether it was approved that the item is no more.
    pub removed: bool,
}

/// What an item was when a class began: the last approval before its first day (P3, E10).
///
/// Where nothing had been approved by then, it is the first approval, which came too late. `None` while nothing is approved.
/// `approvals` are in the order in which they were given.
#[must_use]
pub fn in_force(approvals: &[Approval], began: Date) -> Option<Approval> {
    let before = |approval: &&Approval| approval.approved_at < start_of_day(began);
    approvals.iter().rev().find(before).or_else(|| approvals.first()).copied()
}
