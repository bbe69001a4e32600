//! What the municipal bureau does: deciding, and ending.

use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::exemption::{Decision, Event, Exemption as Road};
use xueshi_domain::explanation::CheckName;
use xueshi_persistence::{Exemption, Word, Writer};

use super::apply::admitted;
use super::{Act, acting_for, check, effect, save, trace, visible};
use crate::dto::exemptions::{ExemptionDecision, ExemptionDto};
use crate::extract::{IfMatch, RequiredIfMatch};
use crate::problem::Problem;
use crate::services::explanations::Trail;
use crate::services::{Asker, Reply};

/// Decides on an exemption. Granted, it makes the year `exempt`, whatever waits of it; also a year that was settled, whose
/// sealed appraisal stays as it is (A5).
///
/// # Errors
/// 403 without the right, about oneself or what one applied for; 409 in other states and for a year that is complete by now;
/// 412 on a stale version; `year-end-freeze`.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &IfMatch,
    decided: &ExemptionDecision,
) -> Result<Reply<ExemptionDto>, Problem> {
    let mut exemption = visible(writer, asker, id)?;
    let unit = acting_for(writer, asker, Permission::DecideExemption, &exemption)?;
    let mut trail = Trail::acting_for(unit).saying(decided.comment.as_deref());
    trail.ask_one(CheckName::NotOnesOwn, not_ones_own(asker, &exemption))?;
    condition.check(exemption.version.into())?;
    let was = exemption.state.0;
    let event = decided.decision.event();
    exemption.state = Word(trail.step::<Road>(was, event)?);
    let rules = admitted(writer, &exemption, &mut trail)?;
    if decided.decision == Decision::Grant {
        check(writer, &exemption, &rules.policy, &mut trail)?;
    }
    save(writer, was, &mut exemption)?;
    trace(writer, asker, &exemption, Act { event, unit, policy_version: rules.version, trail })?;
    if decided.decision == Decision::Grant {
        effect::exempt(writer, asker, &exemption, &rules, (unit, decided.comment.as_deref()))?;
    }
    Ok(Reply::ok(ExemptionDto::from(&exemption)).version(exemption.version))
}

/// Ends an exemption that stands: the year's state follows its hours again (A5).
///
/// # Errors
/// 403 without the right, about oneself or what one applied for; 409 in other states; 412 on a stale version;
/// `year-end-freeze`.
pub fn end(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    reason: &str,
) -> Result<Reply<ExemptionDto>, Problem> {
    let mut exemption = visible(writer, asker, id)?;
    let unit = acting_for(writer, asker, Permission::DecideExemption, &exemption)?;
    let mut trail = Trail::acting_for(unit).saying(Some(reason));
    trail.ask_one(CheckName::NotOnesOwn, not_ones_own(asker, &exemption))?;
    condition.check(exemption.version.into())?;
    let was = exemption.state.0;
    exemption.state = Word(trail.step::<Road>(was, Event::End)?);
    let rules = admitted(writer, &exemption, &mut trail)?;
    save(writer, was, &mut exemption)?;
    let act = Act { event: Event::End, unit, policy_version: rules.version, trail };
    trace(writer, asker, &exemption, act)?;
    effect::end(writer, asker, &exemption, &rules, (unit, reason))?;
    Ok(Reply::ok(ExemptionDto::from(&exemption)).version(exemption.version))
}

/// Nobody decides on a case about themselves, or one that they brought (Who).
fn not_ones_own(asker: &Asker, exemption: &Exemption) -> Result<(), Refusal> {
    let own = asker.actor.is_professional(exemption.professional_id.0);
    if own || exemption.applied_by == asker.account() { Err(Refusal::OwnCase) } else { Ok(()) }
}
