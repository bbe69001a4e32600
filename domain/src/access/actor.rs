//! Who acts, with which rights on which subtrees.

use uuid::Uuid;

use super::org_path::OrgPath;
use super::role::{Permission, Role};
use super::scope::Scope;

/// A role on a subtree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The unit at the top of the subtree: the one that is acted for (V10).
    pub organization_id: Uuid,
    /// The path of that unit.
    pub path: OrgPath,
}

/// Who acts: a person with grants, or a machine client with scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub account_id: Uuid,
    /// The person's own record as a professional, if they have one.
    pub professional_id: Option<Uuid>,
    /// The roles, each on its subtree.
    pub grants: Vec<Grant>,
    /// The scopes of a machine client.
    pub scopes: Vec<Scope>,
}

impl Actor {
    /// The grant under which the actor may do this to a unit, if there is one. Of several it is the one closest to the unit:
    /// that is the unit that the act is recorded for (V10).
    #[must_use]
    pub fn acting_for(&self, permission: Permission, target: &OrgPath) -> Option<&Grant> {
        self.closest(target, |grant| grant.role.permits(permission))
    }

    /// Whether the actor may do this somewhere, by a role or by a scope: what an endpoint asks before it knows the target.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.grants.iter().any(|grant| grant.role.permits(permission))
            || self.scopes.iter().any(|scope| scope.permits(permission))
    }

    /// The grants under which the actor may do this: the subtrees that a list is limited to.
    pub fn grants_for(&self, permission: Permission) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.role.permits(permission))
    }

    /// Whether this is the actor's own record.
    #[must_use]
    pub fn is_professional(&self, professional_id: Uuid) -> bool {
        self.professional_id == Some(professional_id)
    }

    pub(super) fn closest(
        &self,
        target: &OrgPath,
        fits: impl Fn(&Grant) -> bool,
    ) -> Option<&Grant> {
        self.grants
            .iter()
            .filter(|grant| grant.path.contains(target) && fits(grant))
            .max_by_key(|grant| grant.path.depth())
    }
}
