//! Working days on the wire (V2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Date;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;
use xueshi_domain::calendar::workdays::DayKind;
use xueshi_domain::calendar::{ArrangedKind, CalendarDay, WorkingDate};
use xueshi_persistence::StoredArrangement;

use super::cities::CityCode;
use super::{Day, Timestamp, words};

/// What is asked of the calendar: `from` with either `add` or `to`.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WorkingDayQuestion {
    /// The first day; with `add` it is day 0 and never counts.
    #[param(inline, example = "2023-09-28")]
    pub from: Day,
    /// So many working days after `from`.
    #[param(minimum = 0, maximum = 400, example = 5)]
    pub add: Option<i64>,
    /// The last day, at most 400 days from `from`, both included.
    #[param(inline, example = "2023-10-31")]
    pub to: Option<Day>,
    /// Division code of the city; the installation's own city where it is left out.
    #[param(inline, example = "410100")]
    pub jurisdiction: Option<CityCode>,
}

/// The answer: a day for `add`, a list of days for `to`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum WorkingDayAnswer {
    /// The day that was reached.
    Reached(WorkingDateDto),
    /// The days from the first to the last.
    Days(CalendarDays),
}

/// The day that so many working days lead to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WorkingDate)]
pub struct WorkingDateDto {
    /// The day.
    pub date: Day,
    /// Whether a year on the way has no published arrangement, so that the day may still change (V2).
    pub provisional: bool,
}

/// Days with what the calendar says of each.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarDays {
    /// The days.
    pub data: Vec<CalendarDayDto>,
}

/// A day with what the calendar says of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CalendarDay)]
pub struct CalendarDayDto {
    /// The day.
    pub date: Day,
    /// Whether people work on it.
    pub is_working_day: bool,
    /// What kind of day it is.
    #[schema(value_type = words::DayKind)]
    pub kind: DayKind,
    /// Whether its year has no published arrangement, so that this may still change (V2).
    pub provisional: bool,
}

impl From<WorkingDate> for WorkingDateDto {
    fn from(reached: WorkingDate) -> Self {
        Self { date: reached.date.into(), provisional: reached.provisional }
    }
}

impl From<CalendarDay> for CalendarDayDto {
    fn from(day: CalendarDay) -> Self {
        Self {
            date: day.date.into(),
            is_working_day: day.is_working_day,
            kind: day.kind,
            provisional: day.provisional,
        }
    }
}

/// The State Council's arrangement of a year, to be loaded in place of an earlier one.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewArrangement {
    /// The days that differ from the week, in any order, each once.
    #[validate(length(min = 1, max = 366))]
    #[schema(min_items = 1, max_items = 366)]
    pub days: Vec<ArrangedDay>,
}

/// A day that differs from the week.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrangedDay {
    /// The day.
    pub date: Day,
    /// Off, or worked.
    #[schema(value_type = words::ArrangedKind)]
    pub kind: ArrangedKind,
}

/// The arrangement of a year as it was loaded.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Arrangement)]
pub struct ArrangementDto {
    /// The year.
    pub year: i32,
    /// 1, 2, 3 … with every loading.
    pub version: i32,
    /// When it was loaded.
    pub loaded_at: Timestamp,
    /// The days that differ from the week, by date.
    pub days: Vec<ArrangedDay>,
}

/// What a loading did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LoadedArrangement {
    /// The arrangement as it stands now.
    #[serde(flatten)]
    pub arrangement: ArrangementDto,
    /// How many waiting declarations and appeals got another due date by it.
    pub recomputed: u64,
}

impl ArrangementDto {
    /// A stored arrangement with the days that were read from it.
    #[must_use]
    pub fn new(stored: &StoredArrangement, days: &BTreeMap<Date, ArrangedKind>) -> Self {
        Self {
            year: stored.year,
            version: stored.version,
            loaded_at: stored.loaded_at.into(),
            days: days
                .iter()
                .map(|(date, kind)| ArrangedDay { date: Day(*date), kind: *kind })
                .collect(),
        }
    }
}
