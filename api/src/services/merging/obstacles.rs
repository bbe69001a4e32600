//! What has to be decided by somebody before two records can become one (U4).

use xueshi_domain::Refusal;
use xueshi_domain::access::Role;
use xueshi_domain::merging::Conflict;
use xueshi_domain::settlement::SettlementState;
use xueshi_persistence::{Id, Pair, Reader};

use crate::problem::Problem;

/// Refuses while anything stands in the way, and names all of it.
///
/// # Errors
/// `records-conflict`.
pub(super) fn none(reader: &mut Reader<'_>, pair: Pair) -> Result<(), Problem> {
    let mut conflicts = unfinished_settlements(reader, pair)?;
    conflicts.extend(office(reader, pair)?);
    conflicts.extend(exemptions(reader, pair)?);
    conflicts.extend(appeals(reader, pair)?);
    if conflicts.is_empty() { Ok(()) } else { Err(Refusal::RecordsConflict { conflicts }.into()) }
}

/// A3: a settlement that has come to one record and not to the other would seal the year twice, or let nothing lapse.
fn unfinished_settlements(reader: &mut Reader<'_>, pair: Pair) -> Result<Vec<Conflict>, Problem> {
    let settlements = reader.settlements(pair.jurisdiction)?;
    let unfinished = settlements.iter().filter(|one| one.state.0 != SettlementState::Finished);
    Ok(unfinished.map(|one| Conflict::UnfinishedSettlement { year: one.year }).collect())
}

/// Who: an account that lost its person would no longer be kept from that person's own cases.
fn office(reader: &mut Reader<'_>, pair: Pair) -> Result<Option<Conflict>, Problem> {
    let city = pair.jurisdiction;
    let (Some(_), Some(other)) =
        (reader.account_of(city, pair.kept)?, reader.account_of(city, pair.merged)?)
    else {
        return Ok(None);
    };
    let grants = reader.grants_of(other.id)?;
    let holds = grants.iter().any(|(grant, _)| grant.role.0 != Role::Professional);
    Ok(holds.then_some(Conflict::OfficeAccount { account_id: other.id.0 }))
}

/// A5: of a person's exemptions from a year at most one waits or stands.
fn exemptions(reader: &mut Reader<'_>, pair: Pair) -> Result<Vec<Conflict>, Problem> {
    let city = pair.jurisdiction;
    let mut conflicts = Vec::new();
    for year in reader.published_policies(city)?.iter().map(|policy| policy.year) {
        let mut open = |person: Id| reader.open_exemption(city, person, year);
        if let (Some(own), Some(other)) = (open(pair.kept)?, open(pair.merged)?) {
            let exemption_ids = [own.id.0, other.id.0];
            conflicts.push(Conflict::SameYearExempt { year, exemption_ids });
        }
    }
    Ok(conflicts)
}

/// V8: a matter is appealed once.
fn appeals(reader: &mut Reader<'_>, pair: Pair) -> Result<Vec<Conflict>, Problem> {
    let city = pair.jurisdiction;
    let own = reader.appeals_of(city, pair.kept)?;
    let mut conflicts = Vec::new();
    for other in reader.appeals_of(city, pair.merged)? {
        if let Some(own) = own.iter().find(|own| own.matter == other.matter) {
            conflicts.push(Conflict::SameAppeal { appeal_ids: [own.id.0, other.id.0] });
        }
    }
    Ok(conflicts)
}
