//! Prior years as another system knows them.

use diesel::prelude::*;
use xueshi_domain::ledger::Outcome;

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::schema::reported_years;
use crate::store::{Reader, Writer};

/// A prior year that another system told of. It stands beside what is kept here and never adds hours (H4).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = reported_years, treat_none_as_default_value = false)]
pub struct ReportedYear {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// The year.
    pub year: i32,
    /// The other system.
    pub source: String,
    /// How the year ended there.
    pub outcome: Word<Outcome>,
    /// Public-required hours there.
    pub public_hours: Tenths,
    /// Professional hours there.
    pub professional_hours: Tenths,
    /// When it was told.
    pub reported_at: Moment,
}

impl Reader<'_> {
    /// A person's year as another system knows it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn reported_year(
        &mut self,
        city: Id,
        person: Id,
        year: i32,
    ) -> Result<Option<ReportedYear>, StoreError> {
        Ok(on_either!(self.conn, |conn| reported_years::table
            .find((city, person, year))
            .select(ReportedYear::as_select())
            .first(conn)
            .optional()?))
    }
}

impl Writer<'_> {
    /// Stores what another system says of a person's year, in place of what it said before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another transaction has just stored the first of it.
    pub fn keep_reported_year(&mut self, row: &ReportedYear) -> Result<(), StoreError> {
        let key = (row.jurisdiction_id, row.professional_id, row.year);
        let updated = diesel::update(reported_years::table.find(key))
            .set((
                reported_years::source.eq(&row.source),
                reported_years::outcome.eq(row.outcome),
                reported_years::public_hours.eq(row.public_hours),
                reported_years::professional_hours.eq(row.professional_hours),
                reported_years::reported_at.eq(row.reported_at),
            ))
            .execute(self.conn)?;
        if updated == 1 {
            return Ok(());
        }
        let done = diesel::insert_into(reported_years::table).values(row).execute(self.conn);
        match done.map_err(StoreError::from) {
            Err(StoreError::Taken(_)) => Err(StoreError::Conflict),
            done => done.map(|_| ()),
        }
    }
}
