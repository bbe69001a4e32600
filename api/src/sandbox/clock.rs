//! The clocks: the real one, and the sandbox's, which anyone may set.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use xueshi_domain::instant::{in_china, rfc3339};
use xueshi_persistence::Clock;

/// When the sandbox's story begins: Monday 16 October 2023, nine in the morning.
pub const START: OffsetDateTime = datetime!(2023-10-16 09:00 +8);

/// The first and the last instant that RFC 3339 can express in China's offset. The sandbox's clock stays between them, so
/// that whatever it shows can be written down; beyond the last one it stands still.
const EARLIEST: OffsetDateTime = datetime!(0000-01-01 00:00 +8);
const LATEST: OffsetDateTime = datetime!(9999-12-31 23:59:59.999_999 +8);

/// Real time, to the microsecond, as the databases keep it: what is answered now reads the same later. Nothing else in the
/// service reads it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> OffsetDateTime {
        in_china(OffsetDateTime::now_utc()).truncate_to_microsecond()
    }
}

/// What the sandbox's clock was set to. Kept with the database as JSON, so that a restart goes on from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClockSetting {
    /// It showed `from` at the real instant `since`, and has been running from there.
    Running {
        /// What it showed.
        #[serde(with = "rfc3339")]
        from: OffsetDateTime,
        /// When that was, in real time.
        #[serde(with = "rfc3339")]
        since: OffsetDateTime,
    },
    /// It stands still.
    Frozen {
        /// What it shows.
        #[serde(with = "rfc3339")]
        at: OffsetDateTime,
    },
    /// It shows real time.
    Real,
}

impl ClockSetting {
    /// Reads a stored setting.
    ///
    /// # Errors
    /// When it is not what [`ClockSetting::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The form in which it is stored.
    ///
    /// # Errors
    /// For instants that RFC 3339 cannot express; a [`SandboxClock`] makes no such setting.
    pub fn to_json(self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self)
    }
}

/// A clock that can be set to any instant, to run on from it or to stand still.
pub struct SandboxClock {
    real: Arc<dyn Clock>,
    setting: RwLock<ClockSetting>,
    times_set: AtomicU64,
}

impl std::fmt::Debug for SandboxClock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SandboxClock")
            .field("setting", &self.setting())
            .finish_non_exhaustive()
    }
}

impl SandboxClock {
    /// A clock that runs from [`START`]. `real` is what it runs by.
    #[must_use]
    pub fn new(real: Arc<dyn Clock>) -> Self {
        let setting = RwLock::new(running(START, real.now()));
        Self { real, setting, times_set: AtomicU64::new(0) }
    }

    /// The setting that shows `instant` now. Instants before the year 0 or after 9999 in China become the nearest one inside.
    #[must_use]
    pub fn setting_for(&self, instant: OffsetDateTime, frozen: bool) -> ClockSetting {
        let instant = in_china(instant).clamp(EARLIEST, LATEST).truncate_to_microsecond();
        if frozen {
            ClockSetting::Frozen { at: instant }
        } else {
            running(instant, self.real.now())
        }
    }

