//! What a refusal by a rule rested on, carried with the problem until it is kept for its explanation (V7).

use serde_json::Value;
use xueshi_domain::explanation::Finding;

/// What was looked at before a rule refused. Every refusal of the domain has grounds; those of a declaration's checks have
/// all inputs and findings, others only the refusal's own facts.
#[derive(Debug, Clone, Default)]
pub struct Grounds {
    /// What was looked at.
    pub inputs: Value,
    /// What each check found.
    pub findings: Vec<Finding>,
    /// The year concerned.
    pub year: Option<i32>,
    /// The version of its policy that was applied.
    pub policy_version: Option<i32>,
}
