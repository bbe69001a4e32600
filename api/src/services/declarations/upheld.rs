//! Hours that a class or a platform owed, once they cannot be declared any more (V8).

use xueshi_domain::declaration::Step;
use xueshi_domain::review::{Event, next};
use xueshi_persistence::{Declaration, Id, Moment, Word, Writer};

use super::draft::put_down;
use super::facts::{Case, learning_record};
use super::road::{Cause, moved};
use crate::dto::declarations::NewDeclaration;
use crate::problem::Problem;
use crate::services::rules::Rules;

/// Declares a learning record in its person's place and approves it in the same act, by a decision from above. Everything that a
/// submission is asked is asked here, but for the window; and the person's employment is that of the day on which the learning ended: what
/// became of it while the appeal was waiting is not held against them.
///
/// # Errors
/// The first rule that refuses.
pub fn declare_upheld(
    writer: &mut Writer<'_>,
    (city, person, year): (Id, Id, i32),
    record: Id,
    rules: &Rules,
    cause: Cause<'_>,
) -> Result<Declaration, Problem> {
    let new = NewDeclaration {
        year,
        learning_record_id: Some(record.0),
        makeup_grant_id: None,
        subject: None,
        way: None,
        title: None,
        learning_start: None,
        learning_end: None,
        hours: None,
    };
    let learned = learning_record(writer, city, person, record)?.completed_on;
    let mut declaration = put_down(writer, (city, person), &new, None, rules, learned)?;
    let case = Case::gather_as_of(writer, &declaration, learned)?;
    let basis = case.examine(Step::Submission, declaration.id, rules)?;
    let was = declaration.state.0;
    declaration.state = Word(next(was, Event::Uphold)?);
    declaration.submitted_at = Some(Moment(writer.now()));
    let mut basis = basis.and(cause.basis.findings.clone());
    basis.inputs["decision"] = cause.basis.inputs.clone();
    moved(writer, was, &mut declaration, rules, cause.resting_on(basis))?;
    Ok(declaration)
}
