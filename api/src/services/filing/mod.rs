//! Filing: institutions, their plans, their classes and rosters (P1–P5).

pub mod amendments;
mod attendance;
pub mod class_declarations;
pub mod classes;
pub mod filings;
pub mod items;
pub mod plans;
pub mod roster_parts;
pub mod rosters;

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_persistence::{FilingAct, Id, Moment, Organization, Reader, Writer};

use super::Asker;
use super::organizations;
use super::references::{unfit, unknown};
use crate::problem::Problem;
use crate::services::races::stands;

/// The unit that files something: one that may train, in the subtrees for which the asker files (P1).
///
/// **Reading**: an employer trains its own people without filing; what it gives counts by the conversion table only.
///
/// # Errors
/// 422 for an unknown unit, and for an employer.
pub(in crate::services) fn trainer(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Organization, Problem> {
    let unit = organizations::find(reader, asker, Permission::FileTraining, id)?;
    let unit = unit
        .filter(|unit| unit.state.0 == Standing::Active)
        .ok_or_else(|| unknown("/organization_id"))?;
    if unit.kind.0 == OrganizationKind::Employer {
        return Err(unfit(
            "/organization_id",
            "not-a-trainer",
            "用人单位不是施教机构，不办理备案",
            "an employer is no training unit and is not filed",
        ));
    }
    Ok(unit)
}

/// The unit that something belongs to.
fn unit_of(reader: &mut Reader<'_>, city: Id, id: Id) -> Result<Organization, Problem> {
    let unit = reader.organization(city, id)?;
    unit.ok_or_else(|| Problem::internal(format!("unit {id} is missing")))
}

/// What was done to a filing, a plan or an amendment.
struct Deed<'a> {
    subject: Id,
    year: i32,
    event: &'a str,
    state: &'a str,
    comment: Option<&'a str>,
    unit: Id,
}

/// Keeps a deed: who, acting for which unit, when, under which policy version, and why (V10).
///
/// The version is returned, to be kept with what the deed rested on (V7).
fn keep(writer: &mut Writer<'_>, asker: &Asker, deed: &Deed<'_>) -> Result<Option<i32>, Problem> {
    let (city, now) = (asker.jurisdiction, writer.now());
    let policies = writer.published_policies(city)?;
    let policy = policies.iter().find(|policy| policy.year == deed.year);
    let version = policy.map(|policy| policy.version);
    writer.insert_filing_act(&FilingAct {
        jurisdiction_id: city,
        id: writer.new_id(),
        subject_id: deed.subject,
        event: deed.event.to_owned(),
        state: deed.state.to_owned(),
        comment: deed.comment.map(str::to_owned),
        account_id: asker.account(),
        unit_id: deed.unit,
        policy_version: version,
        acted_at: Moment(now),
    })?;
    Ok(version)
}
