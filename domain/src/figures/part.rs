//! What one subject contributes to the counters of its unit.

use super::{Counts, Figure};
use crate::learning::{Subject, Way};
use crate::ledger::{Outcome, RecordState};
use crate::people::Post;
use crate::registry::{FilingState, PersonState, PlanState};
use crate::seminar;

text_enum! {
    /// The kinds of a person's parts.
    pub enum PersonPart {
        /// That the person counts. It has no year.
        Person = "person",
        /// Where the person's year stands.
        Year = "year",
        /// An approved declaration.
        Hours = "hours",
    }
}

text_enum! {
    /// The kinds of a unit's parts.
    pub enum Count {
        /// That the unit is in use, and has an administrator (U1). It has no year.
        Unit = "unit",
        /// A filing (P1).
        Filing = "filing",
        /// A training plan (P2).
        Plan = "plan",
        /// A class (P3).
        Class = "class",
        /// An advanced seminar (P6).
        Seminar = "seminar",
        /// Exceptional make-up (M6).
        Exceptional = "exceptional",
        /// A funding report (U5).
        Funding = "funding",
    }
}

text_enum! {
    /// Whether a person counts, and by which kind of post (U3, U4b).
    pub enum PersonLabel {
        /// Employed in a technical post.
        Technical = "technical",
        /// Employed in a management post: counts when the year's policy says so.
        Management = "management",
        /// Left, retired, without an employer, or managed as a civil servant.
        Out = "out",
    }
}

impl PersonLabel {
    /// The label of a person.
    #[must_use]
    pub const fn of(state: PersonState, post: Post, employed: bool) -> Self {
        match (state, post, employed) {
            (PersonState::Active, Post::Technical, true) => Self::Technical,
            (PersonState::Active, Post::Management, true) => Self::Management,
            (PersonState::Active, Post::CivilServant, true)
            | (PersonState::Active, _, false)
            | (PersonState::Ended, _, _) => Self::Out,
        }
    }

    /// Whether such a person counts in a year.
    #[must_use]
    pub const fn counts(self, include_management_posts: bool) -> bool {
        match self {
            Self::Technical => true,
            Self::Management => include_management_posts,
            Self::Out => false,
        }
    }

    /// The counters of such a person.
    #[must_use]
    pub fn counts_as(self) -> Counts {
        let mut counts = Counts::new();
        match self {
            Self::Technical => counts.add(TECHNICAL, 1),
            Self::Management => counts.add(MANAGEMENT, 1),
            Self::Out => {}
        }
        counts
    }
}

/// The counter of people in technical posts.
pub const TECHNICAL: &str = "people_technical";
/// The counter of people in management posts.
pub const MANAGEMENT: &str = "people_management";

text_enum! {
    /// Where a person's year stands for the figures.
    pub enum YearLabel {
        /// Below a floor, not settled.
        InProgress = "in_progress",
        /// At the floors in the year, not verified.
        Completed = "completed",
        /// At the floors in the year, with a certificate.
        Certified = "certified",
        /// At the floors by make-up, not verified.
        MadeUp = "made_up",
        /// At the floors by make-up, with a certificate.
        MadeUpCertified = "made_up_certified",
        /// Settled below a floor.
        Incomplete = "incomplete",
        /// Exempt.
        Exempt = "exempt",
    }
}

impl YearLabel {
    /// The label of a year, by its state, its outcome once it is settled, and whether make-up hours are among the approved ones
    /// (A3, A4, M5).
    ///
    /// A certificate is told from the state also after the settlement. An outcome stands over the hours: a year settled as
    /// incomplete is completed only when its outcome says so.
    #[must_use]
    pub const fn of(state: RecordState, outcome: Option<Outcome>, made_up: bool) -> Self {
        let certified = matches!(state, RecordState::Certified);
        match (outcome, state) {
            (Some(Outcome::Exempt), _) | (None, RecordState::Exempt) => Self::Exempt,
            (Some(Outcome::CompletedInYear), _) => Self::completed(certified, false),
            (Some(Outcome::CompletedByMakeup), _) => Self::completed(certified, true),
            (Some(Outcome::Incomplete), _) | (None, RecordState::Incomplete) => Self::Incomplete,
            (None, RecordState::Satisfied | RecordState::Certified) => {
                Self::completed(certified, made_up)
            }
            (None, RecordState::InProgress) => Self::InProgress,
        }
    }

