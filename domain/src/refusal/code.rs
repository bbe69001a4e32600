//! The codes of refusals, with the rule and the member of a declaration that each is about.

use crate::rule::Rule;

text_enum! {
    /// The stable code of a refusal: what a client may rely on.
    pub enum RefusalCode {
        /// [`Refusal::WindowClosed`](super::Refusal::WindowClosed).
        WindowClosed = "window-closed",
        /// [`Refusal::YearEndFreeze`](super::Refusal::YearEndFreeze).
        YearEndFreeze = "year-end-freeze",
        /// [`Refusal::MakeupClosed`](super::Refusal::MakeupClosed).
        MakeupClosed = "makeup-closed",
        /// [`Refusal::ExceptionalNotOpen`](super::Refusal::ExceptionalNotOpen).
        ExceptionalNotOpen = "exceptional-not-open",
        /// [`Refusal::ExceptionalReasonMissing`](super::Refusal::ExceptionalReasonMissing).
        ExceptionalReasonMissing = "exceptional-reason-missing",
        /// [`Refusal::MakeupYear`](super::Refusal::MakeupYear).
        MakeupYear = "makeup-year-not-open",
        /// [`Refusal::MakeupNotNeeded`](super::Refusal::MakeupNotNeeded).
        MakeupNotNeeded = "makeup-not-needed",
        /// [`Refusal::MakeupAlreadyGranted`](super::Refusal::MakeupAlreadyGranted).
        MakeupAlreadyGranted = "makeup-already-granted",
        /// [`Refusal::MakeupAlreadyApplied`](super::Refusal::MakeupAlreadyApplied).
        MakeupAlreadyApplied = "makeup-already-applied",
        /// [`Refusal::OutsideMakeupStudy`](super::Refusal::OutsideMakeupStudy).
        OutsideMakeupStudy = "outside-makeup-study",
        /// [`Refusal::NoPolicy`](super::Refusal::NoPolicy).
        NoPolicy = "no-policy",
        /// [`Refusal::SpansTwoYears`](super::Refusal::SpansTwoYears).
        SpansTwoYears = "spans-two-years",
        /// [`Refusal::LearningDatesInverted`](super::Refusal::LearningDatesInverted).
        LearningDatesInverted = "learning-dates-inverted",
        /// [`Refusal::YearMismatch`](super::Refusal::YearMismatch).
        YearMismatch = "year-mismatch",
        /// [`Refusal::LearningNotFinished`](super::Refusal::LearningNotFinished).
        LearningNotFinished = "learning-not-finished",
        /// [`Refusal::HoursNotPositive`](super::Refusal::HoursNotPositive).
        HoursNotPositive = "hours-not-positive",
        /// [`Refusal::TrainingPlanNotFiled`](super::Refusal::TrainingPlanNotFiled).
        TrainingPlanNotFiled = "training-plan-not-filed",
        /// [`Refusal::FilingNotGranted`](super::Refusal::FilingNotGranted).
        FilingNotGranted = "filing-not-granted",
        /// [`Refusal::FilingYearOver`](super::Refusal::FilingYearOver).
        FilingYearOver = "filing-year-over",
        /// [`Refusal::PlanEmpty`](super::Refusal::PlanEmpty).
        PlanEmpty = "plan-empty",
        /// [`Refusal::PlanItemInUse`](super::Refusal::PlanItemInUse).
        PlanItemInUse = "plan-item-in-use",
        /// [`Refusal::ClassNotInPlan`](super::Refusal::ClassNotInPlan).
        ClassNotInPlan = "class-not-in-plan",
        /// [`Refusal::ClassNotPassed`](super::Refusal::ClassNotPassed).
        ClassNotPassed = "class-not-passed",
        /// [`Refusal::PublicHoursNeedPlatform`](super::Refusal::PublicHoursNeedPlatform).
        PublicHoursNeedPlatform = "public-hours-need-platform",
        /// [`Refusal::PlatformNotListed`](super::Refusal::PlatformNotListed).
        PlatformNotListed = "platform-not-listed",
        /// [`Refusal::DuplicateLearning`](super::Refusal::DuplicateLearning).
        DuplicateLearning = "duplicate-learning",
        /// [`Refusal::WayNotCounted`](super::Refusal::WayNotCounted).
        WayNotCounted = "way-not-counted",
        /// [`Refusal::HoursOverLimit`](super::Refusal::HoursOverLimit).
        HoursOverLimit = "hours-over-limit",
        /// [`Refusal::HoursExceedDays`](super::Refusal::HoursExceedDays).
        HoursExceedDays = "hours-exceed-days",
        /// [`Refusal::EvidenceMissing`](super::Refusal::EvidenceMissing).
        EvidenceMissing = "evidence-missing",
        /// [`Refusal::TooManyAttachments`](super::Refusal::TooManyAttachments).
        TooManyAttachments = "too-many-attachments",
        /// [`Refusal::AttachmentTooLarge`](super::Refusal::AttachmentTooLarge).
        AttachmentTooLarge = "attachment-too-large",
        /// [`Refusal::WrongState`](super::Refusal::WrongState), [`Refusal::WrongStep`](super::Refusal::WrongStep).
        WrongState = "wrong-state",
        /// [`Refusal::SettlementTooEarly`](super::Refusal::SettlementTooEarly).
        SettlementTooEarly = "settlement-too-early",
        /// [`Refusal::NotOverdue`](super::Refusal::NotOverdue).
        NotOverdue = "not-overdue",
        /// [`Refusal::OwnDeclaration`](super::Refusal::OwnDeclaration).
        OwnDeclaration = "own-declaration",
        /// [`Refusal::SameReviewer`](super::Refusal::SameReviewer).
        SameReviewer = "same-reviewer",
        /// [`Refusal::NotHolder`](super::Refusal::NotHolder).
        NotHolder = "not-holder",
        /// [`Refusal::OwnRecord`](super::Refusal::OwnRecord).
        OwnRecord = "own-record",
        /// [`Refusal::NotEmployed`](super::Refusal::NotEmployed).
        NotEmployed = "not-employed",
        /// [`Refusal::OutOfScope`](super::Refusal::OutOfScope).
        OutOfScope = "out-of-scope",
        /// [`Refusal::NoReviewingBody`](super::Refusal::NoReviewingBody).
        NoReviewingBody = "no-reviewing-body",
        /// [`Refusal::OwnReviewingBody`](super::Refusal::OwnReviewingBody).
        OwnReviewingBody = "own-reviewing-body",
        /// [`Refusal::EmployedElsewhere`](super::Refusal::EmployedElsewhere).
        EmployedElsewhere = "employed-elsewhere",
        /// [`Refusal::RecordHasAccount`](super::Refusal::RecordHasAccount).
        RecordHasAccount = "record-has-account",
        /// [`Refusal::IdentityMismatch`](super::Refusal::IdentityMismatch).
        IdentityMismatch = "identity-mismatch",
        /// [`Refusal::SameEmployer`](super::Refusal::SameEmployer).
        SameEmployer = "same-employer",
        /// [`Refusal::UnitDisabled`](super::Refusal::UnitDisabled).
        UnitDisabled = "unit-disabled",
        /// [`Refusal::UnitInUse`](super::Refusal::UnitInUse).
        UnitInUse = "unit-in-use",
        /// [`Refusal::SameRecord`](super::Refusal::SameRecord).
        SameRecord = "same-record",
        /// [`Refusal::RecordsConflict`](super::Refusal::RecordsConflict).
        RecordsConflict = "records-conflict",
        /// [`Refusal::OwnCase`](super::Refusal::OwnCase).
        OwnCase = "own-case",
        /// [`Refusal::ErasureBarred`](super::Refusal::ErasureBarred).
        ErasureBarred = "erasure-barred",
        /// [`Refusal::SeminarTooLarge`](super::Refusal::SeminarTooLarge).
        SeminarTooLarge = "seminar-too-large",
        /// [`Refusal::SeminarBegun`](super::Refusal::SeminarBegun).
        SeminarBegun = "seminar-begun",
        /// [`Refusal::SeminarNotEnded`](super::Refusal::SeminarNotEnded).
        SeminarNotEnded = "seminar-not-ended",
        /// [`Refusal::SeminarFull`](super::Refusal::SeminarFull).
        SeminarFull = "seminar-full",
        /// [`Refusal::SeminarListEmpty`](super::Refusal::SeminarListEmpty).
        SeminarListEmpty = "seminar-list-empty",
        /// [`Refusal::SeminarResultsMismatch`](super::Refusal::SeminarResultsMismatch).
        SeminarResultsMismatch = "seminar-results-mismatch",
        /// [`Refusal::FundingYearAhead`](super::Refusal::FundingYearAhead).
        FundingYearAhead = "funding-year-ahead",
        /// [`Refusal::FundingOverPayroll`](super::Refusal::FundingOverPayroll).
        FundingOverPayroll = "funding-over-payroll",
        /// [`Refusal::AbsenceOutsideYear`](super::Refusal::AbsenceOutsideYear).
        AbsenceOutsideYear = "absence-outside-year",
        /// [`Refusal::NoProRating`](super::Refusal::NoProRating).
        NoProRating = "no-pro-rating",
        /// [`Refusal::YearComplete`](super::Refusal::YearComplete).
        YearComplete = "year-complete",
        /// [`Refusal::AppealedAlready`](super::Refusal::AppealedAlready).
        AppealedAlready = "appealed-already",
        /// [`Refusal::RecordNotMissing`](super::Refusal::RecordNotMissing).
        RecordNotMissing = "record-not-missing",
        /// [`Refusal::SameDecider`](super::Refusal::SameDecider).
        SameDecider = "same-decider",
    }
}

