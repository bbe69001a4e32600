//! What witnesses are shown and what they signed (C2SP tlog-witness, tlog-cosignature).

use diesel::prelude::*;

use super::Checkpoint;
use crate::columns::Moment;
use crate::error::StoreError;
use crate::schema::{log_checkpoints, log_cosignatures};
use crate::store::{Reader, Writer};

/// A witness's signature under a head.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = log_cosignatures, treat_none_as_default_value = false)]
pub struct Cosignature {
    /// The witness.
    pub witness: String,
    /// How many entries the head speaks of.
    pub tree_size: i64,
    /// The root of their tree.
    pub root: Vec<u8>,
    /// The head's note.
    pub note: String,
    /// Its line of the note, without the line's end.
    pub line: String,
    /// When it was received.
    pub signed_at: Moment,
}

/// What a witness is to see next.
#[derive(Debug, Clone)]
pub struct ForWitness {
    /// The newest head.
    pub checkpoint: Checkpoint,
    /// The size of the tree that the witness signed last; 0 if it has signed none that is known.
    pub signed: i64,
}

impl Reader<'_> {
    /// What a witness is to see next; `None` when it has signed the newest head, or there is none.
    ///
    /// # Errors
    /// On a database failure.
    pub fn for_witness(&mut self, witness: &str) -> Result<Option<ForWitness>, StoreError> {
        let newest = log_checkpoints::table
            .order(log_checkpoints::tree_size.desc())
            .select(Checkpoint::as_select())
            .first(self.conn)
            .optional()?;
        let signed = log_cosignatures::table
            .find(witness)
            .select(log_cosignatures::tree_size)
            .first::<i64>(self.conn)
            .optional()?;
        let signed = signed.unwrap_or(0);
        Ok(newest
            .filter(|newest| newest.tree_size > signed)
            .map(|checkpoint| ForWitness { checkpoint, signed }))
    }
}

impl Writer<'_> {
    /// Keeps what a witness signed last.
    ///
    /// # Errors
    /// On a database failure.
    pub fn keep_cosignature(&mut self, cosignature: &Cosignature) -> Result<(), StoreError> {
        diesel::delete(log_cosignatures::table.find(&cosignature.witness)).execute(self.conn)?;
        diesel::insert_into(log_cosignatures::table).values(cosignature).execute(self.conn)?;
        Ok(())
    }
}
