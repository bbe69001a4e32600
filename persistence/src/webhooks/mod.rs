//! Endpoints of webhooks: where what happens is delivered to, and how far (ADR 0022).

mod deliveries;
mod secrets;

use diesel::prelude::*;
use time::OffsetDateTime;
use xueshi_domain::webhook::{Content, DisabledBecause};

use crate::cipher::context;
use crate::columns::{Id, Moment, Word};
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::schema::{webhook_deliveries, webhook_endpoints};
use crate::store::{Reader, Writer};

pub use self::deliveries::{DeliveryFilter, DueEndpoint, WebhookDelivery};
pub use self::secrets::WebhookSecret;

/// Whose endpoints: an account or a machine client of a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookOwner {
    /// The city.
    pub city: Id,
    /// The account, or the client.
    pub id: Id,
}

/// A receiver that what happens is delivered to.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct WebhookEndpoint {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The account or the client whose it is: it gets what they may see.
    pub owner_id: Id,
    /// Whether that is a machine client.
    pub owner_is_client: bool,
    /// The unit that its own events concern.
    pub unit_id: Id,
    /// The receiver's address, encrypted: [`Reader::webhook_url`].
    pub url: Vec<u8>,
    /// What its owner says of it.
    pub description: String,
    /// Types of events, separated by spaces; all where it is empty.
    pub types: String,
    /// What deliveries say of an event.
    pub content: Word<Content>,
    /// How deliveries are signed, separated by spaces.
    pub schemes: String,
    /// Whether anything is delivered.
    pub enabled: bool,
    /// Why nothing is.
    pub disabled_because: Option<Word<DisabledBecause>>,
    /// Since when nothing is.
    pub disabled_at: Option<Moment>,
    /// Since when its receiver has taken nothing that was tried.
    pub failing_since: Option<Moment>,
    /// Until when its receiver asked to be left alone.
    pub resting_until: Option<Moment>,
    /// The position in the city's feed up to which deliveries were made.
    pub position: i64,
    /// Grows with every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
    /// When it was deleted; its deliveries are kept for a while.
    pub deleted_at: Option<Moment>,
}

