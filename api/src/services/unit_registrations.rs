//! Units that register by themselves, and the bodies that accept them (U0, U1).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{OrgPath, Permission};
use xueshi_domain::event::EventType;
use xueshi_domain::registration::{Event, State, UnitRegistration as Road};
use xueshi_domain::registry::Standing;
use xueshi_domain::units::{may_register, needed_office, stands_under};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Grant, Id, Moment, Organization, Page, Reader, RegistrationFilter, Slice, StoreError,
    UnitRegistration, Word, Writer,
};

use super::events::Happening;
use super::newcomers::{one_at_a_time, open_account};
use super::organizations::code_taken;
use super::races::stands;
use super::references::{unfit, unknown};
use super::{Asker, Reply, offices};
use crate::dto::registrations::{NewUnitRegistration, UnitRegistrationDto};
use crate::dto::transfers::{Answer, RequestDecision};
use crate::dto::unit_codes::parse_unit_code;
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};

/// Registers a unit whose future administrator is not logged in: an account without rights, and a request to the reviewing
/// body that it names (U0).
///
/// # Errors
/// 409 when the user name or the unit code is in use; 422 for a wrong code (E12b), a kind that cannot register, and a body that
/// does not review.
pub fn register(
    writer: &mut Writer<'_>,
    city: Id,
    new: &NewUnitRegistration,
    password_hash: &str,
) -> Result<Reply<UnitRegistrationDto>, Problem> {
    let now = writer.now();
    if !may_register(new.kind) {
        return Err(unfit(
            "/kind",
            "kind-cannot-register",
            "只有用人单位和施教机构可自行注册，其他单位由市人社局设立",
            "employers and training institutions register; other units are set up by the municipal bureau",
        ));
    }
    let code = parse_unit_code(&new.unit_code, "/unit_code")?;
    if writer.organization_by_code(city, code.as_str())?.is_some() {
        return Err(code_taken(StoreError::Taken("unit_code".to_owned())));
    }
    let body_code = parse_unit_code(&new.reviewing_body_code, "/reviewing_body_code")?;
    let body = writer.organization_by_code(city, body_code.as_str())?;
    let body = body.filter(|body| body.state.0 == Standing::Active);
    let body = body.ok_or_else(|| unknown("/reviewing_body_code"))?;
    if !body.kind.0.reviews() {
        return Err(unfit(
            "/reviewing_body_code",
            "not-a-reviewing-body",
            "审核单位应为人社局或行业主管部门",
            "a reviewing body is a bureau or an industry authority",
        ));
    }
    let password = (new.password.as_str(), password_hash);
    let account = open_account(writer, city, &new.username, &new.administrator_name, password)?;
    let registration = UnitRegistration {
        jurisdiction_id: city,
        id: writer.new_id(),
        account_id: account.id,
        body_id: body.id,
        kind: Word(new.kind),
        name: new.name.trim().to_owned(),
        unit_code: code.as_str().to_owned(),
        is_public_institution: new.is_public_institution,
        statement: new.statement.clone(),
        state: Word(State::Submitted),
        decider_id: None,
        decided_for: None,
        comment: None,
        version: 1,
        created_at: Moment(now),
        decided_at: None,
        updated_at: Moment(now),
    };
    writer.insert_unit_registration(&registration).map_err(one_at_a_time)?;
    tell(writer, Some(account.id), EventType::OrganizationRegistered, &registration)?;
    let location = format!("/v1/organizations/{}/registration", registration.id);
    let version = registration.version;
    let dto = UnitRegistrationDto::new(&registration, &body);
    Ok(Reply::created(&location, dto).version(version))
}

/// A registration that the asker may see: their own, or one that names a body of theirs.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<UnitRegistration, Problem> {
    let scope = asker.scope(Permission::ReadOrganizations);
    let found = reader.visible_unit_registration(&scope, asker.account(), Id(id))?;
    found.ok_or_else(|| Problem::new(Code::NotFound))
}

/// A registration as the API shows it.
///
/// # Errors
/// On a database failure.
pub fn shown(
    reader: &mut Reader<'_>,
    registration: &UnitRegistration,
) -> Result<UnitRegistrationDto, Problem> {
    let body = body_of(reader, registration)?;
    Ok(UnitRegistrationDto::new(registration, &body))
}

/// The registrations that the asker may see.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &RegistrationFilter,
    page: Page<Id>,
) -> Result<Slice<UnitRegistrationDto>, Problem> {
    let scope = asker.scope(Permission::ReadOrganizations);
    let found = reader.unit_registrations(&scope, asker.account(), filter, page)?;
    let rows = found.rows.iter().map(|row| shown(reader, row)).collect::<Result<_, Problem>>()?;
    Ok(Slice { rows, total: found.total })
}

