//! An id number or a phone number, whole, for a purpose that the log keeps (U4a).

use actix_web::http::header;
use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::identity::{mask_id_number, mask_phone};
use xueshi_domain::instant::china_date;
use xueshi_domain::personal_data::RevealField;
use xueshi_persistence::Writer;

use super::subject;
use crate::dto::personal_data::{Reveal, RevealedDto};
use crate::problem::{Code, Problem};
use crate::services::events::Happening;
use crate::services::{Asker, Reply};

/// Shows what was asked for, and tells who saw it for what; never the numbers. A dry run, which leaves nothing behind, shows the
/// masked ones.
///
/// # Errors
/// 404 for someone whom the asker does not see, and for someone who was erased; 403 without the right at the employer that they work
/// for today, or at the municipal bureau where they work for none.
pub fn reveal(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    request: &Reveal,
) -> Result<Reply<RevealedDto>, Problem> {
    let person = subject(writer, asker, id, Permission::ReadPersonalData)?;
    let (city, record) = (person.jurisdiction_id, person.professional_id);
    // Who once employed somebody has no need of their numbers any more: then they are for the municipal bureau.
    let today = china_date(writer.now());
    let job = writer.present_employment(city, record, today)?;
    let unit = match &job {
        Some(job) => writer.organization(city, job.organization_id)?,
        None => writer.municipal_bureau(city)?,
    };
    let unit = unit.ok_or_else(|| Problem::new(Code::Forbidden))?;
    let right = asker.acting_for(Permission::ReadPersonalData, &unit.path)?.organization_id;
    if writer.erasure(city, record)?.is_some() {
        return Err(Problem::new(Code::NotFound));
    }
    let (number, phone) =
        writer.whole_numbers(city, record)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let wanted = |field: RevealField| request.fields.contains(&field);
    let shown = |text: String, mask: fn(&str) -> String| match writer.keeps() {
        true => text,
        false => mask(&text),
    };
    let revealed = RevealedDto {
        professional_id: record.0,
        id_type: person.id_type.0,
        id_number: wanted(RevealField::IdNumber).then(|| shown(number, mask_id_number)),
        phone: phone.filter(|_| wanted(RevealField::Phone)).map(|phone| shown(phone, mask_phone)),
    };
    Happening::new(EventType::PersonalDataRevealed)
        .by(asker)
        .person(record, person.employer_id, unit.reviewing_body_id)
        .subject(record)
        .data(
            json!({"purpose": request.purpose, "fields": request.fields, "case_id": request.case_id,
            "acting_for": right}),
        )
        .tell(writer, city)?;
    Ok(Reply::ok(revealed).with(header::CACHE_CONTROL, "no-store"))
}
