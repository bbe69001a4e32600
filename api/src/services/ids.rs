//! New ids.

use time::OffsetDateTime;
use uuid::{ContextV7, Timestamp, Uuid};
use xueshi_persistence::Id;

/// Keeps ids of one process in order even within a millisecond.
static CONTEXT: std::sync::Mutex<ContextV7> = std::sync::Mutex::new(ContextV7::new());

/// A new UUIDv7 as of an instant of the service's clock.
pub fn new_id(now: OffsetDateTime) -> Id {
    let context = CONTEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or(0);
    Id(Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.nanosecond())))
}
