//! The sandbox's clock over the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::Timestamp;
use super::accounts::good_username;
use super::checks::{not_blank, one_line};
use super::cities::CityCode;
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

/// A further city for a sandbox.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSandboxCity {
    /// Its division code.
    pub code: CityCode,
    /// Its name.
    #[validate(
        length(min = 1, max = 50),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 50)]
    pub name: String,
    /// The name with which its municipal administrator logs in; the password is `sandbox`.
    #[validate(custom(function = "good_username"))]
    #[schema(min_length = 2, max_length = 64, pattern = "^[a-z0-9][a-z0-9._-]{1,63}$")]
    pub administrator: String,
}

/// A further city of a sandbox.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SandboxCity {
    /// Its division code, the `jurisdiction` of public requests.
    #[schema(value_type = CityCode)]
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its municipal bureau, the root of its tree.
    pub bureau_id: Uuid,
    /// The name with which its municipal administrator logs in.
    pub administrator: String,
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
