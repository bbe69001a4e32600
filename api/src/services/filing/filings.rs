//! Filings: applied for by institutions, decided on, suspended and revoked by the municipal bureau (P1, P5).

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::CheckName;
use xueshi_domain::filing::{FilingEvent, FilingRoad, may_apply, may_decide};
use xueshi_domain::instant::china_date;
use xueshi_domain::registry::FilingState;
use xueshi_domain::review::Decision;
use xueshi_persistence::{
    Filing, FilingFilter, Id, Moment, Organization, Page, Reader, Slice, StoreError, Word, Writer,
};

use super::{Deed, keep, stands, trainer, unit_of};
use crate::dto::filings::{
    FilingDecision, FilingDto, FilingParams, FilingResult, FilingResults, FilingSubmission,
    FilingWithHistory, NewFiling,
};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::events::Happening;
use crate::services::explanations::{Trail, explained_item};
use crate::services::{Asker, Reply};

/// The filings of the asker's units.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    wanted: FilingParams,
    page: Page<Id>,
) -> Result<Slice<FilingDto>, Problem> {
    let filter = FilingFilter {
        year: wanted.year.map(|year| year.0),
        organization: wanted.organization_id.map(Id),
        states: wanted.state,
    };
    let found = reader.filings(&asker.scope(Permission::ReadClasses), &filter, page)?;
    let units = found.rows.iter().map(|filing| filing.organization_id).collect();
    let names = reader.unit_names(asker.jurisdiction, units)?;
    let rows = found.rows.iter().map(|filing| {
        FilingDto::new(filing, names.get(&filing.organization_id).cloned().unwrap_or_default())
    });
    Ok(Slice { rows: rows.collect(), total: found.total })
}

/// One filing with what was done to it.
///
/// # Errors
/// 404 for what the asker may not see.
pub fn get(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<FilingWithHistory, Problem> {
    let (filing, unit) = visible(reader, asker, id)?;
    let history = reader.filing_acts(asker.jurisdiction, filing.id)?;
    Ok(FilingWithHistory {
        filing: FilingDto::new(&filing, unit.name),
        history: history.into_iter().map(Into::into).collect(),
    })
}

/// A filing that the asker may see, with its unit.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<(Filing, Organization), Problem> {
    let filing = reader.visible_filing(&asker.scope(Permission::ReadClasses), Id(id))?;
    let filing = filing.ok_or_else(|| Problem::new(Code::NotFound))?;
    let unit = unit_of(reader, asker.jurisdiction, filing.organization_id)?;
    Ok((filing, unit))
}

/// Applies for some years; each has its own result.
///
/// # Errors
/// 422 for a unit that cannot be filed; what is wrong with a year is that year's result.
pub fn apply(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewFiling,
    info: &RequestInfo,
) -> Result<Reply<FilingResults>, Problem> {
    let unit = trainer(writer, asker, new.organization_id)?;
    let mut results = Vec::with_capacity(new.years.len());
    for year in &new.years {
        let result =
            writer.attempt(|writer| apply_for(writer, asker, &unit, *year, &new.statement));
        results.push(match result {
            Ok(filing) => FilingResult::applied(FilingDto::new(&filing, unit.name.clone())),
            Err(problem) if problem.status().is_client_error() => {
                let problem = explained_item(writer, asker, info, *year, problem)?;
                FilingResult::refused(*year, &problem, info)
            }
            Err(problem) => return Err(problem),
        });
    }
    Ok(Reply::ok(FilingResults { results }))
}

fn apply_for(
    writer: &mut Writer<'_>,
    asker: &Asker,
    unit: &Organization,
    year: i32,
    statement: &str,
) -> Result<Filing, Problem> {
    let (city, now) = (asker.jurisdiction, writer.now());
    let mut trail = applying(asker, unit)?;
    trail.ask_one(CheckName::FilingYearOpen, may_apply(year, china_date(now)))?;
    if let Some(filing) = writer.filing_of(city, unit.id, year)? {
        return apply_again(writer, asker, filing, unit, Some(statement), trail);
    }
    let filing = Filing {
        jurisdiction_id: city,
        id: writer.new_id(),
        organization_id: unit.id,
        year,
        state: Word(FilingState::Submitted),
        decided_at: Moment(now),
        statement: statement.to_owned(),
        applied_by: Some(asker.account()),
        stopped_at: None,
        version: 1,
        created_at: Moment(now),
    };
    match writer.insert_filing(&filing) {
        // Somebody else applied for the same year since this transaction began: decide again on what stands now.
        Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        done => done?,
    }
    tell(writer, asker, &filing, unit, FilingEvent::Apply, trail)?;
    Ok(filing)
}

/// Someone who files for a unit.
fn applying(asker: &Asker, unit: &Organization) -> Result<Trail, Problem> {
    let grant = asker.acting_for(Permission::FileTraining, &unit.path)?;
    Ok(Trail::acting_for(Id(grant.organization_id)))
}

