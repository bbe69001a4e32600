//! Drafts of a policy, and their publication (W3).
//!
//! A year has one draft at a time, so that the numbers of versions follow the order in which they came into force.

use std::collections::BTreeSet;

use serde_json::json;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::Action;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::ledger::{assess, state_after};
use xueshi_domain::policy::{Policy, PolicyProblem};
use xueshi_domain::registry::PolicyState;
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{Id, Moment, Reader, StoreError, StoredPolicy, Word, Writer};

use super::{dto, problems};
use crate::dto::policies::{NewPolicyDraft, PolicyDraftContent, PolicyDto, PolicyPublication};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem, Text};
use crate::services::appraisals::Change;
use crate::services::certifying::{Certifying, certificate_follows};
use crate::services::cities::{own_city, whole_city};
use crate::services::events::Happening;
use crate::services::rules::Rules;
use crate::services::working_days::follow_freeze;
use crate::services::year::{Year, totals};
use crate::services::{Asker, Reply};

/// The draft of this number.
pub(super) fn find(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: i32,
    version: i32,
) -> Result<StoredPolicy, Problem> {
    let mut versions = reader.policy_versions(asker.jurisdiction, year)?.into_iter();
    let draft =
        versions.find(|stored| stored.version == version && stored.state.0 == PolicyState::Draft);
    draft.ok_or_else(|| Problem::new(Code::NotFound))
}

/// Begins a draft: from a document, or as a copy of the version in force.
///
/// # Errors
/// 403 for those who do not make the city's policy, 409 while the year has another draft, 422 with every problem of the
/// document, or when there is nothing to copy.
pub fn begin(
    writer: &mut Writer<'_>,
    asker: &Asker,
    year: i32,
    new: &NewPolicyDraft,
) -> Result<Reply<PolicyDto>, Problem> {
    whole_city(writer, asker, Permission::ManagePolicy)?;
    let city = own_city(writer, asker)?;
    let versions = writer.policy_versions(city.id, year)?;
    if let Some(draft) = versions.iter().find(|stored| stored.state.0 == PolicyState::Draft) {
        return Err(draft_exists(draft.version));
    }
    let document = match &new.document {
        Some(policy) => problems::checked(policy, year)?,
        None => {
            let current = versions.iter().find(|stored| stored.state.0 == PolicyState::Published);
            current.map(|stored| stored.document.clone()).ok_or_else(nothing_to_copy)?
        }
    };
    let draft = StoredPolicy {
        jurisdiction_id: city.id,
        year,
        version: versions.last().map_or(1, |stored| stored.version.saturating_add(1)),
        state: Word(PolicyState::Draft),
        document,
        reason: None,
        revision: 1,
        created_by: Some(asker.account()),
        created_at: Moment(writer.now()),
        published_at: None,
    };
    writer.insert_policy(&draft)?;
    let location = format!("/v1/policies/{year}/drafts/{}", draft.version);
    Ok(Reply::created(&location, dto(&city, &draft)?).version(draft.revision))
}

/// Replaces the content of a draft.
///
/// # Errors
/// 403, 404 when that version is not a draft, 412 on a stale revision, 422 with every problem of the document.
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    year: i32,
    version: i32,
    condition: &RequiredIfMatch,
    content: &PolicyDraftContent,
) -> Result<Reply<PolicyDto>, Problem> {
    whole_city(writer, asker, Permission::ManagePolicy)?;
    let city = own_city(writer, asker)?;
    let mut draft = find(writer, asker, year, version)?;
    condition.check(draft.revision.into())?;
    draft.document = problems::checked(&content.document, year)?;
    update(writer, &mut draft)?;
    Ok(Reply::ok(dto(&city, &draft)?).version(draft.revision))
}

/// Publishes a draft in place of the version in force, which stays readable: past decisions keep the version under which
/// they were made (W3).
///
/// # Errors
/// 403, 404 when that version is not a draft, 412 on a stale revision, 422 without a reason when a version is replaced, and
/// `year-end-freeze` for other floors or windows in a freeze that is on (W1); 403 `own-case` when the publisher's own year
/// would be certified with it.
pub fn publish(
    writer: &mut Writer<'_>,
    asker: &Asker,
    year: i32,
    version: i32,
    condition: &RequiredIfMatch,
    publication: &PolicyPublication,
) -> Result<Reply<PolicyDto>, Problem> {
    whole_city(writer, asker, Permission::ManagePolicy)?;
    let city = own_city(writer, asker)?;
    let mut draft = find(writer, asker, year, version)?;
    condition.check(draft.revision.into())?;
    let policy = Policy::from_json(&draft.document).map_err(Problem::internal)?;
    let found = before_publication(writer, city.id, &policy)?;
    problems::publishable(&policy, year, &found)?;
    let replaced = writer.published_policy(city.id, year)?;
    let before = replaced.as_ref().map(|stored| stored.version);
    let mut freeze_moves = false;
    if let Some(mut replaced) = replaced {
        if publication.reason.is_none() {
            return Err(reason_missing(replaced.version));
        }
        let old = Policy::from_json(&replaced.document).map_err(Problem::internal)?;
        freeze_moves = old.windows.freeze != policy.windows.freeze;
        if old.windows != policy.windows || old.floors != policy.floors {
            // W1: a freeze that is on is not moved away, neither for floors nor for windows.
            let rules = Rules::of(writer, city.id, year)?;
            let admission = rules.timetable.admit(Action::FollowFloors, writer.now())?;
            writer.valid_until(admission.valid_until);
        }
        replaced.state = Word(PolicyState::Superseded);
        update(writer, &mut replaced)?;
    }
    draft.state = Word(PolicyState::Published);
    draft.reason.clone_from(&publication.reason);
    draft.published_at = Some(Moment(writer.now()));
    update(writer, &mut draft)?;
    let reason = publication.reason.as_deref().unwrap_or_default();
    reassess(writer, asker, &policy, reason)?;
    if freeze_moves {
        follow_freeze(writer, city.id)?;
    }
    Happening::new(EventType::PolicyPublished)
        .by(asker)
        .for_the_city(writer, city.id)?
        .year(year)
        .data(json!({"version": version, "replaces": before}))
        .tell(writer, city.id)?;
    Ok(Reply::ok(dto(&city, &draft)?).version(draft.revision))
}

