//! The rows behind a figure.

use std::collections::HashMap;

use xueshi_domain::figures::{Figure, Source};
use xueshi_persistence::{
    Behind, FigureRows, Id, Page, PersonPartRow, Reader, Slice, StageVisit, UnitPartRow,
};

use super::{instant, unit};
use crate::dto::statistics::{FigureRow, TotalHours, WhichRows};
use crate::export::{Cell, Column, column};
use crate::problem::Problem;
use crate::services::Asker;

/// A page of the rows behind a figure, by the id of what they are about.
///
/// # Errors
/// 404 for a unit that the asker may not see, 403 for one whose figures are not for them; 400 for an instant to come.
pub fn behind(
    reader: &mut Reader<'_>,
    asker: &Asker,
    which: &WhichRows,
    page: Page<Id>,
) -> Result<Slice<FigureRow>, Problem> {
    let unit = unit(reader, asker, which.organization_id)?;
    let year = which.year.0;
    let (at, _) = instant(reader, asker, year, which.as_of, which.sealed)?;
    let behind = Behind {
        city: asker.jurisdiction,
        unit: unit.id,
        year,
        figure: which.figure,
        way: which.way,
        at,
    };
    let mut rows: Vec<FigureRow> = match reader.figure_rows(&behind, page)? {
        FigureRows::Person(rows) => rows.iter().map(|row| of_person(row, which.figure)).collect(),
        FigureRows::Visits(rows) => rows.iter().map(of_visit).collect(),
        FigureRows::Unit(rows) => {
            rows.iter().map(|row| of_unit(row, which.figure)).collect::<Result<_, _>>()?
        }
    };
    name(reader, asker.jurisdiction, &mut rows)?;
    let total = if page.count { Some(reader.count_figure_rows(&behind)?) } else { None };
    Ok(Slice { rows, total })
}

fn name(reader: &mut Reader<'_>, city: Id, rows: &mut [FigureRow]) -> Result<(), Problem> {
    let units = rows.iter().map(|row| Id(row.organization_id)).collect();
    let units = reader.unit_names(city, units)?;
    let mut people: Vec<Id> = rows.iter().filter_map(|row| row.professional_id.map(Id)).collect();
    people.sort_unstable();
    people.dedup();
    let people: HashMap<Id, String> = reader
        .professionals_by_id(city, people)?
        .into_iter()
        .map(|person| (person.professional_id, person.name))
        .collect();
    for row in rows {
        row.organization = units.get(&Id(row.organization_id)).cloned().unwrap_or_default();
        row.professional = row.professional_id.and_then(|person| people.get(&Id(person)).cloned());
    }
    Ok(())
}

fn of_person(part: &PersonPartRow, figure: Figure) -> FigureRow {
    let hours = figure.source() == Source::Hours;
    FigureRow {
        kind: part.kind.0.to_string(),
        id: part.subject_id.0,
        organization_id: part.unit_id.0,
        organization: String::new(),
        professional_id: Some(part.professional_id.0),
        professional: None,
        declaration_id: hours.then_some(part.subject_id.0),
        state: part.label.clone(),
        amount: TotalHours(if hours { part.amount } else { 10 }),
        since: part.valid_from.into(),
        due_at: None,
        working_days: None,
    }
}

fn of_visit(visit: &StageVisit) -> FigureRow {
    FigureRow {
        kind: "visit".to_owned(),
        id: visit.id.0,
        organization_id: visit.unit_id.0,
        organization: String::new(),
        professional_id: Some(visit.professional_id.0),
        professional: None,
        declaration_id: Some(visit.declaration_id.0),
        state: visit.ending.map_or_else(|| "waiting".to_owned(), |ending| ending.0.to_string()),
        amount: TotalHours(10),
        since: visit.left_at.unwrap_or(visit.entered_at).into(),
        due_at: Some(visit.due_at.into()),
        working_days: visit.working_days,
    }
}

fn of_unit(part: &UnitPartRow, figure: Figure) -> Result<FigureRow, Problem> {
    let amount = part.counts()?.get(figure.as_str());
    Ok(FigureRow {
        kind: part.kind.0.to_string(),
        id: part.subject_id.0,
        organization_id: part.unit_id.0,
        organization: String::new(),
        professional_id: None,
        professional: None,
        declaration_id: None,
        state: part.label.clone(),
        amount: TotalHours(amount.saturating_mul(10)),
        since: part.valid_from.into(),
        due_at: None,
        working_days: None,
    })
}

/// The heads of the columns of a file.
#[must_use]
pub fn columns() -> Vec<Column> {
    vec![
        column("kind", "类别"),
        column("id", "标识"),
        column("organization_id", "单位标识"),
        column("organization", "单位"),
        column("professional_id", "人员标识"),
        column("professional", "姓名"),
        column("declaration_id", "申报标识"),
        column("state", "状态"),
        column("amount", "数量"),
        column("since", "起始时间"),
        column("due_at", "截止时间"),
        column("working_days", "工作日"),
    ]
}

/// A row of a file.
#[must_use]
pub fn cells(row: &FigureRow) -> Vec<Cell> {
    vec![
        Cell::Text(row.kind.clone()),
        Cell::Text(row.id.to_string()),
        Cell::Text(row.organization_id.to_string()),
        Cell::Text(row.organization.clone()),
        Cell::text(row.professional_id.map(|id| id.to_string())),
        Cell::text(row.professional.clone()),
        Cell::text(row.declaration_id.map(|id| id.to_string())),
        Cell::Text(row.state.clone()),
        Cell::Number(row.amount.value()),
        Cell::Text(row.since.to_string()),
        Cell::text(row.due_at.map(|at| at.to_string())),
        row.working_days.map_or(Cell::Empty, |days| Cell::Whole(i64::from(days))),
    ]
}
