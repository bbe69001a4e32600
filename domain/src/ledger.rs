//! The hours of a year, what they lack, and the state of the annual record (rules H1, H3, A1, A2).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::hours::Hours;
use crate::learning::Subject;
use crate::policy::Floors;
use crate::review::State;

/// Hours of both subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BySubject {
    /// Public-required hours.
    pub public: Hours,
    /// Professional hours.
    pub professional: Hours,
}

impl BySubject {
    /// Both together.
    #[must_use]
    pub const fn total(self) -> Hours {
        self.public.saturating_add(self.professional)
    }

    fn of_mut(&mut self, subject: Subject) -> &mut Hours {
        match subject {
            Subject::Public => &mut self.public,
            Subject::Professional => &mut self.professional,
        }
    }
}

text_enum! {
    /// Which of a year's two totals a declaration stands in.
    pub enum Bucket {
        /// Under review.
        Pending = "pending",
        /// Approved.
        Approved = "approved",
    }
}

impl Bucket {
    /// The total that a declaration in this state stands in, if in any.
    #[must_use]
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::EmployerReview | State::AuthorityReview => Some(Self::Pending),
            State::Approved => Some(Self::Approved),
            State::Draft
            | State::Returned
            | State::Rejected
            | State::Withdrawn
            | State::Lapsed
            | State::Revoked => None,
        }
    }
}

/// Hours that are booked into one total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Posting {
    /// The total.
    pub bucket: Bucket,
    /// The kind of subject.
    pub subject: Subject,
    /// The hours.
    pub hours: Hours,
}

/// What a person has in a year. It never moves to another year (H3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearTotals {
    /// Approved hours: only these count.
    pub approved: BySubject,
    /// Hours under review.
    pub pending: BySubject,
}

/// Totals that do not fit what is booked: a sign that they were kept wrongly, and need to be recomputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LedgerError {
    /// More hours than a total can hold.
    Overflow,
    /// More hours taken away than there are.
    Underflow,
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overflow => "the year's total would overflow",
            Self::Underflow => "the year's total would become negative",
        })
    }
}

impl std::error::Error for LedgerError {}

impl YearTotals {
    /// The totals with a posting booked.
    ///
    /// # Errors
    /// [`LedgerError::Overflow`].
    pub fn apply(self, posting: Posting) -> Result<Self, LedgerError> {
        self.change(posting, |total| total.checked_add(posting.hours).ok_or(LedgerError::Overflow))
    }

    /// The totals with a posting taken back.
    ///
    /// # Errors
    /// [`LedgerError::Underflow`] when it cannot have been booked.
    pub fn revert(self, posting: Posting) -> Result<Self, LedgerError> {
        self.change(posting, |total| total.checked_sub(posting.hours).ok_or(LedgerError::Underflow))
    }

    /// The totals after a declaration of these hours went from one state to another.
    ///
    /// # Errors
    /// [`LedgerError`] when the totals do not fit the state that it comes from.
    pub fn moved(
        self,
        subject: Subject,
        hours: Hours,
        from: State,
        to: State,
    ) -> Result<Self, LedgerError> {
        let (from, to) = (Bucket::of(from), Bucket::of(to));
        let posting = |bucket| Posting { bucket, subject, hours };
        let without = from.map_or(Ok(self), |bucket| self.revert(posting(bucket)))?;
        to.map_or(Ok(without), |bucket| without.apply(posting(bucket)))
    }

    fn change(
        mut self,
        posting: Posting,
        change: impl FnOnce(Hours) -> Result<Hours, LedgerError>,
    ) -> Result<Self, LedgerError> {
        let total = match posting.bucket {
            Bucket::Pending => self.pending.of_mut(posting.subject),
            Bucket::Approved => self.approved.of_mut(posting.subject),
        };
        *total = change(*total)?;
        Ok(self)
    }
}

/// Hours in total and by subject, as they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    /// All hours together.
    pub total: Hours,
    /// Public-required hours.
    pub public: Hours,
    /// Professional hours.
    pub professional: Hours,
}

impl From<BySubject> for Breakdown {
    fn from(hours: BySubject) -> Self {
        Self { total: hours.total(), public: hours.public, professional: hours.professional }
    }
}

impl From<Floors> for Breakdown {
    fn from(floors: Floors) -> Self {
        Self { total: floors.total, public: floors.public, professional: floors.professional }
    }
}

