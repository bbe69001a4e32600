//! Completed learning as it was delivered: who may see it, and how platforms deliver it (H2, H6, H7, H9).

mod admission;
mod people;

use serde_json::json;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::inbound::LineOutcome;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::registry::LearningSource;
use xueshi_domain::rule::Rule;
use xueshi_persistence::{
    Id, LearningRecord, LearningRecordFilter, Moment, Page, Reader, Slice, StoreError, Tenths,
    Word, Writer,
};

pub use self::admission::{Completed, check_completed};
pub(super) use self::admission::{admit, span_of};
use self::people::unknown;
pub(super) use self::people::{Named, person};
use super::events::Happening;
use super::memo::Memo;
use super::{Asker, Reply};
use crate::dto::learning_records::{
    DeliveryResult, LearningRecordDto, LearningRecordParams, NewLearningRecord,
};
use crate::extract::Line;
use crate::problem::{Code, Problem, Text};

/// The learning records that the asker may see: their own, and those of the people of their units.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    wanted: &LearningRecordParams,
    page: Page<Id>,
) -> Result<Slice<LearningRecord>, Problem> {
    let filter = LearningRecordFilter {
        year: wanted.year.map(|year| year.0),
        subject: wanted.subject,
        professional: wanted.professional_id.map(Id),
        declared: wanted.declared,
        correction_needed: wanted.correction_needed,
    };
    Ok(reader.learning_records(&asker.scope(Permission::ReadRecords), &filter, page)?)
}

/// One learning record.
///
/// # Errors
/// 404 for what the asker may not see.
pub fn get(reader: &mut Reader<'_>, asker: &Asker, id: Id) -> Result<LearningRecordDto, Problem> {
    let found = reader.visible_learning_record(&asker.scope(Permission::ReadRecords), id)?;
    found.map(LearningRecordDto::from).ok_or_else(|| Problem::new(Code::NotFound))
}

/// Takes a platform's completion in. The same delivery again gives the record that stands.
///
/// # Errors
/// 403 for another platform's completions, 422 for an unknown person and for every rule that refuses; the freeze (W1)
/// among them.
pub fn deliver(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewLearningRecord,
) -> Result<Reply<LearningRecordDto>, Problem> {
    match take_in(writer, asker, &mut Memo::default(), new)? {
        (record, true) => {
            let location = format!("/v1/learning-records/{}", record.id);
            Ok(Reply::created(&location, record.into()))
        }
        (record, false) => Ok(Reply::ok(record.into())),
    }
}

/// Takes one of many completions in; the record, and whether it is new.
///
/// # Errors
/// As [`deliver`].
pub fn take_in(
    writer: &mut Writer<'_>,
    asker: &Asker,
    memo: &mut Memo,
    new: &NewLearningRecord,
) -> Result<(LearningRecord, bool), Problem> {
    require_own_platform(asker, &new.platform)?;
    let (city, now) = (asker.jurisdiction, writer.now());
    let professional = person(
        writer,
        city,
        Named { id: new.professional_id, id_type: new.id_type, number: new.id_number.as_deref() },
    )?;
    writer.take_turn_with(professional)?;
    if let Some(standing) =
        writer.platform_completion(city, professional, &new.platform, &new.course_code)?
    {
        return if is_same(&standing, new) {
            Ok((standing, false))
        } else {
            Err(duplicate(&standing))
        };
    }
    let span = span_of(new)?;
    admit(writer, city, memo, new, span)?;
    if !memo.is_platform(writer, city, &new.platform)? {
        return Err(unknown(
            "/platform",
            Text::new("平台没有登记", "the platform is not registered"),
        ));
    }
    let record = LearningRecord {
        jurisdiction_id: city,
        professional_id: professional,
        id: writer.new_id(),
        year: span.year(),
        source: Word(LearningSource::Platform),
        subject: Word(Subject::Public),
        way: Word(Way::DistanceCourse),
        title: new.title.clone(),
        hours: Tenths(new.hours.0),
        started_on: span.start(),
        completed_on: span.end(),
        passed: true,
        platform_code: Some(new.platform.clone()),
        course_code: Some(new.course_code.clone()),
        class_id: None,
        seminar_id: None,
        declared: false,
        corrected_hours: None,
        corrected_passed: None,
        created_at: Moment(now),
    };
    match writer.insert_learning_record(&record) {
        // The same course came in by another request meanwhile: decide again, on what stands now (H7).
        Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        done => done?,
    }
    Happening::new(EventType::LearningRecordDelivered)
        .about(writer, city, professional)?
        .by(asker)
        .subject(record.id)
        .year(record.year)
        .data(json!({"subject": record.subject.0, "hours": record.hours.0, "platform": record.platform_code}))
        .tell(writer, city)?;
    Ok((record, true))
}

/// Tells that a correction which had to wait for a declaration has taken effect (P4). The event is about the record itself: what
/// happened to the declaration does not say that its learning has changed.
pub(super) fn tell_corrected(
    writer: &mut Writer<'_>,
    record: &LearningRecord,
    by: Option<Id>,
) -> Result<(), Problem> {
    let city = record.jurisdiction_id;
    Happening::new(EventType::LearningRecordChanged)
        .about(writer, city, record.professional_id)?
        .by_account(by)
        .subject(record.id)
        .year(record.year)
        .data(
            json!({"subject": record.subject.0, "hours": record.hours.0, "passed": record.passed}),
        )
        .tell(writer, city)
}

/// Takes one line of a batch of completions in.
///
/// # Errors
/// As [`deliver`].
pub fn deliver_line(
    writer: &mut Writer<'_>,
    asker: &Asker,
    memo: &mut Memo,
    line: usize,
    text: &Line,
) -> Result<DeliveryResult, Problem> {
    let (record, is_new) = take_in(writer, asker, memo, &text.read()?)?;
    let outcome = if is_new { LineOutcome::Created } else { LineOutcome::Unchanged };
    Ok(DeliveryResult { line, outcome, id: Some(record.id.0), problem: None })
}

/// H6: a client that belongs to a platform delivers for that one only.
fn require_own_platform(asker: &Asker, platform: &str) -> Result<(), Problem> {
    if asker.platform.as_deref().is_none_or(|own| own == platform) {
        return Ok(());
    }
    let text =
        Text::new("只能推送本平台的学习记录", "the client delivers for its own platform only");
    Err(Problem::new(Code::Forbidden).detail(text.zh.clone(), text.en.clone()).at(
        "/platform",
        Code::Forbidden.id(),
        text,
    ))
}

/// Whether a delivery says again what stands already.
fn is_same(standing: &LearningRecord, new: &NewLearningRecord) -> bool {
    standing.title == new.title
        && standing.hours.0 == new.hours.0
        && standing.started_on == new.started_on.0
        && standing.completed_on == new.completed_on.0
}

/// H7: the same course counts once, and what stands is not changed by a second delivery.
fn duplicate(standing: &LearningRecord) -> Problem {
    let text = Text::new(
        format!("该课程已有学习记录 {}，内容与本次推送不同", standing.id),
        format!(
            "the course stands already, with another content, in the learning record {}",
            standing.id
        ),
    );
    Problem::new(Code::DuplicateLearning)
        .detail(text.zh.clone(), text.en.clone())
        .rule(Rule::H7.as_str(), Rule::H7.clause())
        .fact("standing_id", standing.id.to_string())
        .fact("ground", "platform_course")
        .at("/course_code", Code::DuplicateLearning.id(), text)
}
