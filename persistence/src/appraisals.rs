//! Snapshots of settled years, and what was added to them later (A3, A4, M5).

use diesel::prelude::*;
use xueshi_domain::ledger::Outcome;
use xueshi_domain::settlement::AddendumCause;

use crate::columns::{Id, Moment, Tenths, Word};
use crate::connection::{AnyBackend, AnyConnection};
use crate::error::StoreError;
use crate::merging::merged_records;
use crate::page::{Page, Slice};
use crate::schema::{appraisal_addenda, appraisals};
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// Rows in one statement: SQLite takes 32,766 values in one.
const AT_ONCE: usize = 1_000;

/// A person's year as it was when it was settled. There is no function that changes one, and the database refuses it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = appraisals, treat_none_as_default_value = false)]
pub struct Appraisal {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// The year.
    pub year: i32,
    /// The employer when the freeze began.
    pub employer_id: Id,
    /// Its reviewing body.
    pub authority_id: Id,
    /// Whether the employer is a public institution (A4).
    pub public_institution: bool,
    /// How the year ended.
    pub outcome: Word<Outcome>,
    /// Approved public-required hours.
    pub approved_public: Tenths,
    /// Approved professional hours.
    pub approved_professional: Tenths,
    /// Of them: registered under a make-up grant, public-required.
    pub makeup_public: Tenths,
    /// Of them: registered under a make-up grant, professional.
    pub makeup_professional: Tenths,
    /// The certificate that stood.
    pub certificate_id: Option<Id>,
    /// The version of the policy that it was measured by.
    pub policy_version: i32,
    /// Declarations that lapsed.
    pub lapsed: i32,
    /// Of them: held beyond the unit's time.
    pub lapsed_overdue: i32,
    /// SHA-256 of the snapshot's canonical text, in hexadecimal.
    pub digest: String,
    /// When it was sealed.
    pub sealed_at: Moment,
}

/// Something that changed after a snapshot had been sealed.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = appraisal_addenda, treat_none_as_default_value = false)]
pub struct Addendum {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose snapshot it stands beside.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The year.
    pub year: i32,
    /// Why.
    pub cause: Word<AddendumCause>,
    /// The declaration concerned.
    pub declaration_id: Option<Id>,
    /// The outcome that stood before.
    pub outcome_before: Word<Outcome>,
    /// The outcome that stands from then on.
    pub outcome_after: Word<Outcome>,
    /// Approved public-required hours from then on.
    pub approved_public: Tenths,
    /// Approved professional hours from then on.
    pub approved_professional: Tenths,
    /// Of them: by make-up, public-required.
    pub makeup_public: Tenths,
    /// Of them: by make-up, professional.
    pub makeup_professional: Tenths,
    /// The reason given.
    pub reason: Option<String>,
    /// Who did it.
    pub account_id: Option<Id>,
    /// Acting for which unit.
    pub unit_id: Option<Id>,
    /// When.
    pub added_at: Moment,
    /// The certificate that stands from then on.
    pub certificate_id: Option<Id>,
}

/// Which snapshots a list shows.
#[derive(Debug, Clone, Default)]
pub struct AppraisalFilter {
    /// Of this year.
    pub year: i32,
    /// Only with this outcome.
    pub outcome: Option<Outcome>,
    /// Only of this employer.
    pub employer: Option<Id>,
    /// Only of this person, under whichever record (U4).
    pub professional: Option<Id>,
    /// Only of public institutions, or only of others.
    pub public_institution: Option<bool>,
}

