//! Column types that both databases share: ids, instants, hours and the domain's words.

use std::io::Write;
use std::ops::Deref;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{HasSqlType, Integer, SqlType, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::TextEnum;
use xueshi_domain::hours::Hours;
use xueshi_domain::instant::in_china;

use crate::connection::AnyBackend;

/// The database's names of the column types used in `schema.rs`.
pub(crate) mod sql {
    use super::{AnyBackend, HasSqlType, SqlType};
    use diesel::query_builder::QueryId;

    /// `uuid` in PostgreSQL, a 16-byte blob in SQLite.
    #[derive(SqlType, QueryId, Debug, Clone, Copy)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951))]
    #[diesel(sqlite_type(name = "Binary"))]
    pub struct Key;

    /// `timestamptz` in PostgreSQL, microseconds since 1970 in SQLite.
    #[derive(SqlType, QueryId, Debug, Clone, Copy)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185))]
    #[diesel(sqlite_type(name = "Long"))]
    pub struct Instant;

    impl HasSqlType<Key> for AnyBackend {
        fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
            Self::lookup_sql_type::<Key>(lookup)
        }
    }
    impl HasSqlType<Instant> for AnyBackend {
        fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
            Self::lookup_sql_type::<Instant>(lookup)
        }
    }
}

/// Lets a type that both databases know be used through [`AnyBackend`] too.
macro_rules! on_any_backend {
    ($sql:ident, $rust:ty) => {
        impl ToSql<sql::$sql, AnyBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, AnyBackend>) -> serialize::Result {
                out.set_value((sql::$sql, self));
                Ok(IsNull::No)
            }
        }
        impl FromSql<sql::$sql, AnyBackend> for $rust {
            fn from_sql(bytes: <AnyBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                bytes.from_sql::<Self, sql::$sql>()
            }
        }
    };
}

/// The id of a row: a UUID (version 7, so that new rows sort behind older ones).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    AsExpression,
    FromSqlRow,
    Serialize,
    Deserialize,
)]
#[diesel(sql_type = sql::Key)]
pub struct Id(pub Uuid);

impl From<Uuid> for Id {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}
impl From<Id> for Uuid {
    fn from(id: Id) -> Self {
        id.0
    }
}
impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ToSql<sql::Key, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}
impl ToSql<sql::Key, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}
impl FromSql<sql::Key, Pg> for Id {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}
impl FromSql<sql::Key, Sqlite> for Id {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}
on_any_backend!(Key, Id);

/// An instant, to the microsecond, read back in China's offset.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    AsExpression,
    FromSqlRow,
    Serialize,
    Deserialize,
)]
#[diesel(sql_type = sql::Instant)]
pub struct Moment(
    #[serde(
        deserialize_with = "storable",
        serialize_with = "time::serde::timestamp::microseconds::serialize"
    )]
    pub OffsetDateTime,
);

/// Reads an instant that both databases can hold: cursors come from outside.
fn storable<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<OffsetDateTime, D::Error> {
    let instant = time::serde::timestamp::microseconds::deserialize(deserializer)?;
    if (1..=9999).contains(&instant.year()) {
        Ok(instant)
    } else {
        Err(serde::de::Error::custom("an instant outside the years 1 to 9999"))
    }
}

impl From<OffsetDateTime> for Moment {
    fn from(instant: OffsetDateTime) -> Self {
        Self(instant)
    }
}
impl Deref for Moment {
    type Target = OffsetDateTime;
    fn deref(&self) -> &OffsetDateTime {
        &self.0
    }
}

impl ToSql<sql::Instant, Pg> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // PostgreSQL counts microseconds from 2000.
        let micros = self.0.unix_timestamp_nanos() / 1_000 - 946_684_800_000_000;
        out.write_all(&i64::try_from(micros)?.to_be_bytes())?;
        Ok(IsNull::No)
    }
}
impl ToSql<sql::Instant, Sqlite> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(i64::try_from(self.0.unix_timestamp_nanos() / 1_000)?);
        Ok(IsNull::No)
    }
}
impl FromSql<sql::Instant, Pg> for Moment {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        from_unix_micros(i128::from(micros) + 946_684_800_000_000)
    }
}
impl FromSql<sql::Instant, Sqlite> for Moment {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        from_unix_micros(i128::from(value.read_long()))
    }
}
on_any_backend!(Instant, Moment);

fn from_unix_micros(micros: i128) -> deserialize::Result<Moment> {
    let instant = OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000)?;
    Ok(Moment(in_china(instant)))
}

/// Hours, stored as whole tenths: `12.5` is 125 (H1: never a float).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Integer)]
pub struct Tenths(pub Hours);

impl From<Hours> for Tenths {
    fn from(hours: Hours) -> Self {
        Self(hours)
    }
}
impl ToSql<Integer, Pg> for Tenths {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&i32::try_from(self.0.tenths())?.to_be_bytes())?;
        Ok(IsNull::No)
    }
}
impl ToSql<Integer, Sqlite> for Tenths {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(i32::try_from(self.0.tenths())?);
        Ok(IsNull::No)
    }
}
impl<DB: Backend> FromSql<Integer, DB> for Tenths
where
    i32: FromSql<Integer, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let tenths = u32::try_from(i32::from_sql(bytes)?)?;
        Ok(Self(Hours::from_tenths(tenths)))
    }
}
impl ToSql<Integer, AnyBackend> for Tenths {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, AnyBackend>) -> serialize::Result {
        out.set_value((Integer, self));
        Ok(IsNull::No)
    }
}

/// A domain enum stored as its `snake_case` word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Word<T: TextEnum>(pub T);

impl<T: TextEnum> From<T> for Word<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}
impl<T: TextEnum> ToSql<Text, Pg> for Word<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_str().as_bytes())?;
        Ok(IsNull::No)
    }
}
impl<T: TextEnum> ToSql<Text, Sqlite> for Word<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}
impl<T: TextEnum, DB: Backend> FromSql<Text, DB> for Word<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let word = String::from_sql(bytes)?;
        T::from_text(&word).map(Self).ok_or_else(|| format!("unknown word `{word}`").into())
    }
}
impl<T: TextEnum + Send + Sync> ToSql<Text, AnyBackend> for Word<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, AnyBackend>) -> serialize::Result {
        out.set_value((Text, self));
        Ok(IsNull::No)
    }
}
