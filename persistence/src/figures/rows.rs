//! The rows behind a figure: what a unit and the units below it had of it at an instant.

use diesel::dsl::auto_type;
use diesel::prelude::*;
use xueshi_domain::figures::part::hours_behind;
use xueshi_domain::figures::{Count, Figure, PersonLabel, PersonPart, Source, YearLabel};
use xueshi_domain::learning::Way;
use xueshi_domain::review::{Ending, Stage};

use super::{PersonPartRow, UnitPartRow};
use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::page::Page;
use crate::schema::{person_parts, stage_visits, unit_parts, unit_places};
use crate::stage_visits::StageVisit;
use crate::store::Reader;

/// Which rows: those behind one figure of a unit, as of an instant.
#[derive(Debug, Clone)]
pub struct Behind {
    /// The city.
    pub city: Id,
    /// The unit; everything below it counts too.
    pub unit: Id,
    /// The year.
    pub year: i32,
    /// The figure.
    pub figure: Figure,
    /// Only hours of this way.
    pub way: Option<Way>,
    /// As of when.
    pub at: Moment,
}

/// The rows, each kind by the id of its subject.
#[derive(Debug, Clone)]
pub enum FigureRows {
    /// People, years, approved declarations.
    Person(Vec<PersonPartRow>),
    /// Stays of declarations at a stage.
    Visits(Vec<StageVisit>),
    /// Plans, classes, units, reports …
    Unit(Vec<UnitPartRow>),
}

/// The units that stood in a subtree at an instant, as a subquery.
#[auto_type]
fn units_then(city: Id, pattern: String, at: Moment) -> _ {
    unit_places::table
        .filter(unit_places::jurisdiction_id.eq(city))
        .filter(unit_places::path.like(pattern))
        .filter(unit_places::valid_from.le(at))
        .filter(unit_places::valid_to.is_null().or(unit_places::valid_to.gt(at)))
        .select(unit_places::unit_id)
}

