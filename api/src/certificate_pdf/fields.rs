//! What is printed on a certificate.

use std::collections::BTreeSet;

use time::Date;

/// The fields of rule A1 as they are to be printed. All texts are display texts: nothing is masked, rounded or
/// translated here. The type is hashable because equal fields make equal files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CertificateFields {
    /// The person's name in full.
    pub name: String,
    /// The id number, masked (`410102********1238`).
    pub masked_id: String,
    /// The employer when the certificate was issued.
    pub employer: String,
    /// The calendar year of the hours.
    pub year: i32,
    /// Approved hours in the public-required subject, such as `30` or `30.5`, without unit.
    pub public_hours: String,
    /// Approved hours in the professional subject, without unit.
    pub professional_hours: String,
    /// All approved hours, without unit.
    pub total_hours: String,
    /// The body that verified the record and issues the certificate.
    pub issuing_body: String,
    /// The city under whose requirements the hours were completed, as its seal names it (`郑州市`).
    pub city: String,
    /// The certificate's number.
    pub number: String,
    /// The day of issue, in China.
    pub issued_on: Date,
    /// When the hours were completed (rule A4).
    pub completed: Completion,
    /// The code that anyone can verify.
    pub verification_code: String,
    /// The address that the QR code holds.
    pub verification_url: String,
    /// Whether the certificate stands (rule A2).
    pub state: PrintedState,
}

/// How the year was completed (rules A1 and A4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completion {
    /// Within the year itself.
    InYear,
    /// Later, under a granted make-up.
    ByMakeup,
}

/// Whether a certificate stands (rule A2). Anything but [`PrintedState::Valid`] is marked across the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrintedState {
    /// It stands.
    Valid,
    /// A newer version replaced it.
    Superseded,
    /// It was revoked.
    Revoked,
}

impl CertificateFields {
    /// Every character that comes from the caller: the ones that a font may lack.
    pub(super) fn characters(&self) -> BTreeSet<char> {
        let texts = [
            &self.name,
            &self.masked_id,
            &self.employer,
            &self.public_hours,
            &self.professional_hours,
            &self.total_hours,
            &self.issuing_body,
            &self.city,
            &self.number,
            &self.verification_code,
            &self.verification_url,
        ];
        texts.into_iter().flat_map(|text| text.chars()).collect()
    }
}
