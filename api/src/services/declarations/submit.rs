//! Handing a declaration in.

use xueshi_domain::calendar::Action;
use xueshi_domain::declaration::Step;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};
use xueshi_domain::review::{Event, Stage, State, Warning, next, warn_of_freeze};
use xueshi_persistence::{Declaration, Id, Moment, Word, Writer};

use super::draft::current_route;
use super::facts::Case;
use super::own;
use super::road::{Cause, moved};
use crate::dto::declarations::{DeclarationDto, SubmissionDto};
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::explanations::window_findings;
use crate::services::learning_records::tell_corrected;
use crate::services::rules::{Rules, working_days};
use crate::services::{Asker, Reply};

/// Submits a draft, or a returned declaration as a new revision (V1, V5, W2).
///
/// # Errors
/// 409 in other states, 412 on a stale version, and the first rule that refuses.
pub fn submit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: uuid::Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<SubmissionDto>, Problem> {
    let declaration = own(writer, asker, id)?;
    condition.check(declaration.version.into())?;
    let (declaration, warning) = hand_in(writer, asker, declaration)?;
    let version = declaration.version;
    let body = SubmissionDto::new(DeclarationDto::new(&declaration, writer.now()), warning);
    Ok(Reply::ok(body).version(version))
}

/// Hands a declaration in: its owner's act, or their employer's for the attendees of a class (P4).
///
/// # Errors
/// 409 in other states, and the first rule that refuses.
pub fn hand_in(
    writer: &mut Writer<'_>,
    asker: &Asker,
    mut declaration: Declaration,
) -> Result<(Declaration, Option<Warning>), Problem> {
    let now = writer.now();
    let was = declaration.state.0;
    let state = next(was, Event::Submit)?;
    let rules = Rules::for_declaration(writer, &declaration)?;
    // W2: `valid_until` is the first instant at which this answer would be no; the store looks again when it commits.
    let admission = rules.timetable.admit(Action::Submit, now)?;
    writer.valid_until(admission.valid_until);
    take_correction(writer, asker, &mut declaration)?;
    let case = Case::gather(writer, &declaration)?;
    let basis = case.examine(Step::Submission, declaration.id, &rules)?;

    let calendar = working_days(writer, asker.jurisdiction)?;
    let terms = &rules.policy.review;
    let warning = warn_of_freeze(now, rules.timetable.review_ends(), terms, &calendar);
    let route = current_route(writer, asker.jurisdiction, case.person.professional_id)?;
    declaration.employer_id = Id(route.holder(Stage::Employer));
    declaration.authority_id = Id(route.holder(Stage::Authority));
    declaration.state = Word(state);
    if was == State::Returned {
        declaration.revision += 1;
    }
    declaration.submitted_at = Some(Moment(now));
    declaration.policy_version = rules.version;
    let basis = basis.and(window_findings(&rules, Action::Submit, now)).and([time_left(warning)]);
    let cause = Cause::new(Some(asker.account()), EventType::DeclarationSubmitted);
    let cause = cause.resting_on(basis);
    moved(writer, was, &mut declaration, &rules, cause)?;
    Ok((declaration, warning))
}

/// A correction of the roster that came while the hours were under review takes effect when they are handed in again (P4).
fn take_correction(
    writer: &mut Writer<'_>,
    asker: &Asker,
    declaration: &mut Declaration,
) -> Result<(), Problem> {
    let Some(record) = declaration.learning_record_id else { return Ok(()) };
    let (city, person) = (declaration.jurisdiction_id, declaration.professional_id);
    let Some(mut record) = writer.learning_record(city, person, record)? else { return Ok(()) };
    if record.take_correction() {
        declaration.hours = record.hours;
        writer.save_learning_record(&record)?;
        tell_corrected(writer, &record, Some(asker.account()))?;
    }
    Ok(())
}

/// V5: whether full review time is left; a warning stops nothing.
fn time_left(warning: Option<Warning>) -> Finding {
    match warning {
        None => Finding::passed(CheckName::TimeLeftForReview),
        Some(warning) => Finding::new(CheckName::TimeLeftForReview, CheckOutcome::Noted)
            .with(serde_json::to_value(warning).unwrap_or_default()),
    }
}