    const fn completed(certified: bool, made_up: bool) -> Self {
        match (certified, made_up) {
            (true, false) => Self::Certified,
            (false, false) => Self::Completed,
            (true, true) => Self::MadeUpCertified,
            (false, true) => Self::MadeUp,
        }
    }

    /// The figures that a year with this label counts in.
    #[must_use]
    pub const fn figures(self) -> &'static [Figure] {
        match self {
            Self::InProgress => &[Figure::InProgress],
            Self::Completed => &[Figure::CompletedInYear],
            Self::Certified => &[Figure::CompletedInYear, Figure::Certified],
            Self::MadeUp => &[Figure::CompletedByMakeup],
            Self::MadeUpCertified => &[Figure::CompletedByMakeup, Figure::Certified],
            Self::Incomplete => &[Figure::Incomplete],
            Self::Exempt => &[Figure::Exempt],
        }
    }

    /// The labels that count in a figure.
    #[must_use]
    pub fn behind(figure: Figure) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|label| label.figures().contains(&figure)).collect()
    }

    /// The counters of such a year.
    #[must_use]
    pub fn counts_as(self) -> Counts {
        let mut counts = Counts::new();
        for figure in self.figures() {
            counts.add(figure.as_str(), 1);
        }
        counts
    }
}

/// What an approved declaration was for, as the label of its part: `public.training_class`, with `.makeup` behind it for make-up.
#[must_use]
pub fn hours_label(subject: Subject, way: Way, makeup: bool) -> String {
    format!("{subject}.{way}{}", if makeup { MAKEUP } else { "" })
}

/// The ending of the label of make-up hours.
const MAKEUP: &str = ".makeup";

/// The counter of the hours of a subject and a way, in tenths.
#[must_use]
pub fn way_counter(subject: Subject, way: Way) -> String {
    format!("hours_{subject}_{way}")
}

/// The counters of approved hours, given in tenths, with a label of [`hours_label`].
#[must_use]
pub fn hours_count_as(label: &str, tenths: i64) -> Counts {
    let mut counts = Counts::new();
    for subject in Subject::ALL {
        for way in Way::ALL {
            for makeup in [false, true] {
                if label == hours_label(*subject, *way, makeup) {
                    counts.add(hours_figure(*subject).as_str(), tenths);
                    counts.add(&way_counter(*subject, *way), tenths);
                    if makeup {
                        counts.add(Figure::HoursMakeup.as_str(), tenths);
                    }
                }
            }
        }
    }
    counts
}

/// The figure of a subject's hours.
#[must_use]
pub const fn hours_figure(subject: Subject) -> Figure {
    match subject {
        Subject::Public => Figure::HoursPublic,
        Subject::Professional => Figure::HoursProfessional,
    }
}

/// The labels of the hours that count in a figure, and only in one way where that is asked.
#[must_use]
pub fn hours_behind(figure: Figure, only: Option<Way>) -> Vec<String> {
    let mut labels = Vec::new();
    for subject in Subject::ALL {
        for way in Way::ALL.iter().filter(|way| only.is_none_or(|only| only == **way)) {
            for makeup in [false, true] {
                let counts =
                    figure == hours_figure(*subject) || (figure == Figure::HoursMakeup && makeup);
                if counts {
                    labels.push(hours_label(*subject, *way, makeup));
                }
            }
        }
    }
    labels
}

