//! Working days as everyone may ask for them, and the loading of a year's arrangement (V2).

mod due_days;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::json;
use time::Date;
use xueshi_domain::access::Permission;
use xueshi_domain::calendar::{ArrangedKind, Arrangement, CalendarError, WorkdayCalendar};
use xueshi_domain::event::EventType;
use xueshi_persistence::{Id, Moment, Reader, StoredArrangement, Writer};

pub(crate) use self::due_days::follow_freeze;
use super::appeals;
use super::cities::{city, whole_city};
use super::events::Happening;
use super::rules::working_days;
use super::{Asker, Reply};
use crate::dto::cities::CityCode;
use crate::dto::working_days::{
    ArrangedDay, ArrangementDto, CalendarDays, LoadedArrangement, WorkingDayAnswer,
    WorkingDayQuestion,
};
use crate::extract::{IfMatch, invalid_parameter};
use crate::problem::{Code, Problem, Text};

/// Most working days to add, and most days to list.
const MOST: u32 = 400;

/// What is asked of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    /// The n-th working day after a day.
    Add { from: Date, days: u32 },
    /// What each day of a span is, both ends included.
    Span { from: Date, to: Date },
}

impl Question {
    /// Reads the two forms of the question.
    fn of(asked: &WorkingDayQuestion) -> Result<Self, Problem> {
        let from = asked.from.0;
        match (asked.add, asked.to.map(|day| day.0)) {
            (Some(days), None) => match u32::try_from(days) {
                Ok(days) if days <= MOST => Ok(Self::Add { from, days }),
                _ => Err(invalid_parameter("add", "range", at_most())),
            },
            (None, Some(to)) if to < from => {
                let text = Text::new("不能早于 from", "must not lie before `from`");
                Err(invalid_parameter("to", "range", text))
            }
            (None, Some(to)) if (to - from).whole_days() >= i64::from(MOST) => {
                let text = Text::new(
                    format!("from 至 to 至多 {MOST} 天（含首尾）"),
                    format!("`from` to `to` may span at most {MOST} days, both included"),
                );
                Err(invalid_parameter("to", "range", text))
            }
            (None, Some(to)) => Ok(Self::Span { from, to }),
            (Some(_), Some(_)) => {
                let text = Text::new(
                    "add 与 to 只能填写一个",
                    "cannot stand beside `add`: give one of the two",
                );
                Err(invalid_parameter("to", "ambiguous", text))
            }
            (None, None) => {
                let text = Text::new(
                    "应与 from 一起填写 add 或 to",
                    "is required beside `from`, unless `to` is given",
                );
                Err(invalid_parameter("add", "required", text))
            }
        }
    }

    fn answer(self, calendar: &WorkdayCalendar) -> Result<WorkingDayAnswer, Problem> {
        match self {
            Self::Add { from, days } => match calendar.add_working_days(from, days) {
                Ok(reached) => Ok(WorkingDayAnswer::Reached(reached.into())),
                Err(CalendarError::TooManyDays) => {
                    Err(invalid_parameter("add", "range", at_most()))
                }
                Err(CalendarError::OutOfRange) => {
                    let text = Text::new(
                        "结果超出历法范围（9999 年）",
                        "leads beyond the calendar, which ends with 9999",
                    );
                    Err(invalid_parameter("add", "range", text))
                }
            },
            Self::Span { from, to } => {
                let data = calendar.days(from, to).map(Into::into).collect();
                Ok(WorkingDayAnswer::Days(CalendarDays { data }))
            }
        }
    }
}

fn at_most() -> Text {
    Text::new(format!("应为 0 至 {MOST}"), format!("must be 0 to {MOST}"))
}

/// What the calendar of a city says (V2, E5, E6, E6a).
///
/// # Errors
/// 400 naming the parameter that does not fit, 404 for a city that is not here.
pub fn answer(
    reader: &mut Reader<'_>,
    asked: &WorkingDayQuestion,
) -> Result<WorkingDayAnswer, Problem> {
    let question = Question::of(asked)?;
    let city = city(reader, asked.jurisdiction.as_ref())?;
    let calendar = working_days(reader, city.id)?;
    question.answer(&calendar)
}

