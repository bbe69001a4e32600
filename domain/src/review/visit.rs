//! A declaration's stay at a stage, for deadlines and for the figures about them (V1, V3).

use time::OffsetDateTime;

use crate::calendar::WorkdayCalendar;
use crate::instant::china_date;

text_enum! {
    /// How a declaration left a stage.
    pub enum Ending {
        /// Approved there.
        Approved = "approved",
        /// Returned to the person.
        Returned = "returned",
        /// Rejected.
        Rejected = "rejected",
        /// The person took it back.
        Withdrawn = "withdrawn",
        /// It went to another unit (U2).
        Rerouted = "rerouted",
        /// Settlement ended it (A3).
        Lapsed = "lapsed",
    }
}

impl Ending {
    /// The endings by a decision of the unit: what timeliness measures.
    pub const DECIDED: &'static [Self] = &[Self::Approved, Self::Returned, Self::Rejected];
}

text_enum! {
    /// What has been told about a visit's due day (V3).
    pub enum Warned {
        /// Nothing.
        No = "no",
        /// That it is due soon.
        DueSoon = "due_soon",
        /// That it is overdue.
        Overdue = "overdue",
    }
}

/// Working days that a stay took: those after the day of arrival, up to the day of leaving (V1: the day of arrival is day 0).
#[must_use]
pub fn working_days_taken(
    entered: OffsetDateTime,
    left: OffsetDateTime,
    calendar: &WorkdayCalendar,
) -> u32 {
    let bounds = china_date(entered).next_day().zip(china_date(left).next_day());
    bounds.map_or(0, |(from, end)| calendar.working_days_between(from, end))
}
