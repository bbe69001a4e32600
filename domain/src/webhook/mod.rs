//! Webhooks: when a delivery is tried, when it is given up, when its endpoint is disabled, and where none may go.

mod target;

use time::Duration;

pub use target::is_public;

text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// It waits for an attempt.
        Pending = "pending",
        /// The receiver took it.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
        /// It was not sent: its endpoint's owner may not see the event any more.
        Withheld = "withheld",
    }
}

text_enum! {
    /// What a delivery was made for.
    pub enum DeliveryKind {
        /// An event that the endpoint came to in the feed.
        Change = "change",
        /// One event once more, because someone asked for it.
        Replay = "replay",
        /// Someone wanted to see whether the endpoint answers.
        Test = "test",
    }
}

text_enum! {
    /// What a delivery says of an event.
    pub enum Content {
        /// The event with the records that it is about, as the feed shows it.
        Full = "full",
        /// Only what happened, and where in the feed.
        Hint = "hint",
    }
}

text_enum! {
    /// How deliveries are signed (Standard Webhooks).
    pub enum Scheme {
        /// HMAC-SHA-256 under a secret that both sides know.
        Hmac = "v1",
        /// Ed25519 under a private key that only the sender knows.
        Ed25519 = "v1a",
    }
}

text_enum! {
    /// Why an endpoint gets nothing.
    pub enum DisabledBecause {
        /// Its owner wanted it so.
        Owner = "owner",
        /// The receiver answered 410: it wants no more.
        Gone = "gone",
        /// The receiver took nothing for as long as anything is tried.
        Failing = "failing",
        /// Its owner may not follow what happens any more.
        NoRight = "no_right",
    }
}

text_enum! {
    /// Why an attempt failed.
    pub enum AttemptFailure {
        /// The answer's status was none of 200 to 299.
        Refused = "refused",
        /// The answer was a redirect; none is followed.
        Redirected = "redirected",
        /// The answer was 410.
        Gone = "gone",
        /// There was no answer in time.
        Timeout = "timeout",
        /// Nothing of that name, or nobody who listens there.
        Unreachable = "unreachable",
        /// No agreement on a secure connection.
        Tls = "tls",
        /// The name stands for an address that is not public.
        PrivateTarget = "private_target",
    }
}

/// Waits before the second and each further attempt, in seconds: 75 hours and a half in all.
pub const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Attempts at a delivery while its receiver takes nothing.
pub const ATTEMPTS: i32 = 10;
/// Attempts at one delivery during which its count begins anew whenever its receiver took another one.
pub const PATIENCE: i32 = 100;
/// Longest that a receiver's `Retry-After` puts off an attempt.
pub const LONGEST_ASKED: Duration = Duration::hours(24);

/// What becomes of a delivery after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// It is tried again after this time.
    Again(Duration),
    /// It is given up; the endpoint goes on.
    GiveUp,
    /// It is given up, and the endpoint is disabled.
    Disable(DisabledBecause),
}

/// What becomes of a delivery after its attempt number `attempts`, the `strikes`th of those that count.
///
/// A tenth attempt in vain means that the receiver took nothing for 75 hours: then the endpoint is disabled. Where the receiver
/// takes other deliveries in between, it is there, and the count begins anew. Only what was refused [`PATIENCE`] times all the
/// same is tried by the clock alone from then on, ten times more, and given up without the endpoint. `early`, in thousandths up
/// to 100, shortens the wait, so that not all come at once; `asked` is the receiver's `Retry-After`.
#[must_use]
pub fn after_failure(
    attempts: i32,
    strikes: i32,
    failure: AttemptFailure,
    asked: Option<Duration>,
    early: u16,
) -> AfterFailure {
    if failure == AttemptFailure::Gone {
        return AfterFailure::Disable(DisabledBecause::Gone);
    }
    let wait = usize::try_from(strikes.max(1) - 1).ok().and_then(|before| WAITS.get(before));
    let Some(seconds) = wait else {
        return match attempts > PATIENCE {
            true => AfterFailure::GiveUp,
            false => AfterFailure::Disable(DisabledBecause::Failing),
        };
    };
    let wait = Duration::milliseconds(seconds * (1_000 - i64::from(early.min(100))));
    let asked = asked.unwrap_or(Duration::ZERO).min(LONGEST_ASKED);
    AfterFailure::Again(wait.max(asked))
}
