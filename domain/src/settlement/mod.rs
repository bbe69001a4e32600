//! The end of a year (rules A3, A3a, A4, M5): when it may be settled, whom it counts, what lapses, and how it ended for each.
//!
//! Nothing here stores anything: a settlement is these functions asked about one person after the other.

mod lapse;
mod seal;
mod standing;

use time::{Date, OffsetDateTime};

use crate::certificate::Completion;
use crate::instant::china_date;
use crate::ledger::{BySubject, Outcome, RecordState, YearTotals, assess};
use crate::people::{Employment, Post, require_in_scope};
use crate::policy::{Floors, Window};
use crate::refusal::Refusal;

pub use lapse::{Held, Lapse, lapse, lapses, may_reinstate};
pub use seal::{Seal, SealedHours};
pub use standing::{Answer, Purpose, Verdict, YearFacts, answer, verdict};

text_enum! {
    /// How far the settlement of a year has come.
    pub enum SettlementState {
        /// People are being settled, or it was interrupted and goes on where it was.
        Running = "running",
        /// Everybody is settled; nothing changes any more.
        Finished = "finished",
    }
}

text_enum! {
    /// Why something was added to a sealed appraisal, which itself is never changed (M5).
    pub enum AddendumCause {
        /// What had lapsed through a late review was approved after all (A3a).
        Reinstatement = "reinstatement",
        /// An appeal was upheld (V8).
        Appeal = "appeal",
        /// Prior-year hours were registered under a grant (M5).
        Makeup = "makeup",
        /// An approval was taken back (A2).
        Revocation = "revocation",
        /// An exemption was granted or ended (A5).
        Exemption = "exemption",
        /// A new certificate took the place of the one that was sealed (A2).
        Correction = "correction",
    }
}

/// A3: a year is settled in its freeze or later, never before.
///
/// This is the one change that a freeze does not refuse: it is what the freeze is for.
///
/// # Errors
/// [`Refusal::SettlementTooEarly`].
///
/// ```
/// use time::macros::datetime;
/// use xueshi_domain::policy::Window;
/// use xueshi_domain::settlement::may_settle;
///
/// let freeze = Window { opens: datetime!(2023-12-20 00:00 +8), closes: datetime!(2024-01-01 00:00 +8) };
/// assert!(may_settle(2023, freeze, datetime!(2023-12-19 23:59:59 +8)).is_err());
/// assert!(may_settle(2023, freeze, datetime!(2023-12-20 00:00 +8)).is_ok());
/// assert!(may_settle(2023, freeze, datetime!(2024-03-01 09:00 +8)).is_ok());
/// ```
pub fn may_settle(year: i32, freeze: Window, now: OffsetDateTime) -> Result<(), Refusal> {
    if now < freeze.opens {
        return Err(Refusal::SettlementTooEarly { year, opens: freeze.opens });
    }
    Ok(())
}

/// The day on which a person must have been employed to be settled: the first day of the freeze, in China (A3).
#[must_use]
pub fn counting_day(freeze: Window) -> Date {
    china_date(freeze.opens)
}

/// A3, U3, U4b: whether a year is settled for someone who has this employment and post: they were employed when the freeze
/// began, and their post is in scope.
#[must_use]
pub fn counts(
    employment: Option<Employment>,
    post: Post,
    include_management_posts: bool,
    counting_day: Date,
) -> bool {
    employment.is_some_and(|employment| employment.is_active_on(counting_day))
        && require_in_scope(post, include_management_posts).is_ok()
}

/// A4, A6, M5: how a year ended, by its approved hours. `makeup` is the part of them that was registered under a grant.
///
/// Floors are never divided by the months that someone was there (A6). A year that reaches them without its make-up hours was
/// completed in the year. An exemption that stands goes before hours.
#[must_use]
pub fn outcome(floors: Floors, approved: BySubject, makeup: BySubject, exempt: bool) -> Outcome {
    if exempt {
        return Outcome::Exempt;
    }
    if !reaches(floors, approved) {
        return Outcome::Incomplete;
    }
    match completion(floors, approved, makeup) {
        Completion::InYear => Outcome::CompletedInYear,
        Completion::ByMakeup => Outcome::CompletedByMakeup,
    }
}

/// A1, A4, M5: how a year that is complete was completed: in the year when the hours without the make-up part reach the floors by
/// themselves, otherwise by make-up. Outcome and certificate both ask this.
#[must_use]
pub fn completion(floors: Floors, approved: BySubject, makeup: BySubject) -> Completion {
    let in_year = BySubject {
        public: approved.public.saturating_sub(makeup.public),
        professional: approved.professional.saturating_sub(makeup.professional),
    };
    if makeup.total().is_zero() || reaches(floors, in_year) {
        Completion::InYear
    } else {
        Completion::ByMakeup
    }
}

fn reaches(floors: Floors, approved: BySubject) -> bool {
    assess(floors, YearTotals { approved, ..YearTotals::default() }).satisfied
}

/// The state of a settled year by its outcome: a certificate that stands stays, and what is short is `incomplete` and no
/// longer in progress (A3).
#[must_use]
pub const fn settled_state(current: RecordState, outcome: Outcome) -> RecordState {
    match (outcome, current) {
        (Outcome::Exempt, _) => RecordState::Exempt,
        (Outcome::Incomplete, _) => RecordState::Incomplete,
        (Outcome::CompletedInYear | Outcome::CompletedByMakeup, RecordState::Certified) => {
            RecordState::Certified
        }
        (
            Outcome::CompletedInYear | Outcome::CompletedByMakeup,
            RecordState::InProgress
            | RecordState::Satisfied
            | RecordState::Incomplete
            | RecordState::Exempt,
        ) => RecordState::Satisfied,
    }
}
