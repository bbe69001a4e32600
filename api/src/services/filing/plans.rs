//! Yearly training plans: filed by those who train, decided on by the municipal bureau (P2).

use std::collections::BTreeSet;

use uuid::Uuid;
use xueshi_domain::access::{Grant, Permission};
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::CheckName;
use xueshi_domain::filing::{may_apply, may_decide};
use xueshi_domain::instant::china_date;
use xueshi_domain::registry::PlanState;
use xueshi_domain::review::Decision;
use xueshi_domain::training_plan::{PlanEvent, PlanRoad, check_item, check_submission};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Id, Moment, Organization, Page, PlanItem, PlanItemVersion, Reader, Slice, TrainingPlan,
    TrainingPlanFilter, Word, Writer,
};

use super::items::item_of;
use super::{Deed, keep, stands, trainer, unit_of};
use crate::dto::filings::FilingDecision;
use crate::dto::training_plans::{
    NewTrainingPlan, PlanItemDto, TrainingPlanChanges, TrainingPlanDto, TrainingPlanParams,
    TrainingPlanWithItems,
};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};
use crate::services::events::Happening;
use crate::services::explanations::Trail;
use crate::services::{Asker, Reply};

/// The approved plans of the city, and all plans of the asker's units.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    wanted: TrainingPlanParams,
    page: Page<Id>,
) -> Result<Slice<TrainingPlanDto>, Problem> {
    let filter = TrainingPlanFilter {
        year: wanted.year.map(|year| year.0),
        organization: wanted.organization_id.map(Id),
        states: wanted.state,
    };
    let found = reader.training_plans(&asker.scope(Permission::ReadClasses), &filter, page)?;
    let units = found.rows.iter().map(|plan| plan.organization_id).collect();
    let names = reader.unit_names(asker.jurisdiction, units)?;
    let rows = found.rows.iter().map(|plan| {
        TrainingPlanDto::new(plan, names.get(&plan.organization_id).cloned().unwrap_or_default())
    });
    Ok(Slice { rows: rows.collect(), total: found.total })
}

/// A plan that the asker may see, with its unit.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<(TrainingPlan, Organization), Problem> {
    let plan = reader.visible_training_plan(&asker.scope(Permission::ReadClasses), Id(id))?;
    let plan = plan.ok_or_else(|| Problem::new(Code::NotFound))?;
    let unit = unit_of(reader, asker.jurisdiction, plan.organization_id)?;
    Ok((plan, unit))
}

/// One plan with its items.
///
/// # Errors
/// 404 for what the asker may not see.
pub fn get(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<TrainingPlanWithItems, Problem> {
    let (plan, unit) = visible(reader, asker, id)?;
    with_items(reader, asker, &plan, unit)
}

/// A plan as it is shown.
pub(super) fn with_items(
    reader: &mut Reader<'_>,
    asker: &Asker,
    plan: &TrainingPlan,
    unit: Organization,
) -> Result<TrainingPlanWithItems, Problem> {
    let city = asker.jurisdiction;
    let items = reader.plan_items(city, plan.id)?;
    let ids: BTreeSet<Id> = items.iter().map(|item| item.id).collect();
    let versions = reader.item_versions(city, ids)?;
    let shown = |item: PlanItem| {
        let versions = versions.get(&item.id).map(Vec::as_slice).unwrap_or_default();
        PlanItemDto::new(item, versions)
    };
    // Who decided and why is for those who answer for the unit; the approved plan itself is for everyone.
    let history = match asker.scope(Permission::ReadClasses).covers(&unit.path) {
        true => reader.filing_acts(city, plan.id)?,
        false => Vec::new(),
    };
    Ok(TrainingPlanWithItems {
        plan: TrainingPlanDto::new(plan, unit.name),
        items: items.into_iter().map(shown).collect(),
        history: history.into_iter().map(Into::into).collect(),
    })
}

/// The answer to a change of a plan.
pub(super) fn shown(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: &TrainingPlan,
    unit: Organization,
) -> Result<Reply<TrainingPlanWithItems>, Problem> {
    Ok(Reply::ok(with_items(writer, asker, plan, unit)?).version(plan.version))
}

/// Begins a plan.
///
/// # Errors
/// 422 for a unit that does not train, a year that is over, and for each rule of items that refuses.
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewTrainingPlan,
) -> Result<Reply<TrainingPlanWithItems>, Problem> {
    let (city, now) = (asker.jurisdiction, writer.now());
    let unit = trainer(writer, asker, new.organization_id)?;
    may_apply(new.year, china_date(now))?;
    let plan = TrainingPlan {
        jurisdiction_id: city,
        id: writer.new_id(),
        organization_id: unit.id,
        year: new.year,
        title: new.title.clone(),
        state: Word(PlanState::Draft),
        approved_at: None,
        submitted_by: None,
        version: 1,
        created_at: Moment(now),
    };
    let mut items = Vec::with_capacity(new.items.len());
    for (place, item) in new.items.iter().enumerate() {
        check_item(new.year, &item.facts())
            .map_err(|refusal| super::items::in_members(refusal, &format!("/items/{place}")))?;
        items.push(item_of(&plan, writer.new_id(), item));
    }
    writer.insert_training_plan(&plan, &items)?;
    let location = format!("/v1/training-plans/{}", plan.id);
    let body = with_items(writer, asker, &plan, unit)?;
    Ok(Reply::created(&location, body).version(plan.version))
}

