//! Time in the rulebook's zone: Asia/Shanghai, +08:00 without daylight saving.
//!
//! Every conversion is total. The `time` crate panics when a conversion leaves the years −9999 to 9999; here such an instant
//! becomes the nearest one that exists, which no rule can tell from the far end of time.

use time::format_description::well_known::Rfc3339;
use time::macros::offset;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// The zone of every window, due date and day in this project.
pub const CHINA: UtcOffset = offset!(+8);

/// The same instant, written in China's offset.
#[must_use]
pub fn in_china(instant: OffsetDateTime) -> OffsetDateTime {
    instant.checked_to_offset(CHINA).unwrap_or_else(|| {
        if instant.year() > 0 {
            OffsetDateTime::new_in_offset(Date::MAX, Time::MAX, CHINA)
        } else {
            start_of_day(Date::MIN)
        }
    })
}

/// The calendar day that it is in China at this instant.
#[must_use]
pub fn china_date(instant: OffsetDateTime) -> Date {
    in_china(instant).date()
}

/// The first instant of a day in China.
#[must_use]
pub const fn start_of_day(date: Date) -> OffsetDateTime {
    OffsetDateTime::new_in_offset(date, Time::MIDNIGHT, CHINA)
}

/// The first instant after a day in China: the exclusive end that due dates and windows are written with.
///
/// `None` on the last day that the calendar can express.
#[must_use]
pub fn end_of_day(date: Date) -> Option<OffsetDateTime> {
    date.next_day().map(start_of_day)
}

/// An instant as RFC 3339 in China's offset; outside the years 0 to 9999, which that format cannot write, as Rust shows it.
#[must_use]
pub fn to_rfc3339(instant: OffsetDateTime) -> String {
    let instant = in_china(instant);
    instant.format(&Rfc3339).unwrap_or_else(|_| instant.to_string())
}

/// Reads `YYYY-MM-DD`, and nothing else: four, two and two ASCII digits that name a day that exists.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0_u16, |value, byte| {
            byte.is_ascii_digit().then(|| value * 10 + u16::from(byte - b'0'))
        })
    };
    let month = Month::try_from(u8::try_from(number(5, 7)?).ok()?).ok()?;
    let day = u8::try_from(number(8, 10)?).ok()?;
    Date::from_calendar_date(i32::from(number(0, 4)?), month, day).ok()
}

/// Serde of an instant as RFC 3339, always written with `+08:00`; for `#[serde(with = "…")]`.
pub mod rfc3339 {
    use super::{OffsetDateTime, Rfc3339, in_china};
    use serde::{Deserialize as _, Deserializer, Serializer, de, ser};

    /// Writes the instant in China's offset.
    ///
    /// # Errors
    /// Years outside 0 to 9999 have no RFC 3339 text.
    pub fn serialize<S: Serializer>(
        instant: &OffsetDateTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = in_china(*instant).format(&Rfc3339).map_err(ser::Error::custom)?;
        serializer.serialize_str(&text)
    }

    /// Reads an instant in any offset and keeps it in China's.
    ///
    /// # Errors
    /// Anything that is not RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<OffsetDateTime, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        OffsetDateTime::parse(&text, &Rfc3339).map(in_china).map_err(|_| {
            de::Error::custom("expected an RFC 3339 timestamp such as 2023-12-20T00:00:00+08:00")
        })
    }
}

/// Serde of an optional instant as RFC 3339 or `null`; for `#[serde(with = "…")]`.
pub mod rfc3339_option {
    use super::OffsetDateTime;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Instant(#[serde(with = "super::rfc3339")] OffsetDateTime);

    /// Writes the instant in China's offset, or `null`.
    ///
    /// # Errors
    /// Years outside 0 to 9999 have no RFC 3339 text.
    pub fn serialize<S: Serializer>(
        instant: &Option<OffsetDateTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        instant.map(Instant).serialize(serializer)
    }

    /// Reads an instant in any offset, or `null`.
    ///
    /// # Errors
    /// Anything that is neither RFC 3339 nor `null`.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        Ok(Option::<Instant>::deserialize(deserializer)?.map(|instant| instant.0))
    }
}

/// Serde of a day as `YYYY-MM-DD`; for `#[serde(with = "…")]`.
pub mod iso_date {
    use super::{Date, parse_date};
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    /// Writes `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Only those of the serializer.
    pub fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Anything else, and days that do not exist.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        parse_date(&text)
            .ok_or_else(|| de::Error::custom("expected a day that exists, as YYYY-MM-DD"))
    }
}

/// Serde of an optional day as `YYYY-MM-DD` or `null`; for `#[serde(with = "…")]`.
pub mod iso_date_option {
    use super::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Day(#[serde(with = "super::iso_date")] Date);

    /// Writes `YYYY-MM-DD`, or `null`.
    ///
    /// # Errors
    /// Only those of the serializer.
    pub fn serialize<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        date.map(Day).serialize(serializer)
    }

    /// Reads `YYYY-MM-DD`, or `null`.
    ///
    /// # Errors
    /// Anything else, and days that do not exist.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Date>, D::Error> {
        Ok(Option::<Day>::deserialize(deserializer)?.map(|day| day.0))
    }
}
