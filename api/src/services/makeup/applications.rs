//! Writing an application (M1, M6, E7, E8).

use std::collections::BTreeSet;

use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::WindowKind;
use xueshi_domain::ledger::Breakdown;
use xueshi_domain::makeup::{
    Application, ApplicationEvent, ApplicationState, ItemState, Term, check_reason,
};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Id, MakeupApplication, MakeupItem, Moment, Organization, Professional, Reader, Tenths, Word,
    Writer,
};

use super::facts::{Judge, all_fine};
use super::{items_of, present_term, show, visible};
use crate::dto::makeup::{
    MakeupApplicationChanges, MakeupApplicationDto, NewMakeupApplication, NewMakeupItem,
};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem, Text};
use crate::services::races::stands;
use crate::services::references::{unfit, unknown};
use crate::services::rules::Rules;
use crate::services::{Asker, Reply, organizations};

/// Begins an application for people whom an employer has now.
///
/// # Errors
/// `window-closed` outside of the make-up window, `makeup-closed` in a year without one (E8), and for the items one problem that
/// names each of those that cannot be applied for.
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewMakeupApplication,
) -> Result<Reply<MakeupApplicationDto>, Problem> {
    let now = writer.now();
    let employer = applicant(writer, asker, new.employer_id)?;
    let (rules, term) = admitted(writer, asker.jurisdiction, new.exceptional)?;
    check_reason(new.exceptional, new.reason.as_deref())?;
    let application = MakeupApplication {
        jurisdiction_id: asker.jurisdiction,
        id: writer.new_id(),
        employer_id: employer.id,
        year: term.year,
        exceptional: new.exceptional,
        reason: new.reason.clone(),
        state: Word(ApplicationState::Draft),
        revision: 1,
        body_id: None,
        applied_by: asker.account(),
        submitted_at: None,
        policy_version: rules.version,
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    let judged = judge_all(writer, asker, &application, &rules, &new.items)?;
    writer.insert_makeup_application(&application)?;
    for (wanted, missing) in new.items.iter().zip(judged) {
        writer.insert_makeup_item(&item(&application, *wanted, missing, writer.new_id()))?;
    }
    let location = format!("/v1/makeup-applications/{}", application.id);
    let shown = show(writer, &application)?;
    Ok(Reply::created(&location, shown).version(application.version))
}

/// Changes an application that is a draft or was returned. The named items are those that are submitted next; what was decided
/// for good stays as it is.
///
/// # Errors
/// 404, 403 for someone else's, 409 in other states, 412 on a stale version, and as [`create`].
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    changes: &MakeupApplicationChanges,
) -> Result<Reply<MakeupApplicationDto>, Problem> {
    let (mut application, _) = own(writer, asker, id)?;
    condition.check(application.version.into())?;
    let state = application.state.0;
    if !state.is_editable() {
        step::<Application>(state, ApplicationEvent::Submit)?;
    }
    let (rules, _) = admitted(writer, asker.jurisdiction, application.exceptional)?;
    if let Some(reason) = &changes.reason {
        application.reason = Some(reason.clone());
    }
    if let Some(wanted) = &changes.items {
        let judged = judge_all(writer, asker, &application, &rules, wanted)?;
        replace_items(writer, &application, wanted, &judged)?;
    }
    application.policy_version = rules.version;
    stands(writer.save_makeup_application(state, &mut application)?)?;
    let shown = show(writer, &application)?;
    Ok(Reply::ok(shown).version(application.version))
}

