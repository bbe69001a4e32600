//! An export as a workbook, written row by row into a file that nobody else can open.

use std::fs::File;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use xueshi_persistence::{Export, ExportPart};

use super::file::{Parts, columns, rewound, row};
use crate::export::{Cell, SHEET_ROWS, fitting};
use crate::problem::Problem;

/// Rows of a sheet below its heads, as a spreadsheet can hold.
const ROWS: u32 = SHEET_ROWS - 1;

/// Writes the workbook; further sheets where one is full.
///
/// # Errors
/// When a part cannot be read or the disk is full.
pub(super) fn write_workbook(
    from: &Parts,
    export: &Export,
    parts: &[ExportPart],
) -> Result<File, Problem> {
    let columns = columns(export)?;
    let mut workbook = Workbook::new();
    let mut sheet = sheet(&mut workbook, &columns).map_err(Problem::internal)?;
    let mut line = 0;
    for part in parts {
        for text in from.lines(part)?.lines() {
            if line == ROWS {
                sheet = self::sheet(&mut workbook, &columns).map_err(Problem::internal)?;
                line = 0;
            }
            line += 1;
            write_row(sheet, line, &row(&columns, text)?).map_err(Problem::internal)?;
        }
    }
    let file = tempfile::tempfile().map_err(Problem::internal)?;
    workbook.save_to_writer(&file).map_err(Problem::internal)?;
    rewound(file)
}

fn sheet<'w>(
    workbook: &'w mut Workbook,
    columns: &[String],
) -> Result<&'w mut Worksheet, XlsxError> {
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_freeze_panes(1, 0)?;
    for (place, name) in (0..).zip(columns) {
        sheet.write_string_with_format(0, place, name, &bold)?;
    }
    Ok(sheet)
}

fn write_row(sheet: &mut Worksheet, line: u32, row: &[Cell]) -> Result<(), XlsxError> {
    for (place, cell) in (0..).zip(row) {
        match cell {
            Cell::Empty => {}
            // Written as a string, it is none of a formula's business; what is too long for a cell is cut there, and whole in NDJSON.
            Cell::Text(text) => {
                sheet.write_string(line, place, fitting(text))?;
            }
            #[expect(clippy::cast_precision_loss, reason = "a sheet's numbers are floats")]
            Cell::Whole(number) => {
                sheet.write_number(line, place, *number as f64)?;
            }
            Cell::Number(number) => {
                sheet.write_number(line, place, *number)?;
            }
        }
    }
    Ok(())
}
