//! Who may do what: roles and scopes, granted on subtrees of the units (rulebook, "Who"; U1, U4a).

mod actor;
mod org_path;
mod review;
mod role;
mod scope;

pub use actor::{Actor, Grant};
pub use org_path::{OrgPath, OrgPathError};
pub use review::{ReviewCase, may_review, may_verify};
pub use role::{Permission, Role, table};
pub use scope::Scope;