    /// What it is set to.
    #[must_use]
    pub fn setting(&self) -> ClockSetting {
        *self.setting.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets it, at once for everybody.
    pub fn set(&self, setting: ClockSetting) {
        *self.setting.write().unwrap_or_else(PoisonError::into_inner) = setting;
        self.times_set.fetch_add(1, Ordering::Release);
    }

    /// What it would show now under a setting.
    #[must_use]
    pub fn shows(&self, setting: ClockSetting) -> OffsetDateTime {
        let instant = match setting {
            ClockSetting::Running { from, since } => {
                // A real clock that was turned back does not turn back this one.
                let elapsed = (self.real.now() - since).max(Duration::ZERO);
                from.saturating_add(elapsed)
            }
            ClockSetting::Frozen { at } => at,
            ClockSetting::Real => self.real.now(),
        };
        in_china(instant).clamp(EARLIEST, LATEST).truncate_to_microsecond()
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> OffsetDateTime {
        self.shows(self.setting())
    }

    fn times_set(&self) -> u64 {
        self.times_set.load(Ordering::Acquire)
    }
}

fn running(from: OffsetDateTime, since: OffsetDateTime) -> ClockSetting {
    ClockSetting::Running { from, since }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use time::format_description::well_known::Rfc3339;

    use super::*;

    struct Hand(Mutex<OffsetDateTime>);

    impl Clock for Hand {
        fn now(&self) -> OffsetDateTime {
            *self.0.lock().unwrap()
        }
    }

    const REAL: OffsetDateTime = datetime!(2026-11-22 10:00 UTC);

    fn clock() -> (Arc<Hand>, SandboxClock) {
        let hand = Arc::new(Hand(Mutex::new(REAL)));
        (hand.clone(), SandboxClock::new(hand))
    }

    fn pass(hand: &Hand, time: Duration) {
        let mut now = hand.0.lock().unwrap();
        *now = now.saturating_add(time);
    }

    #[test]
    fn it_begins_on_monday_16_october_2023_and_runs() {
        let (hand, clock) = clock();
        assert_eq!(clock.now(), START);
        assert_eq!(clock.now().weekday(), time::Weekday::Monday);
        pass(&hand, Duration::minutes(90));
        assert_eq!(clock.now(), datetime!(2023-10-16 10:30 +8));
    }

    #[test]
    fn it_can_be_set_stopped_and_returned_to_real_time() {
        let (hand, clock) = clock();
        let evening = datetime!(2023-12-19 15:59:59 UTC);
        clock.set(clock.setting_for(evening, false));
        pass(&hand, Duration::seconds(1));
        assert_eq!(clock.now().format(&Rfc3339).unwrap(), "2023-12-20T00:00:00+08:00");
        clock.set(clock.setting_for(evening, true));
        pass(&hand, Duration::days(9));
        assert_eq!(clock.now(), evening);
        clock.set(ClockSetting::Real);
        assert_eq!(clock.now(), hand.now());
    }

    #[test]
    fn a_stored_setting_goes_on_after_a_restart() {
        let (hand, clock) = clock();
        for frozen in [false, true] {
            clock.set(clock.setting_for(datetime!(2023-12-01 00:00 +8), frozen));
            let stored = clock.setting().to_json().unwrap();
            pass(&hand, Duration::hours(5));
            let restarted = SandboxClock::new(hand.clone());
            restarted.set(ClockSetting::from_json(&stored).unwrap());
            assert_eq!(restarted.now(), clock.now());
        }
        assert!(ClockSetting::from_json(r#"{"mode":"backwards"}"#).is_err());
    }

    #[test]
    fn a_real_clock_that_is_turned_back_does_not_turn_it_back() {
        let (hand, clock) = clock();
        pass(&hand, Duration::hours(-1));
        assert_eq!(clock.now(), START);
    }

    #[test]
    fn every_instant_of_rfc_3339_can_be_set_and_written_down() {
        let (hand, clock) = clock();
        for text in [
            "0000-01-01T00:00:00+23:59",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00-23:59",
            "1969-12-31T23:59:59.999999999Z",
            "2024-02-29T00:00:00+08:00",
            "9999-12-31T23:59:59.999999999-23:59",
            "9999-12-31T23:59:60Z",
        ] {
            let instant = OffsetDateTime::parse(text, &Rfc3339).unwrap();
            for frozen in [false, true] {
                let setting = clock.setting_for(instant, frozen);
                clock.set(setting);
                pass(&hand, Duration::days(1));
                clock.now().format(&Rfc3339).unwrap();
                assert_eq!(
                    ClockSetting::from_json(&setting.to_json().unwrap()).unwrap(),
                    setting,
                    "{text}"
                );
            }
        }
        for instant in [
            OffsetDateTime::from_unix_timestamp(-377_705_116_800),
            OffsetDateTime::from_unix_timestamp(253_402_300_799),
        ] {
            clock.set(clock.setting_for(instant.unwrap(), false));
            clock.now().format(&Rfc3339).unwrap();
        }
    }
}
