//! Deciding an appeal (V8, V10).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::OrgPath;
use xueshi_domain::appeal::{Appeal as Road, Case, Decision, may_decide};
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};
use xueshi_domain::review::{Event as ReviewEvent, next};
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{Appeal, Declaration, Id, Moment, Reader, Word, Writer};

use super::{missing, opened, outside_of_freezes, save, tell, visible};
use crate::dto::Timestamp;
use crate::dto::appeals::{AppealDecision, AppealDto};
use crate::extract::IfMatch;
use crate::problem::{Code, Problem};
use crate::services::certifying::{Certifying, certificate_follows};
use crate::services::declarations::{Cause, check_upheld, declare_upheld, moved};
use crate::services::explanations::{Basis, Trail, window_findings};
use crate::services::rules::Rules;
use crate::services::{Asker, Reply};

/// Decides an appeal. Upheld, the declaration is approved and its year follows; or the missing record is added, and declared and
/// approved with it when its year can be declared no more.
///
/// # Errors
/// 403 for those who may not decide, about oneself, and for whoever had a part in what is appealed against; 409 once it was
/// decided; 412 on a stale version; 422 when the learning stands elsewhere by now (H7), when the year's cap of its way is used
/// up (H8), where a record that is declared with the decision would be refused (H2, H5, H6, U3), and in the freeze.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &IfMatch,
    decided: &AppealDecision,
) -> Result<Reply<AppealDto>, Problem> {
    let now = writer.now();
    let mut appeal = visible(writer, asker, id)?;
    let declaration = declaration_of(writer, &appeal)?;
    let unit = right(writer, asker, &appeal, declaration.as_ref())?;
    condition.check(appeal.version.into())?;
    let was = appeal.state.0;
    let hands = [CheckName::NotOnesOwn, CheckName::NoPartInDecision];
    let in_time = Finding::new(
        CheckName::DecidedInTime,
        if now < appeal.due_at.0 { CheckOutcome::Passed } else { CheckOutcome::Noted },
    );
    let mut trail = Trail::acting_for(unit)
        .saying(Some(&decided.comment))
        .found(hands.map(Finding::passed))
        .found([in_time.with(json!({
            "due_at": Timestamp::from(appeal.due_at), "decided_at": Timestamp(now),
        }))]);
    appeal.state = Word(trail.step::<Road>(was, decided.decision.event())?);
    let rules = match &declaration {
        Some(declaration) => {
            let rules = Rules::for_declaration(writer, declaration)?;
            outside_of_freezes(writer, &rules, &mut trail)?;
            rules
        }
        None => opened(writer, (appeal.jurisdiction_id, appeal.year), &mut trail)?,
    };
    appeal.decided_by = Some(asker.account());
    appeal.decided_for = Some(unit);
    appeal.decided_at = Some(Moment(now));
    appeal.comment = Some(decided.comment.clone());
    appeal.policy_version = rules.version;
    let event = match decided.decision {
        Decision::Uphold => {
            match declaration {
                Some(declaration) => {
                    let upheld = uphold(writer, asker, &appeal, declaration, &rules, unit);
                    let checks = [CheckName::CountedOnce, CheckName::LimitOfTheYear];
                    trail.ask(checks.map(Finding::passed), upheld)?;
                }
                None => {
                    let added = missing::add(writer, asker, &appeal);
                    let record = trail.ask_one(CheckName::OpenToAppeal, added)?;
                    appeal.learning_record_id = Some(record);
                    let declared = declare_late(writer, asker, &appeal, record, &rules, unit)?;
                    appeal.declaration_id = declared;
                }
            }
            EventType::AppealUpheld
        }
        Decision::Dismiss => EventType::AppealDismissed,
    };
    save(writer, was, &mut appeal)?;
    tell(writer, Some(asker), event, &appeal, trail)?;
    Ok(Reply::ok(AppealDto::new(&appeal, now)).version(appeal.version))
}

fn declaration_of(
    reader: &mut Reader<'_>,
    appeal: &Appeal,
) -> Result<Option<Declaration>, Problem> {
    let Some(id) = appeal.declaration_id else { return Ok(None) };
    let found = reader.declaration(appeal.jurisdiction_id, appeal.professional_id, id)?;
    let missing =
        || Problem::internal(format!("the declaration of appeal {} is missing", appeal.id));
    Ok(Some(found.ok_or_else(missing)?))
}

/// The unit that the asker decides for, if they may.
fn right(
    reader: &mut Reader<'_>,
    asker: &Asker,
    appeal: &Appeal,
    declaration: Option<&Declaration>,
) -> Result<Id, Problem> {
    let unit = reader.organization(appeal.jurisdiction_id, appeal.decider_id)?;
    let unit = unit.ok_or_else(|| Problem::internal("the decider of an appeal is missing"))?;
    let path = OrgPath::parse(&unit.path).map_err(Problem::internal)?;
    let decided_by = match (declaration, appeal.seminar_id) {
        (Some(declaration), _) => deciders_of(reader, declaration)?,
        (None, Some(seminar)) => hands_in_seminar(reader, appeal.jurisdiction_id, seminar)?,
        (None, None) => Vec::new(),
    };
    let professional = appeal.professional_id.0;
    let case = Case { decider: &path, professional, decided_by: &decided_by };
    let grant = may_decide(&asker.actor, case)?.ok_or_else(|| Problem::new(Code::Forbidden))?;
    Ok(Id(grant.organization_id))
}

