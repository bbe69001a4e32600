//! Handing an application in (M1, M2).

use serde_json::{Value, json};
use uuid::Uuid;
use xueshi_domain::calendar::WindowKind;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};
use xueshi_domain::makeup::{
    Application, ApplicationEvent, ApplicationState, ITEM_CHECKS, Item, ItemEvent, ItemState,
    check_reason,
};
use xueshi_domain::registry::OrganizationKind;
use xueshi_domain::review::{Route, Stage};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Id, MakeupApplication, MakeupItem, Moment, Organization, Reader, Tenths, Word, Writer,
};

use super::applications::{admitted, own};
use super::facts::{Judge, all_fine};
use super::{items_of, show};
use crate::dto::makeup::MakeupApplicationDto;
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::explanations::Trail;
use crate::services::races::stands;
use crate::services::rules::Rules;
use crate::services::{Asker, Reply};

/// Submits a draft, or a returned application as a new revision: to the base that is assigned to the employer, or else to its
/// reviewing body.
///
/// # Errors
/// 409 in other states, 412 on a stale version, outside of the window as for a new one, and one problem for all items that can
/// no longer be applied for.
pub fn submit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
) -> Result<Reply<MakeupApplicationDto>, Problem> {
    let now = writer.now();
    let (mut application, unit) = own(writer, asker, id)?;
    condition.check(application.version.into())?;
    let was = application.state.0;
    let mut trail = Trail::acting_for(unit).saying(application.reason.as_deref());
    let state = trail.step::<Application>(was, ApplicationEvent::Submit)?;
    let open = admitted(writer, asker.jurisdiction, application.exceptional);
    let (rules, term) = trail.ask([], open)?;
    trail.within(&rules, WindowKind::MakeupApplication, term.application, now);
    let reason = match application.exceptional {
        true => CheckOutcome::Passed,
        false => CheckOutcome::NotApplicable,
    };
    let stated = check_reason(application.exceptional, application.reason.as_deref());
    trail.ask([Finding::new(CheckName::SpecialReason, reason)], stated)?;
    let employer = writer
        .organization(application.jurisdiction_id, application.employer_id)?
        .ok_or_else(|| Problem::internal("the employer of an application is missing"))?;
    let body = first_body(writer, &employer)?;

    let waiting = to_submit(writer, &application, &rules);
    let (waiting, seen) = trail.ask(Finding::all_passed(ITEM_CHECKS), waiting)?;
    trail = trail
        .looking_at(json!({"items": seen}))
        .found([Finding::passed(CheckName::ThreeParties).with(json!({"body_id": body}))]);
    for item in waiting {
        writer.save_makeup_item(&item)?;
    }
    application.state = Word(state);
    application.year = term.year;
    application.body_id = Some(body);
    application.applied_by = asker.account();
    application.submitted_at = Some(Moment(now));
    application.policy_version = rules.version;
    if was == ApplicationState::Returned {
        application.revision += 1;
    }
    stands(writer.save_makeup_application(was, &mut application)?)?;
    told(EventType::MakeupSubmitted, &application)
        .by(asker)
        .because(trail)
        .tell(writer, asker.jurisdiction)?;
    let shown = show(writer, &application)?;
    Ok(Reply::ok(shown).version(application.version))
}

/// Something that happened to an application as a whole.
pub(super) fn told(kind: EventType, application: &MakeupApplication) -> Happening {
    Happening::new(kind)
        .unit(application.employer_id)
        .authority(application.body_id)
        .subject(application.id)
        .year(application.year)
        .data(json!({"state": application.state.0,
            "exceptional": application.exceptional, "revision": application.revision}))
}

/// U2, M2: what waits at a reviewing body that is no longer the employer's goes to the present one. What waits at a base that was
/// assigned stays there, as it does when another base is assigned; so does what waits for the bureau.
///
/// # Errors
/// On a database failure.
pub fn follow_body(
    writer: &mut Writer<'_>,
    by: Option<Id>,
    employer: &Organization,
) -> Result<(), Problem> {
    let (city, present) = (employer.jurisdiction_id, employer.reviewing_body_id);
    for mut application in writer.makeup_applications_in_body_review(city, employer.id)? {
        let Some(former) = application.body_id.filter(|body| Some(*body) != present) else {
            continue;
        };
        let at_base = writer
            .organization(city, former)?
            .is_some_and(|body| body.kind.0 == OrganizationKind::CeBase);
        if at_base {
            continue;
        }
        application.body_id = present;
        stands(writer.save_makeup_application(ApplicationState::BodyReview, &mut application)?)?;
        told(EventType::MakeupRerouted, &application)
            .by_account(by)
            .data(json!({"from_unit_id": former}))
            .tell(writer, city)?;
    }
    Ok(())
}

/// Who reviews first for an employer: the base that is assigned to it, or its reviewing body (M2).
pub(super) fn first_body(reader: &mut Reader<'_>, employer: &Organization) -> Result<Id, Problem> {
    let assigned = reader.makeup_body_of(employer.jurisdiction_id, employer.id)?;
    let base = assigned.and_then(|assigned| assigned.body_id);
    let body = base.or(employer.reviewing_body_id).map(|id| id.0);
    Ok(Id(Route::new(employer.id.0, body)?.holder(Stage::Authority)))
}

/// The items that wait from now on, with what their years lack today, and what was looked at of each: those that are open, or after a return without any
/// change, those that were returned.
fn to_submit(
    reader: &mut Reader<'_>,
    application: &MakeupApplication,
    rules: &Rules,
) -> Result<(Vec<MakeupItem>, Vec<Value>), Problem> {
    let all = items_of(reader, application)?;
    let in_state =
        |state: ItemState| all.iter().enumerate().filter(move |(_, item)| item.state.0 == state);
    let open: Vec<_> = in_state(ItemState::Open).collect();
    let chosen = if open.is_empty() { in_state(ItemState::Returned).collect() } else { open };
    let key = (application.jurisdiction_id, application.employer_id);
    let mut judge = Judge::new(key, Some(application.id), rules.policy.makeup);
    let (mut refused, mut waiting) = (Vec::new(), Vec::new());
    for (place, item) in chosen {
        let person = reader
            .professional(item.jurisdiction_id, item.professional_id)?
            .ok_or_else(|| Problem::internal("the person of an item is missing"))?;
        let mut item = item.clone();
        if item.state.0 == ItemState::Returned {
            item.state = Word(step::<Item>(ItemState::Returned, ItemEvent::Reopen)?);
        }
        match judge.judge(reader, &person, item.year)? {
            Ok(missing) => {
                item.missing_total = Tenths(missing.total);
                item.missing_public = Tenths(missing.public);
                item.missing_professional = Tenths(missing.professional);
                waiting.push(item);
            }
            Err(refusal) => refused.push((place, refusal)),
        }
    }
    all_fine(refused)?;
    Ok((waiting, judge.seen()))
}
