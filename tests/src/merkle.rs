//! RFC 6962 written once more, from the standard (RFC 9162, 2.1.3.2, says the same in words).

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of a leaf.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0_u8]).chain_update(leaf).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1_u8]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree of this size to which the path leads from a leaf; `None` for a path of another length.
#[must_use]
pub fn root(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let (mut node, mut last) = (index, size.checked_sub(1)?);
    if node > last {
        return None;
    }
    let mut hash = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node % 2 == 0 && node != 0 {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node / 2, last / 2);
    }
    (last == 0).then_some(hash)
}

/// The root of a few leaves, straight from the definition.
#[must_use]
pub fn whole(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest(b"").into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&whole(left), &whole(right))
        }
    }
}

/// The roots of the smaller and of the larger tree to which the hashes of a consistency proof lead (RFC 9162, 2.1.4.2), from the root
/// of the smaller one; `None` for another number of hashes.
#[must_use]
pub fn grown(first: u64, second: u64, root: Hash, hashes: &[Hash]) -> Option<(Hash, Hash)> {
    if first == second {
        return hashes.is_empty().then_some((root, root));
    }
    if first == 0 || first > second {
        return None;
    }
    let with_root: Vec<Hash> =
        first.is_power_of_two().then_some(root).into_iter().chain(hashes.iter().copied()).collect();
    let (mut node, mut last) = (first - 1, second - 1);
    while node % 2 == 1 {
        (node, last) = (node / 2, last / 2);
    }
    let (start, rest) = with_root.split_first()?;
    let (mut smaller, mut larger) = (*start, *start);
    for hash in rest {
        if last == 0 {
            return None;
        }
        if node % 2 == 1 || node == last {
            smaller = node_hash(hash, &smaller);
            larger = node_hash(hash, &larger);
            while node % 2 == 0 && node != 0 {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            larger = node_hash(&larger, hash);
        }
        (node, last) = (node / 2, last / 2);
    }
    (last == 0).then_some((smaller, larger))
}
