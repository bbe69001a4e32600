//! What it means for a caller that someone else was faster (V4).

use xueshi_persistence::{Saved, StoreError};

use crate::problem::Problem;

/// Goes on when a guarded update touched its row. Whoever was overtaken begins again, on what stands now, and hears of it in the
/// terms of their own request: 412 when they named a version, 409 when the state takes the step no more.
///
/// # Errors
/// A conflict, upon which the work runs again.
pub fn stands(saved: Saved) -> Result<(), Problem> {
    match saved {
        Saved::Yes => Ok(()),
        Saved::Overtaken => Err(StoreError::Conflict.into()),
    }
}
