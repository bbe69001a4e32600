//! Exemptions that are not decided follow the person, and the employer's reviewing body (A5, U2).

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_domain::review::{Route, Stage};
use xueshi_persistence::{Exemption, Id, Writer};

use super::save;
use crate::problem::Problem;
use crate::services::events::Happening;

/// U2: the person's employer of now corrects, hands in again and takes back what another one applied for: the bureau goes on
/// asking somebody who can answer. What was decided stays with those of its time.
///
/// # Errors
/// On a database failure.
pub fn follow_person(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    (city, person): (Id, Id),
    route: Route,
) -> Result<(), Problem> {
    for exemption in writer.pending_exemptions_of(city, person)? {
        reroute(writer, by, exemption, route)?;
    }
    Ok(())
}

/// The reviewing body that the employer has now sees what its people's employer has applied for.
///
/// # Errors
/// On a database failure.
pub fn follow_body(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    (city, employer): (Id, Id),
    route: Route,
) -> Result<(), Problem> {
    for exemption in writer.pending_exemptions_from(city, employer)? {
        reroute(writer, by, exemption, route)?;
    }
    Ok(())
}

fn reroute(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    mut exemption: Exemption,
    route: Route,
) -> Result<(), Problem> {
    let (employer, body) = (Id(route.holder(Stage::Employer)), Id(route.holder(Stage::Authority)));
    let former = exemption.employer_id;
    if (former, exemption.authority_id) == (employer, body) {
        return Ok(());
    }
    exemption.employer_id = employer;
    exemption.authority_id = body;
    let e = &mut exemption;
    save(writer, e.state.0, e)?;
    Happening::new(EventType::ExemptionRerouted)
        .by_account(by)
        .person(e.professional_id, Some(employer), Some(body))
        .subject(e.id)
        .year(e.year)
        .data(json!({"kind": e.kind.0, "state": e.state.0, "from_unit_id": former}))
        .tell(writer, e.jurisdiction_id)
}
