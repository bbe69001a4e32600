//! Units that another system speaks of.

use xueshi_domain::registry::Standing;
use xueshi_persistence::{Id, Organization, Reader, Writer};

use super::record::{Field, Record};
use crate::dto::inbound::InboundUnit;
use crate::dto::organizations::{NewOrganization, OrganizationChanges};
use crate::dto::unit_codes::parse_unit_code;
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::references::unknown;
use crate::services::{Asker, organizations};

/// The unit in use with a code that a line names.
pub(super) fn by_code(
    reader: &mut Reader<'_>,
    city: Id,
    code: &str,
    pointer: &str,
) -> Result<Organization, Problem> {
    let code = parse_unit_code(code, pointer)?;
    let unit = reader.organization_by_code(city, code.as_str())?;
    unit.filter(|unit| unit.state.0 == Standing::Active).ok_or_else(|| unknown(pointer))
}

/// The units that stand above, as the line names them: parent and reviewing body.
fn above(
    reader: &mut Reader<'_>,
    city: Id,
    said: &InboundUnit,
) -> Result<(Id, Option<Id>), Problem> {
    let parent = by_code(reader, city, &said.parent_code, "/parent_code")?;
    let body = said.reviewing_body_code.as_deref();
    let body = body.map(|code| by_code(reader, city, code, "/reviewing_body_code")).transpose()?;
    Ok((parent.id, body.map(|body| body.id)))
}

pub(super) fn find(
    reader: &mut Reader<'_>,
    city: Id,
    known: Option<(Id, Option<Id>)>,
    said: &InboundUnit,
) -> Result<Option<Record>, Problem> {
    let code = parse_unit_code(&said.unit_code, "/unit_code")?;
    let unit = match known {
        Some((id, _)) => reader.organization(city, id)?,
        None => reader.organization_by_code(city, code.as_str())?,
    };
    let Some(unit) = unit else { return Ok(None) };
    let (parent, body) = above(reader, city, said)?;
    let id = |id: Option<Id>| id.map(|id| id.to_string()).unwrap_or_default();
    let mut fields = vec![
        Field::new("name", &unit.name, &said.name),
        Field::new("unit_code", unit.unit_code.clone().unwrap_or_default(), code.as_str()),
        Field::new("kind", unit.kind.0.as_str(), said.kind.as_str()).by_road("registration"),
        Field::new("parent", id(unit.parent_id), parent.to_string()).by_road("relocation"),
        Field::new(
            "is_public_institution",
            unit.is_public_institution.to_string(),
            said.is_public_institution.to_string(),
        ),
    ];
    if body.is_some() {
        fields.push(Field::new("reviewing_body", id(unit.reviewing_body_id), id(body)));
    }
    Ok(Some(Record { id: unit.id, person: None, unit: Some(unit.id), year: None, fields }))
}

pub(super) fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    said: &InboundUnit,
) -> Result<Id, Problem> {
    let (parent, body) = above(writer, asker.jurisdiction, said)?;
    let new = NewOrganization {
        parent_id: parent.0,
        kind: said.kind,
        name: said.name.clone(),
        unit_code: Some(said.unit_code.clone()),
        is_public_institution: said.is_public_institution,
        reviewing_body_id: body.map(|body| body.0),
    };
    let made = organizations::create(writer, asker, &new);
    let made = made.map_err(|problem| problem.moved("/reviewing_body_id", "/reviewing_body_code"));
    Ok(Id(made?.into_body().id))
}

pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    record: &Record,
    said: &InboundUnit,
    names: &[&str],
) -> Result<(), Problem> {
    let (_, body) = above(writer, asker.jurisdiction, said)?;
    let wanted = |name: &str| names.contains(&name);
    let changes = OrganizationChanges {
        name: wanted("name").then(|| said.name.clone()),
        unit_code: wanted("unit_code").then(|| said.unit_code.clone()),
        is_public_institution: wanted("is_public_institution")
            .then_some(said.is_public_institution),
        reviewing_body_id: body.filter(|_| wanted("reviewing_body")).map(|body| body.0),
    };
    let edited = organizations::edit(writer, asker, record.id.0, &RequiredIfMatch::any(), &changes);
    edited
        .map(|_| ())
        .map_err(|problem| problem.moved("/reviewing_body_id", "/reviewing_body_code"))
}