/// What publication would find (W3): the document's own problems, other years of the city that its windows run into, platforms
/// that the city has not registered, a scope of people that differs in a year that has begun, and windows that
/// differ from those by which its year is settled.
///
/// # Errors
/// When a stored policy does not read back.
pub(super) fn before_publication(
    reader: &mut Reader<'_>,
    city: Id,
    policy: &Policy,
) -> Result<Vec<PolicyProblem>, Problem> {
    let mut others = Vec::new();
    for stored in reader.published_policies(city)? {
        others.push(Policy::from_json(&stored.document).map_err(Problem::internal)?);
    }
    let known: BTreeSet<String> =
        reader.platforms(city)?.into_iter().map(|platform| platform.code).collect();
    let mut found = policy.before_publication(&others, |code| known.contains(code));
    if let Some(replaced) = others.iter().find(|other| other.year == policy.year) {
        found.extend(policy.against_running_year(replaced, china_date(reader.now())));
        if reader.settlement(city, policy.year)?.is_some() {
            found.extend(policy.against_settlement(replaced));
        }
    }
    Ok(found)
}

/// Lets the years that are not certified yet follow the floors of a new version (W3, H1). One that is complete by it, and can be
/// verified no more, is certified with it (A1), unless it is the publisher's own: somebody else has to publish then (Who).
///
/// # Errors
/// `year-end-freeze` when a year would have to follow in a freeze (W1); `own-case`.
fn reassess(
    writer: &mut Writer<'_>,
    asker: &Asker,
    policy: &Policy,
    reason: &str,
) -> Result<(), Problem> {
    let city = asker.jurisdiction;
    if writer.settlement(city, policy.year)?.is_some() {
        // Whatever the settlement has come to, the year is measured by the version that it began with.
        return Ok(());
    }
    let mut open = writer.uncertified_records(city, policy.year)?;
    open.retain(|record| {
        let satisfied = assess(policy.floors, totals(record)).satisfied;
        state_after(record.state.0, satisfied, false) != record.state.0
    });
    if open.is_empty() {
        return Ok(());
    }
    let rules = Rules::of(writer, city, policy.year)?;
    let admission = rules.timetable.admit(Action::FollowFloors, writer.now())?;
    writer.valid_until(admission.valid_until);
    let bureau = writer.municipal_bureau(city)?;
    let bureau = bureau.ok_or_else(|| Problem::internal("the municipal bureau is missing"))?;
    let cause = AddendumCause::Correction;
    let decision = Certifying { unit: bureau.id, cause, reason: Some(reason) };
    for record in open {
        let key = (city, record.professional_id, record.year);
        let by = Some(asker.account());
        let change = Change { cause, declaration: None, reason: None, by, unit: None };
        Year::stored(record).follow(writer, policy.floors, "floors_changed", change)?;
        certificate_follows(writer, asker, &rules, key, decision)?;
    }
    Ok(())
}

/// Gives up a draft.
///
/// # Errors
/// 403, 404 when that version is not a draft, 412 on a stale revision.
pub fn discard(
    writer: &mut Writer<'_>,
    asker: &Asker,
    year: i32,
    version: i32,
    condition: &RequiredIfMatch,
) -> Result<(), Problem> {
    whole_city(writer, asker, Permission::ManagePolicy)?;
    let draft = find(writer, asker, year, version)?;
    condition.check(draft.revision.into())?;
    if writer.delete_draft_policy(&draft)? { Ok(()) } else { Err(StoreError::Conflict.into()) }
}

/// Stores a version that this transaction has read: if it is another one by now, the transaction has to be run again.
fn update(writer: &mut Writer<'_>, policy: &mut StoredPolicy) -> Result<(), Problem> {
    if writer.update_policy(policy)? { Ok(()) } else { Err(StoreError::Conflict.into()) }
}

fn draft_exists(version: i32) -> Problem {
    Problem::new(Code::AlreadyExists)
        .detail(
            format!("该年度已有草稿（第 {version} 版），请编辑、发布或删除它"),
            format!("the year has a draft already (version {version}): edit, publish or delete it"),
        )
        .fact("version", version)
}

fn nothing_to_copy() -> Problem {
    let text = Text::new(
        "该年度没有可复制的已发布版本，必须填写",
        "is required: the year has no version in force to copy",
    );
    Problem::new(Code::ValidationFailed).detail(text.zh.clone(), text.en.clone()).at(
        "/document",
        "required",
        text,
    )
}

fn reason_missing(replaced: i32) -> Problem {
    let text = Text::new(
        format!("将替换第 {replaced} 版，必须说明理由"),
        format!("is required: version {replaced} is replaced"),
    );
    Problem::new(Code::ValidationFailed)
        .detail(text.zh.clone(), text.en.clone())
        .rule("W3", xueshi_domain::rule::Rule::W3.clause())
        .at("/reason", "required", text)
}
