//! The annotated workbook: the file as it was sent, its bad cells marked, and what is wrong with each row beside it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rust_xlsxwriter::{
    Color, Format as CellFormat, Workbook, Worksheet, XlsxError, check_sheet_name,
};
use xueshi_domain::import::{Cell, ImportKind};
use xueshi_persistence::ImportError;

use crate::export::{SHEET_ROWS, fitting};
use crate::problem::{Language, Problem};
use crate::sheets::{self, Content, Format, Line};

/// The head of the column with what is wrong.
const HEAD: &str = "错误说明";
/// The sheet of a file that has none.
const SHEET: &str = "导入";

/// What is wrong with a row: by column, in its order.
type Wrong<'a> = HashMap<(String, u32), Vec<&'a ImportError>>;

/// How far a sheet of the file reaches.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    /// Its columns.
    width: u16,
    /// Its rows, heads that it gets included.
    rows: u32,
}

impl Extent {
    /// Whether it has more lines than a sheet can hold: many are blank then, and the others stand one below the other.
    const fn is_too_long(self) -> bool {
        self.rows > SHEET_ROWS
    }
}

/// Writes the workbook. What a workbook cannot hold is cut there.
///
/// # Errors
/// When the file cannot be read any more, or the workbook not written.
pub fn annotated(
    kind: ImportKind,
    bytes: &[u8],
    errors: &[ImportError],
    language: Language,
) -> Result<Vec<u8>, Problem> {
    let format = Format::of(bytes)?;
    let mut extents: BTreeMap<Arc<str>, Extent> = BTreeMap::new();
    sheets::read(format, bytes, &mut |line| {
        let width = match &line.content {
            Content::Cells(cells) => cells.len(),
            Content::Members(_) | Content::Broken => kind.columns().len(),
        };
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        let rows = line.number.saturating_add(shift(&line.content));
        let extent = extents.entry(line.sheet).or_default();
        extent.width = width.max(extent.width);
        extent.rows = rows.max(extent.rows);
        true
    })?;
    let mut wrong: Wrong<'_> = HashMap::new();
    for error in errors {
        let line = u32::try_from(error.line).unwrap_or_default();
        wrong.entry((error.sheet.clone(), line)).or_default().push(error);
    }
    let mut report = Report::new(kind, language, extents, wrong);
    let mut failed = None;
    sheets::read(format, bytes, &mut |line| match report.take(&line) {
        Ok(()) => true,
        Err(error) => {
            failed = Some(error);
            false
        }
    })?;
    match failed {
        Some(error) => Err(Problem::internal(error)),
        None => report.workbook.save_to_buffer().map_err(Problem::internal),
    }
}

/// A file of lines gets heads above them.
fn shift(content: &Content) -> u32 {
    match content {
        Content::Cells(_) => 0,
        Content::Members(_) | Content::Broken => 1,
    }
}

struct Report<'a> {
    kind: ImportKind,
    language: Language,
    workbook: Workbook,
    extents: BTreeMap<Arc<str>, Extent>,
    wrong: Wrong<'a>,
    sheet: Option<(Arc<str>, usize)>,
    /// Rows of the sheet that are behind.
    taken: u32,
    /// The names of the sheets, in small letters.
    names: HashSet<String>,
    bad: CellFormat,
    text: CellFormat,
    head: CellFormat,
}

impl<'a> Report<'a> {
    fn new(
        kind: ImportKind,
        language: Language,
        extents: BTreeMap<Arc<str>, Extent>,
        wrong: Wrong<'a>,
    ) -> Self {
        Self {
            kind,
            language,
            workbook: Workbook::new(),
            extents,
            wrong,
            sheet: None,
            taken: 0,
            names: HashSet::new(),
            bad: CellFormat::new()
                .set_num_format_index(49)
                .set_background_color(Color::RGB(0x00FF_C7CE)),
            text: CellFormat::new().set_num_format_index(49),
            head: CellFormat::new().set_bold(),
        }
    }

