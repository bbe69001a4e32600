//! Completed learning as it was delivered: who may see it, and how platforms deliver it (H2, H6, H7, H9).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::Action;
use xueshi_domain::declaration::{
    DeclarationFacts, LearningSource as Source, Outcome, Step, explain,
};
use xueshi_domain::event::EventType;
use xueshi_domain::identity::IdType;
use xueshi_domain::inbound::LineOutcome;
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::{LearningSpan, Subject, Way};
use xueshi_domain::people::Post;
use xueshi_domain::policy::Policy;
use xueshi_domain::registry::LearningSource;
use xueshi_domain::rule::Rule;
use xueshi_domain::{Hours, Refusal};
use xueshi_persistence::{
    Id, LearningRecord, LearningRecordFilter, Moment, Page, Reader, Slice, StoreError, Tenths,
    Word, Writer,
};

use super::events::Happening;
use super::memo::Memo;
use super::{Asker, Reply};
use crate::dto::id_numbers::parse_id_number;
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

/// W1, W2 and the rules about the learning itself: H1, H2, H6, H8, H9.
pub(super) fn admit(
    writer: &mut Writer<'_>,
    city: Id,
    memo: &mut Memo,
    new: &NewLearningRecord,
    span: LearningSpan,
) -> Result<(), Problem> {
    let now = writer.now();
    let rules = memo.rules(writer, city, span.year()).map_err(in_own_members)?;
    let admission = rules.timetable.admit(Action::DeliverLearning, now)?;
    writer.valid_until(admission.valid_until);
    check(new, span, &rules.policy, china_date(now)).map_err(refuse)
}

/// The days of a delivery.
pub(super) fn span_of(new: &NewLearningRecord) -> Result<LearningSpan, Problem> {
    LearningSpan::new(new.started_on.0, new.completed_on.0).map_err(refuse)
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

/// How a delivery or a line of a roster names a person: by id, or by id number.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) id: Option<Uuid>,
    pub(super) id_type: Option<IdType>,
    pub(super) number: Option<&'a str>,
}

/// The person that a delivery or a line of a roster is about.
pub(super) fn person(reader: &mut Reader<'_>, city: Id, named: Named<'_>) -> Result<Id, Problem> {
    let nobody =
        |pointer| unknown(pointer, Text::new("没有登记这个人", "no such person is registered"));
    match (named.id, named.id_type, named.number) {
        (Some(id), None, None) => {
            let person = reader.professional(city, Id(id))?;
            let person = person.ok_or_else(|| nobody("/professional_id"))?.professional_id;
            // Whoever keeps the id of a record that was merged since means the one that stands (U4).
            Ok(reader.merged_with(city, person)?.unwrap_or(person))
        }
        (None, Some(id_type), Some(number)) => {
            let number = parse_id_number(id_type, number, "/id_number")?;
            reader.professional_by_id_number(city, &number)?.ok_or_else(|| nobody("/id_number"))
        }
        (Some(_), _, _) => Err(naming(
            "/professional_id",
            "ambiguous",
            Text::new(
                "不能与证件类型、证件号码同时填写",
                "cannot stand beside `id_type` or `id_number`",
            ),
        )),
        (None, Some(_), None) => Err(naming(
            "/id_number",
            "required",
            Text::new("填写证件类型时必填", "is required beside `id_type`"),
        )),
        (None, None, Some(_)) => Err(naming(
            "/id_type",
            "required",
            Text::new("填写证件号码时必填", "is required beside `id_number`"),
        )),
        (None, None, None) => Err(naming(
            "/professional_id",
            "required",
            Text::new(
                "应填写人员标识，或证件类型与证件号码",
                "is required, unless `id_type` and `id_number` are given",
            ),
        )),
    }
}

fn naming(pointer: &str, code: &'static str, text: Text) -> Problem {
    Problem::new(Code::ValidationFailed)
        .detail(text.zh.clone(), text.en.clone())
        .at(pointer, code, text)
}

fn unknown(pointer: &str, text: Text) -> Problem {
    let code = Code::UnknownReference;
    Problem::new(code).detail(text.zh.clone(), text.en.clone()).at(pointer, code.id(), text)
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

/// What a platform says that somebody completed.
pub struct Completed<'a> {
    /// What was learnt.
    pub title: &'a str,
    /// On which platform.
    pub platform: &'a str,
    /// Hours.
    pub hours: Hours,
}

