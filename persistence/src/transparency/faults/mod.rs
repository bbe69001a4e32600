//! Recomputing the log against the database: what does not fit, and where.

mod entries;
mod rows;
mod tiles;

use std::collections::{BTreeMap, HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::Hash;

use super::Checkpoint;
use super::growing::Growing;
use super::tree::{HASH, WIDTH};
use crate::columns::Id;
use crate::error::StoreError;
use crate::schema::{log_checkpoints, log_entries};
use crate::store::Reader;

/// Entries that are read at once.
const PAGE: i64 = 500;
/// Faults that are named at most: whoever finds more needs no list.
const NAMED: usize = 1_000;

/// A row that does not fit the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFault {
    /// The table.
    pub table: String,
    /// The row: its key, or its place.
    pub row: String,
    /// What is wrong with it.
    pub what: String,
}

/// A head that somebody kept outside of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The log that it is of.
    pub origin: String,
    /// How many entries it speaks of.
    pub tree_size: u64,
    /// The root of that tree.
    pub root: [u8; HASH],
}

impl Remembered {
    /// Reads what a checkpoint says; `None` for anything else. Its signatures are not looked at.
    #[must_use]
    pub fn parse(note: &str) -> Option<Self> {
        let mut lines = note.lines();
        let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
        let tree_size = lines.next()?.parse().ok()?;
        let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        Some(Self { origin, tree_size, root })
    }
}

/// What was found so far.
struct Faults(Vec<LogFault>);

impl Faults {
    fn add(&mut self, table: &str, row: impl ToString, what: &str) {
        if self.0.len() < NAMED {
            self.0.push(LogFault {
                table: table.to_owned(),
                row: row.to_string(),
                what: what.to_owned(),
            });
        }
    }
}

/// The tree as the entries give it, and as the tiles of leaves do.
#[derive(Default)]
struct Trees {
    of_entries: Growing,
    of_tiles: Growing,
    /// The places where the two differ.
    differing: Vec<u64>,
    /// The roots of both at the sizes that heads speak of.
    roots: BTreeMap<u64, (Hash, Hash)>,
    size: u64,
}

/// What the entries say of the covered rows: the digest of each, or that it is gone. Keys are kept as digests, for their length.
#[derive(Default)]
struct Latest {
    rows: HashMap<(u8, [u8; 16]), Option<[u8; 32]>>,
    /// The accounts of people whose data was erased: addresses of theirs may be gone.
    erased: HashSet<Id>,
    /// Events whose address is not theirs, or is gone though nobody was erased. Who was is in rows that may be the wrong ones.
    addresses: Vec<Id>,
}

impl Reader<'_> {
    /// Recomputes the log against the database and names what does not fit, in the order of the log; nothing when all is well.
    ///
    /// Without `verifier_key` the one that is stored is believed; `remembered` are heads that must be of this log's past.
    ///
    /// # Errors
    /// On a database failure.
    pub fn log_faults(
        &mut self,
        verifier_key: Option<&str>,
        remembered: &[Remembered],
    ) -> Result<Vec<LogFault>, StoreError> {
        let mut faults = Faults(Vec::new());
        let heads: Vec<Checkpoint> = log_checkpoints::table
            .order(log_checkpoints::tree_size.asc())
            .select(Checkpoint::as_select())
            .load(self.conn)?;
        let stored_key = self.log_verifier_key()?;
        let sizes = heads.iter().filter_map(|head| u64::try_from(head.tree_size).ok());
        let sizes: Vec<u64> = sizes.chain(remembered.iter().map(|head| head.tree_size)).collect();
        let mut latest = Latest { erased: self.erased_accounts()?, ..Latest::default() };
        let mut trees = Trees::default();
        trees.note_roots(&sizes);
        self.walk_entries(&mut trees, &sizes, &mut latest, &mut faults)?;
        check_size(&heads, &trees, &mut faults);
        self.check_keys(&mut latest, &mut faults)?;
        let key = verifier_key.or(stored_key.as_deref());
        check_heads(&heads, key, &trees, &mut faults);
        check_remembered(remembered, key, &trees, &mut faults);
        self.check_tiles(&trees, &heads, &mut faults)?;
        self.check_unlogged_events(&mut faults)?;
        self.check_code(&mut faults)?;
        self.check_rows(&mut latest, &mut faults)?;
        for event in latest.addresses {
            faults.add("events", event, "its address is not the one that it commits to");
        }
        Ok(faults.0)
    }

    /// The numbers of entries that are not sealed. They are no fault as long as the service has had no second to seal them.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unsealed(&mut self) -> Result<Vec<i64>, StoreError> {
        Ok(log_entries::table
            .filter(log_entries::leaf_index.is_null())
            .order(log_entries::seq.asc())
            .select(log_entries::seq)
            .limit(PAGE)
            .load(self.conn)?)
    }

    /// Which of these entries are sealed.
    ///
    /// # Errors
    /// On a database failure.
    pub fn sealed_of(&mut self, seqs: &[i64]) -> Result<Vec<i64>, StoreError> {
        Ok(log_entries::table
            .filter(log_entries::seq.eq_any(seqs.to_vec()))
            .filter(log_entries::leaf_index.ge(0))
            .select(log_entries::seq)
            .load(self.conn)?)
    }
}

