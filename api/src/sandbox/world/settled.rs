//! 2022, as it was settled in the first days of 2023 (A3): outcomes, snapshots, and the digest over them.

use std::collections::BTreeMap;

use time::OffsetDateTime;
use time::macros::datetime;
use xueshi_domain::job::{JobKind, JobState};
use xueshi_domain::ledger::{BySubject, Outcome, RecordState};
use xueshi_domain::people::Employment;
use xueshi_domain::policy::Window;
use xueshi_domain::settlement::{
    SettlementState, counting_day, counts, may_settle, outcome, settled_state,
};
use xueshi_persistence::{Appraisal, Id, Job, Moment, Settlement, StoreError, Tenths, Word};

use super::accounts::Decider;
use super::city::POLICY_VERSION;
use super::history::History;
use super::people::Who;
use super::units::Unit;
use super::{World, refused};
use crate::services::jobs::asked::queued;
use crate::services::settlements::seal::{beginning, chained, of_one, seal_of};

/// The year that is settled when the story begins.
const YEAR: i32 = 2022;
/// When the municipal bureau settled it.
const SETTLED: OffsetDateTime = datetime!(2023-01-04 10:00 +8);

/// Settles the years of everyone who was employed when the freeze began. Nothing waited any more. The snapshots are returned, to
/// be stored behind the years.
pub(super) fn settle(
    world: &mut World<'_, '_>,
    history: &mut History<'_>,
) -> Result<Vec<Appraisal>, StoreError> {
    let (policy, _) = history.rules(YEAR)?;
    let (floors, freeze) = (policy.floors, policy.windows.freeze);
    let management = policy.include_management_posts;
    may_settle(YEAR, freeze, SETTLED).map_err(refused)?;
    let day = counting_day(freeze);
    // In the order of the people's ids, as their digests are chained.
    let mut counted: BTreeMap<Id, Who> = BTreeMap::new();
    for (who, year) in history.years.keys() {
        let person = history.people.of(*who);
        let employed = Employment { from: person.since, until: person.until };
        if *year == YEAR && counts(Some(employed), person.post, management, day) {
            counted.insert(person.id, *who);
        }
    }
    let account = history.accounts.named("city.officer")?;
    let by = Decider { account, unit: history.units.of(Unit::Bureau).id };
    let mut sealed = Vec::new();
    for (id, who) in counted {
        let employer = history.people.of(who).employer;
        let public_institution = history.units.of(employer).is_public_institution;
        let Some(year) = history.years.get_mut(&(who, YEAR)) else { continue };
        let exempt = year.state == RecordState::Exempt;
        let how = outcome(floors, year.totals.approved, BySubject::default(), exempt);
        year.settle(how, settled_state(year.state, how), SETTLED);
        let none = Tenths(xueshi_domain::Hours::ZERO);
        let mut row = Appraisal {
            jurisdiction_id: world.city,
            professional_id: id,
            year: YEAR,
            employer_id: year.employer,
            authority_id: year.authority,
            public_institution,
            outcome: Word(how),
            approved_public: Tenths(year.totals.approved.public),
            approved_professional: Tenths(year.totals.approved.professional),
            makeup_public: none,
            makeup_professional: none,
            certificate_id: year.certificate,
            policy_version: POLICY_VERSION,
            lapsed: 0,
            lapsed_overdue: 0,
            digest: String::new(),
            sealed_at: Moment(SETTLED),
        };
        row.digest = of_one(&seal_of(&row));
        sealed.push(row);
    }
    keep(world, &sealed, freeze, &by)?;
    Ok(sealed)
}

/// Stores the settlement with the job that did it.
fn keep(
    world: &mut World<'_, '_>,
    sealed: &[Appraisal],
    freeze: Window,
    by: &Decider,
) -> Result<(), StoreError> {
    let count = |how: Outcome| {
        i64::try_from(sealed.iter().filter(|row| row.outcome.0 == how).count()).unwrap_or(0)
    };
    let sum = |hours: fn(&Appraisal) -> Tenths| {
        sealed.iter().map(|row| i64::from(hours(row).0.tenths())).sum()
    };
    let people = i64::try_from(sealed.len()).unwrap_or(0);
    let digest = sealed.iter().fold(beginning(YEAR), |chain, row| chained(&chain, &row.digest));
    let (at, key) = (Moment(SETTLED), (world.city, world.ids.at(SETTLED)));
    let job = Job {
        state: Word(JobState::Succeeded),
        year: Some(YEAR),
        done: people,
        started_at: Some(at),
        finished_at: Some(at),
        ..queued(JobKind::Settlement, key, (Some(by.account), by.unit), people, at)
    };
    world.writer.insert_job(&job)?;
    world.writer.insert_settlement(&Settlement {
        jurisdiction_id: world.city,
        year: YEAR,
        state: Word(SettlementState::Finished),
        job_id: job.id,
        policy_version: POLICY_VERSION,
        frozen_at: Moment(freeze.opens),
        thawed_at: Moment(freeze.closes),
        counting_day: counting_day(freeze),
        started_by: Some(by.account),
        unit_id: by.unit,
        started_at: Moment(SETTLED),
        finished_at: Some(Moment(SETTLED)),
        people,
        completed_in_year: count(Outcome::CompletedInYear),
        completed_by_makeup: count(Outcome::CompletedByMakeup),
        incomplete: count(Outcome::Incomplete),
        exempt: count(Outcome::Exempt),
        lapsed: 0,
        lapsed_overdue: 0,
        approved_public: sum(|row| row.approved_public),
        approved_professional: sum(|row| row.approved_professional),
        digest: Some(digest),
    })
}
