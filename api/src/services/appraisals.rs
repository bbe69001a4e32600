//! Sealed snapshots: reading them, and adding beside them what comes later (A3, M5).

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::ledger::Outcome;
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{
    Addendum, AnnualRecord, Appraisal, AppraisalFilter, Id, Moment, Page, Reader, Slice, Word,
    Writer,
};

use super::Asker;
use crate::dto::appraisals::{AddendumDto, AppraisalDto, AppraisalWithAddenda};
use crate::problem::{Code, Problem};

/// The snapshots of a year that the asker may see.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &AppraisalFilter,
    page: Page<Id>,
) -> Result<Slice<Appraisal>, Problem> {
    Ok(reader.appraisals(&asker.scope(Permission::ReadRecords), filter, page)?)
}

/// The snapshot that speaks for a person's year.
///
/// # Errors
/// 404 for whom the asker may not see, and for a year that is not sealed for the person.
pub fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    person: Uuid,
    year: i32,
) -> Result<Appraisal, Problem> {
    let scope = asker.scope(Permission::ReadRecords);
    let sealed = reader.visible_appraisal(&scope, Id(person), year)?;
    sealed.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The snapshot of a person's year, with what was added to it.
///
/// # Errors
/// 404 for whom the asker may not see, and for a year that is not sealed for the person.
pub fn read(
    reader: &mut Reader<'_>,
    asker: &Asker,
    person: Uuid,
    year: i32,
) -> Result<AppraisalWithAddenda, Problem> {
    let row = visible(reader, asker, person, year)?;
    let addenda = reader.addenda(&row)?;
    Ok(AppraisalWithAddenda {
        appraisal: AppraisalDto::from(&row),
        addenda: addenda.iter().map(AddendumDto::from).collect(),
    })
}

/// What changed a sealed year.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// Why.
    pub cause: AddendumCause,
    /// The declaration concerned.
    pub declaration: Option<Id>,
    /// The reason given.
    pub reason: Option<&'a str>,
    /// Who did it.
    pub by: Option<Id>,
    /// Acting for which unit (V10).
    pub unit: Option<Id>,
}

/// Adds beside a sealed snapshot what has changed, when hours, outcome or certificate have (A3a, A2, M5). Where nothing is sealed,
/// nothing is added.
///
/// # Errors
/// On a database failure.
pub fn add(
    writer: &mut Writer<'_>,
    before: &AnnualRecord,
    after: &AnnualRecord,
    change: Change<'_>,
) -> Result<(), Problem> {
    let (Some(outcome_before), Some(outcome_after)) = (before.outcome, after.outcome) else {
        return Ok(());
    };
    let hours = |record: &AnnualRecord| (record.approved_public, record.approved_professional);
    let same_certificate = before.certificate_id == after.certificate_id;
    if outcome_before == outcome_after && hours(before) == hours(after) && same_certificate {
        return Ok(());
    }
    let now = writer.now();
    Ok(writer.insert_addendum(&Addendum {
        jurisdiction_id: after.jurisdiction_id,
        professional_id: after.sealed_as.unwrap_or(after.professional_id),
        id: writer.new_id(),
        year: after.year,
        cause: Word(change.cause),
        declaration_id: change.declaration,
        outcome_before,
        outcome_after: after.outcome.unwrap_or(Word(Outcome::Incomplete)),
        approved_public: after.approved_public,
        approved_professional: after.approved_professional,
        makeup_public: after.makeup_public,
        makeup_professional: after.makeup_professional,
        reason: change.reason.map(str::to_owned),
        account_id: change.by,
        unit_id: change.unit,
        added_at: Moment(now),
        certificate_id: after.certificate_id,
    })?)
}
