//! Which bit of which list tells that a certificate stands no more (A2; W3C Bitstring Status List v1.0).

use std::fmt;

use super::{CertificateNumber, digits};

/// Certificates of a city's year in the order of their numbers, so many to a list: `410100-2023-1` is the first one.
///
/// A list has the length that the standard asks for at least, however few certificates there are. Whoever reads it does not
/// tell which of them they look at, and the list does not tell how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusList {
    first: CertificateNumber,
}

impl StatusList {
    /// The entries of a list.
    pub const ENTRIES: u32 = 131_072;

    /// The list that a certificate stands on.
    #[must_use]
    pub const fn of(number: CertificateNumber) -> Self {
        let sequence = number.sequence - Self::index(number);
        Self { first: CertificateNumber { sequence, ..number } }
    }

    /// The place of a certificate on its list, from 0.
    #[must_use]
    pub const fn index(number: CertificateNumber) -> u32 {
        // A sequence is at least 1.
        (number.sequence - 1) % Self::ENTRIES
    }

    /// Reads the name of a list; `None` for what is no list of any certificate.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let [jurisdiction, year, block] = parts[..] else { return None };
        let year = i32::try_from(digits(year, 4)?).ok()?;
        // One list has one address: no zeros before the number.
        let block = digits(block, block.len()).filter(|_| !block.starts_with('0'))?;
        let sequence = block.checked_sub(1)?.checked_mul(Self::ENTRIES)?.checked_add(1)?;
        Some(Self { first: CertificateNumber::new(jurisdiction, year, sequence).ok()? })
    }

    /// The first number that stands on it.
    #[must_use]
    pub const fn first(self) -> CertificateNumber {
        self.first
    }

    /// The last number that can stand on it.
    #[must_use]
    pub const fn last(self) -> CertificateNumber {
        let last = self.first.sequence + (Self::ENTRIES - 1);
        let most = CertificateNumber::MAX_SEQUENCE;
        CertificateNumber { sequence: if last < most { last } else { most }, ..self.first }
    }
}

impl fmt::Display for StatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CertificateNumber { jurisdiction, year, sequence } = self.first;
        write!(f, "{jurisdiction:06}-{year:04}-{}", sequence / Self::ENTRIES + 1)
    }
}
