//! The transparency log as outsiders check it (ADR 0027): heads, tiles, proofs.

pub mod keeper;
pub mod paths;
pub mod witness;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use xueshi_persistence::{Event, Head, Id, Reader};

use self::paths::Tile;
use crate::dto::transparency::{ConsistencyProof, InclusionProof, LogDto, Proof, ProofParams};
use crate::extract::invalid_parameter;
use crate::problem::{Code, Problem, Text};

/// What an entry's digest commits to: the canonical form of this (RFC 8785), behind the entry's salt.
#[must_use]
pub fn disclosed(event: &Event) -> Value {
    event.disclosed()
}

/// The proof that the log holds an entry, against its newest head.
#[derive(Debug, Clone)]
pub struct Inclusion {
    /// The entry's place.
    pub leaf_index: u64,
    /// How many entries the head speaks of.
    pub tree_size: u64,
    /// The head: a signed note (C2SP checkpoint).
    pub checkpoint: String,
    /// What the tree holds, byte for byte.
    pub leaf: String,
    /// What stands before the event in the leaf's digest, in base64.
    pub salt: Option<String>,
    /// The hashes beside the way to the root, in base64, from the leaf upwards.
    pub path: Vec<String>,
}

/// Proves that the log holds an entry; `None` while it is not sealed, which takes a second at most, and for one that is not there.
///
/// # Errors
/// On a failure of the store.
pub fn inclusion(reader: &mut Reader<'_>, entry: Id) -> Result<Option<Inclusion>, Problem> {
    let (Some(entry), Some(head)) = (reader.log_entry(entry)?, reader.log_head()?) else {
        return Ok(None);
    };
    let place = entry.leaf_index.filter(|place| *place < head.checkpoint.tree_size);
    let Some(leaf_index) = place.and_then(|place| u64::try_from(place).ok()) else {
        return Ok(None);
    };
    let tree_size = size(&head);
    let path = reader.log_inclusion(leaf_index, tree_size)?;
    Ok(Some(Inclusion {
        leaf_index,
        tree_size,
        checkpoint: head.checkpoint.note,
        leaf: entry.leaf,
        salt: entry.salt.map(|salt| STANDARD.encode(salt)),
        path: base64(&path),
    }))
}

/// What the log is called, how its heads are verified, and how far it has grown.
///
/// # Errors
/// 404 while nothing is sealed.
pub fn log(reader: &mut Reader<'_>) -> Result<LogDto, Problem> {
    Ok(head(reader)?.into())
}

/// The newest head as a signed note, with the cosignatures of witnesses.
///
/// # Errors
/// 404 while nothing is sealed.
pub fn head(reader: &mut Reader<'_>) -> Result<Head, Problem> {
    reader.log_head()?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The newest head that a witness has signed.
///
/// # Errors
/// 404 while there is none.
pub fn cosigned(reader: &mut Reader<'_>) -> Result<Head, Problem> {
    reader.cosigned_head()?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The bytes of a tile; `None` while the log has not grown so far.
///
/// # Errors
/// On a failure of the store.
pub fn bytes(reader: &mut Reader<'_>, tile: Tile) -> Result<Option<Vec<u8>>, Problem> {
    match tile {
        Tile::Hashes { level, number, width } => Ok(reader.log_tile(level, number, width)?),
        Tile::Entries { number, width } => {
            let Some(leaves) = reader.log_bundle(number, width)? else { return Ok(None) };
            let mut bytes = Vec::new();
            for leaf in leaves {
                let length = u16::try_from(leaf.len()).map_err(Problem::internal)?;
                bytes.extend_from_slice(&length.to_be_bytes());
                bytes.extend_from_slice(leaf.as_bytes());
            }
            Ok(Some(bytes))
        }
    }
}

/// Proves what was asked for: that the log holds an entry, or that a head is the past of a later one.
///
/// # Errors
/// 400 for parameters that do not go together or name what is not sealed; 404 for an entry that is not there, or not sealed yet.
pub fn prove(reader: &mut Reader<'_>, asked: &ProofParams) -> Result<Proof, Problem> {
    let head = head(reader)?;
    let newest = size(&head);
    match *asked {
        ProofParams { entry: Some(id), leaf_index: None, tree_size, first: None, second: None } => {
            let entry = reader.log_entry(Id(id))?;
            let place = entry.and_then(|entry| entry.leaf_index);
            let place = place.and_then(|place| u64::try_from(place).ok());
            let place = place.ok_or_else(|| Problem::new(Code::NotFound))?;
            include(reader, place, sealed("tree_size", tree_size.unwrap_or(newest), newest)?)
        }
        ProofParams {
            entry: None,
            leaf_index: Some(place),
            tree_size,
            first: None,
            second: None,
        } => include(reader, place, sealed("tree_size", tree_size.unwrap_or(newest), newest)?),
        ProofParams {
            entry: None,
            leaf_index: None,
            tree_size: None,
            first: Some(first),
            second,
        } => {
            let second = sealed("second", second.unwrap_or(newest), newest)?;
            if first < 1 || first > second {
                let text = Text::new("须为 1 到 second 之间的数", "is from 1 to `second`");
                return Err(invalid_parameter("first", "out-of-range", text));
            }
            let hashes = reader.log_consistency(first, second)?;
            Ok(Proof::Consistency(ConsistencyProof { first, second, hashes: base64(&hashes) }))
        }
        ProofParams { .. } => {
            let text = Text::new(
                "须给出 entry，或 leaf_index（可加 tree_size），或 first（可加 second）",
                "give `entry` or `leaf_index`, to either of which `tree_size` may be added, or `first`, to which `second` may",
            );
            Err(invalid_parameter("entry", "one-of", text))
        }
    }
}

fn include(reader: &mut Reader<'_>, place: u64, tree_size: u64) -> Result<Proof, Problem> {
    if place >= tree_size {
        let text = Text::new("须小于 tree_size", "is less than `tree_size`");
        return Err(invalid_parameter("leaf_index", "out-of-range", text));
    }
    let hashes = reader.log_inclusion(place, tree_size)?;
    let leaf = reader.log_leaf(place)?;
    let leaf =
        leaf.ok_or_else(|| Problem::internal(format!("entry {place} of the log is gone")))?;
    Ok(Proof::Inclusion(InclusionProof {
        leaf_index: place,
        tree_size,
        leaf,
        hashes: base64(&hashes),
    }))
}

/// A size that the newest head speaks of.
fn sealed(name: &'static str, size: u64, newest: u64) -> Result<u64, Problem> {
    if (1..=newest).contains(&size) {
        return Ok(size);
    }
    let text = Text::new(
        format!("须为 1 到 {newest}（已封存的条目数）之间的数"),
        format!("is from 1 to {newest}, which is how many entries are sealed"),
    );
    Err(invalid_parameter(name, "out-of-range", text))
}

/// How many entries a head speaks of.
pub fn size(head: &Head) -> u64 {
    u64::try_from(head.checkpoint.tree_size).unwrap_or_default()
}

fn base64(hashes: &[[u8; 32]]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}
