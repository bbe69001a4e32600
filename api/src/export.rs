//! Tables as files: CSV that a spreadsheet opens in the right characters, and XLSX.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::header;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Serialize;

use crate::problem::{Code, Language, Problem};
use crate::services::heavy::with_a_turn;

/// Media type of CSV.
pub const CSV: &str = "text/csv";
/// Media type of XLSX.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Rows of a sheet, as a spreadsheet can hold.
pub const SHEET_ROWS: u32 = 1_048_576;
/// UTF-16 units of a cell's text, as a spreadsheet can hold.
const CELL_UNITS: usize = 32_767;

/// A text as far as it fits into a cell of a workbook; an ellipsis stands where it was cut.
#[must_use]
pub fn fitting(text: &str) -> Cow<'_, str> {
    // A text has no more units than bytes: most are not counted.
    if text.len() <= CELL_UNITS || text.encode_utf16().count() <= CELL_UNITS {
        return Cow::Borrowed(text);
    }
    let mut units = '…'.len_utf16();
    let kept = text.chars().take_while(|character| {
        units += character.len_utf16();
        units <= CELL_UNITS
    });
    Cow::Owned(kept.chain(['…']).collect())
}

/// Media type of lines of JSON.
pub const NDJSON: &str = "application/x-ndjson";

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    name: String,
    zh: String,
}

/// A head: its name in the API, and its Chinese one.
#[must_use]
pub fn column(name: &str, zh: &str) -> Column {
    Column { name: name.to_owned(), zh: zh.to_owned() }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text, also an id: it is never read as a number or a formula.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with decimals.
    Number(f64),
}

impl Cell {
    /// A number that may be missing.
    #[must_use]
    pub fn number(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }

    /// A text that may be missing.
    #[must_use]
    pub fn text(value: Option<String>) -> Self {
        value.map_or(Self::Empty, Self::Text)
    }
}

/// A table that is to become a file.
#[derive(Debug, Clone)]
pub struct Table {
    /// The name of the file, without its ending; ASCII.
    pub name: String,
    /// The heads.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Notes for a second sheet, such as formulae.
    pub notes: Vec<(String, String)>,
}

impl Table {
    fn heads(&self, language: Language) -> impl Iterator<Item = &str> {
        self.columns.iter().map(move |column| match language {
            Language::Chinese => column.zh.as_str(),
            Language::English => column.name.as_str(),
        })
    }

    /// The table as CSV: UTF-8 with a byte order mark, lines ended by CR LF (RFC 4180).
    #[must_use]
    pub fn csv(&self, language: Language) -> Vec<u8> {
        let mut text = String::from('\u{feff}');
        let heads: Vec<String> = self.heads(language).map(quoted).collect();
        text.push_str(&heads.join(","));
        text.push_str("\r\n");
        for row in &self.rows {
            text.push_str(&line_of_csv(row));
        }
        text.into_bytes()
    }

    /// The table as a workbook, with the notes on a second sheet.
    ///
    /// # Errors
    /// 500 when it is too large for one.
    pub fn xlsx(&self, language: Language) -> Result<Vec<u8>, Problem> {
        self.workbook(language).map_err(Problem::internal)
    }

