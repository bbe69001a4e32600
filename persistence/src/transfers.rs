//! Transfers of people between employers (U2).

use diesel::prelude::*;
use xueshi_domain::transfer::{DecidedAs, Side, State};

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::transfers;
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// A person's way from one employer to another.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = transfers, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Transfer {
    /// The city.
    pub jurisdiction_id: Id,
    /// Who goes.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The employer that the person leaves.
    pub from_id: Id,
    /// The employer that the person comes to.
    pub to_id: Id,
    /// Which of the two asked.
    pub asked_by: Word<Side>,
    /// The account that asked.
    pub asker_id: Id,
    /// Why.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: Word<State>,
    /// As what the decider decided.
    pub decided_as: Option<Word<DecidedAs>>,
    /// The account that decided.
    pub decider_id: Option<Id>,
    /// The unit that it acted for.
    pub decided_for: Option<Id>,
    /// What the decider said.
    pub comment: Option<String>,
    /// Grows with every change.
    pub version: i32,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it was decided or withdrawn.
    pub decided_at: Option<Moment>,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// Which transfers a list shows.
#[derive(Debug, Clone, Default)]
pub struct TransferFilter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only of this person.
    pub professional: Option<Id>,
    /// Only from or to this employer.
    pub organization: Option<Id>,
}

impl Reader<'_> {
    /// A transfer, if the scope covers the person's own or one of its two employers.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_transfer(
        &mut self,
        scope: &Scope,
        id: Id,
    ) -> Result<Option<Transfer>, StoreError> {
        Ok(transfers::table
            .filter(transfers::id.eq(id))
            .filter(scope.transfers())
            .select(Transfer::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A person's transfer that waits for a decision, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn open_transfer(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Option<Transfer>, StoreError> {
        Ok(transfers::table
            .filter(transfers::jurisdiction_id.eq(jurisdiction))
            .filter(transfers::professional_id.eq(professional))
            .filter(transfers::state.eq(Word(State::Requested)))
            .select(Transfer::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The transfers of a scope, in the order in which they were asked for.
    ///
    /// # Errors
    /// On a database failure.
    pub fn transfers(
        &mut self,
        scope: &Scope,
        filter: &TransferFilter,
        page: Page<Id>,
    ) -> Result<Slice<Transfer>, StoreError> {
        let matching = || -> transfers::BoxedQuery<'static, AnyBackend> {
            let mut query = transfers::table.into_boxed().filter(scope.transfers());
            if let Some(state) = filter.state {
                query = query.filter(transfers::state.eq(Word(state)));
            }
            if let Some(person) = filter.professional {
                query = query.filter(transfers::professional_id.eq(person));
            }
            if let Some(unit) = filter.organization {
                query = query.filter(transfers::from_id.eq(unit).or(transfers::to_id.eq(unit)));
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
                true => query.filter(transfers::id.lt(after)),
                false => query.filter(transfers::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(transfers::id.desc()),
            false => query.order(transfers::id.asc()),
        };
        let rows = query.select(Transfer::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Asks for a transfer.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another one waits for a decision.
    pub fn insert_transfer(&mut self, transfer: &Transfer) -> Result<(), StoreError> {
        diesel::insert_into(transfers::table).values(transfer).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed transfer, if it is still as it was read.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_transfer(&mut self, transfer: &mut Transfer) -> Result<Saved, StoreError> {
        let before = transfer.version;
        transfer.version += 1;
        transfer.updated_at = Moment(self.now());
        let key = (transfer.jurisdiction_id, transfer.professional_id, transfer.id);
        let updated =
            diesel::update(transfers::table.find(key).filter(transfers::version.eq(before)))
                .set(&*transfer)
                .execute(self.conn)?;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }
}
