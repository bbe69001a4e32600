//! A person's year: totals kept with the records, and where the year stands.

use diesel::prelude::*;
use xueshi_domain::ledger::{Outcome, RecordState};

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::{AnyBackend, on_either};
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::schema::annual_records;
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// A person's year.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = annual_records, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct AnnualRecord {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// The year.
    pub year: i32,
    /// The employer of the latest declaration.
    pub employer_id: Id,
    /// The reviewing body of the latest declaration: who verifies (A1).
    pub authority_id: Id,
    /// Where the year stands.
    pub state: Word<RecordState>,
    /// Approved public-required hours.
    pub approved_public: Tenths,
    /// Approved professional hours.
    pub approved_professional: Tenths,
    /// Public-required hours under review.
    pub pending_public: Tenths,
    /// Professional hours under review.
    pub pending_professional: Tenths,
    /// Approved public-required hours under grants, part of the approved ones (M5).
    pub makeup_public: Tenths,
    /// Approved professional hours under grants, part of the approved ones (M5).
    pub makeup_professional: Tenths,
    /// How the year ended, from its settlement on (A3, A4).
    pub outcome: Option<Word<Outcome>>,
    /// When it was settled.
    pub settled_at: Option<Moment>,
    /// Whose sealed snapshot speaks for it, where that is a record which was merged into this person's (U4); `None` for its own.
    pub sealed_as: Option<Id>,
    /// When the floors were reached.
    pub satisfied_at: Option<Moment>,
    /// The certificate that stands.
    pub certificate_id: Option<Id>,
    /// Grows with every change.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: Moment,
}

impl AnnualRecord {
    /// The id by which followers know a person's year.
    #[must_use]
    pub fn followed_as(person: Id, year: i32) -> String {
        format!("{person}:{year}")
    }
}

/// Which years a list shows.
#[derive(Debug, Clone, Default)]
pub struct AnnualRecordFilter {
    /// The year.
    pub year: i32,
    /// Only in this state.
    pub state: Option<RecordState>,
    /// Only of this employer.
    pub employer: Option<Id>,
}

impl Reader<'_> {
    /// A person's year, whoever asks; `None` while nothing was declared in it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn annual_record(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
    ) -> Result<Option<AnnualRecord>, StoreError> {
        Ok(on_either!(self.conn, |conn| annual_records::table
            .find((jurisdiction, professional, year))
            .select(AnnualRecord::as_select())
            .first(conn)
            .optional()?))
    }

    /// The years of a city that follow their floors by themselves: in progress or satisfied.
    ///
    /// # Errors
    /// On a database failure.
    pub fn uncertified_records(
        &mut self,
        jurisdiction: Id,
        year: i32,
    ) -> Result<Vec<AnnualRecord>, StoreError> {
        let following = [Word(RecordState::InProgress), Word(RecordState::Satisfied)];
        Ok(annual_records::table
            .filter(annual_records::jurisdiction_id.eq(jurisdiction))
            .filter(annual_records::year.eq(year))
            .filter(annual_records::state.eq_any(following))
            // A3: what is settled stays as it was measured.
            .filter(annual_records::settled_at.is_null())
            .select(AnnualRecord::as_select())
            .load(self.conn)?)
    }

    /// The years of a scope, by person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn annual_records(
        &mut self,
        scope: &Scope,
        filter: &AnnualRecordFilter,
        page: Page<Id>,
    ) -> Result<Slice<AnnualRecord>, StoreError> {
        let matching = || -> annual_records::BoxedQuery<'static, AnyBackend> {
            let mut query = annual_records::table
                .into_boxed()
                .filter(scope.annual_records())
                .filter(annual_records::year.eq(filter.year));
            if let Some(state) = filter.state {
                query = query.filter(annual_records::state.eq(Word(state)));
            }
            if let Some(employer) = filter.employer {
                query = query.filter(annual_records::employer_id.eq(employer));
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
                true => query.filter(annual_records::professional_id.lt(after)),
                false => query.filter(annual_records::professional_id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(annual_records::professional_id.desc()),
            false => query.order(annual_records::professional_id.asc()),
        };
        let rows = query.select(AnnualRecord::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Begins a person's year.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_annual_record(&mut self, record: &AnnualRecord) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(annual_records::table)
            .values(record)
            .execute(conn))?;
        self.note(record.jurisdiction_id, record.updated_at, &Fact::year(record))
    }

    /// Stores a changed year. It is only ever changed in the transaction of the declaration or
    /// certificate that changes it, which has read it there: its version guards against a mistake.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was changed since it was read.
    pub fn save_annual_record(&mut self, record: &mut AnnualRecord) -> Result<(), StoreError> {
        let before = record.version;
        record.version += 1;
        record.updated_at = Moment(self.now());
        let key = (record.jurisdiction_id, record.professional_id, record.year);
        let same = annual_records::table.find(key).filter(annual_records::version.eq(before));
        let updated = self.conn.run(diesel::update(same).set(&*record))?;
        if updated != 1 {
            return Err(StoreError::Conflict);
        }
        self.note(record.jurisdiction_id, record.updated_at, &Fact::year(record))
    }
}
