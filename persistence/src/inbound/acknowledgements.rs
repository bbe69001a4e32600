//! What another system made of records of ours.

use diesel::prelude::*;
use xueshi_domain::inbound::SyncAnswer;
use xueshi_domain::sync::Resource;

use crate::columns::{Id, Moment, Word};
use crate::connection::{AnyBackend, few_lengths, on_either};
use crate::error::StoreError;
use crate::feed::Sight;
use crate::page::{Page, Slice};
use crate::prepared::Prepared;
use crate::schema::sync_acknowledgements;
use crate::scope::{Condition, people_below, units_below};
use crate::store::{Reader, Writer};

/// The latest answer of another system to a record of ours.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sync_acknowledgements, treat_none_as_default_value = false)]
pub struct Acknowledgement {
    /// The city.
    pub jurisdiction_id: Id,
    /// The kind of record.
    pub kind: Word<Resource>,
    /// Its id, as followers know it.
    pub record_id: String,
    /// The answer's own id: a later answer has a greater one.
    pub id: Id,
    /// The person, if it is about one.
    pub person_id: Option<Id>,
    /// The unit that it concerns.
    pub unit_id: Option<Id>,
    /// The body above that unit.
    pub authority_id: Option<Id>,
    /// The year that it is about.
    pub year: Option<i32>,
    /// The answer.
    pub answer: Word<SyncAnswer>,
    /// What state of the record was answered to.
    pub marker: String,
    /// How late that state is, among those of the record.
    pub seen: i64,
    /// Why it was refused.
    pub reason: Option<String>,
    /// Who answered.
    pub client_id: Id,
    /// When.
    pub acknowledged_at: Moment,
}

/// Which answers a list shows.
#[derive(Debug, Clone, Default)]
pub struct AcknowledgementFilter {
    /// Only this answer.
    pub answer: Option<SyncAnswer>,
    /// Only to records of this kind.
    pub kind: Option<Resource>,
    /// Only to the record with this id.
    pub record: Option<String>,
    /// Only to records of this person.
    pub person: Option<Id>,
    /// Only about this year.
    pub year: Option<i32>,
}

/// Answers to records of the people who work for the units of a scope, and of those units; or all of a city.
fn seen_by(sight: &Sight) -> Condition<sync_acknowledgements::table> {
    use sync_acknowledgements as a;
    let scope = match sight {
        Sight::City(city) => return Box::new(a::jurisdiction_id.eq(*city)),
        Sight::Within(scope) => scope,
    };
    let own = a::person_id.assume_not_null().eq(scope.own());
    let mut within: Condition<a::table> = Box::new(a::person_id.is_not_null().and(own));
    for pattern in scope.patterns() {
        let units = || units_below(scope.jurisdiction, pattern.clone());
        let people = people_below(scope.jurisdiction, pattern.clone());
        let theirs = a::unit_id.assume_not_null().eq_any(units());
        let above = a::authority_id.assume_not_null().eq_any(units());
        within = Box::new(
            within
                .or(a::person_id.is_not_null().and(a::person_id.assume_not_null().eq_any(people)))
                .or(a::unit_id.is_not_null().and(theirs))
                .or(a::authority_id.is_not_null().and(above)),
        );
    }
    Box::new(a::jurisdiction_id.eq(scope.jurisdiction).and(within))
}

impl Reader<'_> {
    /// The answer to a record, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn acknowledgement(
        &mut self,
        city: Id,
        kind: Resource,
        record: &str,
    ) -> Result<Option<Acknowledgement>, StoreError> {
        Ok(on_either!(self.conn, |conn| sync_acknowledgements::table
            .find((city, Word(kind), record))
            .select(Acknowledgement::as_select())
            .first(conn)
            .optional()?))
    }

    /// The answers to some records of a kind.
    ///
    /// # Errors
    /// On a database failure.
    pub fn acknowledgements_of(
        &mut self,
        city: Id,
        kind: Resource,
        mut records: Vec<String>,
    ) -> Result<Vec<Acknowledgement>, StoreError> {
        use sync_acknowledgements as a;
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let few = few_lengths(&mut records);
        Ok(on_either!(self.conn, |conn| {
            let answers = a::table
                .filter(a::jurisdiction_id.eq(city))
                .filter(a::kind.eq(Word(kind)))
                .filter(a::record_id.eq_any(records))
                .select(Acknowledgement::as_select());
            if few { Prepared(answers).load(conn)? } else { answers.load(conn)? }
        }))
    }

    /// The answers that one may see, in the order in which they were given.
    ///
    /// # Errors
    /// On a database failure.
    pub fn acknowledgements(
        &mut self,
        sight: &Sight,
        filter: &AcknowledgementFilter,
        page: Page<Id>,
    ) -> Result<Slice<Acknowledgement>, StoreError> {
        use sync_acknowledgements as a;
        let matching = || -> a::BoxedQuery<'static, AnyBackend> {
            let mut query = a::table.into_boxed().filter(seen_by(sight));
            if let Some(answer) = filter.answer {
                query = query.filter(a::answer.eq(Word(answer)));
            }
            if let Some(kind) = filter.kind {
                query = query.filter(a::kind.eq(Word(kind)));
            }
            if let Some(record) = &filter.record {
                query = query.filter(a::record_id.eq(record.clone()));
            }
            if let Some(person) = filter.person {
                query = query.filter(a::person_id.eq(person));
            }
            if let Some(year) = filter.year {
                query = query.filter(a::year.eq(year));
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
                true => query.filter(a::id.lt(after)),
                false => query.filter(a::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(a::id.desc()),
            false => query.order(a::id.asc()),
        };
        let rows = query.select(Acknowledgement::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Keeps the latest answer to a record.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another transaction has just answered to the same record for the first time.
    pub fn keep_acknowledgement(&mut self, answer: &Acknowledgement) -> Result<(), StoreError> {
        use sync_acknowledgements as a;
        let key = (answer.jurisdiction_id, answer.kind, &answer.record_id);
        let updated = diesel::update(a::table.find(key))
            .set((
                a::id.eq(answer.id),
                a::person_id.eq(answer.person_id),
                a::unit_id.eq(answer.unit_id),
                a::authority_id.eq(answer.authority_id),
                a::year.eq(answer.year),
                a::answer.eq(answer.answer),
                a::marker.eq(&answer.marker),
                a::seen.eq(answer.seen),
                a::reason.eq(&answer.reason),
                a::client_id.eq(answer.client_id),
                a::acknowledged_at.eq(answer.acknowledged_at),
            ))
            .execute(self.conn)?;
        if updated == 1 {
            return Ok(());
        }
        let done = diesel::insert_into(a::table).values(answer).execute(self.conn);
        match done.map_err(StoreError::from) {
            Err(StoreError::Taken(_)) => Err(StoreError::Conflict),
            done => done.map(|_| ()),
        }
    }
}