impl Reader<'_> {
    /// The endpoints of an owner, in the order in which they were made.
    ///
    /// # Errors
    /// On a database failure.
    pub fn webhook_endpoints(
        &mut self,
        owner: WebhookOwner,
    ) -> Result<Vec<WebhookEndpoint>, StoreError> {
        Ok(webhook_endpoints::table
            .filter(webhook_endpoints::jurisdiction_id.eq(owner.city))
            .filter(webhook_endpoints::owner_id.eq(owner.id))
            .filter(webhook_endpoints::deleted_at.is_null())
            .order(webhook_endpoints::id.asc())
            .select(WebhookEndpoint::as_select())
            .load(self.conn)?)
    }

    /// An endpoint, whoever owns it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn webhook_endpoint(
        &mut self,
        city: Id,
        id: Id,
    ) -> Result<Option<WebhookEndpoint>, StoreError> {
        Ok(webhook_endpoints::table
            .find((city, id))
            .filter(webhook_endpoints::deleted_at.is_null())
            .select(WebhookEndpoint::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// Enabled endpoints of a city that have not come to this position of its feed, those furthest behind first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn webhook_endpoints_behind(
        &mut self,
        city: Id,
        head: i64,
        limit: i64,
    ) -> Result<Vec<WebhookEndpoint>, StoreError> {
        Ok(webhook_endpoints::table
            .filter(webhook_endpoints::jurisdiction_id.eq(city))
            .filter(webhook_endpoints::deleted_at.is_null())
            .filter(webhook_endpoints::enabled.eq(true))
            .filter(webhook_endpoints::position.lt(head))
            .order((webhook_endpoints::position.asc(), webhook_endpoints::id.asc()))
            .limit(limit)
            .select(WebhookEndpoint::as_select())
            .load(self.conn)?)
    }

    /// The receiver's address.
    ///
    /// # Errors
    /// When it does not decrypt.
    pub fn webhook_url(&self, endpoint: &WebhookEndpoint) -> Result<String, StoreError> {
        self.cipher.open(context::WEBHOOK_URL, &endpoint.url)
    }

    /// An address as it is stored.
    ///
    /// # Errors
    /// When it cannot be encrypted.
    pub fn seal_webhook_url(&self, url: &str) -> Result<Vec<u8>, StoreError> {
        self.cipher.seal(context::WEBHOOK_URL, url)
    }
}

impl Writer<'_> {
    /// Adds an endpoint.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_webhook_endpoint(
        &mut self,
        endpoint: &WebhookEndpoint,
    ) -> Result<(), StoreError> {
        diesel::insert_into(webhook_endpoints::table).values(endpoint).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed endpoint.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_webhook_endpoint(
        &mut self,
        endpoint: &mut WebhookEndpoint,
    ) -> Result<Saved, StoreError> {
        let before = endpoint.version;
        endpoint.version += 1;
        endpoint.updated_at = Moment(self.now());
        let guarded = webhook_endpoints::table
            .find((endpoint.jurisdiction_id, endpoint.id))
            .filter(webhook_endpoints::version.eq(before));
        let updated = diesel::update(guarded).set(&*endpoint).execute(self.conn)?;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }

    /// Notes that deliveries were made up to a position; not if someone else has moved it since it was read.
    ///
    /// # Errors
    /// On a database failure.
    pub fn advance_webhook(
        &mut self,
        endpoint: &WebhookEndpoint,
        position: i64,
    ) -> Result<Saved, StoreError> {
        let guarded = webhook_endpoints::table
            .find((endpoint.jurisdiction_id, endpoint.id))
            .filter(webhook_endpoints::enabled.eq(true))
            .filter(webhook_endpoints::position.eq(endpoint.position));
        let updated = diesel::update(guarded)
            .set(webhook_endpoints::position.eq(position))
            .execute(self.conn)?;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }

    /// Notes since when a receiver has taken nothing and until when it asked to be left alone; neither once it takes things.
    ///
    /// # Errors
    /// On a database failure.
    pub fn note_webhook_receiver(
        &mut self,
        city: Id,
        id: Id,
        failing_since: Option<Moment>,
        resting_until: Option<Moment>,
    ) -> Result<(), StoreError> {
        diesel::update(webhook_endpoints::table.find((city, id)))
            .set((
                webhook_endpoints::failing_since.eq(failing_since),
                webhook_endpoints::resting_until.eq(resting_until),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Forgets deliveries that were finished before an instant, and deleted endpoints of which nothing is left; returns how many
    /// deliveries. At most `limit` of them: the next round does the rest.
    ///
    /// # Errors
    /// On a database failure.
    pub fn forget_webhook_history(
        &mut self,
        before: OffsetDateTime,
        limit: i64,
    ) -> Result<usize, StoreError> {
        use webhook_deliveries as d;
        let before = Moment(before);
        let old: Vec<Id> = d::table
            .filter(d::finished_at.lt(before))
            .order(d::finished_at.asc())
            .limit(limit)
            .select(d::id)
            .load(self.conn)?;
        let mut forgotten = 0;
        for ids in old.chunks(500) {
            let these =
                d::table.filter(d::finished_at.lt(before)).filter(d::id.eq_any(ids.to_vec()));
            forgotten += diesel::delete(these).execute(self.conn)?;
        }
        let left = d::table.filter(
            d::jurisdiction_id
                .eq(webhook_endpoints::jurisdiction_id)
                .and(d::endpoint_id.eq(webhook_endpoints::id)),
        );
        let empty = webhook_endpoints::table
            .filter(webhook_endpoints::deleted_at.lt(before))
            .filter(diesel::dsl::not(diesel::dsl::exists(left)));
        diesel::delete(empty).execute(self.conn)?;
        Ok(forgotten)
    }
}
