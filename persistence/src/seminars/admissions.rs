//! Who is on the list of a seminar, and what they attended (P6).

use std::collections::HashMap;

use diesel::prelude::*;

use crate::columns::{Id, Moment, Tenths};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::{learning_records, professionals, seminar_admissions};
use crate::scope::{Condition, NOBODY, Scope, units_below};
use crate::store::{Reader, Writer};

/// Someone on the list of a seminar.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = seminar_admissions, treat_none_as_default_value = false)]
pub struct SeminarAdmission {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// The seminar.
    pub seminar_id: Id,
    /// Their employer when they were admitted.
    pub employer_id: Option<Id>,
    /// When they were admitted.
    pub admitted_at: Moment,
    /// The hours that they attended, once reported.
    pub hours: Option<Tenths>,
    /// Whether they passed, once reported.
    pub passed: Option<bool>,
}

impl Scope {
    /// Oneself, and the people of the scope's units, on lists of seminars.
    fn admitted(&self) -> Condition<seminar_admissions::table> {
        use seminar_admissions as a;
        let own = self.own.unwrap_or(NOBODY);
        let mut within: Condition<a::table> = Box::new(a::professional_id.eq(own));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            let people = professionals::table
                .filter(professionals::jurisdiction_id.eq(self.jurisdiction))
                .filter(professionals::employer_id.is_not_null())
                .filter(professionals::employer_id.assume_not_null().eq_any(units))
                .select(professionals::professional_id);
            within = Box::new(within.or(a::professional_id.eq_any(people)));
        }
        Box::new(a::jurisdiction_id.eq(self.jurisdiction).and(within))
    }
}

impl Reader<'_> {
    /// Everyone on the list of a seminar, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_list(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
    ) -> Result<Vec<SeminarAdmission>, StoreError> {
        Ok(seminar_admissions::table
            .filter(seminar_admissions::jurisdiction_id.eq(jurisdiction))
            .filter(seminar_admissions::seminar_id.eq(seminar))
            .order(seminar_admissions::professional_id.asc())
            .select(SeminarAdmission::as_select())
            .load(self.conn)?)
    }

    /// Someone's place on the list of a seminar, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_admission(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        seminar: Id,
    ) -> Result<Option<SeminarAdmission>, StoreError> {
        Ok(seminar_admissions::table
            .find((jurisdiction, professional, seminar))
            .select(SeminarAdmission::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// Every place of a person on the list of a seminar, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_admissions_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<SeminarAdmission>, StoreError> {
        Ok(seminar_admissions::table
            .filter(seminar_admissions::jurisdiction_id.eq(jurisdiction))
            .filter(seminar_admissions::professional_id.eq(professional))
            .order(seminar_admissions::seminar_id.asc())
            .select(SeminarAdmission::as_select())
            .load(self.conn)?)
    }

    /// The learning records that a seminar gave, or an appeal about it, by person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_records(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
    ) -> Result<HashMap<Id, Id>, StoreError> {
        let rows: Vec<(Id, Id)> = learning_records::table
            .filter(learning_records::jurisdiction_id.eq(jurisdiction))
            .filter(learning_records::seminar_id.eq(seminar))
            .select((learning_records::professional_id, learning_records::id))
            .load(self.conn)?;
        Ok(rows.into_iter().collect())
    }

    /// Those on the list of a seminar: all of them, or with a scope only its own people.
    ///
    /// # Errors
    /// On a database failure.
    pub fn seminar_admissions(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
        only: Option<&Scope>,
        page: Page<Id>,
    ) -> Result<Slice<SeminarAdmission>, StoreError> {
        let matching = || -> seminar_admissions::BoxedQuery<'static, AnyBackend> {
            let query = seminar_admissions::table
                .into_boxed()
                .filter(seminar_admissions::jurisdiction_id.eq(jurisdiction))
                .filter(seminar_admissions::seminar_id.eq(seminar));
            match only {
                Some(scope) => query.filter(scope.admitted()),
                None => query,
            }
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(seminar_admissions::professional_id.lt(after)),
                false => query.filter(seminar_admissions::professional_id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(seminar_admissions::professional_id.desc()),
            false => query.order(seminar_admissions::professional_id.asc()),
        };
        let rows = query.select(SeminarAdmission::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Replaces the list of a seminar. Those who stay keep the day on which they were admitted.
    ///
    /// # Errors
    /// On a database failure.
    pub fn replace_seminar_list(
        &mut self,
        jurisdiction: Id,
        seminar: Id,
        list: &[SeminarAdmission],
    ) -> Result<(), StoreError> {
        let standing: HashMap<Id, Moment> = self
            .seminar_list(jurisdiction, seminar)?
            .into_iter()
            .map(|row| (row.professional_id, row.admitted_at))
            .collect();
        let rows = seminar_admissions::table
            .filter(seminar_admissions::jurisdiction_id.eq(jurisdiction))
            .filter(seminar_admissions::seminar_id.eq(seminar));
        diesel::delete(rows).execute(self.conn)?;
        for row in list {
            let since = standing.get(&row.professional_id).copied();
            let row =
                SeminarAdmission { admitted_at: since.unwrap_or(row.admitted_at), ..row.clone() };
            diesel::insert_into(seminar_admissions::table).values(&row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Takes someone off the list of a seminar.
    ///
    /// # Errors
    /// On a database failure.
    pub fn remove_seminar_admission(&mut self, row: &SeminarAdmission) -> Result<(), StoreError> {
        diesel::delete(seminar_admissions::table.find((
            row.jurisdiction_id,
            row.professional_id,
            row.seminar_id,
        )))
        .execute(self.conn)?;
        Ok(())
    }

    /// Stores the result of someone on the list.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_seminar_result(&mut self, row: &SeminarAdmission) -> Result<(), StoreError> {
        diesel::update(seminar_admissions::table.find((
            row.jurisdiction_id,
            row.professional_id,
            row.seminar_id,
        )))
        .set((seminar_admissions::hours.eq(row.hours), seminar_admissions::passed.eq(row.passed)))
        .execute(self.conn)?;
        Ok(())
    }
}
