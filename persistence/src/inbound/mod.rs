//! What other systems push: what they call our records, where they contradict us, and what they made of ours (ADR 0023).

mod acknowledgements;
mod conflicts;
mod reported;

use diesel::prelude::*;
use xueshi_domain::inbound::InboundKind;

pub use self::acknowledgements::{Acknowledgement, AcknowledgementFilter};
pub use self::conflicts::{SyncConflict, SyncConflictFilter};
pub use self::reported::ReportedYear;
use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::merging::Pair;
use crate::schema::{sync_acknowledgements, sync_conflicts, sync_references};
use crate::store::{Reader, Writer};

/// What another system calls a record of ours.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sync_references, treat_none_as_default_value = false)]
pub struct SyncReference {
    /// The city.
    pub jurisdiction_id: Id,
    /// The other system.
    pub source: String,
    /// What it is about.
    pub kind: Word<InboundKind>,
    /// Its name there.
    pub external_id: String,
    /// The record here; of a prior year the person.
    pub local_id: Id,
    /// The person, if it is about one.
    pub person_id: Option<Id>,
    /// The year, of a prior year.
    pub year: Option<i32>,
    /// The latest revision that was understood.
    pub revision: i64,
    /// A keyed digest of what that revision said.
    pub digest: Vec<u8>,
    /// Keyed digests of the fields as the other system last had them, as JSON.
    pub base: String,
    /// The conflict that is to be settled.
    pub conflict_id: Option<Id>,
    /// When it last changed.
    pub updated_at: Moment,
}

impl Reader<'_> {
    /// What is known of a record of another system.
    ///
    /// # Errors
    /// On a database failure.
    pub fn sync_reference(
        &mut self,
        city: Id,
        source: &str,
        kind: InboundKind,
        external_id: &str,
    ) -> Result<Option<SyncReference>, StoreError> {
        Ok(sync_references::table
            .find((city, source, Word(kind), external_id))
            .select(SyncReference::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A keyed digest of what another system said: from it nobody without the installation's key learns what it was (U4a).
    #[must_use]
    pub fn inbound_digest(&self, what: &str, text: &str) -> Vec<u8> {
        self.cipher.lookup_hash(&format!("inbound {what}"), text)
    }
}

impl Writer<'_> {
    /// Notes what another system calls a record of ours.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another transaction has just done so: running this one again finds it.
    pub fn insert_sync_reference(&mut self, reference: &SyncReference) -> Result<(), StoreError> {
        let done = diesel::insert_into(sync_references::table).values(reference).execute(self.conn);
        match done.map_err(StoreError::from) {
            Err(StoreError::Taken(_)) => Err(StoreError::Conflict),
            done => done.map(|_| ()),
        }
    }

    /// Stores how far another system has told us of a record.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_sync_reference(&mut self, reference: &SyncReference) -> Result<(), StoreError> {
        let r = reference;
        let found =
            sync_references::table.find((r.jurisdiction_id, &r.source, r.kind, &r.external_id));
        diesel::update(found)
            .set((
                sync_references::local_id.eq(r.local_id),
                sync_references::person_id.eq(r.person_id),
                sync_references::year.eq(r.year),
                sync_references::revision.eq(r.revision),
                sync_references::digest.eq(&r.digest),
                sync_references::base.eq(&r.base),
                sync_references::conflict_id.eq(r.conflict_id),
                sync_references::updated_at.eq(r.updated_at),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// U4: what other systems called the record that gave way leads to the one that stands.
    pub(crate) fn refer_to_kept(&mut self, pair: Pair) -> Result<(), StoreError> {
        use sync_acknowledgements as a;
        use sync_conflicts as c;
        use sync_references as r;
        let (city, kept, merged) = (pair.jurisdiction, pair.kept, pair.merged);
        diesel::update(r::table.filter(r::jurisdiction_id.eq(city)).filter(r::local_id.eq(merged)))
            .set(r::local_id.eq(kept))
            .execute(self.conn)?;
        diesel::update(
            r::table.filter(r::jurisdiction_id.eq(city)).filter(r::person_id.eq(merged)),
        )
        .set(r::person_id.eq(kept))
        .execute(self.conn)?;
        diesel::update(c::table.filter(c::jurisdiction_id.eq(city)).filter(c::local_id.eq(merged)))
            .set(c::local_id.eq(kept))
            .execute(self.conn)?;
        diesel::update(
            c::table.filter(c::jurisdiction_id.eq(city)).filter(c::person_id.eq(merged)),
        )
        .set(c::person_id.eq(kept))
        .execute(self.conn)?;
        diesel::update(
            a::table.filter(a::jurisdiction_id.eq(city)).filter(a::person_id.eq(merged)),
        )
        .set(a::person_id.eq(kept))
        .execute(self.conn)?;
        Ok(())
    }
}
