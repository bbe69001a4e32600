//! Approving after all what had lapsed because a unit was late (A3a).

use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::registry::RecordAct;
use xueshi_domain::review::{Event, next};
use xueshi_domain::settlement::{AddendumCause, Lapse, may_reinstate};
use xueshi_persistence::{Declaration, Id, LapseRow, Moment, Reader, RecordedAct, Word, Writer};

use super::certifying::{Certifying, certificate_follows};
use super::declarations::{Cause, check_upheld, moved, visible};
use super::professionals::require_not_erased;
use super::rules::Rules;
use super::{Asker, Reply};
use crate::dto::declarations::DeclarationDto;
use crate::dto::settlements::ReinstatementDto;
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};

/// Approves a lapsed declaration. The year follows; one that reaches its floors by it is certified at once, because the window in
/// which it would be verified has gone by through no fault of the person. What was sealed stays, and gets an addendum.
///
/// # Errors
/// 403 without the right or on one's own declaration, 404 of someone who was erased, 409 in other states, 412 on a stale version, `not-overdue` where no unit
/// was late, `year-end-freeze`, `duplicate-learning` when the same learning stands elsewhere by now, `hours-over-limit` when
/// others have taken the room below the year's cap of its way (H8).
pub fn reinstate(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    reason: &str,
) -> Result<Reply<DeclarationDto>, Problem> {
    let now = writer.now();
    let mut declaration = visible(writer, asker, id)?;
    let (city, person) = (declaration.jurisdiction_id, declaration.professional_id);
    let employer = writer.organization(city, declaration.employer_id)?;
    let path = employer.map(|unit| unit.path).unwrap_or_default();
    let unit = Id(asker.acting_for(Permission::Reinstate, &path)?.organization_id);
    if asker.actor.is_professional(person.0) {
        return Err(Refusal::OwnDeclaration.into());
    }
    require_not_erased(writer, city, person)?;
    condition.check(declaration.version.into())?;
    let was = declaration.state.0;
    let state = next(was, Event::Reinstate)?;
    let rules = Rules::for_declaration(writer, &declaration)?;
    let admission = rules.timetable.admit(Action::Reinstate, now)?;
    writer.valid_until(admission.valid_until);
    let row = lapse_of(writer, &declaration)?;
    let settled = writer.settlement(city, row.settled_year)?;
    let settled = settled.ok_or_else(|| Problem::internal("a lapse without a settlement"))?;
    let lapse = Lapse {
        stage: row.stage.0,
        working_days: u32::try_from(row.working_days).unwrap_or(0),
        overdue: row.overdue,
    };
    may_reinstate(lapse, row.due_at.0, settled.frozen_at.0)?;
    check_upheld(writer, &declaration, &rules.policy)?;

    let act = writer.new_id();
    declaration.state = Word(state);
    declaration.reinstated = true;
    let data = serde_json::json!({
        "stage": row.stage.0,
        "unit_id": row.unit_id,
        "working_days": row.working_days,
        "settled_year": row.settled_year,
    });
    let cause = Cause::new(Some(asker.account()), EventType::DeclarationReinstated).data(data);
    let cause = cause.decided(act, unit).saying(Some(reason));
    moved(writer, was, &mut declaration, &rules, cause)?;
    writer.mark_reinstated(&row)?;
    let year = (city, person, declaration.year);
    let decision = Certifying { unit, cause: AddendumCause::Reinstatement, reason: Some(reason) };
    let certificate = certificate_follows(writer, asker, &rules, year, decision)?;
    writer.insert_record_act(&RecordedAct {
        jurisdiction_id: city,
        professional_id: person,
        id: act,
        act: Word(RecordAct::Reinstated),
        declaration_id: Some(declaration.id),
        certificate_id: certificate,
        year: declaration.year,
        account_id: asker.account(),
        unit_id: unit,
        reason: Some(reason.to_owned()),
        policy_version: rules.version,
        acted_at: Moment(now),
    })?;
    let version = declaration.version;
    Ok(Reply::ok(DeclarationDto::new(&declaration, now)).version(version))
}

fn lapse_of(reader: &mut Reader<'_>, declaration: &Declaration) -> Result<LapseRow, Problem> {
    let d = declaration;
    let row = reader.lapse_of(d.jurisdiction_id, d.professional_id, d.id)?;
    row.ok_or_else(|| Problem::internal(format!("declaration {} lapsed without a trace", d.id)))
}

/// The reinstatement of a declaration that the asker may see: who, when, why, and the lateness behind it (A3a, V10).
///
/// # Errors
/// 404 when they may not see it, or it was not reinstated.
pub fn read(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<ReinstatementDto, Problem> {
    let not_found = || Problem::new(Code::NotFound);
    let d = visible(reader, asker, id)?;
    let (city, person) = (d.jurisdiction_id, d.professional_id);
    let act = reader.record_act_of(city, person, d.id, RecordAct::Reinstated)?;
    let lapse = reader.lapse_of(city, person, d.id)?;
    let (act, lapse) = act.zip(lapse).ok_or_else(not_found)?;
    Ok(ReinstatementDto::new(&act, &lapse))
}
