//! The list of those admitted to a seminar (P6): as small as its places, and drawn up before it begins.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::instant::china_date;
use xueshi_domain::seminar::{
    Event, SeminarRoad, check_list, require_admissible, require_not_begun,
};
use xueshi_persistence::{Id, Moment, Page, Professional, Reader, SeminarAdmission, Slice, Writer};

use super::{Taken, hosted, rules_now, shown, span, take, visible};
use crate::dto::Day;
use crate::dto::id_numbers::parse_id_number;
use crate::dto::seminars::{SeminarAdmissionDto, SeminarDto, SeminarListContent, SeminarPerson};
use crate::extract::RequiredIfMatch;
use crate::problem::refusal_text::text;
use crate::problem::{Code, Problem, Text};
use crate::services::events::Happening;
use crate::services::explanations::Trail;
use crate::services::{Asker, Reply};

/// Those on the list: all of them for those whose units hold the host, otherwise oneself and one's own units' people.
///
/// # Errors
/// 404 for a seminar that the asker may not see.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Id,
    page: Page<Id>,
) -> Result<Slice<SeminarAdmissionDto>, Problem> {
    let (seminar, host) = visible(reader, asker, id)?;
    let city = seminar.jurisdiction_id;
    let own = asker.scope(Permission::ReadRecords);
    let whole = asker.scope(Permission::ReadClasses).covers(&host.path);
    let only = if whole { None } else { Some(&own) };
    let found = reader.seminar_admissions(city, seminar.id, only, page)?;
    let ids = found.rows.iter().map(|row| row.professional_id).collect();
    let people: HashMap<Id, Professional> = reader
        .professionals_by_id(city, ids)?
        .into_iter()
        .map(|person| (person.professional_id, person))
        .collect();
    let records = reader.seminar_records(city, seminar.id)?;
    let rows = found.rows.iter().map(|row| {
        let person = people.get(&row.professional_id);
        let person = person.ok_or_else(|| Problem::internal("someone on a list is missing"))?;
        let record = records.get(&row.professional_id).copied();
        Ok(SeminarAdmissionDto::new(row, person, record))
    });
    Ok(Slice { rows: rows.collect::<Result<_, Problem>>()?, total: found.total })
}

/// Draws up the list: the people named are admitted, and nobody else.
///
/// # Errors
/// 403, 404, 409 before the approval, 412, `year-end-freeze`; 422 for people who are not there, named twice, more than the places,
/// or could not declare the hours, and once it has begun.
pub fn replace(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Id,
    condition: &RequiredIfMatch,
    content: &SeminarListContent,
) -> Result<Reply<SeminarDto>, Problem> {
    let now = writer.now();
    let today = china_date(now);
    let mut held = hosted(writer, asker, id)?;
    condition.check(held.seminar.version.into())?;
    let mut trail = Trail::acting_for(held.acting_for);
    let to = trail.step::<SeminarRoad>(held.seminar.state.0, Event::Admit)?;
    let rules = rules_now(writer, &held.seminar, &mut trail)?;
    trail.ask_one(CheckName::NotBegun, require_not_begun(span(&held.seminar)?, today))?;
    let number = u32::try_from(content.people.len()).map_err(Problem::internal)?;
    let places = u32::try_from(held.seminar.places).map_err(Problem::internal)?;
    trail = trail.looking_at(json!({"people": number, "places": places}));
    trail.ask_one(CheckName::ListWithinPlaces, check_list(number, places))?;
    let people = named(writer, asker.jurisdiction, &content.people)?;
    let mut refused: Option<Problem> = None;
    let mut rows = Vec::with_capacity(people.len());
    for (place, person) in people.iter().enumerate() {
        let id = person.professional_id;
        let job = writer.employment_of_day(asker.jurisdiction, id, today)?.map(|job| job.days());
        if let Err(refusal) = require_admissible(job, person.post.0, &rules.policy, today) {
            let (at, code) = (format!("/people/{place}"), refusal.code());
            let said = text(&refusal);
            refused = Some(refused.unwrap_or_else(|| Problem::from(refusal)).at(at, code, said));
        }
        rows.push(SeminarAdmission {
            jurisdiction_id: asker.jurisdiction,
            professional_id: person.professional_id,
            seminar_id: held.seminar.id,
            employer_id: person.employer_id,
            admitted_at: Moment(now),
            hours: None,
            passed: None,
        });
    }
    let each = [CheckName::ActiveEmployment, CheckName::PostInScope];
    trail.ask(each.map(Finding::passed), refused.map_or(Ok(()), Err))?;
    let before: HashSet<Id> = writer
        .seminar_list(asker.jurisdiction, held.seminar.id)?
        .into_iter()
        .map(|row| row.professional_id)
        .collect();
    writer.replace_seminar_list(asker.jurisdiction, held.seminar.id, &rows)?;
    held.seminar.admitted = i32::try_from(rows.len()).map_err(Problem::internal)?;
    let added: Vec<&SeminarAdmission> =
        rows.iter().filter(|row| !before.contains(&row.professional_id)).collect();
    let removed = before.len() + added.len() - rows.len();
    let taken = Taken {
        event: Event::Admit,
        to,
        rules: &rules,
        tells: EventType::SeminarAdmitted,
        data: json!({"added": added.len(), "removed": removed}),
        trail: trail.clone(),
    };
    take(writer, asker, &mut held, taken)?;
    for row in added {
        Happening::new(EventType::SeminarAdmitted)
            .by(asker)
            .person(row.professional_id, row.employer_id, None)
            .subject(held.seminar.id)
            .year(held.seminar.year)
            .data(json!({"state": held.seminar.state.0, "starts_on": Day(held.seminar.starts_on)}))
            .because(trail.clone())
            .tell(writer, row.jurisdiction_id)?;
    }
    Ok(shown(held))
}

