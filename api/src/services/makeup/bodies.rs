//! Which base reviews make-up first for an employer (M2).

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_persistence::{Id, MakeupBody, Moment, Reader, StoreError, Writer};

use crate::dto::makeup_grants::{MakeupBodyAssignment, MakeupBodyDto};
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::references::{unfit, unknown};
use crate::services::{Asker, Reply, organizations};

/// Who reviews make-up first for a unit that the asker may see.
///
/// # Errors
/// 404 for a unit that they may not see.
pub fn body_of(
    reader: &mut Reader<'_>,
    asker: &Asker,
    unit: Uuid,
) -> Result<MakeupBodyDto, Problem> {
    let unit = organizations::visible(reader, asker, unit)?;
    let assigned = reader.makeup_body_of(unit.jurisdiction_id, unit.id)?;
    Ok(MakeupBodyDto::new(&unit, assigned.as_ref()))
}

/// Assigns a base to an employer, or takes it away again. Applications that were submitted before stay where they are.
///
/// # Errors
/// 404, 403, 412 on a stale version; 422 for a unit that is no employer, or a body that is no base in use.
pub fn assign_body(
    writer: &mut Writer<'_>,
    asker: &Asker,
    unit: Uuid,
    condition: &RequiredIfMatch,
    assignment: MakeupBodyAssignment,
) -> Result<Reply<MakeupBodyDto>, Problem> {
    let now = writer.now();
    let unit = organizations::visible(writer, asker, unit)?;
    asker.acting_for(Permission::ManageOrganizations, &unit.path)?;
    let before = writer.makeup_body_of(unit.jurisdiction_id, unit.id)?;
    let version = before.as_ref().map_or(0, |before| before.version);
    condition.check(version.into())?;
    let body = assignment.body_id;
    if let Some(body) = body {
        let base = organizations::find(writer, asker, Permission::ManageOrganizations, body)?
            .filter(|base| base.state.0 == Standing::Active)
            .ok_or_else(|| unknown("/body_id"))?;
        if base.kind.0 != OrganizationKind::CeBase {
            return Err(unfit(
                "/body_id",
                "not-a-base",
                "应为继续教育基地",
                "is no base of continuing education",
            ));
        }
    }
    let assigned = MakeupBody {
        jurisdiction_id: unit.jurisdiction_id,
        organization_id: unit.id,
        body_id: body.map(Id),
        assigned_by: asker.account(),
        assigned_at: Moment(now),
        version: version + 1,
    };
    match writer.assign_makeup_body(&assigned) {
        Ok(()) => {}
        Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        Err(error) => return Err(error.into()),
    }
    Happening::new(EventType::OrganizationChanged)
        .by(asker)
        .unit(unit.id)
        .authority(unit.reviewing_body_id)
        .subject(unit.id)
        .data(serde_json::json!({"makeup_body_id": assigned.body_id}))
        .tell(writer, asker.jurisdiction)?;
    let version = assigned.version;
    Ok(Reply::ok(MakeupBodyDto::new(&unit, Some(&assigned))).version(version))
}
