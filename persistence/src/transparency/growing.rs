//! A tree that grows leaf by leaf, of which only its right edge is kept.

use tlog_tiles::{EMPTY_HASH, Hash, node_hash};

use super::tree::{HASH, WIDTH};

/// A tree by its right edge.
#[derive(Debug, Default)]
pub(super) struct Growing {
    /// The roots of its whole subtrees, from the largest to the smallest.
    peaks: Vec<Hash>,
    size: u64,
    /// The tile of each level that is not whole yet.
    tiles: Vec<Vec<u8>>,
}

impl Growing {
    pub(super) fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return EMPTY_HASH };
        peaks.fold(*last, |right, left| node_hash(*left, right))
    }

    /// Adds a leaf, and shows the tiles above the leaves' own that it made whole: level, number, hashes.
    pub(super) fn push(&mut self, leaf: Hash, mut whole: impl FnMut(u8, u64, &[u8])) {
        let mut hash = leaf;
        let mut size = self.size;
        let mut level = 0_u8;
        while size & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(left, hash);
            size >>= 1;
            level += 1;
            if level.is_multiple_of(8) {
                self.keep(level / 8, size, hash, &mut whole);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The tiles above the leaves' own that are not whole: level, number, hashes.
    pub(super) fn edges(&self) -> Vec<(u8, u64, Vec<u8>)> {
        let mut edges = Vec::new();
        let mut count = self.size;
        for (level, hashes) in (1_u8..).zip(&self.tiles) {
            count /= WIDTH;
            if !hashes.is_empty() {
                edges.push((level, count / WIDTH, hashes.clone()));
            }
        }
        edges
    }

    /// Puts the hash with this number of a tile level into its tile.
    fn keep(&mut self, level: u8, number: u64, hash: Hash, whole: &mut impl FnMut(u8, u64, &[u8])) {
        let place = usize::from(level - 1);
        if self.tiles.len() <= place {
            self.tiles.resize(place + 1, Vec::new());
        }
        let tile = &mut self.tiles[place];
        tile.extend_from_slice(&hash.0);
        if tile.len() == WIDTH as usize * HASH {
            whole(level, number / WIDTH, tile);
            tile.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use tlog_tiles::{Tile, record_hash};

    use super::*;

    #[test]
    fn the_edge_gives_the_roots_and_the_tiles() {
        let mut tree = Growing::default();
        assert_eq!(tree.root(), EMPTY_HASH);
        let leaves: Vec<Hash> = (0_u32..70_000).map(|n| record_hash(&n.to_be_bytes())).collect();
        let mut whole = Vec::new();
        for leaf in &leaves {
            tree.push(*leaf, |level, number, hashes| whole.push((level, number, hashes.to_vec())));
        }
        // Each tile of the first level above holds the roots of 256 whole tiles of leaves.
        let roots: Vec<Hash> = leaves
            .chunks_exact(256)
            .map(|leaves| {
                let bytes: Vec<u8> = leaves.iter().flat_map(|leaf| leaf.0).collect();
                Tile::subtree_hash(&bytes)
            })
            .collect();
        let bytes = |hashes: &[Hash]| hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
        assert_eq!(whole, [(1, 0, bytes(&roots[..256]))]);
        let second = Tile::subtree_hash(&bytes(&roots[..256]));
        assert_eq!(tree.edges(), [(1, 1, bytes(&roots[256..])), (2, 0, second.0.to_vec())]);
        assert_eq!(tree.root(), naive(&leaves));
    }

    fn naive(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => EMPTY_HASH,
            [leaf] => *leaf,
            _ => {
                let left = leaves.len().next_power_of_two() / 2;
                node_hash(naive(&leaves[..left]), naive(&leaves[left..]))
            }
        }
    }
}
