//! Accepting people who ask to join (U0, U4).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::identity::IdNumber;
use xueshi_domain::instant::china_date;
use xueshi_domain::registration::{
    EmploymentRequest as Road, Event, Joining, Known, State, accept, findings, is_same_name,
};
use xueshi_domain::registry::PersonState;
use xueshi_persistence::{
    Account, Employment, EmploymentRequest, Id, Moment, NewProfessional, Organization,
    Professional, Reader, Registration, StoreError, Word, Writer,
};

use super::{employer_of, save, shown, tell, visible};
use crate::dto::Day;
use crate::dto::registrations::{EmploymentDecision, EmploymentRequestDto};
use crate::dto::transfers::Answer;
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::explanations::Trail;
use crate::services::references::unfit;
use crate::services::{Asker, Reply, following};

/// Accepts or refuses someone who asks to join. Accepting makes their record, or links their account to the one that stands
/// under their id number, unless that is somebody else's (U0, U4).
///
/// # Errors
/// 403 for other units and `own-case`; 409 when it was decided, and `employed-elsewhere`, `record-has-account`,
/// `identity-mismatch`; 412; 422 without the check of the document, for a day that cannot be, and in the freeze.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    answer: &EmploymentDecision,
) -> Result<Reply<EmploymentRequestDto>, Problem> {
    let mut request = visible(writer, asker, id)?;
    if request.account_id == asker.account() {
        return Err(Refusal::OwnCase.into());
    }
    let employer = employer_of(writer, &request)?;
    let unit = asker.acting_for(Permission::AcceptPeople, &employer.path)?.organization_id;
    let event = match answer.decision {
        Answer::Accept => Event::Accept,
        Answer::Refuse => Event::Refuse,
    };
    let mut trail = Trail::acting_for(Id(unit))
        .saying(answer.comment.as_deref())
        .found([Finding::passed(CheckName::NotOnesOwn)]);
    let state = trail.step::<Road>(request.state.0, event)?;
    condition.check(request.version.into())?;
    if state == State::Accepted {
        let taken = (&request, &employer);
        let (person, joining) = take_in(writer, asker, taken, answer, &mut trail)?;
        request.person_id = Some(person);
        request.joining = Some(Word(joining));
    }
    request.state = Word(state);
    request.decider_id = Some(asker.account());
    request.decided_for = Some(Id(unit));
    request.comment.clone_from(&answer.comment);
    request.decided_at = Some(Moment(writer.now()));
    save(writer, &mut request)?;
    let told = match answer.decision {
        Answer::Accept => EventType::EmploymentRequestAccepted,
        Answer::Refuse => EventType::EmploymentRequestRefused,
    };
    tell(writer, Some(asker.account()), told, &request, trail)?;
    Ok(Reply::ok(shown(writer, &request)?).version(request.version))
}

/// The applicant becomes one of the employer's people.
fn take_in(
    writer: &mut Writer<'_>,
    asker: &Asker,
    (request, employer): (&EmploymentRequest, &Organization),
    answer: &EmploymentDecision,
    trail: &mut Trail,
) -> Result<(Id, Joining), Problem> {
    if !answer.identity_checked {
        return Err(unfit(
            "/identity_checked",
            "identity-not-checked",
            "接受前须核对本人证件，并填写 identity_checked: true",
            "compare the person's document first, and say so with identity_checked: true",
        ));
    }
    let today = china_date(writer.now());
    let since = answer.started_on.map_or(today, |day| day.0);
    if since > today {
        return Err(unfit(
            "/started_on",
            "impossible-day",
            "入职日期不能晚于今天",
            "is after today",
        ));
    }
    let city = request.jurisdiction_id;
    let account = writer.account(request.account_id)?;
    let mut account = account.ok_or_else(|| Problem::internal("an applicant has no account"))?;
    let said = match account.professional_id {
        Some(_) => None,
        None => writer.registration(city, account.id)?,
    };
    let applicant = match &said {
        Some(said) => Some(writer.opened_registration(said)?),
        None => None,
    };
    let number = applicant.as_ref().map(|(number, _)| number);
    let known = known_person(writer, &account, number)?;
    let facts = match &known {
        Some(person) => Some(facts_of(writer, person, &account, &request.name)?),
        None => None,
    };
    *trail = std::mem::take(trail)
        .found([Finding::passed(CheckName::IdentityChecked)])
        .looking_at(json!({"started_on": Day(since), "record_known": facts.is_some()}));
    let joining = trail.ask(findings(facts), accept(facts, employer.id.0))?;
    let person = match (joining, known, said, applicant) {
        (Joining::Register, _, Some(said), Some((number, phone))) => {
            registered(writer, employer, &said, number, phone, since)?
        }
        (Joining::Link | Joining::Employ, Some(person), _, _) => person,
        (Joining::Register | Joining::Link | Joining::Employ, _, _, _) => {
            return Err(Problem::internal("an applicant is nobody"));
        }
    };
    let id = person.professional_id;
    if joining == Joining::Employ {
        trail.ask_one(CheckName::NotFrozen, following::admit(writer, city))?;
        employ(writer, person, employer, since)?;
        following::follow_person(writer, Some(asker.account()), id, employer)?;
    }
    if account.professional_id.is_none() {
        account.professional_id = Some(id);
        if !writer.update_account(&mut account)? {
            return Err(StoreError::Conflict.into());
        }
        writer.delete_registration(city, account.id)?;
    }
    let told = match joining {
        Joining::Register => EventType::ProfessionalRegistered,
        Joining::Link | Joining::Employ => EventType::ProfessionalJoined,
    };
    Happening::new(told)
        .by(asker)
        .person(id, Some(employer.id), employer.reviewing_body_id)
        .subject(id)
        .data(json!({"joining": joining}))
        .tell(writer, city)?;
    Ok((id, joining))
}

