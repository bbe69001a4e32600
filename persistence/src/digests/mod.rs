//! Digests of people's records, by which copies of them are compared (ADR 0025).
//!
//! Triggers write into the tail whose records changed, in the transaction that changes them; a step reads some of those people, has
//! their digests computed, and writes them and the sums of their units, guarded by a number that each step raises.

mod check;
mod plan;
mod records;
mod sums;

use diesel::prelude::*;
use xueshi_domain::reconciliation::{Digest, Sum};

use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::schema::{digest_states, digest_tail, person_digests, unit_digests};
use crate::store::{Reader, Writer};

pub use self::plan::DigestPlan;

/// Rows of the tail that are looked through for people.
const LOOKED_THROUGH: i64 = 2_000;
/// Rows of the tail that one step takes out: a database bounds the values of a statement.
const TAKEN_OUT: i64 = 20_000;

/// The records of a person for a year, together.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_digests, treat_none_as_default_value = false)]
pub struct PersonDigest {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// The year; 0 for what has none.
    pub year: i32,
    /// Where the person works; the id of zeros for those who work nowhere.
    pub unit_id: Id,
    /// The place of the person among others: hexadecimal digits.
    pub place: String,
    /// How many records there are.
    pub records: i64,
    /// Their digest.
    pub digest: Vec<u8>,
}

/// The records of the people of a unit, or of those in one range of places, for a year.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = unit_digests, treat_none_as_default_value = false)]
pub struct UnitDigest {
    /// The city.
    pub jurisdiction_id: Id,
    /// The year; 0 for what has none.
    pub year: i32,
    /// The unit.
    pub unit_id: Id,
    /// Empty for all of its people; one digit for those whose places begin with it.
    pub place: String,
    /// How many people have records.
    pub people: i64,
    /// How many records there are.
    pub records: i64,
    /// Their digest.
    pub digest: Vec<u8>,
}

/// How the digests of a city stand.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable)]
#[diesel(table_name = digest_states, treat_none_as_default_value = false)]
pub struct DigestState {
    /// The city.
    pub jurisdiction_id: Id,
    /// How often they were brought up to date.
    pub turns: i64,
    /// When all of them were recomputed last.
    pub checked_at: Option<Moment>,
    /// People that were then looked at.
    pub checked_people: i64,
    /// Digests that were then not what the records say; they were put right.
    pub differing: i64,
}

/// Some people whose records changed since their digests were computed.
#[derive(Debug, Clone)]
pub struct Stale {
    /// The city.
    pub city: Id,
    /// The people.
    pub people: Vec<Id>,
    seqs: Vec<i64>,
    turns: Option<i64>,
}

fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    let bytes = bytes.try_into().map_err(|_| StoreError::Corrupt("a digest's length".into()))?;
    Ok(Digest(bytes))
}

impl PersonDigest {
    /// Its part of a sum.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the digest is none.
    pub fn sum(&self) -> Result<Sum, StoreError> {
        Ok(Sum { people: 1, records: self.records, digest: digest(&self.digest)? })
    }
}

impl UnitDigest {
    /// Its sum.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the digest is none.
    pub fn sum(&self) -> Result<Sum, StoreError> {
        let digest = digest(&self.digest)?;
        Ok(Sum { people: self.people, records: self.records, digest })
    }
}

impl Reader<'_> {
    /// People whose records changed since their digests were computed, at most this many of one city; `None` when there are none.
    ///
    /// # Errors
    /// On a database failure.
    pub fn stale_people(&mut self, most: usize) -> Result<Option<Stale>, StoreError> {
        let rows: Vec<(Id, Id)> = digest_tail::table
            .order(digest_tail::seq.asc())
            .limit(LOOKED_THROUGH)
            .select((digest_tail::jurisdiction_id, digest_tail::person_id))
            .load(self.conn)?;
        let Some(city) = rows.first().map(|(city, _)| *city) else { return Ok(None) };
        let mut people: Vec<Id> = Vec::new();
        for (_, person) in rows.into_iter().filter(|(other, _)| *other == city) {
            if !people.contains(&person) && people.len() < most {
                people.push(person);
            }
        }
        // All that is noted of them: they are computed once, however often they changed.
        let seqs = digest_tail::table
            .filter(digest_tail::jurisdiction_id.eq(city))
            .filter(digest_tail::person_id.eq_any(&people))
            .order(digest_tail::seq.asc())
            .limit(TAKEN_OUT)
            .select(digest_tail::seq)
            .load(self.conn)?;
        let turns = self.digest_state(city)?.map(|state| state.turns);
        Ok(Some(Stale { city, people, seqs, turns }))
    }

    /// The number of the newest note that records changed since their digests were computed.
    ///
    /// # Errors
    /// On a database failure.
    pub fn newest_change(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(digest_tail::table.select(diesel::dsl::max(digest_tail::seq)).first(self.conn)?)
    }

    /// Whether records of a city changed since their digests were computed.
    ///
    /// # Errors
    /// On a database failure.
    pub fn digests_wait(&mut self, city: Id) -> Result<bool, StoreError> {
        let first = digest_tail::table
            .filter(digest_tail::jurisdiction_id.eq(city))
            .select(digest_tail::seq)
            .first::<i64>(self.conn)
            .optional()?;
        Ok(first.is_some())
    }

    /// How the digests of a city stand; `None` before they were computed first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn digest_state(&mut self, city: Id) -> Result<Option<DigestState>, StoreError> {
        let state = digest_states::table.find(city).select(DigestState::as_select());
        Ok(state.first(self.conn).optional()?)
    }
}

impl Writer<'_> {
    /// Says that the digests of some people are to be computed anew.
    ///
    /// # Errors
    /// On a database failure.
    pub fn mark_stale(&mut self, city: Id, people: &[Id]) -> Result<(), StoreError> {
        for person in people {
            diesel::insert_into(digest_tail::table)
                .values((digest_tail::jurisdiction_id.eq(city), digest_tail::person_id.eq(*person)))
                .execute(self.conn)?;
        }
        Ok(())
    }

    /// Takes a turn, unless someone else has taken one since `turns` was read.
    fn claim_turn(&mut self, city: Id, turns: Option<i64>) -> Result<bool, StoreError> {
        let Some(turns) = turns else {
            if self.digest_state(city)?.is_some() {
                return Ok(false);
            }
            let first = DigestState {
                jurisdiction_id: city,
                turns: 1,
                checked_at: None,
                checked_people: 0,
                differing: 0,
            };
            diesel::insert_into(digest_states::table).values(&first).execute(self.conn)?;
            return Ok(true);
        };
        let same = digest_states::table.find(city).filter(digest_states::turns.eq(turns));
        let next = digest_states::turns.eq(turns + 1);
        let taken = self.conn.run(diesel::update(same).set(next))?;
        Ok(taken == 1)
    }

    /// Notes what a check of all digests of a city found.
    ///
    /// # Errors
    /// On a database failure.
    pub fn note_digest_check(
        &mut self,
        city: Id,
        people: i64,
        differing: i64,
    ) -> Result<(), StoreError> {
        if self.digest_state(city)?.is_none() {
            self.claim_turn(city, None)?;
        }
        let now = Moment(self.now());
        diesel::update(digest_states::table.find(city))
            .set((
                digest_states::checked_at.eq(now),
                digest_states::checked_people.eq(people),
                digest_states::differing.eq(differing),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}
