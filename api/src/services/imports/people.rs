//! A row of people: registers them, or changes what their employer keeps of them (U4).

use xueshi_domain::access::Permission;
use xueshi_domain::identity::IdType;
use xueshi_domain::import::ImportKind;
use xueshi_persistence::{Import, Professional, Reader, Writer};

use super::effect::Effect;
use super::row::Saying;
use super::units::unit_named;
use crate::dto::professionals::{NewProfessional, ProfessionalChanges};
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::references::unfit;
use crate::services::{Asker, professionals};

/// Takes a row. Whoever has the id number is the person: the same row again changes nothing.
///
/// # Errors
/// As registering and editing a person.
pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    import: &Import,
    mut saying: Saying,
) -> Result<Effect, Problem> {
    saying.or("id_type", IdType::ResidentId.as_str());
    let says_post = saying.has("post");
    saying.or("post", "technical");
    let unit = match saying.take("unit_code") {
        Some(name) => unit_named(writer, asker, ImportKind::People, "unit_code", &name)?,
        None => super::units::target(import, "unit_code")?,
    };
    saying.put("employer_id", unit.to_string());
    let new: NewProfessional = saying.body()?;
    let number = professionals::checked_number(writer, new.id_type, &new.id_number)?;
    let scope = asker.scope(Permission::ReadPeople);
    let standing = match writer.professional_by_id_number(asker.jurisdiction, &number)? {
        Some(id) => writer.visible_professional(&scope, id)?,
        None => None,
    };
    // Whose record the asker may not see is refused as registering them once more is.
    let Some(person) = standing else {
        professionals::register(writer, asker, &new)?;
        return Ok(Effect::Created);
    };
    agrees(&person, &new, unit)?;
    let changes = changes(writer, &person, &new, says_post)?;
    let ProfessionalChanges { phone, title_series, title_level, post } = &changes;
    if phone.is_none() && title_series.is_none() && title_level.is_none() && post.is_none() {
        return Ok(Effect::Unchanged);
    }
    let version = RequiredIfMatch::version(person.version.into());
    professionals::edit(writer, asker, person.professional_id.0, &version, &changes)?;
    Ok(Effect::Changed)
}

/// Name and employer are not changed by a file: the one is the bureau's to correct, the other goes by a transfer (U2).
fn agrees(
    person: &Professional,
    new: &NewProfessional,
    employer: uuid::Uuid,
) -> Result<(), Problem> {
    if person.name != new.name.trim() {
        return Err(unfit(
            "/name",
            "name-differs",
            "与该证件号码登记的姓名不一致",
            "is not the name that is registered with this id number",
        ));
    }
    if person.employer_id.map(|id| id.0) != Some(employer) {
        return Err(unfit(
            "/unit_code",
            "employed-elsewhere",
            "该人员不在此单位任职；调动请另行办理",
            "the person is not employed there; a transfer is asked for by itself",
        ));
    }
    Ok(())
}

/// What the row says otherwise than the record; blank cells say nothing.
fn changes(
    reader: &mut Reader<'_>,
    person: &Professional,
    new: &NewProfessional,
    says_post: bool,
) -> Result<ProfessionalChanges, Problem> {
    let phone = reader.phone_of(person)?;
    let series = new.title_series.clone().filter(|_| new.title_series != person.title_series);
    let level =
        new.title_level.filter(|level| person.title_level.map(|word| word.0) != Some(*level));
    Ok(ProfessionalChanges {
        phone: new.phone.clone().filter(|new| phone.as_ref() != Some(new)).map(Some),
        title_series: series.map(Some),
        title_level: level.map(Some),
        post: Some(new.post).filter(|post| says_post && person.post.0 != *post),
    })
}
