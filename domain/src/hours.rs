//! Hours of learning, kept exactly (rule H1).

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Hours of learning with one decimal, kept as a whole number of tenths (H1: never a float).
///
/// As JSON it is a number, an integer when it is whole: `30`, `12.5`. Zero is a value (an empty total, a floor); a declaration
/// checks for itself that it gives more.
///
/// ```
/// use xueshi_domain::hours::{Hours, HoursError};
///
/// let a_morning: Hours = "3.5".parse()?;
/// assert_eq!(a_morning.tenths(), 35);
/// assert_eq!(a_morning.to_string(), "3.5");
/// assert_eq!(Hours::parse("0.05"), Err(HoursError::TooPrecise));
/// # Ok::<(), HoursError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hours(u32);

/// Why a text or a number is not an amount of hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoursError {
    /// Not a decimal number.
    NotANumber,
    /// Below zero.
    Negative,
    /// More than one decimal.
    TooPrecise,
    /// Above [`Hours::MAX`].
    TooLarge,
}

impl HoursError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotANumber => "hours-not-a-number",
            Self::Negative => "hours-negative",
            Self::TooPrecise => "hours-too-precise",
            Self::TooLarge => "hours-too-large",
        }
    }
}

impl fmt::Display for HoursError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => f.write_str("hours must be a decimal number such as 12.5"),
            Self::Negative => f.write_str("hours must not be negative"),
            Self::TooPrecise => f.write_str("hours have at most one decimal"),
            Self::TooLarge => write!(f, "hours must not exceed {}", Hours::MAX),
        }
    }
}

impl std::error::Error for HoursError {}

impl Hours {
    /// No hours.
    pub const ZERO: Self = Self(0);
    /// The largest amount that is accepted from outside: 9999.9. Totals may be larger.
    pub const MAX: Self = Self(99_999);

    /// Hours from tenths of an hour: 125 is 12.5 hours.
    #[must_use]
    pub const fn from_tenths(tenths: u32) -> Self {
        Self(tenths)
    }

    /// Whole hours, or `None` above [`Hours::MAX`].
    #[must_use]
    pub const fn from_whole(hours: u32) -> Option<Self> {
        if hours > Self::MAX.0 / 10 { None } else { Some(Self(hours * 10)) }
    }

    /// The amount in tenths of an hour.
    #[must_use]
    pub const fn tenths(self) -> u32 {
        self.0
    }

    /// Whether the amount is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Reads a plain decimal such as `30`, `30.0` or `12.5` (no sign, no exponent, no spaces).
    ///
    /// # Errors
    /// [`HoursError`], which says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits
            .split_once('.')
            .map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
        let all_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !fraction.is_none_or(all_digits) {
            return Err(HoursError::NotANumber);
        }
        if negative {
            return Err(HoursError::Negative);
        }
        let fraction = fraction.unwrap_or("0").as_bytes();
        let [tenth] = fraction else {
            return Err(HoursError::TooPrecise);
        };
        let whole = whole.parse::<u32>().map_err(|_| HoursError::TooLarge)?;
        whole
            .checked_mul(10)
            .and_then(|tenths| tenths.checked_add(u32::from(tenth - b'0')))
            .map(Self)
            .filter(|hours| *hours <= Self::MAX)
            .ok_or(HoursError::TooLarge)
    }

    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(tenths) => Some(Self(tenths)),
            None => None,
        }
    }

    /// The difference, or `None` when it would be negative.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(tenths) => Some(Self(tenths)),
            None => None,
        }
    }

    /// The sum, stopping at the largest value (about 429 million hours, which no table of people reaches).
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, stopping at zero: a shortfall or an excess.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This amount on each of `days` days, stopping at the largest value.
    #[must_use]
    pub const fn saturating_mul(self, days: u32) -> Self {
        Self(self.0.saturating_mul(days))
    }

    /// Reads a JSON number. Up to [`Hours::MAX`] every decimal with one digit has its own nearest float, so that comparing
    /// with it is exact: what is accepted here is what was written.
    fn from_json_number(number: f64) -> Result<Self, HoursError> {
        if !number.is_finite() {
            return Err(HoursError::NotANumber);
        }
        if number < 0.0 {
            return Err(HoursError::Negative);
        }
        let tenths = (number * 10.0).round();
        if tenths > f64::from(Self::MAX.0) {
            return Err(HoursError::TooLarge);
        }
        // The cast is exact: a whole number between 0 and 99,999.
        let hours = Self(tenths as u32);
        if hours.to_json_number() == number { Ok(hours) } else { Err(HoursError::TooPrecise) }
    }

    fn to_json_number(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Hours {
    /// The shortest decimal: `30`, `12.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "{}", self.0 / 10),
            tenth => write!(f, "{}.{tenth}", self.0 / 10),
        }
    }
}

impl std::str::FromStr for Hours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Sum for Hours {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Self::saturating_add)
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(10) {
            serializer.serialize_u32(self.0 / 10)
        } else {
            serializer.serialize_f64(self.to_json_number())
        }
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Hours;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of hours with at most one decimal")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Hours, E> {
                u32::try_from(number)
                    .ok()
                    .and_then(Hours::from_whole)
                    .ok_or_else(|| E::custom(HoursError::TooLarge))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Hours, E> {
                u64::try_from(number)
                    .map_err(|_| E::custom(HoursError::Negative))
                    .and_then(|number| self.visit_u64(number))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Hours, E> {
                Hours::from_json_number(number).map_err(E::custom)
            }
        }

        deserializer.deserialize_f64(Visitor)
    }
}
