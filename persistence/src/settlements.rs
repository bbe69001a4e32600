//! The settlement of a year, and what lapsed in it (A3).

use diesel::prelude::*;
use time::Date;
use xueshi_domain::people::Post;
use xueshi_domain::review::Stage;
use xueshi_domain::settlement::SettlementState;

use crate::annual_records::AnnualRecord;
use crate::appraisals::Appraisal;
use crate::certificates::Certificate;
use crate::columns::{Id, Moment, Word};
use crate::connection::{AnyBackend, on_either};
use crate::declarations::Declaration;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::people::Employment;
use crate::schema::{
    annual_records, appraisals, certificates, declarations, employments, lapses, professionals,
    settlements,
};
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// The settlement of a city's year.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = settlements, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Settlement {
    /// The city.
    pub jurisdiction_id: Id,
    /// The year.
    pub year: i32,
    /// How far it has come.
    pub state: Word<SettlementState>,
    /// The job that does it.
    pub job_id: Id,
    /// The version of the policy by whose floors it measures.
    pub policy_version: i32,
    /// The first instant of the freeze.
    pub frozen_at: Moment,
    /// The first instant after the freeze.
    pub thawed_at: Moment,
    /// The day on which a person must have been employed to be counted.
    pub counting_day: Date,
    /// Who asked for it; nobody when it was the operator's command line.
    pub started_by: Option<Id>,
    /// Acting for which unit.
    pub unit_id: Id,
    /// When.
    pub started_at: Moment,
    /// When everybody was settled.
    pub finished_at: Option<Moment>,
    /// People who were counted.
    pub people: i64,
    /// Of them: completed in the year.
    pub completed_in_year: i64,
    /// Completed later, by make-up.
    pub completed_by_makeup: i64,
    /// Below a floor.
    pub incomplete: i64,
    /// Exempt.
    pub exempt: i64,
    /// Declarations that lapsed, also those of people who were not counted.
    pub lapsed: i64,
    /// Of them: held beyond the unit's time (A3a).
    pub lapsed_overdue: i64,
    /// Approved public-required hours of the people who were counted, in tenths.
    pub approved_public: i64,
    /// Approved professional hours, in tenths.
    pub approved_professional: i64,
    /// The digests of all snapshots, chained in the order of the people's ids.
    pub digest: Option<String>,
}

/// A declaration that lapsed, and who had held it (A3).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = lapses, treat_none_as_default_value = false)]
pub struct LapseRow {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose declaration.
    pub professional_id: Id,
    /// The declaration.
    pub declaration_id: Id,
    /// The year that was settled.
    pub settled_year: i32,
    /// The year in which its hours would have counted.
    pub year: i32,
    /// The revision that waited.
    pub revision: i32,
    /// The employer that it was submitted through.
    pub employer_id: Id,
    /// The stage that held it.
    pub stage: Word<Stage>,
    /// The unit that held it.
    pub unit_id: Id,
    /// When it had been submitted.
    pub submitted_at: Moment,
    /// When it had come to that stage.
    pub entered_at: Moment,
    /// By when the stage had to decide.
    pub due_at: Moment,
    /// Working days for which it was held until the freeze.
    pub working_days: i32,
    /// Whether its time was over when the freeze began (A3a).
    pub overdue: bool,
    /// When it lapsed.
    pub lapsed_at: Moment,
    /// When it was reinstated, if it was.
    pub reinstated_at: Option<Moment>,
}

/// Which lapses a list shows.
#[derive(Debug, Clone, Default)]
pub struct LapseFilter {
    /// Of the settlement of this year.
    pub settled_year: i32,
    /// Only those that were overdue, or only the others.
    pub overdue: Option<bool>,
    /// Only those that this unit had held.
    pub unit: Option<Id>,
    /// Only of this person.
    pub professional: Option<Id>,
    /// Only those that were reinstated, or only the others.
    pub reinstated: Option<bool>,
}

/// Everything that a settlement needs to know about some people, from four range scans.
#[derive(Debug)]
pub struct SettlementBatch {
    /// The people, in the order of their ids.
    pub people: Vec<(Id, Post)>,
    /// Their employments, known before the freeze, that began by the counting day and had not ended on it, the latest first.
    pub employments: Vec<Employment>,
    /// Their records of the year.
    pub records: Vec<AnnualRecord>,
    /// Their snapshots of the year that are sealed already.
    pub sealed: Vec<Appraisal>,
    /// What waits for a review and was submitted before the freeze, whatever its year.
    pub waiting: Vec<Declaration>,
    /// Their certificates of the year, where they were asked for.
    pub certificates: Vec<Certificate>,
}

