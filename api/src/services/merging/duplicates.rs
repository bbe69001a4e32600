//! What both records have: of the same learning one declaration stands (H7), and of two grants for a year one (M3).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_domain::makeup::GrantState;
use xueshi_domain::merging::{GivesWay, judge};
use xueshi_domain::registry::RecordAct;
use xueshi_domain::review::{Ending, Event, next};
use xueshi_domain::seminar::State as SeminarState;
use xueshi_persistence::{Id, Moment, Pair, RecordedAct, Word, Writer};

use crate::problem::Problem;
use crate::services::declarations::{Cause, all_declared, moved};
use crate::services::learning_records::tell_corrected;
use crate::services::races::stands;
use crate::services::rules::Rules;
use crate::services::year::Year;
use crate::services::{Asker, makeup};

/// H7: of two declarations of the same learning the one that has come further stands; the other ends, on its own record and
/// with a trace (V10). Its hours leave the totals of its year; state and certificate follow once the years are added up, so that
/// nobody falls short in between. What would change hours by a choice is refused before anything is touched.
pub(super) fn end_duplicates(
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
    let cause = cause.data(data).saying(Some(reason)).posted_later();
    moved(writer, was, &mut declaration, &rules, cause)?;
    let mut year = Year::of(writer, &declaration)?;
    year.count(&declaration, was)?;
    writer.save_annual_record(year.record_mut())?;
    Ok(())
}

/// H7: what both records have learnt is one: declarations of the merged record rest on the other's learning from now on, and its
/// own copy stays with the shell. Gives the copies, each with the record that stands.
pub(super) fn share_learning(
    writer: &mut Writer<'_>,
    asker: &Asker,
    pair: Pair,
) -> Result<Vec<(Id, Id)>, Problem> {
    let city = pair.jurisdiction;
    let kept = writer.learning_of(city, pair.kept)?;
    let mut shared = Vec::new();
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
        shared.push((copy.id, own.id));
        if copy.declared {
            if let Some(freed) = writer.set_declared(city, pair.merged, copy.id, false)? {
                tell_corrected(writer, &freed, Some(asker.account()))?;
            }
            writer.set_declared(city, pair.kept, own.id, true)?;
        }
    }
    Ok(shared)
}

/// P6: one person has one place in a seminar: where both records were admitted, that of the merged one is free again. Of two results
/// that nothing rests on yet the better one stands.
pub(super) fn one_place_each(writer: &mut Writer<'_>, pair: Pair) -> Result<(), Problem> {
    let city = pair.jurisdiction;
    let missing = |id: Id| Problem::internal(format!("seminar {id} has a list and is missing"));
    for other in writer.seminar_admissions_of(city, pair.merged)? {
        let Some(mut own) = writer.seminar_admission(city, pair.kept, other.seminar_id)? else {
            continue;
        };
        let found = writer.seminar(city, other.seminar_id)?;
        let mut seminar = found.ok_or_else(|| missing(other.seminar_id))?;
        writer.remove_seminar_admission(&other)?;
        // The list of a closed one stays as it was closed: the learning record that stands has the hours.
        let open = seminar.state.0 != SeminarState::Closed;
        if open && (other.passed, other.hours) > (own.passed, own.hours) {
            (own.passed, own.hours) = (other.passed, other.hours);
            writer.save_seminar_result(&own)?;
        }
        seminar.admitted = seminar.admitted.saturating_sub(1);
        let state = seminar.state.0;
        stands(writer.save_seminar(state, &mut seminar)?)?;
    }
    Ok(())
}

/// M3: of two grants for the same year one stands, the one that was used or else that of the record that stands; what was declared
/// under the other one rests on it from now on.
pub(super) fn one_grant_each(writer: &mut Writer<'_>, pair: Pair) -> Result<(), Problem> {
    let city = pair.jurisdiction;
    for year in writer.published_policies(city)?.iter().map(|policy| policy.year) {
        let mut standing = |person: Id| -> Result<_, Problem> {
            let grants = writer.makeup_grants_of_year(city, person, year)?;
            Ok(grants.into_iter().find(|grant| grant.state.0 != GrantState::Expired))
        };
        let (Some(own), Some(other)) = (standing(pair.kept)?, standing(pair.merged)?) else {
            continue;
        };
        // Of one application the item that stands stays with its grant.
        let other_used = other.state.0 == GrantState::Used && own.state.0 != GrantState::Used;
        let (stands, gives_way) = if other_used && other.application_id != own.application_id {
            (other, own)
        } else {
            (own, other)
        };
        writer.rest_on_grant((city, gives_way.professional_id), gives_way.id, stands.id)?;
        makeup::give_way(writer, gives_way)?;
    }
    Ok(())
}
