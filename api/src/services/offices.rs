//! Offices that end, and units that are left without an administrator (U1).

use serde_json::json;
use xueshi_domain::access::Role;
use xueshi_domain::event::EventType;
use xueshi_domain::units::needed_office;
use xueshi_persistence::{Account, Grant, Id, Organization, Writer};

use super::events::Happening;
use crate::problem::Problem;

/// Ends an office: its holder's sessions end with it, so that their very next request is refused (U1).
///
/// # Errors
/// On a database failure.
pub fn end(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    grant: &Grant,
    reason: &'static str,
) -> Result<(), Problem> {
    writer.end_grant(grant.id, by)?;
    writer.end_sessions_of(grant.account_id, reason)?;
    tell(writer, by, EventType::AdministratorEnded, grant, Some(reason))
}

/// Tells that an office began or ended.
///
/// # Errors
/// On a database failure.
pub fn tell(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    event: EventType,
    grant: &Grant,
    reason: Option<&'static str>,
) -> Result<(), Problem> {
    Happening::new(event)
        .by_account(by)
        .unit(grant.organization_id)
        .subject(grant.id)
        .data(json!({"role": grant.role.0, "account_id": grant.account_id, "reason": reason}))
        .tell(writer, grant.jurisdiction_id)
}

/// Ends the offices that a person holds at the unit that they leave: who no longer works there no longer acts for it (U1, U2, U3).
///
/// # Errors
/// On a database failure.
pub fn end_of_person(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    city: Id,
    person: Id,
    unit: Id,
    reason: &'static str,
) -> Result<(), Problem> {
    let held: Vec<(Grant, Account)> = writer.offices_of_person(city, person, unit)?;
    let offices: Vec<_> =
        held.into_iter().filter(|(grant, _)| grant.role.0 != Role::Professional).collect();
    if offices.is_empty() {
        return Ok(());
    }
    for (grant, _) in &offices {
        end(writer, by, grant, reason)?;
    }
    match writer.organization(city, unit)? {
        Some(unit) => tell_if_missing(writer, by, &unit),
        None => Ok(()),
    }
}

/// Tells when nobody acts for a unit any more; until someone is appointed it is listed for the level above (U1).
///
/// # Errors
/// On a database failure.
pub fn tell_if_missing(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    unit: &Organization,
) -> Result<(), Problem> {
    if !writer.lacks_administrator(unit)? {
        return Ok(());
    }
    Happening::new(EventType::AdministratorMissing)
        .by_account(by)
        .unit(unit.id)
        .authority(unit.reviewing_body_id.or(unit.parent_id))
        .data(json!({"role": needed_office(unit.kind.0)}))
        .tell(writer, unit.jurisdiction_id)
}
