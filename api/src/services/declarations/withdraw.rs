//! Taking a declaration back before it is approved.

use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::review::{Ending, Event, next};
use xueshi_persistence::{Word, Writer};

use super::own;
use super::road::{Cause, moved};
use crate::dto::declarations::DeclarationDto;
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::rules::Rules;
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
    let rules = Rules::for_declaration(writer, &declaration)?;
    let admission = rules.timetable.admit(Action::Withdraw, now)?;
    writer.valid_until(admission.valid_until);
    declaration.state = Word(state);
    let cause = Cause::new(Some(asker.account()), EventType::DeclarationWithdrawn);
    let cause = if was.is_pending() { cause.ending(Ending::Withdrawn) } else { cause };
    moved(writer, was, &mut declaration, &rules, cause)?;
    let version = declaration.version;
    Ok(Reply::ok(DeclarationDto::new(&declaration, now)).version(version))
}
