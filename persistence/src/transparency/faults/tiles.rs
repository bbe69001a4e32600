//! The tiles above the leaves, against the tree.

use std::collections::BTreeMap;

use diesel::prelude::*;
use tlog_tiles::{Hash, record_hash};

use super::{Faults, PAGE, Trees};
use crate::error::StoreError;
use crate::schema::{log_entries, log_tiles};
use crate::store::Reader;
use crate::transparency::Checkpoint;
use crate::transparency::growing::Growing;
use crate::transparency::tree::{HASH, WIDTH, read};

impl Reader<'_> {
    /// The tiles above the leaves' own, and how many there are of all.
    pub(super) fn check_tiles(
        &mut self,
        trees: &Trees,
        heads: &[Checkpoint],
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        let entries_are_right = heads.last().is_none_or(|head| {
            let size = u64::try_from(head.tree_size).unwrap_or_default();
            trees.roots.get(&size).is_none_or(|(entries, _)| entries.0 == head.root.as_slice())
        });
        let mut expected: BTreeMap<(u8, u64), Vec<u8>> = BTreeMap::new();
        // Leaves once more: the tiles above them are too many to be kept while it is not known who is right.
        let mut tree = Growing::default();
        let mut tile = (u64::MAX, Vec::new());
        let mut place = 0;
        while place < trees.size {
            let leaves = self.hashes_from(place, entries_are_right, &mut tile)?;
            if leaves.is_empty() {
                break;
            }
            for leaf in leaves {
                tree.push(leaf, |level, number, hashes| {
                    expected.insert((level, number), hashes.to_vec());
                });
                place += 1;
            }
        }
        for (level, number, hashes) in tree.edges() {
            expected.insert((level, number), hashes);
        }
        let tiles: Vec<(i32, i64, Vec<u8>)> = log_tiles::table
            .filter(log_tiles::level.gt(0))
            .order((log_tiles::level.asc(), log_tiles::number.asc()))
            .load(self.conn)?;
        for (level, number, hashes) in tiles {
            let key = u8::try_from(level).ok().zip(u64::try_from(number).ok());
            let right = key.and_then(|key| expected.remove(&key));
            if right.is_none_or(|right| right != hashes) {
                faults.add(
                    "log_tiles",
                    format!("{level}/{number}"),
                    "does not hold the hashes of the tree",
                );
            }
        }
        for (level, number) in expected.into_keys() {
            faults.add("log_tiles", format!("{level}/{number}"), "is missing");
        }
        let longer: Vec<i64> = log_tiles::table
            .filter(log_tiles::level.eq(0))
            .filter(
                log_tiles::number.ge(i64::try_from(trees.size.div_ceil(WIDTH)).unwrap_or(i64::MAX)),
            )
            .select(log_tiles::number)
            .load(self.conn)?;
        for number in longer {
            faults.add("log_tiles", format!("0/{number}"), "is of no entry");
        }
        let rest = usize::try_from(trees.size % WIDTH).unwrap_or_default();
        if rest > 0 {
            let last = trees.size / WIDTH;
            let hashes = read(self.conn, 0, last)?.unwrap_or_default();
            if hashes.len() > rest * HASH {
                faults.add("log_tiles", format!("0/{last}"), "holds more than the tree");
            }
        }
        Ok(())
    }

    /// Up to a page of leaves from a place on, as the entries give them or as the tiles have them.
    fn hashes_from(
        &mut self,
        place: u64,
        of_entries: bool,
        tile: &mut (u64, Vec<u8>),
    ) -> Result<Vec<Hash>, StoreError> {
        if of_entries {
            let leaves: Vec<String> = log_entries::table
                .filter(log_entries::leaf_index.ge(i64::try_from(place).unwrap_or(i64::MAX)))
                .order(log_entries::leaf_index.asc())
                .limit(PAGE)
                .select(log_entries::leaf)
                .load(self.conn)?;
            return Ok(leaves.iter().map(|leaf| record_hash(leaf.as_bytes())).collect());
        }
        Ok(self.leaf_in_tile(tile, place)?.into_iter().collect())
    }
}
