//! A row of declarations: of a class's roster, or in the person's own words.

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::identity::IdType;
use xueshi_persistence::{Declaration, Id, Reader, Writer};

use super::effect::Effect;
use super::row::Saying;
use crate::dto::declarations::NewDeclaration;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::declarations::{begin, hand_in};
use crate::services::learning_records::{Named, person};
use crate::services::references::{unfit, unknown};

/// Takes a row, of the asker's own or of their unit's people.
///
/// Hours of a roster are handed in at once. What is declared in someone's own words becomes a draft in that person's hands: it needs
/// evidence before it can be handed in (H10).
///
/// # Errors
/// As beginning and handing in a declaration.
pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    mut saying: Saying,
) -> Result<Effect, Problem> {
    let city = asker.jurisdiction;
    let id_type = saying.take("id_type").and_then(|text| text.parse().ok());
    let number = saying.take("id_number");
    let named = Named {
        id: None,
        id_type: Some(id_type.unwrap_or(IdType::ResidentId)),
        number: number.as_deref(),
    };
    let person = person(writer, city, named)?;
    if !may_declare_for(writer, asker, person)? {
        // Someone else's people are as good as none.
        return Err(unknown("/id_number"));
    }
    let class = saying.take("class_id");
    let record = match &class {
        Some(class) => Some(of_class(writer, city, person, class)?),
        None => None,
    };
    if let Some((record, declared)) = record {
        if declared {
            return Ok(Effect::Unchanged);
        }
        saying.put("learning_record_id", record.to_string());
    }
    let new: NewDeclaration = saying.body()?;
    if record.is_none()
        && let Some(standing) = same(writer, city, person, &new)?
    {
        return agrees(&standing, &new);
    }
    let draft = begin(writer, city, person, &new)?;
    if record.is_some() {
        hand_in(writer, asker, draft)?;
    }
    Ok(Effect::Created)
}

/// Whether it is the asker themselves, or someone of the units that they declare for.
fn may_declare_for(reader: &mut Reader<'_>, asker: &Asker, person: Id) -> Result<bool, Problem> {
    if asker.actor.is_professional(person.0) {
        return Ok(asker.actor.may(Permission::DeclareOwn));
    }
    let scope = asker.scope(Permission::DeclareForPeople);
    let person = reader.professional(asker.jurisdiction, person)?;
    let Some(employer) = person.and_then(|person| person.employer_id) else { return Ok(false) };
    let unit = reader.organization(asker.jurisdiction, employer)?;
    Ok(unit.is_some_and(|unit| scope.covers(&unit.path)))
}

/// The person's record of a class, and whether it is declared.
fn of_class(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    class: &str,
) -> Result<(Uuid, bool), Problem> {
    let class = Uuid::parse_str(class).map_err(|_| unknown("/class_id"))?;
    let mut records = reader.records_of_class_of(city, Id(class), &[person])?;
    let record = records.pop().ok_or_else(|| unknown("/class_id"))?;
    Ok((record.id.0, record.declared))
}

/// A standing declaration of the same learning: of one year, subject, way, title and time.
fn same(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    new: &NewDeclaration,
) -> Result<Option<Declaration>, Problem> {
    let all = reader.declarations_of_year(city, person, new.year)?;
    Ok(all.into_iter().find(|found| {
        found.state.0.is_standing()
            && found.learning_record_id.is_none()
            && Some(found.subject.0) == new.subject
            && Some(found.way.0) == new.way
            && Some(&found.title) == new.title.as_ref()
            && Some(found.learning_start) == new.learning_start.map(|day| day.0)
            && Some(found.learning_end) == new.learning_end.map(|day| day.0)
    }))
}

fn agrees(standing: &Declaration, new: &NewDeclaration) -> Result<Effect, Problem> {
    if new.hours.map(|hours| hours.0) == Some(standing.hours.0) {
        return Ok(Effect::Unchanged);
    }
    Err(unfit(
        "/hours",
        "hours-differ",
        "同一学习已有申报，学时不同；请由本人修改",
        "the same learning is declared already with other hours; its owner changes them",
    ))
}
