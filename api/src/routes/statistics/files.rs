//! Figures, and the rows behind them, as files that are answered at once.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use xueshi_domain::export::ExportList;
use xueshi_domain::figures::Family;
use xueshi_persistence::{Id, Page};

use super::FigureRowList;
use crate::auth::{Needs as _, permissions};
use crate::dto::statistics::{FigureRow, Format, WhichRows, formulae};
use crate::export::{CSV, Cell, NDJSON, Table, XLSX, column, respond_in_lines};
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::exports::told::{MadeAtOnce, made_at_once};
use crate::services::statistics::figures::Figures;
use crate::services::statistics::{Report, rows};
use crate::services::{Asker, Desk};

/// Rows of such a file at most: it is made in memory. What has more is an export, which a job takes out part by part.
const MOST: i64 = 10_000;

/// The form of the answer: as the parameter says, or the first known one in `Accept`.
pub(super) fn format_of(asked: Option<Format>, request: &HttpRequest) -> Format {
    if let Some(format) = asked {
        return format;
    }
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut kinds = accept
        .unwrap_or_default()
        .split(',')
        .map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    kinds
        .find_map(|kind| match kind.as_str() {
            CSV => Some(Format::Csv),
            XLSX => Some(Format::Xlsx),
            NDJSON => Some(Format::Ndjson),
            "application/json" | "*/*" => Some(Format::Json),
            _ => None,
        })
        .unwrap_or(Format::Json)
}

/// The ending of a file.
pub(super) const fn name_of(format: Format) -> &'static str {
    match format {
        Format::Json => "json",
        Format::Csv => "csv",
        Format::Xlsx => "xlsx",
        Format::Ndjson => "ndjson",
    }
}

/// Tells auditors that a file of figures is handed over.
pub(super) async fn tell(
    desk: &Desk,
    asker: &Asker,
    info: &RequestInfo,
    file: MadeAtOnce,
) -> Result<(), Problem> {
    let need = permissions::ReadStatistics::NEED;
    desk.tell(asker, info, move |writer, asker| made_at_once(writer, asker, need, &file)).await
}

/// The figures of the unit and of its parts as a table.
pub(super) fn table<F: Figures>(found: Report<F>, family: Family) -> Table {
    let (year, as_of) = (found.year, found.as_of);
    let mut columns = vec![
        column("organization_id", "单位标识"),
        column("organization", "单位"),
        column("kind", "单位类别"),
        column("scope", "口径"),
        column("year", "年度"),
        column("as_of", "统计时点"),
    ];
    columns.extend(F::columns());
    let rows = found.into_rows().map(|(scope, unit, figures)| {
        let mut cells = vec![
            Cell::Text(unit.id.to_string()),
            Cell::Text(unit.name),
            Cell::Text(unit.kind.to_string()),
            Cell::Text(scope.as_str().to_owned()),
            Cell::Whole(i64::from(year)),
            Cell::Text(as_of.to_string()),
        ];
        cells.extend(figures.cells());
        cells
    });
    let rows = rows.collect();
    let notes = formulae(family).into_iter().map(|formula| {
        (formula.figure.to_string(), format!("{} / {}", formula.formula_zh, formula.formula))
    });
    Table { name: format!("{family}-{year}"), columns, rows, notes: notes.collect() }
}

/// All rows behind a figure as a file.
///
/// # Errors
/// As [`rows::behind`]; 422 `too-many-rows`, so that nobody takes a part for the whole.
pub(super) async fn of_rows(
    desk: &Desk,
    asker: &Asker,
    list: &FigureRowList,
    which: WhichRows,
    (format, info): (Format, &RequestInfo),
) -> Result<HttpResponse, Problem> {
    let (unit, year) = (which.organization_id.map(Id), which.year.0);
    let name = format!("{}-rows", which.figure.family());
    let after = list.after::<Id>()?;
    let page = Page { limit: MOST + 1, after, descending: list.order().descending, count: false };
    let read = desk.read(asker, move |reader, asker| rows::behind(reader, asker, &which, page));
    let found: Vec<FigureRow> = read.await?.rows;
    if i64::try_from(found.len()).is_ok_and(|rows| rows > MOST) {
        return Err(too_many());
    }
    let (list, language) = (ExportList::FigureRows.to_string(), info.language);
    tell(desk, asker, info, MadeAtOnce { list, format: name_of(format), unit, year: Some(year) })
        .await?;
    let table = |name| {
        let rows = found.iter().map(rows::cells).collect();
        Table { name, columns: rows::columns(), rows, notes: Vec::new() }
    };
    match format {
        Format::Json | Format::Ndjson => respond_in_lines(&name, &found),
        Format::Csv => Ok(table(name).respond(language)),
        Format::Xlsx => table(name).respond_as_workbook(language).await,
    }
}

fn too_many() -> Problem {
    let list = ExportList::FigureRows;
    Problem::new(Code::TooManyRows)
        .detail(
            format!("行数超过 {MOST}；请以 POST /v1/exports 导出 {list}"),
            format!("there are more than {MOST} rows; take {list} out with POST /v1/exports"),
        )
        .fact("most", MOST)
        .fact("list", list.to_string())
}
