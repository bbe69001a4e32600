//! What follows a person to another employer, and an employer to another reviewing body (U2).
//!
//! | road | with the person | with the employer's body |
//! | --- | --- | --- |
//! | declarations that wait | to the new employer's route, with the full time; once their freeze has begun they stay for the settlement (A3) | to the new body, likewise |
//! | unsettled years | to the new employer and body | to the new body |
//! | exemptions not decided (A5) | the new employer corrects and takes back; the bureau decides | the new body sees them |
//! | make-up applications (M1, M2) | stay with the employer that applied, which gets no grant for who has gone | in their first review: to the new body |
//! | make-up grants (M3) | are the person's, wherever they work | – |
//! | appeals (V8) | stay with the unit above the one that decided | stay |
//! | requests to join, transfers that wait (U0, U2) | stay, and are refused when they are accepted: the person works elsewhere | – |

use serde_json::json;
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::review::{Ending, Route, Stage};
use xueshi_domain::transfer::{Rerouting, rerouting};
use xueshi_persistence::{AnnualRecord, Declaration, Id, Organization, Writer};

use super::declarations::{Cause, moved};
use super::events::Happening;
use super::rules::Rules;
use super::{exemptions, makeup};
use crate::problem::Problem;

/// Refuses in a year-end freeze of whatever year: what waits and whose it is does not change then (W1, W2).
///
/// # Errors
/// `year-end-freeze`.
pub fn admit(writer: &mut Writer<'_>, city: Id) -> Result<(), Problem> {
    // Every timetable knows the freezes of all years; without any policy there is nothing to freeze.
    let Some(any) = writer.published_policies(city)?.into_iter().next() else { return Ok(()) };
    let rules = Rules::of(writer, city, any.year)?;
    let admission = rules.timetable.admit(Action::Transfer, writer.now())?;
    writer.valid_until(admission.valid_until);
    Ok(())
}

/// The two units that review for an employer's people.
///
/// # Errors
/// `no-reviewing-body`, `own-reviewing-body`.
pub fn route_of(employer: &Organization) -> Result<Route, Problem> {
    Ok(Route::new(employer.id.0, employer.reviewing_body_id.map(|id| id.0))?)
}

/// Lets what waits of a person, and their unsettled years, follow them to an employer.
///
/// # Errors
/// On a database failure, and for an employer without a reviewing body.
pub fn follow_person(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    person: Id,
    employer: &Organization,
) -> Result<(), Problem> {
    let (city, route) = (employer.jurisdiction_id, route_of(employer)?);
    for declaration in writer.waiting_declarations_of(city, person)? {
        reroute(writer, by, declaration, route)?;
    }
    for mut record in writer.unsettled_records_of(city, person)? {
        record.employer_id = Id(route.holder(Stage::Employer));
        record.authority_id = Id(route.holder(Stage::Authority));
        writer.save_annual_record(&mut record)?;
        tell_year(writer, by, &record)?;
    }
    exemptions::follow_person(writer, by, (city, person), route)
}

/// Lets what waits of an employer and its people, and their unsettled years, follow it to its present reviewing body.
///
/// # Errors
/// On a database failure, and for an employer without a reviewing body.
pub fn follow_body(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    employer: &Organization,
) -> Result<(), Problem> {
    let (city, route) = (employer.jurisdiction_id, route_of(employer)?);
    for declaration in writer.waiting_declarations_from(city, employer.id)? {
        reroute(writer, by, declaration, route)?;
    }
    for mut record in writer.unsettled_records_from(city, employer.id)? {
        record.authority_id = Id(route.holder(Stage::Authority));
        writer.save_annual_record(&mut record)?;
        tell_year(writer, by, &record)?;
    }
    exemptions::follow_body(writer, by, (city, employer.id), route)?;
    makeup::follow_body(writer, by, employer)
}

fn tell_year(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    record: &AnnualRecord,
) -> Result<(), Problem> {
    Happening::annual_record(EventType::AnnualRecordRerouted, record)
        .by_account(by)
        .tell(writer, record.jurisdiction_id)
}

/// U2: a declaration at the employer's stage begins it anew at the new employer; one at the authority's stays with the same
/// body and otherwise goes to the new one. Whoever has it newly has the full time.
fn reroute(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    mut declaration: Declaration,
    route: Route,
) -> Result<(), Problem> {
    let employer = Id(route.holder(Stage::Employer));
    let body = Id(route.holder(Stage::Authority));
    let (same_employer, same_body) =
        (declaration.employer_id == employer, declaration.authority_id == body);
    if same_employer && same_body {
        return Ok(());
    }
    let rules = Rules::for_declaration(writer, &declaration)?;
    // Nobody can review it any more: its stage, its holder and the lateness are the settlement's (A3, A3a).
    if rules.timetable.frozen_from() <= writer.now() {
        return Ok(());
    }
    let was = declaration.state.0;
    let way = rerouting(was, same_employer, same_body);
    let data = json!({"rerouting": way, "from_unit_id": declaration.holder_id});
    declaration.employer_id = employer;
    declaration.authority_id = body;
    let cause = Cause::new(by, EventType::DeclarationRerouted).data(data);
    let cause = match way {
        Rerouting::Restart | Rerouting::Move => cause.ending(Ending::Rerouted),
        Rerouting::Stay | Rerouting::Nothing => cause,
    };
    moved(writer, was, &mut declaration, &rules, cause)
}
