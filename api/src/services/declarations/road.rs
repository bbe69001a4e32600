//! The one way in which a declaration moves: its stage, its due day, its learning, its year and its event follow.

use serde_json::{Value, json};
use xueshi_domain::calendar::WorkdayCalendar;
use xueshi_domain::event::EventType;
use xueshi_domain::review::{
    Arrival, Ending, Stage, State, Warned, due, late_from, working_days_taken,
};
use xueshi_persistence::{Declaration, Id, Moment, StageVisit, Word, Writer};

use super::facts::Case;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::explanations::{Basis, Decided, DueDays, keep};
use crate::services::learning_records::tell_corrected;
use crate::services::makeup;
use crate::services::races::stands;
use crate::services::rules::{Rules, working_days};
use crate::services::year::{Posting, Year};

/// Why a declaration moves.
#[derive(Debug, Clone)]
pub struct Cause<'a> {
    /// The account that moves it; none for time and settlement.
    pub by: Option<Id>,
    /// What is told of it.
    pub event: EventType,
    /// How it leaves the stage that it waits at, if it does.
    pub ending: Option<Ending>,
    /// The class of reason that a certificate which falls with it is revoked for (A2).
    pub reason: &'a str,
    /// More to tell, without personal data.
    pub data: Value,
    /// What it rests on, to be kept with it (V7).
    pub basis: Basis,
    /// The unit that is acted for, and the id of the decision, where there are such.
    pub decision: Option<(Id, Id)>,
    /// What whoever moves it says: a reason, a comment.
    pub said: Option<&'a str>,
    /// Whether the caller posts it to its year.
    pub posted_later: bool,
}

impl<'a> Cause<'a> {
    /// Moved by an account, with nothing more to say.
    pub fn new(by: Option<Id>, event: EventType) -> Self {
        Self {
            by,
            event,
            ending: None,
            reason: "",
            data: json!({}),
            basis: Basis::default(),
            decision: None,
            said: None,
            posted_later: false,
        }
    }

    /// It leaves its stage in this way.
    #[must_use]
    pub fn ending(self, ending: Ending) -> Self {
        Self { ending: Some(ending), ..self }
    }

    /// A certificate that falls with it is revoked for this class of reason.
    #[must_use]
    pub fn reason(self, reason: &'a str) -> Self {
        Self { reason, ..self }
    }

    /// It rests on this (V7).
    #[must_use]
    pub fn resting_on(self, basis: Basis) -> Self {
        Self { basis, ..self }
    }

    /// It is this decision (by its id), made for this unit.
    #[must_use]
    pub fn decided(self, id: Id, unit: Id) -> Self {
        Self { decision: Some((id, unit)), ..self }
    }

    /// Whoever moves it says this.
    #[must_use]
    pub fn saying(self, said: Option<&'a str>) -> Self {
        Self { said, ..self }
    }

    /// The caller posts it to its year: the state of that does not follow yet.
    #[must_use]
    pub fn posted_later(self) -> Self {
        Self { posted_later: true, ..self }
    }

    /// More to tell.
    #[must_use]
    pub fn data(self, data: Value) -> Self {
        Self { data, ..self }
    }
}

/// Stores a declaration that has come from state `was` to its present one, or to other units, with all that follows:
///
/// - it leaves the stage at which it waited and enters the one of its new state, with a fresh due day (V1, V2, U2);
/// - learning that is not declared any more is set free, learning that is declared again is claimed (H7);
/// - the hours move in the totals of its year, whose state and certificate follow (H1, A2), and its make-up grant (M3);
/// - what it rests on is kept (V7), and the event is told.
///
/// The caller has set the new state (and units) and asked machine and calendar.
///
/// # Errors
/// [`StoreError::Conflict`] when someone else moved it first: the caller's work runs again and meets the new state.
/// `duplicate-learning` when it would stand again beside another declaration of the same learning.
pub fn moved(
    writer: &mut Writer<'_>,
    was: State,
    declaration: &mut Declaration,
    rules: &Rules,
    mut cause: Cause<'_>,
) -> Result<(), Problem> {
    let calendar = working_days(writer, declaration.jurisdiction_id)?;
    if let Some(ending) = cause.ending {
        leave(writer, declaration, ending, &calendar)?;
    }
    let holder = holder(declaration);
    let stays = cause.ending.is_none() && was == declaration.state.0;
    if !(stays && holder == declaration.holder_id) {
        cause.basis.due = enter(writer, declaration, rules, &calendar)?;
    }
    stands(writer.save_declaration(was, declaration)?)?;
    follow_learning(writer, was, declaration, cause.by)?;
    let decided = Decided {
        id: cause.decision.map(|(id, _)| id),
        unit: cause.decision.map(|(_, unit)| unit),
        ..Decided::on(declaration, cause.event, cause.by, rules.version)
    };
    keep(writer, decided, &cause.basis)?;
    if !cause.posted_later {
        let posting = Posting {
            was,
            floors: rules.policy.floors,
            class: cause.reason,
            said: cause.said,
            by: cause.by,
            unit: cause.decision.map(|(_, unit)| unit),
        };
        Year::of(writer, declaration)?.post(writer, declaration, posting)?;
        makeup::follow(writer, declaration)?;
    }
    Happening::declaration(cause.event, declaration)
        .by_account(cause.by)
        .data(cause.data)
        .tell(writer, declaration.jurisdiction_id)
}

