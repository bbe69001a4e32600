//! What each role may do: one table, which can be printed and reviewed.

use std::fmt::Write as _;

text_enum! {
    /// What a person acts as, on the subtree that it is granted on.
    pub enum Role {
        /// 专业技术人员: for themselves.
        Professional = "professional",
        /// 用人单位电子证书管理员.
        EmployerAdministrator = "employer_administrator",
        /// A reviewing body's 电子证书管理员.
        Reviewer = "reviewer",
        /// 施教机构管理员.
        InstitutionAdministrator = "institution_administrator",
        /// 市人社局: final reviews and filings.
        MunicipalOfficer = "municipal_officer",
        /// 市人社局: policy, calendar, units, accounts.
        MunicipalAdministrator = "municipal_administrator",
        /// 审计: reads, changes nothing.
        Auditor = "auditor",
    }
}

text_enum! {
    /// One kind of act.
    pub enum Permission {
        /// Reading one's own years, learning records, declarations and certificates.
        ReadOwn = "read_own",
        /// Drafting, editing, submitting and withdrawing one's own declarations.
        DeclareOwn = "declare_own",
        /// Reading people's records, declarations and learning.
        ReadRecords = "read_records",
        /// Reading the queue of what waits for review.
        ReadQueue = "read_queue",
        /// Deciding at the employer's stage.
        ReviewAtEmployer = "review_at_employer",
        /// Deciding at the reviewing body's stage.
        ReviewAtAuthority = "review_at_authority",
        /// Verifying annual records (A1).
        VerifyRecords = "verify_records",
        /// Revoking an approval.
        RevokeApproval = "revoke_approval",
        /// Reading people, masked.
        ReadPeople = "read_people",
        /// Registering people and ending their employment.
        ManagePeople = "manage_people",
        /// Reading an id number or a phone number unmasked, for a stated purpose (U4a).
        ReadPersonalData = "read_personal_data",
        /// Reading units and their administrators.
        ReadOrganizations = "read_organizations",
        /// Creating and changing units.
        ManageOrganizations = "manage_organizations",
        /// Creating accounts, granting roles, changing administrators (U1).
        ManageAccounts = "manage_accounts",
        /// Drafting and publishing policies (W3).
        ManagePolicy = "manage_policy",
        /// Loading the arrangement of working days (V2).
        ManageCalendar = "manage_calendar",
        /// Keeping the register of platforms (H6).
        ManagePlatforms = "manage_platforms",
        /// Filing institutions and plans (P1, P2).
        ManageFilings = "manage_filings",
        /// Reading institutions, plans, classes and rosters.
        ReadClasses = "read_classes",
        /// Creating classes and handing in rosters (P3, P4).
        ManageClasses = "manage_classes",
        /// Delivering completions (H6).
        DeliverLearning = "deliver_learning",
        /// Pulling records for the provincial platform.
        SyncRead = "sync_read",
        /// Pushing records from the provincial platform.
        SyncWrite = "sync_write",
        /// Reading figures.
        ReadStatistics = "read_statistics",
        /// Reading what is kept about the city itself: the audit log, accounts, drafts of policies.
        ReadAudit = "read_audit",
        /// Applying for filings, filing training plans (P1, P2).
        FileTraining = "file_training",
        /// Proposing and holding advanced seminars (P6).
        ProposeSeminars = "propose_seminars",
        /// Declaring the hours of a roster for the people of a unit (P4).
        DeclareForPeople = "declare_for_people",
        /// Applying for make-up for the people of a unit (M1).
        ApplyMakeup = "apply_makeup",
        /// Reviewing make-up applications first (M2).
        ReviewMakeup = "review_makeup",
        /// Deciding on make-up finally (M2).
        DecideMakeup = "decide_makeup",
        /// Applying for exemptions for the people of a unit (A5).
        ApplyExemption = "apply_exemption",
        /// Deciding on exemptions (A5).
        DecideExemption = "decide_exemption",
        /// Appealing against decisions on one's own hours (V8).
        AppealOwn = "appeal_own",
        /// Deciding on appeals (V8).
        DecideAppeal = "decide_appeal",
        /// Settling a year (A3).
        SettleYears = "settle_years",
        /// Approving after all what lapsed through a late review (A3a).
        Reinstate = "reinstate",
        /// Asking for and accepting transfers (U2).
        TransferPeople = "transfer_people",
        /// Deciding on transfers as a common superior (U2).
        DecideTransfer = "decide_transfer",
        /// Asking to join an employer (U0).
        JoinEmployer = "join_employer",
        /// Accepting people who ask to join a unit (U0).
        AcceptPeople = "accept_people",
        /// Accepting units that register (U0).
        AcceptUnits = "accept_units",
        /// Merging two records of one person (U4).
        MergePeople = "merge_people",
        /// Reporting training funds (U5).
        ReportFunds = "report_funds",
        /// Reading what happened.
        ReadEvents = "read_events",
        /// Having what happens delivered to a receiver of one's own.
        ManageWebhooks = "manage_webhooks",
        /// Settling what another system says otherwise than was decided here (ADR 0023).
        SettleSyncConflicts = "settle_sync_conflicts",
        /// Erasing the personal data of someone whose records need not be kept any more (U4a).
        ErasePeople = "erase_people",
    }
}