impl RefusalCode {
    /// The rule that refuses with this code.
    #[must_use]
    pub const fn rule(self) -> Rule {
        match self {
            Self::WindowClosed | Self::NoPolicy => Rule::W3,
            Self::YearEndFreeze => Rule::W1,
            Self::MakeupClosed => Rule::W4,
            Self::ExceptionalNotOpen | Self::ExceptionalReasonMissing => Rule::M6,
            Self::MakeupYear | Self::MakeupNotNeeded => Rule::M1,
            Self::MakeupAlreadyGranted | Self::MakeupAlreadyApplied | Self::OutsideMakeupStudy => {
                Rule::M3
            }
            Self::SpansTwoYears
            | Self::LearningDatesInverted
            | Self::YearMismatch
            | Self::LearningNotFinished => Rule::H2,
            Self::HoursNotPositive => Rule::H1,
            Self::TrainingPlanNotFiled => Rule::H5,
            Self::FilingNotGranted => Rule::P5,
            Self::FilingYearOver => Rule::P1,
            Self::PlanEmpty | Self::PlanItemInUse => Rule::P2,
            Self::ClassNotInPlan => Rule::P3,
            Self::ClassNotPassed => Rule::P4,
            Self::PublicHoursNeedPlatform | Self::PlatformNotListed => Rule::H6,
            Self::DuplicateLearning => Rule::H7,
            Self::WayNotCounted | Self::HoursOverLimit => Rule::H8,
            Self::HoursExceedDays => Rule::H9,
            Self::EvidenceMissing | Self::TooManyAttachments | Self::AttachmentTooLarge => {
                Rule::H10
            }
            Self::SettlementTooEarly => Rule::A3,
            Self::NotOverdue => Rule::A3a,
            Self::WrongState => Rule::V4,
            Self::OwnDeclaration
            | Self::SameReviewer
            | Self::NotHolder
            | Self::OwnRecord
            | Self::NoReviewingBody
            | Self::OwnReviewingBody
            | Self::OwnCase => Rule::Who,
            Self::AbsenceOutsideYear | Self::YearComplete => Rule::A5,
            Self::NoProRating => Rule::A6,
            Self::AppealedAlready | Self::RecordNotMissing | Self::SameDecider => Rule::V8,
            Self::NotEmployed => Rule::U3,
            Self::EmployedElsewhere | Self::SameEmployer => Rule::U2,
            Self::RecordHasAccount | Self::IdentityMismatch => Rule::U0,
            Self::UnitDisabled | Self::UnitInUse => Rule::U1,
            Self::SameRecord | Self::RecordsConflict => Rule::U4,
            Self::OutOfScope => Rule::U4b,
            Self::ErasureBarred => Rule::U4a,
            Self::SeminarTooLarge
            | Self::SeminarBegun
            | Self::SeminarNotEnded
            | Self::SeminarFull
            | Self::SeminarListEmpty
            | Self::SeminarResultsMismatch => Rule::P6,
            Self::FundingYearAhead | Self::FundingOverPayroll => Rule::U5,
        }
    }

