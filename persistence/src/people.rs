//! Professionals and where they work.

use std::collections::HashMap;

use diesel::prelude::*;
use time::Date;
use xueshi_domain::identity::{IdNumber, IdType};
use xueshi_domain::people::{Employment as Days, Post, TitleLevel};

use crate::cipher::context;
use crate::columns::{Id, Moment, Word};
use crate::connection::{AnyBackend, on_either};
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::schema::{employments, professional_identities, professionals};
use crate::scope::Scope;
use crate::store::{Reader, Writer};
use xueshi_domain::registry::PersonState;

/// People looked up in one query.
const LOOKED_UP_AT_ONCE: usize = 1_000;

/// Someone who earns hours. Ids and phones stay encrypted here; the mask is for display (U4a).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = professionals, treat_none_as_default_value = false)]
pub struct Professional {
    /// The city.
    pub jurisdiction_id: Id,
    /// Their id.
    pub professional_id: Id,
    /// Their name.
    pub name: String,
    /// What document the id number is from.
    pub id_type: Word<IdType>,
    /// The id number, encrypted.
    pub id_cipher: Vec<u8>,
    /// The id number, masked.
    pub id_masked: String,
    /// The phone number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// Title series (U4b).
    pub title_series: Option<String>,
    /// Title level (U4b).
    pub title_level: Option<Word<TitleLevel>>,
    /// What kind of post they hold (U4b).
    pub post: Word<Post>,
    /// Whether they count (U3).
    pub state: Word<PersonState>,
    /// Where they work, or worked last (U3).
    pub employer_id: Option<Id>,
    /// Grows with every change.
    pub version: i32,
    /// When they were registered.
    pub created_at: Moment,
    /// When their record was last changed.
    pub updated_at: Moment,
}

/// A person to be registered.
#[derive(Debug, Clone)]
pub struct NewProfessional {
    /// The city.
    pub jurisdiction: Id,
    /// Their id.
    pub id: Id,
    /// Their name.
    pub name: String,
    /// Their checked id number.
    pub id_number: IdNumber,
    /// Their phone number.
    pub phone: Option<String>,
    /// Title series and level.
    pub title: Option<(String, TitleLevel)>,
    /// What kind of post they hold (U4b).
    pub post: Post,
    /// Where they work: the employment's id, the employer, and the first day.
    pub employment: Option<(Id, Id, Date)>,
}

/// A time at one employer.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = employments, treat_none_as_default_value = false)]
pub struct Employment {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The employer.
    pub organization_id: Id,
    /// First day.
    pub started_on: Date,
    /// Day from which it no longer counts.
    pub ended_on: Option<Date>,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// When it came to be known here; none for those that were there before it was kept.
    pub recorded_at: Option<Moment>,
}

impl Employment {
    /// The days on which the person counts there (U3).
    pub const fn days(&self) -> Days {
        Days { from: self.started_on, until: self.ended_on }
    }

    /// Whether it ended because the person, who had been two records, works elsewhere (U4).
    pub fn ended_by_merge(&self) -> bool {
        self.end_reason.as_deref() == Some("merged")
    }
}

/// Which people a list shows.
#[derive(Debug, Clone, Default)]
pub struct ProfessionalFilter {
    /// Only of this employer.
    pub employer: Option<Id>,
    /// Only in this state.
    pub state: Option<PersonState>,
}

