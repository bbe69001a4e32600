//! Numbers of figures with decimals.

use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A number with decimals, kept as a whole number of its parts.
macro_rules! decimals {
    ($($(#[$doc:meta])* $name:ident / $parts:literal, $description:literal, $example:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl $name {
            /// The number for a cell of a table.
            #[must_use]
            #[expect(clippy::cast_precision_loss, reason = "no figure of a city comes near 2^53")]
            pub fn value(self) -> f64 {
                self.0 as f64 / $parts
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if self.value().fract() == 0.0 {
                    #[expect(clippy::cast_possible_truncation, reason = "it was made from an i64")]
                    serializer.serialize_i64(self.value() as i64)
                } else {
                    serializer.serialize_f64(self.value())
                }
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::Number)
                    .description(Some($description))
                    .examples([serde_json::json!($example)])
                    .into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

decimals! {
    /// Hours of many people together, in tenths.
    TotalHours / 10.0, "Hours of many people together, with at most one decimal", 12_345.5;
    /// A ratio, in ten-thousandths.
    Rate / 10_000.0, "A ratio, with at most four decimals", 0.8333;
    /// Working days or decisions a day, in hundredths.
    Hundredths / 100.0, "A mean, with at most two decimals", 2.25;
}
