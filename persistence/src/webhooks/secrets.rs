//! What deliveries are signed with, encrypted at rest.

use diesel::prelude::*;
use xueshi_domain::webhook::Scheme;

use super::WebhookEndpoint;
use crate::cipher::context;
use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::schema::webhook_secrets;
use crate::store::{Reader, Writer};

/// What deliveries of an endpoint are signed with.
#[derive(Clone)]
pub struct WebhookSecret {
    /// Its id; ids grow with time.
    pub id: Id,
    /// How it signs.
    pub scheme: Scheme,
    /// The secret or the private key, in its written form.
    pub secret: String,
    /// The public key in its written form, where there is one.
    pub public_key: Option<String>,
    /// When it was made.
    pub created_at: Moment,
    /// Until when it signs, once it was replaced.
    pub expires_at: Option<Moment>,
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_secrets, treat_none_as_default_value = false)]
struct Row {
    jurisdiction_id: Id,
    endpoint_id: Id,
    id: Id,
    scheme: Word<Scheme>,
    secret: Vec<u8>,
    public_key: Option<String>,
    created_at: Moment,
    expires_at: Option<Moment>,
}

impl Reader<'_> {
    /// What an endpoint's deliveries are signed with now, the newest first.
    ///
    /// # Errors
    /// On a database failure, or when a secret does not decrypt.
    pub fn webhook_secrets(
        &mut self,
        endpoint: &WebhookEndpoint,
    ) -> Result<Vec<WebhookSecret>, StoreError> {
        let now = Moment(self.now());
        let rows: Vec<Row> = webhook_secrets::table
            .filter(webhook_secrets::jurisdiction_id.eq(endpoint.jurisdiction_id))
            .filter(webhook_secrets::endpoint_id.eq(endpoint.id))
            .filter(webhook_secrets::expires_at.is_null().or(webhook_secrets::expires_at.gt(now)))
            .order(webhook_secrets::id.desc())
            .select(Row::as_select())
            .load(self.conn)?;
        let secret = |row: Row| {
            Ok(WebhookSecret {
                id: row.id,
                scheme: row.scheme.0,
                secret: self.cipher.open(context::WEBHOOK_SECRET, &row.secret)?,
                public_key: row.public_key,
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
        };
        rows.into_iter().map(secret).collect()
    }
}

impl Writer<'_> {
    /// Adds a secret.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_webhook_secret(
        &mut self,
        endpoint: &WebhookEndpoint,
        secret: &WebhookSecret,
    ) -> Result<(), StoreError> {
        let row = Row {
            jurisdiction_id: endpoint.jurisdiction_id,
            endpoint_id: endpoint.id,
            id: secret.id,
            scheme: Word(secret.scheme),
            secret: self.cipher.seal(context::WEBHOOK_SECRET, &secret.secret)?,
            public_key: secret.public_key.clone(),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        };
        diesel::insert_into(webhook_secrets::table).values(&row).execute(self.conn)?;
        Ok(())
    }

    /// Lets a secret sign until an instant.
    ///
    /// # Errors
    /// On a database failure.
    pub fn expire_webhook_secret(
        &mut self,
        endpoint: &WebhookEndpoint,
        secret: Id,
        at: Moment,
    ) -> Result<(), StoreError> {
        let one = webhook_secrets::table.find((endpoint.jurisdiction_id, endpoint.id, secret));
        diesel::update(one).set(webhook_secrets::expires_at.eq(at)).execute(self.conn)?;
        Ok(())
    }

    /// Removes the secrets of an endpoint: those that have expired, or all.
    ///
    /// # Errors
    /// On a database failure.
    pub fn remove_webhook_secrets(
        &mut self,
        endpoint: &WebhookEndpoint,
        all: bool,
    ) -> Result<(), StoreError> {
        let now = Moment(self.now());
        let theirs = webhook_secrets::table
            .filter(webhook_secrets::jurisdiction_id.eq(endpoint.jurisdiction_id))
            .filter(webhook_secrets::endpoint_id.eq(endpoint.id));
        if all {
            diesel::delete(theirs).execute(self.conn)?;
        } else {
            let expired = theirs.filter(webhook_secrets::expires_at.le(now));
            diesel::delete(expired).execute(self.conn)?;
        }
        Ok(())
    }
}
