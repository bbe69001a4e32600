//! Amendments of approved plans: they go the way of a plan and take effect when they are approved (P2).

use std::collections::BTreeSet;

use uuid::Uuid;
use xueshi_domain::Hours;
use xueshi_domain::access::{Grant, Permission};
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::CheckName;
use xueshi_domain::filing::may_decide;
use xueshi_domain::registry::PlanState;
use xueshi_domain::review::Decision;
use xueshi_domain::training_plan::{
    AmendmentRoad, ItemInUse, PlanEvent, PlanRoad, check_item, may_become,
};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Id, Moment, PlanAmendment, PlanItem, PlanItemVersion, Reader, TrainingPlan, Word, Writer,
};

use super::items::{in_members, item_of};
use super::plans::visible;
use super::{Deed, keep, stands};
use crate::dto::filings::FilingDecision;
use crate::dto::plan_amendments::{
    NewPlanAmendment, PlanAction, PlanAmendmentDto, PlanAmendments, PlanChange,
};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};
use crate::services::events::Happening;
use crate::services::explanations::Trail;
use crate::services::references::unknown;
use crate::services::{Asker, Reply};

/// The amendments of a plan, for those who answer for its unit.
///
/// # Errors
/// 404 for a plan that the asker may not see, 403 for those who answer for other units.
pub fn list(reader: &mut Reader<'_>, asker: &Asker, plan: Uuid) -> Result<PlanAmendments, Problem> {
    let plan = answered_for(reader, asker, plan)?;
    let found = reader.plan_amendments(asker.jurisdiction, plan.id)?;
    let rows = found.iter().map(|amendment| shown(reader, amendment));
    Ok(PlanAmendments { data: rows.collect::<Result<_, Problem>>()? })
}

/// One amendment.
///
/// # Errors
/// As [`list`].
pub fn get(
    reader: &mut Reader<'_>,
    asker: &Asker,
    plan: Uuid,
    id: Uuid,
) -> Result<PlanAmendmentDto, Problem> {
    let plan = answered_for(reader, asker, plan)?;
    let amendment = find(reader, &plan, id)?;
    shown(reader, &amendment)
}

fn answered_for(
    reader: &mut Reader<'_>,
    asker: &Asker,
    plan: Uuid,
) -> Result<TrainingPlan, Problem> {
    let (plan, unit) = visible(reader, asker, plan)?;
    asker.acting_for(Permission::ReadClasses, &unit.path)?;
    Ok(plan)
}

fn find(reader: &mut Reader<'_>, plan: &TrainingPlan, id: Uuid) -> Result<PlanAmendment, Problem> {
    let all = reader.plan_amendments(plan.jurisdiction_id, plan.id)?;
    all.into_iter()
        .find(|amendment| amendment.id == Id(id))
        .ok_or_else(|| Problem::new(Code::NotFound))
}

fn shown(reader: &mut Reader<'_>, amendment: &PlanAmendment) -> Result<PlanAmendmentDto, Problem> {
    let history = reader.filing_acts(amendment.jurisdiction_id, amendment.id)?;
    Ok(PlanAmendmentDto {
        id: amendment.id.0,
        plan_id: amendment.plan_id.0,
        state: amendment.state.0,
        reason: amendment.reason.clone(),
        changes: changes_of(amendment)?,
        version: amendment.version,
        created_at: amendment.created_at.into(),
        history: history.into_iter().map(Into::into).collect(),
    })
}

fn changes_of(amendment: &PlanAmendment) -> Result<Vec<PlanChange>, Problem> {
    serde_json::from_str(&amendment.changes).map_err(Problem::internal)
}

/// Begins an amendment of an approved plan.
///
/// # Errors
/// 404, 403, 409 for a plan that is not approved, and the rule that refuses a change.
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: Uuid,
    new: &NewPlanAmendment,
) -> Result<Reply<PlanAmendmentDto>, Problem> {
    let now = writer.now();
    let (plan, unit) = visible(writer, asker, plan)?;
    asker.acting_for(Permission::FileTraining, &unit.path)?;
    step::<PlanRoad>(plan.state.0, PlanEvent::Amend)?;
    effects(writer, &plan, &new.changes, Id(Uuid::nil()))?;
    let amendment = PlanAmendment {
        jurisdiction_id: plan.jurisdiction_id,
        id: writer.new_id(),
        plan_id: plan.id,
        state: Word(PlanState::Draft),
        reason: new.reason.clone(),
        changes: serde_json::to_string(&new.changes).map_err(Problem::internal)?,
        submitted_by: None,
        version: 1,
        created_at: Moment(now),
    };
    writer.insert_plan_amendment(&amendment)?;
    let location = format!("/v1/training-plans/{}/amendments/{}", plan.id, amendment.id);
    Ok(Reply::created(&location, shown(writer, &amendment)?).version(amendment.version))
}

