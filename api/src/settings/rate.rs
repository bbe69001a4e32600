//! A rate such as `600/60s`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// So many requests in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests in the time.
    pub requests: NonZeroU32,
    /// The time in seconds.
    pub seconds: NonZeroU32,
}

impl Rate {
    /// The limit of a production service where none is set: 600 requests in 60 seconds.
    pub const DEFAULT: Rate = match (NonZeroU32::new(600), NonZeroU32::new(60)) {
        (Some(requests), Some(seconds)) => Rate { requests, seconds },
        _ => Rate { requests: NonZeroU32::MIN, seconds: NonZeroU32::MIN },
    };

    /// The limit of registrations in a production service where none is set: 10 in an hour from one address (U0).
    pub const REGISTRATIONS: Rate = match (NonZeroU32::new(10), NonZeroU32::new(3600)) {
        (Some(requests), Some(seconds)) => Rate { requests, seconds },
        _ => Rate { requests: NonZeroU32::MIN, seconds: NonZeroU32::MIN },
    };

    /// The limit of verifications in a production service where none is set: one a second from one address, and a minute's worth
    /// at once, which is an office with a pile of papers.
    pub const VERIFICATIONS: Rate = match (NonZeroU32::new(60), NonZeroU32::new(60)) {
        (Some(requests), Some(seconds)) => Rate { requests, seconds },
        _ => Rate { requests: NonZeroU32::MIN, seconds: NonZeroU32::MIN },
    };
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}s", self.requests, self.seconds)
    }
}

/// A rate, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateChoice(pub Option<Rate>);

impl FromStr for RateChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(RateChoice(None));
        }
        let rate = text.split_once('/').and_then(|(requests, time)| {
            let time = time.strip_suffix('s').unwrap_or(time);
            Some(Rate { requests: requests.parse().ok()?, seconds: time.parse().ok()? })
        });
        rate.map(|rate| RateChoice(Some(rate)))
            .ok_or_else(|| "expected a rate such as 600/60s, or off".to_owned())
    }
}
