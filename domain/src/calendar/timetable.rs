//! The windows of one year, together with the freezes of all (rules W1–W5).

use time::OffsetDateTime;

use super::windows::{Action, Admission, WindowKind, WindowStatus};
use crate::policy::{Policy, Window, Windows};
use crate::refusal::Refusal;

/// What may be done when, for the hours of one year.
///
/// The windows are those of the year that the record is about; the freezes are those of every year that has a policy, because
/// a freeze stops the changes of all years (W1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    year: i32,
    windows: Windows,
    exceptional_only: bool,
    /// The windows of the other years: for their freezes, and for when a window of the same kind opens next.
    others: Vec<Windows>,
    /// The time in which hours of a prior year are registered, when the timetable is that of a grant (M3).
    registration: Option<Window>,
}

impl Timetable {
    /// The timetable of the year of `policy`. `others` are the published policies of other years, at least that of the year in
    /// which it is asked; the policy of the year itself may be among them.
    #[must_use]
    pub fn new<'a>(policy: &Policy, others: impl IntoIterator<Item = &'a Policy>) -> Self {
        let others = others
            .into_iter()
            .filter(|other| other.year != policy.year)
            .map(|other| other.windows)
            .collect();
        Self {
            year: policy.year,
            windows: policy.windows,
            exceptional_only: policy.makeup.exceptional_only,
            others,
            registration: None,
        }
    }

    /// The timetable for the hours of a prior year under a grant (M3): whatever needs the declare or the review window on the
    /// main road needs the grant's own time here, from the grant until registration closes. `self` is that of the year in which
    /// the grant was given; the freezes stay.
    #[must_use]
    pub fn under_grant(self, registration: Window) -> Self {
        Self { registration: Some(registration), ..self }
    }

    /// The year.
    #[must_use]
    pub const fn year(&self) -> i32 {
        self.year
    }

    /// Whether an act is possible at this instant, and until when (W1, W2, W4, E4, E7).
    ///
    /// The freeze is looked at first, and stops the changes of every year.
    ///
    /// # Errors
    /// [`Refusal::YearEndFreeze`], [`Refusal::WindowClosed`], [`Refusal::MakeupClosed`].
    pub fn admit(&self, action: Action, now: OffsetDateTime) -> Result<Admission, Refusal> {
        self.outside_of_freezes(now)?;
        if action.window().is_none() {
            return Ok(Admission { valid_until: self.next_freeze(now).map(|freeze| freeze.opens) });
        }
        let closed =
            Refusal::MakeupClosed { year: self.year, exceptional_only: self.exceptional_only };
        let (kind, window) = self.needed(action).ok_or(closed)?;
        self.within(kind, window, now)
    }

    /// The window that an act needs: under a grant its own time takes the place of those of the main road (M3). `None` for an
    /// act that only the freeze refuses, and for a make-up window that the year does not have.
    #[must_use]
    pub fn needed(&self, action: Action) -> Option<(WindowKind, Window)> {
        let kind = match (self.registration, action.window()?) {
            (Some(_), WindowKind::Declare | WindowKind::Review) => WindowKind::MakeupRegistration,
            (Some(_) | None, kind) => kind,
        };
        Some((kind, self.window(kind)?))
    }

    /// Until when the window of an act goes on; `None` once it has closed, and for an act without one.
    #[must_use]
    pub fn possible_until(&self, action: Action, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.needed(action).map(|(_, window)| window.closes).filter(|closes| now < *closes)
    }

    /// Whether an act is possible in a window that is not one of the policy's own, such as that of exceptional make-up (M6).
    ///
    /// # Errors
    /// [`Refusal::YearEndFreeze`], [`Refusal::WindowClosed`].
    pub fn admit_in(
        &self,
        kind: WindowKind,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<Admission, Refusal> {
        self.outside_of_freezes(now)?;
        self.within(kind, window, now)
    }

    fn outside_of_freezes(&self, now: OffsetDateTime) -> Result<(), Refusal> {
        match self.freeze_at(now) {
            Some(freeze) => {
                Err(Refusal::YearEndFreeze { opens: freeze.opens, closes: freeze.closes })
            }
            None => Ok(()),
        }
    }

    fn within(
        &self,
        kind: WindowKind,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<Admission, Refusal> {
        if window.contains(now) {
            Ok(Admission { valid_until: Some(self.end_of(window, now)) })
        } else {
            Err(Refusal::WindowClosed {
                kind,
                year: self.year,
                opens: window.opens,
                closes: window.closes,
                next_opening: self.next_opening(kind, now),
            })
        }
    }

    /// The freeze that is in force at this instant, of whatever year (W1).
    #[must_use]
    pub fn freeze_at(&self, now: OffsetDateTime) -> Option<Window> {
        self.all(WindowKind::Freeze).find(|freeze| freeze.contains(now))
    }

    /// The first freeze that begins after this instant, of whatever year.
    #[must_use]
    pub fn next_freeze(&self, now: OffsetDateTime) -> Option<Window> {
        self.all(WindowKind::Freeze)
            .filter(|freeze| now < freeze.opens)
            .min_by_key(|freeze| freeze.opens)
    }

    /// When review of this year's declarations ends: with its window, or with the freeze if that comes first (V5).
    #[must_use]
    pub fn review_ends(&self) -> OffsetDateTime {
        let window = self.registration.unwrap_or(self.windows.review);
        window.closes.min(self.windows.freeze.opens)
    }

    /// When the freeze of these windows begins; under a grant that of the year in which it was given (W1, M3).
    #[must_use]
    pub fn frozen_from(&self) -> OffsetDateTime {
        self.windows.freeze.opens
    }

    /// When a window of this kind opens next after this instant: this year's, or that of a later year.
    #[must_use]
    pub fn next_opening(&self, kind: WindowKind, now: OffsetDateTime) -> Option<OffsetDateTime> {
        if self.registration.is_some() && kind == WindowKind::MakeupRegistration {
            // A grant is for once: another year's registration is for other grants.
            return None;
        }
        self.all(kind).map(|window| window.opens).filter(|opens| now < *opens).min()
    }

    /// The year's window of a kind; `None` for a make-up window that the year does not have.
    #[must_use]
    pub fn window(&self, kind: WindowKind) -> Option<Window> {
        match (self.registration, kind) {
            (Some(window), WindowKind::MakeupRegistration) => Some(window),
            (Some(_) | None, kind) => window_of(&self.windows, kind),
        }
    }

    /// The windows of the year as they are published (W5), in the order of [`WindowKind`].
    #[must_use]
    pub fn statuses(&self, now: OffsetDateTime) -> Vec<WindowStatus> {
        let frozen = self.freeze_at(now).is_some();
        WindowKind::ALL
            .iter()
            .filter_map(|kind| self.window(*kind).map(|window| (*kind, window)))
            .map(|(kind, window)| {
                let (stopped, end) = match kind {
                    WindowKind::Freeze => (false, window.closes),
                    WindowKind::Declare
                    | WindowKind::Review
                    | WindowKind::MakeupApplication
                    | WindowKind::MakeupStudy
                    | WindowKind::MakeupRegistration => (frozen, self.end_of(window, now)),
                };
                let is_open = window.contains(now) && !stopped;
                WindowStatus {
                    kind,
                    opens: window.opens,
                    closes: window.closes,
                    is_open,
                    seconds_left: is_open.then(|| seconds_until(end, now)),
                    next_opening: if is_open { None } else { self.next_opening(kind, now) },
                }
            })
            .collect()
    }

    /// When what is open now ends: with its window, or with the next freeze if that comes first.
    fn end_of(&self, window: Window, now: OffsetDateTime) -> OffsetDateTime {
        self.next_freeze(now).map_or(window.closes, |freeze| freeze.opens.min(window.closes))
    }

    fn all(&self, kind: WindowKind) -> impl Iterator<Item = Window> {
        std::iter::once(&self.windows)
            .chain(&self.others)
            .filter_map(move |windows| window_of(windows, kind))
    }
}

/// The window of a kind. Make-up study and registration open with the applications: before a grant there is nothing to do.
fn window_of(windows: &Windows, kind: WindowKind) -> Option<Window> {
    let makeup_until = |closes: Option<OffsetDateTime>| {
        let opens = windows.makeup_application?.opens;
        closes.map(|closes| Window { opens, closes })
    };
    match kind {
        WindowKind::Declare => Some(windows.declare),
        WindowKind::Review => Some(windows.review),
        WindowKind::MakeupApplication => windows.makeup_application,
        WindowKind::MakeupStudy => makeup_until(windows.makeup_study_closes),
        WindowKind::MakeupRegistration => makeup_until(windows.makeup_registration_closes),
        WindowKind::Freeze => Some(windows.freeze),
    }
}

/// Whole seconds from `now` to `end`, a begun one counted.
fn seconds_until(end: OffsetDateTime, now: OffsetDateTime) -> i64 {
    let left = end - now;
    left.whole_seconds() + i64::from(left.subsec_nanoseconds() > 0)
}
