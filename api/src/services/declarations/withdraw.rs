//! Taking a declaration back before it is approved.

use xueshi_domain::calendar::Action;
use xueshi_domain::review::{Event, next};
use xueshi_persistence::{Saved, Word, Writer};

use super::own;
use crate::dto::declarations::DeclarationDto;
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};
use crate::services::rules::Rules;
use crate::services::year::Year;
use crate::services::{Asker, Reply};

/// Withdraws a declaration that has not been approved; its learning can be declared again.
///
/// # Errors
/// 409 once it was decided, 412 on a stale version, `year-end-freeze` in the freeze.
pub fn withdraw(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: uuid::Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<DeclarationDto>, Problem> {
    let now = writer.now();
    let mut declaration = own(writer, asker, id)?;
    condition.check(declaration.version.into())?;
    let was = declaration.state.0;
    let state = next(was, Event::Withdraw)?;
    let rules = Rules::of(writer, asker.jurisdiction, declaration.year)?;
    let admission = rules.timetable.admit(Action::Withdraw, now)?;
    writer.valid_until(admission.valid_until);
    declaration.state = Word(state);
    declaration.holder_id = None;
    declaration.due_at = None;
    match writer.save_declaration(was, &mut declaration)? {
        Saved::Yes => {}
        Saved::Overtaken => return Err(Problem::new(Code::PreconditionFailed)),
    }
    if let Some(record) = declaration.learning_record_id {
        writer.set_declared(
            declaration.jurisdiction_id,
            declaration.professional_id,
            record,
            false,
        )?;
    }
    Year::of(writer, &declaration)?.post(writer, &declaration, was, rules.policy.floors, "")?;
    let version = declaration.version;
    Ok(Reply::ok(DeclarationDto::new(&declaration, now)).version(version))
}
