//! New ids.

use std::sync::{Mutex, PoisonError};

use time::OffsetDateTime;
use uuid::{ContextV7, Timestamp, Uuid};
use xueshi_persistence::Id;

/// Keeps ids of one process in order even within a millisecond, and the second in which it last gave one.
static CONTEXT: Mutex<(ContextV7, u64)> = Mutex::new((ContextV7::new(), 0));

/// A new UUIDv7 as of an instant of the service's clock.
pub fn new_id(now: OffsetDateTime) -> Id {
    let mut context = CONTEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or(0);
    if seconds + 1 < context.1 {
        // A sandbox's clock went back: ids follow it, where the old context would stay ahead.
        context.0 = ContextV7::new();
    }
    context.1 = seconds;
    Id(Uuid::new_v7(Timestamp::from_unix(&context.0, seconds, now.nanosecond())))
}