impl Reader<'_> {
    /// The settlement of a year; `None` while nobody has asked for it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn settlement(
        &mut self,
        jurisdiction: Id,
        year: i32,
    ) -> Result<Option<Settlement>, StoreError> {
        Ok(on_either!(self.conn, |conn| settlements::table
            .find((jurisdiction, year))
            .select(Settlement::as_select())
            .first(conn)
            .optional()?))
    }

    /// The settlements of a city, by year.
    ///
    /// # Errors
    /// On a database failure.
    pub fn settlements(&mut self, jurisdiction: Id) -> Result<Vec<Settlement>, StoreError> {
        Ok(settlements::table
            .filter(settlements::jurisdiction_id.eq(jurisdiction))
            .order(settlements::year.asc())
            .select(Settlement::as_select())
            .load(self.conn)?)
    }

    /// How many people a city has, counted or not.
    ///
    /// # Errors
    /// On a database failure.
    pub fn count_professionals(&mut self, jurisdiction: Id) -> Result<i64, StoreError> {
        let people =
            professionals::table.filter(professionals::jurisdiction_id.eq(jurisdiction)).count();
        Ok(people.get_result(self.conn)?)
    }

    /// The next people of a settlement, behind `after`, with what it needs to know about them.
    ///
    /// # Errors
    /// On a database failure.
    pub fn settlement_batch(
        &mut self,
        settlement: &Settlement,
        with_certificates: bool,
        after: Option<Id>,
        limit: i64,
    ) -> Result<SettlementBatch, StoreError> {
        let (city, year) = (settlement.jurisdiction_id, settlement.year);
        let first = after.unwrap_or(Id(uuid::Uuid::nil()));
        let people: Vec<(Id, Word<Post>)> = professionals::table
            .filter(professionals::jurisdiction_id.eq(city))
            .filter(professionals::professional_id.gt(first))
            .order(professionals::professional_id.asc())
            .limit(limit)
            .select((professionals::professional_id, professionals::post))
            .load(self.conn)?;
        let last = people.last().map_or(first, |(id, _)| *id);
        let employments = employments::table
            .filter(employments::jurisdiction_id.eq(city))
            .filter(employments::professional_id.gt(first))
            .filter(employments::professional_id.le(last))
            .filter(employments::started_on.le(settlement.counting_day))
            .filter(
                employments::ended_on
                    .is_null()
                    .or(employments::ended_on.assume_not_null().gt(settlement.counting_day)),
            )
            // Whoever was entered afterwards could not declare any more; the figures do not count them either.
            .filter(
                employments::recorded_at
                    .is_null()
                    .or(employments::recorded_at.assume_not_null().lt(settlement.frozen_at)),
            )
            .order((employments::professional_id.asc(), employments::started_on.desc()))
            .select(Employment::as_select())
            .load(self.conn)?;
        let records = annual_records::table
            .filter(annual_records::jurisdiction_id.eq(city))
            .filter(annual_records::professional_id.gt(first))
            .filter(annual_records::professional_id.le(last))
            .filter(annual_records::year.eq(year))
            .select(AnnualRecord::as_select())
            .load(self.conn)?;
        let sealed = appraisals::table
            .filter(appraisals::jurisdiction_id.eq(city))
            .filter(appraisals::professional_id.gt(first))
            .filter(appraisals::professional_id.le(last))
            .filter(appraisals::year.eq(year))
            .select(Appraisal::as_select())
            .load(self.conn)?;
        let waiting = declarations::table
            .filter(declarations::jurisdiction_id.eq(city))
            .filter(declarations::professional_id.gt(first))
            .filter(declarations::professional_id.le(last))
            .filter(declarations::holder_id.is_not_null())
            .filter(declarations::submitted_at.lt(settlement.frozen_at))
            .order((declarations::professional_id.asc(), declarations::id.asc()))
            .select(Declaration::as_select())
            .load(self.conn)?;
        let certificates = match with_certificates {
            true => certificates::table
                .filter(certificates::jurisdiction_id.eq(city))
                .filter(certificates::professional_id.gt(first))
                .filter(certificates::professional_id.le(last))
                .filter(certificates::year.eq(year))
                .order((certificates::professional_id.asc(), certificates::version.asc()))
                .select(Certificate::as_select())
                .load(self.conn)?,
            false => Vec::new(),
        };
        let people = people.into_iter().map(|(id, post)| (id, post.0)).collect();
        Ok(SettlementBatch { people, employments, records, sealed, waiting, certificates })
    }

    /// How many declarations lapsed in a settlement, and how many of them were overdue.
    ///
    /// # Errors
    /// On a database failure.
    pub fn count_lapses(
        &mut self,
        jurisdiction: Id,
        settled_year: i32,
    ) -> Result<(i64, i64), StoreError> {
        let all = || {
            lapses::table
                .filter(lapses::jurisdiction_id.eq(jurisdiction))
                .filter(lapses::settled_year.eq(settled_year))
        };
        let lapsed = all().count().get_result(self.conn)?;
        let overdue = all().filter(lapses::overdue.eq(true)).count().get_result(self.conn)?;
        Ok((lapsed, overdue))
    }

    /// How a declaration lapsed, if it did.
    ///
    /// # Errors
    /// On a database failure.
    pub fn lapse_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        declaration: Id,
    ) -> Result<Option<LapseRow>, StoreError> {
        let lapse = lapses::table.find((jurisdiction, professional, declaration));
        Ok(lapse.select(LapseRow::as_select()).first(self.conn).optional()?)
    }

    /// The lapses of a settlement that a scope covers, by declaration.
    ///
    /// # Errors
    /// On a database failure.
    pub fn lapses(
        &mut self,
        scope: &Scope,
        filter: &LapseFilter,
        page: Page<Id>,
    ) -> Result<Slice<LapseRow>, StoreError> {
        let matching = || -> lapses::BoxedQuery<'static, AnyBackend> {
            let mut query = lapses::table
                .into_boxed()
                .filter(scope.lapses())
                .filter(lapses::settled_year.eq(filter.settled_year));
            if let Some(overdue) = filter.overdue {
                query = query.filter(lapses::overdue.eq(overdue));
            }
            if let Some(unit) = filter.unit {
                query = query.filter(lapses::unit_id.eq(unit));
            }
            if let Some(professional) = filter.professional {
                query = query.filter(lapses::professional_id.eq(professional));
            }
            match filter.reinstated {
                Some(true) => query.filter(lapses::reinstated_at.is_not_null()),
                Some(false) => query.filter(lapses::reinstated_at.is_null()),
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
                true => query.filter(lapses::declaration_id.lt(after)),
                false => query.filter(lapses::declaration_id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(lapses::declaration_id.desc()),
            false => query.order(lapses::declaration_id.asc()),
        };
        let rows = query.select(LapseRow::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Begins a settlement.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the year has one.
    pub fn insert_settlement(&mut self, settlement: &Settlement) -> Result<(), StoreError> {
        diesel::insert_into(settlements::table).values(settlement).execute(self.conn)?;
        Ok(())
    }

    /// Stores a finished settlement. Its job guards it: only the transaction that moved the job gets here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was finished already.
    pub fn finish_settlement(&mut self, settlement: &Settlement) -> Result<(), StoreError> {
        let running = settlements::table
            .find((settlement.jurisdiction_id, settlement.year))
            .filter(settlements::state.eq(Word(SettlementState::Running)));
        let updated = diesel::update(running).set(settlement).execute(self.conn)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Keeps how a declaration lapsed.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_lapse(&mut self, lapse: &LapseRow) -> Result<(), StoreError> {
        diesel::insert_into(lapses::table).values(lapse).execute(self.conn)?;
        Ok(())
    }

    /// Notes that what had lapsed was approved after all (A3a).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was noted already.
    pub fn mark_reinstated(&mut self, lapse: &LapseRow) -> Result<(), StoreError> {
        let key = (lapse.jurisdiction_id, lapse.professional_id, lapse.declaration_id);
        let lapsed = lapses::table.find(key).filter(lapses::reinstated_at.is_null());
        let updated = diesel::update(lapsed)
            .set(lapses::reinstated_at.eq(Some(Moment(self.now()))))
            .execute(self.conn)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }
}
