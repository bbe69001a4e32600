//! Transfers of people between employers (U2).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{OrgPath, Permission};
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::instant::china_date;
use xueshi_domain::registration::is_same_name;
use xueshi_domain::registry::{PersonState, Standing};
use xueshi_domain::transfer::{
    CHECKS, Case, DecidedAs, Event, Facts, Side, State, Transfer as Road, check, decider,
};
use xueshi_persistence::{
    Employment, Id, Moment, Organization, Professional, Reader, StoreError, Transfer,
    TransferFilter, Word, Writer,
};

use super::events::Happening;
use super::explanations::Trail;
use super::races::stands;
use super::references::unknown;
use super::{Asker, Reply, following, offices};
use crate::dto::id_numbers::parse_id_number;
use crate::dto::transfers::{Answer, NewTransfer, RequestDecision, TransferDto};
use crate::dto::unit_codes::parse_unit_code;
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};
use xueshi_persistence::{Page, Slice};

/// A transfer that the asker may see: their own, or from or to one of their units.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Transfer, Problem> {
    let scope = asker.scope(Permission::ReadPeople);
    reader.visible_transfer(&scope, Id(id))?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The transfers that the asker may see.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &TransferFilter,
    page: Page<Id>,
) -> Result<Slice<TransferDto>, Problem> {
    let found = reader.transfers(&asker.scope(Permission::ReadPeople), filter, page)?;
    let rows = found.rows.iter().map(|row| shown(reader, row)).collect::<Result<_, Problem>>()?;
    Ok(Slice { rows, total: found.total })
}

/// A transfer as the API shows it.
///
/// # Errors
/// On a database failure.
pub fn shown(reader: &mut Reader<'_>, transfer: &Transfer) -> Result<TransferDto, Problem> {
    let person = person_of(reader, transfer)?;
    let (from, to) = employers(reader, transfer)?;
    Ok(TransferDto::new(transfer, &person, &from, &to))
}

fn person_of(reader: &mut Reader<'_>, transfer: &Transfer) -> Result<Professional, Problem> {
    reader
        .professional(transfer.jurisdiction_id, transfer.professional_id)?
        .ok_or_else(|| Problem::internal(format!("the person of transfer {}", transfer.id)))
}

fn employers(
    reader: &mut Reader<'_>,
    transfer: &Transfer,
) -> Result<(Organization, Organization), Problem> {
    let mut unit = |id: Id| {
        let found = reader.organization(transfer.jurisdiction_id, id)?;
        found.ok_or_else(|| Problem::internal(format!("unit {id} is missing")))
    };
    Ok((unit(transfer.from_id)?, unit(transfer.to_id)?))
}

/// Asks for a transfer, for either of the two employers.
///
/// # Errors
/// 403 for those who act for neither; 409 when another one waits; 422 `unknown-reference`, `not-employed`, `same-employer`,
/// `unit-disabled`, `year-end-freeze`.
pub fn request(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewTransfer,
) -> Result<Reply<TransferDto>, Problem> {
    let now = writer.now();
    let city = asker.jurisdiction;
    let to = employer_named(writer, asker, new)?;
    let person = person_named(writer, asker, new, &to)?;
    let job = writer.present_employment(city, person.professional_id, china_date(now))?;
    let job = job.ok_or(Refusal::NotEmployed { since: None })?;
    let from = writer.organization(city, job.organization_id)?;
    let from = from.ok_or_else(|| Problem::internal("an employer is missing"))?;
    let (asked_by, grant) = match asker.acting_for(Permission::TransferPeople, &from.path) {
        Ok(grant) => (Side::From, grant),
        Err(_) => (Side::To, asker.acting_for(Permission::TransferPeople, &to.path)?),
    };
    let unit = grant.organization_id;
    let mut trail = Trail::acting_for(Id(unit)).saying(new.reason.as_deref());
    possible(Some(&job), &from, &to, &mut trail)?;
    following::route_of(&to)?;
    trail.ask_one(CheckName::NotFrozen, following::admit(writer, city))?;
    let transfer = Transfer {
        jurisdiction_id: city,
        professional_id: person.professional_id,
        id: writer.new_id(),
        from_id: from.id,
        to_id: to.id,
        asked_by: Word(asked_by),
        asker_id: asker.account(),
        reason: new.reason.clone(),
        state: Word(State::Requested),
        decided_as: None,
        decider_id: None,
        decided_for: None,
        comment: None,
        version: 1,
        created_at: Moment(now),
        decided_at: None,
        updated_at: Moment(now),
    };
    writer.insert_transfer(&transfer).map_err(|error| {
        let taken = matches!(error, StoreError::Taken(_));
        let problem = Problem::from(error);
        if taken {
            problem.detail("该人员已有待办理的调动", "a transfer of this person waits already")
        } else {
            problem
        }
    })?;
    tell(writer, asker, EventType::TransferRequested, &transfer, trail)?;
    let location = format!("/v1/transfers/{}", transfer.id);
    let dto = TransferDto::new(&transfer, &person, &from, &to);
    Ok(Reply::created(&location, dto).version(transfer.version))
}

