//! The transparency log as the API writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use xueshi_persistence::Head;

use super::scalars::Timestamp;

/// The transparency log.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TransparencyLog)]
pub struct LogDto {
    /// The name of the log: the first line of its checkpoints.
    #[schema(example = "xueshi.example/log")]
    pub origin: String,
    /// The key that its checkpoints are verified with, in the form of C2SP signed-note. Keep a copy: the log never changes it.
    #[schema(example = "xueshi.example/log+7ae5b5d3+AWPbFLmOUKLJdy4lXcLI1Wb1PVG0RZbWZAbZOBFK3D6l")]
    pub verifier_key: String,
    /// How many entries are sealed.
    #[schema(example = 48213)]
    pub tree_size: u64,
    /// The root of their tree (RFC 6962), in base64.
    #[schema(example = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")]
    pub root_hash: String,
    /// When that was sealed.
    pub sealed_at: Timestamp,
}

impl From<Head> for LogDto {
    fn from(head: Head) -> Self {
        let Head { origin, verifier_key, checkpoint } = head;
        Self {
            origin,
            verifier_key,
            tree_size: u64::try_from(checkpoint.tree_size).unwrap_or_default(),
            root_hash: STANDARD.encode(&checkpoint.root),
            sealed_at: checkpoint.sealed_at.into(),
        }
    }
}

/// Which checkpoint.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CheckpointParams {
    /// The newest that a witness has signed, which may be some seconds older than the newest.
    pub cosigned: Option<bool>,
}

/// What is to be proved: that the log holds an entry (`entry` or `leaf_index`), or that it only grew (`first`).
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProofParams {
    /// The entry with this id, which is that of its event.
    pub entry: Option<Uuid>,
    /// The entry at this place, counted from 0.
    #[param(minimum = 0)]
    pub leaf_index: Option<u64>,
    /// Against the tree of this size instead of the newest.
    #[param(minimum = 1)]
    pub tree_size: Option<u64>,
    /// That the tree of this size is the beginning of a later one.
    #[param(minimum = 1)]
    pub first: Option<u64>,
    /// The later one's size, instead of the newest.
    #[param(minimum = 1)]
    pub second: Option<u64>,
}

/// A proof.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LogProof)]
#[serde(untagged)]
pub enum Proof {
    /// That the log holds an entry.
    Inclusion(InclusionProof),
    /// That the log only grew.
    Consistency(ConsistencyProof),
}

/// The proof that the tree of a size holds an entry (RFC 6962, 2.1.1).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InclusionProof {
    /// The entry's place, counted from 0.
    pub leaf_index: u64,
    /// The size of the tree.
    pub tree_size: u64,
    /// The entry, byte for byte: its hash is that of the byte 0 and this text.
    #[schema(
        example = "{\"at\":\"2023-10-18T10:00:00.000000+08:00\",\"city\":\"…\",\"digest\":\"…\",\"id\":\"…\",\"kind\":\"declaration.approved\",\"v\":1}"
    )]
    pub leaf: String,
    /// The hashes beside the way to the root, from the leaf upwards, in base64.
    pub hashes: Vec<String>,
}

/// The proof that the tree of a size begins with that of a smaller one (RFC 6962, 2.1.2).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsistencyProof {
    /// The size of the smaller tree.
    pub first: u64,
    /// The size of the larger tree.
    pub second: u64,
    /// The hashes, in base64; none for equal sizes.
    pub hashes: Vec<String>,
}
