//! What a row did.

/// What a row did to what stood before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It made something.
    Created,
    /// It changed something.
    Changed,
    /// It says what stood already.
    Unchanged,
}
