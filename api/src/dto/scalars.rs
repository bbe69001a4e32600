//! Dates, instants and hours as the API writes them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use xueshi_domain::Hours;
use xueshi_domain::instant::{in_china, parse_date};
use xueshi_persistence::{Moment, Tenths};

/// An instant: RFC 3339 with `+08:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub OffsetDateTime);

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        Self(moment.0)
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(instant: OffsetDateTime) -> Self {
        Self(instant)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = in_china(self.0).format(&Rfc3339).map_err(|_| std::fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        OffsetDateTime::parse(&text, &Rfc3339).map(Self).map_err(|_| {
            de::Error::custom("expected an RFC 3339 instant such as 2023-12-19T23:59:59+08:00")
        })
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        string(KnownFormat::DateTime, "2023-10-16T09:00:00+08:00")
    }
}

impl ToSchema for Timestamp {}

/// A date: `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_date(&text)
            .map(Self)
            .ok_or_else(|| de::Error::custom("expected a date that exists, as YYYY-MM-DD"))
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        string(KnownFormat::Date, "2023-05-09")
    }
}

impl ToSchema for Day {}

/// Hours: a number with at most one decimal (H1: kept exactly, never a float).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Amount(pub Hours);

impl From<Hours> for Amount {
    fn from(hours: Hours) -> Self {
        Self(hours)
    }
}

impl From<Tenths> for Amount {
    fn from(tenths: Tenths) -> Self {
        Self(tenths.0)
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .description(Some("Hours, with at most one decimal"))
            .minimum(Some(0.0))
            .maximum(Some(9999.9))
            .examples([serde_json::json!(12.5)])
            .into()
    }
}

impl ToSchema for Amount {}

/// Hours of many people together, in tenths; written as a number with at most one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HourSum(pub i64);

impl Serialize for HourSum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 10 == 0 {
            return serializer.serialize_i64(self.0 / 10);
        }
        // Exact as a decimal far beyond the hours of any city: a double has 15 digits.
        #[allow(clippy::cast_precision_loss, reason = "below 2^53 it is exact")]
        serializer.serialize_f64(self.0 as f64 / 10.0)
    }
}

impl PartialSchema for HourSum {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .description(Some("Hours of many people together, with at most one decimal"))
            .minimum(Some(0.0))
            .examples([serde_json::json!(123_456.5)])
            .into()
    }
}

impl ToSchema for HourSum {}

fn string(format: KnownFormat, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .examples([serde_json::json!(example)])
        .into()
}
