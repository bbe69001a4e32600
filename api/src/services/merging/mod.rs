//! Merging two records of one person: a municipal act (U4). No learning counts twice afterwards (H7).

mod duplicates;
mod obstacles;
mod years;

use serde_json::json;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::registry::{PersonState, Standing};
use xueshi_persistence::{
    Account, Id, Moment, Pair, PersonMerge, Professional, StoreError, Word, Writer,
};

use self::duplicates::{end_duplicates, one_grant_each, one_place_each, share_learning};
use self::years::{Before, add_years, follow_year};
use super::events::Happening;
use super::references::unknown;
use super::{Asker, Reply, following, joining, offices, transfers};
use crate::dto::merging::{Merge, MergeResult};
use crate::problem::{Code, Problem};

/// Merges two records of one person into the first (U4): everything moves there; of two declarations of the same learning one
/// stands; years are added up, and their state and certificate follow; one account remains.
///
/// # Errors
/// 403 without the right, and `own-case`; 409 `records-conflict`, naming what has to be decided first; 422 `same-record`, `unknown-reference`, `year-end-freeze`.
pub fn merge(
    writer: &mut Writer<'_>,
    asker: &Asker,
    request: &Merge,
) -> Result<Reply<MergeResult>, Problem> {
    let city = asker.jurisdiction;
    let pair =
        Pair { jurisdiction: city, kept: Id(request.kept_id), merged: Id(request.merged_id) };
    let root = writer.municipal_bureau(city)?.ok_or_else(|| Problem::new(Code::Forbidden))?;
    let unit = Id(asker.acting_for(Permission::MergePeople, &root.path)?.organization_id);
    if pair.kept == pair.merged {
        return Err(Refusal::SameRecord.into());
    }
    let mut kept = writer.professional(city, pair.kept)?.ok_or_else(|| unknown("/kept_id"))?;
    let mut shell = writer.professional(city, pair.merged)?.ok_or_else(|| unknown("/merged_id"))?;
    for (id, pointer) in [(pair.kept, "/kept_id"), (pair.merged, "/merged_id")] {
        // An empty shell is nobody's any more: what it stood for is the record that it was merged into. Of someone who was erased
        // nobody can tell whose it was.
        if writer.merged_with(city, id)?.is_some() || writer.erasure(city, id)?.is_some() {
            return Err(unknown(pointer));
        }
    }
    if [pair.kept, pair.merged].iter().any(|id| asker.actor.is_professional(id.0)) {
        return Err(Refusal::OwnCase.into());
    }
    following::admit(writer, city)?;
    obstacles::none(writer, pair)?;
    let before = Before::of(writer, pair)?;
    let ended = end_duplicates(writer, asker, pair, unit, &request.reason)?;
    one_grant_each(writer, pair)?;
    one_place_each(writer, pair)?;
    end_shell_employment(writer, asker, &kept, &shell)?;
    transfers::end_of_merged(writer, asker, unit, pair.merged)?;
    let years = writer.with_deferred_keys(|writer| {
        let shared = share_learning(writer, asker, pair)?;
        let years = add_years(writer, asker, pair, before)?;
        writer.rekey(pair)?;
        writer.keep_together(pair, &shared)?;
        match writer.check_keys(pair)? {
            true => Ok(years),
            false => Err(Problem::from(Refusal::RecordsConflict { conflicts: Vec::new() })),
        }
    })?;
    settle_people(writer, &mut kept, &mut shell)?;
    let (account, closed) = one_account(writer, asker, pair)?;
    if let Some(employer) = kept.employer_id
        && let Some(employer) = writer.organization(city, employer)?
        && employer.reviewing_body_id.is_some()
    {
        following::follow_person(writer, Some(asker.account()), pair.kept, &employer)?;
    }
    let merge = PersonMerge {
        jurisdiction_id: city,
        professional_id: pair.kept,
        id: writer.new_id(),
        merged_id: pair.merged,
        account_id: asker.account(),
        unit_id: unit,
        reason: request.reason.clone(),
        ended_declarations: i32::try_from(ended.len()).unwrap_or(i32::MAX),
        merged_at: Moment(writer.now()),
        closed_account_id: closed,
    };
    writer.insert_person_merge(&merge)?;
    let mut merged_years = Vec::with_capacity(years.len());
    for (year, before) in years {
        merged_years.push(year);
        if let Some(before) = before {
            follow_year(writer, asker, pair, *before, (unit, &request.reason))?;
        }
    }
    Happening::new(EventType::ProfessionalMerged)
        .by(asker)
        .person(pair.kept, kept.employer_id, None)
        .subject(pair.kept)
        .data(json!({"merged_id": pair.merged, "account_id": account, "years": merged_years,
            "ended_declarations": ended.iter().map(|end| end.id).collect::<Vec<_>>()}))
        .tell(writer, city)?;
    Ok(Reply::ok(MergeResult::new(&merge, &ended, merged_years)))
}

