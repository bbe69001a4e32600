//! What a reviewer can decide.

use super::Event;

text_enum! {
    /// A reviewer's decision at a stage.
    pub enum Decision {
        /// 通过: on to the next stage, or approved.
        Approve = "approve",
        /// 退回: the person corrects it and submits again.
        Return = "return",
        /// 不予通过: final, with a reason.
        Reject = "reject",
    }
}

impl Decision {
    /// The event of the review machine that the decision is.
    #[must_use]
    pub const fn event(self) -> Event {
        match self {
            Self::Approve => Event::Approve,
            Self::Return => Event::Return,
            Self::Reject => Event::Reject,
        }
    }
}
