//! The sandbox's clock over the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::Timestamp;
use crate::sandbox::clock::{ClockSetting, SandboxClock};
use xueshi_persistence::Clock as _;

/// What the sandbox's clock shows.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ClockReading {
    /// The present instant of the whole service: windows, due dates and tokens go by it.
    pub now: Timestamp,
    /// Whether it stands still.
    pub frozen: bool,
    /// Whether it shows real time.
    pub real: bool,
}

impl ClockReading {
    /// What a clock shows now.
    #[must_use]
    pub fn of(clock: &SandboxClock) -> Self {
        Self { now: clock.now().into(), ..Self::just_set(clock.setting(), clock) }
    }

    /// What a clock shows at the moment at which it is set.
    #[must_use]
    pub fn just_set(setting: ClockSetting, clock: &SandboxClock) -> Self {
        let now = match setting {
            ClockSetting::Running { from, .. } => from,
            ClockSetting::Frozen { at } => at,
            ClockSetting::Real => clock.shows(setting),
        };
        Self {
            now: now.into(),
            frozen: matches!(setting, ClockSetting::Frozen { .. }),
            real: setting == ClockSetting::Real,
        }
    }
}

/// What the sandbox's clock is to show.
#[derive(Debug, Clone, Copy, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockChange {
    /// Any instant.
    pub now: Timestamp,
    /// Whether it is to stand still; otherwise it goes on from there.
    #[serde(default)]
    pub frozen: bool,
}
