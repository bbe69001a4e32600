//! Permissions as types, for [`Caller`](super::Caller): one for each permission of the domain, and the combinations that
//! operations ask for.

use xueshi_domain::access::Permission;

use super::caller::{Need, Needs};
use crate::services::Asker;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $($permission:ident)|+;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl Needs for $name {
                const NEED: Need = Need::OneOf(&[$(Permission::$permission),+]);
                type Who = Asker;
            }
        )*
    };
}

permissions! {
    /// Reading one's own years, learning records, declarations and certificates.
    ReadOwn = ReadOwn;
    /// Drafting, editing, submitting and withdrawing one's own declarations.
    DeclareOwn = DeclareOwn;
    /// Reading people's records, declarations and learning.
    ReadRecords = ReadRecords;
    /// Reading records, one's own or those of a subtree.
    ReadOwnOrRecords = ReadOwn | ReadRecords;
    /// Reading the queue of what waits for review.
    ReadQueue = ReadQueue;
    /// Deciding at either stage; which one is decided on the declaration.
    Review = ReviewAtEmployer | ReviewAtAuthority;
    /// Verifying annual records (A1).
    VerifyRecords = VerifyRecords;
    /// Revoking an approval.
    RevokeApproval = RevokeApproval;
    /// Reading people, masked.
    ReadPeople = ReadPeople;
    /// Reading people, masked: oneself or those of a subtree.
    ReadOwnOrPeople = ReadOwn | ReadPeople;
    /// Registering people and ending their employment.
    ManagePeople = ManagePeople;
    /// Reading an id number or a phone number unmasked, for a stated purpose (U4a).
    ReadPersonalData = ReadPersonalData;
    /// Reading units and their administrators.
    ReadOrganizations = ReadOrganizations;
    /// Creating and changing units.
    ManageOrganizations = ManageOrganizations;
    /// Creating accounts, granting roles, changing administrators (U1).
    ManageAccounts = ManageAccounts;
    /// Drafting and publishing policies (W3).
    ManagePolicy = ManagePolicy;
    /// Loading the arrangement of working days (V2).
    ManageCalendar = ManageCalendar;
    /// Keeping the register of platforms (H6).
    ManagePlatforms = ManagePlatforms;
    /// Filing institutions and plans (P1, P2).
    ManageFilings = ManageFilings;
    /// Reading institutions, plans, classes and rosters.
    ReadClasses = ReadClasses;
    /// Creating classes and handing in rosters (P3, P4).
    ManageClasses = ManageClasses;
    /// Delivering completions (H6).
    DeliverLearning = DeliverLearning;
    /// Pulling records for the provincial platform.
    SyncRead = SyncRead;
    /// Pushing records from the provincial platform.
    SyncWrite = SyncWrite;
    /// Reading figures.
    ReadStatistics = ReadStatistics;
    /// Reading what is kept about the city itself: the audit log, accounts, drafts of policies.
    ReadAudit = ReadAudit;
    /// Applying for filings, filing training plans (P1, P2).
    FileTraining = FileTraining;
    /// Proposing and holding advanced seminars (P6).
    ProposeSeminars = ProposeSeminars;
    /// Declaring the hours of a roster for the people of a unit (P4).
    DeclareForPeople = DeclareForPeople;
    /// Applying for make-up for the people of a unit (M1).
    ApplyMakeup = ApplyMakeup;
    /// Reviewing make-up applications first (M2).
    ReviewMakeup = ReviewMakeup;
    /// Deciding on make-up finally (M2).
    DecideMakeup = DecideMakeup;
    /// Deciding on make-up at either step; which one is decided on the application (M2).
    ReviewOrDecideMakeup = ReviewMakeup | DecideMakeup;
    /// Reading make-up applications.
    ReadMakeup = ApplyMakeup | ReviewMakeup | DecideMakeup | ReadRecords;
    /// Applying for exemptions for the people of a unit (A5).
    ApplyExemption = ApplyExemption;
    /// Deciding on exemptions (A5).
    DecideExemption = DecideExemption;
    /// Deciding on appeals (V8).
    DecideAppeal = DecideAppeal;
    /// Settling a year (A3).
    SettleYears = SettleYears;
    /// Approving after all what lapsed through a late review (A3a).
    Reinstate = Reinstate;
    /// Asking for and accepting transfers (U2).
    TransferPeople = TransferPeople;
    /// Deciding on transfers as a common superior (U2).
    DecideTransfer = DecideTransfer;
    /// Deciding on a transfer, for the employer that was asked or for a unit above both (U2).
    DecideOrTransfer = TransferPeople | DecideTransfer;
    /// Asking to join an employer (U0).
    JoinEmployer = JoinEmployer;
    /// Accepting people who ask to join a unit (U0).
    AcceptPeople = AcceptPeople;
    /// Accepting units that register (U0).
    AcceptUnits = AcceptUnits;
    /// Merging two records of one person (U4).
    MergePeople = MergePeople;
    /// Erasing the personal data of someone whose records need not be kept any more (U4a).
    ErasePeople = ErasePeople;
    /// Reporting training funds (U5).
    ReportFunds = ReportFunds;
    /// Reading what happened.
    ReadEvents = ReadEvents;
    /// Reading what happened: to oneself or in a subtree.
    ReadOwnOrEvents = ReadOwn | ReadEvents;
    /// Following what happens: all of the city for the provincial platform, a subtree for people.
    FollowChanges = SyncRead | ReadEvents;
    /// Taking in files of rows (ADR 0024); which kind needs which right is decided on what is asked for.
    ImportRows = ManagePeople | ManageOrganizations | FileTraining | ManageClasses | DeclareForPeople | DeclareOwn;
    /// Appealing against decisions on one's own hours (V8).
    AppealOwn = AppealOwn;
    /// Having what happens delivered: all of the city for the provincial platform, a subtree for people.
    ManageWebhooks = SyncRead | ManageWebhooks;
    /// Settling what another system says otherwise than was decided here.
    SettleSyncConflicts = SettleSyncConflicts;
    /// Reading what another system says otherwise than was decided here.
    ReadSyncConflicts = SettleSyncConflicts | ReadAudit;
}
