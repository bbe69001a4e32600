//! Years in query parameters.

use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::extract::path_years;
use crate::problem::Text;

/// A year as a filter: the years that a path may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterYear(pub i32);

impl<'de> Deserialize<'de> for FilterYear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (first, last) = path_years();
        let year = i32::deserialize(deserializer)?;
        if (first..=last).contains(&year) {
            return Ok(Self(year));
        }
        let text = Text::new(
            format!("应为 {first} 至 {last} 的年度"),
            format!("expected a year from {first} to {last}"),
        );
        Err(de::Error::custom(text.pack()))
    }
}

impl PartialSchema for FilterYear {
    fn schema() -> RefOr<Schema> {
        let (first, last) = path_years();
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(first))
            .maximum(Some(last))
            .examples([serde_json::json!(2023)])
            .into()
    }
}

impl ToSchema for FilterYear {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_years_that_a_path_may_name_are_taken() {
        let read = |text: &str| serde_json::from_str::<FilterYear>(text);
        assert_eq!(read("2023").unwrap(), FilterYear(2023));
        for text in ["1989", "2101", "0", "-2023", "9999"] {
            assert!(read(text).unwrap_err().to_string().contains("1990"), "{text}");
        }
    }
}
