//! The change feed: events in the order in which their transactions were committed (ADR 0020).
//!
//! A reader goes by [positions](Reader::feed_head), never by ids or by numbers drawn inside of a transaction: whoever has seen
//! position *p* will never see a new event at *p* or before.

mod number;
mod owned;
mod resources;
mod sight;
mod signal;

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::event::EventType;

use crate::columns::{Id, Word};
use crate::connection::{AnyBackend, on_either};
use crate::error::StoreError;
use crate::events::{Event, for_auditors};
use crate::schema::events;
use crate::store::Reader;

pub(crate) use self::number::number;
pub use self::owned::Owned;
pub use self::resources::Which;
pub use self::sight::Sight;
pub use self::signal::FeedSignal;

/// Positions that one page looks through at most, for those who see few of them.
const LOOKED_THROUGH: i64 = 10_000;

/// Positions that a page of those who see everything may pass over: those of events that are told to auditors only.
const PASSED_OVER: i64 = 500;

/// Events that may stand in another order by their ids than by their positions.
const NEIGHBOURS: i64 = 1_000;

/// A page of the feed.
#[derive(Debug)]
pub struct FeedPage {
    /// The events with their positions, which grow.
    pub events: Vec<(i64, Event)>,
    /// Where the next page goes on: behind everything that this one looked at.
    pub position: i64,
    /// Whether something stands behind it already.
    pub more: bool,
}

