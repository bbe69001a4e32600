//! How an employment ends: retirement, leaving, and taking back what was announced (U3).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::people::require_active;
use xueshi_domain::registry::PersonState;
use xueshi_persistence::{Employment, Id, Professional, StoreError, Word, Writer};

use super::events::Happening;
use super::professionals::{managed, save, tell};
use super::references::unfit;
use super::sweep::MOST;
use super::{Asker, Reply, counting, offices};
use crate::dto::professionals::{EmploymentEnd, EndReason, ProfessionalDto};
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;

/// How far ahead an end can be announced, in days.
const LONGEST_NOTICE: i64 = 366;

/// Ends a person's present employment on a day, today, before or announced ahead: from then on they no longer count and can
/// no longer declare; records and certificates stay, and what waits is still reviewed (U3).
///
/// # Errors
/// 403, 404, 412; 422 `not-employed` when there is none, and for a day that cannot be.
pub fn end_employment(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    end: &EmploymentEnd,
) -> Result<Reply<ProfessionalDto>, Problem> {
    let mut person = managed(writer, asker, id)?;
    condition.check(person.version.into())?;
    let (today, day) = (china_date(writer.now()), end.ended_on.0);
    let present = present(writer, &person)?;
    let latest = match end.reason {
        EndReason::Retired | EndReason::Left => {
            today.saturating_add(time::Duration::days(LONGEST_NOTICE))
        }
        EndReason::Deceased => today,
    };
    if day > latest || day < present.started_on {
        return Err(unfit(
            "/ended_on",
            "impossible-day",
            "离职日期不能早于入职日期，也不能晚于一年以后（去世的不能晚于今天）",
            "is before the employment began or more than a year ahead (of someone deceased, after today)",
        ));
    }
    counting::require_after_the_freeze(writer, asker, &person, day)?;
    writer.set_employment_end(&present, Some((day, end.reason.as_str())))?;
    if day <= today {
        return leave(writer, asker, person);
    }
    let reply = save(writer, &mut person, None)?;
    tell_end(
        writer,
        Some(asker),
        EventType::ProfessionalChanged,
        &person,
        &json!({"ends_on": day}),
    )?;
    Ok(reply)
}

/// Takes back an end that was announced and has not come (U3).
///
/// # Errors
/// 403, 404, 412; 422 `not-employed` when the employment has ended; 422 `nothing-announced`.
pub fn take_back(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<ProfessionalDto>, Problem> {
    let mut person = managed(writer, asker, id)?;
    condition.check(person.version.into())?;
    let present = present(writer, &person)?;
    if present.ended_on.is_none() {
        return Err(unfit(
            "",
            "nothing-announced",
            "没有登记离职日期",
            "no end of the employment was announced",
        ));
    }
    writer.set_employment_end(&present, None)?;
    let reply = save(writer, &mut person, None)?;
    tell(writer, asker, EventType::ProfessionalChanged, &person)?;
    Ok(reply)
}

/// The employment that goes on today.
fn present(writer: &mut Writer<'_>, person: &Professional) -> Result<Employment, Problem> {
    let today = china_date(writer.now());
    let (city, id) = (person.jurisdiction_id, person.professional_id);
    let job = writer.employment_of_day(city, id, today)?;
    require_active(job.as_ref().map(Employment::days), today)?;
    Ok(job.ok_or(Refusal::NotEmployed { since: None })?)
}

fn leave(
    writer: &mut Writer<'_>,
    asker: &Asker,
    mut person: Professional,
) -> Result<Reply<ProfessionalDto>, Problem> {
    person.state = Word(PersonState::Ended);
    let reply = save(writer, &mut person, None)?;
    end_offices(writer, Some(asker.account()), &person)?;
    tell_end(writer, Some(asker), EventType::ProfessionalEnded, &person, &json!({}))?;
    Ok(reply)
}

/// Who no longer works for a unit no longer acts for it (U1).
fn end_offices(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    person: &Professional,
) -> Result<(), Problem> {
    let Some(unit) = person.employer_id else { return Ok(()) };
    let (city, id) = (person.jurisdiction_id, person.professional_id);
    offices::end_of_person(writer, by, city, id, unit, "employment-ended")
}

fn tell_end(
    writer: &mut Writer<'_>,
    asker: Option<&Asker>,
    event: EventType,
    person: &Professional,
    data: &serde_json::Value,
) -> Result<(), Problem> {
    let happening = Happening::new(event).by_account(asker.map(Asker::account));
    let happening = happening.person(person.professional_id, person.employer_id, None);
    let happening = happening.subject(person.professional_id).data(data.clone());
    happening.data(json!({"state": person.state.0})).tell(writer, person.jurisdiction_id)
}

/// U3: lets the announced ends of employments come that are due; how many there were.
///
/// # Errors
/// On a database failure.
pub fn round(writer: &mut Writer<'_>, city: Id) -> Result<usize, Problem> {
    let today = china_date(writer.now());
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let due = writer.people_to_end(city, today, most)?;
    let count = due.len();
    for mut person in due {
        person.state = Word(PersonState::Ended);
        if !writer.update_professional(&mut person, None)? {
            return Err(StoreError::Conflict.into());
        }
        end_offices(writer, None, &person)?;
        tell_end(writer, None, EventType::ProfessionalEnded, &person, &json!({}))?;
    }
    Ok(count)
}
