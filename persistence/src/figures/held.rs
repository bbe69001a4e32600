//! A row of a plan.

/// A row, and whether it is in the database already; a stored one is only ever ended.
#[derive(Debug, Clone)]
pub(super) struct Held<T> {
    pub(super) row: T,
    pub(super) is_new: bool,
    pub(super) ended: bool,
}
