//! Units that register by themselves (U0).

use diesel::prelude::*;
use xueshi_domain::registration::State;
use xueshi_domain::registry::OrganizationKind;

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::registrations::RegistrationFilter;
use crate::schema::unit_registrations;
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// A unit that asks to take part.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = unit_registrations, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct UnitRegistration {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id, which becomes the unit's own.
    pub id: Id,
    /// The account of its future administrator.
    pub account_id: Id,
    /// The body that it names to accept it and to review for it.
    pub body_id: Id,
    /// What it is.
    pub kind: Word<OrganizationKind>,
    /// Its full name.
    pub name: String,
    /// Unified social credit code (GB 32100).
    pub unit_code: String,
    /// 事业单位.
    pub is_public_institution: bool,
    /// What it says to the body.
    pub statement: Option<String>,
    /// Where it stands.
    pub state: Word<State>,
    /// The account that decided.
    pub decider_id: Option<Id>,
    /// The unit that it acted for.
    pub decided_for: Option<Id>,
    /// What the decider said.
    pub comment: Option<String>,
    /// Grows with every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Moment,
    /// When it was decided or withdrawn.
    pub decided_at: Option<Moment>,
    /// When it was last changed.
    pub updated_at: Moment,
}

impl Reader<'_> {
    /// A unit's registration, if the scope covers the body that it names or the account made it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_unit_registration(
        &mut self,
        scope: &Scope,
        account: Id,
        id: Id,
    ) -> Result<Option<UnitRegistration>, StoreError> {
        Ok(unit_registrations::table
            .filter(unit_registrations::id.eq(id))
            .filter(scope.unit_registrations(account))
            .select(UnitRegistration::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The registrations of units of a scope, and the account's own, in the order in which they were made.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unit_registrations(
        &mut self,
        scope: &Scope,
        account: Id,
        filter: &RegistrationFilter,
        page: Page<Id>,
    ) -> Result<Slice<UnitRegistration>, StoreError> {
        use unit_registrations as u;
        let matching = || -> u::BoxedQuery<'static, AnyBackend> {
            let mut query = u::table.into_boxed().filter(scope.unit_registrations(account));
            if let Some(state) = filter.state {
                query = query.filter(u::state.eq(Word(state)));
            }
            if let Some(body) = filter.organization {
                query = query.filter(u::body_id.eq(body));
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
                true => query.filter(u::id.lt(after)),
                false => query.filter(u::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(u::id.desc()),
            false => query.order(u::id.asc()),
        };
        let rows = query.select(UnitRegistration::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Stores a unit's registration.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_unit_registration(
        &mut self,
        registration: &UnitRegistration,
    ) -> Result<(), StoreError> {
        diesel::insert_into(unit_registrations::table).values(registration).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed registration of a unit, if it is still as it was read.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_unit_registration(
        &mut self,
        registration: &mut UnitRegistration,
    ) -> Result<Saved, StoreError> {
        use unit_registrations as u;
        let before = registration.version;
        registration.version += 1;
        registration.updated_at = Moment(self.now());
        let row = u::table.find((registration.jurisdiction_id, registration.id));
        let updated = diesel::update(row.filter(u::version.eq(before)))
            .set(&*registration)
            .execute(self.conn)?;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }
}
