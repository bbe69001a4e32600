//! The settlement of a year (A3): asked for here, done in batches by a job, and sealed.

pub mod batch;
mod person;
pub mod seal;

use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::job::{JobKind, JobState};
use xueshi_domain::settlement::{SettlementState, counting_day, may_settle};
use xueshi_persistence::{
    Id, Job, LapseFilter, LapseRow, Moment, Page, Reader, Settlement, Slice, Word, Writer,
};

use super::events::Happening;
use super::jobs::{asked, first_errors};
use super::rules::Rules;
use super::{Asker, Reply};
use crate::dto::settlements::SettlementDto;
use crate::problem::{Code, Problem};

/// Who asks for a settlement.
#[derive(Debug, Clone, Copy)]
pub struct Requester {
    /// The account; nobody at the operator's command line.
    pub account: Option<Id>,
    /// The unit that is acted for: the municipal bureau.
    pub unit: Id,
}

/// A settlement with the job that does it.
#[derive(Debug, Clone)]
pub struct Requested {
    /// The settlement.
    pub settlement: Settlement,
    /// Its job.
    pub job: Job,
}

/// Asks for the settlement of a year (A3). One that was begun goes on where it was; one that is finished stays as it is.
///
/// A freeze does not refuse it: it is the one change that the freeze is for. It does not write over anything either, so that
/// nothing has to be looked at again when it is committed (W2).
///
/// # Errors
/// `settlement-too-early` before the freeze; `no-policy` for a year without a published policy.
pub fn request(
    writer: &mut Writer<'_>,
    city: Id,
    year: i32,
    by: Requester,
) -> Result<Requested, Problem> {
    let now = writer.now();
    let rules = Rules::of(writer, city, year)?;
    let freeze = rules.policy.windows.freeze;
    may_settle(year, freeze, now)?;
    if let Some(settlement) = writer.settlement(city, year)? {
        let job = resumed(writer, &settlement)?;
        return Ok(Requested { settlement, job });
    }
    let (key, total) = ((city, writer.new_id()), writer.count_professionals(city)?);
    let job = asked::queued(JobKind::Settlement, key, (by.account, by.unit), total, Moment(now));
    let job = Job { year: Some(year), ..job };
    let settlement = Settlement {
        jurisdiction_id: city,
        year,
        state: Word(SettlementState::Running),
        job_id: job.id,
        policy_version: rules.version,
        frozen_at: Moment(freeze.opens),
        thawed_at: Moment(freeze.closes),
        counting_day: counting_day(freeze),
        started_by: by.account,
        unit_id: by.unit,
        started_at: Moment(now),
        finished_at: None,
        people: 0,
        completed_in_year: 0,
        completed_by_makeup: 0,
        incomplete: 0,
        exempt: 0,
        lapsed: 0,
        lapsed_overdue: 0,
        approved_public: 0,
        approved_professional: 0,
        digest: None,
    };
    writer.insert_job(&job)?;
    writer.insert_settlement(&settlement)?;
    Happening::new(EventType::SettlementStarted)
        .by_account(by.account)
        .unit(by.unit)
        .subject(job.id)
        .year(year)
        .data(serde_json::json!({"job_id": job.id, "policy_version": rules.version}))
        .tell(writer, city)?;
    Ok(Requested { settlement, job })
}

/// The job of a settlement that was begun: one that failed or was cancelled is queued again.
///
/// What could not be settled is tried once more, with everybody before it; whoever is sealed stays as they are.
fn resumed(writer: &mut Writer<'_>, settlement: &Settlement) -> Result<Job, Problem> {
    let city = settlement.jurisdiction_id;
    let mut job = asked::job_of(writer, (city, settlement.job_id))?;
    let stopped = matches!(job.state.0, JobState::Failed | JobState::Cancelled);
    if !stopped {
        return Ok(job);
    }
    asked::queue_again(&mut job)?;
    if job.failed_items > 0 {
        writer.forget_job_errors(city, job.id)?;
        (job.cursor, job.done, job.failed_items) = (None, 0, 0);
    }
    writer.save_job(&mut job)?;
    Ok(job)
}

/// Asks for a settlement on behalf of the municipal bureau: 202 with the job's address; 200 when the year is settled already.
///
/// # Errors
/// As [`request`]; 403 for those who do not act for the bureau.
pub fn start(
    writer: &mut Writer<'_>,
    asker: &Asker,
    year: i32,
) -> Result<Reply<SettlementDto>, Problem> {
    let city = asker.jurisdiction;
    let bureau = writer
        .municipal_bureau(city)?
        .ok_or_else(|| Problem::internal("the municipal bureau is missing"))?;
    asker.acting_for(Permission::SettleYears, &bureau.path)?;
    let by = Requester { account: Some(asker.account()), unit: bureau.id };
    let requested = request(writer, city, year, by)?;
    let location = format!("/v1/jobs/{}", requested.job.id);
    let finished = requested.settlement.state.0 == SettlementState::Finished;
    let body = SettlementDto::new(&requested.settlement, &requested.job, &[], writer.now());
    Ok(if finished { Reply::ok(body) } else { Reply::accepted(body) }.at(&location))
}

/// The settlement of a year, for those who see the whole city.
///
/// # Errors
/// 403 for those who answer for a part of the city; 404 while nobody has asked for it.
pub fn read(reader: &mut Reader<'_>, asker: &Asker, year: i32) -> Result<SettlementDto, Problem> {
    let city = asker.jurisdiction;
    let bureau = reader
        .municipal_bureau(city)?
        .ok_or_else(|| Problem::internal("the municipal bureau is missing"))?;
    asker.acting_for(Permission::ReadStatistics, &bureau.path)?;
    let settlement = reader.settlement(city, year)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let job = asked::job_of(reader, (city, settlement.job_id))?;
    let errors = first_errors(reader, &job)?;
    Ok(SettlementDto::new(&settlement, &job, &errors, reader.now()))
}

/// What lapsed in a settlement, of those whom the asker may see (A3).
///
/// # Errors
/// On a database failure.
pub fn lapses(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &LapseFilter,
    page: Page<Id>,
) -> Result<Slice<LapseRow>, Problem> {
    Ok(reader.lapses(&asker.scope(Permission::ReadRecords), filter, page)?)
}
