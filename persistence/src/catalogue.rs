//! Where one may learn: platforms, the units that train, and the filing behind their classes (H5, H6, P1).

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use xueshi_domain::registry::{FilingState, OrganizationKind, Standing};

use crate::columns::{Id, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::learning::{Class, ClassFiling, Filing, PlanItem, Platform, TrainingPlan};
use crate::organizations::Organization;
use crate::page::{Page, Slice};
use crate::schema::{filings, organizations, plan_items, platforms, training_plans};
use crate::store::Reader;

/// A unit that trains, with its filing for a year.
#[derive(Debug, Clone)]
pub struct Institution {
    /// The unit.
    pub unit: Organization,
    /// Its filing for the year that was asked for.
    pub filing: Option<Filing>,
}

/// The kinds of unit that exist to train. Bureaus and authorities that train are found by their filing (P1).
const TRAINERS: [OrganizationKind; 2] =
    [OrganizationKind::CeBase, OrganizationKind::TrainingInstitution];

impl Reader<'_> {
    /// The platform with this code.
    ///
    /// # Errors
    /// On a database failure.
    pub fn platform(
        &mut self,
        jurisdiction: Id,
        code: &str,
    ) -> Result<Option<Platform>, StoreError> {
        Ok(platforms::table
            .find((jurisdiction, code))
            .select(Platform::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The units of a city that train, in the order in which they were added, each with its filing for `year`.
    ///
    /// # Errors
    /// On a database failure.
    pub fn institutions(
        &mut self,
        jurisdiction: Id,
        year: i32,
        page: Page<Id>,
    ) -> Result<Slice<Institution>, StoreError> {
        let matching = || -> organizations::BoxedQuery<'static, AnyBackend> {
            let filed = filings::table
                .filter(filings::jurisdiction_id.eq(jurisdiction))
                .filter(filings::year.eq(year))
                .select(filings::organization_id);
            let trains = organizations::kind.eq_any(TRAINERS.map(Word));
            organizations::table
                .into_boxed()
                .filter(organizations::jurisdiction_id.eq(jurisdiction))
                .filter(organizations::state.eq(Word(Standing::Active)))
                .filter(trains.or(organizations::id.eq_any(filed)))
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(organizations::id.lt(after)),
                false => query.filter(organizations::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(organizations::id.desc()),
            false => query.order(organizations::id.asc()),
        };
        let units: Vec<Organization> =
            query.select(Organization::as_select()).limit(page.limit).load(self.conn)?;
        let ids = units.iter().map(|unit| unit.id).collect();
        let mut filed: HashMap<Id, Filing> = HashMap::new();
        for filing in self.filings_of(jurisdiction, ids)? {
            if filing.year == year {
                filed.insert(filing.organization_id, filing);
            }
        }
        let rows = units.into_iter();
        let rows = rows.map(|unit| Institution { filing: filed.remove(&unit.id), unit }).collect();
        Ok(Slice { rows, total })
    }

    /// The filings of some units, of all years.
    fn filings_of(
        &mut self,
        jurisdiction: Id,
        units: BTreeSet<Id>,
    ) -> Result<Vec<Filing>, StoreError> {
        Ok(filings::table
            .filter(filings::jurisdiction_id.eq(jurisdiction))
            .filter(filings::organization_id.eq_any(units))
            .select(Filing::as_select())
            .load(self.conn)?)
    }

    /// The filing behind each of some classes of a city, in their order; what [`Reader::class_filing`] says of one,
    /// in three queries for all (H5).
    ///
    /// # Errors
    /// On a database failure.
    pub fn class_filings(
        &mut self,
        jurisdiction: Id,
        classes: Vec<Class>,
    ) -> Result<Vec<ClassFiling>, StoreError> {
        let wanted: BTreeSet<Id> = classes.iter().filter_map(|class| class.plan_item_id).collect();
        let items: HashMap<Id, PlanItem> = plan_items::table
            .filter(plan_items::jurisdiction_id.eq(jurisdiction))
            .filter(plan_items::id.eq_any(wanted))
            .select(PlanItem::as_select())
            .load(self.conn)?
            .into_iter()
            .map(|item| (item.id, item))
            .collect();
        let wanted: BTreeSet<Id> = items.values().map(|item| item.plan_id).collect();
        let plans: HashMap<Id, TrainingPlan> = training_plans::table
            .filter(training_plans::jurisdiction_id.eq(jurisdiction))
            .filter(training_plans::id.eq_any(wanted))
            .select(TrainingPlan::as_select())
            .load(self.conn)?
            .into_iter()
            .map(|plan| (plan.id, plan))
            .collect();
        let units = classes.iter().map(|class| class.organization_id).collect();
        let filed: HashMap<(Id, i32), FilingState> = self
            .filings_of(jurisdiction, units)?
            .into_iter()
            .map(|filing| ((filing.organization_id, filing.year), filing.state.0))
            .collect();
        let with_filing = |class: Class| {
            let item = class.plan_item_id.and_then(|item| items.get(&item)).cloned();
            let plan = item.as_ref().and_then(|item| plans.get(&item.plan_id)).cloned();
            let filing = filed.get(&(class.organization_id, class.ends_on.year())).copied();
            ClassFiling { class, item, plan, filing }
        };
        Ok(classes.into_iter().map(with_filing).collect())
    }

    /// The names of some units of a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unit_names(
        &mut self,
        jurisdiction: Id,
        units: BTreeSet<Id>,
    ) -> Result<HashMap<Id, String>, StoreError> {
        let rows: Vec<(Id, String)> = organizations::table
            .filter(organizations::jurisdiction_id.eq(jurisdiction))
            .filter(organizations::id.eq_any(units))
            .select((organizations::id, organizations::name))
            .load(self.conn)?;
        Ok(rows.into_iter().collect())
    }
}
