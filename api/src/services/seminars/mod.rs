//! Advanced seminars, from the proposal to the hours (P6).
//!
//! Every step goes the same way: [`hosted`] or [`supervised`] finds the seminar and the right to act on it, the domain's road and
//! rules decide, and [`take`] stores the step, keeps it (V10) and tells it in one transaction.

mod admissions;
mod decide;
mod outcome;
mod propose;

use serde_json::{Value, json};
use xueshi_domain::access::{Grant, OrgPath, Permission};
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::Finding;
use xueshi_domain::learning::LearningSpan;
use xueshi_domain::policy::Policy;
use xueshi_domain::seminar::{
    Event, PROPOSAL_CHECKS, Proposal, SeminarFacts, State, check_proposal, may_host,
};
use xueshi_persistence::{
    Id, LearningRecord, Moment, Organization, Page, Reader, Seminar, SeminarFilter, SeminarStep,
    Slice, Word, Writer,
};

pub use admissions::{list as admissions, replace as admit};
pub use decide::{close, decide};
pub use outcome::report;
pub use propose::{create, edit, submit, withdraw};

use super::events::Happening;
use super::explanations::Trail;
use super::rules::Rules;
use super::{Asker, Reply};
use crate::dto::Day;
use crate::dto::seminars::{SeminarDto, SeminarStepDto, SeminarSteps, WhichSeminars};
use crate::problem::{Code, Problem};
use crate::services::races::stands;

/// The seminars that the asker may see: those announced to the city, and all of their units.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    wanted: &WhichSeminars,
    page: Page<Id>,
) -> Result<Slice<SeminarDto>, Problem> {
    let filter = SeminarFilter {
        year: wanted.year.map(|year| year.0),
        organization: wanted.organization_id.map(Id),
        states: wanted.state.clone(),
    };
    let found = reader.seminars(&asker.scope(Permission::ReadClasses), &filter, page)?;
    let hosts = found.rows.iter().map(|seminar| seminar.organization_id).collect();
    let names = reader.unit_names(asker.jurisdiction, hosts)?;
    let named = |seminar: Seminar| {
        let name = names.get(&seminar.organization_id).cloned().unwrap_or_default();
        SeminarDto::new(seminar, name)
    };
    Ok(Slice { rows: found.rows.into_iter().map(named).collect(), total: found.total })
}

/// One seminar.
///
/// # Errors
/// 404 for what the asker may not see.
pub fn get(reader: &mut Reader<'_>, asker: &Asker, id: Id) -> Result<SeminarDto, Problem> {
    let (seminar, host) = visible(reader, asker, id)?;
    Ok(SeminarDto::new(seminar, host.name))
}

/// The steps that a seminar took (V10), for those whose units hold its host.
///
/// # Errors
/// 404 for what the asker may not see, 403 for those who answer for other units.
pub fn steps(reader: &mut Reader<'_>, asker: &Asker, id: Id) -> Result<SeminarSteps, Problem> {
    let (seminar, host) = visible(reader, asker, id)?;
    asker.acting_for(Permission::ReadClasses, &host.path)?;
    let steps = reader.seminar_steps(seminar.jurisdiction_id, seminar.id)?;
    Ok(SeminarSteps { data: steps.into_iter().map(SeminarStepDto::from).collect() })
}

/// What the rules of a declaration want to know of the seminar behind a learning record (H5, P6).
///
/// # Errors
/// When the seminar or its host is missing.
pub fn seminar_facts(
    reader: &mut Reader<'_>,
    record: &LearningRecord,
    seminar: Id,
) -> Result<SeminarFacts, Problem> {
    let city = record.jurisdiction_id;
    let missing = || Problem::internal(format!("learning record {}: no seminar", record.id));
    let seminar = reader.seminar(city, seminar)?.ok_or_else(missing)?;
    let host = reader.organization(city, seminar.organization_id)?.ok_or_else(missing)?;
    Ok(SeminarFacts {
        theme: seminar.theme,
        host: host.name,
        approved_at: seminar.approved_at.map(|at| at.0),
        began: seminar.starts_on,
        hours: seminar.hours.0,
        passed: record.passed,
    })
}

/// A seminar that the asker may see, with its host.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Id,
) -> Result<(Seminar, Organization), Problem> {
    let seminar = reader.visible_seminar(&asker.scope(Permission::ReadClasses), id)?;
    let seminar = seminar.ok_or_else(|| Problem::new(Code::NotFound))?;
    let host = reader.organization(asker.jurisdiction, seminar.organization_id)?;
    let host = host.ok_or_else(|| Problem::internal(format!("seminar {id}: no host")))?;
    Ok((seminar, host))
}

/// A seminar with its host, and the unit that the asker acts for on it.
struct Held {
    seminar: Seminar,
    host: Organization,
    acting_for: Id,
}

/// A seminar of a host that the asker acts for.
fn hosted(reader: &mut Reader<'_>, asker: &Asker, id: Id) -> Result<Held, Problem> {
    let (seminar, host) = visible(reader, asker, id)?;
    let grant = hosting(asker, &host)?.ok_or_else(|| Problem::new(Code::Forbidden))?;
    Ok(Held { seminar, host, acting_for: Id(grant.organization_id) })
}

