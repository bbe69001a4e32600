//! Rows of a roster (P4): taken together, in a few queries for all of them.

use xueshi_domain::class::{RosterChange, RosterResult};
use xueshi_domain::identity::{IdNumber, IdType};
use xueshi_domain::import::ImportKind;
use xueshi_persistence::{Import, Writer};

use super::batch::Outcome;
use super::effect::Effect;
use super::row::{Fault, Saying, faults_of};
use super::table::Row;
use crate::dto::rosters::NewRosterLine;
use crate::problem::Problem;
use crate::services::filing::roster_parts::{PartLine, PartOf, take_part};
use crate::services::{Asker, professionals};

const KIND: ImportKind = ImportKind::Rosters;

/// Takes rows of a roster in.
///
/// # Errors
/// Whatever refuses the roster as a whole; what is wrong with a row is in the outcome.
pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    import: &Import,
    rows: &[Row],
) -> Result<Outcome, Problem> {
    let class = import.target_id.ok_or_else(|| Problem::internal("a roster without a class"))?;
    let mut outcome = Outcome::default();
    let mut lines = Vec::with_capacity(rows.len());
    let mut places = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        match read(writer, row) {
            Ok(line) => {
                lines.push(line);
                places.push(place);
            }
            Err(faults) => outcome.refuse(place, faults),
        }
    }
    let of = PartOf {
        class: class.0,
        reason: import.reason.as_deref(),
        revision: import.roster_revision,
    };
    let taken = take_part(writer, asker, of, &lines)?;
    for (place, result) in places.into_iter().zip(taken.results) {
        match result {
            Ok(RosterChange::Added) => outcome.count(Effect::Created),
            Ok(RosterChange::Unchanged) => outcome.count(Effect::Unchanged),
            Ok(
                RosterChange::Corrected | RosterChange::CorrectionNeeded | RosterChange::Removed,
            ) => outcome.count(Effect::Changed),
            Err(problem) => outcome.refuse(place, faults_of(KIND, &problem)),
        }
    }
    outcome.revision = taken.revision;
    Ok(outcome)
}

fn read(writer: &Writer<'_>, row: &Row) -> Result<PartLine, Vec<Fault>> {
    let mut saying = Saying::of(KIND, row)?;
    let name = saying.take("name");
    saying.or("id_type", IdType::ResidentId.as_str());
    let refused = |problem: Problem| faults_of(KIND, &problem);
    let line: NewRosterLine = saying.body().map_err(refused)?;
    let id_type = line.id_type.unwrap_or(IdType::ResidentId);
    let number: IdNumber = professionals::checked_number(
        writer,
        id_type,
        line.id_number.as_deref().unwrap_or_default(),
    )
    .map_err(refused)?;
    Ok(PartLine { number, name, says: RosterResult { hours: line.hours.0, passed: line.passed } })
}
