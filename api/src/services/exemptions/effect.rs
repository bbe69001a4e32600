//! What an exemption does to the person's year (A5): its hours stay, and go on being counted.
//!
//! In a settled year the outcome follows too; the appraisal that was sealed then is never touched.

use xueshi_domain::event::EventType;
use xueshi_domain::ledger::RecordState;
use xueshi_domain::review::Stage;
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{Exemption, Id, Reader, Word, Writer};

use crate::problem::{Code, Problem};
use crate::services::Asker;
use crate::services::appraisals::Change;
use crate::services::certifying::{Certifying, certificate_follows};
use crate::services::declarations::current_route;
use crate::services::events::Happening;
use crate::services::rules::Rules;
use crate::services::year::Year;

/// The year becomes `exempt`, decided for a unit and with a comment. One of which nothing was recorded yet begins with it.
pub(super) fn exempt(
    writer: &mut Writer<'_>,
    asker: &Asker,
    exemption: &Exemption,
    rules: &Rules,
    decided: (Id, Option<&str>),
) -> Result<(), Problem> {
    follow(writer, asker, exemption, rules, RecordState::Exempt, decided)?;
    let e = exemption;
    let record = writer.annual_record(e.jurisdiction_id, e.professional_id, e.year)?;
    let record = record.ok_or_else(|| Problem::internal("an exempt year is missing"))?;
    Happening::annual_record(EventType::AnnualRecordExempted, &record)
        .by(asker)
        .tell(writer, e.jurisdiction_id)
}

/// The year's state follows its hours again, as if it had never been exempt, by decision for a unit and with a reason. One that is
/// complete and can be verified no more is certified with it (A1). A certificate that stands already, of a record that was merged
/// with the exempt one (U4), goes on standing.
pub(super) fn end(
    writer: &mut Writer<'_>,
    asker: &Asker,
    exemption: &Exemption,
    rules: &Rules,
    (unit, reason): (Id, &str),
) -> Result<(), Problem> {
    let e = exemption;
    let year = (e.jurisdiction_id, e.professional_id, e.year);
    let was = writer.annual_record(year.0, year.1, year.2)?;
    follow(writer, asker, e, rules, RecordState::InProgress, (unit, Some(reason)))?;
    if was.is_some_and(|record| record.state.0 == RecordState::Certified) {
        return Ok(());
    }
    let decision = Certifying { unit, cause: AddendumCause::Exemption, reason: Some(reason) };
    certificate_follows(writer, asker, rules, year, decision).map(|_| ())
}

fn follow(
    writer: &mut Writer<'_>,
    asker: &Asker,
    exemption: &Exemption,
    rules: &Rules,
    from: RecordState,
    (unit, reason): (Id, Option<&str>),
) -> Result<(), Problem> {
    let e = exemption;
    let key = (e.jurisdiction_id, e.professional_id, e.year);
    let mut year = match writer.annual_record(key.0, key.1, key.2)? {
        Some(record) => Year::stored(record),
        None => {
            let (employer, authority) = units_now(writer, e)?;
            Year::begun(writer, key, employer, authority)
        }
    };
    // The state never forgets that a certificate stands: it stays, or falls with the hours.
    let certified = year.record().certificate_id.is_some();
    year.record_mut().state = Word(if certified { RecordState::Certified } else { from });
    let change = Change {
        cause: AddendumCause::Exemption,
        declaration: None,
        reason,
        by: Some(asker.account()),
        unit: Some(unit),
    };
    year.follow(writer, rules.policy.floors, "hours_revoked", change)
}

/// Where a year begins: at the person's employer of now, who need not be the one that applied (U2); at that one for somebody who
/// has none any more.
fn units_now(reader: &mut Reader<'_>, exemption: &Exemption) -> Result<(Id, Id), Problem> {
    let e = exemption;
    match current_route(reader, e.jurisdiction_id, e.professional_id) {
        Ok(route) => Ok((Id(route.holder(Stage::Employer)), Id(route.holder(Stage::Authority)))),
        Err(problem) if problem.code() == Code::NotEmployed => Ok((e.employer_id, e.authority_id)),
        Err(problem) => Err(problem),
    }
}