fn check(
    new: &NewLearningRecord,
    span: LearningSpan,
    policy: &Policy,
    today: time::Date,
) -> Result<(), Refusal> {
    let completed = Completed { title: &new.title, platform: &new.platform, hours: new.hours.0 };
    check_completed(&completed, span, policy, today)
}

/// What a declaration of the completion would be refused for, as far as it is about the learning: H1, H2, H6, H8, H9. Whether
/// the person is employed and in scope (U3, U4b) is asked when they declare.
///
/// # Errors
/// The first rule that refuses.
pub fn check_completed(
    completed: &Completed<'_>,
    span: LearningSpan,
    policy: &Policy,
    today: time::Date,
) -> Result<(), Refusal> {
    let facts = DeclarationFacts {
        year: span.year(),
        subject: Subject::Public,
        way: Way::DistanceCourse,
        title: completed.title.to_owned(),
        span,
        hours: completed.hours,
        source: Source::PlatformCompletion { platform: completed.platform.to_owned() },
        used_this_year: Hours::ZERO,
        employment: None,
        post: Post::Technical,
        today,
        makeup: None,
    };
    let mut about_learning = explain(Step::Draft, &facts, policy)
        .into_iter()
        .filter(|check| !matches!(check.rule, Rule::U3 | Rule::U4b));
    let refused = about_learning.find_map(|check| match check.outcome {
        Outcome::Refused(refusal) => Some(refusal),
        Outcome::Passed | Outcome::NotApplicable => None,
    });
    refused.map_or(Ok(()), Err)
}

fn refuse(refusal: Refusal) -> Problem {
    in_own_members(refusal.into())
}

/// Refusals name the members of a declaration; a delivery calls its days otherwise.
fn in_own_members(problem: Problem) -> Problem {
    problem.moved("/learning_end", "/completed_on").moved("/year", "/completed_on")
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::dto::{Amount, Day};
    use crate::problem::Place;

    fn delivery(tenths: u32, from: time::Date, to: time::Date) -> NewLearningRecord {
        NewLearningRecord {
            professional_id: None,
            id_type: None,
            id_number: None,
            platform: "hnzjzx".to_owned(),
            course_code: "gx-2023-01".to_owned(),
            title: "数字技术".to_owned(),
            hours: Amount(Hours::from_tenths(tenths)),
            started_on: Day(from),
            completed_on: Day(to),
        }
    }

    fn checked(new: &NewLearningRecord) -> Result<(), Refusal> {
        let policy = Policy::zhengzhou(2023).unwrap().unwrap();
        let span = LearningSpan::new(new.started_on.0, new.completed_on.0)?;
        check(new, span, &policy, date!(2023 - 10 - 16))
    }

    /// H1, H2, H6, H9, and nothing about the person.
    #[test]
    fn a_completion_is_checked_like_a_declaration_of_it() {
        let (first, last) = (date!(2023 - 03 - 01), date!(2023 - 03 - 04));
        assert_eq!(checked(&delivery(320, first, last)), Ok(()));
        let code = |new: &NewLearningRecord| checked(new).unwrap_err().code();
        assert_eq!(code(&delivery(0, first, last)), "hours-not-positive");
        assert_eq!(code(&delivery(321, first, last)), "hours-exceed-days");
        assert_eq!(code(&delivery(10, last, first)), "learning-dates-inverted");
        assert_eq!(
            code(&delivery(10, date!(2023 - 12 - 28), date!(2024 - 01 - 03))),
            "spans-two-years"
        );
        assert_eq!(code(&delivery(10, first, date!(2023 - 10 - 17))), "learning-not-finished");
        let unlisted =
            NewLearningRecord { platform: "elsewhere".to_owned(), ..delivery(10, first, last) };
        assert_eq!(code(&unlisted), "platform-not-listed");
    }

    #[test]
    fn refusals_name_the_members_of_the_delivery() {
        let new = delivery(10, date!(2023 - 03 - 04), date!(2023 - 03 - 01));
        let problem = refuse(checked(&new).unwrap_err());
        let places: Vec<_> = problem.field_errors().iter().map(|error| &error.place).collect();
        assert_eq!(places, [&Place::Pointer("/completed_on".to_owned())]);
    }
}
