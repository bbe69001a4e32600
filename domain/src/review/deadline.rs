//! When a review is due, and whether it can still be in time (rules V1, V3, V5).

use serde::Serialize;
use time::{Date, OffsetDateTime};

use crate::calendar::{CalendarError, WorkdayCalendar};
use crate::instant::{china_date, end_of_day};
use crate::policy::{Counting, ReviewTerms};

/// When a declaration was submitted, and when it came to the stage that holds it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The submission of the revision under review.
    pub submitted_at: OffsetDateTime,
    /// The arrival at the stage; at the employer's stage the same instant.
    pub arrived_at: OffsetDateTime,
}

/// When a review is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The last day on which it is in time.
    #[serde(with = "crate::instant::iso_date")]
    pub date: Date,
    /// The exclusive end of that day in China.
    #[serde(with = "crate::instant::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether the day may still change, because a year's arrangement of working days is not published (V2).
    pub provisional: bool,
}

impl Due {
    /// Whether a review that is not done by `now` is late (V3).
    #[must_use]
    pub fn is_overdue(self, now: OffsetDateTime) -> bool {
        self.at <= now
    }
}

/// The due date of the stage that holds a declaration (V1, E5, E6).
///
/// The day of arrival is day 0. By `from_declaration` both stages are due by the same day, counted from the submission.
///
/// # Errors
/// [`CalendarError`] when the day lies beyond the calendar.
pub fn due(
    arrival: Arrival,
    terms: &ReviewTerms,
    calendar: &WorkdayCalendar,
) -> Result<Due, CalendarError> {
    let counted_from = match terms.counting {
        Counting::PerStage => arrival.arrived_at,
        Counting::FromDeclaration => arrival.submitted_at,
    };
    let last = calendar.add_working_days(china_date(counted_from), terms.working_days_per_stage)?;
    let at = end_of_day(last.date).ok_or(CalendarError::OutOfRange)?;
    Ok(Due { date: last.date, at, provisional: last.provisional })
}

/// Something that the person should know about a submission that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Warning {
    /// At full review time it cannot be finished before review ends (V5).
    ReviewMayNotFinish {
        /// Working days after today on which it can be reviewed.
        working_days_left: u32,
        /// Working days that the full review takes.
        working_days_needed: u32,
        /// When review ends.
        #[serde(with = "crate::instant::rfc3339")]
        review_ends: OffsetDateTime,
    },
}

impl Warning {
    /// Every code.
    pub const ALL_CODES: &'static [&'static str] = &["review-may-not-finish"];

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ReviewMayNotFinish { .. } => "review-may-not-finish",
        }
    }
}

/// Whole working days after the day of `now` and before `end`. The day of `now` is day 0 and never counts, nor does a day
/// that `end` cuts short.
#[must_use]
pub fn working_days_left(
    now: OffsetDateTime,
    end: OffsetDateTime,
    calendar: &WorkdayCalendar,
) -> u32 {
    china_date(now)
        .next_day()
        .map_or(0, |tomorrow| calendar.working_days_between(tomorrow, china_date(end)))
}

/// V5: the warning for a submission at `now` that has fewer working days before `review_ends` than the policy asks for (E4).
#[must_use]
pub fn warn_of_freeze(
    now: OffsetDateTime,
    review_ends: OffsetDateTime,
    terms: &ReviewTerms,
    calendar: &WorkdayCalendar,
) -> Option<Warning> {
    let working_days_left = working_days_left(now, review_ends, calendar);
    (working_days_left < terms.warn_below_working_days).then_some(Warning::ReviewMayNotFinish {
        working_days_left,
        working_days_needed: terms.warn_below_working_days,
        review_ends,
    })
}
