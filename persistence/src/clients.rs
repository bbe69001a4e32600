//! Machine clients (RFC 6749 client credentials).

use diesel::prelude::*;
use time::OffsetDateTime;

use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::schema::{client_assertions, clients, organizations};
use crate::store::{Reader, Writer};
use xueshi_domain::registry::Standing;

/// A program that calls the API on its own account.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = clients, treat_none_as_default_value = false)]
pub struct Client {
    /// Its id.
    pub id: Id,
    /// The city.
    pub jurisdiction_id: Id,
    /// The public name it authenticates with.
    pub client_id: String,
    /// What it is.
    pub name: String,
    /// Argon2id of its secret, when it authenticates with one.
    pub secret_hash: Option<String>,
    /// Its public key as a JWK, when it authenticates with `private_key_jwt`.
    pub public_key: Option<String>,
    /// Space-separated scopes that it may ask for.
    pub scopes: String,
    /// The unit in whose subtree it may act.
    pub organization_id: Id,
    /// The learning platform that it delivers for (H6).
    pub platform_code: Option<String>,
    /// Whether it may authenticate.
    pub state: Word<Standing>,
    /// When it was registered.
    pub created_at: Moment,
}

impl Reader<'_> {
    /// The client of this name, with the path of its unit.
    ///
    /// # Errors
    /// On a database failure.
    pub fn client(&mut self, client_id: &str) -> Result<Option<(Client, String)>, StoreError> {
        Ok(clients::table
            .inner_join(
                organizations::table.on(organizations::jurisdiction_id
                    .eq(clients::jurisdiction_id)
                    .and(organizations::id.eq(clients::organization_id))),
            )
            .filter(clients::client_id.eq(client_id))
            .select((Client::as_select(), organizations::path))
            .first(self.conn)
            .optional()?)
    }

    /// The client with this id.
    ///
    /// # Errors
    /// On a database failure.
    pub fn client_by_id(&mut self, id: Id) -> Result<Option<Client>, StoreError> {
        Ok(clients::table.find(id).select(Client::as_select()).first(self.conn).optional()?)
    }
}

impl Writer<'_> {
    /// Registers a client.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the name is in use.
    pub fn insert_client(&mut self, client: &Client) -> Result<(), StoreError> {
        diesel::insert_into(clients::table).values(client).execute(self.conn)?;
        Ok(())
    }

    /// Notes that an assertion was used; [`StoreError::Taken`] when it had been already.
    ///
    /// # Errors
    /// See above.
    pub fn use_assertion(
        &mut self,
        client: Id,
        jti: &str,
        expires_at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let now = Moment(self.now());
        diesel::delete(client_assertions::table.filter(client_assertions::expires_at.lt(now)))
            .execute(self.conn)?;
        diesel::insert_into(client_assertions::table)
            .values((
                client_assertions::client_id.eq(client),
                client_assertions::jti.eq(jti),
                client_assertions::expires_at.eq(Moment(expires_at)),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}
