//! Whether a person met the requirement in each of some years, for what it is asked (A4, E9).

use std::collections::BTreeMap;

use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::ledger::{Outcome, RecordState, YearTotals};
use xueshi_domain::policy::Policy;
use xueshi_domain::settlement::{
    Purpose, SettlementState, Verdict, YearFacts, answer, outcome, verdict,
};
use xueshi_persistence::{Id, Reader};

use super::Asker;
use super::year::{floors_of, made_up, standing_certificate, totals};
use crate::dto::appraisals::{StandingDto, YearStanding};
use crate::extract::invalid_parameter;
use crate::problem::{Code, Problem, Text};

/// Years at most that one question is about.
pub const MOST_YEARS: i32 = 30;

/// The standing of a person whom the asker may see.
///
/// # Errors
/// 404 for anyone else; 400 for years in the wrong order; `no-policy` for a year without a published policy.
pub fn of(
    reader: &mut Reader<'_>,
    asker: &Asker,
    person: Uuid,
    (from, to): (i32, i32),
    purpose: Purpose,
) -> Result<StandingDto, Problem> {
    if !(from..from.saturating_add(MOST_YEARS)).contains(&to) {
        let text = Text::new(
            format!("应不早于 from，且至多 {MOST_YEARS} 个年度"),
            format!("not before `from`, and at most {MOST_YEARS} years in all"),
        );
        return Err(invalid_parameter("to", "invalid", text));
    }
    let person = if asker.actor.is_professional(person) {
        reader.professional(asker.jurisdiction, Id(person))?
    } else {
        reader.visible_professional(&asker.scope(Permission::ReadRecords), Id(person))?
    };
    let person = person.ok_or_else(|| Problem::new(Code::NotFound))?;
    let city = asker.jurisdiction;
    let policies: BTreeMap<i32, String> = reader
        .published_policies(city)?
        .into_iter()
        .map(|stored| (stored.year, stored.document))
        .collect();
    let mut years = Vec::new();
    for year in from..=to {
        let document = policies.get(&year).ok_or(Refusal::NoPolicy { year })?;
        let policy = Policy::from_json(document).map_err(Problem::internal)?;
        years.push(year_of(reader, city, person.professional_id, &policy, purpose)?);
    }
    let verdict = verdict(years.iter().map(|year| year.answer));
    Ok(StandingDto {
        professional_id: person.professional_id.0,
        purpose,
        from,
        to,
        verdict,
        met: match verdict {
            Verdict::Met => Some(true),
            Verdict::NotMet => Some(false),
            Verdict::Open => None,
        },
        years,
    })
}

fn year_of(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    policy: &Policy,
    purpose: Purpose,
) -> Result<YearStanding, Problem> {
    let year = policy.year;
    let record = reader.annual_record(city, person, year)?;
    let sealed = reader.appraisal(city, person, year)?;
    let settlement = reader.settlement(city, year)?;
    let settled =
        settlement.is_some_and(|settlement| settlement.state.0 == SettlementState::Finished);
    let hours = record.as_ref().map_or_else(YearTotals::default, totals);
    let by_hours = match &record {
        Some(record) => {
            let floors = floors_of(reader, record, policy.floors)?;
            let exempt = record.state.0 == RecordState::Exempt;
            outcome(floors, hours.approved, made_up(record), exempt)
        }
        None => Outcome::Incomplete,
    };
    let stands = record.as_ref().and_then(|record| record.outcome).map(|outcome| outcome.0);
    // Where nothing is kept here, what another system told of the year stands (ADR 0023).
    let reported = reader.reported_year(city, person, year)?.map(|row| row.outcome.0);
    let stands = stands.or(reported.filter(|_| record.is_none() && sealed.is_none()));
    let certificate = match &record {
        Some(record) => standing_certificate(reader, record)?,
        None => None,
    };
    Ok(YearStanding {
        year,
        answer: answer(purpose, YearFacts { outcome: stands, by_hours, settled }),
        outcome: stands,
        sealed_outcome: sealed.map(|row| row.outcome.0),
        reported_outcome: reported,
        settled,
        approved: xueshi_domain::ledger::Breakdown::from(hours.approved).into(),
        certificate_number: certificate.map(|certificate| certificate.number),
    })
}