/// The grant under which the asker acts for a host.
fn hosting<'a>(asker: &'a Asker, host: &Organization) -> Result<Option<&'a Grant>, Problem> {
    let path = OrgPath::parse(&host.path).map_err(Problem::internal)?;
    Ok(may_host(&asker.actor, &path))
}

/// A seminar that the asker decides on for the municipal bureau.
fn supervised(reader: &mut Reader<'_>, asker: &Asker, id: Id) -> Result<Held, Problem> {
    let (seminar, host) = visible(reader, asker, id)?;
    let grant = asker.acting_for(Permission::ManageFilings, &host.path)?;
    Ok(Held { seminar, host, acting_for: Id(grant.organization_id) })
}

/// The rules of a seminar's year, on the condition that nothing is frozen (W1, W2).
fn rules_now(
    writer: &mut Writer<'_>,
    seminar: &Seminar,
    trail: &mut Trail,
) -> Result<Rules, Problem> {
    let now = writer.now();
    let rules = Rules::of(writer, seminar.jurisdiction_id, seminar.year).map_err(in_own_members)?;
    let admission = trail.ask([], rules.timetable.admit(Action::HoldSeminar, now))?;
    trail.open(&rules, Action::HoldSeminar, now);
    writer.valid_until(admission.valid_until);
    Ok(rules)
}

/// The days of a seminar, in one year (H2).
fn span(seminar: &Seminar) -> Result<LearningSpan, Problem> {
    LearningSpan::new(seminar.starts_on, seminar.ends_on)
        .map_err(|refusal| in_own_members(refusal.into()))
}

/// What a seminar says of itself.
fn proposal(seminar: &Seminar) -> Result<Proposal, Problem> {
    let places = u32::try_from(seminar.places).map_err(Problem::internal)?;
    Ok(Proposal { span: span(seminar)?, hours: seminar.hours.0, places })
}

/// P6, H9: whether a proposal can be, on the facts as they are now.
fn possible(seminar: &Seminar, policy: &Policy, trail: &mut Trail) -> Result<(), Problem> {
    let proposal = proposal(seminar)?;
    *trail = std::mem::take(trail).looking_at(json!({
        "places": proposal.places, "hours": proposal.hours, "days": proposal.span.days(),
        "starts_on": Day(seminar.starts_on), "ends_on": Day(seminar.ends_on),
    }));
    trail.ask(Finding::all_passed(PROPOSAL_CHECKS), check_proposal(proposal, policy))
}

/// Refusals name the members of a declaration; a seminar calls its days otherwise.
fn in_own_members(problem: Problem) -> Problem {
    problem.moved("/learning_end", "/ends_on").moved("/year", "/ends_on")
}

/// A step that the road allows and the rules let through.
struct Taken<'a> {
    event: Event,
    to: State,
    rules: &'a Rules,
    tells: EventType,
    data: Value,
    trail: Trail,
}

/// Who took a step, and what they said.
struct Written<'a> {
    by: Id,
    acting_for: Id,
    event: Event,
    comment: Option<&'a str>,
}

/// Keeps a step of a seminar as it is stored now (V10).
fn keep_step(
    writer: &mut Writer<'_>,
    seminar: &Seminar,
    rules: &Rules,
    written: Written<'_>,
) -> Result<(), Problem> {
    let step = SeminarStep {
        jurisdiction_id: seminar.jurisdiction_id,
        seminar_id: seminar.id,
        version: seminar.version,
        event: Word(written.event),
        state: seminar.state,
        comment: written.comment.map(str::to_owned),
        account_id: written.by,
        unit_id: written.acting_for,
        policy_version: rules.version,
        taken_at: Moment(writer.now()),
    };
    Ok(writer.insert_seminar_step(&step)?)
}

/// Stores a step: the seminar under its guard, the step with who took it (V10), and the event.
fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    held: &mut Held,
    taken: Taken<'_>,
) -> Result<(), Problem> {
    let was = held.seminar.state.0;
    held.seminar.state = Word(taken.to);
    stands(writer.save_seminar(was, &mut held.seminar)?)?;
    let written = Written {
        by: asker.account(),
        acting_for: held.acting_for,
        event: taken.event,
        comment: taken.trail.comment(),
    };
    let seminar = &held.seminar;
    keep_step(writer, seminar, taken.rules, written)?;
    Happening::new(taken.tells)
        .by(asker)
        .unit(seminar.organization_id)
        .subject(seminar.id)
        .year(seminar.year)
        .data(json!({"state": seminar.state.0, "admitted": seminar.admitted}))
        .data(taken.data)
        .because(taken.trail)
        .tell(writer, seminar.jurisdiction_id)
}

/// The seminar as it stands after a change.
fn shown(held: Held) -> Reply<SeminarDto> {
    let version = held.seminar.version;
    Reply::ok(SeminarDto::new(held.seminar, held.host.name)).version(version)
}
