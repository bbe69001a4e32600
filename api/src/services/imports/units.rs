//! A row of units (U4), and how rows name units.

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::identity::UnitCode;
use xueshi_domain::import::ImportKind;
use xueshi_persistence::{Import, Organization, Reader, Writer};

use super::effect::Effect;
use super::row::Saying;
use crate::dto::organizations::{NewOrganization, OrganizationChanges};
use crate::dto::unit_codes::parse_unit_code;
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::references::{unfit, unknown};
use crate::services::{Asker, organizations};

/// Takes a row. The unit code says which unit it is: the same row again changes nothing.
///
/// # Errors
/// As adding and editing a unit.
pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    import: &Import,
    mut saying: Saying,
) -> Result<Effect, Problem> {
    let says_institution = saying.has("is_public_institution");
    let kind = ImportKind::Units;
    let parent = match saying.take("parent") {
        Some(name) => unit_named(writer, asker, kind, "parent", &name)?,
        None => target(import, "parent")?,
    };
    saying.put("parent_id", parent.to_string());
    let body = match saying.take("reviewing_body") {
        Some(name) => Some(unit_named(writer, asker, kind, "reviewing_body", &name)?),
        None => None,
    };
    if let Some(body) = body {
        saying.put("reviewing_body_id", body.to_string());
    }
    let new: NewOrganization = saying.body()?;
    let code = parse_unit_code(new.unit_code.as_deref().unwrap_or_default(), "/unit_code")?;
    let standing = writer.organization_by_code(asker.jurisdiction, code.as_str())?;
    // A unit that the asker does not see is refused as adding it once more is.
    let scope = asker.scope(Permission::ReadOrganizations);
    let Some(unit) = standing.filter(|unit| scope.covers(&unit.path)) else {
        organizations::create(writer, asker, &new)?;
        return Ok(Effect::Created);
    };
    agrees(&unit, &new)?;
    let changes = OrganizationChanges {
        name: Some(new.name).filter(|name| *name != unit.name),
        unit_code: None,
        is_public_institution: Some(new.is_public_institution)
            .filter(|is| says_institution && *is != unit.is_public_institution),
        reviewing_body_id: body.filter(|body| unit.reviewing_body_id.map(|id| id.0) != Some(*body)),
    };
    let OrganizationChanges { name, is_public_institution, reviewing_body_id, .. } = &changes;
    if name.is_none() && is_public_institution.is_none() && reviewing_body_id.is_none() {
        return Ok(Effect::Unchanged);
    }
    let version = RequiredIfMatch::version(unit.version.into());
    organizations::edit(writer, asker, unit.id.0, &version, &changes)?;
    Ok(Effect::Changed)
}

/// A file neither makes another kind of unit of one nor moves it in the tree.
fn agrees(unit: &Organization, new: &NewOrganization) -> Result<(), Problem> {
    if unit.kind.0 != new.kind {
        return Err(unfit(
            "/kind",
            "kind-differs",
            "与已登记的单位类型不一致",
            "is not the kind of the unit that is registered with this code",
        ));
    }
    if unit.parent_id.map(|id| id.0) != Some(new.parent_id) {
        return Err(unfit(
            "/parent",
            "parent-differs",
            "与已登记的上级单位不一致；调整隶属关系请另行办理",
            "is not the unit above it; moving a unit is done by itself",
        ));
    }
    Ok(())
}

/// The unit that an import is for, for rows that name none.
///
/// # Errors
/// 422 `required` at the column.
pub(super) fn target(import: &Import, column: &'static str) -> Result<Uuid, Problem> {
    import.target_id.map(|id| id.0).ok_or_else(|| {
        unfit(
            &format!("/{column}"),
            "required",
            "必须填写，或在导入时指定单位",
            "is required, unless a unit is named with the import",
        )
    })
}

/// A unit that the asker sees, by its code, its id or its full name.
///
/// # Errors
/// 422 at the column: nothing of that name, or several.
pub(super) fn unit_named(
    reader: &mut Reader<'_>,
    asker: &Asker,
    kind: ImportKind,
    column: &'static str,
    name: &str,
) -> Result<Uuid, Problem> {
    let city = asker.jurisdiction;
    let scope = asker.scope(Permission::ReadOrganizations);
    let pointer = format!("/{column}");
    let by_id = Uuid::parse_str(name).ok();
    let found = if let Some(id) = by_id {
        reader.organization(city, id.into())?
    } else if let Ok(code) = UnitCode::parse(name) {
        reader.organization_by_code(city, code.as_str())?
    } else if kind == ImportKind::Units {
        let mut named = reader.organizations_named(&scope, name, 2)?;
        if named.len() > 1 {
            return Err(unfit(
                &pointer,
                "ambiguous",
                "有多个同名单位，请填写统一社会信用代码",
                "several units have this name; give the unit code",
            ));
        }
        named.pop()
    } else {
        return Err(parse_unit_code(name, &pointer).err().unwrap_or_else(|| unknown(&pointer)));
    };
    let found = found.filter(|unit| scope.covers(&unit.path));
    found.map(|unit| unit.id.0).ok_or_else(|| unknown(&pointer))
}
