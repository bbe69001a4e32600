//! People whom another system speaks of.

use xueshi_domain::event::EventType;
use xueshi_domain::registry::PersonState;
use xueshi_persistence::{Id, Reader, Word, Writer};

use super::record::{Field, Record};
use super::unit::by_code;
use crate::dto::id_numbers::parse_id_number;
use crate::dto::inbound::InboundPerson;
use crate::dto::professionals::NewProfessional;
use crate::problem::{Code, Problem};
use crate::services::Asker;
use crate::services::professionals::{checked_title, register, save, tell};

pub(super) fn find(
    reader: &mut Reader<'_>,
    city: Id,
    known: Option<(Id, Option<Id>)>,
    said: &InboundPerson,
) -> Result<Option<Record>, Problem> {
    let number = parse_id_number(said.id_type, &said.id_number, "/id_number")?;
    let with_number = reader.professional_by_id_number(city, &number)?;
    let Some(id) = known.map(|(id, _)| id).or(with_number) else { return Ok(None) };
    let Some(person) = reader.professional(city, id)? else { return Ok(None) };
    let employer = by_code(reader, city, &said.employer_code, "/employer_code")?;
    let id_text = |id: Option<Id>| id.map(|id| id.to_string()).unwrap_or_default();
    let present = person.employer_id.filter(|_| person.state.0 == PersonState::Active);
    let mut fields = vec![
        Field::new("name", &person.name, said.name.trim()),
        // Whose number it is, not the number: who has another one is another person until two records are merged (U4).
        Field::new("id_number", id.to_string(), id_text(with_number)).by_road("merging"),
        Field::new("post", person.post.0.as_str(), said.post.as_str()),
        Field::new("employer", id_text(present), employer.id.to_string()).by_road("transfer"),
    ];
    if let Some(phone) = &said.phone {
        fields.push(Field::new("phone", reader.phone_of(&person)?.unwrap_or_default(), phone));
    }
    if let Some(title) = checked_title(said.title_series.as_deref(), said.title_level)? {
        let here = person.title_series.clone().zip(person.title_level.map(|level| level.0));
        fields.push(Field::new("title", title_text(here), title_text(Some(title))));
    }
    Ok(Some(Record { id, person: Some(id), unit: None, year: None, fields }))
}

fn title_text(title: Option<(String, xueshi_domain::people::TitleLevel)>) -> String {
    title.map(|(series, level)| format!("{series} {level}")).unwrap_or_default()
}

pub(super) fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    said: &InboundPerson,
) -> Result<Id, Problem> {
    let employer = by_code(writer, asker.jurisdiction, &said.employer_code, "/employer_code")?;
    let new = NewProfessional {
        name: said.name.clone(),
        id_type: said.id_type,
        id_number: said.id_number.clone(),
        phone: said.phone.clone(),
        title_series: said.title_series.clone(),
        title_level: said.title_level,
        post: said.post,
        employer_id: employer.id.0,
        started_on: said.started_on,
    };
    Ok(Id(register(writer, asker, &new)?.into_body().id))
}

pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    record: &Record,
    said: &InboundPerson,
    names: &[&str],
) -> Result<(), Problem> {
    let person = writer.professional(asker.jurisdiction, record.id)?;
    let mut person = person.ok_or_else(|| Problem::new(Code::NotFound))?;
    let wanted = |name: &str| names.contains(&name);
    if wanted("name") {
        person.name = said.name.trim().to_owned();
    }
    if wanted("title")
        && let Some((series, level)) =
            checked_title(said.title_series.as_deref(), said.title_level)?
    {
        person.title_series = Some(series);
        person.title_level = Some(Word(level));
    }
    if wanted("post") {
        person.post = Word(said.post);
    }
    let phone = wanted("phone").then(|| said.phone.clone());
    save(writer, &mut person, phone)?;
    tell(writer, asker, EventType::ProfessionalChanged, &person)
}