/// Says an amendment anew, before it is handed in.
///
/// # Errors
/// 404, 403, 412, 409 once it was handed in, and the rule that refuses a change.
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    (plan, id): (Uuid, Uuid),
    condition: &RequiredIfMatch,
    new: &NewPlanAmendment,
) -> Result<Reply<PlanAmendmentDto>, Problem> {
    let (plan, mut amendment, _) = own(writer, asker, (plan, id), condition, PlanEvent::Edit)?;
    effects(writer, &plan, &new.changes, Id(Uuid::nil()))?;
    amendment.reason.clone_from(&new.reason);
    amendment.changes = serde_json::to_string(&new.changes).map_err(Problem::internal)?;
    stands(writer.save_plan_amendment(amendment.state.0, &mut amendment)?)?;
    Ok(Reply::ok(shown(writer, &amendment)?).version(amendment.version))
}

fn own(
    writer: &mut Writer<'_>,
    asker: &Asker,
    (plan, id): (Uuid, Uuid),
    condition: &RequiredIfMatch,
    event: PlanEvent,
) -> Result<(TrainingPlan, PlanAmendment, Grant), Problem> {
    let (plan, unit) = visible(writer, asker, plan)?;
    let grant = asker.acting_for(Permission::FileTraining, &unit.path)?.clone();
    let amendment = find(writer, &plan, id)?;
    condition.check(amendment.version.into())?;
    step::<AmendmentRoad>(amendment.state.0, event)?;
    Ok((plan, amendment, grant))
}

/// Hands an amendment in.
///
/// # Errors
/// As [`edit`].
pub fn submit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    (plan, id): (Uuid, Uuid),
    condition: &RequiredIfMatch,
) -> Result<Reply<PlanAmendmentDto>, Problem> {
    let (plan, mut amendment, grant) =
        own(writer, asker, (plan, id), condition, PlanEvent::Submit)?;
    let mut trail = Trail::acting_for(Id(grant.organization_id)).saying(Some(&amendment.reason));
    let changes = changes_of(&amendment)?;
    let after = effects(writer, &plan, &changes, amendment.id);
    trail.ask_one(CheckName::ItemsNotInUse, after)?;
    amendment.submitted_by = Some(asker.account());
    let kind = EventType::TrainingPlanSubmitted;
    pass(writer, asker, &plan, &mut amendment, PlanEvent::Submit, (kind, &grant, trail))?;
    Ok(Reply::ok(shown(writer, &amendment)?).version(amendment.version))
}

/// Decides on an amendment. Approved, it takes effect at once: for classes that begin from tomorrow on (P3).
///
/// # Errors
/// 404, 403 for others than the bureau's officers and for one's own amendment, 412, 409 in other states, 422 when classes
/// rest by now on what it would take away.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    (plan, id): (Uuid, Uuid),
    condition: &RequiredIfMatch,
    decision: &FilingDecision,
) -> Result<Reply<PlanAmendmentDto>, Problem> {
    let (mut plan, unit) = visible(writer, asker, plan)?;
    let grant = asker.acting_for(Permission::ManageFilings, &unit.path)?.clone();
    let mut amendment = find(writer, &plan, id)?;
    condition.check(amendment.version.into())?;
    let (event, kind) = match decision.decision {
        Decision::Approve => (PlanEvent::Approve, EventType::TrainingPlanAmended),
        Decision::Return => (PlanEvent::Return, EventType::TrainingPlanReturned),
        Decision::Reject => (PlanEvent::Reject, EventType::TrainingPlanRejected),
    };
    step::<AmendmentRoad>(amendment.state.0, event)?;
    let mut trail =
        Trail::acting_for(Id(grant.organization_id)).saying(decision.comment.as_deref());
    let other = may_decide(asker.actor.account_id, amendment.submitted_by.map(|id| id.0));
    trail.ask_one(CheckName::NotOnesOwn, other)?;
    if event == PlanEvent::Approve {
        let effect = take_effect(writer, &mut plan, &amendment);
        trail.ask_one(CheckName::ItemsNotInUse, effect)?;
    }
    let told = (kind, &grant, trail);
    pass(writer, asker, &plan, &mut amendment, event, told)?;
    Ok(Reply::ok(shown(writer, &amendment)?).version(amendment.version))
}