    /// JSON pointer of the member of a declaration that is to blame, if one is.
    #[must_use]
    pub const fn field(self) -> Option<&'static str> {
        match self {
            Self::YearMismatch
            | Self::NoPolicy
            | Self::MakeupYear
            | Self::MakeupNotNeeded
            | Self::MakeupAlreadyGranted
            | Self::MakeupAlreadyApplied => Some("/year"),
            Self::ExceptionalNotOpen => Some("/exceptional"),
            Self::ExceptionalReasonMissing => Some("/reason"),
            Self::SpansTwoYears
            | Self::LearningDatesInverted
            | Self::LearningNotFinished
            | Self::OutsideMakeupStudy => Some("/learning_end"),
            Self::HoursNotPositive | Self::HoursOverLimit | Self::HoursExceedDays => Some("/hours"),
            Self::PublicHoursNeedPlatform => Some("/subject"),
            Self::WayNotCounted => Some("/way"),
            Self::SeminarTooLarge => Some("/places"),
            Self::SeminarFull => Some("/people"),
            Self::SeminarResultsMismatch => Some("/results"),
            Self::FundingOverPayroll => Some("/payroll_fen"),
            Self::AbsenceOutsideYear => Some("/starts_on"),
            Self::NoProRating => Some("/kind"),
            Self::WindowClosed
            | Self::YearEndFreeze
            | Self::MakeupClosed
            | Self::TrainingPlanNotFiled
            | Self::FilingNotGranted
            | Self::FilingYearOver
            | Self::PlanEmpty
            | Self::PlanItemInUse
            | Self::ClassNotInPlan
            | Self::ClassNotPassed
            | Self::PlatformNotListed
            | Self::DuplicateLearning
            | Self::EvidenceMissing
            | Self::TooManyAttachments
            | Self::AttachmentTooLarge
            | Self::WrongState
            | Self::SettlementTooEarly
            | Self::NotOverdue
            | Self::OwnDeclaration
            | Self::SameReviewer
            | Self::NotHolder
            | Self::OwnRecord
            | Self::NotEmployed
            | Self::YearComplete
            | Self::AppealedAlready
            | Self::RecordNotMissing
            | Self::SameDecider
            | Self::OutOfScope
            | Self::EmployedElsewhere
            | Self::RecordHasAccount
            | Self::IdentityMismatch
            | Self::SameEmployer
            | Self::UnitDisabled
            | Self::UnitInUse
            | Self::SameRecord
            | Self::RecordsConflict
            | Self::NoReviewingBody
            | Self::OwnReviewingBody
            | Self::OwnCase
            | Self::ErasureBarred
            | Self::SeminarBegun
            | Self::SeminarNotEnded
            | Self::SeminarListEmpty
            | Self::FundingYearAhead => None,
        }
    }
}
