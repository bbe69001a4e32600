//! What the municipal bureau decides: the proposal, and in the end the report (P6).

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::CheckName;
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::registry::LearningSource;
use xueshi_domain::review::Decision;
use xueshi_domain::seminar::{
    ClosingDecision, Event, SeminarRoad, require_not_begun, require_other_hand,
};
use xueshi_persistence::{
    Id, LearningRecord, Moment, Reader, Seminar, SeminarAdmission, StoreError, Word, Writer,
};

use super::{Held, Taken, possible, rules_now, shown, span, supervised, take};
use crate::dto::seminars::{SeminarClosing, SeminarDecision, SeminarDto};
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::explanations::Trail;
use crate::services::{Asker, Reply};

/// Decides on a proposal.
///
/// # Errors
/// 403 without the right or on one's own proposal, 404, 409, 412, `year-end-freeze`; to approve, `seminar-begun` and whatever the
/// policy refuses by now.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Id,
    condition: &RequiredIfMatch,
    new: &SeminarDecision,
) -> Result<Reply<SeminarDto>, Problem> {
    let now = writer.now();
    let mut held = supervised(writer, asker, id)?;
    let mut trail = Trail::acting_for(held.acting_for).saying(new.comment.as_deref());
    let other = require_other_hand(asker.account().0, host_hands(writer, &held)?, false);
    trail.ask_one(CheckName::NotOnesOwn, other)?;
    condition.check(held.seminar.version.into())?;
    let event = Event::from(new.decision);
    let to = trail.step::<SeminarRoad>(held.seminar.state.0, event)?;
    let rules = rules_now(writer, &held.seminar, &mut trail)?;
    let tells = match new.decision {
        Decision::Approve => {
            possible(&held.seminar, &rules.policy, &mut trail)?;
            let early = require_not_begun(span(&held.seminar)?, china_date(now));
            trail.ask_one(CheckName::NotBegun, early)?;
            held.seminar.approved_at = Some(Moment(now));
            EventType::SeminarApproved
        }
        Decision::Return => EventType::SeminarReturned,
        Decision::Reject => EventType::SeminarRejected,
    };
    let taken = Taken { event, to, rules: &rules, tells, data: json!({}), trail };
    take(writer, asker, &mut held, taken)?;
    Ok(shown(held))
}

/// Whoever had a hand in a seminar for its host: who brought it, edited and submitted it, drew up its list and reported on it.
fn host_hands(reader: &mut Reader<'_>, held: &Held) -> Result<Vec<Uuid>, Problem> {
    let seminar = &held.seminar;
    let steps = reader.seminar_steps(seminar.jurisdiction_id, seminar.id)?;
    let hands = steps.iter().filter(|step| step.event.0.is_of_host()).map(|step| step.account_id.0);
    Ok(hands.chain([seminar.brought_by.0]).collect())
}

/// Closes a reported seminar, which gives everyone who passed their learning record; or returns the report.
///
/// # Errors
/// 403 without the right, on one's own seminar, or when one is on its list; 404, 409, 412, `year-end-freeze`.
pub fn close(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Id,
    condition: &RequiredIfMatch,
    new: &SeminarClosing,
) -> Result<Reply<SeminarDto>, Problem> {
    let now = writer.now();
    let mut held = supervised(writer, asker, id)?;
    let list = writer.seminar_list(held.seminar.jurisdiction_id, held.seminar.id)?;
    let attends = list.iter().any(|row| asker.actor.is_professional(row.professional_id.0));
    let mut trail = Trail::acting_for(held.acting_for).saying(new.comment.as_deref());
    let other = require_other_hand(asker.account().0, host_hands(writer, &held)?, attends);
    trail.ask_one(CheckName::NotOnesOwn, other)?;
    condition.check(held.seminar.version.into())?;
    let event = Event::from(new.decision);
    let to = trail.step::<SeminarRoad>(held.seminar.state.0, event)?;
    let rules = rules_now(writer, &held.seminar, &mut trail)?;
    let (tells, passed) = match new.decision {
        ClosingDecision::Close => {
            held.seminar.closed_at = Some(Moment(now));
            let mut passed = 0;
            for row in list {
                if row.passed == Some(true) {
                    deliver(writer, asker, &held.seminar, &row)?;
                    passed += 1;
                }
            }
            (EventType::SeminarClosed, passed)
        }
        ClosingDecision::Return => (EventType::SeminarReportReturned, 0),
    };
    let data = json!({"passed": passed});
    take(writer, asker, &mut held, Taken { event, to, rules: &rules, tells, data, trail })?;
    Ok(shown(held))
}

/// The learning record of someone who passed (P4, P6).
fn deliver(
    writer: &mut Writer<'_>,
    asker: &Asker,
    seminar: &Seminar,
    row: &SeminarAdmission,
) -> Result<(), Problem> {
    let (city, person, now) = (row.jurisdiction_id, row.professional_id, writer.now());
    // V8: an appeal that was upheld has given it already.
    if writer.seminar_completion(city, person, seminar.id)?.is_some() {
        return Ok(());
    }
    let hours = row.hours.ok_or_else(|| Problem::internal("a result without hours"))?;
    let record = LearningRecord {
        jurisdiction_id: city,
        professional_id: person,
        id: writer.new_id(),
        year: seminar.year,
        source: Word(LearningSource::Seminar),
        subject: Word(Subject::Professional),
        way: Word(Way::AdvancedSeminar),
        title: seminar.theme.clone(),
        hours,
        started_on: seminar.starts_on,
        completed_on: seminar.ends_on,
        passed: true,
        platform_code: None,
        course_code: None,
        class_id: None,
        seminar_id: Some(seminar.id),
        declared: false,
        corrected_hours: None,
        corrected_passed: None,
        created_at: Moment(now),
    };
    match writer.insert_learning_record(&record) {
        // Another closing came first: run again, it finds that.
        Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
        done => done?,
    }
    let employer = writer.professional(city, person)?;
    let employer = employer.and_then(|person| person.employer_id).or(row.employer_id);
    Happening::new(EventType::LearningRecordDelivered)
        .by(asker)
        .person(person, employer, None)
        .subject(record.id)
        .year(record.year)
        .data(json!({"source": record.source.0, "seminar_id": seminar.id, "hours": record.hours.0,
            "subject": record.subject.0, "way": record.way.0}))
        .tell(writer, city)
}
