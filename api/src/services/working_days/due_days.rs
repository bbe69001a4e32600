//! Due days that follow a year's arrangement (V2).

use std::collections::BTreeMap;

use time::OffsetDateTime;
use xueshi_domain::calendar::WorkdayCalendar;
use xueshi_domain::event::EventType;
use xueshi_domain::policy::{Policy, ReviewTerms};
use xueshi_domain::review::{Arrival, due, late_from};
use xueshi_persistence::{Declaration, Id, Moment, Reader, Writer};

use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::explanations::{Basis, Decided, DueDays, keep};
use crate::services::races::stands;
use crate::services::rules::{Rules, working_days};

/// V2: the due dates of everything that waits for a decision, by the arrangements as they are now. Each is counted under the
/// version of the policy under which it came to its stage (W3).
pub(super) fn recompute(writer: &mut Writer<'_>, city: Id) -> Result<u64, Problem> {
    let calendar = working_days(writer, city)?;
    let mut terms = TermsByVersion::default();
    let mut freezes = Freezes::default();
    let mut changed = 0;
    for mut declaration in writer.waiting_declarations(city)? {
        let missing = || {
            Problem::internal(format!(
                "declaration {} waits since no known instant",
                declaration.id
            ))
        };
        let (submitted_at, arrived_at) =
            declaration.submitted_at.zip(declaration.stage_entered_at).ok_or_else(missing)?;
        let arrival = Arrival { submitted_at: submitted_at.0, arrived_at: arrived_at.0 };
        let version = version_of_stage(writer, &declaration)?;
        let terms = terms.of(writer, &declaration, version)?;
        let due = due(arrival, &terms, &calendar).map_err(Problem::internal)?;
        let before = (declaration.due_at, declaration.due_provisional, declaration.late_from);
        declaration.due_at = Some(Moment(due.at));
        declaration.due_provisional = due.provisional;
        let frozen_from = freezes.of(writer, &declaration)?;
        declaration.late_from = late_from(due.at, frozen_from).map(Moment);
        if before == (declaration.due_at, declaration.due_provisional, declaration.late_from) {
            continue;
        }
        let state = declaration.state.0;
        stands(writer.save_declaration(state, &mut declaration)?)?;
        Happening::tell_edit(writer, &declaration, None)?;
        follow_due_day(writer, &declaration)?;
        keep_new_due_day(writer, &declaration, arrival, (version, &terms), &calendar)?;
        changed += 1;
    }
    Ok(changed)
}

/// W3, V3: from when on everything that waits is late, by the freezes that are in force now. Due days stay those of the version
/// under which it came to its stage.
///
/// # Errors
/// On a database failure.
pub(crate) fn follow_freeze(writer: &mut Writer<'_>, city: Id) -> Result<(), Problem> {
    let mut freezes = Freezes::default();
    for mut declaration in writer.waiting_declarations(city)? {
        let Some(due_at) = declaration.due_at else { continue };
        let frozen_from = freezes.of(writer, &declaration)?;
        let found = late_from(due_at.0, frozen_from).map(Moment);
        if found == declaration.late_from {
            continue;
        }
        declaration.late_from = found;
        let state = declaration.state.0;
        stands(writer.save_declaration(state, &mut declaration)?)?;
        follow_due_day(writer, &declaration)?;
    }
    Ok(())
}

/// V7: the days as they are counted now; what was counted before stays readable beside them.
fn keep_new_due_day(
    writer: &mut Writer<'_>,
    declaration: &Declaration,
    arrival: Arrival,
    (version, terms): (i32, &ReviewTerms),
    calendar: &WorkdayCalendar,
) -> Result<(), Problem> {
    let (Some(stage), Some(unit)) = (declaration.state.0.stage(), declaration.holder_id) else {
        return Ok(());
    };
    let due = DueDays::count(stage, unit.0, arrival, terms, calendar)?;
    let decided = Decided::on(declaration, EventType::CalendarLoaded, None, version);
    keep(writer, decided, &Basis { due: Some(due), ..Basis::default() })
}

/// The version of the policy under which a waiting declaration came to its stage.
fn version_of_stage(reader: &mut Reader<'_>, declaration: &Declaration) -> Result<i32, Problem> {
    let d = declaration;
    let kept = reader.explanations_of(d.jurisdiction_id, d.professional_id, d.id)?;
    // Only an arrival at a stage leaves the declaration in it.
    let arrival = kept.iter().rev().find(|kept| kept.outcome == d.state.0.as_str());
    Ok(arrival.map_or(d.policy_version, |kept| kept.policy_version))
}

/// The open visit of a declaration has its due day.
fn follow_due_day(writer: &mut Writer<'_>, declaration: &Declaration) -> Result<(), Problem> {
    let d = declaration;
    let visits = writer.stage_visits(d.jurisdiction_id, d.professional_id, d.id)?;
    for before in visits.into_iter().filter(|visit| visit.left_at.is_none()) {
        let mut visit = before.clone();
        visit.due_at = d.due_at.unwrap_or(visit.due_at);
        visit.due_provisional = d.due_provisional;
        visit.late_from = d.late_from;
        writer.save_stage_visit(&before, &visit)?;
    }
    Ok(())
}

/// When the windows freeze that waiting declarations are under.
#[derive(Default)]
struct Freezes(BTreeMap<(i32, Option<Id>), OffsetDateTime>);

impl Freezes {
    fn of(
        &mut self,
        reader: &mut Reader<'_>,
        declaration: &Declaration,
    ) -> Result<OffsetDateTime, Problem> {
        let key = (declaration.year, declaration.makeup_grant_id);
        if let Some(frozen_from) = self.0.get(&key) {
            return Ok(*frozen_from);
        }
        let frozen_from = Rules::for_declaration(reader, declaration)?.timetable.frozen_from();
        self.0.insert(key, frozen_from);
        Ok(frozen_from)
    }
}

/// The terms of review of the policies that waiting declarations are under.
#[derive(Default)]
struct TermsByVersion(BTreeMap<(i32, i32), ReviewTerms>);

impl TermsByVersion {
    fn of(
        &mut self,
        reader: &mut Reader<'_>,
        declaration: &Declaration,
        version: i32,
    ) -> Result<ReviewTerms, Problem> {
        let key = (declaration.year, version);
        if let Some(terms) = self.0.get(&key) {
            return Ok(*terms);
        }
        let versions = reader.policy_versions(declaration.jurisdiction_id, declaration.year)?;
        let stored = versions.into_iter().find(|stored| stored.version == version);
        let stored =
            stored.ok_or_else(|| Problem::internal(format!("policy {key:?} is missing")))?;
        let terms = Policy::from_json(&stored.document).map_err(Problem::internal)?.review;
        self.0.insert(key, terms);
        Ok(terms)
    }
}