fn body_of(
    reader: &mut Reader<'_>,
    registration: &UnitRegistration,
) -> Result<Organization, Problem> {
    let body = reader.organization(registration.jurisdiction_id, registration.body_id)?;
    body.ok_or_else(|| Problem::internal("the body of a registration is missing"))
}

/// Takes a registration back.
///
/// # Errors
/// 403 for everyone but the applicant; 409 when it was decided; 412.
pub fn withdraw(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<UnitRegistrationDto>, Problem> {
    let mut registration = visible(writer, asker, id)?;
    if registration.account_id != asker.account() {
        return Err(Problem::new(Code::Forbidden));
    }
    let state = step::<Road>(registration.state.0, Event::Withdraw)?;
    condition.check(registration.version.into())?;
    registration.state = Word(state);
    registration.decided_at = Some(Moment(writer.now()));
    save(writer, &mut registration)?;
    tell(writer, Some(asker.account()), EventType::OrganizationWithdrawn, &registration)?;
    Ok(Reply::ok(shown(writer, &registration)?).version(registration.version))
}

/// Accepts or refuses a unit. Accepting puts it under the body, which reviews for it from then on, and appoints its
/// administrator (U0, U1).
///
/// # Errors
/// 403 for other bodies and `own-case`; 409 when it was decided, or its unit code has been taken since; 412; 422
/// `unit-disabled` when the body is closed.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    answer: &RequestDecision,
) -> Result<Reply<UnitRegistrationDto>, Problem> {
    let mut registration = visible(writer, asker, id)?;
    if registration.account_id == asker.account() {
        return Err(Refusal::OwnCase.into());
    }
    let body = body_of(writer, &registration)?;
    let unit = asker.acting_for(Permission::AcceptUnits, &body.path)?.organization_id;
    let event = match answer.decision {
        Answer::Accept => Event::Accept,
        Answer::Refuse => Event::Refuse,
    };
    let state = step::<Road>(registration.state.0, event)?;
    condition.check(registration.version.into())?;
    if state == State::Accepted {
        take_in(writer, asker, &registration, &body)?;
    }
    registration.state = Word(state);
    registration.decider_id = Some(asker.account());
    registration.decided_for = Some(Id(unit));
    registration.comment.clone_from(&answer.comment);
    registration.decided_at = Some(Moment(writer.now()));
    save(writer, &mut registration)?;
    let told = match answer.decision {
        Answer::Accept => EventType::OrganizationAccepted,
        Answer::Refuse => EventType::OrganizationRefused,
    };
    tell(writer, Some(asker.account()), told, &registration)?;
    Ok(Reply::ok(shown(writer, &registration)?).version(registration.version))
}

fn take_in(
    writer: &mut Writer<'_>,
    asker: &Asker,
    registration: &UnitRegistration,
    body: &Organization,
) -> Result<(), Problem> {
    let now = writer.now();
    if body.state.0 != Standing::Active || !stands_under(registration.kind.0, body.kind.0) {
        return Err(Refusal::UnitDisabled.into());
    }
    let path = OrgPath::parse(&body.path).map_err(Problem::internal)?.child(registration.id.0);
    let unit = Organization {
        jurisdiction_id: registration.jurisdiction_id,
        id: registration.id,
        parent_id: Some(body.id),
        path: path.as_str().to_owned(),
        kind: registration.kind,
        name: registration.name.clone(),
        unit_code: Some(registration.unit_code.clone()),
        is_public_institution: registration.is_public_institution,
        reviewing_body_id: Some(body.id),
        state: Word(Standing::Active),
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    writer.insert_organization(&unit).map_err(code_taken)?;
    let by = Some(asker.account());
    let grant = Grant {
        id: writer.new_id(),
        jurisdiction_id: unit.jurisdiction_id,
        account_id: registration.account_id,
        role: Word(needed_office(unit.kind.0)),
        organization_id: unit.id,
        granted_at: Moment(now),
        granted_by: by,
        ended_at: None,
        ended_by: None,
    };
    writer.insert_grant(&grant)?;
    offices::tell(writer, by, EventType::AdministratorAppointed, &grant, None)
}

fn save(writer: &mut Writer<'_>, registration: &mut UnitRegistration) -> Result<(), Problem> {
    stands(writer.save_unit_registration(registration)?)
}

fn tell(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    event: EventType,
    registration: &UnitRegistration,
) -> Result<(), Problem> {
    Happening::new(event)
        .by_account(by)
        .unit(registration.id)
        .authority(Some(registration.body_id))
        .subject(registration.id)
        .data(json!({"state": registration.state.0, "kind": registration.kind.0}))
        .tell(writer, registration.jurisdiction_id)
}
