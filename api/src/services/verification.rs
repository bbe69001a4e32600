//! Verifying satisfied years, which issues their certificates (A1).

use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{OrgPath, Permission, may_verify};
use xueshi_domain::calendar::Action;
use xueshi_domain::certificate::{
    CertificateContent, CertificateNumber, CertificateState, VerificationCode,
};
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::instant::china_date;
use xueshi_domain::ledger::{RecordState, VerifyOutcome, assess, verify};
use xueshi_domain::registry::RecordAct;
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{
    AnnualRecord, AnnualRecordFilter, Certificate, Id, Moment, Page, Professional, Reader,
    RecordedAct, Word, Writer,
};

use super::appraisals::{self, Change};
use super::events::Happening;
use super::explanations::{explained_item, keep_certificate, keep_year};
use super::ids::new_id;
use super::rules::Rules;
use super::year::{completion, floors_of, standing_certificate, totals};
use super::{Asker, Reply, makeup};
use crate::dto::annual_records::{VerificationDto, VerificationResult, Verify};
use crate::problem::{Code, Problem, Text};
use crate::request::RequestInfo;

/// Years at most that one call verifies.
pub const MOST: usize = 500;

/// Verifies the years of named people, or all satisfied ones of an employer. A bad item never blocks the rest.
///
/// # Errors
/// `window-closed` or `year-end-freeze` for the whole call, and failures of the store; other refusals are results.
pub fn verify_all(
    writer: &mut Writer<'_>,
    asker: &Asker,
    request: &Verify,
    info: &RequestInfo,
) -> Result<Reply<VerificationDto>, Problem> {
    let rules = Rules::of(writer, asker.jurisdiction, request.year)?;
    let people = chosen(writer, asker, request)?;
    let closed = match rules.timetable.admit(Action::Verify, writer.now()) {
        Ok(admission) => {
            writer.valid_until(admission.valid_until);
            None
        }
        Err(refusal) if !anyone_registers(writer, asker, &people, request.year)? => {
            return Err(refusal.into());
        }
        Err(refusal) => Some(refusal),
    };
    let mut results = Vec::with_capacity(people.len());
    for person in people {
        let result = writer.attempt(|writer| match &closed {
            None => verify_one(writer, asker, &rules, person),
            Some(refusal) => verify_made_up(writer, asker, request.year, person, refusal),
        });
        results.push(match result {
            Ok(result) => result,
            Err(problem) if problem.status().is_client_error() => {
                let problem = explained_item(writer, asker, info, person, problem)?;
                VerificationResult::refused(person, &problem, info)
            }
            Err(problem) => return Err(problem),
        });
    }
    Ok(Reply::ok(VerificationDto { results }))
}

