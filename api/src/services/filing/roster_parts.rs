//! A roster that comes in parts, as a file of it is taken in (P4): one revision, which says nothing of whom it does not name.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::Action;
use xueshi_domain::class::{
    ClassEvent, ClassRoad, RosterChange, RosterResult, check_result, roster_is_open,
};
use xueshi_domain::event::EventType;
use xueshi_domain::identity::IdNumber;
use xueshi_domain::instant::china_date;
use xueshi_domain::workflow::step;
use xueshi_persistence::{Class, Id, Moment, Organization, Reader, RosterRevision, Word, Writer};

use super::attendance::Roster;
use super::classes::own;
use super::rosters::tell;
use super::stands;
use crate::problem::{Code, Problem, Text};
use crate::services::Asker;
use crate::services::references::unfit;
use crate::services::rules::Rules;

/// A line of a part.
pub struct PartLine {
    /// The attendee's id number.
    pub number: IdNumber,
    /// The name that stands beside it.
    pub name: Option<String>,
    /// What is said of them.
    pub says: RosterResult,
}

/// Of which roster it is a part.
#[derive(Debug, Clone, Copy)]
pub struct PartOf<'a> {
    /// The class.
    pub class: Uuid,
    /// Why the roster is corrected.
    pub reason: Option<&'a str>,
    /// The revision that earlier parts made.
    pub revision: Option<i32>,
}

/// What became of a part.
pub struct TakenPart {
    /// What each line did, or why it was refused.
    pub results: Vec<Result<RosterChange, Problem>>,
    /// The revision that it belongs to, once anything was changed.
    pub revision: Option<i32>,
}