impl Reader<'_> {
    /// How many rows there are behind a figure.
    ///
    /// # Errors
    /// On a database failure.
    pub fn count_figure_rows(&mut self, behind: &Behind) -> Result<i64, StoreError> {
        let Some((pattern, settled, include_management)) = self.subtree_then(behind)? else {
            return Ok(0);
        };
        Ok(match behind.figure.source() {
            Source::People | Source::Years | Source::Hours => {
                let query = people_behind(behind, &pattern, settled, include_management);
                query.count().get_result(self.conn)?
            }
            Source::Visits => match visits_behind(behind, &pattern, settled) {
                Some(query) => query.count().get_result(self.conn)?,
                None => 0,
            },
            Source::Subjects => {
                let all = Page { limit: i64::MAX, after: None, descending: false, count: false };
                match self.unit_rows(behind, pattern, settled, all)? {
                    FigureRows::Unit(rows) => i64::try_from(rows.len()).unwrap_or(i64::MAX),
                    FigureRows::Person(_) | FigureRows::Visits(_) => 0,
                }
            }
        })
    }

    /// A page of the rows behind a figure, by their subjects; [`Reader::count_figure_rows`] counts them.
    ///
    /// # Errors
    /// On a database failure.
    pub fn figure_rows(
        &mut self,
        behind: &Behind,
        page: Page<Id>,
    ) -> Result<FigureRows, StoreError> {
        let Some((pattern, settled, include_management)) = self.subtree_then(behind)? else {
            return Ok(FigureRows::Unit(Vec::new()));
        };
        match behind.figure.source() {
            Source::People | Source::Years | Source::Hours => {
                let mut query = people_behind(behind, &pattern, settled, include_management);
                if let Some(after) = page.after {
                    query = match page.descending {
                        true => query.filter(person_parts::subject_id.lt(after)),
                        false => query.filter(person_parts::subject_id.gt(after)),
                    };
                }
                query = match page.descending {
                    true => query.order(person_parts::subject_id.desc()),
                    false => query.order(person_parts::subject_id.asc()),
                };
                let rows =
                    query.limit(page.limit).select(PersonPartRow::as_select()).load(self.conn)?;
                Ok(FigureRows::Person(rows))
            }
            Source::Visits => {
                let Some(mut query) = visits_behind(behind, &pattern, settled) else {
                    return Ok(FigureRows::Visits(Vec::new()));
                };
                if let Some(after) = page.after {
                    query = match page.descending {
                        true => query.filter(stage_visits::id.lt(after)),
                        false => query.filter(stage_visits::id.gt(after)),
                    };
                }
                query = match page.descending {
                    true => query.order(stage_visits::id.desc()),
                    false => query.order(stage_visits::id.asc()),
                };
                let rows =
                    query.limit(page.limit).select(StageVisit::as_select()).load(self.conn)?;
                Ok(FigureRows::Visits(rows))
            }
            Source::Subjects => self.unit_rows(behind, pattern, settled, page),
        }
    }

    /// The subtree of a unit in the tree that holds for the year, as a pattern of paths; when people are counted for it; and
    /// whether it counts people in management posts.
    fn subtree_then(
        &mut self,
        behind: &Behind,
    ) -> Result<Option<(String, Moment, bool)>, StoreError> {
        let rules = self.city_rules(behind.city)?;
        let years = rules.years();
        let settled = years.settled_at(behind.year, behind.at);
        let place = self.unit_place(behind.city, behind.unit, settled)?;
        let include_management = years.includes_management(behind.year);
        Ok(place.map(|place| (format!("{}%", place.path), settled, include_management)))
    }

    fn unit_rows(
        &mut self,
        behind: &Behind,
        pattern: String,
        settled: Moment,
        page: Page<Id>,
    ) -> Result<FigureRows, StoreError> {
        let Some(kind) = kind_of(behind.figure) else {
            return Ok(FigureRows::Unit(Vec::new()));
        };
        let (year, at) = match kind {
            // What has no year is as the year's freeze found it.
            Count::Unit => (0, settled),
            Count::Filing
            | Count::Plan
            | Count::Class
            | Count::Seminar
            | Count::Exceptional
            | Count::Funding => (behind.year, behind.at),
        };
        let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let (mut after, mut found) = (page.after, Vec::new());
        loop {
            let mut query = unit_parts::table
                .into_boxed::<AnyBackend>()
                .filter(unit_parts::jurisdiction_id.eq(behind.city))
                .filter(unit_parts::kind.eq(Word(kind)))
                .filter(unit_parts::year.eq(year))
                .filter(unit_parts::valid_from.le(at))
                .filter(unit_parts::valid_to.is_null().or(unit_parts::valid_to.gt(at)))
                .filter(unit_parts::unit_id.eq_any(units_then(
                    behind.city,
                    pattern.clone(),
                    settled,
                )));
            if let Some(after) = after {
                query = match page.descending {
                    true => query.filter(unit_parts::subject_id.lt(after)),
                    false => query.filter(unit_parts::subject_id.gt(after)),
                };
            }
            query = match page.descending {
                true => query.order(unit_parts::subject_id.desc()),
                false => query.order(unit_parts::subject_id.asc()),
            };
            let rows: Vec<UnitPartRow> =
                query.limit(BATCH).select(UnitPartRow::as_select()).load(self.conn)?;
            let last = rows.last().map(|row| row.subject_id);
            let full = rows.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
            for row in rows {
                if row.counts()?.get(behind.figure.as_str()) != 0 && found.len() < wanted {
                    found.push(row);
                }
            }
            if !full || found.len() >= wanted {
                return Ok(FigureRows::Unit(found));
            }
            after = last;
        }
    }
}

/// The people, years or declarations behind a figure.
fn people_behind(
    behind: &Behind,
    pattern: &str,
    settled: Moment,
    include_management: bool,
) -> person_parts::BoxedQuery<'static, AnyBackend> {
    let (kind, labels, year, at): (_, Vec<String>, _, _) = match behind.figure.source() {
        // People have no year: they are as its freeze found them.
        Source::People => {
            let labels = PersonLabel::ALL.iter().filter(|label| label.counts(include_management));
            (PersonPart::Person, labels.map(ToString::to_string).collect(), 0, settled)
        }
        Source::Years => {
            let labels = YearLabel::behind(behind.figure);
            let labels = labels.iter().map(ToString::to_string).collect();
            (PersonPart::Year, labels, behind.year, behind.at)
        }
        Source::Hours | Source::Visits | Source::Subjects => {
            let labels = hours_behind(behind.figure, behind.way);
            (PersonPart::Hours, labels, behind.year, behind.at)
        }
    };
    let units = units_then(behind.city, pattern.to_owned(), settled);
    person_parts::table
        .into_boxed()
        .filter(person_parts::jurisdiction_id.eq(behind.city))
        .filter(person_parts::kind.eq(Word(kind)))
        .filter(person_parts::year.eq(year))
        .filter(person_parts::label.eq_any(labels))
        .filter(person_parts::valid_from.le(at))
        .filter(person_parts::valid_to.is_null().or(person_parts::valid_to.gt(at)))
        .filter(person_parts::unit_id.eq_any(units))
}

