//! Who acts, and what an answer is, as far as the rules speak of it.

use std::collections::BTreeSet;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Actor {
    Person(usize),
    Hospital,
    Health,
    Jinshui,
    City,
    /// Another officer of the same bureau: who decides where the first one had a part.
    Officer,
    Base,
}

impl Actor {
    pub(in super::super) const ALL: [Self; 10] = [
        Self::Person(0),
        Self::Person(1),
        Self::Person(2),
        Self::Person(3),
        Self::Hospital,
        Self::Health,
        Self::Jinshui,
        Self::City,
        Self::Officer,
        Self::Base,
    ];

    /// Someone who acts for the municipal bureau.
    pub(super) fn is_bureau(self) -> bool {
        matches!(self, Self::City | Self::Officer)
    }

    /// Someone who acts for an employer.
    pub(super) fn is_employer(self) -> bool {
        matches!(self, Self::Hospital | Self::Person(3))
    }

    /// Someone who acts for a reviewing body below the bureau.
    pub(super) fn is_body(self) -> bool {
        matches!(self, Self::Health | Self::Jinshui)
    }
}

/// What an answer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Answer {
    /// Done; the state that it led to, where there is one.
    Done(String),
    /// Refused, with this code.
    Refused(String),
}

/// Reasons for a refusal, by their codes: the service gives one of them.
pub(super) type Reasons = BTreeSet<&'static str>;

/// What the rules say about a step.
#[derive(Debug, Clone)]
pub(in super::super) enum Expected {
    /// It must be done, and lead to this.
    Done(&'static str),
    /// It must be refused, for one of these reasons.
    Refused(Reasons),
}

impl Expected {
    pub(super) fn unless(reasons: Reasons, done: &'static str) -> Self {
        if reasons.is_empty() { Self::Done(done) } else { Self::Refused(reasons) }
    }

    pub(super) fn refused<const N: usize>(codes: [&'static str; N]) -> Self {
        Self::Refused(BTreeSet::from(codes))
    }

    pub(in super::super) fn allows(&self, answer: &Answer) -> bool {
        match (self, answer) {
            (Self::Done(state), Answer::Done(found)) => state == found,
            (Self::Refused(codes), Answer::Refused(code)) => codes.contains(code.as_str()),
            (Self::Done(_), Answer::Refused(_)) | (Self::Refused(_), Answer::Done(_)) => false,
        }
    }
}
