//! Working days that reviews took, as a histogram that can be added up over units.

use super::Counts;
use super::visit::counter;
use crate::review::Stage;

/// Reviews that took this many working days or more share the last bin.
pub const LAST_BIN: u32 = 60;
/// The counter of all working days together.
pub const SUM: &str = "days";

/// The counter of a number of working days.
#[must_use]
pub fn bin(working_days: u32) -> String {
    format!("days_{:02}", working_days.min(LAST_BIN))
}

/// How many reviews took how many working days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    bins: Vec<u64>,
    days: u64,
}

/// A mean of working days, exactly: hundredths, rounded half up.
pub type Hundredths = u64;

impl Histogram {
    /// The histogram of a stage in a unit's counters.
    #[must_use]
    pub fn of(counts: &Counts, stage: Stage) -> Self {
        let value = |what: &str| u64::try_from(counts.get(&counter(stage, what))).unwrap_or(0);
        Self { bins: (0..=LAST_BIN).map(|days| value(&bin(days))).collect(), days: value(SUM) }
    }

    /// How many reviews there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.bins.iter().sum()
    }

    /// The mean in hundredths of a working day; none without reviews.
    #[must_use]
    pub fn mean(&self) -> Option<Hundredths> {
        let count = self.count();
        (count > 0).then(|| (self.days * 100 + count / 2) / count)
    }

    /// The smallest number of working days within which at least `percent` of the reviews were done (nearest rank); none without
    /// reviews. [`LAST_BIN`] means that many or more.
    #[must_use]
    pub fn percentile(&self, percent: u32) -> Option<u32> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = (count * u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut seen = 0;
        (0_u32..).zip(&self.bins).find_map(|(days, reviews)| {
            seen += reviews;
            (seen >= rank).then_some(days)
        })
    }
}
