//! What happened: typed events, written in the transaction of the change that they tell of.

use diesel::prelude::*;
use xueshi_domain::event::{Audience, EventType};

use crate::columns::{Id, Moment, Word};
use crate::connection::{AnyBackend, AnyConnection, on_either};
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::events;
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// Rows in one statement: SQLite takes 32,766 values in one.
const AT_ONCE: usize = 1_000;

/// Something that happened.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct Event {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id; ids grow with time.
    pub id: Id,
    /// What happened.
    pub kind: Word<EventType>,
    /// The person whom it is about.
    pub person_id: Option<Id>,
    /// The unit that it is about: the person's employer, or the unit itself.
    pub unit_id: Option<Id>,
    /// The body above that unit which it concerns.
    pub authority_id: Option<Id>,
    /// The kind of resource that it happened to, such as `declaration`.
    pub subject: String,
    /// Which one.
    pub subject_id: Option<Id>,
    /// The year that it is about.
    pub year: Option<i32>,
    /// Who did it; none when time did.
    pub account_id: Option<Id>,
    /// More, as a JSON object without personal data.
    pub data: String,
    /// What makes it the only one of its kind, for what time brings about.
    pub once: Option<String>,
    /// When.
    pub occurred_at: Moment,
    /// The request by which it came about; given when it is told.
    pub request_id: Option<String>,
    /// The network address that the request came from, until it is erased; given when it is told.
    pub address: Option<String>,
    /// What stands before the address in its digest; it goes with the address.
    pub address_salt: Option<Vec<u8>>,
    /// The digest of the address, which the event commits to.
    pub address_digest: Option<Vec<u8>>,
}

/// Which events a list shows.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only of these kinds.
    pub kinds: Vec<EventType>,
    /// Only those that happened to this resource; to a person, also those of records that were merged into theirs (U4).
    pub subject: Option<Id>,
    /// Only about this person, under their own record or one that was merged into it (U4).
    pub person: Option<Id>,
    /// Only about this unit.
    pub unit: Option<Id>,
    /// Only about this year.
    pub year: Option<i32>,
}

/// What is told to auditors only: the feed, lists of events and deliveries hold none of it.
pub(crate) fn for_auditors() -> Vec<Word<EventType>> {
    EventType::of(Audience::Auditors).map(Word).collect()
}

impl Reader<'_> {
    /// The events of a scope, in the order in which they happened, but for those that are told to auditors only.
    ///
    /// # Errors
    /// On a database failure.
    pub fn events(
        &mut self,
        scope: &Scope,
        filter: &EventFilter,
        page: Page<Id>,
    ) -> Result<Slice<Event>, StoreError> {
        // What was told is never rewritten: it goes on bearing the id of the record that it happened to.
        let subjects = self.also_merged(scope.jurisdiction, filter.subject)?;
        let people = self.also_merged(scope.jurisdiction, filter.person)?;
        let matching = || -> events::BoxedQuery<'static, AnyBackend> {
            let mut query = events::table
                .into_boxed()
                .filter(scope.events())
                .filter(events::kind.ne_all(for_auditors()));
            if !filter.kinds.is_empty() {
                let kinds: Vec<_> = filter.kinds.iter().copied().map(Word).collect();
                query = query.filter(events::kind.eq_any(kinds));
            }
            if let Some(subjects) = &subjects {
                query = query.filter(events::subject_id.eq_any(subjects.clone()));
            }
            if let Some(people) = &people {
                query = query.filter(events::person_id.eq_any(people.clone()));
            }
            if let Some(unit) = filter.unit {
                query = query.filter(events::unit_id.eq(unit));
            }
            if let Some(year) = filter.year {
                query = query.filter(events::year.eq(year));
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
                true => query.filter(events::id.lt(after)),
                false => query.filter(events::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(events::id.desc()),
            false => query.order(events::id.asc()),
        };
        let rows = query.select(Event::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// An id, with those of the records that were merged into it.
    pub(crate) fn also_merged(
        &mut self,
        city: Id,
        id: Option<Id>,
    ) -> Result<Option<Vec<Id>>, StoreError> {
        let Some(id) = id else { return Ok(None) };
        let mut all = self.merged_into(city, id)?;
        all.push(id);
        Ok(Some(all))
    }

    /// The newest events that happened to a resource, whichever units they concerned, in the order in which they happened; none of
    /// those that are told to auditors only.
    ///
    /// # Errors
    /// On a database failure.
    pub fn events_of(
        &mut self,
        jurisdiction: Id,
        subject: Id,
        limit: i64,
    ) -> Result<Vec<Event>, StoreError> {
        let mut newest = events::table
            .filter(events::jurisdiction_id.eq(jurisdiction))
            .filter(events::subject_id.eq(subject))
            .filter(events::kind.ne_all(for_auditors()))
            .order(events::id.desc())
            .limit(limit)
            .select(Event::as_select())
            .load(self.conn)?;
        newest.reverse();
        Ok(newest)
    }

    /// Whether an event that happens once has been told.
    ///
    /// # Errors
    /// On a database failure.
    pub fn is_told(&mut self, jurisdiction: Id, once: &str) -> Result<bool, StoreError> {
        let found = events::table
            .filter(events::jurisdiction_id.eq(jurisdiction))
            .filter(events::once.eq(once));
        Ok(diesel::select(diesel::dsl::exists(found)).get_result(self.conn)?)
    }
}

impl Writer<'_> {
    /// Tells what happened.
    ///
    /// # Errors
    /// On a database failure; [`StoreError::Taken`] for a second event with the same `once`.
    pub fn record_event(&mut self, event: &Event) -> Result<(), StoreError> {
        let event = self.with_entry(event)?;
        on_either!(self.conn, |conn| diesel::insert_into(events::table)
            .values(&event)
            .execute(conn))?;
        self.has_told();
        Ok(())
    }

    /// Tells many things that happened at once, in a few statements.
    ///
    /// # Errors
    /// As [`Self::record_event`].
    pub fn record_events(&mut self, rows: &[Event]) -> Result<(), StoreError> {
        for rows in rows.chunks(AT_ONCE) {
            let rows: Result<Vec<Event>, StoreError> =
                rows.iter().map(|event| self.with_entry(event)).collect();
            let rows = rows?;
            // A batch insert has no common form for both: the same statement, for each by itself.
            match &mut *self.conn {
                AnyConnection::Sqlite(conn) => {
                    diesel::insert_into(events::table).values(&rows).execute(conn)?
                }
                AnyConnection::Postgres(conn) => {
                    diesel::insert_into(events::table).values(&rows).execute(conn)?
                }
            };
        }
        self.has_told();
        Ok(())
    }
}
