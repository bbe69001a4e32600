//! People who register and ask to join an employer, and employers that accept them (U0, U4).

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
use xueshi_domain::registry::{PersonState, Standing};
use xueshi_persistence::{
    Account, Employment, EmploymentRequest, Id, Moment, NewProfessional,
    NewRegistration as RegistrationToStore, Organization, Page, Professional, Reader, Registration,
    RegistrationFilter, Saved, Slice, StoreError, Word, Writer,
};

use super::events::Happening;
use super::explanations::Trail;
use super::ids::new_id;
use super::newcomers::{one_at_a_time, open_account};
use super::professionals::{checked_number, checked_title};
use super::references::{unfit, unknown};
use super::transfers::present_employment;
use super::{Asker, Reply, following};
use crate::dto::Day;
use crate::dto::registrations::{
    EmploymentDecision, EmploymentRequestDto, NewEmploymentRequest, NewRegistration,
};
use crate::dto::transfers::Answer;
use crate::dto::unit_codes::parse_unit_code;
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};

/// Registers someone who is not logged in: an account without rights, and a request to the employer that they name.
///
/// Whether the id number is known here is not looked at, so that neither answer nor time tells it to a stranger; the employer
/// finds out when it accepts (U0, U4).
///
/// # Errors
/// 409 when the user name is in use; 422 for a wrong number or title, and an employer that does not take part.
pub fn register(
    writer: &mut Writer<'_>,
    city: Id,
    new: &NewRegistration,
    password_hash: &str,
) -> Result<Reply<EmploymentRequestDto>, Problem> {
    let id_number = checked_number(writer, new.id_type, &new.id_number)?;
    let title = checked_title(new.title_series.as_deref(), new.title_level)?;
    let employer = employer_of_code(writer, city, &new.employer_unit_code)?;
    let password = (new.password.as_str(), password_hash);
    let account = open_account(writer, city, &new.username, &new.name, password)?;
    let registration = writer.insert_registration(&RegistrationToStore {
        jurisdiction: city,
        account: account.id,
        name: new.name.trim().to_owned(),
        id_number,
        phone: new.phone.clone(),
        title,
        post: new.post,
    })?;
    let who = Applicant { person: None, name: registration.name, masked: registration.id_masked };
    let statement = new.statement.clone();
    let request = submit(writer, city, account.id, who, &employer, statement)?;
    let location = format!("/v1/employment-requests/{}", request.id);
    let version = request.version;
    Ok(Reply::created(&location, EmploymentRequestDto::new(&request, &employer)).version(version))
}

/// Who asks, as the employer reads it.
struct Applicant {
    person: Option<Id>,
    name: String,
    masked: String,
}

fn submit(
    writer: &mut Writer<'_>,
    city: Id,
    account: Id,
    who: Applicant,
    employer: &Organization,
    statement: Option<String>,
) -> Result<EmploymentRequest, Problem> {
    let now = writer.now();
    let request = EmploymentRequest {
        jurisdiction_id: city,
        id: new_id(now),
        account_id: account,
        person_id: who.person,
        organization_id: employer.id,
        name: who.name,
        id_masked: who.masked,
        statement,
        state: Word(State::Submitted),
        joining: None,
        decider_id: None,
        decided_for: None,
        comment: None,
        version: 1,
        created_at: Moment(now),
        decided_at: None,
        updated_at: Moment(now),
    };
    writer.insert_employment_request(&request).map_err(one_at_a_time)?;
    let trail = Trail::default()
        .saying(request.statement.as_deref())
        .found([Finding::passed(CheckName::UnitInUse)]);
    tell(writer, Some(account), EventType::EmploymentRequestSubmitted, &request, trail)?;
    Ok(request)
}

/// An employer that people can join: in use, with a reviewing body.
fn employer_of_code(
    reader: &mut Reader<'_>,
    city: Id,
    code: &str,
) -> Result<Organization, Problem> {
    let code = parse_unit_code(code, "/employer_unit_code")?;
    let unit = reader.organization_by_code(city, code.as_str())?;
    let unit = unit.filter(|unit| unit.state.0 == Standing::Active);
    let unit = unit.ok_or_else(|| unknown("/employer_unit_code"))?;
    following::route_of(&unit)?;
    Ok(unit)
}

