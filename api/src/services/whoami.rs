//! Who calls, and what they may do now.

use xueshi_domain::access::{Permission, Role};
use xueshi_persistence::{Id, Professional, Reader};

use super::Asker;
use crate::dto::Timestamp;
use crate::dto::auth::{CallerKind, Me, MyGrant, MyRecord, UnitName};
use crate::problem::{Code, Problem};

/// The caller as they are now.
///
/// # Errors
/// On a database failure.
pub fn me(reader: &mut Reader<'_>, asker: &Asker) -> Result<Me, Problem> {
    let permissions =
        Permission::ALL.iter().copied().filter(|permission| asker.actor.may(*permission)).collect();
    let scopes = asker.actor.scopes.clone();
    let gone = || Problem::new(Code::InvalidToken);
    let Some(session) = asker.session else {
        let client = reader.client_by_id(asker.account())?.ok_or_else(gone)?;
        return Ok(Me {
            id: client.id.0,
            kind: CallerKind::Client,
            username: client.client_id,
            display_name: client.name,
            session_started_at: None,
            professional: None,
            grants: Vec::new(),
            scopes,
            permissions,
        });
    };
    let identity = reader.session_identity(session)?.ok_or_else(gone)?;
    let mut grants = Vec::new();
    for (grant, _) in &identity.grants {
        // Being a professional is no office: `professional` says it.
        if grant.role.0 != Role::Professional
            && let Some(organization) = unit_name(reader, asker, Some(grant.organization_id))?
        {
            grants.push(MyGrant {
                id: grant.id.0,
                role: grant.role.0,
                organization,
                granted_at: grant.granted_at.into(),
            });
        }
    }
    let professional = match identity.account.professional_id {
        Some(id) => reader.professional(asker.jurisdiction, id)?,
        None => None,
    };
    let professional = match professional {
        Some(person) => Some(record(reader, asker, person)?),
        None => None,
    };
    Ok(Me {
        id: identity.account.id.0,
        kind: CallerKind::Person,
        username: identity.account.username,
        display_name: identity.account.display_name,
        session_started_at: Some(Timestamp::from(identity.session.created_at)),
        professional,
        grants,
        scopes,
        permissions,
    })
}

fn record(
    reader: &mut Reader<'_>,
    asker: &Asker,
    person: Professional,
) -> Result<MyRecord, Problem> {
    Ok(MyRecord {
        employer: unit_name(reader, asker, person.employer_id)?,
        id: person.professional_id.0,
        name: person.name,
        id_type: person.id_type.0,
        masked_id_number: person.id_masked,
        state: person.state.0,
    })
}

fn unit_name(
    reader: &mut Reader<'_>,
    asker: &Asker,
    unit: Option<Id>,
) -> Result<Option<UnitName>, Problem> {
    let Some(unit) = unit else { return Ok(None) };
    let unit = reader.organization(asker.jurisdiction, unit)?;
    Ok(unit.map(|unit| UnitName { id: unit.id.0, name: unit.name, kind: unit.kind.0 }))
}
