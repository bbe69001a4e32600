//! Where one may learn: platforms, the units that train, and the filing behind their classes (H5, H6, P1).

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use xueshi_domain::registry::{OrganizationKind, Standing};

use crate::columns::{Id, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::filing::Filing;
use crate::learning::Platform;
use crate::organizations::Organization;
use crate::page::{Page, Slice};
use crate::schema::{filings, organizations, platforms};
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