/// Asks another employer: someone who registered and was refused or had withdrawn, or who has left their employer.
///
/// # Errors
/// 403 for machines and for accounts of nobody; 409 `employed-elsewhere` for those whom a transfer would take there, or while
/// another request waits; 422 for an unknown employer.
pub fn ask(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewEmploymentRequest,
) -> Result<Reply<EmploymentRequestDto>, Problem> {
    let forbidden = || Problem::new(Code::Forbidden);
    if asker.session.is_none() {
        return Err(forbidden());
    }
    let city = asker.jurisdiction;
    let who = match asker.actor.professional_id.map(Id) {
        Some(id) => {
            let person = writer.professional(city, id)?.ok_or_else(forbidden)?;
            let today = china_date(writer.now());
            if present_employment(writer, &person, today)?.is_some() {
                return Err(Refusal::EmployedElsewhere.into());
            }
            Applicant { person: Some(id), name: person.name, masked: person.id_masked }
        }
        None => {
            let said = writer.registration(city, asker.account())?.ok_or_else(forbidden)?;
            Applicant { person: None, name: said.name, masked: said.id_masked }
        }
    };
    let employer = employer_of_code(writer, city, &new.employer_unit_code)?;
    let statement = new.statement.clone();
    let request = submit(writer, city, asker.account(), who, &employer, statement)?;
    let location = format!("/v1/employment-requests/{}", request.id);
    let version = request.version;
    Ok(Reply::created(&location, EmploymentRequestDto::new(&request, &employer)).version(version))
}

/// A request that the asker may see: their own, or to one of their units.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<EmploymentRequest, Problem> {
    let scope = asker.scope(Permission::ReadPeople);
    let found = reader.visible_employment_request(&scope, asker.account(), Id(id))?;
    found.ok_or_else(|| Problem::new(Code::NotFound))
}

/// A request as the API shows it.
///
/// # Errors
/// On a database failure.
pub fn shown(
    reader: &mut Reader<'_>,
    request: &EmploymentRequest,
) -> Result<EmploymentRequestDto, Problem> {
    let employer = employer_of(reader, request)?;
    Ok(EmploymentRequestDto::new(request, &employer))
}

/// The requests that the asker may see.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &RegistrationFilter,
    page: Page<Id>,
) -> Result<Slice<EmploymentRequestDto>, Problem> {
    let scope = asker.scope(Permission::ReadPeople);
    let found = reader.employment_requests(&scope, asker.account(), filter, page)?;
    let rows = found.rows.iter().map(|row| shown(reader, row)).collect::<Result<_, Problem>>()?;
    Ok(Slice { rows, total: found.total })
}

fn employer_of(
    reader: &mut Reader<'_>,
    request: &EmploymentRequest,
) -> Result<Organization, Problem> {
    let unit = reader.organization(request.jurisdiction_id, request.organization_id)?;
    unit.ok_or_else(|| Problem::internal("the employer of a request is missing"))
}

/// Takes a request back, for instance one to the wrong unit (U0).
///
/// # Errors
/// 403 for everyone but the applicant; 409 when it was decided; 412.
pub fn withdraw(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<EmploymentRequestDto>, Problem> {
    let mut request = visible(writer, asker, id)?;
    if request.account_id != asker.account() {
        return Err(Problem::new(Code::Forbidden));
    }
    let mut trail = Trail::default();
    let state = trail.step::<Road>(request.state.0, Event::Withdraw)?;
    condition.check(request.version.into())?;
    request.state = Word(state);
    request.decided_at = Some(Moment(writer.now()));
    save(writer, &mut request)?;
    let by = Some(asker.account());
    tell(writer, by, EventType::EmploymentRequestWithdrawn, &request, trail)?;
    Ok(Reply::ok(shown(writer, &request)?).version(request.version))
}

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
    let job = present_employment(reader, person, china_date(reader.now()))?;
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
    let now = writer.now();
    let level = said.title_level.map(|word| word.0);
    let id = new_id(now);
    Ok(writer.insert_professional(&NewProfessional {
        jurisdiction: employer.jurisdiction_id,
        id,
        name: said.name.clone(),
        id_number,
        phone,
        title: said.title_series.clone().zip(level),
        post: said.post.0,
        employment: Some((new_id(now), employer.id, since)),
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
        id: new_id(writer.now()),
        organization_id: employer.id,
        started_on: since,
        ended_on: None,
        end_reason: None,
    })?;
    person.employer_id = Some(employer.id);
    person.state = Word(PersonState::Active);
    match writer.update_professional(&mut person, None)? {
        true => Ok(()),
        false => Err(StoreError::Conflict.into()),
    }
}

fn save(writer: &mut Writer<'_>, request: &mut EmploymentRequest) -> Result<(), Problem> {
    match writer.save_employment_request(request)? {
        Saved::Yes => Ok(()),
        Saved::Overtaken => Err(StoreError::Conflict.into()),
    }
}

fn tell(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    event: EventType,
    request: &EmploymentRequest,
    trail: Trail,
) -> Result<(), Problem> {
    let happening = Happening::new(event).by_account(by).unit(request.organization_id);
    let happening = match request.person_id {
        Some(person) => happening.person(person, Some(request.organization_id), None),
        None => happening,
    };
    happening
        .subject(request.id)
        .data(json!({"state": request.state.0}))
        .because(trail)
        .tell(writer, request.jurisdiction_id)
}