fn employer_named(
    reader: &mut Reader<'_>,
    asker: &Asker,
    new: &NewTransfer,
) -> Result<Organization, Problem> {
    let city = asker.jurisdiction;
    let (found, pointer) = match (&new.to_unit_code, new.to_organization_id) {
        (Some(code), _) => {
            let code = parse_unit_code(code, "/to_unit_code")?;
            (reader.organization_by_code(city, code.as_str())?, "/to_unit_code")
        }
        (None, Some(id)) => (reader.organization(city, Id(id))?, "/to_organization_id"),
        (None, None) => (None, "/to_organization_id"),
    };
    found.ok_or_else(|| unknown(pointer))
}

/// The person, by an id that the asker may see; or by the number of the document and the name, which only the employer that the
/// person comes to may use. A number alone tells nobody whose it is (U4a).
fn person_named(
    reader: &mut Reader<'_>,
    asker: &Asker,
    new: &NewTransfer,
    to: &Organization,
) -> Result<Professional, Problem> {
    let city = asker.jurisdiction;
    match (new.professional_id, new.id_type, &new.id_number) {
        (Some(id), _, _) => {
            let scope = asker.scope(Permission::ReadPeople);
            reader.visible_professional(&scope, Id(id))?.ok_or_else(|| unknown("/professional_id"))
        }
        (None, Some(id_type), Some(number)) => {
            let name = new.name.as_deref().unwrap_or_default();
            asker.acting_for(Permission::TransferPeople, &to.path)?;
            let number = parse_id_number(id_type, number, "/id_number")?;
            let found = reader.professional_by_id_number(city, &number)?;
            let found = found.map(|id| reader.professional(city, id)).transpose()?.flatten();
            let found = found.filter(|person| is_same_name(&person.name, name));
            found.ok_or_else(|| unknown("/id_number"))
        }
        (None, _, _) => Err(unknown("/professional_id")),
    }
}

/// Accepts or refuses a transfer: for the employer that was asked, or for a unit above both (U2).
///
/// # Errors
/// 403 `own-case` for the person and for the account that asked, `forbidden` for other units; 409 when it was decided; 412;
/// 422 when what it rests on is no longer so, or in the freeze.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    answer: &RequestDecision,
) -> Result<Reply<TransferDto>, Problem> {
    let now = writer.now();
    let mut transfer = visible(writer, asker, id)?;
    let (from, to) = employers(writer, &transfer)?;
    let (unit, decided_as) = right_to_decide(asker, &transfer, &from, &to)?;
    let event = match answer.decision {
        Answer::Accept => Event::Accept,
        Answer::Refuse => Event::Refuse,
    };
    let mut trail = Trail::acting_for(unit)
        .saying(answer.comment.as_deref())
        .looking_at(json!({"decided_as": decided_as}))
        .found([Finding::passed(CheckName::NotOnesOwn)]);
    let state = trail.step::<Road>(transfer.state.0, event)?;
    condition.check(transfer.version.into())?;
    let frozen = following::admit(writer, transfer.jurisdiction_id);
    trail.ask_one(CheckName::NotFrozen, frozen)?;
    if state == State::Accepted {
        carry_out(writer, asker, &transfer, (&from, &to), &mut trail)?;
    }
    transfer.state = Word(state);
    transfer.decided_as = Some(Word(decided_as));
    transfer.decider_id = Some(asker.account());
    transfer.decided_for = Some(unit);
    transfer.comment.clone_from(&answer.comment);
    transfer.decided_at = Some(Moment(now));
    save(writer, &mut transfer)?;
    let told = match (decided_as, answer.decision) {
        (DecidedAs::Superior, _) => EventType::TransferDecided,
        (DecidedAs::Employer, Answer::Accept) => EventType::TransferAccepted,
        (DecidedAs::Employer, Answer::Refuse) => EventType::TransferRefused,
    };
    tell(writer, asker, told, &transfer, trail)?;
    Ok(Reply::ok(shown(writer, &transfer)?).version(transfer.version))
}

fn right_to_decide(
    asker: &Asker,
    transfer: &Transfer,
    from: &Organization,
    to: &Organization,
) -> Result<(Id, DecidedAs), Problem> {
    let path = |unit: &Organization| OrgPath::parse(&unit.path).map_err(Problem::internal);
    let (from, to) = (path(from)?, path(to)?);
    let case = Case {
        person: transfer.professional_id.0,
        from: &from,
        to: &to,
        asked_by: transfer.asked_by.0,
        asker: transfer.asker_id.0,
    };
    let right = decider(&asker.actor, case)?;
    let (grant, decided_as) = right.ok_or_else(|| Problem::new(Code::Forbidden))?;
    Ok((Id(grant.organization_id), decided_as))
}

