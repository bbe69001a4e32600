//! What another system says otherwise than somebody here decided.

use diesel::prelude::*;
use xueshi_domain::inbound::{ConflictState, InboundKind};

use crate::cipher::context;
use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::sync_conflicts;
use crate::store::{Reader, Writer};

/// A contradiction that somebody has to settle.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sync_conflicts, treat_none_as_default_value = false)]
pub struct SyncConflict {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The other system.
    pub source: String,
    /// What it is about.
    pub kind: Word<InboundKind>,
    /// The record's name there.
    pub external_id: String,
    /// The revision that contradicts.
    pub revision: i64,
    /// The record here; of a prior year the person.
    pub local_id: Id,
    /// The person, if it is about one.
    pub person_id: Option<Id>,
    /// The unit that it concerns.
    pub unit_id: Option<Id>,
    /// The body above that unit.
    pub authority_id: Option<Id>,
    /// The year, of a prior year.
    pub year: Option<i32>,
    /// The names of the fields that differ, as a JSON array.
    pub fields: String,
    /// What the other system says, encrypted.
    pub remote_cipher: Vec<u8>,
    /// Where it stands.
    pub state: Word<ConflictState>,
    /// Why it was settled as it was.
    pub reason: Option<String>,
    /// Who settled it.
    pub decider_id: Option<Id>,
    /// Acting for which unit.
    pub decided_for: Option<Id>,
    /// Grows with every change.
    pub version: i32,
    /// When it was found.
    pub created_at: Moment,
    /// When it was settled.
    pub decided_at: Option<Moment>,
    /// When it last changed.
    pub updated_at: Moment,
}

/// Which conflicts a list shows.
#[derive(Debug, Clone, Default)]
pub struct SyncConflictFilter {
    /// Only in this state.
    pub state: Option<ConflictState>,
    /// Only of this kind.
    pub kind: Option<InboundKind>,
    /// Only about this person.
    pub person: Option<Id>,
}

impl Reader<'_> {
    /// A conflict of a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn sync_conflict(&mut self, city: Id, id: Id) -> Result<Option<SyncConflict>, StoreError> {
        Ok(sync_conflicts::table
            .find((city, id))
            .select(SyncConflict::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The conflicts of a city, in the order in which they were found.
    ///
    /// # Errors
    /// On a database failure.
    pub fn sync_conflicts(
        &mut self,
        city: Id,
        filter: &SyncConflictFilter,
        page: Page<Id>,
    ) -> Result<Slice<SyncConflict>, StoreError> {
        use sync_conflicts as c;
        let matching = || -> c::BoxedQuery<'static, AnyBackend> {
            let mut query = c::table.into_boxed().filter(c::jurisdiction_id.eq(city));
            if let Some(state) = filter.state {
                query = query.filter(c::state.eq(Word(state)));
            }
            if let Some(kind) = filter.kind {
                query = query.filter(c::kind.eq(Word(kind)));
            }
            if let Some(person) = filter.person {
                query = query.filter(c::person_id.eq(person));
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
                true => query.filter(c::id.lt(after)),
                false => query.filter(c::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(c::id.desc()),
            false => query.order(c::id.asc()),
        };
        let rows = query.select(SyncConflict::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// What the other system says, decrypted.
    ///
    /// # Errors
    /// When it does not decrypt.
    pub fn open_remote(&self, conflict: &SyncConflict) -> Result<String, StoreError> {
        self.cipher.open(context::INBOUND_LINE, &conflict.remote_cipher)
    }

    /// What another system says, encrypted.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn seal_remote(&self, text: &str) -> Result<Vec<u8>, StoreError> {
        self.cipher.seal(context::INBOUND_LINE, text)
    }
}

impl Writer<'_> {
    /// Adds a conflict.
    ///
    /// # Errors
    /// [`StoreError::Taken`] while another one of the same record is open.
    pub fn insert_sync_conflict(&mut self, conflict: &SyncConflict) -> Result<(), StoreError> {
        diesel::insert_into(sync_conflicts::table).values(conflict).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed conflict that was open, unless someone was faster.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_sync_conflict(&mut self, conflict: &mut SyncConflict) -> Result<Saved, StoreError> {
        use sync_conflicts as c;
        let now = Moment(self.now());
        let open = c::table
            .find((conflict.jurisdiction_id, conflict.id))
            .filter(c::state.eq(Word(ConflictState::Open)))
            .filter(c::version.eq(conflict.version));
        let updated = diesel::update(open)
            .set((
                c::revision.eq(conflict.revision),
                c::fields.eq(&conflict.fields),
                c::remote_cipher.eq(&conflict.remote_cipher),
                c::state.eq(conflict.state),
                c::reason.eq(&conflict.reason),
                c::decider_id.eq(conflict.decider_id),
                c::decided_for.eq(conflict.decided_for),
                c::decided_at.eq(conflict.decided_at),
                c::version.eq(conflict.version + 1),
                c::updated_at.eq(now),
            ))
            .execute(self.conn)?;
        if updated != 1 {
            return Ok(Saved::Overtaken);
        }
        conflict.version += 1;
        conflict.updated_at = now;
        Ok(Saved::Yes)
    }
}
