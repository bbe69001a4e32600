//! Id numbers of people (U4, U4a; GB 11643 for the resident id).

use std::fmt;

use time::Date;

use super::mask::mask_id_number;
use crate::instant::parse_date;

text_enum! {
    /// The kinds of id that a person can register with (U4a).
    pub enum IdType {
        /// 居民身份证, and the residence permits of Hong Kong, Macao and Taiwan residents, which carry the same number.
        ResidentId = "resident_id",
        /// 外国人永久居留身份证, in the form of 2017 (15 characters) and of 2023 (18 characters).
        ForeignPermanentResident = "foreign_permanent_resident",
        /// 护照.
        Passport = "passport",
        /// 港澳居民来往内地通行证.
        HkMacaoPermit = "hk_macao_permit",
        /// 台湾居民来往大陆通行证.
        TaiwanPermit = "taiwan_permit",
    }
}

/// An id number that fits its kind, in its one written form (capital letters, no spaces).
///
/// It is personal data: `Debug` shows it masked and there is no serialization; [`IdNumber::reveal`] is the one way to the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber {
    id_type: IdType,
    text: String,
}

/// Why a text is not an id number of its kind (E12a).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdNumberError {
    /// No text at all.
    Empty,
    /// A resident id of the first generation, out of use since 2013: the holder has one of 18 characters.
    FifteenDigits,
    /// A length that this kind does not have.
    Length {
        /// How many characters there are.
        found: usize,
        /// How many there should be, for people to read.
        expected: &'static str,
    },
    /// A character that cannot stand where it does.
    Character {
        /// Its place, counted from 1.
        position: usize,
    },
    /// The date of birth in it does not exist, or lies before 1900.
    BirthDate,
    /// The date of birth in it lies in the future.
    BornInFuture,
    /// The check digit does not fit the rest.
    CheckDigit,
}

impl IdNumberError {
    /// Every code.
    pub const ALL_CODES: &'static [&'static str] = &[
        "id-number-empty",
        "id-number-fifteen-digits",
        "id-number-length",
        "id-number-character",
        "id-number-birth-date",
        "id-number-born-in-future",
        "id-number-check-digit",
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "id-number-empty",
            Self::FifteenDigits => "id-number-fifteen-digits",
            Self::Length { .. } => "id-number-length",
            Self::Character { .. } => "id-number-character",
            Self::BirthDate => "id-number-birth-date",
            Self::BornInFuture => "id-number-born-in-future",
            Self::CheckDigit => "id-number-check-digit",
        }
    }
}

impl fmt::Display for IdNumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the id number is empty"),
            Self::FifteenDigits => f.write_str(
                "an id number of 15 digits is no longer valid; give the one of 18 characters",
            ),
            Self::Length { found, expected } => {
                write!(f, "the id number has {found} characters instead of {expected}")
            }
            Self::Character { position } => {
                write!(f, "character {position} of the id number cannot stand there")
            }
            Self::BirthDate => f.write_str("the date of birth in the id number does not exist"),
            Self::BornInFuture => {
                f.write_str("the date of birth in the id number lies in the future")
            }
            Self::CheckDigit => {
                f.write_str("the check digit of the id number does not fit the rest")
            }
        }
    }
}

impl std::error::Error for IdNumberError {}

impl IdNumber {
    /// Reads an id number of the given kind (U4, U4a). Small letters are taken as capitals, a final `x` too.
    ///
    /// | kind | form | checked |
    /// | --- | --- | --- |
    /// | resident id | 17 digits and a digit or `X` | GB 11643 checksum, date of birth from 1900 on; *not* the division code |
    /// | foreigner's permanent residence | 18 characters from `9` on, or three letters and 12 digits | the former as a resident id |
    /// | passport | 5 to 20 letters and digits | |
    /// | Hong Kong and Macao permit | `H` or `M` and 8 or 10 digits | |
    /// | Taiwan permit | 8 digits, or 10 digits, or 10 digits and a letter | |
    ///
    /// # Errors
    /// [`IdNumberError`], the first thing that is wrong.
    ///
    /// ```
    /// use xueshi_domain::identity::{IdNumber, IdNumberError, IdType};
    ///
    /// assert!(IdNumber::parse(IdType::ResidentId, "41010519900101002x").is_ok());
    /// assert_eq!(IdNumber::parse(IdType::ResidentId, "410102198506151239"), Err(IdNumberError::CheckDigit));
    /// ```
    pub fn parse(id_type: IdType, text: &str) -> Result<Self, IdNumberError> {
        let text = text.to_ascii_uppercase();
        if text.is_empty() {
            return Err(IdNumberError::Empty);
        }
        match id_type {
            IdType::ResidentId => check_resident_id(&text)?,
            IdType::ForeignPermanentResident => check_foreign_permanent_resident(&text)?,
            IdType::Passport => check_passport(&text)?,
            IdType::HkMacaoPermit => check_hk_macao_permit(&text)?,
            IdType::TaiwanPermit => check_taiwan_permit(&text)?,
        }
        Ok(Self { id_type, text })
    }

