//! Whose an endpoint is, and what they may see now.

use xueshi_domain::access::Permission;
use xueshi_domain::registry::Standing;
use xueshi_persistence::{Id, Reader, WebhookEndpoint, WebhookOwner};

use crate::auth::admission::{calling, scopes_of};
use crate::problem::{Code, Problem};
use crate::services::Asker;

/// The asker, as one who has webhooks.
pub(super) fn key(asker: &Asker) -> WebhookOwner {
    WebhookOwner { city: asker.jurisdiction, id: asker.account() }
}

/// The unit that events of the asker's webhooks concern: where they may have any, the highest one.
///
/// # Errors
/// 403 `forbidden` for those who may have none.
pub(super) fn unit(reader: &mut Reader<'_>, asker: &Asker) -> Result<Id, Problem> {
    let forbidden = || Problem::new(Code::Forbidden);
    if asker.session.is_none() {
        let client = reader.client_by_id(asker.account())?.ok_or_else(forbidden)?;
        return Ok(client.organization_id);
    }
    let grants = asker.actor.grants_for(Permission::ManageWebhooks);
    let highest = grants.min_by_key(|grant| grant.path.depth()).ok_or_else(forbidden)?;
    Ok(Id(highest.organization_id))
}

/// The owner of an endpoint with the rights that they have at this moment; none if they may not have anything delivered any more.
///
/// # Errors
/// On a database failure.
pub(super) fn of(
    reader: &mut Reader<'_>,
    endpoint: &WebhookEndpoint,
) -> Result<Option<Asker>, Problem> {
    let asker = if endpoint.owner_is_client {
        let client = reader.client_by_id(endpoint.owner_id)?;
        let client = client.filter(|client| client.state.0 == Standing::Active);
        client.map(|client| calling(&client, scopes_of(&client.scopes).collect()))
    } else {
        Asker::of_account(reader, endpoint.owner_id)?
    };
    let may = |asker: &Asker| {
        asker.actor.may(Permission::SyncRead) || asker.actor.may(Permission::ManageWebhooks)
    };
    Ok(asker.filter(may))
}
