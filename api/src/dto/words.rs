//! The domain's enums, as named schemas of the document: `#[schema(value_type = words::Subject)]`.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $words:ty;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let names: Vec<&str> = <$words>::NAMES.to_vec();
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

words! {
    /// Public or professional.
    Subject: xueshi_domain::learning::Subject;
    /// How hours were earned.
    Way: xueshi_domain::learning::Way;
    /// What a piece of evidence proves.
    EvidenceKind: xueshi_domain::learning::EvidenceKind;
    /// Where a declaration stands.
    DeclarationState: xueshi_domain::review::State;
    /// A kind of record that followers keep a copy of.
    SyncedRecord: xueshi_domain::sync::Resource;
    /// Where the delivery of an event stands.
    WebhookDeliveryState: xueshi_domain::webhook::DeliveryState;
    /// What a delivery was made for.
    WebhookDeliveryKind: xueshi_domain::webhook::DeliveryKind;
    /// What deliveries say of an event.
    WebhookContent: xueshi_domain::webhook::Content;
    /// How deliveries are signed.
    WebhookSignature: xueshi_domain::webhook::Scheme;
    /// Why a webhook gets nothing.
    WebhookDisabledBecause: xueshi_domain::webhook::DisabledBecause;
    /// Why an attempt failed.
    WebhookAttemptFailure: xueshi_domain::webhook::AttemptFailure;
    /// What happened.
    EventType: xueshi_domain::event::OpenEventType;
    /// What happened, with what is told to auditors only.
    AuditEventType: xueshi_domain::event::EventType;
    /// A rule of the rulebook.
    RuleId: xueshi_domain::Rule;
    /// A stage of review.
    Stage: xueshi_domain::review::Stage;
    /// A reviewer's decision.
    Decision: xueshi_domain::review::Decision;
    /// Where a year stands.
    RecordState: xueshi_domain::ledger::RecordState;
    /// How a settled year ended.
    YearOutcome: xueshi_domain::ledger::Outcome;
    /// What the rows of a file are.
    ImportKind: xueshi_domain::import::ImportKind;
    /// A list that can be taken out as a whole.
    ExportList: xueshi_domain::export::ExportList;
    /// What a file is that is taken out.
    ExportFormat: xueshi_domain::export::ExportFormat;
    /// What one refused row does to the others.
    ImportMode: xueshi_domain::import::ImportMode;
    /// What a job does.
    JobKind: xueshi_domain::job::JobKind;
    /// How far a job has come.
    JobState: xueshi_domain::job::JobState;
    /// How far a settlement has come.
    SettlementState: xueshi_domain::settlement::SettlementState;
    /// Why something was added to a sealed snapshot.
    AddendumCause: xueshi_domain::settlement::AddendumCause;
    /// What standing is asked for.
    StandingPurpose: xueshi_domain::settlement::Purpose;
    /// Whether a year counts as met.
    StandingAnswer: xueshi_domain::settlement::Answer;
    /// Whether some years together count as met.
    StandingVerdict: xueshi_domain::settlement::Verdict;
    /// Whether a certificate stands.
    CertificateState: xueshi_domain::certificate::CertificateState;
    /// In the year, or by make-up.
    Completion: xueshi_domain::certificate::Completion;
    /// A window of the year's calendar.
    WindowKind: xueshi_domain::calendar::WindowKind;
    /// A role.
    Role: xueshi_domain::access::Role;
    /// For what an id number or a phone number is shown whole.
    RevealPurpose: xueshi_domain::personal_data::RevealPurpose;
    /// Why a person is erased.
    ErasureReason: xueshi_domain::personal_data::ErasureReason;
    /// What is shown whole.
    RevealField: xueshi_domain::personal_data::RevealField;
    /// One kind of act.
    Permission: xueshi_domain::access::Permission;
    /// A right of a machine client.
    ClientScope: xueshi_domain::access::Scope;
    /// What a unit is.
    OrganizationKind: xueshi_domain::registry::OrganizationKind;
    /// Whether something is in use.
    Standing: xueshi_domain::registry::Standing;
    /// Whether a person counts.
    PersonState: xueshi_domain::registry::PersonState;
    /// Where a version of a policy stands.
    PolicyState: xueshi_domain::registry::PolicyState;
    /// What document an id number is from.
    IdType: xueshi_domain::identity::IdType;
    /// The level of a title.
    TitleLevel: xueshi_domain::people::TitleLevel;
    /// What kind of post someone holds.
    Post: xueshi_domain::people::Post;
    /// Who delivered a learning record.
    LearningSource: xueshi_domain::registry::LearningSource;
    /// A figure that has rows behind it.
    Figure: xueshi_domain::figures::Figure;
    /// A figure that is computed from others.
    DerivedFigure: xueshi_domain::figures::formula::Derived;
    /// What kind of day a day is.
    DayKind: xueshi_domain::calendar::workdays::DayKind;
    /// What an arrangement makes of a day.
    ArrangedKind: xueshi_domain::calendar::ArrangedKind;
    /// Whether the filing of a training unit stands.
    FilingState: xueshi_domain::registry::FilingState;
    /// Where a training plan or an amendment of one stands.
    PlanState: xueshi_domain::registry::PlanState;
    /// Where a class stands.
    ClassState: xueshi_domain::class::ClassState;
    /// What a roster did to an attendee's learning record.
    RosterChange: xueshi_domain::class::RosterChange;
    /// What mends what a class lacks.
    Mend: xueshi_domain::refusal::Mend;
    /// Who has to mend it.
    MendedBy: xueshi_domain::refusal::MendedBy;
    /// What a class lacks to stand on an approved plan.
    NotFiledReason: xueshi_domain::refusal::NotFiledReason;
    /// Where an advanced seminar stands.
    SeminarState: xueshi_domain::seminar::State;
    /// A step of an advanced seminar.
    SeminarEvent: xueshi_domain::seminar::Event;
    /// What is made of the report of an advanced seminar.
    ClosingDecision: xueshi_domain::seminar::ClosingDecision;
    /// Why a person is exempt from a year.
    ExemptionKind: xueshi_domain::exemption::Kind;
    /// Where an exemption stands.
    ExemptionState: xueshi_domain::exemption::State;
    /// What happens to an exemption.
    ExemptionEvent: xueshi_domain::exemption::Event;
    /// A decision on an exemption.
    ExemptionDecisionWord: xueshi_domain::exemption::Decision;
    /// What an appeal is about.
    AppealKind: xueshi_domain::appeal::Kind;
    /// Where an appeal stands.
    AppealState: xueshi_domain::appeal::State;
    /// A decision on an appeal.
    AppealDecisionWord: xueshi_domain::appeal::Decision;
    /// Where an application for make-up stands.
    MakeupApplicationState: xueshi_domain::makeup::ApplicationState;
    /// The result of one person and year of an application.
    MakeupItemState: xueshi_domain::makeup::ItemState;
    /// One of the two decisions on an application for make-up.
    MakeupStep: xueshi_domain::makeup::Step;
    /// Where a make-up grant stands.
    MakeupGrantState: xueshi_domain::makeup::GrantState;
    /// From when the working days of a stage are counted.
    Counting: xueshi_domain::policy::Counting;
    /// What an explanation is about.
    Explained: xueshi_domain::explanation::Explained;
    /// Whether what a decision rested on was kept when it was made.
    Support: xueshi_domain::explanation::Support;
    /// What was checked.
    CheckName: xueshi_domain::explanation::CheckName;
    /// What a check found.
    CheckOutcome: xueshi_domain::explanation::CheckOutcome;
    /// Where a transfer stands.
    TransferState: xueshi_domain::transfer::State;
    /// One of the two employers of a transfer.
    TransferSide: xueshi_domain::transfer::Side;
    /// As what someone decides on a transfer.
    TransferDecidedAs: xueshi_domain::transfer::DecidedAs;
    /// Where a registration stands.
    RegistrationState: xueshi_domain::registration::State;
    /// What accepting an applicant did.
    Joining: xueshi_domain::registration::Joining;
    /// What a pushed line is about.
    InboundKind: xueshi_domain::inbound::InboundKind;
    /// What became of a line.
    LineOutcome: xueshi_domain::inbound::LineOutcome;
    /// Where a conflict with another system stands.
    SyncConflictState: xueshi_domain::inbound::ConflictState;
    /// How a conflict with another system is settled.
    SyncConflictDecision: xueshi_domain::inbound::ConflictDecision;
    /// What another system made of a record of ours.
    SyncAnswer: xueshi_domain::inbound::SyncAnswer;
    /// How far another system has a record of ours.
    SyncState: xueshi_domain::inbound::SyncState;
}
