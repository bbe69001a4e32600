//! People who register and ask to join an employer, and employers that accept them (U0, U4).

mod acceptance;

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::instant::china_date;
use xueshi_domain::registration::{EmploymentRequest as Road, Event, State};
use xueshi_domain::registry::Standing;
use xueshi_persistence::{
    EmploymentRequest, Id, Moment, NewRegistration as RegistrationToStore, Organization, Page,
    Reader, RegistrationFilter, Slice, Word, Writer,
};

pub use acceptance::decide;

use super::events::Happening;
use super::explanations::Trail;
use super::newcomers::{one_at_a_time, open_account};
use super::professionals::{checked_number, checked_title};
use super::races::stands;
use super::references::unknown;
use super::{Asker, Reply, following};
use crate::dto::registrations::{EmploymentRequestDto, NewEmploymentRequest, NewRegistration};
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
        id: writer.new_id(),
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
            if writer.present_employment(city, person.professional_id, today)?.is_some() {
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

/// Takes back the request that waits of an account which has lost its person to another record's account (U4): nobody could be employed
/// by it.
///
/// # Errors
/// On a database failure.
pub fn end_of_account(
    writer: &mut Writer<'_>,
    by: Id,
    city: Id,
    account: Id,
) -> Result<(), Problem> {
    let Some(mut request) = writer.waiting_employment_request(city, account)? else {
        return Ok(());
    };
    let mut trail = Trail::default();
    request.state = Word(trail.step::<Road>(request.state.0, Event::Withdraw)?);
    request.decided_at = Some(Moment(writer.now()));
    save(writer, &mut request)?;
    tell(writer, Some(by), EventType::EmploymentRequestWithdrawn, &request, trail)
}

fn save(writer: &mut Writer<'_>, request: &mut EmploymentRequest) -> Result<(), Problem> {
    stands(writer.save_employment_request(request)?)
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
