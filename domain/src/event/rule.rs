//! Under which rule an event happens.

use super::EventType;
use crate::rule::Rule;

impl EventType {
    /// The rule of the rulebook under which it happens: what an auditor measures it by.
    #[must_use]
    pub const fn rule(self) -> Rule {
        match self {
            Self::AnnualRecordSatisfied => Rule::H1,
            Self::LearningRecordDelivered | Self::PlatformRegistered => Rule::H6,
            Self::LearningRecordChanged => Rule::H7,
            Self::PolicyPublished => Rule::W3,
            Self::WindowOpened | Self::WindowClosed => Rule::W5,
            Self::DeclarationSubmitted | Self::DeclarationForwarded => Rule::V1,
            Self::CalendarLoaded => Rule::V2,
            Self::DeclarationDueSoon | Self::DeclarationOverdue => Rule::V3,
            Self::SyncConflictFound | Self::SyncConflictSettled => Rule::V4,
            Self::DeclarationUpheld
            | Self::AppealSubmitted
            | Self::AppealUpheld
            | Self::AppealDismissed
            | Self::AppealWithdrawn
            | Self::AppealOverdue => Rule::V8,
            Self::DeclarationApproved
            | Self::DeclarationReturned
            | Self::DeclarationRejected
            | Self::DeclarationWithdrawn
            | Self::DeclarationChanged => Rule::V10,
            Self::AnnualRecordCertified | Self::CertificateIssued => Rule::A1,
            Self::DeclarationRevoked
            | Self::AnnualRecordReopened
            | Self::CertificateSuperseded
            | Self::CertificateRevoked => Rule::A2,
            Self::DeclarationLapsed
            | Self::AnnualRecordSettled
            | Self::SettlementStarted
            | Self::SettlementFinished => Rule::A3,
            Self::DeclarationReinstated => Rule::A3a,
            Self::ReportedYearChanged => Rule::A4,
            Self::AnnualRecordExempted
            | Self::ExemptionApplied
            | Self::ExemptionChanged
            | Self::ExemptionGranted
            | Self::ExemptionReturned
            | Self::ExemptionRejected
            | Self::ExemptionWithdrawn
            | Self::ExemptionEnded => Rule::A5,
            Self::MakeupSubmitted => Rule::M1,
            Self::MakeupForwarded
            | Self::MakeupGranted
            | Self::MakeupReturned
            | Self::MakeupRejected => Rule::M2,
            Self::MakeupUsed | Self::MakeupReopened | Self::MakeupExpired => Rule::M3,
            Self::FilingApplied
            | Self::FilingGranted
            | Self::FilingReturned
            | Self::FilingRejected => Rule::P1,
            Self::TrainingPlanSubmitted
            | Self::TrainingPlanChanged
            | Self::TrainingPlanApproved
            | Self::TrainingPlanReturned
            | Self::TrainingPlanRejected
            | Self::TrainingPlanAmended => Rule::P2,
            Self::ClassCreated | Self::ClassChanged | Self::ClassCancelled => Rule::P3,
            Self::RosterUploaded | Self::RosterRevised => Rule::P4,
            Self::FilingSuspended | Self::FilingResumed | Self::FilingRevoked => Rule::P5,
            Self::SeminarSubmitted
            | Self::SeminarApproved
            | Self::SeminarReturned
            | Self::SeminarRejected
            | Self::SeminarWithdrawn
            | Self::SeminarAdmitted
            | Self::SeminarReported
            | Self::SeminarReportReturned
            | Self::SeminarClosed => Rule::P6,
            Self::ProfessionalJoined
            | Self::EmploymentRequestSubmitted
            | Self::EmploymentRequestAccepted
            | Self::EmploymentRequestRefused
            | Self::EmploymentRequestWithdrawn
            | Self::OrganizationRegistered
            | Self::OrganizationAccepted
            | Self::OrganizationRefused
            | Self::OrganizationWithdrawn => Rule::U0,
            Self::AdministratorAppointed
            | Self::AdministratorEnded
            | Self::AdministratorMissing => Rule::U1,
            Self::DeclarationRerouted
            | Self::AnnualRecordRerouted
            | Self::MakeupRerouted
            | Self::ExemptionRerouted
            | Self::TransferRequested
            | Self::TransferAccepted
            | Self::TransferRefused
            | Self::TransferWithdrawn
            | Self::TransferDecided => Rule::U2,
            Self::ProfessionalEnded => Rule::U3,
            Self::ProfessionalRegistered | Self::ProfessionalChanged | Self::ProfessionalMerged => {
                Rule::U4
            }
            Self::PersonalDataRevealed
            | Self::PersonalDataExported
            | Self::ProfessionalErased
            | Self::KeysRotated => Rule::U4a,
            Self::FundingReported => Rule::U5,
            Self::OrganizationChanged
            | Self::OrganizationMoved
            | Self::OrganizationDisabled
            | Self::OrganizationEnabled
            | Self::WebhookCreated
            | Self::WebhookChanged
            | Self::WebhookRotated
            | Self::WebhookDisabled
            | Self::WebhookDeleted
            | Self::SyncRefused
            | Self::AccountCreated
            | Self::AccountChanged
            | Self::ClientRegistered
            | Self::AccountLoggedIn
            | Self::AccountLoginFailed
            | Self::ExportAsked
            | Self::ExportDownloaded
            | Self::SnapshotRead => Rule::Who,
        }
    }
}
