//! Learning platforms on the wire (H6).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};
use xueshi_persistence::Platform;

use super::checks::{not_blank, one_line};
use super::cities::CityCode;
use super::years::FilterYear;
use crate::extract::violation;
use crate::page;

/// A free learning platform.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Platform)]
pub struct PlatformDto {
    /// Its short name, by which policies list it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    #[schema(required = true, format = "uri")]
    pub url: Option<String>,
    /// Whether the policy of the year in `year` lists it; null when no year was asked, or nothing is published for it.
    #[schema(required = true)]
    pub listed: Option<bool>,
}

impl PlatformDto {
    /// A platform, and whether it is listed.
    #[must_use]
    pub fn new(platform: Platform, listed: Option<bool>) -> Self {
        Self { code: platform.code, name: platform.name, url: platform.url, listed }
    }
}

page! {
    /// Platforms, by code.
    pub struct PlatformPage of PlatformDto, list PlatformList,
    sort PlatformSort { Code = "code" } default "code",
    expand [], sparse false
}

/// Which platforms are wanted, and for which year.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlatformFilter {
    /// Division code of the city; the installation's own city where it is left out.
    #[param(inline, example = "410100")]
    pub jurisdiction: Option<CityCode>,
    /// The year whose list `listed` tells of.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only those that the year lists, or only the others.
    #[param(example = true)]
    pub listed: Option<bool>,
}

/// For which year a platform is looked at.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlatformYear {
    /// Division code of the city; the installation's own city where it is left out.
    #[param(inline, example = "410100")]
    pub jurisdiction: Option<CityCode>,
    /// The year whose list `listed` tells of.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
}

/// A platform to register.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewPlatform {
    /// Its short name: 2 to 64 small letters, digits and hyphens.
    #[validate(custom(function = "platform_code"))]
    #[schema(pattern = "^[a-z0-9-]{2,64}$")]
    pub code: String,
    /// Its name.
    #[validate(
        length(min = 1, max = 100),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Where it is.
    #[validate(custom(function = "web_address"))]
    #[schema(format = "uri", pattern = "^https?://[^\\s]+$", max_length = 500)]
    pub url: Option<String>,
}

/// The form that policies require of a platform's code.
fn platform_code(code: &str) -> Result<(), ValidationError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (2..=64).contains(&code.len()) && code.bytes().all(plain) {
        return Ok(());
    }
    Err(violation(
        "pattern",
        "应为 2 至 64 个小写字母、数字或连字符",
        "must be 2 to 64 small letters, digits or hyphens",
    ))
}

fn web_address(url: &str) -> Result<(), ValidationError> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain = |character: char| !character.is_whitespace() && !character.is_control();
    if url.len() <= 500 && host.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain)) {
        return Ok(());
    }
    Err(violation(
        "url",
        "应为 http 或 https 网址，至多 500 个字节",
        "must be an http or https address of at most 500 bytes",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_addresses_have_their_form() {
        for (code, fits) in [
            ("hnzjzx", true),
            ("a-1", true),
            ("a", false),
            ("", false),
            ("Hn", false),
            ("学习", false),
            (&"a".repeat(65), false),
        ] {
            assert_eq!(platform_code(code).is_ok(), fits, "{code}");
        }
        for (url, fits) in [
            ("https://xueshi.example/a?b", true),
            ("http://xueshi.example", true),
            ("https://", false),
            ("ftp://xueshi.example", false),
            ("https://a b", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(web_address(url).is_ok(), fits, "{url}");
        }
    }
}
