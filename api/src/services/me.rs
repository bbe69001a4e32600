//! A person's year in one call: what a phone's first screen needs.

use xueshi_domain::access::Permission;
use xueshi_domain::learning::Subject;
use xueshi_domain::ledger::{Assessment, BySubject, RecordState, YearTotals, assess};
use xueshi_domain::review::State;
use xueshi_persistence::{Id, Reader, YearSheet};

use super::rules::Rules;
use super::sync::year_sync;
use super::year::{made_up, measured_under, standing_certificate, totals};
use super::{Asker, makeup};
use crate::dto::annual_records::CertificateSummary;
use crate::dto::makeup_grants::MakeupGrantDto;
use crate::dto::me::{NextAction, ReportedYearDto, YearDto, YearParts};
use crate::problem::{Code, Problem};

/// Learning records that the first screen offers to declare at most.
const OFFERED: i64 = 20;

/// The year of a professional whom the asker may see (their own, or one of their unit's).
///
/// # Errors
/// 404 for anyone else, `no-policy` for a year without a published policy.
pub fn year_of(
    reader: &mut Reader<'_>,
    asker: &Asker,
    person: Id,
    year: i32,
) -> Result<YearDto, Problem> {
    let missing = || Problem::new(Code::NotFound);
    if !asker.actor.is_professional(person.0) {
        let scope = asker.scope(Permission::ReadRecords);
        reader.visible_professional(&scope, person)?.ok_or_else(missing)?;
    }
    let now = reader.now();
    let city = asker.jurisdiction;
    let sheet = reader.year_sheet(city, person, year)?.ok_or_else(missing)?;
    let YearSheet { person, record, settled, reported, acknowledgement } = sheet;
    let rules = Rules::of(reader, city, year)?;
    let year_totals = record.as_ref().map_or_else(YearTotals::default, totals);
    let in_force = rules.policy.floors;
    let measured = match &record {
        Some(record) => measured_under(reader, record, settled)?,
        None => None,
    };
    let floors = measured.map_or(in_force, |(_, policy)| policy.floors);
    let assessment = assess(floors, year_totals);
    let certificate = match &record {
        Some(record) => standing_certificate(reader, record)?,
        None => None,
    };
    let state = record.as_ref().map_or(RecordState::InProgress, |record| record.state.0);
    let declarations = reader.declarations_of_year(city, person.professional_id, year)?;

    let mut next_actions = Vec::new();
    for declaration in &declarations {
        match declaration.state.0 {
            State::Draft => next_actions.push(NextAction::submit(declaration)),
            State::Returned => next_actions.push(NextAction::correct(declaration)),
            State::EmployerReview | State::AuthorityReview => {
                next_actions.push(NextAction::wait(declaration, now))
            }
            State::Approved
            | State::Rejected
            | State::Withdrawn
            | State::Lapsed
            | State::Revoked => {}
        }
    }
    for record in reader.learning_to_declare(city, person.professional_id, year, OFFERED)? {
        next_actions.push(NextAction::declare(&record));
    }
    let grants = reader.makeup_grants_of_year(city, person.professional_id, year)?;
    let open = grants.iter().find(|grant| makeup::is_open(grant, now));
    if let Some(grant) = open.filter(|_| !assessment.satisfied) {
        // What was learnt under the grant can be declared for this year, or for the one in which it was learnt.
        let learnt =
            reader.learning_to_declare(city, person.professional_id, grant.granted_in, OFFERED)?;
        for record in learnt {
            if makeup::covers(grant, &record) {
                next_actions.push(NextAction::declare(&record).under(grant));
            }
        }
    }
    // Who is exempt owes nothing, and may learn all the same (A5).
    if state != RecordState::Exempt {
        next_actions.extend(still_to_learn(&assessment, &next_actions));
    }
    if let Some(certificate) = &certificate {
        next_actions.push(NextAction::certificate(certificate));
    } else if state == RecordState::Satisfied {
        next_actions.push(NextAction::await_verification());
    }
    let sync = match &record {
        Some(record) => {
            let answer = acknowledgement.as_ref();
            Some(year_sync(reader, (record, answer), certificate.as_ref(), &declarations)?)
        }
        None => None,
    };
    Ok(YearDto::new(YearParts {
        person: &person,
        year,
        state,
        outcome: record.as_ref().and_then(|record| record.outcome).map(|outcome| outcome.0),
        requirement: floors.into(),
        assessment: &assessment,
        made_up: record.as_ref().map_or_else(BySubject::default, made_up),
        makeup_grant: grants.first().map(MakeupGrantDto::from),
        windows: rules.timetable.statuses(now),
        declarations: &declarations,
        certificate: certificate.as_ref().map(CertificateSummary::from),
        next_actions,
        sync,
        reported: reported.map(ReportedYearDto::from),
        version: record.as_ref().map_or(0, |record| record.version),
        policy_version: rules.version,
        now,
    }))
}

/// What is left to learn once everything under way and on offer has been approved.
fn still_to_learn(assessment: &Assessment, under_way: &[NextAction]) -> Vec<NextAction> {
    [Subject::Public, Subject::Professional]
        .into_iter()
        .filter_map(|subject| {
            let short = match subject {
                Subject::Public => assessment.shortfall.public,
                Subject::Professional => assessment.shortfall.professional,
            };
            let coming = under_way
                .iter()
                .filter(|action| action.subject == Some(subject))
                .filter_map(|action| action.hours);
            let coming = coming.map(|hours| hours.0).sum();
            let left = short.saturating_sub(coming);
            (!left.is_zero()).then(|| NextAction::learn(subject, left))
        })
        .collect()
}
