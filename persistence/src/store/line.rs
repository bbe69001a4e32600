//! Who stands in line: how many there may be at all, and how many are through within a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::error::StoreError;

/// Whoever comes is to be through within this time, as far as one can say.
const MOMENT: Duration = Duration::from_secs(1);
/// So many may stand in line however long each takes: a single long piece of work among short ones says little about the next.
const ALWAYS: usize = 256;
/// Pieces of work by which half of what is known of their time is forgotten, about.
const REMEMBERED: u64 = 64;

/// The line before something that does some pieces of work at a time.
#[derive(Debug)]
pub(super) struct Line {
    /// Those who wait and those whose work is being done.
    inside: AtomicUsize,
    /// The most of them.
    most: usize,
    /// How many are served at a time.
    served: u64,
    /// Nanoseconds that one takes, smoothed.
    each: AtomicU64,
}

impl Line {
    pub(super) fn new(most: usize, served: usize) -> Arc<Self> {
        let served = u64::try_from(served).unwrap_or(u64::MAX).max(1);
        Arc::new(Self { inside: AtomicUsize::new(0), most, served, each: AtomicU64::new(0) })
    }

    /// Whether somebody who comes now is likely to be through within a moment.
    pub(super) fn is_short(&self) -> bool {
        let each = self.each.load(Ordering::Relaxed).max(1);
        let moment = u64::try_from(MOMENT.as_nanos()).unwrap_or(u64::MAX);
        let through = moment.saturating_mul(self.served) / each;
        let through = usize::try_from(through).unwrap_or(usize::MAX).max(ALWAYS);
        // A quarter is left to what the service writes by itself.
        self.inside.load(Ordering::Relaxed) < through.min(self.most - self.most / 4)
    }

    /// Takes a place, which is left when it is dropped.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when there is none.
    pub(super) fn enter(self: &Arc<Self>) -> Result<Place, StoreError> {
        let place = Place(Arc::clone(self));
        if self.inside.fetch_add(1, Ordering::Relaxed) < self.most {
            Ok(place)
        } else {
            Err(StoreError::Busy)
        }
    }

    /// So many pieces of work took so long together, one after the other.
    pub(super) fn note(&self, count: usize, took: Duration) {
        let Ok(count @ 1..) = u64::try_from(count) else { return };
        let each = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX) / count;
        let before = self.each.load(Ordering::Relaxed);
        // Two that note at the same time may lose one of their notes.
        let (old, new) = (u128::from(before), u128::from(each));
        let weights = (u128::from(REMEMBERED), u128::from(count));
        let smoothed = (old * weights.0 + new * weights.1) / (weights.0 + weights.1);
        self.each.store(u64::try_from(smoothed).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// A place in a line.
#[derive(Debug)]
pub(super) struct Place(Arc<Line>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(line: &Arc<Line>, count: usize) -> Vec<Place> {
        (0..count).map(|_| line.enter().unwrap()).collect()
    }

    #[test]
    fn nobody_enters_a_full_line_and_places_are_left() {
        let line = Line::new(2, 1);
        let both = places(&line, 2);
        assert!(matches!(line.enter(), Err(StoreError::Busy)));
        assert!(!line.is_short());
        drop(both);
        assert!(line.is_short());
        drop(places(&line, 2));
    }

    #[test]
    fn as_many_wait_as_are_through_within_a_moment() {
        for (served, each, room) in [
            // A thousand of one millisecond each.
            (1, Duration::from_millis(1), 1_000),
            // Six at a time.
            (6, Duration::from_millis(10), 600),
            // What is always let in.
            (1, Duration::from_millis(100), ALWAYS),
            // Never all that the line holds.
            (1, Duration::from_nanos(1), 3_072),
        ] {
            let line = Line::new(4_096, served);
            for _ in 0..1_000 {
                line.note(10, each * 10);
            }
            let _inside = places(&line, room - 1);
            assert!(line.is_short(), "{served} {each:?}");
            let _last = line.enter().unwrap();
            // What is smoothed comes near to what was noted.
            let _near = places(&line, (room / 50).min(4_096 - room));
            assert!(!line.is_short(), "{served} {each:?}");
        }
    }

    #[test]
    fn one_long_piece_of_work_is_soon_forgotten() {
        let line = Line::new(4_096, 1);
        line.note(1_000, Duration::from_secs(1));
        line.note(1, Duration::from_secs(60));
        let _inside = places(&line, ALWAYS);
        assert!(!line.is_short());
        for _ in 0..5 {
            line.note(ALWAYS, Duration::from_millis(250));
        }
        assert!(line.is_short());
    }
}
