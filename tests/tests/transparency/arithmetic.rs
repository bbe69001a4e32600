//! The arithmetic that the other tests check the log with.

use xueshi_tests::merkle::{Hash, grown, leaf_hash, root, whole};

/// The path of a leaf, straight from the definition.
fn path_of(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if index < left.len() {
        (path_of(index, left), whole(right))
    } else {
        (path_of(index - left.len(), right), whole(left))
    };
    path.push(sibling);
    path
}

/// The arithmetic agrees with the definition for every leaf of every small tree, and with nothing that was changed.
#[test]
fn paths_lead_to_the_root() {
    let all: Vec<Hash> = (0_u8..20).map(|number| leaf_hash(&[number])).collect();
    for size in 1..=all.len() {
        let leaves = &all[..size];
        for index in 0..size {
            let path = path_of(index, leaves);
            let lead =
                |leaf, index: usize, path: &[Hash]| root(leaf, index as u64, size as u64, path);
            assert_eq!(lead(leaves[index], index, &path), Some(whole(leaves)), "{index} of {size}");
            assert_ne!(lead(leaf_hash(b"other"), index, &path), Some(whole(leaves)));
            let other = (index + 1) % size;
            assert!(size == 1 || lead(leaves[index], other, &path) != Some(whole(leaves)));
            if !path.is_empty() {
                assert_ne!(lead(leaves[index], index, &path[1..]), Some(whole(leaves)));
            }
        }
    }
}

/// The proof between two trees, straight from the definition (RFC 9162, 2.1.4.1).
fn growth(first: usize, leaves: &[Hash], complete: bool) -> Vec<Hash> {
    if first == leaves.len() {
        return if complete { Vec::new() } else { vec![whole(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    if first <= left.len() {
        let mut hashes = growth(first, left, complete);
        hashes.push(whole(right));
        hashes
    } else {
        let mut hashes = growth(first - left.len(), right, false);
        hashes.push(whole(left));
        hashes
    }
}

#[test]
fn growth_leads_to_both_roots() {
    let all: Vec<Hash> = (0_u8..20).map(|number| leaf_hash(&[number])).collect();
    for second in 1..=all.len() {
        for first in 1..=second {
            let (before, after) = (whole(&all[..first]), whole(&all[..second]));
            let hashes = growth(first, &all[..second], true);
            let lead = |hashes: &[Hash]| grown(first as u64, second as u64, before, hashes);
            assert_eq!(lead(&hashes), Some((before, after)), "{first} to {second}");
            for place in 0..hashes.len() {
                let mut changed = hashes.clone();
                changed[place][7] ^= 1;
                assert_ne!(lead(&changed), Some((before, after)), "{first} to {second}");
            }
        }
    }
}
