//! Which code, rule and member of a declaration each refusal is about; exhaustive, so that a new refusal says it.

use super::{LimitKind, Refusal, RefusalCode};
use crate::rule::{Rule, RuleRef};

impl Refusal {
    /// Every code, in the order of [`RefusalCode`].
    pub const ALL_CODES: &'static [&'static str] = RefusalCode::NAMES;

    /// The kind of refusal: what a table of texts can match exhaustively.
    #[must_use]
    pub const fn kind(&self) -> RefusalCode {
        match self {
            Self::WindowClosed { .. } => RefusalCode::WindowClosed,
            Self::YearEndFreeze { .. } => RefusalCode::YearEndFreeze,
            Self::MakeupClosed { .. } => RefusalCode::MakeupClosed,
            Self::ExceptionalNotOpen { .. } => RefusalCode::ExceptionalNotOpen,
            Self::ExceptionalReasonMissing => RefusalCode::ExceptionalReasonMissing,
            Self::MakeupYear { .. } => RefusalCode::MakeupYear,
            Self::MakeupNotNeeded { .. } => RefusalCode::MakeupNotNeeded,
            Self::MakeupAlreadyGranted { .. } => RefusalCode::MakeupAlreadyGranted,
            Self::MakeupAlreadyApplied { .. } => RefusalCode::MakeupAlreadyApplied,
            Self::OutsideMakeupStudy { .. } => RefusalCode::OutsideMakeupStudy,
            Self::NoPolicy { .. } => RefusalCode::NoPolicy,
            Self::SpansTwoYears { .. } => RefusalCode::SpansTwoYears,
            Self::LearningDatesInverted { .. } => RefusalCode::LearningDatesInverted,
            Self::YearMismatch { .. } => RefusalCode::YearMismatch,
            Self::LearningNotFinished { .. } => RefusalCode::LearningNotFinished,
            Self::HoursNotPositive => RefusalCode::HoursNotPositive,
            Self::TrainingPlanNotFiled { .. } => RefusalCode::TrainingPlanNotFiled,
            Self::FilingNotGranted { .. } => RefusalCode::FilingNotGranted,
            Self::FilingYearOver { .. } => RefusalCode::FilingYearOver,
            Self::PlanEmpty => RefusalCode::PlanEmpty,
            Self::PlanItemInUse { .. } => RefusalCode::PlanItemInUse,
            Self::ClassNotInPlan { .. } => RefusalCode::ClassNotInPlan,
            Self::ClassNotPassed { .. } => RefusalCode::ClassNotPassed,
            Self::PublicHoursNeedPlatform => RefusalCode::PublicHoursNeedPlatform,
            Self::PlatformNotListed { .. } => RefusalCode::PlatformNotListed,
            Self::DuplicateLearning { .. } => RefusalCode::DuplicateLearning,
            Self::WayNotCounted { .. } => RefusalCode::WayNotCounted,
            Self::HoursOverLimit { .. } => RefusalCode::HoursOverLimit,
            Self::HoursExceedDays { .. } => RefusalCode::HoursExceedDays,
            Self::EvidenceMissing { .. } => RefusalCode::EvidenceMissing,
            Self::TooManyAttachments { .. } => RefusalCode::TooManyAttachments,
            Self::AttachmentTooLarge { .. } => RefusalCode::AttachmentTooLarge,
            Self::WrongState { .. } | Self::WrongStep { .. } => RefusalCode::WrongState,
            Self::SettlementTooEarly { .. } => RefusalCode::SettlementTooEarly,
            Self::NotOverdue { .. } => RefusalCode::NotOverdue,
            Self::OwnDeclaration => RefusalCode::OwnDeclaration,
            Self::SameReviewer => RefusalCode::SameReviewer,
            Self::NotHolder { .. } => RefusalCode::NotHolder,
            Self::OwnRecord => RefusalCode::OwnRecord,
            Self::NotEmployed { .. } => RefusalCode::NotEmployed,
            Self::OutOfScope { .. } => RefusalCode::OutOfScope,
            Self::NoReviewingBody => RefusalCode::NoReviewingBody,
            Self::OwnReviewingBody => RefusalCode::OwnReviewingBody,
            Self::EmployedElsewhere => RefusalCode::EmployedElsewhere,
            Self::RecordHasAccount => RefusalCode::RecordHasAccount,
            Self::IdentityMismatch => RefusalCode::IdentityMismatch,
            Self::SameEmployer => RefusalCode::SameEmployer,
            Self::UnitDisabled => RefusalCode::UnitDisabled,
            Self::UnitInUse { .. } => RefusalCode::UnitInUse,
            Self::SameRecord => RefusalCode::SameRecord,
            Self::RecordsConflict { .. } => RefusalCode::RecordsConflict,
            Self::OwnCase => RefusalCode::OwnCase,
            Self::ErasureBarred { .. } => RefusalCode::ErasureBarred,
            Self::SeminarTooLarge { .. } => RefusalCode::SeminarTooLarge,
            Self::SeminarBegun { .. } => RefusalCode::SeminarBegun,
            Self::SeminarNotEnded { .. } => RefusalCode::SeminarNotEnded,
            Self::SeminarFull { .. } => RefusalCode::SeminarFull,
            Self::SeminarListEmpty => RefusalCode::SeminarListEmpty,
            Self::SeminarResultsMismatch { .. } => RefusalCode::SeminarResultsMismatch,
            Self::FundingYearAhead { .. } => RefusalCode::FundingYearAhead,
            Self::FundingOverPayroll { .. } => RefusalCode::FundingOverPayroll,
            Self::AbsenceOutsideYear { .. } => RefusalCode::AbsenceOutsideYear,
            Self::NoProRating { .. } => RefusalCode::NoProRating,
            Self::YearComplete { .. } => RefusalCode::YearComplete,
            Self::AppealedAlready { .. } => RefusalCode::AppealedAlready,
            Self::RecordNotMissing { .. } => RefusalCode::RecordNotMissing,
            Self::SameDecider => RefusalCode::SameDecider,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind().as_str()
    }

    /// The rule that refused, and the clause behind it.
    #[must_use]
    pub const fn rule(&self) -> RuleRef {
        if let Self::HoursOverLimit { limit: LimitKind::PlanItem, .. } = self {
            return Rule::P3.reference();
        }
        if let Self::HoursOverLimit { limit: LimitKind::Seminar, .. } = self {
            return Rule::P6.reference();
        }
        if let Self::HoursOverLimit { limit: LimitKind::ClassHours, .. } = self {
            return Rule::P4.reference();
        }
        self.kind().rule().reference()
    }

    /// JSON pointer of the offending member of a declaration, if one member is to blame.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        self.kind().field()
    }
}
