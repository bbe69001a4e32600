//! Working days, from the official list alone (V1, V2).

use std::collections::BTreeMap;

use time::{Date, Duration, OffsetDateTime, Time, UtcOffset, Weekday};

/// China has one offset and no daylight saving.
pub(super) const CHINA: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// Days that are not what their weekday says.
#[derive(Debug)]
pub(super) struct Workdays(BTreeMap<Date, bool>);

impl Workdays {
    /// The list that the State Council published.
    pub(super) fn official() -> Self {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/data/working-days-2023-2026.csv");
        let format = time::macros::format_description!("[year]-[month]-[day]");
        let days = std::fs::read_to_string(path).unwrap();
        let days = days.lines().skip(1).filter_map(|line| line.split_once(','));
        Self(
            days.map(|(day, kind)| (Date::parse(day, &format).unwrap(), kind.trim() != "holiday"))
                .collect(),
        )
    }

    fn works(&self, day: Date) -> bool {
        let weekday = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.0.get(&day).copied().unwrap_or(weekday)
    }

    /// The end of the fifth working day after the day of arrival.
    pub(super) fn due(&self, arrived: OffsetDateTime) -> OffsetDateTime {
        let mut day = arrived.to_offset(CHINA).date();
        let mut left = 5;
        while left > 0 {
            day += Duration::DAY;
            left -= i32::from(self.works(day));
        }
        midnight(day + Duration::DAY)
    }
}

/// The first instant of a day in China.
pub(super) fn midnight(day: Date) -> OffsetDateTime {
    OffsetDateTime::new_in_offset(day, Time::MIDNIGHT, CHINA)
}
