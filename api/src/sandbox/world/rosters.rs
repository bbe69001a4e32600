//! The rosters of the demo world's classes, as they were handed in: one revision each (P4).

use time::{Duration, OffsetDateTime, Time};
use xueshi_domain::CHINA;
use xueshi_domain::class::RosterChange;
use xueshi_persistence::{Moment, RosterLine, RosterRevision, StoreError, Word};

use super::World;
use super::accounts::Accounts;
use super::classes::Classes;
use super::units::Units;

/// Keeps the roster of each class that somebody attended.
pub(super) fn store(
    world: &mut World<'_, '_>,
    units: &Units,
    classes: &Classes,
    accounts: &Accounts,
) -> Result<(), StoreError> {
    for class in classes.all() {
        let records = world.writer.records_of_class(world.city, class.id)?;
        if records.is_empty() {
            continue;
        }
        let morning = OffsetDateTime::new_in_offset(class.ends_on, Time::MIDNIGHT, CHINA);
        let uploaded = morning.saturating_add(Duration::days(3) + Duration::hours(9));
        let by = accounts.decider(units, class.unit, uploaded)?;
        let count = |found: usize| i32::try_from(found).unwrap_or(i32::MAX);
        world.writer.insert_roster_revision(&RosterRevision {
            jurisdiction_id: world.city,
            class_id: class.id,
            revision: 1,
            reason: None,
            line_count: count(records.len()),
            passed_count: count(records.iter().filter(|record| record.passed).count()),
            account_id: by.account,
            unit_id: by.unit,
            uploaded_at: Moment(uploaded),
        })?;
        for record in records {
            world.writer.insert_roster_lines(&[RosterLine {
                jurisdiction_id: world.city,
                professional_id: record.professional_id,
                class_id: class.id,
                revision: 1,
                learning_record_id: record.id,
                change: Word(RosterChange::Added),
                hours_before: None,
                passed_before: None,
                hours: record.hours,
                passed: record.passed,
            }])?;
        }
    }
    Ok(())
}