/// Whether any of these people whom the asker may see registers hours of this prior year just now: then the year's own windows,
/// which are long closed, are not the last word (M3, M4). Of the others nothing is told, not even whether they have a grant.
fn anyone_registers(
    reader: &mut Reader<'_>,
    asker: &Asker,
    people: &[Uuid],
    year: i32,
) -> Result<bool, Problem> {
    for person in people.iter().copied().map(Id) {
        if reader.visible_professional(&asker.scope(Permission::ReadPeople), person)?.is_some()
            && makeup::open_registration(reader, asker.jurisdiction, person, year)?.is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Verifies a prior year within the registration of its make-up (M4, A1); others are as closed as the year is.
fn verify_made_up(
    writer: &mut Writer<'_>,
    asker: &Asker,
    year: i32,
    person: Uuid,
    closed: &Refusal,
) -> Result<VerificationResult, Problem> {
    writer
        .visible_professional(&asker.scope(Permission::ReadPeople), Id(person))?
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let grant = makeup::open_registration(writer, asker.jurisdiction, Id(person), year)?;
    let Some(grant) = grant else { return Err(closed.into()) };
    let rules = Rules::under_grant(writer, &grant)?;
    let admission = rules.timetable.admit(Action::Verify, writer.now())?;
    writer.valid_until(admission.valid_until);
    verify_one(writer, asker, &rules, person)
}

fn chosen(writer: &mut Writer<'_>, asker: &Asker, request: &Verify) -> Result<Vec<Uuid>, Problem> {
    let (people, employer) = match (&request.professional_ids, request.employer_id) {
        (Some(people), None) => return Ok(people.clone()),
        (None, Some(employer)) => (asker.scope(Permission::VerifyRecords), employer),
        (Some(_), Some(_)) | (None, None) => {
            let text = Text::new(
                "professional_ids 与 employer_id 必须且只能给出一个",
                "give either professional_ids or employer_id",
            );
            return Err(Problem::new(Code::ValidationFailed).at("", "one-of", text));
        }
    };
    let filter = AnnualRecordFilter {
        year: request.year,
        state: Some(RecordState::Satisfied),
        employer: Some(Id(employer)),
    };
    let page = Page { limit: MOST as i64, after: None, descending: false, count: false };
    let records = writer.annual_records(&people, &filter, page)?;
    Ok(records.rows.into_iter().map(|record| record.professional_id.0).collect())
}

fn verify_one(
    writer: &mut Writer<'_>,
    asker: &Asker,
    rules: &Rules,
    person_id: Uuid,
) -> Result<VerificationResult, Problem> {
    let city = asker.jurisdiction;
    let not_found = || Problem::new(Code::NotFound);
    let person = writer
        .visible_professional(&asker.scope(Permission::ReadPeople), Id(person_id))?
        .ok_or_else(not_found)?;
    let Some(record) = writer.annual_record(city, person.professional_id, rules.policy.year)?
    else {
        return Ok(VerificationResult::outcome(person_id, VerifyOutcome::NotSatisfied));
    };
    let body = body_of(writer, &person)?.unwrap_or(record.authority_id);
    let body = writer.organization(city, body)?.ok_or_else(not_found)?;
    let body_path = OrgPath::parse(&body.path).map_err(Problem::internal)?;
    let unit = Id(may_verify(&asker.actor, &body_path, person_id)?.organization_id);

    let floors = floors_of(writer, &record, rules.policy.floors)?;
    let satisfied = assess(floors, totals(&record)).satisfied;
    match verify(record.state.0, satisfied) {
        VerifyOutcome::Certified => {}
        VerifyOutcome::AlreadyCertified => {
            let certificate = standing_certificate(writer, &record)?;
            return Ok(VerificationResult::certified(
                person_id,
                VerifyOutcome::AlreadyCertified,
                certificate.as_ref(),
            ));
        }
        outcome @ (VerifyOutcome::NotSatisfied | VerifyOutcome::Exempt) => {
            return Ok(VerificationResult::outcome(person_id, outcome));
        }
    }
    let certificate = certify(writer, asker, rules, record, unit)?;
    Ok(VerificationResult::certified(person_id, VerifyOutcome::Certified, Some(&certificate)))
}

/// The reviewing body of a person's present employer: it verifies their years, also those that were settled where they were
/// before (A1, U2). `None` for someone who works nowhere: their years stay where they are.
fn body_of(writer: &mut Writer<'_>, person: &Professional) -> Result<Option<Id>, Problem> {
    let Some(employer) = person.employer_id else { return Ok(None) };
    let employer = writer.organization(person.jurisdiction_id, employer)?;
    Ok(employer.and_then(|employer| employer.reviewing_body_id))
}

/// A1: certifies a satisfied year: its certificate is issued, and who did it for which unit is kept.
///
/// # Errors
/// On a database failure.
pub fn certify(
    writer: &mut Writer<'_>,
    asker: &Asker,
    rules: &Rules,
    mut record: AnnualRecord,
    unit: Id,
) -> Result<Certificate, Problem> {
    let city = record.jurisdiction_id;
    let person = writer.professional(city, record.professional_id)?;
    let person =
        person.ok_or_else(|| Problem::internal("the owner of a certificate is missing"))?;
    let certificate = issue(writer, asker, &record, &person.name, &person.id_masked, unit)?;
    writer.insert_certificate(&certificate)?;
    writer.insert_record_act(&RecordedAct {
        jurisdiction_id: city,
        professional_id: person.professional_id,
        id: new_id(writer.now()),
        act: Word(RecordAct::Verified),
        declaration_id: None,
        certificate_id: Some(certificate.id),
        year: record.year,
        account_id: asker.account(),
        unit_id: unit,
        reason: None,
        policy_version: rules.version,
        acted_at: Moment(writer.now()),
    })?;
    record.state = Word(RecordState::Certified);
    record.certificate_id = Some(certificate.id);
    writer.save_annual_record(&mut record)?;
    Happening::annual_record(EventType::AnnualRecordCertified, &record)
        .by(asker)
        .tell(writer, city)?;
    tell_certificate(writer, asker, EventType::CertificateIssued, &record, &certificate)?;
    keep_certificate(writer, &record, &certificate, None)?;
    let floors = floors_of(writer, &record, rules.policy.floors)?;
    keep_year(
        writer,
        &record,
        floors,
        EventType::AnnualRecordCertified,
        Some(asker.account()),
        vec![Finding::passed(CheckName::Verified).with(json!({"unit_id": unit}))],
    )?;
    Ok(certificate)
}

/// A1, A2: what a decision from above, by an asker for a unit and with a reason, does to the certificate of the year that it
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
    (unit, reason): (Id, &str),
) -> Result<Option<Id>, Problem> {
    let Some(record) = writer.annual_record(city, person, year)? else { return Ok(None) };
    match record.state.0 {
        RecordState::Certified => {
            reissue(writer, asker, record, (unit, reason))?;
            let record = writer.annual_record(city, person, year)?;
            Ok(record.and_then(|record| record.certificate_id))
        }
        RecordState::Satisfied => match verified_until(writer, rules, (city, person, year))? {
            Some(end) => {
                writer.valid_until(Some(end));
                Ok(None)
            }
            None => Ok(Some(certify(writer, asker, rules, record, unit)?.id)),
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
    keep_certificate(writer, &record, &certificate, Some(&old))
}

fn tell_certificate(
    writer: &mut Writer<'_>,
    asker: &Asker,
    kind: EventType,
    record: &AnnualRecord,
    certificate: &Certificate,
) -> Result<(), Problem> {
    Happening::annual_record(kind, record)
        .by(asker)
        .subject(certificate.id)
        .data(json!({"number": certificate.number, "version": certificate.version}))
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
        id: new_id(now),
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
    })
}
