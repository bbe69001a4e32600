//! What a settlement ends unreviewed, and what of it may be approved after all (A3, A3a).

use serde::Serialize;
use time::OffsetDateTime;

use crate::calendar::WorkdayCalendar;
use crate::instant::china_date;
use crate::policy::Window;
use crate::refusal::Refusal;
use crate::review::{Stage, late_from};

/// A declaration that waits, as a settlement finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The stage at which it waits.
    pub stage: Stage,
    /// When it came to that stage.
    pub entered_at: OffsetDateTime,
    /// The exclusive end of the day by which the stage had to decide (V1).
    pub due_at: OffsetDateTime,
}

/// How long a unit held what lapsed (A3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lapse {
    /// The stage that held it.
    pub stage: Stage,
    /// Whole working days between its arrival and the freeze; the day of arrival is day 0.
    pub working_days: u32,
    /// Whether the stage's time was over when the freeze began: then it may be reinstated (A3a).
    pub overdue: bool,
}

/// A3: whether a waiting declaration lapses at the settlement of the year with this freeze: it was submitted before the freeze
/// began.
///
/// Nothing can be submitted for a year once its freeze has begun, except hours under a make-up grant of a later year (M3):
/// those belong to the settlement of the year in which they were registered.
#[must_use]
pub fn lapses(submitted_at: OffsetDateTime, freeze: Window) -> bool {
    submitted_at < freeze.opens
}

/// A3: what is kept of a declaration that lapses: for how long its stage held it until the freeze, and whether that was too
/// long.
///
/// **Reading**: the time in the freeze does not count, since nobody may decide in it; what is too long is what
/// [`late_from`] says, as everywhere.
#[must_use]
pub fn lapse(held: Held, freeze: Window, calendar: &WorkdayCalendar) -> Lapse {
    let working_days = china_date(held.entered_at)
        .next_day()
        .map_or(0, |tomorrow| calendar.working_days_between(tomorrow, china_date(freeze.opens)));
    Lapse {
        stage: held.stage,
        working_days,
        overdue: late_from(held.due_at, freeze.opens).is_some(),
    }
}

/// A3a: only what a unit had held beyond its time may be approved after all; the person pays for their own lateness.
///
/// That it is done after the freeze is asked of the calendar ([`crate::calendar::Action::Reinstate`]).
///
/// # Errors
/// [`Refusal::NotOverdue`].
pub fn may_reinstate(
    lapse: Lapse,
    due_at: OffsetDateTime,
    frozen_at: OffsetDateTime,
) -> Result<(), Refusal> {
    if lapse.overdue {
        Ok(())
    } else {
        Err(Refusal::NotOverdue { stage: lapse.stage, due_at, frozen_at })
    }
}
