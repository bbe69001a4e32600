//! A person's year: its totals, its state and its certificate follow every declaration.

mod versions;

use serde_json::json;
use xueshi_domain::certificate::{CertificateState, Completion};
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};
use xueshi_domain::ledger::{
    Bucket, BySubject, RecordState, YearTotals, assess, revokes_certificate, state_after,
};
use xueshi_domain::policy::Floors;
use xueshi_domain::review::State;
use xueshi_domain::settlement::{self, AddendumCause, outcome};
use xueshi_persistence::{
    AnnualRecord, Certificate, Declaration, Id, Moment, Reader, Tenths, Word, Writer,
};

pub use self::versions::{
    beginning_of, floors_of, measured_by, measured_under, several, version_of,
};
use super::appraisals::{self, Change};
use super::events::Happening;
use super::explanations::keep_year;
use crate::problem::Problem;

/// A person's year as it is stored, or as it would begin.
pub struct Year {
    record: AnnualRecord,
    is_new: bool,
    /// The record of a settled year as it was found: what changes in it is added beside its sealed snapshot.
    settled: Option<Box<AnnualRecord>>,
}

/// How a declaration moves in its year.
#[derive(Debug, Clone, Copy)]
pub struct Posting<'a> {
    /// The state that it comes from.
    pub was: State,
    /// The floors of the year that are in force.
    pub floors: Floors,
    /// The class of reason that a certificate which falls with it is revoked for (A2).
    pub class: &'a str,
    /// What whoever moves it says.
    pub said: Option<&'a str>,
    /// Who moves it.
    pub by: Option<Id>,
    /// Acting for which unit.
    pub unit: Option<Id>,
}

/// How a year that reaches these floors was completed (A1, A4, M5).
#[must_use]
pub fn completion(record: &AnnualRecord, floors: Floors) -> Completion {
    settlement::completion(floors, totals(record).approved, made_up(record))
}

/// The hours of a stored year that were registered under grants; of what is pending, at least what may become approved.
fn makeup_hours(record: &AnnualRecord) -> YearTotals {
    YearTotals { approved: made_up(record), pending: totals(record).pending }
}

