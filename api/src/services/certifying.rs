//! The certificate of a year: issued once it is certified, and replaced when its hours change (A1, A2).

use serde_json::json;
use time::OffsetDateTime;
use xueshi_domain::Refusal;
use xueshi_domain::calendar::Action;
use xueshi_domain::certificate::{
    CertificateContent, CertificateNumber, CertificateState, VerificationCode,
};
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::instant::china_date;
use xueshi_domain::ledger::RecordState;
use xueshi_domain::registry::RecordAct;
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{
    AnnualRecord, Certificate, Id, Moment, Reader, RecordedAct, Word, Writer,
};

use super::appraisals::{self, Change};
use super::certificates::content_digest;
use super::events::Happening;
use super::explanations::{keep_certificate, keep_year};
use super::rules::Rules;
use super::year::{completion, floors_of, standing_certificate, totals};
use super::{Asker, makeup};
use crate::problem::Problem;

/// For whom, and why, a year is certified.
#[derive(Debug, Clone, Copy)]
pub struct Certifying<'a> {
    /// The unit that is acted for (V10).
    pub unit: Id,
    /// What brought it about, for what is added beside a sealed snapshot (M5).
    pub cause: AddendumCause,
    /// The reason of the decision from above that certifies; `None` for a verification, which has none.
    pub reason: Option<&'a str>,
}

impl Certifying<'_> {
    /// What the certificate rests on: the body's verification, or a decision from above once nobody can verify any more.
    fn check(self) -> Finding {
        let name = match self.reason {
            None => CheckName::Verified,
            Some(_) => CheckName::CertifiedByDecision,
        };
        Finding::passed(name).with(json!({"unit_id": self.unit}))
    }
}

/// A1: certifies a satisfied year: its certificate is issued, and who did it for which unit is kept. Beside the sealed snapshot of
/// a settled year it is added (M5). A certificate that still stands is superseded: a year never has two (A2). Nobody certifies
/// their own year, on whichever road (Who).
///
/// # Errors
/// `own-case`.
pub fn certify(
    writer: &mut Writer<'_>,
    asker: &Asker,
    rules: &Rules,
    mut record: AnnualRecord,
    certifying: Certifying<'_>,
) -> Result<Certificate, Problem> {
    if asker.actor.is_professional(record.professional_id.0) {
        return Err(Refusal::OwnCase.into());
    }
    let before = record.clone();
    let unit = certifying.unit;
    let city = record.jurisdiction_id;
    let person = writer.professional(city, record.professional_id)?;
    let person =
        person.ok_or_else(|| Problem::internal("the owner of a certificate is missing"))?;
    let old = standing_certificate(writer, &record)?;
    if let Some(old) = &old {
        writer.end_certificate(old, CertificateState::Superseded, "corrected")?;
        tell_certificate(writer, asker, EventType::CertificateSuperseded, &record, old)?;
    }
    let certificate = issue(writer, asker, &record, &person.name, &person.id_masked, unit)?;
    writer.insert_certificate(&certificate)?;
    writer.insert_record_act(&RecordedAct {
        jurisdiction_id: city,
        professional_id: person.professional_id,
        id: writer.new_id(),
        act: Word(RecordAct::Verified),
        declaration_id: None,
        certificate_id: Some(certificate.id),
        year: record.year,
        account_id: asker.account(),
        unit_id: unit,
        reason: certifying.reason.map(str::to_owned),
        policy_version: rules.version,
        acted_at: Moment(writer.now()),
    })?;
    record.state = Word(RecordState::Certified);
    record.certificate_id = Some(certificate.id);
    writer.save_annual_record(&mut record)?;
    if record.settled_at.is_some() {
        let change = Change {
            cause: certifying.cause,
            declaration: None,
            reason: certifying.reason,
            by: Some(asker.account()),
            unit: Some(unit),
        };
        appraisals::add(writer, &before, &record, change)?;
    }
    Happening::annual_record(EventType::AnnualRecordCertified, &record)
        .by(asker)
        .tell(writer, city)?;
    tell_certificate(writer, asker, EventType::CertificateIssued, &record, &certificate)?;
    keep_certificate(writer, &record, &certificate, certifying.check(), old.as_ref())?;
    let floors = floors_of(writer, &record, rules.policy.floors)?;
    keep_year(
        writer,
        &record,
        floors,
        EventType::AnnualRecordCertified,
        Some(asker.account()),
        vec![certifying.check()],
    )?;
    Ok(certificate)
}

/// A1, A2: what a decision from above, by an asker, does to the certificate of the year that it
/// changed. One that stands is replaced by one with the right hours. A year that is complete now is certified in the same act once
/// nobody can verify it any more, because its windows have closed; while one is open the reviewing body verifies as usual. The
/// certificate that this left standing.
///
/// # Errors
/// On a database failure.
pub fn certificate_follows(
    writer: &mut Writer<'_>,
    asker: &Asker,
    rules: &Rules,
    (city, person, year): (Id, Id, i32),
    decision: Certifying<'_>,
) -> Result<Option<Id>, Problem> {
    let Some(record) = writer.annual_record(city, person, year)? else { return Ok(None) };
    match record.state.0 {
        RecordState::Certified => {
            let reason = decision.reason.unwrap_or_default();
            reissue(writer, asker, record, (decision.unit, reason))?;
            let record = writer.annual_record(city, person, year)?;
            Ok(record.and_then(|record| record.certificate_id))
        }
        RecordState::Satisfied => match verified_until(writer, rules, (city, person, year))? {
            Some(end) => {
                writer.valid_until(Some(end));
                Ok(None)
            }
            None => Ok(Some(certify(writer, asker, rules, record, decision)?.id)),
        },
        RecordState::InProgress | RecordState::Incomplete | RecordState::Exempt => Ok(None),
    }
}

