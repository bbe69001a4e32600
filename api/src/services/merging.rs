//! Merging two records of one person: a municipal act (U4). No learning counts twice afterwards (H7).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use xueshi_domain::Refusal;
use xueshi_domain::access::{Permission, Role};
use xueshi_domain::certificate::CertificateState;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::ledger::RecordState;
use xueshi_domain::merging::{GivesWay, judge};
use xueshi_domain::registry::{PersonState, RecordAct, Standing};
use xueshi_domain::review::{Ending, Event, next};
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{
    Account, AnnualRecord, Grant, Id, Moment, Pair, PersonMerge, Professional, RecordedAct,
    StoreError, Tenths, Word, Writer,
};

use super::appraisals::Change;
use super::certifying::{Certifying, certificate_follows};
use super::declarations::{Cause, all_declared, moved};
use super::events::Happening;
use super::references::unknown;
use super::rules::Rules;
use super::year::{Year, standing_certificate};
use super::{Asker, Reply, following, offices};
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
    if [pair.kept, pair.merged].iter().any(|id| asker.actor.is_professional(id.0)) {
        return Err(Refusal::OwnCase.into());
    }
    following::admit(writer, city)?;
    let ended = end_duplicates(writer, asker, pair, unit, &request.reason)?;
    end_shell_employment(writer, asker, &kept, &shell)?;
    writer.withdraw_transfers_of(pair)?;
    let years = writer.with_deferred_keys(|writer| {
        share_learning(writer, pair)?;
        let years = add_years(writer, pair)?;
        writer.rekey(pair)?;
        match writer.check_keys(pair)? {
            true => Ok(years),
            false => Err(Problem::from(Refusal::RecordsConflict { conflicts: Vec::new() })),
        }
    })?;
    settle_people(writer, &mut kept, &mut shell)?;
    let account = one_account(writer, pair)?;
    if let Some(employer) = kept.employer_id
        && let Some(employer) = writer.organization(city, employer)?
        && employer.reviewing_body_id.is_some()
    {
        following::follow_person(writer, Some(asker.account()), pair.kept, &employer)?;
    }
    let mut merged_years = Vec::with_capacity(years.len());
    for (year, before) in years {
        merged_years.push(year);
        if let Some(before) = before {
            follow_year(writer, asker, pair, *before, (unit, &request.reason))?;
        }
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
    };
    writer.insert_person_merge(&merge)?;
    Happening::new(EventType::ProfessionalMerged)
        .by(asker)
        .person(pair.kept, kept.employer_id, None)
        .subject(pair.kept)
        .data(json!({"merged_id": pair.merged, "account_id": account, "years": merged_years,
            "ended_declarations": ended.iter().map(|end| end.id).collect::<Vec<_>>()}))
        .tell(writer, city)?;
    Ok(Reply::ok(MergeResult::new(&merge, &ended, merged_years)))
}

/// H7: of two declarations of the same learning the one that has come further stands; the other ends, on its own record and
/// with a trace (V10). What would change hours by a choice is refused before anything is touched.
fn end_duplicates(
    writer: &mut Writer<'_>,
    asker: &Asker,
    pair: Pair,
    unit: Id,
    reason: &str,
) -> Result<Vec<GivesWay>, Problem> {
    let city = pair.jurisdiction;
    let kept = all_declared(writer, city, pair.kept)?;
    let merged = all_declared(writer, city, pair.merged)?;
    let years: BTreeSet<i32> = merged.iter().map(|declared| declared.year).collect();
    let mut policies = BTreeMap::new();
    for year in years.into_iter().filter(|year| kept.iter().any(|own| own.year == *year)) {
        policies.insert(year, Rules::of(writer, city, year)?.policy);
    }
    let max_of = |year: i32, way| {
        let policy = policies.get(&year)?;
        policy.conversion_of(way)?.max_hours_per_year
    };
    let ended = judge(&kept, &merged, max_of)?;
    for end in &ended {
        let of_kept = kept.iter().any(|own| own.standing.id == end.id);
        let owner = if of_kept { pair.kept } else { pair.merged };
        end_one(writer, asker, (city, owner), end, (unit, reason))?;
    }
    Ok(ended)
}

