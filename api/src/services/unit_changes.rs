//! Units as they change: closed, opened again, moved in the tree, given another reviewing body (rulebook, "Who"; U1, U2).

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{OrgPath, Permission};
use xueshi_domain::event::EventType;
use xueshi_domain::registry::Standing;
use xueshi_domain::units::{Event, Unit as Road, may_disable, stands_under};
use xueshi_domain::workflow::step;
use xueshi_persistence::{Id, Organization, Reader, StoreError, Word, Writer};

use super::events::Happening;
use super::organizations::{find, visible};
use super::references::{unfit, unknown};
use super::{Asker, Reply, following, offices};
use crate::dto::organizations::{OrganizationDto, Relocation};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};

/// A unit that the asker manages, in the version that they read.
fn managed(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Organization, Problem> {
    let unit = visible(reader, asker, id)?;
    asker.acting_for(Permission::ManageOrganizations, &unit.path)?;
    condition.check(unit.version.into())?;
    Ok(unit)
}

/// Closes a unit on which nothing rests any more. Its offices end at once (U1).
///
/// # Errors
/// 403, 404, 412; 409 `wrong-state` when it is closed already, `unit-in-use` with what still rests on it.
pub fn disable(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    reason: &str,
) -> Result<Reply<OrganizationDto>, Problem> {
    let mut unit = managed(writer, asker, id, condition)?;
    unit.state = Word(step::<Road>(unit.state.0, Event::Disable)?);
    may_disable(writer.unit_in_use(&unit)?)?;
    save(writer, &mut unit)?;
    for (grant, _) in writer.administrators_of(unit.jurisdiction_id, unit.id)? {
        offices::end(writer, Some(asker.account()), &grant, "unit-disabled")?;
    }
    tell(writer, asker, EventType::OrganizationDisabled, &unit, json!({"reason": reason}))?;
    Ok(Reply::ok(OrganizationDto::from(&unit)).version(unit.version))
}

/// Opens a closed unit again. Its administrator is to be appointed anew (U1).
///
/// # Errors
/// 403, 404, 412; 409 `wrong-state` when it is in use; 422 `unit-disabled` while the unit above it or its reviewing body is
/// closed.
pub fn enable(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<OrganizationDto>, Problem> {
    let mut unit = managed(writer, asker, id, condition)?;
    unit.state = Word(step::<Road>(unit.state.0, Event::Enable)?);
    for needed in [unit.parent_id, unit.reviewing_body_id].into_iter().flatten() {
        let found = writer.organization(unit.jurisdiction_id, needed)?;
        if found.is_none_or(|needed| needed.state.0 != Standing::Active) {
            return Err(Refusal::UnitDisabled.into());
        }
    }
    save(writer, &mut unit)?;
    tell(writer, asker, EventType::OrganizationEnabled, &unit, json!({}))?;
    offices::tell_if_missing(writer, Some(asker.account()), &unit)?;
    Ok(Reply::ok(OrganizationDto::from(&unit)).version(unit.version))
}

fn save(writer: &mut Writer<'_>, unit: &mut Organization) -> Result<(), Problem> {
    match writer.update_organization(unit)? {
        true => Ok(()),
        false => Err(Problem::new(Code::PreconditionFailed)),
    }
}

/// Moves a unit, with all that is below it, under another one. Where a reviewing body no longer stands above a unit, the new
/// one takes its place, and what waited for the former goes to it (U2).
///
/// # Errors
/// 403, 404, 412; 422 for an unknown parent, one below the unit itself, a kind that does not stand there, a body that is not
/// above, and in the freeze.
pub fn relocate(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    to: &Relocation,
) -> Result<Reply<OrganizationDto>, Problem> {
    let unit = managed(writer, asker, id, condition)?;
    let parent = find(writer, asker, Permission::ManageOrganizations, to.parent_id)?;
    let parent = parent
        .filter(|parent| parent.state.0 == Standing::Active)
        .ok_or_else(|| unknown("/parent_id"))?;
    if parent.path.starts_with(&unit.path) {
        return Err(unfit(
            "/parent_id",
            "inside-itself",
            "不能移动到本单位或其下级单位之下",
            "a unit does not stand below itself",
        ));
    }
    if !stands_under(unit.kind.0, parent.kind.0) {
        return Err(unfit(
            "/parent_id",
            "kind-not-under-parent",
            "该类单位不能设在此上级单位之下",
            "such a unit does not stand under this parent",
        ));
    }
    following::admit(writer, unit.jurisdiction_id)?;
    let path = OrgPath::parse(&parent.path).map_err(Problem::internal)?.child(unit.id.0);
    let body = new_body(writer, &unit, &parent, path.as_str(), to.reviewing_body_id)?;
    let moved = place_subtree(writer, asker, &unit, &parent, path.as_str(), body)?;
    Ok(Reply::ok(OrganizationDto::from(&moved)).version(moved.version))
}

/// The reviewing body of a unit in its new place: the one that was named; the present one where it still stands above; otherwise
/// the new parent, or that one's own body.
fn new_body(
    reader: &mut Reader<'_>,
    unit: &Organization,
    parent: &Organization,
    path: &str,
    named: Option<Uuid>,
) -> Result<Option<Id>, Problem> {
    let city = unit.jurisdiction_id;
    if let Some(named) = named {
        let body = reader.organization(city, Id(named))?;
        let fits = |body: &Organization| {
            body.kind.0.reviews()
                && body.state.0 == Standing::Active
                && body.id != unit.id
                && path.starts_with(&body.path)
        };
        return match body.filter(fits) {
            Some(body) => Ok(Some(body.id)),
            None => Err(unfit(
                "/reviewing_body_id",
                "not-above",
                "审核单位应是本单位的上级",
                "a reviewing body stands above the unit in the tree",
            )),
        };
    }
    let Some(present) = unit.reviewing_body_id else { return Ok(None) };
    let stands_above =
        reader.organization(city, present)?.is_some_and(|body| path.starts_with(&body.path));
    if stands_above {
        return Ok(Some(present));
    }
    Ok(if parent.kind.0.reviews() { Some(parent.id) } else { parent.reviewing_body_id })
}

/// Puts a unit and all below it in place, parents first; gives the unit as it stands then.
fn place_subtree(
    writer: &mut Writer<'_>,
    asker: &Asker,
    unit: &Organization,
    parent: &Organization,
    path: &str,
    body: Option<Id>,
) -> Result<Organization, Problem> {
    let all = writer.subtree(unit)?;
    let moved_path =
        |old: &str| format!("{path}{}", old.strip_prefix(&unit.path).unwrap_or_default());
    let new_paths: HashMap<Id, String> =
        all.iter().map(|member| (member.id, moved_path(&member.path))).collect();
    let mut result = unit.clone();
    let mut changed = Vec::new();
    for mut member in all {
        let before = member.reviewing_body_id;
        member.path = moved_path(&member.path);
        if member.id == unit.id {
            member.parent_id = Some(parent.id);
            member.reviewing_body_id = body;
        } else if let Some(present) = before {
            let body_path = match new_paths.get(&present) {
                Some(path) => Some(path.clone()),
                None => writer.organization(member.jurisdiction_id, present)?.map(|unit| unit.path),
            };
            if !body_path.is_some_and(|above| member.path.starts_with(&above)) {
                member.reviewing_body_id = body;
            }
        }
        if !writer.place_organization(&mut member)? {
            return Err(StoreError::Conflict.into());
        }
        if member.id == unit.id {
            result = member.clone();
        }
        if member.reviewing_body_id != before {
            changed.push(member);
        }
    }
    for member in &changed {
        rebody(writer, asker, member)?;
    }
    let data =
        json!({"from_parent_id": unit.parent_id, "parent_id": parent.id, "units": new_paths.len()});
    tell(writer, asker, EventType::OrganizationMoved, &result, data)?;
    Ok(result)
}

/// What follows from another reviewing body of a unit: what waited for the former one goes to it, unsettled years too (U2).
///
/// # Errors
/// On a database failure.
pub fn rebody(writer: &mut Writer<'_>, asker: &Asker, unit: &Organization) -> Result<(), Problem> {
    if unit.reviewing_body_id.is_some() {
        following::follow_body(writer, Some(asker.account()), unit)?;
    }
    let data = json!({"reviewing_body_id": unit.reviewing_body_id});
    tell(writer, asker, EventType::OrganizationChanged, unit, data)
}

/// Tells what happened to a unit.
///
/// # Errors
/// On a database failure.
pub fn tell(
    writer: &mut Writer<'_>,
    asker: &Asker,
    event: EventType,
    unit: &Organization,
    data: serde_json::Value,
) -> Result<(), Problem> {
    Happening::new(event)
        .by(asker)
        .unit(unit.id)
        .authority(unit.reviewing_body_id)
        .subject(unit.id)
        .data(json!({"state": unit.state.0, "kind": unit.kind.0}))
        .data(data)
        .tell(writer, unit.jurisdiction_id)
}
