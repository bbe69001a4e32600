//! Certificates of completed years (A1, A2).

use diesel::prelude::*;
use xueshi_domain::certificate::{CertificateNumber, CertificateState, StatusList};
use xueshi_domain::event::EventType;

use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::events::Event;
use crate::schema::{certificates, events};
use crate::store::{Reader, Writer};

/// One version of the certificate of a person's year.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificates, treat_none_as_default_value = false)]
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
    /// What stands before the content in the digest that its events bear, so that nobody finds the content by guessing. None for
    /// those of the demo world, and once the person was erased.
    pub content_salt: Option<Vec<u8>>,
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
        Ok(on_either!(self.conn, |conn| certificates::table
            .filter(certificates::jurisdiction_id.eq(jurisdiction))
            .filter(certificates::professional_id.eq(professional))
            .filter(certificates::year.eq(year))
            .order(certificates::version.asc())
            .select(Certificate::as_select())
            .load(conn)?))
    }

    /// What told of the issue of a certificate; none for those that came about without it, such as the demo world's.
    ///
    /// # Errors
    /// On a database failure.
    pub fn issue_of_certificate(
        &mut self,
        certificate: &Certificate,
    ) -> Result<Option<Event>, StoreError> {
        Ok(events::table
            .filter(events::jurisdiction_id.eq(certificate.jurisdiction_id))
            .filter(events::subject_id.eq(certificate.id))
            .filter(events::kind.eq(Word(EventType::CertificateIssued)))
            .order(events::id.asc())
            .select(Event::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// Those certificates of a status list that stand no more (A2); `None` for a list without any certificate.
    ///
    /// # Errors
    /// On a database failure; [`StoreError::Corrupt`] for a number that is none.
    pub fn ended_certificates(
        &mut self,
        list: StatusList,
    ) -> Result<Option<Vec<CertificateNumber>>, StoreError> {
        // All numbers have one length, so that texts are in the order of the numbers.
        let (first, last) = (list.first().to_string(), list.last().to_string());
        let known = certificates::table
            .filter(certificates::number.ge(first.as_str()))
            .filter(certificates::number.le(last.as_str()));
        if !diesel::select(diesel::dsl::exists(known)).get_result::<bool>(self.conn)? {
            return Ok(None);
        }
        // Those that ended have an index of their own: few of very many.
        let ended: Vec<String> = certificates::table
            .filter(certificates::number.ge(first.as_str()))
            .filter(certificates::number.le(last.as_str()))
            .filter(certificates::ended_at.is_not_null())
            .select(certificates::number)
            .load(self.conn)?;
        let read = |number: String| {
            CertificateNumber::parse(&number)
                .map_err(|error| StoreError::Corrupt(format!("certificate {number}: {error}")))
        };
        ended.into_iter().map(read).collect::<Result<_, _>>().map(Some)
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
