//! The years of the demo world's people, and the certificates of those that were verified.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use xueshi_domain::Hours;
use xueshi_domain::calendar::Action;
use xueshi_domain::certificate::{
    CertificateContent, CertificateNumber, CertificateState, Completion, VerificationCode,
};
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::Way;
use xueshi_domain::ledger::{
    Bucket, Outcome, RecordState, VerifyOutcome, YearTotals, assess, state_after, verify,
};
use xueshi_domain::policy::{Floors, ZHENGZHOU};
use xueshi_domain::registry::RecordAct;
use xueshi_domain::review::State;
use xueshi_persistence::{
    AnnualRecord, Certificate, Declaration, Id, Moment, RecordedAct, StoreError, Tenths, Word,
};

use super::accounts::Decider;
use super::city::POLICY_VERSION;
use super::history::History;
use super::people::Who;
use super::units::Unit;
use super::{World, refused, settled, wrong, years};

/// A person's year as it grows.
pub(super) struct Year {
    pub(super) employer: Id,
    pub(super) authority: Id,
    pub(super) totals: YearTotals,
    pub(super) state: RecordState,
    satisfied_at: Option<OffsetDateTime>,
    pub(super) certificate: Option<Id>,
    /// How it ended, and when it was settled (A3).
    settled: Option<(Outcome, OffsetDateTime)>,
    /// Hours of each way that wait or count (H8).
    used: BTreeMap<Way, Hours>,
    version: i32,
    updated_at: OffsetDateTime,
}

impl Year {
    /// A3: writes how it ended.
    pub(super) fn settle(&mut self, outcome: Outcome, state: RecordState, at: OffsetDateTime) {
        self.state = state;
        self.settled = Some((outcome, at));
        self.version += 1;
        self.updated_at = at;
    }

    /// The year of a first submission, before it is posted.
    pub(super) fn begin(declaration: &Declaration) -> Self {
        Self {
            employer: declaration.employer_id,
            authority: declaration.authority_id,
            totals: YearTotals::default(),
            state: RecordState::InProgress,
            satisfied_at: None,
            certificate: None,
            settled: None,
            used: BTreeMap::new(),
            version: 0,
            updated_at: declaration.created_at.0,
        }
    }

    /// Hours of a way that wait or count.
    pub(super) fn used(&self, way: Way) -> Hours {
        self.used.get(&way).copied().unwrap_or_default()
    }

    /// Posts a declaration's step: totals and state follow (H1).
    pub(super) fn post(
        &mut self,
        declaration: &Declaration,
        was: State,
        floors: Floors,
        at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let (subject, hours, state) =
            (declaration.subject.0, declaration.hours.0, declaration.state.0);
        let moved = self.totals.moved(subject, hours, was, state);
        self.totals = moved.map_err(|error| wrong(&declaration.title, error))?;
        let used = self.used.entry(declaration.way.0).or_default();
        match (Bucket::of(was), Bucket::of(state)) {
            (None, Some(_)) => *used = used.saturating_add(hours),
            (Some(_), None) => *used = used.saturating_sub(hours),
            (Some(_), Some(_)) | (None, None) => {}
        }
        let satisfied = assess(floors, self.totals).satisfied;
        self.state = state_after(self.state, satisfied, false);
        self.satisfied_at = satisfied.then_some(self.satisfied_at.unwrap_or(at));
        self.version += 1;
        self.updated_at = self.updated_at.max(at);
        Ok(())
    }
}

/// A verification that is to be stored.
struct Verified {
    who: Who,
    year: i32,
    at: OffsetDateTime,
    certificate: Id,
    by: Decider,
}

/// Verifies, settles 2022, and stores all years with their certificates.
pub(super) fn store(
    world: &mut World<'_, '_>,
    history: &mut History<'_>,
) -> Result<(), StoreError> {
    let verified = verify_all(world, history)?;
    let sealed = settled::settle(world, history)?;
    for ((who, number), year) in &history.years {
        world.writer.insert_annual_record(&AnnualRecord {
            jurisdiction_id: world.city,
            professional_id: history.people.of(*who).id,
            year: *number,
            employer_id: year.employer,
            authority_id: year.authority,
            state: Word(year.state),
            approved_public: Tenths(year.totals.approved.public),
            approved_professional: Tenths(year.totals.approved.professional),
            pending_public: Tenths(year.totals.pending.public),
            pending_professional: Tenths(year.totals.pending.professional),
            makeup_public: Tenths(Hours::ZERO),
            makeup_professional: Tenths(Hours::ZERO),
            outcome: year.settled.map(|(outcome, _)| Word(outcome)),
            settled_at: year.settled.map(|(_, at)| Moment(at)),
            sealed_as: None,
            satisfied_at: year.satisfied_at.map(Moment),
            certificate_id: year.certificate,
            version: year.version,
            updated_at: Moment(year.updated_at),
        })?;
    }
    for one in &verified {
        issue(world, history, one)?;
    }
    world.writer.insert_appraisals(&sealed)
}

