//! What others may want to know: typed events, each written in the transaction of the change that it tells of.
//!
//! They are the raw material of the change feed, of webhooks and of the audit log. Their names are stable. Some are told for auditors
//! only ([`EventType::audience`]): who logged in, who saw what, what was taken out.

mod audience;
mod rule;

pub use audience::{Audience, OpenEventType};

text_enum! {
    /// What happened.
    pub enum EventType {
        /// A declaration: submitted.
        DeclarationSubmitted = "declaration.submitted",
        /// The employer approved a declaration; it waits for the reviewing body.
        DeclarationForwarded = "declaration.forwarded",
        /// A declaration: approved.
        DeclarationApproved = "declaration.approved",
        /// A declaration: returned.
        DeclarationReturned = "declaration.returned",
        /// A declaration: rejected.
        DeclarationRejected = "declaration.rejected",
        /// A declaration: withdrawn.
        DeclarationWithdrawn = "declaration.withdrawn",
        /// A declaration: revoked.
        DeclarationRevoked = "declaration.revoked",
        /// A declaration: lapsed.
        DeclarationLapsed = "declaration.lapsed",
        /// A declaration that lapsed through lateness was approved after all (A3a).
        DeclarationReinstated = "declaration.reinstated",
        /// An appeal was upheld: the declaration is approved (V8).
        DeclarationUpheld = "declaration.upheld",
        /// A declaration that was submitted once was edited, or its due day counted anew.
        DeclarationChanged = "declaration.changed",
        /// A waiting declaration went to another unit (U2).
        DeclarationRerouted = "declaration.rerouted",
        /// A review is due within one working day (V3).
        DeclarationDueSoon = "declaration.due_soon",
        /// A review was not done in time (V3).
        DeclarationOverdue = "declaration.overdue",
        /// A person's year: satisfied.
        AnnualRecordSatisfied = "annual_record.satisfied",
        /// A year that is not settled followed the person or the employer to another unit (U2).
        AnnualRecordRerouted = "annual_record.rerouted",
        /// A year fell below its floors again (A2, E13).
        AnnualRecordReopened = "annual_record.reopened",
        /// A person's year: certified.
        AnnualRecordCertified = "annual_record.certified",
        /// A person's year: exempted.
        AnnualRecordExempted = "annual_record.exempted",
        /// A person's year: settled.
        AnnualRecordSettled = "annual_record.settled",
        /// A certificate: issued.
        CertificateIssued = "certificate.issued",
        /// A certificate: superseded.
        CertificateSuperseded = "certificate.superseded",
        /// A certificate: revoked.
        CertificateRevoked = "certificate.revoked",
        /// A completion was delivered.
        LearningRecordDelivered = "learning_record.delivered",
        /// A completion was claimed by a draft, or whoever delivered it corrected it.
        LearningRecordChanged = "learning_record.changed",
        /// An institution's filing for a year: applied.
        FilingApplied = "filing.applied",
        /// An institution's filing for a year: granted.
        FilingGranted = "filing.granted",
        /// An institution's filing for a year: returned.
        FilingReturned = "filing.returned",
        /// An institution's filing for a year: rejected.
        FilingRejected = "filing.rejected",
        /// An institution's filing for a year: suspended.
        FilingSuspended = "filing.suspended",
        /// An institution's filing for a year: resumed.
        FilingResumed = "filing.resumed",
        /// An institution's filing for a year: revoked.
        FilingRevoked = "filing.revoked",
        /// A training plan: submitted.
        TrainingPlanSubmitted = "training_plan.submitted",
        /// A training plan that was handed in once was edited.
        TrainingPlanChanged = "training_plan.changed",
        /// A training plan: approved.
        TrainingPlanApproved = "training_plan.approved",
        /// A training plan: returned.
        TrainingPlanReturned = "training_plan.returned",
        /// A training plan: rejected.
        TrainingPlanRejected = "training_plan.rejected",
        /// An amendment of an approved plan took effect (P2).
        TrainingPlanAmended = "training_plan.amended",
        /// A class: created.
        ClassCreated = "class.created",
        /// A class: changed.
        ClassChanged = "class.changed",
        /// A class: cancelled.
        ClassCancelled = "class.cancelled",
        /// A class's roster: uploaded.
        RosterUploaded = "roster.uploaded",
        /// A class's roster: revised.
        RosterRevised = "roster.revised",
        /// An advanced seminar: submitted.
        SeminarSubmitted = "seminar.submitted",
        /// An advanced seminar: approved.
        SeminarApproved = "seminar.approved",
        /// An advanced seminar: returned.
        SeminarReturned = "seminar.returned",
        /// An advanced seminar: rejected.
        SeminarRejected = "seminar.rejected",
        /// An advanced seminar: withdrawn by its host.
        SeminarWithdrawn = "seminar.withdrawn",
        /// An advanced seminar: admitted.
        SeminarAdmitted = "seminar.admitted",
        /// An advanced seminar: reported.
        SeminarReported = "seminar.reported",
        /// The report of an advanced seminar was sent back.
        SeminarReportReturned = "seminar.report_returned",
        /// An advanced seminar: closed.
        SeminarClosed = "seminar.closed",
        /// A make-up application or grant: submitted.
        MakeupSubmitted = "makeup.submitted",
        /// The first body agreed to a make-up application (M2).
        MakeupForwarded = "makeup.forwarded",
        /// A make-up application waits for another body: the employer has a new one (U2).
        MakeupRerouted = "makeup.rerouted",
        /// A make-up application or grant: granted.
        MakeupGranted = "makeup.granted",
        /// A make-up application or grant: returned.
        MakeupReturned = "makeup.returned",
        /// A make-up application or grant: rejected.
        MakeupRejected = "makeup.rejected",
        /// A grant has done its work (M3).
        MakeupUsed = "makeup.used",
        /// Hours were taken back: the year is not complete any more, and its grant open again (M3, A2).
        MakeupReopened = "makeup.reopened",
        /// A grant ended unused (M3).
        MakeupExpired = "makeup.expired",
        /// An exemption: applied.
        ExemptionApplied = "exemption.applied",
        /// A returned exemption was edited.
        ExemptionChanged = "exemption.changed",
        /// An exemption that waits has followed the person to another employer, or the employer to another body (U2).
        ExemptionRerouted = "exemption.rerouted",
        /// An exemption: granted.
        ExemptionGranted = "exemption.granted",
        /// An exemption: returned.
        ExemptionReturned = "exemption.returned",
        /// An exemption: rejected.
        ExemptionRejected = "exemption.rejected",
        /// An exemption: withdrawn.
        ExemptionWithdrawn = "exemption.withdrawn",
        /// An exemption: ended.
        ExemptionEnded = "exemption.ended",
        /// An appeal: submitted.
        AppealSubmitted = "appeal.submitted",
        /// An appeal: upheld.
        AppealUpheld = "appeal.upheld",
        /// An appeal: dismissed.
        AppealDismissed = "appeal.dismissed",
        /// An appeal: withdrawn.
        AppealWithdrawn = "appeal.withdrawn",
        /// An appeal: overdue.
        AppealOverdue = "appeal.overdue",
        /// A transfer: requested.
        TransferRequested = "transfer.requested",
        /// A transfer: accepted.
        TransferAccepted = "transfer.accepted",
        /// A transfer: refused.
        TransferRefused = "transfer.refused",
        /// A transfer: withdrawn.
        TransferWithdrawn = "transfer.withdrawn",
        /// A common superior decided on a transfer (U2).
        TransferDecided = "transfer.decided",
        /// A professional's record: registered.
        ProfessionalRegistered = "professional.registered",
        /// A professional's record: joined.
        ProfessionalJoined = "professional.joined",
        /// A professional's record: changed.
        ProfessionalChanged = "professional.changed",
        /// A person retired or left (U3).
        ProfessionalEnded = "professional.ended",
        /// Two records of one person were merged (U4).
        ProfessionalMerged = "professional.merged",
        /// A request to join an employer: submitted.
        EmploymentRequestSubmitted = "employment_request.submitted",
        /// A request to join an employer: accepted.
        EmploymentRequestAccepted = "employment_request.accepted",
        /// A request to join an employer: refused.
        EmploymentRequestRefused = "employment_request.refused",
        /// A request to join an employer: withdrawn.
        EmploymentRequestWithdrawn = "employment_request.withdrawn",
        /// A unit: registered.
        OrganizationRegistered = "organization.registered",
        /// A unit: accepted.
        OrganizationAccepted = "organization.accepted",
        /// A unit: refused.
        OrganizationRefused = "organization.refused",
        /// A unit: withdrawn, by its applicant.
        OrganizationWithdrawn = "organization.withdrawn",
        /// A unit: changed.
        OrganizationChanged = "organization.changed",
        /// A unit: moved.
        OrganizationMoved = "organization.moved",
        /// A unit: disabled.
        OrganizationDisabled = "organization.disabled",
        /// A unit: enabled.
        OrganizationEnabled = "organization.enabled",
        /// A unit's administrator: appointed.
        AdministratorAppointed = "administrator.appointed",
        /// A unit's administrator: ended.
        AdministratorEnded = "administrator.ended",
        /// A unit has no administrator (U1).
        AdministratorMissing = "administrator.missing",
        /// A unit's training funds: reported.
        FundingReported = "funding.reported",
        /// A year's policy: published.
        PolicyPublished = "policy.published",
        /// A year's arrangement of working days: loaded.
        CalendarLoaded = "calendar.loaded",
        /// A window of the year: opened.
        WindowOpened = "window.opened",
        /// A window of the year: closed.
        WindowClosed = "window.closed",
        /// The settlement of a year: started.
        SettlementStarted = "settlement.started",
        /// The settlement of a year: finished.
        SettlementFinished = "settlement.finished",
        /// A webhook: created.
        WebhookCreated = "webhook.created",
        /// A webhook: changed.
        WebhookChanged = "webhook.changed",
        /// A webhook has a new secret; the old one signs for a while yet.
        WebhookRotated = "webhook.rotated",
        /// A webhook gets nothing any more: its receiver is gone or took nothing for days, or its owner lost the right.
        WebhookDisabled = "webhook.disabled",
        /// A webhook: deleted.
        WebhookDeleted = "webhook.deleted",
        /// Another system refused a record of ours (ADR 0023).
        SyncRefused = "sync.refused",
        /// Another system says otherwise than somebody here decided.
        SyncConflictFound = "sync_conflict.found",
        /// Somebody settled such a conflict, or a later revision did.
        SyncConflictSettled = "sync_conflict.settled",
        /// Another system told of a prior year.
        ReportedYearChanged = "reported_year.changed",
        /// A learning platform was entered in the city's register (H6).
        PlatformRegistered = "platform.registered",
        /// An account: created.
        AccountCreated = "account.created",
        /// An account: changed, disabled, or given another password by whoever keeps accounts.
        AccountChanged = "account.changed",
        /// A program that calls on its own account was registered.
        ClientRegistered = "client.registered",
        /// Somebody who holds an office logged in.
        AccountLoggedIn = "account.logged_in",
        /// Wrong passwords for an account that holds an office made the next attempt wait.
        AccountLoginFailed = "account.login_failed",
        /// An id number or a phone was shown unmasked, for a stated purpose (U4a).
        PersonalDataRevealed = "personal_data.revealed",
        /// What is kept of a person was taken out, for them.
        PersonalDataExported = "personal_data.exported",
        /// A person's data was erased.
        ProfessionalErased = "professional.erased",
        /// Somebody asked for a list as a file (ADR 0026).
        ExportAsked = "export.asked",
        /// A file of rows or figures was handed over.
        ExportDownloaded = "export.downloaded",
        /// Somebody began to read all records (ADR 0020).
        SnapshotRead = "snapshot.read",
        /// A key was replaced by a new one.
        KeysRotated = "keys.rotated",
    }
}

impl EventType {
    /// What it happened to: the part of the name before the dot.
    #[must_use]
    pub fn subject(self) -> &'static str {
        self.as_str().split('.').next().unwrap_or_default()
    }
}
