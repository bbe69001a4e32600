//! The records that events are about, many in one query.

use diesel::prelude::*;

use crate::annual_records::AnnualRecord;
use crate::certificates::Certificate;
use crate::classes::Class;
use crate::columns::Id;
use crate::connection::AnyBackend;
use crate::declarations::Declaration;
use crate::error::StoreError;
use crate::exemptions::Exemption;
use crate::feed::Sight;
use crate::filing::Filing;
use crate::learning::LearningRecord;
use crate::makeup::MakeupGrant;
use crate::organizations::Organization;
use crate::people::{Employment, Professional};
use crate::plan_items::PlanItem;
use crate::plans::TrainingPlan;
use crate::policies::StoredPolicy;
use crate::schema::{
    annual_records, certificates, classes, declarations, employments, exemptions, filings,
    learning_records, makeup_grants, organizations, plan_items, policies, professionals,
    training_plans,
};
use crate::store::Reader;

/// Which records are wanted.
#[derive(Debug, Clone)]
pub enum Which {
    /// Those with these ids.
    Ids(Vec<Id>),
    /// A number of them behind an id, in the order of ids.
    Behind(Option<Id>, i64),
}

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident: $table:ident by $id:ident as $row:ident;)*) => { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// On a database failure.
        pub fn $name(&mut self, sight: &Sight, which: &Which) -> Result<Vec<$row>, StoreError> {
            let mut query: $table::BoxedQuery<'static, AnyBackend> =
                $table::table.into_boxed().filter(sight.$table());
            query = match which {
                Which::Ids(ids) => query.filter($table::$id.eq_any(ids.clone())),
                Which::Behind(after, limit) => {
                    if let Some(after) = after {
                        query = query.filter($table::$id.gt(*after));
                    }
                    query.order($table::$id.asc()).limit(*limit)
                }
            };
            Ok(query.select($row::as_select()).load(self.conn)?)
        }
    )* };
}

impl Reader<'_> {
    records! {
        /// Declarations.
        synced_declarations: declarations by id as Declaration;
        /// Certificates.
        synced_certificates: certificates by id as Certificate;
        /// Learning records.
        synced_learning_records: learning_records by id as LearningRecord;
        /// People.
        synced_professionals: professionals by professional_id as Professional;
        /// Units.
        synced_organizations: organizations by id as Organization;
        /// Exemptions.
        synced_exemptions: exemptions by id as Exemption;
        /// Make-up grants.
        synced_makeup_grants: makeup_grants by id as MakeupGrant;
        /// Filings.
        synced_filings: filings by id as Filing;
        /// Training plans.
        synced_training_plans: training_plans by id as TrainingPlan;
        /// Classes.
        synced_classes: classes by id as Class;
    }

    /// Years of people, each named by person and year.
    ///
    /// # Errors
    /// On a database failure.
    pub fn synced_annual_records(
        &mut self,
        sight: &Sight,
        wanted: &[(Id, i32)],
    ) -> Result<Vec<AnnualRecord>, StoreError> {
        let people: Vec<Id> = wanted.iter().map(|(person, _)| *person).collect();
        let years: Vec<i32> = wanted.iter().map(|(_, year)| *year).collect();
        let mut rows: Vec<AnnualRecord> = annual_records::table
            .filter(sight.annual_records())
            .filter(annual_records::professional_id.eq_any(people))
            .filter(annual_records::year.eq_any(years))
            .select(AnnualRecord::as_select())
            .load(self.conn)?;
        rows.retain(|row| wanted.contains(&(row.professional_id, row.year)));
        Ok(rows)
    }

    /// A number of years of people behind one, in the order of people and years.
    ///
    /// # Errors
    /// On a database failure.
    pub fn synced_annual_records_behind(
        &mut self,
        sight: &Sight,
        after: Option<(Id, i32)>,
        limit: i64,
    ) -> Result<Vec<AnnualRecord>, StoreError> {
        use annual_records as a;
        let mut query: a::BoxedQuery<'static, AnyBackend> =
            a::table.into_boxed().filter(sight.annual_records());
        if let Some((person, year)) = after {
            let same = a::professional_id.eq(person).and(a::year.gt(year));
            // The first condition is what an index is searched by.
            query = query
                .filter(a::professional_id.ge(person))
                .filter(a::professional_id.gt(person).or(same));
        }
        Ok(query
            .order((a::professional_id.asc(), a::year.asc()))
            .limit(limit)
            .select(AnnualRecord::as_select())
            .load(self.conn)?)
    }

    /// The policies in force, of all years or of these.
    ///
    /// # Errors
    /// On a database failure.
    pub fn synced_policies(
        &mut self,
        sight: &Sight,
        years: Option<&[i32]>,
    ) -> Result<Vec<StoredPolicy>, StoreError> {
        let mut query: policies::BoxedQuery<'static, AnyBackend> =
            policies::table.into_boxed().filter(sight.policies());
        if let Some(years) = years {
            query = query.filter(policies::year.eq_any(years.to_vec()));
        }
        Ok(query.order(policies::year.asc()).select(StoredPolicy::as_select()).load(self.conn)?)
    }

    /// Where some people have worked, the latest first for each.
    ///
    /// # Errors
    /// On a database failure.
    pub fn employments_of_people(
        &mut self,
        city: Id,
        people: &[Id],
    ) -> Result<Vec<Employment>, StoreError> {
        Ok(employments::table
            .filter(employments::jurisdiction_id.eq(city))
            .filter(employments::professional_id.eq_any(people.to_vec()))
            .order((
                employments::professional_id.asc(),
                employments::started_on.desc(),
                employments::id.desc(),
            ))
            .select(Employment::as_select())
            .load(self.conn)?)
    }

    /// The items of some plans, in the order in which they were added.
    ///
    /// # Errors
    /// On a database failure.
    pub fn items_of_plans(&mut self, city: Id, plans: &[Id]) -> Result<Vec<PlanItem>, StoreError> {
        Ok(plan_items::table
            .filter(plan_items::jurisdiction_id.eq(city))
            .filter(plan_items::plan_id.eq_any(plans.to_vec()))
            .order(plan_items::id.asc())
            .select(PlanItem::as_select())
            .load(self.conn)?)
    }

    /// The classes of some units and years, and those that rest on items of some plans: what a filing or a plan speaks for (H5).
    ///
    /// # Errors
    /// On a database failure.
    pub fn classes_resting_on(
        &mut self,
        city: Id,
        units: &[Id],
        plans: &[Id],
    ) -> Result<Vec<Class>, StoreError> {
        let items = plan_items::table
            .filter(plan_items::jurisdiction_id.eq(city))
            .filter(plan_items::plan_id.eq_any(plans.to_vec()))
            .select(plan_items::id.nullable());
        Ok(classes::table
            .filter(classes::jurisdiction_id.eq(city))
            .filter(
                classes::organization_id.eq_any(units.to_vec()).or(classes::plan_item_id
                    .is_not_null()
                    .and(classes::plan_item_id.eq_any(items))),
            )
            .order(classes::id.asc())
            .select(Class::as_select())
            .load(self.conn)?)
    }
}
