//! Prior years that another system speaks of. They stand beside what is kept here: hours of a prior year enter only under a
//! granted make-up (H4), and what was sealed stays as it was sealed (A3).

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_persistence::{AnnualRecord, Id, Moment, Reader, ReportedYear, Tenths, Word, Writer};

use super::record::{Field, Record};
use crate::dto::id_numbers::parse_id_number;
use crate::dto::inbound::InboundPriorYear;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::events::Happening;
use crate::services::references::{unfit, unknown};
use crate::services::year::totals;

fn whose(reader: &mut Reader<'_>, city: Id, said: &InboundPriorYear) -> Result<Id, Problem> {
    let this_year = china_date(reader.now()).year();
    if said.year >= this_year {
        return Err(unfit(
            "/year",
            "not-prior",
            "应为今年以前的年度",
            "must be a year before the present one",
        ));
    }
    let number = parse_id_number(said.id_type, &said.id_number, "/id_number")?;
    reader.professional_by_id_number(city, &number)?.ok_or_else(|| unknown("/id_number"))
}

pub(super) fn find(
    reader: &mut Reader<'_>,
    city: Id,
    said: &InboundPriorYear,
) -> Result<Option<Record>, Problem> {
    let person = whose(reader, city, said)?;
    let fields = match reader.annual_record(city, person, said.year)? {
        Some(year) if is_kept_here(&year) => {
            let hours = totals(&year).approved;
            let outcome = year.outcome.map_or("open", |outcome| outcome.0.as_str());
            fields(outcome, (hours.public, hours.professional), said)
                .map(|field| field.by_road("makeup"))
        }
        Some(_) | None => match reader.reported_year(city, person, said.year)? {
            Some(known) => {
                let hours = (known.public_hours.0, known.professional_hours.0);
                fields(known.outcome.0.as_str(), hours, said)
            }
            None => return Ok(None),
        },
    };
    let fields = Vec::from(fields);
    let year = Some(said.year);
    Ok(Some(Record { id: person, person: Some(person), unit: None, year, fields }))
}

/// Whether something was decided here about a year.
fn is_kept_here(year: &AnnualRecord) -> bool {
    let hours = totals(year);
    year.settled_at.is_some()
        || !hours.approved.total().is_zero()
        || !hours.pending.total().is_zero()
}

fn fields(
    outcome: &str,
    (public, professional): (xueshi_domain::Hours, xueshi_domain::Hours),
    said: &InboundPriorYear,
) -> [Field; 3] {
    [
        Field::new("outcome", outcome, said.outcome.as_str()),
        Field::new("public_hours", public.to_string(), said.public_hours.0.to_string()),
        Field::new(
            "professional_hours",
            professional.to_string(),
            said.professional_hours.0.to_string(),
        ),
    ]
}

/// Keeps what the other system says of the year.
pub(super) fn keep(
    writer: &mut Writer<'_>,
    asker: &Asker,
    source: &str,
    said: &InboundPriorYear,
) -> Result<Id, Problem> {
    let city = asker.jurisdiction;
    let person = whose(writer, city, said)?;
    writer.keep_reported_year(&ReportedYear {
        jurisdiction_id: city,
        professional_id: person,
        year: said.year,
        source: source.to_owned(),
        outcome: Word(said.outcome),
        public_hours: Tenths(said.public_hours.0),
        professional_hours: Tenths(said.professional_hours.0),
        reported_at: Moment(writer.now()),
    })?;
    Happening::new(EventType::ReportedYearChanged)
        .about(writer, city, person)?
        .by(asker)
        .year(said.year)
        .data(json!({"outcome": said.outcome, "public_hours": said.public_hours,
            "professional_hours": said.professional_hours, "source": source}))
        .tell(writer, city)?;
    Ok(person)
}
