//! One batch of a settlement: the next people by id, in one short transaction with the cursor behind them.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xueshi_domain::event::EventType;
use xueshi_domain::ledger::Outcome;
use xueshi_domain::policy::{Floors, Policy};
use xueshi_domain::settlement::SettlementState;
use xueshi_persistence::{
    Appraisal, Employment, Id, Job, JobError, Moment, Settlement, SettlementBatch, StoredPolicy,
    Word, Writer,
};

use super::person::{Facts, Person, settle};
use super::seal::{beginning, chained};
use crate::problem::{Language, Problem};
use crate::services::events::Happening;
use crate::services::jobs::Step;
use crate::services::rules::working_days;
use crate::services::year::several;

/// Where a settlement stands: what the job keeps as its cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    after: Option<Uuid>,
    digest: String,
    people: i64,
    completed_in_year: i64,
    completed_by_makeup: i64,
    incomplete: i64,
    exempt: i64,
    approved_public: i64,
    approved_professional: i64,
}

impl Progress {
    fn of(job: &Job, year: i32) -> Result<Self, Problem> {
        match &job.cursor {
            Some(text) => serde_json::from_str(text).map_err(Problem::internal),
            None => Ok(Self {
                after: None,
                digest: beginning(year),
                people: 0,
                completed_in_year: 0,
                completed_by_makeup: 0,
                incomplete: 0,
                exempt: 0,
                approved_public: 0,
                approved_professional: 0,
            }),
        }
    }

    fn add(&mut self, row: &Appraisal) {
        self.digest = chained(&self.digest, &row.digest);
        self.people += 1;
        *match row.outcome.0 {
            Outcome::CompletedInYear => &mut self.completed_in_year,
            Outcome::CompletedByMakeup => &mut self.completed_by_makeup,
            Outcome::Incomplete => &mut self.incomplete,
            Outcome::Exempt => &mut self.exempt,
        } += 1;
        self.approved_public += i64::from(row.approved_public.0.tenths());
        self.approved_professional += i64::from(row.approved_professional.0.tenths());
    }
}

/// Settles the next `size` people, or finishes the settlement when there are none left.
///
/// Whoever is sealed already is counted and left alone: done again from the beginning, it changes nothing.
///
/// # Errors
/// On a database failure. What is wrong about one person is noted with the job, and blocks nobody else.
pub fn settle_next(writer: &mut Writer<'_>, job: &mut Job, size: i64) -> Result<Step, Problem> {
    let city = job.jurisdiction_id;
    let year = job.year.ok_or_else(|| Problem::internal("a settlement without a year"))?;
    let settlement = writer.settlement(city, year)?;
    let settlement = settlement.ok_or_else(|| Problem::internal("the settlement is missing"))?;
    let mut progress = Progress::of(job, year)?;
    let versions = writer.policy_versions(city, year)?;
    let batch =
        writer.settlement_batch(&settlement, several(&versions), progress.after.map(Id), size)?;
    let Some((last, _)) = batch.people.last() else {
        return finish(writer, job, settlement, &progress);
    };
    progress.after = Some(last.0);
    let size = i64::try_from(batch.people.len()).unwrap_or(size);

    let mut facts = Facts {
        policy: policy_of(&versions, &settlement)?,
        floors: floors_by_version(&versions)?,
        versions,
        calendar: working_days(writer, city)?,
        bureau: writer
            .municipal_bureau(city)?
            .ok_or_else(|| Problem::internal("the municipal bureau is missing"))?,
        settlement,
        units: BTreeMap::new(),
        rules: BTreeMap::new(),
    };
    let (mut sealed, mut told) = (Vec::new(), Vec::new());
    for person in people(batch) {
        if let Some(row) = &person.sealed {
            progress.add(row);
            continue;
        }
        // Only what waits can be wrong about a person; for everybody else there is no need of a savepoint.
        let result = if person.waiting.is_empty() {
            Ok(settle(writer, &mut facts, &person)?)
        } else {
            writer.attempt(|writer| settle(writer, &mut facts, &person))
        };
        match result {
            Ok(Some((row, event))) => {
                progress.add(&row);
                sealed.push(row);
                told.push(event);
            }
            Ok(None) => {}
            Err(problem) if problem.status() == StatusCode::SERVICE_UNAVAILABLE => {
                return Err(problem);
            }
            Err(problem) => note(writer, job, person.id, &problem)?,
        }
    }
    writer.insert_appraisals(&sealed)?;
    writer.record_events(&told)?;
    job.done += size;
    job.total = job.total.max(job.done);
    job.cursor = Some(serde_json::to_string(&progress).map_err(Problem::internal)?);
    Ok(Step::More)
}

