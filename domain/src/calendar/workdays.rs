//! Working days (rule V2): the week, corrected by the State Council's arrangement of each year.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use time::{Date, Weekday};

use super::arrangement::{ArrangedKind, Arrangement};

text_enum! {
    /// What kind of day a day is.
    pub enum DayKind {
        /// Monday to Friday, worked.
        Weekday = "weekday",
        /// Saturday or Sunday, off.
        Weekend = "weekend",
        /// Off by the arrangement.
        Holiday = "holiday",
        /// Worked by the arrangement.
        MovedWorkday = "moved_workday",
    }
}

impl DayKind {
    /// Whether people work on such a day.
    #[must_use]
    pub const fn is_working_day(self) -> bool {
        match self {
            Self::Weekday | Self::MovedWorkday => true,
            Self::Weekend | Self::Holiday => false,
        }
    }
}

/// A day with what the calendar says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CalendarDay {
    /// The day.
    #[serde(with = "crate::instant::iso_date")]
    pub date: Date,
    /// Whether people work on it.
    pub is_working_day: bool,
    /// What kind of day it is.
    pub kind: DayKind,
    /// Whether its year has no published arrangement, so that this may still change.
    pub provisional: bool,
}

/// A day that was reached by counting working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WorkingDate {
    /// The day.
    #[serde(with = "crate::instant::iso_date")]
    pub date: Date,
    /// Whether a year on the way has no published arrangement, so that this may still change.
    pub provisional: bool,
}

/// Why a count of working days has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarError {
    /// More working days than one question may add: [`WorkdayCalendar::MAX_WORKING_DAYS`].
    TooManyDays,
    /// The answer lies beyond the last day that a date can express.
    OutOfRange,
}

impl CalendarError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooManyDays => "too-many-working-days",
            Self::OutOfRange => "date-out-of-range",
        }
    }
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyDays => {
                write!(f, "at most {} working days can be added", WorkdayCalendar::MAX_WORKING_DAYS)
            }
            Self::OutOfRange => f.write_str("the day lies beyond the calendar"),
        }
    }
}

impl std::error::Error for CalendarError {}

/// The working days of all years: those with a published arrangement, and Monday to Friday in every other (V2).
///
/// ```
/// use time::macros::date;
/// use xueshi_domain::calendar::WorkdayCalendar;
///
/// let calendar = WorkdayCalendar::official();
/// let reached = calendar.add_working_days(date!(2023-09-28), 5)?;
/// assert_eq!((reached.date, reached.provisional), (date!(2023-10-11), false));
/// assert!(calendar.add_working_days(time::Date::MAX, 1).is_err());
/// # Ok::<(), xueshi_domain::calendar::CalendarError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkdayCalendar {
    years: BTreeMap<i32, Arrangement>,
}

impl WorkdayCalendar {
    /// The most working days that [`WorkdayCalendar::add_working_days`] adds: about ten years.
    pub const MAX_WORKING_DAYS: u32 = 2_600;

    /// A calendar of the given arrangements; of two for the same year the later one holds.
    #[must_use]
    pub fn new(arrangements: impl IntoIterator<Item = Arrangement>) -> Self {
        Self {
            years: arrangements
                .into_iter()
                .map(|arrangement| (arrangement.year(), arrangement))
                .collect(),
        }
    }

    /// The calendar of the official arrangements that come with the project.
    #[must_use]
    pub fn official() -> Self {
        Self::new(Arrangement::official())
    }

    /// Takes an arrangement in, in place of an earlier one for its year.
    pub fn insert(&mut self, arrangement: Arrangement) {
        self.years.insert(arrangement.year(), arrangement);
    }

    /// The years that have an arrangement.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.keys().copied()
    }

    /// Whether a year has no published arrangement, so that its working days may still change (V2).
    #[must_use]
    pub fn is_provisional(&self, year: i32) -> bool {
        !self.years.contains_key(&year)
    }

    /// What kind of day a day is (V2).
    #[must_use]
    pub fn kind(&self, date: Date) -> DayKind {
        let arranged =
            self.years.get(&date.year()).and_then(|arrangement| arrangement.days().get(&date));
        match (arranged, is_weekend(date)) {
            (Some(ArrangedKind::Holiday), _) => DayKind::Holiday,
            (Some(ArrangedKind::Workday), true) => DayKind::MovedWorkday,
            (Some(ArrangedKind::Workday), false) | (None, false) => DayKind::Weekday,
            (None, true) => DayKind::Weekend,
        }
    }

    /// Whether people work on a day (V2).
    #[must_use]
    pub fn is_working_day(&self, date: Date) -> bool {
        self.kind(date).is_working_day()
    }

    /// A day with all that the calendar says of it.
    #[must_use]
    pub fn day(&self, date: Date) -> CalendarDay {
        let kind = self.kind(date);
        let provisional = self.is_provisional(date.year());
        CalendarDay { date, is_working_day: kind.is_working_day(), kind, provisional }
    }

    /// The days from `from` to `to`, both included; none when `to` lies before `from`.
    pub fn days(&self, from: Date, to: Date) -> impl Iterator<Item = CalendarDay> {
        std::iter::successors(Some(from), |date| date.next_day())
            .take_while(move |date| *date <= to)
            .map(|date| self.day(date))
    }

    /// The n-th working day after `from`, where `from` itself is day 0 whatever kind of day it is (V1, E5, E6, E6a).
    ///
    /// Adding none gives `from` back.
    ///
    /// # Errors
    /// [`CalendarError::TooManyDays`] above [`WorkdayCalendar::MAX_WORKING_DAYS`], [`CalendarError::OutOfRange`] past the last
    /// day of the calendar.
    pub fn add_working_days(&self, from: Date, n: u32) -> Result<WorkingDate, CalendarError> {
        if n > Self::MAX_WORKING_DAYS {
            return Err(CalendarError::TooManyDays);
        }
        let mut reached = self.day(from);
        let mut left = n;
        let mut provisional = reached.provisional;
        while left > 0 {
            reached = self.day(reached.date.next_day().ok_or(CalendarError::OutOfRange)?);
            provisional |= reached.provisional;
            left -= u32::from(reached.is_working_day);
        }
        Ok(WorkingDate { date: reached.date, provisional })
    }

    /// How many working days lie in `[from, to)`; none when `to` does not lie after `from` (V2).
    ///
    /// Counted by whole weeks and then corrected by the arranged days, so that the length of the range costs nothing.
    #[must_use]
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        if to <= from {
            return 0;
        }
        let by_week = weekdays_before(to) - weekdays_before(from);
        let corrections: i64 = self
            .years
            .range(from.year()..=to.year())
            .flat_map(|(_, arrangement)| arrangement.days().range(from..to))
            .map(|(date, kind)| match (kind, is_weekend(*date)) {
                (ArrangedKind::Holiday, false) => -1,
                (ArrangedKind::Workday, true) => 1,
                (ArrangedKind::Holiday, true) | (ArrangedKind::Workday, false) => 0,
            })
            .sum();
        u32::try_from(by_week + corrections).unwrap_or(0)
    }
}

const fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Mondays to Fridays before a date, counted from a Monday long ago.
fn weekdays_before(date: Date) -> i64 {
    // Julian day 0 is a Monday.
    let days = i64::from(date.to_julian_day());
    days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
}
