//! What the host does until the municipal bureau decides: write, edit, submit, give up.

use serde_json::json;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::CheckName;
use xueshi_domain::instant::china_date;
use xueshi_domain::registry::Standing;
use xueshi_domain::seminar::{Event, SeminarRoad, State, check_proposal, require_not_begun};
use xueshi_domain::workflow::step;
use xueshi_persistence::{Id, Moment, Seminar, Tenths, Word, Writer};

use super::{
    Taken, Written, hosted, hosting, in_own_members, keep_step, possible, proposal, rules_now,
    shown, span, take,
};
use crate::dto::Day;
use crate::dto::seminars::{NewSeminar, SeminarChanges, SeminarDto};
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::explanations::Trail;
use crate::services::organizations::find;
use crate::services::races::stands;
use crate::services::references::unknown;
use crate::services::rules::Rules;
use crate::services::{Asker, Reply};

/// Begins the proposal of a seminar.
///
/// # Errors
/// 422 for a host that the asker does not act for, and the first rule that refuses (H2, H9, P6).
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewSeminar,
) -> Result<Reply<SeminarDto>, Problem> {
    let now = writer.now();
    let host = find(writer, asker, Permission::ProposeSeminars, new.organization_id)?;
    let host = host.filter(|host| host.state.0 == Standing::Active);
    let host = host.ok_or_else(|| unknown("/organization_id"))?;
    let grant = hosting(asker, &host)?.ok_or_else(|| unknown("/organization_id"))?;
    let acting_for = Id(grant.organization_id);
    let seminar = Seminar {
        jurisdiction_id: asker.jurisdiction,
        id: writer.new_id(),
        organization_id: host.id,
        year: new.ends_on.0.year(),
        theme: new.theme.clone(),
        need: new.need.clone(),
        audience: new.audience.clone(),
        venue: new.venue.clone(),
        starts_on: new.starts_on.0,
        ends_on: new.ends_on.0,
        hours: Tenths(new.hours.0),
        places: i32::try_from(new.places).map_err(Problem::internal)?,
        admitted: 0,
        state: Word(State::Draft),
        brought_by: asker.account(),
        approved_at: None,
        closed_at: None,
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    let rules = check(writer, &seminar)?;
    writer.insert_seminar(&seminar)?;
    let written = Written { by: asker.account(), acting_for, event: Event::Edit, comment: None };
    keep_step(writer, &seminar, &rules, written)?;
    let location = format!("/v1/seminars/{}", seminar.id);
    let version = seminar.version;
    Ok(Reply::created(&location, SeminarDto::new(seminar, host.name)).version(version))
}

/// Edits a draft, or one that was returned.
///
/// # Errors
/// 403, 404, 409 in other states, 412 on a stale version, and the first rule that refuses.
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Id,
    condition: &RequiredIfMatch,
    changes: &SeminarChanges,
) -> Result<Reply<SeminarDto>, Problem> {
    let mut held = hosted(writer, asker, id)?;
    condition.check(held.seminar.version.into())?;
    let was = held.seminar.state.0;
    step::<SeminarRoad>(was, Event::Edit)?;
    changes.apply(&mut held.seminar);
    held.seminar.year = held.seminar.ends_on.year();
    held.seminar.brought_by = asker.account();
    let rules = check(writer, &held.seminar)?;
    stands(writer.save_seminar(was, &mut held.seminar)?)?;
    let acting_for = held.acting_for;
    let written = Written { by: asker.account(), acting_for, event: Event::Edit, comment: None };
    keep_step(writer, &held.seminar, &rules, written)?;
    Ok(shown(held))
}

/// Submits a proposal to the municipal bureau.
///
/// # Errors
/// 403, 404, 409, 412, `year-end-freeze`, and the first rule that refuses: it must not have begun.
pub fn submit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Id,
    condition: &RequiredIfMatch,
) -> Result<Reply<SeminarDto>, Problem> {
    let mut held = hosted(writer, asker, id)?;
    condition.check(held.seminar.version.into())?;
    let mut trail = Trail::acting_for(held.acting_for);
    let to = trail.step::<SeminarRoad>(held.seminar.state.0, Event::Submit)?;
    let rules = rules_now(writer, &held.seminar, &mut trail)?;
    possible(&held.seminar, &rules.policy, &mut trail)?;
    let early = require_not_begun(span(&held.seminar)?, china_date(writer.now()));
    trail.ask_one(CheckName::NotBegun, early)?;
    held.seminar.brought_by = asker.account();
    let (event, tells) = (Event::Submit, EventType::SeminarSubmitted);
    let data = json!({"starts_on": Day(held.seminar.starts_on), "hours": held.seminar.hours.0});
    let taken = Taken { event, to, rules: &rules, tells, data, trail };
    take(writer, asker, &mut held, taken)?;
    Ok(shown(held))
}

/// Gives a seminar up, before its outcome is reported.
///
/// # Errors
/// 403, 404, 409, 412, `year-end-freeze`.
pub fn withdraw(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Id,
    condition: &RequiredIfMatch,
    reason: &str,
) -> Result<Reply<SeminarDto>, Problem> {
    let mut held = hosted(writer, asker, id)?;
    condition.check(held.seminar.version.into())?;
    let mut trail = Trail::acting_for(held.acting_for).saying(Some(reason));
    let to = trail.step::<SeminarRoad>(held.seminar.state.0, Event::Withdraw)?;
    let rules = rules_now(writer, &held.seminar, &mut trail)?;
    let taken = Taken {
        event: Event::Withdraw,
        to,
        rules: &rules,
        tells: EventType::SeminarWithdrawn,
        data: json!({}),
        trail,
    };
    take(writer, asker, &mut held, taken)?;
    Ok(shown(held))
}

/// What a proposal must be, whenever it is written (H2, H9, P6); gives the rules that it was checked by.
fn check(writer: &mut Writer<'_>, seminar: &Seminar) -> Result<Rules, Problem> {
    let proposal = proposal(seminar)?;
    let rules = Rules::of(writer, seminar.jurisdiction_id, seminar.year).map_err(in_own_members)?;
    check_proposal(proposal, &rules.policy)?;
    Ok(rules)
}