fn apply_again(
    writer: &mut Writer<'_>,
    asker: &Asker,
    mut filing: Filing,
    unit: &Organization,
    statement: Option<&str>,
    mut trail: Trail,
) -> Result<Filing, Problem> {
    let was = filing.state.0;
    filing.state = Word(trail.step::<FilingRoad>(was, FilingEvent::Apply)?);
    if let Some(statement) = statement {
        statement.clone_into(&mut filing.statement);
    }
    filing.applied_by = Some(asker.account());
    filing.decided_at = Moment(writer.now());
    stands(writer.save_filing(was, &mut filing)?)?;
    tell(writer, asker, &filing, unit, FilingEvent::Apply, trail)?;
    Ok(filing)
}

/// Hands a returned, rejected or revoked filing in again.
///
/// # Errors
/// 404, 403 for those who do not file for the unit, 412, 409 in other states, 422 when the year is over.
pub fn submit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    submission: &FilingSubmission,
) -> Result<Reply<FilingDto>, Problem> {
    let (filing, unit) = visible(writer, asker, id)?;
    let mut trail = applying(asker, &unit)?;
    condition.check(filing.version.into())?;
    let open = may_apply(filing.year, china_date(writer.now()));
    trail.ask_one(CheckName::FilingYearOpen, open)?;
    let statement = submission.statement.as_deref();
    let filing = apply_again(writer, asker, filing, &unit, statement, trail)?;
    let version = filing.version;
    Ok(Reply::ok(FilingDto::new(&filing, unit.name)).version(version))
}

/// Decides on an application (P1).
///
/// # Errors
/// As [`change`].
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    decision: &FilingDecision,
) -> Result<Reply<FilingDto>, Problem> {
    let event = match decision.decision {
        Decision::Approve => FilingEvent::Grant,
        Decision::Return => FilingEvent::Return,
        Decision::Reject => FilingEvent::Reject,
    };
    change(writer, asker, id, condition, event, decision.comment.as_deref())
}

/// An act of the municipal bureau on a filing: a decision, a suspension, a resumption or a revocation (P1, P5).
///
/// # Errors
/// 404 for what the asker may not see, 403 for others than the bureau's officers and for one's own application, 412 on a stale
/// version, 409 in states that do not take it.
pub fn change(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    event: FilingEvent,
    comment: Option<&str>,
) -> Result<Reply<FilingDto>, Problem> {
    let now = Moment(writer.now());
    let (mut filing, unit) = visible(writer, asker, id)?;
    let grant = asker.acting_for(Permission::ManageFilings, &unit.path)?;
    let mut trail = Trail::acting_for(Id(grant.organization_id)).saying(comment);
    condition.check(filing.version.into())?;
    let was = filing.state.0;
    let state = trail.step::<FilingRoad>(was, event)?;
    let other = may_decide(asker.actor.account_id, filing.applied_by.map(|id| id.0));
    trail.ask_one(CheckName::NotOnesOwn, other)?;
    filing.state = Word(state);
    filing.decided_at = now;
    filing.stopped_at = match state {
        FilingState::Granted => None,
        // Suspended first and revoked then: it has been stopped since the suspension.
        FilingState::Suspended | FilingState::Revoked => filing.stopped_at.or(Some(now)),
        FilingState::Submitted | FilingState::Returned | FilingState::Rejected => filing.stopped_at,
    };
    stands(writer.save_filing(was, &mut filing)?)?;
    tell(writer, asker, &filing, &unit, event, trail)?;
    let version = filing.version;
    Ok(Reply::ok(FilingDto::new(&filing, unit.name)).version(version))
}

fn tell(
    writer: &mut Writer<'_>,
    asker: &Asker,
    filing: &Filing,
    unit: &Organization,
    event: FilingEvent,
    mut trail: Trail,
) -> Result<(), Problem> {
    let (kind, permission) = match event {
        FilingEvent::Apply => (EventType::FilingApplied, Permission::FileTraining),
        FilingEvent::Grant => (EventType::FilingGranted, Permission::ManageFilings),
        FilingEvent::Return => (EventType::FilingReturned, Permission::ManageFilings),
        FilingEvent::Reject => (EventType::FilingRejected, Permission::ManageFilings),
        FilingEvent::Suspend => (EventType::FilingSuspended, Permission::ManageFilings),
        FilingEvent::Resume => (EventType::FilingResumed, Permission::ManageFilings),
        FilingEvent::Revoke => (EventType::FilingRevoked, Permission::ManageFilings),
    };
    let grant = asker.acting_for(permission, &unit.path)?;
    let version = keep(
        writer,
        asker,
        &Deed {
            subject: filing.id,
            year: filing.year,
            event: event.as_str(),
            state: filing.state.0.as_str(),
            comment: trail.comment(),
            unit: Id(grant.organization_id),
        },
    )?;
    trail.under(filing.year, version);
    Happening::new(kind)
        .by(asker)
        .unit(unit.id)
        .subject(filing.id)
        .year(filing.year)
        .data(serde_json::json!({"state": filing.state.0}))
        .because(trail)
        .tell(writer, asker.jurisdiction)
}
