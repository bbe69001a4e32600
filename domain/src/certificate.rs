//! Certificates: their numbers, the codes that verify them, and what they state (rules A1, A2).

mod status_list;

use std::fmt;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::hours::Hours;
use crate::ledger::Breakdown;

pub use self::status_list::StatusList;

text_enum! {
    /// What a certificate is worth (A2).
    pub enum CertificateState {
        /// It stands.
        Valid = "valid",
        /// A newer version replaces it.
        Superseded = "superseded",
        /// Its year fell below a floor, or it was taken back.
        Revoked = "revoked",
    }
}

text_enum! {
    /// How the year was completed (A1, A4).
    pub enum Completion {
        /// In the year itself.
        InYear = "in_year",
        /// Later, by make-up.
        ByMakeup = "by_makeup",
    }
}

/// What a certificate states (A1). The name is whole: public verification masks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateContent {
    /// The number.
    pub number: CertificateNumber,
    /// The code that anyone can verify it by.
    pub verification_code: VerificationCode,
    /// The person's name.
    pub name: String,
    /// The person's id number, masked (U4a).
    pub masked_id_number: String,
    /// The employer's name.
    pub employer: String,
    /// The year.
    pub year: i32,
    /// The hours of the year.
    pub hours: Breakdown,
    /// The name of the issuing body.
    pub issuing_body: String,
    /// The day of issue in China.
    #[serde(with = "crate::instant::iso_date")]
    pub issued_on: Date,
    /// How the year was completed.
    pub completed: Completion,
}

impl CertificateContent {
    /// All hours of the year.
    #[must_use]
    pub const fn total(&self) -> Hours {
        self.hours.total
    }

    /// Whether the person's data were erased since (U4a): nobody is without a name otherwise.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.name.is_empty()
    }
}

/// Why a text is not a certificate's number or verification code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateTextError {
    /// Not of the form.
    Malformed,
    /// The check digit does not fit the rest: a slip of the pen.
    CheckDigit,
}

impl fmt::Display for CertificateTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not of the form of a certificate's number or code",
            Self::CheckDigit => "the check digit does not fit the rest",
        })
    }
}

impl std::error::Error for CertificateTextError {}

/// A certificate's number: `410100-2023-00000001-8`, which is the jurisdiction's division code, the year, a sequence within
/// both, and a check digit.
///
/// The check digit is that of ISO 7064 MOD 11,10 over all the digits before it: a wrong digit and two exchanged neighbours show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateNumber {
    jurisdiction: u32,
    year: u16,
    sequence: u32,
}

impl CertificateNumber {
    /// The largest sequence within a jurisdiction and a year.
    pub const MAX_SEQUENCE: u32 = 99_999_999;

    /// The number with this sequence.
    ///
    /// # Errors
    /// [`CertificateTextError::Malformed`] when the jurisdiction is not six digits, the year not one of 1 to 9999, or the
    /// sequence not one of 1 to [`CertificateNumber::MAX_SEQUENCE`].
    pub fn new(jurisdiction: &str, year: i32, sequence: u32) -> Result<Self, CertificateTextError> {
        let jurisdiction = digits(jurisdiction, 6).ok_or(CertificateTextError::Malformed)?;
        let year = u16::try_from(year).ok().filter(|year| (1..=9999).contains(year));
        let year = year.ok_or(CertificateTextError::Malformed)?;
        if (1..=Self::MAX_SEQUENCE).contains(&sequence) {
            Ok(Self { jurisdiction, year, sequence })
        } else {
            Err(CertificateTextError::Malformed)
        }
    }

    /// Reads a number as it is printed.
    ///
    /// # Errors
    /// [`CertificateTextError`].
    pub fn parse(text: &str) -> Result<Self, CertificateTextError> {
        let parts: Vec<&str> = text.split('-').collect();
        let [jurisdiction, year, sequence, check] = parts[..] else {
            return Err(CertificateTextError::Malformed);
        };
        let year = digits(year, 4)
            .and_then(|year| i32::try_from(year).ok())
            .ok_or(CertificateTextError::Malformed)?;
        let sequence = digits(sequence, 8).ok_or(CertificateTextError::Malformed)?;
        let check = digits(check, 1).ok_or(CertificateTextError::Malformed)?;
        let number = Self::new(jurisdiction, year, sequence)?;
        if number.check_digit() == check {
            Ok(number)
        } else {
            Err(CertificateTextError::CheckDigit)
        }
    }

    /// The year that it certifies.
    #[must_use]
    pub fn year(self) -> i32 {
        i32::from(self.year)
    }

    /// The sequence within its jurisdiction and year.
    #[must_use]
    pub const fn sequence(self) -> u32 {
        self.sequence
    }

    fn check_digit(self) -> u32 {
        let body = format!("{:06}{:04}{:08}", self.jurisdiction, self.year, self.sequence);
        let product = body.bytes().fold(10, |product, byte| {
            let sum = (u32::from(byte - b'0') + product) % 10;
            (if sum == 0 { 10 } else { sum }) * 2 % 11
        });
        (11 - product) % 10
    }
}

/// The value of exactly this many ASCII digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:06}-{:04}-{:08}-{}",
            self.jurisdiction,
            self.year,
            self.sequence,
            self.check_digit()
        )
    }
}

/// A certificate's verification code: 20 characters of Crockford's base 32, which carry 100 random bits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerificationCode(String);

/// The ASCII character that a full-width one stands for, as Chinese input methods write them; any other as it is.
fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        other => other,
    }
}

/// Whether a character only divides a code into groups: white space or a dash.
fn separates(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}')
}

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl VerificationCode {
    /// How many characters it has.
    pub const LENGTH: usize = 20;

    /// The code of the first 100 of these random bits.
    #[must_use]
    pub fn from_random(random: [u8; 13]) -> Self {
        let bits = random.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte)) >> 4;
        let character = |place: usize| {
            char::from(CROCKFORD[(bits >> (5 * (Self::LENGTH - 1 - place)) & 31) as usize])
        };
        Self((0..Self::LENGTH).map(character).collect())
    }

    /// Reads a code as a person may write it: small and full-width letters, dashes and white space of any kind are fine, `O` is 0, `I`
    /// and `L` are 1.
    ///
    /// # Errors
    /// [`CertificateTextError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, CertificateTextError> {
        let normal = |character: char| match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let code: String =
            text.chars().map(half_width).filter(|one| !separates(*one)).map(normal).collect();
        let is_known =
            |character: char| CROCKFORD.iter().any(|known| char::from(*known) == character);
        if code.chars().count() == Self::LENGTH && code.chars().all(is_known) {
            Ok(Self(code))
        } else {
            Err(CertificateTextError::Malformed)
        }
    }

    /// The 20 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VerificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reading and writing as the one text, by `parse` and `Display`.
macro_rules! as_text {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = CertificateTextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text!(CertificateNumber);
as_text!(VerificationCode);
