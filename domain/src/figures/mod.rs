//! Figures for supervision: what is counted, from which facts, and by which formula (rulebook, "Figures for supervision"; V3, V9, M6, U1, U5).
//!
//! A *part* is what one subject (a person, a person's year, an approved declaration, a plan …) contributes to the counters of
//! one unit. [`part`] says what a part counts; [`visit`] what a declaration's stay at a stage counts, and when; [`formula`]
//! derives from counters what is published; [`histogram`] gives mean and percentile; [`forecast`] looks at the freeze (V9).
//! Counters are added up by whoever stores them; nothing here knows how.

pub mod figure;
pub mod forecast;
pub mod formula;
pub mod histogram;
pub mod part;
pub mod visit;

pub use figure::{Family, Figure, Source};
pub use forecast::{Forecast, Outlook, PACE_WINDOW, forecast, pace_begins};
pub use histogram::Histogram;
pub use part::{Count, PersonLabel, PersonPart, UnitLabel, YearLabel};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counters by name: what a unit has of each. A counter that is zero is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<String, i64>);

impl Counts {
    /// No counters.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds to one counter. Counters saturate at the ends of their range, which no city reaches.
    pub fn add(&mut self, counter: &str, amount: i64) {
        if amount == 0 {
            return;
        }
        let sum = self.get(counter).saturating_add(amount);
        if sum == 0 {
            self.0.remove(counter);
        } else {
            self.0.insert(counter.to_owned(), sum);
        }
    }

    /// Adds all counters of another, `times` times: 1 to book it, −1 to take it back.
    pub fn add_all(&mut self, other: &Self, times: i64) {
        for (counter, amount) in &other.0 {
            self.add(counter, amount.saturating_mul(times));
        }
    }

    /// The value of a counter.
    #[must_use]
    pub fn get(&self, counter: &str) -> i64 {
        self.0.get(counter).copied().unwrap_or(0)
    }

    /// Whether every counter is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The counters that are not zero, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(counter, amount)| (counter.as_str(), *amount))
    }
}

impl FromIterator<(String, i64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (String, i64)>>(counts: I) -> Self {
        let mut all = Self::new();
        for (counter, amount) in counts {
            all.add(&counter, amount);
        }
        all
    }
}
