//! Taking an approval back (municipal bureau); the year and its certificate follow (A2, E13).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::ledger::RecordState;
use xueshi_domain::registry::RecordAct;
use xueshi_domain::review::{Event, next};
use xueshi_persistence::{Id, Moment, Reader, RecordedAct, Word, Writer};

use super::certifying::reissue;
use super::declarations::{Cause, moved, visible};
use super::explanations::{Basis, window_findings};
use super::professionals::require_not_erased;
use super::rules::Rules;
use super::{Asker, Reply};
use crate::dto::declarations::{DeclarationDto, RevocationDto};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};

/// Revokes an approved declaration.
///
/// # Errors
/// 403 without the right or on one's own declaration, 404 of someone who was erased, 409 in other states, 412 on a stale version,
/// `year-end-freeze`.
pub fn revoke(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    reason: &str,
) -> Result<Reply<DeclarationDto>, Problem> {
    let now = writer.now();
    let mut declaration = visible(writer, asker, id)?;
    let employer = writer.organization(declaration.jurisdiction_id, declaration.employer_id)?;
    let path = employer.map(|unit| unit.path).unwrap_or_default();
    let unit = asker.acting_for(Permission::RevokeApproval, &path)?.organization_id;
    if asker.actor.is_professional(declaration.professional_id.0) {
        return Err(xueshi_domain::Refusal::OwnDeclaration.into());
    }
    require_not_erased(writer, declaration.jurisdiction_id, declaration.professional_id)?;
    condition.check(declaration.version.into())?;
    let was = declaration.state.0;
    let state = next(was, Event::Revoke)?;
    let rules = Rules::for_declaration(writer, &declaration)?;
    let admission = rules.timetable.admit(Action::Revoke, now)?;
    writer.valid_until(admission.valid_until);
    declaration.state = Word(state);
    let basis = Basis {
        inputs: json!({"state_before": was, "hours": declaration.hours.0}),
        ..Basis::default()
    }
    .and([Finding::passed(CheckName::StateAllows), Finding::passed(CheckName::NotOnesOwn)])
    .and([Finding::passed(CheckName::ActsForHolder).with(json!({"unit_id": unit}))])
    .and(window_findings(&rules, Action::Revoke, now));
    let act = writer.new_id();
    writer.insert_record_act(&RecordedAct {
        jurisdiction_id: declaration.jurisdiction_id,
        professional_id: declaration.professional_id,
        id: act,
        act: Word(RecordAct::Revoked),
        declaration_id: Some(declaration.id),
        certificate_id: None,
        year: declaration.year,
        account_id: asker.account(),
        unit_id: Id(unit),
        reason: Some(reason.to_owned()),
        policy_version: rules.version,
        acted_at: Moment(now),
    })?;
    let cause = Cause::new(Some(asker.account()), EventType::DeclarationRevoked);
    let cause =
        cause.reason("hours_revoked").resting_on(basis).decided(act, Id(unit)).saying(Some(reason));
    moved(writer, was, &mut declaration, &rules, cause)?;
    let (city, person) = (declaration.jurisdiction_id, declaration.professional_id);
    let year = writer.annual_record(city, person, declaration.year)?;
    if let Some(record) = year.filter(|record| record.state.0 == RecordState::Certified) {
        reissue(writer, asker, record, (Id(unit), reason))?;
    }
    let version = declaration.version;
    Ok(Reply::ok(DeclarationDto::new(&declaration, now)).version(version))
}

/// The revocation of a declaration that the asker may see: who acted for which unit, when and why (V10).
///
/// # Errors
/// 404 when they may not see it, or it was not revoked.
pub fn read(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<RevocationDto, Problem> {
    let d = visible(reader, asker, id)?;
    let act = reader.revocation_of(d.jurisdiction_id, d.professional_id, d.id)?;
    act.map(|act| RevocationDto::from(&act)).ok_or_else(|| Problem::new(Code::NotFound))
}