    /// The kind.
    #[must_use]
    pub const fn id_type(&self) -> IdType {
        self.id_type
    }

    /// The whole number, unmasked: for the encrypted column and its keyed hash (U4a).
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The number as it is shown: `410102********1238` (U4a).
    #[must_use]
    pub fn masked(&self) -> String {
        mask_id_number(&self.text)
    }

    /// The date of birth, where the number has one in full.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        match self.id_type {
            IdType::ResidentId | IdType::ForeignPermanentResident => birth_date(&self.text),
            IdType::Passport | IdType::HkMacaoPermit | IdType::TaiwanPermit => None,
        }
    }

    /// Checks that the person was born by `today`: apart from `parse`, because it needs a clock.
    ///
    /// # Errors
    /// [`IdNumberError::BornInFuture`].
    pub fn check_born_by(&self, today: Date) -> Result<(), IdNumberError> {
        match self.birth_date() {
            Some(born) if born > today => Err(IdNumberError::BornInFuture),
            Some(_) | None => Ok(()),
        }
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdNumber")
            .field("id_type", &self.id_type)
            .field("text", &self.masked())
            .finish()
    }
}

fn check_length(
    text: &str,
    lengths: &[usize],
    expected: &'static str,
) -> Result<(), IdNumberError> {
    let found = text.chars().count();
    if lengths.contains(&found) { Ok(()) } else { Err(IdNumberError::Length { found, expected }) }
}

/// Checks each character by its place, counted from 0.
fn check_characters(text: &str, fits: impl Fn(usize, char) -> bool) -> Result<(), IdNumberError> {
    match text.chars().enumerate().position(|(place, character)| !fits(place, character)) {
        Some(place) => Err(IdNumberError::Character { position: place + 1 }),
        None => Ok(()),
    }
}

/// GB 11643: six digits of division, eight of the date of birth, three of sequence, one check character.
fn check_resident_id(text: &str) -> Result<(), IdNumberError> {
    if text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(IdNumberError::FifteenDigits);
    }
    check_length(text, &[18], "18")?;
    check_characters(text, |place, character| {
        character.is_ascii_digit() || (place == 17 && character == 'X')
    })?;
    birth_date(text).ok_or(IdNumberError::BirthDate)?;
    let (body, check) = text.split_at(17);
    if check == check_character(body) { Ok(()) } else { Err(IdNumberError::CheckDigit) }
}

/// The check character of 17 digits by ISO 7064 MOD 11-2, as GB 11643 takes it.
fn check_character(body: &str) -> &'static str {
    const BY_REMAINDER: [&str; 11] = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"];
    const WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body
        .bytes()
        .zip(WEIGHTS)
        .map(|(byte, weight)| usize::from(byte.wrapping_sub(b'0')) * weight)
        .sum();
    BY_REMAINDER[sum % 11]
}

/// The date in the places 7 to 14 of an 18-character number, if it exists and is not before 1900.
fn birth_date(text: &str) -> Option<Date> {
    if text.len() != 18 {
        return None;
    }
    let (year, month, day) = (text.get(6..10)?, text.get(10..12)?, text.get(12..14)?);
    parse_date(&format!("{year}-{month}-{day}")).filter(|date| date.year() >= 1900)
}

/// The card of 2023 has a resident id's number that begins with 9; the card of 2017 has a country's three letters and 12 digits.
fn check_foreign_permanent_resident(text: &str) -> Result<(), IdNumberError> {
    check_length(text, &[15, 18], "15 or 18")?;
    if text.chars().count() == 18 {
        check_characters(text, |place, character| place != 0 || character == '9')?;
        check_resident_id(text)
    } else {
        check_characters(text, |place, character| {
            if place < 3 { character.is_ascii_uppercase() } else { character.is_ascii_digit() }
        })
    }
}

fn check_passport(text: &str) -> Result<(), IdNumberError> {
    check_length(text, &[5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], "5 to 20")?;
    check_characters(text, |_, character| {
        character.is_ascii_digit() || character.is_ascii_uppercase()
    })
}

fn check_hk_macao_permit(text: &str) -> Result<(), IdNumberError> {
    check_length(text, &[9, 11], "9 or 11")?;
    check_characters(text, |place, character| {
        if place == 0 { matches!(character, 'H' | 'M') } else { character.is_ascii_digit() }
    })
}

fn check_taiwan_permit(text: &str) -> Result<(), IdNumberError> {
    check_length(text, &[8, 10, 11], "8, 10 or 11")?;
    check_characters(text, |place, character| {
        if place == 10 { character.is_ascii_uppercase() } else { character.is_ascii_digit() }
    })
}