impl Role {
    /// Whether the role may do this, on the subtree that it is granted on.
    #[must_use]
    pub const fn permits(self, permission: Permission) -> bool {
        use Role::{
            Auditor, EmployerAdministrator, InstitutionAdministrator, MunicipalAdministrator,
            MunicipalOfficer, Professional, Reviewer,
        };
        match permission {
            Permission::ReadOwn | Permission::DeclareOwn => matches!(self, Professional),
            Permission::ReadRecords | Permission::ReadStatistics => {
                matches!(
                    self,
                    EmployerAdministrator
                        | Reviewer
                        | MunicipalOfficer
                        | MunicipalAdministrator
                        | Auditor
                )
            }
            Permission::ReadQueue => {
                matches!(self, EmployerAdministrator | Reviewer | MunicipalOfficer | Auditor)
            }
            Permission::ReviewAtEmployer => matches!(self, EmployerAdministrator),
            Permission::ReviewAtAuthority | Permission::VerifyRecords => {
                matches!(self, Reviewer | MunicipalOfficer)
            }
            Permission::RevokeApproval | Permission::ManageFilings => {
                matches!(self, MunicipalOfficer)
            }
            Permission::ReadPeople => {
                matches!(
                    self,
                    EmployerAdministrator
                        | Reviewer
                        | MunicipalOfficer
                        | MunicipalAdministrator
                        | Auditor
                )
            }
            Permission::ManagePeople => {
                matches!(self, EmployerAdministrator | MunicipalOfficer | MunicipalAdministrator)
            }
            Permission::ReadPersonalData => {
                matches!(self, EmployerAdministrator | MunicipalOfficer)
            }
            Permission::ReadOrganizations | Permission::ReadClasses => match self {
                Professional => false,
                EmployerAdministrator
                | Reviewer
                | InstitutionAdministrator
                | MunicipalOfficer
                | MunicipalAdministrator
                | Auditor => true,
            },
            Permission::ManageOrganizations
            | Permission::ManageAccounts
            | Permission::ManagePolicy
            | Permission::ErasePeople => {
                matches!(self, MunicipalAdministrator)
            }
            Permission::ManageCalendar | Permission::ManagePlatforms => {
                matches!(self, MunicipalOfficer | MunicipalAdministrator)
            }
            Permission::ManageClasses | Permission::FileTraining => {
                matches!(self, InstitutionAdministrator | Reviewer)
            }
            Permission::ProposeSeminars => {
                matches!(self, EmployerAdministrator | InstitutionAdministrator | Reviewer)
            }
            Permission::DeclareForPeople
            | Permission::ApplyMakeup
            | Permission::ApplyExemption
            | Permission::TransferPeople
            | Permission::AcceptPeople
            | Permission::ReportFunds => matches!(self, EmployerAdministrator),
            Permission::ReviewMakeup => {
                matches!(self, Reviewer | InstitutionAdministrator | MunicipalOfficer)
            }
            Permission::DecideMakeup
            | Permission::DecideExemption
            | Permission::Reinstate
            | Permission::MergePeople => matches!(self, MunicipalOfficer),
            Permission::DecideAppeal | Permission::DecideTransfer => {
                matches!(self, Reviewer | MunicipalOfficer)
            }
            Permission::SettleYears | Permission::SettleSyncConflicts => {
                matches!(self, MunicipalOfficer | MunicipalAdministrator)
            }
            Permission::AcceptUnits => matches!(self, Reviewer | MunicipalAdministrator),
            Permission::AppealOwn | Permission::JoinEmployer => matches!(self, Professional),
            Permission::ReadEvents => match self {
                Professional => false,
                EmployerAdministrator
                | Reviewer
                | InstitutionAdministrator
                | MunicipalOfficer
                | MunicipalAdministrator
                | Auditor => true,
            },
            // To have data sent elsewhere is more than to read it: not for auditors, who change nothing.
            Permission::ManageWebhooks => match self {
                Professional | Auditor => false,
                EmployerAdministrator
                | Reviewer
                | InstitutionAdministrator
                | MunicipalOfficer
                | MunicipalAdministrator => true,
            },
            // Machines only, by scope.
            Permission::DeliverLearning | Permission::SyncRead | Permission::SyncWrite => false,
            Permission::ReadAudit => matches!(self, MunicipalAdministrator | Auditor),
        }
    }
}

/// The rights of all roles as a Markdown table for the documentation: a row for each permission, a column for each role.
#[must_use]
pub fn table() -> String {
    let mut text = String::from("| permission |");
    for role in Role::ALL {
        let _ = write!(text, " {role} |");
    }
    text.push_str("\n| --- |");
    text.push_str(&" :-: |".repeat(Role::ALL.len()));
    text.push('\n');
    for permission in Permission::ALL {
        let _ = write!(text, "| `{permission}` |");
        for role in Role::ALL {
            text.push_str(if role.permits(*permission) { " yes |" } else { " |" });
        }
        text.push('\n');
    }
    text
}