/// The arrangement of a year as it was loaded.
///
/// # Errors
/// 404 for a year without one, whose working days are provisional.
pub fn arrangement(
    reader: &mut Reader<'_>,
    code: Option<&CityCode>,
    year: i32,
) -> Result<ArrangementDto, Problem> {
    let city = city(reader, code)?;
    let stored = stored(reader, city.id, year)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let arrangements = Arrangement::parse_csv(&stored.days).map_err(Problem::internal)?;
    let days = arrangements.into_iter().find(|arrangement| arrangement.year() == year);
    Ok(ArrangementDto::new(&stored, days.as_ref().map_or(&BTreeMap::new(), Arrangement::days)))
}

/// Loads the arrangement of a year in place of an earlier one, and lets the due dates of everything that waits for a decision
/// follow it (V2). The freeze does not stop it: it changes no hours and decides nothing.
///
/// # Errors
/// 403 for those who do not keep the city's calendar, 412 on a stale version, 422 naming each day that cannot be.
pub fn load(
    writer: &mut Writer<'_>,
    asker: &Asker,
    year: i32,
    condition: &IfMatch,
    days: &[ArrangedDay],
) -> Result<Reply<LoadedArrangement>, Problem> {
    whole_city(writer, asker, Permission::ManageCalendar)?;
    let city = asker.jurisdiction;
    let version = stored(writer, city, year)?.map_or(0, |stored| stored.version);
    if version > 0 && !condition.is_given() {
        return Err(Problem::new(Code::PreconditionRequired));
    }
    condition.check(version.into())?;
    let arrangement = read_days(year, days)?;
    let loaded = StoredArrangement {
        jurisdiction_id: city,
        year,
        days: csv(&arrangement),
        version: version.saturating_add(1),
        loaded_by: Some(asker.account()),
        loaded_at: Moment(writer.now()),
    };
    writer.replace_arrangement(&loaded)?;
    let recomputed = due_days::recompute(writer, city)? + appeals::recompute(writer, city)?;
    Happening::new(EventType::CalendarLoaded)
        .by(asker)
        .for_the_city(writer, city)?
        .year(year)
        .data(json!({"version": loaded.version, "recomputed": recomputed}))
        .tell(writer, city)?;
    let answer = LoadedArrangement {
        arrangement: ArrangementDto::new(&loaded, arrangement.days()),
        recomputed,
    };
    Ok(Reply::ok(answer).version(loaded.version))
}

fn stored(
    reader: &mut Reader<'_>,
    city: Id,
    year: i32,
) -> Result<Option<StoredArrangement>, Problem> {
    Ok(reader.arrangements(city)?.into_iter().find(|stored| stored.year == year))
}

/// The arrangement that some days make, or every day that cannot be part of it.
fn read_days(year: i32, days: &[ArrangedDay]) -> Result<Arrangement, Problem> {
    let mut seen = BTreeSet::new();
    let mut problem = Problem::new(Code::ValidationFailed);
    for (index, day) in days.iter().enumerate() {
        let pointer = format!("/days/{index}/date");
        if day.date.0.year() != year {
            let text = Text::new(format!("不在 {year} 年内"), format!("is not in {year}"));
            problem = problem.at(pointer, "range", text);
        } else if !seen.insert(day.date.0) {
            problem = problem.at(pointer, "duplicate", Text::new("日期重复", "occurs twice"));
        }
    }
    match problem.field_errors().len() {
        0 => Arrangement::new(year, days.iter().map(|day| (day.date.0, day.kind)))
            .map_err(|stray| Problem::internal(format!("{stray} is not in {year}"))),
        count => Err(problem
            .detail(format!("有 {count} 个日期不正确"), format!("{count} of the dates are wrong"))),
    }
}