impl Trees {
    /// The empty tree is the past of every other.
    fn note_roots(&mut self, sizes: &[u64]) {
        if sizes.contains(&self.size) {
            self.roots.insert(self.size, (self.of_entries.root(), self.of_tiles.root()));
        }
    }

    fn push(&mut self, entry: Hash, in_tile: Option<Hash>, sizes: &[u64]) {
        if in_tile != Some(entry) && self.differing.len() < NAMED {
            self.differing.push(self.size);
        }
        self.of_entries.push(entry, |_, _, _| {});
        self.of_tiles.push(in_tile.unwrap_or(Hash([0; HASH])), |_, _, _| {});
        self.size += 1;
        self.note_roots(sizes);
    }
}

/// Whether a note is signed by a key.
fn is_signed(note: &str, key: Option<&str>) -> bool {
    let Some(verifier) = key.and_then(|key| StandardVerifier::new(key).ok()) else { return false };
    let known = VerifierList::new(vec![Box::new(verifier)]);
    Note::from_bytes(note.as_bytes()).is_ok_and(|note| note.verify(&known).is_ok())
}

fn check_size(heads: &[Checkpoint], trees: &Trees, faults: &mut Faults) {
    let newest = heads.last().map_or(0, |head| u64::try_from(head.tree_size).unwrap_or_default());
    if newest != trees.size {
        let what = format!("the newest head speaks of so many entries, {} are sealed", trees.size);
        faults.add("log_checkpoints", newest, &what);
    }
}

fn check_heads(heads: &[Checkpoint], key: Option<&str>, trees: &Trees, faults: &mut Faults) {
    for (place, head) in heads.iter().enumerate() {
        let size = u64::try_from(head.tree_size).unwrap_or_default();
        let says = Remembered::parse(&head.note);
        if !is_signed(&head.note, key) {
            faults.add("log_checkpoints", size, "is not signed by the log's key");
            continue;
        }
        if says.is_none_or(|says| says.tree_size != size || says.root.as_slice() != head.root) {
            faults.add("log_checkpoints", size, "does not say what it signs");
            continue;
        }
        let Some((of_entries, of_tiles)) = trees.roots.get(&size) else { continue };
        let entries_fit = of_entries.0 == head.root.as_slice();
        let tiles_fit = of_tiles.0 == head.root.as_slice();
        if !entries_fit && !tiles_fit {
            faults.add("log_checkpoints", size, "neither the entries nor the tiles give its root");
        }
        if place + 1 == heads.len() {
            for place in &trees.differing {
                if !entries_fit {
                    faults.add("log_entries", format!("at {place}"), "is not what was sealed");
                }
                if !tiles_fit {
                    let tile = format!("0/{} at {}", place / WIDTH, place % WIDTH);
                    faults.add("log_tiles", tile, "does not hold the hash of the entry");
                }
            }
        }
    }
    if heads.is_empty() {
        for place in &trees.differing {
            faults.add("log_entries", format!("at {place}"), "is not what its tile holds");
        }
    }
}

/// Heads that were kept elsewhere: a database that went back in time, or another one, does not have them in its past.
fn check_remembered(
    remembered: &[Remembered],
    key: Option<&str>,
    trees: &Trees,
    faults: &mut Faults,
) {
    for head in remembered {
        let what = match trees.roots.get(&head.tree_size) {
            _ if key.is_some_and(|key| crate::transparency::key::name_of(key) != head.origin) => {
                "is of another log than the head that was kept"
            }
            None => "is older than the head that was kept: entries behind it are gone",
            Some((of_entries, _)) if of_entries.0 != head.root => {
                "is not the log of the head that was kept: its past is another one"
            }
            Some(_) => continue,
        };
        faults.add("log_checkpoints", head.tree_size, what);
    }
}

fn short(key: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}
