//! Classes under items of approved plans, and their rosters (P3, P4, P5, H9).

use time::Date;
use uuid::Uuid;

use crate::declaration::{ClassFacts, not_filed};
use crate::filing::{FilingFacts, takes_new_classes};
use crate::hours::Hours;
use crate::learning::{LearningSpan, Subject, Way};
use crate::policy::Policy;
use crate::refusal::{ClassMismatch, LimitKind, Refusal};
use crate::registry::PlanState;
use crate::review::State;
use crate::training_plan::Approval;
use crate::workflow::Road;

text_enum! {
    /// Where a class stands.
    pub enum ClassState {
        /// It will be held, or was and its roster is not in yet.
        Announced = "announced",
        /// Its roster is in.
        Held = "held",
        /// It does not take place.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What can happen to a class.
    pub enum ClassEvent {
        /// The institution changes it.
        Edit = "edit",
        /// The institution calls it off.
        Cancel = "cancel",
        /// The institution hands in its roster, or a corrected one.
        HandIn = "hand_in",
    }
}

/// The road of a class. Once its roster is in, a class is corrected by a revision of the roster only.
#[derive(Debug, Clone, Copy)]
pub struct ClassRoad;

impl Road for ClassRoad {
    type State = ClassState;
    type Event = ClassEvent;
    const NAME: &'static str = "class";

    fn next(state: ClassState, event: ClassEvent) -> Option<ClassState> {
        use ClassEvent::{Cancel, Edit, HandIn};
        match state {
            ClassState::Announced => match event {
                Edit => Some(ClassState::Announced),
                Cancel => Some(ClassState::Cancelled),
                HandIn => Some(ClassState::Held),
            },
            ClassState::Held => match event {
                HandIn => Some(ClassState::Held),
                Edit | Cancel => None,
            },
            ClassState::Cancelled => match event {
                Edit | Cancel | HandIn => None,
            },
        }
    }
}

/// A class as it is to be, with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClassFacts {
    /// Its title.
    pub title: String,
    /// The unit that holds it.
    pub institution: String,
    /// That unit.
    pub institution_id: Uuid,
    /// That unit's filing for the year of the class.
    pub filing: Option<FilingFacts>,
    /// The year of the plan.
    pub plan_year: i32,
    /// Where the plan stands.
    pub plan: PlanState,
    /// What was approved of the item when the class begins; `None` while nothing was.
    pub approval: Option<Approval>,
    /// The kind of subject.
    pub subject: Subject,
    /// The form.
    pub way: Way,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// Hours that it gives.
    pub hours: Hours,
}

/// Whether a class can be held as it is described: by a filed unit, under an item that was approved before it begins, in the
/// plan's year, of the item's subject, with no more hours than the item (P3, P5) and than its days hold (H9).
///
/// **Reading**: the planned dates and places of an item are a plan; a class keeps to its year, subject and hours.
///
/// # Errors
/// The first [`Refusal`].
pub fn check_class(class: &NewClassFacts, policy: &Policy) -> Result<(), Refusal> {
    let span = LearningSpan::new(class.starts_on, class.ends_on)?;
    takes_new_classes(class.filing, &class.institution, span.year())?;
    let mismatch = |mismatch| Err(Refusal::ClassNotInPlan { mismatch });
    if class.approval.is_some_and(|approval| approval.removed) {
        return mismatch(ClassMismatch::Item);
    }
    not_filed(&ClassFacts {
        title: class.title.clone(),
        institution: class.institution.clone(),
        institution_filed: true,
        plan_approved_at: class.approval.map(|approval| approval.approved_at),
        began: class.starts_on,
        item_hours: class.approval.map(|approval| approval.hours),
        passed: true,
        class_id: None,
        institution_id: Some(class.institution_id),
        filing: class.filing.map(|filing| filing.state),
        plan: Some(class.plan),
    })?;
    let Some(approval) = class.approval else { return mismatch(ClassMismatch::Item) };
    if span.year() != class.plan_year {
        return mismatch(ClassMismatch::Year);
    }
    if class.subject != approval.subject {
        return mismatch(ClassMismatch::Subject);
    }
    // Advanced seminars have a road of their own (P6).
    if !class.way.is_taught() || class.way == Way::AdvancedSeminar {
        return mismatch(ClassMismatch::Way);
    }
    if class.hours.is_zero() {
        return Err(Refusal::HoursNotPositive);
    }
    within(LimitKind::PlanItem, class.way, approval.hours, class.hours)?;
    let max_hours_per_day = policy.limits.max_hours_per_day;
    let max = max_hours_per_day.saturating_mul(span.days());
    if class.hours <= max {
        Ok(())
    } else {
        let (hours, days) = (class.hours, span.days());
        Err(Refusal::HoursExceedDays { hours, days, max_hours_per_day, max })
    }
}

fn within(limit: LimitKind, way: Way, max: Hours, hours: Hours) -> Result<(), Refusal> {
    if hours <= max {
        Ok(())
    } else {
        Err(Refusal::HoursOverLimit { limit, way, max, used: Hours::ZERO, hours })
    }
}

/// Whether the roster of a class can be handed in: the class has ended (P4, H2). One that ends today has ended.
///
/// # Errors
/// [`Refusal::LearningNotFinished`].
pub fn roster_is_open(ends: Date, today: Date) -> Result<(), Refusal> {
    if ends <= today { Ok(()) } else { Err(Refusal::LearningNotFinished { ends, today }) }
}

/// What a roster says of an attendee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RosterResult {
    /// Hours attended.
    pub hours: Hours,
    /// Whether they passed.
    pub passed: bool,
}

/// Whether a roster can say this of an attendee: who passed has hours, and nobody more than the class gives (P4).
///
/// # Errors
/// [`Refusal::HoursNotPositive`], [`Refusal::HoursOverLimit`].
pub fn check_result(way: Way, class_hours: Hours, result: RosterResult) -> Result<(), Refusal> {
    if result.passed && result.hours.is_zero() {
        return Err(Refusal::HoursNotPositive);
    }
    within(LimitKind::ClassHours, way, class_hours, result.hours)
}

text_enum! {
    /// What a roster did to an attendee's learning record (P4).
    pub enum RosterChange {
        /// It made the record.
        Added = "added",
        /// It says what stood already.
        Unchanged = "unchanged",
        /// It changed the record.
        Corrected = "corrected",
        /// The record is under review or approved: the correction is noted and takes effect when that ends.
        CorrectionNeeded = "correction_needed",
        /// The attendee is no longer in the roster: the record counts no hours.
        Removed = "removed",
    }
}

/// What a corrected roster does to a record that says something else, by the standing declaration that rests on it (P4).
///
/// Hours that are under review or approved are never changed in silence: they are flagged, and whoever decides on them sees
/// it. A draft or a returned declaration is still in the person's hands and follows the correction.
#[must_use]
pub const fn correction(declared: Option<State>) -> RosterChange {
    match declared {
        None
        | Some(
            State::Draft
            | State::Returned
            | State::Rejected
            | State::Withdrawn
            | State::Lapsed
            | State::Revoked,
        ) => RosterChange::Corrected,
        Some(State::EmployerReview | State::AuthorityReview | State::Approved) => {
            RosterChange::CorrectionNeeded
        }
    }
}
