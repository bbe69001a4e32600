//! Make-up (补学): how hours of a prior year may still be earned (rules H4, M1–M6, W4).
//!
//! | file | subject | rules |
//! | --- | --- | --- |
//! | here | the three roads: of the application, of each of its items, of a grant | M1–M3 |
//! | `term` | when one may apply, study and register, and under which title | M1, M3, M6, W4 |
//! | `item` | whether a person may make up a year | M1, M3 |
//! | `parties` | who reviews and who decides | M2 |
//! | `study` | what may be registered under a grant | H2, H4, M3 |

mod item;
mod parties;
mod study;
mod term;

pub use item::{ITEM_CHECKS, ItemFacts, check_item};
pub use parties::{DecisionCase, Step, may_decide};
pub use study::{MakeupStudy, study_dates};
pub use term::{Term, check_reason};

use crate::review::Decision;
use crate::workflow::Road;

text_enum! {
    /// Where an application for make-up stands (rulebook, "Make-up").
    pub enum ApplicationState {
        /// Being written by the employer.
        Draft = "draft",
        /// Waiting for the employer's reviewing body, or for the base that is assigned to it.
        BodyReview = "body_review",
        /// Waiting for the municipal bureau.
        MunicipalReview = "municipal_review",
        /// Decided: at least one item was granted.
        Granted = "granted",
        /// Decided: nothing was granted, and nothing can be corrected.
        Rejected = "rejected",
        /// Sent back to be corrected and submitted again.
        Returned = "returned",
    }
}

impl ApplicationState {
    /// In the employer's own hands.
    pub const EDITABLE: &'static [Self] = &[Self::Draft, Self::Returned];
    /// Waiting for a decision.
    pub const PENDING: &'static [Self] = &[Self::BodyReview, Self::MunicipalReview];

    /// The step at which it waits, if it waits.
    #[must_use]
    pub const fn step(self) -> Option<Step> {
        match self {
            Self::BodyReview => Some(Step::Body),
            Self::MunicipalReview => Some(Step::Municipal),
            Self::Draft | Self::Granted | Self::Rejected | Self::Returned => None,
        }
    }

    /// Whether the employer can change it.
    #[must_use]
    pub fn is_editable(self) -> bool {
        Self::EDITABLE.contains(&self)
    }
}

text_enum! {
    /// What happens to an application.
    pub enum ApplicationEvent {
        /// The employer hands it in.
        Submit = "submit",
        /// The first body has decided on every item and agreed to at least one.
        Forward = "forward",
        /// The municipal bureau has decided on every item and granted at least one.
        Grant = "grant",
        /// Every item is decided, none agreed to, at least one to be corrected.
        Return = "return",
        /// Every item is decided, all of them refused.
        Reject = "reject",
    }
}

/// The road of an application (M2: nobody skips a step).
#[derive(Debug)]
pub struct Application;

impl Road for Application {
    type State = ApplicationState;
    type Event = ApplicationEvent;
    const NAME: &'static str = "makeup_application";

    fn next(state: ApplicationState, event: ApplicationEvent) -> Option<ApplicationState> {
        use ApplicationEvent::{Forward, Grant, Reject, Return, Submit};
        use ApplicationState::{BodyReview, Draft, Granted, MunicipalReview, Rejected, Returned};
        match (state, event) {
            (Draft | Returned, Submit) => Some(BodyReview),
            (BodyReview, Forward) => Some(MunicipalReview),
            (MunicipalReview, Grant) => Some(Granted),
            (BodyReview | MunicipalReview, Return) => Some(Returned),
            (BodyReview | MunicipalReview, Reject) => Some(Rejected),
            (Draft | Returned, Forward | Grant | Return | Reject)
            | (BodyReview, Submit | Grant)
            | (MunicipalReview, Submit | Forward)
            | (Granted | Rejected, Submit | Forward | Grant | Return | Reject) => None,
        }
    }
}

text_enum! {
    /// The result of one item of an application: one person and one prior year.
    pub enum ItemState {
        /// Nobody has decided on it yet.
        Open = "open",
        /// The first body agreed.
        Forwarded = "forwarded",
        /// The municipal bureau granted it.
        Granted = "granted",
        /// To be corrected.
        Returned = "returned",
        /// Refused.
        Rejected = "rejected",
    }
}