/// Everybody is settled: sums and digest are written, once.
fn finish(
    writer: &mut Writer<'_>,
    job: &mut Job,
    mut settlement: Settlement,
    progress: &Progress,
) -> Result<Step, Problem> {
    job.total = job.done;
    if job.failed_items > 0 {
        return Ok(Step::Failed("people-not-settled"));
    }
    let now = writer.now();
    let (lapsed, overdue) = writer.count_lapses(settlement.jurisdiction_id, settlement.year)?;
    settlement.state = Word(SettlementState::Finished);
    settlement.finished_at = Some(Moment(now));
    settlement.people = progress.people;
    settlement.completed_in_year = progress.completed_in_year;
    settlement.completed_by_makeup = progress.completed_by_makeup;
    settlement.incomplete = progress.incomplete;
    settlement.exempt = progress.exempt;
    settlement.lapsed = lapsed;
    settlement.lapsed_overdue = overdue;
    settlement.approved_public = progress.approved_public;
    settlement.approved_professional = progress.approved_professional;
    settlement.digest = Some(progress.digest.clone());
    writer.finish_settlement(&settlement)?;
    Happening::new(EventType::SettlementFinished)
        .by_account(settlement.started_by)
        .unit(settlement.unit_id)
        .subject(job.id)
        .year(settlement.year)
        .data(serde_json::json!({
            "job_id": job.id,
            "people": settlement.people,
            "completed_in_year": settlement.completed_in_year,
            "completed_by_makeup": settlement.completed_by_makeup,
            "incomplete": settlement.incomplete,
            "exempt": settlement.exempt,
            "lapsed": settlement.lapsed,
            "digest": settlement.digest,
        }))
        .tell(writer, settlement.jurisdiction_id)?;
    Ok(Step::Done)
}

/// The policy by which the settlement began to measure, also when a later version is in force by now.
fn policy_of(versions: &[StoredPolicy], settlement: &Settlement) -> Result<Policy, Problem> {
    let version = versions.iter().find(|row| row.version == settlement.policy_version);
    let version = version.ok_or_else(|| Problem::internal("the policy's version is missing"))?;
    Policy::from_json(&version.document).map_err(Problem::internal)
}

/// The floors of every version that was published.
fn floors_by_version(versions: &[StoredPolicy]) -> Result<BTreeMap<i32, Floors>, Problem> {
    let published = versions.iter().filter(|stored| stored.published_at.is_some());
    let floors = published.map(|stored| {
        let policy = Policy::from_json(&stored.document).map_err(Problem::internal)?;
        Ok((stored.version, policy.floors))
    });
    floors.collect()
}

/// The batch by person, in the order of their ids.
fn people(batch: SettlementBatch) -> Vec<Person> {
    let mut people: BTreeMap<Id, Person> =
        batch.people.into_iter().map(|(id, post)| (id, Person::new(id, post))).collect();
    for employment in batch.employments {
        if let Some(person) = people.get_mut(&employment.professional_id) {
            // The latest first: of two that overlap it is the one that counts, unless a merge ended it in favour of the other (U4).
            let better =
                |known: &Employment| known.ended_by_merge() && !employment.ended_by_merge();
            if person.employment.as_ref().is_none_or(better) {
                person.employment = Some(employment);
            }
        }
    }
    for record in batch.records {
        if let Some(person) = people.get_mut(&record.professional_id) {
            person.record = Some(record);
        }
    }
    for certificate in batch.certificates {
        if let Some(person) = people.get_mut(&certificate.professional_id) {
            person.certificates.push(certificate);
        }
    }
    for row in batch.sealed {
        if let Some(person) = people.get_mut(&row.professional_id) {
            person.sealed = Some(row);
        }
    }
    for declaration in batch.waiting {
        if let Some(person) = people.get_mut(&declaration.professional_id) {
            person.waiting.push(declaration);
        }
    }
    people.into_values().collect()
}

/// Notes that a person could not be settled, without saying who in words.
fn note(
    writer: &mut Writer<'_>,
    job: &mut Job,
    person: Id,
    problem: &Problem,
) -> Result<(), Problem> {
    log::error!("settlement of {person}: {problem:?}");
    job.failed_items += 1;
    Ok(writer.insert_job_error(&JobError {
        jurisdiction_id: job.jurisdiction_id,
        job_id: job.id,
        number: job.failed_items,
        item: format!("professional:{person}"),
        code: problem.code().id().to_owned(),
        detail: problem.code().row().title.text(Language::English).to_owned(),
    })?)
}
