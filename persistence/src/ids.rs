//! New ids.

use std::sync::{Mutex, PoisonError};

use time::OffsetDateTime;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::columns::Id;
use crate::store::{Reader, Store};

/// The ids of one store: in the order in which they are given, even within a millisecond.
#[derive(Default)]
pub(crate) struct Ids(Mutex<Given>);

struct Given {
    context: ContextV7,
    /// The second in which the last one was given.
    second: u64,
}

impl Default for Given {
    fn default() -> Self {
        Self { context: ContextV7::new(), second: 0 }
    }
}

impl Ids {
    fn next(&self, now: OffsetDateTime) -> Id {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let second = u64::try_from(now.unix_timestamp()).unwrap_or(0);
        if second + 1 < given.second {
            // A sandbox's clock went back: ids follow it, where the old context would stay ahead.
            given.context = ContextV7::new();
        }
        given.second = second;
        Id(Uuid::new_v7(Timestamp::from_unix(&given.context, second, now.nanosecond())))
    }
}

impl Store {
    /// A new UUIDv7 as of the present instant, behind those that this store has given before.
    pub fn new_id(&self) -> Id {
        self.ids().next(self.now())
    }
}

impl Reader<'_> {
    /// A new UUIDv7 as of the transaction's instant, behind those that this store has given before.
    pub fn new_id(&self) -> Id {
        self.ids.next(self.now())
    }
}
