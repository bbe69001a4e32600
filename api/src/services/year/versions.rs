//! By which version of the policy a person's year is measured (W3).

use xueshi_domain::certificate::CertificateState;
use xueshi_domain::policy::{Floors, Policy};
use xueshi_persistence::{AnnualRecord, Certificate, Id, Moment, Reader, StoredPolicy};

use crate::problem::Problem;

/// The version of the policy by which a person's year is measured, and its content: once it is sealed the one of its seal; before, the
/// one in force when the year was certified (a correction of the certificate changes nothing about that) or when its settlement
/// began, whichever came first; `None` while neither has, when the one in force now counts (W3: past decisions keep their version).
///
/// # Errors
/// When the stored policy does not read back.
pub fn measured_by(
    reader: &mut Reader<'_>,
    record: &AnnualRecord,
) -> Result<Option<(i32, Policy)>, Problem> {
    let settlement = reader.settlement(record.jurisdiction_id, record.year)?;
    let settled = settlement.map(|found| (found.started_at, found.policy_version));
    measured_under(reader, record, settled)
}

/// The same, where it is known when the year's settlement began, and by which version.
///
/// # Errors
/// When the stored policy does not read back.
pub fn measured_under(
    reader: &mut Reader<'_>,
    record: &AnnualRecord,
    settled: Option<(Moment, i32)>,
) -> Result<Option<(i32, Policy)>, Problem> {
    let (city, year) = (record.jurisdiction_id, record.year);
    let sealed = match record.settled_at {
        Some(_) => reader.appraisal(city, record.professional_id, year)?,
        None => None,
    };
    if settled.is_none() && record.certificate_id.is_none() && sealed.is_none() {
        return Ok(None);
    }
    let versions = reader.policy_versions(city, year)?;
    let version = match sealed {
        Some(sealed) => Some(sealed.policy_version),
        None => {
            let certified = match several(&versions) {
                true => certified_since(reader, record)?,
                // Most years have one version: nothing has to be looked up.
                false => None,
            };
            version_of(&versions, certified, settled)
        }
    };
    let stored = versions.iter().find(|stored| Some(stored.version) == version);
    let read = |stored: &StoredPolicy| {
        let policy = Policy::from_json(&stored.document).map_err(Problem::internal)?;
        Ok((stored.version, policy))
    };
    stored.map(read).transpose()
}

/// Whether more than one version of a year's policy was ever published.
#[must_use]
pub fn several(versions: &[StoredPolicy]) -> bool {
    versions.iter().filter(|stored| stored.published_at.is_some()).count() > 1
}

/// The number of the version, among those of the year, by which a year is measured that was certified then and whose settlement began
/// then, by that version.
#[must_use]
pub fn version_of(
    versions: &[StoredPolicy],
    certified: Option<Moment>,
    settled: Option<(Moment, i32)>,
) -> Option<i32> {
    let by_settlement = settled.map(|(_, version)| version);
    let Some(certified) = certified else { return by_settlement };
    if settled.is_some_and(|(began, _)| began <= certified) {
        return by_settlement;
    }
    let mut published = versions.iter().filter(|stored| stored.published_at.is_some());
    let then = published.clone().rfind(|stored| stored.published_at <= Some(certified));
    then.or_else(|| published.next()).map(|stored| stored.version)
}

/// When a year was certified, as the certificate that stands says, or the oldest one that it corrects.
fn certified_since(
    reader: &mut Reader<'_>,
    record: &AnnualRecord,
) -> Result<Option<Moment>, Problem> {
    let Some(id) = record.certificate_id else { return Ok(None) };
    let all =
        reader.certificates_of_year(record.jurisdiction_id, record.professional_id, record.year)?;
    Ok(beginning_of(id, &all))
}

/// When the certificate of this id was issued among those of its year, by version, or the oldest one that it corrects.
#[must_use]
pub fn beginning_of(id: Id, certificates: &[Certificate]) -> Option<Moment> {
    let place = certificates.iter().position(|certificate| certificate.id == id)?;
    let before = certificates.iter().take(place).rev();
    let corrected =
        before.take_while(|certificate| certificate.state.0 == CertificateState::Superseded);
    let standing = certificates.iter().skip(place).take(1);
    corrected.chain(standing).map(|certificate| certificate.issued_at).min()
}

/// The floors of [`measured_by`].
///
/// # Errors
/// When the stored policy does not read back.
pub fn floors_of(
    reader: &mut Reader<'_>,
    record: &AnnualRecord,
    in_force: Floors,
) -> Result<Floors, Problem> {
    Ok(measured_by(reader, record)?.map_or(in_force, |(_, policy)| policy.floors))
}
