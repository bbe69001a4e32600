//! Unified social credit codes of units (U4; GB 32100-2015).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A unified social credit code that passes its checksum, in capital letters.
///
/// ```
/// use xueshi_domain::identity::{UnitCode, UnitCodeError};
///
/// assert_eq!(UnitCode::parse("91350100m000100y43").map(|code| code.to_string()), Ok("91350100M000100Y43".to_owned()));
/// assert_eq!(UnitCode::parse("91350100M000100Y44"), Err(UnitCodeError::CheckDigit));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UnitCode(String);

/// Why a text is not a unit code (E12b).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitCodeError {
    /// No text at all.
    Empty,
    /// Not 18 characters.
    Length {
        /// How many there are.
        found: usize,
    },
    /// A character that cannot stand where it does: the letters I, O, S, V and Z never, letters not in the division's six digits.
    Character {
        /// Its place, counted from 1.
        position: usize,
    },
    /// The check character does not fit the rest.
    CheckDigit,
}

impl UnitCodeError {
    /// Every code.
    pub const ALL_CODES: &'static [&'static str] =
        &["unit-code-empty", "unit-code-length", "unit-code-character", "unit-code-check-digit"];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "unit-code-empty",
            Self::Length { .. } => "unit-code-length",
            Self::Character { .. } => "unit-code-character",
            Self::CheckDigit => "unit-code-check-digit",
        }
    }
}

impl fmt::Display for UnitCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the unit code is empty"),
            Self::Length { found } => {
                write!(f, "the unit code has {found} characters instead of 18")
            }
            Self::Character { position } => {
                write!(f, "character {position} of the unit code cannot stand there")
            }
            Self::CheckDigit => {
                f.write_str("the check character of the unit code does not fit the rest")
            }
        }
    }
}

impl std::error::Error for UnitCodeError {}

/// The 31 characters of GB 32100, each worth its place.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl UnitCode {
    /// Reads a unified social credit code (U4, E12b). Small letters are taken as capitals.
    ///
    /// # Errors
    /// [`UnitCodeError`], the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, UnitCodeError> {
        let text = text.to_ascii_uppercase();
        if text.is_empty() {
            return Err(UnitCodeError::Empty);
        }
        let found = text.chars().count();
        if found != 18 {
            return Err(UnitCodeError::Length { found });
        }
        let mut sum = 0;
        let mut weight = 1;
        for (place, character) in text.chars().enumerate() {
            let value = value_at(place, character)
                .ok_or(UnitCodeError::Character { position: place + 1 })?;
            // The check character has the weight 1, so that the whole of a right code is divisible by 31.
            sum += value * if place == 17 { 1 } else { weight };
            weight = weight * 3 % 31;
        }
        if sum % 31 == 0 { Ok(Self(text)) } else { Err(UnitCodeError::CheckDigit) }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a character is worth at a place counted from 0. The places 3 to 8 hold a division code, which is digits.
fn value_at(place: usize, character: char) -> Option<usize> {
    if (2..8).contains(&place) && !character.is_ascii_digit() {
        return None;
    }
    ALPHABET.iter().position(|known| char::from(*known) == character)
}

impl fmt::Display for UnitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for UnitCode {
    type Err = UnitCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for UnitCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