fn end_one(
    writer: &mut Writer<'_>,
    asker: &Asker,
    (city, owner): (Id, Id),
    end: &GivesWay,
    (unit, reason): (Id, &str),
) -> Result<(), Problem> {
    let found = writer.declaration(city, owner, Id(end.id))?;
    let mut declaration = found.ok_or_else(|| Problem::internal("a declaration is missing"))?;
    let year = declaration.year;
    let was = declaration.state.0;
    declaration.state = Word(next(was, end.event)?);
    let rules = Rules::for_declaration(writer, &declaration)?;
    let by = Some(asker.account());
    let data = json!({"merged": true, "standing_id": end.stands});
    let cause = if end.event == Event::Revoke {
        Cause::new(by, EventType::DeclarationRevoked).reason("hours_revoked")
    } else {
        Cause::new(by, EventType::DeclarationWithdrawn)
    };
    let mut cause = if was.is_pending() { cause.ending(Ending::Withdrawn) } else { cause };
    if end.event == Event::Revoke {
        let now = writer.now();
        let act = writer.new_id();
        cause = cause.decided(act, unit);
        writer.insert_record_act(&RecordedAct {
            jurisdiction_id: city,
            professional_id: owner,
            id: act,
            act: Word(RecordAct::Revoked),
            declaration_id: Some(declaration.id),
            certificate_id: None,
            year,
            account_id: asker.account(),
            unit_id: unit,
            reason: Some(reason.to_owned()),
            policy_version: rules.version,
            acted_at: Moment(now),
        })?;
    }
    moved(writer, was, &mut declaration, &rules, cause.data(data).saying(Some(reason)))
}

