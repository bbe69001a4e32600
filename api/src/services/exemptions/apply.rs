//! What the employer does: applying, correcting, taking back.

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::exemption::{Event, Exemption as Road, State};
use xueshi_domain::instant::china_date;
use xueshi_domain::people::require_active;
use xueshi_domain::review::{Route, Stage};
use xueshi_persistence::{Exemption, Id, Moment, Reader, StoreError, Word, Writer};

use super::{Act, acting_for, check, save, trace, visible};
use crate::dto::exemptions::{ExemptionChanges, ExemptionDto, NewExemption};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Grounds, Problem, Text};
use crate::services::events::Happening;
use crate::services::explanations::Trail;
use crate::services::references::unknown;
use crate::services::rules::Rules;
use crate::services::{Asker, Reply};

/// Applies for the exemption of one of the employer's people (A5).
///
/// An administrator may apply for themselves: the statement is the employer's, and somebody else decides on it.
///
/// # Errors
/// 409 when one waits or stands already, or the year is complete; 422 for an unknown person, for a person without employment,
/// for an absence outside of the year, for `joined_in_year` where the policy does not let off (A6), and in the freeze.
pub fn apply(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewExemption,
) -> Result<Reply<ExemptionDto>, Problem> {
    let (city, now) = (asker.jurisdiction, writer.now());
    let (route, unit) = employer_of(writer, asker, Id(new.professional_id))?;
    let mut trail = Trail::acting_for(unit).saying(Some(&new.statement));
    let rules = opened(writer, (city, new.year), &mut trail)?;
    let person = Id(new.professional_id);
    if let Some(open) = writer.open_exemption(city, person, new.year)? {
        return Err(already_open(&open));
    }
    let exemption = Exemption {
        jurisdiction_id: city,
        professional_id: person,
        id: writer.new_id(),
        year: new.year,
        kind: Word(new.kind),
        starts_on: new.starts_on.0,
        ends_on: new.ends_on.0,
        statement: new.statement.clone(),
        state: Word(State::Submitted),
        employer_id: Id(route.holder(Stage::Employer)),
        authority_id: Id(route.holder(Stage::Authority)),
        applied_by: asker.account(),
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    check(writer, &exemption, &rules.policy, &mut trail)?;
    match writer.insert_exemption(&exemption) {
        // Another application came first: decide again, on what stands now.
        Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        done => done?,
    }
    let act = Act { event: Event::Submit, unit, policy_version: rules.version, trail };
    trace(writer, asker, &exemption, act)?;
    let location = format!("/v1/exemptions/{}", exemption.id);
    Ok(Reply::created(&location, ExemptionDto::from(&exemption)).version(exemption.version))
}

/// The units of a person whom the asker's unit employs now, and the unit that the asker acts for.
fn employer_of(reader: &mut Reader<'_>, asker: &Asker, person: Id) -> Result<(Route, Id), Problem> {
    let city = asker.jurisdiction;
    let scope = asker.scope(Permission::ApplyExemption);
    let person = reader.visible_professional(&scope, person)?;
    let person = person.ok_or_else(|| unknown("/professional_id"))?;
    let today = china_date(reader.now());
    let job = reader.employment_of_day(city, person.professional_id, today)?;
    require_active(job.map(|job| job.days()), today)?;
    let employer = match person.employer_id {
        Some(employer) => reader.organization(city, employer)?,
        None => None,
    };
    let employer = employer.ok_or(Refusal::NotEmployed { since: None })?;
    let unit = asker.acting_for(Permission::ApplyExemption, &employer.path)?.organization_id;
    let route = Route::new(employer.id.0, employer.reviewing_body_id.map(|id| id.0))?;
    Ok((route, Id(unit)))
}

fn already_open(open: &Exemption) -> Problem {
    let text = Text::new(
        format!("该人员该年度已有免修申请（{}）", open.id),
        format!("an exemption of this person from this year waits or stands: {}", open.id),
    );
    Problem::new(Code::AlreadyExists)
        .resting_on(Grounds::default())
        .detail(text.zh.clone(), text.en.clone())
        .rule("A5", xueshi_domain::Rule::A5.clause())
        .fact("exemption_id", open.id.to_string())
        .fact("state", open.state.0.as_str())
}

/// Corrects a returned exemption.
///
/// # Errors
/// 409 in other states, 412 on a stale version, and as [`apply`].
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    changes: &ExemptionChanges,
) -> Result<Reply<ExemptionDto>, Problem> {
    let mut exemption = visible(writer, asker, id)?;
    let unit = acting_for(writer, asker, Permission::ApplyExemption, &exemption)?;
    condition.check(exemption.version.into())?;
    let state = exemption.state.0;
    let mut trail = Trail::acting_for(unit);
    // What cannot be handed in cannot be corrected either.
    trail.step::<Road>(state, Event::Submit)?;
    let rules = admitted(writer, &exemption, &mut trail)?;
    changes.apply(&mut exemption);
    check(writer, &exemption, &rules.policy, &mut trail)?;
    save(writer, state, &mut exemption)?;
    let e = &exemption;
    Happening::new(EventType::ExemptionChanged)
        .by(asker)
        .person(e.professional_id, Some(e.employer_id), Some(e.authority_id))
        .subject(e.id)
        .year(e.year)
        .data(json!({"kind": e.kind.0, "state": e.state.0}))
        .tell(writer, e.jurisdiction_id)?;
    Ok(Reply::ok(ExemptionDto::from(&exemption)).version(exemption.version))
}

