//! Appeals: a person brings one, the next level up decides (V8).

mod bring;
mod decide;
mod due_days;
mod missing;

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::appeal::{Appeal as Road, Event, State};
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_persistence::{Appeal, AppealFilter, Id, Page, Reader, Slice, Word, Writer};

pub use bring::bring;
pub use decide::decide;
pub use due_days::{recompute, round};

use super::events::Happening;
use super::explanations::Trail;
use super::rules::Rules;
use super::{Asker, Reply};
use crate::dto::Timestamp;
use crate::dto::appeals::{AppealDto, WhichAppeals};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};
use crate::services::races::stands;

/// An appeal that the asker may see: their own, those of the people of their units, and those that their units decide.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Appeal, Problem> {
    let scope = asker.scope(Permission::ReadRecords);
    reader.visible_appeal(&scope, Id(id))?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The appeals that the asker may see.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    which: WhichAppeals,
    page: Page<Id>,
) -> Result<Slice<AppealDto>, Problem> {
    let filter = AppealFilter {
        year: which.year.map(|year| year.0),
        states: which.state,
        kind: which.kind,
        professional: which.professional_id.map(Id),
        decider: which.decider_id.map(Id),
        declaration: which.declaration_id.map(Id),
        overdue: which.overdue,
    };
    let found = reader.appeals(&asker.scope(Permission::ReadRecords), &filter, page)?;
    let now = reader.now();
    let rows = found.rows.iter().map(|appeal| AppealDto::new(appeal, now)).collect();
    Ok(Slice { rows, total: found.total })
}

/// Takes one's own appeal back. It was the one that the matter allows (V8).
///
/// # Errors
/// 403 for someone else's, 409 once it was decided, 412 on a stale version, `year-end-freeze`.
pub fn withdraw(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<AppealDto>, Problem> {
    let mut appeal = visible(writer, asker, id)?;
    if !asker.actor.is_professional(appeal.professional_id.0) {
        return Err(Problem::new(Code::Forbidden));
    }
    condition.check(appeal.version.into())?;
    let was = appeal.state.0;
    let mut trail = Trail::default();
    appeal.state = Word(trail.step::<Road>(was, Event::Withdraw)?);
    opened(writer, (appeal.jurisdiction_id, appeal.year), &mut trail)?;
    save(writer, was, &mut appeal)?;
    tell(writer, Some(asker), EventType::AppealWithdrawn, &appeal, trail)?;
    let version = appeal.version;
    Ok(Reply::ok(AppealDto::new(&appeal, writer.now())).version(version))
}

/// The rules of an appeal's year, outside of the freeze (W1, W2).
fn opened(
    writer: &mut Writer<'_>,
    (city, year): (Id, i32),
    trail: &mut Trail,
) -> Result<Rules, Problem> {
    let rules = Rules::of(writer, city, year)?;
    outside_of_freezes(writer, &rules, trail)?;
    Ok(rules)
}

fn outside_of_freezes(
    writer: &mut Writer<'_>,
    rules: &Rules,
    trail: &mut Trail,
) -> Result<(), Problem> {
    let now = writer.now();
    let admission = trail.ask([], rules.timetable.admit(Action::Appeal, now))?;
    trail.open(rules, Action::Appeal, now);
    writer.valid_until(admission.valid_until);
    Ok(())
}

/// Stores what became of an appeal; whoever is overtaken decides again, on what stands now.
fn save(writer: &mut Writer<'_>, was: State, appeal: &mut Appeal) -> Result<(), Problem> {
    stands(writer.save_appeal(was, appeal)?)
}

/// Tells of an appeal; by nobody when time brought it about.
fn tell(
    writer: &mut Writer<'_>,
    asker: Option<&Asker>,
    kind: EventType,
    appeal: &Appeal,
    trail: Trail,
) -> Result<(), Problem> {
    let a = appeal;
    Happening::new(kind)
        .by_account(asker.map(Asker::account))
        .person(a.professional_id, Some(a.employer_id), Some(a.authority_id))
        .subject(a.id)
        .year(a.year)
        .data(json!({"kind": a.kind.0, "state": a.state.0, "decider_id": a.decider_id,
            "declaration_id": a.declaration_id, "class_id": a.class_id, "seminar_id": a.seminar_id,
            "due_at": Timestamp::from(a.due_at), "learning_record_id": a.learning_record_id}))
        .because(trail)
        .tell(writer, a.jurisdiction_id)
}
