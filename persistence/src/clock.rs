//! Time as an input.

use time::OffsetDateTime;

/// The one clock that everything in a running service reads, so that a sandbox or a test can set it.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> OffsetDateTime;

    /// How often it has been set. A clock that nobody sets says 0 for ever.
    fn times_set(&self) -> u64 {
        0
    }
}
