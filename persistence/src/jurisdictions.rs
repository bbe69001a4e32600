//! Cities that live in the installation.

use diesel::prelude::*;

use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::schema::{counters, jurisdictions};
use crate::store::{Reader, Writer};

/// A city: policies, windows and calendars are its own.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = jurisdictions, treat_none_as_default_value = false)]
pub struct Jurisdiction {
    /// Its id.
    pub id: Id,
    /// Its administrative division code, for instance `410100`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether public requests that name no city mean this one.
    pub is_default: bool,
    /// Since when it is here.
    pub created_at: Moment,
}

impl Reader<'_> {
    /// The city with this division code, or the default city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn jurisdiction_by_code(
        &mut self,
        code: Option<&str>,
    ) -> Result<Option<Jurisdiction>, StoreError> {
        let mut query = jurisdictions::table.into_boxed();
        query = match code {
            Some(code) => query.filter(jurisdictions::code.eq(code.to_owned())),
            None => query.filter(jurisdictions::is_default.eq(true)),
        };
        Ok(query.select(Jurisdiction::as_select()).first(self.conn).optional()?)
    }

    /// All cities, by code.
    ///
    /// # Errors
    /// On a database failure.
    pub fn jurisdictions(&mut self) -> Result<Vec<Jurisdiction>, StoreError> {
        Ok(jurisdictions::table
            .order(jurisdictions::code.asc())
            .select(Jurisdiction::as_select())
            .load(self.conn)?)
    }

    /// The city with this id.
    ///
    /// # Errors
    /// On a database failure.
    pub fn jurisdiction(&mut self, id: Id) -> Result<Option<Jurisdiction>, StoreError> {
        Ok(jurisdictions::table
            .find(id)
            .select(Jurisdiction::as_select())
            .first(self.conn)
            .optional()?)
    }
}

impl Writer<'_> {
    /// Adds a city.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when its code is already there.
    pub fn insert_jurisdiction(&mut self, city: &Jurisdiction) -> Result<(), StoreError> {
        diesel::insert_into(jurisdictions::table).values(city).execute(self.conn)?;
        Ok(())
    }

    /// The next running number under a name, starting from 1.
    ///
    /// # Errors
    /// On a database failure.
    pub fn next_number(&mut self, jurisdiction: Id, name: &str) -> Result<i64, StoreError> {
        let key = (jurisdiction, name);
        let updated = diesel::update(counters::table.find(key))
            .set(counters::value.eq(counters::value + 1))
            .execute(self.conn)?;
        if updated == 0 {
            diesel::insert_into(counters::table)
                .values((
                    counters::jurisdiction_id.eq(jurisdiction),
                    counters::name.eq(name),
                    counters::value.eq(1_i64),
                ))
                .execute(self.conn)?;
        }
        Ok(counters::table.find(key).select(counters::value).first(self.conn)?)
    }
}
