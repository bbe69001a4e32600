//! Completions that another system speaks of (H6, H7).

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_domain::registry::LearningSource;
use xueshi_persistence::{Id, LearningRecord, Reader, Tenths, Writer};

use super::record::{Field, Record};
use crate::dto::learning_records::NewLearningRecord;
use crate::problem::{Code, Problem};
use crate::services::Asker;
use crate::services::events::Happening;
use crate::services::learning_records::{Named, admit, person, span_of, take_in};
use crate::services::memo::Memo;

pub(super) fn find(
    reader: &mut Reader<'_>,
    city: Id,
    known: Option<(Id, Option<Id>)>,
    said: &NewLearningRecord,
) -> Result<Option<Record>, Problem> {
    let whose = Named {
        id: said.professional_id,
        id_type: said.id_type,
        number: said.id_number.as_deref(),
    };
    let whose = person(reader, city, whose)?;
    let found = match known {
        Some((id, Some(person))) => reader.learning_record(city, person, id)?,
        Some((_, None)) | None => None,
    };
    let found = match found {
        Some(found) => Some(found),
        None => reader.platform_completion(city, whose, &said.platform, &said.course_code)?,
    };
    Ok(found.map(|found| record_of(&found, whose, said)))
}

/// A completion beside what a line says of it, and of whom.
fn record_of(found: &LearningRecord, whose: Id, said: &NewLearningRecord) -> Record {
    let declared = found.declared;
    // V8: what the bureau added on an appeal is its decision, and nobody else's to correct.
    let decided = declared || found.source.0 == LearningSource::Appeal;
    let by_road =
        |field: Field| if declared { field.by_road("revocation") } else { field.decided(decided) };
    let course = |person: Id, platform: &str, course: &str| format!("{person} {platform} {course}");
    let here = course(
        found.professional_id,
        found.platform_code.as_deref().unwrap_or_default(),
        found.course_code.as_deref().unwrap_or_default(),
    );
    let hours = found.corrected_hours.unwrap_or(found.hours).0;
    let fields = vec![
        Field::new("course", here, course(whose, &said.platform, &said.course_code))
            .by_road("revocation"),
        Field::new("hours", hours.to_string(), said.hours.0.to_string()).decided(decided),
        by_road(Field::new(
            "learning",
            learning(&found.title, found.started_on, found.completed_on),
            learning(&said.title, said.started_on.0, said.completed_on.0),
        )),
    ];
    let person = Some(found.professional_id);
    Record { id: found.id, person, unit: None, year: None, fields }
}

/// Title and days.
fn learning(title: &str, from: time::Date, to: time::Date) -> String {
    format!("{title} {from} {to}")
}

pub(super) fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    memo: &mut Memo,
    said: &NewLearningRecord,
) -> Result<Record, Problem> {
    let (made, _) = take_in(writer, asker, memo, said)?;
    Ok(record_of(&made, made.professional_id, said))
}

/// What nothing rests on is replaced. Under a declaration only the hours are corrected, as a roster's are: the correction takes
/// effect when the declaration no longer stands (P4).
pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    memo: &mut Memo,
    record: &Record,
    said: &NewLearningRecord,
    names: &[&str],
) -> Result<(), Problem> {
    let city = asker.jurisdiction;
    let person = record.person.unwrap_or(record.id);
    let found = writer.learning_record(city, person, record.id)?;
    let mut found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let span = span_of(said)?;
    admit(writer, city, memo, said, span)?;
    let wanted = |name: &str| names.contains(&name);
    if found.declared {
        let correction = Some(Tenths(said.hours.0)).filter(|hours| *hours != found.hours);
        found.corrected_hours = correction;
        found.corrected_passed = correction.map(|_| found.passed);
        writer.save_learning_record(&found)?;
        return tell(writer, asker, &found);
    }
    if wanted("hours") {
        found.hours = Tenths(said.hours.0);
    }
    if wanted("learning") {
        found.title.clone_from(&said.title);
        found.year = span.year();
        found.started_on = span.start();
        found.completed_on = span.end();
    }
    writer.save_platform_completion(&found)?;
    tell(writer, asker, &found)
}

fn tell(writer: &mut Writer<'_>, asker: &Asker, record: &LearningRecord) -> Result<(), Problem> {
    let city = asker.jurisdiction;
    Happening::new(EventType::LearningRecordChanged)
        .about(writer, city, record.professional_id)?
        .by(asker)
        .subject(record.id)
        .year(record.year)
        .data(json!({"subject": record.subject.0, "hours": record.hours.0, "platform": record.platform_code}))
        .tell(writer, city)
}