/// What the changes make of the plan's items: each item as it is to be, and whether it is new.
fn effects(
    reader: &mut Reader<'_>,
    plan: &TrainingPlan,
    changes: &[PlanChange],
    amendment: Id,
) -> Result<Vec<(PlanItem, bool)>, Problem> {
    let city = plan.jurisdiction_id;
    let items = reader.plan_items(city, plan.id)?;
    let named: BTreeSet<Id> = changes.iter().filter_map(|change| change.item_id.map(Id)).collect();
    let used = reader.hours_under_items(city, named)?;
    let mut after = Vec::with_capacity(changes.len());
    for (place, change) in changes.iter().enumerate() {
        let at = |member: &str| format!("/changes/{place}/{member}");
        let facts = change.item.as_ref().map(crate::dto::training_plans::NewPlanItem::facts);
        if let Some(facts) = &facts {
            check_item(plan.year, facts).map_err(|no| in_members(no, &at("item")))?;
        }
        let known = change
            .item_id
            .map(|id| {
                let found = items.iter().find(|item| item.id == Id(id) && !item.removed);
                found.cloned().ok_or_else(|| unknown(&at("item_id")))
            })
            .transpose()?;
        if let Some(item) = &known {
            let hours = used.get(&item.id).map(Vec::as_slice).unwrap_or_default();
            let most = hours.iter().map(|hours| hours.0).max().unwrap_or(Hours::ZERO);
            let in_use = ItemInUse {
                id: item.id.0,
                theme: item.theme.clone(),
                subject: item.subject.0,
                classes: u32::try_from(hours.len()).unwrap_or(u32::MAX),
                most_hours: most,
            };
            may_become(&in_use, facts.as_ref())?;
        }
        after.push(match (change.action, known, &change.item) {
            (PlanAction::Add, _, Some(new)) => (item_of(plan, amendment, new), true),
            (PlanAction::Change, Some(mut item), Some(new)) => {
                new.apply(&mut item);
                (item, false)
            }
            (PlanAction::Remove, Some(item), _) => (PlanItem { removed: true, ..item }, false),
            (PlanAction::Add | PlanAction::Change | PlanAction::Remove, _, _) => {
                return Err(Problem::internal("a change without its members was let in"));
            }
        });
    }
    Ok(after)
}

/// Writes an approved amendment into the plan: items, and what was approved of them from now on.
fn take_effect(
    writer: &mut Writer<'_>,
    plan: &mut TrainingPlan,
    amendment: &PlanAmendment,
) -> Result<(), Problem> {
    let now = writer.now();
    let after = effects(writer, plan, &changes_of(amendment)?, amendment.id)?;
    let ids: BTreeSet<Id> = after.iter().map(|(item, _)| item.id).collect();
    let versions = writer.item_versions(plan.jurisdiction_id, ids)?;
    for (mut item, is_new) in after {
        if is_new {
            item.id = writer.new_id();
            writer.insert_plan_item(&item)?;
        } else {
            writer.update_plan_item(&item)?;
        }
        let last = versions.get(&item.id).and_then(|all| all.last()).map_or(0, |last| last.version);
        let version = PlanItemVersion::of(&item, last + 1, Some(amendment.id), Moment(now));
        writer.insert_item_version(&version)?;
    }
    let was = plan.state.0;
    step::<PlanRoad>(was, PlanEvent::Amend)?;
    stands(writer.save_training_plan(was, plan)?)
}

fn pass(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: &TrainingPlan,
    amendment: &mut PlanAmendment,
    event: PlanEvent,
    (kind, grant, mut trail): (EventType, &Grant, Trail),
) -> Result<(), Problem> {
    let was = amendment.state.0;
    amendment.state = Word(trail.step::<AmendmentRoad>(was, event)?);
    stands(writer.save_plan_amendment(was, amendment)?)?;
    let version = keep(
        writer,
        asker,
        &Deed {
            subject: amendment.id,
            year: plan.year,
            event: event.as_str(),
            state: amendment.state.0.as_str(),
            comment: trail.comment(),
            unit: Id(grant.organization_id),
        },
    )?;
    trail.under(plan.year, version);
    Happening::new(kind)
        .by(asker)
        .unit(plan.organization_id)
        .subject(plan.id)
        .year(plan.year)
        .data(serde_json::json!({"amendment_id": amendment.id, "state": amendment.state.0}))
        .because(trail)
        .tell(writer, asker.jurisdiction)
}