/// One person works in one place: where both are employed, the one of the record that stands goes on.
fn end_shell_employment(
    writer: &mut Writer<'_>,
    asker: &Asker,
    kept: &Professional,
    shell: &Professional,
) -> Result<(), Problem> {
    let today = china_date(writer.now());
    let mut present = |person: &Professional| {
        writer.present_employment(person.jurisdiction_id, person.professional_id, today)
    };
    let (own, other) = (present(kept)?, present(shell)?);
    let (Some(own), Some(other)) = (own, other) else { return Ok(()) };
    writer.set_employment_end(&other, Some((today, "merged")))?;
    if own.organization_id == other.organization_id {
        return Ok(());
    }
    let (city, id) = (shell.jurisdiction_id, shell.professional_id);
    let by = Some(asker.account());
    offices::end_of_person(writer, by, city, id, other.organization_id, "merged")
}

/// The record that stands takes what it lacks; the shell is nobody's any more.
fn settle_people(
    writer: &mut Writer<'_>,
    kept: &mut Professional,
    shell: &mut Professional,
) -> Result<(), Problem> {
    let today = china_date(writer.now());
    let (city, id) = (kept.jurisdiction_id, kept.professional_id);
    if let Some(job) = writer.present_employment(city, id, today)? {
        kept.employer_id = Some(job.organization_id);
        kept.state = Word(PersonState::Active);
    }
    kept.employer_id = kept.employer_id.or(shell.employer_id);
    if kept.title_series.is_none() {
        kept.title_series = shell.title_series.take();
        kept.title_level = shell.title_level.take();
    }
    if kept.phone_cipher.is_none() {
        kept.phone_cipher = shell.phone_cipher.take();
    }
    shell.state = Word(PersonState::Ended);
    shell.employer_id = None;
    for person in [kept, shell] {
        if !writer.update_professional(person, None)? {
            return Err(StoreError::Conflict.into());
        }
    }
    Ok(())
}

/// One person, one account: that of the record that stands, otherwise the other one's. An account that is left without a record is
/// closed; it holds no office ([`obstacles`]). Gives the one that remains, and the one that was closed.
fn one_account(
    writer: &mut Writer<'_>,
    asker: &Asker,
    pair: Pair,
) -> Result<(Option<Id>, Option<Id>), Problem> {
    let city = pair.jurisdiction;
    let own = writer.account_of(city, pair.kept)?;
    let Some(mut other) = writer.account_of(city, pair.merged)? else {
        return Ok((own.map(|account| account.id), None));
    };
    let Some(own) = own else {
        other.professional_id = Some(pair.kept);
        return save_account(writer, &mut other).map(|()| (Some(other.id), None));
    };
    other.professional_id = None;
    other.state = Word(Standing::Disabled);
    writer.end_sessions_of(other.id, "merged")?;
    joining::end_of_account(writer, asker.account(), city, other.id)?;
    save_account(writer, &mut other)?;
    Ok((Some(own.id), Some(other.id)))
}

fn save_account(writer: &mut Writer<'_>, account: &mut Account) -> Result<(), Problem> {
    match writer.update_account(account)? {
        true => Ok(()),
        false => Err(StoreError::Conflict.into()),
    }
}
