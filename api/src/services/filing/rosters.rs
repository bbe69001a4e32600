//! Rosters: what a class's attendees learnt, handed in whole, each time as a visible revision (P4).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::Action;
use xueshi_domain::class::{
    ClassEvent, ClassRoad, RosterChange, RosterResult, check_result, roster_is_open,
};
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::workflow::step;
use xueshi_persistence::{Class, Id, Moment, Reader, RosterLine, RosterRevision, Word, Writer};

use super::attendance::Roster;
use super::classes::own;
use super::{stands, unit_of};
use crate::dto::rosters::{
    NewRoster, NewRosterLine, RosterLineResult, RosterResults, RosterRevisionDto, RosterRevisions,
};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem, Text};
use crate::request::RequestInfo;
use crate::services::events::{Happening, Whereabouts};
use crate::services::learning_records::{Named, person};
use crate::services::references::unfit;
use crate::services::rules::Rules;
use crate::services::{Asker, Reply};

/// The rosters of a class that were handed in, for those who may read its roster.
///
/// # Errors
/// 404 when the asker's city has no such class, 403 for those who answer for other units.
pub fn revisions(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<RosterRevisions, Problem> {
    let city = asker.jurisdiction;
    let class = reader.class(city, Id(id))?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let unit = unit_of(reader, city, class.organization_id)?;
    asker.acting_for(Permission::ReadClasses, &unit.path)?;
    let found = reader.roster_revisions(city, class.id)?;
    let rows = found.into_iter().map(|revision| {
        let lines = reader.roster_lines(city, class.id, revision.revision)?;
        Ok(RosterRevisionDto::new(revision, &lines))
    });
    Ok(RosterRevisions { data: rows.collect::<Result<_, Problem>>()? })
}

/// Takes a roster in, after its class has ended.
///
/// Each line has its own result. Whoever stood in the roster before and is missing now loses its hours, but only when every
/// line was taken: a line that names nobody may be theirs.
///
/// # Errors
/// 404, 403, 412 on a stale version, 409 for a class that was called off, 422 before its end, in the freeze (W1), for a
/// correction without a reason, and, with `all_or_nothing`, for any refused line.
pub fn upload(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    new: &NewRoster,
    info: &RequestInfo,
) -> Result<Reply<RosterResults>, Problem> {
    let now = writer.now();
    let (mut class, unit) = own(writer, asker, id)?;
    let acting_for = Id(asker.acting_for(Permission::ManageClasses, &unit.path)?.organization_id);
    condition.check(class.version.into())?;
    let was = class.state.0;
    let state = step::<ClassRoad>(was, ClassEvent::HandIn)?;
    roster_is_open(class.ends_on, china_date(now))?;
    let rules = Rules::of(writer, asker.jurisdiction, class.ends_on.year())?;
    let admission = rules.timetable.admit(Action::DeliverLearning, now)?;
    writer.valid_until(admission.valid_until);
    if class.roster_revision > 0 && new.reason.is_none() {
        return Err(unfit(
            "/reason",
            "required",
            "更正名册必须说明理由",
            "a correction of a roster needs a reason",
        ));
    }
    let read = read_lines(writer, &class, &new.lines)?;
    let results: Vec<RosterLineResult> =
        read.iter().filter_map(|line| line.refused(info)).collect();
    if new.all_or_nothing && !results.is_empty() {
        return Err(all_refused(&results));
    }
    let mut roster = Roster::of(writer, class.clone())?;
    let mut taken: BTreeMap<usize, RosterLineResult> =
        results.into_iter().filter_map(|result| Some((result.line? as usize, result))).collect();
    let everyone = taken.is_empty();
    let (mut line_count, mut passed_count) = (0, 0);
    for line in &read {
        let Ok((person, says)) = &line.says else { continue };
        line_count += 1;
        passed_count += i32::from(says.passed);
        let (record, change) = roster.say(writer, *person, *says)?;
        taken.insert(
            line.place,
            RosterLineResult::done(Some(line.place), person.0, record.0, change),
        );
    }
    let mut results: Vec<RosterLineResult> = taken.into_values().collect();
    if everyone {
        results.extend(roster.strike_the_missing(writer)?);
    }
    if roster.lines.is_empty() {
        let revision = class.roster_revision;
        return Ok(Reply::ok(RosterResults { class_id: class.id.0, revision, results })
            .version(class.version));
    }
    class.state = Word(state);
    class.roster_revision += 1;
    stands(writer.save_class(was, &mut class)?)?;
    roster.keep(
        writer,
        RosterRevision {
            jurisdiction_id: class.jurisdiction_id,
            class_id: class.id,
            revision: class.roster_revision,
            reason: new.reason.clone(),
            line_count,
            passed_count,
            account_id: asker.account(),
            unit_id: acting_for,
            uploaded_at: Moment(now),
        },
    )?;
    let is_first = class.roster_revision == 1;
    let kind = if is_first { EventType::RosterUploaded } else { EventType::RosterRevised };
    tell(writer, asker, &class, kind, &roster)?;
    let revision = class.roster_revision;
    Ok(Reply::ok(RosterResults { class_id: class.id.0, revision, results }).version(class.version))
}

/// A line as it was read: the attendee and what it says of them, or why not.
struct ReadLine {
    place: usize,
    says: Result<(Id, RosterResult), Problem>,
}

impl ReadLine {
    fn refused(&self, info: &RequestInfo) -> Option<RosterLineResult> {
        self.says.as_ref().err().map(|problem| RosterLineResult::refused(self.place, problem, info))
    }
}

fn read_lines(
    reader: &mut Reader<'_>,
    class: &Class,
    lines: &[NewRosterLine],
) -> Result<Vec<ReadLine>, Problem> {
    let mut seen = BTreeSet::new();
    let mut read = Vec::with_capacity(lines.len());
    for (place, line) in lines.iter().enumerate() {
        let says = match read_line(reader, class, line) {
            Ok((person, _)) if !seen.insert(person) => Err(unfit(
                "/professional_id",
                "duplicate-line",
                "该人员在名册中出现多次",
                "this attendee stands in the roster twice",
            )),
            Err(problem) if !problem.status().is_client_error() => return Err(problem),
            says => says,
        };
        read.push(ReadLine { place, says });
    }
    Ok(read)
}

fn read_line(
    reader: &mut Reader<'_>,
    class: &Class,
    line: &NewRosterLine,
) -> Result<(Id, RosterResult), Problem> {
    let named = Named {
        id: line.professional_id,
        id_type: line.id_type,
        number: line.id_number.as_deref(),
    };
    let person = person(reader, class.jurisdiction_id, named)?;
    let says = RosterResult { hours: line.hours.0, passed: line.passed };
    check_result(class.way.0, class.hours.0, says)?;
    Ok((person, says))
}

fn all_refused(results: &[RosterLineResult]) -> Problem {
    let count = results.len();
    let problem = Problem::new(Code::RosterRefused).detail(
        format!("名册有 {count} 行未通过，整份名册未保存"),
        format!("{count} lines were refused, so nothing of the roster was kept"),
    );
    let text = || Text::new("该行未通过", "the line was refused");
    let problem = results.iter().fold(problem, |problem, result| {
        let place = result.line.unwrap_or_default();
        let code =
            result.problem.as_ref().map_or_else(String::new, |document| document.code.clone());
        problem.at(format!("/lines/{place}"), code, text())
    });
    problem.fact("results", serde_json::to_value(results).unwrap_or_default())
}

/// One event for the class, and one for each person whom it concerns.
pub(super) fn tell(
    writer: &mut Writer<'_>,
    asker: &Asker,
    class: &Class,
    kind: EventType,
    roster: &Roster,
) -> Result<(), Problem> {
    let (city, year) = (class.jurisdiction_id, class.ends_on.year());
    let flagged = |line: &&RosterLine| line.change.0 == RosterChange::CorrectionNeeded;
    let people = roster.lines.iter().map(|line| line.professional_id).collect();
    let places = Whereabouts::of(writer, city, people)?;
    let mut told = Vec::with_capacity(roster.lines.len() + 1);
    let whole = Happening::new(kind)
        .by(asker)
        .unit(class.organization_id)
        .subject(class.id)
        .year(year)
        .data(json!({
            "revision": class.roster_revision,
            "changed": roster.lines.len(),
            "corrections_needed": roster.lines.iter().filter(flagged).count(),
        }));
    told.push(whole.event(writer, city));
    for record in &roster.added {
        let added = Happening::new(EventType::LearningRecordDelivered)
            .by(asker)
            .at_work(&places, record.professional_id)
            .subject(record.id)
            .year(year)
            .data(json!({"subject": record.subject.0, "hours": record.hours.0, "passed": record.passed,
                "class_id": class.id}));
        told.push(added.event(writer, city));
    }
    for line in roster.lines.iter().filter(|line| line.change.0 != RosterChange::Added) {
        let revised = Happening::new(EventType::RosterRevised)
            .by(asker)
            .at_work(&places, line.professional_id)
            .subject(class.id)
            .year(year)
            .data(json!({"revision": class.roster_revision, "change": line.change.0,
                "learning_record_id": line.learning_record_id, "hours": line.hours.0, "passed": line.passed}));
        told.push(revised.event(writer, city));
    }
    Ok(writer.record_events(&told)?)
}
