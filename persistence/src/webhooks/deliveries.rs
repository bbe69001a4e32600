//! Deliveries: one event for one endpoint, until it was taken or given up.

use std::collections::HashMap;

use diesel::prelude::*;
use xueshi_domain::event::EventType;
use xueshi_domain::webhook::{AttemptFailure, DeliveryKind, DeliveryState, PATIENCE};

use super::WebhookEndpoint;
use crate::columns::{Id, Moment, Word};
use crate::connection::{AnyBackend, AnyConnection};
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::{webhook_deliveries, webhook_endpoints};
use crate::store::{Reader, Writer};

/// One event for one endpoint.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_deliveries, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct WebhookDelivery {
    /// The city.
    pub jurisdiction_id: Id,
    /// The endpoint.
    pub endpoint_id: Id,
    /// Its id; ids grow in the order of the feed.
    pub id: Id,
    /// What it was made for.
    pub kind: Word<DeliveryKind>,
    /// The event; none for a test.
    pub event_id: Option<Id>,
    /// What happened; none for a test.
    pub event_type: Option<Word<EventType>>,
    /// Where it stands.
    pub state: Word<DeliveryState>,
    /// How often it was tried.
    pub attempts: i32,
    /// How often since the receiver last took anything.
    pub strikes: i32,
    /// When it is tried; none while the endpoint is disabled, and once it is finished.
    pub next_attempt_at: Option<Moment>,
    /// When it was tried last.
    pub last_attempt_at: Option<Moment>,
    /// The HTTP status of the last answer.
    pub last_status: Option<i32>,
    /// Why the last attempt failed.
    pub last_failure: Option<Word<AttemptFailure>>,
    /// How long the last attempt took, in milliseconds of real time.
    pub last_duration_ms: Option<i32>,
    /// When it was made.
    pub created_at: Moment,
    /// When it was taken or given up.
    pub finished_at: Option<Moment>,
}

/// Which deliveries a list shows.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only in one of these states.
    pub states: Vec<DeliveryState>,
    /// Only of events of these types.
    pub types: Vec<EventType>,
    /// Only those that were made at this instant or later.
    pub since: Option<Moment>,
    /// Only those that were made before this instant.
    pub until: Option<Moment>,
}

/// An endpoint with something that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DueEndpoint {
    /// The city.
    pub city: Id,
    /// The endpoint.
    pub id: Id,
    /// Whether its receiver took nothing last.
    pub failing: bool,
}

