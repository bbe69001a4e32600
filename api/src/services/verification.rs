//! Verifying satisfied years, which issues their certificates (A1).

use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{OrgPath, Permission, may_verify};
use xueshi_domain::calendar::Action;
use xueshi_domain::ledger::{RecordState, VerifyOutcome, assess, verify};
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{AnnualRecordFilter, Id, Page, Professional, Reader, Writer};

use super::certifying::{Certifying, certify};
use super::explanations::explained_item;
use super::professionals::require_not_erased;
use super::rules::Rules;
use super::year::{floors_of, standing_certificate, totals};
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
    require_not_erased(writer, city, person.professional_id)?;
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
    // A settled year can be verified only within the registration of its make-up (M4).
    let certifying = Certifying { unit, cause: AddendumCause::Makeup, reason: None };
    let certificate = certify(writer, asker, rules, record, certifying)?;
    Ok(VerificationResult::certified(person_id, VerifyOutcome::Certified, Some(&certificate)))
}

/// The reviewing body of a person's present employer: it verifies their years, also those that were settled where they were
/// before (A1, U2). `None` for someone who works nowhere: their years stay where they are.
fn body_of(writer: &mut Writer<'_>, person: &Professional) -> Result<Option<Id>, Problem> {
    let Some(employer) = person.employer_id else { return Ok(None) };
    let employer = writer.organization(person.jurisdiction_id, employer)?;
    Ok(employer.and_then(|employer| employer.reviewing_body_id))
}
