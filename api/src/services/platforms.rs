//! The register of learning platforms; which of them count in a year is part of that year's policy (H6).

use serde_json::json;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::policy::Policy;
use xueshi_persistence::{Id, Moment, Page, Platform, Reader, Slice, Writer};

use super::cities::{city, whole_city};
use super::events::Happening;
use super::short_lists::part_of;
use super::{Asker, Reply};
use crate::dto::cities::CityCode;
use crate::dto::platforms::{NewPlatform, PlatformDto, PlatformFilter};
use crate::problem::{Code, Problem, Text};

/// The platforms of a city, by code.
///
/// # Errors
/// 404 for a city that is not here.
pub fn list(
    reader: &mut Reader<'_>,
    filter: &PlatformFilter,
    page: &Page<String>,
) -> Result<Slice<PlatformDto>, Problem> {
    let city = city(reader, filter.jurisdiction.as_ref())?;
    let policy = published(reader, city.id, filter.year.map(|year| year.0))?;
    let mut platforms: Vec<PlatformDto> = reader
        .platforms(city.id)?
        .into_iter()
        .map(|platform| shown(platform, policy.as_ref()))
        .collect();
    if let Some(wanted) = filter.listed {
        platforms.retain(|platform| platform.listed == Some(wanted));
    }
    Ok(part_of(platforms, |platform| platform.code.clone(), page))
}

/// One platform.
///
/// # Errors
/// 404 when there is none of that code.
pub fn get(
    reader: &mut Reader<'_>,
    code: &str,
    city_code: Option<&CityCode>,
    year: Option<i32>,
) -> Result<PlatformDto, Problem> {
    let city = city(reader, city_code)?;
    let platform = reader.platform(city.id, code)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let policy = published(reader, city.id, year)?;
    Ok(shown(platform, policy.as_ref()))
}

/// Registers a platform.
///
/// # Errors
/// 403 for those who do not keep the city's register, 409 when the code is in use.
pub fn register(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewPlatform,
) -> Result<Reply<PlatformDto>, Problem> {
    whole_city(writer, asker, Permission::ManagePlatforms)?;
    if writer.platform(asker.jurisdiction, &new.code)?.is_some() {
        let text = Text::new("该代码已被使用", "is in use");
        return Err(Problem::new(Code::AlreadyExists).at("/code", Code::AlreadyExists.id(), text));
    }
    let platform = Platform {
        jurisdiction_id: asker.jurisdiction,
        code: new.code.clone(),
        name: new.name.clone(),
        url: new.url.clone(),
        version: 1,
        created_at: Moment(writer.now()),
    };
    writer.insert_platform(&platform)?;
    Happening::new(EventType::PlatformRegistered)
        .by(asker)
        .for_the_city(writer, asker.jurisdiction)?
        .data(json!({"code": platform.code}))
        .tell(writer, asker.jurisdiction)?;
    let location = format!("/v1/platforms/{}", platform.code);
    Ok(Reply::created(&location, PlatformDto::new(platform, None)))
}

fn published(
    reader: &mut Reader<'_>,
    city: Id,
    year: Option<i32>,
) -> Result<Option<Policy>, Problem> {
    let Some(year) = year else { return Ok(None) };
    let stored = reader.published_policy(city, year)?;
    let policy = stored.map(|stored| Policy::from_json(&stored.document)).transpose();
    policy.map_err(Problem::internal)
}

fn shown(platform: Platform, policy: Option<&Policy>) -> PlatformDto {
    let listed = policy.map(|policy| policy.lists_platform(&platform.code));
    PlatformDto::new(platform, listed)
}