/// The people of a list, each once; what is wrong with the list is said of every line.
fn named(
    reader: &mut Reader<'_>,
    city: Id,
    lines: &[SeminarPerson],
) -> Result<Vec<Professional>, Problem> {
    let mut seen = HashSet::new();
    let mut people = Vec::with_capacity(lines.len());
    let mut unknown: Option<Problem> = None;
    let mut twice: Option<Problem> = None;
    for (place, line) in lines.iter().enumerate() {
        let at = format!("/people/{place}");
        match person(reader, city, line, &at)? {
            None => {
                let text = Text::new("没有登记这个人", "no such person is registered");
                let problem = unknown.unwrap_or_else(|| Problem::new(Code::UnknownReference));
                unknown = Some(problem.at(at, Code::UnknownReference.id(), text));
            }
            Some(person) if !seen.insert(person.professional_id) => {
                let text = Text::new("名单中重复", "stands in the list already");
                let problem = twice.unwrap_or_else(|| Problem::new(Code::ValidationFailed));
                twice = Some(problem.at(at, "duplicate", text));
            }
            Some(person) => people.push(person),
        }
    }
    match unknown.or(twice) {
        Some(problem) => Err(problem),
        None => Ok(people),
    }
}

/// The person that a line names, if there is one.
fn person(
    reader: &mut Reader<'_>,
    city: Id,
    line: &SeminarPerson,
    at: &str,
) -> Result<Option<Professional>, Problem> {
    let id = match (line.professional_id, line.id_type, &line.id_number) {
        (Some(id), None, None) => Some(Id(id)),
        (None, Some(id_type), Some(number)) => {
            let number = parse_id_number(id_type, number, &format!("{at}/id_number"))?;
            reader.professional_by_id_number(city, &number)?
        }
        (Some(_), _, _) | (None, Some(_), None) | (None, None, Some(_)) | (None, None, None) => {
            let text = Text::new(
                "应填写人员标识，或证件类型与证件号码",
                "give either `professional_id`, or `id_type` and `id_number`",
            );
            return Err(Problem::new(Code::ValidationFailed).at(at, "one-of", text));
        }
    };
    match id {
        Some(id) => Ok(reader.professional(city, id)?),
        None => Ok(None),
    }
}