impl Reader<'_> {
    /// The snapshot of a person's year. What was sealed for a record that was merged into theirs stays where it was sealed, and
    /// speaks for them where they have none of their own (U4).
    ///
    /// # Errors
    /// On a database failure.
    pub fn appraisal(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
    ) -> Result<Option<Appraisal>, StoreError> {
        let sealed_as = self.sealed_as(jurisdiction, professional, year)?;
        Ok(appraisals::table
            .find((jurisdiction, sealed_as, year))
            .select(Appraisal::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// [`Self::appraisal`], where the scope may see it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_appraisal(
        &mut self,
        scope: &Scope,
        professional: Id,
        year: i32,
    ) -> Result<Option<Appraisal>, StoreError> {
        let sealed_as = self.sealed_as(scope.jurisdiction, professional, year)?;
        Ok(appraisals::table
            .filter(scope.appraisals())
            .filter(appraisals::professional_id.eq(sealed_as))
            .filter(appraisals::year.eq(year))
            .select(Appraisal::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// Under whose id a person's year would be sealed. A record that was merged has its own seals still; of other years it leads to
    /// the one that stands.
    fn sealed_as(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
    ) -> Result<Id, StoreError> {
        let mut record = self.annual_record(jurisdiction, professional, year)?;
        if record.is_none()
            && let Some(standing) = self.merged_with(jurisdiction, professional)?
        {
            record = self.annual_record(jurisdiction, standing, year)?;
        }
        Ok(record.and_then(|record| record.sealed_as).unwrap_or(professional))
    }

    /// What was added to a snapshot, in order.
    ///
    /// # Errors
    /// On a database failure.
    pub fn addenda(&mut self, sealed: &Appraisal) -> Result<Vec<Addendum>, StoreError> {
        Ok(appraisal_addenda::table
            .filter(appraisal_addenda::jurisdiction_id.eq(sealed.jurisdiction_id))
            .filter(appraisal_addenda::professional_id.eq(sealed.professional_id))
            .filter(appraisal_addenda::year.eq(sealed.year))
            .order((appraisal_addenda::added_at.asc(), appraisal_addenda::id.asc()))
            .select(Addendum::as_select())
            .load(self.conn)?)
    }

    /// The snapshots of a scope, by person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn appraisals(
        &mut self,
        scope: &Scope,
        filter: &AppraisalFilter,
        page: Page<Id>,
    ) -> Result<Slice<Appraisal>, StoreError> {
        let matching = || -> appraisals::BoxedQuery<'static, AnyBackend> {
            let mut query = appraisals::table
                .into_boxed()
                .filter(scope.appraisals())
                .filter(appraisals::year.eq(filter.year));
            if let Some(outcome) = filter.outcome {
                query = query.filter(appraisals::outcome.eq(Word(outcome)));
            }
            if let Some(employer) = filter.employer {
                query = query.filter(appraisals::employer_id.eq(employer));
            }
            if let Some(professional) = filter.professional {
                let merged = merged_records(scope.jurisdiction, professional);
                let own = appraisals::professional_id.eq(professional);
                query = query.filter(own.or(appraisals::professional_id.eq_any(merged)));
            }
            if let Some(public) = filter.public_institution {
                query = query.filter(appraisals::public_institution.eq(public));
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
                true => query.filter(appraisals::professional_id.lt(after)),
                false => query.filter(appraisals::professional_id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(appraisals::professional_id.desc()),
            false => query.order(appraisals::professional_id.asc()),
        };
        let rows = query.select(Appraisal::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// Some snapshots of a year behind `after`, in the order of the people's ids, whoever asks: for checking the seal.
    ///
    /// # Errors
    /// On a database failure.
    pub fn sealed_behind(
        &mut self,
        jurisdiction: Id,
        year: i32,
        after: Option<Id>,
        limit: i64,
    ) -> Result<Vec<Appraisal>, StoreError> {
        Ok(appraisals::table
            .filter(appraisals::jurisdiction_id.eq(jurisdiction))
            .filter(appraisals::year.eq(year))
            .filter(appraisals::professional_id.gt(after.unwrap_or(Id(uuid::Uuid::nil()))))
            .order(appraisals::professional_id.asc())
            .limit(limit)
            .select(Appraisal::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Seals snapshots.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when one of them is sealed already.
    pub fn insert_appraisals(&mut self, rows: &[Appraisal]) -> Result<(), StoreError> {
        for rows in rows.chunks(AT_ONCE) {
            // A batch insert has no common form for both: the same statement, for each by itself.
            match &mut *self.conn {
                AnyConnection::Sqlite(conn) => {
                    diesel::insert_into(appraisals::table).values(rows).execute(conn)?
                }
                AnyConnection::Postgres(conn) => {
                    diesel::insert_into(appraisals::table).values(rows).execute(conn)?
                }
            };
        }
        Ok(())
    }

    /// Adds to a sealed snapshot.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_addendum(&mut self, addendum: &Addendum) -> Result<(), StoreError> {
        diesel::insert_into(appraisal_addenda::table).values(addendum).execute(self.conn)?;
        Ok(())
    }
}