/// Whether the facts as they are now let a person go to another employer (U1, U2).
fn possible(
    job: Option<&Employment>,
    from: &Organization,
    to: &Organization,
    trail: &mut Trail,
) -> Result<(), Problem> {
    let facts = Facts {
        employed_at: job.map(|job| job.organization_id.0),
        from: from.id.0,
        to: to.id.0,
        to_is_in_use: to.state.0 == Standing::Active,
    };
    trail.ask(Finding::all_passed(CHECKS), check(facts))
}

/// The person changes employer today; offices there end, and what waits follows (U1, U2).
fn carry_out(
    writer: &mut Writer<'_>,
    asker: &Asker,
    transfer: &Transfer,
    (from, to): (&Organization, &Organization),
    trail: &mut Trail,
) -> Result<(), Problem> {
    let today = china_date(writer.now());
    let by = Some(asker.account());
    let mut person = person_of(writer, transfer)?;
    let job = writer.present_employment(person.jurisdiction_id, person.professional_id, today)?;
    possible(job.as_ref(), from, to, trail)?;
    let job = job.ok_or(Refusal::NotEmployed { since: None })?;
    writer.set_employment_end(&job, Some((today, "transferred")))?;
    writer.insert_employment(&Employment {
        jurisdiction_id: person.jurisdiction_id,
        professional_id: person.professional_id,
        id: writer.new_id(),
        organization_id: to.id,
        started_on: today,
        // A retirement that was announced before goes with the person (U3).
        ended_on: job.ended_on,
        end_reason: job.end_reason,
        recorded_at: Some(Moment(writer.now())),
    })?;
    person.employer_id = Some(to.id);
    person.state = Word(PersonState::Active);
    if !writer.update_professional(&mut person, None)? {
        return Err(StoreError::Conflict.into());
    }
    let (city, id) = (person.jurisdiction_id, person.professional_id);
    offices::end_of_person(writer, by, city, id, from.id, "transferred")?;
    following::follow_person(writer, by, id, to)
}

/// Takes a transfer back, for the employer that asked.
///
/// # Errors
/// 403 for everyone else; 409 when it was decided; 412.
pub fn withdraw(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<TransferDto>, Problem> {
    let mut transfer = visible(writer, asker, id)?;
    let (from, to) = employers(writer, &transfer)?;
    let asking = match transfer.asked_by.0 {
        Side::From => &from,
        Side::To => &to,
    };
    let unit = asker.acting_for(Permission::TransferPeople, &asking.path)?.organization_id;
    let mut trail = Trail::acting_for(Id(unit));
    let state = trail.step::<Road>(transfer.state.0, Event::Withdraw)?;
    condition.check(transfer.version.into())?;
    transfer.state = Word(state);
    transfer.decided_at = Some(Moment(writer.now()));
    save(writer, &mut transfer)?;
    tell(writer, asker, EventType::TransferWithdrawn, &transfer, trail)?;
    Ok(Reply::ok(shown(writer, &transfer)?).version(transfer.version))
}

/// Takes back the transfer that waits of a record which is merged into another one (U4): its employer is no longer the person's.
///
/// # Errors
/// On a database failure.
pub fn end_of_merged(
    writer: &mut Writer<'_>,
    asker: &Asker,
    unit: Id,
    person: Id,
) -> Result<(), Problem> {
    let Some(mut transfer) = writer.open_transfer(asker.jurisdiction, person)? else {
        return Ok(());
    };
    let mut trail = Trail::acting_for(unit);
    transfer.state = Word(trail.step::<Road>(transfer.state.0, Event::Withdraw)?);
    transfer.decided_at = Some(Moment(writer.now()));
    save(writer, &mut transfer)?;
    tell(writer, asker, EventType::TransferWithdrawn, &transfer, trail)
}

fn save(writer: &mut Writer<'_>, transfer: &mut Transfer) -> Result<(), Problem> {
    stands(writer.save_transfer(transfer)?)
}

/// Both employers hear of it: the one that was asked as the unit concerned, the one that asked beside it.
fn tell(
    writer: &mut Writer<'_>,
    asker: &Asker,
    event: EventType,
    transfer: &Transfer,
    trail: Trail,
) -> Result<(), Problem> {
    let (asking, asked) = match transfer.asked_by.0 {
        Side::From => (transfer.from_id, transfer.to_id),
        Side::To => (transfer.to_id, transfer.from_id),
    };
    Happening::new(event)
        .by(asker)
        .person(transfer.professional_id, Some(asked), Some(asking))
        .subject(transfer.id)
        .data(
            json!({"state": transfer.state.0, "from_id": transfer.from_id, "to_id": transfer.to_id,
            "asked_by": transfer.asked_by.0}),
        )
        .because(trail)
        .tell(writer, transfer.jurisdiction_id)
}
