//! The State Council's arrangement of a year: public holidays and moved working days, as data (rule V2).

use std::collections::BTreeMap;
use std::fmt;

use time::Date;

use crate::instant::parse_date;

text_enum! {
    /// What an arrangement makes of a day.
    pub enum ArrangedKind {
        /// A day off.
        Holiday = "holiday",
        /// A day of work, usually a Saturday or Sunday that pays for a holiday.
        Workday = "workday",
    }
}

/// The published arrangement of one year. Days that it does not name follow the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    year: i32,
    days: BTreeMap<Date, ArrangedKind>,
}

/// The arrangements of 2023 to 2026 as published.
const OFFICIAL: &str = include_str!("../../data/working-days-2023-2026.csv");

/// What is wrong with a CSV of arranged days, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: CsvProblem,
}

text_enum! {
    /// What is wrong with a line of a CSV of arranged days.
    pub enum CsvProblem {
        /// The first line is not `date,kind`.
        Header = "header",
        /// Not two columns.
        Columns = "columns",
        /// The date is not a day that exists, as `YYYY-MM-DD`.
        Date = "date",
        /// The kind is neither `holiday` nor `workday`.
        Kind = "kind",
        /// The date stands on an earlier line already.
        Duplicate = "duplicate",
    }
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for CsvError {}

impl Arrangement {
    /// The arrangement of a year, or the first day that is not in that year.
    ///
    /// # Errors
    /// The day that lies outside `year`.
    pub fn new(
        year: i32,
        days: impl IntoIterator<Item = (Date, ArrangedKind)>,
    ) -> Result<Self, Date> {
        let days: BTreeMap<_, _> = days.into_iter().collect();
        match days.keys().find(|date| date.year() != year) {
            Some(stray) => Err(*stray),
            None => Ok(Self { year, days }),
        }
    }

    /// The official arrangements that come with the project: 2023 to 2026 (V2).
    #[must_use]
    pub fn official() -> Vec<Self> {
        // The file is part of the crate and a test reads it: there is no error to report.
        Self::parse_csv(OFFICIAL).unwrap_or_default()
    }

    /// Reads a CSV of the columns `date,kind`, one arrangement for each year that occurs, in the order of years.
    ///
    /// A byte-order mark, CRLF and blank lines are taken as they come from a spreadsheet.
    ///
    /// # Errors
    /// [`CsvError`], the first line that is wrong.
    ///
    /// ```
    /// use xueshi_domain::calendar::{Arrangement, CsvProblem};
    ///
    /// let read = Arrangement::parse_csv("date,kind\n2027-01-01,holiday\n")?;
    /// assert_eq!(read[0].year(), 2027);
    /// let error = Arrangement::parse_csv("date,kind\n2027-02-29,holiday\n").unwrap_err();
    /// assert_eq!((error.line, error.problem), (2, CsvProblem::Date));
    /// # Ok::<(), xueshi_domain::calendar::CsvError>(())
    /// ```
    pub fn parse_csv(text: &str) -> Result<Vec<Self>, CsvError> {
        let mut years: BTreeMap<i32, BTreeMap<Date, ArrangedKind>> = BTreeMap::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate();
        if lines.next().map(|(_, header)| header.trim_end()) != Some("date,kind") {
            return Err(CsvError { line: 1, problem: CsvProblem::Header });
        }
        for (index, line) in lines {
            let line = line.trim_end();
            if line.is_empty() {
                continue;
            }
            let (date, kind) =
                parse_line(line).map_err(|problem| CsvError { line: index + 1, problem })?;
            if years.entry(date.year()).or_default().insert(date, kind).is_some() {
                return Err(CsvError { line: index + 1, problem: CsvProblem::Duplicate });
            }
        }
        Ok(years.into_iter().map(|(year, days)| Self { year, days }).collect())
    }

    /// The year.
    #[must_use]
    pub const fn year(&self) -> i32 {
        self.year
    }

    /// What the arrangement makes of each day that it names.
    #[must_use]
    pub const fn days(&self) -> &BTreeMap<Date, ArrangedKind> {
        &self.days
    }
}

fn parse_line(line: &str) -> Result<(Date, ArrangedKind), CsvProblem> {
    let (date, kind) =
        line.split_once(',').filter(|(_, kind)| !kind.contains(',')).ok_or(CsvProblem::Columns)?;
    let date = parse_date(date).ok_or(CsvProblem::Date)?;
    let kind = kind.parse().map_err(|_| CsvProblem::Kind)?;
    Ok((date, kind))
}
