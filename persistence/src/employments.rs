//! Where people work, as it changes: transfers, retirement, and what follows them (U2, U3).

use diesel::prelude::*;
use time::Date;
use xueshi_domain::people::employment_of_day;
use xueshi_domain::registry::PersonState;

use crate::annual_records::AnnualRecord;
use crate::columns::{Id, Word};
use crate::declarations::Declaration;
use crate::error::StoreError;
use crate::people::{Employment, Professional};
use crate::schema::{annual_records, declarations, employments, professionals};
use crate::store::{Reader, Writer};

impl Reader<'_> {
    /// Where a person is employed on a day; where they worked last, when they are employed nowhere then (U3).
    ///
    /// # Errors
    /// On a database failure.
    pub fn employment_of_day(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        day: Date,
    ) -> Result<Option<Employment>, StoreError> {
        let all = self.employments(jurisdiction, professional)?;
        Ok(employment_of_day(all, Employment::days, day))
    }

    /// Where a person is employed on a day (U3).
    ///
    /// # Errors
    /// On a database failure.
    pub fn present_employment(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        day: Date,
    ) -> Result<Option<Employment>, StoreError> {
        let found = self.employment_of_day(jurisdiction, professional, day)?;
        Ok(found.filter(|job| job.days().is_active_on(day)))
    }

    /// A person's declarations that wait for a review, in any year, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn waiting_declarations_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<Declaration>, StoreError> {
        Ok(declarations::table
            .filter(declarations::jurisdiction_id.eq(jurisdiction))
            .filter(declarations::professional_id.eq(professional))
            .filter(declarations::holder_id.is_not_null())
            .order(declarations::id.asc())
            .select(Declaration::as_select())
            .load(self.conn)?)
    }

    /// The declarations of an employer's people that wait for a review at either stage, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn waiting_declarations_from(
        &mut self,
        jurisdiction: Id,
        employer: Id,
    ) -> Result<Vec<Declaration>, StoreError> {
        Ok(declarations::table
            .filter(declarations::jurisdiction_id.eq(jurisdiction))
            .filter(declarations::employer_id.eq(employer))
            .filter(declarations::holder_id.is_not_null())
            .order(declarations::id.asc())
            .select(Declaration::as_select())
            .load(self.conn)?)
    }

    /// A person's years that are not settled: they follow the person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unsettled_records_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<AnnualRecord>, StoreError> {
        Ok(annual_records::table
            .filter(annual_records::jurisdiction_id.eq(jurisdiction))
            .filter(annual_records::professional_id.eq(professional))
            .filter(annual_records::settled_at.is_null())
            .order(annual_records::year.asc())
            .select(AnnualRecord::as_select())
            .load(self.conn)?)
    }

    /// The years of an employer's people that are not settled.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unsettled_records_from(
        &mut self,
        jurisdiction: Id,
        employer: Id,
    ) -> Result<Vec<AnnualRecord>, StoreError> {
        Ok(annual_records::table
            .filter(annual_records::jurisdiction_id.eq(jurisdiction))
            .filter(annual_records::employer_id.eq(employer))
            .filter(annual_records::settled_at.is_null())
            .order((annual_records::professional_id.asc(), annual_records::year.asc()))
            .select(AnnualRecord::as_select())
            .load(self.conn)?)
    }

    /// People who still count as active although their employment has ended by a day (U3).
    ///
    /// # Errors
    /// On a database failure.
    pub fn people_to_end(
        &mut self,
        jurisdiction: Id,
        day: Date,
        most: i64,
    ) -> Result<Vec<Professional>, StoreError> {
        use employments as e;
        use professionals as p;
        let ended = e::table
            .filter(e::jurisdiction_id.eq(jurisdiction))
            .filter(e::ended_on.le(day))
            .select(e::professional_id);
        let going_on = e::table
            .filter(e::jurisdiction_id.eq(jurisdiction))
            .filter(e::ended_on.is_null().or(e::ended_on.gt(day)))
            .select(e::professional_id);
        Ok(p::table
            .filter(p::jurisdiction_id.eq(jurisdiction))
            .filter(p::state.eq(Word(PersonState::Active)))
            .filter(p::professional_id.eq_any(ended))
            .filter(p::professional_id.ne_all(going_on))
            .order(p::professional_id.asc())
            .limit(most)
            .select(Professional::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Begins an employment.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another one goes on.
    pub fn insert_employment(&mut self, employment: &Employment) -> Result<(), StoreError> {
        diesel::insert_into(employments::table).values(employment).execute(self.conn)?;
        Ok(())
    }

    /// Sets or takes back the end of one employment (U3).
    ///
    /// # Errors
    /// On a database failure.
    pub fn set_employment_end(
        &mut self,
        employment: &Employment,
        end: Option<(Date, &str)>,
    ) -> Result<(), StoreError> {
        let key = (employment.jurisdiction_id, employment.professional_id, employment.id);
        let (on, reason) = end.unzip();
        diesel::update(employments::table.find(key))
            .set((employments::ended_on.eq(on), employments::end_reason.eq(reason)))
            .execute(self.conn)?;
        Ok(())
    }
}
