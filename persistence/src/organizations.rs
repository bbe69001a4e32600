//! Units and their tree.

use diesel::prelude::*;

use crate::columns::{Id, Moment, Word};
use crate::connection::{AnyBackend, on_either};
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::schema::organizations;
use crate::scope::Scope;
use crate::store::{Reader, Writer};
use crate::units::without_administrator;
use xueshi_domain::registry::{OrganizationKind, Standing};

/// A unit: bureau, authority, base, institution or employer.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
pub struct Organization {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The unit above it.
    pub parent_id: Option<Id>,
    /// `/root/…/self/`: its place in the tree.
    pub path: String,
    /// What it is.
    pub kind: Word<OrganizationKind>,
    /// Its full name.
    pub name: String,
    /// Unified social credit code (GB 32100).
    pub unit_code: Option<String>,
    /// 事业单位: matters for the annual appraisal.
    pub is_public_institution: bool,
    /// Who reviews for it after itself.
    pub reviewing_body_id: Option<Id>,
    /// Whether it is in use.
    pub state: Word<Standing>,
    /// Grows with every change.
    pub version: i32,
    /// When it was added.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// Which units a list shows.
#[derive(Debug, Clone, Default)]
pub struct OrganizationFilter {
    /// Only of this kind.
    pub kind: Option<OrganizationKind>,
    /// Only directly below this unit.
    pub parent: Option<Id>,
    /// Only in this state.
    pub state: Option<Standing>,
    /// Only those in use that nobody acts for (U1).
    pub without_administrator: bool,
}

impl Reader<'_> {
    /// A unit of a city, by id, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn organization(
        &mut self,
        jurisdiction: Id,
        id: Id,
    ) -> Result<Option<Organization>, StoreError> {
        Ok(on_either!(self.conn, |conn| organizations::table
            .find((jurisdiction, id))
            .select(Organization::as_select())
            .first(conn)
            .optional()?))
    }

    /// Some units of a city, in no particular order.
    ///
    /// # Errors
    /// On a database failure.
    pub fn organizations_by_id(
        &mut self,
        jurisdiction: Id,
        ids: Vec<Id>,
    ) -> Result<Vec<Organization>, StoreError> {
        Ok(organizations::table
            .filter(organizations::jurisdiction_id.eq(jurisdiction))
            .filter(organizations::id.eq_any(ids))
            .select(Organization::as_select())
            .load(self.conn)?)
    }

    /// The unit at the root of a city's tree: its municipal bureau.
    ///
    /// # Errors
    /// On a database failure.
    pub fn municipal_bureau(
        &mut self,
        jurisdiction: Id,
    ) -> Result<Option<Organization>, StoreError> {
        Ok(organizations::table
            .filter(organizations::jurisdiction_id.eq(jurisdiction))
            .filter(organizations::parent_id.is_null())
            .select(Organization::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// Units in use of a scope that have exactly this name.
    ///
    /// # Errors
    /// On a database failure.
    pub fn organizations_named(
        &mut self,
        scope: &Scope,
        name: &str,
        limit: i64,
    ) -> Result<Vec<Organization>, StoreError> {
        Ok(organizations::table
            .filter(scope.organizations())
            .filter(organizations::name.eq(name))
            .filter(organizations::state.eq(Word(Standing::Active)))
            .order(organizations::id.asc())
            .limit(limit)
            .select(Organization::as_select())
            .load(self.conn)?)
    }

    /// The units of a scope, in the order in which they were added.
    ///
    /// # Errors
    /// On a database failure.
    pub fn organizations(
        &mut self,
        scope: &Scope,
        filter: &OrganizationFilter,
        page: Page<Id>,
    ) -> Result<Slice<Organization>, StoreError> {
        let matching = || -> organizations::BoxedQuery<'static, AnyBackend> {
            let mut query = organizations::table.into_boxed().filter(scope.organizations());
            if let Some(kind) = filter.kind {
                query = query.filter(organizations::kind.eq(Word(kind)));
            }
            if let Some(parent) = filter.parent {
                query = query.filter(organizations::parent_id.eq(parent));
            }
            if let Some(state) = filter.state {
                query = query.filter(organizations::state.eq(Word(state)));
            }
            if filter.without_administrator {
                query = query.filter(without_administrator());
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
                true => query.filter(organizations::id.lt(after)),
                false => query.filter(organizations::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(organizations::id.desc()),
            false => query.order(organizations::id.asc()),
        };
        let rows = query.select(Organization::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Adds a unit.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when its unit code is already there.
    pub fn insert_organization(&mut self, unit: &Organization) -> Result<(), StoreError> {
        diesel::insert_into(organizations::table).values(unit).execute(self.conn)?;
        self.note(unit.jurisdiction_id, unit.created_at, &Fact::place(unit))
    }

    /// Changes a unit's own facts, if nobody else has since `unit` was read.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when its unit code is already there.
    pub fn update_organization(&mut self, unit: &mut Organization) -> Result<bool, StoreError> {
        let now = Moment(self.now());
        let updated = diesel::update(
            organizations::table
                .find((unit.jurisdiction_id, unit.id))
                .filter(organizations::version.eq(unit.version)),
        )
        .set((
            organizations::name.eq(&unit.name),
            organizations::unit_code.eq(&unit.unit_code),
            organizations::is_public_institution.eq(unit.is_public_institution),
            organizations::reviewing_body_id.eq(unit.reviewing_body_id),
            organizations::state.eq(unit.state),
            organizations::version.eq(unit.version + 1),
            organizations::updated_at.eq(now),
        ))
        .execute(self.conn)?;
        unit.version += 1;
        unit.updated_at = now;
        if updated == 1 {
            self.note(unit.jurisdiction_id, now, &Fact::place(unit))?;
        }
        Ok(updated == 1)
    }
}
