//! V9: what will not be finished before the freeze.

use serde::Serialize;
use time::Date;

use crate::calendar::WorkdayCalendar;

/// What a reviewing unit has before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// Declarations that wait for it.
    pub waiting: u64,
    /// Decisions in the window that the pace is taken from.
    pub done: u64,
    /// Working days of that window.
    pub window: u32,
    /// Whole working days after today and before review ends.
    pub days_left: u32,
}

/// What will become of it at the present pace, if nothing else arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// Decisions for each working day, in hundredths, rounded down.
    pub pace_hundredths: u64,
    /// Decisions that the unit will make in the days left, at most what waits.
    pub will_finish: u64,
    /// What will still wait when review ends.
    pub will_not_finish: u64,
    /// Working days that it needs for what waits; none while it decides nothing.
    pub working_days_needed: Option<u64>,
}

/// The working days that a unit's pace is taken from.
pub const PACE_WINDOW: u32 = 20;

/// The first of the last [`PACE_WINDOW`] working days before `today`; today is not over and does not count.
#[must_use]
pub fn pace_begins(today: Date, calendar: &WorkdayCalendar) -> Date {
    let (mut day, mut found) = (today, 0);
    // No holiday lasts so long that a year would not have them.
    for _ in 0..366 {
        let Some(before) = day.previous_day() else { break };
        day = before;
        found += u32::from(calendar.kind(day).is_working_day());
        if found == PACE_WINDOW {
            break;
        }
    }
    day
}

/// V9: the forecast of a unit. Parts of a decision do not count: what is begun on the last day is not finished.
#[must_use]
pub const fn forecast(outlook: Outlook) -> Forecast {
    let Outlook { waiting, done, window, days_left } = outlook;
    let window = if window == 0 { 1 } else { window as u64 };
    let capacity = done.saturating_mul(days_left as u64) / window;
    let will_finish = if capacity < waiting { capacity } else { waiting };
    Forecast {
        pace_hundredths: done.saturating_mul(100) / window,
        will_finish,
        will_not_finish: waiting - will_finish,
        working_days_needed: match done {
            0 if waiting == 0 => Some(0),
            0 => None,
            done => Some(waiting.saturating_mul(window).div_ceil(done)),
        },
    }
}
