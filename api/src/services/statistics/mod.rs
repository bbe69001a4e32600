//! Figures for supervision: of a unit, of its children, and the rows behind them.

pub mod figures;
pub mod forecast;
pub mod rows;

use std::collections::HashMap;

use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::access::{Grant, Permission};
use xueshi_persistence::{FINAL_AFTER, Id, Moment, Organization, Reader, UnitCounts};

use self::figures::Figures;
use super::{Asker, organizations};
use crate::dto::Timestamp;
use crate::dto::statistics::{By, FiguresScope, UnitDto, WhichFigures};
use crate::extract::invalid_parameter;
use crate::problem::{Code, Problem, Text};

/// The figures of a unit and, if asked, of the units directly below it.
#[derive(Debug)]
pub struct Report<F> {
    /// The year.
    pub year: i32,
    /// The unit.
    pub unit: UnitDto,
    /// The instant that they are of.
    pub as_of: Timestamp,
    /// Whether they are those of the settlement.
    pub sealed: bool,
    /// Of the unit with everything below it.
    pub total: F,
    /// Of its parts, which add up to the total: what it has by itself is marked.
    pub units: Vec<(UnitDto, bool, F)>,
}

impl<F> Report<F> {
    /// All of its figures in order: of the unit with everything below it, of what it has by itself, of the units directly below.
    pub fn into_rows(self) -> impl Iterator<Item = (FiguresScope, UnitDto, F)> {
        let parts = self.units.into_iter().map(|(unit, own, figures)| {
            let scope = if own { FiguresScope::Own } else { FiguresScope::Unit };
            (scope, unit, figures)
        });
        std::iter::once((FiguresScope::Total, self.unit, self.total)).chain(parts)
    }
}

/// The figures that were asked for.
///
/// # Errors
/// 404 for a unit that the asker may not see, 403 for one whose figures are not for them; 400 for an instant to come.
pub fn report<F: Figures>(
    reader: &mut Reader<'_>,
    asker: &Asker,
    which: &WhichFigures,
) -> Result<Report<F>, Problem> {
    let unit = unit(reader, asker, which.organization_id)?;
    let year = which.year.0;
    let (at, sealed) = instant(reader, asker, year, which.as_of, which.sealed)?;
    let city = asker.jurisdiction;
    let all = reader.figures_at(city, &[unit.id], year, at)?;
    let counts =
        all.into_iter().next().ok_or_else(|| Problem::internal("a unit without figures"))?;
    let units = match which.by.unwrap_or_default() {
        By::None => Vec::new(),
        By::Unit => parts(reader, &unit, &counts, year, at)?,
    };
    Ok(Report {
        year,
        unit: shown(&unit),
        as_of: Timestamp(at.0),
        sealed,
        total: F::of(&counts),
        units: units.iter().map(|(unit, own, counts)| (shown(unit), *own, F::of(counts))).collect(),
    })
}

/// What the units directly below have, and what is left for the unit by itself.
fn parts(
    reader: &mut Reader<'_>,
    unit: &Organization,
    total: &UnitCounts,
    year: i32,
    at: Moment,
) -> Result<Vec<(Organization, bool, UnitCounts)>, Problem> {
    let city = unit.jurisdiction_id;
    let settled = reader.people_counted_at(city, year, at)?;
    let below = reader.units_directly_below(city, unit.id, settled)?;
    let counts = reader.figures_at(city, &below, year, at)?;
    let mut own = total.clone();
    for part in &counts {
        own.year.add_all(&part.year, -1);
        own.standing.add_all(&part.standing, -1);
    }
    let known = reader.organizations_by_id(city, below.clone())?;
    let mut known: HashMap<Id, Organization> =
        known.into_iter().map(|unit| (unit.id, unit)).collect();
    let mut parts = vec![(unit.clone(), true, own)];
    for (id, counts) in below.into_iter().zip(counts) {
        if let Some(unit) = known.remove(&id) {
            parts.push((unit, false, counts));
        }
    }
    Ok(parts)
}

/// The unit that is asked about: by default the highest that the asker has figures of.
///
/// # Errors
/// 404 for one that they may not see, 403 for one whose figures are not for them.
pub fn unit(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Option<Uuid>,
) -> Result<Organization, Problem> {
    let Some(id) = id else {
        let highest = asker
            .actor
            .grants_for(Permission::ReadStatistics)
            .min_by_key(|grant: &&Grant| grant.path.depth())
            .ok_or_else(|| Problem::new(Code::Forbidden))?;
        let unit = reader.organization(asker.jurisdiction, Id(highest.organization_id))?;
        return unit.ok_or_else(|| Problem::internal("a grant on a unit that is not there"));
    };
    let unit = organizations::visible(reader, asker, id)?;
    asker.acting_for(Permission::ReadStatistics, &unit.path)?;
    Ok(unit)
}

/// The instant that is asked about, and whether it is that of the settlement.
///
/// # Errors
/// 400 for an instant to come or of the last minute, or with both; 404 for a year that is not settled.
pub fn instant(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: i32,
    as_of: Option<Timestamp>,
    sealed: Option<bool>,
) -> Result<(Moment, bool), Problem> {
    let now = reader.now();
    match (as_of, sealed.unwrap_or_default()) {
        (None, false) => Ok((Moment(now), false)),
        (None, true) => Ok((sealed_at(reader, asker, year)?, true)),
        (Some(Timestamp(at)), false) if at <= now - FINAL_AFTER && at.year() > 1 => {
            Ok((to_microsecond(at), false))
        }
        // Changes of the last moments may still be on their way: the answer would not be the same again.
        (Some(Timestamp(at)), false) if at <= now && at.year() > 1 => Err(invalid_parameter(
            "as_of",
            "too-recent",
            Text::new(
                "最近一分钟内的时刻尚未定局；查询现在的数字请不带 as_of",
                "is within the last minute, of which changes may still be on their way; leave it out to ask for now",
            ),
        )),
        (Some(_), false) => Err(invalid_parameter(
            "as_of",
            "in-the-future",
            Text::new("应为过去的时刻", "expected a past instant"),
        )),
        (Some(_), true) => Err(invalid_parameter(
            "as_of",
            "with-sealed",
            Text::new("不能与 sealed 同时使用", "does not go with `sealed`"),
        )),
    }
}

/// When everybody of a year had been settled (A3): its figures stand as they were then.
fn sealed_at(reader: &mut Reader<'_>, asker: &Asker, year: i32) -> Result<Moment, Problem> {
    let settlement = reader.settlement(asker.jurisdiction, year)?;
    settlement.and_then(|settlement| settlement.finished_at).ok_or_else(|| {
        Problem::new(Code::NotFound).detail("该年度尚未结转", "the year has not been settled")
    })
}

fn to_microsecond(at: OffsetDateTime) -> Moment {
    Moment(at.replace_microsecond(at.microsecond()).unwrap_or(at))
}

fn shown(unit: &Organization) -> UnitDto {
    UnitDto { id: unit.id.0, name: unit.name.clone(), kind: unit.kind.0 }
}
