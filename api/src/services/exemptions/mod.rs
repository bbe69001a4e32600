//! Exemptions from a year: the employer applies, the municipal bureau decides (A5, A6).

mod apply;
mod decide;
mod effect;
mod follow;

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::exemption::{self, Event, ExemptionFacts};
use xueshi_domain::policy::Policy;
use xueshi_persistence::{
    Exemption, ExemptionAct, ExemptionFilter, Id, Moment, Page, Reader, Slice, Word, Writer,
};

pub use apply::{apply, edit, submit, withdraw};
pub use decide::{decide, end};
pub use follow::{follow_body, follow_person};

use super::Asker;
use super::events::Happening;
use super::explanations::Trail;
use crate::dto::Day;
use crate::dto::exemptions::WhichExemptions;
use crate::problem::{Code, Problem};
use crate::services::races::stands;

/// An exemption that the asker may see: their own, and those of the people of their units.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Exemption, Problem> {
    let scope = asker.scope(Permission::ReadRecords);
    reader.visible_exemption(&scope, Id(id))?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The exemptions that the asker may see.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    which: WhichExemptions,
    page: Page<Id>,
) -> Result<Slice<Exemption>, Problem> {
    let filter = ExemptionFilter {
        year: which.year.map(|year| year.0),
        states: which.state,
        kind: which.kind,
        professional: which.professional_id.map(Id),
        employer: which.employer_id.map(Id),
    };
    Ok(reader.exemptions(&asker.scope(Permission::ReadRecords), &filter, page)?)
}

/// The steps of an exemption that the asker may see, oldest first (V10).
///
/// # Errors
/// 404 when they may not see it.
pub fn steps(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Vec<ExemptionAct>, Problem> {
    let exemption = visible(reader, asker, id)?;
    Ok(reader.exemption_acts(&exemption)?)
}

/// The unit that the asker acts for, on the exemption's employer (V10).
fn acting_for(
    reader: &mut Reader<'_>,
    asker: &Asker,
    permission: Permission,
    exemption: &Exemption,
) -> Result<Id, Problem> {
    let unit = reader.organization(exemption.jurisdiction_id, exemption.employer_id)?;
    let unit = unit.ok_or_else(|| Problem::internal("the employer of an exemption is missing"))?;
    Ok(Id(asker.acting_for(permission, &unit.path)?.organization_id))
}

/// Whether the rules let an exemption stand, on the facts as they are now (A5, A6).
fn check(
    reader: &mut Reader<'_>,
    exemption: &Exemption,
    policy: &Policy,
    trail: &mut Trail,
) -> Result<(), Problem> {
    let (city, person) = (exemption.jurisdiction_id, exemption.professional_id);
    let record = reader.annual_record(city, person, exemption.year)?;
    let first = reader.employments(city, person)?.into_iter().next_back();
    let facts = ExemptionFacts {
        year: exemption.year,
        kind: exemption.kind.0,
        starts_on: exemption.starts_on,
        ends_on: exemption.ends_on,
        joined_on: first.map(|job| job.started_on),
        record: record.map(|record| record.state.0),
    };
    *trail = std::mem::take(trail).looking_at(json!({
        "starts_on": Day(facts.starts_on), "ends_on": Day(facts.ends_on),
        "joined_on": facts.joined_on.map(Day), "year_state": facts.record,
    }));
    trail.ask(exemption::findings(&facts), exemption::check(&facts, policy))
}

/// What was done with an exemption, for whom, and what it rests on.
struct Act {
    event: Event,
    unit: Id,
    policy_version: i32,
    trail: Trail,
}

/// Keeps a step of an exemption, and tells of it (V10).
fn trace(
    writer: &mut Writer<'_>,
    asker: &Asker,
    exemption: &Exemption,
    act: Act,
) -> Result<(), Problem> {
    let now = writer.now();
    let e = exemption;
    writer.insert_exemption_act(&ExemptionAct {
        jurisdiction_id: e.jurisdiction_id,
        professional_id: e.professional_id,
        id: writer.new_id(),
        exemption_id: e.id,
        event: Word(act.event),
        account_id: asker.account(),
        unit_id: act.unit,
        comment: act.trail.comment().map(str::to_owned),
        policy_version: act.policy_version,
        acted_at: Moment(now),
    })?;
    let kind = match act.event {
        Event::Submit => EventType::ExemptionApplied,
        Event::Grant => EventType::ExemptionGranted,
        Event::Return => EventType::ExemptionReturned,
        Event::Reject => EventType::ExemptionRejected,
        Event::Withdraw => EventType::ExemptionWithdrawn,
        Event::End => EventType::ExemptionEnded,
    };
    Happening::new(kind)
        .by(asker)
        .person(e.professional_id, Some(e.employer_id), Some(e.authority_id))
        .subject(e.id)
        .year(e.year)
        .data(json!({"kind": e.kind.0, "state": e.state.0, "unit_id": act.unit}))
        .because(act.trail)
        .tell(writer, e.jurisdiction_id)
}

/// Stores what became of an exemption; whoever is overtaken decides again, on what stands now.
fn save(
    writer: &mut Writer<'_>,
    was: exemption::State,
    exemption: &mut Exemption,
) -> Result<(), Problem> {
    stands(writer.save_exemption(was, exemption)?)
}
