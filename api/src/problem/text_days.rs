//! Days and instants in the sentences of refusals.

use time::{Date, OffsetDateTime};
use xueshi_domain::instant::in_china;

/// An instant to the minute, in China.
pub(super) fn minute(at: OffsetDateTime) -> String {
    let at = in_china(at);
    format!("{} {:02}:{:02}", iso(at.date()), at.hour(), at.minute())
}

/// A day as `2023-12-20`.
pub(super) fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}