/// An arrangement as the store keeps it.
fn csv(arrangement: &Arrangement) -> String {
    let line = |csv: String, (date, kind): (&Date, &ArrangedKind)| {
        let mut csv = csv;
        // Writing to a string cannot fail.
        let _ = writeln!(csv, "{date},{kind}");
        csv
    };
    arrangement.days().iter().fold(String::from("date,kind\n"), line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::date;

    use super::*;
    use crate::dto::Day;
    use crate::problem::Place;

    fn asked(from: Date, add: Option<i64>, to: Option<Date>) -> WorkingDayQuestion {
        WorkingDayQuestion { from: Day(from), add, to: to.map(Day), jurisdiction: None }
    }

    fn answered(asked: &WorkingDayQuestion) -> serde_json::Value {
        let answer = Question::of(asked).unwrap().answer(&WorkdayCalendar::official()).unwrap();
        serde_json::to_value(answer).unwrap()
    }

    /// E5, E6, E6a.
    #[test]
    fn the_examples_of_the_rulebook_come_out() {
        for (from, to) in [
            (date!(2023 - 09 - 28), "2023-10-11"),
            (date!(2023 - 01 - 20), "2023-02-01"),
            (date!(2023 - 12 - 13), "2023-12-20"),
            (date!(2024 - 02 - 05), "2024-02-18"),
            (date!(2024 - 09 - 26), "2024-10-09"),
            (date!(2026 - 02 - 12), "2026-02-26"),
        ] {
            assert_eq!(
                answered(&asked(from, Some(5), None)),
                json!({"date": to, "provisional": false}),
                "{from}"
            );
        }
    }

    #[test]
    fn a_span_lists_each_day_with_its_kind() {
        let days = answered(&asked(date!(2023 - 10 - 06), None, Some(date!(2023 - 10 - 07))));
        let expected = json!({"data": [
            {"date": "2023-10-06", "is_working_day": false, "kind": "holiday", "provisional": false},
            {"date": "2023-10-07", "is_working_day": true, "kind": "moved_workday", "provisional": false},
        ]});
        assert_eq!(days, expected);
        let far = answered(&asked(date!(9999 - 12 - 31), None, Some(date!(9999 - 12 - 31))));
        assert_eq!(far["data"][0]["provisional"], true);
        assert_eq!(answered(&asked(date!(0000 - 01 - 01), Some(0), None))["date"], "0000-01-01");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let day = date!(2023 - 01 - 01);
        for (asked, parameter, code) in [
            (asked(day, None, None), "add", "required"),
            (asked(day, Some(1), Some(day)), "to", "ambiguous"),
            (asked(day, Some(401), None), "add", "range"),
            (asked(day, Some(-1), None), "add", "range"),
            (asked(day, None, Some(date!(2022 - 12 - 31))), "to", "range"),
            (asked(day, None, Some(date!(2024 - 02 - 05))), "to", "range"),
        ] {
            let problem = Question::of(&asked).unwrap_err();
            assert_eq!(problem.code(), Code::InvalidParameter, "{asked:?}");
            let error = &problem.field_errors()[0];
            assert_eq!(
                (&error.place, error.code.as_ref()),
                (&Place::Parameter(parameter.to_owned()), code),
                "{asked:?}"
            );
        }
        assert!(Question::of(&asked(day, None, Some(date!(2024 - 02 - 04)))).is_ok());
        let beyond = Question::of(&asked(date!(9999 - 12 - 31), Some(1), None)).unwrap();
        assert_eq!(
            beyond.answer(&WorkdayCalendar::official()).unwrap_err().code(),
            Code::InvalidParameter
        );
    }

    #[test]
    fn an_arrangement_names_days_of_its_year_once() {
        let day = |date, kind| ArrangedDay { date: Day(date), kind };
        let good = [
            day(date!(2027 - 10 - 01), ArrangedKind::Holiday),
            day(date!(2027 - 09 - 26), ArrangedKind::Workday),
        ];
        let arrangement = read_days(2027, &good).unwrap();
        assert_eq!(csv(&arrangement), "date,kind\n2027-09-26,workday\n2027-10-01,holiday\n");
        assert_eq!(Arrangement::parse_csv(&csv(&arrangement)).unwrap(), [arrangement]);
        let bad = [good[0], day(date!(2028 - 01 - 01), ArrangedKind::Holiday), good[0]];
        let problem = read_days(2027, &bad).unwrap_err();
        let found: Vec<_> = problem
            .field_errors()
            .iter()
            .map(|error| (error.place.clone(), error.code.as_ref()))
            .collect();
        let at = |index: u32| Place::Pointer(format!("/days/{index}/date"));
        assert_eq!(found, [(at(1), "range"), (at(2), "duplicate")]);
    }
}