/// A1: the reviewing bodies verify what is satisfied.
fn verify_all(
    world: &mut World<'_, '_>,
    history: &mut History<'_>,
) -> Result<Vec<Verified>, StoreError> {
    let mut done = Vec::new();
    for (who, number, at) in years::verified() {
        let person = history.people.of(who);
        let body = history.units.of(person.employer).reviewing_body.unwrap_or(Unit::Bureau);
        let by = history.accounts.decider(history.units, body, at)?;
        let (policy, timetable) = history.rules(number)?;
        timetable.admit(Action::Verify, at).map_err(refused)?;
        let floors = policy.floors;
        let year = history
            .years
            .get_mut(&(who, number))
            .ok_or_else(|| wrong(person.name, "no year to verify"))?;
        if verify(year.state, assess(floors, year.totals).satisfied) != VerifyOutcome::Certified {
            return Err(wrong(person.name, "the year cannot be verified"));
        }
        let certificate = world.ids.at(at);
        year.state = RecordState::Certified;
        year.certificate = Some(certificate);
        year.version += 1;
        year.updated_at = at;
        done.push(Verified { who, year: number, at, certificate, by });
    }
    Ok(done)
}

fn issue(
    world: &mut World<'_, '_>,
    history: &History<'_>,
    one: &Verified,
) -> Result<(), StoreError> {
    let person = history.people.of(one.who);
    let year =
        history.years.get(&(one.who, one.year)).ok_or_else(|| wrong(person.name, "no year"))?;
    let sequence = world.writer.next_number(world.city, &format!("certificate-{}", one.year))?;
    let sequence = u32::try_from(sequence).map_err(|error| wrong("a certificate", error))?;
    let number = CertificateNumber::new(ZHENGZHOU, one.year, sequence)
        .map_err(|error| wrong("a certificate", error))?;
    let content = CertificateContent {
        number,
        verification_code: verification_code(number),
        name: person.name.to_owned(),
        masked_id_number: person.id_masked.clone(),
        employer: history.units.of(person.employer).name.to_owned(),
        year: one.year,
        hours: year.totals.approved.into(),
        issuing_body: history.units.of(Unit::Bureau).name.to_owned(),
        issued_on: china_date(one.at),
        completed: Completion::InYear,
    };
    world.writer.insert_certificate(&Certificate {
        jurisdiction_id: world.city,
        professional_id: person.id,
        id: one.certificate,
        year: one.year,
        version: 1,
        number: number.to_string(),
        verification_code: content.verification_code.as_str().to_owned(),
        state: Word(CertificateState::Valid),
        content: serde_json::to_string(&content).map_err(|error| wrong("a certificate", error))?,
        issued_by: one.by.account,
        issued_for: one.by.unit,
        issued_at: Moment(one.at),
        ended_at: None,
        end_reason: None,
        // No event told of its issue.
        content_salt: None,
    })?;
    world.writer.insert_record_act(&RecordedAct {
        jurisdiction_id: world.city,
        professional_id: person.id,
        id: world.ids.at(one.at),
        act: Word(RecordAct::Verified),
        declaration_id: None,
        certificate_id: Some(one.certificate),
        year: one.year,
        account_id: one.by.account,
        unit_id: one.by.unit,
        reason: None,
        policy_version: POLICY_VERSION,
        acted_at: Moment(one.at),
    })
}

/// The same code at every load: in the sandbox nothing is secret.
fn verification_code(number: CertificateNumber) -> VerificationCode {
    let hash = Sha256::digest(format!("xueshi sandbox {number}"));
    let mut bits = [0_u8; 13];
    bits.copy_from_slice(&hash[..13]);
    VerificationCode::from_random(bits)
}
