//! The year's cap of a way of earning, for what is approved long after it was submitted (H8, V8).

use xueshi_domain::Refusal;
use xueshi_domain::declaration::{Outcome, Step, explain};
use xueshi_domain::policy::Policy;
use xueshi_domain::refusal::LimitKind;
use xueshi_persistence::{Declaration, Reader};

use super::facts::Case;
use crate::problem::Problem;

/// Whether the year's cap still has room for a declaration that does not stand now. Everything else about it was checked when
/// it was submitted; that its learning stands nowhere else (H7) is checked when it moves.
///
/// # Errors
/// `hours-over-limit` when other declarations have taken the room meanwhile.
pub fn check_upheld(
    reader: &mut Reader<'_>,
    declaration: &Declaration,
    policy: &Policy,
) -> Result<(), Problem> {
    let case = Case::gather(reader, declaration)?;
    let checks = explain(Step::Submission, &case.facts, policy);
    let over = checks.into_iter().find_map(|check| match check.outcome {
        Outcome::Refused(refusal @ Refusal::HoursOverLimit { limit: LimitKind::PerYear, .. }) => {
            Some(refusal)
        }
        Outcome::Refused(_) | Outcome::Passed | Outcome::NotApplicable => None,
    });
    over.map_or(Ok(()), |refusal| Err(refusal.into()))
}