    fn workbook(&self, language: Language) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = workbook.add_worksheet();
        for (place, head) in (0..).zip(self.heads(language)) {
            sheet.write_string_with_format(0, place, head, &bold)?;
        }
        for (line, row) in (1..).zip(&self.rows) {
            for (place, cell) in (0..).zip(row) {
                match cell {
                    Cell::Empty => {}
                    // Written as a string, it is none of a formula's business.
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
        }
        sheet.set_freeze_panes(1, 0)?;
        if !self.notes.is_empty() {
            let sheet = workbook.add_worksheet();
            for (line, (name, text)) in (0..).zip(&self.notes) {
                sheet.write_string(line, 0, name)?;
                sheet.write_string(line, 1, text)?;
            }
        }
        workbook.save_to_buffer()
    }

    /// The table as a file of CSV to be saved.
    #[must_use]
    pub fn respond(&self, language: Language) -> HttpResponse {
        let name = format!("{}.csv", self.name);
        saved("text/csv; charset=utf-8", &name, self.csv(language))
    }

    /// The table as a workbook to be saved, which is made in its turn.
    ///
    /// # Errors
    /// 500 when it cannot be written; 503 while too many are.
    pub async fn respond_as_workbook(self, language: Language) -> Result<HttpResponse, Problem> {
        let name = format!("{}.xlsx", self.name);
        let bytes = with_a_turn(Code::Internal, move || self.xlsx(language)).await?;
        Ok(saved(XLSX, &name, bytes))
    }
}

/// Rows as a file to be saved: one JSON object in each line, as the API answers them.
///
/// # Errors
/// 500 when a row cannot be written as JSON.
pub fn respond_in_lines<R: Serialize>(name: &str, rows: &[R]) -> Result<HttpResponse, Problem> {
    let mut bytes = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut bytes, row).map_err(Problem::internal)?;
        bytes.push(b'\n');
    }
    Ok(saved(NDJSON, &format!("{name}.ndjson"), bytes))
}

fn saved(kind: &'static str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::VARY, "Accept, Accept-Language"))
        .body(bytes)
}

/// A row as a line of CSV (RFC 4180).
#[must_use]
pub fn line_of_csv(row: &[Cell]) -> String {
    let cells: Vec<String> = row
        .iter()
        .map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => quoted(text),
            Cell::Whole(number) => number.to_string(),
            Cell::Number(number) => number.to_string(),
        })
        .collect();
    cells.join(",") + "\r\n"
}

/// A text as a field of CSV. What a spreadsheet would take for a formula gets an apostrophe in front.
fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let text = |text: &str| Cell::Text(text.to_owned());
        Table {
            name: "figures".to_owned(),
            columns: vec![column("name", "名称"), column("people", "人数"), column("rate", "率")],
            rows: vec![
                vec![text("金水区, \"一\"院"), Cell::Whole(3), Cell::Number(0.5)],
                vec![text("=1+1"), Cell::Whole(-1), Cell::Empty],
                vec![text("007"), Cell::Whole(0), Cell::number(None)],
            ],
            notes: vec![("rate".to_owned(), "a ÷ b".to_owned())],
        }
    }

    #[test]
    fn csv_has_its_mark_quotes_and_no_formula() {
        let bytes = table().csv(Language::Chinese);
        assert_eq!(&bytes[..3], b"\xef\xbb\xbf");
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
        assert_eq!(
            lines,
            ["名称,人数,率", "\"金水区, \"\"一\"\"院\",3,0.5", "'=1+1,-1,", "007,0,", ""]
        );
        let english = String::from_utf8(table().csv(Language::English)).unwrap();
        assert!(english.contains("name,people,rate"));
    }

    /// A cell holds 32,767 UTF-16 units: a character outside of the basic plane takes two.
    #[test]
    fn what_fits_into_a_cell_is_not_cut() {
        for (character, most) in [('a', 32_767), ('省', 32_767), ('𠮷', 16_383)] {
            let whole = character.to_string().repeat(most);
            assert_eq!(fitting(&whole), whole);
            let cut = fitting(&format!("{whole}{character}")).into_owned();
            assert!(cut.ends_with('…') && whole.starts_with(cut.trim_end_matches('…')));
            assert!((32_766..=32_767).contains(&cut.encode_utf16().count()), "{character}");
        }
        let long = Cell::Text("省".repeat(40_000));
        let table = Table { rows: vec![vec![long]], ..table() };
        assert!(table.xlsx(Language::Chinese).is_ok());
    }

    #[test]
    fn a_workbook_is_a_zip_without_formulas() {
        let bytes = table().xlsx(Language::Chinese).unwrap();
        assert_eq!(&bytes[..4], b"PK\x03\x04");
    }
}
