//! The due days of appeals: late ones are told (V3), and they follow the arrangement of working days (V2).

use serde_json::json;
use xueshi_domain::appeal::due_of;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};
use xueshi_persistence::{Id, Moment, Writer};

use super::{save, tell};
use crate::dto::Timestamp;
use crate::problem::Problem;
use crate::services::explanations::Trail;
use crate::services::rules::{Rules, working_days};
use crate::services::sweep::MOST;

/// Tells of each waiting appeal, once, that it is late.
///
/// # Errors
/// On a database failure.
pub fn round(writer: &mut Writer<'_>, city: Id) -> Result<usize, Problem> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let late = writer.appeals_to_call_overdue(city, most)?;
    for appeal in &late {
        writer.call_appeal_overdue(appeal)?;
        let late = Finding::new(CheckName::DecidedInTime, CheckOutcome::Failed)
            .with(json!({"due_at": Timestamp::from(appeal.due_at)}));
        tell(writer, None, EventType::AppealOverdue, appeal, Trail::default().found([late]))?;
    }
    Ok(late.len())
}

/// V2: the due days of the appeals that wait, by the arrangements as they are now; how many have changed.
///
/// # Errors
/// On a database failure.
pub fn recompute(writer: &mut Writer<'_>, city: Id) -> Result<u64, Problem> {
    let calendar = working_days(writer, city)?;
    let mut changed = 0;
    for mut appeal in writer.waiting_appeals(city)? {
        let terms = Rules::of(writer, city, appeal.year)?.policy.review;
        let due = due_of(appeal.submitted_at.0, &terms, &calendar)
            .ok_or_else(|| Problem::internal("a due day lies beyond the calendar"))?;
        let before = (appeal.due_at, appeal.due_provisional);
        (appeal.due_at, appeal.due_provisional) = (Moment(due.at), due.provisional);
        if before != (appeal.due_at, appeal.due_provisional) {
            let state = appeal.state.0;
            save(writer, state, &mut appeal)?;
            changed += 1;
        }
    }
    Ok(changed)
}