/// Whoever had a part in what became of a declaration: its reviewers, and who revoked it.
fn deciders_of(reader: &mut Reader<'_>, d: &Declaration) -> Result<Vec<Uuid>, Problem> {
    let reviews = reader.reviews_of(d.jurisdiction_id, d.professional_id, d.id)?;
    let of_revision = reviews.iter().filter(|review| review.revision == d.revision);
    let mut deciders: Vec<Uuid> = of_revision.map(|review| review.account_id.0).collect();
    let revocation = reader.revocation_of(d.jurisdiction_id, d.professional_id, d.id)?;
    deciders.extend(revocation.map(|act| act.account_id.0));
    Ok(deciders)
}

/// Whoever took a step of a seminar, for its host or for the bureau that closed it.
fn hands_in_seminar(reader: &mut Reader<'_>, city: Id, seminar: Id) -> Result<Vec<Uuid>, Problem> {
    let steps = reader.seminar_steps(city, seminar)?;
    Ok(steps.iter().map(|step| step.account_id.0).collect())
}

/// The declaration is approved after all, the year and its certificate follow (V8, A2).
fn uphold(
    writer: &mut Writer<'_>,
    asker: &Asker,
    appeal: &Appeal,
    mut declaration: Declaration,
    rules: &Rules,
    unit: Id,
) -> Result<(), Problem> {
    let was = declaration.state.0;
    declaration.state = Word(next(was, ReviewEvent::Uphold)?);
    check_upheld(writer, &declaration, &rules.policy)?;
    let data = json!({"appeal_id": appeal.id, "unit_id": unit});
    let passed = [
        CheckName::StateAllows,
        CheckName::ActsForHolder,
        CheckName::NotOnesOwn,
        CheckName::AnotherReviewer,
        CheckName::CountedOnce,
        CheckName::LimitOfTheYear,
    ];
    let findings = window_findings(rules, Action::Appeal, writer.now());
    let basis = Basis { inputs: data.clone(), findings, ..Basis::default() }
        .and(passed.map(Finding::passed));
    let comment = appeal.comment.as_deref();
    let cause = Cause::new(Some(asker.account()), EventType::DeclarationUpheld)
        .data(data)
        .decided(appeal.id, unit)
        .saying(comment)
        .resting_on(basis);
    moved(writer, was, &mut declaration, rules, cause)?;
    certify(writer, asker, &declaration, rules, (unit, comment))
}

/// V8: an added record whose year can be declared no more is declared with the decision and approved by it, so that the appeal gives
/// what it was brought for; `None` while the person can declare it themselves.
fn declare_late(
    writer: &mut Writer<'_>,
    asker: &Asker,
    appeal: &Appeal,
    record: Id,
    rules: &Rules,
    unit: Id,
) -> Result<Option<Id>, Problem> {
    if let Some(end) = rules.timetable.possible_until(Action::Submit, writer.now()) {
        writer.valid_until(Some(end));
        return Ok(None);
    }
    let data = json!({"appeal_id": appeal.id, "unit_id": unit, "learning_record_id": record});
    let findings = window_findings(rules, Action::Appeal, writer.now());
    let basis = Basis { inputs: data.clone(), findings, ..Basis::default() }
        .and([CheckName::ActsForHolder, CheckName::NotOnesOwn].map(Finding::passed));
    let comment = appeal.comment.as_deref();
    let cause = Cause::new(Some(asker.account()), EventType::DeclarationUpheld)
        .data(data)
        .decided(appeal.id, unit)
        .saying(comment)
        .resting_on(basis);
    let year = (appeal.jurisdiction_id, appeal.professional_id, appeal.year);
    let declaration = declare_upheld(writer, year, record, rules, cause)?;
    certify(writer, asker, &declaration, rules, (unit, comment))?;
    Ok(Some(declaration.id))
}

/// The certificate states other hours than the year has now; or the year is complete and nobody can verify it any more (A1, A2).
fn certify(
    writer: &mut Writer<'_>,
    asker: &Asker,
    declaration: &Declaration,
    rules: &Rules,
    (unit, comment): (Id, Option<&str>),
) -> Result<(), Problem> {
    let d = declaration;
    let year = (d.jurisdiction_id, d.professional_id, d.year);
    let reason = Some(comment.unwrap_or_default());
    let decision = Certifying { unit, cause: AddendumCause::Appeal, reason };
    certificate_follows(writer, asker, rules, year, decision).map(|_| ())
}
