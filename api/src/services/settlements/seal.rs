//! The digests of a settlement: of one snapshot, and of all of them in the order of the people's ids.

use sha2::{Digest, Sha256};
use xueshi_domain::ledger::BySubject;
use xueshi_domain::settlement::{Seal, SettlementState};
use xueshi_persistence::{Appraisal, Id, Reader, Settlement};

use crate::problem::Problem;

/// Snapshots that are read at once when a seal is checked.
const AT_ONCE: i64 = 1_000;

/// The digest of one snapshot: SHA-256 of its canonical text, in hexadecimal.
#[must_use]
pub fn of_one(seal: &Seal) -> String {
    hex(&Sha256::digest(seal.canonical()))
}

/// The digest with which the chain of a year begins.
#[must_use]
pub fn beginning(year: i32) -> String {
    hex(&Sha256::digest(format!("xueshi settlement {year}")))
}

/// The chain with one more snapshot behind it. The order is that of the people's ids, so that neither the size of a batch nor an
/// interruption makes a difference.
#[must_use]
pub fn chained(chain: &str, one: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(chain.as_bytes());
    hash.update(one.as_bytes());
    hex(&hash.finalize())
}

/// What was sealed of a person, from the stored snapshot.
#[must_use]
pub fn seal_of(row: &Appraisal) -> Seal {
    let approved =
        BySubject { public: row.approved_public.0, professional: row.approved_professional.0 };
    let makeup = BySubject { public: row.makeup_public.0, professional: row.makeup_professional.0 };
    Seal {
        professional_id: row.professional_id.0,
        year: row.year,
        employer_id: row.employer_id.0,
        authority_id: row.authority_id.0,
        public_institution: row.public_institution,
        outcome: row.outcome.0,
        approved: approved.into(),
        makeup: makeup.into(),
        certificate_id: row.certificate_id.map(|id| id.0),
        policy_version: row.policy_version,
        lapsed: u32::try_from(row.lapsed).unwrap_or(0),
        lapsed_overdue: u32::try_from(row.lapsed_overdue).unwrap_or(0),
    }
}

/// A seal that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// A snapshot is not what was sealed.
    Snapshot(Id),
    /// Snapshots are missing, or there are more than were sealed.
    Chain,
}

/// Recomputes the digests of a finished settlement from its snapshots; none is broken when nobody has touched them.
///
/// # Errors
/// On a database failure.
pub fn check(reader: &mut Reader<'_>, settlement: &Settlement) -> Result<Vec<Broken>, Problem> {
    let mut broken = Vec::new();
    let mut chain = beginning(settlement.year);
    let mut after = None;
    loop {
        let rows =
            reader.sealed_behind(settlement.jurisdiction_id, settlement.year, after, AT_ONCE)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.professional_id);
        for row in &rows {
            let digest = of_one(&seal_of(row));
            if digest != row.digest {
                broken.push(Broken::Snapshot(row.professional_id));
            }
            chain = chained(&chain, &digest);
        }
    }
    let finished = settlement.state.0 == SettlementState::Finished;
    if finished && settlement.digest.as_deref() != Some(&*chain) {
        broken.push(Broken::Chain);
    }
    Ok(broken)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        text
    })
}
