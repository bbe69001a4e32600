//! Items of a plan that is not handed in (P2).

use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::training_plan::{ItemFacts, PlanEvent, check_item};
use xueshi_persistence::{Id, Organization, PlanItem, Reader, Tenths, TrainingPlan, Word, Writer};

use super::plans::{own, shown, tell_edit};
use super::stands;
use crate::dto::training_plans::{NewPlanItem, PlanItemChanges, TrainingPlanWithItems};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};
use crate::services::{Asker, Reply};

/// A new item of a plan.
pub(in crate::services) fn item_of(plan: &TrainingPlan, id: Id, new: &NewPlanItem) -> PlanItem {
    PlanItem {
        jurisdiction_id: plan.jurisdiction_id,
        id,
        plan_id: plan.id,
        subject: Word(new.subject),
        theme: new.theme.clone(),
        hours: Tenths(new.hours.0),
        starts_on: new.starts_on.0,
        ends_on: new.ends_on.0,
        places: new.places,
        audience: new.audience.clone(),
        removed: false,
    }
}

/// What the rules look at.
pub(super) fn facts_of(item: &PlanItem) -> ItemFacts {
    ItemFacts {
        subject: item.subject.0,
        hours: item.hours.0,
        starts_on: item.starts_on,
        ends_on: item.ends_on,
    }
}

/// Refusals name the members of a declaration; an item calls its days otherwise and may stand in a list.
pub(super) fn in_members(refusal: Refusal, parent: &str) -> Problem {
    Problem::from(refusal)
        .moved("/learning_end", &format!("{parent}/ends_on"))
        .moved("/year", &format!("{parent}/ends_on"))
        .moved("/hours", &format!("{parent}/hours"))
}

/// An item of a plan.
///
/// # Errors
/// 404 when the plan has no such item.
fn of_plan(reader: &mut Reader<'_>, plan: &TrainingPlan, item: Uuid) -> Result<PlanItem, Problem> {
    let found = reader.plan_item(plan.jurisdiction_id, Id(item))?;
    found.filter(|item| item.plan_id == plan.id).ok_or_else(|| Problem::new(Code::NotFound))
}

/// Adds an item.
///
/// # Errors
/// 404, 403, 412, 409 for a plan that was handed in, and the rule that refuses the item.
pub fn add(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: Uuid,
    condition: &RequiredIfMatch,
    new: &NewPlanItem,
) -> Result<Reply<TrainingPlanWithItems>, Problem> {
    let (plan, unit, item) = put(writer, asker, plan, condition, new)?;
    let location = format!("/v1/training-plans/{}/items/{}", plan.id, item.id);
    let body = super::plans::with_items(writer, asker, &plan, unit)?;
    Ok(Reply::created(&location, body).version(plan.version))
}

/// Adds an item, for those who do not show the plan with all its items behind each one.
///
/// # Errors
/// As [`add`].
pub fn put(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: Uuid,
    condition: &RequiredIfMatch,
    new: &NewPlanItem,
) -> Result<(TrainingPlan, Organization, PlanItem), Problem> {
    let (mut plan, unit, _) = own(writer, asker, plan, condition, PlanEvent::Edit)?;
    check_item(plan.year, &new.facts()).map_err(|refusal| in_members(refusal, ""))?;
    let item = item_of(&plan, writer.new_id(), new);
    writer.insert_plan_item(&item)?;
    stands(writer.save_training_plan(plan.state.0, &mut plan)?)?;
    tell_edit(writer, asker, &plan)?;
    Ok((plan, unit, item))
}

/// Changes an item.
///
/// # Errors
/// As [`add`].
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: Uuid,
    item: Uuid,
    condition: &RequiredIfMatch,
    changes: &PlanItemChanges,
) -> Result<Reply<TrainingPlanWithItems>, Problem> {
    let (mut plan, unit, _) = own(writer, asker, plan, condition, PlanEvent::Edit)?;
    let mut item = of_plan(writer, &plan, item)?;
    changes.apply(&mut item);
    check_item(plan.year, &facts_of(&item)).map_err(|refusal| in_members(refusal, ""))?;
    writer.update_plan_item(&item)?;
    stands(writer.save_training_plan(plan.state.0, &mut plan)?)?;
    tell_edit(writer, asker, &plan)?;
    shown(writer, asker, &plan, unit)
}

/// Takes an item out.
///
/// # Errors
/// As [`add`].
pub fn remove(
    writer: &mut Writer<'_>,
    asker: &Asker,
    plan: Uuid,
    item: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<TrainingPlanWithItems>, Problem> {
    let (mut plan, unit, _) = own(writer, asker, plan, condition, PlanEvent::Edit)?;
    let item = of_plan(writer, &plan, item)?;
    writer.delete_plan_item(&item)?;
    stands(writer.save_training_plan(plan.state.0, &mut plan)?)?;
    tell_edit(writer, asker, &plan)?;
    shown(writer, asker, &plan, unit)
}
