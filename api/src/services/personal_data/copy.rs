//! Everything that is stored about a person, for the person concerned (U4a).

use xueshi_domain::event::EventType;
use xueshi_persistence::{Id, PERSONAL_TABLES, Reader};

use super::Person;
use crate::dto::personal_data::{PersonalDataCopy, PersonalRows, WholeNumbers};
use crate::problem::{Code, Problem};
use crate::services::Asker;
use crate::services::events::Happening;

/// The form of the copy: its tables and columns may become more, never fewer, without another number.
const FORMAT: &str = "xueshi-personal-data/1";

/// That the asker gets their copy: told before anything is read, so that no numbers leave without a trace.
///
/// # Errors
/// 403 for someone who is no professional; 404 for someone who was erased.
pub fn copy_told(reader: &mut Reader<'_>, asker: &Asker) -> Result<Happening, Problem> {
    let (city, own) = (asker.jurisdiction, existing(reader, asker)?);
    Ok(Happening::new(EventType::PersonalDataExported).about(reader, city, own)?.subject(own))
}

/// Everything that is stored about the asker. It was told before ([`copy_told`]).
///
/// # Errors
/// As there.
pub fn copy(reader: &mut Reader<'_>, asker: &Asker) -> Result<PersonalDataCopy, Problem> {
    let (city, own) = (asker.jurisdiction, existing(reader, asker)?);
    let person = Person::of(reader, city, own)?;
    let mut numbers = Vec::with_capacity(person.records.len());
    for record in &person.records {
        let found = reader.whole_numbers(city, *record)?;
        numbers.extend(found.map(|(id_number, phone)| WholeNumbers {
            professional_id: record.0,
            id_number,
            phone,
        }));
    }
    let mut tables = Vec::with_capacity(PERSONAL_TABLES.len());
    for table in PERSONAL_TABLES {
        let rows = reader.personal_rows(table, city, &person.records, &person.accounts)?;
        tables.push(PersonalRows {
            table: table.name.to_owned(),
            meaning: table.meaning.to_owned(),
            rows: rows.into_iter().map(serde_json::Value::Object).collect(),
        });
    }
    Ok(PersonalDataCopy {
        format: FORMAT.to_owned(),
        made_at: reader.now().into(),
        professional_id: own.0,
        numbers,
        tables,
    })
}

/// The asker's own record.
fn existing(reader: &mut Reader<'_>, asker: &Asker) -> Result<Id, Problem> {
    let own = asker.professional()?;
    match reader.erasure(asker.jurisdiction, own)? {
        None => Ok(own),
        Some(_) => Err(Problem::new(Code::NotFound)),
    }
}
