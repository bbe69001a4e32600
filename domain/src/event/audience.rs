//! For whom an event is told.

use super::EventType;
use crate::text_enum::TextEnum;

text_enum! {
    /// Who may come to know of an event.
    pub enum Audience {
        /// Everyone whom it concerns: it stands in the feed, in lists of events and in deliveries.
        Everyone = "everyone",
        /// Auditors only, in the audit log.
        Auditors = "auditors",
    }
}

impl EventType {
    /// Who may come to know of it.
    #[must_use]
    pub const fn audience(self) -> Audience {
        match self {
            Self::AccountCreated
            | Self::AccountChanged
            | Self::ClientRegistered
            | Self::AccountLoggedIn
            | Self::AccountLoginFailed
            | Self::PersonalDataRevealed
            | Self::PersonalDataExported
            | Self::ProfessionalErased
            | Self::ExportAsked
            | Self::ExportDownloaded
            | Self::SnapshotRead
            | Self::KeysRotated => Audience::Auditors,
            Self::DeclarationSubmitted
            | Self::DeclarationForwarded
            | Self::DeclarationApproved
            | Self::DeclarationReturned
            | Self::DeclarationRejected
            | Self::DeclarationWithdrawn
            | Self::DeclarationRevoked
            | Self::DeclarationLapsed
            | Self::DeclarationReinstated
            | Self::DeclarationUpheld
            | Self::DeclarationChanged
            | Self::DeclarationRerouted
            | Self::DeclarationDueSoon
            | Self::DeclarationOverdue
            | Self::AnnualRecordSatisfied
            | Self::AnnualRecordRerouted
            | Self::AnnualRecordReopened
            | Self::AnnualRecordCertified
            | Self::AnnualRecordExempted
            | Self::AnnualRecordSettled
            | Self::CertificateIssued
            | Self::CertificateSuperseded
            | Self::CertificateRevoked
            | Self::LearningRecordDelivered
            | Self::LearningRecordChanged
            | Self::FilingApplied
            | Self::FilingGranted
            | Self::FilingReturned
            | Self::FilingRejected
            | Self::FilingSuspended
            | Self::FilingResumed
            | Self::FilingRevoked
            | Self::TrainingPlanSubmitted
            | Self::TrainingPlanChanged
            | Self::TrainingPlanApproved
            | Self::TrainingPlanReturned
            | Self::TrainingPlanRejected
            | Self::TrainingPlanAmended
            | Self::ClassCreated
            | Self::ClassChanged
            | Self::ClassCancelled
            | Self::RosterUploaded
            | Self::RosterRevised
            | Self::SeminarSubmitted
            | Self::SeminarApproved
            | Self::SeminarReturned
            | Self::SeminarRejected
            | Self::SeminarWithdrawn
            | Self::SeminarAdmitted
            | Self::SeminarReported
            | Self::SeminarReportReturned
            | Self::SeminarClosed
            | Self::MakeupSubmitted
            | Self::MakeupForwarded
            | Self::MakeupRerouted
            | Self::MakeupGranted
            | Self::MakeupReturned
            | Self::MakeupRejected
            | Self::MakeupUsed
            | Self::MakeupReopened
            | Self::MakeupExpired
            | Self::ExemptionApplied
            | Self::ExemptionChanged
            | Self::ExemptionRerouted
            | Self::ExemptionGranted
            | Self::ExemptionReturned
            | Self::ExemptionRejected
            | Self::ExemptionWithdrawn
            | Self::ExemptionEnded
            | Self::AppealSubmitted
            | Self::AppealUpheld
            | Self::AppealDismissed
            | Self::AppealWithdrawn
            | Self::AppealOverdue
            | Self::TransferRequested
            | Self::TransferAccepted
            | Self::TransferRefused
            | Self::TransferWithdrawn
            | Self::TransferDecided
            | Self::ProfessionalRegistered
            | Self::ProfessionalJoined
            | Self::ProfessionalChanged
            | Self::ProfessionalEnded
            | Self::ProfessionalMerged
            | Self::EmploymentRequestSubmitted
            | Self::EmploymentRequestAccepted
            | Self::EmploymentRequestRefused
            | Self::EmploymentRequestWithdrawn
            | Self::OrganizationRegistered
            | Self::OrganizationAccepted
            | Self::OrganizationRefused
            | Self::OrganizationWithdrawn
            | Self::OrganizationChanged
            | Self::OrganizationMoved
            | Self::OrganizationDisabled
            | Self::OrganizationEnabled
            | Self::AdministratorAppointed
            | Self::AdministratorEnded
            | Self::AdministratorMissing
            | Self::FundingReported
            | Self::PolicyPublished
            | Self::CalendarLoaded
            | Self::WindowOpened
            | Self::WindowClosed
            | Self::SettlementStarted
            | Self::SettlementFinished
            | Self::WebhookCreated
            | Self::WebhookChanged
            | Self::WebhookRotated
            | Self::WebhookDisabled
            | Self::WebhookDeleted
            | Self::SyncRefused
            | Self::SyncConflictFound
            | Self::SyncConflictSettled
            | Self::ReportedYearChanged
            | Self::PlatformRegistered => Audience::Everyone,
        }
    }

    /// The types for one audience, in the order of declaration.
    pub fn of(audience: Audience) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |kind| kind.audience() == audience)
    }
}

/// A type of event for everyone whom it concerns: what can be asked for in the feed, in lists of events and in deliveries. Types for
/// auditors are none of its words, so that they are neither documented nor taken there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenEventType(EventType);

/// How many types are for everyone.
const OPEN: usize = {
    let (mut place, mut count) = (0, 0);
    while place < EventType::ALL.len() {
        if matches!(EventType::ALL[place].audience(), Audience::Everyone) {
            count += 1;
        }
        place += 1;
    }
    count
};

const OPEN_TYPES: [OpenEventType; OPEN] = {
    let mut open = [OpenEventType(EventType::ALL[0]); OPEN];
    let (mut place, mut count) = (0, 0);
    while place < EventType::ALL.len() {
        if matches!(EventType::ALL[place].audience(), Audience::Everyone) {
            open[count] = OpenEventType(EventType::ALL[place]);
            count += 1;
        }
        place += 1;
    }
    open
};

const OPEN_NAMES: [&str; OPEN] = {
    let mut names = [""; OPEN];
    let mut place = 0;
    while place < OPEN {
        names[place] = OPEN_TYPES[place].0.as_str();
        place += 1;
    }
    names
};

impl OpenEventType {
    /// Every type for everyone, in the order of declaration.
    pub const ALL: &'static [Self] = &OPEN_TYPES;
    /// The texts of `ALL`, in the same order.
    pub const NAMES: &'static [&'static str] = &OPEN_NAMES;
}

impl From<OpenEventType> for EventType {
    fn from(open: OpenEventType) -> Self {
        open.0
    }
}

impl TextEnum for OpenEventType {
    const ALL: &'static [Self] = Self::ALL;
    const NAMES: &'static [&'static str] = Self::NAMES;

    fn as_str(self) -> &'static str {
        self.0.as_str()
    }
}

impl serde::Serialize for OpenEventType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for OpenEventType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text_enum::deserialize(deserializer)
    }
}