text_enum! {
    /// What happens to an item.
    pub enum ItemEvent {
        /// The first body agrees.
        Forward = "forward",
        /// The municipal bureau grants it.
        Grant = "grant",
        /// Either of them sends it back.
        Return = "return",
        /// Either of them refuses it.
        Reject = "reject",
        /// The corrected application is submitted again.
        Reopen = "reopen",
    }
}

impl ItemEvent {
    /// What a decision at a step does to an item.
    #[must_use]
    pub const fn of(step: Step, decision: Decision) -> Self {
        match (step, decision) {
            (Step::Body, Decision::Approve) => Self::Forward,
            (Step::Municipal, Decision::Approve) => Self::Grant,
            (Step::Body | Step::Municipal, Decision::Return) => Self::Return,
            (Step::Body | Step::Municipal, Decision::Reject) => Self::Reject,
        }
    }
}

/// The road of an item.
#[derive(Debug)]
pub struct Item;

impl Road for Item {
    type State = ItemState;
    type Event = ItemEvent;
    const NAME: &'static str = "makeup_item";

    fn next(state: ItemState, event: ItemEvent) -> Option<ItemState> {
        use ItemEvent::{Forward, Grant, Reject, Reopen, Return};
        use ItemState::{Forwarded, Granted, Open, Rejected, Returned};
        match (state, event) {
            (Open, Forward) => Some(Forwarded),
            (Forwarded, Grant) => Some(Granted),
            (Open | Forwarded, Return) => Some(Returned),
            (Open | Forwarded, Reject) => Some(Rejected),
            (Returned, Reopen) => Some(Open),
            (Open, Grant | Reopen)
            | (Forwarded, Forward | Reopen)
            | (Returned, Forward | Grant | Return | Reject)
            | (Granted | Rejected, Forward | Grant | Return | Reject | Reopen) => None,
        }
    }
}

/// The state of an item in which it waits for a decision at a step.
#[must_use]
pub const fn awaited_at(step: Step) -> ItemState {
    match step {
        Step::Body => ItemState::Open,
        Step::Municipal => ItemState::Forwarded,
    }
}

/// What the results of its items do to an application that waits at a step; `None` while one of them waits for a decision.
///
/// What was agreed to goes on, whatever became of the rest: an item that was returned or rejected never blocks the others.
#[must_use]
pub fn result_of(
    step: Step,
    items: impl IntoIterator<Item = ItemState> + Clone,
) -> Option<ApplicationEvent> {
    let any = |state: ItemState| items.clone().into_iter().any(|item| item == state);
    if any(awaited_at(step)) {
        return None;
    }
    Some(match step {
        Step::Body if any(ItemState::Forwarded) => ApplicationEvent::Forward,
        Step::Municipal if any(ItemState::Granted) => ApplicationEvent::Grant,
        Step::Body | Step::Municipal if any(ItemState::Returned) => ApplicationEvent::Return,
        Step::Body | Step::Municipal => ApplicationEvent::Reject,
    })
}

text_enum! {
    /// Where a grant stands: the right of one person to register hours of one prior year (M3).
    pub enum GrantState {
        /// The person may study and register.
        Granted = "granted",
        /// The year is complete.
        Used = "used",
        /// Its time is over.
        Expired = "expired",
    }
}

text_enum! {
    /// What happens to a grant.
    pub enum GrantEvent {
        /// The year became complete with its hours.
        Use = "use",
        /// Hours were taken back and the year is not complete any more.
        Reopen = "reopen",
        /// Registration closed.
        Expire = "expire",
    }
}

/// The road of a grant.
#[derive(Debug)]
pub struct Grant;

impl Road for Grant {
    type State = GrantState;
    type Event = GrantEvent;
    const NAME: &'static str = "makeup_grant";

    /// An expired grant can still become used: hours that were registered in time and approved after all, by an appeal (V8) or
    /// a reinstatement (A3a), complete the year like any others.
    fn next(state: GrantState, event: GrantEvent) -> Option<GrantState> {
        use GrantEvent::{Expire, Reopen, Use};
        use GrantState::{Expired, Granted, Used};
        match (state, event) {
            (Granted | Expired, Use) => Some(Used),
            (Used, Reopen) => Some(Granted),
            (Granted, Expire) => Some(Expired),
            (Granted | Expired, Reopen) | (Used, Use | Expire) | (Expired, Expire) => None,
        }
    }
}