/// Hands a returned exemption in again.
///
/// # Errors
/// 409 in other states, 412 on a stale version, and as [`apply`].
pub fn submit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<ExemptionDto>, Problem> {
    let mut exemption = visible(writer, asker, id)?;
    let unit = acting_for(writer, asker, Permission::ApplyExemption, &exemption)?;
    condition.check(exemption.version.into())?;
    let was = exemption.state.0;
    let mut trail = Trail::acting_for(unit).saying(Some(&exemption.statement));
    exemption.state = Word(trail.step::<Road>(was, Event::Submit)?);
    let rules = admitted(writer, &exemption, &mut trail)?;
    check(writer, &exemption, &rules.policy, &mut trail)?;
    exemption.applied_by = asker.account();
    save(writer, was, &mut exemption)?;
    let act = Act { event: Event::Submit, unit, policy_version: rules.version, trail };
    trace(writer, asker, &exemption, act)?;
    Ok(Reply::ok(ExemptionDto::from(&exemption)).version(exemption.version))
}

/// Takes an exemption back before it is decided.
///
/// # Errors
/// 409 in other states, 412 on a stale version, `year-end-freeze`.
pub fn withdraw(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<ExemptionDto>, Problem> {
    let mut exemption = visible(writer, asker, id)?;
    let unit = acting_for(writer, asker, Permission::ApplyExemption, &exemption)?;
    condition.check(exemption.version.into())?;
    let was = exemption.state.0;
    let mut trail = Trail::acting_for(unit);
    exemption.state = Word(trail.step::<Road>(was, Event::Withdraw)?);
    let rules = admitted(writer, &exemption, &mut trail)?;
    save(writer, was, &mut exemption)?;
    let act = Act { event: Event::Withdraw, unit, policy_version: rules.version, trail };
    trace(writer, asker, &exemption, act)?;
    Ok(Reply::ok(ExemptionDto::from(&exemption)).version(exemption.version))
}

/// The rules of the exemption's year, outside of the freeze (W1, W2).
pub(super) fn admitted(
    writer: &mut Writer<'_>,
    exemption: &Exemption,
    trail: &mut Trail,
) -> Result<Rules, Problem> {
    opened(writer, (exemption.jurisdiction_id, exemption.year), trail)
}

fn opened(
    writer: &mut Writer<'_>,
    (city, year): (Id, i32),
    trail: &mut Trail,
) -> Result<Rules, Problem> {
    let now = writer.now();
    let rules = Rules::of(writer, city, year)?;
    let admission = trail.ask([], rules.timetable.admit(Action::Exempt, now))?;
    trail.open(&rules, Action::Exempt, now);
    writer.valid_until(admission.valid_until);
    Ok(rules)
}
