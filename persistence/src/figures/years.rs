//! What the policies of a city say about its figures: until when a year follows its people, and whom it counts.

use std::collections::BTreeMap;

use time::Duration;
use xueshi_domain::policy::Policy;

use crate::columns::Moment;

/// The years of a city.
#[derive(Debug, Clone, Default)]
pub(crate) struct Years(BTreeMap<i32, Year>);

#[derive(Debug, Clone, Copy)]
struct Year {
    /// The last instant before the freeze.
    last: Moment,
    include_management_posts: bool,
}

impl Years {
    /// What policies say of their years.
    pub(crate) fn of<'p>(policies: impl Iterator<Item = (i32, &'p Policy)>) -> Self {
        let year = |policy: &Policy| Year {
            last: Moment(policy.windows.freeze.opens - Duration::microseconds(1)),
            include_management_posts: policy.include_management_posts,
        };
        Self(policies.map(|(of, policy)| (of, year(policy))).collect())
    }

    /// The instant by which people and units belong together for a year: now, or the last one before its freeze. People who
    /// move, leave or join after it do not change the year (rulebook: active at the freeze).
    pub(crate) fn settled_at(&self, year: i32, at: Moment) -> Moment {
        self.0.get(&year).map_or(at, |found| found.last.min(at))
    }

    /// The last instant at which people and units still move in a year, if its policy says so.
    pub(crate) fn last(&self, year: i32) -> Option<Moment> {
        self.0.get(&year).map(|found| found.last)
    }

    /// Whether the year still follows its people at an instant.
    pub(crate) fn is_open(&self, year: i32, at: Moment) -> bool {
        self.0.get(&year).is_none_or(|found| at <= found.last)
    }

    /// Whether people in management posts count in a year (U4b).
    pub(crate) fn includes_management(&self, year: i32) -> bool {
        self.0.get(&year).is_none_or(|found| found.include_management_posts)
    }
}
