//! What a declaration's stay at a stage counts, and from which instant on (V1, V3).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Counts, histogram};
use crate::review::{Ending, Stage, is_late};

/// The facts of a stay that figures look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// At which stage.
    pub stage: Stage,
    /// When it came.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub entered: OffsetDateTime,
    /// From when on it is late; none when a freeze begins before ([`crate::review::late_from`]).
    #[serde(with = "time::serde::timestamp::microseconds::option")]
    pub late_from: Option<OffsetDateTime>,
    /// When and how it left, and after how many working days.
    pub left: Option<Leave>,
}

/// How a stay ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// When.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub at: OffsetDateTime,
    /// How.
    pub ending: Ending,
    /// After how many working days; the day of arrival is day 0.
    pub working_days: u32,
}

/// A change of a counter that holds from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// From when on.
    pub at: OffsetDateTime,
    /// Which counter.
    pub counter: String,
    /// By how much.
    pub amount: i64,
}

/// The counter of a stage: `employer_done`.
#[must_use]
pub fn counter(stage: Stage, what: &str) -> String {
    format!("{stage}_{what}")
}

/// The part of some counters that counts stays.
#[must_use]
pub fn of_stays(counts: &Counts) -> Counts {
    let mut part = Counts::new();
    for (counter, amount) in counts.iter() {
        let stage = counter.split('_').next().unwrap_or_default();
        if Stage::ALL.iter().any(|known| known.as_str() == stage) {
            part.add(counter, amount);
        }
    }
    part
}

impl Stay {
    /// What the stay counts: it waits from its arrival to its end, is overdue from when on it is late while it waits (V3:
    /// late is visible, not silent), and as a decision it is done, in time or late.
    #[must_use]
    pub fn counts(&self) -> Vec<Dated> {
        let dated = |at: OffsetDateTime, what: &str, amount: i64| Dated {
            at,
            counter: counter(self.stage, what),
            amount,
        };
        let mut all = vec![dated(self.entered, "waiting", 1)];
        all.extend(self.late_from.map(|late_from| dated(late_from, "overdue", 1)));
        let Some(left) = self.left else { return all };
        let late = is_late(self.late_from, left.at);
        all.push(dated(left.at, "waiting", -1));
        // Leaving in time takes back what would have been overdue.
        all.extend(self.late_from.map(|late_from| dated(left.at.max(late_from), "overdue", -1)));
        match left.ending {
            Ending::Approved | Ending::Returned | Ending::Rejected => {
                all.push(dated(left.at, "done", 1));
                all.push(dated(left.at, if late { "late" } else { "on_time" }, 1));
                all.push(dated(left.at, histogram::SUM, i64::from(left.working_days)));
                all.push(dated(left.at, &histogram::bin(left.working_days), 1));
            }
            Ending::Lapsed => {
                if late {
                    all.push(dated(left.at, "lapsed_late", 1));
                }
            }
            Ending::Withdrawn | Ending::Rerouted => {}
        }
        all
    }

    /// The changes from an earlier form of the same stay to this one, noted at `now`. Nothing is changed in what was before
    /// `now`: a past moment that was asked for gives the same answer again.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>, now: OffsetDateTime) -> Vec<Dated> {
        let mut all = self.counts();
        if let Some(before) = before {
            for old in before.counts() {
                // What stays as it was cancels out.
                if let Some(same) = all.iter().position(|new| *new == old) {
                    all.remove(same);
                } else {
                    all.push(Dated { amount: -old.amount, ..old });
                }
            }
            for change in &mut all {
                change.at = change.at.max(now);
            }
        }
        // A change and its opposite at one instant are nothing.
        let mut kept: Vec<Dated> = Vec::with_capacity(all.len());
        for change in all {
            let opposite = kept.iter().position(|other| {
                other.at == change.at
                    && other.counter == change.counter
                    && other.amount == -change.amount
            });
            match opposite {
                Some(place) => {
                    kept.remove(place);
                }
                None => kept.push(change),
            }
        }
        kept.retain(|change| change.amount != 0);
        kept
    }
}
