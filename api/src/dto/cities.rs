//! Cities, as public requests name them.

use serde::{Deserialize, Deserializer, de};
use utoipa::IntoParams;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Text;

/// The administrative division code of a city: six digits, for instance `410100`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityCode(pub String);

impl<'de> Deserialize<'de> for CityCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if is_city_code(&text) {
            Ok(Self(text))
        } else {
            let text = Text::new(
                "应为六位行政区划代码，如 410100",
                "expected a division code of six digits such as 410100",
            );
            Err(de::Error::custom(text.pack()))
        }
    }
}

impl PartialSchema for CityCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9]{6}$"))
            .examples([serde_json::json!("410100")])
            .into()
    }
}

impl ToSchema for CityCode {}

/// Which city a public request is about.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfCity {
    /// Division code of the city; the installation's own city where it is left out.
    #[param(inline, example = "410100")]
    pub jurisdiction: Option<CityCode>,
}

/// Whether a text has the form of a city's division code.
#[must_use]
pub fn is_city_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The code as the store takes it.
#[must_use]
pub fn code_of(city: Option<&CityCode>) -> Option<&str> {
    city.map(|code| code.0.as_str())
}
