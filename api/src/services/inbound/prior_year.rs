//! Prior years that another system speaks of. They stand beside what is kept here: hours of a prior year enter only under a
//! granted make-up (H4), and what was sealed stays as it was sealed (A3).

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_persistence::{AnnualRecord, Id, Moment, Reader, ReportedYear, Tenths, Word, Writer};

use super::record::{Field, Record};
use crate::dto::id_numbers::parse_id_number;
use crate::dto::inbound::InboundPriorYear;
use crate::problem::{Code, Problem};
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

/// Keeps the first that another system says of the year.
pub(super) fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    source: &str,
    said: &InboundPriorYear,
) -> Result<Id, Problem> {
    let city = asker.jurisdiction;
    let person = whose(writer, city, said)?;
    let row = ReportedYear {
        jurisdiction_id: city,
        professional_id: person,
        year: said.year,
        source: source.to_owned(),
        outcome: Word(said.outcome),
        public_hours: Tenths(said.public_hours.0),
        professional_hours: Tenths(said.professional_hours.0),
        reported_at: Moment(writer.now()),
    };
    keep(writer, asker, &row)?;
    Ok(person)
}

/// Replaces these members of what is kept of the year; the others stay as they were told, or as somebody here kept them.
///
/// What comes of it may have been said by no system as a whole, such as an outcome beside the hours of another one. No rule
/// compares the two: hours that were told add to nothing (H4), and it is the outcome alone that answers for the year.
pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    record: &Record,
    source: &str,
    said: &InboundPriorYear,
    names: &[&str],
) -> Result<(), Problem> {
    let found = writer.reported_year(asker.jurisdiction, record.id, said.year)?;
    let mut row = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let wanted = |name: &str| names.contains(&name);
    if wanted("outcome") {
        row.outcome = Word(said.outcome);
    }
    if wanted("public_hours") {
        row.public_hours = Tenths(said.public_hours.0);
    }
    if wanted("professional_hours") {
        row.professional_hours = Tenths(said.professional_hours.0);
    }
    let says_all = row.outcome.0 == said.outcome
        && row.public_hours.0 == said.public_hours.0
        && row.professional_hours.0 == said.professional_hours.0;
    // It bears the name of the system that its outcome is from, or of the one that says all of it.
    if says_all || wanted("outcome") {
        source.clone_into(&mut row.source);
    }
    row.reported_at = Moment(writer.now());
    keep(writer, asker, &row)
}

/// Stores what is known of the year by now, and tells of it.
fn keep(writer: &mut Writer<'_>, asker: &Asker, row: &ReportedYear) -> Result<(), Problem> {
    let city = asker.jurisdiction;
    writer.keep_reported_year(row)?;
    Happening::new(EventType::ReportedYearChanged)
        .about(writer, city, row.professional_id)?
        .by(asker)
        .year(row.year)
        .data(json!({"outcome": row.outcome.0, "public_hours": row.public_hours.0,
            "professional_hours": row.professional_hours.0, "source": row.source}))
        .tell(writer, city)
}