/// Until when a person's year can be verified: in its own window, or while hours of it are registered under a grant (M4).
fn verified_until(
    reader: &mut Reader<'_>,
    rules: &Rules,
    (city, person, year): (Id, Id, i32),
) -> Result<Option<OffsetDateTime>, Problem> {
    let now = reader.now();
    if let Some(end) = rules.timetable.possible_until(Action::Verify, now) {
        return Ok(Some(end));
    }
    match makeup::open_registration(reader, city, person, year)? {
        Some(grant) => {
            let rules = Rules::under_grant(reader, &grant)?;
            Ok(rules.timetable.possible_until(Action::Verify, now))
        }
        None => Ok(None),
    }
}

/// A2: a certified year whose hours were corrected and which still meets its floors gets a new certificate in place of the
/// one that states the old hours. Beside the sealed snapshot of a settled year it is added for this reason.
///
/// # Errors
/// On a database failure.
pub fn reissue(
    writer: &mut Writer<'_>,
    asker: &Asker,
    mut record: AnnualRecord,
    (unit, reason): (Id, &str),
) -> Result<(), Problem> {
    let before = record.clone();
    let Some(old) = standing_certificate(writer, &record)? else { return Ok(()) };
    let person = writer.professional(record.jurisdiction_id, record.professional_id)?;
    let person =
        person.ok_or_else(|| Problem::internal("the owner of a certificate is missing"))?;
    writer.end_certificate(&old, CertificateState::Superseded, "corrected")?;
    let certificate = issue(writer, asker, &record, &person.name, &person.id_masked, unit)?;
    writer.insert_certificate(&certificate)?;
    record.certificate_id = Some(certificate.id);
    writer.save_annual_record(&mut record)?;
    let change = Change {
        cause: AddendumCause::Correction,
        declaration: None,
        reason: Some(reason),
        by: Some(asker.account()),
        unit: Some(unit),
    };
    appraisals::add(writer, &before, &record, change)?;
    tell_certificate(writer, asker, EventType::CertificateSuperseded, &record, &old)?;
    tell_certificate(writer, asker, EventType::CertificateIssued, &record, &certificate)?;
    let certifying = Certifying { unit, cause: AddendumCause::Correction, reason: Some(reason) };
    keep_certificate(writer, &record, &certificate, certifying.check(), Some(&old))
}

/// Tells what has become of a certificate, and which one it is: the log of events commits to what it states, and not only to its
/// number. The digest is salted; the salt goes when the person is erased, and with it what could be guessed (U4a).
///
/// # Errors
/// On a database failure.
pub fn tell_certificate(
    writer: &mut Writer<'_>,
    asker: &Asker,
    kind: EventType,
    record: &AnnualRecord,
    certificate: &Certificate,
) -> Result<(), Problem> {
    Happening::annual_record(kind, record)
        .by(asker)
        .subject(certificate.id)
        .data(json!({"number": certificate.number, "version": certificate.version,
            "content_sha256": content_digest(certificate)}))
        .tell(writer, record.jurisdiction_id)
}

/// The next version of a year's certificate, sealed for the municipal bureau.
fn issue(
    writer: &mut Writer<'_>,
    asker: &Asker,
    record: &AnnualRecord,
    name: &str,
    masked_id_number: &str,
    unit: Id,
) -> Result<Certificate, Problem> {
    let now: OffsetDateTime = writer.now();
    let city = record.jurisdiction_id;
    let missing = |what: &str| Problem::internal(format!("{what} is missing"));
    let jurisdiction = writer.jurisdiction(city)?.ok_or_else(|| missing("the city"))?;
    let bureau = writer.municipal_bureau(city)?.ok_or_else(|| missing("the municipal bureau"))?;
    let employer =
        writer.organization(city, record.employer_id)?.ok_or_else(|| missing("the employer"))?;
    let versions = writer.certificates_of_year(city, record.professional_id, record.year)?;
    let sequence = writer.next_number(city, &format!("certificate-{}", record.year))?;
    let sequence = u32::try_from(sequence).map_err(Problem::internal)?;
    let number = CertificateNumber::new(&jurisdiction.code, record.year, sequence)
        .map_err(Problem::internal)?;
    let verification_code = VerificationCode::from_random(rand::random());
    let in_force = Rules::of(writer, city, record.year)?.policy.floors;
    let floors = floors_of(writer, record, in_force)?;
    let content = CertificateContent {
        number,
        verification_code: verification_code.clone(),
        name: name.to_owned(),
        masked_id_number: masked_id_number.to_owned(),
        employer: employer.name,
        year: record.year,
        hours: totals(record).approved.into(),
        issuing_body: bureau.name,
        issued_on: china_date(now),
        completed: completion(record, floors),
    };
    Ok(Certificate {
        jurisdiction_id: city,
        professional_id: record.professional_id,
        id: writer.new_id(),
        year: record.year,
        version: i32::try_from(versions.len() + 1).map_err(Problem::internal)?,
        number: number.to_string(),
        verification_code: verification_code.as_str().to_owned(),
        state: Word(CertificateState::Valid),
        content: serde_json::to_string(&content).map_err(Problem::internal)?,
        issued_by: asker.account(),
        issued_for: unit,
        issued_at: Moment(now),
        ended_at: None,
        end_reason: None,
        content_salt: Some(rand::random::<[u8; 16]>().to_vec()),
    })
}
