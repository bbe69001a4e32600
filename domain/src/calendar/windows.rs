//! What can be open or closed, and what needs it to be open (rulebook, "Windows").

use serde::Serialize;
use time::OffsetDateTime;

text_enum! {
    /// A window of the year.
    pub enum WindowKind {
        /// Declaring and submitting.
        Declare = "declare",
        /// Approving, returning, rejecting, verifying, issuing.
        Review = "review",
        /// Applying for make-up, and the review of it.
        MakeupApplication = "makeup_application",
        /// Studying under a grant.
        MakeupStudy = "makeup_study",
        /// Registering prior-year hours under a grant, and the review of them.
        MakeupRegistration = "makeup_registration",
        /// The year-end freeze.
        Freeze = "freeze",
    }
}

text_enum! {
    /// An act that changes something, and that the calendar may refuse. Whatever the window, the freeze refuses it first (E4).
    pub enum Action {
        /// Creating or editing a declaration and its attachments: the declare window.
        Draft = "draft",
        /// Submitting a declaration: the declare window.
        Submit = "submit",
        /// Approving, returning, rejecting: the review window.
        Review = "review",
        /// Verifying a record and issuing its certificate: the review window.
        Verify = "verify",
        /// Withdrawing a declaration: only the freeze refuses it.
        Withdraw = "withdraw",
        /// Revoking an approval: only the freeze refuses it.
        Revoke = "revoke",
        /// Delivering a completion or a roster: only the freeze refuses it.
        DeliverLearning = "deliver_learning",
        /// Applying for make-up: the make-up application window.
        ApplyMakeup = "apply_makeup",
        /// Reviewing a make-up application: the same window.
        ReviewMakeup = "review_makeup",
        /// Registering or reviewing prior-year hours under a grant: until the registration closes.
        RegisterMakeup = "register_makeup",
        /// Applying for, deciding on or ending an exemption (A5): only the freeze refuses it.
        Exempt = "exempt",
        /// Bringing or deciding an appeal (V8): only the freeze refuses it.
        Appeal = "appeal",
        /// Moving a person to another employer, with what waits there (U2): only the freeze refuses it.
        Transfer = "transfer",
        /// Approving after all what lapsed through lateness (A3a): only the freeze refuses it.
        Reinstate = "reinstate",
        /// Letting the years of people follow new floors of their policy (W3): only the freeze refuses it.
        FollowFloors = "follow_floors",
        /// Taking an advanced seminar a step further (P6): only the freeze refuses it.
        HoldSeminar = "hold_seminar",
    }
}

impl Action {
    /// The window that the act needs; `None` when only the freeze refuses it.
    #[must_use]
    pub const fn window(self) -> Option<WindowKind> {
        match self {
            Self::Draft | Self::Submit => Some(WindowKind::Declare),
            Self::Review | Self::Verify => Some(WindowKind::Review),
            Self::ApplyMakeup | Self::ReviewMakeup => Some(WindowKind::MakeupApplication),
            Self::RegisterMakeup => Some(WindowKind::MakeupRegistration),
            Self::Withdraw
            | Self::Revoke
            | Self::DeliverLearning
            | Self::Exempt
            | Self::Appeal
            | Self::Transfer
            | Self::Reinstate
            | Self::FollowFloors
            | Self::HoldSeminar => None,
        }
    }
}

/// The calendar's yes, and how long it holds (W2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// The first instant at which the answer would be no: looked at once more when the change is committed. `None` when no
    /// end is known.
    pub valid_until: Option<OffsetDateTime>,
}

impl Admission {
    /// Whether the yes still holds at the instant of the commit (W2).
    #[must_use]
    pub fn holds_at(self, commit: OffsetDateTime) -> bool {
        self.valid_until.is_none_or(|end| commit < end)
    }
}

/// A window as it is published (W5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WindowStatus {
    /// Which window.
    pub kind: WindowKind,
    /// Its first instant.
    #[serde(with = "crate::instant::rfc3339")]
    pub opens: OffsetDateTime,
    /// The first instant after it.
    #[serde(with = "crate::instant::rfc3339")]
    pub closes: OffsetDateTime,
    /// Whether what it is for can be done now; for the freeze, whether it is in force.
    pub is_open: bool,
    /// Seconds until it ends, when it is open; a begun second counts.
    pub seconds_left: Option<i64>,
    /// When a window of this kind opens next, when it is not open.
    #[serde(with = "crate::instant::rfc3339_option")]
    pub next_opening: Option<OffsetDateTime>,
}
