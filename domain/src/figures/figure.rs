//! The figures that are published, each with the rows behind it.

text_enum! {
    /// A group of figures that are asked for together.
    pub enum Family {
        /// People, outcomes and hours.
        Completion = "completion",
        /// Reviews, by stage.
        Timeliness = "timeliness",
        /// Plans, classes, attendees, units without administrator.
        Filing = "filing",
        /// Training funds (U5).
        Funding = "funding",
    }
}

text_enum! {
    /// A figure that has rows behind it. Its text is also the name of its counter.
    pub enum Figure {
        /// People who count: employed and in scope, at the freeze or before it now (A6, U3, U4b).
        People = "people",
        /// Years begun and below a floor.
        InProgress = "in_progress",
        /// Years completed in the year itself: the numerator of the completion rate.
        CompletedInYear = "completed_in_year",
        /// Years completed by make-up (M5).
        CompletedByMakeup = "completed_by_makeup",
        /// Years settled below a floor (A3).
        Incomplete = "incomplete",
        /// Years that the person is exempt from (A5).
        Exempt = "exempt",
        /// Years with a certificate that stands (A1).
        Certified = "certified",
        /// Approved public-required hours, in tenths.
        HoursPublic = "hours_public",
        /// Approved professional hours, in tenths.
        HoursProfessional = "hours_professional",
        /// The part of the approved hours that was registered under a make-up grant, in tenths (M4).
        HoursMakeup = "hours_makeup",
        /// Exceptional make-up granted (M6: listed apart).
        ExceptionalMakeup = "exceptional_makeup",
        /// Declarations that wait for the employer.
        EmployerWaiting = "employer_waiting",
        /// … and are overdue (V3).
        EmployerOverdue = "employer_overdue",
        /// Decisions of employers.
        EmployerDone = "employer_done",
        /// … in time (V1).
        EmployerOnTime = "employer_on_time",
        /// … late (V3).
        EmployerLate = "employer_late",
        /// Declarations that lapsed at the employer after their due day (A3a).
        EmployerLapsedLate = "employer_lapsed_late",
        /// Declarations that wait for the reviewing body.
        AuthorityWaiting = "authority_waiting",
        /// … and are overdue (V3).
        AuthorityOverdue = "authority_overdue",
        /// Decisions of reviewing bodies.
        AuthorityDone = "authority_done",
        /// … in time (V1).
        AuthorityOnTime = "authority_on_time",
        /// … late (V3).
        AuthorityLate = "authority_late",
        /// Declarations that lapsed at the reviewing body after their due day (A3a).
        AuthorityLapsedLate = "authority_lapsed_late",
        /// Filings of training units that stand (P1).
        FilingsGranted = "filings_granted",
        /// Filings suspended or revoked (P1, P5).
        FilingsStopped = "filings_stopped",
        /// Training plans handed in (P2).
        PlansFiled = "plans_filed",
        /// Training plans approved (P2).
        PlansApproved = "plans_approved",
        /// Approved plans with a class that was held.
        PlansHeld = "plans_held",
        /// Classes (P3).
        Classes = "classes",
        /// Classes whose roster is in: they were held (P4).
        ClassesHeld = "classes_held",
        /// People on the rosters of classes (P4).
        Attendees = "attendees",
        /// Advanced seminars approved (P6).
        SeminarsApproved = "seminars_approved",
        /// Advanced seminars closed (P6).
        SeminarsClosed = "seminars_closed",
        /// Units in use.
        Units = "units",
        /// Units without an administrator (U1).
        UnitsWithoutAdministrator = "units_without_administrator",
        /// Funding reports (U5).
        FundingReports = "funding_reports",
        /// Yearly payroll reported, in fen.
        Payroll = "payroll",
        /// Training funds accrued, in fen.
        Accrued = "accrued",
        /// Training funds spent, in fen.
        Spent = "spent",
        /// Reports with less accrued than the policy's floor (U5).
        BelowFloor = "below_floor",
    }
}

/// Where the rows behind a figure are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// One row for each person who counts.
    People,
    /// One row for each person's year.
    Years,
    /// One row for each approved declaration.
    Hours,
    /// One row for each stay of a declaration at a stage.
    Visits,
    /// One row for each plan, class, unit, report …
    Subjects,
}

impl Figure {
    /// The group that it belongs to.
    #[must_use]
    pub const fn family(self) -> Family {
        match self.source() {
            Source::People | Source::Years | Source::Hours => Family::Completion,
            Source::Visits => Family::Timeliness,
            Source::Subjects => match self {
                Self::ExceptionalMakeup => Family::Completion,
                Self::FundingReports
                | Self::Payroll
                | Self::Accrued
                | Self::Spent
                | Self::BelowFloor => Family::Funding,
                Self::People
                | Self::InProgress
                | Self::CompletedInYear
                | Self::CompletedByMakeup
                | Self::Incomplete
                | Self::Exempt
                | Self::Certified
                | Self::HoursPublic
                | Self::HoursProfessional
                | Self::HoursMakeup
                | Self::EmployerWaiting
                | Self::EmployerOverdue
                | Self::EmployerDone
                | Self::EmployerOnTime
                | Self::EmployerLate
                | Self::EmployerLapsedLate
                | Self::AuthorityWaiting
                | Self::AuthorityOverdue
                | Self::AuthorityDone
                | Self::AuthorityOnTime
                | Self::AuthorityLate
                | Self::AuthorityLapsedLate
                | Self::FilingsGranted
                | Self::FilingsStopped
                | Self::PlansFiled
                | Self::PlansApproved
                | Self::PlansHeld
                | Self::Classes
                | Self::ClassesHeld
                | Self::Attendees
                | Self::SeminarsApproved
                | Self::SeminarsClosed
                | Self::Units
                | Self::UnitsWithoutAdministrator => Family::Filing,
            },
        }
    }

    /// Where its rows are.
    #[must_use]
    pub const fn source(self) -> Source {
        match self {
            Self::People => Source::People,
            Self::InProgress
            | Self::CompletedInYear
            | Self::CompletedByMakeup
            | Self::Incomplete
            | Self::Exempt
            | Self::Certified => Source::Years,
            Self::HoursPublic | Self::HoursProfessional | Self::HoursMakeup => Source::Hours,
            Self::EmployerWaiting
            | Self::EmployerOverdue
            | Self::EmployerDone
            | Self::EmployerOnTime
            | Self::EmployerLate
            | Self::EmployerLapsedLate
            | Self::AuthorityWaiting
            | Self::AuthorityOverdue
            | Self::AuthorityDone
            | Self::AuthorityOnTime
            | Self::AuthorityLate
            | Self::AuthorityLapsedLate => Source::Visits,
            Self::ExceptionalMakeup
            | Self::FilingsGranted
            | Self::FilingsStopped
            | Self::PlansFiled
            | Self::PlansApproved
            | Self::PlansHeld
            | Self::Classes
            | Self::ClassesHeld
            | Self::Attendees
            | Self::SeminarsApproved
            | Self::SeminarsClosed
            | Self::Units
            | Self::UnitsWithoutAdministrator
            | Self::FundingReports
            | Self::Payroll
            | Self::Accrued
            | Self::Spent
            | Self::BelowFloor => Source::Subjects,
        }
    }
}
