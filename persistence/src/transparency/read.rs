//! Reading the log: entries, heads, tiles and proofs.

use diesel::prelude::*;
use tlog_tiles::{prove_record, prove_tree};

use super::LogEntry;
use super::key::name_of;
use super::tree::{HASH, Tiles, WIDTH, read};
use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::keys::KeyPurpose;
use crate::schema::{log_checkpoints, log_cosignatures, log_entries, signing_keys};
use crate::store::Reader;

/// A signed head of the tree.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = log_checkpoints)]
pub struct Checkpoint {
    /// How many entries it speaks of.
    pub tree_size: i64,
    /// The root of the tree.
    pub root: Vec<u8>,
    /// The signed note (C2SP checkpoint).
    pub note: String,
    /// When it was sealed.
    pub sealed_at: Moment,
}

/// The log as it is known by its newest head.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its name.
    pub origin: String,
    /// The key that its heads are verified with (C2SP signed-note).
    pub verifier_key: String,
    /// The newest head, with the cosignatures of witnesses behind its own signature.
    pub checkpoint: Checkpoint,
}

/// Whether a text is one line of a signed note.
fn is_signature_line(line: &str) -> bool {
    !line.contains(char::is_control) && signed_note::Signature::from_bytes(line.as_bytes()).is_ok()
}

impl Reader<'_> {
    /// The entry with this id: that of its event, or one of its own.
    ///
    /// # Errors
    /// On a database failure.
    pub fn log_entry(&mut self, id: Id) -> Result<Option<LogEntry>, StoreError> {
        Ok(log_entries::table
            .filter(log_entries::id.eq(id))
            .select(LogEntry::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The entries with these ids.
    ///
    /// # Errors
    /// On a database failure.
    pub fn log_entries(&mut self, ids: &[Id]) -> Result<Vec<LogEntry>, StoreError> {
        Ok(log_entries::table
            .filter(log_entries::id.eq_any(ids.to_vec()))
            .select(LogEntry::as_select())
            .load(self.conn)?)
    }

    /// The key that heads are verified with; none before the first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn log_verifier_key(&mut self) -> Result<Option<String>, StoreError> {
        Ok(signing_keys::table
            .filter(signing_keys::purpose.eq(Word(KeyPurpose::Log)))
            .order((signing_keys::created_at.desc(), signing_keys::kid.desc()))
            .select(signing_keys::public_key)
            .first(self.conn)
            .optional()?)
    }

    /// The newest head; none while nothing is sealed.
    ///
    /// # Errors
    /// On a database failure.
    pub fn log_head(&mut self) -> Result<Option<Head>, StoreError> {
        let newest = log_checkpoints::table
            .order(log_checkpoints::tree_size.desc())
            .select(Checkpoint::as_select())
            .first(self.conn)
            .optional()?;
        self.head_of(newest)
    }

    /// The newest head that a witness has signed; none while there is none.
    ///
    /// # Errors
    /// On a database failure.
    pub fn cosigned_head(&mut self) -> Result<Option<Head>, StoreError> {
        let newest = log_cosignatures::table
            .order(log_cosignatures::tree_size.desc())
            .select((
                log_cosignatures::tree_size,
                log_cosignatures::root,
                log_cosignatures::note,
                log_cosignatures::signed_at,
            ))
            .first::<(i64, Vec<u8>, String, Moment)>(self.conn)
            .optional()?;
        self.head_of(newest.map(|(tree_size, root, note, sealed_at)| Checkpoint {
            tree_size,
            root,
            note,
            sealed_at,
        }))
    }

    fn head_of(&mut self, newest: Option<Checkpoint>) -> Result<Option<Head>, StoreError> {
        let (Some(mut checkpoint), Some(verifier_key)) = (newest, self.log_verifier_key()?) else {
            return Ok(None);
        };
        let lines: Vec<String> = log_cosignatures::table
            .filter(log_cosignatures::tree_size.eq(checkpoint.tree_size))
            .order(log_cosignatures::witness.asc())
            .select(log_cosignatures::line)
            .load(self.conn)?;
        // What is no line of a note would spoil all of it for everybody.
        for line in lines.iter().filter(|line| is_signature_line(line)) {
            checkpoint.note.push_str(line);
            checkpoint.note.push('\n');
        }
        let origin = name_of(&verifier_key).to_owned();
        Ok(Some(Head { origin, verifier_key, checkpoint }))
    }

    /// The first `width` hashes of a tile; `None` while there are not that many.
    ///
    /// # Errors
    /// On a database failure.
    pub fn log_tile(
        &mut self,
        level: u8,
        number: u64,
        width: u16,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let length = usize::from(width) * HASH;
        let hashes = read(self.conn, level, number)?.filter(|hashes| hashes.len() >= length);
        Ok(hashes.map(|mut hashes| {
            hashes.truncate(length);
            hashes
        }))
    }

    /// The first `width` leaves of a bundle of 256; `None` while there are not that many sealed.
    ///
    /// # Errors
    /// On a database failure.
    pub fn log_bundle(
        &mut self,
        number: u64,
        width: u16,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let first = number.checked_mul(WIDTH).and_then(|first| i64::try_from(first).ok());
        let Some(first) = first else { return Ok(None) };
        let end = first.saturating_add(i64::from(width));
        let leaves: Vec<String> = log_entries::table
            .filter(log_entries::leaf_index.ge(first))
            .filter(log_entries::leaf_index.lt(end))
            .order(log_entries::leaf_index.asc())
            .select(log_entries::leaf)
            .load(self.conn)?;
        Ok((leaves.len() == usize::from(width)).then_some(leaves))
    }

    /// The leaf at a place; `None` when nothing is sealed there.
    ///
    /// # Errors
    /// On a database failure.
    pub fn log_leaf(&mut self, leaf_index: u64) -> Result<Option<String>, StoreError> {
        let Ok(leaf_index) = i64::try_from(leaf_index) else { return Ok(None) };
        Ok(log_entries::table
            .filter(log_entries::leaf_index.eq(leaf_index))
            .select(log_entries::leaf)
            .first(self.conn)
            .optional()?)
    }

    /// The hashes that prove that the tree of a size holds an entry (RFC 6962, 2.1.1).
    ///
    /// # Errors
    /// On a database failure; the caller has seen to it that the tree is not larger than what is sealed, and holds the entry.
    pub fn log_inclusion(
        &mut self,
        leaf_index: u64,
        tree_size: u64,
    ) -> Result<Vec<[u8; HASH]>, StoreError> {
        let tiles = Tiles::new(self.conn);
        let proof = tiles.answer(prove_record(tree_size, leaf_index, &tiles))?;
        Ok(proof.into_iter().map(|hash| hash.0).collect())
    }

    /// The hashes that prove that the tree of a size begins with that of a smaller one (RFC 6962, 2.1.2).
    ///
    /// # Errors
    /// On a database failure; the caller has seen to it that `1 <= first <= second`, and that `second` is sealed.
    pub fn log_consistency(
        &mut self,
        first: u64,
        second: u64,
    ) -> Result<Vec<[u8; HASH]>, StoreError> {
        let tiles = Tiles::new(self.conn);
        let proof = tiles.answer(prove_tree(second, first, &tiles))?;
        Ok(proof.into_iter().map(|hash| hash.0).collect())
    }
}