/// The stays behind a figure; none when it counts something else.
fn visits_behind(
    behind: &Behind,
    pattern: &str,
    settled: Moment,
) -> Option<stage_visits::BoxedQuery<'static, AnyBackend>> {
    use stage_visits as v;
    let at = behind.at;
    let (stage, what) = stage_of(behind.figure)?;
    let units = units_then(behind.city, pattern.to_owned(), settled);
    let query = v::table
        .into_boxed()
        .filter(v::jurisdiction_id.eq(behind.city))
        .filter(v::year.eq(behind.year))
        .filter(v::stage.eq(Word(stage)))
        .filter(v::unit_id.eq_any(units));
    let decided: Vec<_> = Ending::DECIDED.iter().copied().map(Word).collect();
    let query = match what {
        Stays::Waiting | Stays::Overdue => {
            query.filter(v::entered_at.le(at)).filter(v::left_at.is_null().or(v::left_at.gt(at)))
        }
        Stays::Done | Stays::OnTime | Stays::Late => {
            query.filter(v::left_at.le(at)).filter(v::ending.assume_not_null().eq_any(decided))
        }
        Stays::LapsedLate => {
            query.filter(v::left_at.le(at)).filter(v::ending.eq(Word(Ending::Lapsed)))
        }
    };
    let left = v::left_at.assume_not_null();
    Some(match what {
        Stays::Waiting | Stays::Done => query,
        Stays::Overdue => query.filter(v::late_from.le(at)),
        Stays::OnTime => query.filter(v::late_from.is_null().or(left.nullable().lt(v::late_from))),
        Stays::Late | Stays::LapsedLate => query.filter(left.nullable().ge(v::late_from)),
    })
}

/// Subjects that are looked through at once: what they count is not a column.
const BATCH: i64 = 1_000;

enum Stays {
    Waiting,
    Overdue,
    Done,
    OnTime,
    Late,
    LapsedLate,
}

/// The stage and the kind of stay that a figure counts.
fn stage_of(figure: Figure) -> Option<(Stage, Stays)> {
    let name = figure.as_str();
    let stage = Stage::ALL.iter().copied().find(|stage| {
        name.strip_prefix(stage.as_str()).is_some_and(|rest| rest.starts_with('_'))
    })?;
    let what = match name.strip_prefix(stage.as_str())? {
        "_waiting" => Stays::Waiting,
        "_overdue" => Stays::Overdue,
        "_done" => Stays::Done,
        "_on_time" => Stays::OnTime,
        "_late" => Stays::Late,
        "_lapsed_late" => Stays::LapsedLate,
        _ => return None,
    };
    Some((stage, what))
}

/// The kind of subject that a figure counts.
fn kind_of(figure: Figure) -> Option<Count> {
    match figure {
        Figure::ExceptionalMakeup => Some(Count::Exceptional),
        Figure::FilingsGranted | Figure::FilingsStopped => Some(Count::Filing),
        Figure::PlansFiled | Figure::PlansApproved | Figure::PlansHeld => Some(Count::Plan),
        Figure::Classes | Figure::ClassesHeld | Figure::Attendees => Some(Count::Class),
        Figure::SeminarsApproved | Figure::SeminarsClosed => Some(Count::Seminar),
        Figure::Units | Figure::UnitsWithoutAdministrator => Some(Count::Unit),
        Figure::FundingReports
        | Figure::Payroll
        | Figure::Accrued
        | Figure::Spent
        | Figure::BelowFloor => Some(Count::Funding),
        Figure::People
        | Figure::InProgress
        | Figure::CompletedInYear
        | Figure::CompletedByMakeup
        | Figure::Incomplete
        | Figure::Exempt
        | Figure::Certified
        | Figure::HoursPublic
        | Figure::HoursProfessional
        | Figure::HoursMakeup
        | Figure::EmployerWaiting
        | Figure::EmployerOverdue
        | Figure::EmployerDone
        | Figure::EmployerOnTime
        | Figure::EmployerLate
        | Figure::EmployerLapsedLate
        | Figure::AuthorityWaiting
        | Figure::AuthorityOverdue
        | Figure::AuthorityDone
        | Figure::AuthorityOnTime
        | Figure::AuthorityLate
        | Figure::AuthorityLapsedLate => None,
    }
}