/// A class whose roster the asker may hand in now.
///
/// # Errors
/// 404, 403, 409 for a class that was called off, 422 before its end and in the freeze (W1).
pub fn open_class(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<(Class, Organization), Problem> {
    let (class, unit) = own(reader, asker, id)?;
    step::<ClassRoad>(class.state.0, ClassEvent::HandIn)?;
    roster_is_open(class.ends_on, china_date(reader.now()))?;
    Ok((class, unit))
}

/// Takes a part in. A refused line never blocks the others.
///
/// # Errors
/// As [`open_class`]; what is wrong with a line is its result.
pub fn take_part(
    writer: &mut Writer<'_>,
    asker: &Asker,
    of: PartOf<'_>,
    lines: &[PartLine],
) -> Result<TakenPart, Problem> {
    let (mut class, unit) = open_class(writer, asker, of.class)?;
    let acting_for = Id(asker.acting_for(Permission::ManageClasses, &unit.path)?.organization_id);
    let rules = Rules::of(writer, asker.jurisdiction, class.ends_on.year())?;
    let admission = rules.timetable.admit(Action::DeliverLearning, writer.now())?;
    writer.valid_until(admission.valid_until);

    let people = attendees(writer, asker, lines)?;
    let ids: Vec<Id> = people.iter().filter_map(|found| found.as_ref().ok().copied()).collect();
    let mut roster = Roster::of_people(writer, class.clone(), &ids)?;
    let goes_on = of.revision == Some(class.roster_revision);
    let needs_reason = class.roster_revision > 0 && !goes_on && of.reason.is_none();
    let mut seen = BTreeSet::new();
    let mut results = Vec::with_capacity(lines.len());
    let (mut added, mut passed) = (0_i32, 0_i32);
    for (line, person) in lines.iter().zip(people) {
        let person = match person {
            Ok(person) if seen.insert(person) => person,
            Ok(_) => {
                results.push(Err(twice()));
                continue;
            }
            Err(problem) => {
                results.push(Err(problem));
                continue;
            }
        };
        if let Err(refusal) = check_result(class.way.0, class.hours.0, line.says) {
            results.push(Err(refusal.into()));
            continue;
        }
        if needs_reason && roster.says_otherwise(person, line.says) {
            results.push(Err(without_reason()));
            continue;
        }
        let (_, change) = roster.say(writer, person, line.says)?;
        if change == RosterChange::Added {
            added += 1;
            passed += i32::from(line.says.passed);
        }
        results.push(Ok(change));
    }
    if roster.lines.is_empty() {
        return Ok(TakenPart { results, revision: of.revision });
    }
    passed += roster.lines.iter().map(passed_more).sum::<i32>();
    let newest = writer.newest_roster(class.jurisdiction_id, class.id)?;
    let (line_count, passed_count) =
        newest.map_or((0, 0), |newest| (newest.line_count, newest.passed_count));
    let was = class.state.0;
    class.state = Word(step::<ClassRoad>(was, ClassEvent::HandIn)?);
    class.roster_revision += i32::from(!goes_on);
    stands(writer.save_class(was, &mut class)?)?;
    let revision = RosterRevision {
        jurisdiction_id: class.jurisdiction_id,
        class_id: class.id,
        revision: class.roster_revision,
        reason: of.reason.map(str::to_owned),
        line_count: line_count + added,
        passed_count: passed_count + passed,
        account_id: asker.account(),
        unit_id: acting_for,
        uploaded_at: Moment(writer.now()),
    };
    if goes_on {
        writer.extend_roster_revision(&revision)?;
        roster.keep_lines(writer, revision.revision)?;
    } else {
        roster.keep(writer, revision)?;
    }
    let is_first = class.roster_revision == 1 && !goes_on;
    let kind = if is_first { EventType::RosterUploaded } else { EventType::RosterRevised };
    tell(writer, asker, &class, kind, &roster)?;
    Ok(TakenPart { results, revision: Some(class.roster_revision) })
}

/// How many more have passed by a line that was there before.
fn passed_more(line: &xueshi_persistence::RosterLine) -> i32 {
    line.passed_before.map_or(0, |before| i32::from(line.passed) - i32::from(before))
}

/// The attendees that the lines name, in a few queries.
fn attendees(
    reader: &mut Reader<'_>,
    asker: &Asker,
    lines: &[PartLine],
) -> Result<Vec<Result<Id, Problem>>, Problem> {
    let city = asker.jurisdiction;
    let numbers: Vec<IdNumber> = lines.iter().map(|line| line.number.clone()).collect();
    let found = reader.professionals_by_id_numbers(city, &numbers)?;
    let named: Vec<Id> = lines
        .iter()
        .filter(|line| line.name.is_some())
        .filter_map(|line| found.get(&line.number).copied())
        .collect();
    let mut names: HashMap<Id, String> = HashMap::with_capacity(named.len());
    for ids in named.chunks(1_000) {
        let people = reader.professionals_by_id(city, ids.to_vec())?;
        names.extend(people.into_iter().map(|person| (person.professional_id, person.name)));
    }
    let attendee = |line: &PartLine| {
        let person = found.get(&line.number).copied().ok_or_else(nobody)?;
        match (&line.name, names.get(&person)) {
            (Some(said), Some(name)) if said.trim() != name => Err(other_name()),
            (Some(_) | None, _) => Ok(person),
        }
    };
    Ok(lines.iter().map(attendee).collect())
}

fn nobody() -> Problem {
    let text = Text::new("没有登记这个人", "no such person is registered");
    let code = Code::UnknownReference;
    Problem::new(code).detail(text.zh.clone(), text.en.clone()).at("/id_number", code.id(), text)
}

fn other_name() -> Problem {
    unfit(
        "/name",
        "name-differs",
        "与该证件号码登记的姓名不一致",
        "is not the name that is registered with this id number",
    )
}

fn twice() -> Problem {
    unfit(
        "/id_number",
        "duplicate-line",
        "该人员在名册中出现多次",
        "this attendee stands in the roster twice",
    )
}

fn without_reason() -> Problem {
    unfit(
        "/reason",
        "reason-required",
        "更正名册必须说明理由，请在导入时填写 reason",
        "changes a roster that is in already; give the import a `reason`",
    )
}
