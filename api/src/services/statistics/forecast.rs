//! V9: what will not be finished before review ends.

use std::collections::HashMap;

use xueshi_domain::access::Permission;
use xueshi_domain::figures::{Outlook, PACE_WINDOW, forecast, pace_begins};
use xueshi_domain::instant::{china_date, start_of_day};
use xueshi_domain::review::deadline::working_days_left;
use xueshi_persistence::{Id, Moment, Page, Reader, Scope, Slice};

use crate::dto::Timestamp;
use crate::dto::statistics::{ForecastDto, Hundredths};
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::rules::{Rules, working_days};

/// A page of the forecasts of the units of the asker for which declarations of a year wait, by id.
///
/// # Errors
/// `no-policy` for a year without rules.
pub fn of_units(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: i32,
    page: Page<Id>,
) -> Result<Slice<ForecastDto>, Problem> {
    let now = reader.now();
    let rules = Rules::of(reader, asker.jurisdiction, year)?;
    let calendar = working_days(reader, asker.jurisdiction)?;
    let windows = rules.policy.windows;
    // What is late enough for the freeze is late enough for the review.
    let ends = windows.review.closes.min(windows.freeze.opens);
    let days_left = working_days_left(now, ends, &calendar);
    let today = china_date(now);
    let window = (Moment(start_of_day(pace_begins(today, &calendar))), Moment(start_of_day(today)));
    let scope = asker.scope(Permission::ReadQueue);
    let total = if page.count { Some(count(reader, &scope, year)?) } else { None };
    let units = reader.waiting_by_unit(&scope, year, window, page)?;
    let ids = units.iter().map(|unit| unit.unit).collect();
    let names: HashMap<Id, String> = reader.unit_names(asker.jurisdiction, ids)?;
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    let shown = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let all = units.iter().map(|unit| {
        let found = forecast(Outlook {
            waiting: whole(unit.waiting),
            done: whole(unit.decided),
            window: PACE_WINDOW,
            days_left,
        });
        ForecastDto {
            organization_id: unit.unit.0,
            organization: names.get(&unit.unit).cloned().unwrap_or_default(),
            waiting: unit.waiting,
            overdue: unit.overdue,
            decided: unit.decided,
            pace: Hundredths(shown(found.pace_hundredths)),
            review_ends: Timestamp(ends),
            working_days_left: days_left,
            working_days_needed: found.working_days_needed.map(shown),
            will_finish: shown(found.will_finish),
            will_not_finish: shown(found.will_not_finish),
        }
    });
    Ok(Slice { rows: all.collect(), total })
}

/// For how many units of a scope declarations of a year wait.
fn count(reader: &mut Reader<'_>, scope: &Scope, year: i32) -> Result<i64, Problem> {
    let never = Moment(reader.now());
    let all = Page { limit: i64::MAX, after: None, descending: false, count: false };
    let units = reader.waiting_by_unit(scope, year, (never, never), all)?;
    Ok(i64::try_from(units.len()).unwrap_or(i64::MAX))
}