/// An application of a unit that the asker applies for, and the unit that they act for (V10).
///
/// # Errors
/// 404 when they may not see it, 403 when they may but it is not theirs to change.
pub(super) fn own(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<(MakeupApplication, Id), Problem> {
    let application = visible(reader, asker, id)?;
    let employer = reader.organization(application.jurisdiction_id, application.employer_id)?;
    let path = employer.map(|unit| unit.path).unwrap_or_default();
    let unit = asker.acting_for(Permission::ApplyMakeup, &path)?.organization_id;
    Ok((application, Id(unit)))
}

/// The rules and times of the present year, when one may apply now; the store looks again when it commits (W2).
pub(super) fn admitted(
    writer: &mut Writer<'_>,
    city: Id,
    exceptional: bool,
) -> Result<(Rules, Term), Problem> {
    let now = writer.now();
    let (rules, term) = present_term(writer, city, exceptional)?;
    let admission =
        rules.timetable.admit_in(WindowKind::MakeupApplication, term.application, now)?;
    writer.valid_until(admission.valid_until);
    Ok((rules, term))
}

/// The unit that applies: the named one, or the only one that the asker applies for.
fn applicant(
    reader: &mut Reader<'_>,
    asker: &Asker,
    named: Option<Uuid>,
) -> Result<Organization, Problem> {
    let permission = Permission::ApplyMakeup;
    let id = match named {
        Some(id) => id,
        None => {
            let mut units = asker.actor.grants_for(permission).map(|grant| grant.organization_id);
            match (units.next(), units.next()) {
                (Some(only), None) => only,
                (Some(_), Some(_)) | (None, _) => {
                    return Err(unfit(
                        "/employer_id",
                        "required",
                        "您代表多个单位，请填写申请单位",
                        "you act for several units: name the one that applies",
                    ));
                }
            }
        }
    };
    organizations::find(reader, asker, permission, id)?.ok_or_else(|| unknown("/employer_id"))
}

/// What each of the wanted items lacks, in the same order.
///
/// # Errors
/// `validation-failed` for a pair that is named twice, `unknown-reference` for a person whom the asker does not know, and one
/// problem for all items that the rules refuse.
fn judge_all(
    reader: &mut Reader<'_>,
    asker: &Asker,
    application: &MakeupApplication,
    rules: &Rules,
    wanted: &[NewMakeupItem],
) -> Result<Vec<Breakdown>, Problem> {
    let (mut seen, mut refused, mut judged) = (BTreeSet::new(), Vec::new(), Vec::new());
    let key = (application.jurisdiction_id, application.employer_id);
    let mut judge = Judge::new(key, Some(application.id), rules.policy.makeup);
    for (place, item) in wanted.iter().enumerate() {
        if !seen.insert((item.professional_id, item.year)) {
            let text = Text::new("同一人员同一年度只填一次", "name each person and year once");
            let pointer = format!("/items/{place}");
            return Err(Problem::new(Code::ValidationFailed).at(pointer, "duplicate", text));
        }
        let person = person(reader, asker, item.professional_id)?
            .ok_or_else(|| unknown(&format!("/items/{place}/professional_id")))?;
        match judge.judge(reader, &person, item.year)? {
            Ok(missing) => judged.push(missing),
            Err(refusal) => refused.push((place, refusal)),
        }
    }
    all_fine(refused)?;
    Ok(judged)
}

/// A person of the units that the asker applies for; nobody who was erased (U4a).
fn person(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Option<Professional>, Problem> {
    let found = reader.visible_professional(&asker.scope(Permission::ApplyMakeup), Id(id))?;
    let Some(person) = found else { return Ok(None) };
    let erasure = reader.erasure(person.jurisdiction_id, person.professional_id)?;
    Ok(Some(person).filter(|_| erasure.is_none()))
}

fn item(
    application: &MakeupApplication,
    wanted: NewMakeupItem,
    missing: Breakdown,
    id: Id,
) -> MakeupItem {
    MakeupItem {
        jurisdiction_id: application.jurisdiction_id,
        professional_id: Id(wanted.professional_id),
        id,
        application_id: application.id,
        year: wanted.year,
        state: Word(ItemState::Open),
        missing_total: Tenths(missing.total),
        missing_public: Tenths(missing.public),
        missing_professional: Tenths(missing.professional),
        grant_id: None,
    }
}

/// Puts the wanted items in the place of those that were not decided for good. An item on which somebody has decided once is
/// kept: it waits again when it is wanted, and stays returned when it is not.
fn replace_items(
    writer: &mut Writer<'_>,
    application: &MakeupApplication,
    wanted: &[NewMakeupItem],
    judged: &[Breakdown],
) -> Result<(), Problem> {
    let decided: BTreeSet<Id> = writer
        .makeup_reviews_of(application.jurisdiction_id, application.id)?
        .into_iter()
        .map(|review| review.item_id)
        .collect();
    let known = items_of(writer, application)?;
    let is = |item: &MakeupItem, wanted: &NewMakeupItem| {
        item.professional_id.0 == wanted.professional_id && item.year == wanted.year
    };
    for old in &known {
        let editable = match old.state.0 {
            ItemState::Open | ItemState::Returned => true,
            ItemState::Forwarded | ItemState::Granted | ItemState::Rejected => false,
        };
        if !editable || wanted.iter().any(|wanted| is(old, wanted)) {
            continue;
        }
        if decided.contains(&old.id) {
            let mut kept = old.clone();
            kept.state = Word(ItemState::Returned);
            writer.save_makeup_item(&kept)?;
        } else {
            writer.delete_makeup_item(old)?;
        }
    }
    for (place, (wanted, missing)) in wanted.iter().zip(judged).enumerate() {
        let Some(old) = known.iter().find(|old| is(old, wanted)) else {
            writer.insert_makeup_item(&item(application, *wanted, *missing, writer.new_id()))?;
            continue;
        };
        match old.state.0 {
            ItemState::Open | ItemState::Returned => {
                writer.save_makeup_item(&item(application, *wanted, *missing, old.id))?;
            }
            ItemState::Forwarded | ItemState::Granted | ItemState::Rejected => {
                let refusal = Refusal::WrongStep {
                    road: "makeup_item",
                    state: old.state.0.as_str(),
                    event: "reopen",
                };
                let text = crate::problem::refusal_text::text(&refusal);
                let pointer = format!("/items/{place}");
                return Err(Problem::from(refusal).at(pointer, "decided", text));
            }
        }
    }
    Ok(())
}
