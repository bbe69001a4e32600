//! Medians and what lies around them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The middle of several figures, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    /// The middle one; between the two middle ones of an even number.
    pub(crate) median: f64,
    /// The least.
    pub(crate) least: f64,
    /// The most.
    pub(crate) most: f64,
}

impl Spread {
    /// Of these figures; `None` without any.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get((sorted.len() - 1) / 2)?;
        Some(Spread { median: f64::midpoint(lower, upper), least, most })
    }
}

/// The figure that this part of them (in thousandths) does not exceed, in milliseconds. They are sorted.
pub(crate) fn percentile(sorted: &[Duration], thousandths: usize) -> f64 {
    let place = (sorted.len() * thousandths).div_ceil(1000).saturating_sub(1);
    sorted.get(place).map_or(0.0, |took| took.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_ends() {
        assert_eq!(
            Spread::of([3.0, 1.0, 2.0]),
            Some(Spread { median: 2.0, least: 1.0, most: 3.0 })
        );
        assert_eq!(
            Spread::of([4.0, 1.0, 2.0, 3.0]),
            Some(Spread { median: 2.5, least: 1.0, most: 4.0 })
        );
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_percentile_is_one_of_the_figures() {
        let took: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        for (thousandths, milliseconds) in [(500, 50.0), (990, 99.0), (1000, 100.0), (1, 1.0)] {
            assert_eq!(percentile(&took, thousandths), milliseconds);
        }
        assert_eq!(percentile(&[], 500), 0.0);
    }
}
