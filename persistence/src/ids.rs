//! New ids.

use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::clock::Clock;
use crate::columns::Id;
use crate::store::{Reader, Store};

/// The ids of one store: in the order in which they are given, even within a millisecond, and whichever transaction asks. They
/// follow a clock that is set back.
pub(crate) struct Ids {
    clock: Arc<dyn Clock>,
    given: Mutex<Given>,
}

struct Given {
    context: ContextV7,
    /// How often the clock had been set when the context began.
    times_set: u64,
}

impl Ids {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let given = Given { context: ContextV7::new(), times_set: clock.times_set() };
        Self { clock, given: Mutex::new(given) }
    }

    fn next(&self, instant: OffsetDateTime) -> Id {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let times_set = self.clock.times_set();
        if times_set != given.times_set {
            // The old context may be ahead of what the clock shows now.
            *given = Given { context: ContextV7::new(), times_set };
        }
        // A transaction that began before the clock was set back does not carry the ids ahead of it again.
        let instant = instant.min(self.clock.now());
        let second = u64::try_from(instant.unix_timestamp()).unwrap_or(0);
        Id(Uuid::new_v7(Timestamp::from_unix(&given.context, second, instant.nanosecond())))
    }
}

impl Store {
    /// A new UUIDv7 as of the present instant, behind those that this store has given since its clock was set.
    pub fn new_id(&self) -> Id {
        self.ids().next(self.now())
    }
}

impl Reader<'_> {
    /// A new UUIDv7 as of the transaction's instant or later, behind those that this store has given since its clock was set.
    pub fn new_id(&self) -> Id {
        self.ids.next(self.now())
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    struct Hand(Mutex<(OffsetDateTime, u64)>);

    impl Clock for Hand {
        fn now(&self) -> OffsetDateTime {
            self.0.lock().unwrap().0
        }

        fn times_set(&self) -> u64 {
            self.0.lock().unwrap().1
        }
    }

    fn second(id: Id) -> i64 {
        i64::try_from(id.0.get_timestamp().unwrap().to_unix().0).unwrap()
    }

    #[test]
    fn they_keep_their_order_whichever_transaction_asks_and_follow_a_clock_that_is_set_back() {
        let start = datetime!(2023-12-19 23:59:50 +8);
        let clock = Arc::new(Hand(Mutex::new((start, 0))));
        let ids = Ids::new(Arc::clone(&clock) as Arc<dyn Clock>);
        clock.0.lock().unwrap().0 = start + Duration::seconds(30);
        // Two transactions, of which one began half a minute before the other, ask in turn.
        let began = [start, start + Duration::seconds(30)];
        let given: Vec<_> = (0..1_000).map(|turn| ids.next(began[turn % 2]).0).collect();
        assert!(given.is_sorted_by(|one, next| one < next), "{given:?}");

        let earlier = start - Duration::days(300);
        *clock.0.lock().unwrap() = (earlier, 1);
        assert_eq!(
            second(ids.next(start)),
            earlier.unix_timestamp(),
            "of a transaction from before"
        );
        assert_eq!(second(ids.next(earlier)), earlier.unix_timestamp());
    }
}
