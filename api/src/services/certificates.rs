//! Certificates as their owners and units read them, and as anyone verifies them.

use sha2::{Digest, Sha256};
use xueshi_domain::access::Permission;
use xueshi_domain::certificate::{
    CertificateContent, CertificateNumber, CertificateState, Completion, VerificationCode,
};
use xueshi_persistence::{Certificate, Reader};

use super::Asker;
use crate::certificate_pdf::{self, CertificateFields, PrintedState};
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

/// The hexadecimal SHA-256 of the certificate's salt, followed by what it states as it is stored: what its events say of it. None for
/// one without a salt: what stays of an erased person's certificate could be found by guessing.
#[must_use]
pub fn content_digest(certificate: &Certificate) -> Option<String> {
    let salt = certificate.content_salt.as_deref()?;
    let digest = Sha256::new().chain_update(salt).chain_update(&certificate.content).finalize();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
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

/// Stands where a name or an id number stood that was erased as the law asks.
pub const ERASED: &str = "已依法删除";

/// What is printed of a certificate (A1).
///
/// # Errors
/// On a database failure.
pub fn printed(
    reader: &mut Reader<'_>,
    issued: Issued,
    public_url: &str,
) -> Result<CertificateFields, Problem> {
    let Issued { certificate, content } = issued;
    let city = reader.jurisdiction(certificate.jurisdiction_id)?;
    let city = city.ok_or_else(|| Problem::internal("the city of a certificate is missing"))?;
    let code = certificate.verification_code;
    let erased = content.is_erased();
    let present = |text: String| if erased { ERASED.to_owned() } else { text };
    Ok(CertificateFields {
        name: present(content.name),
        masked_id: present(content.masked_id_number),
        employer: content.employer,
        year: content.year,
        public_hours: content.hours.public.to_string(),
        professional_hours: content.hours.professional.to_string(),
        total_hours: content.hours.total.to_string(),
        issuing_body: content.issuing_body,
        city: city.name,
        number: certificate.number,
        issued_on: content.issued_on,
        completed: match content.completed {
            Completion::InYear => certificate_pdf::Completion::InYear,
            Completion::ByMakeup => certificate_pdf::Completion::ByMakeup,
        },
        verification_url: format!("{}/v1/verify/{code}", public_url.trim_end_matches('/')),
        verification_code: code,
        state: match certificate.state.0 {
            CertificateState::Valid => PrintedState::Valid,
            CertificateState::Superseded => PrintedState::Superseded,
            CertificateState::Revoked => PrintedState::Revoked,
        },
    })
}
