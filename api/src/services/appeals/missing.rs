//! Records that a class, a seminar or a platform did not deliver (V8): whether one can be missing, and adding it.

use time::OffsetDateTime;
use xueshi_domain::Refusal;
use xueshi_domain::appeal::has_ended;
use xueshi_domain::calendar::Action;
use xueshi_domain::class::ClassState;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::{LearningSpan, Subject, Way};
use xueshi_domain::registry::LearningSource;
use xueshi_persistence::{
    Appeal, Class, Id, LearningRecord, Moment, Reader, Seminar, StoreError, Tenths, Word, Writer,
};

use crate::dto::appeals::{AppealCourse, course};
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::events::Happening;
use crate::services::learning_records::{Completed, check_completed};
use crate::services::references::unknown;
use crate::services::rules::Rules;

/// The class, if it has ended and the person has no record from it.
///
/// # Errors
/// 422 `unknown-reference`, `learning-not-finished`; 409 `record-not-missing`.
pub(super) fn from_class(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    class: Id,
    now: OffsetDateTime,
) -> Result<Class, Problem> {
    let filing = reader.class_filing(city, class)?;
    // Nobody attended a class that was called off.
    let filing = filing.filter(|filing| filing.class.state.0 != ClassState::Cancelled);
    let filing = filing.ok_or_else(|| unknown("/class_id"))?;
    has_ended(filing.class.ends_on, now)
        .map_err(|refusal| Problem::from(refusal).moved("/learning_end", "/class_id"))?;
    let standing = reader.class_completion(city, person, class)?;
    require_missing(reader, standing, filing.class.ends_on.year())?;
    Ok(filing.class)
}

/// The seminar, if it was approved and is over, and the person has no record from it (P6).
///
/// Its closing is not waited for: a host that never reports or gives it up afterwards, or a bureau that never closes, would leave
/// nobody to ask.
///
/// # Errors
/// 422 `unknown-reference`, `learning-not-finished`; 409 `record-not-missing`.
pub(super) fn from_seminar(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    seminar: Id,
    now: OffsetDateTime,
) -> Result<Seminar, Problem> {
    let found = reader.seminar(city, seminar)?;
    let held = found.filter(|seminar| seminar.approved_at.is_some());
    let held = held.ok_or_else(|| unknown("/seminar_id"))?;
    has_ended(held.ends_on, now)
        .map_err(|refusal| Problem::from(refusal).moved("/learning_end", "/seminar_id"))?;
    let standing = reader.seminar_completion(city, person, seminar)?;
    require_missing(reader, standing, held.year)?;
    Ok(held)
}

/// The days of a course, if its platform could have delivered it and has not (H1, H2, H6, H9).
///
/// # Errors
/// As of a delivery by the platform; 409 `record-not-missing`.
pub(super) fn from_platform(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    course: &AppealCourse,
) -> Result<LearningSpan, Problem> {
    let in_own_members = |problem: Problem| {
        problem
            .moved("/learning_end", "/course/completed_on")
            .moved("/year", "/course/completed_on")
            .moved("/hours", "/course/hours")
    };
    let span = LearningSpan::new(course.started_on.0, course.completed_on.0)
        .map_err(|refusal| in_own_members(refusal.into()))?;
    let rules = Rules::of(reader, city, span.year()).map_err(in_own_members)?;
    let today = china_date(reader.now());
    let completed =
        Completed { title: &course.title, platform: &course.platform, hours: course.hours.0 };
    check_completed(&completed, span, &rules.policy, today)
        .map_err(|refusal| in_own_members(refusal.into()))?;
    if reader.platform(city, &course.platform)?.is_none() {
        return Err(unknown("/course/platform"));
    }
    let standing =
        reader.platform_completion(city, person, &course.platform, &course.course_code)?;
    require_missing(reader, standing, span.year())?;
    Ok(span)
}