impl Reader<'_> {
    /// A person, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn professional(
        &mut self,
        jurisdiction: Id,
        id: Id,
    ) -> Result<Option<Professional>, StoreError> {
        Ok(on_either!(self.conn, |conn| professionals::table
            .find((jurisdiction, id))
            .select(Professional::as_select())
            .first(conn)
            .optional()?))
    }

    /// Some people of a city, whoever asks, in no particular order.
    ///
    /// # Errors
    /// On a database failure.
    pub fn professionals_by_id(
        &mut self,
        jurisdiction: Id,
        ids: Vec<Id>,
    ) -> Result<Vec<Professional>, StoreError> {
        Ok(professionals::table
            .filter(professionals::jurisdiction_id.eq(jurisdiction))
            .filter(professionals::professional_id.eq_any(ids))
            .select(Professional::as_select())
            .load(self.conn)?)
    }

    /// A person, if the scope covers them.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_professional(
        &mut self,
        scope: &Scope,
        id: Id,
    ) -> Result<Option<Professional>, StoreError> {
        Ok(professionals::table
            .filter(professionals::professional_id.eq(id))
            .filter(scope.professionals())
            .select(Professional::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The person with this id number: by its keyed hash, nothing is decrypted (U4).
    ///
    /// # Errors
    /// On a database failure.
    pub fn professional_by_id_number(
        &mut self,
        jurisdiction: Id,
        number: &IdNumber,
    ) -> Result<Option<Id>, StoreError> {
        let hash = self.cipher.lookup_hash(number.id_type().as_str(), number.reveal());
        Ok(professional_identities::table
            .find((jurisdiction, hash))
            .select(professional_identities::professional_id)
            .first(self.conn)
            .optional()?)
    }

    /// The people with these id numbers, each under its number, in a few queries (U4).
    ///
    /// # Errors
    /// On a database failure.
    pub fn professionals_by_id_numbers(
        &mut self,
        jurisdiction: Id,
        numbers: &[IdNumber],
    ) -> Result<HashMap<IdNumber, Id>, StoreError> {
        let mut found = HashMap::with_capacity(numbers.len());
        for numbers in numbers.chunks(LOOKED_UP_AT_ONCE) {
            let mut hashes: HashMap<Vec<u8>, &IdNumber> = numbers
                .iter()
                .map(|number| {
                    let hash = self.cipher.lookup_hash(number.id_type().as_str(), number.reveal());
                    (hash, number)
                })
                .collect();
            let wanted: Vec<Vec<u8>> = hashes.keys().cloned().collect();
            let people: Vec<(Vec<u8>, Id)> = professional_identities::table
                .filter(professional_identities::jurisdiction_id.eq(jurisdiction))
                .filter(professional_identities::id_hash.eq_any(wanted))
                .select((
                    professional_identities::id_hash,
                    professional_identities::professional_id,
                ))
                .load(self.conn)?;
            for (hash, person) in people {
                if let Some(number) = hashes.remove(&hash) {
                    found.insert(number.clone(), person);
                }
            }
        }
        Ok(found)
    }

    /// The phone number of a person, decrypted.
    ///
    /// # Errors
    /// When it does not decrypt.
    pub fn phone_of(&mut self, person: &Professional) -> Result<Option<String>, StoreError> {
        person
            .phone_cipher
            .as_deref()
            .map(|sealed| self.cipher.open(context::PHONE, sealed))
            .transpose()
    }

    /// The people of a scope, in the order in which they were registered.
    ///
    /// # Errors
    /// On a database failure.
    pub fn professionals(
        &mut self,
        scope: &Scope,
        filter: &ProfessionalFilter,
        page: Page<Id>,
    ) -> Result<Slice<Professional>, StoreError> {
        let matching = || -> professionals::BoxedQuery<'static, AnyBackend> {
            let mut query = professionals::table.into_boxed().filter(scope.professionals());
            if let Some(employer) = filter.employer {
                query = query.filter(professionals::employer_id.eq(employer));
            }
            if let Some(state) = filter.state {
                query = query.filter(professionals::state.eq(Word(state)));
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
                true => query.filter(professionals::professional_id.lt(after)),
                false => query.filter(professionals::professional_id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(professionals::professional_id.desc()),
            false => query.order(professionals::professional_id.asc()),
        };
        let rows = query.select(Professional::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// Where a person has worked, latest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn employments(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<Employment>, StoreError> {
        Ok(on_either!(self.conn, |conn| employments::table
            .filter(employments::jurisdiction_id.eq(jurisdiction))
            .filter(employments::professional_id.eq(professional))
            .order((employments::started_on.desc(), employments::id.desc()))
            .select(Employment::as_select())
            .load(conn)?))
    }
}

impl Writer<'_> {
    /// Registers a person.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when someone with the same id number is already registered (U4).
    pub fn insert_professional(
        &mut self,
        person: &NewProfessional,
    ) -> Result<Professional, StoreError> {
        let now = Moment(self.now());
        let number = &person.id_number;
        let hash = self.cipher.lookup_hash(number.id_type().as_str(), number.reveal());
        diesel::insert_into(professional_identities::table)
            .values((
                professional_identities::jurisdiction_id.eq(person.jurisdiction),
                professional_identities::id_hash.eq(hash),
                professional_identities::professional_id.eq(person.id),
            ))
            .execute(self.conn)?;
        let (series, level) = person.title.clone().unzip();
        let phone = person.phone.as_deref();
        let row = Professional {
            jurisdiction_id: person.jurisdiction,
            professional_id: person.id,
            name: person.name.clone(),
            id_type: Word(number.id_type()),
            id_cipher: self.cipher.seal(context::ID_NUMBER, number.reveal())?,
            id_masked: number.masked(),
            phone_cipher: phone.map(|phone| self.cipher.seal(context::PHONE, phone)).transpose()?,
            title_series: series,
            title_level: level.map(Word),
            post: Word(person.post),
            state: Word(PersonState::Active),
            employer_id: person.employment.map(|(_, employer, _)| employer),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(professionals::table).values(&row).execute(self.conn)?;
        if let Some((id, employer, since)) = person.employment {
            let employment = Employment {
                jurisdiction_id: person.jurisdiction,
                professional_id: person.id,
                id,
                organization_id: employer,
                started_on: since,
                ended_on: None,
                end_reason: None,
                recorded_at: Some(now),
            };
            diesel::insert_into(employments::table).values(&employment).execute(self.conn)?;
        }
        self.note(row.jurisdiction_id, now, &Fact::person(&row))?;
        Ok(row)
    }

    /// Changes a person's own facts, if nobody else has since `person` was read.
    ///
    /// # Errors
    /// On a database failure.
    pub fn update_professional(
        &mut self,
        person: &mut Professional,
        phone: Option<Option<String>>,
    ) -> Result<bool, StoreError> {
        let now = Moment(self.now());
        if let Some(phone) = phone {
            person.phone_cipher = phone
                .as_deref()
                .map(|phone| self.cipher.seal(context::PHONE, phone))
                .transpose()?;
        }
        let updated = diesel::update(
            professionals::table
                .find((person.jurisdiction_id, person.professional_id))
                .filter(professionals::version.eq(person.version)),
        )
        .set((
            professionals::name.eq(&person.name),
            professionals::phone_cipher.eq(&person.phone_cipher),
            professionals::title_series.eq(&person.title_series),
            professionals::title_level.eq(person.title_level),
            professionals::post.eq(person.post),
            professionals::state.eq(person.state),
            professionals::employer_id.eq(person.employer_id),
            professionals::version.eq(person.version + 1),
            professionals::updated_at.eq(now),
        ))
        .execute(self.conn)?;
        person.version += 1;
        person.updated_at = now;
        if updated == 1 {
            self.note(person.jurisdiction_id, now, &Fact::person(person))?;
        }
        Ok(updated == 1)
    }

    /// Ends a person's present employment on a date (U3).
    ///
    /// # Errors
    /// On a database failure.
    pub fn end_employment(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        on: Date,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let current = employments::table
            .filter(employments::jurisdiction_id.eq(jurisdiction))
            .filter(employments::professional_id.eq(professional))
            .filter(employments::ended_on.is_null());
        let ended = diesel::update(current)
            .set((employments::ended_on.eq(on), employments::end_reason.eq(reason)))
            .execute(self.conn)?;
        Ok(ended == 1)
    }
}
