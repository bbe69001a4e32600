//! Bringing an appeal: what it is about, who decides, and by when (V8).

use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{OrgPath, Permission};
use xueshi_domain::appeal::{Kind, Levels, State, decider, due_of, kind_of};
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::review::{Decision, Event as ReviewEvent, Stage, next};
use xueshi_persistence::{
    Appeal, Declaration, Id, Moment, Organization, Reader, StoreError, Tenths, Word, Writer,
};

use super::{missing, opened, tell};
use crate::dto::Timestamp;
use crate::dto::appeals::{About, AppealCourse, AppealDto, NewAppeal};
use crate::problem::Problem;
use crate::services::declarations::current_route;
use crate::services::explanations::Trail;
use crate::services::references::unknown;
use crate::services::rules::working_days;
use crate::services::{Asker, Reply};

/// What an appeal is about, and the units that it concerns.
struct Matter {
    kind: Kind,
    /// What a person can appeal about once.
    key: String,
    year: i32,
    declaration: Option<Id>,
    class: Option<Id>,
    seminar: Option<Id>,
    course: Option<AppealCourse>,
    employer: Id,
    authority: Id,
    /// The unit that was acted for in what is appealed against; none for a missing record.
    decided_for: Option<Id>,
}

/// Brings an appeal (V8).
///
/// # Errors
/// 409 for a second one about the same matter, for a declaration that is neither rejected nor revoked, and for a record that
/// is there; 422 for what is unknown, for a class, seminar or course that has not ended, for a course that its platform could not have
/// delivered, and in the freeze.
pub fn bring(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewAppeal,
) -> Result<Reply<AppealDto>, Problem> {
    let (city, person, now) = (asker.jurisdiction, asker.professional()?, writer.now());
    let about = new.about().ok_or_else(|| Problem::internal("an appeal about no one matter"))?;
    let matter = match about {
        About::Declaration(id) => of_declaration(writer, asker, id)?,
        About::Class(id) => of_class(writer, city, person, Id(id), now)?,
        About::Seminar(id) => of_seminar(writer, city, person, Id(id), now)?,
        About::Course(course) => of_course(writer, city, person, course)?,
    };
    let open = Finding::passed(CheckName::OpenToAppeal).with(json!({"matter": &matter.key}));
    let mut trail = Trail::default().saying(Some(&new.statement)).found([open]);
    if let Some(before) = writer.appeal_about(city, person, &matter.key)? {
        let (appeal_id, state) = (before.id.0, before.state.0);
        return trail.ask([], Err(Refusal::AppealedAlready { appeal_id, state }));
    }
    trail = trail.found([Finding::passed(CheckName::AppealedOnce)]);
    let rules = opened(writer, (city, matter.year), &mut trail)?;
    let calendar = working_days(writer, city)?;
    let due = due_of(now, &rules.policy.review, &calendar)
        .ok_or_else(|| Problem::internal("the due day of an appeal lies beyond the calendar"))?;
    let decider_id = next_level(writer, city, &matter)?;
    let course = matter.course;
    let appeal = Appeal {
        jurisdiction_id: city,
        professional_id: person,
        id: writer.new_id(),
        kind: Word(matter.kind),
        matter: matter.key,
        year: matter.year,
        declaration_id: matter.declaration,
        class_id: matter.class,
        seminar_id: matter.seminar,
        platform_code: course.as_ref().map(|course| course.platform.clone()),
        course_code: course.as_ref().map(|course| course.course_code.clone()),
        title: course.as_ref().map(|course| course.title.clone()),
        hours: course.as_ref().map(|course| Tenths(course.hours.0)),
        started_on: course.as_ref().map(|course| course.started_on.0),
        completed_on: course.as_ref().map(|course| course.completed_on.0),
        statement: new.statement.clone(),
        state: Word(State::Submitted),
        employer_id: matter.employer,
        authority_id: matter.authority,
        decider_id,
        submitted_at: Moment(now),
        due_at: Moment(due.at),
        due_provisional: due.provisional,
        overdue_told: false,
        decided_by: None,
        decided_for: None,
        decided_at: None,
        comment: None,
        policy_version: rules.version,
        learning_record_id: None,
        version: 1,
        updated_at: Moment(now),
    };
    match writer.insert_appeal(&appeal) {
        // The same matter was appealed about meanwhile: decide again, on what stands now.
        Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        done => done?,
    }
    let next = Finding::passed(CheckName::NextLevelDecides).with(json!({
        "decided_for": matter.decided_for, "decider_id": decider_id,
        "working_days": rules.policy.review.working_days_per_stage, "due_at": Timestamp::from(appeal.due_at),
        "provisional": due.provisional,
    }));
    tell(writer, Some(asker), EventType::AppealSubmitted, &appeal, trail.found([next]))?;
    let location = format!("/v1/appeals/{}", appeal.id);
    Ok(Reply::created(&location, AppealDto::new(&appeal, now)).version(appeal.version))
}

