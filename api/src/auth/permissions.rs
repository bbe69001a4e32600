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
    /// Reading the audit log.
    ReadAudit = ReadAudit;
}