/// The record that stands for the applicant: that of their account, or the one under their id number.
fn known_person(
    reader: &mut Reader<'_>,
    account: &Account,
    number: Option<&IdNumber>,
) -> Result<Option<Professional>, Problem> {
    let city = account.jurisdiction_id;
    let id = match (account.professional_id, number) {
        (Some(id), _) => Some(id),
        (None, Some(number)) => reader.professional_by_id_number(city, number)?,
        (None, None) => None,
    };
    Ok(id.map(|id| reader.professional(city, id)).transpose()?.flatten())
}

fn facts_of(
    reader: &mut Reader<'_>,
    person: &Professional,
    account: &Account,
    name: &str,
) -> Result<Known, Problem> {
    let (city, id) = (person.jurisdiction_id, person.professional_id);
    let job = reader.present_employment(city, id, china_date(reader.now()))?;
    let owner = reader.account_of(person.jurisdiction_id, person.professional_id)?;
    Ok(Known {
        employed_at: job.map(|job| job.organization_id.0),
        same_name: is_same_name(&person.name, name),
        has_another_account: owner.is_some_and(|owner| owner.id != account.id),
    })
}

fn registered(
    writer: &mut Writer<'_>,
    employer: &Organization,
    said: &Registration,
    id_number: IdNumber,
    phone: Option<String>,
    since: time::Date,
) -> Result<Professional, Problem> {
    let level = said.title_level.map(|word| word.0);
    let id = writer.new_id();
    Ok(writer.insert_professional(&NewProfessional {
        jurisdiction: employer.jurisdiction_id,
        id,
        name: said.name.clone(),
        id_number,
        phone,
        title: said.title_series.clone().zip(level),
        post: said.post.0,
        employment: Some((writer.new_id(), employer.id, since)),
    })?)
}

/// Someone who worked nowhere begins here.
fn employ(
    writer: &mut Writer<'_>,
    mut person: Professional,
    employer: &Organization,
    since: time::Date,
) -> Result<(), Problem> {
    let (city, id) = (person.jurisdiction_id, person.professional_id);
    let now = Moment(writer.now());
    let last = writer.employments(city, id)?.into_iter().next();
    if last.and_then(|job| job.ended_on).is_some_and(|ended| since < ended) {
        return Err(unfit(
            "/started_on",
            "impossible-day",
            "入职日期不能早于上一段在职关系的结束日期",
            "is before the employment before it ended",
        ));
    }
    writer.insert_employment(&Employment {
        jurisdiction_id: city,
        professional_id: id,
        id: writer.new_id(),
        organization_id: employer.id,
        started_on: since,
        ended_on: None,
        end_reason: None,
        recorded_at: Some(now),
    })?;
    person.employer_id = Some(employer.id);
    person.state = Word(PersonState::Active);
    match writer.update_professional(&mut person, None)? {
        true => Ok(()),
        false => Err(StoreError::Conflict.into()),
    }
}
