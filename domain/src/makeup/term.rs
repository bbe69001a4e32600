//! When one may apply for make-up, study and register (rules M1, M3, M6, W4, E7, E8).

use time::{Date, Month, OffsetDateTime};

use crate::instant::start_of_day;
use crate::policy::{Policy, Window};
use crate::refusal::Refusal;

/// The times of make-up in one year, by that year's policy.
///
/// They belong to the year in which is applied, studied and registered, not to the prior year that is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The year.
    pub year: i32,
    /// When one may apply and decide on applications.
    pub application: Window,
    /// The first instant at which study no longer counts.
    pub study_closes: OffsetDateTime,
    /// The first instant at which nothing is registered or reviewed any more.
    pub registration_closes: OffsetDateTime,
}

impl Term {
    /// The times of ordinary or exceptional make-up in the year of a policy.
    ///
    /// **Reading** (M6): a year that has a make-up window takes ordinary applications in it and no exceptional ones; what is
    /// exceptional is listed apart and must not become a way around the window. A year that takes exceptional make-up only has
    /// no window: one may apply from New Year until study closes, which is at the policy's deadlines or, where it names none,
    /// when the freeze begins.
    ///
    /// # Errors
    /// [`Refusal::MakeupClosed`] in a year without make-up, and without `exceptional` in one that takes nothing else (E8);
    /// [`Refusal::ExceptionalNotOpen`].
    pub fn of(policy: &Policy, exceptional: bool) -> Result<Self, Refusal> {
        let (year, windows) = (policy.year, &policy.windows);
        let registration = windows.makeup_registration_closes.unwrap_or(windows.freeze.opens);
        match (windows.makeup_application, exceptional) {
            (Some(application), false) => Ok(Self {
                year,
                application,
                study_closes: windows.makeup_study_closes.unwrap_or(application.closes),
                registration_closes: registration,
            }),
            (Some(_), true) => Err(Refusal::ExceptionalNotOpen { year }),
            (None, true) if policy.makeup.exceptional_only => {
                let study_closes = windows.makeup_study_closes.unwrap_or(registration);
                let opens = first_instant_of(year);
                Ok(Self {
                    year,
                    application: Window { opens, closes: study_closes },
                    study_closes,
                    registration_closes: registration,
                })
            }
            (None, true | false) => Err(Refusal::MakeupClosed {
                year,
                exceptional_only: policy.makeup.exceptional_only,
            }),
        }
    }
}

/// M6: what is exceptional states its special reason.
///
/// # Errors
/// [`Refusal::ExceptionalReasonMissing`].
pub fn check_reason(exceptional: bool, reason: Option<&str>) -> Result<(), Refusal> {
    let stated = reason.is_some_and(|reason| !reason.trim().is_empty());
    if exceptional && !stated { Err(Refusal::ExceptionalReasonMissing) } else { Ok(()) }
}

/// New Year in China.
fn first_instant_of(year: i32) -> OffsetDateTime {
    start_of_day(Date::from_calendar_date(year, Month::January, 1).unwrap_or(Date::MIN))
}
