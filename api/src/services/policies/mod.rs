//! A year's policy: what is published of it (W3, W5), and the drafts behind it.

mod drafts;
mod feed;
mod icalendar;
mod problems;
mod validation;

use xueshi_domain::access::Permission;
use xueshi_domain::policy::Policy;
use xueshi_domain::registry::PolicyState;
use xueshi_persistence::{Jurisdiction, Page, Reader, Slice, StoredPolicy};

pub use drafts::{begin, discard, edit, publish};
pub use validation::validate;

use super::cities::{city, own_city, whole_city};
use super::rules::Rules;
use super::short_lists::part_of;
use super::{Asker, Reply};
use crate::dto::cities::CityCode;
use crate::dto::policies::{PolicyCalendarDto, PolicyDto, PolicyVersionDto};
use crate::extract::invalid_parameter;
use crate::problem::{Code, Language, Problem, Text};

/// The policies in force in a city, by year.
///
/// # Errors
/// 404 for a city that is not here.
pub fn in_force(
    reader: &mut Reader<'_>,
    code: Option<&CityCode>,
    page: &Page<i32>,
) -> Result<Slice<PolicyVersionDto>, Problem> {
    let city = city(reader, code)?;
    let policies = reader.published_policies(city.id)?;
    Ok(shown(&city, part_of(policies, |policy| policy.year, page)))
}

/// The policy of a year: the version in force, or an earlier one that was.
///
/// # Errors
/// 400 for a version below 1; 404 when there is none; a draft is none.
pub fn published(
    reader: &mut Reader<'_>,
    code: Option<&CityCode>,
    year: i32,
    version: Option<i32>,
) -> Result<PolicyDto, Problem> {
    if version.is_some_and(|version| version < 1) {
        let text = Text::new("应为正整数", "must be 1 or more");
        return Err(invalid_parameter("version", "range", text));
    }
    let city = city(reader, code)?;
    let stored = match version {
        None => reader.published_policy(city.id, year)?,
        Some(version) => reader
            .policy_versions(city.id, year)?
            .into_iter()
            .find(|stored| stored.version == version && stored.state.0 != PolicyState::Draft),
    };
    dto(&city, &stored.ok_or_else(|| Problem::new(Code::NotFound))?)
}

/// The versions of a year's policy that are or were in force, with the reason of each (W3).
///
/// # Errors
/// 404 for a year of which nothing was ever published.
pub fn published_versions(
    reader: &mut Reader<'_>,
    code: Option<&CityCode>,
    year: i32,
    page: &Page<i32>,
) -> Result<Slice<PolicyVersionDto>, Problem> {
    let city = city(reader, code)?;
    let versions = versions(reader, &city, year, |state| state != PolicyState::Draft)?;
    if versions.is_empty() {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(shown(&city, part_of(versions, |stored| stored.version, page)))
}

/// The drafts of a year's policy.
///
/// # Errors
/// 403 for those who neither make nor audit the city's policy.
pub fn drafts(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: i32,
    page: &Page<i32>,
) -> Result<Slice<PolicyVersionDto>, Problem> {
    whole_city(reader, asker, Permission::ReadAudit)?;
    let city = own_city(reader, asker)?;
    let versions = versions(reader, &city, year, |state| state == PolicyState::Draft)?;
    Ok(shown(&city, part_of(versions, |stored| stored.version, page)))
}

/// A draft of a year's policy.
///
/// # Errors
/// 403 for those who neither make nor audit the city's policy, 404 when that version is not a draft.
pub fn draft(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: i32,
    version: i32,
) -> Result<Reply<PolicyDto>, Problem> {
    whole_city(reader, asker, Permission::ReadAudit)?;
    let city = own_city(reader, asker)?;
    let draft = drafts::find(reader, asker, year, version)?;
    Ok(Reply::ok(dto(&city, &draft)?).version(draft.revision))
}

/// The windows of a year as of now (W5).
///
/// # Errors
/// 404 for a year without a published policy.
pub fn calendar(
    reader: &mut Reader<'_>,
    code: Option<&CityCode>,
    year: i32,
) -> Result<PolicyCalendarDto, Problem> {
    let city = city(reader, code)?;
    let rules = published_rules(reader, &city, year)?;
    Ok(PolicyCalendarDto::new(&city, rules.version, &rules.timetable, reader.now()))
}

/// The windows of a year as an iCalendar document (W5).
///
/// # Errors
/// 404 for a year without a published policy.
pub fn calendar_feed(
    reader: &mut Reader<'_>,
    code: Option<&CityCode>,
    year: i32,
    language: Language,
) -> Result<String, Problem> {
    let city = city(reader, code)?;
    let rules = published_rules(reader, &city, year)?;
    let stored =
        reader.published_policy(city.id, year)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let feed = feed::Feed {
        city_code: &city.code,
        city_name: &city.name,
        version: stored.version,
        published_at: stored.published_at.unwrap_or(stored.created_at).0,
    };
    Ok(feed.calendar(&rules.timetable, language).render())
}

/// The rules of a year for those who look at them: without a policy there is nothing to look at.
fn published_rules(
    reader: &mut Reader<'_>,
    city: &Jurisdiction,
    year: i32,
) -> Result<Rules, Problem> {
    Rules::of(reader, city.id, year).map_err(|problem| match problem.code() == Code::NoPolicy {
        true => Problem::new(Code::NotFound),
        false => problem,
    })
}

fn versions(
    reader: &mut Reader<'_>,
    city: &Jurisdiction,
    year: i32,
    wanted: impl Fn(PolicyState) -> bool,
) -> Result<Vec<StoredPolicy>, Problem> {
    let mut versions = reader.policy_versions(city.id, year)?;
    versions.retain(|stored| wanted(stored.state.0));
    Ok(versions)
}

fn shown(city: &Jurisdiction, slice: Slice<StoredPolicy>) -> Slice<PolicyVersionDto> {
    let rows = slice.rows.iter().map(|stored| PolicyVersionDto::new(city, stored)).collect();
    Slice { rows, total: slice.total }
}

/// A policy as it is shown.
///
/// # Errors
/// 500 when it does not read back.
pub(super) fn dto(city: &Jurisdiction, stored: &StoredPolicy) -> Result<PolicyDto, Problem> {
    let document = Policy::from_json(&stored.document).map_err(Problem::internal)?;
    Ok(PolicyDto { about: PolicyVersionDto::new(city, stored), document })
}
