//! Ids of the demo world: the same ones at every load.

use time::OffsetDateTime;
use uuid::Builder;
use xueshi_persistence::Id;

/// Makes ids of version 7 in which a counter stands where randomness would.
///
/// They sort by the instant given, as all others do, so that lists are in the order in which things happened.
#[derive(Debug, Default)]
pub(super) struct Ids {
    last: u32,
}

impl Ids {
    /// The next id, as of an instant.
    pub(super) fn at(&mut self, instant: OffsetDateTime) -> Id {
        self.last += 1;
        let millis = u64::try_from(instant.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        let mut tail = [0_u8; 10];
        tail[6..].copy_from_slice(&self.last.to_be_bytes());
        Id(Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::clock::START;
    use super::*;

    #[test]
    fn ids_are_of_version_7_ordered_and_the_same_every_time() {
        let mut ids = Ids::default();
        let (first, second) = (ids.at(START), ids.at(START));
        assert_eq!(first.0.get_version_num(), 7);
        assert!(first < second && second < ids.at(START + time::Duration::milliseconds(1)));
        assert_eq!(first, Ids::default().at(START));
        assert_eq!(first.to_string(), "018b35ff-3680-7000-8000-000000000001");
    }
}