/// One's own declaration, and the decision that stands against it.
fn of_declaration(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Matter, Problem> {
    let scope = asker.scope(Permission::ReadOwn);
    let d = reader
        .visible_declaration(&scope, Id(id))?
        .filter(|d| asker.actor.is_professional(d.professional_id.0))
        .ok_or_else(|| unknown("/declaration_id"))?;
    let state = d.state.0;
    // In every other state there is nothing to appeal against, and the machine says so.
    next(state, ReviewEvent::Uphold)?;
    let kind = kind_of(state).ok_or(Refusal::WrongState { state, event: ReviewEvent::Uphold })?;
    let (key, decided_for) = match kind {
        Kind::Rejection => rejection_of(reader, &d)?,
        Kind::Revocation => revocation_of(reader, &d)?,
        Kind::MissingRecord => return Err(Problem::internal("no declaration is a missing record")),
    };
    Ok(Matter {
        kind,
        key,
        year: d.year,
        declaration: Some(d.id),
        class: None,
        seminar: None,
        course: None,
        employer: d.employer_id,
        authority: d.authority_id,
        decided_for: Some(decided_for),
    })
}

fn rejection_of(reader: &mut Reader<'_>, d: &Declaration) -> Result<(String, Id), Problem> {
    let reviews = reader.reviews_of(d.jurisdiction_id, d.professional_id, d.id)?;
    let rejection = reviews.iter().rev().find(|review| review.decision.0 == Decision::Reject);
    let rejection = rejection
        .ok_or_else(|| Problem::internal(format!("declaration {}: rejected by nobody", d.id)))?;
    Ok((format!("review:{}", rejection.id), rejection.unit_id))
}

fn revocation_of(reader: &mut Reader<'_>, d: &Declaration) -> Result<(String, Id), Problem> {
    let act = reader.revocation_of(d.jurisdiction_id, d.professional_id, d.id)?;
    let act =
        act.ok_or_else(|| Problem::internal(format!("declaration {}: revoked by nobody", d.id)))?;
    Ok((format!("revocation:{}", act.id), act.unit_id))
}

/// A class that has ended, whose roster lacks the person.
fn of_class(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    class: Id,
    now: OffsetDateTime,
) -> Result<Matter, Problem> {
    let year = missing::from_class(reader, city, person, class, now)?.ends_on.year();
    let key = format!("class:{class}");
    let matter = missing_record(reader, city, person, key, year)?;
    Ok(Matter { class: Some(class), ..matter })
}

/// A seminar that is over, and gave the person no hours (P6).
fn of_seminar(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    seminar: Id,
    now: OffsetDateTime,
) -> Result<Matter, Problem> {
    let year = missing::from_seminar(reader, city, person, seminar, now)?.year;
    let key = format!("seminar:{seminar}");
    let matter = missing_record(reader, city, person, key, year)?;
    Ok(Matter { seminar: Some(seminar), ..matter })
}

/// A course that a platform could have delivered, and did not.
fn of_course(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    course: &AppealCourse,
) -> Result<Matter, Problem> {
    let year = missing::from_platform(reader, city, person, course)?.year();
    let key = format!("course:{}:{}", course.platform, course.course_code);
    let matter = missing_record(reader, city, person, key, year)?;
    Ok(Matter { course: Some(course.clone()), ..matter })
}

/// Nobody decided that a record is missing: the municipal bureau, which files institutions, closes seminars and lists platforms,
/// looks into it.
fn missing_record(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    key: String,
    year: i32,
) -> Result<Matter, Problem> {
    let route = current_route(reader, city, person)?;
    Ok(Matter {
        kind: Kind::MissingRecord,
        key,
        year,
        declaration: None,
        class: None,
        seminar: None,
        course: None,
        employer: Id(route.holder(Stage::Employer)),
        authority: Id(route.holder(Stage::Authority)),
        decided_for: None,
    })
}

/// The unit that decides (V8).
fn next_level(reader: &mut Reader<'_>, city: Id, matter: &Matter) -> Result<Id, Problem> {
    let missing = |what: &str| Problem::internal(format!("{what} of an appeal is missing"));
    let bureau = reader.municipal_bureau(city)?.ok_or_else(|| missing("the bureau"))?;
    let Some(decided_for) = matter.decided_for else { return Ok(bureau.id) };
    let unit = |reader: &mut Reader<'_>, id: Id| -> Result<Organization, Problem> {
        reader.organization(city, id)?.ok_or_else(|| missing("a unit"))
    };
    let path = |unit: &Organization| OrgPath::parse(&unit.path).map_err(Problem::internal);
    let (decided_for, authority) = (unit(reader, decided_for)?, unit(reader, matter.authority)?);
    let (from, body, root) = (path(&decided_for)?, path(&authority)?, path(&bureau)?);
    let levels = Levels { decided_for: &from, authority: &body, bureau: &root };
    Ok(if *decider(levels) == body { authority.id } else { bureau.id })
}