impl Breakdown {
    /// What is left of this when the other is taken away, each by itself and never below zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self {
            total: self.total.saturating_sub(other.total),
            public: self.public.saturating_sub(other.public),
            professional: self.professional.saturating_sub(other.professional),
        }
    }

    /// Whether there are none at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.total.is_zero() && self.public.is_zero() && self.professional.is_zero()
    }
}

/// A year measured by its floors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Assessment {
    /// Approved hours.
    pub approved: Breakdown,
    /// Hours under review.
    pub pending: Breakdown,
    /// What the approved hours lack of each floor.
    pub shortfall: Breakdown,
    /// What the approved hours have above each floor; it stays in its year (H3).
    pub excess: Breakdown,
    /// Whether the approved hours reach all three floors (H1).
    pub satisfied: bool,
}

/// Measures a year by its floors, each of them by itself (H1, H3, E1–E3).
#[must_use]
pub fn assess(floors: Floors, totals: YearTotals) -> Assessment {
    let floors = Breakdown::from(floors);
    let approved = Breakdown::from(totals.approved);
    let shortfall = floors.saturating_sub(approved);
    Assessment {
        approved,
        pending: totals.pending.into(),
        shortfall,
        excess: approved.saturating_sub(floors),
        satisfied: shortfall.is_zero(),
    }
}

text_enum! {
    /// The state of a person's annual record.
    pub enum RecordState {
        /// Below a floor.
        InProgress = "in_progress",
        /// At or above all floors (H1), not verified yet.
        Satisfied = "satisfied",
        /// Verified, with a certificate (A1).
        Certified = "certified",
        /// Settled below a floor (A3).
        Incomplete = "incomplete",
        /// Exempt from the year (A5).
        Exempt = "exempt",
    }
}

/// The state of an annual record after its totals changed (H1, A2, E13).
///
/// A certified record that falls below a floor goes back to `in_progress`, and its certificate is to be revoked. A settled
/// year that is short becomes `satisfied` by make-up hours, and one that falls below a floor is `incomplete`; an exempt one stays
/// exempt.
#[must_use]
pub const fn state_after(current: RecordState, satisfied: bool, settled: bool) -> RecordState {
    match (current, satisfied) {
        (RecordState::Certified, true) => RecordState::Certified,
        (RecordState::Exempt, _) => RecordState::Exempt,
        (RecordState::Incomplete, false) => RecordState::Incomplete,
        (RecordState::InProgress | RecordState::Satisfied | RecordState::Incomplete, true) => {
            RecordState::Satisfied
        }
        (RecordState::InProgress | RecordState::Satisfied | RecordState::Certified, false) => {
            if settled {
                RecordState::Incomplete
            } else {
                RecordState::InProgress
            }
        }
    }
}

/// Whether a change of a record's state takes its certificate with it (A2, E13).
#[must_use]
pub const fn revokes_certificate(before: RecordState, after: RecordState) -> bool {
    matches!(before, RecordState::Certified) && !matches!(after, RecordState::Certified)
}

text_enum! {
    /// How a year ended for a person, written once at its settlement; make-up and reinstatement may follow (A3, A4).
    pub enum Outcome {
        /// The floors were reached in the year itself: the only one that counts for the annual appraisal.
        CompletedInYear = "completed_in_year",
        /// The floors were reached later, by make-up hours (M5).
        CompletedByMakeup = "completed_by_makeup",
        /// Below a floor.
        Incomplete = "incomplete",
        /// Exempt from the year (A5).
        Exempt = "exempt",
    }
}

text_enum! {
    /// What verification finds for one record (A1).
    pub enum VerifyOutcome {
        /// It is verified now: its certificate is to be issued.
        Certified = "certified",
        /// It was verified before, and stays as it is.
        AlreadyCertified = "already_certified",
        /// It is below a floor.
        NotSatisfied = "not_satisfied",
        /// The person is exempt from the year.
        Exempt = "exempt",
    }
}

/// A1: what verifying a record does, by its state and by what its hours say now.
#[must_use]
pub const fn verify(current: RecordState, satisfied: bool) -> VerifyOutcome {
    match (current, satisfied) {
        (RecordState::Exempt, _) => VerifyOutcome::Exempt,
        (RecordState::Certified, true) => VerifyOutcome::AlreadyCertified,
        (RecordState::InProgress | RecordState::Satisfied | RecordState::Incomplete, true) => {
            VerifyOutcome::Certified
        }
        (
            RecordState::InProgress
            | RecordState::Satisfied
            | RecordState::Certified
            | RecordState::Incomplete,
            false,
        ) => VerifyOutcome::NotSatisfied,
    }
}
