//! Setting up a city: itself, its bureau, and the person who sets up everything else through the API.
//!
//! Nobody inside of one city stands above another, so no role can do this: the operator of the installation does, from the
//! command line, and anyone in a sandbox ([ADR 0019](../../../docs/adr/0019-cities-and-explanations.md)).

use serde_json::json;
use xueshi_domain::access::{OrgPath, Role};
use xueshi_domain::event::EventType;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_persistence::{
    Account, Grant, Jurisdiction, Moment, Organization, StoreError, Word, Writer,
};

use super::events::Happening;

/// A city to be there, and the bureau at the root of its tree.
#[derive(Debug, Clone)]
pub struct CityName {
    /// Its division code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The name of its municipal bureau.
    pub bureau: String,
}

/// A municipal administrator to be made.
#[derive(Debug, Clone)]
pub struct FirstAdministrator {
    /// The name to log in with.
    pub username: String,
    /// The person's name.
    pub name: String,
    /// The hash of the password.
    pub password_hash: String,
}

/// The city with its bureau, made where they are missing. The first city of an installation is the one that public requests
/// mean which name none.
///
/// # Errors
/// On a database failure.
pub fn city_with_bureau(
    writer: &mut Writer<'_>,
    wanted: &CityName,
) -> Result<(Jurisdiction, Organization), StoreError> {
    let now = writer.now();
    let city = match writer.jurisdiction_by_code(Some(&wanted.code))? {
        Some(city) => city,
        None => {
            let city = Jurisdiction {
                id: writer.new_id(),
                code: wanted.code.clone(),
                name: wanted.name.clone(),
                is_default: writer.jurisdiction_by_code(None)?.is_none(),
                created_at: Moment(now),
            };
            writer.insert_jurisdiction(&city)?;
            city
        }
    };
    if let Some(root) = writer.municipal_bureau(city.id)? {
        return Ok((city, root));
    }
    let id = writer.new_id();
    let root = Organization {
        jurisdiction_id: city.id,
        id,
        parent_id: None,
        path: OrgPath::root(id.0).as_str().to_owned(),
        kind: Word(OrganizationKind::MunicipalBureau),
        name: wanted.bureau.clone(),
        unit_code: None,
        is_public_institution: false,
        reviewing_body_id: None,
        state: Word(Standing::Active),
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    writer.insert_organization(&root)?;
    Ok((city, root))
}

/// A municipal administrator of a city, at the root of its tree. The name must be free.
///
/// # Errors
/// On a database failure.
pub fn administrator(
    writer: &mut Writer<'_>,
    root: &Organization,
    wanted: &FirstAdministrator,
) -> Result<(), StoreError> {
    let now = writer.now();
    let account = Account {
        id: writer.new_id(),
        jurisdiction_id: root.jurisdiction_id,
        username: wanted.username.clone(),
        password_hash: wanted.password_hash.clone(),
        display_name: wanted.name.clone(),
        professional_id: None,
        state: Word(Standing::Active),
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    writer.insert_account(&account)?;
    let grant = Grant {
        id: writer.new_id(),
        jurisdiction_id: root.jurisdiction_id,
        account_id: account.id,
        role: Word(Role::MunicipalAdministrator),
        organization_id: root.id,
        granted_at: Moment(now),
        granted_by: None,
        ended_at: None,
        ended_by: None,
    };
    writer.insert_grant(&grant)?;
    // Nobody who has an account did it: the operator of the installation has no part in the city.
    let created = Happening::new(EventType::AccountCreated)
        .subject(account.id)
        .unit(root.id)
        .data(json!({"account_id": account.id, "professional_id": null}));
    let appointed = Happening::new(EventType::AdministratorAppointed)
        .subject(grant.id)
        .unit(root.id)
        .data(json!({"role": grant.role.0, "account_id": account.id, "reason": null}));
    for happening in [created, appointed] {
        let event = happening.event(writer, root.jurisdiction_id);
        writer.record_event(&event)?;
    }
    Ok(())
}