impl Reader<'_> {
    /// A page of the deliveries of an endpoint, in the order in which they were made.
    ///
    /// # Errors
    /// On a database failure.
    pub fn webhook_deliveries(
        &mut self,
        endpoint: &WebhookEndpoint,
        filter: &DeliveryFilter,
        page: Page<Id>,
    ) -> Result<Slice<WebhookDelivery>, StoreError> {
        use webhook_deliveries as d;
        let matching = || -> d::BoxedQuery<'static, AnyBackend> {
            let mut query = d::table
                .into_boxed()
                .filter(d::jurisdiction_id.eq(endpoint.jurisdiction_id))
                .filter(d::endpoint_id.eq(endpoint.id));
            if !filter.states.is_empty() {
                let states: Vec<_> = filter.states.iter().copied().map(Word).collect();
                query = query.filter(d::state.eq_any(states));
            }
            if !filter.types.is_empty() {
                let types: Vec<_> = filter.types.iter().copied().map(Word).collect();
                query = query.filter(d::event_type.assume_not_null().eq_any(types));
            }
            if let Some(since) = filter.since {
                query = query.filter(d::created_at.ge(since));
            }
            if let Some(until) = filter.until {
                query = query.filter(d::created_at.lt(until));
            }
            query
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(d::id.lt(after)),
                false => query.filter(d::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(d::id.desc()),
            false => query.order(d::id.asc()),
        };
        let rows = query.select(WebhookDelivery::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// A delivery of an endpoint.
    ///
    /// # Errors
    /// On a database failure.
    pub fn webhook_delivery(
        &mut self,
        city: Id,
        endpoint: Id,
        id: Id,
    ) -> Result<Option<WebhookDelivery>, StoreError> {
        Ok(webhook_deliveries::table
            .find((city, endpoint, id))
            .select(WebhookDelivery::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The endpoints of all cities that have something to be tried now, but for those whose receivers asked to be left alone.
    ///
    /// # Errors
    /// On a database failure.
    pub fn due_webhooks(&mut self) -> Result<Vec<DueEndpoint>, StoreError> {
        use webhook_deliveries as d;
        use webhook_endpoints as e;
        let now = Moment(self.now());
        let rows: Vec<(Id, Id, Option<Moment>)> = d::table
            .inner_join(
                e::table
                    .on(e::jurisdiction_id.eq(d::jurisdiction_id).and(e::id.eq(d::endpoint_id))),
            )
            .filter(d::next_attempt_at.le(now))
            .filter(e::deleted_at.is_null())
            .filter(e::resting_until.is_null().or(e::resting_until.le(now)))
            .select((e::jurisdiction_id, e::id, e::failing_since))
            .distinct()
            .load(self.conn)?;
        let due = |(city, id, failing): (Id, Id, Option<Moment>)| DueEndpoint {
            city,
            id,
            failing: failing.is_some(),
        };
        Ok(rows.into_iter().map(due).collect())
    }

    /// What an endpoint has to be tried now: what was tried least first, so that nothing is passed over again and again, and of
    /// these the oldest.
    ///
    /// # Errors
    /// On a database failure.
    pub fn due_deliveries(
        &mut self,
        endpoint: &WebhookEndpoint,
        limit: i64,
    ) -> Result<Vec<WebhookDelivery>, StoreError> {
        let now = Moment(self.now());
        Ok(open(endpoint)
            .filter(webhook_deliveries::next_attempt_at.le(now))
            .order((webhook_deliveries::attempts.asc(), webhook_deliveries::id.asc()))
            .limit(limit)
            .select(WebhookDelivery::as_select())
            .load(self.conn)?)
    }

    /// How many deliveries wait, by endpoint, of these endpoints of a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn open_deliveries(
        &mut self,
        city: Id,
        endpoints: &[Id],
    ) -> Result<HashMap<Id, i64>, StoreError> {
        let counts: Vec<(Id, i64)> = webhook_deliveries::table
            .filter(webhook_deliveries::jurisdiction_id.eq(city))
            .filter(webhook_deliveries::endpoint_id.eq_any(endpoints.to_vec()))
            .filter(webhook_deliveries::finished_at.is_null())
            .group_by(webhook_deliveries::endpoint_id)
            .select((webhook_deliveries::endpoint_id, diesel::dsl::count_star()))
            .load(self.conn)?;
        Ok(counts.into_iter().collect())
    }
}

/// What of an endpoint is not finished.
fn open(endpoint: &WebhookEndpoint) -> webhook_deliveries::BoxedQuery<'static, AnyBackend> {
    webhook_deliveries::table
        .into_boxed()
        .filter(webhook_deliveries::jurisdiction_id.eq(endpoint.jurisdiction_id))
        .filter(webhook_deliveries::endpoint_id.eq(endpoint.id))
        .filter(webhook_deliveries::finished_at.is_null())
}

impl Writer<'_> {
    /// Adds deliveries.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_deliveries(&mut self, rows: &[WebhookDelivery]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        // A batch insert has no common form for both: the same statement, for each by itself.
        match &mut *self.conn {
            AnyConnection::Sqlite(conn) => {
                diesel::insert_into(webhook_deliveries::table).values(rows).execute(conn)?
            }
            AnyConnection::Postgres(conn) => {
                diesel::insert_into(webhook_deliveries::table).values(rows).execute(conn)?
            }
        };
        Ok(())
    }

    /// Stores what became of an attempt, unless another attempt was stored since the delivery was read.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_delivery(
        &mut self,
        attempts_before: i32,
        delivery: &WebhookDelivery,
    ) -> Result<Saved, StoreError> {
        let d = delivery;
        let guarded = webhook_deliveries::table
            .find((d.jurisdiction_id, d.endpoint_id, d.id))
            .filter(webhook_deliveries::attempts.eq(attempts_before))
            .filter(webhook_deliveries::finished_at.is_null());
        let updated = diesel::update(guarded).set(d).execute(self.conn)?;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }

    /// Lets what waits at an endpoint be tried at once, with its count of failures begun anew: its receiver took something, or
    /// it was enabled. Not what was tried [`PATIENCE`] times, unless it rested.
    ///
    /// # Errors
    /// On a database failure.
    pub fn hearten_deliveries(&mut self, endpoint: &WebhookEndpoint) -> Result<(), StoreError> {
        use webhook_deliveries as d;
        let now = Moment(self.now());
        let waiting = d::table
            .filter(d::jurisdiction_id.eq(endpoint.jurisdiction_id))
            .filter(d::endpoint_id.eq(endpoint.id))
            .filter(d::finished_at.is_null())
            .filter(
                d::strikes.gt(0).and(d::attempts.lt(PATIENCE)).or(d::next_attempt_at.is_null()),
            );
        diesel::update(waiting)
            .set((d::strikes.eq(0), d::next_attempt_at.eq(Some(now))))
            .execute(self.conn)?;
        Ok(())
    }

    /// Lets what waits at an endpoint rest while it is disabled; tests are tried all the same.
    ///
    /// # Errors
    /// On a database failure.
    pub fn rest_deliveries(&mut self, endpoint: &WebhookEndpoint) -> Result<(), StoreError> {
        use webhook_deliveries as d;
        let waiting = d::table
            .filter(d::jurisdiction_id.eq(endpoint.jurisdiction_id))
            .filter(d::endpoint_id.eq(endpoint.id))
            .filter(d::finished_at.is_null())
            .filter(d::kind.ne(Word(DeliveryKind::Test)));
        diesel::update(waiting).set(d::next_attempt_at.eq(None::<Moment>)).execute(self.conn)?;
        Ok(())
    }

    /// Takes up again what was given up at an instant or later.
    ///
    /// # Errors
    /// On a database failure.
    pub fn reopen_deliveries(
        &mut self,
        endpoint: &WebhookEndpoint,
        since: Moment,
    ) -> Result<(), StoreError> {
        use webhook_deliveries as d;
        let now = Moment(self.now());
        let given_up = d::table
            .filter(d::jurisdiction_id.eq(endpoint.jurisdiction_id))
            .filter(d::endpoint_id.eq(endpoint.id))
            .filter(d::finished_at.ge(since))
            .filter(d::state.eq(Word(DeliveryState::Failed)))
            .filter(d::kind.ne(Word(DeliveryKind::Test)));
        diesel::update(given_up)
            .set((
                d::state.eq(Word(DeliveryState::Pending)),
                d::strikes.eq(0),
                d::next_attempt_at.eq(Some(now)),
                d::finished_at.eq(None::<Moment>),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Gives up what waits at an endpoint that is deleted.
    ///
    /// # Errors
    /// On a database failure.
    pub fn abandon_deliveries(&mut self, endpoint: &WebhookEndpoint) -> Result<(), StoreError> {
        use webhook_deliveries as d;
        let now = Moment(self.now());
        let waiting = d::table
            .filter(d::jurisdiction_id.eq(endpoint.jurisdiction_id))
            .filter(d::endpoint_id.eq(endpoint.id))
            .filter(d::finished_at.is_null());
        diesel::update(waiting)
            .set((
                d::state.eq(Word(DeliveryState::Failed)),
                d::next_attempt_at.eq(None::<Moment>),
                d::finished_at.eq(Some(now)),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}
