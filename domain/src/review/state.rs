//! The states of a declaration, with the sets that other rules speak of (rulebook, "Review").

text_enum! {
    /// Where a declaration stands.
    pub enum State {
        /// Being written.
        Draft = "draft",
        /// Waiting for the employer.
        EmployerReview = "employer_review",
        /// Waiting for the employer's reviewing body.
        AuthorityReview = "authority_review",
        /// Both reviews said yes: its hours count.
        Approved = "approved",
        /// Sent back to be corrected and submitted again.
        Returned = "returned",
        /// Refused for good, with a reason.
        Rejected = "rejected",
        /// Taken back by the person.
        Withdrawn = "withdrawn",
        /// Still pending at settlement (A3).
        Lapsed = "lapsed",
        /// Taken back by the municipal bureau after approval.
        Revoked = "revoked",
    }
}

text_enum! {
    /// One of the two reviews.
    pub enum Stage {
        /// By the employer.
        Employer = "employer",
        /// By the employer's reviewing body.
        Authority = "authority",
    }
}

impl State {
    /// Waiting for a review.
    pub const PENDING: &'static [Self] = &[Self::EmployerReview, Self::AuthorityReview];
    /// In the person's own hands.
    pub const EDITABLE: &'static [Self] = &[Self::Draft, Self::Returned];
    /// Decided against, or taken back: nothing follows but an upheld appeal (V8) or a reinstatement (A3a). `approved` is not
    /// among them: it can be revoked.
    pub const TERMINAL: &'static [Self] =
        &[Self::Rejected, Self::Withdrawn, Self::Lapsed, Self::Revoked];
    /// Counts against the same learning being declared again (H7).
    pub const STANDING: &'static [Self] =
        &[Self::Draft, Self::EmployerReview, Self::AuthorityReview, Self::Approved, Self::Returned];

    /// The stage at which it waits, if it waits.
    #[must_use]
    pub const fn stage(self) -> Option<Stage> {
        match self {
            Self::EmployerReview => Some(Stage::Employer),
            Self::AuthorityReview => Some(Stage::Authority),
            Self::Draft
            | Self::Approved
            | Self::Returned
            | Self::Rejected
            | Self::Withdrawn
            | Self::Lapsed
            | Self::Revoked => None,
        }
    }

    /// Whether it waits for a review.
    #[must_use]
    pub fn is_pending(self) -> bool {
        Self::PENDING.contains(&self)
    }

    /// Whether the person can change it.
    #[must_use]
    pub fn is_editable(self) -> bool {
        Self::EDITABLE.contains(&self)
    }

    /// Whether nothing follows in the ordinary course.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        Self::TERMINAL.contains(&self)
    }

    /// Whether it counts as a standing declaration of its learning (H7).
    #[must_use]
    pub fn is_standing(self) -> bool {
        Self::STANDING.contains(&self)
    }
}
