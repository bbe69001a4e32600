//! What a machine client may do.

use super::role::Permission;

text_enum! {
    /// A right of a machine client, granted over the whole jurisdiction.
    pub enum Scope {
        /// Pulling records.
        SyncRead = "sync:read",
        /// Pushing records.
        SyncWrite = "sync:write",
        /// Delivering completions.
        LearningWrite = "learning:write",
    }
}

impl Scope {
    /// Whether the scope covers this kind of act.
    ///
    /// **Reading**: the provincial platform delivers completions for the listed platforms (H6), so `sync:write` covers that too.
    #[must_use]
    pub const fn permits(self, permission: Permission) -> bool {
        match self {
            Self::SyncRead => matches!(permission, Permission::SyncRead),
            Self::SyncWrite => {
                matches!(permission, Permission::SyncWrite | Permission::DeliverLearning)
            }
            Self::LearningWrite => matches!(permission, Permission::DeliverLearning),
        }
    }
}
