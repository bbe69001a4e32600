//! Certificates of completed years (A1, A2).

use diesel::prelude::*;
use xueshi_domain::certificate::CertificateState;

use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::schema::certificates;
use crate::store::{Reader, Writer};

/// One version of the certificate of a person's year.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificates)]
pub struct Certificate {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose it is.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The year.
    pub year: i32,
    /// 1, 2, 3 … within the year.
    pub version: i32,
    /// Its printed number.
    pub number: String,
    /// The unguessable code by which anyone can verify it.
    pub verification_code: String,
    /// Whether it stands.
    pub state: Word<CertificateState>,
    /// What it states, as JSON.
    pub content: String,
    /// Who issued it.
    pub issued_by: Id,
    /// Acting for which unit.
    pub issued_for: Id,
    /// When.
    pub issued_at: Moment,
    /// When it stopped standing.
    pub ended_at: Option<Moment>,
    /// Why.
    pub end_reason: Option<String>,
}

impl Reader<'_> {
    /// The certificate with this number, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn certificate_by_number(
        &mut self,
        number: &str,
    ) -> Result<Option<Certificate>, StoreError> {
        Ok(certificates::table
            .filter(certificates::number.eq(number))
            .select(Certificate::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The certificate with this verification code.
    ///
    /// # Errors
    /// On a database failure.
    pub fn certificate_by_code(&mut self, code: &str) -> Result<Option<Certificate>, StoreError> {
        Ok(certificates::table
            .filter(certificates::verification_code.eq(code))
            .select(Certificate::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// All versions of the certificate of a year, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn certificates_of_year(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
    ) -> Result<Vec<Certificate>, StoreError> {
        Ok(certificates::table
            .filter(certificates::jurisdiction_id.eq(jurisdiction))
            .filter(certificates::professional_id.eq(professional))
            .filter(certificates::year.eq(year))
            .order(certificates::version.asc())
            .select(Certificate::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds a certificate.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the version is already there.
    pub fn insert_certificate(&mut self, certificate: &Certificate) -> Result<(), StoreError> {
        diesel::insert_into(certificates::table).values(certificate).execute(self.conn)?;
        Ok(())
    }

    /// Ends a valid certificate (A2); false when it was not valid any more.
    ///
    /// # Errors
    /// On a database failure.
    pub fn end_certificate(
        &mut self,
        certificate: &Certificate,
        state: CertificateState,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let now = Moment(self.now());
        let key = (certificate.jurisdiction_id, certificate.professional_id, certificate.id);
        let valid = certificates::state.eq(Word(CertificateState::Valid));
        let ended = diesel::update(certificates::table.find(key).filter(valid))
            .set((
                certificates::state.eq(Word(state)),
                certificates::ended_at.eq(now),
                certificates::end_reason.eq(reason),
            ))
            .execute(self.conn)?;
        Ok(ended == 1)
    }
}
