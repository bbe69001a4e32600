//! What an exemption does to the person's year (A5): its hours stay, and go on being counted.
//!
//! In a settled year the outcome follows too; the appraisal that was sealed then is never touched.

use xueshi_domain::event::EventType;
use xueshi_domain::ledger::RecordState;
use xueshi_domain::policy::Floors;
use xueshi_persistence::{Exemption, Word, Writer};

use crate::problem::Problem;
use crate::services::Asker;
use crate::services::events::Happening;
use crate::services::year::Year;

/// The year becomes `exempt`. One of which nothing was recorded yet begins with it.
pub(super) fn exempt(
    writer: &mut Writer<'_>,
    asker: &Asker,
    exemption: &Exemption,
    floors: Floors,
) -> Result<(), Problem> {
    follow(writer, asker, exemption, floors, RecordState::Exempt)?;
    let e = exemption;
    let record = writer.annual_record(e.jurisdiction_id, e.professional_id, e.year)?;
    let record = record.ok_or_else(|| Problem::internal("an exempt year is missing"))?;
    Happening::annual_record(EventType::AnnualRecordExempted, &record)
        .by(asker)
        .tell(writer, e.jurisdiction_id)
}

/// The year's state follows its hours again, as if it had never been exempt.
pub(super) fn end(
    writer: &mut Writer<'_>,
    asker: &Asker,
    exemption: &Exemption,
    floors: Floors,
) -> Result<(), Problem> {
    follow(writer, asker, exemption, floors, RecordState::InProgress)
}

fn follow(
    writer: &mut Writer<'_>,
    asker: &Asker,
    exemption: &Exemption,
    floors: Floors,
    from: RecordState,
) -> Result<(), Problem> {
    let e = exemption;
    let key = (e.jurisdiction_id, e.professional_id, e.year);
    let mut year = match writer.annual_record(key.0, key.1, key.2)? {
        Some(record) => Year::stored(record),
        None => Year::begun(writer, key, e.employer_id, e.authority_id),
    };
    year.record_mut().state = Word(from);
    year.follow(writer, floors, "", Some(asker.account()))
}