/// A plan that its unit changes: the right, the version and the state are looked at.
///
/// # Errors
/// 404, 403 for those who do not file for the unit, 412 on a stale version, 409 in states that do not take it.
pub(super) fn own(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    event: PlanEvent,
) -> Result<(TrainingPlan, Organization, Grant), Problem> {
    let (plan, unit) = visible(writer, asker, id)?;
    let grant = asker.acting_for(Permission::FileTraining, &unit.path)?.clone();
    condition.check(plan.version.into())?;
    step::<PlanRoad>(plan.state.0, event)?;
    Ok((plan, unit, grant))
}

/// Renames a plan that is not handed in.
///
/// # Errors
/// As [`own`].
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    changes: &TrainingPlanChanges,
) -> Result<Reply<TrainingPlanWithItems>, Problem> {
    let (mut plan, unit, _) = own(writer, asker, id, condition, PlanEvent::Edit)?;
    plan.title.clone_from(&changes.title);
    stands(writer.save_training_plan(plan.state.0, &mut plan)?)?;
    tell_edit(writer, asker, &plan)?;
    shown(writer, asker, &plan, unit)
}

/// Tells that a plan was edited; nobody is told of a draft.
///
/// # Errors
/// On a database failure.
pub(super) fn tell_edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: &TrainingPlan,
) -> Result<(), Problem> {
    if plan.state.0 == PlanState::Draft {
        return Ok(());
    }
    Happening::new(EventType::TrainingPlanChanged)
        .by(asker)
        .unit(plan.organization_id)
        .subject(plan.id)
        .year(plan.year)
        .data(serde_json::json!({"state": plan.state.0}))
        .tell(writer, asker.jurisdiction)
}

/// Hands a plan in.
///
/// # Errors
/// As [`own`]; 422 for a plan without items.
pub fn submit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<TrainingPlanWithItems>, Problem> {
    let (mut plan, unit, grant) = own(writer, asker, id, condition, PlanEvent::Submit)?;
    let items = writer.plan_items(asker.jurisdiction, plan.id)?;
    let mut trail = Trail::acting_for(Id(grant.organization_id))
        .looking_at(serde_json::json!({"items": items.len()}));
    trail.ask_one(CheckName::PlanHasItems, check_submission(items.len()))?;
    plan.submitted_by = Some(asker.account());
    let kind = EventType::TrainingPlanSubmitted;
    pass(writer, asker, &mut plan, PlanEvent::Submit, Told { kind, grant: &grant, trail })?;
    shown(writer, asker, &plan, unit)
}

/// Decides on a plan that was handed in (P2). From its approval on, classes can be held under its items (P3).
///
/// # Errors
/// 404, 403 for others than the bureau's officers and for one's own plan, 412, 409 in other states.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    decision: &FilingDecision,
) -> Result<Reply<TrainingPlanWithItems>, Problem> {
    let now = Moment(writer.now());
    let (mut plan, unit) = visible(writer, asker, id)?;
    let grant = asker.acting_for(Permission::ManageFilings, &unit.path)?.clone();
    condition.check(plan.version.into())?;
    let (event, kind) = match decision.decision {
        Decision::Approve => (PlanEvent::Approve, EventType::TrainingPlanApproved),
        Decision::Return => (PlanEvent::Return, EventType::TrainingPlanReturned),
        Decision::Reject => (PlanEvent::Reject, EventType::TrainingPlanRejected),
    };
    step::<PlanRoad>(plan.state.0, event)?;
    let mut trail =
        Trail::acting_for(Id(grant.organization_id)).saying(decision.comment.as_deref());
    let other = may_decide(asker.actor.account_id, plan.submitted_by.map(|id| id.0));
    trail.ask_one(CheckName::NotOnesOwn, other)?;
    if event == PlanEvent::Approve {
        plan.approved_at = Some(now);
        for item in writer.plan_items(asker.jurisdiction, plan.id)? {
            writer.insert_item_version(&PlanItemVersion::of(&item, 1, None, now))?;
        }
    }
    pass(writer, asker, &mut plan, event, Told { kind, grant: &grant, trail })?;
    shown(writer, asker, &plan, unit)
}

struct Told<'a> {
    kind: EventType,
    grant: &'a Grant,
    trail: Trail,
}

/// Takes a step of the road, and tells of it.
fn pass(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: &mut TrainingPlan,
    event: PlanEvent,
    mut told: Told<'_>,
) -> Result<(), Problem> {
    let was = plan.state.0;
    plan.state = Word(told.trail.step::<PlanRoad>(was, event)?);
    stands(writer.save_training_plan(was, plan)?)?;
    let version = keep(
        writer,
        asker,
        &Deed {
            subject: plan.id,
            year: plan.year,
            event: event.as_str(),
            state: plan.state.0.as_str(),
            comment: told.trail.comment(),
            unit: Id(told.grant.organization_id),
        },
    )?;
    told.trail.under(plan.year, version);
    Happening::new(told.kind)
        .by(asker)
        .unit(plan.organization_id)
        .subject(plan.id)
        .year(plan.year)
        .data(serde_json::json!({"state": plan.state.0}))
        .because(told.trail)
        .tell(writer, asker.jurisdiction)
}