/// H7: what both records have learnt is one: declarations of the merged record rest on the other's learning from now on, and its
/// own copy stays with the shell.
fn share_learning(writer: &mut Writer<'_>, pair: Pair) -> Result<(), Problem> {
    let city = pair.jurisdiction;
    let kept = writer.learning_of(city, pair.kept)?;
    for copy in writer.learning_of(city, pair.merged)? {
        let same = kept.iter().find(|own| {
            let class = own.class_id.is_some() && own.class_id == copy.class_id;
            let seminar = own.seminar_id.is_some() && own.seminar_id == copy.seminar_id;
            let course = own.platform_code.is_some()
                && own.platform_code == copy.platform_code
                && own.course_code == copy.course_code;
            class || seminar || course
        });
        let Some(own) = same else { continue };
        writer.rest_on(pair, copy.id, own.id)?;
        if copy.declared {
            writer.set_declared(city, pair.merged, copy.id, false)?;
            writer.set_declared(city, pair.kept, own.id, true)?;
        }
    }
    Ok(())
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

/// A year of the merged record, with what it was added to; `None` where the one that stands had no such year.
type Added = (i32, Option<Box<AnnualRecord>>);

/// Adds the years of the merged record to those of the one that stands: the years that it had, each with what stood before,
/// beside whose seal the change is added (A3). Those that there was nothing to add to move as they are.
fn add_years(writer: &mut Writer<'_>, pair: Pair) -> Result<Vec<Added>, Problem> {
    let city = pair.jurisdiction;
    let mut years = Vec::new();
    for mut copy in writer.annual_records_of(city, pair.merged)? {
        let own = writer.annual_record(city, pair.kept, copy.year)?;
        let sealed_as = copy.settled_at.map(|_| copy.sealed_as.unwrap_or(pair.merged));
        let Some(mut own) = own else {
            copy.sealed_as = sealed_as;
            years.push((copy.year, None));
            writer.save_annual_record(&mut copy)?;
            continue;
        };
        let only_copy_settled = own.settled_at.is_none() && copy.settled_at.is_some();
        let stood = if only_copy_settled { copy.clone() } else { own.clone() };
        years.push((copy.year, Some(Box::new(stood))));
        let before = writer.certificates_of_year(city, pair.kept, copy.year)?;
        writer.renumber_certificates(
            pair,
            copy.year,
            i32::try_from(before.len()).map_err(Problem::internal)?,
        )?;
        let certified = [&own, &copy].iter().any(|year| year.state.0 == RecordState::Certified);
        if own.certificate_id.is_some()
            && let Some(old) = standing_certificate(writer, &copy)?
        {
            writer.end_certificate(&old, CertificateState::Superseded, "corrected")?;
        }
        own.certificate_id = own.certificate_id.or(copy.certificate_id);
        add_hours(&mut own, &copy)?;
        if only_copy_settled {
            own.settled_at = copy.settled_at;
            own.sealed_as = sealed_as;
            own.outcome = copy.outcome;
        }
        if certified {
            own.state = Word(RecordState::Certified);
        } else if copy.state.0 == RecordState::Exempt {
            own.state = copy.state;
        }
        empty(&mut copy);
        writer.save_annual_record(&mut copy)?;
        writer.save_annual_record(&mut own)?;
    }
    Ok(years)
}

fn add_hours(own: &mut AnnualRecord, copy: &AnnualRecord) -> Result<(), Problem> {
    let add = |one: &mut Tenths, other: Tenths| match one.0.checked_add(other.0) {
        Some(sum) => {
            one.0 = sum;
            Ok(())
        }
        None => Err(Problem::internal("a year's total would overflow")),
    };
    add(&mut own.approved_public, copy.approved_public)?;
    add(&mut own.approved_professional, copy.approved_professional)?;
    add(&mut own.pending_public, copy.pending_public)?;
    add(&mut own.pending_professional, copy.pending_professional)?;
    add(&mut own.makeup_public, copy.makeup_public)?;
    add(&mut own.makeup_professional, copy.makeup_professional)
}

/// A year of the shell: nothing is left in it.
fn empty(copy: &mut AnnualRecord) {
    let none = Tenths(xueshi_domain::Hours::ZERO);
    copy.approved_public = none;
    copy.approved_professional = none;
    copy.pending_public = none;
    copy.pending_professional = none;
    copy.makeup_public = none;
    copy.makeup_professional = none;
    copy.state = Word(RecordState::InProgress);
    copy.satisfied_at = None;
    copy.certificate_id = None;
}

/// H1, A1, A2: the state of an added-up year follows its hours; a certified one gets a new certificate in place of the old one, and
/// one that is complete now, and can be verified no more, is certified with the merge.
fn follow_year(
    writer: &mut Writer<'_>,
    asker: &Asker,
    pair: Pair,
    before: AnnualRecord,
    (unit, reason): (Id, &str),
) -> Result<(), Problem> {
    let year = before.year;
    let rules = Rules::of(writer, pair.jurisdiction, year)?;
    let record = writer.annual_record(pair.jurisdiction, pair.kept, year)?;
    let record = record.ok_or_else(|| Problem::internal("an added-up year is missing"))?;
    let change = Change {
        cause: AddendumCause::Correction,
        declaration: None,
        reason: Some(reason),
        by: Some(asker.account()),
        unit: Some(unit),
    };
    let year = (pair.jurisdiction, pair.kept, year);
    let following = Year::changed(record, before);
    following.follow(writer, rules.policy.floors, "hours_revoked", change)?;
    let decision = Certifying { unit, cause: AddendumCause::Correction, reason: Some(reason) };
    certificate_follows(writer, asker, &rules, year, decision).map(|_| ())
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

/// One person, one account: that of the record that stands, otherwise the other one's. An account that is left without a record
/// and without an office is closed.
fn one_account(writer: &mut Writer<'_>, pair: Pair) -> Result<Option<Id>, Problem> {
    let city = pair.jurisdiction;
    let own = writer.account_of(city, pair.kept)?;
    let Some(mut other) = writer.account_of(city, pair.merged)? else {
        return Ok(own.map(|account| account.id));
    };
    let Some(own) = own else {
        other.professional_id = Some(pair.kept);
        return save_account(writer, &mut other).map(|()| Some(other.id));
    };
    other.professional_id = None;
    let in_office = |(grant, _): &(Grant, String)| grant.role.0 != Role::Professional;
    if !writer.grants_of(other.id)?.iter().any(in_office) {
        other.state = Word(Standing::Disabled);
        writer.end_sessions_of(other.id, "merged")?;
    }
    save_account(writer, &mut other)?;
    Ok(Some(own.id))
}

fn save_account(writer: &mut Writer<'_>, account: &mut Account) -> Result<(), Problem> {
    match writer.update_account(account)? {
        true => Ok(()),
        false => Err(StoreError::Conflict.into()),
    }
}
