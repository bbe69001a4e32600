//! Units and their tree.

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::{OrgPath, Permission};
use xueshi_domain::event::EventType;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_domain::review::Route;
use xueshi_domain::units::stands_under;
use xueshi_persistence::{Id, Moment, Organization, Reader, StoreError, Word, Writer};

use super::references::{unfit, unknown};
use super::{Asker, Reply, following, offices, unit_changes};
use crate::dto::organizations::{NewOrganization, OrganizationChanges, OrganizationDto};
use crate::dto::unit_codes::parse_unit_code;
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem, Text};

/// A unit that the asker may see.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Organization, Problem> {
    find(reader, asker, Permission::ReadOrganizations, id)?
        .ok_or_else(|| Problem::new(Code::NotFound))
}

/// A unit in the subtrees where the asker has a permission.
///
/// # Errors
/// On a database failure.
pub fn find(
    reader: &mut Reader<'_>,
    asker: &Asker,
    permission: Permission,
    id: Uuid,
) -> Result<Option<Organization>, Problem> {
    let scope = asker.scope(permission);
    let unit = reader.organization(asker.jurisdiction, Id(id))?;
    Ok(unit.filter(|unit| scope.covers(&unit.path)))
}

/// Adds a unit below another one.
///
/// # Errors
/// 422 for an unknown parent, a kind that does not belong there, a wrong unit code (E12b), or no proper reviewing body; 409 when
/// the unit code is taken.
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewOrganization,
) -> Result<Reply<OrganizationDto>, Problem> {
    let now = writer.now();
    let parent = find(writer, asker, Permission::ManageOrganizations, new.parent_id)?;
    let parent = parent
        .filter(|parent| parent.state.0 == Standing::Active)
        .ok_or_else(|| unknown("/parent_id"))?;
    if !stands_under(new.kind, parent.kind.0) {
        return Err(unfit(
            "/kind",
            "kind-not-under-parent",
            "该类单位不能设在此上级单位之下",
            "such a unit does not stand under this parent",
        ));
    }
    let unit_code = match &new.unit_code {
        Some(code) => Some(parse_unit_code(code, "/unit_code")?.as_str().to_owned()),
        None if new.kind == OrganizationKind::Employer => {
            return Err(unfit(
                "/unit_code",
                "required",
                "用人单位必须填写统一社会信用代码",
                "employers must have a unit code",
            ));
        }
        None => None,
    };
    let id = writer.new_id();
    let path = OrgPath::parse(&parent.path).map_err(Problem::internal)?.child(id.0);
    check_reviewing_body(writer, asker, new.kind, id, path.as_str(), new.reviewing_body_id)?;
    let unit = Organization {
        jurisdiction_id: asker.jurisdiction,
        id,
        parent_id: Some(parent.id),
        path: path.as_str().to_owned(),
        kind: Word(new.kind),
        name: new.name.clone(),
        unit_code,
        is_public_institution: new.is_public_institution,
        reviewing_body_id: new.reviewing_body_id.map(Id),
        state: Word(Standing::Active),
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    writer.insert_organization(&unit).map_err(code_taken)?;
    unit_changes::tell(
        writer,
        asker,
        EventType::OrganizationAccepted,
        &unit,
        json!({"created": true}),
    )?;
    offices::tell_if_missing(writer, Some(asker.account()), &unit)?;
    let location = format!("/v1/organizations/{}", unit.id);
    Ok(Reply::created(&location, OrganizationDto::from(&unit)).version(unit.version))
}

/// Changes a unit's own facts. Another reviewing body takes over what waited for the former one (U2).
///
/// # Errors
/// 404, 412 on a stale version, `year-end-freeze` for another reviewing body, and as [`create`].
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    changes: &OrganizationChanges,
) -> Result<Reply<OrganizationDto>, Problem> {
    let mut unit = visible(writer, asker, id)?;
    asker.acting_for(Permission::ManageOrganizations, &unit.path)?;
    condition.check(unit.version.into())?;
    if let Some(name) = &changes.name {
        unit.name.clone_from(name);
    }
    if let Some(code) = &changes.unit_code {
        unit.unit_code = Some(parse_unit_code(code, "/unit_code")?.as_str().to_owned());
    }
    let former = unit.reviewing_body_id;
    if let Some(body) = changes.reviewing_body_id {
        check_reviewing_body(writer, asker, unit.kind.0, unit.id, &unit.path, Some(body))?;
        unit.reviewing_body_id = Some(Id(body));
    }
    if unit.reviewing_body_id != former {
        following::admit(writer, unit.jurisdiction_id)?;
    }
    unit.is_public_institution =
        changes.is_public_institution.unwrap_or(unit.is_public_institution);
    if !writer.update_organization(&mut unit).map_err(code_taken)? {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    if unit.reviewing_body_id == former {
        unit_changes::tell(writer, asker, EventType::OrganizationChanged, &unit, json!({}))?;
    } else {
        unit_changes::rebody(writer, asker, &unit)?;
    }
    Ok(Reply::ok(OrganizationDto::from(&unit)).version(unit.version))
}

/// Every employer names one reviewing body, which is a bureau or an authority and not itself (rulebook, "Who").
fn check_reviewing_body(
    reader: &mut Reader<'_>,
    asker: &Asker,
    kind: OrganizationKind,
    unit: Id,
    unit_path: &str,
    body: Option<Uuid>,
) -> Result<(), Problem> {
    if kind == OrganizationKind::Employer || body.is_some() {
        Route::new(unit.0, body)?;
    }
    let Some(body) = body else { return Ok(()) };
    let found = find(reader, asker, Permission::ManageOrganizations, body)?;
    let found = found
        .filter(|body| body.state.0 == Standing::Active)
        .ok_or_else(|| unknown("/reviewing_body_id"))?;
    if found.kind.0.reviews() {
        // Whoever reviews for a unit also reads its people, and that goes by the tree.
        return if unit_path.starts_with(&found.path) {
            Ok(())
        } else {
            Err(unfit(
                "/reviewing_body_id",
                "not-above",
                "审核单位应是本单位的上级",
                "a reviewing body stands above the unit in the tree",
            ))
        };
    }
    Err(unfit(
        "/reviewing_body_id",
        "not-a-reviewing-body",
        "审核单位应为人社局或行业主管部门",
        "a reviewing body is a bureau or an industry authority",
    ))
}

/// 409 for a unit code that another unit has (U4).
#[must_use]
pub fn code_taken(error: StoreError) -> Problem {
    let taken = matches!(error, StoreError::Taken(_));
    let problem = Problem::from(error);
    if !taken {
        return problem;
    }
    let text = Text::new("该统一社会信用代码已登记", "a unit with this code is registered already");
    problem.detail(text.zh.clone(), text.en.clone()).at("/unit_code", "already-exists", text)
}