text_enum! {
    /// Whether a unit is in use and has an administrator (U1).
    pub enum UnitLabel {
        /// In use, with an administrator.
        Staffed = "staffed",
        /// In use, without one: listed for the level above.
        Vacant = "vacant",
        /// Not in use.
        Disabled = "disabled",
    }
}

impl UnitLabel {
    /// The counters of such a unit.
    #[must_use]
    pub fn counts_as(self) -> Counts {
        let mut counts = Counts::new();
        match self {
            Self::Staffed => counts.add(Figure::Units.as_str(), 1),
            Self::Vacant => {
                counts.add(Figure::Units.as_str(), 1);
                counts.add(Figure::UnitsWithoutAdministrator.as_str(), 1);
            }
            Self::Disabled => {}
        }
        counts
    }
}

/// The counters of a funding report (U5), amounts in fen.
#[must_use]
pub fn funding_counts(payroll: i64, accrued: i64, spent: i64, below_floor: bool) -> Counts {
    let mut counts = Counts::new();
    counts.add(Figure::FundingReports.as_str(), 1);
    counts.add(Figure::Payroll.as_str(), payroll);
    counts.add(Figure::Accrued.as_str(), accrued);
    counts.add(Figure::Spent.as_str(), spent);
    counts.add(Figure::BelowFloor.as_str(), i64::from(below_floor));
    counts
}

/// The counters of an advanced seminar (P6).
#[must_use]
pub fn seminar_counts(state: seminar::State) -> Counts {
    let mut counts = Counts::new();
    match state {
        seminar::State::Approved | seminar::State::Reported => {
            counts.add(Figure::SeminarsApproved.as_str(), 1);
        }
        seminar::State::Closed => {
            counts.add(Figure::SeminarsApproved.as_str(), 1);
            counts.add(Figure::SeminarsClosed.as_str(), 1);
        }
        seminar::State::Draft
        | seminar::State::Submitted
        | seminar::State::Returned
        | seminar::State::Rejected
        | seminar::State::Withdrawn => {}
    }
    counts
}

/// The counter of the classes of a plan that were held.
pub const HELD_CLASSES: &str = "held_classes";

/// The counters of a training plan (P2): filed once it was handed in; held once a class on the approved plan was held.
#[must_use]
pub fn plan_counts(state: PlanState, held_classes: i64) -> Counts {
    let mut counts = Counts::new();
    counts.add(HELD_CLASSES, held_classes);
    match state {
        PlanState::Draft => {}
        PlanState::Submitted | PlanState::Returned | PlanState::Rejected => {
            counts.add(Figure::PlansFiled.as_str(), 1);
        }
        PlanState::Approved => {
            counts.add(Figure::PlansFiled.as_str(), 1);
            counts.add(Figure::PlansApproved.as_str(), 1);
            counts.add(Figure::PlansHeld.as_str(), i64::from(held_classes > 0));
        }
    }
    counts
}

/// The counters of a class that was not cancelled, with the attendees of its roster once it is in (P4).
#[must_use]
pub fn class_counts(takes_place: bool, attendees: Option<i64>) -> Counts {
    let mut counts = Counts::new();
    if takes_place {
        counts.add(Figure::Classes.as_str(), 1);
        if let Some(attendees) = attendees {
            counts.add(Figure::ClassesHeld.as_str(), 1);
            counts.add(Figure::Attendees.as_str(), attendees);
        }
    }
    counts
}

/// The counters of a filing (P1, P5).
#[must_use]
pub fn filing_counts(state: FilingState) -> Counts {
    let mut counts = Counts::new();
    match state {
        FilingState::Granted => counts.add(Figure::FilingsGranted.as_str(), 1),
        FilingState::Suspended | FilingState::Revoked => {
            counts.add(Figure::FilingsStopped.as_str(), 1);
        }
        FilingState::Submitted | FilingState::Returned | FilingState::Rejected => {}
    }
    counts
}