    fn take(&mut self, line: &Line) -> Result<(), XlsxError> {
        let place = self.place_of(&line.sheet)?;
        let extent = self.extents.get(&line.sheet).copied().unwrap_or_default();
        let (shift, width) = (shift(&line.content), extent.width);
        let above = if extent.is_too_long() { self.taken } else { line.number.saturating_sub(1) };
        let row = above.saturating_add(shift);
        self.taken = self.taken.saturating_add(1);
        if row >= SHEET_ROWS {
            return Ok(());
        }
        let faults = self.wrong.remove(&(line.sheet.to_string(), line.number)).unwrap_or_default();
        let (bad, text) = (self.bad.clone(), self.text.clone());
        let columns = self.kind.columns();
        let cells: Vec<Cell> = match &line.content {
            Content::Cells(cells) => cells.clone(),
            Content::Members(members) => {
                let mut cells = vec![Cell::Empty; columns.len()];
                for (name, cell) in members {
                    if let Some(place) = self.kind.column_of(name).and_then(|at| cells.get_mut(at))
                    {
                        *place = cell.clone();
                    }
                }
                cells
            }
            Content::Broken => Vec::new(),
        };
        let sheet = self.workbook.worksheet_from_index(place)?;
        let is_bad = |at: usize| {
            let letter = sheets::letters(at);
            let name = columns.get(at).map(|column| column.name);
            faults.iter().any(|fault| match &fault.letter {
                Some(bad) => *bad == letter,
                None => shift == 1 && fault.field.as_deref() == name,
            })
        };
        for (at, cell) in (0_u16..).zip(&cells) {
            let format = if is_bad(usize::from(at)) { &bad } else { &text };
            write(sheet, (row, at), cell, format)?;
        }
        // A required cell that is missing altogether.
        for at in cells.len()..usize::from(width) {
            if is_bad(at) {
                let at = u16::try_from(at).unwrap_or(u16::MAX);
                sheet.write_blank(row, at, &bad)?;
            }
        }
        if !faults.is_empty() {
            let place = extent.is_too_long().then(|| row_of(line.number, self.language));
            let all = faults.iter().map(|fault| sentence(self.kind, fault, self.language));
            let all: Vec<String> = place.into_iter().chain(all).collect();
            sheet.write_string(row, width, fitting(&all.join("；")))?;
        }
        Ok(())
    }

    /// The place of a sheet in the workbook, which is begun with its first row.
    fn place_of(&mut self, name: &Arc<str>) -> Result<usize, XlsxError> {
        match &self.sheet {
            Some((current, place)) if current == name => return Ok(*place),
            Some(_) | None => {}
        }
        let place = self.sheet.as_ref().map_or(0, |(_, place)| place + 1);
        let width = self.extents.get(name).copied().unwrap_or_default().width;
        let free = self.free_name(name);
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(free)?;
        sheet.write_string_with_format(0, width, HEAD, &self.head)?;
        sheet.set_column_width(width, 60)?;
        if name.is_empty() && self.kind.columns().len() == usize::from(width) {
            // Heads of a file of lines; the first row of a CSV is written over them.
            for (at, column) in (0..).zip(self.kind.columns()) {
                sheet.write_string_with_format(0, at, column.zh, &self.head)?;
            }
        }
        self.sheet = Some((Arc::clone(name), place));
        self.taken = 0;
        Ok(place)
    }

    /// The name of a sheet, or another one where a workbook does not take it: other programs write longer ones, and some twice.
    fn free_name(&mut self, name: &str) -> String {
        let name = if name.is_empty() { SHEET } else { name };
        if check_sheet_name(name).is_ok() && self.names.insert(name.to_lowercase()) {
            return name.to_owned();
        }
        let mut number = self.names.len();
        loop {
            number += 1;
            let name = format!("{SHEET} {number}");
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }
}

fn write(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    cell: &Cell,
    format: &CellFormat,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => sheet.write_blank(row, at, format)?,
        Cell::Text(text) => sheet.write_string_with_format(row, at, fitting(text), format)?,
        Cell::Number(number) => sheet.write_number_with_format(row, at, *number, format)?,
        Cell::Day(day) => sheet.write_string_with_format(row, at, day.to_string(), format)?,
        Cell::Flag(flag) => sheet.write_boolean_with_format(row, at, *flag, format)?,
        Cell::Unreadable => sheet.write_string_with_format(row, at, "#", format)?,
    };
    Ok(())
}

/// Where a row stands in the file, when it stands elsewhere in the report.
fn row_of(number: u32, language: Language) -> String {
    match language {
        Language::Chinese => format!("第 {number} 行"),
        Language::English => format!("row {number}"),
    }
}

fn sentence(kind: ImportKind, error: &ImportError, language: Language) -> String {
    let column = error
        .field
        .as_deref()
        .and_then(|field| kind.columns().iter().find(|column| column.name == field));
    match language {
        Language::Chinese => {
            let head = column.map_or_else(String::new, |column| format!("{}：", column.zh));
            format!("{head}{}", error.detail_zh)
        }
        Language::English => {
            let head = column.map_or_else(String::new, |column| format!("{}: ", column.name));
            format!("{head}{}", error.detail_en)
        }
    }
}
