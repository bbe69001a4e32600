//! Certificates as their owners and units read them, and as anyone verifies them.

use xueshi_domain::access::Permission;
use xueshi_domain::certificate::{
    CertificateContent, CertificateNumber, CertificateState, Completion, VerificationCode,
};
use xueshi_persistence::{Certificate, Reader};

use super::Asker;
use crate::certificate_pdf::{self, CertificateFields, FontFiles, PdfError, PrintedState};
use crate::problem::{Code, Problem};

/// A certificate with what it states.
pub struct Issued {
    /// As it is stored.
    pub certificate: Certificate,
    /// What it states.
    pub content: CertificateContent,
}

impl Issued {
    /// A certificate with what it states.
    ///
    /// # Errors
    /// 500 when that does not read back.
    pub(super) fn read(certificate: Certificate) -> Result<Self, Problem> {
        let content = serde_json::from_str(&certificate.content).map_err(|error| {
            Problem::internal(format!("certificate {}: {error}", certificate.id))
        })?;
        Ok(Self { certificate, content })
    }
}

/// The certificate with this number, if the asker may see its owner.
///
/// # Errors
/// 404 otherwise, whether or not it exists.
pub fn visible(reader: &mut Reader<'_>, asker: &Asker, number: &str) -> Result<Issued, Problem> {
    let not_found = || Problem::new(Code::NotFound);
    let number = CertificateNumber::parse(number).map_err(|_| not_found())?;
    let certificate = reader.certificate_by_number(&number.to_string())?.ok_or_else(not_found)?;
    let owner = certificate.professional_id;
    if !asker.actor.is_professional(owner.0) {
        reader
            .visible_professional(&asker.scope(Permission::ReadRecords), owner)?
            .ok_or_else(not_found)?;
    }
    Issued::read(certificate)
}

/// The certificate with this verification code: who has the code may know.
///
/// # Errors
/// 404 for a code that belongs to none.
pub fn by_code(reader: &mut Reader<'_>, code: &str) -> Result<Issued, Problem> {
    let not_found = || Problem::new(Code::NotFound);
    let code = VerificationCode::parse(code).map_err(|_| not_found())?;
    Issued::read(reader.certificate_by_code(code.as_str())?.ok_or_else(not_found)?)
}

/// The certificate as one A4 page (A1). Takes tens of milliseconds: not for a request's thread.
///
/// # Errors
/// 503 when the installation has no typeface for it, 500 when a field cannot be set.
pub fn print(issued: &Issued, public_url: &str, fonts: &FontFiles) -> Result<Vec<u8>, Problem> {
    let Issued { certificate, content } = issued;
    let code = &certificate.verification_code;
    let fields = CertificateFields {
        name: content.name.clone(),
        masked_id: content.masked_id_number.clone(),
        employer: content.employer.clone(),
        year: content.year,
        public_hours: content.hours.public.to_string(),
        professional_hours: content.hours.professional.to_string(),
        total_hours: content.hours.total.to_string(),
        issuing_body: content.issuing_body.clone(),
        number: certificate.number.clone(),
        issued_on: content.issued_on,
        completed: match content.completed {
            Completion::InYear => certificate_pdf::Completion::InYear,
            Completion::ByMakeup => certificate_pdf::Completion::ByMakeup,
        },
        verification_code: code.clone(),
        verification_url: format!("{}/v1/verify/{code}", public_url.trim_end_matches('/')),
        state: match certificate.state.0 {
            CertificateState::Valid => PrintedState::Valid,
            CertificateState::Superseded => PrintedState::Superseded,
            CertificateState::Revoked => PrintedState::Revoked,
        },
    };
    certificate_pdf::render(&fields, fonts).map_err(|error| match error {
        PdfError::FontMissing { .. } | PdfError::FontUnreadable { .. } => {
            Problem::unavailable(Code::TypefaceMissing, 3600, error)
        }
        PdfError::GlyphsMissing { .. } | PdfError::TextTooLong { .. } | PdfError::Refused(_) => {
            Problem::internal(error)
        }
    })
}