impl Reader<'_> {
    /// The position of the latest event of a city; 0 before the first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn feed_head(&mut self, city: Id) -> Result<i64, StoreError> {
        let head = on_either!(self.conn, |conn| events::table
            .filter(events::jurisdiction_id.eq(city))
            .filter(events::position.is_not_null())
            .order(events::position.desc())
            .select(events::position.assume_not_null())
            .first::<i64>(conn)
            .optional()?);
        Ok(head.unwrap_or(0))
    }

    /// The latest positions of all cities: whether they moved is whether anything was told.
    ///
    /// # Errors
    /// On a database failure.
    pub fn feed_heads(&mut self) -> Result<Vec<i64>, StoreError> {
        let cities: Vec<Id> = crate::schema::jurisdictions::table
            .order(crate::schema::jurisdictions::id.asc())
            .select(crate::schema::jurisdictions::id)
            .load(self.conn)?;
        cities.into_iter().map(|city| self.feed_head(city)).collect()
    }

    /// An event of the feed with its position, if one may see it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn feed_event(
        &mut self,
        sight: &Sight,
        id: Id,
    ) -> Result<Option<(i64, Event)>, StoreError> {
        Ok(events::table
            .filter(sight.events())
            .filter(events::id.eq(id))
            .filter(events::position.is_not_null())
            .select((events::position.assume_not_null(), Event::as_select()))
            .first(self.conn)
            .optional()?)
    }

    /// The place of an event in the feed; `None` for one that is not there.
    ///
    /// # Errors
    /// On a database failure.
    pub fn feed_place(&mut self, city: Id, event: Id) -> Result<Option<i64>, StoreError> {
        Ok(events::table
            .find((city, event))
            .filter(events::position.is_not_null())
            .select(events::position.assume_not_null())
            .first(self.conn)
            .optional()?)
    }

    /// The person whom an event is about, by the record that was theirs when it happened; `None` for one that is about nobody.
    ///
    /// # Errors
    /// On a database failure.
    pub fn person_of_event(&mut self, city: Id, event: Id) -> Result<Option<Id>, StoreError> {
        let person = events::table.find((city, event)).select(events::person_id);
        Ok(person.first::<Option<Id>>(self.conn).optional()?.flatten())
    }

    /// The position behind which everything stands that happened from an instant on; the head if nothing did.
    ///
    /// Ids are drawn when something happens and positions when it is committed, so that neighbours may stand the other way
    /// round: it is the least position of the first [`NEIGHBOURS`] from the instant on.
    ///
    /// # Errors
    /// On a database failure.
    pub fn feed_position_at(&mut self, city: Id, at: OffsetDateTime) -> Result<i64, StoreError> {
        let seconds = u64::try_from(at.unix_timestamp()).unwrap_or(0);
        let first = Id(Uuid::from_u128((u128::from(seconds) * 1_000) << 80));
        let positions: Vec<i64> = events::table
            .filter(events::jurisdiction_id.eq(city))
            .filter(events::id.ge(first))
            .filter(events::position.is_not_null())
            .order(events::id.asc())
            .limit(NEIGHBOURS)
            .select(events::position.assume_not_null())
            .load(self.conn)?;
        match positions.into_iter().min() {
            Some(least) => Ok(least - 1),
            None => self.feed_head(city),
        }
    }

    /// Whether something happened to a record behind a place in the feed. That an auditor is told who looked at it is no change.
    ///
    /// # Errors
    /// On a database failure.
    pub fn happened_behind(
        &mut self,
        city: Id,
        subject: Id,
        place: i64,
    ) -> Result<bool, StoreError> {
        let later = events::table
            .filter(events::jurisdiction_id.eq(city))
            .filter(events::subject_id.eq(subject))
            .filter(events::kind.ne_all(for_auditors()))
            .filter(events::position.is_null().or(events::position.assume_not_null().gt(place)));
        Ok(diesel::select(diesel::dsl::exists(later)).get_result(self.conn)?)
    }

    /// Whether a roster said something else of a person's learning in a class behind a place in the feed (P4). Such an event is about
    /// the class and names the person, under their own record or one that was merged into it (U4).
    ///
    /// # Errors
    /// On a database failure.
    pub fn roster_revised_behind(
        &mut self,
        city: Id,
        (person, class): (Id, Id),
        place: i64,
    ) -> Result<bool, StoreError> {
        let mut people = self.merged_into(city, person)?;
        people.push(person);
        let later = events::table
            .filter(events::jurisdiction_id.eq(city))
            .filter(events::person_id.eq_any(people))
            .filter(events::subject_id.eq(class))
            .filter(events::kind.ne_all(for_auditors()))
            .filter(events::position.is_null().or(events::position.assume_not_null().gt(place)));
        Ok(diesel::select(diesel::dsl::exists(later)).get_result(self.conn)?)
    }

    /// The events behind a position that one may see, of these kinds if any are named. It looks through a bounded number of
    /// positions, so a page may be empty and have more behind it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn feed(
        &mut self,
        sight: &Sight,
        kinds: &[EventType],
        after: i64,
        limit: i64,
    ) -> Result<FeedPage, StoreError> {
        let head = self.feed_head(sight.city())?;
        if head <= after {
            return Ok(FeedPage { events: Vec::new(), position: after, more: false });
        }
        let sees_all = matches!(sight, Sight::City(_)) && kinds.is_empty();
        let through = if sees_all { limit + PASSED_OVER } else { LOOKED_THROUGH };
        let last = events::table
            .filter(events::jurisdiction_id.eq(sight.city()))
            .filter(events::position.gt(after))
            .order(events::position.asc())
            .offset(through - 1)
            .select(events::position.assume_not_null())
            .first::<i64>(self.conn)
            .optional()?;
        let last = last.unwrap_or(head);
        let mut query: events::BoxedQuery<'static, AnyBackend> = events::table
            .into_boxed()
            .filter(sight.events())
            .filter(events::position.gt(after))
            .filter(events::position.le(last));
        if !kinds.is_empty() {
            let kinds: Vec<_> = kinds.iter().copied().map(Word).collect();
            query = query.filter(events::kind.eq_any(kinds));
        }
        let mut found: Vec<(i64, Event)> = query
            .order(events::position.asc())
            .limit(limit + 1)
            .select((events::position.assume_not_null(), Event::as_select()))
            .load(self.conn)?;
        if i64::try_from(found.len()).is_ok_and(|count| count > limit) {
            found.pop();
            let position = found.last().map_or(after, |(position, _)| *position);
            return Ok(FeedPage { events: found, position, more: true });
        }
        Ok(FeedPage { events: found, position: last, more: last < head })
    }
}
