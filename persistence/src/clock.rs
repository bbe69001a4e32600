//! Time as an input.

use time::OffsetDateTime;

/// The one clock that everything in a running service reads, so that a sandbox or a test can set it.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> OffsetDateTime;
}
