//! Reviews that are due soon, and those that are late (V3).

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::{china_date, end_of_day};
use xueshi_domain::review::{Warned, is_late};
use xueshi_persistence::{Id, Moment, Word, Writer};

use super::MOST;
use crate::dto::Timestamp;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::rules::working_days;

/// "Soon" is by the end of the next working day.
const SOON: u32 = 1;

/// Tells of each visit once that it is due soon, and once that it is overdue; of neither where the freeze begins before the due
/// day has ended: submission and forecast told of that (V5, V9).
pub(super) fn round(writer: &mut Writer<'_>, city: Id) -> Result<usize, Problem> {
    let now = writer.now();
    let calendar = working_days(writer, city)?;
    // On the last days that a calendar can express, nothing is soon; what is late still is.
    let next = calendar.add_working_days(china_date(now), SOON).ok();
    let soon = next.and_then(|next| end_of_day(next.date)).unwrap_or(now);
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mut found = writer.visits_to_warn_of(city, &[Warned::No], Moment(soon), most)?;
    let left = most - i64::try_from(found.len()).unwrap_or(0);
    let late = writer.visits_to_warn_of(city, &[Warned::DueSoon], Moment(now), left)?;
    found.extend(late);
    let count = found.len();
    for before in found {
        let mut visit = before.clone();
        let (warned, kind) = match is_late(visit.late_from.map(|from| from.0), now) {
            true => (Warned::Overdue, EventType::DeclarationOverdue),
            false => (Warned::DueSoon, EventType::DeclarationDueSoon),
        };
        visit.warned = Word(warned);
        writer.save_stage_visit(&before, &visit)?;
        let declaration = writer.declaration(city, visit.professional_id, visit.declaration_id)?;
        let missing = || Problem::internal(format!("visit {}: no declaration", visit.id));
        let declaration = declaration.ok_or_else(missing)?;
        Happening::declaration(kind, &declaration)
            .data(json!({"stage": visit.stage.0, "unit_id": visit.unit_id, "due_at": Timestamp::from(visit.due_at)}))
            .tell(writer, city)?;
    }
    Ok(count)
}
