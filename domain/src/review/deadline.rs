//! When a review is due, and whether it can still be in time (rules V1, V3, V5).

use serde::Serialize;
use time::{Date, OffsetDateTime};

use crate::calendar::{CalendarDay, CalendarError, WorkdayCalendar};
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

/// From when on a stay is late that is due by `due_at` (V3): from the end of its due day on, and never when a freeze begins
/// before that.
///
/// **Reading** (V3, W1, A3a): a review that was still in time when the freeze of its windows began is not late, because nobody
/// could do it any more. A due day that ends as the freeze begins was there in full.
#[must_use]
pub fn late_from(due_at: OffsetDateTime, frozen_at: OffsetDateTime) -> Option<OffsetDateTime> {
    (due_at <= frozen_at).then_some(due_at)
}

/// Whether a stay that is late from that instant on (see [`late_from`]) is late at `at` (V3): while it waits, or for having
/// ended then.
#[must_use]
pub fn is_late(late_from: Option<OffsetDateTime>, at: OffsetDateTime) -> bool {
    late_from.is_some_and(|from| from <= at)
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
    let from = counted_from(arrival, terms);
    let last = calendar.add_working_days(from, terms.working_days_per_stage)?;
    let at = end_of_day(last.date).ok_or(CalendarError::OutOfRange)?;
    Ok(Due { date: last.date, at, provisional: last.provisional })
}

/// A day on the way to a due day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CountedDay {
    /// The day, with what the calendar says of it.
    #[serde(flatten)]
    pub day: CalendarDay,
    /// Which working day it is, 1, 2, 3 …; none for a day that does not count.
    pub count: Option<u32>,
}

/// Every day after the one that is counted from (day 0) up to the due day, with its number where it counts (V1, V2, V7).
///
/// # Errors
/// [`CalendarError`] when the due day lies beyond the calendar.
pub fn counted_days(
    arrival: Arrival,
    terms: &ReviewTerms,
    calendar: &WorkdayCalendar,
) -> Result<Vec<CountedDay>, CalendarError> {
    let last = due(arrival, terms, calendar)?.date;
    let from = counted_from(arrival, terms).next_day().ok_or(CalendarError::OutOfRange)?;
    let mut counted = 0;
    let days = calendar.days(from, last).map(|day| {
        counted += u32::from(day.is_working_day);
        CountedDay { day, count: day.is_working_day.then_some(counted) }
    });
    Ok(days.collect())
}

/// Day 0: the day in China that the working days of a stage are counted from (V1).
#[must_use]
pub fn counted_from(arrival: Arrival, terms: &ReviewTerms) -> Date {
    china_date(match terms.counting {
        Counting::PerStage => arrival.arrived_at,
        Counting::FromDeclaration => arrival.submitted_at,
    })
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
