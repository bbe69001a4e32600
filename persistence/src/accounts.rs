//! Accounts as lists, for those who keep them.

use diesel::prelude::*;
use xueshi_domain::registry::Standing;

use crate::columns::{Id, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::identity::{Account, Grant};
use crate::page::{Page, Slice};
use crate::schema::{accounts, grants};
use crate::store::Reader;

/// Which accounts a list shows.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Only the one of this name.
    pub username: Option<String>,
    /// Only in this state.
    pub state: Option<Standing>,
    /// Only those of this person.
    pub professional: Option<Id>,
    /// Only those with a role at this very unit.
    pub organization: Option<Id>,
}

impl Reader<'_> {
    /// The accounts of a city, in the order in which they were made.
    ///
    /// # Errors
    /// On a database failure.
    pub fn accounts(
        &mut self,
        jurisdiction: Id,
        filter: &AccountFilter,
        page: Page<Id>,
    ) -> Result<Slice<Account>, StoreError> {
        let matching = || -> accounts::BoxedQuery<'static, AnyBackend> {
            let mut query =
                accounts::table.into_boxed().filter(accounts::jurisdiction_id.eq(jurisdiction));
            if let Some(username) = &filter.username {
                query = query.filter(accounts::username.eq(username.clone()));
            }
            if let Some(state) = filter.state {
                query = query.filter(accounts::state.eq(Word(state)));
            }
            if let Some(professional) = filter.professional {
                query = query.filter(accounts::professional_id.eq(professional));
            }
            if let Some(organization) = filter.organization {
                let holders = grants::table
                    .filter(grants::jurisdiction_id.eq(jurisdiction))
                    .filter(grants::organization_id.eq(organization))
                    .filter(grants::ended_at.is_null())
                    .select(grants::account_id);
                query = query.filter(accounts::id.eq_any(holders));
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
                true => query.filter(accounts::id.lt(after)),
                false => query.filter(accounts::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(accounts::id.desc()),
            false => query.order(accounts::id.asc()),
        };
        let rows = query.select(Account::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// The account of a person, if they have one.
    ///
    /// # Errors
    /// On a database failure.
    pub fn account_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Option<Account>, StoreError> {
        Ok(accounts::table
            .filter(accounts::jurisdiction_id.eq(jurisdiction))
            .filter(accounts::professional_id.eq(professional))
            .select(Account::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A grant that stands now.
    ///
    /// # Errors
    /// On a database failure.
    pub fn grant(&mut self, id: Id) -> Result<Option<Grant>, StoreError> {
        Ok(grants::table
            .find(id)
            .filter(grants::ended_at.is_null())
            .select(Grant::as_select())
            .first(self.conn)
            .optional()?)
    }
}
