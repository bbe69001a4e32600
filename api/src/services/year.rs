//! A person's year: its totals, its state and its certificate follow every declaration.

use xueshi_domain::certificate::CertificateState;
use xueshi_domain::ledger::{
    Bucket, BySubject, RecordState, YearTotals, assess, revokes_certificate, state_after,
};
use xueshi_domain::policy::Floors;
use xueshi_domain::review::State;
use xueshi_persistence::{
    AnnualRecord, Certificate, Declaration, Moment, Reader, Tenths, Word, Writer,
};

use crate::problem::Problem;

/// A person's year as it is stored, or as it would begin.
pub struct Year {
    record: AnnualRecord,
    is_new: bool,
}

/// The hours of a stored year.
pub fn totals(record: &AnnualRecord) -> YearTotals {
    YearTotals {
        approved: BySubject {
            public: record.approved_public.0,
            professional: record.approved_professional.0,
        },
        pending: BySubject {
            public: record.pending_public.0,
            professional: record.pending_professional.0,
        },
    }
}

/// The certificate that stands for a year.
///
/// # Errors
/// On a database failure.
pub fn standing_certificate(
    reader: &mut Reader<'_>,
    record: &AnnualRecord,
) -> Result<Option<Certificate>, Problem> {
    let Some(id) = record.certificate_id else { return Ok(None) };
    let all =
        reader.certificates_of_year(record.jurisdiction_id, record.professional_id, record.year)?;
    Ok(all.into_iter().find(|certificate| certificate.id == id))
}

impl Year {
    /// The year that a declaration belongs to.
    ///
    /// # Errors
    /// On a database failure.
    pub fn of(writer: &mut Writer<'_>, declaration: &Declaration) -> Result<Self, Problem> {
        let d = declaration;
        if let Some(record) = writer.annual_record(d.jurisdiction_id, d.professional_id, d.year)? {
            return Ok(Self { record, is_new: false });
        }
        let none = Tenths(xueshi_domain::Hours::ZERO);
        let record = AnnualRecord {
            jurisdiction_id: d.jurisdiction_id,
            professional_id: d.professional_id,
            year: d.year,
            employer_id: d.employer_id,
            authority_id: d.authority_id,
            state: Word(RecordState::InProgress),
            approved_public: none,
            approved_professional: none,
            pending_public: none,
            pending_professional: none,
            satisfied_at: None,
            certificate_id: None,
            version: 1,
            updated_at: Moment(writer.now()),
        };
        Ok(Self { record, is_new: true })
    }

    /// Posts a declaration that has moved from state `was` to its present one, and lets the year's state follow (H1, E1–E3).
    /// A year that falls below a floor loses its certificate (A2, E13), for the reason given.
    ///
    /// # Errors
    /// When the totals do not allow the move, which would mean that they had been wrong before.
    pub fn post(
        mut self,
        writer: &mut Writer<'_>,
        declaration: &Declaration,
        was: State,
        floors: Floors,
        reason: &str,
    ) -> Result<(), Problem> {
        let d = declaration;
        if Bucket::of(was) == Bucket::of(d.state.0) {
            return Ok(());
        }
        let moved = totals(&self.record).moved(d.subject.0, d.hours.0, was, d.state.0);
        let totals = moved
            .map_err(|error| Problem::internal(format!("year of declaration {}: {error}", d.id)))?;
        let before = self.record.state.0;
        let satisfied = assess(floors, totals).satisfied;
        let after = state_after(before, satisfied);
        if revokes_certificate(before, after)
            && let Some(certificate) = standing_certificate(writer, &self.record)?
        {
            writer.end_certificate(&certificate, CertificateState::Revoked, reason)?;
            self.record.certificate_id = None;
        }
        let record = &mut self.record;
        record.state = Word(after);
        record.approved_public = Tenths(totals.approved.public);
        record.approved_professional = Tenths(totals.approved.professional);
        record.pending_public = Tenths(totals.pending.public);
        record.pending_professional = Tenths(totals.pending.professional);
        record.employer_id = d.employer_id;
        record.authority_id = d.authority_id;
        record.satisfied_at = match (satisfied, record.satisfied_at) {
            (true, None) => Some(Moment(writer.now())),
            (true, since) => since,
            (false, _) => None,
        };
        if self.is_new {
            writer.insert_annual_record(record)?;
        } else {
            writer.save_annual_record(record)?;
        }
        Ok(())
    }
}
