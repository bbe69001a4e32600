//! People and where they work.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::identity::IdType;
use xueshi_domain::people::{Post, TitleLevel};
use xueshi_domain::registry::PersonState;
use xueshi_persistence::{Employment, Professional};

use super::checks::{not_blank, nothing_to_change, one_line, present};
use super::{Day, Timestamp, words};
use crate::extract::violation;

/// Someone who earns hours. Numbers are masked (U4a).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Professional)]
pub struct ProfessionalDto {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// What document the id number is from.
    #[schema(value_type = words::IdType)]
    pub id_type: IdType,
    /// The id number with its middle hidden.
    pub masked_id_number: String,
    /// The phone number with its middle hidden.
    #[schema(required = true)]
    pub phone_masked: Option<String>,
    /// Series of the title (U4b).
    #[schema(required = true)]
    pub title_series: Option<String>,
    /// Level of the title (U4b).
    #[schema(required = true, value_type = Option<words::TitleLevel>)]
    pub title_level: Option<TitleLevel>,
    /// What kind of post they hold (U4b).
    #[schema(value_type = words::Post)]
    pub post: Post,
    /// Whether they count (U3).
    #[schema(value_type = words::PersonState)]
    pub state: PersonState,
    /// Where they work, or worked last.
    #[schema(required = true)]
    pub employer_id: Option<Uuid>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When they were registered.
    pub created_at: Timestamp,
    /// When their record was last changed.
    pub updated_at: Timestamp,
}

impl ProfessionalDto {
    /// A person, with the phone number already masked.
    pub fn new(person: &Professional, phone_masked: Option<String>) -> Self {
        Self {
            id: person.professional_id.0,
            name: person.name.clone(),
            id_type: person.id_type.0,
            masked_id_number: person.id_masked.clone(),
            phone_masked,
            title_series: person.title_series.clone(),
            title_level: person.title_level.map(|level| level.0),
            post: person.post.0,
            state: person.state.0,
            employer_id: person.employer_id.map(|id| id.0),
            version: person.version,
            created_at: person.created_at.into(),
            updated_at: person.updated_at.into(),
        }
    }
}

/// A person to register (U4: one person, one record).
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewProfessional {
    /// The name as in the document.
    #[validate(
        length(min = 1, max = 50),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 50)]
    pub name: String,
    /// What document the id number is from.
    #[schema(value_type = words::IdType)]
    pub id_type: IdType,
    /// The number; of a resident id its check digit and its date are checked (E12a).
    #[validate(length(max = 40))]
    #[schema(max_length = 40, example = "410102198506151238")]
    pub id_number: String,
    /// A phone number.
    #[validate(custom(function = "good_phone"))]
    #[schema(pattern = "^\\+?[0-9][0-9-]{4,19}$", example = "13800001234")]
    pub phone: Option<String>,
    /// Series of the title, one of `/v1/title-series` (U4b); together with the level.
    #[validate(
        length(min = 1, max = 50),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 50, example = "卫生技术")]
    pub title_series: Option<String>,
    /// Level of the title (U4b); together with the series.
    #[schema(value_type = Option<words::TitleLevel>)]
    pub title_level: Option<TitleLevel>,
    /// What kind of post they hold (U4b).
    #[schema(value_type = words::Post)]
    pub post: Post,
    /// Where they work.
    pub employer_id: Uuid,
    /// First day there; not in the future.
    pub started_on: Day,
}

/// What to change in a person's record; members left out stay as they are. Name and id number do not change here.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[validate(schema(function = "names_something"))]
pub struct ProfessionalChanges {
    /// A phone number; null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = "good_phone"))]
    #[schema(value_type = Option<String>, pattern = "^\\+?[0-9][0-9-]{4,19}$")]
    pub phone: Option<Option<String>>,
    /// Series of the title, one of `/v1/title-series`; null takes the title away.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 1, max = 50),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    pub title_series: Option<Option<String>>,
    /// Level of the title; null takes the title away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<words::TitleLevel>)]
    pub title_level: Option<Option<TitleLevel>>,
    /// What kind of post they hold.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<words::Post>)]
    pub post: Option<Post>,
}

fn names_something(changes: &ProfessionalChanges) -> Result<(), ValidationError> {
    let ProfessionalChanges { phone, title_series, title_level, post } = changes;
    let named =
        phone.is_some() || title_series.is_some() || title_level.is_some() || post.is_some();
    if named { Ok(()) } else { Err(nothing_to_change()) }
}

/// 5 to 20 digits and hyphens, with a `+` before them or not.
///
/// # Errors
/// `phone`.
pub fn good_phone(phone: &str) -> Result<(), ValidationError> {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    let good = (5..=20).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        && !digits.starts_with('-');
    if good {
        return Ok(());
    }
    Err(violation(
        "phone",
        "应为 5 至 20 位数字，可含连字符，可以 + 开头",
        "a phone number is 5 to 20 digits and hyphens, `+` may lead",
    ))
}

/// A time at one employer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Employment)]
pub struct EmploymentDto {
    /// Its id.
    pub id: Uuid,
    /// The employer.
    pub organization_id: Uuid,
    /// First day.
    pub started_on: Day,
    /// Day from which it no longer counts; null while it lasts.
    #[schema(required = true)]
    pub ended_on: Option<Day>,
    /// Why it ended.
    #[schema(required = true)]
    pub end_reason: Option<String>,
}

impl From<&Employment> for EmploymentDto {
    fn from(employment: &Employment) -> Self {
        Self {
            id: employment.id.0,
            organization_id: employment.organization_id.0,
            started_on: employment.started_on.into(),
            ended_on: employment.ended_on.map(Day),
            end_reason: employment.end_reason.clone(),
        }
    }
}

/// Where a person has worked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Employments {
    /// The latest first.
    pub data: Vec<EmploymentDto>,
}

/// Why an employment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Retired.
    Retired,
    /// Left the employer without going to another one of the city.
    Left,
    /// Died.
    Deceased,
}

impl EndReason {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retired => "retired",
            Self::Left => "left",
            Self::Deceased => "deceased",
        }
    }
}

/// The end of a person's present employment (U3).
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EmploymentEnd {
    /// The day from which the person no longer counts: not before the employment began, at most a year ahead, and of someone
    /// deceased not in the future.
    pub ended_on: Day,
    /// Why.
    pub reason: EndReason,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers() {
        for (phone, good) in [
            ("13800001234", true),
            ("0371-67180000", true),
            ("+86-371-67180000", true),
            ("1234", false),
            ("", false),
            ("-12345", false),
            ("138 0000 1234", false),
            ("１３８００００１２３４", false),
            ("123456789012345678901", false),
        ] {
            assert_eq!(good_phone(phone).is_ok(), good, "{phone}");
        }
    }
}
