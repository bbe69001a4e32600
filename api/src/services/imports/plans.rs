//! A row of a training plan: an item, under the plan of its unit, year and title (P2).

use serde_json::json;
use xueshi_domain::import::ImportKind;
use xueshi_persistence::{Import, PlanItem, Writer};

use super::effect::Effect;
use super::row::Saying;
use super::units::{target, unit_named};
use crate::dto::training_plans::{NewTrainingPlan, PlanItemChanges};
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::filing::{self, items, plans};

/// The members of an item.
const ITEM: [&str; 7] = ["subject", "theme", "hours", "starts_on", "ends_on", "places", "audience"];

/// Takes a row. The first one of a plan begins it; an item of the same subject, theme and days is the same item.
///
/// # Errors
/// As beginning a plan, and adding and changing an item: once it is handed in, nothing of a plan is changed.
pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    import: &Import,
    mut saying: Saying,
) -> Result<Effect, Problem> {
    let unit = match saying.take("unit_code") {
        Some(name) => unit_named(writer, asker, ImportKind::Plans, "unit_code", &name)?,
        None => target(import, "unit_code")?,
    };
    saying.put("organization_id", unit.to_string());
    let item = saying.split(&ITEM);
    saying.put("items", json!([item]));
    let new: NewTrainingPlan = saying.body()?;
    let unit = filing::trainer(writer, asker, unit)?;
    let city = asker.jurisdiction;
    let Some(plan) = writer.training_plan_titled(city, unit.id, new.year, &new.title)? else {
        plans::create(writer, asker, &new)?;
        return Ok(Effect::Created);
    };
    let Some(item) = new.items.into_iter().next() else {
        return Err(Problem::internal("a row without an item"));
    };
    let version = RequiredIfMatch::version(plan.version.into());
    let wanted: PlanItem = items::item_of(&plan, writer.new_id(), &item);
    let Some(standing) = writer.same_plan_item(&wanted)? else {
        items::put(writer, asker, plan.id.0, &version, &item)?;
        return Ok(Effect::Created);
    };
    let changes = PlanItemChanges {
        subject: None,
        theme: None,
        hours: Some(item.hours).filter(|_| standing.hours != wanted.hours),
        starts_on: None,
        ends_on: None,
        places: Some(item.places).filter(|places| standing.places != *places),
        audience: Some(item.audience).filter(|audience| standing.audience != *audience),
    };
    if changes.hours.is_none() && changes.places.is_none() && changes.audience.is_none() {
        return Ok(Effect::Unchanged);
    }
    items::edit(writer, asker, plan.id.0, standing.id.0, &version, &changes)?;
    Ok(Effect::Changed)
}