/// The unit that has to act on a declaration in its present state.
fn holder(declaration: &Declaration) -> Option<Id> {
    declaration.state.0.stage().map(|stage| match stage {
        Stage::Employer => declaration.employer_id,
        Stage::Authority => declaration.authority_id,
    })
}

/// Ends the visit at the stage at which it waited.
fn leave(
    writer: &mut Writer<'_>,
    declaration: &Declaration,
    ending: Ending,
    calendar: &WorkdayCalendar,
) -> Result<(), Problem> {
    let d = declaration;
    let now = writer.now();
    let visits = writer.stage_visits(d.jurisdiction_id, d.professional_id, d.id)?;
    for before in visits.into_iter().filter(|visit| visit.left_at.is_none()) {
        let mut visit = before.clone();
        visit.left_at = Some(Moment(now));
        // A settlement may have found another freeze than the one known on arrival.
        visit.late_from = d.late_from;
        visit.ending = Some(Word(ending));
        let days = working_days_taken(visit.entered_at.0, now, calendar);
        visit.working_days = Some(i32::try_from(days).unwrap_or(i32::MAX));
        writer.save_stage_visit(&before, &visit)?;
    }
    Ok(())
}

/// Sets holder and due day for the state that a declaration has come to, and opens the visit there (V1).
fn enter(
    writer: &mut Writer<'_>,
    declaration: &mut Declaration,
    rules: &Rules,
    calendar: &WorkdayCalendar,
) -> Result<Option<DueDays>, Problem> {
    let now = writer.now();
    declaration.holder_id = holder(declaration);
    let (Some(stage), Some(unit_id)) = (declaration.state.0.stage(), declaration.holder_id) else {
        (declaration.due_at, declaration.late_from) = (None, None);
        return Ok(None);
    };
    let submitted_at = declaration.submitted_at.map_or(now, |at| at.0);
    let arrival = Arrival { submitted_at, arrived_at: now };
    let due = due(arrival, &rules.policy.review, calendar).map_err(Problem::internal)?;
    declaration.stage_entered_at = Some(Moment(now));
    declaration.due_at = Some(Moment(due.at));
    declaration.due_provisional = due.provisional;
    declaration.late_from = late_from(due.at, rules.timetable.frozen_from()).map(Moment);
    let d = &*declaration;
    writer.insert_stage_visit(&StageVisit {
        jurisdiction_id: d.jurisdiction_id,
        professional_id: d.professional_id,
        id: writer.new_id(),
        declaration_id: d.id,
        year: d.year,
        revision: d.revision,
        stage: Word(stage),
        unit_id,
        entered_at: Moment(now),
        due_at: Moment(due.at),
        due_provisional: due.provisional,
        left_at: None,
        ending: None,
        working_days: None,
        warned: Word(Warned::No),
        late_from: d.late_from,
    })?;
    DueDays::count(stage, unit_id.0, arrival, &rules.policy.review, calendar).map(Some)
}

/// H7: sets the learning of a declaration free that stands no more, and claims that of one that stands again.
fn follow_learning(
    writer: &mut Writer<'_>,
    was: State,
    declaration: &Declaration,
    by: Option<Id>,
) -> Result<(), Problem> {
    let d = declaration;
    let stands = d.state.0.is_standing();
    if stands == was.is_standing() {
        return Ok(());
    }
    if stands {
        Case::gather(writer, d)?.check_duplicates(d.id)?;
    }
    if let Some(record) = d.learning_record_id
        && let Some(corrected) =
            writer.set_declared(d.jurisdiction_id, d.professional_id, record, stands)?
    {
        tell_corrected(writer, &corrected, by)?;
    }
    Ok(())
}