/// There is no record, or only one of the same year that came too late to be declared.
fn require_missing(
    reader: &mut Reader<'_>,
    standing: Option<LearningRecord>,
    year: i32,
) -> Result<(), Problem> {
    match standing {
        Some(record) if record.year != year || !came_too_late(reader, &record, None)? => {
            Err(Refusal::RecordNotMissing { learning_record_id: record.id.0 }.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a record was delivered, or came to say that it was passed, when its year could be declared no more: nothing is missing, and
/// there is no other way to the hours than the appeal. One that came in time had its way, whatever became of its declaration; but one
/// that came while an appeal waited, brought at `since`, was missing then, and is asked as of now.
fn came_too_late(
    reader: &mut Reader<'_>,
    record: &LearningRecord,
    since: Option<Moment>,
) -> Result<bool, Problem> {
    if !record.passed || record.declared {
        return Ok(false);
    }
    let passed_at = reader.passed_at(record)?.unwrap_or(record.created_at).0;
    let waited = since.is_some_and(|since| passed_at > since.0);
    let asked = if waited { reader.now() } else { passed_at };
    let rules = Rules::of(reader, record.jurisdiction_id, record.year)?;
    Ok(rules.timetable.possible_until(Action::Submit, asked).is_none())
}

/// Where a missing record would have come from.
enum Origin {
    Class(Id),
    Seminar(Id),
    Course(AppealCourse),
}

impl Origin {
    fn of(appeal: &Appeal) -> Result<Self, Problem> {
        let class = appeal.class_id.map(Self::Class);
        let seminar = || appeal.seminar_id.map(Self::Seminar);
        let course = || course(appeal).map(Self::Course);
        let nothing = || Problem::internal(format!("appeal {} is about nothing", appeal.id));
        class.or_else(seminar).or_else(course).ok_or_else(nothing)
    }
}

/// Adds the record that was missing, and tells of it like of a delivery. Its source says that it came by an appeal. One that was
/// delivered since, too late to be declared, is the one.
///
/// # Errors
/// As [`from_class`], [`from_seminar`] and [`from_platform`], on what stands now.
pub(super) fn add(writer: &mut Writer<'_>, asker: &Asker, appeal: &Appeal) -> Result<Id, Problem> {
    let (city, person) = (appeal.jurisdiction_id, appeal.professional_id);
    let origin = Origin::of(appeal)?;
    let delivered = match &origin {
        Origin::Class(class) => writer.class_completion(city, person, *class)?,
        Origin::Seminar(seminar) => writer.seminar_completion(city, person, *seminar)?,
        Origin::Course(course) => {
            writer.platform_completion(city, person, &course.platform, &course.course_code)?
        }
    };
    if let Some(record) = delivered.filter(|record| record.year == appeal.year)
        && came_too_late(writer, &record, Some(appeal.submitted_at))?
    {
        return Ok(record.id);
    }
    let record = match &origin {
        Origin::Class(class) => of_class(writer, appeal, *class)?,
        Origin::Seminar(seminar) => of_seminar(writer, appeal, *seminar)?,
        Origin::Course(course) => of_course(writer, appeal, course)?,
    };
    match writer.insert_learning_record(&record) {
        // It was delivered meanwhile: decide again, on what stands now.
        Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        done => done?,
    }
    Happening::new(EventType::LearningRecordDelivered)
        .by(asker)
        .person(record.professional_id, Some(appeal.employer_id), Some(appeal.authority_id))
        .subject(record.id)
        .year(record.year)
        .data(serde_json::json!({"subject": record.subject.0, "way": record.way.0,
            "hours": record.hours.0, "source": record.source.0, "appeal_id": appeal.id}))
        .tell(writer, record.jurisdiction_id)?;
    Ok(record.id)
}

fn of_class(
    writer: &mut Writer<'_>,
    appeal: &Appeal,
    class: Id,
) -> Result<LearningRecord, Problem> {
    let (city, person, now) = (appeal.jurisdiction_id, appeal.professional_id, writer.now());
    let class = from_class(writer, city, person, class, now)?;
    Ok(LearningRecord {
        subject: class.subject,
        way: class.way,
        title: class.title,
        hours: class.hours,
        started_on: class.starts_on,
        completed_on: class.ends_on,
        class_id: Some(class.id),
        ..blank(appeal, class.ends_on.year(), writer)
    })
}

/// With the hours that the host reported for someone who passed, else with the seminar's own.
fn of_seminar(
    writer: &mut Writer<'_>,
    appeal: &Appeal,
    seminar: Id,
) -> Result<LearningRecord, Problem> {
    let (city, person, now) = (appeal.jurisdiction_id, appeal.professional_id, writer.now());
    let seminar = from_seminar(writer, city, person, seminar, now)?;
    let admission = writer.seminar_admission(city, person, seminar.id)?;
    let reported = admission.filter(|row| row.passed == Some(true)).and_then(|row| row.hours);
    Ok(LearningRecord {
        subject: Word(Subject::Professional),
        way: Word(Way::AdvancedSeminar),
        title: seminar.theme,
        hours: reported.unwrap_or(seminar.hours),
        started_on: seminar.starts_on,
        completed_on: seminar.ends_on,
        seminar_id: Some(seminar.id),
        ..blank(appeal, seminar.year, writer)
    })
}

fn of_course(
    writer: &mut Writer<'_>,
    appeal: &Appeal,
    course: &AppealCourse,
) -> Result<LearningRecord, Problem> {
    let (city, person) = (appeal.jurisdiction_id, appeal.professional_id);
    let span = from_platform(writer, city, person, course)?;
    Ok(LearningRecord {
        title: course.title.clone(),
        hours: Tenths(course.hours.0),
        started_on: span.start(),
        completed_on: span.end(),
        platform_code: Some(course.platform.clone()),
        course_code: Some(course.course_code.clone()),
        ..blank(appeal, span.year(), writer)
    })
}

/// A passed completion of the person, still without what was learnt.
fn blank(appeal: &Appeal, year: i32, writer: &Writer<'_>) -> LearningRecord {
    let now = writer.now();
    let today = china_date(now);
    LearningRecord {
        jurisdiction_id: appeal.jurisdiction_id,
        professional_id: appeal.professional_id,
        id: writer.new_id(),
        year,
        source: Word(LearningSource::Appeal),
        subject: Word(Subject::Public),
        way: Word(Way::DistanceCourse),
        title: String::new(),
        hours: Tenths(xueshi_domain::Hours::ZERO),
        started_on: today,
        completed_on: today,
        passed: true,
        platform_code: None,
        course_code: None,
        class_id: None,
        seminar_id: None,
        declared: false,
        corrected_hours: None,
        corrected_passed: None,
        created_at: Moment(now),
    }
}