/// The approved hours of a stored year that were registered under grants (M5).
pub fn made_up(record: &AnnualRecord) -> BySubject {
    BySubject { public: record.makeup_public.0, professional: record.makeup_professional.0 }
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

/// Why a declaration changes a year that is settled (A3a, V8, M5, A2).
fn cause_of(declaration: &Declaration, was: State) -> AddendumCause {
    match was {
        State::Lapsed => AddendumCause::Reinstatement,
        // An upheld appeal about a missing record declares and approves it in one act.
        State::Rejected | State::Revoked | State::Draft => AddendumCause::Appeal,
        State::Approved => AddendumCause::Revocation,
        State::EmployerReview | State::AuthorityReview | State::Returned | State::Withdrawn => {
            match declaration.makeup_grant_id {
                Some(_) => AddendumCause::Makeup,
                None => AddendumCause::Correction,
            }
        }
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
            return Ok(Self::stored(record));
        }
        Ok(Self::begun(
            writer,
            (d.jurisdiction_id, d.professional_id, d.year),
            d.employer_id,
            d.authority_id,
        ))
    }

    /// A stored year.
    #[must_use]
    pub fn stored(record: AnnualRecord) -> Self {
        let settled = record.settled_at.is_some().then(|| Box::new(record.clone()));
        Self { record, is_new: false, settled }
    }

    /// A stored year whose hours were changed already, with what it was before: where that was settled, the change is added beside
    /// its seal (A3).
    #[must_use]
    pub fn changed(record: AnnualRecord, before: AnnualRecord) -> Self {
        let settled = before.settled_at.is_some().then(|| Box::new(before));
        Self { record, is_new: false, settled }
    }

    /// A year in which nothing was declared yet, of a person (city, id, year) at an employer below a reviewing body.
    #[must_use]
    pub fn begun(
        reader: &Reader<'_>,
        (jurisdiction_id, professional_id, year): (Id, Id, i32),
        employer_id: Id,
        authority_id: Id,
    ) -> Self {
        let none = Tenths(xueshi_domain::Hours::ZERO);
        let record = AnnualRecord {
            jurisdiction_id,
            professional_id,
            year,
            employer_id,
            authority_id,
            state: Word(RecordState::InProgress),
            approved_public: none,
            approved_professional: none,
            pending_public: none,
            pending_professional: none,
            makeup_public: none,
            makeup_professional: none,
            outcome: None,
            settled_at: None,
            sealed_as: None,
            satisfied_at: None,
            certificate_id: None,
            version: 1,
            updated_at: Moment(reader.now()),
        };
        Self { is_new: true, ..Self::stored(record) }
    }

    /// The year.
    #[must_use]
    pub fn record(&self) -> &AnnualRecord {
        &self.record
    }

    /// The year, to be changed before it follows.
    pub fn record_mut(&mut self) -> &mut AnnualRecord {
        &mut self.record
    }

    /// Moves the hours of a declaration in the totals of the year (H1); approved hours under a grant are kept apart (M5). Whether
    /// that changed anything. The year's state does not follow yet.
    ///
    /// # Errors
    /// When the totals do not allow the move, which would mean that they had been wrong before.
    pub fn count(&mut self, declaration: &Declaration, was: State) -> Result<bool, Problem> {
        let d = declaration;
        if Bucket::of(was) == Bucket::of(d.state.0) {
            return Ok(false);
        }
        let inconsistent =
            |error| Problem::internal(format!("year of declaration {}: {error}", d.id));
        let moved = totals(&self.record).moved(d.subject.0, d.hours.0, was, d.state.0);
        let totals = moved.map_err(inconsistent)?;
        let record = &mut self.record;
        if d.makeup_grant_id.is_some() {
            let makeup = makeup_hours(record).moved(d.subject.0, d.hours.0, was, d.state.0);
            let approved = makeup.map_err(inconsistent)?.approved;
            record.makeup_public = Tenths(approved.public);
            record.makeup_professional = Tenths(approved.professional);
        }
        record.approved_public = Tenths(totals.approved.public);
        record.approved_professional = Tenths(totals.approved.professional);
        record.pending_public = Tenths(totals.pending.public);
        record.pending_professional = Tenths(totals.pending.professional);
        Ok(true)
    }

    /// Posts a declaration that has moved, and lets the year's state follow (H1, E1–E3). A year that falls below a floor loses
    /// its certificate (A2, E13).
    ///
    /// # Errors
    /// As [`Self::count`].
    pub fn post(
        mut self,
        writer: &mut Writer<'_>,
        declaration: &Declaration,
        posting: Posting<'_>,
    ) -> Result<(), Problem> {
        let d = declaration;
        let was = posting.was;
        if !self.count(d, was)? {
            return Ok(());
        }
        let record = &mut self.record;
        if self.settled.is_none() && Bucket::of(d.state.0) == Some(Bucket::Pending) {
            // U2: the year follows a new submission; what happens later to an old declaration does not bring the old units back. The
            // units of a settled year are those of the freeze (A3).
            record.employer_id = d.employer_id;
            record.authority_id = d.authority_id;
        }
        let change = Change {
            cause: cause_of(d, was),
            declaration: Some(d.id),
            reason: posting.said,
            by: posting.by,
            unit: posting.unit,
        };
        self.follow(writer, posting.floors, posting.class, change)
    }

    /// Lets the year's state, outcome and certificate follow its hours and its floors, stores it, and tells what changed. A
    /// certified or settled year is measured by the floors under which it was (W3). A certificate that falls is revoked for this class
    /// of reason (A2).
    ///
    /// # Errors
    /// On a database failure.
    pub fn follow(
        mut self,
        writer: &mut Writer<'_>,
        in_force: Floors,
        class: &str,
        change: Change<'_>,
    ) -> Result<(), Problem> {
        let mut floors = floors_of(writer, &self.record, in_force)?;
        let by = change.by;
        let now = Moment(writer.now());
        let before = self.record.state.0;
        let mut fallen = Vec::new();
        let mut satisfied = assess(floors, totals(&self.record)).satisfied;
        let is_settled = self.record.settled_at.is_some();
        let mut after = state_after(before, satisfied, is_settled);
        if revokes_certificate(before, after)
            && let Some(certificate) = standing_certificate(writer, &self.record)?
        {
            writer.end_certificate(&certificate, CertificateState::Revoked, class)?;
            self.record.certificate_id = None;
            fallen.push(
                Finding::new(CheckName::CertificateFollows, CheckOutcome::Noted).with(
                    json!({"number": certificate.number, "state": "revoked", "reason": class}),
                ),
            );
            Happening::annual_record(EventType::CertificateRevoked, &self.record)
                .subject(certificate.id)
                .by_account(by)
                .data(json!({"number": certificate.number, "reason": class}))
                .tell(writer, self.record.jurisdiction_id)?;
            // Without it the year is measured like any other one.
            floors = floors_of(writer, &self.record, in_force)?;
            satisfied = assess(floors, totals(&self.record)).satisfied;
            after = state_after(after, satisfied, is_settled);
        }
        let record = &mut self.record;
        record.state = Word(after);
        record.satisfied_at = match (satisfied, record.satisfied_at) {
            (true, None) => Some(now),
            (true, since) => since,
            (false, _) => None,
        };
        if is_settled {
            let (approved, exempt) = (totals(record).approved, after == RecordState::Exempt);
            record.outcome = Some(Word(outcome(floors, approved, made_up(record), exempt)));
        }
        if self.is_new {
            writer.insert_annual_record(record)?;
        } else {
            writer.save_annual_record(record)?;
        }
        if let Some(was) = &self.settled {
            appraisals::add(writer, was, record, change)?;
        }
        let was_complete = matches!(before, RecordState::Satisfied | RecordState::Certified);
        let event = match (was_complete, after) {
            (false, RecordState::Satisfied) => EventType::AnnualRecordSatisfied,
            (true, RecordState::InProgress | RecordState::Incomplete) => {
                EventType::AnnualRecordReopened
            }
            (
                _,
                RecordState::InProgress
                | RecordState::Satisfied
                | RecordState::Certified
                | RecordState::Incomplete
                | RecordState::Exempt,
            ) => return Ok(()),
        };
        keep_year(writer, record, floors, event, by, fallen)?;
        Happening::annual_record(event, record).by_account(by).tell(writer, record.jurisdiction_id)
    }
}
